"""A settlement as the wire tells it: ``setlinfo`` and ``setldetail``; and a person's head of it. Pure. 中文: 结算信息报文。

Amounts are our fen, exactly. A reversal has every amount below zero. Held by what is handed in: the bill is the sum of funds,
institution and person; the person's part that of account and cash; the rows sum to funds, account and institution.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.people import InsuredPerson
from openyibao.rooms.policies import Fund, Split
from openyibao.rooms.settlement import PreSettled, Settlement, SettlementKind
from openyibao.wire.national import codes
from openyibao.wire.national.amounts import ratio, yuan
from openyibao.wire.national.envelope import moment

_FUND_FIELDS = ("hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "hifdm_pay", "maf_pay", "oth_pay")


class BillHead(msgspec.Struct, frozen=True, kw_only=True):
    """What a bill's reply says beside its amounts: what the request named, and who it is."""

    visit_name: str
    person_name: str
    message_no: str
    med_type: str
    proof_kind: str
    person: InsuredPerson | None
    insurance: str
    person_type: str
    civil_servant: bool
    account_in_fund: bool = False


class _Sums(msgspec.Struct, frozen=True, kw_only=True):
    fee_fen: int
    excluded_fen: int
    over_limit_fen: int
    first_share_fen: int
    in_policy_fen: int
    deductible_fen: int
    funds_fen: Mapping[Fund, int]
    fund_fen: int
    borne_fen: int
    person_fen: int
    account_fen: int
    aid_fen: int
    cash_fen: int
    balance_fen: int


