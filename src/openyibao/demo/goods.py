"""The made-up catalogue: names and codes in the national shapes, none of them issued. 中文: 演示目录。"""

from __future__ import annotations

from datetime import date

from openyibao.kit.ids import SeededRandomness
from openyibao.rooms.catalogue import NATIONAL, CatalogueItem, CatalogueKind, PaymentClass

FIRST_DAY = date(2024, 1, 1)
_LEVELS = ("community", "primary", "secondary", "tertiary", "ministry")
_DRUG_HEADS = ("安和", "康宁", "清平", "舒达", "健元", "瑞安", "复明", "益生", "润泽", "百和")
_DRUG_TAILS = ("片", "胶囊", "颗粒", "注射液", "口服液", "缓释片", "软膏", "滴眼液")
_SERVICES = ("诊查费", "化验", "超声检查", "影像检查", "注射", "换药", "理疗", "手术", "床位费", "护理费")
_CONSUMABLES = ("敷料", "导管", "支架", "缝线", "留置针", "骨钉", "补片", "滤器")
_UNITS = {CatalogueKind.drug: "盒", CatalogueKind.service: "次", CatalogueKind.consumable: "件"}


def make_catalogue(lines: int, source: SeededRandomness) -> tuple[CatalogueItem, ...]:
    """That many lines: six drugs, three services and one consumable in ten; every class and limit among the first 30.

    Of ten lines four are class A, three B by ratio, one B by fixed sum, one C, one B restricted.
    """
    return tuple(_line(number, source) for number in range(lines))


def _line(number: int, source: SeededRandomness) -> CatalogueItem:
    kind = _kind(number)
    turn = (number // 10 + number) % 10
    bp, fixed_fen = 0, 0
    payment_class = PaymentClass.a if turn < 4 else PaymentClass.b
    if turn in {4, 5, 6, 9}:
        bp = (500, 1000, 2000, 3000)[source.below(4)]
    elif turn == 7:
        fixed_fen = (200, 500, 1000)[source.below(3)]
    elif turn == 8:
        payment_class = PaymentClass.c
    limited = payment_class is not PaymentClass.c and number % 3 == 0
    return CatalogueItem(
        catalogue_item_id=number + 1,
        item_code=_code(kind, number),
        catalogue_area=NATIONAL,
        name=_name(kind, number),
        kind=kind,
        payment_class=payment_class,
        first_share_bp=bp,
        first_share_fixed_fen=fixed_fen,
        price_limit_micro=_limits(source) if limited else {},
        restricted=turn == 9,
        trace_due=kind is CatalogueKind.drug and number % 4 == 1,
        unit=_UNITS[kind],
        specification=f"{1 + number % 5} {_UNITS[kind]}装" if kind is not CatalogueKind.service else "每次",
        valid_from=FIRST_DAY,
        valid_until=None,
    )


def _kind(number: int) -> CatalogueKind:
    turn = number % 10
    if turn < 6:
        return CatalogueKind.drug
    return CatalogueKind.service if turn < 9 else CatalogueKind.consumable


def _code(kind: CatalogueKind, number: int) -> str:
    if kind is CatalogueKind.drug:
        return f"XZ99AAA{number:03d}A001010{number % 1_000_000:06d}"
    if kind is CatalogueKind.service:
        return f"0099{number:07d}0000"
    return f"C99{number:018d}"


def _name(kind: CatalogueKind, number: int) -> str:
    if kind is CatalogueKind.drug:
        head, tail = _DRUG_HEADS[number % len(_DRUG_HEADS)], _DRUG_TAILS[number // 10 % len(_DRUG_TAILS)]
        return f"{head}{tail}（演示 {number:03d}）"
    names = _SERVICES if kind is CatalogueKind.service else _CONSUMABLES
    return f"{names[number // 10 % len(names)]}（演示 {number:03d}）"


def _limits(source: SeededRandomness) -> dict[str, int]:
    """A higher level may charge more; the ministry's hospitals have no limit."""
    base_micro = (5 + source.below(195)) * 1_000_000
    return {level: base_micro * (100 + 10 * step) // 100 for step, level in enumerate(_LEVELS[:4])}
