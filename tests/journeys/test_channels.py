"""The channels' interface end to end: signing, limits, activation, showing, webhooks, isolation, suspension."""

from __future__ import annotations

from datetime import timedelta

import pytest
from channel_house import Street
from journey_house import House

from openyibao.fronts.channels.routes import ROUTES
from openyibao.kit.crypto import sm2_generate, sm3
from openyibao.kit.outcome import Refused
from openyibao.rooms import channels
from openyibao.rooms.channels import ChannelKind, ChannelScope, ChannelState


async def move(house: House, code: str, state: ChannelState) -> object:
    return await house.work(
        lambda tx: channels.move_channel(tx, house.clock, channel_code=code, state=state, actor="officer-1")
    )


async def test_a_channel_activates_shows_is_told_and_unbinds(house: House, street: Street) -> None:
    (bank,) = await street.add("bank_one")
    await bank.subscribe()
    await street.deliver()
    house.move_on()
    binding = await bank.activate(1)
    shown = await bank.ask("bindings/code", {"binding": binding})
    answer = await house.scan(shown["code"])
    assert not isinstance(answer, Refused)
    settled = await house.settle(answer.visit_token, encounter=house.visit(), items=(house.line(),))
    assert not isinstance(settled, Refused)
    assert await bank.refused("status", {"binding": binding}) == "consent_missing"
    await bank.ask("consents", {"binding": binding, "consent_version": "query-2026-12"}, key="agreed")
    status = await bank.ask("status", {"binding": binding})
    assert "*" in status["name"]
    assert len(status["settlements"]) == 1
    looks = await house.rows(
        "select looker_kind, looker, kind, institution_id from looks where looker_kind = 'channel'"
    )
    assert [tuple(row) for row in looks] == [("channel", "bank_one", "status", None)]
    assert (await bank.ask("bindings/list"))["bindings"][0]["binding"] == binding
    house.move_on()
    keys = await bank.ask("bindings/keys", {"binding": binding})
    assert len(keys["days"]) == 7
    late = await bank.ask("bindings/code", {"binding": binding})
    await bank.ask("bindings/unbind", {"binding": binding}, key="end")
    assert (await house.scan(late["code"])).code == "code_not_valid"
    await street.deliver(4)
    assert bank.kinds == ["activated", "settled", "unbound"]
    listed = (await bank.ask("webhooks/deliveries"))["deliveries"]
    assert [(one["state"], one["attempts"], one["last_status"]) for one in listed] == [("sent", 1, 204)] * 3
    again = await bank.ask("webhooks/redeliver", {"event_id": listed[0]["event_id"]}, key="again")
    assert again["state"] == "waiting"
    await street.deliver()
    assert bank.kinds[-1] == "activated"
    assert bank.heard[-1] == bank.heard[0]
    assert (await house.verify()).faults == []


async def test_the_same_key_gets_the_same_answer_and_other_content_is_refused(house: House, street: Street) -> None:
    (clinic,) = await street.add("clinic_one", kind=ChannelKind.institution)
    first = await clinic.begin(key="k1")
    assert await clinic.begin(key="k1") == first
    other = {"consent_version": "2026-12", "device_name": "another"}
    assert (await clinic.client.call("activations", other, key="k1"))[1]["reason"] == "key_conflict"
    rows = await house.rows("select count(*) from activations where channel_code = 'clinic_one'")
    assert rows[0][0] == 1
    begun = first[1]
    await clinic.step(begun, "name", **clinic.named(1))
    await clinic.step(begun, "send_code")
    code = await clinic.house_code(begun["activation"])
    wrong = "000000" if code != "000000" else "111111"
    refusals = [await clinic.step(begun, "code", key="w", code=wrong) for _ in range(3)]
    assert {one[1]["reason"] for one in refusals} == {"activation_code_wrong"}
    assert {one[1]["facts"]["attempts_left"] for one in refusals} == {4}, "three sendings are one try"
    digests = await house.rows("select digest from request_keys where request_key = 'w'")
    content = b'{"activation": "%s", "step": "code", "code": "%s"}' % (begun["activation"].encode(), wrong.encode())
    assert bytes(digests[0][0]) != sm3(b"activations/step\n" + content), "nobody tries six digits out by the table"


