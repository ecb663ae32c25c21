"""Each kind of channel runs its own plan, and its signed word counts once, for one activation, of one person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from channel_house import Partner, Street
from family_house import agreed, ended, on_phone
from journey_house import House

from openyibao.kit.crypto import sm2_generate
from openyibao.kit.outcome import Refused
from openyibao.rooms import channels, consents, credentials, freezes
from openyibao.rooms.activations import CHANNEL_RULES
from openyibao.rooms.channels import Assurance, ChannelKind
from openyibao.rooms.credentials import StopGround
from openyibao.rooms.freezes import Lift, LiftProof

ME, ANOTHER = 1, 2


@pytest.mark.parametrize("kind", list(ChannelKind))
async def test_each_kind_activates_by_its_own_plan_and_shows(house: House, street: Street, kind: ChannelKind) -> None:
    (partner,) = await street.add("own_plan", kind=kind)
    binding = await partner.activate(ME)
    shown = await partner.ask("bindings/code", {"binding": binding})
    assert not isinstance(await house.scan(shown["code"]), Refused)
    claims = [claim.value for each in CHANNEL_RULES[kind.value].claims.values() for claim in each]
    kept = await house.rows("select vouches_for, outcome from channel_assertions order by assertion_id")
    assert sorted(tuple(row) for row in kept) == sorted((claim, "taken") for claim in claims)
    assert (await house.verify()).faults == []


async def named(partner: Partner) -> dict[str, Any]:
    """A bank's activation whose person is named: the proof comes next."""
    _, begun = await partner.begin()
    word = partner.word(begun, "real_name", ME)
    status, told = await partner.step(begun, "name", **partner.named(ME, assertion=word))
    assert (status, told["next_step"]) == (200, "prove"), told
    return begun


async def reason(partner: Partner, begun: dict[str, Any], word: dict[str, Any], step: str = "prove") -> str:
    status, answer = await partner.step(begun, step, assertion=word)
    assert status >= 400, answer
    return str(answer["reason"])


async def test_a_word_that_does_not_count_is_refused_each_with_its_own_reason(house: House, street: Street) -> None:
    (bank, other) = await street.add("bank_one", "bank_two")
    begun = await named(bank)
    good = bank.word(begun, "card_holder", ME)
    assert await reason(bank, begun, {**good, "assurance": "basic"}) == "assertion_signature_wrong"
    assert await reason(bank, begun, {**good, "person": "0" * 64}) == "assertion_signature_wrong"
    assert await reason(bank, begun, other.word(begun, "card_holder", ME)) == "assertion_signature_wrong"
    foreign = other.word(begun, "card_holder", ME, channel_code="bank_one")
    assert await reason(bank, begun, foreign) == "assertion_signature_wrong", "another channel's key"
    begun = await named(bank)
    for seconds in (-301, 301):
        old = bank.word(begun, "card_holder", ME, made_at=bank.client.now() + seconds)
        assert await reason(bank, begun, old) == "assertion_too_old"
    _, elsewhere = await bank.begin()
    strange = bank.word(begun, "card_holder", ME, challenge=elsewhere["challenge"])
    assert await reason(bank, begun, strange) == "assertion_of_another_activation"
    begun = await named(bank)
    assert await reason(bank, begun, bank.word(begun, "card_holder", ANOTHER)) == "assertion_of_another_person"
    weak = bank.word(begun, "card_holder", ME, assurance="substantial")
    assert await reason(bank, begun, weak) == "assertion_too_weak"
    assert await reason(bank, begun, weak) == "assertion_replayed"
    assert await reason(bank, begun, bank.word(begun, "real_name", ME)) == "activation_step_foreign"
    word = bank.word(begun, "card_holder", ME)
    assert (await bank.step(begun, "prove", assertion=word))[0] == 200
    again = await named(bank)
    replayed = bank.word(again, "card_holder", ME, nonce=word["nonce"])
    assert await reason(bank, again, replayed) == "assertion_replayed", "a nonce is good once over all activations"
    outcomes = await house.rows(
        "select outcome from channel_assertions where vouches_for = 'card_holder' order by assertion_id"
    )
    expected = ["_of_another_activation", "_of_another_person", "_too_weak"]
    assert [row[0] for row in outcomes] == [*("assertion" + each for each in expected), "taken"]
    assert (await house.verify()).faults == []


async def test_five_words_that_do_not_count_end_the_activation(street: Street) -> None:
    (bank,) = await street.add("bank_one")
    begun = await named(bank)
    for _ in range(5):
        await reason(bank, begun, bank.word(begun, "card_holder", ANOTHER))
    assert await reason(bank, begun, bank.word(begun, "card_holder", ME)) == "activation_over"


