"""SQL of credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.credentials.records import Credential, CredentialRole, CredentialState, HolderKind, StopGround

_CREDENTIAL = (
    "bucket, credential_id, person_id, state, insured_cell, insured_area, statement, statement_signature, "
    "issuer_key_id, status_index, issued_at, activated_at, area_changes, supersedes, superseded_by, stop_ground, "
    "signings, activated_by"
)
_ROLE = "bucket, role_id, credential_id, kind, institution_id, subject_code, entered_at, ended_at"
_STOPS = {each.value: each for each in StopGround}


def _credential(row: Any) -> Credential:
    state, ground = CredentialState(row["state"]), _STOPS.get(row["stop_ground"])
    return Credential(**{**dict(row), "state": state, "stop_ground": ground})


def _role(row: Any) -> CredentialRole:
    return CredentialRole(**{**dict(row), "kind": HolderKind(row["kind"])})


async def take_indexes(tx: Tx, counts: Mapping[int, int]) -> dict[int, int]:
    """Take so many places in the status lists of each bucket; the first one of each."""
    buckets = sorted(counts)
    rows = await tx.fetch(
        "insert into status_counters as c (bucket, taken) select * from unnest($1::int[], $2::bigint[]) "
        "on conflict (bucket) do update set taken = c.taken + excluded.taken returning bucket, taken",
        buckets,
        [counts[bucket] for bucket in buckets],
    )
    return {row[0]: row[1] - counts[row[0]] for row in rows}


async def insert_credentials(tx: Tx, credentials: Sequence[Credential], digests: Sequence[bytes]) -> set[int]:
    """Issue what is not there yet; the ids that were made. Sorted, so that two batches can't wait for each other."""
    pairs = sorted(zip(credentials, digests, strict=True), key=lambda pair: (pair[0].bucket, pair[1]))
    made = await tx.fetch(
        "insert into credentials (bucket, credential_id, person_id, identity_digest, state, insured_cell, insured_area, "
        "statement, statement_signature, issuer_key_id, status_index, supersedes, issued_at, state_changed_at) "
        "select b, c, p, d, 'issued', ic, ia, s, g, k, x, o, t, t from unnest($1::int[], $2::bigint[], $3::bigint[], "
        "$4::bytea[], $5::int[], $6::int[], $7::bytea[], $8::bytea[], $9::int[], $10::bigint[], $11::bigint[], "
        "$12::timestamptz[]) as u(b, c, p, d, ic, ia, s, g, k, x, o, t) on conflict do nothing returning credential_id",
        [c.bucket for c, _ in pairs],
        [c.credential_id for c, _ in pairs],
        [c.person_id for c, _ in pairs],
        [digest for _, digest in pairs],
        [c.insured_cell for c, _ in pairs],
        [c.insured_area for c, _ in pairs],
        [c.statement for c, _ in pairs],
        [c.statement_signature for c, _ in pairs],
        [c.issuer_key_id for c, _ in pairs],
        [c.status_index for c, _ in pairs],
        [c.supersedes for c, _ in pairs],
        [c.issued_at for c, _ in pairs],
    )
    return {row[0] for row in made}


async def list_by_digests(reading: Reading, names: Sequence[tuple[int, bytes]]) -> dict[tuple[int, bytes], Credential]:
    """Credentials by (bucket, identity digest), joined since `= any` multiplies; none that was superseded."""
    columns = ", ".join("c." + name for name in _CREDENTIAL.split(", "))
    rows = await reading.fetch(
        f"select {columns}, c.identity_digest from unnest($1::int[], $2::bytea[]) as n(bucket, digest) "
        "join credentials c on c.bucket = n.bucket and c.identity_digest = n.digest and c.superseded_by is null",
        [bucket for bucket, _ in names],
        [digest for _, digest in names],
    )
    found = {}
    for row in rows:
        fields = dict(row)
        digest = fields.pop("identity_digest")
        found[row["bucket"], digest] = _credential(fields)
    return found


async def lock_credential(tx: Tx, bucket: int, person_id: int) -> Credential | None:
    """Lock the newest credential of a person."""
    rows = await tx.fetch(
        f"select {_CREDENTIAL} from credentials where bucket = any($1) and person_id = any($2) "
        "order by bucket, credential_id for update",
        [bucket],
        [person_id],
    )
    return _credential(rows[-1]) if rows else None


