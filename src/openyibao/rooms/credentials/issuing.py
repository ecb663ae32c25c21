"""Verbs of issuing: to insured persons, to all others who take part, and anew when name or document changed. 中文: 凭证签发。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer, Signer, Suite, equal
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.areas import bucket_of_digest
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.credentials import records, rules, store, telling
from openyibao.rooms.credentials.records import (
    Credential,
    CredentialAct,
    CredentialRole,
    CredentialState,
    HolderKind,
    HolderToIssue,
    PersonToIssue,
    SignedStatement,
    StopGround,
)
from openyibao.rooms.credentials.service import note, stop
from openyibao.rooms.institutions import Directory
from openyibao.rooms.people import (
    ORGANISATION_CODE,
    DocumentType,
    InsuredPerson,
    document_fault,
    find_by_document,
    organisation_fault,
)

_IDENTITY, _SALT = "credentials.identity", "credentials.salt"
_ORGANISATIONS = {HolderKind.hospital, HolderKind.pharmacy, HolderKind.company}
_WHAT = {HolderKind.hospital: "定点医药机构 (institution)", HolderKind.pharmacy: "定点医药机构 (institution)"}
_PRACTITIONER = "医护药技人员 (practitioner)"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A credential about to be issued."""

    bucket: int
    person_id: int | None
    text: str
    insured_cell: int | None = None
    insured_area: int | None = None
    supersedes: int | None = None


async def issue(
    tx: Tx, clock: Clock, sealer: Sealer, signer: Signer, *, persons: Sequence[PersonToIssue], issuer_key_id: int
) -> list[Credential]:
    """Issue one credential per identity; an identity that has one gets that one back, and one that was issued to somebody
    as staff leads to the person from now on.
    """  # noqa: D205 one sentence
    drafts = [
        Draft(
            bucket=one.bucket,
            person_id=one.person_id,
            text=rules.identity_text(one),
            insured_cell=one.insured_cell,
            insured_area=one.insured_area,
        )
        for one in persons
    ]
    found = await _issue(tx, clock, sealer, signer, drafts, issuer_key_id=issuer_key_id, actor="issuer")
    return [
        await _lead(tx, one, draft) if one.person_id is None else one for one, draft in zip(found, drafts, strict=True)
    ]


async def issue_holders(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    signer: Signer,
    directory: Directory,
    *,
    holders: Sequence[HolderToIssue],
    issuer_key_id: int,
    actor: str,
) -> list[Credential | Refused]:
    """Issue credentials to staff, practitioners and organisations, each led to its subject on record.

    An identity has one credential, whatever it takes part as: a doctor who is insured has one with a role.
    Refused, in order: those of the document, holder_unknown, holder_name_differs.
    """
    answers: list[Credential | Refused | None] = []
    drafts: list[Draft | None] = []
    for one in holders:
        refused = _holder_fault(directory, one)
        person = None if refused else await _person_of(tx, sealer, one)
        if person is not None and person.name != one.name:
            refused = Refused(records.HOLDER_NAME_DIFFERS)
        answers.append(refused)
        drafts.append(None if refused else _draft_of(sealer, one, person))
    asked = [draft for draft in drafts if draft is not None]
    issued = iter(await _issue(tx, clock, sealer, signer, asked, issuer_key_id=issuer_key_id, actor=actor))
    done = [refused or next(issued) for refused in answers]
    roles = [
        CredentialRole(
            bucket=credential.bucket,
            role_id=tx.ids.next(),
            credential_id=credential.credential_id,
            kind=one.kind,
            institution_id=one.institution_id,
            subject_code=one.subject_code,
            entered_at=clock.now(),
        )
        for one, credential in zip(holders, done, strict=True)
        if isinstance(credential, Credential)
    ]
    await _enter_roles(tx, roles, actor)
    return done


async def supersede(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    signer: Signer,
    *,
    person: PersonToIssue,
    issuer_key_id: int,
    actor: str,
) -> Credential | Refused:
    """Issue a person's new credential in place of the one they have (C8), which is revoked and leads to it.

    It leads to the insured area the old one led to, carries its roles, and must be activated anew.
    Refused, in order: credential_unknown, credential_revoked.
    """
    old = await store.lock_credential(tx, person.bucket, person.person_id)
    if old is None:
        return Refused(records.CREDENTIAL_UNKNOWN)
    at, new_id = clock.now(), tx.ids.next()
    stopped = await stop(tx, old, CredentialAct.revoke, StopGround.superseded, at=at, actor=actor, superseded_by=new_id)
    if isinstance(stopped, Refused):
        return stopped
    draft = Draft(
        bucket=person.bucket,
        person_id=person.person_id,
        text=rules.identity_text(person),
        insured_cell=old.insured_cell,
        insured_area=old.insured_area,
        supersedes=old.credential_id,
    )
    first = await store.take_indexes(tx, {draft.bucket: 1})
    new = _write(sealer, signer, draft, new_id, first[draft.bucket], at=at, issuer_key_id=issuer_key_id)
    digest = sealer.digest(draft.text, purpose=_IDENTITY)
    if not await store.insert_credentials(tx, [new], [digest]):
        raise RuntimeError("the new identity has a credential, though no other person has the document")
    content = telling.content_of_credential(new, digest)
    note(tx, "credential_issued", new.bucket, new.credential_id, actor, content)
    ended = await store.end_roles(tx, old.bucket, old.credential_id, role_id=None, at=at)
    _note_ended(tx, ended, at, actor)
    carried = [
        msgspec.structs.replace(one, role_id=tx.ids.next(), credential_id=new_id, entered_at=at, ended_at=None)
        for one in ended
    ]
    await _enter_roles(tx, carried, actor)
    if old.state is CredentialState.suspended and old.stop_ground is not None:
        # Nobody gets out of a suspension by another name.
        held = await stop(tx, new, CredentialAct.suspend, old.stop_ground, at=at, actor=actor)
        assert isinstance(held, Credential)
        return held
    return new


