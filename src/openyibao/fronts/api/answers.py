"""What the REST interface answers: records as JSON, refusals as problem details. 中文: 接口应答。"""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import msgspec

from openyibao.fronts.shared.answering import HOTLINE, answered_by, answerer_of
from openyibao.fronts.shared.crediting import CreditReport
from openyibao.kit.outcome import Refused
from openyibao.rooms.encounters import BED_KINDS
from openyibao.rooms.people import masked_document
from openyibao.rooms.presentation import Presentation
from openyibao.rooms.settlement import (
    Corrected,
    Eligibility,
    ExplainedSettlement,
    FoundOutcome,
    PreSettled,
    Settlement,
    WaitingPart,
)

_STATUS = {
    "signature_wrong": 401,
    "session_key_unknown": 401,
    "message_too_old": 401,
    "institution_suspended": 403,
    "settlement_of_other_institution": 403,
    "credit_not_allowed": 403,
    "encounter_unknown": 404,
    "filing_unknown": 404,
    "settlement_unknown": 404,
    "confirmation_asked": 409,
    "body_too_large": 413,
    "pack_unknown": 404,
    "too_many_bad_codes": 429,
    "too_many_lookups": 429,
    "busy": 503,
    "outcome_unknown": 504,
    "body_invalid": 400,
    "key_missing": 400,
    "route_unknown": 404,
    "poisoned": 500,
}
REFUSED_STATUS = 422
_HIDDEN = frozenset({"facts", "person_id", "enrolment_id", "cell", "turn"})
_SHOWN = tuple(name for name in Settlement.__struct_fields__ if name not in _HIDDEN)
_SHOWN_OF = attrgetter(*_SHOWN)


def problem(refused: Refused, *, request_id: str, hotline: str = HOTLINE) -> tuple[int, bytes]:
    """RFC 9457 problem details: the stable reason, both languages, what to do next, who answers, the reference number."""
    status = _STATUS.get(refused.code, REFUSED_STATUS)
    return status, msgspec.json.encode(
        {
            "type": f"urn:openyibao:reason:{refused.code}",
            "title": refused.sentence("en"),
            "status": status,
            "reason": refused.code,
            "detail": refused.sentence("en"),
            "detail_zh": refused.sentence("zh"),
            "next": refused.next_step("en"),
            "next_zh": refused.next_step("zh"),
            "answered_by": answerer_of(refused.reason).value,
            "answerer": answered_by(refused.reason, "en", hotline=hotline),
            "answerer_zh": answered_by(refused.reason, "zh", hotline=hotline),
            "hotline": hotline,
            "facts": refused.facts,
            "request_id": request_id,
        }
    )


def settlement_body(settlement: Settlement, *, repeated: bool = False) -> dict[str, Any]:
    """A settlement as the institution sees it: no person id, ids as strings."""
    body = dict(zip(_SHOWN, _SHOWN_OF(settlement), strict=True))
    cell = settlement.cell
    body["settlement_id"] = f"{cell}-{settlement.settlement_id}"
    body["encounter_id"] = f"{cell}-{settlement.encounter_id}"
    original = settlement.original_settlement_id
    body["original_settlement_id"] = None if original is None else f"{cell}-{original}"
    body["institution_id"] = str(settlement.institution_id)
    body["interim"] = interim(settlement)
    body["past_account_fen"] = settlement.facts.past_account_fen
    body["past_account_balance_after_fen"] = settlement.past_account_balance_after_fen
    aid = settlement.facts.aid
    body["aid_owner"] = aid.owner_masked if aid is not None and settlement.mutual_aid_fen else None
    body["repeated"] = repeated
    return body


def pre_settled_body(done: PreSettled) -> dict[str, Any]:
    """The split as it would be, explained."""
    split = msgspec.to_builtins(done.split)
    split["funds_fen"] = {fund.value: amount for fund, amount in done.split.funds_fen.items()}
    del split["accumulators_after"]
    return {
        **split,
        "expected": {
            "fund_total_fen": done.split.fund_total_fen,
            "personal_account_fen": done.split.personal_account_fen,
            "cash_fen": done.split.cash_fen,
        },
        "account_balance_before_fen": done.account_balance_before_fen,
        "account_balance_after_fen": done.account_balance_after_fen,
        "past_account_balance_before_fen": done.past_account_balance_before_fen,
        "past_account_balance_after_fen": done.past_account_balance_after_fen,
        "aid_owner": done.aid_owner_masked,
        "labels": done.labels,
        "steps": done.steps,
        "notes": done.notes,
        "rest": [part_body(part) for part in done.rest],
        "policy": {"title_zh": done.document_title_zh, "title_en": done.document_title_en, "hash": done.document_hash},
    }


def part_body(part: WaitingPart) -> dict[str, Any]:
    """A part of a stay over the year's end that waits for a settlement of its own."""
    return {
        "policy_year": part.policy_year,
        "from_on": part.from_on,
        "until_on": part.until_on,
        "line_count": part.line_count,
        "amount_fen": part.amount_fen,
    }