@pytest.mark.parametrize("each_message", [False, True])
async def test_a_message_is_authenticated_before_anything_else(
    house: House, street: Street, *, each_message: bool
) -> None:
    (bank,) = await street.add("bank_one", each_message=each_message)
    client = bank.client
    if not each_message:
        await client.sign_in()
    content = b"{}"
    good = client.headers("self", content, by_sm2=each_message)
    answer = await client.send("self", content, good)
    assert answer.status_code == 200
    assert answer.json()["channel_code"] == "bank_one"

    async def reason(content: bytes = content, route: str = "self", **changes: str) -> str:
        headers = client.headers("self", b"{}", by_sm2=each_message) | changes
        return str((await client.send(route, content, headers)).json()["reason"])

    assert (await client.send("self", content, good)).json()["reason"] == "nonce_used"
    assert await reason(content=b'{"x":1}') == "signature_wrong"
    assert await reason(route="bindings/list") == "signature_wrong"
    assert await reason(**{"X-Signature": "zz"}) == "signature_wrong"
    assert await reason(**{"X-Signature": "00" * 64}) == "signature_wrong"
    assert await reason(**{"X-Nonce": "short"}) == "nonce_malformed"
    assert await reason(**{"X-Nonce": "n" * 65}) == "nonce_malformed"
    assert await reason(**{"X-Channel-Key": "1"}) == "channel_key_unknown"
    assert await reason(**{"X-Channel-Key": "9" * 30}) == "channel_key_unknown"
    for timestamp in ("", "-1", "1", "9" * 14, str(client.now() + 301), str(client.now() - 301)):
        assert await reason(**{"X-Timestamp": timestamp}) == "message_too_old", timestamp
    rows = await house.rows("select count(*) from channel_nonces where nonce <> all($1)", [good["X-Nonce"]])
    assert rows[0][0] == (0 if each_message else 1), "what is not signed leaves no nonce (the sign-in left one)"


async def test_a_channel_signs_as_it_is_registered_to(house: House, street: Street) -> None:
    (session,) = await street.add("by_session")
    (each,) = await street.add("by_sm2", each_message=True)
    session.client.each_message = True
    assert await session.refused("self") == "signing_not_registered"
    each.client.each_message = False
    assert await each.refused("self") == "signing_not_registered"
    session.client.each_message = False
    await session.client.sign_in()
    answer = await session.client.send("session", b"{}", session.client.headers("session", b"{}"))
    assert answer.json()["reason"] == "signing_not_registered"


async def test_keys_rotate_with_an_overlap_and_sessions_end_by_themselves(house: House, street: Street) -> None:
    (bank,) = await street.add("bank_one")
    await bank.ask("self")
    new = sm2_generate()
    key_id = await house.work(
        lambda tx: channels.rotate_key(
            tx,
            house.clock,
            channel_code="bank_one",
            public_key=new.public.der(),
            overlap=timedelta(hours=1),
            actor="officer-1",
        )
    )
    await bank.client.sign_in()
    house.clock.move(timedelta(hours=1, seconds=1))
    await bank.ask("self")
    with pytest.raises(RuntimeError, match="channel_key_unknown"):
        await bank.client.sign_in()
    bank.client.public_id, bank.client.private = key_id, new
    await bank.client.sign_in()
    await bank.ask("self")
    house.clock.move(timedelta(hours=12))
    assert await bank.refused("self") == "channel_key_unknown"
    assert (await house.verify()).faults == []


