"""All SQL of institutions. 中文: 机构存储。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.institutions.records import (
    Institution,
    Operator,
    Practitioner,
    ServiceAgreement,
    SignInFacts,
    StandingDecision,
    Terminal,
)

_INSTITUTION = tuple(name for name in Institution.__struct_fields__ if name != "agreements")
AGREEMENT_KEY = ("institution_id", "pooling_area", "service", "valid_from")
_DECISION = StandingDecision.__struct_fields__
_OPERATOR = ("institution_id", "operator_code", "name", "role", "active")
OPERATOR_COLUMNS = (*_OPERATOR, "password_hash", "second_factor_sealed")


async def read_version(reading: Reading) -> int:
    """The version of the institutions."""
    row = await reading.fetchrow("select version from reference_versions where noun = 'institutions'")
    return int(row["version"])


async def bump_version(tx: Tx) -> None:
    """Tell every process to read the institutions anew."""
    await tx.execute("update reference_versions set version = version + 1 where noun = 'institutions'")


async def read_institutions(reading: Reading) -> list[Institution]:
    """All institutions with their agreements."""
    agreements: dict[int, list[ServiceAgreement]] = {}
    for row in await reading.fetch(
        "select institution_id, pooling_area, service, valid_from, valid_until from service_agreements order by 1, 2, 3, 4"
    ):
        agreements.setdefault(row["institution_id"], []).append(msgspec.convert(dict(row), ServiceAgreement))
    rows = await reading.fetch(f"select {', '.join(_INSTITUTION)} from institutions order by institution_id")
    return [
        msgspec.convert({**dict(row), "agreements": tuple(agreements.get(row["institution_id"], ()))}, Institution)
        for row in rows
    ]


async def read_practitioners(reading: Reading) -> list[Practitioner]:
    """All practitioners."""
    rows = await reading.fetch(f"select {', '.join(Practitioner.__struct_fields__)} from practitioners")
    return [msgspec.convert(dict(row), Practitioner) for row in rows]


async def read_terminals(reading: Reading) -> list[Terminal]:
    """All terminals."""
    rows = await reading.fetch(f"select {', '.join(Terminal.__struct_fields__)} from terminals")
    return [msgspec.convert(dict(row), Terminal) for row in rows]


async def read_operators(reading: Reading) -> list[Operator]:
    """All operators, without their secrets."""
    rows = await reading.fetch(f"select {', '.join(_OPERATOR)} from operators")
    return [msgspec.convert(dict(row), Operator) for row in rows]


async def write_institutions(tx: Tx, institutions: Sequence[Institution]) -> None:
    """Write new institutions and their agreements by COPY."""
    await tx.copy(
        "institutions",
        _INSTITUTION,
        [tuple(_plain(getattr(each, name)) for name in _INSTITUTION) for each in institutions],
    )
    await _write(tx, "service_agreements", [row for each in institutions for row in each.agreements])


async def lock_agreements(tx: Tx, institution_ids: Sequence[int]) -> list[ServiceAgreement]:
    """Hold the institutions, sorted, and read what they agreed."""
    await tx.fetch(
        "select institution_id from institutions where institution_id = any($1) order by institution_id for update",
        list(institution_ids),
    )
    rows = await tx.fetch(
        f"select {', '.join(ServiceAgreement.__struct_fields__)} from service_agreements where institution_id = any($1)",
        list(institution_ids),
    )
    return [msgspec.convert(dict(row), ServiceAgreement) for row in rows]


async def write_agreements(tx: Tx, rows: Sequence[ServiceAgreement]) -> None:
    """Enter agreements; one that is known takes the new last day."""
    await tx.execute(
        "insert into service_agreements (institution_id, pooling_area, service, valid_from, valid_until) "
        "select * from unnest($1::bigint[], $2::int[], $3::text[], $4::date[], $5::date[]) "
        "on conflict (institution_id, pooling_area, service, valid_from) do update set valid_until = excluded.valid_until",
        [row.institution_id for row in rows],
        [row.pooling_area for row in rows],
        [row.service.value for row in rows],
        [row.valid_from for row in rows],
        [row.valid_until for row in rows],
    )


async def write_practitioners(tx: Tx, rows: Sequence[Practitioner]) -> None:
    """Write new practitioners by COPY."""
    await _write(tx, "practitioners", rows)


async def write_terminals(tx: Tx, rows: Sequence[Terminal]) -> None:
    """Write new terminals by COPY."""
    await _write(tx, "terminals", rows)


async def write_operators(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """Write new operators by COPY: code, name, role, whether active, password hash, sealed second factor."""
    await tx.copy("operators", OPERATOR_COLUMNS, rows)


async def set_state(tx: Tx, institution_ids: Sequence[int], state: str) -> list[Any]:
    """Set the state of institutions; the rows that changed, by id."""
    rows = await tx.fetch(
        "update institutions set state = $2 where institution_id = any($1) and state <> $2 and state <> 'ended' "
        f"returning {', '.join(_INSTITUTION)}",
        list(institution_ids),
        state,
    )
    return sorted(rows, key=lambda row: int(row["institution_id"]))


async def set_public_key(tx: Tx, institution_id: int, public_key: bytes) -> Any:
    """Set the key of an institution; the row as it stands then, or None."""
    return await tx.fetchrow(
        f"update institutions set public_key = $2 where institution_id = $1 returning {', '.join(_INSTITUTION)}",
        institution_id,
        public_key,
    )


async def list_institution_rows(reading: Reading) -> list[Any]:
    """All institutions as they are stored."""
    return await _rows(reading, "institutions", _INSTITUTION)


async def list_agreement_rows(reading: Reading) -> list[Any]:
    """All agreements as they are stored."""
    return await _rows(reading, "service_agreements", ServiceAgreement.__struct_fields__)


async def list_practitioner_rows(reading: Reading) -> list[Any]:
    """All practitioners as they are stored."""
    return await _rows(reading, "practitioners", Practitioner.__struct_fields__)


async def list_terminal_rows(reading: Reading) -> list[Any]:
    """All terminals as they are stored."""
    return await _rows(reading, "terminals", Terminal.__struct_fields__)


async def list_operator_rows(reading: Reading) -> list[Any]:
    """All operators as they are stored, without how their last sign-ins went."""
    return await _rows(reading, "operators", OPERATOR_COLUMNS)


async def _rows(reading: Reading, table: str, columns: Sequence[str]) -> list[Any]:
    return list(await reading.fetch(f"select {', '.join(columns)} from {table} order by 1, 2"))


def row_of(told: msgspec.Struct) -> dict[str, Any]:
    """A record as it is stored: the columns of its own table, enums as their words."""
    names = _INSTITUTION if isinstance(told, Institution) else told.__struct_fields__
    return {name: _plain(getattr(told, name)) for name in names}


async def write_session_keys(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """Write new session keys by COPY."""
    await tx.copy(
        "session_keys", ("session_key_id", "institution_id", "secret_sealed", "issued_at", "expires_at"), rows
    )


async def end_session_keys(tx: Tx, institution_ids: Sequence[int], at: datetime) -> None:
    """End every open key of these institutions."""
    await tx.execute(
        "update session_keys set ended_at = $2 where institution_id = any($1) and ended_at is null",
        list(institution_ids),
        at,
    )


async def read_session_key(reading: Reading, session_key_id: int) -> Any:
    """The row of a key that has not been ended, or None."""
    return await reading.fetchrow(
        "select session_key_id, institution_id, secret_sealed, expires_at from session_keys "
        "where session_key_id = $1 and ended_at is null",
        session_key_id,
    )


async def lock_sign_in(tx: Tx, institution_id: int, operator_code: str) -> SignInFacts | None:
    """What a sign-in is decided on, locked: two guesses at once count as two."""
    row = await tx.fetchrow(
        f"select {', '.join(_OPERATOR)}, password_hash, second_factor_sealed, failures, locked_until, "
        "last_second_factor_step from operators where institution_id = $1 and operator_code = $2 for update",
        institution_id,
        operator_code,
    )
    if row is None:
        return None
    return SignInFacts(
        operator=msgspec.convert({name: row[name] for name in _OPERATOR}, Operator),
        password_hash=row["password_hash"],
        second_factor_sealed=row["second_factor_sealed"],
        failures=row["failures"],
        locked_until=row["locked_until"],
        last_second_factor_step=row["last_second_factor_step"],
    )


async def note_sign_in(
    tx: Tx, operator: Operator, *, failures: int, locked_until: datetime | None, last_second_factor_step: int
) -> None:
    """Write what a sign-in left behind."""
    await tx.execute(
        "update operators set failures = $3, locked_until = $4, last_second_factor_step = $5 "
        "where institution_id = $1 and operator_code = $2",
        operator.institution_id,
        operator.operator_code,
        failures,
        locked_until,
        last_second_factor_step,
    )


async def _write(tx: Tx, table: str, rows: Sequence[msgspec.Struct]) -> None:
    if rows:
        columns = rows[0].__struct_fields__
        await tx.copy(table, columns, [tuple(_plain(getattr(row, name)) for name in columns) for row in rows])


def _plain(value: Any) -> Any:
    return value.value if hasattr(value, "value") else value


async def known_practitioners(reading: Reading, codes: Sequence[str]) -> set[str]:
    """Which of these codes somebody works under, at any institution."""
    rows = await reading.fetch(
        "select distinct practitioner_code from practitioners where practitioner_code = any($1)", list(codes)
    )
    return {row[0] for row in rows}


async def lock_standings(tx: Tx, codes: Sequence[str]) -> dict[str, int]:
    """Lock the standings of practitioners, sorted; how many decisions each has had."""
    rows = await tx.fetch(
        "insert into payment_standings as s (practitioner_code, turn) select c, 0 from unnest($1::text[]) as t(c) order by c "
        "on conflict (practitioner_code) do update set turn = s.turn returning practitioner_code, turn",
        list(codes),
    )
    return {row[0]: row[1] for row in rows}


async def insert_decisions(tx: Tx, decisions: Sequence[StandingDecision], turns: Mapping[str, int]) -> None:
    """New decisions, and how many there are of each practitioner now."""
    await tx.insert(
        "standing_decisions", _DECISION, [tuple(_plain(getattr(one, name)) for name in _DECISION) for one in decisions]
    )
    await tx.change(
        "payment_standings",
        "update payment_standings s set turn = t.n from unnest($1::text[], $2::int[]) as t(c, n) "
        "where s.practitioner_code = t.c",
        list(turns),
        list(turns.values()),
    )


async def read_decisions(reading: Reading, codes: Sequence[str] | None = None) -> list[StandingDecision]:
    """Decisions on these practitioners, or on all."""
    rows = await reading.fetch(
        f"select {', '.join(_DECISION)} from standing_decisions where $1::text[] is null or practitioner_code = any($1) "
        "order by practitioner_code, turn",
        None if codes is None else list(codes),
    )
    return [msgspec.convert(dict(row), StandingDecision) for row in rows]


async def list_decisions(
    reading: Reading, *, after: tuple[str, int], most: int
) -> list[tuple[StandingDecision, int, int]]:
    """Decisions by (practitioner_code, turn), each with how many decisions there are up to it, and its turn."""
    rows = await reading.fetch(
        f"select {', '.join('d.' + name for name in _DECISION)}, (select count(*)::int from standing_decisions e "
        "where e.practitioner_code = d.practitioner_code and e.turn <= d.turn) as so_far from standing_decisions d "
        "where (d.practitioner_code, d.turn) > ($1, $2) order by d.practitioner_code, d.turn limit $3",
        *after,
        most,
    )
    found = []
    for row in rows:
        fields = dict(row)
        so_far = fields.pop("so_far")
        found.append((msgspec.convert(fields, StandingDecision), so_far, fields["turn"]))
    return found


async def list_lost_decisions(reading: Reading) -> list[str]:
    """Practitioners of whom more decisions were taken than there are."""
    rows = await reading.fetch(
        "select s.practitioner_code from payment_standings s where s.turn <> (select count(*) from standing_decisions d "
        "where d.practitioner_code = s.practitioner_code) order by 1"
    )
    return [row[0] for row in rows]


_GRANT = "grant_id, institution_id, operator_code, role, given_by, given_at, taken_by, taken_at"


async def insert_grant(tx: Tx, columns: Sequence[Any]) -> bool:
    """Give a role; False where the operator has it."""
    rows = await tx.fetch(
        "insert into operator_roles (grant_id, institution_id, operator_code, role, given_by, given_at) "
        "values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning grant_id",
        *columns,
    )
    return bool(rows)


async def end_grant(tx: Tx, institution_id: int, operator_code: str, role: str, *, taken_by: str, at: datetime) -> Any:
    """Take a role away; its row, or None."""
    return await tx.fetchrow(
        "update operator_roles set taken_by = $4, taken_at = $5 where institution_id = $1 and operator_code = $2 "
        f"and role = $3 and taken_at is null returning {_GRANT}",
        institution_id,
        operator_code,
        role,
        taken_by,
        at,
    )


async def has_grant(reading: Reading, institution_id: int, operator_code: str, roles: Sequence[str]) -> bool:
    """Whether an operator has one of these roles."""
    row = await reading.fetchrow(
        "select 1 from operator_roles where institution_id = $1 and operator_code = $2 and role = any($3) "
        "and taken_at is null limit 1",
        institution_id,
        operator_code,
        list(roles),
    )
    return row is not None


async def lock_operator(tx: Tx, institution_id: int, operator_code: str) -> bool:
    """Lock an operator, so that their roles follow each other; False where none is active."""
    row = await tx.fetchrow(
        "select 1 from operators where institution_id = $1 and operator_code = $2 and active for update",
        institution_id,
        operator_code,
    )
    return row is not None


async def list_held(reading: Reading, institution_id: int, operator_code: str) -> list[Any]:
    """The roles an operator has now."""
    return await reading.fetch(
        f"select {_GRANT} from operator_roles where institution_id = $1 and operator_code = $2 and taken_at is null "
        "order by grant_id",
        institution_id,
        operator_code,
    )


async def list_standing_grants(reading: Reading, *, most: int) -> list[Any]:
    """All roles that are held now, by whom they are held."""
    return await reading.fetch(
        f"select {_GRANT} from operator_roles where taken_at is null order by institution_id, operator_code, role limit $1",
        most,
    )


async def list_grants(reading: Reading, *, after: int, most: int) -> list[Any]:
    """Roles given, taken ones too, in the order of their key."""
    return await reading.fetch(
        f"select {_GRANT} from operator_roles where grant_id > $1 order by grant_id limit $2", after, most
    )
