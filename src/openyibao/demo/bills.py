"""The published Beijing bills as fee lines: five lines each that add up to the case. 中文: 公布案例的费用明细。

Sources of the cases: settlements published as test data of github:ktyhwangfei/hospital_medical_insurance_agent, amounts
only (tests/golden/beijing-employee.json names file and commit of each). People, codes and lines here are made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from openyibao.kit.money import BP
from openyibao.rooms.catalogue import CatalogueItem, PaymentClass
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.people import PersonCategory

LEVEL = "tertiary"


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A published bill: who, what came before in the year, the bill, and the amounts it must come to, in fen."""

    case_id: str
    zh: str
    kind: EncounterKind
    category: PersonCategory
    groups: tuple[str, ...]
    earlier_fen: int
    """In-policy spending of the visit before, which sets deductible or admission number."""
    in_policy_fen: int
    first_share_fen: int | None
    """None: the case says nothing of it, so the lines carry excluded and over-limit parts too."""
    expected: dict[str, int]


CASES = (
    Case(
        case_id="BJ-OP-ACT-03",
        zh="在职门诊, 跨过起付线, 单位补充保险",
        kind=EncounterKind.outpatient,
        category=PersonCategory.employee,
        groups=("employer_supplement",),
        earlier_fen=96_144,
        in_policy_fen=181_237,
        first_share_fen=10_435,
        expected={
            "fee_total_fen": 191_672,
            "large_sum_fen": 68_167,
            "employer_supplement_fen": 64_476,
            "fund_total_fen": 132_643,
            "person_total_fen": 59_029,
            "personal_account_fen": 59_029,
            "cash_fen": 0,
        },
    ),
    Case(
        case_id="BJ-OP-ACT-05",
        zh="在职驻外门诊, 刚越过起付线",
        kind=EncounterKind.outpatient,
        category=PersonCategory.employee,
        groups=(),
        earlier_fen=500,
        in_policy_fen=180_000,
        first_share_fen=None,
        expected={"fund_total_fen": 350, "own_share_fen": 179_650},
    ),
    Case(
        case_id="BJ-ER-ACT-04",
        zh="在职急诊, 起付已满, 退役军人医疗补助",
        kind=EncounterKind.emergency,
        category=PersonCategory.employee,
        groups=("veteran",),
        earlier_fen=180_000,
        in_policy_fen=8_400,
        first_share_fen=None,
        expected={"large_sum_fen": 5_880, "other_funds_fen": 1_680, "fund_total_fen": 7_560, "own_share_fen": 840},
    ),
    Case(
        case_id="BJ-IP-RET-02",
        zh="退休住院, 三级, 当年第二次",
        kind=EncounterKind.inpatient,
        category=PersonCategory.retired,
        groups=(),
        earlier_fen=200_000,
        in_policy_fen=4_000_000,
        first_share_fen=None,
        expected={"pooled_fund_fen": 3_610_850, "fund_total_fen": 3_610_850, "own_share_fen": 389_150},
    ),
)


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """One catalogue line of each sort the bills need."""

    whole: tuple[CatalogueItem, CatalogueItem]
    by_ratio: CatalogueItem
    by_sum: CatalogueItem
    limited: CatalogueItem
    excluded: CatalogueItem


def pick(catalogue: Sequence[CatalogueItem]) -> Shelf:
    """Choose the lines; none restricted, none that needs a trace code."""
    plain = [row for row in catalogue if not row.restricted and not row.trace_due]
    free = [row for row in plain if LEVEL not in row.price_limit_micro]
    whole = [row for row in free if row.payment_class is PaymentClass.a]
    class_b = [row for row in free if row.payment_class is PaymentClass.b]
    limited = [row for row in plain if LEVEL in row.price_limit_micro and row.payment_class is PaymentClass.a]
    return Shelf(
        whole=(whole[0], whole[1]),
        by_ratio=next(row for row in class_b if row.first_share_bp == 1_000),
        by_sum=next(row for row in class_b if row.first_share_fixed_fen),
        limited=min(limited, key=lambda row: row.price_limit_micro[LEVEL]),
        excluded=next(row for row in plain if row.payment_class is PaymentClass.c),
    )


def lines_of(case: Case, shelf: Shelf, practitioner_code: str) -> list[dict[str, Any]]:
    """Five lines or more whose parts sum to the case exactly."""
    limit_fen = shelf.limited.price_limit_micro[LEVEL] // 10_000
    fixed_fen = shelf.by_sum.first_share_fixed_fen
    if case.first_share_fen is None:
        ratio_fen, over_fen = 1_000, 500
        parts = [(shelf.excluded, 1_234)]
    else:
        # The first share of the case is that of the line by ratio and that of the line by sum together.
        ratio_fen = (case.first_share_fen - fixed_fen) * BP // shelf.by_ratio.first_share_bp
        over_fen, parts = 0, [(shelf.whole[1], 1_000)]
    in_policy = ratio_fen - ratio_fen * shelf.by_ratio.first_share_bp // BP + 500 + limit_fen
    in_policy += 0 if case.first_share_fen is None else 1_000
    parts = [
        (shelf.whole[0], case.in_policy_fen - in_policy),
        (shelf.by_ratio, ratio_fen),
        (shelf.by_sum, fixed_fen + 500),
        (shelf.limited, limit_fen + over_fen),
        *parts,
    ]
    return [_line(number, row, amount, practitioner_code) for number, (row, amount) in enumerate(parts, start=1)]


def earlier_lines(case: Case, shelf: Shelf, practitioner_code: str) -> list[dict[str, Any]]:
    """The visit before: one class A line."""
    return [_line(1, shelf.whole[0], case.earlier_fen, practitioner_code)]


def _line(number: int, row: CatalogueItem, amount_fen: int, practitioner_code: str) -> dict[str, Any]:
    return {
        "line_no": number,
        "item_code": row.item_code,
        "quantity_e4": 10_000,
        "unit_price_micro": amount_fen * 10_000,
        "amount_fen": amount_fen,
        "practitioner_code": practitioner_code,
    }
