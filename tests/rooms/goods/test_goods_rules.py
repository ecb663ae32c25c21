from __future__ import annotations

from datetime import date

import msgspec
import pytest

from openyibao.kit.outcome import Refused
from openyibao.rooms.catalogue import CatalogueItem, CatalogueKind, PaymentClass
from openyibao.rooms.goods import (
    BillOfPacks,
    MovementKind,
    Pack,
    PackAct,
    PackState,
    Shelf,
    TracedLine,
    TraceExemption,
    TraceRules,
    bucket_of,
    judge_codes,
    parse_code,
    rules_of,
    unseen,
)
from openyibao.rooms.goods.records import SecondSale, UnreceivedPack
from openyibao.rooms.goods.rules import is_due, is_exempt
from openyibao.rooms.institutions import InstitutionKind

ITEM, OTHER = "XZ99AAA001", "XZ99AAA002"
ON = date(2026, 11, 23)
HERE, THERE = 1005, 1010


def code(number: int, drug: int = 1) -> str:
    return f"99{drug:05d}{number:013d}"


def line(number: int = 1, quantity_e4: int = 10_000, *codes: str, **fields: object) -> TracedLine:
    given = {
        "line_no": number,
        "fee_item_id": 100 + number,
        "item_code": ITEM,
        "quantity_e4": quantity_e4,
        "trace_codes": codes,
        "split_pack": False,
        "original_line_no": None,
        "due": True,
    }
    return TracedLine(**{**given, **fields})  # type: ignore[arg-type]


def item_of(identification: str) -> str | None:
    return {"9900001": ITEM, "9900002": OTHER}.get(identification)


def reason_of(*lines: TracedLine, earlier: tuple[TracedLine, ...] = ()) -> str:
    judged = judge_codes(lines, earlier, item_of)
    assert isinstance(judged, Refused), judged
    assert judged.facts["line_no"] == lines[-1].line_no
    return judged.code


def acts_of(*lines: TracedLine, earlier: tuple[TracedLine, ...] = ()) -> list[tuple[str, int, tuple[str, ...]]]:
    judged = judge_codes(lines, earlier, item_of)
    assert not isinstance(judged, Refused), judged
    return [(act.kind.value, act.quantity_e4, act.trace_codes) for act in judged]


@pytest.mark.parametrize(
    ("text", "identification"),
    [
        ("99000010000000000001", "9900001"),
        ("010690123456789221AB12", "06901234567892"),
        ("0106901234567892172712312100042", "06901234567892"),
        ("9900001000000000001", None),
        ("9900001000000000000x", None),
        ("010690123456789121AB12", None),  # the GTIN's check digit
        ("6901234567892", None),  # the bar code
        ("", None),
    ],
)
def test_a_code_has_twenty_digits_or_is_gs1_with_gtin_and_serial(text: str, identification: str | None) -> None:
    parsed = parse_code(text)
    assert (parsed and parsed.identification) == identification


def test_a_due_line_takes_one_code_a_pack() -> None:
    assert acts_of(line(1, 20_000, code(1), code(2))) == [("sold", 20_000, (code(1), code(2)))]
    assert acts_of(line(1, 20_000, due=False)) == []
    assert acts_of(line(1, 20_000, code(1), due=False)) == [("sold", 20_000, (code(1),))]


def test_reasons_come_in_their_written_order() -> None:
    surplus = (code(1, 2), code(1, 2))
    assert reason_of(line(1, 5_000, "123", *surplus)) == "trace_code_malformed"
    assert reason_of(line(1, 5_000, *surplus)) == "trace_code_wrong_drug"
    assert reason_of(line(1, 10_000, code(1), code(1))) == "trace_code_repeated"
    assert reason_of(line(1, 10_000, code(1)), line(2, 10_000, code(1))) == "trace_code_repeated"
    assert reason_of(line(1, 10_000, code(1), code(2))) == "trace_codes_too_many"
    assert reason_of(line(1, 20_000, code(1))) == "trace_code_missing"
    assert reason_of(line(1, 10_000)) == "trace_code_missing"


def test_a_code_of_an_unknown_identification_is_taken() -> None:
    assert acts_of(line(1, 10_000, code(1, 777))) == [("sold", 10_000, (code(1, 777),))]


def test_a_split_line_may_finish_one_pack_and_open_the_next() -> None:
    assert acts_of(line(1, 5_000, code(1), code(2), split_pack=True)) == [("sold", 5_000, (code(1), code(2)))]
    assert reason_of(line(1, 5_000, code(1), code(2), code(3), split_pack=True)) == "trace_codes_too_many"
    assert reason_of(line(1, 5_000, split_pack=True)) == "trace_code_missing"


def test_a_negative_line_of_the_same_bill_makes_the_sale_smaller() -> None:
    bought = line(1, 20_000, code(1), code(2))
    assert acts_of(bought, line(2, -10_000, code(1), original_line_no=1)) == [("sold", 10_000, (code(2),))]
    assert acts_of(bought, line(2, -20_000, original_line_no=1)) == []
    assert reason_of(bought, line(2, -10_000, original_line_no=1)) == "trace_code_missing"
    assert reason_of(bought, line(2, -10_000, code(3), original_line_no=1)) == "trace_code_not_of_line"


