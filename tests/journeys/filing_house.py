"""A house with a second pool, Ningbo: a policy with diseases, a hospital, two pharmacies, an insured person, lists of drugs.

Beijing's hospitals agree to care for other areas' insured; the Ningbo person may so be treated away from home.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from issuing import issue_credential
from journey_house import House

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Tx
from openyibao.rooms import catalogue, institutions, ledger, people, policies
from openyibao.rooms.areas import AreaRows, import_areas, read_area_settings
from openyibao.rooms.catalogue import CatalogueItem, CatalogueKind, ListedItem, ListKind, PaymentClass
from openyibao.rooms.encounters import EncounterKind, NewEncounter
from openyibao.rooms.filings import (
    CareGrounds,
    DecideRequest,
    Filer,
    FileRequest,
    FilingAct,
    FilingKind,
    NewFiling,
    PrescriptionGround,
)
from openyibao.rooms.institutions import (
    Institution,
    InstitutionKind,
    InstitutionLevel,
    InstitutionState,
    PaymentStanding,
    Practitioner,
    PractitionerKind,
    Service,
    ServiceAgreement,
    Terminal,
)
from openyibao.rooms.ledger import AccountCredit, AccountPot
from openyibao.rooms.people import (
    DocumentType,
    Enrolment,
    InsuranceType,
    InsuredPerson,
    NewEnrolment,
    NewPerson,
    PersonCategory,
    Sex,
    check_digit,
)

NINGBO, BEIJING = 330200, 110100
FIRST, TODAY = date(2024, 1, 1), date(2026, 11, 23)
PLAIN, LISTED, DUAL, SPECIAL = "XZ99NBA001", "XZ99NBA002", "XZ99NBA003", "XZ99NBA004"
"""Drugs: an ordinary one, one on the list of M01, one of the dual channel, one on the list of special drugs."""
ACCOUNT_FEN = 100_000


class FilingHouse:
    """The house and what was added to it."""

    def __init__(self, house: House, person: int, hospital: Institution, pharmacies: list[Institution]) -> None:
        self.house, self.person, self.hospital, self.pharmacies = house, person, hospital, pharmacies

    @property
    def pharmacy(self) -> Institution:
        return self.pharmacies[0]

    @property
    def enrolment(self) -> Enrolment:
        return self.house.prepared.installed.enrolments[self.person]

    def doctor(self, place: Institution) -> str:
        return f"{'Y' if place.kind is InstitutionKind.pharmacy else 'D'}{place.institution_code}"

    def new(self, kind: FilingKind = FilingKind.chronic_disease, **fields: Any) -> NewFiling:
        """A filing from today on for a year; a chronic one of M01."""
        fields.setdefault("begins_on", self.house.clock.today())
        fields.setdefault("ends_on", date(2027, 3, 31))
        if kind is FilingKind.chronic_disease:
            fields.setdefault("disease_code", "M01")
        return NewFiling(kind=kind, **fields)

    async def file(
        self,
        new: NewFiling,
        *,
        by: Filer = Filer.institution,
        place: Institution | None = None,
        key: str | None = None,
        **fields: Any,
    ) -> Any:
        """File at an institution for the person (or as the person, or the agency), by name and not by token."""
        request = FileRequest(
            institution_id=(place or self.hospital).institution_id if by is Filer.institution else 0,
            request_key=key or self.house.key(),
            digest=sm3(msgspec.json.encode((new, fields))),
            filed_by=by,
            filer="test",
            new=new,
            **{"cell": self.enrolment.cell, "person_id": self.enrolment.person_id, **fields},
        )
        return await self.house.platform.lane.submit("file_filing", request)

    async def decide(
        self, filing: Any, act: FilingAct, *, by: Filer = Filer.agency, key: str | None = None, **fields: Any
    ) -> Any:
        request = DecideRequest(
            institution_id=self.hospital.institution_id if by is Filer.institution else 0,
            request_key=key or self.house.key(),
            digest=sm3(msgspec.json.encode((filing.filing_id, act, fields))),
            cell=filing.cell,
            filing_id=filing.filing_id,
            act=act,
            decided_by=by,
            officer="officer-1",
            **fields,
        )
        return await self.house.platform.lane.submit("decide_filing", request)

    async def approved(self, new: NewFiling, **fields: Any) -> Any:
        """A filing that the agency has approved."""
        filed = (await self.file(new, **fields)).filing
        return (await self.decide(filed, FilingAct.approve)).filing

    def visit(
        self, kind: EncounterKind, place: Institution, grounds: CareGrounds | None = None, *, doctor: str | None = None
    ) -> NewEncounter:
        plain = self.house.visit(kind, place=place, practitioner=doctor or self.practitioner(place))
        return msgspec.structs.replace(plain, grounds=grounds)

    def practitioner(self, place: Institution) -> str:
        known = {self.hospital.institution_id, *(one.institution_id for one in self.pharmacies)}
        return self.doctor(place) if place.institution_id in known else self.house.doctor(place)

    def line(self, place: Institution, line_no: int = 1, amount_fen: int = 10_000, **fields: Any) -> Any:
        fields = {"item_code": LISTED, "practitioner_code": self.practitioner(place), **fields}
        return self.house.line(line_no, amount_fen, **fields)

    async def settle(
        self,
        kind: EncounterKind,
        place: Institution,
        grounds: CareGrounds | None = None,
        lines: list[Any] | None = None,
        **fields: Any,
    ) -> Any:
        """Show, scan and settle a whole visit of the Ningbo person."""
        self.house.move_on()
        token = await self.house.token(self.person, place=place)
        encounter = self.visit(kind, place, grounds)
        items = tuple(lines if lines is not None else [self.line(place)])
        return await self.house.settle(token, place=place, encounter=encounter, items=items, **fields)

    async def open(self, kind: EncounterKind, place: Institution, grounds: CareGrounds | None = None) -> Any:
        self.house.move_on()
        token = await self.house.token(self.person, place=place)
        return await self.house.open(token, self.visit(kind, place, grounds), place=place)

    async def set_rules(self, **settings: Any) -> None:
        """What Ningbo decides about filings from now on."""

        async def run(tx: Tx) -> None:
            pool = self.house.platform.desk.areas.by_code(NINGBO)
            assert pool is not None
            changed = msgspec.structs.replace(pool, settings=read_area_settings({"filings": settings}))
            await import_areas(tx, self.house.clock, rows=AreaRows(pooling_areas=(changed,), agency_areas=()))

        await self.house.work(run)


CHRONIC = CareGrounds(disease_code="M01")
EXTERNAL = PrescriptionGround(kind="external", number="RX-1", practitioner_code="D-OUT", supply_days=28)


async def move_to_ningbo(house: House) -> FilingHouse:
    """Add the second pool to a seeded house."""
    hospital = _place(
        9001, "H990200001", InstitutionKind.hospital, (Service.outpatient, Service.inpatient, Service.chronic)
    )
    services = (Service.outpatient, Service.account_only, Service.chronic, Service.dual_channel)
    pharmacies = [_place(9101 + n, f"P99020000{n + 1}", InstitutionKind.pharmacy, services) for n in range(2)]
    places = [hospital, *pharmacies]

    async def run(tx: Tx) -> tuple[InsuredPerson, Enrolment]:
        clock = house.clock
        await institutions.register_institutions(tx, clock, institutions=places, actor="test")
        staff = [
            Practitioner(
                institution_id=one.institution_id,
                practitioner_code=f"{'Y' if one.kind is InstitutionKind.pharmacy else 'D'}{one.institution_code}",
                name="测试",
                kind=PractitionerKind.doctor,
                payment_standing=PaymentStanding.good,
            )
            for one in places
        ]
        await institutions.add_practitioners(tx, clock, practitioners=staff, actor="test")
        terminals = [
            Terminal(institution_id=one.institution_id, terminal_code="T01", kind="counter", active=True)
            for one in places
        ]
        await institutions.add_terminals(tx, clock, terminals=terminals, actor="test")
        await _agree_elsewhere(tx, house)
        await catalogue.import_items(tx, clock, rows=_ITEMS)
        await catalogue.import_lists(tx, clock, rows=_LISTS)
        body = (Path(__file__).parent / "ningbo-made-up.yaml").read_text(encoding="utf-8")
        assert isinstance(await policies.publish(tx, clock, body=body), str)
        return await _insure(tx, house)

    person, enrolment = await house.work(run)
    await issue_credential(house, person, enrolment)
    installed = house.prepared.installed
    house.prepared = msgspec.structs.replace(
        house.prepared,
        installed=msgspec.structs.replace(
            installed, persons=(*installed.persons, person), enrolments=(*installed.enrolments, enrolment)
        ),
    )
    return FilingHouse(house, len(installed.persons), hospital, pharmacies)


def _place(number: int, code: str, kind: InstitutionKind, services: tuple[Service, ...]) -> Institution:
    return Institution(
        institution_id=number,
        institution_code=code,
        name=f"宁波{'药房' if kind is InstitutionKind.pharmacy else '医院'}{number}（测试）",
        kind=kind,
        grade=5,
        level=InstitutionLevel.secondary,
        price_limit_level=InstitutionLevel.secondary,
        treatment_area=NINGBO,
        state=InstitutionState.active,
        public_key=None,
        agreements=tuple(
            ServiceAgreement(
                institution_id=number, pooling_area=NINGBO, service=each, valid_from=FIRST, valid_until=None
            )
            for each in services
        ),
    )


async def _agree_elsewhere(tx: Tx, house: House) -> None:
    """The house's hospital takes other areas' insured, unless the seed has agreed it already."""
    await tx.execute(
        "insert into service_agreements (institution_id, pooling_area, service, valid_from) values ($1, $2, $3, $4) "
        "on conflict do nothing",
        house.hospital.institution_id,
        BEIJING,
        Service.cross_region.value,
        FIRST,
    )


async def _insure(tx: Tx, house: House) -> tuple[InsuredPerson, Enrolment]:
    clock, sealer, areas = house.clock, house.platform.sealer, house.platform.desk.areas
    first_17 = "99902019700101001"
    born = date(1970, 1, 1)
    new = NewPerson(
        name="测小宁",
        document_type=DocumentType.identity_card,
        document_number=first_17 + check_digit(first_17),
        sex=Sex.male,
        birth_on=born,
        phone="10090200001",
    )
    (person,) = await people.register_persons(tx, clock, sealer, persons=[new], actor="test")
    assert isinstance(person, InsuredPerson)
    wanted = NewEnrolment(
        person_id=person.person_id,
        agency_area=330203,
        insurance_type=InsuranceType.employee,
        person_category=PersonCategory.employee,
        birth_on=born,
        begins_on=date(2020, 1, 1),
    )
    (enrolment,) = await people.enrol(tx, clock, areas, enrolments=[wanted], actor="test")
    assert isinstance(enrolment, Enrolment)
    name = (enrolment.cell, enrolment.person_id)
    await ledger.open_accounts(tx, [name])
    credit = AccountCredit(cell=name[0], person_id=name[1], pot=AccountPot.current, amount_fen=ACCOUNT_FEN)
    await ledger.credit_accounts(tx, [credit], on=clock.today())
    return person, enrolment


def _drug(
    number: int, code: str, area: int = NINGBO, *, first_share_bp: int = 0, limit: int | None = None
) -> CatalogueItem:
    return CatalogueItem(
        catalogue_item_id=number,
        item_code=code,
        catalogue_area=area,
        name=f"测试药{number}",
        kind=CatalogueKind.drug,
        payment_class=PaymentClass.b if first_share_bp else PaymentClass.a,
        first_share_bp=first_share_bp,
        first_share_fixed_fen=0,
        price_limit_micro={} if limit is None else dict.fromkeys(InstitutionLevel, limit),
        restricted=False,
        trace_due=False,
        unit="盒",
        specification="1 盒装",
        valid_from=FIRST,
        valid_until=None,
    )


_ITEMS = (
    _drug(900_001, PLAIN),
    _drug(900_002, LISTED),
    _drug(900_003, DUAL),
    _drug(900_004, SPECIAL),
    # In Beijing the listed drug has a first share of its own and a price limit of 80 yuan.
    _drug(900_011, PLAIN, BEIJING),
    _drug(900_012, LISTED, BEIJING, first_share_bp=3_000, limit=80 * 10**6),
)
_LISTS = (
    ListedItem(
        catalogue_area=NINGBO, list_kind=ListKind.chronic, disease_code="M01", item_code=LISTED, valid_from=FIRST
    ),
    ListedItem(
        catalogue_area=NINGBO, list_kind=ListKind.dual_channel, disease_code="", item_code=DUAL, valid_from=FIRST
    ),
    ListedItem(
        catalogue_area=NINGBO, list_kind=ListKind.special_drug, disease_code="", item_code=SPECIAL, valid_from=FIRST
    ),
)
