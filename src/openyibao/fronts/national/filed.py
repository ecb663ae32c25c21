"""Filings: 2501 to 2507; and what is on file: 5301, 5302, 5304. 中文: 备案交易。"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from openyibao.fronts.national.calls import Answer, WireCall, person_of, text
from openyibao.fronts.national.reasons import FIELD_WRONG, PERSON_UNKNOWN
from openyibao.fronts.shared.looking import note_look
from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials, filings
from openyibao.rooms.filings import (
    DecideRequest,
    Filed,
    Filer,
    FileRequest,
    Filing,
    FilingAct,
    FilingKind,
    FilingState,
    NewFiling,
)
from openyibao.rooms.looks import LookerKind, LookKind, NewLook
from openyibao.wire.national import codes, names
from openyibao.wire.national.bills import person_head
from openyibao.wire.national.envelope import node_of
from openyibao.wire.national.fields import code_lists
from openyibao.wire.national.lines import day_of

_CHRONIC = (FilingKind.chronic_disease, FilingKind.two_diseases)
_ELSEWHERE = (FilingKind.transfer, FilingKind.long_term, FilingKind.temporary, FilingKind.emergency)
_STANDS = (FilingState.filed, FilingState.approved)


async def insured_cell(reading: Reading, name: tuple[int, int]) -> int | None:
    """The cell that a person's credential leads to; None for nobody."""
    found = await credentials.find_credential(reading, bucket=name[0], person_id=name[1])
    return None if found is None else found.insured_cell


