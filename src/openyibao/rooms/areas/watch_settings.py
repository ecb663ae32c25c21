"""What an area decides of codes taken without a network, and of signals of misuse. A part of ``AreaSettings``. 中文: 统筹区离线与监测参数。"""

from __future__ import annotations

from typing import Annotated

from openyibao.rooms.areas.account_settings import says
from openyibao.rooms.areas.carrier_settings import CarrierSettings


class WatchSettings(CarrierSettings, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The settings about offline acceptances and signals."""

    offline_amount_fen_max: Annotated[
        int,
        says(
            "fen",
            "终端断网时每笔可暂记的最高金额; 0 为不允许断网受理",
            "the most a terminal without a network may take down for a code; 0: nothing is taken without a network",
            "K",
            ge=0,
            le=1_000_000,
        ),
    ] = 50_000
    offline_count_max: Annotated[
        int,
        says(
            "acceptances a day",
            "每台终端每日断网暂记的最多笔数",
            "how many a terminal may take down without a network in a day",
            "K",
            ge=0,
            le=1_000,
        ),
    ] = 50
    offline_days_max: Annotated[
        int,
        says(
            "days",
            "断网暂记须在几日内联网核验, 逾期不予受理",
            "within how many days what was taken down must be sent in",
            "K",
            ge=1,
            le=7,
        ),
    ] = 3
    signals_that_block: Annotated[
        tuple[str, ...],
        says(
            "kinds of signals",
            "出现后暂停该参保人出码的监测信号类别, 待经办机构核查; 默认没有",
            "signals after which the person's codes rest until the agency has looked; none unless said",
            "S4",
            max_length=10,
        ),
    ] = ()
