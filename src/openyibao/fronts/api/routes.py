"""The table of routes: what each takes, what it does. 中文: 接口表。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import msgspec

from openyibao.fronts.api import bodies
from openyibao.fronts.api.answers import (
    eligibility_body,
    explained_body,
    outcome_body,
    pre_settled_body,
    settlement_body,
)
from openyibao.fronts.api.authentication import Caller
from openyibao.fronts.api.reasons import KEY_MISSING, PERSON_NOT_FOUND
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.activating import Applicant, complete_activation, start_activation
from openyibao.kit.crypto import sm3
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials, settlement
from openyibao.rooms.encounters import AddItemsRequest, CloseRequest, Encounter, Opened, OpenRequest, Uploaded
from openyibao.rooms.people import masked_document
from openyibao.rooms.presentation import Presentation, ScanRequest
from openyibao.rooms.settlement import AnnulRequest, FoundOutcome, ReverseRequest, Settled, SettleRequest

REQUEST_KEY_MAX = 128


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One authenticated, parsed call."""

    platform: Platform
    caller: Any
    content: bytes
    body: Any
    parameters: tuple[str, ...]

    @property
    def institution_id(self) -> int:
        """Who calls."""
        caller: Caller = self.caller
        return caller.institution_id

    @property
    def request_key(self) -> str | None:
        """The idempotency key, where it is one."""
        caller: Caller = self.caller
        key = caller.request_key
        return key if 0 < len(key) <= REQUEST_KEY_MAX and key.isprintable() else None


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """What a path takes and does."""

    run: Callable[[Call], Awaitable[Any]]
    body: Any = None
    authenticated: bool = True
    summary: str
    reasons: tuple[str, ...] = ()


async def _scan(call: Call) -> Any:
    body: bodies.ScanBody = call.body
    request = ScanRequest(
        institution_id=call.institution_id,
        terminal_code=body.terminal_code,
        operator_code=body.operator_code,
        purpose=body.purpose,
        caller_key=call.request_key,
        code=body.code,
    )
    answer = await call.platform.lane.submit("scan", request)
    if isinstance(answer, Refused):
        return answer
    assert isinstance(answer, Presentation)
    return {
        "presentation_id": str(answer.presentation_id),
        "visit_token": answer.visit_token,
        "name": answer.masked_name,
        "document_number": masked_document(answer.document_number),
        "insured_area": answer.insured_area,
        "expires_at": answer.expires_at,
        "repeated": answer.repeated,
    }


async def _eligibility(call: Call) -> Any:
    body: bodies.EligibilityBody = call.body
    async with call.platform.readers.reading() as reading:
        found = await settlement.eligibility(
            reading,
            call.platform.clock,
            call.platform.desk,
            visit_token=body.visit_token,
            institution_id=call.institution_id,
            kind=body.kind,
        )
    return found if isinstance(found, Refused) else eligibility_body(found)


async def _open(call: Call) -> Any:
    body: bodies.OpenBody = call.body
    if call.request_key is None:
        return Refused(KEY_MISSING)
    request = OpenRequest(
        institution_id=call.institution_id,
        operator_code=body.operator_code,
        terminal_code=body.terminal_code,
        request_key=call.request_key,
        digest=sm3(call.content),
        visit_token=body.visit_token,
        encounter=body.encounter,
    )
    answer = await call.platform.lane.submit("open_encounter", request)
    return answer if isinstance(answer, Refused) else _opened(answer)


def _opened(answer: Opened) -> dict[str, Any]:
    visit: Encounter = answer.encounter
    return {
        "encounter_id": f"{visit.cell}-{visit.encounter_id}",
        "state": visit.state.value,
        "kind": visit.kind.value,
        "opened_on": visit.opened_on,
        "admission_no": visit.admission_no,
        "repeated": answer.repeated,
    }


