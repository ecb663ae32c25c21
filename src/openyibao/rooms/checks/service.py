"""Verbs of checks: begin, prove by face or code, spend. The order of refusals is the same in all: check_unknown (also
where it is another's, or spent), check_over, check_expired, then the verb's own.
"""  # noqa: D205 one sentence

from __future__ import annotations

from datetime import timedelta

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer, equal
from openyibao.kit.db import Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms import activations, faces, people
from openyibao.rooms.activations import ACTIVATION_CODE_WRONG as CODE_WRONG
from openyibao.rooms.activations import FACE_NOT_ALIVE, FACE_NOT_SAME, Verdict, Way
from openyibao.rooms.checks import records, rules, store
from openyibao.rooms.checks.records import CheckAct, CheckKey, IdentityCheck, NewCheck

_HOLDER, _CODE = "identity_checks.holder", "identity_checks.code"
CLEARED_AT_ONCE = 20_000


async def begin(
    tx: Tx, clock: Clock, sealer: Sealer, randomness: Randomness, *, new: NewCheck, holder: str
) -> IdentityCheck | Refused:
    """Begin a check. ``holder`` is a secret of the device: only it can go on.

    Refuses, in order: checks_too_many · check_no_phone · way_locked.
    """
    await people.lock_person_rows(tx, [(new.bucket, new.person_id)])
    at, ways = clock.now(), rules.WAYS[new.act]
    begun = await store.count_begun(tx, new.bucket, new.person_id, since=at - timedelta(hours=1))
    if begun >= rules.BEGUN_AN_HOUR_MAX:
        return Refused(records.CHECKS_TOO_MANY)
    if Way.phone_code in ways and await people.find_phone(tx, sealer, new.bucket, new.person_id) is None:
        return Refused(records.CHECK_NO_PHONE)
    for way in ways:
        locked = await activations.refuse_way(tx, clock, (new.bucket, new.person_id), way)
        if locked is not None:
            return locked
    made = IdentityCheck(
        check_id=tx.ids.next(),
        ways=ways,
        reference=randomness.octets(16).hex(),
        started_at=at,
        expires_at=at + rules.LIFETIME,
        **msgspec.structs.asdict(new),
    )
    await store.insert_check(tx, made, sealer.digest(holder, purpose=_HOLDER))
    return made


async def _open(
    reading: Reading, clock: Clock, sealer: Sealer, key: CheckKey, *, lock: bool
) -> tuple[IdentityCheck, bytes | None] | Refused:
    found = await store.find_check(reading, key.bucket, key.check_id, lock=lock)
    if found is None:
        return Refused(records.CHECK_UNKNOWN)
    check, holder_digest, code_digest = found
    if not any(equal(each, holder_digest) for each in sealer.digests(key.holder, purpose=_HOLDER).values()):
        return Refused(records.CHECK_UNKNOWN)
    return rules.refuse_check(check, clock.now()) or (check, code_digest)


async def find_under_way(reading: Reading, clock: Clock, sealer: Sealer, *, key: CheckKey) -> IdentityCheck | Refused:
    """How far a check is, for its holder."""
    opened = await _open(reading, clock, sealer, key, lock=False)
    return opened if isinstance(opened, Refused) else opened[0]


async def _open_way(
    tx: Tx, clock: Clock, sealer: Sealer, key: CheckKey, way: Way
) -> tuple[IdentityCheck, bytes | None] | Refused:
    """The locked check, where this way is due and not locked."""
    opened = await _open(tx, clock, sealer, key, lock=True)
    if isinstance(opened, Refused):
        return opened
    if rules.next_way(opened[0]) is not way:
        return Refused(records.CHECK_WAY_FOREIGN)
    locked = await activations.refuse_way(tx, clock, (opened[0].bucket, opened[0].person_id), way)
    return locked or opened


async def _wrong(tx: Tx, check: IdentityCheck) -> int:
    """A wrong answer; how many are left. At none the check is over."""
    attempts = check.attempts + 1
    left = max(rules.ATTEMPTS_MAX - attempts, 0)
    await store.change_check(tx, check, {"attempts": attempts, "failed": left == 0})
    return left


async def _done(tx: Tx, check: IdentityCheck, way: Way) -> IdentityCheck:
    await activations.clear_way(tx, (check.bucket, check.person_id), way)
    done = (*check.done, way)
    await store.change_check(tx, check, {"done": [each.value for each in done], "attempts": 0})
    return msgspec.structs.replace(check, done=done, attempts=0)


