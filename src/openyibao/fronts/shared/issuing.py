"""Issuing with the keys of this process, and the acts on the issuer's keys. 中文: 签发办理。

Keeps: nothing. Promises: an act on a key has a maker, another approver and a reason, and is told to the audit.
Units: ids. Callers: the issuer's commands, the agency's act on a changed identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from openyibao.fronts.shared.platform import Platform
from openyibao.kit import db_keys
from openyibao.kit.batch import Work
from openyibao.kit.crypto import KeyPurpose, MasterKey, Suite, sm3
from openyibao.kit.db import Tx
from openyibao.kit.db_keys import KeyState
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms import credentials, people
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.credentials import (
    CREDENTIAL_UNKNOWN,
    Credential,
    CredentialAct,
    HolderToIssue,
    PersonToIssue,
    StopGround,
)
from openyibao.rooms.people import BASE_INSURANCES
from openyibao.rooms.periods import judge_officers

PERSONS_AT_ONCE = 500
SIGNED_AT_ONCE = 200
KEY_STEP_UNKNOWN = reason(
    "issuer_key_step_unknown",
    zh="密钥 {key_id} 不存在, 或不能这样变更",
    en="There is no key {key_id}, or it can't take this step",
    next_zh="请用 openyibao issuer keys 查看各密钥的状态; 正在签发的密钥须先由新密钥接替",
    next_en="See openyibao issuer keys; a key that signs is first relieved by another",
)

KEY_STILL_STANDS = reason(
    "issuer_key_still_stands",
    zh="密钥 {key_id} 签发的凭证还有 {left} 份在用",
    en="Key {key_id} signed {left} statements that are in use",
    next_zh="请先运行 openyibao issuer resign {key_id}; 密钥已泄露的用 --lost 立即停用",
    next_en="Run openyibao issuer resign {key_id} first; a key that fell into other hands is retired at once by --lost",
)


async def change_issuer_key(
    platform: Platform,
    *,
    maker: str,
    approver: str,
    why: str,
    to: KeyState,
    key_id: int = 0,
    suite: Suite = Suite.national,
    master: MasterKey | None = None,
    lost: bool = False,
) -> int | Refused:
    """Make a key (with ``master``) or move one; its id. ``lost``: it must go though statements stand on it.

    Refused, in order: those of officers, issuer_key_still_stands, issuer_key_step_unknown.
    """
    refused = judge_officers(maker, approver, why)
    if refused is not None:
        return refused

    async def run(tx: Tx) -> int | Refused:
        changed = key_id
        if master is not None:
            changed = await db_keys.prepare_issuer_key(tx, master, platform.clock, suite=suite)
        elif (
            to is KeyState.retired
            and not lost
            and (left := await credentials.count_signed_by(tx, issuer_key_id=key_id))
        ):
            return Refused(KEY_STILL_STANDS, {"key_id": key_id, "left": left})
        elif not await db_keys.move_issuer_key(tx, platform.clock, key_id=key_id, to=to):
            return Refused(KEY_STEP_UNKNOWN, {"key_id": key_id})
        content = sm3(msgspec.json.encode([changed, to, maker, approver, why]))
        tx.audit.append(AuditEvent(kind="issuer_key_changed", cell=0, subject_id=changed, actor=maker, content=content))
        return changed

    done: int | Refused = await platform.lane.submit("work", Work(run=run))
    return done


async def sign_anew(platform: Platform, *, key_id: int) -> int | Refused:
    """Sign all statements of a key that signs no more by the one that does, in stretches that each stand by themselves; how many.

    Refused issuer_key_step_unknown for a key that is none or still signs.
    """
    async with platform.readers.reading() as reading:
        keys = {one.key_id: one for one in await db_keys.list_issuer_keys(reading)}
    old = keys.get(key_id)
    if old is None or old.state in {KeyState.coming, KeyState.signing}:
        return Refused(KEY_STEP_UNKNOWN, {"key_id": key_id})
    signed = 0

    async def run(tx: Tx) -> int:
        return await credentials.sign_anew(
            tx,
            platform.ring.signer(KeyPurpose.issuer),
            retiring_key_id=key_id,
            issuer_key_id=platform.ring.current(KeyPurpose.issuer).key_id,
            most=SIGNED_AT_ONCE,
            actor="issuer",
        )

    while done := await platform.lane.submit("work", Work(run=run)):
        signed += done
    return signed


async def act_on_holders(
    platform: Platform,
    holders: Sequence[HolderToIssue],
    act: CredentialAct,
    *,
    maker: str,
    approver: str,
    why: str,
) -> list[Credential | Refused] | Refused:
    """Activate, suspend, resume or revoke credentials of staff and organisations, each named by its line.

    Refused as a whole: those of officers. Each: credential_unknown, then those of the act.
    """
    refused = judge_officers(maker, approver, why)
    if refused is not None:
        return refused
    officers = f"{maker}/{approver}"[:80]

    async def run(tx: Tx) -> list[Credential | Refused]:
        answers: list[Credential | Refused] = []
        for one in holders:
            found = await credentials.find_holder(tx, platform.sealer, one)
            if isinstance(found, Refused):
                answers.append(found)
                continue
            name = {"bucket": found.bucket, "credential_id": found.credential_id}
            if act is CredentialAct.activate:
                done = await credentials.activate_holder(tx, platform.clock, **name, officers=officers)
            else:
                done = await credentials.stop_holder(
                    tx, platform.clock, **name, act=act, ground=StopGround.agency, actor=officers
                )
            answers.append(done)
        return answers

    answers: list[Credential | Refused] = await platform.lane.submit("work", Work(run=run))
    return answers


async def statement_file(platform: Platform, reading: Any, bucket: int, person_id: int) -> dict[str, Any] | Refused:
    """A person's statement as they may keep it: signed, with the salt that proves it theirs. Refused credential_unknown."""
    person = (await people.read_persons(reading, platform.sealer, [(bucket, person_id)]))[bucket, person_id]
    found = await credentials.find_credential(reading, bucket=bucket, person_id=person_id)
    if found is None:
        return Refused(CREDENTIAL_UNKNOWN)
    holder = {
        "name": person.name,
        "document_type": person.document_type.value,
        "document_number": person.document_number,
    }
    signed = credentials.signed_statement(platform.sealer, found, **holder)
    return {
        "statement": signed.statement.decode(),
        "signature": signed.signature.hex(),
        "salt": signed.salt.hex(),
        "holder": holder,
    }


