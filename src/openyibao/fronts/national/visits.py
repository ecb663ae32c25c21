"""What transactions about visits share: find one by its names, tell a bill, part lines. 中文: 就诊共用。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openyibao.fronts.national.acts import UploadedNamed, UploadNamed
from openyibao.fronts.national.calls import Answer, WireCall, person_of, text
from openyibao.fronts.national.reasons import FIELD_WRONG, PERSON_UNKNOWN
from openyibao.fronts.national.settling import SettledNamed
from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, exchange, people, settlement
from openyibao.rooms.encounters import ENCOUNTER_UNKNOWN, LINES_MAX, Diagnosis, EncounterKind, FeeItem
from openyibao.rooms.exchange import LineName, VisitNote
from openyibao.rooms.institutions import PractitionerKind
from openyibao.rooms.people import InsuredPerson
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.settlement import Settlement
from openyibao.wire.national import bills, codes, names
from openyibao.wire.national.amounts import NumberFaultError, fen_of, plain
from openyibao.wire.national.bills import BillHead
from openyibao.wire.national.lines import LineFaultError, WireLine, read_line, told_line

_FIRST = (PractitionerKind.doctor, PractitionerKind.pharmacist, PractitionerKind.nurse, PractitionerKind.technician)


async def find_visit(reading: Reading, call: WireCall, row: Mapping[str, Any]) -> VisitNote | Refused:
    """The visit of ``mdtrt_id``, of this institution and person. Reasons: encounter_unknown · wire_person_unknown."""
    name = names.read_visit(text(dict(row), "mdtrt_id", 30))
    note = (await exchange.read_notes(reading, [name])).get(name)
    if note is None or note.institution_id != call.institution_id:
        return Refused(ENCOUNTER_UNKNOWN)
    person = person_of(dict(row))
    if plain(row.get("psn_no")) and person != (note.bucket, note.person_id):
        return Refused(PERSON_UNKNOWN)
    return note


async def visit_of(call: WireCall, row: Mapping[str, Any]) -> VisitNote | Refused:
    """The same with a reader of its own."""
    async with call.platform.readers.reading() as reading:
        return await find_visit(reading, call, row)


def practitioner_of(call: WireCall, sent: str) -> str:
    """Who treats: as sent; else the operator where they are one; else the first who works there."""
    directory, place = call.platform.desk.directory, call.institution_id
    if sent:
        return sent
    if directory.practitioner(place, call.envelope.operator_code) is not None:
        return call.envelope.operator_code
    staff = directory.practitioners_of(place)
    for kind in _FIRST:
        for one in staff:
            if one.kind is kind:
                return one.practitioner_code
    return call.envelope.operator_code


def diagnoses_of(rows: Sequence[dict[str, Any]]) -> tuple[Diagnosis, ...]:
    """Diagnoses that are valid, the main one marked (the first where none is)."""
    valid = [row for row in rows if plain(row.get("vali_flag")) != "0" and text(row, "diag_code", 40)]
    valid.sort(key=lambda row: int(order) if (order := plain(row.get("diag_srt_no"))).isdigit() else 99)
    marked = any(plain(row.get("maindiag_flag")) == "1" for row in valid)
    return tuple(
        Diagnosis(
            code=text(row, "diag_code", 40),
            name=text(row, "diag_name", 100),
            main=plain(row.get("maindiag_flag")) == "1" if marked else at == 0,
        )
        for at, row in enumerate(valid[: encounters.DIAGNOSES_MAX])
    )


def account_use(row: dict[str, Any]) -> AccountUse:
    """Whether an account pays; the own one where nothing is said."""
    return codes.ACCOUNT_USES.get(plain(row.get("acct_used_flag")), AccountUse.own)


def total_of(row: dict[str, Any], name: str = "medfee_sumamt") -> int | Refused | None:
    """The total as sent; None where nothing was. Reason: field_wrong."""
    try:
        return fen_of(row.get(name)) or None
    except NumberFaultError:
        return Refused(FIELD_WRONG, {"field": name})


def read_lines(rows: Sequence[dict[str, Any]], *, practitioner: str, stay: bool) -> tuple[WireLine, ...] | Refused:
    """Lines as sent, numbered from 1. Reason: field_wrong."""
    if not 0 < len(rows) <= LINES_MAX:
        return Refused(FIELD_WRONG, {"field": f"feedetail (1-{LINES_MAX})"})
    try:
        return tuple(
            read_line(row, number, practitioner=practitioner, stay=stay) for number, row in enumerate(rows, start=1)
        )
    except LineFaultError as fault:
        return Refused(FIELD_WRONG, {"field": str(fault)})


async def upload(call: WireCall, note: VisitNote, lines: Sequence[WireLine], *, by_batch: bool) -> Answer:
    """Upload lines, one act an own batch, and tell each back with its parts."""
    groups: dict[str, list[WireLine]] = {}
    for line in lines:
        groups.setdefault(line.own_batch if by_batch else "", []).append(line)
    done: list[UploadedNamed] = []
    for number, (_, group) in enumerate(groups.items()):
        suffix = f"#{number}" if number else ""
        answer = await call.platform.lane.submit(
            "upload_named",
            UploadNamed(
                institution_id=call.institution_id,
                request_key=call.envelope.message_no + suffix,
                digest=call.digest,
                visit=note,
                lines=tuple(group),
            ),
        )
        if isinstance(answer, Refused):
            return answer
        done.append(answer)
    return {"result": await tell_lines(call, note, done)}


async def tell_lines(call: WireCall, note: VisitNote, done: Sequence[UploadedNamed]) -> list[dict[str, Any]]:
    """Uploaded lines with their parts, in the order they came."""
    platform = call.platform
    batches = [one.fee_batch_id for one in done]
    async with platform.readers.reading() as reading:
        parts = await settlement.part_lines(
            reading,
            platform.clock,
            platform.desk,
            cell=note.cell,
            encounter_id=note.encounter_id,
            fee_batch_ids=batches,
        )
        found = await encounters.read_fee_batches(reading, [(note.cell, note.encounter_id)])
    items = {item.line_no: item for batch in found if batch.fee_batch_id in batches for item in batch.items}
    told = [name for one in done for name in one.names]
    return [
        _told(call, items[name.line_no], {} if isinstance(parts, Refused) else parts, name)
        for name in told
        if name.line_no in items
    ]


def _told(call: WireCall, line: FeeItem, parts: Mapping[int, Any], name: LineName) -> dict[str, Any]:
    row = call.platform.desk.catalogue.by_id(line.catalogue_item_id)
    level = call.institution.price_limit_level.value
    return told_line(line, row, parts.get(line.line_no), name.own_line, level=level)


def head_of(
    call: WireCall,
    row: dict[str, Any],
    *,
    visit_name: str,
    bucket: int,
    person: InsuredPerson,
    insurance: str,
    person_type: str,
    groups: Sequence[str],
    kind: EncounterKind,
    said: Mapping[str, Any] | None = None,
) -> BillHead:
    """What a bill's reply says beside amounts: first as this request names it, then as the visit does."""
    said = said or {}
    return BillHead(
        visit_name=visit_name,
        person_name=names.person_name(bucket, person.person_id),
        message_no=call.envelope.message_no,
        med_type=text(row, "med_type", 6) or str(said.get("med_type") or codes.MED_TYPE_OF_KIND[kind]),
        proof_kind=text(row, "mdtrt_cert_type", 3) or str(said.get("mdtrt_cert_type") or codes.TOKEN_CODE),
        person=person,
        insurance=insurance,
        person_type=person_type,
        civil_servant="civil_servant" in groups,
        account_in_fund=call.client.profile.account_in_fund,
    )


