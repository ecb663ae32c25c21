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
    zh="这次就诊已于 {closed_on} 关闭 (出院)",
    en="This visit was closed (discharged) on {closed_on}",
    next_zh="请先撤销关闭 (出院), 或重新登记就诊",
    next_en="Undo the close (discharge) first, or open a new visit",
)
ADMISSION_INCOMPLETE = reason(
    "admission_incomplete",
    zh="入院登记缺少病区、床位或入院诊断",
    en="An admission needs the ward, the bed and a diagnosis",
    next_zh="请补全病区、床位和入院诊断",
    next_en="Fill in ward, bed and the diagnosis of admission",
)
TOKEN_USED = reason(
    "token_already_used",
    zh="该凭证令牌已用于另一次就诊",
    en="This visit token has opened another visit already",
    next_zh="一次扫码或读卡只登记一次就诊; 请重新扫码或读卡",
    next_en="One scan or card opens one visit: scan the code or read the card again",
)
STAY_OPEN = reason(
    "stay_open",
    zh="该参保人 {admitted_on} 起在 {institution} 住院, 尚未出院",
    en="This person has been in a stay since {admitted_on} at {institution}",
    next_zh="请先在该机构办理出院, 再登记入院",
    next_en="Have the person discharged there first, then admit",
)
VISIT_DURING_STAY = reason(
    "visit_during_stay",
    zh="该参保人 {admitted_on} 起在 {institution} 住院, 住院期间不能另行门诊结算",
    en="This person has been in a stay since {admitted_on} at {institution}; the area pays no other visit meanwhile",
    next_zh="请将费用计入住院, 或出院后再办理; 急诊按地方规定",
    next_en="Charge it to the stay, or come after the discharge; an emergency as the area says",
)
CLOSE_DAY_UNSOUND = reason(
    "close_day_unsound",
    zh="关闭 (出院) 日期 {closed_on} 不在 {from_on} 至 {until_on} 之间",
    en="The day of the close (discharge), {closed_on}, is not from {from_on} to {until_on}",
    next_zh="请核对出院日期: 不早于入院和最后一笔费用, 不晚于今天",
    next_en="Check the day: not before admission or the last line, not after today",
)
LINE_DAY_UNSOUND = reason(
    "line_day_unsound",
    zh="第 {line_no} 行: 费用日期 {incurred_on} 不在住院期间",
    en="Line {line_no}: its day {incurred_on} is not in the stay",
    next_zh="请核对费用发生日期: 不早于入院, 不晚于今天",
    next_en="Check the day of the line: not before admission, not after today",
)
LINES_MANY = reason(
    "lines_many",
    zh="这次就诊的费用明细已达 {most} 行上限",
    en="The visit has its limit of {most} lines",
    next_zh="请先结算并关闭, 再登记新的就诊",
    next_en="Settle and close it, then open a new visit",
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
NEGATIVE_STANDS = reason(
    "negative_stands",
    zh="第 {line_no} 行冲减了要撤销的费用, 不能单独撤销原行",
    en="Line {line_no} takes back a line that would go; the original can't go alone",
    next_zh="请先撤销冲减行所在批次, 或一并撤销",
    next_en="Take the negative line's batch back first, or both together",
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
    stay_days: tuple[date, date] | None = None,
) -> Refused | list[CatalogueItem]:
    """The catalogue row of each line, or the first reason met, line by line.

    A stay's lines are looked up on their own days, which must lie within ``stay_days``; a visit's on the visit's.
    Order of reasons in a line: line_day_unsound · line_repeated · item_not_in_catalogue · line_practitioner_unknown · absurd_quantity ·
    absurd_price · negative_without_original · negative_beyond_original · amount_mismatch. ``earlier`` are all lines of
    the visit that came before.
    """
    left = _left_of(earlier)
    found = []
    for line in lines:
        day = on
        if stay_days is not None:
            day = line.incurred_on or stay_days[1]
            if not stay_days[0] <= day <= stay_days[1]:
                return Refused(LINE_DAY_UNSOUND, {"line_no": line.line_no, "incurred_on": day.isoformat()})
        row = find_item(line.item_code, day)
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
