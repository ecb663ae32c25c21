"""A retired person in Beijing whose daughter in Guangzhou lets her own account pay what his leaves; and what goes wrong."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import msgspec
import pytest
from aid_house import BEIJING, Relative, agree, agreed, end, newcomer, pots_fen, propose, somebody
from journey_house import House
from test_refusals import hold_the_sentences

from openyibao.fronts.shared.pages import environment
from openyibao.fronts.shared.words import SHARED_WORDS, say
from openyibao.fronts.terminal.words import TERMINAL_WORDS
from openyibao.kit.batch import AGAIN
from openyibao.recovering import recover_once
from openyibao.rooms import mutual_aid, settlement
from openyibao.rooms.mutual_aid import AidSettings, MutualAid, Party
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.settlement import RefundLine, Settled

RETIRED = 1
BILL_FEN = 4_000_000
"""So large a bill that the retired person's own account is emptied, and some thousand yuan are left."""


@pytest.fixture
def father(house: House) -> Relative:
    return somebody(house, RETIRED)


async def faults(house: House) -> list[tuple[str, str]]:
    return [(fault.kind, fault.where) for fault in (await house.verify()).faults]


async def test_a_retired_person_is_aided_by_a_daughter_in_another_province(house: House, father: Relative) -> None:
    daughter = await newcomer(house, "李晓晨", current_fen=10_000, past_fen=60_000)
    assert daughter.cell // 10_000_00 != father.cell // 10_000_00
    before = (await pots_fen(house, father))["current"][0]

    # Nobody agreed; then only one of the two did: the account of another is not touched.
    assert (await house.settle_aided(RETIRED, BILL_FEN)).code == "mutual_aid_not_agreed"
    proposed = await propose(house, daughter, father, per_use_fen=65_000, per_year_fen=100_000)
    assert (await house.settle_aided(RETIRED, BILL_FEN)).code == "mutual_aid_not_agreed"
    one = await agree(house, proposed, father)
    assert isinstance(one, MutualAid)

    # His own account first, then hers up to the limit of one use: past years' pot before this year's.
    done = await house.settle_aided(RETIRED, BILL_FEN)
    assert isinstance(done, Settled), done
    paid = done.settlement
    assert (paid.mutual_aid_fen, paid.personal_account_fen) == (65_000, before + 65_000)
    assert paid.cash_fen > 0
    assert paid.facts.aid is not None
    assert paid.facts.aid.owner_masked == "李*晨"
    assert (await pots_fen(house, father))["current"] == (0, 0)
    assert await pots_fen(house, daughter) == {"current": (5_000, 0), "past": (0, 0)}

    # Both see the same log, wherever they look.
    async with house.platform.readers.reading() as reading:
        for person, party in ((daughter, Party.owner), (father, Party.relative)):
            ((seen_as, seen),) = await mutual_aid.list_mine(reading, cell=person.cell, person_id=person.person_id)
            assert seen_as is party
            (use,) = await mutual_aid.list_uses(reading, seen.cell, [seen.agreement_id], most=9)
            assert (use.past_fen, use.current_fen, use.settlement_id) == (60_000, 5_000, paid.settlement_id)
    assert await faults(house) == []

    # Taken back, she has her money again, in the pots it came from; and the year's limit is whole again.
    undone = await house.reverse_aided(done)
    assert isinstance(undone, Settled), undone
    assert await pots_fen(house, daughter) == {"current": (10_000, 0), "past": (60_000, 0)}
    assert (await pots_fen(house, father))["current"] == (before, 0)
    assert await faults(house) == []

    # Ended by either, at once.
    ended = await end(house, one, father)
    assert ended.ended_by is Party.relative
    refused = await house.settle_aided(RETIRED, BILL_FEN)
    hold_the_sentences(refused, "mutual_aid_ended")
    own = await house.settle_new(RETIRED, [house.line(amount_fen=BILL_FEN)], account_use=AccountUse.own)
    assert own.settlement.mutual_aid_fen == 0
    assert await faults(house) == []


