"""Packs by their drug trace codes: who has each, what moved it, and that none is sold twice.

Keeps: packs (one row each, as their movements make them), stock movements (insert-only), the no-code list, which item a
drug identification stands for. Promises: of two bills with one pack one gets it; what a bill sold comes back when it is
undone; no statement for a bill without trace codes. Units: parts of a pack in 10⁻⁴. Callers: settlement, the fronts.
中文: 药品追溯码与进销存。
"""

from openyibao.rooms.goods.moving import Shelf, fold, unseen
from openyibao.rooms.goods.records import (
    PACK_E4,
    PACKS_MAX,
    BillOfPacks,
    DrugIdentification,
    FoundPack,
    MovementKind,
    Pack,
    PackAct,
    PackState,
    SecondSale,
    Stocked,
    StockMovement,
    StockPack,
    StockRequest,
    TracedLine,
    TraceExemption,
    TraceRules,
    UnreceivedPack,
)
from openyibao.rooms.goods.rules import bucket_of, judge_codes, parse_code, rules_of
from openyibao.rooms.goods.service import (
    TraceBook,
    area_of,
    claim_packs,
    exempt_items,
    find_pack,
    import_identifications,
    list_movements,
    look_at,
    move_stock,
    read_movements_of_bills,
    undo_packs,
)
from openyibao.rooms.goods.telling import (
    PackHistory,
    expected_of_exemptions,
    expected_of_identifications,
    expected_of_movement,
    histories,
    says_nothing,
)

__all__ = [
    "PACKS_MAX",
    "PACK_E4",
    "BillOfPacks",
    "DrugIdentification",
    "FoundPack",
    "MovementKind",
    "Pack",
    "PackAct",
    "PackHistory",
    "PackState",
    "SecondSale",
    "Shelf",
    "StockMovement",
    "StockPack",
    "StockRequest",
    "Stocked",
    "TraceBook",
    "TraceExemption",
    "TraceRules",
    "TracedLine",
    "UnreceivedPack",
    "area_of",
    "bucket_of",
    "claim_packs",
    "exempt_items",
    "expected_of_exemptions",
    "expected_of_identifications",
    "expected_of_movement",
    "find_pack",
    "fold",
    "histories",
    "import_identifications",
    "judge_codes",
    "list_movements",
    "look_at",
    "move_stock",
    "parse_code",
    "read_movements_of_bills",
    "rules_of",
    "says_nothing",
    "undo_packs",
    "unseen",
]
