"""How each refusal of a filing, and of a visit that stands on filings, is provoked while later reasons hold too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from filing_house import DUAL, LISTED, NINGBO, PLAIN, SPECIAL, FilingHouse

from openyibao.kit.outcome import Refused
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.filings import (
    CareGrounds,
    Filer,
    FilingAct,
    FilingKind,
    InjuryCause,
    PrescriptionGround,
)
from openyibao.rooms.settlement import Settled

Provoke = Callable[[FilingHouse], Awaitable[Any]]
NOWHERE = "H000000000"


def days(ningbo: FilingHouse, begin: int, end: int) -> dict[str, Any]:
    today = ningbo.house.clock.today()
    return {"begins_on": today + timedelta(days=begin), "ends_on": today + timedelta(days=end)}


def filed(kind: FilingKind = FilingKind.chronic_disease, by: Filer = Filer.institution, **fields: Any) -> Provoke:
    """File; ``begin`` and ``end`` are days from today."""

    async def provoke(ningbo: FilingHouse) -> Any:
        given = dict(fields)
        if "begin" in given:
            given |= days(ningbo, given.pop("begin"), given.pop("end"))
        return await ningbo.file(ningbo.new(kind, **given), by=by)

    return provoke


async def not_qualified(ningbo: FilingHouse) -> Any:
    await ningbo.approved(ningbo.new())
    return await ningbo.file(ningbo.new(institution_codes=(ningbo.house.pharmacies[0].institution_code,)))


async def overlapping(ningbo: FilingHouse) -> Any:
    await ningbo.approved(ningbo.new())
    return await ningbo.file(ningbo.new())


async def waiting_twice(ningbo: FilingHouse) -> Any:
    await ningbo.file(ningbo.new())
    return await ningbo.file(ningbo.new())


async def one_key_twice(ningbo: FilingHouse) -> Any:
    await ningbo.file(ningbo.new(), key="twice")
    return await ningbo.file(ningbo.new(disease_code="M09"), key="twice")


async def at_a_suspended_place(ningbo: FilingHouse) -> Any:
    from openyibao.rooms import institutions  # noqa: PLC0415

    ids = [ningbo.hospital.institution_id]
    await ningbo.house.work(
        lambda tx: institutions.suspend(tx, ningbo.house.clock, institution_ids=ids, actor="agency")
    )
    return await ningbo.file(ningbo.new(disease_code="M09"))


async def renewed_from_nothing(ningbo: FilingHouse) -> Any:
    return await ningbo.file(ningbo.new(FilingKind.other, ends_on=None), renews=4711)


async def renewed_after_its_withdrawal(ningbo: FilingHouse) -> Any:
    filing = await ningbo.approved(ningbo.new())
    await ningbo.decide(filing, FilingAct.withdraw)
    return await ningbo.file(ningbo.new(FilingKind.other, ends_on=None), renews=filing.filing_id)


# ── decisions ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def of_another_person(ningbo: FilingHouse) -> Any:
    filing = await ningbo.approved(ningbo.new())
    return await ningbo.decide(filing, FilingAct.end, by=Filer.person, person_id=1)


async def ended_by_the_person(ningbo: FilingHouse) -> Any:
    filing = (await ningbo.file(ningbo.new())).filing
    return await ningbo.decide(filing, FilingAct.end, by=Filer.person, person_id=filing.person_id)


async def refused_after_approval(ningbo: FilingHouse) -> Any:
    filing = await ningbo.approved(ningbo.new())
    return await ningbo.decide(filing, FilingAct.refuse)


async def refused_without_a_word(ningbo: FilingHouse) -> Any:
    return await ningbo.decide((await ningbo.file(ningbo.new())).filing, FilingAct.refuse, why=" ")


async def _long_term_in_a_stay(ningbo: FilingHouse) -> Any:
    filing = (await ningbo.file(ningbo.new(FilingKind.long_term, treatment_area=110000), by=Filer.person)).filing
    opened = await ningbo.open(EncounterKind.inpatient, ningbo.house.hospital)
    assert not isinstance(opened, Refused), opened
    return filing


async def ended_yesterday(ningbo: FilingHouse) -> Any:
    filing = await _long_term_in_a_stay(ningbo)
    yesterday = ningbo.house.clock.today() - timedelta(days=1)
    return await ningbo.decide(filing, FilingAct.end, on=yesterday)


async def ended_in_a_stay(ningbo: FilingHouse) -> Any:
    return await ningbo.decide(await _long_term_in_a_stay(ningbo), FilingAct.end)


async def withdrawn_after_use(ningbo: FilingHouse) -> Any:
    filing = (await ningbo.file(ningbo.new(FilingKind.long_term, treatment_area=110000), by=Filer.person)).filing
    there = ningbo.house.hospital
    settled = await ningbo.settle(EncounterKind.outpatient, there, None, [ningbo.line(there)])
    assert isinstance(settled, Settled), settled
    return await ningbo.decide(filing, FilingAct.withdraw)


async def changed_too_often(ningbo: FilingHouse) -> Any:
    first, second = (one.institution_code for one in ningbo.pharmacies)
    filing = await ningbo.approved(ningbo.new(institution_codes=(first,)))
    moved = await ningbo.decide(filing, FilingAct.change_institutions, institution_codes=(second,))
    assert moved.filing.bound_to == (second,)
    return await ningbo.decide(moved.filing, FilingAct.change_institutions, institution_codes=(first,))


async def changed_to_nowhere(ningbo: FilingHouse) -> Any:
    first = ningbo.pharmacy.institution_code
    filing = await ningbo.approved(ningbo.new(institution_codes=(first,)))
    await ningbo.decide(filing, FilingAct.change_institutions, institution_codes=(first,))
    return await ningbo.decide(filing, FilingAct.change_institutions, institution_codes=(NOWHERE,))


# ── visits ────────────────────────────────────────────────────────────────────────────────────────────────────────


def visited(
    kind: EncounterKind,
    grounds: CareGrounds | None = None,
    *,
    rules: dict[str, Any] | None = None,
    items: tuple[str, ...] = (LISTED,),
    pharmacy: bool = False,
    filings: tuple[tuple[FilingKind, dict[str, Any]], ...] = (),
) -> Provoke:
    """Settle a visit with these lines after these filings, under these rules of the area."""

    async def provoke(ningbo: FilingHouse) -> Any:
        if rules is not None:
            await ningbo.set_rules(**rules)
        for filing_kind, fields in filings:
            given = {name: each(ningbo) if callable(each) else each for name, each in fields.items()}
            await ningbo.approved(ningbo.new(filing_kind, **given))
        place = ningbo.pharmacy if pharmacy else ningbo.hospital
        lines = [ningbo.line(place, number, item_code=code) for number, code in enumerate(items, start=1)]
        return await ningbo.settle(kind, place, grounds, lines)

    return provoke


def here(ningbo: FilingHouse) -> tuple[str, ...]:
    return (ningbo.pharmacy.institution_code,)


def there(ningbo: FilingHouse) -> tuple[str, ...]:
    return (ningbo.pharmacies[1].institution_code,)


def prescribed(**fields: Any) -> CareGrounds:
    given = {"kind": "external", "number": "RX-1", "practitioner_code": "D-OUT", **fields}
    return CareGrounds(prescription=PrescriptionGround(**given))


def special(**fields: Any) -> tuple[tuple[FilingKind, dict[str, Any]], ...]:
    """A filing of the special drug, anywhere unless it says where."""
    given = {"item_code": SPECIAL, "institution_codes": lambda ningbo: (ningbo.hospital.institution_code,), **fields}
    return ((FilingKind.special_drug, given),)


def dual(**fields: Any) -> tuple[tuple[FilingKind, dict[str, Any]], ...]:
    given = {"item_code": DUAL, "practitioner_code": "D-OUT", "institution_codes": here, "ends_on": None, **fields}
    given["ends_on"] = lambda ningbo: ningbo.house.clock.today() + timedelta(days=300)
    return ((FilingKind.dual_channel_drug, given),)


OTHER_DRUG = {"item_code": PLAIN}
CHRONIC_ELSEWHERE = ((FilingKind.chronic_disease, {"institution_codes": there}),)

FILINGS: dict[str, tuple[str, Provoke]] = {
    "one key with other content": ("key_conflict", one_key_twice),
    "at a suspended institution": ("institution_suspended", at_a_suspended_place),
    "a renewal of nothing": ("filing_unknown", renewed_from_nothing),
    "a renewal of what was withdrawn": ("filing_decided", renewed_after_its_withdrawal),
    "a disease by the person alone": ("filing_kind_not_yours", filed(by=Filer.person, disease_code="")),
    "a long supply where none is offered": (
        "filing_kind_not_offered",
        filed(FilingKind.long_supply, by=Filer.institution, begin=0, end=-1),
    ),
    "a disease without its code": ("filing_incomplete", filed(disease_code="", begin=0, end=-1)),
    "care elsewhere without where": ("filing_incomplete", filed(FilingKind.temporary, begin=0, end=-1)),
    "a dual-channel drug without its doctor": (
        "filing_incomplete",
        filed(FilingKind.dual_channel_drug, item_code=DUAL, begin=0, end=-1),
    ),
    "an end before the beginning": ("filing_dates_invalid", filed(begin=-100, end=-101)),
    "a beginning too long ago": ("filing_begins_too_early", filed(begin=-100, end=2_000)),
    "a beginning too far ahead": ("filing_begins_too_late", filed(begin=400, end=2_000)),
    "too long": ("filing_too_long", filed(begin=0, end=2_000, disease_code="M09")),
    "an unknown disease": ("disease_unknown", filed(disease_code="M09", institution_codes=(NOWHERE,))),
    "an unknown drug": (
        "filed_item_unknown",
        filed(FilingKind.dual_channel_drug, item_code="X-NONE", practitioner_code="D1", begin=0, end=30),
    ),
    "an unknown treatment area": (
        "treatment_area_unknown",
        filed(FilingKind.temporary, treatment_area=990000, begin=0, end=30, institution_codes=(NOWHERE,)),
    ),
    "care elsewhere at home": (
        "treatment_area_is_home",
        filed(FilingKind.temporary, treatment_area=NINGBO, begin=0, end=30, institution_codes=(NOWHERE,)),
    ),
    "too many institutions": (
        "filed_institutions_wrong",
        filed(institution_codes=tuple(f"H00000000{n}" for n in range(4))),
    ),
    "no institution where one is needed": (
        "filed_institutions_wrong",
        filed(FilingKind.designation, ends_on=None),
    ),
    "an unknown institution": ("filed_institution_unknown", filed(institution_codes=(NOWHERE,))),
    "an institution without the service": ("filed_institution_not_qualified", not_qualified),
    "a second one in force": ("filing_overlaps", overlapping),
    "a second one while the first waits": ("filing_overlaps", waiting_twice),
    "deciding another person's": ("filing_unknown", of_another_person),
    "ending a disease by the person": ("filing_kind_not_yours", ended_by_the_person),
    "refusing what is approved": ("filing_decided", refused_after_approval),
    "refusing without a word": ("decision_without_why", refused_without_a_word),
    "ending yesterday, in a stay": ("filing_end_wrong", ended_yesterday),
    "moving to an unknown institution": ("filed_institution_unknown", changed_to_nowhere),
    "moving too often": ("institutions_changed_lately", changed_too_often),
    "ending in an open stay": ("filing_stay_open", ended_in_a_stay),
    "withdrawing what a settlement stands on": ("filing_in_use", withdrawn_after_use),
}
"""In the order in which the reasons are checked."""

VISITS: dict[str, tuple[str, Provoke]] = {
    "a chronic visit without a disease": (
        "disease_code_needed",
        visited(EncounterKind.chronic, prescribed(number="")),
    ),
    "an external prescription without a number": (
        "prescription_number_needed",
        visited(EncounterKind.pharmacy, prescribed(number="", supply_days=85), pharmacy=True),
    ),
    "a supply of thirteen weeks": (
        "supply_too_long",
        visited(
            EncounterKind.chronic,
            CareGrounds(
                disease_code="M01",
                filing_reference="1-4711",
                prescription=PrescriptionGround(kind="own", supply_days=85),
            ),
        ),
    ),
    "a filing chosen that is not there": (
        "filing_not_valid",
        visited(EncounterKind.outpatient, CareGrounds(filing_reference="1-4711", injury=InjuryCause.third_party)),
    ),
    "maternity where the area wants a filing": (
        "kind_filing_needed",
        visited(
            EncounterKind.outpatient,
            CareGrounds(injury=InjuryCause.third_party),
            rules={"needed_for": {"outpatient": "maternity"}},
        ),
    ),
    "an injury by somebody else": (
        "injury_by_third_party",
        visited(EncounterKind.outpatient, CareGrounds(injury=InjuryCause.third_party), items=(DUAL,)),
    ),
    "an injury by somebody else where the agency decides": (
        "injury_filing_needed",
        visited(
            EncounterKind.outpatient,
            CareGrounds(injury=InjuryCause.third_party),
            rules={"third_party_injury": "routes"},
            items=(DUAL,),
        ),
    ),
    "a drug of another disease": (
        "drug_not_of_disease",
        visited(
            EncounterKind.chronic,
            CareGrounds(disease_code="M01"),
            rules={"disease_items_only": True},
            items=(PLAIN, DUAL),
        ),
    ),
    "a special drug without a filing of it": (
        "special_drug_filing_needed",
        visited(EncounterKind.outpatient, items=(SPECIAL,), filings=special(item_code=PLAIN)),
    ),
    "a special drug of another doctor": (
        "special_drug_doctor_differs",
        visited(
            EncounterKind.outpatient,
            items=(SPECIAL,),
            filings=special(practitioner_code="D-ELSE", institution_codes=there),
        ),
    ),
    "a special drug at another institution": (
        "special_drug_institution_differs",
        visited(EncounterKind.outpatient, items=(SPECIAL,), filings=special(institution_codes=there)),
    ),
    "a long supply beyond what the area allows": (
        "supply_too_long",
        visited(
            EncounterKind.pharmacy,
            CareGrounds(prescription=PrescriptionGround(kind="own", supply_days=181)),
            pharmacy=True,
            rules={"long_supply_weeks_most": 24},
            filings=((FilingKind.long_supply, {}),),
        ),
    ),
    "a dual-channel drug without a filing": (
        "dual_channel_filing_needed",
        visited(EncounterKind.chronic, CareGrounds(disease_code="M09"), items=(DUAL,)),
    ),
    "a dual-channel filing of another drug": (
        "dual_channel_drug_differs",
        visited(EncounterKind.chronic, CareGrounds(disease_code="M09"), items=(DUAL,), filings=dual(**OTHER_DRUG)),
    ),
    "a dual-channel drug of another doctor": (
        "dual_channel_doctor_differs",
        visited(
            EncounterKind.pharmacy,
            prescribed(practitioner_code="D-ELSE"),
            pharmacy=True,
            items=(DUAL,),
            filings=dual(institution_codes=there),
        ),
    ),
    "a dual-channel drug at another pharmacy": (
        "dual_channel_institution_differs",
        visited(
            EncounterKind.pharmacy,
            prescribed(),
            pharmacy=True,
            items=(DUAL,),
            filings=dual(institution_codes=there),
        ),
    ),
    "a disease that is not on the list": (
        "disease_not_listed",
        visited(EncounterKind.chronic, CareGrounds(disease_code="M09")),
    ),
    "a disease that is not filed": (
        "filing_needed",
        visited(EncounterKind.chronic, CareGrounds(disease_code="M02"), filings=CHRONIC_ELSEWHERE),
    ),
    "a disease filed for another institution": (
        "not_your_designated_institution",
        visited(EncounterKind.special, CareGrounds(disease_code="M01"), filings=CHRONIC_ELSEWHERE, pharmacy=True),
    ),
}
"""In the order in which the reasons are checked."""