async def _add_items(call: Call) -> Any:
    body: bodies.FeeBatchBody = call.body
    if call.request_key is None:
        return Refused(KEY_MISSING)
    cell, encounter_id = bodies.split_reference(body.encounter_id)
    request = AddItemsRequest(
        institution_id=call.institution_id,
        request_key=call.request_key,
        digest=sm3(call.content),
        cell=cell,
        encounter_id=encounter_id,
        items=body.items,
    )
    answer = await call.platform.lane.submit("add_items", request)
    if isinstance(answer, Refused):
        return answer
    uploaded: Uploaded = answer
    return {
        "fee_batch_id": f"{uploaded.cell}-{uploaded.fee_batch_id}",
        "line_count": uploaded.line_count,
        "amount_fen": uploaded.amount_fen,
        "repeated": uploaded.repeated,
    }


async def _close(call: Call) -> Any:
    body: bodies.CloseBody = call.body
    cell, encounter_id = bodies.split_reference(body.encounter_id)
    request = CloseRequest(
        institution_id=call.institution_id,
        request_key=call.request_key or "",
        digest=sm3(call.content),
        cell=cell,
        encounter_id=encounter_id,
    )
    answer = await call.platform.lane.submit("close_encounter", request)
    return answer if isinstance(answer, Refused) else _opened(Opened(encounter=answer))


def _settle_request(call: Call) -> SettleRequest:
    body: bodies.SettleBody = call.body
    cell, encounter_id = (None, None) if body.encounter_id is None else bodies.split_reference(body.encounter_id)
    return SettleRequest(
        institution_id=call.institution_id,
        operator_code=body.operator_code,
        terminal_code=body.terminal_code,
        request_key=call.request_key or "",
        digest=sm3(call.content),
        visit_token=body.visit_token,
        cell=cell,
        encounter_id=encounter_id,
        encounter=body.encounter,
        items=body.items,
        account_use=body.account_use,
        expected=body.expected,
    )


async def _pre_settle(call: Call) -> Any:
    async with call.platform.readers.reading() as reading:
        done = await settlement.pre_settle(reading, call.platform.clock, call.platform.desk, _settle_request(call))
    return done if isinstance(done, Refused) else pre_settled_body(done)


async def _settle(call: Call) -> Any:
    if call.request_key is None:
        return Refused(KEY_MISSING)
    return _settled(await call.platform.lane.submit("settle", _settle_request(call)))


def _settled(answer: Settled | Refused) -> Any:
    if isinstance(answer, Refused):
        return answer
    return settlement_body(answer.settlement, repeated=answer.repeated)


async def _reverse(call: Call) -> Any:
    body: bodies.ReverseBody = call.body
    if call.request_key is None:
        return Refused(KEY_MISSING)
    cell, settlement_id = bodies.split_reference(body.settlement_id)
    request = ReverseRequest(
        institution_id=call.institution_id,
        operator_code=body.operator_code,
        terminal_code=body.terminal_code,
        request_key=call.request_key,
        digest=sm3(call.content),
        cell=cell,
        settlement_id=settlement_id,
    )
    return _settled(await call.platform.lane.submit("reverse", request))


async def _annul(call: Call) -> Any:
    body: bodies.AnnulBody = call.body
    if call.request_key is None:
        return Refused(KEY_MISSING)
    request = AnnulRequest(
        institution_id=call.institution_id,
        operator_code=body.operator_code,
        terminal_code=body.terminal_code,
        request_key=call.request_key,
        digest=sm3(call.content),
        original_key=body.original_key,
    )
    answer = await call.platform.lane.submit("annul", request)
    return outcome_body(answer) if isinstance(answer, FoundOutcome) else _settled(answer)


async def _outcome(call: Call) -> Any:
    async with call.platform.readers.reading() as reading:
        found = await settlement.find_outcome(reading, call.institution_id, call.parameters[0])
    return outcome_body(found)


