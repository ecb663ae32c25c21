"""Any order of settling and undoing leaves what a fresh run of the survivors leaves; pre-settling tells the truth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openyibao.demo.bills import LEVEL, pick
from openyibao.demo.population import install, make_population
from openyibao.demo.stage import policy_files
from openyibao.kit.clock import FakeClock
from openyibao.kit.crypto import KeyPurpose, KeyRing, Sealer, Suite, make_data_key, sm3
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.main import make_desk
from openyibao.migrations import ensure_partitions
from openyibao.rooms import ledger, policies, settlement
from openyibao.rooms.encounters import STAYS, Diagnosis, EncounterKind, NewEncounter, NewFeeItem
from openyibao.rooms.institutions import InstitutionKind
from openyibao.rooms.ledger import AccountCredit, AccountPot
from openyibao.rooms.people import EntitlementState, InsuranceType, PersonCategory
from openyibao.rooms.settlement import PreSettled, ReverseRequest, Settled, SettleRequest

pytestmark = pytest.mark.owns_server  # a database, at least: not for `make check`

TOKENS = 200
"""Visit tokens of each person: more than any story has bills."""
ACCOUNT_FEN = 150_000
CATEGORIES = (PersonCategory.employee, PersonCategory.retired)


class Bill(msgspec.Struct, frozen=True):
    """Settle: whose, what kind of visit, how much in class A; the funds' part of it is never nothing for long."""

    who: int
    kind: EncounterKind
    amount_fen: int


class Undo(msgspec.Struct, frozen=True):
    """Reverse the settlement of that place in the story, where it stands and may be reversed."""

    place: int


