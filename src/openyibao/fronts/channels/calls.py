"""What a route of channels is, and one call of it. 中文: 渠道调用。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from openyibao.fronts.channels.bodies import BODY_MAX
from openyibao.fronts.shared import Platform
from openyibao.kit.batch import Work
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Tx
from openyibao.rooms.bindings import Binding
from openyibao.rooms.channels import Channel, ChannelScope, answer_once


class ChannelCall(msgspec.Struct, frozen=True, kw_only=True):
    """One admitted, parsed call. ``named`` is the route, ``request_key`` the key of an act, empty where it has none."""

    platform: Platform
    channel: Channel
    public_key: bytes
    """The registered key a sign-in was signed with; empty otherwise."""
    named: str
    request_key: str
    content: bytes
    body: Any
    binding: Binding | None
    """The living binding of this channel that the body names, where it names one."""

    async def act_once(self, act: Callable[[Tx], Awaitable[Any]]) -> Any:
        """Act in a transaction under the call's key: JSON or a refusal, the same for the same key and content."""

        async def run(tx: Tx) -> Any:
            return await answer_once(
                tx,
                self.platform.clock,
                self.platform.sealer,
                channel_id=self.channel.channel_id,
                request_key=self.request_key,
                # Keyed: a plain digest would let whoever reads the table try out six digits.
                digest=self.platform.sealer.digest(f"{self.named}\n{sm3(self.content).hex()}", purpose="channel_calls"),
                act=lambda: act(tx),
            )

        return await self.platform.lane.submit("work", Work(run))


class ChannelRoute(msgspec.Struct, frozen=True, kw_only=True):
    """What a path takes and does. An act needs a request key."""

    run: Callable[[ChannelCall], Awaitable[Any]]
    body: Any
    scope: ChannelScope | None
    acts: bool
    signs_in: bool = False
    body_max: int = BODY_MAX
    summary: str
