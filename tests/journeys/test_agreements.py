"""Service agreements: who is served under which, and who pays then."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from journey_house import House
from pack_house import WHO, faults, pharmacy, set_area

from openyibao.kit.batch import Poisoned
from openyibao.kit.outcome import Refused
from openyibao.rooms import institutions
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.institutions import Institution, Service, ServiceAgreement
from openyibao.rooms.presentation import Purpose
from openyibao.rooms.settlement import PreSettled, Settled

AREA = 110100


async def agree(
    house: House, place: Institution, *services: Service, until: date | None = None, area: int = AREA
) -> None:
    """The place has these agreements and no other."""
    await house.tamper("delete from service_agreements where institution_id = $1", place.institution_id)
    rows = [agreement(place, service, date(2024, 1, 1), until, area) for service in services]
    await house.work(lambda tx: institutions.agree_services(tx, house.clock, agreements=rows, actor="agency"))


def agreement(
    place: Institution, service: Service, begins: date, until: date | None, area: int = AREA
) -> ServiceAgreement:
    return ServiceAgreement(
        institution_id=place.institution_id, pooling_area=area, service=service, valid_from=begins, valid_until=until
    )


async def pays(house: House, kind: EncounterKind, place: Institution, amount_fen: int = 500_000) -> Any:
    """What a large bill of this kind would come to there."""
    house.move_on()
    purpose = Purpose.pharmacy_purchase if kind is EncounterKind.pharmacy else Purpose.settlement
    token = await house.token(WHO, place=place, purpose=purpose)
    line = house.line(1, amount_fen, practitioner_code=house.doctor(place))
    return await house.pre_settle(token, place=place, encounter=house.visit(kind, place=place), items=(line,))


async def test_an_account_only_pharmacy_is_paid_by_the_personal_account_and_cash_alone(house: House) -> None:
    place = pharmacy(house)
    full = await pays(house, EncounterKind.pharmacy, place)
    assert isinstance(full, PreSettled), full
    assert full.split.fund_total_fen > 0
    await agree(house, place, Service.account_only)
    only = await pays(house, EncounterKind.pharmacy, place)
    assert isinstance(only, PreSettled), only
    assert only.split.fund_total_fen == 0
    assert only.split.personal_account_fen > 0
    assert only.split.person_total_fen == 500_000
    assert any("仅限个人账户" in step.zh for step in only.steps)
    refused = await pays(house, EncounterKind.chronic, place)
    assert (refused.code, refused.facts["service"]) == ("service_not_agreed", "chronic")

    house.move_on()
    token = await house.token(WHO, place=place, purpose=Purpose.pharmacy_purchase)
    line = house.line(1, 500_000, practitioner_code=house.doctor(place))
    done = await house.settle(
        token, place=place, encounter=house.visit(EncounterKind.pharmacy, place=place), items=(line,)
    )
    assert isinstance(done, Settled), done
    assert done.settlement.fund_total_fen == 0
    # Verify prices it again from its facts, whatever was agreed since; it names the agreements the test took away, no more.
    await agree(house, place, Service.outpatient)
    assert await faults(house) == {"row_missing"}


async def test_an_ended_account_only_agreement_serves_nobody(house: House) -> None:
    place = pharmacy(house)
    await agree(house, place, Service.outpatient, Service.account_only, until=date(2026, 10, 31))
    refused = await pays(house, EncounterKind.pharmacy, place)
    assert (refused.code, refused.facts["until"]) == ("agreement_ended", "2026-10-31")


SERVICES = {
    EncounterKind.outpatient: Service.outpatient,
    EncounterKind.emergency: Service.outpatient,
    EncounterKind.inpatient: Service.inpatient,
    EncounterKind.day_surgery: Service.inpatient,
    EncounterKind.home_bed: Service.inpatient,
    EncounterKind.chronic: Service.chronic,
    EncounterKind.special: Service.chronic,
    EncounterKind.maternity_outpatient: Service.maternity,
    EncounterKind.maternity_inpatient: Service.maternity,
}


@pytest.mark.parametrize("kind", SERVICES)
async def test_a_hospital_needs_the_agreement_of_the_kind(house: House, kind: EncounterKind) -> None:
    needed = SERVICES[kind]
    await agree(
        house, house.hospital, *(one for one in Service if one is not needed and one is not Service.account_only)
    )
    refused = await pays(house, kind, house.hospital)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.facts["service"]) == ("service_not_agreed", needed.value)
    await agree(house, house.hospital, needed)
    answer = await pays(house, kind, house.hospital)
    # The area's documents may say nothing of the kind; the agreement no longer stands in the way.
    assert isinstance(answer, PreSettled) or answer.code not in {"service_not_agreed", "agreement_ended"}


async def test_special_drugs_at_a_pharmacy_need_dual_channel(house: House) -> None:
    place = pharmacy(house)
    await agree(house, place, Service.outpatient, Service.chronic, Service.account_only)
    refused = await pays(house, EncounterKind.special, place)
    assert (refused.code, refused.facts["service"]) == ("service_not_agreed", "dual_channel")


async def remote(house: House, *services: Service, until: date | None = None) -> Any:
    """A bill at the hospital, which lies in Tianjin now and agreed these with its agency; the person is insured in Beijing."""
    place = house.hospital
    await house.tamper(
        "update institutions set treatment_area = 120100 where institution_id = $1", place.institution_id
    )
    await agree(house, place, *services, until=until, area=120100)
    house.hospital = msgspec.structs.replace(place, treatment_area=120100)
    return await pays(house, EncounterKind.outpatient, house.hospital)


async def test_people_insured_elsewhere_need_a_cross_region_agreement_too(house: House) -> None:
    refused = await remote(house, Service.cross_region)
    assert (refused.code, refused.facts["service"], refused.facts["pooling_area"]) == (
        *("service_not_agreed", "outpatient", 120100),
    )
    refused = await remote(house, Service.outpatient)
    assert (refused.code, refused.facts["service"]) == ("service_not_agreed", "cross_region")
    refused = await remote(house, Service.outpatient, Service.cross_region, until=date(2026, 1, 1))
    assert (refused.code, refused.facts["service"]) == ("agreement_ended", "outpatient")
    assert isinstance(await remote(house, Service.outpatient, Service.cross_region), PreSettled)


async def test_an_area_opens_services_to_people_insured_elsewhere_one_by_one(house: House) -> None:
    await set_area(house)
    pool = house.platform.desk.areas.by_code(120100)
    assert pool is not None
    await house.tamper(
        'update pooling_areas set settings = \'{"cross_region_services": ["inpatient"]}\' where pooling_area = 120100'
    )
    await set_area(house)
    refused = await remote(house, Service.outpatient, Service.cross_region)
    assert (refused.code, refused.facts["service"]) == ("service_not_agreed", "outpatient/cross_region")


async def test_an_agreement_ends_is_renewed_and_never_doubled(house: House) -> None:
    place, begins = house.hospital, date(2024, 1, 1)

    async def enter(*rows: ServiceAgreement) -> None:
        await house.work(lambda tx: institutions.agree_services(tx, house.clock, agreements=rows, actor="agency"))

    await enter(agreement(place, Service.outpatient, begins, date(2026, 11, 22)))
    ended = await pays(house, EncounterKind.outpatient, place)
    assert (ended.code, ended.facts["until"]) == ("agreement_ended", "2026-11-22")
    await enter(agreement(place, Service.outpatient, date(2026, 11, 23), None))
    assert isinstance(await pays(house, EncounterKind.outpatient, place), PreSettled)
    with pytest.raises(Poisoned, match=r"ValueError at .*agree_services"):
        await enter(agreement(place, Service.outpatient, date(2027, 1, 1), None))
