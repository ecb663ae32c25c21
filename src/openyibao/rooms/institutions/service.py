"""Verbs of institutions and the cache that answers for them. 中文: 机构服务。"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta

from openyibao.kit.clock import SHANGHAI, Clock, unix_seconds
from openyibao.kit.crypto import Sealer, sm3
from openyibao.kit.db import Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.institutions import store, telling
from openyibao.rooms.institutions.records import (
    Institution,
    InstitutionState,
    NewOperator,
    Operator,
    PaymentStanding,
    Practitioner,
    ServiceAgreement,
    SessionKey,
    SignInFacts,
    StandingDecision,
    Terminal,
)
from openyibao.rooms.institutions.rules import (
    SIGN_IN_LOCKED,
    SIGN_IN_REFUSED,
    agreement_key,
    check_password,
    check_second_factor,
    find_overlap,
    hash_password,
    may_act,
)
from openyibao.rooms.institutions.standing import points_of, standing_on

SESSION_KEY_LIFETIME = timedelta(hours=12)
FAILURES_MAX = 5
LOCKED_FOR = timedelta(minutes=15)
_NOBODY = hash_password("nobody", b"the same for all")


class Directory:
    """Institutions and who works there in memory, one per process.

    ``fresh`` costs one small query and reads all anew only where the version moved. A transaction that writes here must
    not ask ``fresh`` itself: were it rolled back, the cache would keep what never was.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._version = -1
        self._by_id: dict[int, Institution] = {}
        self._by_code: dict[str, Institution] = {}
        self._practitioners: dict[tuple[int, str], Practitioner] = {}
        self._terminals: dict[tuple[int, str], Terminal] = {}
        self._operators: dict[tuple[int, str], Operator] = {}
        self._session_keys: dict[int, SessionKey] = {}
        self._decisions: dict[str, list[StandingDecision]] = {}
        self.doubtful: frozenset[str] = frozenset()
        """Practitioners who do not stand well, or did not once; all others need no second look."""

    async def fresh(self, reading: Reading, version: int | None = None) -> None:
        """Read the institutions anew where they changed; session keys are forgotten then, and read again when asked."""
        if version is None:
            version = await store.read_version(reading)
        if version == self._version:
            return
        institutions = await store.read_institutions(reading)
        practitioners = await store.read_practitioners(reading)
        terminals = await store.read_terminals(reading)
        operators = await store.read_operators(reading)
        decisions: dict[str, list[StandingDecision]] = {}
        for decision in await store.read_decisions(reading):
            decisions.setdefault(decision.practitioner_code, []).append(decision)
        self._by_id = {each.institution_id: each for each in institutions}
        self._by_code = {each.institution_code: each for each in institutions}
        self._practitioners = {(each.institution_id, each.practitioner_code): each for each in practitioners}
        self._terminals = {(each.institution_id, each.terminal_code): each for each in terminals}
        self._operators = {(each.institution_id, each.operator_code): each for each in operators}
        self._session_keys = {}
        self._decisions = decisions
        doubtful = {one.practitioner_code for one in practitioners if one.payment_standing is not PaymentStanding.good}
        self.doubtful = frozenset(doubtful | decisions.keys())
        self._version = version

    refresh = fresh

    def by_id(self, institution_id: int) -> Institution | None:
        """The institution of an id, or None."""
        return self._by_id.get(institution_id)

    def by_code(self, institution_code: str) -> Institution | None:
        """The institution of a national code, or None."""
        return self._by_code.get(institution_code)

    def list_all(self) -> list[Institution]:
        """Every institution, by id."""
        return list(self._by_id.values())

    def practitioner(self, institution_id: int, practitioner_code: str) -> Practitioner | None:
        """A practitioner of an institution, or None."""
        return self._practitioners.get((institution_id, practitioner_code))

    def standing_on(self, institution_id: int, practitioner_code: str, on: date) -> PaymentStanding:
        """How a practitioner's payment standing is on a day."""
        if practitioner_code not in self.doubtful:
            return PaymentStanding.good
        mine = self._practitioners.get((institution_id, practitioner_code))
        return standing_on(mine, self._decisions.get(practitioner_code, ()), on)

    def points_of(self, practitioner_code: str, year: int) -> int:
        """The points a practitioner has in a calendar year."""
        return points_of(self._decisions.get(practitioner_code, ()), year)

    def practitioners_of(self, institution_id: int) -> list[Practitioner]:
        """Who works at an institution, by code: for pages that let a clerk choose."""
        mine = [each for (place, _), each in self._practitioners.items() if place == institution_id]
        return sorted(mine, key=lambda each: each.practitioner_code)

    def terminal(self, institution_id: int, terminal_code: str) -> Terminal | None:
        """A terminal of an institution, or None."""
        return self._terminals.get((institution_id, terminal_code))

    def operator(self, institution_id: int, operator_code: str) -> Operator | None:
        """An operator of an institution, or None."""
        return self._operators.get((institution_id, operator_code))

    def session_key(self, session_key_id: int) -> SessionKey | None:
        """A key that is in memory already, or None: then ``load_session_key``. The caller checks ``expires_at``."""
        return self._session_keys.get(session_key_id)

    async def load_session_key(self, reading: Reading, session_key_id: int) -> SessionKey | None:
        """Read and unseal a key once; None where there is none or it was ended."""
        row = await store.read_session_key(reading, session_key_id)
        if row is None:
            return None
        key = SessionKey(
            session_key_id=session_key_id,
            institution_id=row["institution_id"],
            secret=self._sealer.unseal(row["secret_sealed"], where=session_key_place(session_key_id)),
            expires_at=row["expires_at"],
        )
        self._session_keys[session_key_id] = key
        return key


