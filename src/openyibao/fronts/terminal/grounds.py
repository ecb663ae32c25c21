"""What a bill stands on at the desk: the diseases a person has on record, and which field a refusal is about. 中文: 备案与处方。"""

from __future__ import annotations

import msgspec

from openyibao.fronts.shared.pages import Box
from openyibao.fronts.shared.platform import Platform
from openyibao.rooms import filings
from openyibao.rooms.filings import OF_A_DISEASE, Filing
from openyibao.rooms.presentation import Presentation

FILED_SHOWN = 20
FIELD_OF = {
    "disease_code_needed": "disease_code",
    "disease_unknown": "disease_code",
    "filing_needed": "disease_code",
    "disease_not_listed": "disease_code",
    "drug_not_of_disease": "disease_code",
    "prescription_needed": "prescription",
    "prescription_number_needed": "prescription_number",
    "supply_too_long": "supply_days",
    "dual_channel_doctor_differs": "prescriber_code",
    "injury_by_third_party": "injury",
    "injury_filing_needed": "injury",
}
"""A refusal's code → the field the clerk is led to; lines lead to themselves."""


async def filed_here(platform: Platform, shown: Presentation) -> list[Filing]:
    """The diseases on record that count today; the clerk chooses instead of typing."""
    if not shown.cell:
        return []
    today = platform.clock.today()
    person = (shown.cell, shown.person_id)
    async with platform.readers.reading() as reading:
        mine = (await filings.read_of_persons(reading, [person], today))[person]
    counting = [one for one in mine if one.kind in OF_A_DISEASE and filings.in_force(one, today)]
    return counting[:FILED_SHOWN]


def led_to_field(box: Box) -> Box:
    """The refusal's box with the field that puts it right."""
    field = FIELD_OF.get(box.code, "")
    return msgspec.structs.replace(box, field_name=field) if field else box
