"""Bounded bodies of the channels' interface. 中文: 渠道报文。"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from openyibao.rooms.channels import WebhookKind
from openyibao.rooms.people import DocumentType
from openyibao.rooms.presentation import Purpose

Reference = Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[0-9]{1,4}-[1-9][0-9]{0,18}$")]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
Number = Annotated[str, msgspec.Meta(min_length=6, max_length=32, pattern=r"^[0-9A-Za-z()（）]+$")]
Page = Annotated[int, msgspec.Meta(ge=1, le=200)]


ID_MAX = 2**63 - 1


def read_reference(reference: str) -> tuple[int, int]:
    """Bucket and id of a reference; an id that is too large to be one is nobody's."""
    bucket, name = reference.split("-")
    return int(bucket), min(int(name), ID_MAX)


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every body is: nothing unknown in it."""


class EmptyBody(Body, frozen=True, kw_only=True):
    """Nothing to say."""


class BeginBody(Body, frozen=True, kw_only=True):
    """An activation to begin: who says to be whom, and to which text they agreed in the channel."""

    document_type: DocumentType
    document_number: Number
    name: Words
    phone: Annotated[str, msgspec.Meta(pattern=r"^1[0-9]{10}$")]
    consent_version: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z._\-]+$")]
    language: Literal["zh", "en"] = "zh"
    device_name: Words


class StepBody(Body, frozen=True, kw_only=True):
    """A step of an activation under way: the code of the text message."""

    activation: Reference
    step: Literal["code"]
    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]


class BindingBody(Body, frozen=True, kw_only=True):
    """A binding of this channel."""

    binding: Reference


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
    events: Annotated[list[WebhookKind], msgspec.Meta(max_length=10)]


class DeliveriesBody(Body, frozen=True, kw_only=True):
    """A page of what the channel was told after one event."""

    after: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,19}$")] = "0"
    most: Page = 100


class RedeliverBody(Body, frozen=True, kw_only=True):
    """An event to be told again."""

    event_id: Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,18}$")]
