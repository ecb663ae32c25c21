"""How packs move: sold whole or in parts, taken back, received, sent back, counted. Pure. 中文: 追溯码流转规则。

A ``Shelf`` holds the packs of one batch as they stand, and moves them one movement after the other, so that of two bills
with one pack the first to come gets it. ``fold`` does the same from stored movements, for verify.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.outcome import FactValue, Refused, reason
from openyibao.rooms.goods.records import (
    PACK_E4,
    BillOfPacks,
    MovementKind,
    Pack,
    PackAct,
    PackState,
    SecondSale,
    StockMovement,
    StockRequest,
    UnreceivedPack,
)
from openyibao.rooms.goods.rules import TRACE_CODE_NOT_OF_LINE, TRACE_CODES_TOO_MANY

TRACE_CODE_SOLD_BEFORE = reason(
    "trace_code_sold_before",
    zh="第 {line_no} 行: 追溯码 {trace_code} 已于 {sold_on} 在 {institution} 售出, 余量 {left_e4}/10000",
    en="Line {line_no}: the pack {trace_code} was sold on {sold_on} at {institution}; of 10000 parts {left_e4} are left",
    next_zh="请换一盒扫码; 确为未售药品的, 请先核查首次销售记录并联系医保办",
    next_en="Take another pack; if this one was truly not sold, look into the first sale and tell your insurance office",
)
PACK_NOT_RECEIVED = reason(
    "pack_not_received",
    zh="第 {line_no} 行: 追溯码 {trace_code} 没有在本机构入库",
    en="Line {line_no}: the pack {trace_code} was never received here",
    next_zh="请先办理入库, 再扫码销售",
    next_en="Book its receipt first, then scan it again",
)
PACK_ELSEWHERE = reason(
    "pack_elsewhere",
    zh="第 {line_no} 行: 追溯码 {trace_code} 已在 {institution} 拆零, 只能在该机构继续销售",
    en="Line {line_no}: the pack {trace_code} was opened at {institution} and can only be sold on there",
    next_zh="请换用本机构的药品",
    next_en="Use a pack of your own",
)
PACK_OTHER_DRUG = reason(
    "pack_other_drug",
    zh="第 {line_no} 行: 追溯码 {trace_code} 入库登记为 {belongs_to}, 不是本行的 {item_code}",
    en="Line {line_no}: the pack {trace_code} was received as {belongs_to}, not as the line's {item_code}",
    next_zh="请核对药品与收费行, 或更正入库登记",
    next_en="Check the drug against the line, or correct the receipt",
)
RETURNED_PACK_SOLD_AGAIN = reason(
    "returned_pack_sold_again",
    zh="这笔结算收回的药品 {trace_code} 又已售出, 不能撤销",
    en="The pack {trace_code} that this bill took back was sold again; the bill can't be undone",
    next_zh="请先撤销该药品后来的销售",
    next_en="Undo the later sale of that pack first",
)
PACK_NOT_HERE = reason(
    "pack_not_here",
    zh="追溯码 {trace_code} 不在本机构架上, 不能办理该出库",
    en="The pack {trace_code} is not on this institution's shelf",
    next_zh="请核对追溯码; 已售出的药品须先办理退货",
    next_en="Check the code; a pack that was sold must come back first",
)
PACK_HERE_ALREADY = reason(
    "pack_here_already",
    zh="追溯码 {trace_code} 已在机构库存中或已售出, 不能再次入库",
    en="The pack {trace_code} is in stock or was sold; it can't be received again",
    next_zh="请核对追溯码; 重复入库无需再报",
    next_en="Check the code; a receipt that was booked needs no second booking",
)

INWARDS = frozenset({MovementKind.received, MovementKind.count_gain})
"""Stock acts by which a pack comes onto the shelf."""
_OF_BILLS = frozenset({MovementKind.sold, MovementKind.returned_by_patient})
Sales = Mapping[str, Mapping[tuple[int, int], int]]
"""Trace code → (sale, fee line) → how much of the pack that sale still has."""


def unseen(bucket: int, trace_code: str) -> Pack:
    """A pack nobody has said anything of."""
    return Pack(
        bucket=bucket,
        trace_code=trace_code,
        item_code="",
        state=PackState.unseen,
        institution_id=0,
        left_e4=0,
        turn=0,
        sold_on=None,
        sold_at=None,
        second_sales=0,
    )


def open_sales(movements: Iterable[StockMovement]) -> dict[str, dict[tuple[int, int], int]]:
    """What each sale still has of each pack; a sale that gave all back has 0."""
    sales: dict[str, dict[tuple[int, int], int]] = {}
    for one in movements:
        if one.kind in _OF_BILLS and one.sale_id is not None and one.fee_item_id is not None:
            name = (one.sale_id, one.fee_item_id)
            held = sales.setdefault(one.trace_code, {})
            held[name] = held.get(name, 0) - one.quantity_e4
    return sales


def fold(pack: Pack, movement: StockMovement) -> Pack:
    """The pack after a movement."""
    left_e4 = (left_of(pack, movement.institution_id) if movement.unreceived else pack.left_e4) + movement.quantity_e4
    kind = movement.kind
    if kind is MovementKind.returned_to_supplier:
        state = PackState.returned
    elif kind is MovementKind.count_loss:
        state = PackState.lost
    elif left_e4 <= 0:
        state = PackState.sold
    else:
        state = PackState.opened if left_e4 < PACK_E4 else PackState.shelved
    first_sale = kind is MovementKind.sold and pack.sold_on is None
    sold_on = movement.moved_on if first_sale else pack.sold_on
    sold_at = movement.institution_id if first_sale else pack.sold_at
    if left_e4 >= PACK_E4:
        sold_on = sold_at = None
    return msgspec.structs.replace(
        pack,
        item_code=movement.item_code,
        state=state,
        institution_id=movement.institution_id,
        left_e4=left_e4,
        turn=movement.turn,
        sold_on=sold_on,
        sold_at=sold_at,
        second_sales=pack.second_sales + movement.second_sale,
    )


class Shelf:
    """The locked packs of a batch, and the movements they have made in it."""

    def __init__(self, packs: Mapping[str, Pack], sales: Sales, draw: Callable[[], int]) -> None:
        self._packs, self._draw = dict(packs), draw
        self._sales = {code: dict(held) for code, held in sales.items()}
        self.movements: list[StockMovement] = []

    def packs(self) -> list[Pack]:
        """Those that moved, as they stand now, in the order of their key."""
        moved = {one.trace_code: self._packs[one.trace_code] for one in self.movements}
        return sorted(moved.values(), key=lambda pack: (pack.bucket, pack.trace_code))

    def claim_bill(self, bill: BillOfPacks, named: Callable[[int], str]) -> Refused | None:
        """Take back and sell all packs of a bill, or none. Reasons: trace_code_not_of_line · those of ``judge_sale``.

        ``named`` gives the masked name of an institution.
        """
        kept = self._kept({code for act in bill.acts for code in act.trace_codes})
        for act in bill.acts:
            refused = self._sell(bill, act, named) if act.kind is MovementKind.sold else self._take_back(bill, act)
            if refused is not None:
                self._put_back(kept)
                return refused
        return None

    def _sell(self, bill: BillOfPacks, act: PackAct, named: Callable[[int], str]) -> Refused | None:
        rest_e4 = act.quantity_e4
        for code in act.trace_codes:
            pack = self._packs[code]
            unreceived, left_e4 = is_unreceived(pack, bill.institution_id), left_of(pack, bill.institution_id)
            wanted_e4 = PACK_E4
            if act.split_pack:
                # One pack after the other is used up; the last one gives the rest.
                wanted_e4 = rest_e4 if code == act.trace_codes[-1] else max(1, min(rest_e4, left_e4))
                rest_e4 -= wanted_e4
            refused = judge_sale(pack, bill, act, wanted_e4=wanted_e4, named=named)
            if refused is not None:
                return refused
            marks = {"unreceived": unreceived, "second_sale": left_e4 < wanted_e4}
            self._move(pack, bill, act, quantity_e4=-wanted_e4, sale_id=bill.settlement_id, **marks)
        return None

    def _take_back(self, bill: BillOfPacks, act: PackAct) -> Refused | None:
        """Give back to the shelf what an earlier bill sold by the same fee line. Reason: trace_code_not_of_line."""
        rest_e4 = act.quantity_e4
        for code in act.trace_codes:
            mine = [(name[0], held) for name, held in self._sales.get(code, {}).items() if name[1] == act.fee_item_id]
            sale_id, held_e4 = max(mine, key=lambda one: one[1], default=(bill.settlement_id, 0))
            given_e4 = min(held_e4, rest_e4) if act.split_pack else held_e4
            if given_e4 <= 0:
                return Refused(
                    TRACE_CODE_NOT_OF_LINE,
                    {"line_no": act.line_no, "original_line_no": act.line_no, "trace_code": code},
                )
            rest_e4 -= given_e4
            self._move(self._packs[code], bill, act, quantity_e4=given_e4, sale_id=sale_id)
        return None

    def undo(
        self, bill: BillOfPacks, undone_id: int, moved: Sequence[StockMovement], gone: frozenset[int]
    ) -> Refused | None:
        """What the reversal of a bill does: what it sold comes back, what it took back is sold again where that sale stands.

        ``moved`` are the movements the undone bill made, ``gone`` the sales that are reversed. Reason:
        returned_pack_sold_again.
        """
        for one in moved:
            act, pack, sale_id = _act_of(one), self._packs[one.trace_code], one.sale_id or 0
            held_e4 = self._sales.get(one.trace_code, {}).get((sale_id, act.fee_item_id), 0)
            if one.kind is MovementKind.sold:
                if held_e4 <= 0:
                    continue  # a later bill has taken it back already
                back = msgspec.structs.replace(act, kind=MovementKind.returned_by_patient)
                self._move(pack, bill, back, quantity_e4=held_e4, sale_id=sale_id)
            elif sale_id not in gone:
                if pack.left_e4 < one.quantity_e4 or pack.institution_id != bill.institution_id:
                    return Refused(RETURNED_PACK_SOLD_AGAIN, {"trace_code": one.trace_code})
                again = msgspec.structs.replace(act, kind=MovementKind.sold)
                self._move(pack, bill, again, quantity_e4=-one.quantity_e4, sale_id=sale_id)
        return None

    def stock(self, request: StockRequest, stock_act_id: int, on: date) -> Refused | None:
        """Move packs between supplier and shelf, or book what a count found; all or none. Reasons: ``judge_stock``."""
        inwards, kept = request.kind in INWARDS, self._kept({asked.trace_code for asked in request.packs})
        for asked in request.packs:
            pack = self._packs[asked.trace_code]
            refused = judge_stock(pack, request)
            if refused is not None:
                self._put_back(kept)
                return refused
            movement = StockMovement(
                **_place_of(pack, self._draw()),
                kind=request.kind,
                item_code=asked.item_code if inwards else pack.item_code,
                institution_id=request.institution_id,
                moved_on=on,
                quantity_e4=_stocked_e4(pack, request),
                unreceived=False,
                second_sale=False,
                cell=0,
                settlement_id=None,
                sale_id=None,
                fee_item_id=None,
                line_no=None,
                stock_act_id=stock_act_id,
                document=request.document,
            )
            self._add(movement)
        return None

    def _move(
        self,
        pack: Pack,
        bill: BillOfPacks,
        act: PackAct,
        *,
        quantity_e4: int,
        sale_id: int,
        unreceived: bool = False,
        second_sale: bool = False,
    ) -> None:
        movement = StockMovement(
            **_place_of(pack, self._draw()),
            kind=act.kind,
            item_code=act.item_code,
            institution_id=bill.institution_id,
            moved_on=bill.on,
            quantity_e4=quantity_e4,
            unreceived=unreceived,
            second_sale=second_sale,
            cell=bill.cell,
            settlement_id=bill.settlement_id,
            sale_id=sale_id,
            fee_item_id=act.fee_item_id,
            line_no=act.line_no,
            stock_act_id=None,
            document="",
        )
        self._add(movement)
        held = self._sales.setdefault(pack.trace_code, {})
        name = (sale_id, act.fee_item_id)
        held[name] = held.get(name, 0) - quantity_e4

    def _kept(self, codes: set[str]) -> tuple[int, dict[str, tuple[Pack, dict[tuple[int, int], int]]]]:
        """How these packs stand, should a later one be refused."""
        packs = {code: (self._packs[code], dict(self._sales.get(code, {}))) for code in codes}
        return len(self.movements), packs

    def _put_back(self, kept: tuple[int, dict[str, tuple[Pack, dict[tuple[int, int], int]]]]) -> None:
        for code, (pack, held) in kept[1].items():
            self._packs[code], self._sales[code] = pack, held
        del self.movements[kept[0] :]

    def _add(self, movement: StockMovement) -> None:
        self._packs[movement.trace_code] = fold(self._packs[movement.trace_code], movement)
        self.movements.append(movement)


def is_unreceived(pack: Pack, institution_id: int) -> bool:
    """Whether a pack that is sold here was never received here: unknown, gone, or on another institution's shelf."""
    state = pack.state
    if state is PackState.shelved:
        return pack.institution_id != institution_id
    return state is not PackState.sold and state is not PackState.opened