async def issue_to_persons(platform: Platform) -> int:
    """Issue to all insured persons who have no credential, in stretches that each stand by themselves; how many."""
    issued, after = 0, (-1, -1)
    while True:
        async with platform.readers.reading() as reading:
            await platform.desk.fresh(reading)
            names = await credentials.list_without(reading, after=after, most=PERSONS_AT_ONCE)
            if not names:
                return issued
            wanted = await _persons_to_issue(platform, reading, names)
        after = names[-1]

        async def run(tx: Tx, wanted: Sequence[PersonToIssue] = tuple(wanted)) -> Any:
            return await credentials.issue(
                tx,
                platform.clock,
                platform.sealer,
                platform.ring.signer(KeyPurpose.issuer),
                persons=wanted,
                issuer_key_id=platform.ring.current(KeyPurpose.issuer).key_id,
            )

        issued += len(await platform.lane.submit("work", Work(run=run)))


async def issue_to_holders(platform: Platform, holders: Sequence[HolderToIssue]) -> list[Credential | Refused]:
    """Issue to staff, practitioners and organisations. Reasons: those of ``credentials.issue_holders``."""
    async with platform.readers.reading() as reading:
        await platform.desk.fresh(reading)

    async def run(tx: Tx) -> Any:
        return await credentials.issue_holders(
            tx,
            platform.clock,
            platform.sealer,
            platform.ring.signer(KeyPurpose.issuer),
            platform.desk.directory,
            holders=holders,
            issuer_key_id=platform.ring.current(KeyPurpose.issuer).key_id,
            actor="issuer",
        )

    answers: list[Credential | Refused] = await platform.lane.submit("work", Work(run=run))
    return answers


async def _persons_to_issue(platform: Platform, reading: Any, names: Sequence[tuple[int, int]]) -> list[PersonToIssue]:
    """Each with the enrolment enjoyed today, where they have one."""
    today, areas = platform.clock.today(), platform.desk.areas
    found = await people.read_persons(reading, platform.sealer, names)
    keys = [(cell, person_id) for _, person_id in names for cell in areas.cells_of_person(person_id)]
    held = await people.read_enrolments(reading, keys)
    wanted = []
    for name in names:
        person = found[name]
        own = [one for (_, person_id), rows in held.items() if person_id == name[1] for one in rows]
        enjoyed = people.enjoyed_enrolment([one for one in own if one.insurance_type in BASE_INSURANCES], today)
        led = None if isinstance(enjoyed, Refused) else enjoyed
        wanted.append(
            PersonToIssue(
                bucket=person.bucket,
                person_id=person.person_id,
                name=person.name,
                document_type=person.document_type.value,
                document_number=person.document_number,
                insured_cell=None if led is None else led.cell,
                insured_area=None if led is None else led.pooling_area,
            )
        )
    return wanted
