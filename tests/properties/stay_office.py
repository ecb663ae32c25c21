"""Hospitals, a pharmacy and two insured people in one transaction that is rolled back: verbs without lane and scanning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from openyibao.demo.bills import pick
from openyibao.demo.population import install, make_population
from openyibao.demo.stage import policy_files
from openyibao.kit.clock import FakeClock
from openyibao.kit.crypto import KeyPurpose, KeyRing, Sealer, Suite, make_data_key, sm3
from openyibao.kit.db import Tx
from openyibao.main import make_desk
from openyibao.migrations import ensure_partitions
from openyibao.rooms import encounters, ledger, policies, settlement
from openyibao.rooms.encounters import (
    BED_KINDS,
    AddItemsRequest,
    Admission,
    ChangeRequest,
    CloseRequest,
    Diagnosis,
    Encounter,
    EncounterKind,
    NewEncounter,
    NewFeeItem,
    OpenRequest,
    RemoveItemsRequest,
    UndoRequest,
)
from openyibao.rooms.institutions import Institution, InstitutionKind, InstitutionLevel
from openyibao.rooms.ledger import AccountCredit, AccountPot
from openyibao.rooms.people import EntitlementState, InsuranceType, PersonCategory
from openyibao.rooms.settlement import (
    AnnulRequest,
    RefundLine,
    RefundRequest,
    RepriceRequest,
    ReverseRequest,
    SettleRequest,
)

INSURED = (
    (InsuranceType.employee, PersonCategory.retired),
    (InsuranceType.resident, PersonCategory.resident_adult),
)
ACCOUNT_FEN = 10**9
"""Never used up: what an account has left would tie bills together that share no accumulator."""
DIAGNOSES = (Diagnosis(code="M60.000x001", name="肌炎", main=True),)
DESK = {"operator_code": "op1", "terminal_code": "T01"}


class StayOffice:
    """Who works here does what a hospital's system does. Answers are those of the verbs: records or refusals."""

    def __init__(self, tx: Tx, clock: FakeClock) -> None:
        self.tx, self.clock = tx, clock
        made = [
            make_data_key(key_id=at, purpose=purpose, suite=Suite.national, made_on=clock.today())
            for at, purpose in enumerate(KeyPurpose, 1)
        ]
        self.sealer = Sealer(KeyRing(made, suite=Suite.national))
        self.desk = make_desk(self.sealer)
        self.requests = 0

    async def furnish(self) -> None:
        population = make_population(people=2, institutions=10, catalogue_lines=60)
        people = tuple(
            msgspec.structs.replace(
                made,
                insurance_type=insurance,
                person_category=category,
                groups=(),
                account_fen=ACCOUNT_FEN,
                state=EntitlementState.paid,
            )
            for made, (insurance, category) in zip(population.people, INSURED, strict=True)
        )
        await ensure_partitions(self.tx._connection, self.clock.today())
        for path in policy_files():
            if path.parent.name == "beijing":
                await policies.publish(self.tx, self.clock, body=path.read_text(encoding="utf-8"))
        population = msgspec.structs.replace(population, people=people)
        self.installed = await install(self.tx, self.clock, self.sealer, population=population)
        self.people = [(one.cell, one.person_id) for one in self.installed.enrolments]
        await ledger.open_accounts(self.tx, self.people)
        credits_ = [
            AccountCredit(cell=cell, person_id=person_id, pot=AccountPot.current, amount_fen=ACCOUNT_FEN)
            for cell, person_id in self.people
        ]
        await ledger.credit_accounts(self.tx, credits_, on=self.clock.today())
        places = population.places.institutions
        hospitals = [one for one in places if one.level in {InstitutionLevel.tertiary, InstitutionLevel.secondary}]
        pharmacy = next(one for one in places if one.kind is InstitutionKind.pharmacy)
        self.places: list[Institution] = [*hospitals[:2], pharmacy]
        self.staff = {one.institution_id: one.practitioner_code for one in reversed(population.places.practitioners)}
        self.item = pick(population.catalogue).whole[0]
        await self.desk.fresh(self.tx)

    def _asked(self, kind: type[Any], place: Institution, **fields: Any) -> Any:
        self.requests += 1
        fields.setdefault("request_key", f"k{self.requests}")
        return kind(institution_id=place.institution_id, digest=sm3(str(self.requests).encode()), **fields)

    async def token(self, who: int, place: Institution) -> str:
        """A visit token as a scan gives it, for half an hour."""
        self.requests += 1
        token = f"000000ec000{self.requests:029x}"
        cell, person_id = self.people[who]
        await self.tx.execute(
            "insert into visit_tokens (bucket, token_digest, presentation_id, cell, person_id, institution_id, "
            "terminal_code, purpose, presented_at, expires_at) values (0, $1, $2, $3, $4, $5, 'T01', 'settlement', $6, $7)",
            *(sm3(token.encode()), self.requests, cell, person_id, place.institution_id, self.clock.now()),
            self.clock.now() + timedelta(minutes=30),
        )
        return token

    async def open(self, who: int, place: Institution, kind: EncounterKind) -> Any:
        request = self._asked(
            OpenRequest,
            place,
            **DESK,
            visit_token=await self.token(who, place),
            encounter=NewEncounter(
                kind=kind,
                practitioner_code=self.staff[place.institution_id],
                diagnoses=DIAGNOSES,
                admission=Admission(ward="W1", bed="01") if kind in BED_KINDS else None,
            ),
        )
        (answer,) = await encounters.open_encounters(
            self.tx, self.clock, self.desk.references, [request], year_of=self.desk.year_of
        )
        return answer

    def _at(self, visit: Encounter) -> dict[str, Any]:
        return {"cell": visit.cell, "encounter_id": visit.encounter_id}

    def place_of(self, visit: Encounter) -> Institution:
        return next(one for one in self.places if one.institution_id == visit.institution_id)

    def line(self, line_no: int, amount_fen: int, **fields: Any) -> NewFeeItem:
        return NewFeeItem(
            line_no=line_no,
            item_code=self.item.item_code,
            quantity_e4=10_000 if amount_fen > 0 else -10_000,
            unit_price_micro=abs(amount_fen) * 10_000,
            amount_fen=amount_fen,
            practitioner_code=fields.pop("practitioner_code"),
            **fields,
        )

    async def upload(self, visit: Encounter, line_no: int, amounts_fen: Sequence[int], **fields: Any) -> Any:
        doctor = self.staff[visit.institution_id]
        lines = tuple(
            self.line(line_no + n, fen, practitioner_code=doctor, **fields) for n, fen in enumerate(amounts_fen)
        )
        request = self._asked(AddItemsRequest, self.place_of(visit), **self._at(visit), items=lines)
        return (await encounters.add_items(self.tx, self.clock, self.desk.references, [request]))[0]

    async def remove(self, visit: Encounter, *batches: int) -> Any:
        request = self._asked(RemoveItemsRequest, self.place_of(visit), **self._at(visit), fee_batch_ids=batches)
        return (await encounters.remove_items(self.tx, self.clock, self.desk.references, [request]))[0]

    async def change(self, visit: Encounter, **fields: Any) -> Any:
        request = self._asked(ChangeRequest, self.place_of(visit), **self._at(visit), operator_code="op1", **fields)
        return (await encounters.change_encounters(self.tx, self.clock, self.desk.references, [request]))[0]

    async def close(self, visit: Encounter, **fields: Any) -> Any:
        request = self._asked(CloseRequest, self.place_of(visit), **self._at(visit), operator_code="op1", **fields)
        return (await encounters.close_encounters(self.tx, self.clock, self.desk.references, [request]))[0]

    async def reopen(self, visit: Encounter) -> Any:
        request = self._asked(UndoRequest, self.place_of(visit), **self._at(visit), operator_code="op1")
        return (await settlement.reopen_encounters(self.tx, self.clock, self.desk, [request]))[0]

    async def cancel(self, visit: Encounter) -> Any:
        request = self._asked(UndoRequest, self.place_of(visit), **self._at(visit), operator_code="op1")
        return (await encounters.cancel_encounters(self.tx, self.clock, self.desk.references, [request]))[0]

    async def settle(self, who: int, visit: Encounter, **fields: Any) -> Any:
        place = self.place_of(visit)
        token = None if visit.kind in BED_KINDS else await self.token(who, place)
        request = self._asked(SettleRequest, place, **DESK, **self._at(visit), visit_token=token, **fields)
        return (await settlement.settle(self.tx, self.clock, self.desk, [request]))[0]

    async def reverse(self, place: Institution, cell: int, settlement_id: int) -> Any:
        request = self._asked(ReverseRequest, place, **DESK, cell=cell, settlement_id=settlement_id)
        return (await settlement.reverse(self.tx, self.clock, self.desk, [request]))[0]

    async def refund(self, place: Institution, cell: int, settlement_id: int, lines: Sequence[RefundLine]) -> Any:
        asked = {"cell": cell, "settlement_id": settlement_id, "lines": tuple(lines)}
        request = self._asked(RefundRequest, place, **DESK, **asked)
        return (await settlement.refund_items(self.tx, self.clock, self.desk, [request]))[0]

    async def annul(self, place: Institution, original_key: str, verb: str) -> Any:
        request = self._asked(AnnulRequest, place, **DESK, original_key=original_key, original_verb=verb)
        return (await settlement.annul(self.tx, self.clock, self.desk, [request]))[0]

    async def reprice(self, cell: int, settlement_id: int, *, remove: bool, **changes: Any) -> Any:
        self.requests += 1
        fields = {"maker": "m1", "approver": "a1", "why": "late filing", **changes}
        facts = fields.pop("new_facts", None)
        request = RepriceRequest(
            agency=110100,
            request_key=f"k{self.requests}",
            digest=sm3(str(self.requests).encode()),
            cell=cell,
            settlement_ids=(settlement_id,),
            remove=remove,
            **fields,
        )
        return (await settlement.reprice(self.tx, self.clock, self.desk, [request], new_facts=facts))[0]

    async def standing(self) -> dict[str, Any]:
        """Accumulators and pots, what is held, where the ledger stands, without what is at zero; and what is enjoyed when."""
        pots = await self.tx.fetch("select person_id, pot, balance_fen from personal_accounts order by 1, 2")
        rows = await self.tx.fetch("select person_id, insurance_type, policy_year, amounts from accumulators")
        amounts = {tuple(row)[:3]: {name: fen for name, fen in row[3].items() if fen} for row in rows}
        booked = await self.tx.fetch(
            "select place, sum(fen)::bigint as fen from (select debit_account as place, amount_fen as fen from postings "
            "union all select credit_account, -amount_fen from postings) as booked group by place order by place"
        )
        held = await self.tx.fetch(
            "select person_id, pot, held_fen from personal_accounts where held_fen <> 0 order by 1"
        )
        enjoyed = [
            [tuple(row) for row in await self.tx.fetch(f"select * from {table} t order by t")]
            for table in ("enrolments", "entitlement_periods")
        ]
        return {
            "pots": [tuple(row) for row in pots],
            "held": [tuple(row) for row in held],
            "enjoyed": enjoyed,
            "accumulators": {name: found for name, found in amounts.items() if found},
            "ledger": {row["place"]: row["fen"] for row in booked if row["fen"]},
        }
