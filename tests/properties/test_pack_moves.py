"""Whatever is sold, undone, received and counted in any order: no part of a pack has two owners, and the book folds."""

from __future__ import annotations

from datetime import date

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from openyibao.kit.crypto import sm3
from openyibao.kit.outcome import Refused
from openyibao.rooms.goods import (
    PACK_E4,
    BillOfPacks,
    MovementKind,
    PackAct,
    PackState,
    Shelf,
    StockPack,
    StockRequest,
    TraceRules,
    bucket_of,
    fold,
    unseen,
)

CODES = tuple(f"9900001{n:013d}" for n in range(2))
PLACES = (1005, 1010)
ON = date(2026, 11, 23)


class Sale(msgspec.Struct, frozen=True):
    """Sell packs at a place: whole ones, or a part of the first."""

    place: int
    codes: tuple[str, ...]
    part_e4: int | None


class Undo(msgspec.Struct, frozen=True):
    """Reverse the n-th bill that stands."""

    place: int


class Stock(msgspec.Struct, frozen=True):
    """A stock act with one pack."""

    place: int
    code: str
    kind: MovementKind


PLACE = st.sampled_from(PLACES)
SALES = st.builds(
    Sale,
    PLACE,
    st.lists(st.sampled_from(CODES), min_size=1, max_size=2, unique=True).map(tuple),
    st.one_of(st.none(), st.integers(1, PACK_E4)),
)
STOCKS = st.builds(
    Stock,
    PLACE,
    st.sampled_from(CODES),
    st.sampled_from(
        [
            *(MovementKind.received, MovementKind.returned_to_supplier),
            *(MovementKind.count_gain, MovementKind.count_loss),
        ]
    ),
)
STORIES = st.lists(st.one_of(SALES, SALES, st.builds(Undo, st.integers(0, 9)), STOCKS, STOCKS), max_size=40)


class Books:
    """The shelf, and an auditor that keeps its own books of who has how much of which pack."""

    def __init__(self) -> None:
        numbers = iter(range(1, 100_000))
        packs = {code: unseen(bucket_of(code), code) for code in CODES}
        self.shelf = Shelf(packs, {}, lambda: next(numbers))
        self.owned: dict[int, dict[str, int]] = {}
        """Bill that stands → code → how much it has of the pack."""
        self.places: dict[int, int] = {}
        self._bills = iter(range(1, 1_000))

    def sell(self, sale: Sale) -> None:
        number = next(self._bills)
        codes = sale.codes[:1] if sale.part_e4 else sale.codes
        quantity_e4 = sale.part_e4 or PACK_E4 * len(codes)
        act = PackAct(
            kind=MovementKind.sold,
            line_no=1,
            fee_item_id=number * 10,
            item_code="X",
            quantity_e4=quantity_e4,
            trace_codes=codes,
            split_pack=bool(sale.part_e4),
        )
        made = len(self.shelf.movements)
        refused = self.shelf.claim_bill(self._bill(number, sale.place, act), str)
        if refused is not None:
            assert len(self.shelf.movements) == made
            return
        self.owned[number] = dict.fromkeys(codes, sale.part_e4 or PACK_E4)
        self.places[number] = sale.place

    def _bill(self, number: int, place: int, *acts: PackAct) -> BillOfPacks:
        return BillOfPacks(
            acts=acts,
            institution_id=place,
            operator_code="op1",
            cell=1,
            settlement_id=number,
            on=ON,
            rules=TraceRules(),
        )

    def undo(self, which: int) -> None:
        standing = sorted(self.owned)
        if which >= len(standing):
            return
        number = standing[which]
        moved = [one for one in self.shelf.movements if one.settlement_id == number]
        bill = self._bill(next(self._bills), self.places[number])
        assert self.shelf.undo(bill, number, moved, frozenset()) is None
        del self.owned[number]

    def stock(self, stock: Stock) -> None:
        request = StockRequest(
            institution_id=stock.place,
            operator_code="op1",
            request_key="k",
            digest=sm3(b"k"),
            kind=stock.kind,
            packs=(StockPack(trace_code=stock.code, item_code="X"),),
        )
        made = len(self.shelf.movements)
        if isinstance(self.shelf.stock(request, 1, ON), Refused):
            assert len(self.shelf.movements) == made

    def audit(self) -> None:
        folded = {code: unseen(bucket_of(code), code) for code in CODES}
        for movement in self.shelf.movements:
            assert movement.turn == folded[movement.trace_code].turn + 1
            folded[movement.trace_code] = fold(folded[movement.trace_code], movement)
        for pack in self.shelf.packs():
            assert pack == folded[pack.trace_code]
            assert 0 <= pack.left_e4 <= PACK_E4
            assert (pack.sold_on is None) or pack.left_e4 < PACK_E4
            if pack.state is PackState.sold:
                assert pack.left_e4 <= 0


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(STORIES)
def test_no_part_of_a_pack_has_two_owners_and_the_movements_fold_to_the_packs(
    story: list[Sale | Undo | Stock],
) -> None:
    books = Books()
    for step in story:
        if isinstance(step, Sale):
            books.sell(step)
        elif isinstance(step, Undo):
            books.undo(step.place)
        else:
            books.stock(step)
        books.audit()
        for code in CODES:
            owned_e4 = sum(held.get(code, 0) for held in books.owned.values())
            assert owned_e4 <= PACK_E4, f"{code} has {owned_e4} of 10000 parts sold"
