"""Records of transfers, and the reasons this room refuses for. 中文: 转移接续记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from openyibao.kit.outcome import reason

TRANSFER_SAME_AREA = reason(
    "transfer_same_area",
    zh="您已经在 {area} 参保",
    en="You are insured in {area} already",
    next_zh="请选择另一个参保地; 同一统筹区内变更单位或区县, 由经办机构直接办理",
    next_en="Choose another area; within one pooling area the agency changes it directly",
)
TRANSFER_UNDER_WAY = reason(
    "transfer_under_way",
    zh="这一参保关系已有正在办理的转移",
    en="A transfer of this enrolment is under way already",
    next_zh="请查看办理进度; 要换地方请先撤回",
    next_en="See how far it is; to go elsewhere, withdraw it first",
)
TRANSFER_AREA_UNKNOWN = reason(
    "transfer_area_unknown",
    zh="没有找到转入地的经办机构",
    en="There is no agency at the place you want to go to",
    next_zh="请从列表中选择转入地",
    next_en="Choose one of those listed",
)
TRANSFER_UNKNOWN = reason(
    "transfer_unknown",
    zh="没有找到这件转移申请",
    en="There is no such transfer",
    next_zh="请刷新列表",
    next_en="Look at the list again",
)
TRANSFER_OVER = reason(
    "transfer_over",
    zh="这件转移申请已经办结或终止",
    en="This transfer is done or was stopped",
    next_zh="需要再办请重新申请",
    next_en="Ask anew where it is needed",
)
TRANSFER_OTHER_AGENCY = reason(
    "transfer_other_agency",
    zh="这一步由 {area} 的经办机构办理",
    en="This step is for the agency of {area}",
    next_zh="请等待该经办机构办理, 或致电其服务热线",
    next_en="Wait for that agency, or call its hotline",
)
TRANSFER_STEP_EARLY = reason(
    "transfer_step_early",
    zh="转入地还没有受理, 不能办理转出",
    en="The receiving agency has not taken it up yet",
    next_zh="请等待转入地受理",
    next_en="Wait until it is taken up there",
)
TRANSFER_DAY_WRONG = reason(
    "transfer_day_wrong",
    zh="生效日 {on} 应在今天至 {latest} 之间",
    en="The day {on} must lie between today and {latest}",
    next_zh="请更正生效日, 通常为下月 1 日",
    next_en="Correct it; usually it is the first of next month",
)


class TransferState(StrEnum):
    """How far a transfer is; derived from its steps (转移进度)."""

    asked = "asked"
    taken_up = "taken_up"
    done = "done"
    stopped = "stopped"


class StopSide(StrEnum):
    """Who stopped it: the person, the agency they go to, or the one they come from (终止方)."""

    person = "person"
    receiving = "receiving"
    sending = "sending"


class NewTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks for: which enrolment, and the agency area it is to go to."""

    bucket: int
    person_id: int
    from_cell: int
    from_enrolment_id: int
    to_agency_area: int
    asked_by: str


class EnrolmentTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer as it stands (参保关系转移)."""

    bucket: int
    transfer_id: int
    person_id: int
    from_cell: int
    from_enrolment_id: int
    from_area: int
    to_agency_area: int
    to_area: int
    asked_by: str
    asked_at: datetime
    taken_up_by: str | None = None
    taken_up_at: datetime | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None
    moves_on: date | None = None
    done_at: datetime | None = None
    new_enrolment_id: int | None = None
    stopped_by: str | None = None
    stopped_at: datetime | None = None
    stop_ground: StopSide | None = None
    stop_words: str | None = None
