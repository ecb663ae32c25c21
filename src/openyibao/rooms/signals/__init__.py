"""Signals of misuse: what looks odd in what is kept, each with its evidence, for an officer to look at (S4).

Keeps: signals, how far the job has read. Promises: read by a batch job by the hour, which may break off and go on, and never by the hot
path; the same facts are one signal; a signal is a question and stops nothing, unless the person's area says so of its kind, and
then ends with the officer's finding; the person sees those that concern them in the use log and can dispute them. Units: instants in UTC,
days of Shanghai. Callers: the command and the counter; the use log reads the rows. 中文: 监测信号。
"""

from openyibao.rooms.signals.records import ReadOn, Signal, SignalFinding, SignalKind, Thresholds
from openyibao.rooms.signals.service import judge, list_of_person, list_waiting, read_on
from openyibao.rooms.signals.store import find_insured_areas
from openyibao.rooms.signals.telling import expected_of_signals

__all__ = [
    "ReadOn",
    "Signal",
    "SignalFinding",
    "SignalKind",
    "Thresholds",
    "expected_of_signals",
    "find_insured_areas",
    "judge",
    "list_of_person",
    "list_waiting",
    "read_on",
]
