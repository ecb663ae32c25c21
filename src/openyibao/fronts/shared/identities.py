"""A changed name or document by two officers, a lost phone by one who is called. 中文: 身份变更与电话挂失办理。

Keeps: nothing. Promises: those of ``bindings.change_identity`` and ``unbind_by_hotline``. Units: none. Callers: the agency's command, counters.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Any

import msgspec

from openyibao.fronts.shared.looking import note_look
from openyibao.fronts.shared.platform import Platform
from openyibao.kit.batch import Work
from openyibao.kit.crypto import KeyPurpose
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms import bindings, people
from openyibao.rooms.areas import bucket_of_digest
from openyibao.rooms.bindings import HotlineAct, IdentityChanged, LostCall
from openyibao.rooms.looks import LookerKind, LookKind, NewLook
from openyibao.rooms.people import DocumentType, NewIdentity

LINES_MAX = 1_000
NOBODY = 0
"""The person of a look that led to no person."""
FORMER_UNKNOWN = reason(
    "former_document_unknown",
    zh="没有这个原证件的参保人",
    en="Nobody is registered with the former document",
    next_zh="请核对原证件的类型和号码",
    next_en="Check kind and number of the former document",
)
NOTHING_TO_END = reason(
    "caller_without_devices",
    zh="按这个证件没有可停用的设备",
    en="There is no device to end under this document",
    next_zh="请与来电人核对证件类型和号码; 是否参保不在电话中告知",
    next_en="Check kind and number with the caller; whether somebody is insured is not told by telephone",
)
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
_Number = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]


class IdentityLine(msgspec.Struct, frozen=True, kw_only=True):
    """Whose identity changes, by the former document, and to what."""

    document_type: DocumentType
    document_number: _Number
    new_name: _Name
    new_document_type: DocumentType
    new_document_number: _Number


def read_identities(file: Path) -> list[IdentityLine]:
    """The lines of a file with the header of the field names. Raises ValueError naming the line that does not fit."""
    found = []
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), 2):
            if number > LINES_MAX:
                raise ValueError(f"more than {LINES_MAX} lines")
            given = {name: (value or "").strip() for name, value in row.items() if name}
            try:
                found.append(msgspec.convert(given, IdentityLine, strict=False))
            except msgspec.ValidationError as fault:
                raise ValueError(f"line {number}: {fault}") from fault
    return found


async def change_identity_of(
    platform: Platform, line: IdentityLine, *, maker: str, approver: str, why: str
) -> IdentityChanged | Refused:
    """Refused, in order: former_document_unknown, those of ``bindings.change_identity``."""
    async with platform.readers.reading() as reading:
        person = await people.find_by_document(reading, platform.sealer, line.document_type, line.document_number)
    if person is None:
        return Refused(FORMER_UNKNOWN)

    async def run(tx: Tx) -> Any:
        return await bindings.change_identity(
            tx,
            platform.clock,
            platform.sealer,
            platform.ring.signer(KeyPurpose.issuer),
            bucket=person.bucket,
            person_id=person.person_id,
            identity=NewIdentity(
                name=line.new_name,
                document_type=line.new_document_type,
                document_number=line.new_document_number,
            ),
            issuer_key_id=platform.ring.current(KeyPurpose.issuer).key_id,
            maker=maker,
            approver=approver,
            why=why,
        )

    changed: IdentityChanged | Refused = await platform.lane.submit("work", Work(run=run))
    return changed


async def end_by_hotline(
    platform: Platform, *, document_type: DocumentType, document_number: str, call: LostCall
) -> HotlineAct | Refused:
    """End the devices of a caller. Refused, in order: caller_not_proved · caller_without_devices.

    A document of nobody, a person without a credential and one without devices get one answer, and each leaves a look: nobody
    finds out by this who is registered, and who tries is seen.
    """
    async with platform.readers.reading() as reading:
        person = await people.find_by_document(reading, platform.sealer, document_type, document_number)
    refused = bindings.refuse_call(call)
    if refused is not None:
        return refused
    document = f"{document_type.value}:{people.normal_document(document_number)}"
    nobody = bucket_of_digest(platform.sealer.digest(document, purpose="hotline.nobody"))
    await note_look(
        platform,
        NewLook(
            bucket=nobody if person is None else person.bucket,
            person_id=NOBODY if person is None else person.person_id,
            kind=LookKind.identity,
            looker_kind=LookerKind.agency,
            looker=call.officer.strip()[:80] or "-",
            why=f"hotline: {call.why.strip()}"[:200],
        ),
    )
    if person is None:
        return Refused(NOTHING_TO_END)

    async def run(tx: Tx) -> Any:
        return await bindings.unbind_by_hotline(
            tx, platform.clock, platform.sealer, bucket=person.bucket, person_id=person.person_id, call=call
        )

    done: HotlineAct | Refused = await platform.lane.submit("work", Work(run=run))
    return Refused(NOTHING_TO_END) if isinstance(done, Refused) else done
