"""Whether a person lies in a bed anywhere in the nation: asked before a stay is opened, and where the area pays no visit beside one.

A national table, in buckets by the person, since a person with insurances in two areas has rows in two cells. It is
locked after the visits (docs/adr/0005). 中文: 在院登记与住院期间门诊。
"""

from __future__ import annotations

from collections.abc import Iterable

from openyibao.kit.clock import Clock
from openyibao.kit.db import BUCKETS, Reading, Tx
from openyibao.kit.outcome import Reason, Refused
from openyibao.rooms.encounters import store
from openyibao.rooms.encounters.judging import References
from openyibao.rooms.encounters.lives import BED_KINDS
from openyibao.rooms.encounters.records import Encounter, EncounterKind, NewEncounter, OpenStay
from openyibao.rooms.encounters.rules import ADMISSION_INCOMPLETE, STAY_OPEN, VISIT_DURING_STAY
from openyibao.rooms.people import Enrolment, masked_name

DURING_STAY = "visits_during_stay"
"""The area's setting: ``allowed`` (where it is not set), ``emergency`` alone, or ``refused``."""


def stay_bucket(person_id: int) -> int:
    """Where it is written that a person is in a stay."""
    return person_id % BUCKETS


def asks_for_stays(references: References, pooling_area: int, kind: EncounterKind) -> bool:
    """Whether the area wants to know of a stay before it pays a visit of this kind; stays are always asked."""
    if kind in BED_KINDS:
        return True
    area = references.areas.by_code(pooling_area)
    setting = "allowed" if area is None else area.settings.visits_during_stay
    return setting == "refused" or (setting == "emergency" and kind is not EncounterKind.emergency)


async def refuse_beside_stay(
    reading: Reading, references: References, new: NewEncounter, enrolment: Enrolment
) -> Refused | None:
    """Whether a stay that is open stands against a new visit. Reasons: stay_open (a stay), visit_during_stay."""
    if not asks_for_stays(references, enrolment.pooling_area, new.kind):
        return None
    name = (stay_bucket(enrolment.person_id), enrolment.person_id)
    found = (await store.read_open_stays(reading, [name])).get(enrolment.person_id)
    if found is None:
        return None
    return _refused(references, STAY_OPEN if new.kind in BED_KINDS else VISIT_DURING_STAY, found)


async def open_stay(
    tx: Tx,
    clock: Clock,
    references: References,
    new: NewEncounter,
    enrolment: Enrolment,
    encounter_id: int,
    institution_id: int,
) -> Refused | None:
    """Enter that the person is admitted. Reasons: admission_incomplete · stay_open (another was quicker)."""
    if new.admission is None or not new.admission.ward or not new.admission.bed or not new.diagnoses:
        return Refused(ADMISSION_INCOMPLETE)
    stay = OpenStay(
        bucket=stay_bucket(enrolment.person_id),
        person_id=enrolment.person_id,
        cell=enrolment.cell,
        encounter_id=encounter_id,
        institution_id=institution_id,
        admitted_on=clock.today(),
    )
    found = await store.take_open_stay(tx, stay)
    return None if found is None else _refused(references, STAY_OPEN, found)


async def reopen_stay(tx: Tx, references: References, encounter: Encounter) -> Refused | None:
    """Enter that a person whose discharge is undone is in the stay again. Reason: stay_open."""
    stay = OpenStay(
        bucket=stay_bucket(encounter.person_id),
        person_id=encounter.person_id,
        cell=encounter.cell,
        encounter_id=encounter.encounter_id,
        institution_id=encounter.institution_id,
        admitted_on=encounter.opened_on,
    )
    found = await store.take_open_stay(tx, stay)
    return None if found is None else _refused(references, STAY_OPEN, found)


async def end_stay(tx: Tx, encounter: Encounter) -> None:
    """The person left: discharged, or the admission was cancelled."""
    await store.end_open_stay(tx, stay_bucket(encounter.person_id), encounter.person_id, encounter.encounter_id)


def _refused(references: References, why: Reason, found: OpenStay) -> Refused:
    institution = references.directory.by_id(found.institution_id)
    masked = masked_name(institution.name) if institution else "?"
    return Refused(why, {"admitted_on": found.admitted_on.isoformat(), "institution": masked})


async def find_people_in_stays(reading: Reading, person_ids: Iterable[int]) -> dict[int, OpenStay]:
    """The stays that these people are in, wherever that is."""
    names = [(stay_bucket(person_id), person_id) for person_id in sorted(set(person_ids))]
    return await store.read_open_stays(reading, names) if names else {}
