"""Records of activations under way: steps, states, ways of proof, what a channel may do. 中文: 激活记录。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from openyibao.kit.outcome import Refused
from openyibao.rooms.channels import Assurance, ChannelStep


class Step(StrEnum):
    """One step of an activation, in the order in which they come (激活步骤)."""

    agree = "agree"
    channel_password = "channel_password"  # noqa: S105 a step, no password
    """The channel has checked its own payment password."""
    name = "name"
    prove = "prove"
    """A live face, or what counts as much."""
    approve = "approve"
    """The second officer's look, where the proof was an officer's."""
    confirm = "confirm"
    password = "password"  # noqa: S105 a step, no password


class ActivationState(StrEnum):
    """How far an activation is: named by the last step that was done (激活状态)."""

    begun = "begun"
    agreed = "agreed"
    channel_password_given = "channel_password_given"  # noqa: S105 a state
    named = "named"
    proved = "proved"
    approved = "approved"
    confirmed = "confirmed"
    activated = "activated"
    failed = "failed"


class Proof(StrEnum):
    """By what it was seen that the person themself asks (本人核验方式)."""

    live_face = "live_face"
    phone_code = "phone_code"
    """A code sent to the registered phone, with the person at an institution's counter."""
    channel_assertion = "channel_assertion"
    officer_check = "officer_check"
    """The document and its holder before an officer; a second officer approves."""


class Way(StrEnum):
    """A way of authentication with a lock of its own (认证方式)."""

    password = "password"  # noqa: S105 a way, no password
    phone_code = "phone_code"
    live_face = "live_face"
    operator = "operator"


class ChannelRules(msgspec.Struct, frozen=True, kw_only=True):
    """What an activation in a channel of some kind takes: its steps, and who does them (渠道激活规则).

    ``proofs`` are the ways of proof taken here, ``approved_proofs`` those of them that a second officer must approve.
    """

    channel_kind: str
    steps: tuple[Step, ...]
    proofs: frozenset[Proof]
    approved_proofs: frozenset[Proof] = frozenset()
    claims: Mapping[Step, frozenset[ChannelStep]] = {}
    """What of the channel's own signed word a step takes. Where the step is ``prove``, it is one way among the proofs."""
    least_assurance: Assurance = Assurance.substantial
    """How sure that word must be."""
    tries_an_hour: int = 10
    """Wrong names that one device (or one officer, or one institution) may say in an hour."""
    uncounted: frozenset[str] = frozenset()
    """What is not counted here: institutions and officers are signed in, so their address is no stranger's; and who sees
    the document lets nobody be locked out by a stranger who tried its number elsewhere.
    """


class ActivationKey(msgspec.Struct, frozen=True, kw_only=True):
    """Which activation, and the holder's secret: only who began it may go on with it (激活凭据)."""

    bucket: int
    activation_id: int
    holder: str

    def __repr__(self) -> str:
        return f"ActivationKey(activation_id={self.activation_id})"


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Which text was agreed to: its version, its language, the digest of its words (同意书)."""

    version: str
    language: str
    text_digest: bytes


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a liveness provider says of one challenge: of whom (``reference``), alive, the same person (活体核验结论).

    ``evidence_digest`` names what the provider looked at; the pictures themselves never come here.
    """

    reference: str
    challenge_id: str
    alive: bool
    same: bool
    provider: str
    stand_in: bool
    evidence_digest: bytes
    why: str = ""
    """What speaks against a living face, where the provider says it: a word of ``kit.seeing.Against``."""


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """What a person is asked to do before the camera (活体动作)."""

    challenge_id: str
    actions: tuple[str, ...]
    windows: tuple[tuple[int, int], ...] = ()
    """From when until when each is to be done, in milliseconds since the camera began; none where the provider leads itself."""
    total_ms: int = 0


