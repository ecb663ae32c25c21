"""Stays: 2401 to 2405, 2301 to 2305. 中文: 住院交易。"""

from __future__ import annotations

from typing import Any

import msgspec

from openyibao.fronts.national.acts import ChangeNoted, OpenedNoted, OpenNoted
from openyibao.fronts.national.calls import Answer, WireCall, named_person, text
from openyibao.fronts.national.outpatient import said_of, settle_visit, try_bill
from openyibao.fronts.national.proving import prove
from openyibao.fronts.national.removing import RemoveNamed
from openyibao.fronts.national.visits import (
    account_use,
    diagnoses_of,
    practitioner_of,
    read_lines,
    total_of,
    upload,
    visit_of,
)
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, exchange
from openyibao.rooms.encounters import (
    BED_KINDS,
    Admission,
    ChangeRequest,
    CloseRequest,
    Diagnosis,
    EncounterKind,
    NewEncounter,
    OpenRequest,
    UndoRequest,
)
from openyibao.rooms.settlement import SettleRequest
from openyibao.wire.national import codes, names
from openyibao.wire.national.amounts import plain
from openyibao.wire.national.envelope import node_of, nodes_of
from openyibao.wire.national.lines import day_of


def _diagnoses(call: WireCall, row: dict[str, Any]) -> tuple[Diagnosis, ...]:
    """The diagnoses as listed; else the main one that the head names."""
    listed = diagnoses_of(nodes_of(call.sent, "diseinfo"))
    code = text(row, "dscg_maindiag_code", 40)
    if listed or not code:
        return listed
    return (Diagnosis(code=code, name=text(row, "dscg_maindiag_name", 100), main=True),)


def _stay_kind(row: dict[str, Any]) -> EncounterKind:
    kind = codes.kind_of(text(row, "med_type", 6), EncounterKind.inpatient)
    return kind if kind in BED_KINDS else EncounterKind.inpatient


async def admit(call: WireCall) -> Answer:
    """2401."""
    row = node_of(call.sent, "mdtrtinfo", "data")
    proof = await prove(call, row)
    if isinstance(proof, Refused):
        return proof
    request = OpenRequest(
        **call.desk_act,
        visit_token=proof,
        token_lasts=True,
        encounter=NewEncounter(
            kind=_stay_kind(row),
            practitioner_code=practitioner_of(call, text(row, "atddr_no", 40)),
            diagnoses=_diagnoses(call, row),
            admission=Admission(ward=text(row, "adm_dept_codg", 40), bed=text(row, "adm_bed", 40)),
        ),
    )
    own_number = text(row, "ipt_no", 60) or text(row, "ipt_otp_no", 60)
    answer = await call.platform.lane.submit(
        "open_noted", OpenNoted(opening=request, own_number=own_number, said=said_of(row), person=named_person(row))
    )
    if isinstance(answer, Refused):
        return answer
    done: OpenedNoted = answer
    return {"result": {"mdtrt_id": names.visit_name(done.note.cell, done.note.visit_id), "exp_content": None}}


async def change(call: WireCall) -> Answer:
    """2403."""
    row = node_of(call.sent, "adminfo", "mdtrtinfo", "data")
    note = await visit_of(call, row)
    if isinstance(note, Refused):
        return note
    request = ChangeRequest(
        **call.act,
        operator_code=call.envelope.operator_code,
        cell=note.cell,
        encounter_id=note.encounter_id,
        ward=text(row, "adm_dept_codg", 40) or None,
        bed=text(row, "adm_bed", 40) or None,
        practitioner_code=text(row, "atddr_no", 40) or None,
        diagnoses=_diagnoses(call, row) or None,
    )
    said = msgspec.structs.replace(
        note, said=said_of(row, note.said), own_number=text(row, "ipt_otp_no", 60) or note.own_number
    )
    answer = await call.platform.lane.submit(
        "change_noted", ChangeNoted(change=request, note=said, kind=_stay_kind(row))
    )
    return answer if isinstance(answer, Refused) else None


async def discharge(call: WireCall) -> Answer:
    """2402."""
    row = node_of(call.sent, "dscginfo", "data")
    note = await visit_of(call, row)
    if isinstance(note, Refused):
        return note
    request = CloseRequest(
        **call.act,
        operator_code=call.envelope.operator_code,
        cell=note.cell,
        encounter_id=note.encounter_id,
        closed_on=day_of(row.get("endtime")),
        diagnoses=_diagnoses(call, row) or None,
    )
    said = msgspec.structs.replace(note, said=said_of(row, note.said))
    platform = call.platform

    async def run(tx: Tx) -> Any:
        await platform.desk.fresh(tx)
        (done,) = await encounters.close_encounters(tx, platform.clock, platform.desk.references, [request])
        if not isinstance(done, Refused):
            await exchange.set_note(tx, said)
        return done

    answer = await platform.lane.submit("work", Work(run))
    return answer if isinstance(answer, Refused) else None


def undoing(verb: str) -> Any:
    """2404 (cancel_encounter) and 2405 (reopen_encounter)."""

    async def undo(call: WireCall) -> Answer:
        note = await visit_of(call, node_of(call.sent, "data"))
        if isinstance(note, Refused):
            return note
        request = UndoRequest(
            **call.act, operator_code=call.envelope.operator_code, cell=note.cell, encounter_id=note.encounter_id
        )
        answer = await call.platform.lane.submit(verb, request)
        return answer if isinstance(answer, Refused) else None

    return undo


async def upload_lines(call: WireCall) -> Answer:
    """2301: daily lines; a negative one names its original."""
    rows = nodes_of(call.sent, "feedetail", "data")
    note = await visit_of(call, rows[0] if rows else {})
    if isinstance(note, Refused):
        return note
    lines = read_lines(rows, practitioner=practitioner_of(call, str(note.said.get("atddr_no", ""))), stay=True)
    return lines if isinstance(lines, Refused) else await upload(call, note, lines, by_batch=False)


async def remove_lines(call: WireCall) -> Answer:
    """2302: some lines, or all that wait."""
    rows = nodes_of(call.sent, "data")
    note = await visit_of(call, rows[0] if rows else {})
    if isinstance(note, Refused):
        return note
    answer = await call.platform.lane.submit(
        "remove_named",
        RemoveNamed(
            **call.act,
            visit=note,
            own_lines=tuple(own for row in rows if (own := text(row, "feedetl_sn", 60))),
        ),
    )
    return answer if isinstance(answer, Refused) else None


def _request(call: WireCall, row: dict[str, Any], *, for_good: bool) -> SettleRequest | Refused:
    total = total_of(row)
    if isinstance(total, Refused):
        return total
    interim: bool | None = plain(row.get("mid_setl_flag")) == "1"
    return SettleRequest(
        **call.desk_act,
        account_use=account_use(row),
        expected_total_fen=total,
        interim=True if interim else (False if for_good else None),
    )


async def pre_settle(call: WireCall) -> Answer:
    """2303: what a stay's bill would be now, whether or not the patient lies there still."""
    row = node_of(call.sent, "data")
    request = _request(call, row, for_good=False)
    return request if isinstance(request, Refused) else await try_bill(call, row, request)


async def settle(call: WireCall) -> Answer:
    """2304."""
    row = node_of(call.sent, "data")
    request = _request(call, row, for_good=True)
    return request if isinstance(request, Refused) else await settle_visit(call, row, request)
