"""Benefit policies as dated documents, and the pure split of a bill under one.

Keeps: policy documents by content digest. Promises: a document never changes once used; the split of a bill sums to the
bill to the fen and is the same for the same inputs, always. Units: fen, basis points. Callers: settlement. 中文: 待遇政策。
"""

from openyibao.rooms.policies.records import (
    AccountUse,
    BillLine,
    ExplainedStep,
    Fund,
    LineSplit,
    PersonFacts,
    Split,
    VisitFacts,
)

__all__ = ["AccountUse", "BillLine", "ExplainedStep", "Fund", "LineSplit", "PersonFacts", "Split", "VisitFacts"]
