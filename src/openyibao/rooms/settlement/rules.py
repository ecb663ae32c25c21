"""Rules of settling. Pure; reasons are checked in the order each docstring lists. 中文: 结算规则。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.outcome import Refused
from openyibao.rooms.areas import AreaSettings
from openyibao.rooms.catalogue import CatalogueItem, CatalogueKind, PaymentClass
from openyibao.rooms.encounters import BED_KINDS, Encounter, FeeItem
from openyibao.rooms.entitlement import BillStanding
from openyibao.rooms.goods import StockMovement
from openyibao.rooms.ledger import (
    CASH_ACCOUNT,
    MUTUAL_AID_TRANSIT,
    AccountKey,
    AccountPot,
    PersonalAccount,
    Posting,
    clearing_account,
    fund_account,
)
from openyibao.rooms.papers import WindowProof
from openyibao.rooms.people import Enrolment
from openyibao.rooms.policies import AccountUse, BillLine, PersonFacts, Split
from openyibao.rooms.presentation import FaceProof, Purpose
from openyibao.rooms.settlement import reasons
from openyibao.rooms.settlement.records import FUND_COLUMNS, ExpectedSplit, Settlement, SettlementFacts, SettlementKind

PAYING_PURPOSES = frozenset(
    {
        Purpose.registration,
        Purpose.consultation,
        Purpose.settlement,
        Purpose.inpatient_admission,
        Purpose.pharmacy_purchase,
        Purpose.examination,
    }
)
"""Purposes under which money may be spent; a code shown for pick-up can't pay (N8)."""


def bill_lines(
    items: Sequence[FeeItem],
    find_row: Callable[[int], CatalogueItem | None],
    price_limit_level: str,
    borne: Sequence[int] = (),
) -> list[BillLine]:
    """The lines as the policy reads them, what was taken back taken off. Raises LookupError where a catalogue row is gone."""
    lines = []
    if any(item.original_fee_item_id is not None for item in items):
        items = without_taken_back(items)
    for item in items:
        row = find_row(item.catalogue_item_id)
        if row is None:
            raise LookupError(f"catalogue row {item.catalogue_item_id} of line {item.line_no} is not there")
        lines.append(
            BillLine(
                line_no=item.line_no,
                item_code=item.item_code,
                # Wellness goods are outside the catalogue's scope whatever their row says, and no account pays for them.
                payment_class=PaymentClass.c if row.kind is CatalogueKind.wellness else row.payment_class,
                wellness=row.kind is CatalogueKind.wellness,
                amount_fen=item.amount_fen,
                quantity_e4=item.quantity_e4,
                price_limit_micro=row.price_limit_micro.get(price_limit_level),
                first_share_bp=row.first_share_bp,
                first_share_fixed_fen=row.first_share_fixed_fen,
                restricted=row.restricted,
                hospital_approved=item.hospital_approved,
                on=item.incurred_on,
                institution_borne=bool(borne) and item.line_no in borne,
            )
        )
    return lines


def without_taken_back(items: Sequence[FeeItem]) -> list[FeeItem]:
    """Lines less what negative lines among them take back; one whose original was billed before stays as it is.

    What remains is priced as if it alone had been bought: parting a line and its return apart could leave a fen.
    """
    left = {item.fee_item_id: item for item in items}
    for item in items:
        original = None if item.original_fee_item_id is None else left.get(item.original_fee_item_id)
        if original is None:
            continue
        quantity_e4, amount_fen = original.quantity_e4 + item.quantity_e4, original.amount_fen + item.amount_fen
        left[original.fee_item_id] = msgspec.structs.replace(original, quantity_e4=quantity_e4, amount_fen=amount_fen)
        del left[item.fee_item_id]
    return [item for item in left.values() if item.quantity_e4 or item.amount_fen]


