"""Who is insured, and what they enjoy: 1101, 1161, 1162, 2001. 中文: 参保人信息。"""

from __future__ import annotations

from datetime import date
from typing import Any

from openyibao.fronts.national.calls import Answer, WireCall, person_of, text
from openyibao.fronts.national.proving import prove
from openyibao.fronts.national.reasons import FIELD_WRONG, PERSON_UNKNOWN
from openyibao.fronts.shared.looking import look_by_token
from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms import entitlement, ledger, people
from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.looks import LookKind
from openyibao.rooms.people import BASE_INSURANCES, Enrolment, EntitlementState
from openyibao.rooms.policies import Fund
from openyibao.rooms.presentation import TokenFacts
from openyibao.wire.national import codes, names
from openyibao.wire.national.amounts import yuan
from openyibao.wire.national.bills import person_head
from openyibao.wire.national.envelope import node_of
from openyibao.wire.national.lines import day_of

_STATES = {
    EntitlementState.paid: "1",
    EntitlementState.waiting: "1",
    EntitlementState.arrears: "2",
    EntitlementState.suspended: "2",
    EntitlementState.ended: "4",
}


async def tell_person(call: WireCall) -> Answer:
    """1101: the person, their insurances, their groups."""
    row = node_of(call.sent, "data")
    proof = await prove(call, row)
    if isinstance(proof, Refused):
        return proof
    facts = await look_by_token(
        call.platform,
        visit_token=proof,
        institution_id=call.institution_id,
        kind=LookKind.eligibility,
        asked=call.envelope.infno,
    )
    if isinstance(facts, Refused):
        return call.platform.desk.refuse_institution(call.institution_id) or facts
    on = day_of(row.get("begntime")) or call.platform.clock.today()
    async with call.platform.readers.reading() as reading:
        return await person_output(call, reading, facts, on)


async def tell_person_by_card(call: WireCall) -> Answer:
    """1161: a card was read; 1101's answer with what the card says."""
    row = node_of(call.sent, "data")
    if not text(row, "mdtrt_cert_type", 3):
        row = {**row, "mdtrt_cert_type": codes.CARD_CODE if text(row, "mdtrt_cert_no") else codes.IDENTITY_CODE}
    answer = await tell_person(_with(call, row))
    if not isinstance(answer, dict):
        return answer
    head = answer["baseinfo"]
    answer["cardecinfo"] = {
        "psn_cert_type": head["psn_cert_type"],
        "certno": head["certno"],
        "psn_name": head["psn_name"],
        "cardno": text(row, "mdtrt_cert_no", 50) if row["mdtrt_cert_type"] == codes.CARD_CODE else "",
        "card_sn": text(row, "card_sn", 32),
        "ecToken": text(row, "mdtrt_cert_no", 64) if row["mdtrt_cert_type"] == codes.TOKEN_CODE else "",
    }
    return answer


def _with(call: WireCall, row: dict[str, Any]) -> WireCall:
    import msgspec  # noqa: PLC0415 only here

    envelope = msgspec.structs.replace(call.envelope, input={"data": row})
    return msgspec.structs.replace(call, envelope=envelope)