def session_key_place(session_key_id: int) -> str:
    """Where a session key is sealed for."""
    return f"session_keys.secret_sealed:{session_key_id}"


def second_factor_place(institution_id: int, operator_code: str) -> str:
    """Where an operator's second factor is sealed for."""
    return f"operators.second_factor_sealed:{institution_id}:{operator_code}"


async def register_institutions(tx: Tx, clock: Clock, *, institutions: Sequence[Institution], actor: str) -> None:
    """Enter institutions with their agreements; ids and codes must be new (the database refuses a second)."""
    await store.bump_version(tx)
    await store.write_institutions(tx, institutions)
    agreed = [row for each in institutions for row in each.agreements]
    told = [telling.told_of_institution(store.row_of(each)) for each in institutions]
    told += [telling.told_of_agreement(store.row_of(each)) for each in agreed]
    tx.audit += telling.events(told, actor=actor)


async def suspend(tx: Tx, clock: Clock, *, institution_ids: Sequence[int], actor: str) -> list[int]:
    """Suspend institutions and end their session keys; the ids that changed."""
    changed = await _set_state(tx, institution_ids, InstitutionState.suspended, actor)
    await store.end_session_keys(tx, changed, clock.now())
    return changed


async def resume(tx: Tx, clock: Clock, *, institution_ids: Sequence[int], actor: str) -> list[int]:
    """Let suspended institutions act again (never ended ones); the ids that changed."""
    return await _set_state(tx, institution_ids, InstitutionState.active, actor)


async def set_public_key(tx: Tx, clock: Clock, *, institution_id: int, public_key: bytes, actor: str) -> bool:
    """Register the SM2 key an institution signs in with, in place of any earlier one, whose session keys end; False where
    there is no such institution.
    """  # noqa: D205 one sentence
    row = await store.set_public_key(tx, institution_id, public_key)
    if row is None:
        return False
    await store.end_session_keys(tx, [institution_id], clock.now())
    await store.bump_version(tx)
    tx.audit += telling.events([telling.told_of_institution(row)], actor=actor)
    return True


async def agree_services(tx: Tx, clock: Clock, *, agreements: Sequence[ServiceAgreement], actor: str) -> None:
    """Enter agreements, or change the last day of those that are known by their first; readers see it in their next batch.

    Raises ValueError where an institution would have two for one service and area on one day.
    """
    known = await store.lock_agreements(tx, sorted({each.institution_id for each in agreements}))
    merged = {agreement_key(each): each for each in (*known, *agreements)}
    fault = find_overlap(list(merged.values()))
    if fault is not None:
        raise ValueError(
            f"institution {fault.institution_id} has two agreements for {fault.service} on {fault.valid_from.isoformat()}"
        )
    await store.bump_version(tx)
    await store.write_agreements(tx, agreements)
    tx.audit += telling.events([telling.told_of_agreement(store.row_of(each)) for each in agreements], actor=actor)


async def add_practitioners(tx: Tx, clock: Clock, *, practitioners: Sequence[Practitioner], actor: str) -> None:
    """Enter new practitioners."""
    await store.bump_version(tx)
    await store.write_practitioners(tx, practitioners)
    told = [telling.told_of_practitioner(store.row_of(each)) for each in practitioners]
    tx.audit += telling.events(told, actor=actor)


async def add_terminals(tx: Tx, clock: Clock, *, terminals: Sequence[Terminal], actor: str) -> None:
    """Enter new terminals."""
    await store.bump_version(tx)
    await store.write_terminals(tx, terminals)
    tx.audit += telling.events([telling.told_of_terminal(store.row_of(each)) for each in terminals], actor=actor)


