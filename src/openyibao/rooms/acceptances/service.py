"""Verbs of offline acceptances: send in, list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec

from openyibao.kit.clock import SHANGHAI, Clock, shanghai_date
from openyibao.kit.crypto import sm3
from openyibao.kit.db import BUCKETS, Reading, Tx
from openyibao.kit.outcome import REASONS, Refused
from openyibao.kit.requests import KEY_CONFLICT, KeyedRequest, claim_keys
from openyibao.rooms import presentation
from openyibao.rooms.acceptances import records, rules, store, telling
from openyibao.rooms.acceptances.records import (
    AcceptanceState,
    OfflineAcceptance,
    OfflineLimits,
    OfflineRequest,
    Taken,
)
from openyibao.rooms.presentation import Presentation, ScanKeys, ScanRequest

VERB = "sync_offline"
Sent = Counter[tuple[int, str, date]]


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of places: may they act, what may they take down, how are they called, are they busy."""

    refuse: Callable[[int], Refused | None]
    limits: Callable[[int], OfflineLimits]
    name: Callable[[int], str]
    busy: Callable[[int], bool]
    stopped_channels: frozenset[str] = frozenset()


async def sync(
    tx: Tx, clock: Clock, keys: ScanKeys, *, requests: Sequence[OfflineRequest], places: Places
) -> list[Taken | Refused]:
    """Hold each code against the half minute it was taken down in. The same key gets the same answer.

    Reasons: key_conflict · those of ``judge_bounds`` · those of a scan, with offline_used_elsewhere for code_already_used.
    """
    now = clock.now()
    keyed = [
        KeyedRequest(cell=0, institution_id=one.institution_id, request_key=one.request_key, digest=one.digest)
        for one in requests
    ]
    claims = await claim_keys(tx, VERB, keyed, at=now)
    known = await store.list_by_id(tx, [claim.outcome_id for claim in claims if not claim.fresh])
    sent = await _sent(tx, requests)
    answers: list[Taken | Refused] = []
    for request, claim in zip(requests, claims, strict=True):
        limits = places.limits(request.institution_id)
        if not claim.fresh:
            row = known.get(claim.outcome_id)
            same = row is not None and claim.digest == request.digest
            answers.append(
                await _again(tx, clock, keys, request, row, places)
                if same
                else Refused(KEY_CONFLICT, {"request_key": request.request_key})
            )
            continue
        name = (request.institution_id, request.terminal_code, shanghai_date(request.taken_at))
        refused = rules.judge_bounds(request, limits, sent[name], now)
        found = refused or await _scan(tx, clock, keys, request, places)
        sent[name] += isinstance(found, Presentation)
        answers.append(await _keep(tx, request, claim.outcome_id, found, now))
    return answers


async def _sent(reading: Reading, requests: Sequence[OfflineRequest]) -> Sent:
    """How many each terminal took down and sent in, by Shanghai day."""
    first = datetime.combine(min(shanghai_date(one.taken_at) for one in requests), time(), SHANGHAI)
    rows = await store.count_of_days(reading, sorted({one.institution_id for one in requests}), first)
    return Counter((institution, terminal, shanghai_date(at)) for institution, terminal, at in rows)


async def _scan(
    tx: Tx, clock: Clock, keys: ScanKeys, request: OfflineRequest, places: Places
) -> Presentation | Refused:
    """As a terminal with a network scans, but in the half minute in which it was taken down."""
    scanned = ScanRequest(
        code=request.code,
        institution_id=request.institution_id,
        terminal_code=request.terminal_code,
        operator_code=request.operator_code,
        purpose=request.purpose,
        caller_key=request.request_key,
    )
    (answer,) = await presentation.scan(
        tx,
        clock,
        keys,
        requests=[scanned],
        refuse_institution=places.refuse,
        stopped_channels=places.stopped_channels,
        busy=places.busy,
        taken_at=request.taken_at,
    )
    if isinstance(answer, Refused) and answer.reason is presentation.CODE_ALREADY_USED:
        facts = {
            "at": str(answer.facts["at"]),
            "institution": places.name(int(str(answer.facts["institution_id"]))),
            "terminal": str(answer.facts["terminal_code"]),
        }
        return Refused(records.OFFLINE_USED_ELSEWHERE, facts)
    return answer


async def _again(
    tx: Tx, clock: Clock, keys: ScanKeys, request: OfflineRequest, row: Any, places: Places
) -> Taken | Refused:
    """The answer of a key that is known; the visit token is derived, so it is the same."""
    if row["state"] == AcceptanceState.refused:
        return Refused(REASONS[row["reason"]], dict(row["facts"]))
    found = await _scan(tx, clock, keys, request, places)
    return found if isinstance(found, Refused) else _taken(request, row["acceptance_id"], found, repeated=True)


async def _keep(
    tx: Tx, request: OfflineRequest, acceptance_id: int, found: Presentation | Refused, now: datetime
) -> Taken | Refused:
    refused = found if isinstance(found, Refused) else None
    held = found if isinstance(found, Presentation) else None
    row = {
        "bucket": request.institution_id % BUCKETS if held is None else held.bucket,
        "acceptance_id": acceptance_id,
        "institution_id": request.institution_id,
        "terminal_code": request.terminal_code,
        "operator_code": request.operator_code,
        "purpose": request.purpose.value,
        "request_key": request.request_key,
        "code_digest": sm3(request.code.encode()),
        "amount_fen": request.amount_fen,
        "taken_at": request.taken_at,
        "synced_at": now,
        "state": (AcceptanceState.accepted if held else AcceptanceState.refused).value,
        "reason": refused and refused.code,
        "facts": dict(refused.facts) if refused else {},
        "person_id": held and held.person_id,
        "presentation_id": held and held.presentation_id,
    }
    values = [row[column] for column in store.COLUMNS]
    await store.insert_acceptances(tx, [values])
    actor = f"{request.institution_id}/{request.terminal_code}/{request.operator_code}"
    tx.audit.append(telling.synced_event(values, actor))
    return _taken(request, acceptance_id, held) if held else found  # type: ignore[return-value]


def _taken(request: OfflineRequest, acceptance_id: int, held: Presentation, *, repeated: bool = False) -> Taken:
    return Taken(
        acceptance_id=acceptance_id,
        amount_fen=request.amount_fen,
        taken_at=request.taken_at,
        shown=held,
        repeated=repeated,
    )


def _acceptance(row: Any) -> OfflineAcceptance:
    return OfflineAcceptance(**{**dict(row), "state": AcceptanceState(row["state"])})


async def list_of_institution(reading: Reading, clock: Clock, *, institution_id: int) -> list[OfflineAcceptance]:
    """What an institution sent in of the last week, the newest first; at most two hundred."""
    since = clock.now() - timedelta(days=7)
    rows = await store.list_of_institution(reading, institution_id, since, most=rules.LISTED_MAX)
    return [_acceptance(row) for row in rows]


async def list_of_person(reading: Reading, *, bucket: int, person_id: int) -> list[OfflineAcceptance]:
    """What was taken of a person's codes without a network, the newest first; at most two hundred."""
    rows = await store.list_of_person(reading, bucket, person_id, most=rules.LISTED_MAX)
    return [_acceptance(row) for row in rows]
