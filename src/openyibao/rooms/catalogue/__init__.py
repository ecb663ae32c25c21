"""What may be paid for: drugs, services and consumables with their payment class, dated.

Keeps: catalogue rows, lists of items (of a disease, of the dual channel). Promises: on a day an item code leads to at
most one row. Units: unit prices in 10⁻⁶ yuan, first
share in basis points or fen for each whole unit. Callers: encounters, policies, settlement. 中文: 医保目录。
"""

from openyibao.rooms.catalogue.records import CatalogueItem, CatalogueKind, ListedItem, ListKind, PaymentClass
from openyibao.rooms.catalogue.service import NATIONAL, Catalogue, import_items, import_lists

__all__ = [
    "NATIONAL",
    "Catalogue",
    "CatalogueItem",
    "CatalogueKind",
    "ListKind",
    "ListedItem",
    "PaymentClass",
    "import_items",
    "import_lists",
]