async def add_operators(tx: Tx, clock: Clock, sealer: Sealer, *, operators: Sequence[NewOperator], actor: str) -> None:
    """Enter new operators; their second factors are sealed."""
    rows = [
        (
            each.institution_id,
            each.operator_code,
            each.name,
            each.role,
            True,
            each.password_hash,
            sealer.seal(each.second_factor_secret, where=second_factor_place(each.institution_id, each.operator_code)),
        )
        for each in operators
    ]
    await store.bump_version(tx)
    await store.write_operators(tx, rows)
    named = [dict(zip(store.OPERATOR_COLUMNS, row, strict=True)) for row in rows]
    tx.audit += telling.events([telling.told_of_operator(row) for row in named], actor=actor)


async def issue_session_keys(
    tx: Tx, clock: Clock, sealer: Sealer, randomness: Randomness, *, institution_ids: Sequence[int], actor: str
) -> list[SessionKey]:
    """A new key for each institution, good for twelve hours; older ones stay good until they expire.

    A list may name an institution twice. The secret (32 octets) goes to the institution once and is kept sealed.
    """
    at = clock.now()
    keys = [
        SessionKey(
            session_key_id=tx.ids.next(),
            institution_id=institution_id,
            secret=randomness.octets(32),
            expires_at=at + SESSION_KEY_LIFETIME,
        )
        for institution_id in institution_ids
    ]
    rows = [
        (
            key.session_key_id,
            key.institution_id,
            sealer.seal(key.secret, where=session_key_place(key.session_key_id)),
            at,
            key.expires_at,
        )
        for key in keys
    ]
    await store.write_session_keys(tx, rows)
    for key in keys:
        note_session_key(tx, key.institution_id, key.session_key_id, actor=actor)
    return keys


def note_session_key(tx: Tx, institution_id: int, session_key_id: int, *, actor: str) -> None:
    """Tell the audit of a new session key."""
    _note(tx, "session_key_issued", institution_id, actor, str(session_key_id).encode())


async def sign_in(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    directory: Directory,
    *,
    institution_code: str,
    operator_code: str,
    password: str,
    second_factor: str,
) -> Operator | Refused:
    """Sign an operator in by password and one-time code.

    Refused, in this order: ``sign_in_refused`` (unknown institution or operator, or one that is not active),
    ``institution_suspended``, ``sign_in_locked``, ``sign_in_refused`` (wrong password or code, one code used twice).
    A failure counts, the fifth locks for 15 minutes; the refusal must be committed like any other outcome.
    """
    institution = directory.by_code(institution_code)
    facts = None if institution is None else await store.lock_sign_in(tx, institution.institution_id, operator_code)
    if institution is None or facts is None or not facts.operator.active:
        # The same work as for a known operator, so that the time tells no one who exists.
        await asyncio.to_thread(check_password, password, _NOBODY)
        return Refused(SIGN_IN_REFUSED)
    suspended = may_act(institution)
    if suspended is not None:
        return suspended
    if facts.locked_until is not None and clock.now() < facts.locked_until:
        return Refused(SIGN_IN_LOCKED, {"until": facts.locked_until.astimezone(SHANGHAI).strftime("%H:%M")})
    return await _decide_sign_in(tx, clock, sealer, facts, password, second_factor)


async def _decide_sign_in(
    tx: Tx, clock: Clock, sealer: Sealer, facts: SignInFacts, password: str, second_factor: str
) -> Operator | Refused:
    operator, last_step = facts.operator, facts.last_second_factor_step
    secret = sealer.unseal(
        facts.second_factor_sealed, where=second_factor_place(operator.institution_id, operator.operator_code)
    )
    known = await asyncio.to_thread(check_password, password, facts.password_hash)
    step = check_second_factor(secret, second_factor, unix_seconds=unix_seconds(clock.now()), last_step=last_step)
    if known and step is not None:
        await store.note_sign_in(tx, operator, failures=0, locked_until=None, last_second_factor_step=step)
        _note(tx, "operator_signed_in", operator.institution_id, operator.operator_code, str(step).encode())
        return operator
    failures = facts.failures + 1
    locked_until = clock.now() + LOCKED_FOR if failures >= FAILURES_MAX else None
    await store.note_sign_in(
        tx,
        operator,
        failures=0 if locked_until else failures,
        locked_until=locked_until,
        last_second_factor_step=last_step,
    )
    _note(tx, "operator_sign_in_failed", operator.institution_id, operator.operator_code, str(failures).encode())
    return Refused(SIGN_IN_REFUSED)


async def _set_state(tx: Tx, institution_ids: Sequence[int], state: InstitutionState, actor: str) -> list[int]:
    changed = await store.set_state(tx, institution_ids, state.value)
    if changed:
        await store.bump_version(tx)
    tx.audit += telling.events([telling.told_of_institution(row) for row in changed], actor=actor)
    return [row["institution_id"] for row in changed]


def _note(tx: Tx, kind: str, institution_id: int, actor: str, content: bytes) -> None:
    tx.audit.append(AuditEvent(kind=kind, cell=0, subject_id=institution_id, actor=actor, content=sm3(content)))