async def person_output(call: WireCall, reading: Reading, facts: TokenFacts, on: date) -> dict[str, Any]:
    """The three nodes of 1101."""
    platform = call.platform
    name = (facts.bucket, facts.person_id)
    person = (await people.read_persons(reading, platform.sealer, [name]))[name]
    await platform.desk.areas.fresh(reading)
    enrolments = (await entitlement.list_person_enrolments(reading, platform.desk.areas, [facts.person_id]))[
        facts.person_id
    ]
    cells = sorted({one.cell for one in enrolments})
    accounts = await ledger.read_accounts(reading, [(cell, facts.person_id) for cell in cells])
    balances = {
        cell: sum(
            accounts[cell, facts.person_id, pot].available_fen
            for pot in AccountPot
            if (cell, facts.person_id, pot) in accounts
        )
        for cell in cells
    }
    added = {one.insurance_type.value for one in enrolments}
    groups = [(one.begins_on, group) for one in enrolments for group in one.groups]
    return {
        "baseinfo": {
            "psn_no": names.person_name(*name),
            **person_head(person, platform.clock.today()),
            "exp_content": None,
        },
        "insuinfo": [
            _insurance(one, balances, on, civil_servant="civil_servant" in added or "civil_servant" in one.groups)
            for one in enrolments
            if one.begins_on <= on
        ],
        "idetinfo": [
            {
                "psn_idet_type": "99",
                "psn_type_lv": None,
                "memo": group,
                "begntime": f"{begins:%Y-%m-%d} 00:00:00",
                "endtime": None,
            }
            for begins, group in groups
        ],
    }


def _insurance(one: Enrolment, balances: dict[int, int], on: date, *, civil_servant: bool) -> dict[str, Any]:
    base = one.insurance_type in BASE_INSURANCES
    state, paused = "1", None
    if one.ends_on is not None and one.ends_on < on:
        state, paused = "4", one.ends_on
    else:
        rests = [
            entitlement.standing_on(one, period.fund, on)
            for period in one.entitlements
            if period.fund == Fund.pooled_fund.value or not base
        ]
        now = next((period for period in rests if period is not None), None)
        if now is not None:
            state = _STATES[now.state]
            paused = now.begins_on if state == "2" else None
    return {
        "balc": yuan(balances.get(one.cell, 0) if base else 0),
        "insutype": codes.INSURANCE_CODES[one.insurance_type],
        "psn_type": codes.PERSON_TYPES[one.person_category],
        "psn_insu_stas": state,
        "psn_insu_date": one.begins_on.isoformat(),
        "paus_insu_date": None if paused is None else paused.isoformat(),
        "cvlserv_flag": "1" if civil_servant else "0",
        "insuplc_admdvs": f"{one.agency_area:06d}",
        "emp_name": None,
    }


async def tell_benefit(call: WireCall) -> Answer:
    """2001: fund by fund, whether it is enjoyed on a day."""
    row = node_of(call.sent, "data")
    bucket, person_id = person_of(row)
    insurance = codes.insurance_of(text(row, "insutype", 6))
    if insurance is None:
        return Refused(FIELD_WRONG, {"field": "insutype"})
    on = day_of(row.get("begntime")) or call.platform.clock.today()
    platform = call.platform
    async with platform.readers.reading() as reading:
        person = (await people.read_persons(reading, platform.sealer, [(bucket, person_id)])).get((bucket, person_id))
        if person is None:
            return Refused(PERSON_UNKNOWN)
        await platform.desk.areas.fresh(reading)
        found = (await entitlement.list_person_enrolments(reading, platform.desk.areas, [person_id]))[person_id]
    rows = []
    for one in found:
        if one.insurance_type is not insurance:
            continue
        for fund in sorted({period.fund for period in one.entitlements}) or [Fund.pooled_fund.value]:
            at = entitlement.standing_on(one, fund, on)
            in_force = one.begins_on <= on and (one.ends_on is None or on <= one.ends_on)
            enjoyed = in_force and (at is None or at.state is EntitlementState.paid)
            ends = one.ends_on if at is None else at.ends_on
            rows.append(
                {
                    "psn_no": names.person_name(bucket, person_id),
                    "trt_chk_type": "01",
                    "fund_pay_type": codes.fund_type(Fund(fund), one.insurance_type.value),
                    "trt_enjymnt_flag": "1" if enjoyed else "0",
                    "begndate": (one.begins_on if at is None else at.begins_on).isoformat(),
                    "enddate": None if ends is None else ends.isoformat(),
                    "trt_chk_rslt": "正常享受" if enjoyed else ("已终止" if at is None else at.state.value),
                    "exp_content": None,
                }
            )
    return {"trtinfo": rows}
