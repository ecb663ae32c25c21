"""Rules of trace codes: their form, whether they are due, which packs a bill sells or takes back. Pure. 中文: 追溯码规则。

How a pack itself moves is in ``moving``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import BUCKETS
from openyibao.kit.outcome import FactValue, Refused, reason
from openyibao.rooms.catalogue import CatalogueItem, CatalogueKind
from openyibao.rooms.goods.records import (
    PACK_E4,
    DrugTraceCode,
    MovementKind,
    PackAct,
    TracedLine,
    TraceExemption,
    TraceRules,
)
from openyibao.rooms.institutions import InstitutionKind

TRACE_CODE_MALFORMED = reason(
    "trace_code_malformed",
    zh="第 {line_no} 行: “{trace_code}”不是药品追溯码(应为 20 位数字, 或含 01 与 21 的 GS1 码)",
    en="Line {line_no}: {trace_code} is no drug trace code (20 digits, or GS1 with 01 and 21)",
    next_zh="请重新扫描药盒上的追溯码; 条形码(13 位)不是追溯码",
    next_en="Scan the trace code on the pack again; the 13-digit bar code is not it",
)
TRACE_CODE_WRONG_DRUG = reason(
    "trace_code_wrong_drug",
    zh="第 {line_no} 行: 追溯码 {trace_code} 属于 {belongs_to}, 不是本行的 {item_code}",
    en="Line {line_no}: the trace code {trace_code} belongs to {belongs_to}, not to the line's {item_code}",
    next_zh="请核对所取药品与收费行, 扫描本行药品的追溯码",
    next_en="Check the drug taken against the line and scan that drug's pack",
)
TRACE_CODE_REPEATED = reason(
    "trace_code_repeated",
    zh="第 {line_no} 行: 追溯码 {trace_code} 在这张单据中重复",
    en="Line {line_no}: the trace code {trace_code} is twice in this bill",
    next_zh="请为每一盒分别扫码",
    next_en="Scan each pack once",
)
TRACE_CODES_TOO_MANY = reason(
    "trace_codes_too_many",
    zh="第 {line_no} 行: 数量需要 {wanted} 个追溯码, 上传了 {given} 个",
    en="Line {line_no}: the quantity takes {wanted} trace codes, {given} were sent",
    next_zh="请更正数量或删去多扫的追溯码",
    next_en="Correct the quantity or take the surplus codes out",
)
TRACE_CODE_MISSING = reason(
    "trace_code_missing",
    zh="第 {line_no} 行: {item_code} 须逐盒扫追溯码, 需要 {wanted} 个, 上传了 {given} 个",
    en="Line {line_no}: each pack of {item_code} must be scanned; {wanted} trace codes are due, {given} were sent",
    next_zh="请扫描每一盒的追溯码; 无追溯码的药品须在无码清单内",
    next_en="Scan every pack; a drug without codes must be on the no-code list",
)
TRACE_CODE_NOT_OF_LINE = reason(
    "trace_code_not_of_line",
    zh="第 {line_no} 行: 追溯码 {trace_code} 不是原费用行 {original_line_no} 售出的",
    en="Line {line_no}: the trace code {trace_code} was not sold by the original line {original_line_no}",
    next_zh="请核对退回的药盒, 只能退回原行售出的药品",
    next_en="Check the pack that came back; only what that line sold can be taken back",
)

_TWENTY = re.compile(r"[0-9]{20}")
_GS1 = re.compile(r"01([0-9]{14})(?:17[0-9]{6})?21[0-9A-Za-z._\-]{1,20}")
_IDENTIFICATION_DIGITS = 7
_NATIONAL = 0


def parse_code(text: str) -> DrugTraceCode | None:
    """A code of a known form, or None: 20 digits of which 7 name the drug, or GS1 with a GTIN (01) and a serial (21)."""
    if _TWENTY.fullmatch(text):
        return DrugTraceCode(text=text, identification=text[:_IDENTIFICATION_DIGITS])
    found = _GS1.fullmatch(text)
    if found is None or not _gtin_holds(found[1]):
        return None
    return DrugTraceCode(text=text, identification=found[1])


def _gtin_holds(gtin: str) -> bool:
    weighed = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(gtin))
    return weighed % 10 == 0


def bucket_of(trace_code: str) -> int:
    """The bucket a pack lives in, 0 to 1023."""
    return int.from_bytes(sm3(trace_code.encode())[:4], "big") % BUCKETS


def rules_of(settings: Mapping[str, Any]) -> TraceRules:
    """An area's settings of trace codes; what it doesn't set stands as usual. Raises ValidationError for nonsense."""
    own = {name: settings[name] for name in TraceRules.__struct_fields__ if name in settings}
    return msgspec.convert(own, TraceRules) if own else _USUAL


_USUAL = TraceRules()


def is_exempt(exemptions: Iterable[TraceExemption], item_code: str, pooling_area: int, on: date) -> bool:
    """Whether the no-code list frees an item on a day: the area's word before the nation's, of several the latest."""
    for area in (pooling_area, _NATIONAL):
        said = [
            one
            for one in exemptions
            if one.item_code == item_code
            and one.pooling_area == area
            and one.valid_from <= on
            and (one.valid_until is None or on <= one.valid_until)
        ]
        if said:
            return max(said, key=lambda one: (one.valid_from, one.exemption_id)).exempt
    return False


def is_due(row: CatalogueItem, kind: InstitutionKind, rules: TraceRules, *, exempt: bool, on: date) -> bool:
    """Whether each pack of an item needs its code at this kind of institution on a day."""
    if not row.trace_due or row.kind is not CatalogueKind.drug or exempt:
        return False
    due_from = rules.trace_due_from_pharmacy if kind is InstitutionKind.pharmacy else rules.trace_due_from_hospital
    return on >= due_from


def judge_codes(
    lines: Sequence[TracedLine], earlier: Sequence[TracedLine], item_of: Callable[[str], str | None]
) -> Refused | tuple[PackAct, ...]:
    """What a bill of these lines does with packs, or the first reason met, line by line.

    Order of reasons in a line: trace_code_malformed · trace_code_wrong_drug · trace_code_repeated ·
    trace_codes_too_many · trace_code_missing; in a negative line: trace_code_not_of_line · trace_code_missing.
    ``earlier`` are lines of the visit settled before, which a negative line may take back. ``item_of`` tells which item a
    drug identification stands for, None where nobody knows.
    """
    seen: set[str] = set()
    held, here = _held_of(earlier), [line for line in lines if line.quantity_e4 > 0]
    for line in here:
        for text in line.trace_codes:
            refused = _judge_form(line.line_no, line.item_code, text, seen, item_of)
            if refused is not None:
                return refused
    held.update({line.line_no: _Held(line) for line in here})
    returns = _judge_returns(lines, held, frozenset(line.line_no for line in here))
    if isinstance(returns, Refused):
        return returns
    sales = []
    for line in here:
        kept = held[line.line_no]
        refused = kept.judge_count()
        if refused is not None:
            return refused
        if kept.codes:
            sales.append(_act(MovementKind.sold, line, kept.quantity_e4, tuple(kept.codes)))
    # What comes back may be sold again by the same bill.
    return (*returns, *sales)


def _judge_returns(
    lines: Sequence[TracedLine], held: Mapping[int, _Held], here: frozenset[int]
) -> Refused | list[PackAct]:
    """What the negative lines give back; of a line of the same bill it only makes the sale smaller."""
    returns = []
    for line in lines:
        original = held.get(line.original_line_no or 0) if line.quantity_e4 < 0 else None
        if original is None:
            continue
        given = original.give_back(line)
        if isinstance(given, Refused):
            return given
        if given and original.line.line_no not in here:
            returns.append(_act(MovementKind.returned_by_patient, original.line, -line.quantity_e4, given))
    return returns


def judge_packs(packs: Sequence[tuple[str, str]], item_of: Callable[[str], str | None]) -> Refused | None:
    """Packs (item code, trace code) of a stock act, which counts them as lines from 1; order as in a line of a bill."""
    seen: set[str] = set()
    for number, (item_code, text) in enumerate(packs, start=1):
        refused = _judge_form(number, item_code, text, seen, item_of)
        if refused is not None:
            return refused
    return None


def _judge_form(
    line_no: int, item_code: str, text: str, seen: set[str], item_of: Callable[[str], str | None]
) -> Refused | None:
    facts: dict[str, FactValue] = {"line_no": line_no, "trace_code": text}
    parsed = parse_code(text)
    if parsed is None:
        return Refused(TRACE_CODE_MALFORMED, facts)
    belongs_to = item_of(parsed.identification)
    if belongs_to is not None and belongs_to != item_code:
        return Refused(TRACE_CODE_WRONG_DRUG, {**facts, "belongs_to": belongs_to, "item_code": item_code})
    if text in seen:
        return Refused(TRACE_CODE_REPEATED, facts)
    seen.add(text)
    return None


def _act(kind: MovementKind, line: TracedLine, quantity_e4: int, codes: tuple[str, ...]) -> PackAct:
    return PackAct(
        kind=kind,
        line_no=line.line_no,
        fee_item_id=line.fee_item_id,
        item_code=line.item_code,
        quantity_e4=quantity_e4,
        trace_codes=codes,
        split_pack=line.split_pack,
    )


class _Held:
    """What a positive line still holds: quantity and packs, while negative lines take them back."""

    def __init__(self, line: TracedLine) -> None:
        self.line, self.quantity_e4, self.codes = line, line.quantity_e4, list(line.trace_codes)

    @property
    def wanted(self) -> int:
        """How many whole packs the quantity takes; a part of a pack takes it."""
        return -(-self.quantity_e4 // PACK_E4)

    def give_back(self, line: TracedLine) -> tuple[str, ...] | Refused:
        """Take back what a negative line names; where all of it comes back, all its packs, named or not."""
        facts: dict[str, FactValue] = {"line_no": line.line_no, "original_line_no": self.line.line_no}
        for text in line.trace_codes:
            if text not in self.codes:
                return Refused(TRACE_CODE_NOT_OF_LINE, {**facts, "trace_code": text})
        self.quantity_e4 += line.quantity_e4
        given = line.trace_codes if self.quantity_e4 > 0 else tuple(self.codes)
        if self.line.split_pack and not given:
            # A part of one opened pack is returned: it can only be that pack's.
            given = tuple(self.codes) if len(self.codes) == 1 else ()
            wanted = 1 if self.codes else 0
        else:
            wanted = 0 if self.line.split_pack else max(0, len(self.codes) - self.wanted)
        if len(given) < wanted:
            missing = {**facts, "item_code": line.item_code, "wanted": wanted, "given": len(given)}
            return Refused(TRACE_CODE_MISSING, missing)
        if not self.line.split_pack or self.quantity_e4 <= 0:
            self.codes = [text for text in self.codes if text not in given]
        return given

    def judge_count(self) -> Refused | None:
        """Whether the codes that are left fit the quantity that is left."""
        line, given = self.line, len(self.codes)
        most = self.wanted + 1 if line.split_pack and self.quantity_e4 > 0 else max(0, self.wanted)
        if given > most:
            return Refused(TRACE_CODES_TOO_MANY, {"line_no": line.line_no, "given": given, "wanted": most})
        if line.due and self.quantity_e4 > 0:
            facts: dict[str, FactValue] = {"line_no": line.line_no, "given": given}
            least = self.wanted
            if given < least:
                return Refused(TRACE_CODE_MISSING, {**facts, "item_code": line.item_code, "wanted": least})
        return None


def _held_of(earlier: Sequence[TracedLine]) -> dict[int, _Held]:
    """What the lines of earlier bills still hold."""
    held = {line.line_no: _Held(line) for line in earlier if line.quantity_e4 > 0}
    for line in earlier:
        if line.quantity_e4 < 0 and line.original_line_no in held:
            held[line.original_line_no].give_back(line)
    return held
