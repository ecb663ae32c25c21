"""Worked cases: the format of ``openyibao policy try``, run against documents, and where the two differ.

Amounts are yuan strings; unknown keys are errors. A bill is a list of items or the five sums alone. ``so_far`` is what
the policy year has seen before the bill (with ``interim``, what earlier settlements of the same stay have met, too).
A bill of negative sums is the reversal of a settlement of these amounts: it is computed and taken back.
``expect`` lists only what is to be compared; ``refused`` is a reason code. 中文: 算例。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.money import BP, line_amount_fen, parse_yuan, yuan_text
from openyibao.kit.outcome import Refused
from openyibao.rooms.catalogue import PaymentClass
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.institutions import InstitutionLevel
from openyibao.rooms.people import InsuranceType, PersonCategory
from openyibao.rooms.policies.conditions import who_is
from openyibao.rooms.policies.document import read_document
from openyibao.rooms.policies.explanation import named_amounts
from openyibao.rooms.policies.judging import judge_visit
from openyibao.rooms.policies.plan import period_suffix
from openyibao.rooms.policies.records import (
    AccountUse,
    BillLine,
    Fund,
    PersonFacts,
    PlaceKind,
    PrescriptionKind,
    Remote,
    Split,
    VisitFacts,
)
from openyibao.rooms.policies.rules import split
from openyibao.rooms.policies.terms import Per, Policy
from openyibao.rooms.policies.timing import deciding_day


class CaseUnusableError(ValueError):
    """A case file, or a case, that can't be run as it is written; the text says where and why."""


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class CasePolicy(_Strict, frozen=True, kw_only=True):
    """Which document a case is for: an area's on a day, or one written out in the case."""

    area: int | None = None
    insurance: InsuranceType | None = None
    on: date | None = None
    document: dict[str, Any] | None = None


class CasePerson(_Strict, frozen=True, kw_only=True):
    """The person of a case."""

    category: PersonCategory
    birth_on: date | None = None
    groups: tuple[str, ...] = ()
    enrolled_on: date | None = None
    paid_until: date | None = None
    waiting_until: date | None = None
    years_running: int | None = None


class CaseVisit(_Strict, frozen=True, kw_only=True):
    """The visit of a case."""

    kind: EncounterKind
    level: InstitutionLevel
    admission_no: int = 1
    disease: str | None = None
    remote: Remote | None = None
    admitted_on: date | None = None
    discharged_on: date | None = None
    interim: bool = False
    filed: tuple[str, ...] = ()
    prescription: PrescriptionKind | None = None
    institution: PlaceKind | None = None
    designated: bool = True


class CaseItem(_Strict, frozen=True, kw_only=True, rename={"payment_class": "class"}):
    """One line of a case's bill."""

    payment_class: PaymentClass
    amount: str
    quantity: str | int = "1"
    unit_price: str | None = None
    price_limit: str | None = None
    first_share_ratio: str = "0"
    first_share_fixed: str = "0"
    over_limit: str | None = None
    restricted: bool = False
    hospital_approved: bool = True
    negotiated: bool = False
    chronic_list: bool | None = None
    code: str = "item"


class CaseBill(_Strict, frozen=True, kw_only=True):
    """The bill of a case: items, or the sums alone."""

    items: tuple[CaseItem, ...] = ()
    fee_total: str | None = None
    excluded: str = "0"
    over_limit: str = "0"
    first_share: str = "0"
    in_policy: str = "0"


class CasePots(_Strict, frozen=True, kw_only=True):
    """The balances of an account's pots."""

    current: str = "0"
    past: str = "0"


class Case(_Strict, frozen=True, kw_only=True, rename={"balances": "account"}):
    """One worked case."""

    id: str
    source: str
    policy: CasePolicy
    person: CasePerson
    visit: CaseVisit
    bill: CaseBill
    expect: dict[str, str]
    so_far: dict[str, str] = {}
    balances: str | CasePots = "0"
    account_use: AccountUse = AccountUse.none
    aid: str = "0"
    """What a relative's account may give, in yuan."""
    tolerance: str = "0.00"


class CaseOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a case: nothing in ``differences`` means passed."""

    case_id: str
    differences: tuple[str, ...]
    outcome: Split | Refused | None = None


def read_cases(text: bytes | str) -> tuple[Case, ...]:
    """The cases of a file. Raises CaseUnusableError naming the place."""
    try:
        cases = msgspec.json.decode(text, type=tuple[Case, ...], strict=False)
    except msgspec.DecodeError as error:
        raise CaseUnusableError(str(error)) from error
    ids = [case.id for case in cases]
    twice = sorted({case_id for case_id in ids if ids.count(case_id) > 1})
    if twice:
        raise CaseUnusableError(f"these ids are taken twice: {', '.join(twice)}")
    return cases


def run_case(case: Case, policies: Sequence[Policy]) -> CaseOutcome:
    """Run one case against its document among these; what can't be run is told as a difference."""
    try:
        outcome = _settle(case, policies)
        found = tuple(_differences(case, outcome))
    except (CaseUnusableError, ValueError, KeyError) as error:
        return CaseOutcome(case_id=case.id, differences=(f"cannot be run: {error}",))
    return CaseOutcome(case_id=case.id, differences=found, outcome=outcome)


