"""Benefit policies as dated documents, and the pure split of a bill under one.

Keeps: policy documents by content digest. Promises: a document never changes once used; the split of a bill sums to the
bill to the fen and is the same for the same inputs, always; more spending never lowers what the person pays; a split
only adds to accumulators, so a reversal takes its own increments away. Units: fen, basis points; amounts of a refund
line are negative. A policy is read once by ``read_document`` and asked by ``split`` (hot: no I/O, about ten
microseconds) and ``explain`` (the same arithmetic, told in sentences). Callers: settlement. 中文: 待遇政策。
"""

from openyibao.rooms.policies.cases import Case, CaseOutcome, CaseUnusableError, read_cases, run_case
from openyibao.rooms.policies.conditions import LOCAL, Cite, Confidence, Source, When, Who, Words
from openyibao.rooms.policies.document import document_schema, read_document
from openyibao.rooms.policies.explanation import explain, label_amounts, named_amounts
from openyibao.rooms.policies.judging import judge_visit
from openyibao.rooms.policies.reading import DocumentFault
from openyibao.rooms.policies.records import (
    AccountUse,
    BillLine,
    ExplainedStep,
    Fund,
    LineSplit,
    PersonFacts,
    PlaceKind,
    PrescriptionKind,
    Remote,
    Split,
    VisitFacts,
)
from openyibao.rooms.policies.remaining import Remaining, remaining
from openyibao.rooms.policies.rules import reversal_delta, split
from openyibao.rooms.policies.sense import find_overlaps
from openyibao.rooms.policies.service import NO_POLICY, PolicyShelf, compile_body, publish
from openyibao.rooms.policies.simulation import (
    Burden,
    Change,
    Gathered,
    Sort,
    Tally,
    burden_of,
    burden_without_benefit,
    sort_of,
)
from openyibao.rooms.policies.statements import Statement, list_differences, list_statements
from openyibao.rooms.policies.stays import MetBill, day_of_stay, met_so_far, parts_of_bill, parts_of_days, with_day_rule
from openyibao.rooms.policies.store import StoredDocument, list_documents, read_versions
from openyibao.rooms.policies.terms import Label, Need, Policy
from openyibao.rooms.policies.timing import StayPart, deciding_day, parts_of_stay
from openyibao.rooms.policies.wording import word

__all__ = [
    "LOCAL",
    "NO_POLICY",
    "AccountUse",
    "BillLine",
    "Burden",
    "Case",
    "CaseOutcome",
    "CaseUnusableError",
    "Change",
    "Cite",
    "Confidence",
    "DocumentFault",
    "ExplainedStep",
    "Fund",
    "Gathered",
    "Label",
    "LineSplit",
    "MetBill",
    "Need",
    "PersonFacts",
    "PlaceKind",
    "Policy",
    "PolicyShelf",
    "PrescriptionKind",
    "Remaining",
    "Remote",
    "Sort",
    "Source",
    "Split",
    "Statement",
    "StayPart",
    "StoredDocument",
    "Tally",
    "VisitFacts",
    "When",
    "Who",
    "Words",
    "burden_of",
    "burden_without_benefit",
    "compile_body",
    "day_of_stay",
    "deciding_day",
    "document_schema",
    "explain",
    "find_overlaps",
    "judge_visit",
    "label_amounts",
    "list_differences",
    "list_documents",
    "list_statements",
    "met_so_far",
    "named_amounts",
    "parts_of_bill",
    "parts_of_days",
    "parts_of_stay",
    "publish",
    "read_cases",
    "read_document",
    "read_versions",
    "remaining",
    "reversal_delta",
    "run_case",
    "sort_of",
    "split",
    "with_day_rule",
    "word",
]