async def prove_by_face(
    tx: Tx, clock: Clock, sealer: Sealer, *, key: CheckKey, verdict: Verdict
) -> IdentityCheck | Refused:
    """A liveness provider's verdict. Own refusals, in order: check_way_foreign, way_locked, check_of_another,
    face_not_alive, face_not_same.
    """  # noqa: D205 one sentence
    opened = await _open_way(tx, clock, sealer, key, Way.live_face)
    if isinstance(opened, Refused):
        return opened
    check = opened[0]
    if not equal(verdict.reference.encode(), check.reference.encode()):
        await _wrong(tx, check)
        return Refused(records.CHECK_OF_ANOTHER)
    if not (verdict.alive and verdict.same):
        await _wrong(tx, check)
        if verdict.alive:
            await activations.count_way_failure(tx, clock, (check.bucket, check.person_id), Way.live_face)
        return Refused(FACE_NOT_SAME if verdict.alive else faces.reason_against(verdict.why) or FACE_NOT_ALIVE)
    return await _done(tx, check, Way.live_face)


async def send_code(
    tx: Tx, clock: Clock, sealer: Sealer, randomness: Randomness, *, key: CheckKey
) -> IdentityCheck | Refused:
    """Send six digits to the registered phone. Own refusals: check_way_foreign, way_locked, check_no_phone,
    activation_too_often (five codes an hour, with those of activations).
    """  # noqa: D205 one sentence
    opened = await _open_way(tx, clock, sealer, key, Way.phone_code)
    if isinstance(opened, Refused):
        return opened
    check = opened[0]
    person = (check.bucket, check.person_id)
    phone = await people.find_phone(tx, sealer, *person)
    if phone is None:
        return Refused(records.CHECK_NO_PHONE)
    refused = await activations.count_code(tx, sealer, person, clock.now())
    if refused is not None:
        return refused
    code = f"{randomness.below(10**6):06d}"
    await store.change_check(tx, check, {"code_digest": sealer.digest(f"{check.check_id}|{code}", purpose=_CODE)})
    text = f"您正在重设医保码口令, 验证码为 {code}, 15 分钟内有效。不是本人操作请勿告诉任何人, 并致电 12393。"
    await activations.leave_message(tx, clock, sealer, bucket=check.bucket, phone=phone, text=text)
    return check


async def prove_by_code(tx: Tx, clock: Clock, sealer: Sealer, *, key: CheckKey, code: str) -> IdentityCheck | Refused:
    """The code that was sent. Own refusals, in order: check_way_foreign (none was sent), way_locked, activation_code_wrong."""
    opened = await _open_way(tx, clock, sealer, key, Way.phone_code)
    if isinstance(opened, Refused):
        return opened
    check, code_digest = opened
    if code_digest is None:
        return Refused(records.CHECK_WAY_FOREIGN)
    digests = sealer.digests(f"{check.check_id}|{code}", purpose=_CODE).values()
    if not any(equal(each, code_digest) for each in digests):
        left = await _wrong(tx, check)
        await activations.count_way_failure(tx, clock, (check.bucket, check.person_id), Way.phone_code)
        return Refused(CODE_WRONG, {"attempts_left": left})
    return await _done(tx, check, Way.phone_code)


async def lock_proved(
    tx: Tx, clock: Clock, sealer: Sealer, *, key: CheckKey, act: CheckAct, subject: str = ""
) -> IdentityCheck | Refused:
    """A whole check, locked for the transaction that does its act and spends it. Own refusals: check_unknown (of another act
    or thing), check_incomplete.
    """  # noqa: D205 one sentence
    opened = await _open(tx, clock, sealer, key, lock=True)
    if isinstance(opened, Refused):
        return opened
    return rules.refuse_spending(opened[0], act, subject) or opened[0]


async def spend(tx: Tx, clock: Clock, *, check: IdentityCheck) -> IdentityCheck:
    """Use up a locked check: its act is done in this transaction."""
    spent = msgspec.structs.replace(check, spent_at=clock.now())
    await store.change_check(tx, spent, {"spent_at": spent.spent_at})
    return spent


async def clear_checks(tx: Tx, clock: Clock, *, most: int = CLEARED_AT_ONCE) -> int:
    """Clear away checks that are over for an hour; how many."""
    return await store.clear_checks(tx, before=clock.now() - rules.KEPT, most=most)
