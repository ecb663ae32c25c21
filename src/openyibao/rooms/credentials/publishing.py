"""What anybody may fetch to verify a statement offline: status lists. Issuer keys are published by the kit. 中文: 状态发布。"""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import KeyPurpose, KeyRing
from openyibao.kit.db import BUCKETS, Reading
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.credentials import rules, store
from openyibao.rooms.credentials.records import StatusList

LISTS_KEPT = 512
_LEFT = timedelta(seconds=rules.STATUS_SECONDS * 4 // 5)
"""So long a kept list must still hold to be handed out."""
STATUS_LIST_UNKNOWN = reason(
    "status_list_unknown",
    zh="没有这个状态列表",
    en="There is no such status list",
    next_zh="请使用凭证声明中 status_list 所写的名称",
    next_en="Use the name that the statement gives as status_list",
)


class StatusShelf:
    """The status lists that one process signed lately: each is signed once a minute at most, however many ask."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._kept: OrderedDict[str, StatusList] = OrderedDict()

    def forget(self) -> None:
        """Sign each list anew when it is next asked for."""
        self._kept.clear()

    async def status_list(self, reading: Reading, clock: Clock, list_name: str) -> StatusList | Refused:
        """A list by its name, signed within the last minute; refused ``status_list_unknown``."""
        at = clock.now().replace(microsecond=0)
        kept = self._kept.get(list_name)
        if kept is not None and at <= kept.next_update_at - _LEFT:
            return kept
        parsed = _parse(list_name)
        if parsed is None:
            return Refused(STATUS_LIST_UNKNOWN)
        bucket, list_no = parsed
        first = list_no * rules.LIST_SIZE
        if list_no and first >= await store.count_taken(reading, bucket):
            return Refused(STATUS_LIST_UNKNOWN)
        # Asked anew each time: the ring learns of another signing key while the process runs.
        key_id = self._ring.current(KeyPurpose.issuer).key_id
        stopped = await store.list_stopped(reading, bucket, first, first + rules.LIST_SIZE - 1)
        content, next_update_at = rules.write_status(
            list_name=list_name,
            issuer_key_id=key_id,
            stopped=[(index - first, state) for index, state in stopped],
            at=at,
        )
        made = StatusList(
            list_name=list_name,
            content=content,
            signature=self._ring.signer(KeyPurpose.issuer).sign(content),
            issuer_key_id=key_id,
            next_update_at=next_update_at,
        )
        self._kept[list_name] = made
        self._kept.move_to_end(list_name)
        if len(self._kept) > LISTS_KEPT:
            self._kept.popitem(last=False)
        return made


def _parse(list_name: str) -> tuple[int, int] | None:
    head, _, tail = list_name.partition("-")
    if not (head.isdigit() and tail.isdigit() and list_name.isascii() and len(list_name) <= 12):
        return None
    bucket, list_no = int(head), int(tail)
    return (bucket, list_no) if bucket < BUCKETS and list_name == f"{bucket}-{list_no}" else None
