"""What became of visits and bills: 5201 to 5206, 5303. Only this institution's own; a person's sums are looked at with a trace. 中文: 综合查询。"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from openyibao.fronts.national.calls import Answer, WireCall, person_of, text
from openyibao.fronts.national.filed import insured_cell, look_at
from openyibao.fronts.national.pharmacy import lines_of_bill
from openyibao.fronts.national.reasons import PERSON_UNKNOWN
from openyibao.fronts.national.visits import bill_output, find_visit, person_at
from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, exchange, settlement
from openyibao.rooms.accumulators import read_accumulators
from openyibao.rooms.encounters import BED_KINDS, Encounter, EncounterState
from openyibao.rooms.exchange import VisitNote
from openyibao.rooms.looks import LookKind, find_buckets
from openyibao.rooms.people import Enrolment, InsuredPerson, read_enrolments
from openyibao.rooms.settlement import Settlement, SettlementKind
from openyibao.wire.national import codes, names
from openyibao.wire.national.amounts import plain, yuan
from openyibao.wire.national.bills import person_head
from openyibao.wire.national.envelope import moment, node_of
from openyibao.wire.national.lines import day_of

LISTED_MAX = 500
_VISIT_WORDS = ("atddr_no", "chfpdr_name", "adm_dept_codg", "adm_dept_name", "adm_bed", "dscg_maindiag_code")
_MORE_WORDS = ("dscg_maindiag_name", "dscg_dept_codg", "dscg_dept_name", "dscg_bed", "dscg_way")
_REST_WORDS = ("dise_codg", "dise_name", "medrcdno", "fpsc_no", "matn_type", "birctrl_type")


async def _bill(reading: Reading, call: WireCall, row: dict[str, Any]) -> Settlement | Refused:
    """The settlement of ``setl_id``, of this institution and person. Reasons: settlement_unknown · wire_person_unknown."""
    name = names.read_visit(text(row, "setl_id", 30))
    found = (await settlement.read_settlements(reading, [name])).get(name)
    if found is None or found.institution_id != call.institution_id:
        return Refused(encounters.SETTLEMENT_UNKNOWN)
    if plain(row.get("psn_no")) and person_of(row)[1] != found.person_id:
        return Refused(PERSON_UNKNOWN)
    if plain(row.get("mdtrt_id")):
        visit = names.read_visit(text(row, "mdtrt_id", 30))
        note = (await exchange.read_notes_of(reading, [(found.cell, found.encounter_id)])).get(
            (found.cell, found.encounter_id)
        )
        if visit != (found.cell, found.encounter_id if note is None else note.visit_id):
            return Refused(encounters.ENCOUNTER_UNKNOWN)
    return found


async def tell_visits(call: WireCall) -> Answer:
    """5201: a person's visits here between two days, or one by its number."""
    row = node_of(call.sent, "data")
    name = person_of(row)
    first, last = day_of(row.get("begntime")), day_of(row.get("endtime"))
    med_type = text(row, "med_type", 6)
    async with call.platform.readers.reading() as reading:
        cell = await insured_cell(reading, name)
        if cell is None:
            return Refused(PERSON_UNKNOWN)
        notes = await exchange.list_notes(reading, cell, name[1], call.institution_id, most=LISTED_MAX)
        visits = await encounters.read_encounters(reading, [(one.cell, one.encounter_id) for one in notes])
        person = await person_at(reading, call, *name)
        enrolments = {
            one.enrolment_id: one for one in (await read_enrolments(reading, [(cell, name[1])]))[cell, name[1]]
        }
    wanted = names.read_visit(text(row, "mdtrt_id", 30))
    if plain(row.get("mdtrt_id")) and wanted not in {(one.cell, one.visit_id) for one in notes}:
        return Refused(encounters.ENCOUNTER_UNKNOWN)
    told = []
    for note in notes:
        visit = visits[note.cell, note.encounter_id]
        kind = str(note.said.get("med_type") or codes.MED_TYPE_OF_KIND[visit.kind])
        if wanted not in ((0, 0), (note.cell, note.visit_id)) or (med_type and not kind.startswith(med_type)):
            continue
        if (first and visit.opened_on < first) or (last and visit.opened_on > last):
            continue
        told.append(_visit(call, note, visit, person, enrolments[visit.enrolment_id], kind))
    return {"mdtrtinfo": told}


def _visit(
    call: WireCall, note: VisitNote, visit: Encounter, person: InsuredPerson, enrolment: Enrolment, kind: str
) -> dict[str, Any]:
    today = call.platform.clock.today()
    until = visit.closed_on or (visit.opened_on if visit.kind not in BED_KINDS else today)
    lies = visit.kind in BED_KINDS and visit.state is EncounterState.open
    said = {name: note.said.get(name) for name in (*_VISIT_WORDS, *_MORE_WORDS, *_REST_WORDS)}
    return {
        "mdtrt_id": names.visit_name(note.cell, note.visit_id),
        "psn_no": names.person_name(note.bucket, note.person_id),
        **person_head(person, today),
        "insutype": codes.INSURANCE_CODES[enrolment.insurance_type],
        "psn_type": codes.PERSON_TYPES[enrolment.person_category],
        "cvlserv_flag": "1" if "civil_servant" in enrolment.groups else "0",
        "insu_optins": f"{enrolment.agency_area:06d}",
        "begntime": moment(visit.opened_at),
        "endtime": f"{until:%Y-%m-%d} 00:00:00",
        "mdtrt_cert_type": note.said.get("mdtrt_cert_type"),
        "med_type": kind,
        "ipt_otp_no": note.own_number,
        **said,
        "inhosp_stas": "1" if lies else "0",
        "vali_flag": "0" if visit.state is EncounterState.cancelled else "1",
        "fixmedins_code": call.institution.institution_code,
        "fixmedins_name": call.institution.name,
    }