def left_of(pack: Pack, institution_id: int) -> int:
    """What an institution may still sell of a pack. A pack nobody received is whole; a lost one has what it had."""
    whole = is_unreceived(pack, institution_id) and pack.state is not PackState.lost
    return PACK_E4 if whole else pack.left_e4


def _stocked_e4(pack: Pack, request: StockRequest) -> int:
    """What a stock act adds to what is left: what a count loses and finds again is neither more nor less than it was."""
    if request.kind is MovementKind.returned_to_supplier:
        return -pack.left_e4
    if request.kind is MovementKind.count_loss:
        return 0
    return left_of(pack, request.institution_id) - pack.left_e4


def judge_sale(
    pack: Pack, bill: BillOfPacks, act: PackAct, *, wanted_e4: int, named: Callable[[int], str]
) -> Refused | None:
    """Order: trace_codes_too_many (a split line's surplus pack) · pack_other_drug · pack_elsewhere · pack_not_received ·
    trace_code_sold_before.
    """  # noqa: D205 one sentence
    facts: dict[str, FactValue] = {"line_no": act.line_no, "trace_code": pack.trace_code}
    if wanted_e4 <= 0:
        given = len(act.trace_codes)
        return Refused(TRACE_CODES_TOO_MANY, {"line_no": act.line_no, "given": given, "wanted": given - 1})
    if pack.item_code not in {"", act.item_code}:
        return Refused(PACK_OTHER_DRUG, {**facts, "belongs_to": pack.item_code, "item_code": act.item_code})
    if pack.state is PackState.opened and pack.institution_id != bill.institution_id:
        return Refused(PACK_ELSEWHERE, {**facts, "institution": named(pack.institution_id)})
    strict = bill.rules.trace_unreceived_pack is UnreceivedPack.refused
    if strict and is_unreceived(pack, bill.institution_id):
        return Refused(PACK_NOT_RECEIVED, facts)
    left_e4 = left_of(pack, bill.institution_id)
    if left_e4 >= wanted_e4 or bill.rules.trace_second_sale is SecondSale.flagged:
        return None
    first: dict[str, FactValue] = {
        "sold_on": None if pack.sold_on is None else pack.sold_on.isoformat(),
        "institution": named(pack.sold_at or pack.institution_id),
        "left_e4": max(0, left_e4),
    }
    return Refused(TRACE_CODE_SOLD_BEFORE, {**facts, **first})


