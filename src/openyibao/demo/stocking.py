"""Made-up packs on the shelves: trace codes in the national shape, of identifications that nobody was given. 中文: 演示库存。"""

from __future__ import annotations

from collections.abc import Sequence

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Tx
from openyibao.rooms.areas import Areas
from openyibao.rooms.catalogue import Catalogue, CatalogueItem
from openyibao.rooms.encounters import References
from openyibao.rooms.goods import (
    PACKS_MAX,
    DrugIdentification,
    MovementKind,
    StockPack,
    StockRequest,
    TraceBook,
    import_identifications,
    move_stock,
)
from openyibao.rooms.institutions import Directory, Institution, InstitutionKind

DRUGS_STOCKED, PACKS_OF_EACH = 8, 5
"""So many drugs that need codes stand on each pharmacy's shelf, so many packs of each."""


def identification_of(row: CatalogueItem) -> str:
    """The made-up seven digits that name a drug; 99 was never given out."""
    return f"99{row.catalogue_item_id % 100_000:05d}"


def trace_code_of(row: CatalogueItem, place: Institution, number: int) -> str:
    """The code of a place's n-th pack of a drug: 20 digits."""
    return f"{identification_of(row)}{place.institution_id % 1_000_000:06d}{number:07d}"


def stocked_drugs(catalogue: Sequence[CatalogueItem]) -> list[CatalogueItem]:
    """The drugs on the shelves: the first that need codes and are paid for without a word from the hospital."""
    return [row for row in catalogue if row.trace_due and not row.restricted][:DRUGS_STOCKED]


async def stock_shelves(
    tx: Tx,
    clock: Clock,
    directory: Directory,
    *,
    places: Sequence[Institution],
    catalogue: Sequence[CatalogueItem],
) -> None:
    """Tell which item each identification stands for, and receive the packs at every pharmacy."""
    due = [row for row in catalogue if row.trace_due]
    identified = [DrugIdentification(identification=identification_of(row), item_code=row.item_code) for row in due]
    await import_identifications(tx, clock, rows=identified)
    # These caches live no longer than the transaction.
    references = References(areas=Areas(), directory=directory, catalogue=Catalogue())
    for cache in (references.areas, references.directory, references.catalogue):
        await cache.fresh(tx)
    requests = [
        StockRequest(
            institution_id=place.institution_id,
            operator_code="op1",
            request_key=f"opening-stock-{place.institution_id}",
            digest=sm3(place.institution_code.encode()),
            kind=MovementKind.received,
            packs=tuple(
                StockPack(trace_code=trace_code_of(row, place, number), item_code=row.item_code)
                for row in stocked_drugs(catalogue)
                for number in range(1, PACKS_OF_EACH + 1)
            )[:PACKS_MAX],
            document="演示入库单",
        )
        for place in places
        if place.kind is InstitutionKind.pharmacy
    ]
    answers = await move_stock(tx, clock, references, TraceBook(), requests)
    refused = [answer for answer in answers if not hasattr(answer, "stock_act_id")]
    if refused:
        raise RuntimeError(f"the made-up packs do not fit: {refused[0]}")
