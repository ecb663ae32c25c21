"""What the form of a bill needs of the place it stands in, and for what codes are scanned there. 中文: 收费台。"""

from __future__ import annotations

from typing import Any

from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.terminal import views
from openyibao.fronts.terminal.grounds import filed_here
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.institutions import InstitutionKind
from openyibao.rooms.people import masked_document
from openyibao.rooms.presentation import Presentation, Purpose

KINDS = {
    InstitutionKind.hospital: (
        *(EncounterKind.outpatient, EncounterKind.emergency, EncounterKind.chronic, EncounterKind.special),
        *(EncounterKind.maternity_outpatient, EncounterKind.inpatient),
    ),
    InstitutionKind.pharmacy: (EncounterKind.pharmacy, EncounterKind.chronic, EncounterKind.special),
}
SAMPLES = ("small", "mixed", "large")


async def bill_facts(platform: Platform, institution_id: int, person: Presentation) -> dict[str, Any]:
    """The facts of ``terminal/bill.html`` for somebody who was just identified."""
    institution = platform.desk.directory.by_id(institution_id)
    return {
        "person": person,
        "document": masked_document(person.document_number),
        "valid_until": views.shanghai_text(person.expires_at)[-5:],
        "kinds": KINDS[institution.kind] if institution else tuple(EncounterKind),
        "practitioners": platform.desk.directory.practitioners_of(institution_id),
        "samples": SAMPLES if platform.settings.demo else (),
        "filed": await filed_here(platform, person),
    }


def purposes_at(platform: Platform, institution_id: int) -> tuple[Purpose, ...]:
    """What a code may be scanned for here; the first is chosen at once."""
    institution = platform.desk.directory.by_id(institution_id)
    if institution is not None and institution.kind is InstitutionKind.pharmacy:
        return (Purpose.pharmacy_purchase,)
    return (Purpose.settlement, Purpose.registration, Purpose.inpatient_admission)