async def lock_by_id(tx: Tx, bucket: int, credential_id: int) -> Credential | None:
    """Lock one credential."""
    rows = await tx.fetch(
        f"select {_CREDENTIAL} from credentials where bucket = $1 and credential_id = $2 for update",
        bucket,
        credential_id,
    )
    return _credential(rows[0]) if rows else None


async def set_state(tx: Tx, credential: Credential, *, at: datetime) -> None:
    """Write the state of a locked credential, what it stands on, and what has superseded it."""
    await tx.execute(
        "update credentials set state = $3, state_changed_at = $4, stop_ground = $5, superseded_by = $6, "
        "activated_at = $7, activated_by = $8 where bucket = $1 and credential_id = $2",
        credential.bucket,
        credential.credential_id,
        credential.state.value,
        at,
        credential.stop_ground,
        credential.superseded_by,
        credential.activated_at,
        credential.activated_by,
    )


async def lock_signed_by(tx: Tx, issuer_key_id: int, *, most: int) -> list[tuple[Credential, bytes]]:
    """Lock credentials that a key signed and that are not revoked, in the order of their key, with their identities."""
    rows = await tx.fetch(
        f"select {_CREDENTIAL}, identity_digest from credentials where issuer_key_id = $1 and state <> 'revoked' "
        "order by bucket, credential_id limit $2 for update",
        issuer_key_id,
        most,
    )
    found = []
    for row in rows:
        fields = dict(row)
        digest = bytes(fields.pop("identity_digest"))
        found.append((_credential(fields), digest))
    return found


async def set_statements(tx: Tx, credentials: Sequence[Credential]) -> None:
    """Write statements that were signed anew, of locked credentials."""
    await tx.execute(
        "update credentials c set statement = u.s, statement_signature = u.g, issuer_key_id = u.k, signings = u.n "
        "from unnest($1::int[], $2::bigint[], $3::bytea[], $4::bytea[], $5::int[], $6::int[]) as u(b, i, s, g, k, n) "
        "where c.bucket = u.b and c.credential_id = u.i",
        [one.bucket for one in credentials],
        [one.credential_id for one in credentials],
        [one.statement for one in credentials],
        [one.statement_signature for one in credentials],
        [one.issuer_key_id for one in credentials],
        [one.signings for one in credentials],
    )


async def count_signed_by(reading: Reading, issuer_key_id: int, *, most: int) -> int:
    """How many credentials that are not revoked carry a key's signature; no more than so many are counted."""
    row = await reading.fetchrow(
        "select count(*)::int from (select 1 from credentials where issuer_key_id = $1 and state <> 'revoked' limit $2) c",
        issuer_key_id,
        most,
    )
    return int(row[0])


async def set_lead(tx: Tx, credential: Credential) -> None:
    """Write which person and insured area a locked credential leads to."""
    await tx.execute(
        "update credentials set insured_cell = $3, insured_area = $4, area_changes = $5, person_id = $6 "
        "where bucket = $1 and credential_id = $2",
        credential.bucket,
        credential.credential_id,
        credential.insured_cell,
        credential.insured_area,
        credential.area_changes,
        credential.person_id,
    )


async def find_identity_digest(reading: Reading, bucket: int, credential_id: int) -> bytes:
    """The digest of name and document that a credential was issued for."""
    row = await reading.fetchrow(
        "select identity_digest from credentials where bucket = $1 and credential_id = $2", bucket, credential_id
    )
    return bytes(row[0])


async def find_credential(reading: Reading, bucket: int, person_id: int) -> Credential | None:
    """The newest credential of a person, not locked."""
    row = await reading.fetchrow(
        f"select {_CREDENTIAL} from credentials where bucket = $1 and person_id = $2 order by credential_id desc limit 1",
        bucket,
        person_id,
    )
    return None if row is None else _credential(row)


async def find_by_id(reading: Reading, bucket: int, credential_id: int) -> Credential | None:
    """One credential, not locked."""
    row = await reading.fetchrow(
        f"select {_CREDENTIAL} from credentials where bucket = $1 and credential_id = $2", bucket, credential_id
    )
    return None if row is None else _credential(row)


async def list_of_person(reading: Reading, bucket: int, person_id: int, *, most: int) -> list[Credential]:
    """All credentials a person has had, the newest first."""
    rows = await reading.fetch(
        f"select {_CREDENTIAL} from credentials where bucket = $1 and person_id = $2 "
        "order by credential_id desc limit $3",
        bucket,
        person_id,
        most,
    )
    return [_credential(row) for row in rows]