def judge_presence(
    encounter: Encounter, token_person: tuple[int, int] | None, purpose: str | None, at: datetime
) -> Refused | None:
    """Whether money may be spent now.

    Order: visit_token_needed (not where the person lies in a bed, or agreed when the visit was opened) ·
    pay_consent_ended · not_this_person · purpose_cannot_pay.
    """
    if token_person is None:
        if encounter.kind in BED_KINDS:
            return None
        if encounter.pays_until is None:
            return Refused(reasons.VISIT_TOKEN_NEEDED)
        return None if at < encounter.pays_until else Refused(reasons.PAY_CONSENT_ENDED)
    if token_person != (encounter.cell, encounter.person_id):
        return Refused(reasons.NOT_THIS_PERSON)
    if purpose not in PAYING_PURPOSES:
        return Refused(reasons.PURPOSE_CANNOT_PAY, {"purpose": str(purpose)})
    return None


def judge_purpose(purpose: Purpose) -> Refused | None:
    """Whether a code shown for this may move money. Reason: purpose_cannot_pay."""
    return None if purpose in PAYING_PURPOSES else Refused(reasons.PURPOSE_CANNOT_PAY, {"purpose": purpose.value})


def judge_card_alone(settings: AreaSettings, account_use: AccountUse, proof: WindowProof | None) -> Refused | None:
    """A card proves possession, not the person: no account pays by it without the password where the area says so.

    Reason: card_proof_needed.
    """
    if account_use is AccountUse.none or proof is WindowProof.password or not settings.card_account_proof:
        return None
    return Refused(reasons.CARD_PROOF_NEEDED)


def judge_total(done: Split, expected_total_fen: int | None) -> Refused | None:
    """Whether the lines sum to what the caller thinks. Reason: total_differs."""
    if expected_total_fen is None or expected_total_fen == done.fee_total_fen:
        return None
    return Refused(reasons.TOTAL_DIFFERS, {"expected_fen": expected_total_fen, "found_fen": done.fee_total_fen})


def judge_face(settings: AreaSettings, done: Split, proof: FaceProof) -> Refused | None:
    """A face alone spends insurance up to the area's limit. Reason: face_password_needed."""
    limit_fen = settings.face_password_above_fen
    spent_fen = done.fund_total_fen + done.personal_account_fen
    if proof is FaceProof.face_password or spent_fen <= limit_fen:
        return None
    return Refused(reasons.FACE_PASSWORD_NEEDED, {"limit_fen": limit_fen})


def judge_split(done: Split, expected: ExpectedSplit | None) -> Refused | None:
    """Order: negative_total · split_changed (with both splits)."""
    if done.fee_total_fen < 0:
        return Refused(reasons.NEGATIVE_TOTAL)
    if expected is None:
        return None
    now = (done.fund_total_fen, done.personal_account_fen, done.cash_fen)
    if now == (expected.fund_total_fen, expected.personal_account_fen, expected.cash_fen):
        return None
    return Refused(
        reasons.SPLIT_CHANGED,
        {
            "expected_fund_total_fen": expected.fund_total_fen,
            "expected_personal_account_fen": expected.personal_account_fen,
            "expected_cash_fen": expected.cash_fen,
            "fund_total_fen": now[0],
            "personal_account_fen": now[1],
            "cash_fen": now[2],
        },
    )


