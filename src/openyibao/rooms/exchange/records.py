"""Records of what an institution's own software says beside the rooms' facts. 中文: 对接记录。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec


class WireProfile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an institution's software may speak, and how it wants to be answered (对接方式)."""

    unsigned: bool = False
    """Messages without any signature are taken."""
    bindings: tuple[str, ...] = ()
    """Which HTTP bindings are taken; none named: all."""
    strict: bool = False
    """What is tolerated otherwise (unknown sign-in, missing fields of the envelope) is refused."""
    sign_replies: bool = False
    infcode_text: bool = False
    account_in_fund: bool = False
    """The funds' total names the personal account too (as Guangdong counts)."""
    statement_marks_long: bool = False
    """Results of reconciliation as six digits."""
    app_code: str = ""
    """The name under which the software signs (paas id, access key, client id)."""


class WireSecrets(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The secrets of a profile; sealed where they lie."""

    shared: str = ""
    public_key: str = ""
    """The institution's SM2 public key, PEM; empty: none."""

    def __repr__(self) -> str:
        return "WireSecrets(…)"


class WireClient(msgspec.Struct, frozen=True, kw_only=True):
    """An institution's software as it was registered (对接方)."""

    institution_id: int
    profile: WireProfile
    secrets: WireSecrets


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """An operator's sign-in by message (签到); its id is the sign-in number."""

    sign_in_id: int
    institution_id: int
    operator_code: str
    message_no: str
    signed_in_at: datetime
    signed_out_at: datetime | None = None
    out_message_no: str | None = None


class VisitNote(msgspec.Struct, frozen=True, kw_only=True):
    """A visit under the institution's own number, with what it said of it (就诊登记信息).

    ``visit_id`` is what the institution's software was told; ``encounter_id`` the encounter that stands for it now: another
    one where the visit turned out to be of another kind before anything was charged.
    """

    cell: int
    visit_id: int
    encounter_id: int
    institution_id: int
    bucket: int
    person_id: int
    own_number: str
    said: Mapping[str, Any]
    noted_at: datetime


class LineName(msgspec.Struct, frozen=True, kw_only=True):
    """What the institution's software calls a fee line, its batch and its item (费用明细对应)."""

    cell: int
    encounter_id: int
    line_no: int
    fee_batch_id: int
    own_line: str
    own_batch: str
    own_code: str


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """Something handed in by message that no room decides on: a department, a mapping, a settlement list (上传资料)."""

    bucket: int
    paper_id: int
    institution_id: int
    kind: str
    own_key: str
    said: Mapping[str, Any]
    state: str
    handed_in_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None
    """The message that withdrew it."""


class ExchangeFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was sent, or is ready to be fetched (交换文件)."""

    bucket: int
    file_id: int
    institution_id: int
    name: str
    message_no: str
    content: bytes
    made_at: datetime
    expires_at: datetime
