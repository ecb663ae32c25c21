"""The demo's three channels: registered through the room, their keys handed to the sandbox that plays them. 中文: 演示渠道。"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from openyibao.kit import db
from openyibao.kit.clock import Clock, SystemClock
from openyibao.kit.crypto import KeyPurpose, sm2_generate
from openyibao.kit.db import Tx
from openyibao.kit.ids import IdSource
from openyibao.main import open_ring
from openyibao.rooms import channels
from openyibao.rooms.audit import ChainCloser
from openyibao.rooms.channels import ChannelKind, NewChannel, usual_terms
from openyibao.sandbox.channels import ChannelOfDesk, DeskFile
from openyibao.settings import Settings

DESK_SLOT = 254
PLAYED = {
    "wechat": (ChannelKind.internet_platform_password, "社交平台", "a chat platform"),
    "alipay": (ChannelKind.internet_platform_face, "支付平台", "a payment platform"),
    "bank": (ChannelKind.bank, "某某银行", "a bank"),
}


Process = Callable[[list[str], dict[str, str], str], AbstractContextManager[Any]]


@contextmanager
def played(settings: Settings, platform_url: str, *, process: Process, port: int) -> Iterator[str]:
    """The sandbox of channels beside a served platform; yields its address. Some 50 MB of memory."""
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="openyibao-channels-") as folder:
        path = Path(folder) / "channels.json"
        path.touch(mode=0o600)
        path.write_bytes(msgspec.json.encode(asyncio.run(open_desk(settings, SystemClock(), webhook_base=url))))
        command = [
            *(sys.executable, "-m", "uvicorn", "--factory", "openyibao.sandbox.channels:create_application"),
            *("--port", str(port), "--log-level", "warning"),
        ]
        environment = {"SANDBOX_CHANNELS_URL": platform_url, "SANDBOX_CHANNELS_FILE": str(path)}
        with process(command, environment, url):
            yield url


async def open_desk(settings: Settings, clock: Clock, *, webhook_base: str) -> DeskFile:
    """Register the three; what the sandbox must know of them."""
    ring = await open_ring(settings, clock)
    connection = await db.connect(settings.database_url)
    await db.try_slot(connection, DESK_SLOT)
    closer = ChainCloser(clock, ring.signer(KeyPurpose.link), key_id=ring.current(KeyPurpose.link).key_id)
    await closer.attach(connection, DESK_SLOT)
    tx = Tx(connection, IdSource(clock, DESK_SLOT), chain=DESK_SLOT)
    try:
        async with connection.transaction():
            desk = [await _register(tx, clock, name, webhook_base) for name in PLAYED]
            await closer.close(tx)
    finally:
        await connection.close()
    return DeskFile(webhook_base=webhook_base, channels=desk)


async def _register(tx: Tx, clock: Clock, name: str, webhook_base: str) -> ChannelOfDesk:
    """A demo that starts again listens at another port, so its channels are new ones; yesterday's are revoked."""
    kind, zh, en = PLAYED[name]
    private = sm2_generate()
    number = await channels.count_of(tx, prefix=f"desk_{name}_")
    if number:
        await channels.move_channel(
            tx, clock, channel_code=f"desk_{name}_{number}", state=channels.ChannelState.revoked, actor="demo"
        )
    new = NewChannel(
        channel_code=f"desk_{name}_{number + 1}",
        name=zh,
        name_en=en,
        kind=kind,
        terms=msgspec.structs.replace(usual_terms(kind), webhook_base=webhook_base),
        public_key=private.public.der(),
    )
    made: Any = (await channels.register_channels(tx, clock, channels=[new], actor="demo"))[0]
    return ChannelOfDesk(
        name=name,
        channel_code=new.channel_code,
        assurance=new.terms.assurance.value,
        key_id=made[1],
        private=private.scalar.hex(),
    )
