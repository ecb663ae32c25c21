"""Records of packs and of what moves them. 中文: 药品追溯码与进销存记录。"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

PACK_E4 = 10_000
"""One pack is one unit of its catalogue item (最小计价包装单位); a part of it is sold as a part of the unit."""
PACKS_MAX = 500
"""Packs in one stock act; and movements in one list."""


class PackState(StrEnum):
    """Where a pack is in its life (药品追溯码状态). ``unseen`` rows say nothing: a bill asked for the pack and was refused."""

    unseen = "unseen"
    shelved = "shelved"
    opened = "opened"
    sold = "sold"
    returned = "returned"
    lost = "lost"


class MovementKind(StrEnum):
    """What moved a pack (进销存类型): 采购、销售、患者退回、退回供应商、盘盈、盘亏."""

    received = "received"
    sold = "sold"
    returned_by_patient = "returned_by_patient"
    returned_to_supplier = "returned_to_supplier"
    count_gain = "count_gain"
    count_loss = "count_loss"


class SecondSale(StrEnum):
    """What an area does where one unsplit code is sold twice."""

    refused = "refused"
    flagged = "flagged"


class UnreceivedPack(StrEnum):
    """What an area does where a pack is sold that was never received here."""

    noted = "noted"
    refused = "refused"


class TraceRules(msgspec.Struct, frozen=True, kw_only=True):
    """An area's settings of trace codes, by the names they have in ``PoolingArea.settings``.

    Codes are due at pharmacies and at hospitals from a day each; an earlier day of a bill asks for none.
    """

    trace_due_from_pharmacy: date = date(2025, 7, 1)
    trace_due_from_hospital: date = date(2026, 1, 1)
    trace_second_sale: SecondSale = SecondSale.refused
    trace_unreceived_pack: UnreceivedPack = UnreceivedPack.noted


class DrugTraceCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code that has one of the known forms (药品追溯码). ``identification`` names the drug: seven digits, or a GTIN."""

    text: str
    identification: str


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """One pack (单盒药品): what is left of it, where it is or was last, and its first sale where part of it is sold.

    ``left_e4`` falls below zero where a sale was only flagged; ``turn`` counts its movements.
    """

    bucket: int
    trace_code: str
    item_code: str
    state: PackState
    institution_id: int
    left_e4: int
    turn: int
    sold_on: date | None
    sold_at: int | None
    second_sales: int


class StockMovement(msgspec.Struct, frozen=True, kw_only=True):
    """One movement of one pack (进销存记录). ``quantity_e4`` is what it adds to what is left.

    A movement of a bill names the settlement or reversal that made it, the sale it is about (``sale_id``, the settlement
    under which the pack was sold) and that sale's fee line; a stock act has ``stock_act_id``. ``unreceived``: the pack was
    not on this shelf; it counts as whole from here on, or as what a count had lost of it.
    """

    bucket: int
    movement_id: int
    trace_code: str
    turn: int
    kind: MovementKind
    item_code: str
    institution_id: int
    moved_on: date
    quantity_e4: int
    unreceived: bool
    second_sale: bool
    cell: int
    settlement_id: int | None
    sale_id: int | None
    fee_item_id: int | None
    line_no: int | None
    stock_act_id: int | None
    document: str


class TracedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A fee line as far as packs are concerned; ``due`` whether each of its packs needs a code."""

    line_no: int
    fee_item_id: int
    item_code: str
    quantity_e4: int
    trace_codes: tuple[str, ...]
    split_pack: bool
    original_line_no: int | None
    due: bool


class PackAct(msgspec.Struct, frozen=True, kw_only=True):
    """What a bill does with packs of one line: sells them, or takes back what an earlier bill sold. ``quantity_e4`` > 0."""

    kind: MovementKind
    line_no: int
    fee_item_id: int
    item_code: str
    quantity_e4: int
    trace_codes: tuple[str, ...]
    split_pack: bool


class BillOfPacks(msgspec.Struct, frozen=True, kw_only=True):
    """The pack acts of one bill, ready to be claimed, in the order in which bills came."""

    acts: tuple[PackAct, ...]
    institution_id: int
    operator_code: str
    cell: int
    settlement_id: int
    on: date
    rules: TraceRules


class TraceExemption(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the no-code list (无码清单): the item needs no code in the area (0: nationwide), or again does."""

    exemption_id: int
    item_code: str
    pooling_area: int
    exempt: bool
    valid_from: date
    valid_until: date | None
    ground: str


class DrugIdentification(msgspec.Struct, frozen=True, kw_only=True):
    """Which catalogue item the beginning of a code, or a GTIN, stands for (药品标识码)."""

    identification: str
    item_code: str


class StockPack(msgspec.Struct, frozen=True, kw_only=True):
    """A pack as an institution names it in a stock act."""

    trace_code: str
    item_code: str


class StockRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Receive packs, send them back to the supplier, or book what a count found; all of them or none."""

    institution_id: int
    operator_code: str
    request_key: str
    digest: bytes
    kind: MovementKind
    packs: tuple[StockPack, ...]
    document: str = ""


class Stocked(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of a stock act."""

    stock_act_id: int
    moved: int
    repeated: bool = False


class FoundPack(msgspec.Struct, frozen=True, kw_only=True):
    """A pack with its movements, the newest first."""

    pack: Pack
    movements: tuple[StockMovement, ...]
