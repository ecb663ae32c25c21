"""The verb of presentation: scan codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

import msgspec

from openyibao.kit.clock import SHANGHAI, Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.db import BUCKETS, Tx
from openyibao.kit.outcome import Reason, Refused
from openyibao.rooms import mandates
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.channels import CHANNEL_SUSPENDED
from openyibao.rooms.credentials import CREDENTIAL_REVOKED, CREDENTIAL_SUSPENDED
from openyibao.rooms.freezes import CREDENTIAL_FROZEN
from openyibao.rooms.people import masked_name
from openyibao.rooms.presentation import printed, records, rules, store, telling
from openyibao.rooms.presentation.finding import Found, ScanKeys, find_bindings
from openyibao.rooms.presentation.guarding import Guard, never_busy
from openyibao.rooms.presentation.printed import FindInstitution, Paper
from openyibao.rooms.presentation.records import (
    FaceRequest,
    IdentifyRequest,
    Presentation,
    Purpose,
    ScanRequest,
)
from openyibao.rooms.presentation.rules import ParsedCode

RefuseInstitution = Callable[[int], Refused | None]
_SHOWN_ON_PHONES = frozenset({"own", "family"})
"""Kinds of bindings that mint changing codes; a paper has a code of its own, a card has none."""


class _Case(msgspec.Struct):
    request: ScanRequest
    code: ParsedCode | None = None
    binding: Any = None
    step: int = 0
    mandate: mandates.FamilyMandate | None = None
    paper: Paper | None = None
    refused: Refused | None = None


async def scan(
    tx: Tx,
    clock: Clock,
    keys: ScanKeys,
    *,
    requests: Sequence[ScanRequest],
    refuse_institution: RefuseInstitution,
    stopped_channels: frozenset[str] = frozenset(),
    busy: Callable[[int], bool] = never_busy,
    taken_at: datetime | None = None,
    find_institution: FindInstitution = lambda _: None,
) -> list[Presentation | Refused]:
    """Answer each scan. Refusals in order: the institution's, code_other_issuer, too_many_bad_codes, code_not_valid,
    code_expired, code_from_future, purpose_not_allowed, credential_suspended, _revoked, _frozen, _not_activated,
    those of a relative's showing (``_decide_family``), channel_suspended, code_already_used. Of a printed code in their place:
    those of ``printed.decide``.

    ``busy`` says which institutions may have more bad codes a day. ``taken_at`` is when these codes were shown, where that was not
    just now: to a terminal without a network.
    """  # noqa: D205 the list of reasons is the summary
    now = clock.now()
    shown_at = taken_at or now
    guard = await Guard.open(tx, clock, keys, {r.institution_id for r in requests}, busy)
    cases = [_begin(r, keys, refuse_institution, guard) for r in requests]
    look_up = partial(store.list_bindings, tx)
    opened = [(case, case.code) for case in cases if case.code and not case.refused and not case.code.printed]
    for (case, code), found in zip(
        opened, await find_bindings(look_up, keys, [code for _, code in opened], shown_at), strict=True
    ):
        _take(case, code, found, guard)
    shown = await _find_papers(tx, cases, guard)
    bound = [case.binding for case in cases if case.binding and not case.refused]
    credentials = {
        row["credential_id"]: row
        for row in await store.list_credentials(tx, [(b["bucket"], b["credential_id"]) for b in bound])
    }
    persons = {
        row["person_id"]: row for row in await store.list_persons(tx, [(b["bucket"], b["person_id"]) for b in bound])
    }
    family = [(b["bucket"], b["binding_id"]) for b in bound if b["kind"] == "family"]
    showings = await mandates.read_showings(tx, family) if family else {}
    if shown:
        await _decide_papers(tx, clock, keys, shown, credentials, persons, guard, find_institution)
    for case in cases:
        if case.code and not case.refused:
            if case.paper is None:
                _decide(case, case.code, credentials)
            if family and not case.refused:
                _decide_family(case, showings, clock.today())
            if case.binding and not case.refused and case.binding["channel_code"] in stopped_channels:
                case.refused = Refused(CHANNEL_SUSPENDED)
    # Before anything is accepted: who guesses in two processes at once waits here for the other's count.
    over = await guard.count(tx)
    for case in cases:
        if not case.refused and case.request.institution_id in over:
            case.binding, case.refused = None, Refused(records.TOO_MANY_BAD_CODES)
    answers = await _accept(tx, keys, cases, credentials, persons, shown_at=shown_at, now=now)
    await _store_refusals(tx, keys, cases, guard, now)
    return [case.refused or answers[at] for at, case in enumerate(cases)]


def _begin(request: ScanRequest, keys: ScanKeys, refuse: RefuseInstitution, guard: Guard) -> _Case:
    case = _Case(request, code=rules.parse_code(request.code, issuer=keys.issuer))
    case.refused = refuse(request.institution_id)
    if case.refused is None and case.code is None:
        case.refused = Refused(records.CODE_OTHER_ISSUER)
    if case.refused is None and case.code and guard.is_over(request.institution_id, case.code.alias):
        case.refused = Refused(records.TOO_MANY_BAD_CODES)
    if case.refused:
        guard.refuse(request.institution_id, case.refused.reason)
    return case


def _take(case: _Case, code: ParsedCode, found: Found, guard: Guard) -> None:
    """What a code turned out to be; what is bad counts for those after it in the same batch."""
    institution_id = case.request.institution_id
    if guard.is_over(institution_id, code.alias):
        case.refused = Refused(records.TOO_MANY_BAD_CODES)
        guard.refuse(institution_id, records.TOO_MANY_BAD_CODES)
        return
    case.binding = binding = found.binding
    judged, purposes = found.judged, rules.purposes_of(code.extension)
    if isinstance(judged, int) and (
        purposes is None
        or binding["state"] != "active"
        or binding["province"] != code.province
        or binding["kind"] not in _SHOWN_ON_PHONES
    ):
        judged = records.CODE_NOT_VALID
    if isinstance(judged, Reason):
        case.refused = Refused(judged)
        if judged is records.CODE_NOT_VALID:
            guard.refuse(institution_id, judged, alias=code.alias)
    else:
        case.step = judged


async def _find_papers(tx: Tx, cases: Sequence[_Case], guard: Guard) -> list[_Case]:
    """Those that show a printed code, and whose it says to be: a paper bears its serial itself. No statement without one."""
    shown = [case for case in cases if case.code and case.code.printed and not case.refused]
    if not shown:
        return []
    serials = [case.code.alias for case in shown if case.code]
    rows = await store.list_bindings(tx, [(serial % BUCKETS, serial) for serial in serials])
    bindings = {row["serial"]: row for row in rows if row["kind"] == "printed"}
    for case, serial in zip(shown, serials, strict=True):
        case.binding = bindings.get(serial)
        if case.binding is None:
            _refuse_bad(case, guard)
    return shown


async def _decide_papers(
    tx: Tx,
    clock: Clock,
    keys: ScanKeys,
    shown: Sequence[_Case],
    credentials: dict[int, Any],
    persons: dict[int, Any],
    guard: Guard,
    find_institution: FindInstitution,
) -> None:
    """Printed codes: each with its own key and its own edges."""
    bound = [case.binding for case in shown if case.binding]
    papers = await printed.load_papers(tx, clock, keys.sealer, bound, credentials, persons) if bound else {}
    for case in shown:
        if case.refused or case.code is None:
            continue
        institution_id, b, now = case.request.institution_id, case.binding, clock.now()
        if guard.is_over(institution_id, case.code.alias):
            case.refused = Refused(records.TOO_MANY_BAD_CODES)
            guard.refuse(institution_id, records.TOO_MANY_BAD_CODES)
            continue
        case.paper, case.step = papers.get(b["binding_id"]), rules.step_of(now)
        institution = find_institution(institution_id)
        case.refused = printed.decide(case.code, case.request, b, case.paper, institution, now)
        if case.refused is None:
            case.refused = refuse_credential(credentials[b["credential_id"]])
        elif case.refused.reason is records.CODE_NOT_VALID:
            _refuse_bad(case, guard)


def _refuse_bad(case: _Case, guard: Guard) -> None:
    case.refused = Refused(records.CODE_NOT_VALID)
    guard.refuse(case.request.institution_id, records.CODE_NOT_VALID, alias=case.code.alias if case.code else None)


def _decide(case: _Case, code: ParsedCode, credentials: dict[int, Any]) -> None:
    purposes = rules.purposes_of(code.extension) or ()
    if case.request.purpose not in purposes:
        case.refused = Refused(records.PURPOSE_NOT_ALLOWED, {"purpose": ", ".join(purposes)})
    else:
        case.refused = refuse_credential(credentials[case.binding["credential_id"]])


def refuse_credential(credential: Any) -> Refused | None:
    """Order: credential_suspended · _revoked · _frozen · _not_activated."""
    state = credential["state"]
    if state == "activated" and credential["frozen_at"] is None:
        return None
    if state == "suspended":
        return Refused(CREDENTIAL_SUSPENDED)
    if state == "revoked":
        return Refused(CREDENTIAL_REVOKED)
    if credential["frozen_at"] is not None:
        return Refused(CREDENTIAL_FROZEN)
    return Refused(records.CREDENTIAL_NOT_ACTIVATED)


def _decide_family(case: _Case, showings: dict[int, mandates.Showing], today: date) -> None:
    """A relative's code holds as long as its mandate does. Order: mandate_unknown · those of ``judge_showing`` ·
    mandate_agent_unbound.
    """  # noqa: D205 the list of reasons is the summary
    if case.binding["kind"] != "family":
        return
    showing = showings.get(case.binding["binding_id"])
    if showing is None:
        case.refused = Refused(mandates.MANDATE_UNKNOWN)
        return
    case.mandate = showing.mandate
    case.refused = mandates.judge_showing(showing.mandate, case.request.purpose.value, today)
    if case.refused is None and not showing.device_stands:
        case.refused = Refused(mandates.MANDATE_AGENT_UNBOUND)


async def _accept(
    tx: Tx,
    keys: ScanKeys,
    cases: list[_Case],
    credentials: dict[int, Any],
    persons: dict[int, Any],
    *,
    shown_at: datetime,
    now: datetime,
) -> dict[int, Presentation]:
    drafts: dict[tuple[int, int, int], tuple[Any, ...]] = {}
    firsts: dict[tuple[int, int, int], int] = {}
    for at, case in enumerate(cases):
        if case.refused:
            continue
        b, r = case.binding, case.request
        name = _named(case)
        if name in drafts:
            continue
        firsts[name] = at
        cell = credentials[b["credential_id"]]["insured_cell"] or 0
        expires_at = (now + rules.token_lifetime(r.purpose)).replace(microsecond=0)
        drafts[name] = (
            *name, tx.ids.next(), b["credential_id"], b["person_id"], cell, r.institution_id, r.terminal_code,
            r.operator_code, r.purpose.value, r.caller_key, keys.token_key_id, shown_at, expires_at,
            case.mandate and case.mandate.mandate_id, case.paper and records.PRINTED_CODE,
        )  # fmt: skip
    if not drafts:
        return {}
    places, fresh = await claim_steps(tx, drafts)
    answers, tokens = {}, []
    for at, case in enumerate(cases):
        if case.refused:
            continue
        name = _named(case)
        place, first = places[name], name in fresh and firsts[name] == at
        if not first and not rules.same_place(place, case.request):
            when = place["presented_at"].astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
            facts = {"institution_id": place["institution_id"], "terminal_code": place["terminal_code"], "at": when}
            case.refused = Refused(records.CODE_ALREADY_USED, facts)
            continue
        answer = answer_of(keys, place, credentials, persons, repeated=not first, mandate=case.mandate)
        answers[at] = answer
        if first:
            digest = sm3(answer.visit_token.encode())
            tokens.append((
                place["bucket"], digest, place["presentation_id"], place["cell"], place["person_id"],
                place["institution_id"], place["terminal_code"], place["purpose"], shown_at, place["expires_at"],
                place["mandate_id"], place["card_kind"],
            ))  # fmt: skip
            content = telling.content_of_presentation(drafts[name], digest)
            note(tx, "scan_accepted", place["bucket"], place["presentation_id"], case.request, content)
    if tokens:
        await store.insert_tokens(tx, tokens)
    await _note_papers(tx, cases, answers, places)
    return answers


async def _note_papers(
    tx: Tx, cases: Sequence[_Case], answers: dict[int, Presentation], places: dict[tuple[int, int, int], dict[str, Any]]
) -> None:
    """How papers were shown, each once."""
    shown = [
        (case.request, case.binding["binding_id"], places[_named(case)])
        for at, case in enumerate(cases)
        if case.paper is not None and at in answers and not answers[at].repeated
    ]
    if shown:
        await printed.note_showings(tx, shown)


def _named(case: _Case) -> tuple[int, int, int]:
    return (case.binding["bucket"], case.binding["binding_id"], case.step)


async def claim_steps(
    tx: Tx, drafts: dict[tuple[int, int, int], tuple[Any, ...]]
) -> tuple[dict[tuple[int, int, int], dict[str, Any]], set[tuple[int, int, int]]]:
    """Take each (bucket, binding, step) once: how each stands now, and which are new."""
    made = await store.insert_presentations(tx, list(drafts.values()))
    places = {name: dict(zip(store.PLACES, row, strict=True)) for name, row in drafts.items() if row[3] in made}
    fresh = set(places)
    missing = [name for name in drafts if name not in fresh]
    if missing:
        for row in await store.list_presentations(tx, *[sorted({n[i] for n in missing}) for i in range(3)]):
            places.setdefault((row["bucket"], row["binding_id"], row["step"]), dict(row))
    return places, fresh


def answer_of(
    keys: ScanKeys,
    place: dict[str, Any],
    credentials: dict[int, Any],
    persons: dict[int, Any],
    *,
    repeated: bool,
    mandate: mandates.FamilyMandate | None = None,
) -> Presentation:
    """What an accepted showing is answered with; its visit token is derived, so a repeat gets the same."""
    person, area = persons[place["person_id"]], credentials[place["credential_id"]]["insured_area"]
    sealed_at = f"persons.document_sealed:{place['person_id']}"
    token = rules.derive_token(
        keys.token_keys[place["token_key_id"]],
        area=area,
        bucket=place["bucket"],
        presentation_id=place["presentation_id"],
        institution_id=place["institution_id"],
        terminal_code=place["terminal_code"],
        purpose=Purpose(place["purpose"]),
        expires_at=place["expires_at"],
    )
    return Presentation(
        presentation_id=place["presentation_id"],
        bucket=place["bucket"],
        person_id=place["person_id"],
        cell=place["cell"],
        insured_area=area,
        masked_name=masked_name(person["name"]),
        document_number=keys.sealer.unseal(person["document_sealed"], where=sealed_at).decode(),
        visit_token=token,
        expires_at=place["expires_at"],
        repeated=repeated,
        shown_by=None if mandate is None else mandate.agent_masked,
    )


def note(
    tx: Tx,
    kind: str,
    bucket: int,
    subject_id: int,
    request: ScanRequest | IdentifyRequest | FaceRequest,
    content: bytes,
) -> None:
    """Tell the audit, in the name of the desk."""
    actor = f"{request.institution_id}/{request.terminal_code}/{request.operator_code}"
    tx.audit.append(AuditEvent(kind=kind, cell=bucket, subject_id=subject_id, actor=actor, content=content))


async def _store_refusals(tx: Tx, keys: ScanKeys, cases: list[_Case], guard: Guard, now: Any) -> None:
    """Refusals of a known binding one by one; of the others the first of each minute, institution and reason."""
    rows, turns = [], Counter[tuple[int, Reason]]()
    for case in cases:
        if not case.refused:
            continue
        r, b, why = case.request, case.binding, case.refused.reason
        if b is None or why is records.CODE_NOT_VALID:
            turns[r.institution_id, why] += 1
        before = guard.before(r.institution_id, why)
        if b is None and before + turns[r.institution_id, why] > keys.limits.stored_a_minute:
            continue
        bucket, refusal_id = (r.institution_id % BUCKETS if b is None else b["bucket"]), tx.ids.next()
        row = (
            bucket, refusal_id, r.institution_id, r.terminal_code, r.operator_code, r.purpose.value,
            b and b["binding_id"], b and b["person_id"], case.refused.code, dict(case.refused.facts), now,
        )  # fmt: skip
        rows.append(row)
        if b is not None:
            note(tx, "scan_refused", bucket, refusal_id, r, telling.content_of_refusal(row))
    if rows:
        await store.insert_refusals(tx, rows)