async def test_the_slip_says_whose_account_paid_and_masks_the_name(house: House, father: Relative) -> None:
    daughter = await newcomer(house, "李晓晨", past_fen=60_000)
    await agreed(house, daughter, father)
    done = await house.settle_aided(RETIRED, BILL_FEN)
    named = {"cell": done.settlement.cell, "settlement_id": done.settlement.settlement_id}
    async with house.platform.readers.reading() as reading:
        found = await settlement.explain_settlement(
            reading, house.platform.desk, institution_id=house.hospital.institution_id, **named
        )
    facts = {"found": found, "done": found.settlement, "reversal": False, "institution": house.hospital}
    facts |= {"segments": [], "lines": [], "steps": [], "at": "", "title": "", "request_key": "R1", "session": None}
    for lang, said in (("zh", "其中家庭共济（李*晨）"), ("en", "of it mutual aid (李*晨)")):

        def t(key: str, lang: str = lang, **holes: object) -> str:
            return say({**SHARED_WORDS, **TERMINAL_WORDS}, lang, key, **holes)

        page = SimpleNamespace(home="/terminal", large=False, switched=lambda **_: "")
        shown = environment().get_template("terminal/slip.html").blocks["work"]
        text = "".join(
            shown(
                environment()
                .get_template("terminal/slip.html")
                .new_context({**facts, "t": t, "lang": lang, "page": page})
            )
        )
        assert said in text
        assert "李晓晨" not in text
        assert "600.00" in text


async def test_within_one_cell_the_owner_pays_in_the_same_transaction(house: House, father: Relative) -> None:
    sister = await _of_the_cell(house, father, current_fen=30_000)
    await agreed(house, sister, father)
    done = await house.settle_aided(RETIRED, BILL_FEN)
    assert (done.settlement.mutual_aid_fen, done.settlement.facts.aid.reference) == (30_000, "")
    assert await house.rows("select from account_holds") == []
    assert (await pots_fen(house, sister))["current"] == (0, 0)
    undone = await house.reverse(done.settlement.settlement_id, done.settlement.cell)
    assert isinstance(undone, Settled)
    assert (await pots_fen(house, sister))["current"] == (30_000, 0)
    assert await faults(house) == []


async def test_a_bill_that_a_relative_paid_is_given_back_whole_or_not_at_all(house: House, father: Relative) -> None:
    daughter = await newcomer(house, "李晓晨", past_fen=60_000)
    await agreed(house, daughter, father)
    bill = (await house.settle_aided(RETIRED, BILL_FEN)).settlement
    # There is no such line either: that is looked at later.
    refused = await house.refund(bill, [RefundLine(line_no=7, quantity_e4=1, amount_fen=1)])
    hold_the_sentences(refused, "relative_paid")
    assert await faults(house) == []


async def _of_the_cell(house: House, of: Relative, **money: int) -> Relative:
    """Beijing has two cells: a newcomer lives in one of them."""
    for n in range(20):
        made = await newcomer(
            house, f"李晓{'一二三四五六七八九十甲乙丙丁戊己庚辛壬癸'[n]}", agency_area=BEIJING, **money
        )
        if made.cell == of.cell:
            return made
    raise AssertionError("twenty newcomers, and none in this cell")


async def test_what_is_told_beforehand_is_what_is_settled(house: House, father: Relative) -> None:
    daughter = await newcomer(house, "李晓晨", past_fen=60_000)
    await agreed(house, daughter, father, per_use_fen=1_234)
    house.move_on()
    token = await house.token(RETIRED)
    bill = {"encounter": house.visit(), "items": (house.line(amount_fen=BILL_FEN),)}
    told = await house.pre_settle(token, account_use=AccountUse.mutual_aid, **bill)
    done = await house.settle_aided(RETIRED, BILL_FEN)
    assert told.split.mutual_aid_fen == done.settlement.mutual_aid_fen == 1_234
    assert told.split.cash_fen == done.settlement.cash_fen
    assert told.aid_owner_masked == "李*晨"
    by_payer = {step.rule: step.amount_fen for step in told.steps if step.payer == "personal_account"}
    assert by_payer["mutual_aid"] == 1_234


@pytest.mark.parametrize("agency_area", [BEIJING, 440103])
async def test_the_limit_of_the_year_counts_what_was_used_and_given_back(
    house: House, father: Relative, agency_area: int
) -> None:
    daughter = await newcomer(house, "李晓晨", agency_area=agency_area, past_fen=60_000)
    await agreed(house, daughter, father, per_year_fen=20_000)
    first = await house.settle_aided(RETIRED, BILL_FEN)
    assert first.settlement.mutual_aid_fen == 20_000
    refused = await house.settle_aided(RETIRED, 500_000)
    hold_the_sentences(refused, "mutual_aid_limit_reached")
    assert isinstance(await house.reverse_aided(first), Settled)
    again = await house.settle_aided(RETIRED, BILL_FEN)
    assert again.settlement.mutual_aid_fen == 20_000
    house.clock.move(timedelta(days=60))
    assert house.clock.today().year == 2027
    new_year = await house.settle_aided(RETIRED, BILL_FEN)
    assert new_year.settlement.mutual_aid_fen == 20_000
    assert await faults(house) == []


