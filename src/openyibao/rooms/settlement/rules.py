"""Rules of settling. Pure; reasons are checked in the order each docstring lists. 中文: 结算规则。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.catalogue import CatalogueItem
from openyibao.rooms.encounters import STAYS, Encounter, FeeItem
from openyibao.rooms.entitlement import BillStanding
from openyibao.rooms.ledger import CASH_ACCOUNT, Posting, fund_account
from openyibao.rooms.people import Enrolment
from openyibao.rooms.policies import BillLine, PersonFacts, Split
from openyibao.rooms.presentation import Purpose
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
BARRED_DIGEST = b"\0" * 32
"""The digest of a key that was annulled before its request came: equal to no request's."""

VISIT_TOKEN_NEEDED = reason(
    "visit_token_needed",
    zh="结算需要参保人在场: 请扫医保码",
    en="Settling needs the person here: scan the code",
    next_zh="请参保人出示医保码, 扫码后再结算",
    next_en="Ask for the code, scan it and settle again",
)
NOT_THIS_PERSON = reason(
    "not_this_person",
    zh="所扫医保码与本次就诊不是同一参保人",
    en="The code scanned belongs to another person than the visit",
    next_zh="请核对就诊人, 让就诊本人出示医保码",
    next_en="Check who the visit is for and scan that person's code",
)
NOTHING_TO_SETTLE = reason(
    "nothing_to_settle",
    zh="这次就诊没有待结算的费用",
    en="The visit has no lines waiting to be settled",
    next_zh="请先上传费用明细",
    next_en="Upload fee lines first",
)
NEGATIVE_TOTAL = reason(
    "negative_total",
    zh="待结算费用合计为负数",
    en="The lines to settle add up to less than zero",
    next_zh="请先撤销原结算, 再按剩余费用重新结算",
    next_en="Reverse the earlier settlement, then settle what remains",
)
SPLIT_CHANGED = reason(
    "split_changed",
    zh="预结算后待遇已变化: 原基金 {expected_fund_total_fen} 分、账户 {expected_personal_account_fen} 分、现金 {expected_cash_fen} 分; 现基金 {fund_total_fen} 分、账户 {personal_account_fen} 分、现金 {cash_fen} 分",
    en="The split has changed since pre-settling: funds {expected_fund_total_fen}, account {expected_personal_account_fen}, cash {expected_cash_fen} fen then; funds {fund_total_fen}, account {personal_account_fen}, cash {cash_fen} fen now",
    next_zh="请把新的金额告知参保人, 同意后重新结算",
    next_en="Tell the person the new amounts and settle again if they agree",
)
SETTLEMENT_UNKNOWN = reason(
    "settlement_unknown",
    zh="没有这笔结算",
    en="There is no such settlement",
    next_zh="请核对结算编号",
    next_en="Check the settlement's number",
)
OTHER_INSTITUTION = reason(
    "settlement_of_other_institution",
    zh="这笔结算由其他机构办理, 本机构不能撤销",
    en="Another institution made this settlement; it can't be reversed here",
    next_zh="请到原结算机构办理撤销",
    next_en="Have it reversed where it was settled",
)
ALREADY_REVERSED = reason(
    "already_reversed",
    zh="这笔结算已撤销, 撤销编号 {reversal_id}",
    en="The settlement was reversed before, as {reversal_id}",
    next_zh="无需再次撤销; 可查看撤销凭单",
    next_en="Nothing is left to do; see the reversal's slip",
)
LATER_SETTLEMENT_EXISTS = reason(
    "later_settlement_exists",
    zh="该参保人 {settled_on} 在 {institution} 有更晚的结算, 须先撤销那一笔",
    en="A later settlement of this person stands on it, of {settled_on} at {institution}",
    next_zh="请先到该机构撤销较晚的结算, 再撤销本笔; 或联系经办机构重算",
    next_en="Have the later one reversed first, or ask the agency to reprice",
)
REQUEST_BARRED = reason(
    "request_barred",
    zh="该请求号已被冲正, 不能再结算",
    en="This request key was annulled and can't settle any more",
    next_zh="请用新的请求号重新结算",
    next_en="Settle again with a new request key",
)
PURPOSE_CANNOT_PAY = reason(
    "purpose_cannot_pay",
    zh="出示的医保码用途为 {purpose}, 不能用于结算",
    en="The code was shown for {purpose}; it cannot pay",
    next_zh="请让参保人出示通用或结算用途的医保码后重新扫码",
    next_en="Ask for a code for any purpose or for settlement, and scan again",
)
NO_MUTUAL_AID = reason(
    "mutual_aid_not_agreed",
    zh="没有可用的家庭共济授权",
    en="No mutual aid has been agreed for this person",
    next_zh="请改用本人账户或现金支付",
    next_en="Pay from the person's own account or in cash",
)