def policy_of(case: Case, policies: Sequence[Policy]) -> tuple[Policy, date] | None:
    """The document of a case and the day it is asked for; None where there is none. Raises CaseUnusableError."""
    wanted = case.policy
    if wanted.document is not None:
        if (wanted.area, wanted.insurance, wanted.on) != (None, None, None):
            raise CaseUnusableError("policy is either area, insurance and on, or document")
        policy = read_document(msgspec.json.encode(wanted.document).decode())
        if isinstance(policy, tuple):
            raise CaseUnusableError("; ".join(f"{fault.path}: {fault.en}" for fault in policy))
        return policy, policy.valid_from
    if wanted.area is None or wanted.insurance is None or wanted.on is None:
        raise CaseUnusableError("policy needs area, insurance and on, or document")
    for policy in policies:
        same = (policy.area, policy.insurance) == (wanted.area, wanted.insurance)
        valid = policy.valid_from <= wanted.on <= (policy.valid_until or date.max)
        if same and valid and case.visit.kind in policy.encounter_kinds:
            return policy, wanted.on
    return None


def facts_of(case: Case, policy: Policy, on: date) -> tuple[PersonFacts, VisitFacts]:
    """Person and visit of a case, as the engine takes them."""
    who, where = case.person, case.visit
    person = PersonFacts(
        insurance_type=policy.insurance,
        person_category=who.category,
        groups=who.groups,
        birth_on=who.birth_on,
        enrolled_on=who.enrolled_on,
        paid_until=who.paid_until,
        waiting_until=who.waiting_until,
        years_running=who.years_running,
    )
    stay = {name: parse_yuan(text) for name, text in case.so_far.items() if name in {"deductible", "in_policy"}}
    visit = VisitFacts(
        kind=where.kind,
        level=where.level,
        on=on,
        admission_no=where.admission_no,
        disease_code=where.disease,
        remote=where.remote,
        prescription=where.prescription,
        institution=where.institution,
        filed=where.filed,
        designated=where.designated,
        admitted_on=where.admitted_on,
        discharged_on=where.discharged_on,
        stay_so_far=stay if where.interim else {},
    )
    day = deciding_day(policy.decides, who_is(policy.asks, person, visit), visit)
    return person, msgspec.structs.replace(visit, on=day)


def bill_lines(bill: CaseBill) -> list[BillLine]:
    """The items; or, for the sums alone, one line for each part that is wholly that part."""
    if bill.items:
        return [_line(number, each) for number, each in enumerate(bill.items, 1)]
    stand_ins = (
        CaseItem(payment_class=PaymentClass.c, amount=bill.excluded),
        CaseItem(payment_class=PaymentClass.a, amount=bill.over_limit, over_limit=bill.over_limit),
        CaseItem(payment_class=PaymentClass.b, amount=bill.first_share, first_share_ratio="1"),
        CaseItem(payment_class=PaymentClass.a, amount=bill.in_policy),
    )
    lines = [_line(number, each) for number, each in enumerate(stand_ins, 1) if parse_yuan(each.amount)]
    if bill.fee_total is None or sum(line.amount_fen for line in lines) != parse_yuan(bill.fee_total):
        raise CaseUnusableError("the parts of the bill are not its fee_total")
    return lines


