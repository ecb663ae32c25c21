"""What the lane answers of a channel's message: who sent it, and the binding it asks of. 中文: 渠道报文受理。"""

from __future__ import annotations

import msgspec

from openyibao.rooms.bindings import Binding
from openyibao.rooms.channels import Channel


class Admitted(msgspec.Struct, frozen=True):
    """An admitted message. ``binding`` lives, and may be another channel's: whoever uses it looks."""

    channel: Channel
    binding: Binding | None