def bill_lines(
    items: Sequence[FeeItem], find_row: Callable[[int], CatalogueItem | None], price_limit_level: str
) -> list[BillLine]:
    """The lines as the policy reads them. Raises LookupError where a catalogue row is gone."""
    lines = []
    for item in items:
        row = find_row(item.catalogue_item_id)
        if row is None:
            raise LookupError(f"catalogue row {item.catalogue_item_id} of line {item.line_no} is not there")
        lines.append(
            BillLine(
                line_no=item.line_no,
                item_code=item.item_code,
                payment_class=row.payment_class,
                amount_fen=item.amount_fen,
                quantity_e4=item.quantity_e4,
                price_limit_micro=row.price_limit_micro.get(price_limit_level),
                first_share_bp=row.first_share_bp,
                first_share_fixed_fen=row.first_share_fixed_fen,
                restricted=row.restricted,
                hospital_approved=item.hospital_approved,
            )
        )
    return lines


def judge_presence(encounter: Encounter, token_person: tuple[int, int] | None, purpose: str | None) -> Refused | None:
    """Whether money may be spent now. Order: visit_token_needed (stays excepted) · not_this_person · purpose_cannot_pay."""
    if token_person is None:
        return None if encounter.kind in STAYS else Refused(VISIT_TOKEN_NEEDED)
    if token_person != (encounter.cell, encounter.person_id):
        return Refused(NOT_THIS_PERSON)
    if purpose not in PAYING_PURPOSES:
        return Refused(PURPOSE_CANNOT_PAY, {"purpose": str(purpose)})
    return None


def judge_split(done: Split, expected: ExpectedSplit | None) -> Refused | None:
    """Order: negative_total · split_changed (with both splits)."""
    if done.fee_total_fen < 0:
        return Refused(NEGATIVE_TOTAL)
    if expected is None:
        return None
    now = (done.fund_total_fen, done.personal_account_fen, done.cash_fen)
    if now == (expected.fund_total_fen, expected.personal_account_fen, expected.cash_fen):
        return None
    return Refused(
        SPLIT_CHANGED,
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
        account_balance_after_fen=facts.account_balance_before_fen - done.personal_account_fen,
    )


def transfers_of(settlement: Settlement, personal_account_id: int | None) -> list[tuple[int, int, int]]:
    """(debit, credit, fen above zero): each payer to the institution; a reversal swaps the ends."""
    institution = settlement.institution_id
    payers = [(fund_account(fund), amount) for fund, amount in settlement.funds_fen().items()]
    if settlement.personal_account_fen:
        assert personal_account_id is not None
        payers.append((personal_account_id, settlement.personal_account_fen))
    if settlement.cash_fen:
        payers.append((CASH_ACCOUNT, settlement.cash_fen))
    if settlement.kind is SettlementKind.reversal:
        return [(institution, payer, amount) for payer, amount in payers]
    return [(payer, institution, amount) for payer, amount in payers]


def postings_of(
    settlement: Settlement, personal_account_id: int | None, draw: Callable[[int], Sequence[int]]
) -> list[Posting]:
    """The postings of a settlement or a reversal; ``draw`` gives so many ids."""
    transfers = transfers_of(settlement, personal_account_id)
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


def content_of(settlement: Settlement, items: Sequence[FeeItem]) -> bytes:
    """What the audit holds a settlement against: every column of its row and of its fee lines, in their order."""
    lines = [msgspec.structs.astuple(item) for item in items]
    return sm3(msgspec.msgpack.encode((msgspec.structs.astuple(settlement), lines), order="deterministic"))


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