async def test_a_suspended_channel_is_dead_at_once_with_the_codes_it_shows(house: House, street: Street) -> None:
    (bank, other) = await street.add("bank_one", "bank_two")
    binding = await bank.activate(1)
    house.move_on()
    theirs = await other.activate(1)
    house.move_on()
    codes = [
        (await who.ask("bindings/code", {"binding": which}))["code"]
        for who, which in ((bank, binding), (other, theirs))
    ]
    await move(house, "bank_one", ChannelState.suspended)
    assert await bank.refused("self") == "channel_suspended"
    assert (await house.scan(codes[0])).code == "channel_suspended"
    assert not isinstance(await house.scan(codes[1]), Refused), "others live"
    await move(house, "bank_one", ChannelState.active)
    assert not isinstance(await house.scan(codes[0]), Refused), "resumed within the code's half minute"
    await move(house, "bank_one", ChannelState.revoked)
    assert await bank.refused("self") == "channel_suspended"
    assert isinstance(await move(house, "bank_one", ChannelState.active), Refused), "revoked is for good"
    assert (await house.verify()).faults == []


async def test_verify_names_a_channel_that_was_altered_and_one_that_is_gone(house: House, street: Street) -> None:
    await street.add("bank_one", "bank_two")
    await house.tamper("update channels set calls_a_minute = 999999 where channel_code = 'bank_one'")
    assert any("channel bank_one" in fault.where for fault in (await house.verify()).faults)
    await house.tamper("update channel_keys set public_key = '\\x00'")
    await house.tamper("delete from channel_keys where channel_id = (select max(channel_id) from channels)")
    wheres = " ".join(fault.where for fault in (await house.verify()).faults)
    assert "channel key" in wheres


async def test_limits_hold_and_say_when_to_come_again(house: House, street: Street) -> None:
    (bank, other) = await street.add("bank_one", "bank_two", calls_a_minute=5, activations_a_day=2)
    for _ in range(4):
        await bank.ask("self")  # with the sign-in these are five
    status, answer = await bank.client.call("self")
    assert (status, answer["reason"]) == (429, "too_many_calls")
    assert 1 <= answer["facts"]["seconds"] <= 60
    await other.ask("self")
    house.clock.move(timedelta(minutes=1))
    for _ in range(2):
        assert (await bank.begin())[0] == 200
    status, answer = await bank.begin()
    assert (status, answer["reason"]) == (429, "too_many_activations")
    house.clock.move(timedelta(days=1))
    bank.client.session_id = 0
    assert (await bank.begin())[0] == 200


async def test_a_stranger_and_a_wrong_name_are_told_apart_by_nobody_and_both_count(
    house: House, street: Street
) -> None:
    (app,) = await street.add("app_one", kind=ChannelKind.government_app)
    _, begun = await app.begin()
    wrong = app.holder(1)._replace(name="某某某")
    stranger = wrong._replace(document_number="110000199001010000")
    answers = [await app.step(begun, "name", **app.named(who)) for who in (wrong, stranger)]
    for _, answer in answers:
        answer.pop("request_id")
    assert answers[0] == answers[1]
    assert answers[0][1]["reason"] == "person_not_matched"
    for _ in range(3):
        await app.step(begun, "name", **app.named(wrong))
    assert (await app.step(begun, "name", **app.named(1)))[1]["reason"] == "activation_over"
    for n in range(2):
        _, begun = await app.begin()
        for m in range(4):
            nobody = stranger._replace(document_number=f"1100001990010{n}{m}000")
            await app.step(begun, "name", **app.named(nobody))
    _, begun = await app.begin()
    assert (await app.step(begun, "name", **app.named(1)))[1]["reason"] == "activation_tries_exhausted"
    other = app.named(2, device="device-0002")
    assert (await app.step(begun, "name", **other))[0] == 200, "another device of the channel goes on"


