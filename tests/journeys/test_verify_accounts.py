"""Pots, holds, mutual aid, the purse, credits, the turn of the year: whoever alters a row or takes one away is named."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from aid_house import Relative, agreed, end, newcomer, propose, send, somebody
from journey_house import House
from test_account_years import credited, number_of, set_area, written
from test_purse import answered

from openyibao.rooms import holds, purse, settlement
from openyibao.rooms.holds import HoldPurpose, NewHold
from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.purse import PurseTransfer
from openyibao.rooms.settlement import Settled
from openyibao.year_rolling import roll_year

RETIRED, BILL_FEN = 1, 4_000_000


@pytest.fixture
async def lived(house: House, tmp_path: Path) -> House:
    """Every kind of row about accounts was written, and verify finds nothing."""
    father, daughter = somebody(house, RETIRED), await newcomer(house, "李晓晨", current_fen=90_000, past_fen=60_000)
    await propose(house, daughter, somebody(house, 0))
    await end(house, await agreed(house, daughter, somebody(house, 2)), daughter)
    await agreed(house, daughter, father, per_use_fen=10_000)
    for back in (True, False):
        done = await house.settle_aided(RETIRED, BILL_FEN)
        assert isinstance(done, Settled), done
        assert not back or isinstance(await house.reverse_aided(done), Settled)
    await _hold(house, daughter)
    taken, refused, waiting = [await send(house, daughter, father, fen) for fen in (700, 800, 900)]
    assert isinstance(waiting, PurseTransfer), waiting
    await answered(house, purse.refuse, refused, father)
    await answered(house, purse.accept, taken, father)
    await house.work(lambda tx: settlement.carry_act(tx, house.clock, taken.cell, taken.transfer_id))
    await set_area(house, account_interest_bp={"current": 35, "past": 150})
    await credited(house, written(tmp_path / "credits.csv", [(number_of(house, 0), "current", "12.34")]))
    house.clock.move(timedelta(days=60))
    await roll_year(house.platform, 2027)
    assert (await house.verify()).faults == []
    return house


async def _hold(house: House, whose: Relative) -> None:
    """Three holds beside the bills': open, released, expired."""
    wanted = [
        NewHold(
            cell=whose.cell,
            person_id=whose.person_id,
            pot=AccountPot.current,
            amount_fen=100 + n,
            purpose=HoldPurpose.mutual_aid,
            reference=f"1:hold-{n}",
            subject_id=1,
            expires_at=house.clock.now() + timedelta(minutes=n),
        )
        for n in range(3)
    ]
    made = await house.work(lambda tx: holds.hold(tx, house.clock, wanted, actor="test"))
    await house.work(lambda tx: holds.expire(tx, house.clock, made[:1], actor="test"))
    await house.work(lambda tx: holds.release(tx, house.clock, made[1:2], actor="test"))


def first(name: str, table: str, condition: str = "true") -> str:
    return f"where {name} = (select min({name}) from {table} where {condition})"


LATER = "+ interval '1 hour'"
ALTERED = {
    "hold": [
        f"update account_holds set amount_fen = amount_fen + 1 {first('hold_id', 'account_holds')}",
        f"update account_holds set subject_id = subject_id + 1 {first('hold_id', 'account_holds')}",
        f"update account_holds set posted_fen = posted_fen - 1 {first('hold_id', 'account_holds', 'posted_fen > 1')}",
        "update account_holds set state = 'released' where state = 'expired'",
        f"update account_holds set ended_at = ended_at {LATER} where state = 'expired'",
        "update account_holds set state = 'open', ended_at = null where state = 'expired'",
        f"update account_holds set expires_at = expires_at {LATER} where state = 'open'",
    ],
    "crossing": [
        f"update crossings set to_person_id = 1 {first('crossing_id', 'crossings')}",
        f"update crossings set amount_fen = amount_fen + 1 {first('crossing_id', 'crossings')}",
    ],
    "crossing receipt": [
        f"update crossing_receipts set received_at = received_at {LATER} {first('crossing_id', 'crossing_receipts')}",
        f"update crossing_receipts set amount_fen = amount_fen + 1 {first('crossing_id', 'crossing_receipts')}",
    ],
    "mutual aid": [
        "update mutual_aid_agreements set per_use_fen = per_use_fen + 1 where per_use_fen is not null",
        "update mutual_aid_agreements set state = 'agreed', agreed_at = proposed_at where state = 'proposed'",
        "update mutual_aid_agreements set state = 'agreed', ended_at = null, ended_by = null where state = 'ended'",
        "update mutual_aid_agreements set ended_by = 'relative' where state = 'ended'",
        "update mutual_aid_pointers set owner_person_id = owner_person_id + 1",
        f"delete from mutual_aid_pointers {first('agreement_id', 'mutual_aid_pointers')}",
    ],
    "mutual aid use": ["update mutual_aid_uses set past_fen = past_fen + 1 where kind = 'refunded'"],
    "purse transfer": [
        "update purse_transfers set receiver_person_id = 1 where state = 'sent'",
        "update purse_transfers set state = 'returned' where state = 'refused'",
        "update purse_transfers set state = 'sent', ended_at = null where state = 'refused'",
        "update purse_transfers set past_fen = past_fen + 1 where state = 'sent'",
        "delete from purse_pointers",
    ],
    "credit batch": ["update credit_batches set amount_fen = amount_fen + 1"],
    "credit line": [
        "update credit_lines set amount_fen = amount_fen + 1",
        "update credit_lines set person_id = person_id + 1",
    ],
    "year roll": ["update year_roll_chunks set carried_fen = carried_fen + 1 where carried_fen > 0"],
}
MISSING = {
    "hold_made": "delete from account_holds where state = 'open'",
    "crossing_ordered": f"delete from crossings {first('crossing_id', 'crossings')}",
    "crossing_received": f"delete from crossing_receipts {first('crossing_id', 'crossing_receipts')}",
    "mutual_aid_proposed": "delete from mutual_aid_agreements where state = 'ended'",
    "mutual_aid_used": "delete from mutual_aid_uses where kind = 'refunded'",
    "purse_sent": "delete from purse_transfers where state = 'sent'",
    "credit_batch_begun": "delete from credit_batches",
    "credit_line_entered": "delete from credit_lines",
    "year_rolled": f"delete from year_roll_chunks {first('chunk_id', 'year_roll_chunks')}",
    "account_moved": "delete from postings where posting_id = (select min(posting_id) from postings where debit_account = 104)",
    "account_credited": "delete from postings where posting_id = (select min(posting_id) from postings where debit_account = 101)",
}
SUMS = {
    "balance_differs": [
        "update personal_accounts set balance_fen = balance_fen + 1 where pot = 'purse'",
        "update personal_accounts set balance_fen = balance_fen - 1 where pot = 'past' and balance_fen > 1",
    ],
    "held_differs": ["update personal_accounts set held_fen = held_fen - 1 where held_fen > 0"],
    "crossing_differs": ["update crossings set state = 'due' where kind = 'give'"],
    "transit_differs": ["update postings set debit_account = 999 where debit_account = 102 and settlement_id is null"],
    "roll_differs": ["delete from postings where debit_account = 104"],
}


