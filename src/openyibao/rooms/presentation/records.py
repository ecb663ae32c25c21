"""Records of presentations and the reasons a scan is refused for. 中文: 展码记录。"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from openyibao.kit.outcome import reason
from openyibao.rooms.cards import CardKind
from openyibao.rooms.faces import ShowingWay
from openyibao.rooms.mandates import FamilyMandate
from openyibao.rooms.papers import PrintedCode, WindowProof

PRINTED_CODE = "printed_code"
"""What a presentation by a paper is marked with, where one by a card bears the card's kind."""

CODE_OTHER_ISSUER = reason(
    "code_other_issuer",
    zh="这不是本平台签发的医保码",
    en="This code is not of this issuer",
    next_zh="请确认出示的是医保码",
    next_en="Check that the person shows the insurance code",
)
CODE_NOT_VALID = reason(
    "code_not_valid",
    zh="医保码无效",
    en="The code is not valid",
    next_zh="请参保人刷新医保码后重新扫码",
    next_en="Have the person refresh the code and scan again",
)
CODE_EXPIRED = reason(
    "code_expired",
    zh="医保码已过期",
    en="The code has expired",
    next_zh="请参保人刷新医保码后重新扫码",
    next_en="Have the person refresh the code and scan again",
)
CODE_FROM_FUTURE = reason(
    "code_from_future",
    zh="医保码的时间超前, 手机时间可能不准",
    en="The code is from the future; the phone's clock may be wrong",
    next_zh="请参保人校准手机时间并联网刷新后重新扫码",
    next_en="Have the person set the phone's clock, go online, refresh and scan again",
)
PURPOSE_NOT_ALLOWED = reason(
    "purpose_not_allowed",
    zh="该医保码仅限用于 {purpose}",
    en="This code is for {purpose} only",
    next_zh="请参保人出示对应用途或通用的医保码",
    next_en="Have the person show a code for this purpose or for any",
)
CREDENTIAL_NOT_ACTIVATED = reason(
    "credential_not_activated",
    zh="医保电子凭证尚未激活",
    en="The credential is not activated",
    next_zh="请参保人先激活医保电子凭证",
    next_en="Have the person activate the credential first",
)
CODE_ALREADY_USED = reason(
    "code_already_used",
    zh="该医保码已被使用过",
    en="The code was already used",
    next_zh="请参保人刷新医保码后重新扫码",
    next_en="Have the person refresh the code and scan again",
)
TOO_MANY_BAD_CODES = reason(
    "too_many_bad_codes",
    zh="本机构无效扫码过多",
    en="Too many bad codes were scanned here",
    next_zh="请一分钟后再试; 仍然如此的, 今日请改用身份证或社保卡",
    next_en="Try again in a minute; if it stays so, use identity or social-security cards for today",
)
VISIT_TOKEN_UNKNOWN = reason(
    "visit_token_unknown",
    zh="凭证令牌不存在",
    en="The visit token is unknown",
    next_zh="请参保人刷新医保码后重新扫码",
    next_en="Have the person refresh the code and scan again",
)
VISIT_TOKEN_EXPIRED = reason(
    "visit_token_expired",
    zh="凭证令牌已过期, 请重新扫码",
    en="The visit token has expired: scan again",
    next_zh="请参保人刷新医保码后重新扫码",
    next_en="Have the person refresh the code and scan again",
)
VISIT_TOKEN_OTHER_INSTITUTION = reason(
    "visit_token_other_institution",
    zh="凭证令牌属于其他机构",
    en="The visit token belongs to another institution",
    next_zh="请在本机构重新扫码",
    next_en="Scan again at this institution",
)


class Purpose(StrEnum):
    """What a code is shown for (用码场景). The place in this list is the code's extension: only append."""

    registration = "registration"
    consultation = "consultation"
    settlement = "settlement"
    collect_medicine = "collect_medicine"
    inpatient_admission = "inpatient_admission"
    pharmacy_purchase = "pharmacy_purchase"
    report = "report"
    examination = "examination"


Name = Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[^\x00]*$")]


class ScanLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How many bad codes are borne before a pause till the next minute or day, and how many are stored one by one.

    The days' limits make a guessed code rarer than one a year in the whole nation: ``openyibao codes chance``.
    """

    bad_codes_a_minute: int = 200
    bad_codes_a_minute_for_alias: int = 10
    bad_codes_a_day: int = 60
    bad_codes_a_day_busy: int = 2000
    """Of a tertiary hospital, where thousands show codes in a day."""
    stored_a_minute: int = 20
    bad_cards_a_minute: int = 30


class SeenProof(msgspec.Struct, frozen=True, kw_only=True):
    """What the window did beside reading a card or a paper. ``password_held``: the front held the password already."""

    document_seen: bool = False
    digits: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{3}[0-9Xx]$")] | None = None
    password_held: bool = False

    def __repr__(self) -> str:
        return f"SeenProof(document_seen={self.document_seen}, password_held={self.password_held})"


NO_PROOF = SeenProof()


class ScanRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One scan at one terminal. ``proof`` counts for printed codes alone."""

    code: Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[^\x00]*$")]
    institution_id: int
    terminal_code: Name
    operator_code: Name
    purpose: Purpose
    caller_key: Annotated[str, msgspec.Meta(max_length=128, pattern=r"^[^\x00]*$")] | None = None
    proof: SeenProof = NO_PROOF


class IdentifyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One card read at one terminal. ``card_number`` is the social-security card's."""

    kind: CardKind
    name: Name
    document_number: Name
    card_number: Name | None = None
    institution_id: int
    terminal_code: Name
    operator_code: Name
    purpose: Purpose
    caller_key: Annotated[str, msgspec.Meta(max_length=128, pattern=r"^[^\x00]*$")] | None = None
    anew: bool = False
    """A message that names a card shows it by itself, also where it was read here a moment ago; a second token then."""
    proof: SeenProof = NO_PROOF

    def __repr__(self) -> str:
        return f"IdentifyRequest(kind={self.kind}, institution_id={self.institution_id})"


class Presentation(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted scan (展码). ``document_number`` is clear here: fronts mask it. ``cell`` 0 is not enrolled."""

    presentation_id: int
    bucket: int
    person_id: int
    cell: int
    insured_area: int | None
    masked_name: str
    document_number: str
    visit_token: str
    expires_at: datetime
    repeated: bool = False
    shown_by: str | None = None
    """The masked name of the relative whose phone showed it; None where it was the person's own."""

    def __repr__(self) -> str:
        return f"Presentation(presentation_id={self.presentation_id}, repeated={self.repeated})"


class FaceProof(StrEnum):
    """What stood in for the code: the face, or the face with the person's password (刷脸核验)."""

    face = "face"
    face_password = "face_password"  # noqa: S105 a kind of proof


class FaceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody known by their face at one terminal, and how."""

    bucket: int
    person_id: int
    template_id: int
    way: ShowingWay
    candidates: int
    distance_e4: int
    password_given: bool
    evidence_digest: bytes
    institution_id: int
    terminal_code: Name
    operator_code: Name
    purpose: Purpose
    caller_key: Annotated[str, msgspec.Meta(max_length=128, pattern=r"^[^\x00]*$")] | None = None

    @property
    def proof(self) -> FaceProof:
        """As presentations and tokens are told."""
        return FaceProof.face_password if self.password_given else FaceProof.face


class TokenFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit token stands for."""

    presentation_id: int
    bucket: int
    person_id: int
    cell: int
    institution_id: int
    terminal_code: str
    purpose: Purpose
    presented_at: datetime
    expires_at: datetime
    mandate: FamilyMandate | None = None
    """Under which mandate a relative showed the code."""
    card_kind: CardKind | None = None
    """Which card was read; None where a code was scanned."""
    proof: WindowProof | None = None
    """What the window saw beside a card or a printed code."""
    printed: PrintedCode | None = None
    """The printed code that was scanned, with its edges."""
    face: FaceProof | None = None
    """That the person was known by their face, and whether they gave their password too."""


class FamilyShowing(msgspec.Struct, frozen=True, kw_only=True):
    """One showing by a relative, for the log that both sides see (亲情出示记录)."""

    mandate_id: int
    presentation_id: int
    institution_id: int
    purpose: Purpose
    presented_at: datetime