KINDS = st.sampled_from([EncounterKind.outpatient, EncounterKind.emergency, EncounterKind.inpatient])
BILLS = st.builds(Bill, st.integers(0, 1), KINDS, st.integers(1, 400_000))
STORIES = st.lists(st.one_of(BILLS, BILLS, st.builds(Undo, st.integers(0, 7))), min_size=1, max_size=8)
BOUNDS = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Office:
    """Two persons and a hospital in one transaction that is rolled back; each run of a story is undone as well."""

    def __init__(self, tx: Tx, clock: FakeClock) -> None:
        self.tx, self.clock = tx, clock
        made = [
            make_data_key(key_id=at, purpose=purpose, suite=Suite.national, made_on=clock.today())
            for at, purpose in enumerate(KeyPurpose, 1)
        ]
        sealer = Sealer(KeyRing(made, suite=Suite.national))
        self.sealer, self.desk = sealer, make_desk(sealer)
        self.requests = 0

    async def furnish(self) -> None:
        population = make_population(people=2, institutions=5, catalogue_lines=60)
        people = tuple(
            msgspec.structs.replace(
                made,
                insurance_type=InsuranceType.employee,
                person_category=category,
                groups=(),
                account_fen=ACCOUNT_FEN,
                state=EntitlementState.paid,
            )
            for made, category in zip(population.people, CATEGORIES, strict=True)
        )
        await ensure_partitions(self.tx._connection, self.clock.today())
        for path in policy_files():
            assert not isinstance(
                await policies.publish(self.tx, self.clock, body=path.read_text(encoding="utf-8")), tuple
            )
        population = msgspec.structs.replace(population, people=people)
        self.installed = await install(self.tx, self.clock, self.sealer, population=population)
        names = [(one.cell, one.person_id) for one in self.installed.enrolments]
        await ledger.open_accounts(self.tx, names)
        credits_ = [
            AccountCredit(cell=cell, person_id=person_id, pot=AccountPot.current, amount_fen=ACCOUNT_FEN)
            for cell, person_id in names
        ]
        await ledger.credit_accounts(self.tx, credits_, on=self.clock.today())
        self.place = next(
            one
            for one in population.places.institutions
            if one.kind is InstitutionKind.hospital and one.level.value == LEVEL
        )
        self.doctor = next(
            one.practitioner_code
            for one in population.places.practitioners
            if one.institution_id == self.place.institution_id
        )
        self.item = pick(population.catalogue).whole[0]
        # One token opens one visit: enough of them for any story, and taken in turn.
        self.tokens = [[f"000000ec000{who * TOKENS + n:029x}" for n in range(TOKENS)] for who in range(2)]
        for who, (cell, person_id) in enumerate(names):
            await self.tx.execute(
                "insert into visit_tokens (bucket, token_digest, presentation_id, cell, person_id, institution_id, "
                "terminal_code, purpose, presented_at, expires_at) select 0, t.digest, $2 + t.n, $3, $4, $5, 'T01', "
                "'settlement', $6, $7 from unnest($1::bytea[]) with ordinality as t(digest, n)",
                [sm3(token.encode()) for token in self.tokens[who]], who * TOKENS, cell, person_id,
                self.place.institution_id, self.clock.now(), self.clock.now() + timedelta(hours=1),
            )  # fmt: skip

    def request(self, bill: Bill) -> SettleRequest:
        self.requests += 1
        line = NewFeeItem(
            line_no=1,
            item_code=self.item.item_code,
            quantity_e4=10_000,
            unit_price_micro=bill.amount_fen * 10_000,
            amount_fen=bill.amount_fen,
            practitioner_code=self.doctor,
        )
        diagnosis = Diagnosis(code="M60.000x001", name="", main=True)
        return SettleRequest(
            institution_id=self.place.institution_id,
            operator_code="op1",
            terminal_code="T01",
            request_key=f"settle-{self.requests}",
            digest=sm3(f"{self.requests}".encode()),
            visit_token=self.tokens[bill.who][self.requests % TOKENS],
            encounter=NewEncounter(kind=bill.kind, practitioner_code=self.doctor, diagnoses=(diagnosis,)),
            items=(line,),
        )

    async def settle(self, bill: Bill) -> Settled:
        """Pre-settle, settle, and compare."""
        request = self.request(bill)
        before = await settlement.pre_settle(self.tx, self.clock, self.desk, request)
        assert isinstance(before, PreSettled), before
        (answer,) = await settlement.settle(self.tx, self.clock, self.desk, [request])
        assert isinstance(answer, Settled), answer
        done = answer.settlement
        assert done.funds_fen() == dict(before.split.funds_fen)
        assert done.facts.accumulators_after == {
            name: fen for name, fen in before.split.accumulators_after.items() if fen
        }
        for name in (
            "fee_total_fen",
            "in_policy_fen",
            "deductible_fen",
            "own_share_fen",
            "personal_account_fen",
            "cash_fen",
        ):
            assert getattr(done, name) == getattr(before.split, name), name
        assert done.facts.account_balance_before_fen == before.account_balance_before_fen
        assert done.account_balance_after_fen == before.account_balance_after_fen
        return answer

    async def reverse(self, settled: Settled) -> bool:
        """Whether it was allowed."""
        self.requests += 1
        request = ReverseRequest(
            institution_id=self.place.institution_id,
            operator_code="op1",
            terminal_code="T01",
            request_key=f"reverse-{self.requests}",
            digest=sm3(f"{self.requests}".encode()),
            cell=settled.settlement.cell,
            settlement_id=settled.settlement.settlement_id,
        )
        (answer,) = await settlement.reverse(self.tx, self.clock, self.desk, [request])
        if isinstance(answer, Refused):
            assert answer.code == "later_settlement_exists"
        return isinstance(answer, Settled)

    async def standing(self) -> tuple[Any, ...]:
        """Balances, and accumulators without those at zero."""
        accounts = await self.tx.fetch(
            "select person_id, balance_fen from personal_accounts where pot = 'current' order by person_id"
        )
        rows = await self.tx.fetch("select person_id, policy_year, amounts from accumulators order by person_id")
        accumulators = [
            (row[0], row[1], {name: fen for name, fen in row[2].items() if fen}) for row in rows if any(row[2].values())
        ]
        return [tuple(row) for row in accounts], accumulators

    async def run(self, story: Sequence[Bill | Undo]) -> tuple[tuple[Any, ...], list[Bill]]:
        """The standing after the story, and the bills that survive it; all is undone again."""
        stands: list[tuple[Bill, Settled]] = []
        told: list[tuple[Bill, Settled]] = []
        savepoint = self.tx._connection.transaction()
        await savepoint.start()
        try:
            for act in story:
                if isinstance(act, Bill):
                    told.append((act, await self.settle(act)))
                    stands.append(told[-1])
                elif act.place < len(told):
                    one = told[act.place]
                    # A reversed stay still counts as one, so a later one is judged as a second: not a fresh run.
                    if one in stands and one[0].kind not in STAYS and await self.reverse(one[1]):
                        stands.remove(one)
            return await self.standing(), [bill for bill, _ in stands]
        finally:
            await savepoint.rollback()


@pytest.fixture
async def office(tx: Tx, clock: FakeClock) -> Office:
    made = Office(tx, clock)
    await made.furnish()
    return made


@BOUNDS
@given(story=STORIES)
async def test_settling_and_undoing_leave_what_the_survivors_alone_would(office: Office, story: list[Bill | Undo]):
    left, survivors = await office.run(story)
    fresh, all_of_them = await office.run(survivors)
    assert all_of_them == survivors
    assert left == fresh
    assert all(balance >= 0 for _, balance in left[0])


@BOUNDS
@given(bills=st.lists(BILLS, min_size=1, max_size=6))
async def test_undoing_all_from_the_last_leaves_nothing(office: Office, bills: list[Bill]):
    paid = [bill for bill in bills if bill.kind not in STAYS]
    undone = [Undo(place) for place in reversed(range(len(paid)))]
    left, survivors = await office.run([*paid, *undone])
    assert survivors == []
    assert left[1] == []
    assert [balance for _, balance in left[0]] == [ACCOUNT_FEN, ACCOUNT_FEN]


async def test_a_second_stay_is_pre_settled_as_the_second(office: Office):
    stay = Bill(0, EncounterKind.inpatient, 400_000)
    _, survivors = await office.run([stay, stay])
    assert survivors == [stay, stay]