class LivenessProvider(Protocol):
    """Whoever tells a living face from a picture of one, and whose it is (活体核验服务).

    A provider never hands pictures on. ``reference`` is a random name of the activation, ``person`` the keyed digest under which
    the provider knows the face; neither tells who it is.
    """

    async def begin(self, *, reference: str, person: str) -> Challenge | Refused | None:
        """A challenge; None where the provider can't be asked now, Refused where it can't judge this person."""

    async def answer(self, *, reference: str, challenge_id: str, capture: bytes) -> Verdict | Refused | None:
        """The verdict on what the camera took; None where the provider can't be asked now, Refused where the challenge is not
        to be answered.
        """  # noqa: D205 one sentence leads to the other


class OfficerLook(msgspec.Struct, frozen=True, kw_only=True):
    """An officer who saw the document and its holder (经办人核验). ``officer`` is ``institution:operator``."""

    officer: str
    document_kind: str


class Activation(msgspec.Struct, frozen=True, kw_only=True):
    """An activation under way (激活)."""

    bucket: int
    activation_id: int
    channel_kind: str
    channel_code: str
    device_name: str
    steps: tuple[Step, ...]
    state: ActivationState
    attempts: int
    reference: str
    started_at: datetime
    expires_at: datetime
    agreement: Agreement | None = None
    agreed_at: datetime | None = None
    person_bucket: int | None = None
    person_id: int | None = None
    proof: Proof | None = None
    evidence_digest: bytes | None = None
    officer: str | None = None
    approver: str | None = None
    insured_cell: int | None = None
    insured_area: int | None = None
    vouched_digest: bytes | None = None
    """Whom the channel has vouched for before anybody was named."""

    @property
    def person(self) -> tuple[int, int]:
        """(bucket, person_id) of whom it is about. Raises where nobody is named yet."""
        if self.person_bucket is None or self.person_id is None:
            raise ValueError(f"activation {self.activation_id} has no person yet")
        return self.person_bucket, self.person_id


class PasswordHash(msgspec.Struct, frozen=True, kw_only=True):
    """A password as it is kept: the parameters of scrypt, its salt and its digest (口令散列)."""

    cost: int
    salt: bytes
    digest: bytes


class SetPassword(msgspec.Struct, frozen=True, kw_only=True):
    """The password of a credential as it stands, and by which proof it was set (医保码口令)."""

    bucket: int
    credential_id: int
    person_id: int
    hash_sealed: bytes
    changes: int
    set_by: str
    set_at: datetime


class WayLock(msgspec.Struct, frozen=True, kw_only=True):
    """The failures of one way of authentication and until when it is locked (认证锁定)."""

    failures: int = 0
    locks: int = 0
    locked_until: datetime | None = None


class StoredAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """What a person agreed to when activating, for good (同意记录): the consent leads, ``agreement`` is its text.

    ``consent_id`` is None for one from before consents were kept: it has its own words.
    """

    bucket: int
    activation_id: int
    person_id: int
    agreement: Agreement
    channel_code: str
    proof: Proof
    agreed_at: datetime
    consent_id: int | None = None


def activation_of(row: Mapping[str, Any]) -> Activation:
    """An activation from its row."""
    agreed = None
    if row["agreement_version"] is not None:
        agreed = Agreement(
            version=row["agreement_version"], language=row["language"], text_digest=bytes(row["text_digest"])
        )
    plain = ("bucket", "activation_id", "channel_kind", "channel_code", "device_name", "attempts", "reference")
    more = ("started_at", "expires_at", "agreed_at", "person_bucket", "person_id", "evidence_digest")
    last = ("officer", "approver", "insured_cell", "insured_area", "vouched_digest")
    return Activation(
        **{name: row[name] for name in (*plain, *more, *last)},
        steps=tuple(Step(each) for each in row["steps"]),
        state=ActivationState(row["state"]),
        agreement=agreed,
        proof=None if row["proof"] is None else Proof(row["proof"]),
    )
