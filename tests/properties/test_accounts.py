"""No sequence of acts drives a pot or what is available below zero, and what comes in is what is there or went out.

An auditor keeps its own books in a few lines: credits and interest in, what settlements that stand took out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_settling import Bill, Office

from openyibao.demo import population
from openyibao.kit.clock import FakeClock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import account_credits, holds, ledger, mutual_aid, purse, settlement
from openyibao.rooms.account_credits import InterestRates
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.holds import Hold, HoldPurpose, NewHold
from openyibao.rooms.ledger import AccountCredit, AccountPot
from openyibao.rooms.mutual_aid import AidSettings, NewMutualAid, Relation
from openyibao.rooms.people import lock_persons
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.purse import NewTransfer, PurseSettings, PurseTransfer
from openyibao.rooms.settlement import ReverseRequest, Settled
from openyibao.rooms.settlement.balancing import check_accounts
from openyibao.rooms.settlement.witnessing import Checked

pytestmark = pytest.mark.owns_server  # a database, at least: not for `make check`

RATES = InterestRates(current_bp=35, past_bp=150)


class Aided(msgspec.Struct, frozen=True):
    """The first person's bill, that the second's account may pay; ``carried`` says whether the last step is done at once."""

    amount_fen: int
    carried: bool


class Own(msgspec.Struct, frozen=True):
    who: int
    amount_fen: int


class Undo(msgspec.Struct, frozen=True):
    place: int


class Keep(msgspec.Struct, frozen=True):
    """Hold on a pot for a bill that never comes."""

    who: int
    pot: AccountPot
    amount_fen: int


class EndKeep(msgspec.Struct, frozen=True):
    """Post a part of a hold in percent, or release it."""

    place: int
    percent: int


class Send(msgspec.Struct, frozen=True):
    who: int
    amount_fen: int


class Answer(msgspec.Struct, frozen=True):
    place: int
    accepts: bool


class Credit(msgspec.Struct, frozen=True):
    who: int
    pot: AccountPot
    amount_fen: int


class Roll(msgspec.Struct, frozen=True):
    """Turn the next account year for one of the two, or for both."""

    only: int | None


class Later(msgspec.Struct, frozen=True):
    """Time goes by, and a round of recovering is made."""

    hours: int


FEN = st.integers(1, 250_000)
LARGE_FEN = st.integers(100_000, 900_000)
POTS = st.sampled_from([AccountPot.current, AccountPot.past])
ACTS = st.one_of(
    st.builds(Aided, LARGE_FEN, st.booleans()),
    st.builds(Aided, LARGE_FEN, st.booleans()),
    st.builds(Own, st.integers(0, 1), FEN),
    st.builds(Undo, st.integers(0, 5)),
    st.builds(Keep, st.integers(0, 1), POTS, FEN),
    st.builds(EndKeep, st.integers(0, 5), st.integers(0, 100)),
    st.builds(Send, st.integers(0, 1), FEN),
    st.builds(Answer, st.integers(0, 5), st.booleans()),
    st.builds(Credit, st.integers(0, 1), POTS, FEN),
    st.builds(Roll, st.sampled_from([None, 0, 1])),
    st.builds(Later, st.integers(1, 30)),
)
Act = Aided | Own | Undo | Keep | EndKeep | Send | Answer | Credit | Roll | Later


class Books:
    """Plays acts on an office and keeps the auditor's own sums."""

    def __init__(self, office: Office) -> None:
        self.office, self.tx, self.clock = office, office.tx, office.clock
        self.names = [(one.cell, one.person_id) for one in office.installed.enrolments]
        self.sums: Counter[str] = Counter()
        self.told: list[Settled] = []
        self.kept: list[Hold] = []
        self.sent: list[PurseTransfer] = []
        self.year = self.clock.today().year
        self.turned: set[tuple[int, int]] = set()

    async def agree(self) -> None:
        """The second person's account pays for the first."""
        (cell, person_id), (owner_cell, owner_id) = self.names
        new = NewMutualAid(
            cell=owner_cell, owner_bucket=0, owner_person_id=owner_id, owner_masked="李*",
            relative_bucket=0, relative_cell=cell, relative_person_id=person_id, relative_masked="王*",
            relation=Relation.parent, per_use_fen=90_000, per_year_fen=200_000,
        )  # fmt: skip
        one = await mutual_aid.propose(self.tx, self.clock, AidSettings(), new)
        name = {"cell": one.cell, "agreement_id": one.agreement_id, "person_id": person_id}
        await mutual_aid.agree(self.tx, self.clock, **name)

    async def play(self, act: Act) -> None:
        match act:
            case Aided() | Own():
                await self._bill(act)
            case Undo():
                await self._undo(act)
            case Keep():
                await self._keep(act)
            case EndKeep():
                await self._end_keep(act)
            case Send() | Answer():
                await self._purse(act)
            case Credit():
                cell, person_id = self.names[act.who]
                credit = AccountCredit(cell=cell, person_id=person_id, pot=act.pot, amount_fen=act.amount_fen)
                await ledger.credit_accounts(self.tx, [credit], on=self.clock.today())
                self.sums["in"] += act.amount_fen
            case Roll():
                await self._roll(act)
            case Later():
                self.clock.move(timedelta(hours=act.hours))
                await settlement.recover(self.tx, self.clock)

    async def _bill(self, act: Aided | Own) -> None:
        who, use = (act.who, AccountUse.own) if isinstance(act, Own) else (0, AccountUse.mutual_aid)
        request = self.office.request(Bill(who, EncounterKind.outpatient, act.amount_fen))
        request = msgspec.structs.replace(request, account_use=use)
        tx, clock, desk = self.tx, self.clock, self.office.desk
        (grant,) = await settlement.hold_aid(tx, clock, desk, [request]) if use is AccountUse.mutual_aid else [None]
        (done,) = await settlement.settle(tx, clock, desk, [msgspec.structs.replace(request, grant=grant)])
        if isinstance(done, Refused):
            assert done.code == "mutual_aid_limit_reached" or done.code.startswith("visit_token"), done
            return
        self.told.append(done)
        self.sums["out"] += done.settlement.personal_account_fen
        if isinstance(act, Aided) and act.carried:
            await settlement.carry_act(tx, clock, done.settlement.cell, done.settlement.settlement_id)

    async def _undo(self, act: Undo) -> None:
        if act.place >= len(self.told):
            return
        done, self.office.requests = self.told[act.place].settlement, self.office.requests + 1
        request = ReverseRequest(
            institution_id=done.institution_id, operator_code="op1", terminal_code="T01",
            request_key=f"undo-{self.office.requests}", digest=b"", cell=done.cell, settlement_id=done.settlement_id,
        )  # fmt: skip
        (answer,) = await settlement.reverse(self.tx, self.clock, self.office.desk, [request])
        if isinstance(answer, Settled):
            self.sums["out"] -= done.personal_account_fen

    async def _keep(self, act: Keep) -> None:
        cell, person_id = self.names[act.who]
        wanted = NewHold(
            cell=cell, person_id=person_id, pot=act.pot, amount_fen=act.amount_fen, purpose=HoldPurpose.mutual_aid,
            reference=f"1:never-{len(self.kept)}-{self.office.requests}", subject_id=1,
            expires_at=self.clock.now() + timedelta(hours=9),
        )  # fmt: skip
        await lock_persons(self.tx, [(cell, person_id)])
        (answer,) = await holds.hold(self.tx, self.clock, [wanted], actor="test")
        if isinstance(answer, Hold):
            self.kept.append(answer)

    async def _end_keep(self, act: EndKeep) -> None:
        if act.place >= len(self.kept):
            return
        one = self.kept[act.place]
        (one,) = await holds.find_holds(self.tx, [one.cell], one.purpose, [one.reference])
        posted_fen = one.amount_fen * act.percent // 100
        (answer,) = await holds.post(self.tx, self.clock, [(one, posted_fen)], actor="test")
        if isinstance(answer, Hold):
            # Out for good: no settlement took it, so it stays between the cells.
            self.sums["out"] += posted_fen
            self.sums["stray"] += posted_fen

    async def _purse(self, act: Send | Answer) -> None:
        if isinstance(act, Answer):
            if act.place < len(self.sent):
                one, verb = self.sent[act.place], purse.accept if act.accepts else purse.refuse
                name = {"cell": one.cell, "transfer_id": one.transfer_id, "person_id": one.receiver_person_id}
                await verb(self.tx, self.clock, **name)
            return
        (cell, person_id), (to_cell, to_id) = self.names[act.who], self.names[1 - act.who]
        new = NewTransfer(
            cell=cell, sender_bucket=0, sender_person_id=person_id, sender_masked="李*", receiver_bucket=0,
            receiver_cell=to_cell, receiver_person_id=to_id, receiver_masked="王*", relation=Relation.child,
            amount_fen=act.amount_fen, request_key=f"{len(self.sent)}",
        )  # fmt: skip
        answer = await purse.send(self.tx, self.clock, PurseSettings(closes_hour=24, opens_hour=0), new)
        if isinstance(answer, PurseTransfer):
            self.sent.append(answer)

    async def _roll(self, act: Roll) -> None:
        wanted = [name for n, name in enumerate(self.names) if act.only in {None, n} and name not in self.turned]
        for cell, person_id in sorted(wanted):
            chunk, _ = await account_credits.roll_chunk(
                self.tx, self.clock, cell=cell, account_year=self.year + 1, rates=RATES, after=person_id - 1, most=1
            )
            if chunk is not None:
                self.sums["in"] += chunk.interest_current_fen + chunk.interest_past_fen
                self.turned.add((cell, person_id))
        if len(self.turned) == len(self.names):
            self.year, self.turned = self.year + 1, set()

    async def check(self, began_fen: int) -> None:
        rows = await self.tx.fetch("select balance_fen, held_fen from personal_accounts")
        assert all(0 <= held <= balance for balance, held in rows), rows
        due = sum([await holds.sum_due(self.tx, purpose) for purpose in HoldPurpose])
        stands_fen = sum(balance for balance, _ in rows) + due
        assert stands_fen == began_fen + self.sums["in"] - self.sums["out"]
        checked = Checked(counts=Counter(), faults=[])
        await check_accounts(self.tx, checked)
        strays = {"transit_differs"} if self.sums["stray"] else set()
        assert {fault.kind for fault in checked.faults} <= strays


