"""Pure rules of signals: from showings, refusals and sales to what looks like misuse. 中文: 监测规则。

A signal is a question, not a finding: each carries the facts it is made of, and an innocent explanation for each kind is known
(a border between two cities, a mother who scans for her twins, a chronic patient with three pharmacies).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from openyibao.kit.clock import SHANGHAI, shanghai_date
from openyibao.kit.db import BUCKETS
from openyibao.rooms.signals.records import (
    RefusedShowing,
    Sale,
    Showing,
    SignalDraft,
    SignalKind,
    Thresholds,
)

EVIDENCE_MAX = 20
LISTED_MAX = 200
WINDOW = timedelta(hours=1)
LAG = timedelta(minutes=5)
"""What is younger may still be under way."""
FIRST_LOOK = timedelta(days=7)
TWICE = frozenset({"code_already_used", "card_read_elsewhere"})
FACE = "face"


def _said(one: Showing | RefusedShowing) -> dict[str, Any]:
    told = {"institution_id": one.institution_id, "terminal_code": one.terminal_code, "at": _text(one.at)}
    return {**told, **({"reason": one.reason} if isinstance(one, RefusedShowing) else {})}


def _text(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


def find_travel(showings: Iterable[Showing], limits: Thresholds) -> list[SignalDraft]:
    """One person at two cities sooner than anybody travels. A relative's showing counts for nobody's travel."""
    by_person = defaultdict(list)
    for one in showings:
        if not one.by_relative and one.area:
            by_person[one.bucket, one.person_id].append(one)
    found = []
    for (bucket, person_id), mine in by_person.items():
        for first, second in pairwise(sorted(mine, key=lambda one: (one.at, one.presentation_id))):
            same_province = first.area // 10_000 == second.area // 10_000
            minutes = limits.minutes_between_cities if same_province else limits.minutes_between_provinces
            apart = first.area // 100 != second.area // 100
            if apart and second.at - first.at < timedelta(minutes=minutes):
                found.append(
                    SignalDraft(
                        kind=SignalKind.impossible_travel,
                        bucket=bucket,
                        sign=f"{first.presentation_id}-{second.presentation_id}",
                        happened_at=second.at,
                        evidence=[_said(first), _said(second)],
                        person_id=person_id,
                        institution_id=second.institution_id,
                        terminal_code=second.terminal_code,
                    )
                )
    return found


def find_twice(refusals: Iterable[RefusedShowing]) -> list[SignalDraft]:
    """A code that was used was shown at another institution too."""
    return [
        SignalDraft(
            kind=SignalKind.code_shown_twice,
            bucket=one.bucket,
            sign=str(one.refusal_id),
            happened_at=one.at,
            evidence=[
                {name: one.facts[name] for name in ("institution_id", "terminal_code", "at") if name in one.facts},
                _said(one),
            ],
            person_id=one.person_id,
            institution_id=one.institution_id,
            terminal_code=one.terminal_code,
        )
        for one in refusals
        if one.reason in TWICE and one.facts.get("institution_id") not in {None, one.institution_id}
    ]


def find_crowds(showings: Iterable[Showing], limits: Thresholds) -> list[SignalDraft]:
    """More different persons in an hour at one terminal than pass by it; fewer are too many where faces are shown."""
    by_terminal = defaultdict(list)
    for one in showings:
        hour = one.at.replace(minute=0, second=0, microsecond=0)
        by_terminal[one.institution_id, one.terminal_code, one.carrier == FACE, hour].append(one)
    found = []
    for (institution_id, terminal_code, by_face, hour), there in sorted(by_terminal.items()):
        most = limits.persons_an_hour_by_face if by_face else limits.persons_an_hour
        persons = {(one.bucket, one.person_id) for one in there}
        if len(persons) > most:
            shown = [_said(one) for one in sorted(there, key=lambda one: one.at)[:EVIDENCE_MAX]]
            found.append(
                SignalDraft(
                    kind=SignalKind.many_persons,
                    bucket=institution_id % BUCKETS,
                    sign=f"{institution_id}-{terminal_code}-{int(by_face)}-{_text(hour)}",
                    happened_at=max(one.at for one in there),
                    evidence=[{"persons": len(persons), "most": most, "by_face": by_face}, *shown],
                    institution_id=institution_id,
                    terminal_code=terminal_code,
                )
            )
    return found


def find_refusals(refusals: Sequence[RefusedShowing], limits: Thresholds) -> list[SignalDraft]:
    """Refused again and again in a Shanghai day: of one person anywhere, and of many at one terminal."""
    of_person, of_terminal = defaultdict(list), defaultdict(list)
    for one in sorted(refusals, key=lambda one: (one.at, one.refusal_id)):
        on = shanghai_date(one.at)
        of_person[one.bucket, one.person_id, on].append(one)
        of_terminal[one.institution_id, one.terminal_code, on].append(one)
    found = []
    for (bucket, person_id, on), mine in of_person.items():
        if len(mine) >= limits.refusals_of_person:
            found.append(_refused(bucket, f"{person_id}-{on.isoformat()}", mine, person_id=person_id))
    for (institution_id, terminal_code, on), there in of_terminal.items():
        if len(there) >= limits.refusals_of_terminal:
            sign = f"{institution_id}-{terminal_code}-{on.isoformat()}"
            place = {"institution_id": institution_id, "terminal_code": terminal_code}
            found.append(_refused(institution_id % BUCKETS, sign, there, **place))
    return found


def _refused(bucket: int, sign: str, refused: Sequence[RefusedShowing], **whose: Any) -> SignalDraft:
    return SignalDraft(
        kind=SignalKind.repeated_refusals,
        bucket=bucket,
        sign=sign,
        happened_at=refused[-1].at,
        evidence=[{"refusals": len(refused)}, *(_said(one) for one in refused[:EVIDENCE_MAX])],
        **whose,
    )


def find_resale(sales: Iterable[Sale], limits: Thresholds, until: datetime) -> list[SignalDraft]:
    """The same drug for one person from so many places within a week."""
    since = until - timedelta(days=limits.resale_days)
    by_drug = defaultdict(list)
    for one in sales:
        if since <= one.at < until:
            by_drug[one.bucket, one.person_id, one.item_code].append(one)
    found = []
    for (bucket, person_id, item_code), bought in by_drug.items():
        places = {one.institution_id for one in bought}
        if len(places) >= limits.resale_places:
            bought.sort(key=lambda one: (one.at, one.settlement_id))
            last = bought[-1]
            evidence = [
                {
                    "settlement": f"{one.cell}-{one.settlement_id}",
                    "institution_id": one.institution_id,
                    "item_code": one.item_code,
                    "quantity_e4": one.quantity_e4,
                    "at": _text(one.at),
                }
                for one in bought[-EVIDENCE_MAX:]
            ]
            found.append(
                SignalDraft(
                    kind=SignalKind.drug_resale,
                    bucket=bucket,
                    # One a person, drug and week of Shanghai, however often they buy.
                    sign=f"{person_id}-{item_code}-{shanghai_date(last.at).strftime('%G-%V')}",
                    happened_at=last.at,
                    evidence=evidence,
                    person_id=person_id,
                    institution_id=last.institution_id,
                )
            )
    return found