async def _explain(call: Call) -> Any:
    reference = call.parameters[0]
    head, _, tail = reference.partition("-")
    plain = head.isdigit() and tail.isdigit() and len(reference) <= 30 and reference.isascii()
    cell, settlement_id = bodies.split_reference(reference) if plain else (0, 0)
    async with call.platform.readers.reading() as reading:
        done = await settlement.explain_settlement(
            reading, call.platform.desk, cell=cell, settlement_id=settlement_id, institution_id=call.institution_id
        )
    return done if isinstance(done, Refused) else explained_body(done)


async def _activate(call: Call) -> Any:
    body: bodies.ActivateBody = call.body
    applicant = Applicant(
        document_type=body.document_type,
        document_number=body.document_number,
        name=body.name,
        phone=body.phone,
        consent_version=body.consent_version,
        channel_code=f"institution:{call.institution_id}",
        device_name=body.device_name,
    )
    answer = await start_activation(call.platform, applicant)
    if answer is None:
        return Refused(PERSON_NOT_FOUND)
    if isinstance(answer, Refused):
        return answer
    return {"activation_id": f"{answer.bucket}-{answer.activation_id}", "expires_at": answer.expires_at}


async def _complete(call: Call) -> Any:
    body: bodies.CompleteBody = call.body
    platform = call.platform
    bucket, activation_id = bodies.split_reference(body.activation_id)
    answer = await complete_activation(platform, bucket=bucket, activation_id=activation_id, code=body.code)
    if isinstance(answer, Refused):
        return answer
    binding = answer.binding
    keys = credentials.day_keys(platform.sealer, platform.clock, binding)
    return {
        "issuer": platform.settings.issuer,
        "serial": f"{binding.serial:010d}",
        "province": binding.province,
        "day_keys": {key.on.isoformat(): key.secret.hex() for key in keys},
        "server_time": platform.clock.now(),
    }


async def _list(call: Call) -> Any:
    try:
        on = date.fromisoformat(call.parameters[0])
    except ValueError:
        on = call.platform.clock.today()
    async with call.platform.readers.reading() as reading:
        found = await settlement.list_settlements(reading, call.institution_id, on)
    return {"on": on, "settlements": [settlement_body(one) for one in found]}


ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "scans"): Route(run=_scan, body=bodies.ScanBody, summary="Scan a code; the answer is a visit token"),
    ("POST", "eligibility"): Route(
        run=_eligibility,
        body=bodies.EligibilityBody,
        summary="What the person enjoys today, fund by fund, or why not; all enrolments; writes nothing",
    ),
    ("POST", "encounters"): Route(run=_open, body=bodies.OpenBody, summary="Open a visit"),
    ("POST", "fee-batches"): Route(run=_add_items, body=bodies.FeeBatchBody, summary="Upload fee lines"),
    ("POST", "encounters/close"): Route(run=_close, body=bodies.CloseBody, summary="Close a visit"),
    ("POST", "pre-settlements"): Route(
        run=_pre_settle, body=bodies.SettleBody, summary="What would be paid, by whom and why; writes nothing"
    ),
    ("POST", "settlements"): Route(run=_settle, body=bodies.SettleBody, summary="Settle a visit's lines"),
    ("POST", "reversals"): Route(run=_reverse, body=bodies.ReverseBody, summary="Reverse a settlement, latest first"),
    ("POST", "annulments"): Route(run=_annul, body=bodies.AnnulBody, summary="Undo by the key of a lost answer"),
    ("POST", "activations"): Route(
        run=_activate, body=bodies.ActivateBody, summary="Begin an activation at the counter; sends a code"
    ),
    ("POST", "activations/complete"): Route(
        run=_complete, body=bodies.CompleteBody, summary="End an activation; the answer carries the device's keys once"
    ),
    ("GET", "outcomes/{}"): Route(run=_outcome, summary="What became of a settle key"),
    ("GET", "settlements/{}"): Route(run=_explain, summary="A settlement with its lines and explanation"),
    ("GET", "days/{}"): Route(run=_list, summary="The institution's settlements of a Shanghai day, at most 200"),
}
"""(method, path below /api/v1/) → route; ``{}`` is one path part."""
