"""Worked cases: reads the case format of `openyibao policy try` and says where a case and the engine differ.

Amounts are yuan strings, unknown keys are errors. A bill is a list of items or the five sums alone. Keys that the engine
doesn't know yet are refused as well, so that no case passes by being half read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from openyibao.kit.money import parse_yuan, yuan_text
from openyibao.rooms.catalogue import PaymentClass
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.institutions import InstitutionLevel
from openyibao.rooms.people import InsuranceType, PersonCategory
from openyibao.rooms.policies import (
    AccountUse,
    BillLine,
    Fund,
    PersonFacts,
    Policy,
    Split,
    VisitFacts,
    named_amounts,
    split,
)
from openyibao.rooms.policies.conditions import Who
from openyibao.rooms.policies.terms import Per


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class PolicyWanted(_Strict):
    area: int
    insurance: InsuranceType
    on: date


class Person(_Strict):
    category: PersonCategory
    groups: tuple[str, ...] = ()


class Visit(_Strict):
    kind: EncounterKind
    level: InstitutionLevel
    admission_no: int = 1
    prescription: str | None = None


class Item(_Strict, rename={"payment_class": "class"}):
    payment_class: PaymentClass
    amount: str
    quantity: str = "1"
    price_limit: str | None = None
    first_share_ratio: str = "0"
    first_share_fixed: str = "0"
    restricted: bool = False
    hospital_approved: bool = True
    code: str = "item"


class Bill(_Strict):
    items: tuple[Item, ...] = ()
    fee_total: str = "0"
    excluded: str = "0"
    over_limit: str = "0"
    first_share: str = "0"
    in_policy: str = "0"


class Case(_Strict):
    id: str
    source: str
    policy: PolicyWanted
    person: Person
    visit: Visit
    bill: Bill
    expect: dict[str, str]
    so_far: dict[str, str] = {}
    account: str = "0"
    account_use: AccountUse = AccountUse.none
    tolerance: str = "0.00"


def read_cases(path: Path) -> list[Case]:
    return msgspec.json.decode(path.read_bytes(), type=list[Case], strict=False)


def _line(number: int, item: Item) -> BillLine:
    return BillLine(
        line_no=number,
        item_code=item.code,
        payment_class=item.payment_class,
        amount_fen=parse_yuan(item.amount),
        quantity_e4=parse_yuan(item.quantity) * 100,
        price_limit_micro=None if item.price_limit is None else parse_yuan(item.price_limit) * 10_000,
        first_share_bp=parse_yuan(item.first_share_ratio) * 100,
        first_share_fixed_fen=parse_yuan(item.first_share_fixed),
        restricted=item.restricted,
        hospital_approved=item.hospital_approved,
    )


def bill_lines(bill: Bill) -> list[BillLine]:
    """The items; or, for the sums alone, one line for each part that is wholly that part."""
    if bill.items:
        return [_line(number, item) for number, item in enumerate(bill.items, 1)]
    stand_ins = (
        Item(PaymentClass.c, bill.excluded),
        Item(PaymentClass.a, bill.over_limit, price_limit="0"),
        Item(PaymentClass.b, bill.first_share, first_share_ratio="1"),
        Item(PaymentClass.a, bill.in_policy),
    )
    lines = [_line(number, item) for number, item in enumerate(stand_ins, 1) if parse_yuan(item.amount)]
    assert sum(line.amount_fen for line in lines) == parse_yuan(bill.fee_total), "the parts are not the fee total"
    return lines


def accumulators_of(policy: Policy, case: Case) -> dict[str, int]:
    """``so_far`` in the document's own accumulators: amounts by ``accumulates``, funds by their layers."""
    benefit = policy.benefit_of(Who(case.visit.kind, case.visit.level, case.person.category))
    names = dict(benefit.accumulates)
    if "in_policy" in names and benefit.deductible is not None and benefit.deductible.per is Per.year:
        names.setdefault("deductible", names["in_policy"])  # while it is open, the two are the same spending
    for layer in benefit.layers:
        if layer.accumulator is not None:
            names.setdefault(layer.fund, layer.accumulator)
    return {names[name]: parse_yuan(amount) for name, amount in case.so_far.items()}


def run(policy: Policy, case: Case) -> Split:
    return split(
        policy,
        PersonFacts(
            insurance_type=case.policy.insurance, person_category=case.person.category, groups=case.person.groups
        ),
        VisitFacts(
            kind=case.visit.kind, level=case.visit.level, on=case.policy.on, admission_no=case.visit.admission_no
        ),
        bill_lines(case.bill),
        accumulators_of(policy, case),
        account_balance_fen=parse_yuan(case.account),
        account_use=case.account_use,
    )


def differences(policy: Policy, case: Case) -> Iterator[str]:
    """One line for each expected amount that the engine doesn't meet."""
    amounts: dict[str, int] = {str(fund): 0 for fund in Fund} | named_amounts(run(policy, case))
    for name, text in case.expect.items():
        if abs(amounts[name] - parse_yuan(text)) > parse_yuan(case.tolerance):
            yield f"{case.id}: {name} is {yuan_text(amounts[name])}, expected {text}"
