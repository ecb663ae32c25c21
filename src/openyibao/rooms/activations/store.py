"""SQL of activations under way, agreements, tries, passwords and locks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.activations.records import (
    Activation,
    Agreement,
    Proof,
    SetPassword,
    StoredAgreement,
    Way,
    WayLock,
    activation_of,
)

_CHANGING = (
    *("state", "attempts", "agreement_version", "language", "text_digest", "agreed_at", "person_bucket", "person_id"),
    *("proof", "evidence_digest", "code_digest", "officer", "approver", "insured_cell", "insured_area"),
    "vouched_digest",
)
_ACTIVATION = (
    "bucket, activation_id, holder_digest, reference, channel_kind, channel_code, device_name, steps, started_at, "
    f"expires_at, {', '.join(_CHANGING)}"
)
_PASSWORD = "bucket, credential_id, person_id, hash_sealed, changes, set_by, set_at"  # noqa: S105 columns
_AGREEMENTS = (
    "select a.bucket, a.activation_id, a.person_id, coalesce(c.text_version, a.agreement_version) as agreement_version, "
    "coalesce(c.language, a.language) as language, coalesce(c.text_digest, a.text_digest) as text_digest, "
    "a.channel_code, a.proof, a.agreed_at, a.consent_id from activation_agreements a "
    "left join consents c on c.bucket = a.bucket and c.consent_id = a.consent_id "
)


async def insert_activation(tx: Tx, activation: Activation, holder_digest: bytes) -> None:
    """Begin an activation."""
    await tx.execute(
        "insert into activations (bucket, activation_id, holder_digest, reference, channel_kind, channel_code, "
        "device_name, steps, state, started_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        activation.bucket,
        activation.activation_id,
        holder_digest,
        activation.reference,
        activation.channel_kind,
        activation.channel_code,
        activation.device_name,
        [step.value for step in activation.steps],
        activation.state.value,
        activation.started_at,
        activation.expires_at,
    )


async def find_activation(
    reading: Reading, bucket: int, activation_id: int, *, lock: bool
) -> tuple[Activation, bytes, bytes | None] | None:
    """An activation with its holder's digest and the digest of the code that was sent; locked where asked."""
    row = await reading.fetchrow(
        f"select {_ACTIVATION} from activations where bucket = $1 and activation_id = $2{' for update' if lock else ''}",
        bucket,
        activation_id,
    )
    return None if row is None else (activation_of(row), bytes(row["holder_digest"]), row["code_digest"])


async def change_activation(tx: Tx, bucket: int, activation_id: int, changes: Mapping[str, Any]) -> None:
    """Write what a step did. Only columns that change after the beginning."""
    names = [name for name in _CHANGING if name in changes]
    sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(names, 3))
    await tx.execute(
        f"update activations set {sets} where bucket = $1 and activation_id = $2",
        bucket,
        activation_id,
        *(changes[name] for name in names),
    )


async def list_waiting(reading: Reading, channel_code: str, *, after: datetime, most: int) -> list[Activation]:
    """Activations of a channel that wait for a second officer, oldest first."""
    rows = await reading.fetch(
        f"select {_ACTIVATION} from activations where channel_code = $1 and state = 'proved' "
        "and proof = 'officer_check' and started_at > $2 order by started_at limit $3",
        channel_code,
        after,
        most,
    )
    return [activation_of(row) for row in rows]


async def clear_activations(tx: Tx, *, before: datetime, most: int) -> int:
    """Clear away what ended before; how many."""
    tag = await tx.execute(
        "delete from activations where (bucket, activation_id) in (select bucket, activation_id from activations "
        "where expires_at < $1 limit $2)",
        before,
        most,
    )
    await tx.execute(
        "delete from activation_tries where (bucket, subject, subject_digest, window_at) in (select bucket, subject, "
        "subject_digest, window_at from activation_tries where window_at < $1 limit $2)",
        before,
        most,
    )
    return int(tag.split()[-1])


async def read_tries(
    reading: Reading, subjects: Sequence[tuple[int, str, bytes]], *, window_at: datetime
) -> dict[tuple[str, bytes], int]:
    """How often each subject has tried in this window; one that has not is left out."""
    rows = await reading.fetch(
        "select subject, subject_digest, tries from activation_tries where bucket = any($1) and subject = any($2) "
        "and subject_digest = any($3) and window_at = $4",
        [each[0] for each in subjects],
        [each[1] for each in subjects],
        [each[2] for each in subjects],
        window_at,
    )
    return {(row[0], bytes(row[1])): row[2] for row in rows}


async def raise_tries(tx: Tx, subjects: Sequence[tuple[int, str, bytes]], *, window_at: datetime) -> None:
    """One try more for each subject, in the order of their keys."""
    ordered = sorted(subjects)
    await tx.execute(
        "insert into activation_tries as t (bucket, subject, subject_digest, window_at, tries) "
        "select b, s, d, $4, 1 from unnest($1::int[], $2::text[], $3::bytea[]) as u(b, s, d) order by b, s, d "
        "on conflict (bucket, subject, subject_digest, window_at) do update set tries = t.tries + 1",
        [each[0] for each in ordered],
        [each[1] for each in ordered],
        [each[2] for each in ordered],
        window_at,
    )


