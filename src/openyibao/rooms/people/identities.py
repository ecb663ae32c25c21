"""The verb change_identity: a person's name, kind of document or number changed (C8). 中文: 身份信息变更。

The row stays where it is, and all that leads to it: money, enrolments, filings, mandates. Documents it had lead to it too,
so that nobody is registered twice by an old one.
"""

from __future__ import annotations

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.areas import bucket_of_digest
from openyibao.rooms.people import store
from openyibao.rooms.people.documents import document_fault
from openyibao.rooms.people.records import InsuredPerson, NewIdentity
from openyibao.rooms.people.rules import ALREADY_REGISTERED, masked_document, normal_document
from openyibao.rooms.people.service import document_digests, document_place, read_persons
from openyibao.rooms.people.telling import person_changed, pointer_event

NOT_TO_CHANGE = reason(
    "identity_not_to_change",
    zh="没有找到该档案, 或该档案已注销、已并入其他档案",
    en="The record is not there, or it ended or went on under another",
    next_zh="请核对原证件; 已合并的, 请用保留的档案办理",
    next_en="Check the former document; if it was merged, go on with the record that was kept",
)
IDENTITY_SAME = reason(
    "identity_same",
    zh="新的姓名和证件与现有登记完全相同",
    en="The new name and document are those on record",
    next_zh="请核对要变更的内容",
    next_en="Check what is to change",
)


async def change_identity(
    tx: Tx, clock: Clock, sealer: Sealer, *, bucket: int, person_id: int, identity: NewIdentity, actor: str
) -> InsuredPerson | Refused:
    """Write a person's new name and document.

    Refused, in order: those of the document, identity_not_to_change, identity_same, person_already_registered.
    """
    number = normal_document(identity.document_number)
    fault = document_fault(identity.document_type, number)
    if fault is not None:
        return fault
    rows = await store.lock_person_rows(tx, [(bucket, person_id)])
    if not rows or rows[0]["died_on"] is not None or rows[0]["merged_into"] is not None:
        return Refused(NOT_TO_CHANGE)
    digests = document_digests(sealer, identity.document_type, number)
    held = await store.read_by_digests(tx, [bucket_of_digest(each[4:]) for each in digests], digests)
    if any((row["bucket"], row["person_id"]) != (bucket, person_id) for row in held):
        return Refused(ALREADY_REGISTERED, {"document": masked_document(number)})
    row = dict(rows[0])
    same_document = row["document_digest"] in digests
    if same_document and row["name"] == identity.name:
        return Refused(IDENTITY_SAME)
    row["name"], row["changes"] = identity.name, row["changes"] + 1
    if not same_document:
        old = bytes(row["document_digest"])
        current = next(each for each in digests if each.startswith(sealer.digest_key_id.to_bytes(4, "big")))
        row["document_type"] = identity.document_type.value
        row["document_sealed"] = sealer.seal(number.encode(), where=document_place(person_id))
        row["document_digest"] = current
        await _point(tx, clock, [old, current], row, actor)
    names = ("bucket", "person_id", "name", "document_type", "document_sealed", "document_digest", "changes")
    await store.update_identity(tx, [row[name] for name in names])
    tx.audit.append(person_changed(list(row.values()), actor))
    return (await read_persons(tx, sealer, [(bucket, person_id)]))[bucket, person_id]


async def _point(tx: Tx, clock: Clock, digests: list[bytes], row: dict[str, object], actor: str) -> None:
    """Lead documents to a person; those that lead there by a pointer already stay as they are."""
    at = clock.now()
    led = {
        bytes(one[0]) for one in await store.find_pointers(tx, [(bucket_of_digest(each[4:]), each) for each in digests])
    }
    pointers = [
        (bucket_of_digest(each[4:]), each, row["bucket"], row["person_id"], tx.ids.next(), at)
        for each in digests
        if each not in led
    ]
    if pointers:
        await store.insert_pointers(tx, pointers)
        tx.audit += [pointer_event(one, actor) for one in pointers]
