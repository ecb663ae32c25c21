"""Disputes: "this wasn't me", said of one entry of the use log, with a number, who answers, and the day of the answer.

Keeps: disputes; the person's words and the answer are sealed. Promises: each has a number, somebody who answers and a
promised day; one is open for an entry at a time; an answer is given once, with a finding. Units: dates in Shanghai.
Callers: the wallet, the agency's officers. 中文: 异议。
"""

from openyibao.rooms.disputes.records import Answer, Dispute, DisputeAnswers, Finding, NewDispute
from openyibao.rooms.disputes.rules import dispute_number, read_number
from openyibao.rooms.disputes.service import answer, find_dispute, list_disputes, list_waiting, raise_dispute
from openyibao.rooms.disputes.telling import expected_of_disputes

__all__ = [
    "Answer",
    "Dispute",
    "DisputeAnswers",
    "Finding",
    "NewDispute",
    "answer",
    "dispute_number",
    "expected_of_disputes",
    "find_dispute",
    "list_disputes",
    "list_waiting",
    "raise_dispute",
    "read_number",
]
