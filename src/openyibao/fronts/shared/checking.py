"""Proofs for one act: begun, proved by face and code, spent by the act in one transaction. 中文: 本人核验办理。

Keeps: nothing. Promises: those of ``checks``; the liveness provider and slow hashes are awaited outside of transactions; an act
that is refused spends no proof. Units: none. Callers: the wallet, the office.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from openyibao.fronts.shared.activating import FACES_AWAY
from openyibao.fronts.shared.authenticating import PASSWORD_MAX, authenticate_by_password
from openyibao.fronts.shared.platform import Platform
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import activations, checks, consents, faces, freezes, mandates
from openyibao.rooms.activations import Challenge, PasswordHash
from openyibao.rooms.bindings import Binding
from openyibao.rooms.checks import CheckAct, CheckKey, IdentityCheck, NewCheck, PasswordReset, Resetting
from openyibao.rooms.consents import ACTIVATION_PURPOSES, ConsentPurpose, NewConsent
from openyibao.rooms.freezes import Freeze, Lift, LiftProof
from openyibao.rooms.mandates import ConsentWay, FamilyMandate


async def _work(platform: Platform, run: Callable[[Tx], Awaitable[Any]]) -> Any:
    return await platform.lane.submit("work", Work(run=run))


async def begin_check(platform: Platform, new: NewCheck) -> CheckKey | Refused:
    """Begin a check under a secret drawn for this browser. Refused as ``checks.begin``."""
    holder = platform.randomness.octets(16).hex()

    async def run(tx: Tx) -> IdentityCheck | Refused:
        return await checks.begin(tx, platform.clock, platform.sealer, platform.randomness, new=new, holder=holder)

    begun = await _work(platform, run)
    if isinstance(begun, Refused):
        return begun
    return CheckKey(bucket=begun.bucket, check_id=begun.check_id, holder=holder)


async def find_check(platform: Platform, key: CheckKey) -> IdentityCheck | Refused:
    """How far a check is."""
    async with platform.readers.reading() as reading:
        return await checks.find_under_way(reading, platform.clock, platform.sealer, key=key)


async def begin_face(platform: Platform, check: IdentityCheck) -> Challenge | Refused:
    """What the person is asked to do before the camera."""
    if platform.liveness is None:
        return Refused(FACES_AWAY)
    person = faces.person_name(platform.sealer, check.bucket, check.person_id)
    challenge = await platform.liveness.begin(reference=check.reference, person=person)
    return Refused(FACES_AWAY) if challenge is None else challenge


async def prove_by_face(
    platform: Platform, key: CheckKey, *, challenge_id: str, capture: bytes
) -> IdentityCheck | Refused:
    """Have the provider judge what the camera took, then keep its verdict."""
    under_way = await find_check(platform, key)
    if isinstance(under_way, Refused):
        return under_way
    if platform.liveness is None:
        return Refused(FACES_AWAY)
    verdict = await platform.liveness.answer(reference=under_way.reference, challenge_id=challenge_id, capture=capture)
    if verdict is None or isinstance(verdict, Refused):
        return verdict or Refused(FACES_AWAY)

    async def run(tx: Tx) -> IdentityCheck | Refused:
        return await checks.prove_by_face(tx, platform.clock, platform.sealer, key=key, verdict=verdict)

    proved: IdentityCheck | Refused = await _work(platform, run)
    return proved


async def send_code(platform: Platform, key: CheckKey) -> IdentityCheck | Refused:
    """Send a code to the registered phone."""

    async def run(tx: Tx) -> IdentityCheck | Refused:
        return await checks.send_code(tx, platform.clock, platform.sealer, platform.randomness, key=key)

    sent: IdentityCheck | Refused = await _work(platform, run)
    return sent


async def prove_by_code(platform: Platform, key: CheckKey, code: str) -> IdentityCheck | Refused:
    """The code that came."""

    async def run(tx: Tx) -> IdentityCheck | Refused:
        return await checks.prove_by_code(tx, platform.clock, platform.sealer, key=key, code=code)

    proved: IdentityCheck | Refused = await _work(platform, run)
    return proved


async def _spending(
    platform: Platform,
    key: CheckKey,
    act: CheckAct,
    subject: str,
    done: Callable[[Tx, IdentityCheck], Awaitable[Any]],
) -> Any:
    """Spend a proof and do its act in one transaction; where the act is refused, the proof is not spent."""

    async def run(tx: Tx) -> Any:
        check = await checks.lock_proved(tx, platform.clock, platform.sealer, key=key, act=act, subject=subject)
        answer = check if isinstance(check, Refused) else await done(tx, check)
        if not isinstance(check, Refused) and not isinstance(answer, Refused):
            await checks.spend(tx, platform.clock, check=check)
        return answer

    return await _work(platform, run)


async def lift_by_check(platform: Platform, key: CheckKey, *, actor: str) -> Freeze | Refused:
    """Lift a freeze by a face. Refused as ``checks.lock_proved``, then ``freezes.lift``."""

    async def done(tx: Tx, check: IdentityCheck) -> Freeze | Refused:
        given = Lift(proof=LiftProof.face, lifted_by=actor)
        return await freezes.lift(tx, platform.clock, bucket=check.bucket, person_id=check.person_id, lift=given)

    lifted: Freeze | Refused = await _spending(platform, key, CheckAct.lift_freeze, "", done)
    return lifted


async def lift_by_password(platform: Platform, binding: Binding, password: str) -> Freeze | Refused:
    """Lift a freeze by the six digits. Refused as ``authenticate_by_password``, then ``freezes.lift``."""
    refused = await authenticate_by_password(platform, binding, password)
    if refused is not None:
        return refused
    given = Lift(proof=LiftProof.password, lifted_by=f"self:{binding.binding_id}")

    async def run(tx: Tx) -> Freeze | Refused:
        return await freezes.lift(tx, platform.clock, bucket=binding.bucket, person_id=binding.person_id, lift=given)

    lifted: Freeze | Refused = await _work(platform, run)
    return lifted


async def hash_new(platform: Platform, password: str) -> PasswordHash:
    """A slow hash of new digits, in a thread."""
    salt = platform.randomness.octets(16)
    return await asyncio.to_thread(activations.hash_password, password[:PASSWORD_MAX], salt=salt)


async def reset_by_check(
    platform: Platform, key: CheckKey, binding: Binding, *, password: str, end_others: bool
) -> PasswordReset | Refused:
    """Set a forgotten password anew from a bound device. Refused as ``checks.lock_proved``, then ``checks.reset_password``."""
    hashed = await hash_new(platform, password)

    async def done(tx: Tx, check: IdentityCheck) -> PasswordReset | Refused:
        asked = Resetting(
            bucket=check.bucket,
            person_id=check.person_id,
            ways=check.done,
            asked_by=f"self:{binding.binding_id}",
            end_others=end_others,
            keeps=binding.binding_id,
        )
        return await checks.reset_password(
            tx, platform.clock, platform.sealer, password=password, hashed=hashed, asked=asked
        )

    made: PasswordReset | Refused = await _spending(platform, key, CheckAct.reset_password, "", done)
    return made


class MandateConsent(msgspec.Struct, frozen=True, kw_only=True):
    """Which mandate, and in which language the principal read the text they agree to on the relative's phone."""

    bucket: int
    mandate_id: int
    language: str
    channel_code: str

    @property
    def subject(self) -> str:
        """On what the proof is."""
        return f"{self.bucket}-{self.mandate_id}"


async def consent_by_check(platform: Platform, key: CheckKey, given: MandateConsent) -> FamilyMandate | Refused:
    """A principal without a phone consents by their face on the relative's, to the mandate and to the use of the code (A5).

    Refused as ``checks.lock_proved``, ``mandates.consent``, ``consents.give``.
    """

    async def done(tx: Tx, check: IdentityCheck) -> FamilyMandate | Refused:
        agreed = await mandates.consent(
            tx,
            platform.clock,
            bucket=given.bucket,
            mandate_id=given.mandate_id,
            person_id=check.person_id,
            way=ConsentWay.face,
        )
        if isinstance(agreed, Refused):
            return agreed
        consent = await consents.give(
            tx,
            platform.clock,
            NewConsent(
                bucket=check.bucket,
                person_id=check.person_id,
                text_version=consents.CURRENT_VERSION,
                language=given.language,
                purposes=(*ACTIVATION_PURPOSES, ConsentPurpose.face),
                channel_code=given.channel_code,
            ),
        )
        return consent if isinstance(consent, Refused) else agreed

    made: FamilyMandate | Refused = await _spending(platform, key, CheckAct.consent_mandate, given.subject, done)
    return made