async def found(house: House, kind: str, where: str) -> None:
    faults = (await house.verify()).faults
    assert all(fault.zh and fault.en for fault in faults)
    names = {(fault.kind, fault.where) for fault in faults}
    assert any(name[0] == kind and name[1].startswith(where) for name in names), names


async def test_every_kind_of_row_about_accounts_is_looked_at(lived: House) -> None:
    counts = (await lived.verify()).counts
    for noun, table in {
        "holds": "account_holds",
        "crossings": "crossings",
        "crossing_receipts": "crossing_receipts",
        "credit_batches": "credit_batches",
        "credit_lines": "credit_lines",
        "year_rolls": "year_roll_chunks",
        "mutual_aid": "mutual_aid_agreements",
        "mutual_aid_uses": "mutual_aid_uses",
        "purse_transfers": "purse_transfers",
    }.items():
        (row,) = await lived.rows(f"select count(*) as n from {table}")
        assert counts[noun] == row["n"] > 0, noun


@pytest.mark.parametrize(("where", "sql"), [(where, sql) for where, all_ in ALTERED.items() for sql in all_])
async def test_a_row_altered_is_named(lived: House, where: str, sql: str) -> None:
    await lived.tamper(sql)
    await found(lived, "row_altered", where + " ")


@pytest.mark.parametrize("event", MISSING)
async def test_a_row_removed_is_named(lived: House, event: str) -> None:
    await lived.tamper(MISSING[event])
    await found(lived, "row_missing", event + " ")


@pytest.mark.parametrize(("kind", "sql"), [(kind, sql) for kind, all_ in SUMS.items() for sql in all_])
async def test_a_sum_that_does_not_hold_is_named(lived: House, kind: str, sql: str) -> None:
    await lived.tamper(sql)
    await found(lived, kind, "")


@pytest.mark.parametrize(
    ("table", "name", "condition", "kinds"),
    [
        ("postings", "posting_id", "debit_account = 104", {"balance_differs", "roll_differs"}),
        ("account_holds", "hold_id", "state = 'open'", {"held_differs"}),
        ("crossing_receipts", "crossing_id", "true", {"crossing_differs"}),
        ("mutual_aid_uses", "use_id", "kind = 'refunded'", set()),
        ("year_roll_chunks", "chunk_id", "carried_fen > 0", {"roll_differs"}),
    ],
)
async def test_a_row_removed_with_its_audit_events_is_named(
    lived: House, table: str, name: str, condition: str, kinds: set[str]
) -> None:
    (row,) = await lived.rows(f"select min({name}) as subject from {table} where {condition}")
    await lived.tamper(f"delete from {table} where {name} = $1", row["subject"])
    await lived.tamper("delete from audit_events where subject_id = $1", row["subject"])
    faults = {fault.kind for fault in (await lived.verify()).faults}
    assert {"event_missing", *kinds} <= faults


async def test_an_account_moved_in_balance_and_postings_is_named(lived: House) -> None:
    await lived.tamper(
        "update postings set amount_fen = amount_fen + 5 where debit_account = 101 and posting_id = "
        "(select max(posting_id) from postings where debit_account = 101)"
    )
    await lived.tamper(
        "update personal_accounts a set balance_fen = balance_fen + 5 from postings p where "
        "p.debit_account = 101 and a.account_id = p.credit_account and p.posting_id = "
        "(select max(posting_id) from postings where debit_account = 101)"
    )
    await found(lived, "credit_altered", "posting ")
