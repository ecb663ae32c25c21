"""Verbs of people: register, enrol, find, lock. 中文: 人员服务。"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer, equal
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.areas import Areas, bucket_of_digest, cell_of
from openyibao.rooms.people import store
from openyibao.rooms.people.documents import document_fault
from openyibao.rooms.people.records import (
    DocumentType,
    Enrolment,
    InsuredPerson,
    NewEnrolment,
    NewPerson,
    PersonChange,
    Sex,
)
from openyibao.rooms.people.rules import (
    ALREADY_REGISTERED,
    agency_area_unknown,
    masked_document,
    normal_document,
)
from openyibao.rooms.people.store import EnrolmentKey
from openyibao.rooms.people.telling import enrolment_changed, enrolment_event, person_changed, person_event

_DOCUMENT_PURPOSE, _PHONE_PURPOSE = "persons.document", "persons.phone"


def document_place(person_id: int) -> str:
    """Where a document number is sealed for."""
    return f"persons.document_sealed:{person_id}"


def phone_place(person_id: int) -> str:
    """Where a phone number is sealed for."""
    return f"persons.phone_sealed:{person_id}"


async def register_persons(
    tx: Tx, clock: Clock, sealer: Sealer, *, persons: Sequence[NewPerson], actor: str
) -> list[InsuredPerson | Refused]:
    """Register people, one answer for each; refused for the document, ``person_already_registered``."""
    known = await _registered(tx, sealer, persons)
    answers: list[InsuredPerson | Refused] = []
    rows: list[Sequence[Any]] = []
    at = clock.now()
    for person in persons:
        number = normal_document(person.document_number)
        fault = document_fault(person.document_type, number)
        if fault is not None:
            answers.append(fault)
            continue
        if (person.document_type, number) in known:
            answers.append(Refused(ALREADY_REGISTERED, {"document": masked_document(number)}))
            continue
        known.add((person.document_type, number))
        registered, row = _sealed(tx, sealer, person, number)
        answers.append(registered)
        rows.append((*row, at))
    if rows:
        await store.write_persons(tx, rows)
        tx.audit += [person_event(row, actor) for row in rows]
    return answers


async def enrol(
    tx: Tx, clock: Clock, areas: Areas, *, enrolments: Sequence[NewEnrolment], actor: str
) -> list[Enrolment | Refused]:
    """Enter enrolments with their entitlement periods in the cell of their pooling area; ``agency_area_unknown``."""
    answers: list[Enrolment | Refused] = []
    for each in enrolments:
        pool = areas.pooling_area(each.agency_area, each.begins_on)
        if pool is None:
            answers.append(agency_area_unknown(each.agency_area, each.begins_on))
            continue
        answers.append(
            Enrolment(
                cell=cell_of(pool.pooling_area, pool.cells, each.person_id),
                person_id=each.person_id,
                enrolment_id=tx.ids.next(),
                agency_area=each.agency_area,
                pooling_area=pool.pooling_area,
                insurance_type=each.insurance_type,
                person_category=each.person_category,
                groups=each.groups,
                birth_on=each.birth_on,
                begins_on=each.begins_on,
                ends_on=each.ends_on,
                entitlements=each.entitlements,
            )
        )
    await add_enrolments(tx, [each for each in answers if isinstance(each, Enrolment)], actor=actor)
    return answers


async def add_enrolments(tx: Tx, enrolments: Sequence[Enrolment], *, actor: str) -> None:
    """Enter enrolments that are made up already, with their periods."""
    if enrolments:
        await store.write_enrolments(tx, enrolments)
        tx.audit += [enrolment_event(each, actor) for each in enrolments]


async def change_enrolments(tx: Tx, enrolments: Sequence[Enrolment], *, actor: str) -> list[Enrolment]:
    """Put enrolments and their periods in place of what they were; the caller has locked their persons.

    Each comes once, as it shall stand; ``changes`` is counted here.
    """
    changed = [msgspec.structs.replace(each, changes=each.changes + 1) for each in enrolments]
    if changed:
        await store.update_enrolments(tx, changed)
        tx.audit += [enrolment_changed(each, actor) for each in changed]
    return changed


async def change_persons(tx: Tx, changes: Mapping[tuple[int, int], PersonChange], *, actor: str) -> None:
    """Note of persons, by (bucket, person_id), that they died or go on under another record."""
    rows = []
    for row in await store.lock_person_rows(tx, list(changes)):
        change = changes[row["bucket"], row["person_id"]]
        after = dict(row)
        after["changes"] += 1
        if change.died_on is not None:
            after["died_on"] = change.died_on
        if change.merged_into is not None:
            after["merged_into_bucket"], after["merged_into"] = change.merged_into
        rows.append(after)
    if rows:
        names = ("bucket", "person_id", "died_on", "merged_into_bucket", "merged_into", "changes")
        await store.update_persons(tx, [[row[name] for name in names] for row in rows])
        tx.audit += [person_changed(list(row.values()), actor) for row in rows]


async def find_registered(
    reading: Reading, sealer: Sealer, *, document_type: DocumentType, number: str, name: str, phone: str
) -> InsuredPerson | None:
    """The person of a document, where name and registered phone agree too; None tells not which of them differs.

    A code proves something only on the phone the agency has: sent to a phone that the asker names, it would hand the
    credential to anybody who knows a name and a number.
    """
    digests = document_digests(sealer, document_type, normal_document(number))
    rows = await store.read_by_digests(reading, [_bucket(each) for each in digests], digests)
    if not rows or rows[0]["name"] != name or rows[0]["phone_sealed"] is None:
        return None
    registered = sealer.unseal(rows[0]["phone_sealed"], where=phone_place(rows[0]["person_id"]))
    person = _person(sealer, rows[0])
    if (person.document_type, person.document_number) != (document_type, normal_document(number)):
        return None  # a document they had once: it finds them, but proves nothing any more
    return await _going_on(reading, sealer, person) if equal(registered, phone.encode()) else None


async def find_by_document(
    reading: Reading, sealer: Sealer, document_type: DocumentType, number: str
) -> InsuredPerson | None:
    """The person of a document, or None; also where the digest was made with an older key."""
    digests = document_digests(sealer, document_type, normal_document(number))
    rows = await store.read_by_digests(reading, [_bucket(each) for each in digests], digests)
    return await _going_on(reading, sealer, _person(sealer, rows[0])) if rows else None


async def find_by_documents(
    reading: Reading, sealer: Sealer, documents: Iterable[tuple[DocumentType, str]]
) -> dict[tuple[DocumentType, str], tuple[int, int]]:
    """(bucket, person_id) of many documents at once, none unsealed; whoever is not registered is left out."""
    by_digest = {
        digest: document
        for document in documents
        for digest in document_digests(sealer, document[0], normal_document(document[1]))
    }
    rows = await store.read_by_digests(reading, [_bucket(each) for each in by_digest], list(by_digest))
    return {by_digest[row["document_digest"]]: (row["bucket"], row["person_id"]) for row in rows}


async def read_persons(
    reading: Reading, sealer: Sealer, keys: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], InsuredPerson]:
    """Persons by (bucket, person_id), documents unsealed; a missing one is left out."""
    wanted = set(keys)
    rows = await store.read_persons(reading, sorted({b for b, _ in wanted}), sorted({p for _, p in wanted}))
    return {
        (row["bucket"], row["person_id"]): _person(sealer, row)
        for row in rows
        if (row["bucket"], row["person_id"]) in wanted
    }


async def find_phone(reading: Reading, sealer: Sealer, bucket: int, person_id: int) -> str | None:
    """The phone the agency has of a person, or None: where a code proves something."""
    rows = await store.read_persons(reading, [bucket], [person_id])
    sealed = rows[0]["phone_sealed"] if rows else None
    return None if sealed is None else sealer.unseal(sealed, where=phone_place(person_id)).decode()


async def lock_enrolments(tx: Tx, keys: Iterable[EnrolmentKey]) -> dict[EnrolmentKey, list[Enrolment]]:
    """The enrolments of each (cell, person), locked in the written order until the commit; two statements."""
    return await store.fetch_enrolments(tx, keys, lock=True)


async def lock_persons(tx: Tx, keys: Iterable[EnrolmentKey]) -> None:
    """Lock each (cell, person) until the commit: whoever moves their money or counts on their accumulators does."""
    await store.lock_persons(tx, keys)


async def read_enrolments(reading: Reading, keys: Iterable[EnrolmentKey]) -> dict[EnrolmentKey, list[Enrolment]]:
    """The same without locks."""
    return await store.fetch_enrolments(reading, keys, lock=False)


async def _going_on(reading: Reading, sealer: Sealer, person: InsuredPerson) -> InsuredPerson:
    """The record a person goes on under: a merged one leads to its survivor, and that perhaps to another."""
    while person.merged_into is not None:
        person = (await read_persons(reading, sealer, [person.merged_into]))[person.merged_into]
    return person


def phone_digest_of(sealer: Sealer, phone: str) -> bytes:
    """The digest of a phone number as it is stored."""
    return sealer.digest_key_id.to_bytes(4, "big") + sealer.digest(phone, purpose=_PHONE_PURPOSE)


def document_digests(sealer: Sealer, document_type: DocumentType, number: str) -> list[bytes]:
    """One for each digest key: key id (4) ‖ digest (32), as it is stored."""
    made = sealer.digests(f"{document_type.value}:{number}", purpose=_DOCUMENT_PURPOSE)
    return [key_id.to_bytes(4, "big") + digest for key_id, digest in made.items()]


def _bucket(stored_digest: bytes) -> int:
    return bucket_of_digest(stored_digest[4:])


async def _registered(tx: Tx, sealer: Sealer, persons: Sequence[NewPerson]) -> set[tuple[DocumentType, str]]:
    by_digest: dict[bytes, tuple[DocumentType, str]] = {}
    for person in persons:
        number = normal_document(person.document_number)
        for digest in document_digests(sealer, person.document_type, number):
            by_digest[digest] = (person.document_type, number)
    rows = await store.read_by_digests(tx, [_bucket(each) for each in by_digest], list(by_digest))
    return {by_digest[row["document_digest"]] for row in rows}


def _sealed(tx: Tx, sealer: Sealer, person: NewPerson, number: str) -> tuple[InsuredPerson, tuple[Any, ...]]:
    row = sealed_row(tx, sealer, person, number)
    registered = InsuredPerson(
        bucket=row[0],
        person_id=row[1],
        name=person.name,
        document_type=person.document_type,
        document_number=number,
        sex=person.sex,
        birth_on=person.birth_on,
    )
    return registered, row


def sealed_row(tx: Tx, sealer: Sealer, person: NewPerson, number: str, digest: bytes | None = None) -> tuple[Any, ...]:
    """A new person's row, with a fresh id, up to the instant of registering; ``digest`` where it is known."""
    person_id = tx.ids.next()
    if digest is None:
        digest = sealer.digest_key_id.to_bytes(4, "big") + sealer.digest(
            f"{person.document_type.value}:{number}", purpose=_DOCUMENT_PURPOSE
        )
    phone_sealed = phone_digest = None
    if person.phone is not None:
        phone_sealed = sealer.seal(person.phone.encode(), where=phone_place(person_id))
        phone_digest = phone_digest_of(sealer, person.phone)
    return (
        _bucket(digest),
        person_id,
        person.name,
        person.document_type.value,
        sealer.seal(number.encode(), where=document_place(person_id)),
        digest,
        phone_sealed,
        phone_digest,
        person.sex.value,
        person.birth_on,
    )


def _person(sealer: Sealer, row: Any) -> InsuredPerson:
    return InsuredPerson(
        bucket=row["bucket"],
        person_id=row["person_id"],
        name=row["name"],
        document_type=DocumentType(row["document_type"]),
        document_number=sealer.unseal(row["document_sealed"], where=document_place(row["person_id"])).decode(),
        sex=Sex(row["sex"]),
        birth_on=row["birth_on"],
        died_on=row["died_on"],
        merged_into=None if row["merged_into"] is None else (row["merged_into_bucket"], row["merged_into"]),
    )