async def test_no_channel_sees_or_touches_what_is_anothers(house: House, street: Street) -> None:
    """Channel × other's bindings, activations, deliveries: refused exactly as what does not exist."""
    (mine, theirs) = await street.add("bank_one", "bank_two")
    await mine.subscribe()
    await theirs.subscribe()
    await street.deliver()
    house.move_on()
    binding = await mine.activate(1)
    _, begun = await mine.begin()
    await street.deliver(2)
    event = mine.heard[0]["event_id"]
    absent_binding = f"{binding.split('-')[0]}-123456789"
    for route, mine_body, absent in (
        ("bindings/keys", {"binding": binding}, {"binding": absent_binding}),
        ("bindings/code", {"binding": binding}, {"binding": absent_binding}),
        ("bindings/unbind", {"binding": binding}, {"binding": absent_binding}),
        ("status", {"binding": binding}, {"binding": absent_binding}),
        (
            "consents",
            {"binding": binding, "consent_version": "query-2026-12"},
            {"binding": absent_binding, "consent_version": "query-2026-12"},
        ),
        ("consents/withdraw", {"binding": binding}, {"binding": absent_binding}),
        ("activations/face", {"activation": begun["activation"]}, {"activation": absent_binding}),
        ("activations/data", {"activation": begun["activation"]}, {"activation": absent_binding}),
        (
            "activations/step",
            {"activation": begun["activation"], "step": "code", "code": "123456"},
            {"activation": absent_binding, "step": "code", "code": "123456"},
        ),
        ("webhooks/redeliver", {"event_id": event}, {"event_id": "123456789"}),
    ):
        answers = []
        for body in (mine_body, absent):
            key = house.key() if ROUTES[route].acts else ""
            status, answer = await theirs.client.call(route, body, key=key)
            assert status == 404, (route, answer)
            answer.pop("request_id")
            answers.append(answer)
        assert answers[0] == answers[1], route
    assert (await theirs.ask("bindings/list"))["bindings"] == []
    assert (await theirs.ask("webhooks/deliveries"))["deliveries"] == []
    assert theirs.heard == []
    assert (await mine.ask("bindings/list"))["bindings"][0]["binding"] == binding


async def test_every_route_asks_for_its_scope(house: House, street: Street) -> None:
    bodies = {
        "activations": {"consent_version": "2026-12", "device_name": "x"},
        "activations/face": {"activation": "1-1"},
        "activations/data": {"activation": "1-1"},
        "activations/capture": {"activation": "1-1", "challenge_id": "c" * 16, "capture": "AAAA"},
        "consents": {"binding": "1-1", "consent_version": "query-2026-12"},
        "consents/texts": {},
        "activations/step": {"activation": "1-1", "step": "code", "code": "123456"},
        "webhooks": {"url": "https://x.example/", "events": []},
        "webhooks/redeliver": {"event_id": "1"},
    }
    for scope in ChannelScope:
        (partner,) = await street.add(f"only_{scope.value}", scopes=frozenset({scope}))
        for name, route in ROUTES.items():
            if route.signs_in:
                continue
            key = house.key() if route.acts else ""
            _, answer = await partner.client.call(name, bodies.get(name, {"binding": "1-1"}), key=key)
            if route.scope in {None, scope}:
                assert answer.get("reason") != "scope_missing", (scope, name)
            else:
                assert answer["reason"] == "scope_missing", (scope, name)


async def test_nonsense_is_refused_with_a_reason_and_never_reaches_the_database(house: House, street: Street) -> None:
    (bank,) = await street.add("bank_one")
    for route, body in (
        ("bindings/code", {"binding": "1-1", "more": 1}),
        ("bindings/code", {"binding": "x"}),
        ("bindings/code", {"binding": f"1-{2**63}"}),
        ("bindings/code", {}),
        ("status", {"binding": "9999-1"}),
        ("webhooks/deliveries", {"after": "9" * 30}),
        ("webhooks", {"url": "https://bank-one.example/h", "events": ["nothing"]}),
    ):
        status, answer = await bank.client.call(route, body, key="n" + house.key() if ROUTES[route].acts else "")
        assert 400 <= status < 500, (route, body, answer)
    assert await bank.refused("nowhere") == "route_unknown"
    assert await bank.refused("webhooks", {"url": "x", "events": []}) == "key_missing"
    for url in (
        "http://bank-one.example/h",
        "https://bank-one.example.evil/h",
        "https://u@bank-one.example/h",
        "https://bank-one.example:444/h",
        "https://127.0.0.1/h",
        "https://bank-one.example/../h",
        "https://[x/",
    ):
        assert (
            await bank.refused("webhooks", {"url": url, "events": ["settled"]}, key=house.key())
            == "webhook_not_allowed"
        )
    big = b"{" + b" " * 30_000 + b"}"
    answer = await bank.client.send("self", big, bank.client.headers("self", big))
    assert answer.status_code == 413