def judge_stock(pack: Pack, request: StockRequest) -> Refused | None:
    """Order: pack_here_already (coming in) · pack_not_here (going out)."""
    facts: dict[str, FactValue] = {"trace_code": pack.trace_code}
    if request.kind in INWARDS:
        away = is_unreceived(pack, request.institution_id)
        return None if away else Refused(PACK_HERE_ALREADY, facts)
    whole = request.kind is MovementKind.returned_to_supplier
    may_leave = (PackState.shelved,) if whole else (PackState.shelved, PackState.opened)
    here = pack.state in may_leave and pack.institution_id == request.institution_id
    return None if here else Refused(PACK_NOT_HERE, facts)


def _place_of(pack: Pack, movement_id: int) -> dict[str, Any]:
    """What every movement of a pack begins with."""
    return {
        "bucket": pack.bucket,
        "movement_id": movement_id,
        "trace_code": pack.trace_code,
        "turn": pack.turn + 1,
    }


def _act_of(movement: StockMovement) -> PackAct:
    """The act a stored movement was."""
    return PackAct(
        kind=movement.kind,
        line_no=movement.line_no or 0,
        fee_item_id=movement.fee_item_id or 0,
        item_code=movement.item_code,
        quantity_e4=abs(movement.quantity_e4),
        trace_codes=(movement.trace_code,),
        split_pack=False,
    )
