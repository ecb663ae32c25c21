"""A registration turns out to be a visit of another kind: the old one is cancelled, a new one opened in one act. 中文: 就诊类别变更。

Why: at the desk nobody knows whether it will be an emergency or a chronic disease's visit, and benefits stand on the kind, which
never changes in a visit. The new one stands on the same presentation, judged as any opening is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.encounters import service, store
from openyibao.rooms.encounters.judging import Opened, References
from openyibao.rooms.encounters.lives import BED_KINDS, Act, judge_act
from openyibao.rooms.encounters.records import (
    ChangeRequest,
    Encounter,
    EncounterKind,
    NewEncounter,
    OpenRequest,
    StepKind,
)
from openyibao.rooms.encounters.refusing import claim_or_refuse, refuse
from openyibao.rooms.encounters.rules import ENCOUNTER_UNKNOWN
from openyibao.rooms.encounters.steps import take_step
from openyibao.rooms.filings import CareGrounds
from openyibao.rooms.people import lock_enrolments
from openyibao.rooms.presentation import Purpose, TokenFacts


class RecastRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Make a registered visit one of another kind. ``change`` names the visit, its new doctor and diagnoses."""

    change: ChangeRequest
    bucket: int
    kind: EncounterKind
    grounds: CareGrounds | None = None


async def recast_encounter(
    tx: Tx, clock: Clock, references: References, request: RecastRequest, *, year_of: Any
) -> Opened | Refused:
    """Cancel and open again. Reasons: key_conflict · encounter_unknown · those of ``lives`` for a cancel · those of opening."""
    change = request.change
    name = (change.cell, change.encounter_id)
    held = await _lock(tx, name)
    (claim,) = await claim_or_refuse(tx, clock, "open_encounter", [change], [change.cell])
    if isinstance(claim, Refused):
        return claim
    if not claim.fresh:
        known = await store.read_encounters(tx, [(claim.cell, claim.outcome_id)])
        return Opened(encounter=known[claim.cell, claim.outcome_id], repeated=True)
    visit = (await store.read_encounters(tx, [name], lock=True)).get(name)
    batches = await store.read_fee_batches(tx, [name])
    judged: Refused | None = Refused(ENCOUNTER_UNKNOWN)
    if visit is not None and visit.institution_id == change.institution_id:
        judged = judge_act(Act.cancel, visit, batches)
    if judged is not None or visit is None:
        return await refuse(
            tx,
            clock,
            "open_encounter",
            cell=change.cell,
            institution_id=change.institution_id,
            refusal_id=claim.outcome_id,
            refused=judged or Refused(ENCOUNTER_UNKNOWN),
            person_id=None if visit is None else visit.person_id,
            encounter_id=change.encounter_id,
        )
    opening = _opening(request, visit)
    answer = await service.open_claimed(
        tx, clock, references, opening, _presented(request, visit, clock), claim, held, year_of
    )
    if isinstance(answer, Opened):
        await take_step(tx, clock, visit, StepKind.cancelled, change, step_id=tx.ids.next())
    return answer


async def _lock(tx: Tx, name: tuple[int, int]) -> Mapping[tuple[int, int], Any]:
    """Persons before keys: the visit's person, locked."""
    visit = (await store.read_encounters(tx, [name])).get(name)
    return await lock_enrolments(tx, {(visit.cell, visit.person_id)}) if visit is not None else {}


def _opening(request: RecastRequest, visit: Encounter) -> OpenRequest:
    change = request.change
    return OpenRequest(
        institution_id=change.institution_id,
        operator_code=change.operator_code,
        terminal_code="",
        request_key=change.request_key,
        digest=change.digest,
        visit_token="",
        encounter=NewEncounter(
            kind=request.kind if request.kind not in BED_KINDS else visit.kind,
            practitioner_code=change.practitioner_code or visit.practitioner_code,
            diagnoses=change.diagnoses or (),
            grounds=request.grounds,
        ),
    )


def _presented(request: RecastRequest, visit: Encounter, clock: Clock) -> TokenFacts:
    """The showing that the registration stands on."""
    return TokenFacts(
        presentation_id=visit.presentation_id or 0,
        bucket=request.bucket,
        person_id=visit.person_id,
        cell=visit.cell,
        institution_id=visit.institution_id,
        terminal_code="",
        purpose=Purpose.registration,
        presented_at=visit.opened_at,
        expires_at=clock.now(),
    )
