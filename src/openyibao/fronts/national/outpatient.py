"""Outpatient visits: 2201 to 2208 and their A variants. 中文: 门诊交易。"""

from __future__ import annotations

from typing import Any

import msgspec

from openyibao.fronts.national.acts import ChangeNoted, OpenedNoted, OpenNoted
from openyibao.fronts.national.calls import Answer, WireCall, named_person, person_of, text
from openyibao.fronts.national.proving import prove
from openyibao.fronts.national.reasons import LINE_NAME_UNKNOWN, PERSON_UNKNOWN
from openyibao.fronts.national.settling import SettledNamed, SettleNamed
from openyibao.fronts.national.visits import (
    account_use,
    bill_output,
    diagnoses_of,
    find_visit,
    head_of,
    named_output,
    person_at,
    practitioner_of,
    read_lines,
    total_of,
    upload,
    visit_of,
)
from openyibao.fronts.shared.aiding import carry_on, reverse_bill
from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, exchange, settlement
from openyibao.rooms.encounters import (
    BED_KINDS,
    ChangeRequest,
    EncounterKind,
    NewEncounter,
    OpenRequest,
    RemoveItemsRequest,
    UndoRequest,
)
from openyibao.rooms.exchange import VisitNote
from openyibao.rooms.filings import CareGrounds
from openyibao.rooms.people import read_enrolments
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.settlement import ReverseRequest, SettleRequest
from openyibao.wire.national import bills, codes, names
from openyibao.wire.national.amounts import plain
from openyibao.wire.national.envelope import node_of, nodes_of

ALL = "0000"
DISEASE_KINDS = (EncounterKind.chronic, EncounterKind.special)
"""Kinds whose benefit stands on a disease."""
_KEPT = (
    *("med_type", "mdtrt_cert_type", "dept_code", "dept_name", "caty", "atddr_no", "dr_name", "dise_codg", "dise_name"),
    *("begntime", "insutype", "adm_dept_codg", "adm_dept_name", "adm_bed", "chfpdr_name", "medrcdno", "adm_diag_dscr"),
    *("dscg_maindiag_code", "dscg_maindiag_name", "dise_type_code", "dscg_dept_codg", "dscg_way"),
    *("dscg_dept_name", "dscg_bed", "endtime", "matn_type", "birctrl_type", "fpsc_no"),
)


def said_of(row: dict[str, Any], earlier: Any = None) -> dict[str, str]:
    """What is kept of a visit beside the rooms' facts; nothing that names the person."""
    said = {**(earlier or {})}
    return {**said, **{name: found for name in _KEPT if (found := text(row, name, 200))}}


async def register(call: WireCall) -> Answer:
    """2201."""
    row = node_of(call.sent, "data", "mdtrtinfo")
    proof = await prove(call, row)
    if isinstance(proof, Refused):
        return proof
    kind = codes.kind_of(text(row, "med_type", 6))
    request = OpenRequest(
        **call.desk_act,
        visit_token=proof,
        token_lasts=True,
        encounter=NewEncounter(
            kind=kind if kind not in BED_KINDS else EncounterKind.outpatient,
            practitioner_code=practitioner_of(call, text(row, "atddr_no", 40)),
            diagnoses=(),
        ),
    )
    answer = await call.platform.lane.submit(
        "open_noted",
        OpenNoted(
            opening=request,
            own_number=text(row, "ipt_otp_no", 60),
            said=said_of(row),
            person=named_person(row),
        ),
    )
    if isinstance(answer, Refused):
        return answer
    return _opened(answer)


def _opened(done: OpenedNoted) -> Answer:
    note = done.note
    person = names.person_name(note.bucket, note.person_id)
    return {
        "data": {
            "mdtrt_id": names.visit_name(note.cell, note.visit_id),
            "psn_no": person,
            "ipt_otp_no": note.own_number,
            "exp_content": None,
        }
    }


async def cancel(call: WireCall) -> Answer:
    """2202."""
    note = await visit_of(call, node_of(call.sent, "data", "mdtrtinfo"))
    if isinstance(note, Refused):
        return note
    request = UndoRequest(
        **call.act, operator_code=call.envelope.operator_code, cell=note.cell, encounter_id=note.encounter_id
    )
    answer = await call.platform.lane.submit("cancel_encounter", request)
    return answer if isinstance(answer, Refused) else None