@pytest.fixture(params=[1, 2], ids=["one cell", "two cells"])
async def office(tx: Tx, clock: FakeClock, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The two live in one cell, or in two: within one the account pays at once, between two by hold and crossing."""
    monkeypatch.setattr(population, "CELLS", {population.POOLING_AREA: request.param})
    made = Office(tx, clock)
    await made.furnish()
    await tx.execute("update personal_accounts set rolled_year = $1", clock.today().year)
    # The tokens of the two outlive any story.
    assert len({one.cell for one in made.installed.enrolments}) == request.param
    await tx.execute("update visit_tokens set expires_at = expires_at + interval '3 years'")
    return made


async def _run(office: Office, story: Sequence[Act]) -> Any:
    began, savepoint = office.clock.now(), office.tx._connection.transaction()
    await savepoint.start()
    try:
        books = Books(office)
        await books.agree()
        row = await office.tx.fetchrow("select sum(balance_fen)::bigint from personal_accounts")
        for act in story:
            await books.play(act)
            await books.check(row[0])
        await settlement.recover(office.tx, office.clock)
        await books.check(row[0])
    finally:
        await savepoint.rollback()
        office.clock.set(began)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(story=st.lists(ACTS, min_size=1, max_size=14))
async def test_no_sequence_drives_a_pot_below_zero_and_nothing_is_lost(office: Office, story: list[Act]):
    await _run(office, story)
