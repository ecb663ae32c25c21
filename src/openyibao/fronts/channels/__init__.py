"""The interface of authorised channels: each message signed, admitted once and within the channel's limits.

A table of routes before Litestar, as the institutions' front has it; OpenAPI is made from the same table. A channel sees
its own bindings, activations and webhooks alone, and no more of a person than its scopes allow. 中文: 渠道接口。
"""

from openyibao.fronts.channels.delivering import Deliverer, keep_delivering
from openyibao.fronts.channels.doors import PREFIX, ChannelDoors
from openyibao.fronts.channels.openapi import channel_openapi

__all__ = ["PREFIX", "ChannelDoors", "Deliverer", "channel_openapi", "keep_delivering"]
