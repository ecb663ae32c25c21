"""Limits of undoing: whether a day's business is closed by day cut, reconciliation, clearing or year end (FIELD 16). 中文: 撤销期限。"""

from __future__ import annotations

from datetime import date

from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms import periods


async def judge_limits(reading: Reading, pooling_area: int, institution_id: int, on: date) -> Refused | None:
    """Whether what an institution did on a day may be undone. Reasons: day_closed · reconciled · cleared · year_closed."""
    acts = await periods.read_closed(reading, pooling_area, institution_id)
    return periods.judge_undoing(acts, on)