async def _file(call: WireCall, row: dict[str, Any], new: NewFiling) -> Answer:
    name = person_of(row)
    async with call.platform.readers.reading() as reading:
        cell = await insured_cell(reading, name)
    if cell is None:
        return Refused(PERSON_UNKNOWN)
    if new.ends_on is None:
        longest = filings.settings_of(call.platform.desk.areas, cell // 100).rule(new.kind).longest_days
        ends_on = None if longest is None else new.begins_on + timedelta(days=longest - 1)
        new = msgspec.structs.replace(new, ends_on=ends_on)
    request = FileRequest(
        **call.act,
        filed_by=Filer.institution,
        filer=f"{call.institution_id}/{call.envelope.operator_code}"[:60],
        new=new,
        cell=cell,
        person_id=name[1],
    )
    answer: Filed | Refused = await call.platform.lane.submit("file_filing", request)
    if isinstance(answer, Refused):
        return answer
    return {
        "result": {
            "trt_dcla_detl_sn": names.paper_name(answer.filing.cell, answer.filing.filing_id),
            "exp_content": None,
        }
    }


def _days(call: WireCall, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "begins_on": day_of(row.get("begndate")) or call.platform.clock.today(),
        "ends_on": day_of(row.get("enddate")),
    }


async def file_transfer(call: WireCall) -> Answer:
    """2501."""
    row = node_of(call.sent, "refmedin", "data")
    area = text(row, "mdtrtarea_admdvs", 6)
    days = _days(call, row)
    days["begins_on"] = day_of(row.get("begndate")) or day_of(row.get("refl_date")) or days["begins_on"]
    place = text(row, "reflin_medins_no", 12)
    new = NewFiling(
        kind=FilingKind.transfer,
        **days,
        disease_code=text(row, "diag_code", 20),
        treatment_area=int(area) if area.isdigit() else 0,
        institution_codes=(place,) if place else (),
    )
    return await _file(call, row, new)


async def file_disease(call: WireCall) -> Answer:
    """2503."""
    row = node_of(call.sent, "data")
    place = text(row, "ide_fixmedins_no", 12)
    disease = text(row, "opsp_dise_code", 30)
    if not disease:
        return Refused(FIELD_WRONG, {"field": "opsp_dise_code"})
    new = NewFiling(
        kind=FilingKind.chronic_disease,
        **_days(call, row),
        disease_code=disease,
        institution_codes=(place,) if place else (),
        practitioner_code=text(row, "diag_dr_codg", 30),
    )
    return await _file(call, row, new)


async def file_designation(call: WireCall) -> Answer:
    """2505."""
    row = node_of(call.sent, "data")
    place = text(row, "fixmedins_code", 12) or call.institution.institution_code
    return await _file(
        call, row, NewFiling(kind=FilingKind.designation, **_days(call, row), institution_codes=(place,))
    )


async def file_injury(call: WireCall) -> Answer:
    """2507."""
    row = node_of(call.sent, "data")
    return await _file(call, row, NewFiling(kind=FilingKind.injury, **_days(call, row)))


async def withdraw(call: WireCall) -> Answer:
    """2502, 2504, 2506: what nothing stands on is withdrawn; what was used ends yesterday."""
    row = node_of(call.sent, "data")
    cell, filing_id = names.read_visit(text(row, "trt_dcla_detl_sn", 30))
    _bucket, person_id = person_of(row)
    if not person_id:  # none would be the agency's word on whosever filing it is
        return Refused(PERSON_UNKNOWN)
    request = DecideRequest(
        **call.act,
        cell=cell,
        filing_id=filing_id,
        act=FilingAct.withdraw,
        decided_by=Filer.institution,
        officer=f"{call.institution_id}/{call.envelope.operator_code}"[:60],
        why=text(row, "memo", 100) or call.envelope.infno,
        person_id=person_id,
    )
    answer = await call.platform.lane.submit("decide_filing", request)
    return answer if isinstance(answer, Refused) else None


async def look_at(call: WireCall, name: tuple[int, int], kind: LookKind) -> Refused | None:
    """Keep a look at a person that a query by number is. Reason: wire_person_unknown."""
    async with call.platform.readers.reading() as reading:
        if await insured_cell(reading, name) is None:
            return Refused(PERSON_UNKNOWN)
    await note_look(
        call.platform,
        NewLook(
            bucket=name[0],
            person_id=name[1],
            kind=kind,
            looker_kind=LookerKind.institution,
            looker=call.envelope.operator_code or str(call.institution_id),
            why=f"query {call.envelope.infno}",
            institution_id=call.institution_id,
        ),
    )
    return None


async def _listed(call: WireCall, name: tuple[int, int], kinds: tuple[FilingKind, ...]) -> list[Filing] | Refused:
    refused = await look_at(call, name, LookKind.filings)
    if refused is not None:
        return refused
    async with call.platform.readers.reading() as reading:
        cell = await insured_cell(reading, name)
        found = await filings.list_filings_of(reading, (cell or 0, name[1]))
    return [one for one in found if one.kind in kinds and one.state in _STANDS]


def _until(filing: Filing) -> str | None:
    return None if filing.valid_until is None else filing.valid_until.isoformat()


async def tell_diseases(call: WireCall) -> Answer:
    """5301."""
    found = await _listed(call, person_of(node_of(call.sent, "data")), _CHRONIC)
    if isinstance(found, Refused):
        return found
    return {
        "feedetail": [
            {
                "opsp_dise_code": one.disease_code,
                "opsp_dise_name": _disease_name(one.disease_code),
                "begndate": one.begins_on.isoformat(),
                "enddate": _until(one),
                "exp_content": None,
            }
            for one in found
        ]
    }


def _disease_name(code: str) -> str:
    """A name where some list of the interface has one, else the code."""
    return next((values[code] for values in code_lists().values() if code in values), code)


async def tell_designations(call: WireCall) -> Answer:
    """5302."""
    row = node_of(call.sent, "data")
    name = person_of(row)
    found = await _listed(call, name, (FilingKind.designation, *_CHRONIC))
    if isinstance(found, Refused):
        return found
    directory = call.platform.desk.directory
    rows = []
    for one in found:
        for order, code in enumerate(one.bound_to, start=1):
            place = directory.by_code(code)
            rows.append(
                {
                    "psn_no": names.person_name(*name),
                    "insutype": codes.insurance_code(one.insurance_type),
                    "fix_srt_no": str(order),
                    "fixmedins_code": code,
                    "fixmedins_name": code if place is None else place.name,
                    "begndate": one.begins_on.isoformat(),
                    "enddate": _until(one),
                    "memo": None,
                }
            )
    return {"psnfixmedin": rows}


async def tell_transfers(call: WireCall) -> Answer:
    """5304."""
    from openyibao.fronts.national.visits import person_at  # noqa: PLC0415 it imports from here

    row = node_of(call.sent, "data")
    name = person_of(row)
    found = await _listed(call, name, _ELSEWHERE)
    if isinstance(found, Refused):
        return found
    first, last = day_of(row.get("begntime")), day_of(row.get("endtime"))
    async with call.platform.readers.reading() as reading:
        person = await person_at(reading, call, *name)
    directory = call.platform.desk.directory
    head = person_head(person, call.platform.clock.today())
    rows = []
    for one in found:
        if (first and one.begins_on < first) or (last and one.begins_on > last):
            continue
        code = one.bound_to[0] if one.bound_to else None
        place = None if code is None else directory.by_code(code)
        rows.append(
            {
                "insutype": codes.insurance_code(one.insurance_type),
                "dcla_souc": "01" if one.filed_by is Filer.institution else "02",
                "psn_no": names.person_name(*name),
                **head,
                "diag_code": one.disease_code or None,
                "reflin_medins_no": code,
                "reflin_medins_name": (code or f"{one.treatment_area:06d}") if place is None else place.name,
                "out_flag": "1" if one.treatment_area // 100 != one.pooling_area // 100 else "0",
                "refl_date": one.begins_on.isoformat(),
                "refl_rea": one.kind.value,
                "begndate": one.begins_on.isoformat(),
                "enddate": _until(one),
                "hosp_agre_refl_flag": "1",
            }
        )
    return {"refmedin": rows}
