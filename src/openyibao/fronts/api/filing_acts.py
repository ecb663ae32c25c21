"""Filings over the interface: file for the person whose visit token this is, renew, look up, end, withdraw. 中文: 备案接口。

Approving is the agency's; no route here does it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from openyibao.fronts.api.bodies import Code, Reference, Token, Words, split_reference
from openyibao.fronts.api.reasons import KEY_MISSING
from openyibao.fronts.shared.looking import look_by_token
from openyibao.kit.outcome import Refused
from openyibao.rooms import filings
from openyibao.rooms.filings import (
    INSTITUTIONS_MOST,
    DecideRequest,
    Filed,
    Filer,
    FileRequest,
    Filing,
    FilingAct,
    FilingKind,
    NewFiling,
)
from openyibao.rooms.looks import LookKind

if TYPE_CHECKING:
    from openyibao.fronts.api.calls import Call

Institutions = Annotated[tuple[Code, ...], msgspec.Meta(max_length=INSTITUTIONS_MOST)]
Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class FilingBody(msgspec.Struct, forbid_unknown_fields=True):
    """A filing to make. ``evidence_digest`` is the hash of the papers it stands on, in hex."""

    visit_token: Token
    operator_code: Code
    kind: FilingKind
    begins_on: date
    ends_on: date | None = None
    disease_code: Code | None = None
    item_code: Code | None = None
    treatment_area: Annotated[int, msgspec.Meta(ge=100_000, le=999_999)] | None = None
    institution_codes: Institutions = ()
    practitioner_code: Code | None = None
    evidence_digest: Digest | None = None


class RenewBody(msgspec.Struct, forbid_unknown_fields=True):
    """Renew a filing: it goes on the day after its last one; institutions and doctor stay where none are given."""

    visit_token: Token
    operator_code: Code
    filing_id: Reference
    ends_on: date | None = None
    institution_codes: Institutions = ()
    practitioner_code: Code | None = None
    evidence_digest: Digest | None = None


class FilingActBody(msgspec.Struct, forbid_unknown_fields=True):
    """End (``on`` is its last day) or withdraw a filing."""

    visit_token: Token
    operator_code: Code
    filing_id: Reference
    why: Words = ""
    on: date | None = None


class FiledInstitutionsBody(msgspec.Struct, forbid_unknown_fields=True):
    """Change the institutions a filing is bound to."""

    visit_token: Token
    operator_code: Code
    filing_id: Reference
    institution_codes: Institutions
    why: Words = ""


class FilingsBody(msgspec.Struct, forbid_unknown_fields=True):
    """Whose filings are asked for."""

    visit_token: Token


def filing_body(filing: Filing) -> dict[str, Any]:
    """A filing as the institution sees it: no person id, ids as strings."""
    return {
        "filing_id": f"{filing.cell}-{filing.filing_id}",
        "kind": filing.kind,
        "state": filing.state,
        "counts_at_once": filing.counts_at_once,
        "disease_code": filing.disease_code or None,
        "item_code": filing.item_code or None,
        "treatment_area": filing.treatment_area or None,
        "institution_codes": filing.bound_to,
        "practitioner_code": filing.practitioner_code or None,
        "begins_on": filing.begins_on,
        "valid_until": filing.valid_until,
        "filed_by": filing.filed_by,
        "filed_at": filing.filed_at,
        "renews": None if filing.predecessor_id is None else f"{filing.cell}-{filing.predecessor_id}",
    }


async def file_one(call: Call) -> Any:
    """File for the person."""
    body: FilingBody = call.body
    new = NewFiling(
        kind=body.kind,
        begins_on=body.begins_on,
        ends_on=body.ends_on,
        disease_code=body.disease_code or "",
        item_code=body.item_code or "",
        treatment_area=body.treatment_area or 0,
        institution_codes=body.institution_codes,
        practitioner_code=body.practitioner_code or "",
        evidence_digest=None if body.evidence_digest is None else bytes.fromhex(body.evidence_digest),
    )
    return await _file(call, new, None)


async def renew(call: Call) -> Any:
    """Renew a filing of the person."""
    body: RenewBody = call.body
    new = NewFiling(
        kind=FilingKind.other,  # its predecessor's counts
        begins_on=call.platform.clock.today(),
        ends_on=body.ends_on,
        institution_codes=body.institution_codes,
        practitioner_code=body.practitioner_code or "",
        evidence_digest=None if body.evidence_digest is None else bytes.fromhex(body.evidence_digest),
    )
    return await _file(call, new, split_reference(body.filing_id)[1])


async def _file(call: Call, new: NewFiling, renews: int | None) -> Any:
    if call.request_key is None:
        return Refused(KEY_MISSING)
    request = FileRequest(
        institution_id=call.institution_id,
        request_key=call.request_key,
        digest=call.digest,
        filed_by=Filer.institution,
        filer=f"{call.institution_id}/{call.body.operator_code}",
        new=new,
        visit_token=call.body.visit_token,
        renews=renews,
    )
    return _answer(await call.platform.lane.submit("file_filing", request))


async def end(call: Call) -> Any:
    """End a filing of the person."""
    return await _decide(call, FilingAct.end, on=call.body.on)


async def withdraw(call: Call) -> Any:
    """Withdraw a filing that nothing stands on."""
    return await _decide(call, FilingAct.withdraw)


async def change_institutions(call: Call) -> Any:
    """Bind a filing to other institutions."""
    return await _decide(call, FilingAct.change_institutions, institution_codes=call.body.institution_codes)


async def _decide(
    call: Call, act: FilingAct, *, on: date | None = None, institution_codes: tuple[str, ...] = ()
) -> Any:
    if call.request_key is None:
        return Refused(KEY_MISSING)
    cell, filing_id = split_reference(call.body.filing_id)
    request = DecideRequest(
        institution_id=call.institution_id,
        request_key=call.request_key,
        digest=call.digest,
        cell=cell,
        filing_id=filing_id,
        act=act,
        decided_by=Filer.institution,
        officer=f"{call.institution_id}/{call.body.operator_code}",
        why=call.body.why,
        on=on,
        institution_codes=institution_codes,
        visit_token=call.body.visit_token,
    )
    return _answer(await call.platform.lane.submit("decide_filing", request))


def _answer(answer: Filed | Refused) -> Any:
    if isinstance(answer, Refused):
        return answer
    corrected = None if answer.correction_id is None else f"{answer.filing.cell}-{answer.correction_id}"
    return {**filing_body(answer.filing), "repeated": answer.repeated, "correction_id": corrected}


async def list_of_person(call: Call) -> Any:
    """The person's filings, the newest first."""
    body: FilingsBody = call.body
    found = await look_by_token(
        call.platform,
        visit_token=body.visit_token,
        institution_id=call.institution_id,
        kind=LookKind.filings,
        asked="filings",
    )
    if isinstance(found, Refused):
        return found
    async with call.platform.readers.reading() as reading:
        listed = await filings.list_filings_of(reading, (found.cell, found.person_id))
    return {"filings": [filing_body(one) for one in listed]}
