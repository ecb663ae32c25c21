"""Rules of visits and their lines. Pure; reasons are checked in the order each docstring lists. 中文: 就诊规则。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from openyibao.kit.money import FEN_MAX, line_amount_fen
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.catalogue import CatalogueItem
from openyibao.rooms.encounters.records import EncounterKind, FeeItem, NewFeeItem
from openyibao.rooms.institutions import InstitutionKind, Practitioner, Service

QUANTITY_MAX_E4 = 100_000 * 10_000
UNIT_PRICE_MAX_MICRO = 10_000_000 * 10**6

ENCOUNTER_UNKNOWN = reason(
    "encounter_unknown",
    zh="本机构没有这次就诊",
    en="This institution has no such visit",
    next_zh="请核对就诊号, 或重新扫码登记就诊",
    next_en="Check the visit number, or scan again and open a visit",
)
ENCOUNTER_CLOSED = reason(
    "encounter_closed",
    zh="这次就诊已于 {closed_on} 关闭, 不能再上传费用",
    en="This visit was closed on {closed_on}; no more lines can be added",
    next_zh="请重新登记就诊后上传",
    next_en="Open a new visit and upload there",
)
ITEM_NOT_IN_CATALOGUE = reason(
    "item_not_in_catalogue",
    zh="第 {line_no} 行: 目录中没有编码 {item_code}",
    en="Line {line_no}: the catalogue has no item {item_code} on that day",
    next_zh="请核对项目编码与医保目录对照",
    next_en="Check the item code against the catalogue",
)
ABSURD_QUANTITY = reason(
    "absurd_quantity",
    zh="第 {line_no} 行: 数量不合理",
    en="Line {line_no}: the quantity is absurd",
    next_zh="请更正数量后重新上传",
    next_en="Correct the quantity and upload again",
)
ABSURD_PRICE = reason(
    "absurd_price",
    zh="第 {line_no} 行: 单价或金额不合理",
    en="Line {line_no}: the unit price or amount is absurd",
    next_zh="请更正单价后重新上传",
    next_en="Correct the price and upload again",
)
AMOUNT_MISMATCH = reason(
    "amount_mismatch",
    zh="第 {line_no} 行: 金额 {amount_fen} 分与单价乘数量 {computed_fen} 分不符",
    en="Line {line_no}: the amount of {amount_fen} fen is not price times quantity, {computed_fen} fen",
    next_zh="请更正该行金额后重新上传",
    next_en="Correct the amount of that line and upload again",
)
NEGATIVE_WITHOUT_ORIGINAL = reason(
    "negative_without_original",
    zh="第 {line_no} 行: 负数行没有指明原费用行, 或原行不存在",
    en="Line {line_no}: a negative line needs the line it takes back, and that line is not there",
    next_zh="请填写要冲减的原行号",
    next_en="Name the number of the original line",
)
NEGATIVE_BEYOND_ORIGINAL = reason(
    "negative_beyond_original",
    zh="第 {line_no} 行: 冲减超过原行剩余数量或金额",
    en="Line {line_no}: takes back more than is left of its original line",
    next_zh="请核对原行已冲减的数量",
    next_en="Check how much of the original line was taken back before",
)
LINE_REPEATED = reason(
    "line_repeated",
    zh="第 {line_no} 行: 行号在这次就诊中重复",
    en="Line {line_no}: this number is used before in the visit",
    next_zh="请为每一行使用不同的行号",
    next_en="Give each line a number of its own",
)
LINE_PRACTITIONER_UNKNOWN = reason(
    "line_practitioner_unknown",
    zh="第 {line_no} 行: 本机构没有编码为 {practitioner_code} 的医保医师/护士/药师",
    en="Line {line_no}: this institution has no practitioner {practitioner_code}",
    next_zh="请核对医护人员的国家编码及其在本机构的登记",
    next_en="Check the practitioner's national code and registration here",
)

_SERVICES = {
    EncounterKind.inpatient: Service.inpatient,
    EncounterKind.day_surgery: Service.inpatient,
    EncounterKind.home_bed: Service.inpatient,
    EncounterKind.chronic: Service.chronic,
    EncounterKind.special: Service.chronic,
    EncounterKind.maternity_outpatient: Service.maternity,
    EncounterKind.maternity_inpatient: Service.maternity,
}
STAYS = frozenset({EncounterKind.inpatient, EncounterKind.maternity_inpatient, EncounterKind.home_bed})
"""Kinds that count as a stay: numbered in the policy year, settled without a fresh token."""


ACCOUNT_ONLY_WILL_DO = frozenset({EncounterKind.pharmacy, EncounterKind.outpatient})
"""Kinds that an account-only agreement is enough for: the personal account and cash pay, no fund does."""


def service_of(kind: EncounterKind, place: InstitutionKind = InstitutionKind.hospital) -> Service:
    """The agreement a visit of this kind needs; a pharmacy's own counter works under the outpatient one.

    Special drugs at a pharmacy are dual channel (双通道).
    """
    if kind is EncounterKind.special and place is InstitutionKind.pharmacy:
        return Service.dual_channel
    return _SERVICES.get(kind, Service.outpatient)


def judge_items(
    lines: Sequence[NewFeeItem],
    earlier: Sequence[FeeItem],
    *,
    on: date,
    find_item: Callable[[str, date], CatalogueItem | None],
    find_practitioner: Callable[[str], Practitioner | None],
) -> Refused | list[CatalogueItem]:
    """The catalogue row of each line, or the first reason met, line by line.

    Order of reasons in a line: line_repeated · item_not_in_catalogue · line_practitioner_unknown · absurd_quantity ·
    absurd_price · negative_without_original · negative_beyond_original · amount_mismatch. ``earlier`` are all lines of
    the visit that came before.
    """
    left = _left_of(earlier)
    found = []
    for line in lines:
        row = find_item(line.item_code, on)
        refused = _judge_line(line, row, left, find_practitioner)
        if refused is not None:
            return refused
        assert row is not None
        found.append(row)
        if line.quantity_e4 > 0:
            left[line.line_no] = (line.item_code, line.quantity_e4, line.amount_fen)
        else:
            assert line.original_line_no is not None
            code, quantity, amount = left[line.original_line_no]
            left[line.original_line_no] = (code, quantity + line.quantity_e4, amount + line.amount_fen)
            left[line.line_no] = (line.item_code, 0, 0)
    return found


def _left_of(earlier: Sequence[FeeItem]) -> dict[int, tuple[str, int, int]]:
    """What is left of each earlier line: code, quantity, amount."""
    left: dict[int, tuple[str, int, int]] = {}
    line_of = {item.fee_item_id: item.line_no for item in earlier}
    for item in earlier:
        taken_back = item.original_fee_item_id is not None
        left[item.line_no] = (item.item_code, *((0, 0) if taken_back else (item.quantity_e4, item.amount_fen)))
    # Only now what was taken back: ids of two writers do not tell which line came first.
    for item in earlier:
        if item.original_fee_item_id is not None:
            original = line_of[item.original_fee_item_id]
            code, quantity, amount = left[original]
            left[original] = (code, quantity + item.quantity_e4, amount + item.amount_fen)
    return left


def _judge_line(
    line: NewFeeItem,
    row: CatalogueItem | None,
    left: Mapping[int, tuple[str, int, int]],
    find_practitioner: Callable[[str], Practitioner | None],
) -> Refused | None:
    number = {"line_no": line.line_no}
    if line.line_no in left:
        return Refused(LINE_REPEATED, number)
    if row is None:
        return Refused(ITEM_NOT_IN_CATALOGUE, {**number, "item_code": line.item_code})
    if find_practitioner(line.practitioner_code) is None:
        return Refused(LINE_PRACTITIONER_UNKNOWN, {**number, "practitioner_code": line.practitioner_code})
    if line.quantity_e4 == 0 or abs(line.quantity_e4) > QUANTITY_MAX_E4:
        return Refused(ABSURD_QUANTITY, number)
    if not 0 <= line.unit_price_micro <= UNIT_PRICE_MAX_MICRO or abs(line.amount_fen) > FEN_MAX:
        return Refused(ABSURD_PRICE, number)
    if line.quantity_e4 < 0:
        refused = _judge_negative(line, left)
        if refused is not None:
            return refused
    computed_fen = line_amount_fen(line.unit_price_micro, line.quantity_e4)
    # FIELD 6: the amount as sent rules within 1 fen a unit, at least 1 fen.
    allowed_fen = max(1, abs(line.quantity_e4) // 10_000)
    if abs(line.amount_fen - computed_fen) > allowed_fen:
        return Refused(AMOUNT_MISMATCH, {**number, "amount_fen": line.amount_fen, "computed_fen": computed_fen})
    return None


def _judge_negative(line: NewFeeItem, left: Mapping[int, tuple[str, int, int]]) -> Refused | None:
    number = {"line_no": line.line_no}
    if line.original_line_no is None or line.original_line_no not in left:
        return Refused(NEGATIVE_WITHOUT_ORIGINAL, number)
    code, quantity_e4, amount_fen = left[line.original_line_no]
    if code != line.item_code:
        return Refused(NEGATIVE_WITHOUT_ORIGINAL, number)
    if quantity_e4 + line.quantity_e4 < 0 or amount_fen + line.amount_fen < 0 or line.amount_fen > 0:
        return Refused(NEGATIVE_BEYOND_ORIGINAL, number)
    return None
