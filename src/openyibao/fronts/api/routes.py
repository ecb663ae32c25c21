"""The table of routes: what each takes, what it does. 中文: 接口表。"""

from __future__ import annotations

from datetime import date
from typing import Any

from openyibao.fronts.api import bodies, filing_acts, stock
from openyibao.fronts.api.account_routes import ACCOUNT_ROUTES
from openyibao.fronts.api.answers import (
    corrected_body,
    eligibility_body,
    explained_body,
    outcome_body,
    pre_settled_body,
    settlement_body,
    shown_body,
)
from openyibao.fronts.api.calls import Call, Route
from openyibao.fronts.api.face_routes import FACE_ROUTES
from openyibao.fronts.api.life_routes import LIFE_ROUTES
from openyibao.fronts.api.offline_routes import OFFLINE_ROUTES
from openyibao.fronts.api.proofs import PROOF_ROUTES
from openyibao.fronts.api.reasons import KEY_MISSING
from openyibao.fronts.api.sessions import SESSION_ROUTES
from openyibao.fronts.api.statements import STATEMENT_ROUTES
from openyibao.fronts.shared.activating import Applicant, complete_activation, start_activation
from openyibao.fronts.shared.aiding import carry_on, reverse_bill, settle_bill
from openyibao.fronts.shared.carrier_proofs import WindowSeen, identify_with_proof, scan_with_proof
from openyibao.fronts.shared.delivering import delivered
from openyibao.fronts.shared.looking import look_by_token
from openyibao.kit.outcome import Refused
from openyibao.rooms import settlement
from openyibao.rooms.encounters import AddItemsRequest, Encounter, Opened, OpenRequest, Uploaded
from openyibao.rooms.looks import LookKind
from openyibao.rooms.presentation import IdentifyRequest, ScanRequest
from openyibao.rooms.settlement import AnnulRequest, Corrected, FoundOutcome, ReverseRequest, Settled, SettleRequest


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
    if body.proof is None:
        return _shown(await call.platform.lane.submit("scan", request))
    return _shown(await scan_with_proof(call.platform, request, _seen(body.proof)))


async def _identify(call: Call) -> Any:
    body: bodies.IdentifyBody = call.body
    request = IdentifyRequest(
        kind=body.kind,
        name=body.name,
        document_number=body.document_number,
        card_number=body.card_number,
        institution_id=call.institution_id,
        terminal_code=body.terminal_code,
        operator_code=body.operator_code,
        purpose=body.purpose,
        caller_key=call.request_key,
    )
    return _shown(await identify_with_proof(call.platform, request, _seen(body.proof)))


def _seen(proof: bodies.ProofBody | None) -> WindowSeen:
    if proof is None:
        return WindowSeen()
    return WindowSeen(document_seen=proof.document_seen, digits=proof.digits, password=proof.password)


def _shown(answer: Any) -> Any:
    return answer if isinstance(answer, Refused) else shown_body(answer)


async def _eligibility(call: Call) -> Any:
    body: bodies.EligibilityBody = call.body
    person = await look_by_token(
        call.platform,
        visit_token=body.visit_token,
        institution_id=call.institution_id,
        kind=LookKind.eligibility,
        asked=body.kind.value,
    )
    if isinstance(person, Refused):
        return call.platform.desk.refuse_institution(call.institution_id) or person
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
        digest=call.digest,
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
        digest=call.digest,
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
        "notes": uploaded.notes,
        "repeated": uploaded.repeated,
    }


def _settle_request(call: Call) -> SettleRequest:
    body: bodies.SettleBody = call.body
    cell, encounter_id = (None, None) if body.encounter_id is None else bodies.split_reference(body.encounter_id)
    return SettleRequest(
        institution_id=call.institution_id,
        operator_code=body.operator_code,
        terminal_code=body.terminal_code,
        request_key=call.request_key or "",
        digest=call.digest,
        visit_token=body.visit_token,
        cell=cell,
        encounter_id=encounter_id,
        encounter=body.encounter,
        items=body.items,
        account_use=body.account_use,
        expected=body.expected,
        fee_batch_ids=tuple(bodies.split_reference(one)[1] for one in body.fee_batch_ids),
        interim=body.interim,
    )


async def _pre_settle(call: Call) -> Any:
    async with call.platform.readers.reading() as reading:
        done = await settlement.pre_settle(reading, call.platform.clock, call.platform.desk, _settle_request(call))
    return done if isinstance(done, Refused) else pre_settled_body(done)


async def _settle(call: Call) -> Any:
    if call.request_key is None:
        return Refused(KEY_MISSING)
    return _settled(await settle_bill(call.platform, _settle_request(call)))


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
        digest=call.digest,
        cell=cell,
        settlement_id=settlement_id,
    )
    return _settled(await reverse_bill(call.platform, request))