async def test_a_channel_vouches_only_for_what_was_agreed_and_no_more_surely(house: House, street: Street) -> None:
    names_only = frozenset({channels.ChannelStep.real_name})
    (bare,) = await street.add("bank_bare", steps=names_only)
    begun = await named(bare)
    assert await reason(bare, begun, bare.word(begun, "card_holder", ME)) == "assertion_not_agreed"
    (modest,) = await street.add("bank_modest", assurance=Assurance.substantial)
    _, begun = await modest.begin()
    word = modest.word(begun, "real_name", ME, assurance="high")
    status, answer = await modest.step(begun, "name", **modest.named(ME, assertion=word))
    assert answer["reason"] == "assertion_too_weak", "what it says counts no more than what was agreed with it"
    status, answer = await modest.step(begun, "name", **modest.named(ME))
    assert (status, answer["reason"]) == (422, "assertion_missing")
    await house.work(
        lambda tx: channels.rotate_key(
            tx,
            house.clock,
            channel_code="bank_bare",
            public_key=sm2_generate().public.der(),
            overlap=timedelta(0),
            actor="officer-1",
        )
    )
    _, fresh = await bare.begin()
    word = bare.word(fresh, "real_name", ME)
    status, answer = await bare.step(fresh, "name", **bare.named(ME, assertion=word))
    assert answer["reason"] == "assertion_signature_wrong", "an ended key signs nothing more"


async def test_no_step_is_skipped_repeated_or_taken_in_another_channel(street: Street) -> None:
    (chat, other) = await street.add("chat_one", "chat_two", kind=ChannelKind.internet_platform_password)
    _, begun = await chat.begin()
    assert begun["next_step"] == "channel_password"
    assert (await chat.step(begun, "name", **chat.named(ME)))[1]["reason"] == "activation_step_early"
    assert (await chat.step(begun, "password", password="507294"))[1]["reason"] == "activation_step_early"
    asked = await chat.client.call("activations/face", {"activation": begun["activation"]})
    assert asked[1]["reason"] == "activation_step_early"
    data = await chat.client.call("activations/data", {"activation": begun["activation"]})
    assert data[1]["reason"] == "activation_step_early", "nobody's data before they are proved"
    word = chat.word(begun, "payment_password", ME)
    assert (await other.step(begun, "channel_password", assertion=word))[1]["reason"] == "activation_unknown"
    assert (await chat.step(begun, "channel_password", assertion=word))[1]["next_step"] == "name"
    assert await reason(chat, begun, word, "channel_password") == "activation_step_done"
    assert (await chat.step(begun, "send_code"))[1]["reason"] == "activation_step_early"
    _, answer = await chat.step(begun, "name", **chat.named(ANOTHER))
    assert answer["reason"] == "assertion_of_another_person", "the password was somebody else's"
    assert (await chat.step(begun, "name", **chat.named(ME)))[0] == 200
    assert (await chat.step(begun, "prove", assertion=word))[1]["reason"] == "activation_step_foreign"
    assert (await chat.face(begun))[1]["next_step"] == "confirm"
    data = await chat.ask("activations/data", {"activation": begun["activation"]})
    assert "*" in data["name"]
    assert (await chat.step(begun, "confirm", insured_area=999_999))[1]["reason"] == "area_not_enrolled"
    area = data["enrolments"][0]["insured_area"]
    assert (await chat.step(begun, "confirm", insured_area=area))[1]["next_step"] == "password"
    assert (await chat.step(begun, "password", password="123456"))[1]["reason"] == "password_simple"
    assert (await chat.step(begun, "password", password="507294"))[1]["state"] == "activated"


async def test_an_officer_of_a_counter_channel_does_not_approve_their_own_look(house: House, street: Street) -> None:
    (desk,) = await street.add("desk_one", kind=ChannelKind.counter)
    _, begun = await desk.begin()
    await desk.step(begun, "name", **desk.named(ME))
    nameless = desk.word(begun, "document_check", ME)
    assert await reason(desk, begun, nameless) == "body_invalid"
    await desk.step(begun, "prove", assertion=desk.word(begun, "document_check", ME, officer="zhang"))
    own = desk.word(begun, "document_check", ME, officer="zhang")
    assert await reason(desk, begun, own, "approve") == "activation_same_officer"
    second = desk.word(begun, "document_check", ME, officer="li")
    assert (await desk.step(begun, "approve", assertion=second))[1]["next_step"] == "confirm"
    row = (await house.rows("select officer, approver from activations"))[0]
    assert tuple(row) == ("desk_one:zhang", "desk_one:li")


