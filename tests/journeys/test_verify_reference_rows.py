"""Verify holds what everybody reads: areas with their settings, institutions, agreements, staff, drug identifications."""

from __future__ import annotations

import pytest
from journey_house import House

from openyibao.rooms import areas, goods, institutions
from openyibao.rooms.goods import DrugIdentification

TABLES = {
    "pooling_areas": "pooling area",
    "agency_areas": "agency area",
    "institutions": "institution",
    "service_agreements": "service agreement",
    "practitioners": "practitioner",
    "terminals": "terminal",
    "operators": "operator",
    "drug_identifications": "drug identification",
}
ALTERED = {
    "an area's setting": (
        "pooling area 110100",
        """update pooling_areas set settings = settings || '{"employee_grace_months": 3}' where pooling_area = 110100""",
    ),
    "where an agency's insured are pooled": (
        "agency area 110101",
        "update agency_areas set pooling_area = 120100 where agency_area = 110101",
    ),
    "an institution's level": ("institution", "update institutions set level = 'community' where level = 'tertiary'"),
    "an institution's key": ("institution", "update institutions set public_key = '\\x01'"),
    "the last day of an agreement": ("service agreement", "update service_agreements set valid_until = '2099-12-31'"),
    "a practitioner's kind": ("practitioner", "update practitioners set kind = 'nurse' where kind = 'doctor'"),
    "a terminal": ("terminal", "update terminals set active = not active"),
    "an operator's role": ("operator", "update operators set role = 'manager' where role = 'cashier'"),
    "an operator's password": ("operator", "update operators set password_hash = 'another'"),
    "a drug's item": ("drug identification", "update drug_identifications set item_code = 'X'"),
}
GONE = {
    "agency_areas": "delete from agency_areas where agency_area = 540102",
    "service_agreements": "delete from service_agreements where service = 'inpatient'",
    "practitioners": "delete from practitioners where kind = 'doctor'",
    "terminals": "delete from terminals",
    "operators": "delete from operators",
    "drug_identifications": "delete from drug_identifications",
}


async def named(house: House) -> set[tuple[str, str]]:
    return {(fault.kind, fault.where) for fault in (await house.verify()).faults}


async def test_what_is_there_is_looked_at_and_stands(house: House) -> None:
    checked = await house.verify()
    assert checked.faults == []
    for noun, tables in (
        ("areas", ("pooling_areas", "agency_areas")),
        ("institutions", ("institutions", "service_agreements", "practitioners", "terminals", "operators")),
        ("drug_identifications", ("drug_identifications",)),
    ):
        (row,) = await house.rows("select " + " + ".join(f"(select count(*) from {table})" for table in tables))
        assert checked.counts[noun] == row[0] > 0


@pytest.mark.parametrize("case", ALTERED)
async def test_a_row_altered_is_named(house: House, case: str) -> None:
    where, sql = ALTERED[case]
    await house.tamper(sql)
    found = await named(house)
    assert any(kind == "row_altered" and place.startswith(where) for kind, place in found), found


@pytest.mark.parametrize("table", GONE)
async def test_a_row_removed_is_named(house: House, table: str) -> None:
    await house.tamper(GONE[table])
    assert "row_missing" in {kind for kind, _ in await named(house)}


@pytest.mark.parametrize("table", ["practitioners", "drug_identifications", "operators"])
async def test_a_row_slipped_in_is_named(house: House, table: str) -> None:
    key = {"practitioners": "practitioner_code", "drug_identifications": "identification", "operators": "operator_code"}
    await house.tamper(
        f"insert into {table} select (jsonb_populate_record(t, jsonb_build_object('{key[table]}', '9999999'))).* "
        f"from {table} t limit 1"
    )
    found = await named(house)
    assert any(kind == "event_missing" and place.startswith(TABLES[table]) for kind, place in found), found


async def test_what_is_set_by_its_verb_stands_and_an_older_state_put_back_is_named(house: House) -> None:
    place = house.hospital
    agreement = place.agreements[0]
    identification = (await house.rows("select identification from drug_identifications limit 1"))[0][0]
    changes = [
        lambda tx: areas.set_area_settings(tx, house.clock, pooling_area=110100, changes={"employee_grace_months": 2}),
        lambda tx: institutions.suspend(tx, house.clock, institution_ids=[place.institution_id], actor="agency"),
        lambda tx: institutions.agree_services(tx, house.clock, agreements=[agreement], actor="agency"),
        lambda tx: goods.import_identifications(
            tx, house.clock, rows=[DrugIdentification(identification=identification, item_code="other")]
        ),
    ]
    for change in changes:
        await house.work(change)
    assert (await house.verify()).faults == []
    await house.tamper("update institutions set state = 'active' where institution_id = $1", place.institution_id)
    assert await named(house) == {("row_altered", f"institution {place.institution_code}")}
