"""Sales at a pharmacy: 2101 to 2103, a whole visit in one message, with the packs' trace codes. 中文: 药店交易。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openyibao.fronts.national.calls import Answer, WireCall, person_of, text
from openyibao.fronts.national.outpatient import settle_aided
from openyibao.fronts.national.proving import prove
from openyibao.fronts.national.reasons import PERSON_UNKNOWN
from openyibao.fronts.national.settling import SettledNamed, SettleNamed
from openyibao.fronts.national.visits import (
    account_use,
    head_of,
    named_output,
    person_at,
    practitioner_of,
    read_lines,
    total_of,
)
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, exchange, settlement
from openyibao.rooms.encounters import EncounterKind, FeeItem, NewEncounter, enjoyed_base
from openyibao.rooms.filings import CareGrounds, PrescriptionGround
from openyibao.rooms.people import read_enrolments
from openyibao.rooms.policies import LineSplit, PrescriptionKind
from openyibao.rooms.presentation import TokenFacts, read_tokens
from openyibao.rooms.settlement import PreSettled, SettleRequest
from openyibao.wire.national import bills, codes, names
from openyibao.wire.national.amounts import plain
from openyibao.wire.national.envelope import node_of, nodes_of
from openyibao.wire.national.lines import WireLine, told_line


def _grounds(row: dict[str, Any], rows: Sequence[dict[str, Any]]) -> CareGrounds | None:
    """What the sale stands on: a prescription where a line names one, a disease."""
    number = next((found for one in rows if (found := text(one, "rxno", 40))), "")
    disease = text(row, "dise_codg", 40)
    if not number and not disease:
        return None
    outside = any(plain(one.get("rx_circ_flag")) == "1" for one in rows)
    ground = PrescriptionGround(
        kind=(PrescriptionKind.external if outside else PrescriptionKind.own).value, number=number
    )
    return CareGrounds(disease_code=disease, prescription=ground if number else None)


def _with_traces(sent: Any, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Trace codes stand in each line, or in a node of their own that names the line."""
    loose = nodes_of(sent, "drugtracinfo", "durg_trac_info") if isinstance(sent, dict) else []
    by_line: dict[str, list[dict[str, Any]]] = {}
    for one in loose:
        if plain(one.get("drug_trac_codg")) and "med_list_codg" not in one:
            by_line.setdefault(plain(one.get("feedetl_sn")), []).append(one)
    return [
        {**row, "drugtracinfo": by_line[own]} if (own := plain(row.get("feedetl_sn"))) in by_line else row
        for row in rows
    ]


async def _sale(call: WireCall) -> tuple[dict[str, Any], tuple[WireLine, ...], SettleRequest] | Refused:
    row = node_of(call.sent, "druginfo", "data")
    rows = _with_traces(call.sent, nodes_of(call.sent, "drugdetail"))
    proof = await prove(call, row)
    if isinstance(proof, Refused):
        return proof
    practitioner = practitioner_of(call, "")
    lines = read_lines(rows, practitioner=practitioner, stay=False)
    total = total_of(row)
    if isinstance(lines, Refused):
        return lines
    if isinstance(total, Refused):
        return total
    wanted = codes.kind_of(text(row, "med_type", 6), EncounterKind.pharmacy)
    kind = EncounterKind.pharmacy if wanted in encounters.BED_KINDS else wanted
    request = SettleRequest(
        **call.desk_act,
        visit_token=proof,
        token_lasts=True,
        encounter=NewEncounter(kind=kind, practitioner_code=practitioner, diagnoses=(), grounds=_grounds(row, rows)),
        items=tuple(one.line for one in lines),
        account_use=account_use(row),
        expected_total_fen=total,
    )
    return row, lines, request


