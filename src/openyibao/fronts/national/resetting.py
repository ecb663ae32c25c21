"""Undo what stands of the cast: bills latest first, then stays and visits; what can't be undone is named. 中文: 联调复位。"""

from __future__ import annotations

from typing import Any

from openyibao.fronts.national.cast import CAST
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.aiding import reverse_bill
from openyibao.kit.crypto import sm3
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, exchange, people, settlement
from openyibao.rooms.encounters import EncounterState, RemoveItemsRequest, UndoRequest
from openyibao.rooms.people import DocumentType
from openyibao.rooms.settlement import ReverseRequest, SettlementKind
from openyibao.wire.national import names

ROUNDS, BILLS_MAX = 100, 500
OPERATOR = "desk"


async def reset(platform: Platform) -> dict[str, Any]:
    """Reverse and cancel whatever stands; how much was undone, and what stays with its reason."""
    undone, left = 0, list[dict[str, str]]()
    for one in CAST.values():
        async with platform.readers.reading() as reading:
            person = await people.find_by_document(
                reading, platform.sealer, DocumentType.identity_card, one.document_number
            )
            cells = [] if person is None else platform.desk.areas.cells_of_person(person.person_id)
        for cell in cells:
            assert person is not None
            bills, refused = await _reverse_all(platform, cell, person.person_id)
            visits, more = await _cancel_all(platform, cell, person.person_id)
            undone += bills + visits
            left += [{"role": one.role, **each} for each in (*refused, *more)]
    return {"undone": undone, "left": left}


def _keyed(platform: Platform, institution_id: int) -> dict[str, Any]:
    key = f"desk-{platform.randomness.octets(8).hex()}"
    return {
        "institution_id": institution_id,
        "request_key": key,
        "digest": sm3(key.encode()),
        "operator_code": OPERATOR,
    }


async def _reverse_all(platform: Platform, cell: int, person_id: int) -> tuple[int, list[dict[str, str]]]:
    """A person's settlements that stand, the latest first."""
    async with platform.readers.reading() as reading:
        found = await settlement.list_of_person(reading, cell, person_id, most=BILLS_MAX)
        gone = (
            await settlement.read_reversals(reading, [(one.cell, one.settlement_id) for one in found]) if found else {}
        )
    standing = [
        one for one in found if one.kind is SettlementKind.settlement and (one.cell, one.settlement_id) not in gone
    ]
    undone, left = 0, []
    for bill in sorted(standing, key=lambda one: one.turn, reverse=True):
        request = ReverseRequest(
            **_keyed(platform, bill.institution_id),
            terminal_code="desk",
            cell=cell,
            settlement_id=bill.settlement_id,
        )
        answer = await reverse_bill(platform, request)
        if isinstance(answer, Refused):
            left.append({"setl_id": names.settlement_name(cell, bill.settlement_id), "reason": answer.code})
        else:
            undone += 1
    return undone, left


async def _cancel_all(platform: Platform, cell: int, person_id: int) -> tuple[int, list[dict[str, str]]]:
    """A person's visits and stays that are open: lines taken back, then cancelled; those that were settled stay."""
    async with platform.readers.reading() as reading:
        notes = await exchange.list_notes_of_person(reading, cell, person_id, most=BILLS_MAX)
        visits = (
            await encounters.read_encounters(reading, [(one.cell, one.encounter_id) for one in notes]) if notes else {}
        )
    undone, left = 0, []
    for visit in visits.values():
        if visit.state is EncounterState.cancelled:
            continue
        keyed = _keyed(platform, visit.institution_id)
        at: dict[str, Any] = {"cell": cell, "encounter_id": visit.encounter_id}
        if visit.state is EncounterState.closed:
            await platform.lane.submit("reopen_encounter", UndoRequest(**keyed, **at))
        operator = keyed.pop("operator_code")
        await platform.lane.submit("remove_items", RemoveItemsRequest(**keyed, **at))
        answer = await platform.lane.submit("cancel_encounter", UndoRequest(**keyed, operator_code=operator, **at))
        if isinstance(answer, Refused):
            left.append({"mdtrt_id": names.visit_name(cell, visit.encounter_id), "reason": answer.code})
        else:
            undone += 1
    return undone, left
