"""SQL of checks and resets of passwords."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.activations import Way
from openyibao.rooms.checks.records import CheckAct, IdentityCheck, PasswordReset

_CHECK = (
    *("bucket", "check_id", "person_id", "act", "subject", "asked_by", "reference", "ways", "done", "attempts"),
    *("failed", "started_at", "expires_at", "spent_at"),
)
_CHANGING = ("done", "attempts", "failed", "code_digest", "spent_at")
RESET = PasswordReset.__struct_fields__


def _check_of(row: Any) -> IdentityCheck:
    fields = {name: row[name] for name in _CHECK}
    fields["ways"], fields["done"] = (tuple(Way(one) for one in row[name]) for name in ("ways", "done"))
    fields["act"] = CheckAct(row["act"])
    return IdentityCheck(**fields)


def _reset_of(row: Any) -> PasswordReset:
    return PasswordReset(**{**dict(row), "ways": tuple(Way(one) for one in row["ways"])})


async def insert_check(tx: Tx, one: IdentityCheck, holder_digest: bytes) -> None:
    """Begin a check."""
    await tx.execute(
        "insert into identity_checks (bucket, check_id, person_id, act, subject, asked_by, reference, ways, started_at, "
        "expires_at, holder_digest) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        one.bucket,
        one.check_id,
        one.person_id,
        one.act.value,
        one.subject,
        one.asked_by,
        one.reference,
        [way.value for way in one.ways],
        one.started_at,
        one.expires_at,
        holder_digest,
    )


async def find_check(
    reading: Reading, bucket: int, check_id: int, *, lock: bool
) -> tuple[IdentityCheck, bytes, bytes | None] | None:
    """A check with its holder's digest and that of the code that was sent; locked where asked."""
    row = await reading.fetchrow(
        f"select {', '.join(_CHECK)}, holder_digest, code_digest from identity_checks where bucket = $1 "
        f"and check_id = $2{' for update' if lock else ''}",
        bucket,
        check_id,
    )
    return None if row is None else (_check_of(row), bytes(row["holder_digest"]), row["code_digest"])


async def change_check(tx: Tx, one: IdentityCheck, changes: Mapping[str, Any]) -> None:
    """Write what a step did. Only columns that change after the beginning."""
    names = [name for name in _CHANGING if name in changes]
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(names, 3))
    await tx.execute(
        f"update identity_checks set {sets} where bucket = $1 and check_id = $2",
        one.bucket,
        one.check_id,
        *(changes[name] for name in names),
    )


async def count_begun(reading: Reading, bucket: int, person_id: int, *, since: datetime) -> int:
    """How many checks of a person began since an instant."""
    row = await reading.fetchrow(
        "select count(*) from identity_checks where bucket = $1 and person_id = $2 and started_at > $3",
        bucket,
        person_id,
        since,
    )
    return int(row[0])


async def end_others(tx: Tx, bucket: int, person_id: int, *, act: str, at: datetime) -> None:
    """End every other check of a person for an act: what was proved before is good for nothing more."""
    await tx.execute(
        "update identity_checks set expires_at = $4 where bucket = $1 and person_id = $2 and act = $3 "
        "and spent_at is null and expires_at > $4",
        bucket,
        person_id,
        act,
        at,
    )


async def clear_checks(tx: Tx, *, before: datetime, most: int) -> int:
    """Clear away what ended before; how many."""
    tag = await tx.execute(
        "delete from identity_checks where (bucket, check_id) in (select bucket, check_id from identity_checks "
        "where expires_at < $1 limit $2)",
        before,
        most,
    )
    return int(tag.split()[-1])


async def insert_reset(tx: Tx, one: PasswordReset) -> None:
    """Keep a reset."""
    row = list(msgspec.structs.astuple(one))
    row[RESET.index("ways")] = [way.value for way in one.ways]
    await tx.insert("password_resets", RESET, [row])


async def find_last_reset(reading: Reading, bucket: int, person_id: int) -> PasswordReset | None:
    """The newest reset of a person's password, or None."""
    row = await reading.fetchrow(
        f"select {', '.join(RESET)} from password_resets where bucket = $1 and person_id = $2 "
        "order by reset_id desc limit 1",
        bucket,
        person_id,
    )
    return None if row is None else _reset_of(row)


async def list_resets(reading: Reading, *, after: tuple[int, int], most: int) -> list[PasswordReset]:
    """All resets in the order of their key."""
    rows = await reading.fetch(
        f"select {', '.join(RESET)} from password_resets where (bucket, reset_id) > ($1, $2) "
        "order by bucket, reset_id limit $3",
        *after,
        most,
    )
    return [_reset_of(row) for row in rows]
