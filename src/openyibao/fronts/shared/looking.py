"""The one way to a person's data that leaves no other trace: the look is kept, with its reason, before anything is answered.

Keeps: nothing. Promises: no reason, no answer; a look that could not be kept is not answered. A scan and a bill are their own
trace and don't come here. Callers: every front and command that shows a person's data to somebody else. 中文: 查询先留痕。
"""

from __future__ import annotations

from collections.abc import Sequence

from openyibao.fronts.shared.platform import Platform
from openyibao.kit.batch import Work
from openyibao.kit.outcome import Refused
from openyibao.rooms import looks
from openyibao.rooms.looks import LookerKind, LookKind, NewLook
from openyibao.rooms.presentation import TokenFacts, read_tokens


async def note_look(platform: Platform, new: NewLook) -> None:
    """Keep one look. Raises Poisoned where its reason is empty; Busy and Unknown as every verb."""
    await platform.lane.submit("look", new)


async def note_looks(platform: Platform, new: Sequence[NewLook]) -> None:
    """Keep the looks that one list is, in one piece."""
    if new:
        await platform.lane.submit("work", Work(lambda tx: looks.note_looks(tx, platform.clock, new)))


async def look_by_token(
    platform: Platform, *, visit_token: str, institution_id: int, kind: LookKind, asked: str
) -> TokenFacts | Refused:
    """The person of a visit token, the look of this institution kept; its reason is what the code was shown for.

    No reader is held while the look waits for its commit. Reasons: the visit token's.
    """
    async with platform.readers.reading() as reading:
        (found,) = await read_tokens(reading, platform.clock, tokens=[(visit_token, institution_id)])
    if isinstance(found, Refused):
        return found
    new = NewLook(
        bucket=found.bucket,
        person_id=found.person_id,
        kind=kind,
        looker_kind=LookerKind.institution,
        looker=found.terminal_code or str(institution_id),
        why=f"{found.purpose.value}: {asked}",
        institution_id=institution_id,
    )
    await note_look(platform, new)
    return found


async def look_of_officer(
    platform: Platform, persons: Sequence[int], *, kind: LookKind, officer: str, why: str
) -> None:
    """Keep an officer's look at some people, by their ids. Raises ValueError for an empty reason or no officer."""
    if not officer.strip() or not why.strip():
        raise ValueError("an officer's look needs the officer and a reason")
    async with platform.readers.reading() as reading:
        buckets = await looks.find_buckets(reading, persons)
    shared = {"kind": kind, "looker_kind": LookerKind.agency, "looker": officer.strip()[:80], "why": why.strip()[:200]}
    await note_looks(
        platform,
        [NewLook(bucket=bucket, person_id=person_id, **shared) for person_id, bucket in sorted(buckets.items())],  # type: ignore[arg-type]
    )
