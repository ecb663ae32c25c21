"""What may be paid for: drugs, services and consumables with their payment class, dated.

Keeps: catalogue rows. Promises: on a day an item code leads to at most one row. Units: unit prices in 10⁻⁶ yuan, first
share in basis points or fen for each whole unit. Callers: encounters, policies, settlement. 中文: 医保目录。
"""

from openyibao.rooms.catalogue.records import CatalogueItem, CatalogueKind, PaymentClass
from openyibao.rooms.catalogue.service import NATIONAL, Catalogue, import_items

__all__ = ["NATIONAL", "Catalogue", "CatalogueItem", "CatalogueKind", "PaymentClass", "import_items"]