async def tell_diagnoses(call: WireCall) -> Answer:
    """5202."""
    row = node_of(call.sent, "data")
    async with call.platform.readers.reading() as reading:
        note = await find_visit(reading, call, row)
        if isinstance(note, Refused):
            return note
        name = (note.cell, note.encounter_id)
        visit = (await encounters.read_encounters(reading, [name]))[name]
        steps = await encounters.read_steps(reading, [name])
        diagnoses = steps[-1].diagnoses if steps else await encounters.read_diagnoses(reading, *name)
    doctor = call.platform.desk.directory.practitioner(call.institution_id, visit.practitioner_code)
    said = note.said
    return {
        "diseinfo": [
            {
                "diag_info_id": f"{names.visit_name(note.cell, note.visit_id)}{order:02d}"[-30:],
                "mdtrt_id": names.visit_name(note.cell, note.visit_id),
                "psn_no": names.person_name(note.bucket, note.person_id),
                "inout_diag_type": "2" if visit.kind in BED_KINDS and visit.closed_on else "1",
                "diag_type": "1",
                "maindiag_flag": "1" if one.main else "0",
                "diag_srt_no": order,
                "diag_code": one.code,
                "diag_name": one.name,
                "adm_cond": None,
                "diag_dept": said.get("dept_name") or said.get("adm_dept_name") or said.get("dept_code") or "",
                "dise_dor_no": visit.practitioner_code,
                "dise_dor_name": "" if doctor is None else doctor.name,
                "diag_time": moment(steps[-1].stepped_at if steps else visit.opened_at),
            }
            for order, one in enumerate(diagnoses, start=1)
        ]
    }


async def _told_bill(
    reading: Reading, call: WireCall, row: dict[str, Any], bill: Settlement
) -> tuple[dict[str, Any], VisitNote | None, Encounter]:
    bucket = (await find_buckets(reading, [bill.person_id]))[bill.person_id]
    person = await person_at(reading, call, bucket, bill.person_id)
    name = (bill.cell, bill.encounter_id)
    note = (await exchange.read_notes_of(reading, [name])).get(name)
    visit = (await encounters.read_encounters(reading, [name]))[name]
    visit_name = names.visit_name(*name) if note is None else names.visit_name(note.cell, note.visit_id)
    told = bill_output(call, {}, bill, person, bucket, visit_name=visit_name, said=None if note is None else note.said)
    return told, note, visit


async def tell_bill(call: WireCall) -> Answer:
    """5203."""
    row = node_of(call.sent, "data")
    async with call.platform.readers.reading() as reading:
        bill = await _bill(reading, call, row)
        if isinstance(bill, Refused):
            return bill
        told, note, visit = await _told_bill(reading, call, row, bill)
        mine = (await read_enrolments(reading, [(bill.cell, bill.person_id)]))[bill.cell, bill.person_id]
    enrolment = next(one for one in mine if one.enrolment_id == bill.enrolment_id)
    head = told["setlinfo"]
    place = call.institution
    said = {} if note is None else note.said
    remote = bill.treatment_area // 100 != bill.pooling_area // 100
    told["setlinfo"] = {
        **head,
        "insu_optins": f"{enrolment.agency_area:06d}",
        "emp_name": None,
        "pay_loc": "3" if remote else "2",
        "fixmedins_code": place.institution_code,
        "fixmedins_name": place.name,
        "hosp_lv": str(place.grade),
        "fixmedins_poolarea": f"{place.treatment_area:06d}",
        "begndate": visit.opened_on.isoformat(),
        "enddate": (visit.closed_on or bill.settled_on).isoformat(),
        "psn_pay": head["psn_part_amt"],
        "cash_payamt": head["psn_cash_pay"],
        "ipt_otp_no": None if note is None else note.own_number,
        "dise_no": said.get("dise_codg"),
        "dise_name": said.get("dise_name"),
        "year": str(bill.policy_year),
        "invono": None,
        "opter_id": bill.operator_code,
        "opt_time": moment(bill.settled_at),
        "refd_setl_flag": "1" if bill.kind is SettlementKind.reversal else "0",
        "mid_setl_flag": "1" if visit.kind in BED_KINDS and bill.facts.visit.discharged_on is None else "0",
        "acct_used_flag": "0" if bill.facts.account_use.value == "none" else "1",
    }
    return told


