"""A seeded platform inside the test: what wallet, counter and agency do, through the lane and without HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import msgspec

from openyibao.demo.bills import CASES, LEVEL, Case, lines_of, pick
from openyibao.demo.stage import Prepared
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.aiding import reverse_bill, settle_bill
from openyibao.kit import db, db_keys
from openyibao.kit.batch import Work
from openyibao.kit.clock import FakeClock
from openyibao.kit.crypto import Sealer, sm3
from openyibao.kit.db import Readers, Tx
from openyibao.kit.outcome import Refused
from openyibao.main import make_desk, open_ring
from openyibao.rooms import bindings, presentation, settlement
from openyibao.rooms.bindings import BindingKind, Bound
from openyibao.rooms.encounters import (
    BED_KINDS,
    AddItemsRequest,
    Admission,
    ChangeRequest,
    CloseRequest,
    Diagnosis,
    EncounterKind,
    NewEncounter,
    NewFeeItem,
    OpenRequest,
    RemoveItemsRequest,
    UndoRequest,
)
from openyibao.rooms.institutions import Institution, InstitutionKind
from openyibao.rooms.people import InsuredPerson
from openyibao.rooms.periods import PeriodKind, PeriodRequest, act_on_periods
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.presentation import Purpose, ScanRequest
from openyibao.rooms.settlement import (
    AnnulRequest,
    Checked,
    RefundLine,
    RefundRequest,
    RepriceRequest,
    ReverseRequest,
    SettleRequest,
)

DESK = {"operator_code": "op1", "terminal_code": "T01"}


class House:
    """One database, one platform, one clock. Verbs answer what the lane answers: a record or a ``Refused``."""

    def __init__(self, owner_url: str, platform: Platform, clock: FakeClock, prepared: Prepared) -> None:
        self.owner_url, self.platform, self.clock, self.prepared = owner_url, platform, clock, prepared
        self.shelf = pick(prepared.population.catalogue)
        hospitals = [place for place in self.institutions if place.kind is InstitutionKind.hospital]
        self.hospital, self.other_hospital = [place for place in hospitals if place.level.value == LEVEL][:2]
        self.pharmacies = [place for place in self.institutions if place.kind is InstitutionKind.pharmacy]
        self._bound: dict[int, Bound] = {}
        self._keys = 0

    @property
    def institutions(self) -> tuple[Institution, ...]:
        return self.prepared.population.places.institutions

    def case_person(self, case: Case) -> int:
        """Where in the population the person of a published bill stands."""
        return len(self.prepared.installed.persons) - len(CASES) + CASES.index(case)

    def person_of_another_cell(self, cell: int) -> int:
        """Somebody insured like the published cases, whose money lives in another cell."""
        enrolments = self.prepared.installed.enrolments
        return next(
            n
            for n, one in enumerate(enrolments)
            if one.cell != cell and one.insurance_type.value == "employee" and not one.ends_on and n > 3
        )

    def prepared_with(self, person: InsuredPerson) -> Prepared:
        """The seeded platform with somebody who was registered since, last."""
        installed = msgspec.structs.replace(self.prepared.installed, persons=(*self.prepared.installed.persons, person))
        return msgspec.structs.replace(self.prepared, installed=installed)

    def doctor(self, place: Institution | None = None) -> str:
        place = place or self.hospital
        staff = self.prepared.population.places.practitioners
        return next(one.practitioner_code for one in staff if one.institution_id == place.institution_id)

    def key(self) -> str:
        self._keys += 1
        return f"key-{self._keys}"

    # the wallet

    async def work(self, run: Any) -> Any:
        """A rare act of the agency or the wallet, in a transaction of its own."""
        return await self.platform.lane.submit("work", Work(run))

    async def bind(self, person: int) -> Bound:
        """The person's credential on a phone, once."""
        if person not in self._bound:
            self._bound[person] = await self.bind_device(person, "phone")
        return self._bound[person]

    async def bind_device(self, person: int, device_name: str, **more: Any) -> Any:
        """The person's credential on one device more."""
        who, platform = self.prepared.installed.persons[person], self.platform

        async def run(tx: Tx) -> Any:
            return await bindings.bind(
                tx,
                self.clock,
                platform.sealer,
                platform.randomness,
                bucket=who.bucket,
                person_id=who.person_id,
                default_province=platform.settings.province,
                kind=BindingKind.own,
                channel_code="test",
                device_name=device_name,
                **more,
            )

        return await self.work(run)

    async def show(self, person: int, *, at: datetime | None = None, purpose: Purpose | None = None) -> str:
        """The code that the person's phone shows at an instant."""
        binding = (await self.bind(person)).binding
        step = presentation.step_of(at or self.clock.now())
        keys = bindings.day_keys(self.platform.sealer, self.platform.aliases, self.clock, binding)
        day = next(key for key in keys if key.on == presentation.step_day(step))
        return presentation.mint(
            day,
            issuer=self.platform.settings.issuer,
            province=binding.province,
            step=step,
            purpose=purpose,
        )

    # the counter

    async def scan(
        self,
        code: str,
        *,
        place: Institution | None = None,
        purpose: Purpose = Purpose.settlement,
        terminal_code: str = "T01",
        operator_code: str = "op1",
    ) -> Any:
        request = ScanRequest(
            code=code,
            institution_id=(place or self.hospital).institution_id,
            terminal_code=terminal_code,
            operator_code=operator_code,
            purpose=purpose,
        )
        return await self.platform.lane.submit("scan", request)

    async def token(
        self, person: int, *, place: Institution | None = None, purpose: Purpose = Purpose.settlement
    ) -> str:
        """A visit token of a fresh code (the clock must have moved on since the person's last one)."""
        answer = await self.scan(await self.show(person), place=place, purpose=purpose)
        assert not isinstance(answer, Refused), answer
        return str(answer.visit_token)

    def visit(
        self,
        kind: EncounterKind = EncounterKind.outpatient,
        *,
        place: Institution | None = None,
        practitioner: str | None = None,
        **fields: Any,
    ) -> NewEncounter:
        if kind in BED_KINDS:
            fields.setdefault("admission", Admission(ward="W3", bed="12"))
        return NewEncounter(
            kind=kind,
            practitioner_code=practitioner or self.doctor(place),
            diagnoses=(Diagnosis(code="M60.000x001", name="肌炎", main=True),),
            **fields,
        )

    def line(self, line_no: int = 1, amount_fen: int = 10_000, **changes: Any) -> NewFeeItem:
        """One class A line of one unit; ``changes`` are fields to set otherwise."""
        fields = {
            "line_no": line_no,
            "item_code": self.shelf.whole[0].item_code,
            "quantity_e4": 10_000,
            "unit_price_micro": abs(amount_fen) * 10_000,
            "amount_fen": amount_fen,
            "practitioner_code": self.doctor(),
        }
        return NewFeeItem(**{**fields, **changes})

    def case_lines(self, case: Case) -> tuple[NewFeeItem, ...]:
        return msgspec.convert(lines_of(case, self.shelf, self.doctor()), tuple[NewFeeItem, ...])

    async def open(
        self, token: str, visit: NewEncounter | None = None, *, place: Institution | None = None, key: str | None = None
    ) -> Any:
        return await self._submit(
            "open_encounter", OpenRequest, place, key, **DESK, visit_token=token, encounter=visit or self.visit()
        )

    async def add_items(
        self, visit: Any, lines: Sequence[NewFeeItem], *, place: Institution | None = None, key: str | None = None
    ) -> Any:
        at = {"cell": visit.cell, "encounter_id": visit.encounter_id}
        return await self._submit("add_items", AddItemsRequest, place, key, **at, items=tuple(lines))

    async def close_visit(
        self, visit: Any, *, place: Institution | None = None, key: str | None = None, **fields: Any
    ) -> Any:
        at = {"cell": visit.cell, "encounter_id": visit.encounter_id, "operator_code": "op1"}
        return await self._submit("close_encounter", CloseRequest, place, key, **at, **fields)

    async def change_visit(self, visit: Any, *, place: Institution | None = None, **fields: Any) -> Any:
        at = {"cell": visit.cell, "encounter_id": visit.encounter_id, "operator_code": "op1"}
        return await self._submit("change_encounter", ChangeRequest, place, None, **at, **fields)

    async def undo_visit(
        self, verb: str, visit: Any, *, place: Institution | None = None, key: str | None = None
    ) -> Any:
        """``reopen_encounter`` or ``cancel_encounter``."""
        at = {"cell": visit.cell, "encounter_id": visit.encounter_id, "operator_code": "op1"}
        return await self._submit(verb, UndoRequest, place, key, **at)

    async def remove_items(
        self, visit: Any, *batches: int, place: Institution | None = None, key: str | None = None
    ) -> Any:
        at = {"cell": visit.cell, "encounter_id": visit.encounter_id}
        return await self._submit("remove_items", RemoveItemsRequest, place, key, **at, fee_batch_ids=batches)

    async def opened(self, person: int, kind: EncounterKind = EncounterKind.outpatient, **fields: Any) -> Any:
        """Show, scan and open a visit or stay; the clock moves on by a minute before."""
        self.move_on()
        place = fields.pop("place", None)
        token = await self.token(person, place=place)
        return await self.open(token, self.visit(kind, place=place, **fields), place=place)

    async def refund(
        self, bill: Any, lines: Sequence[RefundLine], *, place: Institution | None = None, key: str | None = None
    ) -> Any:
        at = {"cell": bill.cell, "settlement_id": bill.settlement_id, "lines": tuple(lines)}
        return await self._submit("refund_items", RefundRequest, place, key, **DESK, **at)

    async def reprice(self, bill: Any, *, remove: bool = True, key: str | None = None, **fields: Any) -> Any:
        """What the agency does with an approval."""
        who = {
            "maker": "officer-1",
            "approver": "officer-2",
            "why": "the hospital billed another person's drugs",
            **fields,
        }
        asked = {"cell": bill.cell, "settlement_ids": (bill.settlement_id,), "remove": remove, **who}
        request = RepriceRequest(
            agency=110100, request_key=key or self.key(), digest=sm3(msgspec.json.encode(asked)), **asked
        )
        return await self.platform.lane.submit("reprice", request)

    async def close_period(self, kind: PeriodKind, place: Institution | None = None, **fields: Any) -> Any:
        """The agency closes yesterday, for one institution or (``place`` None) for all of the area."""
        day = self.clock.today() - timedelta(days=1)
        given = {
            "from_on": day,
            "until_on": day,
            "closes": True,
            "maker": "o1",
            "approver": "o2",
            "why": "month",
            **fields,
        }
        institution_id = 0 if place is None else place.institution_id
        request = PeriodRequest(pooling_area=110100, institution_id=institution_id, kind=kind, **given)
        return (await self.work(lambda tx: act_on_periods(tx, self.clock, [request])))[0]

    async def settle(
        self, token: str | None, *, place: Institution | None = None, key: str | None = None, **fields: Any
    ) -> Any:
        """Settle a visit (``cell``, ``encounter_id``) or a whole new one (``encounter``, ``items``)."""
        return await self._submit("settle", SettleRequest, place, key, **DESK, visit_token=token, **fields)

    def settle_request(self, token: str | None, *, key: str | None = None, **fields: Any) -> SettleRequest:
        """A bill as the fronts hand it in, for the steps before and after it."""
        return SettleRequest(
            institution_id=self.hospital.institution_id,
            request_key=key or self.key(),
            digest=sm3(msgspec.json.encode(fields)),
            visit_token=token,
            **DESK,
            **fields,
        )

    async def settle_aided(self, person: int, amount_fen: int, *, key: str | None = None) -> Any:
        """Show, scan and settle a whole visit by mutual aid, as the fronts do; the clock moves on by a minute before."""
        self.move_on()
        token = await self.token(person)
        fields = {"encounter": self.visit(), "items": (self.line(amount_fen=amount_fen),)}
        request = self.settle_request(token, key=key, account_use=AccountUse.mutual_aid, **fields)
        return await settle_bill(self.platform, request)

    async def reverse_aided(self, done: Any, *, key: str | None = None) -> Any:
        """Reverse a settlement, and pay a relative elsewhere back, as the fronts do."""
        fields = {"cell": done.settlement.cell, "settlement_id": done.settlement.settlement_id}
        request = ReverseRequest(
            institution_id=self.hospital.institution_id,
            request_key=key or self.key(),
            digest=sm3(msgspec.json.encode(fields)),
            **DESK,
            **fields,
        )
        return await reverse_bill(self.platform, request)

    async def settle_new(self, person: int, lines: Sequence[NewFeeItem] | None = None, **fields: Any) -> Any:
        """Show, scan and settle a whole visit; the clock moves on by a minute before."""
        self.move_on()
        fields.setdefault("encounter", self.visit())
        token = await self.token(person)
        return await self.settle(token, items=tuple(lines or (self.line(),)), **fields)

    async def pre_settle(self, token: str | None, *, place: Institution | None = None, **fields: Any) -> Any:
        request = SettleRequest(
            institution_id=(place or self.hospital).institution_id,
            operator_code=DESK["operator_code"],
            terminal_code=DESK["terminal_code"],
            request_key="",
            digest=b"",
            visit_token=token,
            **fields,
        )
        async with self.platform.readers.reading() as reading:
            return await settlement.pre_settle(reading, self.clock, self.platform.desk, request)

    async def reverse(
        self, settlement_id: int, cell: int, *, place: Institution | None = None, key: str | None = None
    ) -> Any:
        return await self._submit("reverse", ReverseRequest, place, key, **DESK, cell=cell, settlement_id=settlement_id)

    async def annul(
        self, original_key: str, *, place: Institution | None = None, key: str | None = None, verb: str = "settle"
    ) -> Any:
        asked = {"original_key": original_key, "original_verb": verb}
        return await self._submit("annul", AnnulRequest, place, key, **DESK, **asked)

    async def _submit(
        self, verb: str, kind: type[Any], place: Institution | None, key: str | None, **fields: Any
    ) -> Any:
        request = kind(
            institution_id=(place or self.hospital).institution_id,
            request_key=key or self.key(),
            digest=sm3(msgspec.json.encode(fields)),
            **fields,
        )
        return await self.platform.lane.submit(verb, request)

    def move_on(self, seconds: int = 60) -> None:
        self.clock.move(timedelta(seconds=seconds))

    # the auditor

    async def rows(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        """What the owner of the tables reads."""
        connection = await db.connect(self.owner_url)
        try:
            return list(await connection.fetch(sql, *args))
        finally:
            await connection.close()

    async def tamper(self, sql: str, *args: Any) -> None:
        """Change rows as an owner could who means harm: no trigger stops it. It must hit something."""
        connection = await db.connect(self.owner_url)
        try:
            await connection.execute("set session_replication_role = replica")
            tag = await connection.execute(sql, *args)
            assert int(tag.split()[-1]) > 0, f"{sql} hit nothing"
        finally:
            await connection.close()

    async def verify(self) -> Checked:
        """What ``openyibao verify`` does, with caches of its own."""
        settings = msgspec.structs.replace(self.platform.settings, database_url=self.owner_url)
        desk = make_desk(Sealer(await open_ring(settings, self.clock)))
        readers = await Readers.open(self.owner_url, most=1)
        try:
            async with readers.reading() as reading:
                publics = await db_keys.read_public_keys(reading)
                return await settlement.verify(reading, desk, publics.get)
        finally:
            await readers.close()