async def pre_settle(call: WireCall) -> Answer:
    """2101: nothing is kept; the visit's number is of this answer only."""
    sale = await _sale(call)
    if isinstance(sale, Refused):
        return sale
    row, lines, request = sale
    platform = call.platform
    async with platform.readers.reading() as reading:
        (token,) = await read_tokens(reading, platform.clock, tokens=[(request.visit_token or "", call.institution_id)])
        if not isinstance(token, TokenFacts):
            return token
        if plain(row.get("psn_no")) and person_of(row) != (token.bucket, token.person_id):
            return Refused(PERSON_UNKNOWN)
        done = await settlement.pre_settle(reading, platform.clock, platform.desk, request)
        if isinstance(done, Refused):
            return done
        person = await person_at(reading, call, token.bucket, token.person_id)
        mine = (await read_enrolments(reading, [(token.cell, token.person_id)]))[token.cell, token.person_id]
    enrolment = enjoyed_base(platform.desk.areas, mine, platform.clock.today())
    if isinstance(enrolment, Refused):
        return enrolment
    assert request.encounter is not None
    head = head_of(
        call,
        row,
        visit_name=names.visit_name(token.cell, 0),
        bucket=token.bucket,
        person=person,
        insurance=enrolment.insurance_type.value,
        person_type=codes.PERSON_TYPES[enrolment.person_category],
        groups=enrolment.groups,
        kind=request.encounter.kind,
    )
    told = bills.pre_settled(head, done, on=platform.clock.today(), kind=request.encounter.kind)
    told["setlinfo"]["setl_time"] = f"{platform.clock.today():%Y-%m-%d} 00:00:00"
    told["detlcutinfo"] = _tried_lines(call, lines, done)
    return told


def _tried_lines(call: WireCall, lines: Sequence[WireLine], done: PreSettled) -> list[dict[str, Any]]:
    parts = {part.line_no: part for part in done.split.lines}
    area, on = call.institution.treatment_area, call.platform.clock.today()
    told = []
    for one in lines:
        row = call.platform.desk.catalogue.find(one.line.item_code, area, on)
        item = FeeItem(
            cell=0,
            fee_item_id=0,
            encounter_id=0,
            fee_batch_id=0,
            line_no=one.line.line_no,
            item_code=one.line.item_code,
            catalogue_item_id=0 if row is None else row.catalogue_item_id,
            quantity_e4=one.line.quantity_e4,
            unit_price_micro=one.line.unit_price_micro,
            amount_fen=one.line.amount_fen,
            practitioner_code=one.line.practitioner_code,
            trace_codes=one.line.trace_codes,
            split_pack=one.line.split_pack,
            hospital_approved=one.line.hospital_approved,
            original_fee_item_id=None,
        )
        level = call.institution.price_limit_level.value
        told.append(told_line(item, row, parts.get(one.line.line_no), one.own_line, level=level))
    return told


async def settle(call: WireCall) -> Answer:
    """2102."""
    sale = await _sale(call)
    if isinstance(sale, Refused):
        return sale
    row, lines, request = sale
    if plain(row.get("psn_no")):
        async with call.platform.readers.reading() as reading:
            (token,) = await read_tokens(
                reading, call.platform.clock, tokens=[(request.visit_token or "", call.institution_id)]
            )
        if isinstance(token, TokenFacts) and person_of(row) != (token.bucket, token.person_id):
            return Refused(PERSON_UNKNOWN)
    answer = await settle_aided(call, SettleNamed(request=request, person=None, lines=lines))
    if isinstance(answer, Refused):
        return answer
    told = named_output(call, row, answer)
    told["detlcutinfo"] = await settled_lines(call, answer)
    return told


async def settled_lines(call: WireCall, done: SettledNamed) -> list[dict[str, Any]]:
    """The lines of a settlement with their parts, under the names they were sent."""
    bill = done.settled.settlement
    async with call.platform.readers.reading() as reading:
        return await lines_of_bill(call, reading, bill)


async def lines_of_bill(call: WireCall, reading: Any, bill: settlement.Settlement) -> list[dict[str, Any]]:
    """The same for any stored settlement. Raises LookupError where its document is gone."""
    desk = call.platform.desk
    found = await encounters.read_fee_batches(reading, [(bill.cell, bill.encounter_id)])
    items = [item for batch in found if batch.fee_batch_id in bill.facts.fee_batch_ids for item in batch.items]
    own = {name.line_no: name.own_line for name in await exchange.read_names(reading, [(bill.cell, bill.encounter_id)])}
    parts: Mapping[int, LineSplit] = settlement.parts_of_settlement(desk, bill, items)
    level = call.institution.price_limit_level.value
    return [
        told_line(
            item,
            desk.catalogue.by_id(item.catalogue_item_id),
            parts.get(item.line_no),
            own.get(item.line_no, str(item.line_no)),
            level=level,
        )
        for item in items
    ]
