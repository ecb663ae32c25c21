"""How fast the pure engine splits an outpatient bill of five lines, and how fast a simulation reads, splits and compares.

中文: 待遇计算与政策测算速度。
"""

from __future__ import annotations

import asyncio
from datetime import date
from functools import partial
from typing import Any

from rich.console import Console

from openyibao import simulating
from openyibao.demo.load import microseconds, per_second
from openyibao.demo.stage import policy_files
from openyibao.rooms import policies
from openyibao.rooms.catalogue import PaymentClass
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.institutions import InstitutionLevel
from openyibao.rooms.people import PersonCategory


def bill_of_five() -> list[policies.BillLine]:
    """Two lines of class A, one of class B by ratio, one by a fixed sum, one of class C: 500 yuan each."""
    shapes = (
        (PaymentClass.a, 0, 0),
        (PaymentClass.a, 0, 0),
        (PaymentClass.b, 1_000, 0),
        (PaymentClass.b, 0, 500),
        (PaymentClass.c, 0, 0),
    )
    return [
        policies.BillLine(
            line_no=number,
            item_code=f"BENCH{number}",
            payment_class=payment_class,
            amount_fen=50_000,
            quantity_e4=20_000,
            first_share_bp=ratio_bp,
            first_share_fixed_fen=fixed_fen,
        )
        for number, (payment_class, ratio_bp, fixed_fen) in enumerate(shapes, 1)
    ]


def measure(console: Console, *, times: int = 2_000) -> dict[str, dict[str, Any]]:
    """Microseconds and settlements a second on one core, by document; the slowest is printed."""
    measured: dict[str, dict[str, Any]] = {}
    lines = bill_of_five()
    for path in policy_files():
        policy = policies.read_document(path.read_text(encoding="utf-8"))
        assert isinstance(policy, policies.Policy), path
        kinds = policy.encounter_kinds
        kind = EncounterKind.outpatient if EncounterKind.outpatient in kinds else kinds[0]
        person = policies.PersonFacts(
            insurance_type=policy.insurance, person_category=PersonCategory(policy.categories[0])
        )
        visit = policies.VisitFacts(kind=kind, level=InstitutionLevel.tertiary, on=date(2026, 11, 23))
        once = partial(
            policies.split,
            policy,
            person,
            visit,
            lines,
            {},
            account_balance_fen=20_000,
            account_use=policies.AccountUse.own,
        )
        split_us = microseconds(once, times=times)
        measured[policy.policy_id] = {"split_us": split_us, "per_second": per_second(split_us)}
    slowest = max(measured, key=lambda name: measured[name]["split_us"])
    rates = sorted(each["per_second"] for each in measured.values())
    console.print(
        f"engine, outpatient bill of 5 lines, one core: {rates[len(rates) // 2]:,.0f} settlements/s in the middle of "
        f"{len(rates)} documents, {rates[0]:,.0f}/s under the slowest ({slowest})"
    )
    return measured


def measure_simulate(console: Console, url: str, on: date) -> dict[str, Any]:
    """A day's settlements of Beijing's employees run again under their own document: all of a simulation but the page."""
    read = [policies.read_document(path.read_text(encoding="utf-8")) for path in policy_files()]
    known = [policy for policy in read if isinstance(policy, policies.Policy)]
    draft = next(each for each in known if each.policy_id == "beijing-employee" and (each.valid_until or on) >= on)
    replayed, wall_ns, own_ns = asyncio.run(simulating.run_replay(url, draft, from_on=on, to_on=on))
    measured = {
        "settlements": replayed.run,
        "changed": replayed.gathered.whole.changed,
        "per_second": simulating.rate(replayed.run, wall_ns),
        "per_second_of_own_core": simulating.rate(replayed.run, own_ns),
    }
    console.print(
        f"simulate, {replayed.run:,} settlements: {measured['per_second']:,}/s with reading, "
        f"{measured['per_second_of_own_core']:,}/s per core of its own"
    )
    return measured