def test_what_a_bill_before_sold_comes_back_by_a_negative_line() -> None:
    bought = line(1, 20_000, code(1), code(2))
    back = line(2, -10_000, code(1), original_line_no=1)
    assert acts_of(back, earlier=(bought,)) == [("returned_by_patient", 10_000, (code(1),))]
    # What came back before does not come back again, and the rest needs no naming.
    rest = line(3, -10_000, original_line_no=1)
    assert acts_of(rest, earlier=(bought, back)) == [("returned_by_patient", 10_000, (code(2),))]
    again = line(3, -10_000, code(1), original_line_no=1)
    assert reason_of(again, earlier=(bought, back)) == "trace_code_not_of_line"


def test_a_bill_may_sell_again_what_it_takes_back() -> None:
    bought = line(1, 10_000, code(1))
    back, again = line(2, -10_000, original_line_no=1), line(3, 10_000, code(1))
    assert [act[0] for act in acts_of(back, again, earlier=(bought,))] == ["returned_by_patient", "sold"]


def row(**fields: object) -> CatalogueItem:
    given = {
        "catalogue_item_id": 1,
        "item_code": ITEM,
        "catalogue_area": 0,
        "name": "",
        "kind": CatalogueKind.drug,
        "payment_class": PaymentClass.a,
        "first_share_bp": 0,
        "first_share_fixed_fen": 0,
        "price_limit_micro": {},
        "restricted": False,
        "trace_due": True,
        "unit": "盒",
        "specification": "",
        "valid_from": date(2024, 1, 1),
        "valid_until": None,
    }
    return CatalogueItem(**{**given, **fields})  # type: ignore[arg-type]


def test_codes_are_due_at_pharmacies_first_and_at_hospitals_later() -> None:
    rules, drug = TraceRules(), row()

    def due(place: InstitutionKind, on: date, **fields: object) -> bool:
        return is_due(row(**fields) if fields else drug, place, rules, exempt=False, on=on)

    assert not due(InstitutionKind.pharmacy, date(2025, 6, 30))
    assert due(InstitutionKind.pharmacy, date(2025, 7, 1))
    assert not due(InstitutionKind.hospital, date(2025, 12, 31))
    assert due(InstitutionKind.hospital, date(2026, 1, 1))
    assert not due(InstitutionKind.hospital, ON, trace_due=False)
    assert not due(InstitutionKind.hospital, ON, kind=CatalogueKind.consumable)
    assert not is_due(drug, InstitutionKind.hospital, rules, exempt=True, on=ON)


def test_an_area_sets_its_own_days_and_strictness() -> None:
    own = rules_of({"trace_due_from_hospital": "2027-01-01", "trace_second_sale": "flagged", "other": 1})
    assert not is_due(row(), InstitutionKind.hospital, own, exempt=False, on=ON)
    assert own.trace_second_sale is SecondSale.flagged
    assert own.trace_unreceived_pack is UnreceivedPack.noted
    assert rules_of({}) == TraceRules()


def exemption(number: int, area: int, *, exempt: bool, begins: date, until: date | None = None) -> TraceExemption:
    return TraceExemption(
        exemption_id=number,
        item_code=ITEM,
        pooling_area=area,
        exempt=exempt,
        valid_from=begins,
        valid_until=until,
        ground="无码",
    )


def test_the_no_code_list_is_dated_and_the_area_speaks_before_the_nation() -> None:
    nation = exemption(1, 0, exempt=True, begins=date(2026, 1, 1), until=date(2026, 6, 30))
    area = exemption(2, 110100, exempt=False, begins=date(2026, 3, 1))
    assert is_exempt([nation], ITEM, 110100, date(2026, 6, 30))
    assert not is_exempt([nation], ITEM, 110100, date(2026, 7, 1))
    assert not is_exempt([nation, area], ITEM, 110100, date(2026, 4, 1))
    assert is_exempt([nation, area], ITEM, 310100, date(2026, 4, 1))
    later = exemption(3, 110100, exempt=True, begins=date(2026, 4, 1))
    assert is_exempt([nation, area, later], ITEM, 110100, date(2026, 4, 1))


# ── how packs move ────────────────────────────────────────────────────────────────────────────────────────────────


def on_shelf(text: str, *, place: int = HERE, left_e4: int = 10_000, turn: int = 1) -> Pack:
    return Pack(
        bucket=bucket_of(text),
        trace_code=text,
        item_code=ITEM,
        state=PackState.shelved if left_e4 == 10_000 else PackState.opened,
        institution_id=place,
        left_e4=left_e4,
        turn=turn,
        sold_on=None if left_e4 == 10_000 else ON,
        sold_at=None if left_e4 == 10_000 else place,
        second_sales=0,
    )