async def list_credentials(
    reading: Reading, *, after: tuple[int, int], most: int
) -> list[tuple[Credential, bytes, datetime, bool | None]]:
    """Credentials in the order of their key: each with its identity digest, its last change, and whether one of its
    bindings was made when it was activated; None where it has none.
    """  # noqa: D205 one sentence leads to the other
    rows = await reading.fetch(
        f"select {_CREDENTIAL}, identity_digest, state_changed_at, "
        "(select bool_or(b.bound_at is not distinct from c.activated_at) from bindings b "
        "where b.bucket = c.bucket and b.credential_id = c.credential_id) as bound_then "
        "from credentials c where (bucket, credential_id) > ($1, $2) order by bucket, credential_id limit $3",
        *after,
        most,
    )
    found = []
    for row in rows:
        fields = dict(row)
        more = [fields.pop(name) for name in ("identity_digest", "state_changed_at", "bound_then")]
        found.append((_credential(fields), more[0], more[1], more[2]))
    return found


async def list_stopped(reading: Reading, bucket: int, first: int, last: int) -> list[tuple[int, CredentialState]]:
    """(status index, state) of the stopped credentials of a bucket from the first index to the last, both included."""
    rows = await reading.fetch(
        "select status_index, state from credentials where bucket = $1 and status_index between $2 and $3 "
        "and state in ('suspended', 'revoked')",
        bucket,
        first,
        last,
    )
    return [(row[0], CredentialState(row[1])) for row in rows]


async def count_taken(reading: Reading, bucket: int) -> int:
    """How many places of a bucket's status lists are taken."""
    row = await reading.fetchrow("select taken from status_counters where bucket = $1", bucket)
    return 0 if row is None else int(row[0])


async def insert_roles(tx: Tx, roles: Sequence[CredentialRole]) -> set[int]:
    """Enter roles that are not there yet; the ids that were made."""
    ordered = sorted(roles, key=lambda one: (one.bucket, one.credential_id, one.kind, one.institution_id))
    rows = await tx.fetch(
        "insert into credential_roles (bucket, role_id, credential_id, kind, institution_id, subject_code, entered_at) "
        "select * from unnest($1::int[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], "
        "$7::timestamptz[]) on conflict do nothing returning role_id",
        [one.bucket for one in ordered],
        [one.role_id for one in ordered],
        [one.credential_id for one in ordered],
        [one.kind.value for one in ordered],
        [one.institution_id for one in ordered],
        [one.subject_code for one in ordered],
        [one.entered_at for one in ordered],
    )
    return {row[0] for row in rows}


async def end_roles(
    tx: Tx, bucket: int, credential_id: int, *, role_id: int | None, at: datetime
) -> list[CredentialRole]:
    """End one role of a credential that stands, or all; those that ended."""
    rows = await tx.fetch(
        "update credential_roles set ended_at = $4 where bucket = $1 and credential_id = $2 and ended_at is null "
        f"and ($3::bigint is null or role_id = $3) returning {_ROLE}",
        bucket,
        credential_id,
        role_id,
        at,
    )
    return sorted((_role(row) for row in rows), key=lambda one: one.role_id)


async def list_roles(reading: Reading, bucket: int, credential_id: int) -> list[CredentialRole]:
    """The roles of a credential, ended ones too, in the order they were entered."""
    rows = await reading.fetch(
        f"select {_ROLE} from credential_roles where bucket = $1 and credential_id = $2 order by role_id limit 1000",
        bucket,
        credential_id,
    )
    return [_role(row) for row in rows]


async def list_all_roles(reading: Reading, *, after: tuple[int, int], most: int) -> list[CredentialRole]:
    """Roles in the order of their key."""
    rows = await reading.fetch(
        f"select {_ROLE} from credential_roles where (bucket, role_id) > ($1, $2) order by bucket, role_id limit $3",
        *after,
        most,
    )
    return [_role(row) for row in rows]


async def list_without(reading: Reading, *, after: tuple[int, int], most: int) -> list[tuple[int, int]]:
    """(bucket, person_id) of living persons who have no credential, in the order of their key."""
    rows = await reading.fetch(
        "select p.bucket, p.person_id from persons p where (p.bucket, p.person_id) > ($1, $2) "
        "and p.died_on is null and p.merged_into is null and not exists "
        "(select from credentials c where c.bucket = p.bucket and c.person_id = p.person_id) "
        "order by p.bucket, p.person_id limit $3",
        *after,
        most,
    )
    return [(row[0], row[1]) for row in rows]