@pytest.mark.parametrize("agency_area", [BEIJING, 440103])
async def test_an_account_with_nothing_on_it_leaves_the_rest_to_cash(
    house: House, father: Relative, agency_area: int
) -> None:
    daughter = await newcomer(house, "李晓晨", agency_area=agency_area)
    await agreed(house, daughter, father)
    done = await house.settle_aided(RETIRED, BILL_FEN)
    assert isinstance(done, Settled), done
    assert done.settlement.mutual_aid_fen == 0
    assert done.settlement.cash_fen > 0
    assert await faults(house) == []


async def test_the_last_day_is_the_last(house: House, father: Relative) -> None:
    daughter = await newcomer(house, "李晓晨", past_fen=60_000)
    await agreed(house, daughter, father, valid_until=house.clock.today())
    assert (await house.settle_aided(RETIRED, 1_000_000)).settlement.mutual_aid_fen >= 0
    house.clock.move(timedelta(days=1))
    hold_the_sentences(await house.settle_aided(RETIRED, BILL_FEN), "mutual_aid_ended")


async def test_proposals_that_may_not_be_are_refused_in_their_order(house: House, father: Relative) -> None:
    daughter = await newcomer(house, "李晓晨")
    mother = await newcomer(house, "王淑兰")
    yesterday = house.clock.today() - timedelta(days=1)
    one_relative = AidSettings(relatives_max=1)
    hold_the_sentences(await propose(house, daughter, daughter, valid_until=yesterday), "mutual_aid_to_oneself")
    one = await propose(house, daughter, father, one_relative)
    past = await propose(house, daughter, father, one_relative, valid_until=yesterday)
    hold_the_sentences(past, "mutual_aid_until_past")
    hold_the_sentences(await propose(house, daughter, father, one_relative), "mutual_aid_exists")
    hold_the_sentences(await propose(house, daughter, mother, one_relative), "mutual_aid_relatives_full")
    hold_the_sentences(await agree(house, one, daughter), "mutual_aid_unknown")
    hold_the_sentences(await end(house, one, mother), "mutual_aid_unknown")
    assert isinstance(await agree(house, one, father), MutualAid)
    hold_the_sentences(await agree(house, one, father), "mutual_aid_not_proposed")
    await end(house, one, daughter)
    assert (await end(house, one, father)).ended_by is Party.owner
    assert isinstance(await propose(house, daughter, mother, one_relative), MutualAid)
    assert await faults(house) == []


async def _held(house: House, key: str) -> Relative:
    """Money is held for a bill in another province, and the process is gone before the bill."""
    daughter = await newcomer(house, "李晓晨", past_fen=60_000)
    await agreed(house, daughter, somebody(house, RETIRED))
    house.move_on()
    request = house.settle_request(
        await house.token(RETIRED),
        key=key,
        account_use=AccountUse.mutual_aid,
        encounter=house.visit(),
        items=(house.line(amount_fen=BILL_FEN),),
    )
    grant = await house.platform.lane.submit("hold_aid", request)
    assert grant.pots == {"past": 60_000}
    again = await house.platform.lane.submit("hold_aid", request)
    assert again == grant
    assert await pots_fen(house, daughter) == {"current": (0, 0), "past": (60_000, 60_000)}
    house.request, house.grant = request, grant
    return daughter


async def test_a_hold_whose_bill_never_came_falls_free_and_bars_it(house: House) -> None:
    daughter = await _held(house, "lost")
    assert (await recover_once(house.platform)).freed == 0
    house.clock.move(timedelta(minutes=11))
    assert (await recover_once(house.platform)).freed == 1
    assert await pots_fen(house, daughter) == {"current": (0, 0), "past": (60_000, 0)}
    assert (await house.rows("select state from account_holds"))[0][0] == "expired"
    late = await house.platform.lane.submit("settle", house.request)
    hold_the_sentences(late, "request_barred")
    assert await faults(house) == []


async def test_a_bill_whose_last_step_was_lost_is_posted_by_the_next_round(house: House) -> None:
    daughter = await _held(house, "carried")
    done = await house.platform.lane.submit("settle", msgspec.structs.replace(house.request, grant=house.grant))
    assert done.settlement.mutual_aid_fen == 60_000
    # Settled here, not yet posted there: nobody can spend it, and verify knows that it is under way.
    assert await pots_fen(house, daughter) == {"current": (0, 0), "past": (60_000, 60_000)}
    assert await faults(house) == []
    house.clock.move(timedelta(minutes=11))
    first, second = await recover_once(house.platform), await recover_once(house.platform)
    assert (first.carried, first.freed, second.carried) == (1, 0, 0)
    assert await pots_fen(house, daughter) == {"current": (0, 0), "past": (0, 0)}
    assert await faults(house) == []


