"""Bounded bodies of the channels' interface. 中文: 渠道报文。"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from openyibao.rooms.channels import Assurance, ChannelStep, WebhookKind
from openyibao.rooms.people import DocumentType
from openyibao.rooms.presentation import Purpose

Reference = Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[0-9]{1,4}-[1-9][0-9]{0,18}$")]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
Number = Annotated[str, msgspec.Meta(min_length=6, max_length=32, pattern=r"^[0-9A-Za-z()（）]+$")]
Version = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z._\-]+$")]
Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}$")]
Page = Annotated[int, msgspec.Meta(ge=1, le=200)]

BODY_MAX, CAPTURE_BODY_MAX = 20_000, 2_800_000
ID_MAX = 2**63 - 1


def read_reference(reference: str) -> tuple[int, int]:
    """Bucket and id of a reference; an id that is too large to be one is nobody's."""
    bucket, name = reference.split("-")
    return int(bucket), min(int(name), ID_MAX)


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every body is: nothing unknown in it."""


class EmptyBody(Body, frozen=True, kw_only=True):
    """Nothing to say."""


class AssertionBody(Body, frozen=True, kw_only=True):
    """The channel's signed word, as the guide says how to sign it."""

    vouches_for: ChannelStep
    challenge: Hex32
    person: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    officer: Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[0-9A-Za-z._-]*$")] = ""
    assurance: Assurance
    made_at: Annotated[int, msgspec.Meta(ge=0, le=4_000_000_000)]
    nonce: Annotated[str, msgspec.Meta(min_length=16, max_length=64, pattern=r"^[0-9A-Za-z]+$")]
    key_id: Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,18}$")]
    signature: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}$")]


class BeginBody(Body, frozen=True, kw_only=True):
    """An activation to begin: to which text somebody agreed in the channel, on which device."""

    consent_version: Version
    language: Literal["zh", "en"] = "zh"
    device_name: Words


class ActivationBody(Body, frozen=True, kw_only=True):
    """An activation of this channel."""

    activation: Reference


class VouchStep(ActivationBody, frozen=True, kw_only=True, tag_field="step", tag="channel_password"):
    """The channel has checked its own payment password."""

    assertion: AssertionBody


class NameStep(ActivationBody, frozen=True, kw_only=True, tag_field="step", tag="name"):
    """Who it is. ``device`` is the channel's own name of the user's device, ``address`` where they come from: tries are counted."""

    document_type: DocumentType
    document_number: Number
    name: Words
    phone: Annotated[str, msgspec.Meta(pattern=r"^1[0-9]{10}$")] | None = None
    device: Annotated[str, msgspec.Meta(min_length=8, max_length=64, pattern=r"^[0-9A-Za-z._\-]+$")]
    address: Annotated[str, msgspec.Meta(max_length=45, pattern=r"^[0-9a-fA-F:.]*$")] = ""
    assertion: AssertionBody | None = None


class SendStep(ActivationBody, frozen=True, kw_only=True, tag_field="step", tag="send_code"):
    """Send a code to the registered phone."""


class CodeStep(ActivationBody, frozen=True, kw_only=True, tag_field="step", tag="code"):
    """The code of the text message."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]


class ProveStep(ActivationBody, frozen=True, kw_only=True, tag_field="step", tag="prove"):
    """The channel's word that the person is there."""

    assertion: AssertionBody


class ApproveStep(ActivationBody, frozen=True, kw_only=True, tag_field="step", tag="approve"):
    """The word of the channel's second officer."""

    assertion: AssertionBody


class ConfirmStep(ActivationBody, frozen=True, kw_only=True, tag_field="step", tag="confirm"):
    """The person has seen their data; where they are insured in several areas, the one to use."""

    insured_area: Annotated[int, msgspec.Meta(ge=0, le=999_999)] | None = None


class PasswordStep(ActivationBody, frozen=True, kw_only=True, tag_field="step", tag="password"):
    """The six digits that the person chose."""

    password: Annotated[str, msgspec.Meta(max_length=40)]


StepBody = VouchStep | NameStep | SendStep | CodeStep | ProveStep | ApproveStep | ConfirmStep | PasswordStep
"""A step of an activation under way, told apart by ``step``."""


class CaptureBody(ActivationBody, frozen=True, kw_only=True):
    """What the camera took for a challenge, as base64."""

    challenge_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-zA-Z_-]{8,80}$")]
    capture: Annotated[str, msgspec.Meta(max_length=2_700_000, pattern=r"^[0-9A-Za-z+/]*={0,2}$")]


class TextBody(Body, frozen=True, kw_only=True):
    """In which language the texts in force are wanted."""

    language: Literal["zh", "en"] = "zh"


class BindingBody(Body, frozen=True, kw_only=True):
    """A binding of this channel."""

    binding: Reference


class ConsentBody(BindingBody, frozen=True, kw_only=True):
    """The holder of a binding has read a text in the channel and agreed to it."""

    consent_version: Version
    language: Literal["zh", "en"] = "zh"


class CodeBody(BindingBody, frozen=True, kw_only=True):
    """A binding to show now, for any purpose or one alone."""

    purpose: Purpose | None = None


class ListBody(Body, frozen=True, kw_only=True):
    """A page of the channel's bindings after one."""

    after: Reference | None = None
    most: Page = 100


class SubscribeBody(Body, frozen=True, kw_only=True):
    """Where to be told, of what; no events ends it."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    events: Annotated[list[WebhookKind], msgspec.Meta(max_length=20)]


class DeliveriesBody(Body, frozen=True, kw_only=True):
    """A page of what the channel was told after one event."""

    after: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,19}$")] = "0"
    most: Page = 100


class RedeliverBody(Body, frozen=True, kw_only=True):
    """An event to be told again."""

    event_id: Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,18}$")]
