"""Verbs of goods: claim the packs of bills, undo them, move stock, look a pack up; and the book of what needs a code.

Packs are locked last of all, sorted by (bucket, code), in one statement. 中文: 追溯码与进销存服务。
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import KEY_CONFLICT, ClaimedKey, KeyedRequest, claim_keys
from openyibao.rooms import encounters
from openyibao.rooms.areas import Areas, SettingsRead
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.catalogue import CatalogueItem
from openyibao.rooms.encounters import References
from openyibao.rooms.goods import moving, rules, store, telling
from openyibao.rooms.goods.records import (
    PACKS_MAX,
    BillOfPacks,
    DrugIdentification,
    FoundPack,
    MovementKind,
    Stocked,
    StockMovement,
    StockRequest,
    TraceExemption,
    TraceRules,
)
from openyibao.rooms.institutions import InstitutionKind, may_act

_HISTORY_MAX = 100


class TraceBook:
    """The no-code list and the drug identifications in memory, one per process; ``fresh`` as other caches."""

    def __init__(self) -> None:
        self._version = -1
        self._exemptions: dict[str, list[TraceExemption]] = {}
        self._items: dict[str, str] = {}

    async def fresh(self, reading: Reading, version: int | None = None) -> None:
        """Read them anew where they changed."""
        if version is None:
            version = await store.read_version(reading)
        if version == self._version:
            return
        exemptions: dict[str, list[TraceExemption]] = {}
        for row in await store.read_exemptions(reading):
            exemptions.setdefault(row.item_code, []).append(row)
        self._items = {row.identification: row.item_code for row in await store.read_identifications(reading)}
        self._exemptions, self._version = exemptions, version

    def item_of(self, identification: str) -> str | None:
        """The catalogue item a drug identification stands for, or None."""
        return self._items.get(identification)

    def is_due(
        self, row: CatalogueItem, kind: InstitutionKind, rules_here: TraceRules, *, pooling_area: int, on: date
    ) -> bool:
        """Whether each pack of an item needs its code here on a day."""
        if not row.trace_due:
            return False
        exempt = rules.is_exempt(self._exemptions.get(row.item_code, ()), row.item_code, pooling_area, on)
        return rules.is_due(row, kind, rules_here, exempt=exempt, on=on)


_RULES = SettingsRead(rules.rules_of)


def area_of(areas: Areas, treatment_area: int, on: date) -> tuple[int, TraceRules]:
    """The pooling area that a place of treatment lies in, and its settings of trace codes."""
    pool = areas.pooling_area(treatment_area, on) or areas.by_code(treatment_area)
    return (treatment_area, rules.rules_of({})) if pool is None else (pool.pooling_area, _RULES.of(pool))


async def claim_packs(
    tx: Tx, clock: Clock, bills: Sequence[BillOfPacks], named: Callable[[int], str]
) -> list[Refused | tuple[StockMovement, ...]]:
    """Sell and take back the packs of bills, in the order in which they came: of two with one pack the first has it.

    A bill that has all of its packs gets their movements, to be told with it (``telling``); reasons are those of
    ``moving.judge_sale``. Call it last: it locks packs.
    """
    names = _names_of(bills)
    if not names:
        return [()] * len(bills)
    shelf = moving.Shelf(await store.lock_packs(tx, names), await _sales(tx, bills), tx.ids.next)
    answers: list[Refused | tuple[StockMovement, ...]] = []
    for bill in bills:
        begin = len(shelf.movements)
        answers.append(shelf.claim_bill(bill, named) or tuple(shelf.movements[begin:]))
    await _write(tx, shelf)
    return answers


async def look_at(
    reading: Reading, bill: BillOfPacks, named: Callable[[int], str]
) -> Refused | tuple[StockMovement, ...]:
    """What ``claim_packs`` would do with a bill now; no locks, nothing written."""
    names = _names_of([bill])
    if not names:
        return ()
    known = await store.read_packs(reading, names)
    packs = {code: known.get(code) or moving.unseen(bucket, code) for bucket, code in names}
    numbers = iter(range(1, len(names) * 2 + 2))
    shelf = moving.Shelf(packs, await _sales(reading, [bill]), lambda: next(numbers))
    return shelf.claim_bill(bill, named) or tuple(shelf.movements)


async def undo_packs(
    tx: Tx,
    bill: BillOfPacks,
    undone_id: int,
    trace_codes: Sequence[str],
    gone: Callable[[set[int]], Awaitable[set[int]]],
) -> tuple[StockMovement, ...] | Refused:
    """Undo, as part of a reversal (``bill`` names it), what settlement ``undone_id`` did with packs; what moved.

    ``trace_codes`` are those of its fee lines. ``gone(sale ids)`` answers, awaited, which of them are reversed.
    Reason: returned_pack_sold_again.
    """
    names = _names(trace_codes)
    packs = await store.lock_packs(tx, names)
    history = await store.read_movements(tx, names)
    moved = [one for one in history if one.settlement_id == undone_id and one.cell == bill.cell]
    others = {one.sale_id for one in moved if one.sale_id is not None and one.sale_id != undone_id}
    reversed_ids = frozenset(await gone(others)) if others else frozenset()
    shelf = moving.Shelf(packs, moving.open_sales(history), tx.ids.next)
    refused = shelf.undo(bill, undone_id, moved, reversed_ids)
    if refused is not None:
        return refused
    await _write(tx, shelf)
    return tuple(shelf.movements)


async def _write(tx: Tx, shelf: moving.Shelf) -> None:
    if shelf.movements:
        await store.insert_movements(tx, shelf.movements)
        await store.write_packs(tx, shelf.packs())


async def _sales(reading: Reading, bills: Sequence[BillOfPacks]) -> moving.Sales:
    """What earlier bills still have of packs that come back; nothing is read where none does."""
    back = [
        code
        for bill in bills
        for act in bill.acts
        if act.kind is MovementKind.returned_by_patient
        for code in act.trace_codes
    ]
    return moving.open_sales(await store.read_movements(reading, _names(back))) if back else {}


def _names_of(bills: Sequence[BillOfPacks]) -> list[tuple[int, str]]:
    return _names([code for bill in bills for act in bill.acts for code in act.trace_codes])


def _names(trace_codes: Sequence[str]) -> list[tuple[int, str]]:
    """The packs' keys in the order in which they are locked."""
    return sorted((rules.bucket_of(code), code) for code in set(trace_codes))