def settlement_of(
    done: Split,
    encounter: Encounter,
    facts: SettlementFacts,
    *,
    settlement_id: int,
    pooling_area: int,
    policy_year: int,
    turn: int,
    document_hash: str,
    operator_code: str,
    terminal_code: str,
    at: object,
    on: date,
) -> Settlement:
    """The record of a split that is agreed."""
    funds = done.funds_fen
    return Settlement(
        cell=encounter.cell,
        settlement_id=settlement_id,
        kind=SettlementKind.settlement,
        original_settlement_id=None,
        encounter_id=encounter.encounter_id,
        person_id=encounter.person_id,
        enrolment_id=encounter.enrolment_id,
        institution_id=encounter.institution_id,
        operator_code=operator_code,
        terminal_code=terminal_code,
        pooling_area=pooling_area,
        treatment_area=encounter.treatment_area,
        insurance_type=facts.person.insurance_type.value,
        policy_year=policy_year,
        turn=turn,
        settled_on=on,
        settled_at=at,  # type: ignore[arg-type]
        document_hash=document_hash,
        facts=facts,
        fee_total_fen=done.fee_total_fen,
        excluded_fen=done.excluded_fen,
        over_limit_fen=done.over_limit_fen,
        first_share_fen=done.first_share_fen,
        in_policy_fen=done.in_policy_fen,
        deductible_fen=done.deductible_fen,
        **{column: funds.get(fund, 0) for fund, column in FUND_COLUMNS},
        fund_total_fen=done.fund_total_fen,
        institution_borne_fen=done.institution_borne_fen,
        person_total_fen=done.person_total_fen,
        own_share_fen=done.own_share_fen,
        personal_account_fen=done.personal_account_fen,
        mutual_aid_fen=done.mutual_aid_fen,
        cash_fen=done.cash_fen,
        account_balance_after_fen=facts.account_balance_before_fen
        - (done.personal_account_fen - done.mutual_aid_fen - done.past_account_fen),
    )


def account_parts(settlement: Settlement) -> list[tuple[AccountKey, int]]:
    """(pot, fen above zero) that personal accounts of this cell pay or get back: the person's own, then a relative's."""
    if not settlement.personal_account_fen:
        return []
    facts, cell = settlement.facts, settlement.cell
    own_fen = settlement.personal_account_fen - settlement.mutual_aid_fen - facts.past_account_fen
    person_id, aid = settlement.person_id, facts.aid
    parts = [
        ((cell, person_id, AccountPot.current), own_fen),
        ((cell, person_id, AccountPot.past), facts.past_account_fen),
    ]
    if aid is not None and aid.owner_cell == cell:
        parts.append(((cell, aid.owner_person_id, AccountPot.current), aid.current_fen))
        parts.append(((cell, aid.owner_person_id, AccountPot.past), aid.past_fen))
    return [part for part in parts if part[1]]


def returned_facts(original: Settlement, accounts: Mapping[AccountKey, PersonalAccount]) -> SettlementFacts:
    """To which pots a reversal gives back: those that paid, or past years' where the account year has turned since."""
    facts, cell = original.facts, original.cell

    def has_turned(person_id: int) -> bool:
        current = accounts.get((cell, person_id, AccountPot.current))
        return current is not None and 0 < facts.account_year < current.rolled_year

    if has_turned(original.person_id):
        own_fen = original.personal_account_fen - original.mutual_aid_fen
        facts = msgspec.structs.replace(facts, past_account_fen=own_fen)
    aid = facts.aid
    if aid is not None and not aid.reference and has_turned(aid.owner_person_id):
        past_fen = aid.current_fen + aid.past_fen
        facts = msgspec.structs.replace(facts, aid=msgspec.structs.replace(aid, current_fen=0, past_fen=past_fen))
    return facts


def transfers_of(settlement: Settlement, accounts: Mapping[AccountKey, PersonalAccount]) -> list[tuple[int, int, int]]:
    """(debit, credit, fen above zero): each payer to the institution; a reversal swaps the ends. LookupError where a pot is gone.

    Elsewhere a fund or an account pays by way of the clearing account between the two areas.
    """
    if settlement.facts.visit.remote is not None:
        return _transfers_elsewhere(settlement, accounts)
    institution = settlement.institution_id
    payers = [(fund_account(fund), amount) for fund, amount in settlement.funds_fen().items()]
    payers += [(accounts[key].account_id, amount_fen) for key, amount_fen in account_parts(settlement)]
    if settlement.mutual_aid_fen and settlement.facts.aid and settlement.facts.aid.reference:
        payers.append((MUTUAL_AID_TRANSIT, settlement.mutual_aid_fen))
    if settlement.cash_fen:
        payers.append((CASH_ACCOUNT, settlement.cash_fen))
    if settlement.kind is SettlementKind.reversal:
        return [(institution, payer, amount) for payer, amount in payers]
    return [(payer, institution, amount) for payer, amount in payers]


