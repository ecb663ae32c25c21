"""A message for somebody's registered phone, left in the outbox with the act it tells of. 中文: 短信。"""

from __future__ import annotations

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Tx
from openyibao.rooms.activations import store


async def leave_message(tx: Tx, clock: Clock, sealer: Sealer, *, bucket: int, phone: str, text: str) -> None:
    """Leave a text message, sealed, due at once."""
    message_id = tx.ids.next()
    content = msgspec.json.encode({"phone": phone, "text": text})
    await store.insert_message(
        tx,
        bucket=bucket,
        message_id=message_id,
        kind="sms",
        content_sealed=sealer.seal(content, where=f"outbox.content_sealed:{message_id}"),
        at=clock.now(),
    )
