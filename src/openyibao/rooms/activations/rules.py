"""Pure rules of activations: which step is allowed when, what each kind of channel takes, passwords, locks, limits. 中文: 激活规则。"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from openyibao.kit.clock import SHANGHAI
from openyibao.kit.crypto import equal
from openyibao.kit.outcome import Refused
from openyibao.rooms.activations import reasons
from openyibao.rooms.activations.records import (
    ActivationState,
    ChannelRules,
    PasswordHash,
    Proof,
    Step,
    WayLock,
)
from openyibao.rooms.channels import Assurance, ChannelStep

LIFETIME = timedelta(minutes=15)
CODE_ATTEMPTS_MAX = 5
CODES_AN_HOUR_MAX = 5
ATTEMPTS_MAX: Mapping[Step, int] = {
    Step.channel_password: 5,
    Step.name: 5,
    Step.prove: CODE_ATTEMPTS_MAX,
    Step.approve: 5,
    Step.password: 10,
}
"""Wrong answers at one step before the activation is over."""

STATE_AFTER: Mapping[Step, ActivationState] = {
    Step.agree: ActivationState.agreed,
    Step.channel_password: ActivationState.channel_password_given,
    Step.name: ActivationState.named,
    Step.prove: ActivationState.proved,
    Step.approve: ActivationState.approved,
    Step.confirm: ActivationState.confirmed,
    Step.password: ActivationState.activated,
}
_LAST_STEP: Mapping[ActivationState, Step] = {state: step for step, state in STATE_AFTER.items()}

_OURS = (Step.agree, Step.name, Step.prove, Step.confirm, Step.password)
_ATTENDED = (Step.agree, Step.name, Step.prove, Step.approve, Step.confirm, Step.password)
_FACE = frozenset({Proof.live_face})
_OFFICER = frozenset({Proof.officer_check})
_FACE_OR_WORD = frozenset({Proof.live_face, Proof.channel_assertion})
_LOOK = frozenset({ChannelStep.document_check})
CHANNEL_RULES: Mapping[str, ChannelRules] = {
    each.channel_kind: each
    for each in (
        ChannelRules(channel_kind="government_app", steps=_OURS, proofs=_FACE),
        ChannelRules(channel_kind="official_account", steps=_OURS, proofs=_FACE),
        ChannelRules(
            channel_kind="internet_platform_password",
            steps=(Step.agree, Step.channel_password, Step.name, Step.prove, Step.confirm, Step.password),
            proofs=_FACE,
            claims={Step.channel_password: frozenset({ChannelStep.payment_password})},
        ),
        ChannelRules(
            channel_kind="internet_platform_face",
            steps=(Step.agree, Step.name, Step.prove, Step.confirm),
            proofs=_FACE_OR_WORD,
            claims={
                Step.name: frozenset({ChannelStep.real_name}),
                Step.prove: frozenset({ChannelStep.live_face}),
            },
            uncounted=frozenset({"address", "channel"}),
        ),
        ChannelRules(
            channel_kind="bank",
            steps=_OURS,
            proofs=_FACE_OR_WORD,
            claims={
                Step.name: frozenset({ChannelStep.real_name}),
                Step.prove: frozenset({ChannelStep.card_holder}),
            },
            least_assurance=Assurance.high,
            uncounted=frozenset({"address", "channel"}),
        ),
        ChannelRules(
            channel_kind="institution",
            steps=(Step.agree, Step.name, Step.prove, Step.confirm),
            proofs=frozenset({Proof.phone_code, Proof.live_face}),
            tries_an_hour=500,
            uncounted=frozenset({"address", "channel"}),
        ),
        ChannelRules(
            channel_kind="counter",
            steps=_ATTENDED,
            proofs=frozenset({Proof.officer_check, Proof.live_face}),
            approved_proofs=_OFFICER,
            claims={Step.prove: _LOOK, Step.approve: _LOOK},
            least_assurance=Assurance.high,
            tries_an_hour=60,
            uncounted=frozenset({"address", "channel", "document"}),
        ),
        ChannelRules(
            channel_kind="ward",
            steps=_ATTENDED,
            proofs=frozenset({Proof.officer_check, Proof.live_face}),
            approved_proofs=_OFFICER,
            claims={Step.prove: _LOOK, Step.approve: _LOOK},
            tries_an_hour=60,
            uncounted=frozenset({"address", "channel", "document"}),
        ),
    )
}
"""By kind of channel: who does which step, and what counts as the person's own presence."""

SUBJECT_LIMITS: Mapping[str, int] = {"address": 100, "document": 5, "channel": 60}
"""Wrong names an hour: from one address, on one document, and in one sixteenth of a channel's addresses."""
WINDOW = timedelta(hours=1)


def next_step(steps: tuple[Step, ...], state: ActivationState) -> Step | None:
    """The one step that may come now; None where the activation is over."""
    if state in {ActivationState.activated, ActivationState.failed}:
        return None
    if state is ActivationState.begun:
        return steps[0]
    last = _LAST_STEP[state]
    # A proof that needs no second look leaves the state behind the look, whether or not it stands in the plan.
    later = [each for each in steps if tuple(Step).index(each) > tuple(Step).index(last)]
    return later[0] if later else None