async def insert_agreement(tx: Tx, agreed: StoredAgreement) -> None:
    """Keep that a person agreed when activating, for good; to what, the consent says."""
    await tx.execute(
        "insert into activation_agreements (bucket, activation_id, person_id, consent_id, channel_code, proof, agreed_at) "
        "values ($1, $2, $3, $4, $5, $6, $7)",
        agreed.bucket,
        agreed.activation_id,
        agreed.person_id,
        agreed.consent_id,
        agreed.channel_code,
        agreed.proof.value,
        agreed.agreed_at,
    )


def _agreement(row: Any) -> StoredAgreement:
    return StoredAgreement(
        bucket=row["bucket"],
        activation_id=row["activation_id"],
        person_id=row["person_id"],
        agreement=Agreement(
            version=row["agreement_version"], language=row["language"], text_digest=bytes(row["text_digest"])
        ),
        channel_code=row["channel_code"],
        proof=Proof(row["proof"]),
        agreed_at=row["agreed_at"],
        consent_id=row["consent_id"],
    )


async def list_agreements(reading: Reading, *, after: tuple[int, int], most: int) -> list[StoredAgreement]:
    """Agreements in the order of their key."""
    rows = await reading.fetch(
        _AGREEMENTS + "where (a.bucket, a.activation_id) > ($1, $2) order by a.bucket, a.activation_id limit $3",
        *after,
        most,
    )
    return [_agreement(row) for row in rows]


async def list_agreements_of(reading: Reading, bucket: int, person_id: int, *, most: int) -> list[StoredAgreement]:
    """A person's agreements, newest first."""
    rows = await reading.fetch(
        _AGREEMENTS + "where a.bucket = $1 and a.person_id = $2 order by a.activation_id desc limit $3",
        bucket,
        person_id,
        most,
    )
    return [_agreement(row) for row in rows]


async def find_password(reading: Reading, bucket: int, credential_id: int, *, lock: bool = False) -> SetPassword | None:
    """The password of a credential, or None."""
    row = await reading.fetchrow(
        f"select {_PASSWORD} from credential_passwords where bucket = $1 and credential_id = $2"
        f"{' for update' if lock else ''}",
        bucket,
        credential_id,
    )
    return None if row is None else SetPassword(**dict(row))


async def list_passwords(reading: Reading, *, after: tuple[int, int], most: int) -> list[SetPassword]:
    """Passwords in the order of their key."""
    rows = await reading.fetch(
        f"select {_PASSWORD} from credential_passwords where (bucket, credential_id) > ($1, $2) "
        "order by bucket, credential_id limit $3",
        *after,
        most,
    )
    return [SetPassword(**dict(row)) for row in rows]


async def put_password(tx: Tx, password: SetPassword) -> None:
    """Set a password, or another one."""
    await tx.execute(
        f"insert into credential_passwords ({_PASSWORD}) values ($1, $2, $3, $4, $5, $6, $7) "
        "on conflict (bucket, credential_id) do update set hash_sealed = $4, changes = $5, set_by = $6, set_at = $7",
        password.bucket,
        password.credential_id,
        password.person_id,
        password.hash_sealed,
        password.changes,
        password.set_by,
        password.set_at,
    )


async def find_lock(reading: Reading, bucket: int, person_id: int, way: Way) -> WayLock:
    """How one way of a person stands, not locked against others."""
    row = await reading.fetchrow(
        "select failures, locks, locked_until from authentication_locks where bucket = $1 and person_id = $2 and way = $3",
        bucket,
        person_id,
        way.value,
    )
    return WayLock() if row is None else WayLock(**dict(row))


async def hold_lock(tx: Tx, bucket: int, person_id: int, way: Way) -> WayLock:
    """How one way of a person stands; its row is made where there is none, and locked until the commit."""
    await tx.execute(
        "insert into authentication_locks (bucket, person_id, way, failures, locks) values ($1, $2, $3, 0, 0) "
        "on conflict do nothing",
        bucket,
        person_id,
        way.value,
    )
    row = await tx.fetchrow(
        "select failures, locks, locked_until from authentication_locks where bucket = $1 and person_id = $2 "
        "and way = $3 for update",
        bucket,
        person_id,
        way.value,
    )
    return WayLock(**dict(row))


async def put_lock(tx: Tx, bucket: int, person_id: int, way: Way, lock: WayLock) -> None:
    """Write how a way stands now."""
    await tx.execute(
        "update authentication_locks set failures = $4, locks = $5, locked_until = $6 "
        "where bucket = $1 and person_id = $2 and way = $3",
        bucket,
        person_id,
        way.value,
        lock.failures,
        lock.locks,
        lock.locked_until,
    )


async def insert_message(
    tx: Tx, *, bucket: int, message_id: int, kind: str, content_sealed: bytes, at: datetime
) -> None:
    """Leave a message for the outbox, due at once."""
    await tx.execute(
        "insert into outbox (bucket, message_id, kind, content_sealed, state, due_at, made_at) "
        "values ($1, $2, $3, $4, 'waiting', $5, $5)",
        bucket,
        message_id,
        kind,
        content_sealed,
        at,
    )


async def find_channel(reading: Reading, bucket: int, activation_id: int) -> str | None:
    """The channel an activation was begun in."""
    row = await reading.fetchrow(
        "select channel_code from activations where bucket = $1 and activation_id = $2", bucket, activation_id
    )
    return None if row is None else str(row[0])
