"""SQL of faces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.kit.seeing.plans import plan_of
from openyibao.rooms.faces.records import Candidate, FaceChallenge, FaceShowing, FaceTemplate, ShowingWay

_TEMPLATES = FaceTemplate.__struct_fields__
_SHOWINGS = FaceShowing.__struct_fields__
_CANDIDATES = ", ".join("t." + name for name in Candidate.__struct_fields__)
# A template whose consent was withdrawn is never compared, whoever forgot to delete it.
_STANDING = (
    "join consents c on c.bucket = t.bucket and c.consent_id = t.consent_id and c.withdrawn_at is null "
    "where t.deleted_at is null"
)


async def insert_template(tx: Tx, one: FaceTemplate) -> None:
    """Keep a template."""
    await tx.execute(
        f"insert into face_templates ({', '.join(_TEMPLATES)}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        *msgspec.structs.astuple(one),
    )


async def end_template(tx: Tx, bucket: int, person_id: int, *, by: str, at: datetime) -> FaceTemplate | None:
    """Delete what a person's face is known by; None where nothing was kept."""
    row = await tx.fetchrow(
        "update face_templates set template_sealed = null, tail_digest = null, deleted_by = $3, deleted_at = $4 "
        f"where bucket = $1 and person_id = $2 and deleted_at is null returning {', '.join(_TEMPLATES)}",
        bucket,
        person_id,
        by,
        at,
    )
    return None if row is None else FaceTemplate(**dict(row))


async def lock_person(tx: Tx, bucket: int, person_id: int) -> None:
    """One at a time for a person."""
    await tx.fetchrow(
        "select person_id from persons where bucket = $1 and person_id = $2 for update", bucket, person_id
    )


async def find_candidate(reading: Reading, bucket: int, person_id: int) -> Candidate | None:
    """A person's template, if one may be compared."""
    row = await reading.fetchrow(
        f"select {_CANDIDATES} from face_templates t {_STANDING} and t.bucket = $1 and t.person_id = $2",
        bucket,
        person_id,
    )
    return None if row is None else Candidate(**dict(row))


async def find_by_digests(reading: Reading, bucket: int, digests: Sequence[bytes]) -> Candidate | None:
    """The template of whom a provider knows by one of these digests."""
    row = await reading.fetchrow(
        f"select {_CANDIDATES} from face_templates t {_STANDING} and t.bucket = $1 and t.person_digest = any($2)",
        bucket,
        list(digests),
    )
    return None if row is None else Candidate(**dict(row))


async def list_candidates_by_tail(reading: Reading, digests: Sequence[bytes], *, most: int) -> list[Candidate]:
    """Templates whose phone ends in certain digits."""
    rows = await reading.fetch(
        f"select {_CANDIDATES} from face_templates t {_STANDING} and t.tail_digest = any($1) "
        "order by t.bucket, t.template_id limit $2",
        list(digests),
        most,
    )
    return [Candidate(**dict(row)) for row in rows]


async def list_candidates_of(reading: Reading, person_ids: Sequence[int], *, most: int) -> list[Candidate]:
    """Templates of the people of a list, wherever their rows lie."""
    rows = await reading.fetch(
        f"select {_CANDIDATES} from face_templates t {_STANDING} and t.person_id = any($1) "
        "order by t.bucket, t.template_id limit $2",
        list(person_ids),
        most,
    )
    return [Candidate(**dict(row)) for row in rows]


async def count_templates(reading: Reading, *, most: int) -> int:
    """How many faces are kept, counted up to a bound."""
    row = await reading.fetchrow(
        "select count(*) from (select from face_templates where deleted_at is null limit $1) t", most
    )
    return int(row[0])


async def put_challenge(tx: Tx, one: FaceChallenge) -> None:
    """Keep a reference's challenge; an earlier one of it is gone."""
    await tx.execute(
        "insert into face_challenges (bucket, reference, challenge_id, person, plan, issued_at) "
        "values ($1, $2, $3, $4, $5, $6) on conflict (bucket, reference) do update set challenge_id = excluded.challenge_id, "
        "person = excluded.person, plan = excluded.plan, issued_at = excluded.issued_at, used_at = null",
        one.bucket,
        one.reference,
        one.challenge_id,
        one.person,
        one.plan.text(),
        one.issued_at,
    )


async def lock_challenge(tx: Tx, bucket: int, reference: str) -> FaceChallenge | None:
    """A reference's challenge, locked."""
    row = await tx.fetchrow(
        "select bucket, reference, challenge_id, person, plan, issued_at, used_at from face_challenges "
        "where bucket = $1 and reference = $2 for update",
        bucket,
        reference,
    )
    return None if row is None else FaceChallenge(**{**dict(row), "plan": plan_of(row["plan"])})


async def use_challenge(tx: Tx, one: FaceChallenge, *, at: datetime) -> None:
    """Note that a locked challenge was answered."""
    await tx.execute(
        "update face_challenges set used_at = $3 where bucket = $1 and reference = $2", one.bucket, one.reference, at
    )


async def clear_challenges(tx: Tx, *, before: datetime, most: int) -> int:
    """Clear away challenges drawn before an instant; how many."""
    rows = await tx.fetch(
        "delete from face_challenges where (bucket, reference) in (select bucket, reference from face_challenges "
        "where issued_at < $1 order by issued_at limit $2) returning 1",
        before,
        most,
    )
    return len(rows)


async def insert_showing(tx: Tx, one: FaceShowing) -> None:
    """Keep that somebody was known by their face."""
    await tx.insert("face_showings", _SHOWINGS, [msgspec.structs.astuple(one)])


async def list_templates(reading: Reading, *, after: tuple[int, int], most: int) -> list[FaceTemplate]:
    """All templates in the order of their key."""
    rows = await reading.fetch(
        f"select {', '.join(_TEMPLATES)} from face_templates where (bucket, template_id) > ($1, $2) "
        "order by bucket, template_id limit $3",
        *after,
        most,
    )
    return [FaceTemplate(**dict(row)) for row in rows]


async def list_showings(reading: Reading, *, after: tuple[int, int], most: int) -> list[FaceShowing]:
    """All showings in the order of their key."""
    rows = await reading.fetch(
        f"select {', '.join(_SHOWINGS)} from face_showings where (bucket, presentation_id) > ($1, $2) "
        "order by bucket, presentation_id limit $3",
        *after,
        most,
    )
    return [_showing_of(row) for row in rows]


def _showing_of(row: Any) -> FaceShowing:
    return FaceShowing(**{**dict(row), "way": ShowingWay(row["way"])})