async def bill_told(call: WireCall, settlement_name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What 5203 tells of a settlement of this institution, that is there: head and fund rows."""
    asked = msgspec.structs.replace(call.envelope, input={"data": {"setl_id": settlement_name}})
    told = await tell_bill(msgspec.structs.replace(call, envelope=asked))
    assert isinstance(told, dict)
    return told["setlinfo"], told["setldetail"]


async def tell_lines(call: WireCall) -> Answer:
    """5204: the lines of a settlement, or of all settlements and waiting batches of a visit."""
    row = node_of(call.sent, "data")
    async with call.platform.readers.reading() as reading:
        bill = await _bill(reading, call, row)
        if isinstance(bill, Refused):
            return bill
        if bill.original_settlement_id is not None:
            name = (bill.cell, bill.original_settlement_id)
            base = (await settlement.read_settlements(reading, [name]))[name]
        else:
            base = bill
        lines = await lines_of_bill(call, reading, base)
        _, note, visit = await _told_bill(reading, call, row, bill)
        batches = await encounters.read_fee_batches(reading, [(bill.cell, bill.encounter_id)])
        named = await exchange.read_names(reading, [(bill.cell, bill.encounter_id)])
    items = [item for b in batches if b.fee_batch_id in base.facts.fee_batch_ids for item in b.items]
    own_codes = {one.line_no: one.own_code for one in named}
    visit_name = names.visit_name(bill.cell, bill.encounter_id if note is None else note.visit_id)
    said = {} if note is None else note.said
    told = []
    for item, line in zip(items, lines, strict=True):
        entry = call.platform.desk.catalogue.by_id(item.catalogue_item_id)
        on: date = item.incurred_on or visit.opened_on
        told.append(
            {
                "mdtrt_id": visit_name,
                "setl_id": names.settlement_name(bill.cell, bill.settlement_id),
                **line,
                "rx_drord_no": None,
                "med_type": str(said.get("med_type") or codes.MED_TYPE_OF_KIND[visit.kind]),
                "fee_ocur_time": f"{on:%Y-%m-%d} 00:00:00",
                "hilist_code": item.item_code,
                "hilist_name": item.item_code if entry is None else entry.name,
                "list_type": "105" if entry is None else codes.LIST_TYPES[entry.kind],
                "med_list_codg": item.item_code,
                "medins_list_codg": own_codes.get(item.line_no) or item.item_code,
                "medins_list_name": item.item_code if entry is None else entry.name,
                "prodname": None if entry is None else entry.name,
                "spec": None if entry is None else entry.specification,
                "dosform_name": "" if entry is None else entry.unit,
                "bilg_dr_codg": item.practitioner_code,
                "hosp_appr_flag": "1" if item.hospital_approved else "0",
            }
        )
    return told


async def tell_sums(call: WireCall) -> Answer:
    """5206: what a person has used up, by insurance and policy year."""
    row = node_of(call.sent, "data")
    name = person_of(row)
    refused = await look_at(call, name, LookKind.eligibility)
    if refused is not None:
        return refused
    month = text(row, "cum_ym", 6)
    async with call.platform.readers.reading() as reading:
        cell = await insured_cell(reading, name)
        found = (await read_accumulators(reading, [(cell or 0, name[1])])) if cell else {}
    told = []
    for (_, _, insurance, year), one in sorted(found.items()):
        if month and not month.startswith(str(year)):
            continue
        told += [
            {
                "insutype": codes.insurance_code(insurance),
                "year": str(year),
                "cum_ym": month or f"{year}12",
                "cum_type_code": kind[:40],
                "cum": yuan(amount_fen),
            }
            for kind, amount_fen in sorted(one.amounts.items())
        ]
    return {"cuminfo": told}


async def tell_stays(call: WireCall) -> Answer:
    """5303: who lies here, one person or all."""
    row = node_of(call.sent, "data")
    wanted = person_of(row) if plain(row.get("psn_no")) else None
    async with call.platform.readers.reading() as reading:
        stays = await encounters.list_stays_at(reading, call.institution_id)
        keys = [(one.cell, one.encounter_id) for one in stays]
        notes = await exchange.read_notes_of(reading, keys) if keys else {}
        told = []
        for visit in stays:
            note = notes.get((visit.cell, visit.encounter_id))
            if note is None or (wanted is not None and wanted != (note.bucket, note.person_id)):
                continue
            person = await person_at(reading, call, note.bucket, note.person_id)
            mine = (await read_enrolments(reading, [(visit.cell, visit.person_id)]))[visit.cell, visit.person_id]
            enrolment = next(one for one in mine if one.enrolment_id == visit.enrolment_id)
            told.append(
                {
                    "mdtrt_id": names.visit_name(note.cell, note.visit_id),
                    "psn_no": names.person_name(note.bucket, note.person_id),
                    **person_head(person, call.platform.clock.today()),
                    "insutype": codes.INSURANCE_CODES[enrolment.insurance_type],
                    "begndate": visit.opened_on.isoformat(),
                    "med_type": str(note.said.get("med_type") or codes.MED_TYPE_OF_KIND[visit.kind]),
                    "ipt_otp_no": note.own_number,
                    "out_flag": "0",
                }
            )
    return {"data": told}
