"""Records of the catalogue of drugs, services and consumables. 中文: 医保目录记录。"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec


class PaymentClass(StrEnum):
    """Class A whole in scope, class B after a first share, class C not at all (甲/乙/丙)."""

    a = "a"
    b = "b"
    c = "c"


class CatalogueKind(StrEnum):
    """What the line is (目录类别)."""

    drug = "drug"
    service = "service"
    consumable = "consumable"
    wellness = "wellness"
    """Goods outside the catalogue that no personal account may ever pay (保健品)."""


class ListKind(StrEnum):
    """What a list of items is for (目录外延清单)."""

    chronic = "chronic"
    """The own list of a chronic or special disease (门诊慢特病用药目录)."""
    dual_channel = "dual_channel"
    """Drugs of the dual channel (双通道药品目录)."""
    special_drug = "special_drug"
    """Special drugs, sold on a filing alone (特殊药品目录)."""


class ListedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One dated row of a list: an item that a disease's benefit or the dual channel opens. ``disease_code`` '' but for the former."""

    catalogue_area: int
    list_kind: ListKind
    disease_code: str
    item_code: str
    valid_from: date
    valid_until: date | None = None


class CatalogueItem(msgspec.Struct, frozen=True, kw_only=True):
    """One dated row of the catalogue (医保目录项).

    ``first_share_bp`` is the part of the amount, ``first_share_fixed_fen`` the sum for each whole unit, that a class B
    line costs first; at most one of them is above zero. ``price_limit_micro`` maps an institution's price-limit level
    to the highest unit price in scope (10⁻⁶ yuan); a missing level has no limit. ``valid_until`` is the last day.
    """

    catalogue_item_id: int
    item_code: str
    catalogue_area: int
    name: str
    kind: CatalogueKind
    payment_class: PaymentClass
    first_share_bp: int
    first_share_fixed_fen: int
    price_limit_micro: dict[str, int]
    restricted: bool
    trace_due: bool
    unit: str
    specification: str
    valid_from: date
    valid_until: date | None
