"""Both pots of an account: what a bill takes of which, in the order of the area's policy, and what comes back to which."""

from __future__ import annotations

from typing import Any

import msgspec
from aid_house import newcomer, pots_fen, somebody
from journey_house import House

from openyibao.kit.crypto import KeyPurpose
from openyibao.kit.db import Tx
from openyibao.main import open_ring
from openyibao.rooms import credentials, institutions, ledger
from openyibao.rooms.credentials import PersonToIssue
from openyibao.rooms.ledger import AccountCredit, AccountPot
from openyibao.rooms.settlement import Settled

SHANGHAI = 310101


async def faults(house: House) -> list[tuple[str, str]]:
    return [(fault.kind, fault.where) for fault in (await house.verify()).faults]


async def test_past_years_pot_pays_what_the_current_one_leaves_and_gets_it_back(house: House) -> None:
    who = somebody(house, 0)
    before = (await pots_fen(house, who))["current"][0]
    credit = AccountCredit(cell=who.cell, person_id=who.person_id, pot=AccountPot.past, amount_fen=30_000)
    await house.work(lambda tx: ledger.credit_accounts(tx, [credit], on=house.clock.today()))
    done = await house.settle_new(0, [house.line(amount_fen=5_000_000)])
    assert isinstance(done, Settled), done
    paid = done.settlement
    assert (paid.personal_account_fen, paid.facts.past_account_fen) == (before + 30_000, 30_000)
    assert (paid.facts.account_balance_before_fen, paid.facts.past_account_balance_before_fen) == (before, 30_000)
    assert (paid.account_balance_after_fen, paid.past_account_balance_after_fen) == (0, 0)
    assert await pots_fen(house, who) == {"current": (0, 0), "past": (0, 0)}
    postings = await house.rows(
        "select a.pot, p.amount_fen from postings p join personal_accounts a on a.account_id = p.debit_account "
        "where p.settlement_id = $1 order by a.pot",
        paid.settlement_id,
    )
    assert [tuple(row) for row in postings] == [("current", before), ("past", 30_000)]
    assert await faults(house) == []
    undone = await house.reverse(paid.settlement_id, paid.cell)
    assert undone.settlement.account_balance_after_fen == before
    assert undone.settlement.past_account_balance_after_fen == 30_000
    assert await pots_fen(house, who) == {"current": (before, 0), "past": (30_000, 0)}
    assert await faults(house) == []


async def test_in_shanghai_the_current_pot_goes_first_and_the_deductible_is_for_past_years(house: House) -> None:
    # 900 yuan at a secondary hospital: 300 of the current pot count for nothing, 500 are the deductible and 100 are paid at
    # 75 % by the fund. Past years' pot pays what is left of it.
    who = await newcomer(house, "沈思远", agency_area=SHANGHAI, current_fen=30_000, past_fen=60_000)
    await _agree_with_shanghai(house)
    number = await _with_a_phone(house, who)
    done = await house.settle_new(number, [house.line(amount_fen=90_000)])
    assert isinstance(done, Settled), done
    paid, level = done.settlement, house.hospital.level.value
    share_bp = {"community": 8_000, "primary": 8_000, "secondary": 7_500}.get(level, 7_000)
    fund_fen = 10_000 * share_bp // 10_000
    assert (paid.deductible_fen, paid.pooled_fund_fen) == (50_000, fund_fen)
    assert (paid.personal_account_fen, paid.facts.past_account_fen) == (90_000 - fund_fen, 60_000 - fund_fen)
    assert paid.facts.accumulators_after["outpatient_in_policy_fen"] == 60_000
    assert paid.cash_fen == 0
    assert await pots_fen(house, who) == {"current": (0, 0), "past": (fund_fen, 0)}
    assert await faults(house) == []
    assert isinstance(await house.reverse(paid.settlement_id, paid.cell), Settled)
    assert await pots_fen(house, who) == {"current": (30_000, 0), "past": (60_000, 0)}
    assert await faults(house) == []


async def _agree_with_shanghai(house: House) -> None:
    """The hospital's agreements hold for the other area's insured as well."""
    rows = [msgspec.structs.replace(one, pooling_area=310100) for one in house.hospital.agreements]
    await house.work(lambda tx: institutions.agree_services(tx, house.clock, agreements=rows, actor="agency"))


async def _with_a_phone(house: House, who: Any) -> int:
    """The newcomer gets a credential, and a number in the house as its own people have."""
    ring = await open_ring(house.platform.settings, house.clock)
    (row,) = await house.rows("select name from persons where person_id = $1", who.person_id)
    person = PersonToIssue(
        bucket=who.bucket,
        person_id=who.person_id,
        name=row["name"],
        document_type="identity_card",
        document_number="99988819800101001",
        insured_cell=who.cell,
        insured_area=who.cell // 100,
    )

    async def run(tx: Tx) -> Any:
        signer, key = ring.signer(KeyPurpose.issuer), ring.current(KeyPurpose.issuer)
        return await credentials.issue(
            tx, house.clock, house.platform.sealer, signer, persons=[person], issuer_key_id=key.key_id
        )

    await house.work(run)
    installed = house.prepared.installed
    persons = (*installed.persons, installed.persons[0])
    house.prepared = _replaced(house.prepared, persons, who)
    return len(persons) - 1


def _replaced(prepared: Any, persons: tuple[Any, ...], who: Any) -> Any:
    last = msgspec.structs.replace(persons[-1], bucket=who.bucket, person_id=who.person_id)
    installed = msgspec.structs.replace(prepared.installed, persons=(*persons[:-1], last))
    return msgspec.structs.replace(prepared, installed=installed)
