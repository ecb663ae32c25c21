"""People by the thousands: registered where they are new, left where they are the same. 中文: 人员批量导入。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.areas import bucket_of_digest
from openyibao.rooms.people import store
from openyibao.rooms.people.documents import document_fault
from openyibao.rooms.people.records import DocumentType, NewPerson
from openyibao.rooms.people.rules import ALREADY_REGISTERED, masked_document, normal_document
from openyibao.rooms.people.service import document_digests, phone_digest_of, sealed_row
from openyibao.rooms.people.telling import person_event


class PersonName(NamedTuple):
    """Who a document leads to, and what an enrolment needs of them."""

    bucket: int
    person_id: int
    birth_on: date


async def enter_persons(
    tx: Tx, clock: Clock, sealer: Sealer, *, persons: Sequence[NewPerson], actor: str
) -> list[bool | Refused]:
    """Register people by COPY: True for who is new, False for who is there word for word.

    Refused: those of the document (``documents``) · person_already_registered (with another name, sex, birth date or phone).
    """
    numbers = [normal_document(one.document_number) for one in persons]
    digests = [
        document_digests(sealer, one.document_type, number) for one, number in zip(persons, numbers, strict=True)
    ]
    flat = [digest for own in digests for digest in own]
    found = await store.read_by_digests(tx, [bucket_of_digest(digest[4:]) for digest in flat], flat)
    known: dict[bytes, Any] = {row["document_digest"]: row for row in found}
    answers: list[bool | Refused] = []
    rows: list[Sequence[Any]] = []
    at, head = clock.now(), sealer.digest_key_id.to_bytes(4, "big")
    for one, number, own in zip(persons, numbers, digests, strict=True):
        there = next((known[digest] for digest in own if digest in known), None)
        if there is not None:
            same = _is_same(sealer, one, there)
            answers.append(False if same else Refused(ALREADY_REGISTERED, {"document": masked_document(number)}))
            continue
        fault = document_fault(one.document_type, number)
        if fault is not None:
            answers.append(fault)
            continue
        current = next((digest for digest in own if digest.startswith(head)), None)
        row = (*sealed_row(tx, sealer, one, number, current), at)
        known[row[5]] = dict(zip(store.PERSON_COLUMNS, row, strict=True))
        rows.append(row)
        answers.append(True)
    if rows:
        await store.write_persons(tx, rows)
        tx.audit += [person_event(row, actor) for row in rows]
    return answers


def _is_same(sealer: Sealer, one: NewPerson, there: Any) -> bool:
    phone = None if one.phone is None else phone_digest_of(sealer, one.phone)
    facts = (there["name"], there["sex"], there["birth_on"])
    return facts == (one.name, one.sex.value, one.birth_on) and (phone is None or phone == there["phone_digest"])


async def find_persons(
    reading: Reading, sealer: Sealer, documents: Sequence[tuple[DocumentType, str]]
) -> dict[tuple[DocumentType, str], PersonName]:
    """Who documents (type, number as compared) lead to; a merged record leads to its survivor."""
    by_digest = {
        digest: document for document in set(documents) for digest in document_digests(sealer, document[0], document[1])
    }
    rows = await store.read_by_digests(reading, [bucket_of_digest(digest[4:]) for digest in by_digest], list(by_digest))
    found = {
        by_digest[row["document_digest"]]: PersonName(row["bucket"], row["person_id"], row["birth_on"]) for row in rows
    }
    led = {by_digest[row["document_digest"]]: row for row in rows if row["merged_into"] is not None}
    while led:
        keys = {(row["merged_into_bucket"], row["merged_into"]) for row in led.values()}
        after = await store.read_persons(reading, sorted({key[0] for key in keys}), sorted({key[1] for key in keys}))
        by_key = {(row["bucket"], row["person_id"]): row for row in after}
        led = {document: by_key[row["merged_into_bucket"], row["merged_into"]] for document, row in led.items()}
        found |= {
            document: PersonName(row["bucket"], row["person_id"], row["birth_on"]) for document, row in led.items()
        }
        led = {document: row for document, row in led.items() if row["merged_into"] is not None}
    return found