async def find_issued(tx: Tx, sealer: Sealer, holder: HolderToIssue) -> Credential | None:
    """The credential that was issued for this name and document, or None."""
    draft = _draft_of(sealer, holder, await _person_of(tx, sealer, holder))
    digests = sealer.digests(draft.text, purpose=_IDENTITY)
    return next(iter((await _find(tx, [(draft.bucket, each) for each in digests.values()])).values()), None)


async def end_role(tx: Tx, clock: Clock, *, bucket: int, credential_id: int, role_id: int, actor: str) -> bool:
    """End one role of a credential; False where none such stands."""
    at = clock.now()
    ended = await store.end_roles(tx, bucket, credential_id, role_id=role_id, at=at)
    _note_ended(tx, ended, at, actor)
    return bool(ended)


async def list_without(reading: Reading, *, after: tuple[int, int], most: int) -> list[tuple[int, int]]:
    """(bucket, person_id) of living persons who have no credential yet, in the order of their key."""
    return await store.list_without(reading, after=after, most=most)


async def list_roles(reading: Reading, *, bucket: int, credential_id: int) -> list[CredentialRole]:
    """As what a credential's holder takes part, ended roles too, at most 1,000."""
    return await store.list_roles(reading, bucket, credential_id)


def signed_statement(
    sealer: Sealer, credential: Credential, *, name: str, document_type: str, document_number: str
) -> SignedStatement:
    """The statement with its salt, for its holder. Raises ValueError where name and document are not those it was for."""
    holder = PersonToIssue(
        bucket=credential.bucket,
        person_id=credential.person_id or 0,
        name=name,
        document_type=document_type,
        document_number=document_number,
        insured_cell=None,
        insured_area=None,
    )
    wanted = bytes.fromhex(msgspec.json.decode(credential.statement)["identity"])
    text = rules.identity_text(holder)
    for full in sealer.digests(str(credential.credential_id), purpose=_SALT).values():
        salt = full[: rules.SALT_OCTETS]
        if any(equal(rules.commit_identity(suite, salt, text), wanted) for suite in Suite):
            return SignedStatement(statement=credential.statement, signature=credential.statement_signature, salt=salt)
    raise ValueError("the credential was issued for another name or document")


async def _issue(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    signer: Signer,
    drafts: Sequence[Draft],
    *,
    issuer_key_id: int,
    actor: str,
) -> list[Credential]:
    digests = [sealer.digests(draft.text, purpose=_IDENTITY) for draft in drafts]
    current = [(draft.bucket, own[sealer.digest_key_id]) for draft, own in zip(drafts, digests, strict=True)]
    wanted = [(d.bucket, each) for d, own in zip(drafts, digests, strict=True) for each in own.values()]
    there = await _find(tx, wanted)
    # An identity whose credential was issued under an older digest key has that one.
    found = {
        key: there[draft.bucket, each]
        for key, draft, own in zip(current, drafts, digests, strict=True)
        for each in own.values()
        if (draft.bucket, each) in there
    }
    missing = {key: draft for key, draft in zip(current, drafts, strict=True) if key not in found}
    if missing:
        at = clock.now()
        for credential, digest in await _insert(tx, sealer, signer, missing, at=at, issuer_key_id=issuer_key_id):
            content = telling.content_of_credential(credential, digest)
            note(tx, "credential_issued", credential.bucket, credential.credential_id, actor, content)
            found[credential.bucket, digest] = credential
        # Only what another issued meanwhile is read again: many at once are not looked up in a table nobody has analysed.
        found |= await _find(tx, [key for key in missing if key not in found])
    return [found[key] for key in current]


async def _find(tx: Tx, keys: Sequence[tuple[int, bytes]]) -> dict[tuple[int, bytes], Credential]:
    if not keys:
        return {}
    return await store.list_by_digests(tx, sorted(set(keys)))