def _transfers_elsewhere(
    settlement: Settlement, accounts: Mapping[AccountKey, PersonalAccount]
) -> list[tuple[int, int, int]]:
    """Payer to clearing account, clearing account to institution, for each fund and account; cash goes straight."""
    treatment, insured = settlement.treatment_area, settlement.pooling_area
    payers = [
        (fund_account(fund), clearing_account(treatment, insured, fund), amount)
        for fund, amount in settlement.funds_fen().items()
    ]
    of_accounts = clearing_account(treatment, insured, None)
    payers += [(accounts[key].account_id, of_accounts, amount_fen) for key, amount_fen in account_parts(settlement)]
    if settlement.mutual_aid_fen and settlement.facts.aid and settlement.facts.aid.reference:
        payers.append((MUTUAL_AID_TRANSIT, of_accounts, settlement.mutual_aid_fen))
    transfers = []
    for payer, between, amount in payers:
        transfers += [(payer, between, amount), (between, settlement.institution_id, amount)]
    if settlement.cash_fen:
        transfers.append((CASH_ACCOUNT, settlement.institution_id, settlement.cash_fen))
    if settlement.kind is SettlementKind.reversal:
        return [(credit, debit, amount) for debit, credit, amount in transfers]
    return transfers


def postings_of(
    settlement: Settlement, accounts: Mapping[AccountKey, PersonalAccount], draw: Callable[[int], Sequence[int]]
) -> list[Posting]:
    """The postings of a settlement or a reversal; ``draw`` gives so many ids."""
    transfers = transfers_of(settlement, accounts)
    return [
        Posting(
            cell=settlement.cell,
            posting_id=posting_id,
            settlement_id=settlement.settlement_id,
            debit_account=debit,
            credit_account=credit,
            amount_fen=amount,
            posted_on=settlement.settled_on,
        )
        for (debit, credit, amount), posting_id in zip(transfers, draw(len(transfers)), strict=True)
    ]


def content_of(settlement: Settlement, items: Sequence[FeeItem], movements: Sequence[StockMovement] = ()) -> bytes:
    """What the audit holds a settlement against: the digest of all that ``told_of`` tells, 32 octets."""
    return sm3(told_of(settlement, items, movements))


def told_of(settlement: Settlement, items: Sequence[FeeItem], movements: Sequence[StockMovement] = ()) -> bytes:
    """Every column of its row, its fee lines and its stock movements, in their order, as msgpack."""
    parts = [msgspec.structs.astuple(settlement), [msgspec.structs.astuple(item) for item in items]]
    if movements:
        parts.append([msgspec.structs.astuple(one) for one in movements])
    return msgspec.msgpack.encode(tuple(parts), order="deterministic")


def added(before: Mapping[str, int], delta: Mapping[str, int]) -> dict[str, int]:
    """A map of amounts with a delta added; names at zero are left out."""
    total = {name: before.get(name, 0) + delta.get(name, 0) for name in {*before, *delta}}
    return {name: amount for name, amount in total.items() if amount}


def person_facts(base: Enrolment, stands: BillStanding) -> PersonFacts:
    """What a policy may ask of a person, from the enrolment that is enjoyed."""
    return PersonFacts(
        insurance_type=base.insurance_type,
        person_category=base.person_category,
        groups=base.groups,
        birth_on=base.birth_on,
        funds_stopped=stands.funds_stopped,
        enrolled_on=stands.enrolled_on,
        paid_until=stands.paid_until,
        waiting_until=stands.waiting_until,
        years_running=stands.years_running,
    )