async def move_stock(
    tx: Tx, clock: Clock, references: References, book: TraceBook, requests: Sequence[StockRequest]
) -> list[Stocked | Refused]:
    """Stock acts of institutions, each whole or not at all.

    Reasons: key_conflict · institution_suspended · item_not_in_catalogue · trace_code_malformed · trace_code_wrong_drug ·
    trace_code_repeated · pack_here_already · pack_not_here.
    """
    keyed = [
        KeyedRequest(cell=0, institution_id=one.institution_id, request_key=one.request_key, digest=one.digest)
        for one in requests
    ]
    claims = await claim_keys(tx, "move_stock", keyed, at=clock.now())
    fresh = [one for one, claim in zip(requests, claims, strict=True) if claim.fresh]
    names = _names([pack.trace_code for one in fresh for pack in one.packs])
    shelf = moving.Shelf(await store.lock_packs(tx, names) if names else {}, {}, tx.ids.next)
    answers: list[Stocked | Refused] = []
    for request, claim in zip(requests, claims, strict=True):
        if not claim.fresh:
            answers.append(await _known(tx, clock, request, claim))
            continue
        refused = _judge_stock(references, book, request, clock.today())
        begin = len(shelf.movements)
        if refused is None:
            refused = shelf.stock(request, claim.outcome_id, clock.today())
        if refused is not None:
            answers.append(await _refuse(tx, clock, request, claim.outcome_id, refused))
            continue
        moved = shelf.movements[begin:]
        tx.audit += telling.moved_events(moved, actor=request.operator_code)
        answers.append(Stocked(stock_act_id=claim.outcome_id, moved=len(moved)))
    await _write(tx, shelf)
    return answers