def bill_output(
    call: WireCall,
    row: dict[str, Any],
    done: Settlement,
    person: InsuredPerson,
    bucket: int,
    *,
    visit_name: str,
    said: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """``setlinfo`` and ``setldetail`` of a settlement or a reversal."""
    kind = done.facts.visit.kind
    head = head_of(
        call,
        row,
        visit_name=visit_name,
        bucket=bucket,
        person=person,
        insurance=done.insurance_type,
        person_type=codes.PERSON_TYPES[done.facts.person.person_category],
        groups=done.facts.person.groups,
        kind=kind,
        said=said,
    )
    return bills.settled(head, done, name=names.settlement_name(done.cell, done.settlement_id), kind=kind)


def named_output(call: WireCall, row: dict[str, Any], done: SettledNamed, *, visit_name: str = "") -> dict[str, Any]:
    """The same of the answer of ``settle_named``; a visit that came whole is named by its encounter."""
    bill = done.settled.settlement
    assert done.person is not None
    name = visit_name or names.visit_name(bill.cell, bill.encounter_id)
    return bill_output(call, row, bill, done.person, done.bucket, visit_name=name)


async def bucket_of_settlement(reading: Reading, bill: Settlement) -> int:
    """The bucket of a bill's person."""
    from openyibao.rooms import looks  # noqa: PLC0415 only here

    return (await looks.find_buckets(reading, [bill.person_id]))[bill.person_id]


async def person_at(reading: Reading, call: WireCall, bucket: int, person_id: int) -> InsuredPerson:
    """A person who is there."""
    name = (bucket, person_id)
    return (await people.read_persons(reading, call.platform.sealer, [name]))[name]