STEP_NAMES = {
    Step.agree: ("同意协议", "the agreement"),
    Step.channel_password: ("渠道支付密码", "the channel's payment password"),
    Step.name: ("姓名与证件号码", "name and document number"),
    Step.prove: ("核验本人", "the proof that it is the person"),
    Step.approve: ("另一位人员复核", "the second officer's approval"),
    Step.confirm: ("核对信息与参保地", "details and insured area"),
    Step.password: ("设置六位口令", "the six-digit password"),
}
"""How a step is called where a refusal names it (中文, English)."""


def take_step(steps: tuple[Step, ...], state: ActivationState, step: Step) -> ActivationState | Refused:
    """The state after a step. Refuses, in order: activation_unknown (over), _step_foreign, _step_done, _step_early."""
    expected = next_step(steps, state)
    if expected is None:
        return Refused(reasons.ACTIVATION_UNKNOWN)
    if step not in steps:
        return Refused(reasons.ACTIVATION_STEP_FOREIGN)
    if step is not expected:
        done = tuple(Step).index(step) < tuple(Step).index(expected)
        why = reasons.ACTIVATION_STEP_DONE if done else reasons.ACTIVATION_STEP_EARLY
        zh, en = STEP_NAMES[expected]
        return Refused(why, {"next_step": expected.value, "next_step_zh": zh, "next_step_en": en})
    return ActivationState.activated if step is steps[-1] else STATE_AFTER[step]


def weak_password(password: str, *, birth_on: date, document_number: str, phone: str | None) -> Refused | None:
    """Why a password is not taken. In order: password_form, _birth, _document, _phone, _simple."""
    if len(password) != PASSWORD_DIGITS or not (password.isascii() and password.isdigit()):
        return Refused(reasons.PASSWORD_FORM)
    whole = birth_on.strftime("%Y%m%d")
    year, short, month, day = whole[:4], whole[2:4], whole[4:6], whole[6:]
    spellings = {
        *(f"{short}{month}{day}", f"{day}{month}{short}", f"{month}{day}{short}", f"{day}{short}{month}"),
        *(f"{year}{month}", f"{month}{year}", f"{year}{day}", f"{year}{int(month)}{int(day)}"[:6]),
        *(whole[n : n + 6] for n in range(3)),
    }
    if password in spellings:
        return Refused(reasons.PASSWORD_BIRTH)
    digits = "".join(each for each in document_number if each.isdigit())
    if password in digits:
        return Refused(reasons.PASSWORD_DOCUMENT)
    if phone is not None and password in phone:
        return Refused(reasons.PASSWORD_PHONE)
    return Refused(reasons.PASSWORD_SIMPLE) if _simple(password) else None


PASSWORD_DIGITS = 6
_COMMON = frozenset({"112233", "123123", "147258", "159753", "258369", "520520", "521521", "147369", "741852"})


def _simple(password: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(password)}
    halves, thirds = password[:3] == password[3:], password[:2] * 3 == password
    pairs = all(password[n] == password[n + 1] for n in (0, 2, 4))
    mirrored = password == password[::-1]
    return (
        steps in ({0}, {1}, {9}) or len(set(password)) <= 2 or halves or thirds or pairs or mirrored
    ) or password in _COMMON


SCRYPT_COST = 14
"""log2 of scrypt's N for new passwords: 16 MB and some 40 ms; a stored one names its own."""


def hash_password(password: str, *, salt: bytes, cost: int = SCRYPT_COST) -> PasswordHash:
    """A slow salted hash; run it in a thread and never inside a transaction."""
    digest = hashlib.scrypt(password.encode(), salt=salt, n=1 << cost, r=8, p=1, maxmem=64 * 1024 * 1024, dklen=32)
    return PasswordHash(cost=cost, salt=salt, digest=digest)


def password_holds(password: str, kept: PasswordHash) -> bool:
    """Whether this is the password; as slow as hashing it."""
    return equal(hash_password(password, salt=kept.salt, cost=kept.cost).digest, kept.digest)


FAILURES_MAX = 5
LOCK_FIRST, LOCK_MOST = timedelta(minutes=15), timedelta(hours=24)


def after_failure(lock: WayLock, at: datetime) -> WayLock:
    """One more failure: the fifth locks this way for 15 minutes, each later lock for twice as long, up to a day."""
    failures = lock.failures + 1
    if failures < FAILURES_MAX:
        return WayLock(failures=failures, locks=lock.locks, locked_until=None)
    lasts = min(LOCK_FIRST * 2 ** min(lock.locks, 10), LOCK_MOST)
    return WayLock(failures=0, locks=lock.locks + 1, locked_until=at + lasts)


def refuse_locked(lock: WayLock, at: datetime) -> Refused | None:
    """``way_locked`` while a way is locked."""
    if lock.locked_until is None or at >= lock.locked_until:
        return None
    return Refused(reasons.WAY_LOCKED, {"until": lock.locked_until.astimezone(SHANGHAI).strftime("%m-%d %H:%M")})