async def test_status_stands_on_the_persons_consent_and_ends_with_it(house: House, street: Street) -> None:
    (bank, other) = await street.add("bank_one", "bank_two")
    await bank.subscribe(["consent_withdrawn"])
    await street.deliver()
    house.move_on()
    binding = {"binding": await bank.activate(ME)}
    theirs = {"binding": await other.activate(ME)}
    assert await bank.refused("status", binding) == "consent_missing"
    texts = await bank.ask("consents/texts", {"language": "en"})
    version = texts["query"]["consent_version"]
    assert len(texts["query"]["paragraphs"]) == 4
    wrong = {**binding, "consent_version": texts["activation"]["consent_version"]}
    assert await bank.refused("consents", wrong, key=house.key()) == "consent_text_unknown"
    given = await bank.ask("consents", {**binding, "consent_version": version, "language": "en"}, key=house.key())
    assert given["state"] == "given"
    await bank.ask("status", binding)
    assert await other.refused("status", theirs) == "consent_missing", "one channel's consent is no other's"
    who = house.prepared.installed.persons[ME]
    person = {"bucket": who.bucket, "person_id": who.person_id}
    async with house.platform.readers.reading() as reading:
        listed = await consents.list_consents(reading, **person)
    (query,) = [one for one in listed if one.text_version == version]
    assert (query.channel_code, query.purposes) == ("bank_one", ("query",))
    await house.work(
        lambda tx: consents.withdraw(tx, house.clock, **person, consent_id=query.consent_id, actor="self:1")
    )
    assert await bank.refused("status", binding) == "consent_missing"
    await bank.ask("bindings/code", binding)
    await bank.ask("consents", {**binding, "consent_version": version}, key=house.key())
    await bank.ask("status", binding)
    await bank.ask("consents/withdraw", binding, key=house.key())
    assert await bank.refused("status", binding) == "consent_missing"
    assert await bank.refused("consents/withdraw", binding, key=house.key()) == "consent_unknown"
    await street.deliver(3)
    assert bank.kinds == ["consent_withdrawn"] * 2
    assert (await house.verify()).faults == []


async def test_channels_hear_of_freezes_resumptions_and_ended_mandates(house: House, street: Street) -> None:
    (bank, other) = await street.add("bank_one", "bank_two")
    await bank.subscribe()
    await other.subscribe()
    await street.deliver()
    house.move_on()
    mine = await bank.activate(ME)
    await other.activate(ANOTHER)
    who = house.prepared.installed.persons[ME]
    person = {"bucket": who.bucket, "person_id": who.person_id}
    clock = house.clock
    await house.work(lambda tx: freezes.freeze(tx, clock, **person, actor="self:1"))
    lift = Lift(proof=LiftProof.password, lifted_by="self:1")
    await house.work(lambda tx: freezes.lift(tx, clock, **person, lift=lift))
    await house.work(lambda tx: credentials.suspend(tx, clock, **person, actor="agency"))
    await house.work(lambda tx: credentials.resume(tx, clock, **person, actor="agency", ground=StopGround.agency))
    house.move_on()
    one = await agreed(house, ME, ANOTHER)
    await on_phone(house, one, ANOTHER)
    await ended(house, one, ME)
    for _ in range(6):
        await street.deliver()
        house.move_on()
    assert sorted(bank.kinds) == sorted(["activated", "frozen", "unfrozen", "suspended", "resumed", "mandate_ended"])
    over = next(event for event in bank.heard if event["kind"] == "mandate_ended")
    assert (over["binding"], over["mandate"]) == (mine, f"{one.bucket}-{one.mandate_id}")
    assert other.kinds == ["activated"], "what ended is of the other person's credential"
    assert (await house.verify()).faults == []


async def test_verify_names_touched_endpoints_and_assertions(house: House, street: Street) -> None:
    (bank,) = await street.add("bank_one")
    await bank.subscribe()
    await bank.subscribe(["settled"])
    await bank.activate(ME)
    checked = await house.verify()
    assert checked.faults == []
    assert (checked.counts["channel_endpoints"], checked.counts["channel_assertions"]) == (1, 2)
    for sql, kind, where in (
        ("update channel_endpoints set url = 'https://evil.example/'", "row_altered", "channel endpoint"),
        ("update channel_endpoints set state = 'ended'", "row_altered", "channel endpoint"),
        ("update channel_assertions set officer = 'nobody'", "row_altered", "channel assertion"),
        ("delete from channel_assertions where vouches_for = 'real_name'", "row_missing", "channel_asserted"),
        ("delete from channel_endpoints", "row_missing", "channel_endpoint_set"),
    ):
        await house.tamper(sql)
        faults = (await house.verify()).faults
        assert any(fault.kind == kind and fault.where.startswith(where) for fault in faults), (sql, faults)


async def test_a_webhook_moved_to_another_channel_is_told_to_nobody(house: House, street: Street) -> None:
    (bank, thief) = await street.add("bank_one", "thief")
    await bank.subscribe(["activated"])
    await thief.subscribe(["settled"])
    await street.deliver()
    house.move_on()
    street.down.add("bank_one")
    await bank.activate(ME)
    await street.deliver()
    await house.tamper("update outbox set recipient_id = $1 where kind = 'webhook'", thief.channel.channel_id)
    house.move_on()
    await street.deliver(2)
    assert thief.heard == []