def eligibility_body(found: Eligibility) -> dict[str, Any]:
    """What a person enjoys, without ids of theirs; why no insurance is enjoyed as a reason with its sentences."""
    body = msgspec.to_builtins(msgspec.structs.replace(found, refused=None, balances_elsewhere_fen={}))
    for one in body["enrolments"]:
        del one["enrolment_id"]
    for one in body["funds"]:
        one["why_zh"], one["why_en"] = _WHY.get(one["why"] or "", ("", ""))
    refused = found.refused
    body["refused"] = None if refused is None else _said(refused)
    body["balances_elsewhere"] = [
        {"pooling_area": area, "balance_fen": balance} for area, balance in sorted(found.balances_elsewhere_fen.items())
    ]
    del body["balances_elsewhere_fen"]
    return dict(body)


_WHY = {
    "waiting": ("处于等待期", "in the waiting period"),
    "arrears": ("欠缴或尚未缴费", "contributions are in arrears, or nothing is paid yet"),
    "suspended": ("参保待遇已暂停", "the enrolment is suspended"),
    "ended": ("参保关系已终止", "the enrolment has ended"),
    "base_rests": ("所依附的基本医保待遇暂停", "the base insurance it follows rests"),
    "not_insured": ("待遇尚未开始", "not insured yet"),
}
"""Why a fund is not enjoyed, in words."""


def _said(refused: Refused) -> dict[str, Any]:
    return {
        "reason": refused.code,
        "detail": refused.sentence("en"),
        "detail_zh": refused.sentence("zh"),
        "next": refused.next_step("en"),
        "next_zh": refused.next_step("zh"),
    }


def explained_body(done: ExplainedSettlement) -> dict[str, Any]:
    """A stored settlement with lines and explanation."""
    return {
        **settlement_body(done.settlement),
        "reversed_by": None if done.reversed_by is None else f"{done.settlement.cell}-{done.reversed_by}",
        "labels": done.labels,
        "steps": done.steps,
        "items": [
            {
                "line_no": item.line_no,
                "item_code": item.item_code,
                "name": done.item_names.get(item.item_code, ""),
                "quantity_e4": item.quantity_e4,
                "unit_price_micro": item.unit_price_micro,
                "amount_fen": item.amount_fen,
                "trace_codes": item.trace_codes,
                "institution_borne": item.line_no in done.settlement.facts.borne_lines,
            }
            for item in done.items
        ],
        "policy": {"title_zh": done.document_title_zh, "title_en": done.document_title_en},
        "corrections": [corrected_body(one) for one in done.corrections],
    }


def interim(settlement: Settlement) -> bool:
    """Whether it was settled while the patient lay there."""
    visit = settlement.facts.visit
    return visit.kind in BED_KINDS and visit.discharged_on is None


def corrected_body(done: Corrected) -> dict[str, Any]:
    """What was reversed and settled again in one act, with the differences (new less old)."""
    correction, cell = done.correction, done.correction.cell
    return {
        "correction_id": f"{cell}-{correction.correction_id}",
        "kind": correction.kind.value,
        "why": correction.why,
        "corrected_on": correction.corrected_on,
        "settlements": [
            {
                "settlement_id": f"{cell}-{link.settlement_id}",
                "reversal_id": f"{cell}-{link.reversal_id}",
                "new_settlement_id": None if link.new_settlement_id is None else f"{cell}-{link.new_settlement_id}",
            }
            for link in done.settlements
        ],
        "fund_total_fen": done.fund_total_fen,
        "personal_account_fen": done.personal_account_fen,
        "cash_fen": done.cash_fen,
        "repeated": done.repeated,
    }


def credited_body(report: CreditReport) -> dict[str, Any]:
    """What came of a credit batch, the refused lines with their reasons."""
    return {
        "batch_code": report.batch_code,
        "line_count": report.line_count,
        "amount_fen": report.amount_fen,
        "credited_count": report.credited_count,
        "credited_fen": report.credited_fen,
        "known_count": report.known_count,
        "refused": [
            {
                "line_no": line_no,
                "reason": refused.code,
                "detail": refused.sentence("en"),
                "detail_zh": refused.sentence("zh"),
            }
            for line_no, refused in report.refused
        ],
    }


def outcome_body(found: FoundOutcome) -> dict[str, Any]:
    """What became of a request."""
    return {
        "state": found.state.value,
        "reason": found.reason,
        "next_actions": found.next_actions,
        "settlement": None if found.settlement is None else settlement_body(found.settlement),
    }


def shown_body(answer: Presentation) -> dict[str, Any]:
    """Who was shown, as a scan is answered."""
    return {
        "presentation_id": str(answer.presentation_id),
        "visit_token": answer.visit_token,
        "name": answer.masked_name,
        "document_number": masked_document(answer.document_number),
        "insured_area": answer.insured_area,
        "expires_at": answer.expires_at,
        "shown_by": answer.shown_by,
        "repeated": answer.repeated,
    }