def _line(number: int, each: CaseItem) -> BillLine:
    amount_fen, quantity_e4 = parse_yuan(each.amount), _scaled(str(each.quantity), 4)
    if amount_fen < 0 < quantity_e4:
        quantity_e4 = -quantity_e4
    if each.unit_price is not None:
        computed_fen = line_amount_fen(_scaled(each.unit_price, 6), quantity_e4)
        if abs(computed_fen - amount_fen) > max(1, abs(quantity_e4) // BP):
            raise CaseUnusableError(f"item {number}: unit_price x quantity is {yuan_text(computed_fen)}")
    return BillLine(
        line_no=number,
        item_code=each.code,
        payment_class=each.payment_class,
        amount_fen=amount_fen,
        quantity_e4=quantity_e4,
        price_limit_micro=None if each.price_limit is None else _scaled(each.price_limit, 6),
        first_share_bp=_scaled(each.first_share_ratio, 4),
        first_share_fixed_fen=parse_yuan(each.first_share_fixed),
        over_limit_fen=None if each.over_limit is None else parse_yuan(each.over_limit),
        restricted=each.restricted,
        hospital_approved=each.hospital_approved,
        negotiated=each.negotiated,
        chronic_list=each.chronic_list,
    )


def _scaled(text: str, places: int) -> int:
    """A plain decimal times ten to the places."""
    whole, _, rest = text.lstrip("-").partition(".")
    if not (whole + rest).isdecimal() or not whole or len(rest) > places:
        raise CaseUnusableError(f"not a number with at most {places} decimals: {text[:40]!r}")
    number = int(whole + rest.ljust(places, "0"))
    return -number if text.startswith("-") else number


def accumulators_of(case: Case, policy: Policy, person: PersonFacts, visit: VisitFacts) -> dict[str, int]:
    """``so_far`` in the document's own accumulators: amounts by ``accumulates``, funds by their layers."""
    benefit = policy.benefit_of(who_is(policy.asks, person, visit))
    names = dict(benefit.accumulates)
    if "in_policy" in names and benefit.deductible is not None and benefit.deductible.per is Per.year:
        names.setdefault("deductible", names["in_policy"])  # while it is open, the two are the same spending
    found: dict[str, int] = {}
    for layer in benefit.layers:
        if layer.accumulator is not None:
            names.setdefault(layer.fund, layer.accumulator)
            for ceiling in layer.ceilings:
                suffix = period_suffix(ceiling.per, visit)
                if suffix and layer.fund in case.so_far:
                    found[layer.accumulator + suffix] = parse_yuan(case.so_far[layer.fund])
    for name, text in case.so_far.items():
        if name in names:
            found[names[name]] = parse_yuan(text)
        elif not (case.visit.interim and name in visit.stay_so_far):
            raise CaseUnusableError(f"so_far: {policy.policy_id} counts no {name} for {benefit.benefit_id}")
    return found


def _settle(case: Case, policies: Sequence[Policy]) -> Split | Refused | None:
    found = policy_of(case, policies)
    if found is None:
        return None
    policy, on = found
    if _reverses(case.bill):
        return _mirrored(_settle(_as_settled(case), policies))
    if case.person.category not in policy.categories:
        raise CaseUnusableError(f"{policy.policy_id} is not for {case.person.category}")
    person, visit = facts_of(case, policy, on)
    refused = judge_visit(policy, person, visit)
    if refused is not None:
        return refused
    pots = case.balances if isinstance(case.balances, CasePots) else CasePots(current=case.balances)
    return split(
        policy,
        person,
        visit,
        bill_lines(case.bill),
        accumulators_of(case, policy, person, visit),
        account_balance_fen=parse_yuan(pots.current),
        past_account_balance_fen=parse_yuan(pots.past),
        aid_fen=parse_yuan(case.aid),
        account_use=case.account_use,
    )


def _reverses(bill: CaseBill) -> bool:
    """Whether the sums alone are those of a reversal: nothing above zero, and something below."""
    return not bill.items and bill.fee_total is not None and parse_yuan(bill.fee_total) < 0


def _as_settled(case: Case) -> Case:
    """The settlement that a case of negative sums takes back: the same visit, the amounts positive."""
    bill = case.bill
    texts = [bill.fee_total or "0", bill.excluded, bill.over_limit, bill.first_share, bill.in_policy]
    if any(parse_yuan(text) > 0 for text in texts):
        raise CaseUnusableError("a reversal has no sum above zero")
    total, excluded, over_limit, first_share, in_policy = (yuan_text(-parse_yuan(text)) for text in texts)
    settled = CaseBill(
        fee_total=total, excluded=excluded, over_limit=over_limit, first_share=first_share, in_policy=in_policy
    )
    return msgspec.structs.replace(case, bill=settled)


def _mirrored(outcome: Split | Refused | None) -> Split | Refused | None:
    """A split with every amount taken back."""
    if not isinstance(outcome, Split):
        return outcome
    amounts = {name: getattr(outcome, name) for name in outcome.__struct_fields__ if name.endswith("_fen")}
    negative = {name: -amount for name, amount in amounts.items() if isinstance(amount, int)}
    funds = {fund: -amount_fen for fund, amount_fen in outcome.funds_fen.items()}
    return msgspec.structs.replace(outcome, **negative, funds_fen=funds)


def _differences(case: Case, outcome: Split | Refused | None) -> list[str]:
    """One sentence for each expected amount that the engine doesn't meet."""
    refused = "no_policy" if outcome is None else outcome.code if isinstance(outcome, Refused) else None
    wanted = case.expect.get("refused")
    if refused != wanted:
        return [f"refused: {refused or 'not refused'}, expected {wanted or 'not refused'}"]
    if not isinstance(outcome, Split):
        return []
    amounts: Mapping[str, int] = {str(fund): 0 for fund in Fund} | named_amounts(outcome)
    made = []
    for name, text in case.expect.items():
        if name not in amounts:
            raise CaseUnusableError(f"expect: no amount is called {name}")
        difference_fen = amounts[name] - parse_yuan(text)
        if abs(difference_fen) > parse_yuan(case.tolerance):
            sign = "+" if difference_fen > 0 else ""
            made.append(f"{name} is {yuan_text(amounts[name])}, expected {text} ({sign}{yuan_text(difference_fen)})")
    return made