def _judge_stock(references: References, book: TraceBook, request: StockRequest, on: date) -> Refused | None:
    """Whether the institution may act, and whether each pack is one of the item it is said to be."""
    institution = references.directory.by_id(request.institution_id)
    if institution is None:
        return Refused(encounters.ENCOUNTER_UNKNOWN)
    refused = may_act(institution)
    if refused is not None:
        return refused
    for number, pack in enumerate(request.packs, start=1):
        if references.catalogue.find(pack.item_code, institution.treatment_area, on) is None:
            return Refused(encounters.ITEM_NOT_IN_CATALOGUE, {"line_no": number, "item_code": pack.item_code})
    return rules.judge_packs([(pack.item_code, pack.trace_code) for pack in request.packs], book.item_of)


async def _known(tx: Tx, clock: Clock, request: StockRequest, claimed: ClaimedKey) -> Stocked | Refused:
    """The answer of a key that is known: the same as the first time, or a conflict."""
    if claimed.digest != request.digest:
        conflict = Refused(KEY_CONFLICT, {"request_key": request.request_key})
        return await _refuse(tx, clock, request, tx.ids.next(), conflict)
    refused = await encounters.read_refusals(tx, [(0, claimed.outcome_id)])
    if refused:
        return encounters.stored_refusal(*refused[claimed.outcome_id])
    names = _names([pack.trace_code for pack in request.packs])
    moved = await store.count_act(tx, names, claimed.outcome_id)
    return Stocked(stock_act_id=claimed.outcome_id, moved=moved, repeated=True)


async def _refuse(tx: Tx, clock: Clock, request: StockRequest, refusal_id: int, refused: Refused) -> Refused:
    return await encounters.refuse(
        tx,
        clock,
        "move_stock",
        cell=0,
        institution_id=request.institution_id,
        refusal_id=refusal_id,
        refused=refused,
    )


async def read_movements_of_bills(
    reading: Reading, trace_codes: Sequence[str]
) -> dict[tuple[int, int], tuple[StockMovement, ...]]:
    """All movements of these packs that bills made, by (cell, settlement or reversal), in the order of their ids."""
    found: dict[tuple[int, int], list[StockMovement]] = {}
    names = _names(trace_codes)
    for one in await store.read_movements(reading, names) if names else ():
        if one.settlement_id is not None:
            found.setdefault((one.cell, one.settlement_id), []).append(one)
    return {name: tuple(sorted(moved, key=lambda one: one.movement_id)) for name, moved in found.items()}


async def find_pack(reading: Reading, trace_code: str) -> FoundPack | None:
    """A pack with its latest movements, or None where nobody ever moved it."""
    names = _names([trace_code])
    pack = (await store.read_packs(reading, names)).get(trace_code)
    if pack is None or telling.says_nothing(pack):
        return None
    return FoundPack(pack=pack, movements=tuple(await store.read_movements(reading, names, most=_HISTORY_MAX)))


async def list_movements(
    reading: Reading, institution_id: int, on: date, *, after: int = 0, most: int = PACKS_MAX
) -> list[StockMovement]:
    """An institution's movements of a day in the order of their ids, at most 500 after one."""
    return await store.list_movements(reading, institution_id, on, after=after, most=min(most, PACKS_MAX))


async def exempt_items(tx: Tx, clock: Clock, *, rows: Sequence[TraceExemption], actor: str) -> None:
    """Enter lines of the no-code list, for good: a later line says otherwise for its days."""
    await store.bump_version(tx)
    await store.insert_exemptions(tx, rows)
    tx.audit += [
        AuditEvent(
            kind="trace_exempted",
            cell=0,
            subject_id=row.exemption_id,
            actor=actor,
            content=telling.content_of_exemption(row),
        )
        for row in rows
    ]


async def import_identifications(
    tx: Tx, clock: Clock, *, rows: Sequence[DrugIdentification], actor: str = "agency"
) -> None:
    """Enter which item each drug identification stands for."""
    await store.bump_version(tx)
    await store.write_identifications(tx, rows)
    tx.audit += telling.identified_events(rows, actor=actor)
