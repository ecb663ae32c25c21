"""The verb of presentation: scan codes."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.clock import Clock, unix_seconds
from openyibao.kit.crypto import KeyPurpose, KeyRing, MacKey, Sealer, sm3
from openyibao.kit.db import BUCKETS, Tx
from openyibao.kit.outcome import Reason, Refused
from openyibao.rooms import mandates
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.bindings import derive_day_key
from openyibao.rooms.channels import CHANNEL_SUSPENDED
from openyibao.rooms.credentials import CREDENTIAL_REVOKED, CREDENTIAL_SUSPENDED
from openyibao.rooms.freezes import CREDENTIAL_FROZEN
from openyibao.rooms.people import masked_name
from openyibao.rooms.presentation import printed, records, rules, store, telling
from openyibao.rooms.presentation.printed import FindInstitution, Paper
from openyibao.rooms.presentation.records import (
    IdentifyRequest,
    Presentation,
    Purpose,
    ScanLimits,
    ScanRequest,
)
from openyibao.rooms.presentation.rules import ParsedCode

DAY_KEYS_MAX = 100_000
_SHOWN_ON_PHONES = frozenset({"own", "family"})
"""Kinds of bindings that mint changing codes; a paper has a code of its own, a card has none."""
RefuseInstitution = Callable[[int], Refused | None]
Counts = dict[tuple[int, str], int]
"""(institution, reason) → refused scans that were counted in this minute before the batch, in any process."""


class ScanKeys:
    """The keys of scanning in one process: sealer, token keys, and a bounded cache of prepared day keys."""

    def __init__(self, ring: KeyRing, sealer: Sealer, *, issuer: str, limits: ScanLimits | None = None) -> None:
        self.sealer, self.issuer, self.limits = sealer, issuer, limits or ScanLimits()
        self.token_key_id = ring.current(KeyPurpose.token).key_id
        self.token_keys = {key.key_id: MacKey(key.secret) for key in ring.of(KeyPurpose.token)}
        self._days: OrderedDict[tuple[int, int, date], MacKey] = OrderedDict()
        self._bad: Counter[tuple[int, int]] = Counter()
        self._minute = 0

    def day_key(self, binding: Any, on: date) -> MacKey:
        """The prepared day key of a binding."""
        name = (binding["bucket"], binding["binding_id"], on)
        key = self._days.get(name)
        if key is None:
            where = f"bindings.secret_sealed:{binding['binding_id']}"
            key = MacKey(derive_day_key(self.sealer.unseal(binding["secret_sealed"], where=where), on))
            self._days[name] = key
            if len(self._days) > DAY_KEYS_MAX:
                self._days.popitem(last=False)
        else:
            self._days.move_to_end(name)
        return key

    def bad_codes(self, minute: int) -> Counter[tuple[int, int]]:
        """Bad codes of this minute in this process, by (institution, serial)."""
        if minute != self._minute:
            self._minute, self._bad = minute, Counter()
        return self._bad


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
    find_institution: FindInstitution = lambda _: None,
) -> list[Presentation | Refused]:
    """Answer each scan. Refusals in order: the institution's, code_other_issuer, too_many_bad_codes, code_not_valid,
    code_expired, code_from_future, purpose_not_allowed, credential_suspended, _revoked, _frozen, _not_activated,
    those of a relative's showing (``_decide_family``), channel_suspended, code_already_used. Of a printed code in their place:
    those of ``printed.decide``.
    """  # noqa: D205 the list of reasons is the summary
    now = clock.now()
    minute = unix_seconds(now) // 60
    counts = await store.list_counts(tx, sorted({r.institution_id for r in requests}), minute=minute)
    cases = [_begin(r, keys, refuse_institution, counts, minute) for r in requests]
    codes = [case.code for case in cases if case.code and not case.refused]
    serials = [(code.serial % BUCKETS, code.serial) for code in codes]
    bindings = {row["serial"]: row for row in await store.list_bindings(tx, serials)}
    bound = bindings.values()
    credentials = {
        row["credential_id"]: row
        for row in await store.list_credentials(tx, [(b["bucket"], b["credential_id"]) for b in bound])
    }
    persons = {
        row["person_id"]: row for row in await store.list_persons(tx, [(b["bucket"], b["person_id"]) for b in bound])
    }
    family = [(b["bucket"], b["binding_id"]) for b in bound if b["kind"] == "family"]
    showings = await mandates.read_showings(tx, family) if family else {}
    paper = [b for b in bound if b["kind"] == "printed"]
    shown_papers = await printed.load_papers(tx, clock, keys.sealer, paper, credentials, persons) if paper else {}
    for case in cases:
        if case.code and not case.refused:
            _decide(case, keys, bindings.get(case.code.serial), credentials, now)
            if case.code.printed:
                _decide_paper(case, keys, shown_papers, credentials, find_institution, now)
            if family and not case.refused:
                _decide_family(case, showings, clock.today())
            if case.refused and case.refused.reason is records.CODE_NOT_VALID:
                keys.bad_codes(minute)[case.request.institution_id, case.code.serial] += 1
            elif case.binding and not case.refused and case.binding["channel_code"] in stopped_channels:
                case.refused = Refused(CHANNEL_SUSPENDED)
    answers = await _accept(tx, keys, cases, credentials, persons, now)
    await _store_refusals(tx, keys, cases, counts, now, minute)
    return [case.refused or answers[at] for at, case in enumerate(cases)]


def _begin(request: ScanRequest, keys: ScanKeys, refuse: RefuseInstitution, counts: Counts, minute: int) -> _Case:
    case = _Case(request, code=rules.parse_code(request.code, issuer=keys.issuer))
    case.refused = refuse(request.institution_id)
    if case.refused:
        return case
    if case.code is None:
        case.refused = Refused(records.CODE_OTHER_ISSUER)
    elif (
        counts.get((request.institution_id, records.CODE_NOT_VALID.code), 0) >= keys.limits.bad_codes_a_minute
        or keys.bad_codes(minute)[request.institution_id, case.code.serial] >= keys.limits.bad_codes_a_minute_for_serial
    ):
        case.refused = Refused(records.TOO_MANY_BAD_CODES)
    return case


def _decide(case: _Case, keys: ScanKeys, binding: Any, credentials: dict[int, Any], now: Any) -> None:
    assert case.code is not None
    if binding is None:
        case.refused = Refused(records.CODE_NOT_VALID)
        return
    case.binding = binding
    if case.code.printed:
        return
    judged = rules.judge(case.code, lambda on: keys.day_key(binding, on), now)
    if isinstance(judged, Reason):
        case.refused = Refused(judged)
        return
    case.step = judged
    try:
        only = rules.allowed_purpose(case.code.extension)
    except ValueError:
        case.refused = Refused(records.CODE_NOT_VALID)
        return
    if (
        binding["state"] != "active"
        or binding["province"] != case.code.province
        or binding["kind"] not in _SHOWN_ON_PHONES
    ):
        case.refused = Refused(records.CODE_NOT_VALID)
    elif only is not None and only is not case.request.purpose:
        case.refused = Refused(records.PURPOSE_NOT_ALLOWED, {"purpose": only.value})
    else:
        case.refused = refuse_credential(credentials[binding["credential_id"]])


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


def _decide_paper(
    case: _Case,
    keys: ScanKeys,
    papers: dict[int, Paper],
    credentials: dict[int, Any],
    find_institution: FindInstitution,
    now: Any,
) -> None:
    """A printed code: its own key and its own edges. A binding is never both: a paper mints no changing code."""
    binding = case.binding
    if binding is None or case.code is None:
        return
    paper = papers.get(binding["binding_id"])
    institution = find_institution(case.request.institution_id)
    refused = printed.decide(case.code, case.request, binding, paper, institution, now)
    case.refused = refused or refuse_credential(credentials[binding["credential_id"]])
    case.paper, case.step = paper, rules.step_of(now)


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
    tx: Tx, keys: ScanKeys, cases: list[_Case], credentials: dict[int, Any], persons: dict[int, Any], now: Any
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
            r.operator_code, r.purpose.value, r.caller_key, keys.token_key_id, now, expires_at,
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
        if not first and not same_place(place, case.request):
            facts = {"institution_id": place["institution_id"], "terminal_code": place["terminal_code"]}
            case.refused = Refused(records.CODE_ALREADY_USED, facts)
            continue
        answer = answer_of(keys, place, credentials, persons, repeated=not first, mandate=case.mandate)
        answers[at] = answer
        if first:
            digest = sm3(answer.visit_token.encode())
            tokens.append((
                place["bucket"], digest, place["presentation_id"], place["cell"], place["person_id"],
                place["institution_id"], place["terminal_code"], place["purpose"], now, place["expires_at"],
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


def same_place(place: dict[str, Any], request: ScanRequest | IdentifyRequest) -> bool:
    """Whether a repeat comes from where it came from first."""
    same_desk = place["terminal_code"] == request.terminal_code or (
        bool(request.operator_code) and place["operator_code"] == request.operator_code
    )
    return (
        place["institution_id"] == request.institution_id
        and same_desk
        and place["purpose"] == request.purpose.value
        and (request.caller_key is None or place["caller_key"] == request.caller_key)
    )


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
    tx: Tx, kind: str, bucket: int, subject_id: int, request: ScanRequest | IdentifyRequest, content: bytes
) -> None:
    """Tell the audit, in the name of the desk."""
    actor = f"{request.institution_id}/{request.terminal_code}/{request.operator_code}"
    tx.audit.append(AuditEvent(kind=kind, cell=bucket, subject_id=subject_id, actor=actor, content=content))


async def _store_refusals(tx: Tx, keys: ScanKeys, cases: list[_Case], counts: Counts, now: Any, minute: int) -> None:
    """Refusals of a known binding one by one; of the others the first of each minute, institution and reason.

    Counted is what leads to nobody, and every code that is not valid, whoever's serial it bears: the limit is on guessing.
    """
    rows, raised = [], Counter[tuple[int, int, str, int]]()
    for case in cases:
        if not case.refused:
            continue
        r, b = case.request, case.binding
        home = r.institution_id % BUCKETS
        name = (home, r.institution_id, case.refused.code, minute)
        if b is None or case.refused.reason is records.CODE_NOT_VALID:
            raised[name] += 1
        earlier = counts.get((r.institution_id, case.refused.code), 0)
        if b is None and earlier + raised[name] > keys.limits.stored_a_minute:
            continue
        bucket, refusal_id = (home if b is None else b["bucket"]), tx.ids.next()
        row = (
            bucket, refusal_id, r.institution_id, r.terminal_code, r.operator_code, r.purpose.value,
            b and b["binding_id"], b and b["person_id"], case.refused.code, dict(case.refused.facts), now,
        )  # fmt: skip
        rows.append(row)
        if b is not None:
            note(tx, "scan_refused", bucket, refusal_id, r, telling.content_of_refusal(row))
    if rows:
        await store.insert_refusals(tx, rows)
    if raised:
        await store.raise_counts(tx, raised)