async def _insert(
    tx: Tx,
    sealer: Sealer,
    signer: Signer,
    missing: dict[tuple[int, bytes], Draft],
    *,
    at: datetime,
    issuer_key_id: int,
) -> list[tuple[Credential, bytes]]:
    following = await store.take_indexes(tx, Counter(draft.bucket for draft in missing.values()))
    written: list[tuple[Credential, bytes]] = []
    for (bucket, digest), draft in missing.items():
        index = following[bucket]
        following[bucket] += 1
        credential = _write(sealer, signer, draft, tx.ids.next(), index, at=at, issuer_key_id=issuer_key_id)
        written.append((credential, digest))
    made = await store.insert_credentials(tx, [one for one, _ in written], [digest for _, digest in written])
    return [(credential, digest) for credential, digest in written if credential.credential_id in made]


def _write(
    sealer: Sealer,
    signer: Signer,
    draft: Draft,
    credential_id: int,
    status_index: int,
    *,
    at: datetime,
    issuer_key_id: int,
) -> Credential:
    salt = sealer.digest(str(credential_id), purpose=_SALT)[: rules.SALT_OCTETS]
    statement = rules.write_statement(
        credential_id=credential_id,
        issuer_key_id=issuer_key_id,
        commitment=rules.commit_identity(signer.suite, salt, draft.text),
        insured_area=draft.insured_area,
        bucket=draft.bucket,
        status_index=status_index,
        issued_at=at,
    )
    return Credential(
        bucket=draft.bucket,
        credential_id=credential_id,
        person_id=draft.person_id,
        state=CredentialState.issued,
        insured_cell=draft.insured_cell,
        insured_area=draft.insured_area,
        statement=statement,
        statement_signature=signer.sign(statement),
        issuer_key_id=issuer_key_id,
        status_index=status_index,
        issued_at=at,
        activated_at=None,
        supersedes=draft.supersedes,
    )


async def _lead(tx: Tx, credential: Credential, draft: Draft) -> Credential:
    """Lead a credential that was issued to staff to the person it is of."""
    locked = await store.lock_by_id(tx, credential.bucket, credential.credential_id)
    assert locked is not None
    if locked.person_id is not None:
        return locked
    led = msgspec.structs.replace(
        locked,
        person_id=draft.person_id,
        insured_cell=draft.insured_cell,
        insured_area=draft.insured_area,
        area_changes=locked.area_changes + 1,
    )
    await store.set_lead(tx, led)
    content = telling.content_of_credential(led, await store.find_identity_digest(tx, led.bucket, led.credential_id))
    note(tx, "credential_redirected", led.bucket, led.credential_id, "issuer", content)
    return led


def _holder_fault(directory: Directory, one: HolderToIssue) -> Refused | None:
    if one.kind in _ORGANISATIONS:
        if one.document_type != ORGANISATION_CODE:
            return Refused(records.HOLDER_UNKNOWN, {"what": "组织证件类型 (document type)"})
        fault = organisation_fault(one.document_number)
    else:
        kinds = {each.value: each for each in DocumentType}
        if one.document_type not in kinds:
            return Refused(records.HOLDER_UNKNOWN, {"what": "个人证件类型 (document type)"})
        fault = document_fault(kinds[one.document_type], one.document_number)
    if fault is not None:
        return fault
    if one.kind in {HolderKind.company, HolderKind.agency_staff}:
        return None
    place = directory.by_id(one.institution_id)
    if one.kind in _WHAT:
        known = place is not None and place.kind.value == one.kind.value
        name = None if place is None else place.name
    else:
        staff = directory.practitioner(one.institution_id, one.subject_code)
        known, name = staff is not None and staff.kind.value == one.kind.value, None if staff is None else staff.name
    if not known:
        return Refused(records.HOLDER_UNKNOWN, {"what": _WHAT.get(one.kind, _PRACTITIONER)})
    return Refused(records.HOLDER_NAME_DIFFERS) if name != one.name else None


async def _person_of(tx: Tx, sealer: Sealer, one: HolderToIssue) -> InsuredPerson | None:
    if one.kind in _ORGANISATIONS:
        return None
    return await find_by_document(tx, sealer, DocumentType(one.document_type), one.document_number)


def _draft_of(sealer: Sealer, one: HolderToIssue, person: InsuredPerson | None) -> Draft:
    if person is not None:
        return Draft(bucket=person.bucket, person_id=person.person_id, text=rules.identity_text(one))
    # Where the person's row would stand, so that both would meet in the unique key.
    digest = sealer.digest(f"{one.document_type}:{one.document_number.upper()}", purpose="persons.document")
    return Draft(bucket=bucket_of_digest(digest), person_id=None, text=rules.identity_text(one))


async def _enter_roles(tx: Tx, roles: Sequence[CredentialRole], actor: str) -> None:
    if not roles:
        return
    made = await store.insert_roles(tx, roles)
    for one in roles:
        if one.role_id in made:
            content = telling.content_of_role(one)
            tx.audit.append(
                AuditEvent(
                    kind="credential_role_entered",
                    cell=one.bucket,
                    subject_id=one.role_id,
                    actor=actor,
                    content=content,
                )
            )


def _note_ended(tx: Tx, ended: Sequence[CredentialRole], at: datetime, actor: str) -> None:
    for one in ended:
        content = telling.content_of_role_end(one.role_id, at)
        note(tx, "credential_role_ended", one.bucket, one.role_id, actor, content)
