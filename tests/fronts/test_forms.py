from __future__ import annotations

import msgspec
import pytest
from litestar.datastructures import FormMultiDict

from openyibao.fronts.terminal import forms, views
from openyibao.rooms.policies import AccountUse


def bill(**changed: str) -> FormMultiDict:
    fields = {
        "visit_token": "110000ec0aa" + "a" * 29,
        "kind": "outpatient",
        "practitioner_code": "D1",
        "diagnosis_code": "I10",
        "diagnosis_name": "高血压",
        "item_code": "X1",
        "quantity": "1.5",
        "unit_price": "12.345678",
        "amount": "18.52",
        "account_use": "own",
        **changed,
    }
    return FormMultiDict(list(fields.items()))


def request_of(form: FormMultiDict) -> object:
    return forms.bill_request(form, institution_id=1, operator_code="op", terminal_code="T1", settling=None)


def test_a_bill_is_parsed_into_whole_numbers() -> None:
    request = forms.bill_request(bill(), institution_id=1, operator_code="op", terminal_code="T1", settling=None)
    (line,) = request.items
    assert (line.quantity_e4, line.unit_price_micro, line.amount_fen) == (15_000, 12_345_678, 1852)
    assert request.account_use is AccountUse.own


@pytest.mark.parametrize(
    ("ticked", "use"),
    [
        ({"account_use": ""}, AccountUse.none),
        ({}, AccountUse.own),
        ({"aid_use": "yes"}, AccountUse.mutual_aid),
        ({"account_use": "", "aid_use": "yes"}, AccountUse.mutual_aid),
    ],
)
def test_what_is_ticked_says_whose_account_pays(ticked: dict[str, str], use: AccountUse) -> None:
    assert request_of(bill(**ticked)).account_use is use


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": "-1"},
        {"quantity": "1.23456"},
        {"quantity": "1e3"},
        {"quantity": "１"},
        {"unit_price": "12.3456789"},
        {"unit_price": ""},
        {"amount": "18.523"},
        {"amount": "99999999999999"},
        {"kind": "spa"},
        {"practitioner_code": ""},
        {"practitioner_code": "D1\x00"},
        {"diagnosis_name": "x" * 201},
    ],
)
def test_what_is_out_of_bounds_is_refused_before_a_room_sees_it(changed: dict[str, str]) -> None:
    with pytest.raises(msgspec.ValidationError):
        request_of(bill(**changed))


def test_the_same_bill_has_the_same_digest_and_another_has_not() -> None:
    def digest(form: FormMultiDict) -> bytes:
        return forms.bill_request(form, institution_id=1, operator_code="o", terminal_code="T", settling=None).digest

    assert digest(bill()) == digest(bill())
    assert digest(bill()) != digest(bill(amount="18.53"))


def test_the_bar_is_full_however_its_parts_round() -> None:
    made = views.segments([("a", "fund-0", 1), ("b", "personal_account", 1), ("c", "cash", 1)])
    assert sum(each.width for each in made) == views.BAR_WIDTH
    assert [each.begin for each in made] == [0, 333, 666]


def test_gaps_in_a_typed_code_do_not_matter() -> None:
    assert forms.scanned_digits("9006 3026-8129\t7032 5787 6911 0000\n") == "9006302681297032578769110000"


def test_a_unit_price_is_written_with_the_decimals_it_has() -> None:
    assert [views.micro_text(each) for each in (12_500_000, 1, 12_345_678)] == ["12.50", "0.000001", "12.345678"]
