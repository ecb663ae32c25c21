"""Records of freezes, and the reasons given for them. 中文: 冻结记录。"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from openyibao.kit.outcome import reason

CREDENTIAL_FROZEN = reason(
    "credential_frozen",
    zh="参保人已自行冻结医保电子凭证",
    en="The person has frozen the credential",
    next_zh="请参保人在医保码的“用码记录”中查看解冻办法, 或持证件到经办窗口解冻",
    next_en="The person finds under “Use log” how to lift it, or lifts it at a counter with the document",
)
NOT_FROZEN = reason(
    "not_frozen",
    zh="医保电子凭证没有被本人冻结",
    en="The credential is not frozen by the person",
    next_zh="请刷新页面; 若仍不能使用, 可能是经办机构暂停, 请致电服务热线",
    next_en="Look again; where it still can't be used, the agency may have suspended it: call the hotline",
)
LIFT_NEEDS_TWO = reason(
    "lift_needs_two",
    zh="解冻须由一人经办、另一人复核, 并写明理由",
    en="Lifting needs one officer, another who approves, and a reason",
    next_zh="请另一位工作人员复核后重新提交",
    next_en="Have another officer approve it and submit again",
)


class LiftProof(StrEnum):
    """By what the person proved to be that person (解冻依据)."""

    password = "password"  # noqa: S105 a kind of proof, no secret
    face = "face"
    officer = "officer"


class Lift(msgspec.Struct, frozen=True, kw_only=True):
    """How a freeze is lifted. ``officer``: by whom after a look at the document, who approves, and why (解冻)."""

    proof: LiftProof
    lifted_by: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    approved_by: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] | None = None
    why: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class Freeze(msgspec.Struct, frozen=True, kw_only=True):
    """A freeze as it stands (冻结)."""

    bucket: int
    freeze_id: int
    credential_id: int
    person_id: int
    frozen_by: str
    frozen_at: datetime
    lifted_at: datetime | None = None
    lift_proof: LiftProof | None = None
    lifted_by: str | None = None
    approved_by: str | None = None
    why: str | None = None