async def test_a_bill_undone_before_its_last_step_gives_everything_back(house: House) -> None:
    daughter = await _held(house, "annulled")
    done = await house.platform.lane.submit("settle", msgspec.structs.replace(house.request, grant=house.grant))
    assert isinstance(done, Settled), done
    undone = await house.annul("annulled")
    assert isinstance(undone, Settled), undone
    await recover_once(house.platform)
    assert await pots_fen(house, daughter) == {"current": (0, 0), "past": (60_000, 0)}
    async with house.platform.readers.reading() as reading:
        (mine,) = await mutual_aid.list_mine(reading, cell=daughter.cell, person_id=daughter.person_id)
        uses = await mutual_aid.list_uses(reading, daughter.cell, [mine[1].agreement_id], most=9)
    assert sorted(use.kind for use in uses) == ["refunded", "used"]
    assert await faults(house) == []


async def test_a_bill_refused_after_holding_frees_what_was_held(house: House) -> None:
    daughter = await _held(house, "refused")
    grant, changed = house.grant, settlement.ExpectedSplit(fund_total_fen=1, personal_account_fen=1, cash_fen=1)
    refused = await house.platform.lane.submit(
        "settle", msgspec.structs.replace(house.request, grant=grant, expected=changed)
    )
    assert refused.code == "split_changed"
    await house.work(lambda tx: settlement.release_grant(tx, house.clock, grant))
    assert await pots_fen(house, daughter) == {"current": (0, 0), "past": (60_000, 0)}
    assert (await house.rows("select state from account_holds"))[0][0] == "released"
    assert await faults(house) == []


async def test_a_bill_settled_without_what_was_held_for_it_leaves_it_to_fall_free(house: House) -> None:
    daughter = await _held(house, "own-after-all")
    own = msgspec.structs.replace(house.request, account_use=AccountUse.own)
    done = await house.platform.lane.submit("settle", own)
    assert (done.settlement.mutual_aid_fen, done.settlement.facts.aid) == (0, None)
    house.clock.move(timedelta(minutes=11))
    assert (await recover_once(house.platform)).freed == 1
    assert await pots_fen(house, daughter) == {"current": (0, 0), "past": (60_000, 0)}
    assert await faults(house) == []


async def test_an_order_that_cannot_be_carried_does_not_hold_up_the_others(house: House) -> None:
    daughter = await _held(house, "spoilt")
    await house.platform.lane.submit("settle", msgspec.structs.replace(house.request, grant=house.grant))
    await house.tamper("update account_holds set state = 'released', ended_at = made_at")
    other = await newcomer(house, "王淑兰", past_fen=5_000)
    relative = somebody(house, 0)
    await agreed(house, other, relative)
    house.move_on()
    bill = {"encounter": house.visit(), "items": (house.line(amount_fen=BILL_FEN),)}
    request = house.settle_request(await house.token(0), account_use=AccountUse.mutual_aid, **bill)
    grant = await house.platform.lane.submit("hold_aid", request)
    await house.platform.lane.submit("settle", msgspec.structs.replace(request, grant=grant))
    assert (await recover_once(house.platform)).carried == 1
    assert await pots_fen(house, other) == {"current": (0, 0), "past": (0, 0)}
    assert ("row_altered", "hold") in {(kind, where.split()[0]) for kind, where in await faults(house)}
    assert (await pots_fen(house, daughter))["past"][0] == 60_000


async def test_of_two_bills_of_one_person_in_a_batch_each_spends_its_own_hold(house: House, father: Relative) -> None:
    daughter = await newcomer(house, "李晓晨", past_fen=60_000)
    await agreed(house, daughter, father, per_use_fen=20_000)
    requests = []
    for key in ("first", "second"):
        house.move_on()
        token = await house.token(RETIRED)
        bill = {"encounter": house.visit(), "items": (house.line(amount_fen=BILL_FEN),)}
        request = house.settle_request(token, key=key, account_use=AccountUse.mutual_aid, **bill)
        grant = await house.platform.lane.submit("hold_aid", request)
        requests.append(msgspec.structs.replace(request, grant=grant))
    assert await pots_fen(house, daughter) == {"current": (0, 0), "past": (60_000, 40_000)}
    desk = house.platform.desk
    first, again = await house.work(lambda tx: settlement.settle(tx, house.clock, desk, requests))
    assert again is AGAIN
    second = await house.platform.lane.submit("settle", requests[1])
    for request, done in zip(requests, (first, second), strict=True):
        assert done.settlement.facts.aid.reference == request.grant.reference
    await recover_once(house.platform)
    assert await pots_fen(house, daughter) == {"current": (0, 0), "past": (20_000, 0)}
    assert await faults(house) == []