def bill(*acts: PackAct, number: int = 1, place: int = HERE, rules: TraceRules | None = None) -> BillOfPacks:
    return BillOfPacks(
        acts=acts,
        institution_id=place,
        operator_code="op1",
        cell=1,
        settlement_id=number,
        on=ON,
        rules=rules or TraceRules(),
    )


def sale(*codes: str, quantity_e4: int | None = None, split: bool = False) -> PackAct:
    return PackAct(
        kind=MovementKind.sold,
        line_no=1,
        fee_item_id=101,
        item_code=ITEM,
        quantity_e4=quantity_e4 or 10_000 * len(codes),
        trace_codes=codes,
        split_pack=split,
    )


def shelf_of(*packs: Pack, **unknown: str) -> Shelf:
    numbers = iter(range(1, 1000))
    known = {pack.trace_code: pack for pack in packs}
    known.update({text: unseen(bucket_of(text), text) for text in unknown.values()})
    return Shelf(known, {}, lambda: next(numbers))


def named(institution_id: int) -> str:
    return f"第{institution_id}"


def test_a_pack_is_sold_once() -> None:
    shelf = shelf_of(on_shelf(code(1)))
    assert shelf.claim_bill(bill(sale(code(1))), named) is None
    again = shelf.claim_bill(bill(sale(code(1)), number=2, place=THERE), named)
    assert again is not None
    assert again.code == "trace_code_sold_before"
    assert (again.facts["sold_on"], again.facts["institution"]) == ("2026-11-23", "第1005")
    (pack,) = shelf.packs()
    assert (pack.state, pack.left_e4, pack.sold_on) == (PackState.sold, 0, ON)


def test_a_second_sale_is_flagged_where_the_area_says_so() -> None:
    rules = TraceRules(trace_second_sale=SecondSale.flagged)
    shelf = shelf_of(on_shelf(code(1)))
    assert shelf.claim_bill(bill(sale(code(1)), rules=rules), named) is None
    assert shelf.claim_bill(bill(sale(code(1)), number=2, rules=rules), named) is None
    (pack,) = shelf.packs()
    assert (pack.left_e4, pack.second_sales, pack.state) == (-10_000, 1, PackState.sold)
    assert [one.second_sale for one in shelf.movements] == [False, True]


def test_a_bill_gets_all_of_its_packs_or_none() -> None:
    shelf = shelf_of(on_shelf(code(1)), on_shelf(code(2), left_e4=5_000))
    refused = shelf.claim_bill(bill(sale(code(1), code(2))), named)
    assert refused is not None
    assert refused.code == "trace_code_sold_before"
    assert shelf.movements == []
    assert shelf.claim_bill(bill(sale(code(1)), number=2), named) is None


def test_a_split_pack_is_sold_until_it_is_used_up_and_only_where_it_was_opened() -> None:
    shelf = shelf_of(on_shelf(code(1)), on_shelf(code(2)))
    assert shelf.claim_bill(bill(sale(code(1), quantity_e4=4_000, split=True)), named) is None
    elsewhere = shelf.claim_bill(bill(sale(code(1), quantity_e4=1_000, split=True), number=2, place=THERE), named)
    assert elsewhere is not None
    assert (elsewhere.code, elsewhere.facts["institution"]) == ("pack_elsewhere", "第1005")
    beyond = shelf.claim_bill(bill(sale(code(1), quantity_e4=7_000, split=True), number=3), named)
    assert beyond is not None
    assert (beyond.code, beyond.facts["left_e4"]) == ("trace_code_sold_before", 6_000)
    # Two packs: the first is finished, the second opened.
    assert shelf.claim_bill(bill(sale(code(1), code(2), quantity_e4=8_000, split=True), number=4), named) is None
    left = {pack.trace_code: pack.left_e4 for pack in shelf.packs()}
    assert left == {code(1): 0, code(2): 8_000}
    surplus = shelf.claim_bill(bill(sale(code(2), code(1), quantity_e4=1_000, split=True), number=5), named)
    assert surplus is not None
    assert surplus.code == "trace_codes_too_many"


def test_a_pack_never_received_here_is_noted_or_refused() -> None:
    shelf = shelf_of(on_shelf(code(2), place=THERE), unknown=code(1))
    assert shelf.claim_bill(bill(sale(code(1), code(2))), named) is None
    assert [one.unreceived for one in shelf.movements] == [True, True]
    assert {pack.left_e4 for pack in shelf.packs()} == {0}
    strict = TraceRules(trace_unreceived_pack=UnreceivedPack.refused)
    refused = shelf_of(unknown=code(1)).claim_bill(bill(sale(code(1)), rules=strict), named)
    assert refused is not None
    assert refused.code == "pack_not_received"


def test_a_pack_received_as_another_drug_is_not_sold() -> None:
    shelf = shelf_of(on_shelf(code(1)))
    wrong = msgspec.structs.replace(sale(code(1)), item_code=OTHER)
    refused = shelf.claim_bill(bill(wrong), named)
    assert refused is not None
    assert (refused.code, refused.facts["belongs_to"]) == ("pack_other_drug", ITEM)