async def diagnose(call: WireCall) -> Answer:
    """2203 and 2203A: what kind of visit it is, its disease, its diagnoses; an array of diagnoses as they stand now."""
    row = node_of(call.sent, "mdtrtinfo", "data")
    note = await visit_of(call, row)
    if isinstance(note, Refused):
        return note
    diagnoses = diagnoses_of(nodes_of(call.sent, "diseinfo")) if _has(call.sent, "diseinfo") else ()
    said = said_of(row, note.said)
    request = ChangeRequest(
        **call.act,
        operator_code=call.envelope.operator_code,
        cell=note.cell,
        encounter_id=note.encounter_id,
        practitioner_code=text(row, "atddr_no", 40) or None,
        diagnoses=diagnoses or None,
    )
    kind = codes.kind_of(said.get("med_type", ""))
    disease = said.get("dise_codg", "")
    grounds = CareGrounds(disease_code=disease[:40]) if kind in DISEASE_KINDS and disease else None
    answer = await call.platform.lane.submit(
        "change_noted",
        ChangeNoted(change=request, note=msgspec.structs.replace(note, said=said), kind=kind, grounds=grounds),
    )
    return answer if isinstance(answer, Refused) else None


def _has(sent: Any, name: str) -> bool:
    return isinstance(sent, dict) and any(str(key).lower() == name for key in sent)


async def upload_lines(call: WireCall) -> Answer:
    """2204."""
    rows = nodes_of(call.sent, "feedetail", "data")
    note = await visit_of(call, rows[0] if rows else {})
    if isinstance(note, Refused):
        return note
    lines = read_lines(rows, practitioner=practitioner_of(call, str(note.said.get("atddr_no", ""))), stay=False)
    return lines if isinstance(lines, Refused) else await upload(call, note, lines, by_batch=True)


async def remove_lines(call: WireCall) -> Answer:
    """2205: one batch, or all that wait."""
    row = node_of(call.sent, "data")
    own = text(row, "chrg_bchno", 60)
    async with call.platform.readers.reading() as reading:
        note = await find_visit(reading, call, row)
        if isinstance(note, Refused):
            return note
        chosen = await own_batches(reading, note, own)
    if own not in ("", ALL) and not chosen:
        return Refused(LINE_NAME_UNKNOWN, {"own_line": own})
    request = RemoveItemsRequest(**call.act, cell=note.cell, encounter_id=note.encounter_id, fee_batch_ids=chosen)
    answer = await call.platform.lane.submit("remove_items", request)
    return answer if isinstance(answer, Refused) else None


async def own_batches(reading: Reading, note: VisitNote, own: str) -> tuple[int, ...]:
    """The fee batches behind an own number, those that wait before others; none for all."""
    if own in ("", ALL):
        return ()
    name = (note.cell, note.encounter_id, own)
    found = (await exchange.list_batches_of(reading, [name])).get(name, ())
    if len(found) < 2:
        return found
    batches = await encounters.read_fee_batches(reading, [(note.cell, note.encounter_id)])
    waiting = {one.fee_batch_id for one in batches if one.state is encounters.FeeBatchState.open}
    return tuple(one for one in found if one in waiting) or found


def settle_request(call: WireCall, row: dict[str, Any], proof: str | None) -> SettleRequest | Refused:
    """A bill of a visit that stands. Reason: field_wrong."""
    total = total_of(row)
    if isinstance(total, Refused):
        return total
    return SettleRequest(
        **call.desk_act, visit_token=proof, token_lasts=True, account_use=account_use(row), expected_total_fen=total
    )


async def pre_settle(call: WireCall) -> Answer:
    """2206 and 2206A: reads only."""
    row = node_of(call.sent, "data", "mdtrtinfo")
    proof = await prove(call, row)
    if isinstance(proof, Refused):
        return proof
    request = settle_request(call, row, proof)
    return request if isinstance(request, Refused) else await try_bill(call, row, request)


async def try_bill(call: WireCall, row: dict[str, Any], request: SettleRequest) -> Answer:
    """The bill of a visit as it would be now."""
    platform = call.platform
    async with platform.readers.reading() as reading:
        note = await find_visit(reading, call, row)
        if isinstance(note, Refused):
            return note
        own = text(row, "chrg_bchno", 60)
        chosen = await own_batches(reading, note, own)
        if own not in ("", ALL) and not chosen:
            return Refused(LINE_NAME_UNKNOWN, {"own_line": own})
        request = msgspec.structs.replace(request, cell=note.cell, encounter_id=note.encounter_id, fee_batch_ids=chosen)
        done = await settlement.pre_settle(reading, platform.clock, platform.desk, request)
        if isinstance(done, Refused):
            return done
        person = await person_at(reading, call, note.bucket, note.person_id)
        visit = (await encounters.read_encounters(reading, [(note.cell, note.encounter_id)]))[
            note.cell, note.encounter_id
        ]
        mine = (await read_enrolments(reading, [(note.cell, note.person_id)]))[note.cell, note.person_id]
    enrolment = next(one for one in mine if one.enrolment_id == visit.enrolment_id)
    head = head_of(
        call,
        row,
        visit_name=text(row, "mdtrt_id", 30),
        bucket=note.bucket,
        person=person,
        insurance=enrolment.insurance_type.value,
        person_type=codes.PERSON_TYPES[enrolment.person_category],
        groups=enrolment.groups,
        kind=visit.kind,
        said=note.said,
    )
    told = bills.pre_settled(head, done, on=platform.clock.today(), kind=visit.kind)
    told["setlinfo"]["setl_time"] = None
    return told