def age_of(born: date, on: date) -> Decimal:
    """Age in years, one place; of infants in twelfths."""
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    return Decimal(f"{months // 12}.0") if months >= 12 else Decimal(max(months, 0) * 10 // 12).scaleb(-1)


def person_head(person: InsuredPerson, on: date) -> dict[str, Any]:
    """Who it is, as every transaction tells it."""
    return {
        "psn_name": person.name,
        "psn_cert_type": codes.DOCUMENT_CODES[person.document_type],
        "certno": person.document_number,
        "gend": codes.SEX_CODES[person.sex],
        "naty": None,
        "brdy": person.birth_on.isoformat(),
        "age": age_of(person.birth_on, on),
    }


def setlinfo(
    head: BillHead,
    sums: _Sums,
    *,
    settlement_name: str | None,
    settled_at: datetime | None,
    on: date,
    kind: EncounterKind,
    clearing_area: str | None,
) -> dict[str, Any]:
    """The node ``setlinfo``."""
    in_fund = sums.account_fen if head.account_in_fund else 0
    paid_fen = dict.fromkeys(_FUND_FIELDS, 0)
    for fund, amount_fen in sums.funds_fen.items():
        paid_fen[codes.FUND_FIELDS[fund]] += amount_fen
    told: dict[str, Any] = {
        "setl_id": settlement_name,
        "mdtrt_id": head.visit_name,
        "psn_no": head.person_name,
        **({} if head.person is None else person_head(head.person, on)),
        "insutype": codes.insurance_code(head.insurance),
        "psn_type": head.person_type,
        "cvlserv_flag": "1" if head.civil_servant else "0",
        "setl_time": None if settled_at is None else moment(settled_at),
        "mdtrt_cert_type": head.proof_kind,
        "med_type": head.med_type,
        "medfee_sumamt": yuan(sums.fee_fen),
        "fulamt_ownpay_amt": yuan(sums.excluded_fen),
        "overlmt_selfpay": yuan(sums.over_limit_fen),
        "preselfpay_amt": yuan(sums.first_share_fen),
        "inscp_scp_amt": yuan(sums.in_policy_fen),
        "act_pay_dedc": yuan(sums.deductible_fen),
        "pool_prop_selfpay": ratio(
            abs(sums.funds_fen.get(Fund.pooled_fund, 0)), abs(sums.in_policy_fen - sums.deductible_fen)
        ),
        **{name: yuan(amount_fen) for name, amount_fen in paid_fen.items()},
        "fund_pay_sumamt": yuan(sums.fund_fen + in_fund),
        "psn_part_amt": yuan(sums.person_fen),
        "acct_pay": yuan(sums.account_fen),
        "psn_cash_pay": yuan(sums.cash_fen),
        "hosp_part_amt": yuan(sums.borne_fen),
        "balc": yuan(sums.balance_fen),
        "acct_mulaid_pay": yuan(sums.aid_fen),
        "medins_setl_id": head.message_no,
        "clr_optins": clearing_area,
        "clr_way": None if clearing_area is None else codes.CLEARING_BY_ITEM,
        "clr_type": "12" if head.med_type == "12" else codes.CLEARING_OF_KIND[kind],
        "exp_content": None,
    }
    return told


def setldetail(insurance: str, sums: _Sums) -> list[dict[str, Any]]:
    """The node ``setldetail``: each fund, the personal account and what the institution bears."""
    paid = [(codes.fund_type(fund, insurance), amount_fen) for fund, amount_fen in sums.funds_fen.items()]
    paid += [(codes.ACCOUNT_FUND, sums.account_fen), (codes.BORNE_FUND, sums.borne_fen)]
    names = {**_fund_names()}
    return [
        {
            "fund_pay_type": code,
            "inscp_scp_amt": yuan(sums.in_policy_fen),
            "crt_payb_lmt_amt": yuan(amount_fen),
            "fund_payamt": yuan(amount_fen),
            "fund_pay_type_name": names.get(code, code),
            "setl_proc_info": None,
        }
        for code, amount_fen in paid
        if amount_fen
    ]


def _fund_names() -> Mapping[str, str]:
    from openyibao.wire.national.fields import code_lists  # noqa: PLC0415 read once, when first asked

    return code_lists()["fund_pay_type"]


def pre_settled(head: BillHead, done: PreSettled, *, on: date, kind: EncounterKind) -> dict[str, Any]:
    """The output of a bill that was only tried."""
    sums = _of_split(done.split, done.account_balance_after_fen + done.past_account_balance_after_fen)
    told = setlinfo(head, sums, settlement_name=None, settled_at=None, on=on, kind=kind, clearing_area=None)
    return {"setlinfo": told, "setldetail": setldetail(head.insurance, sums)}


def settled(head: BillHead, done: Settlement, *, name: str, kind: EncounterKind) -> dict[str, Any]:
    """The output of a settlement, or of a reversal with every amount below zero."""
    sums = sums_of(done)
    told = setlinfo(
        head,
        sums,
        settlement_name=name,
        settled_at=done.settled_at,
        on=done.settled_on,
        kind=kind,
        clearing_area=str(done.pooling_area),
    )
    return {"setlinfo": told, "setldetail": setldetail(done.insurance_type, sums)}


def reversed_extras(told: dict[str, Any], done: Settlement, *, insured_area: str) -> dict[str, Any]:
    """What replies to a reversal have besides, under the names that clients in the field read."""
    return {
        **told,
        "pdn_cash_pay": told["psn_cash_pay"],
        "psn_pay": told["psn_part_amt"],
        "cashPayamt": told["psn_cash_pay"],
        "ownpay_hosp_part": told["hosp_part_amt"],
        "inscp_amt": told["inscp_scp_amt"],
        "othfund_pay": told["oth_pay"],
        "psn_insu_rlts_id": str(done.enrolment_id),
        "insu_admdvs": insured_area,
        "begndate": done.facts.visit.on.isoformat(),
        "enddate": done.settled_on.isoformat(),
        "setl_type": "2",
        "crt_dedc": told["act_pay_dedc"],
        "invono": None,
    }


def sums_of(done: Settlement) -> _Sums:
    """The amounts of a settlement with the sign they have on the wire."""
    sign = -1 if done.kind is SettlementKind.reversal else 1
    return _Sums(
        fee_fen=sign * done.fee_total_fen,
        excluded_fen=sign * done.excluded_fen,
        over_limit_fen=sign * done.over_limit_fen,
        first_share_fen=sign * done.first_share_fen,
        in_policy_fen=sign * done.in_policy_fen,
        deductible_fen=sign * done.deductible_fen,
        funds_fen={fund: sign * amount_fen for fund, amount_fen in done.funds_fen().items()},
        fund_fen=sign * done.fund_total_fen,
        borne_fen=sign * done.institution_borne_fen,
        person_fen=sign * done.person_total_fen,
        account_fen=sign * done.personal_account_fen,
        aid_fen=sign * done.mutual_aid_fen,
        cash_fen=sign * done.cash_fen,
        balance_fen=done.account_balance_after_fen + done.past_account_balance_after_fen,
    )


def _of_split(split: Split, balance_fen: int) -> _Sums:
    return _Sums(
        fee_fen=split.fee_total_fen,
        excluded_fen=split.excluded_fen,
        over_limit_fen=split.over_limit_fen,
        first_share_fen=split.first_share_fen,
        in_policy_fen=split.in_policy_fen,
        deductible_fen=split.deductible_fen,
        funds_fen=split.funds_fen,
        fund_fen=split.fund_total_fen,
        borne_fen=split.institution_borne_fen,
        person_fen=split.person_total_fen,
        account_fen=split.personal_account_fen,
        aid_fen=split.mutual_aid_fen,
        cash_fen=split.cash_fen,
        balance_fen=balance_fen,
    )