async def _annul(call: Call) -> Any:
    body: bodies.AnnulBody = call.body
    if call.request_key is None:
        return Refused(KEY_MISSING)
    request = AnnulRequest(
        institution_id=call.institution_id,
        operator_code=body.operator_code,
        terminal_code=body.terminal_code,
        request_key=call.request_key,
        digest=call.digest,
        original_key=body.original_key,
        original_verb=body.original_verb,
    )
    answer = await call.platform.lane.submit("annul", request)
    if isinstance(answer, Corrected):
        return corrected_body(answer)
    if isinstance(answer, Settled):
        await carry_on(call.platform, answer)
    return outcome_body(answer) if isinstance(answer, FoundOutcome) else _settled(answer)


async def _outcome(call: Call) -> Any:
    async with call.platform.readers.reading() as reading:
        found = await settlement.find_outcome(reading, call.institution_id, call.parameters[0])
    return outcome_body(found)


async def _explain(call: Call) -> Any:
    cell, settlement_id = bodies.path_reference(call.parameters[0])
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
        language=body.language,
        institution_id=call.institution_id,
        device_name=body.device_name,
    )
    answer = await start_activation(call.platform, applicant)
    if isinstance(answer, Refused):
        return answer
    return {"activation_id": f"{answer.bucket}-{answer.activation_id}", "expires_at": answer.expires_at}


async def _complete(call: Call) -> Any:
    body: bodies.CompleteBody = call.body
    platform = call.platform
    bucket, activation_id = bodies.split_reference(body.activation_id)
    answer = await complete_activation(
        platform,
        bucket=bucket,
        activation_id=activation_id,
        institution_id=call.institution_id,
        code=body.code,
    )
    if isinstance(answer, Refused):
        return answer
    return {**delivered(platform, answer.binding), "server_time": platform.clock.now()}


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
    ("POST", "identifications"): Route(
        run=_identify,
        body=bodies.IdentifyBody,
        summary="Read an ID or social-security card in place of a code; the answer is that of a scan",
    ),
    ("POST", "eligibility"): Route(
        run=_eligibility,
        body=bodies.EligibilityBody,
        summary="What the person enjoys today, fund by fund, or why not; all enrolments; writes nothing",
    ),
    ("POST", "encounters"): Route(run=_open, body=bodies.OpenBody, summary="Open a visit"),
    ("POST", "fee-batches"): Route(run=_add_items, body=bodies.FeeBatchBody, summary="Upload fee lines"),
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
    ("POST", "filings"): Route(run=filing_acts.file_one, body=filing_acts.FilingBody, summary="File for the person"),
    ("POST", "filings/renew"): Route(
        run=filing_acts.renew, body=filing_acts.RenewBody, summary="Renew a filing of the person"
    ),
    ("POST", "filings/end"): Route(
        run=filing_acts.end, body=filing_acts.FilingActBody, summary="End a filing on a day"
    ),
    ("POST", "filings/withdraw"): Route(
        run=filing_acts.withdraw, body=filing_acts.FilingActBody, summary="Withdraw a filing that nothing stands on"
    ),
    ("POST", "filings/institutions"): Route(
        run=filing_acts.change_institutions,
        body=filing_acts.FiledInstitutionsBody,
        summary="Change the institutions a filing is bound to",
    ),
    ("POST", "filings/list"): Route(
        run=filing_acts.list_of_person, body=filing_acts.FilingsBody, summary="The person's filings, at most 100"
    ),
    ("GET", "outcomes/{}"): Route(run=_outcome, summary="What became of a settle key"),
    ("GET", "settlements/{}"): Route(run=_explain, summary="A settlement with its lines and explanation"),
    ("POST", "stock-movements"): Route(
        run=stock.move, body=bodies.StockBody, summary="Receive packs, send them back, or book what a count found"
    ),
    ("GET", "stock-movements/{}"): Route(
        run=stock.list_day, summary="The institution's stock movements of a Shanghai day, at most 500"
    ),
    ("GET", "stock-packs/{}"): Route(run=stock.show_pack, summary="A pack with its latest hundred movements"),
    ("GET", "packs/{}"): Route(
        run=stock.look_up, authenticated=False, summary="Anyone: which drug a pack is, and whether it was sold"
    ),
    ("GET", "days/{}"): Route(run=_list, summary="The institution's settlements of a Shanghai day, at most 200"),
    **ACCOUNT_ROUTES,
    **FACE_ROUTES,
    **LIFE_ROUTES,
    **OFFLINE_ROUTES,
    **STATEMENT_ROUTES,
    **PROOF_ROUTES,
    **SESSION_ROUTES,
}
"""(method, path below /api/v1/) → route; ``{}`` is one path part."""