async def settle(call: WireCall) -> Answer:
    """2207 and 2207A."""
    row = node_of(call.sent, "data", "mdtrtinfo")
    proof = await prove(call, row)
    if isinstance(proof, Refused):
        return proof
    request = settle_request(call, row, proof)
    return request if isinstance(request, Refused) else await settle_visit(call, row, request)


async def settle_visit(call: WireCall, row: dict[str, Any], request: SettleRequest) -> Answer:
    """Settle a visit by its names, and tell the bill."""
    own = text(row, "chrg_bchno", 60)
    asked = SettleNamed(
        request=request,
        person=named_person(row),
        visit=names.read_visit(text(row, "mdtrt_id", 30)),
        own_batch="" if own == ALL else own,
    )
    answer = await settle_aided(call, asked)
    if isinstance(answer, Refused):
        return answer
    return named_output(call, row, answer, visit_name=text(row, "mdtrt_id", 30))


async def settle_aided(call: WireCall, asked: SettleNamed) -> SettledNamed | Refused:
    """Settle; where a relative's account is asked for, what is held elsewhere is held first and carried afterwards."""
    lane = call.platform.lane
    if asked.request.account_use is AccountUse.mutual_aid:
        grant = await lane.submit("hold_aid", asked.request)
        asked = msgspec.structs.replace(asked, request=msgspec.structs.replace(asked.request, grant=grant))
    answer: SettledNamed | Refused = await lane.submit("settle_named", asked)
    if isinstance(answer, SettledNamed):
        await carry_on(call.platform, answer.settled)
    return answer


async def reverse(call: WireCall) -> Answer:
    """2208, 2208A, 2103 and 2305: a new settlement, every amount below zero."""
    row = node_of(call.sent, "data")
    cell, settlement_id = names.read_visit(text(row, "setl_id", 30))
    platform = call.platform
    async with platform.readers.reading() as reading:
        refused = await _judge_names(reading, call, row, (cell, settlement_id))
    if refused is not None:
        return refused
    request = ReverseRequest(**call.desk_act, cell=cell, settlement_id=settlement_id)
    answer = await reverse_bill(platform, request)
    if isinstance(answer, Refused):
        return answer
    return await tell_reversal(call, row, answer.settlement)


async def _judge_names(reading: Reading, call: WireCall, row: dict[str, Any], name: tuple[int, int]) -> Refused | None:
    """Whether visit and person are those of the settlement, where they are named."""
    found = (await settlement.read_settlements(reading, [name])).get(name)
    if found is None:
        return None
    _bucket, person_id = person_of(row)
    if plain(row.get("psn_no")) and person_id != found.person_id:
        return Refused(PERSON_UNKNOWN)
    visit = names.read_visit(text(row, "mdtrt_id", 30))
    if plain(row.get("mdtrt_id")) and visit != (found.cell, found.encounter_id):
        note = (await exchange.read_notes(reading, [visit])).get(visit)
        if note is None or (note.cell, note.encounter_id) != (found.cell, found.encounter_id):
            return Refused(encounters.ENCOUNTER_UNKNOWN)
    return None


async def tell_reversal(call: WireCall, row: dict[str, Any], bill: settlement.Settlement) -> dict[str, Any]:
    """A reversal as its transaction tells it."""
    from openyibao.rooms.looks import find_buckets  # noqa: PLC0415 only here

    platform = call.platform
    async with platform.readers.reading() as reading:
        bucket = (await find_buckets(reading, [bill.person_id]))[bill.person_id]
        person = await person_at(reading, call, bucket, bill.person_id)
        name = (bill.cell, bill.encounter_id)
        note = (await exchange.read_notes_of(reading, [name])).get(name)
        mine = (await read_enrolments(reading, [(bill.cell, bill.person_id)]))[bill.cell, bill.person_id]
    visit_name = names.visit_name(*name) if note is None else names.visit_name(note.cell, note.visit_id)
    told = bill_output(call, row, bill, person, bucket, visit_name=visit_name, said=None if note is None else note.said)
    area = next((one.agency_area for one in mine if one.enrolment_id == bill.enrolment_id), bill.pooling_area)
    told["setlinfo"] = bills.reversed_extras(told["setlinfo"], bill, insured_area=f"{area:06d}")
    return told
