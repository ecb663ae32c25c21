"""Channels beside a seeded platform: registered through the room's verbs, speaking through the real doors."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
from journey_house import House

from openyibao.following import follow_once
from openyibao.fronts.channels import ChannelDoors, Deliverer
from openyibao.kit.clock import unix_seconds
from openyibao.kit.crypto import Sm2PrivateKey, hmac_sm3, sm2_generate
from openyibao.rooms import channels
from openyibao.rooms.channels import Channel, ChannelKind, ChannelTerms, NewChannel, Signing, WebhookKind, usual_terms
from openyibao.sandbox.channel_client import ChannelClient

ALL_EVENTS = [kind.value for kind in WebhookKind]


class Partner:
    """One channel: its client, and what it heard."""

    def __init__(self, house: House, channel: Channel, client: ChannelClient) -> None:
        self.house, self.channel, self.client = house, channel, client
        self.webhook_secret = b""
        self.heard: list[dict[str, Any]] = []

    async def ask(self, route: str, body: dict[str, Any] | None = None, *, key: str = "") -> dict[str, Any]:
        """A call that must be done."""
        status, answer = await self.client.call(route, body, key=key)
        assert status == 200, answer
        return answer

    async def refused(self, route: str, body: dict[str, Any] | None = None, *, key: str = "") -> str:
        """The reason of a call that must be refused."""
        status, answer = await self.client.call(route, body, key=key)
        assert status >= 400, answer
        assert answer["next"]
        assert answer["next_zh"]
        return str(answer["reason"])

    async def subscribe(self, events: list[str] | None = None) -> None:
        base = self.channel.terms.webhook_base
        body = {"url": base + "/hook", "events": ALL_EVENTS if events is None else events}
        answer = await self.ask("webhooks", body, key=self.house.key())
        self.webhook_secret = bytes.fromhex(answer["secret"])

    async def begin(self, person: int, *, key: str | None = None) -> tuple[int, dict[str, Any]]:
        who = self.house.prepared.population.people[person].person
        body = {
            "document_type": "identity_card",
            "document_number": who.document_number,
            "name": who.name,
            "phone": who.phone,
            "consent_version": "2026-11",
            "device_name": "phone",
        }
        return await self.client.call("activations", body, key=key or self.house.key())

    async def activate(self, person: int) -> str:
        """The reference of a fresh binding."""
        status, begun = await self.begin(person)
        assert status == 200, begun
        code = await self.house_code(begun["activation"])
        body = {"activation": begun["activation"], "step": "code", "code": code}
        done = await self.ask("activations/step", body, key=self.house.key())
        assert done["state"] == "activated"
        return str(done["binding"])

    async def house_code(self, activation: str) -> str:
        """The digits that the newest text message carries."""
        rows = await self.house.rows("select message_id, content_sealed from outbox where kind = 'sms' order by 1 desc")
        sealer = self.house.platform.sealer
        content = sealer.unseal(rows[0][1], where=f"outbox.content_sealed:{rows[0][0]}")
        text = msgspec.json.decode(content)["text"]
        return next(word for word in text.replace(",", " ").split() if word.isdigit() and len(word) == 6)

    @property
    def kinds(self) -> list[str]:
        return [one["kind"] for one in self.heard]


class Street:
    """All channels of a test, and the one endpoint server that they share, by host."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=ChannelDoors(house.platform)))
        self.partners: dict[str, Partner] = {}
        self.down: set[str] = set()
        self.strangers = 0
        transport = httpx.MockTransport(self._hear)
        self.deliverer = Deliverer(house.platform, httpx.AsyncClient(transport=transport))

    async def add(
        self, *codes: str, kind: ChannelKind = ChannelKind.bank, each_message: bool = False, **terms: Any
    ) -> list[Partner]:
        keys: dict[str, Sm2PrivateKey] = {code: sm2_generate() for code in codes}
        news = [
            NewChannel(
                channel_code=code,
                name=f"渠道{code}",
                name_en=code,
                kind=kind,
                terms=self.terms(kind, code, each_message=each_message, **terms),
                public_key=keys[code].public.der(),
            )
            for code in codes
        ]
        platform = self.house.platform
        made = await self.house.work(
            lambda tx: channels.register_channels(tx, platform.clock, channels=news, actor="officer-1")
        )
        added = []
        for channel, key_id in made:
            client = ChannelClient(
                self.http,
                "http://t",
                key_id,
                keys[channel.channel_code],
                each_message=each_message,
                now=lambda: unix_seconds(platform.clock.now()),
            )
            partner = self.partners[channel.channel_code] = Partner(self.house, channel, client)
            added.append(partner)
        return added

    def terms(self, kind: ChannelKind, code: str, *, each_message: bool, **changes: Any) -> ChannelTerms:
        signing = Signing.each_message if each_message else Signing.session
        host = code.replace("_", "-")
        given = {"webhook_base": f"https://{host}.example", "signing": signing, **changes}
        return msgspec.structs.replace(usual_terms(kind), **given)

    async def deliver(self, rounds: int = 1) -> int:
        """Follow the audit and deliver, as the process does again and again."""
        taken = 0
        for _ in range(rounds):
            await follow_once(self.house.platform)
            await self.deliverer.round()
            taken += await self.deliverer.finish()
        return taken

    async def _hear(self, request: httpx.Request) -> httpx.Response:
        code = str(request.url.host).removesuffix(".example").replace("-", "_")
        if code in self.down:
            return httpx.Response(503)
        partner = self.partners[code]
        timestamp, event_id = request.headers["x-timestamp"], request.headers["x-event-id"]
        signed = f"{timestamp}\n{event_id}\n".encode() + request.content
        assert hmac_sm3(partner.webhook_secret, signed).hex() == request.headers["x-signature"]
        body = msgspec.json.decode(request.content)
        assert body["event_id"] == event_id
        partner.heard.append(body)
        return httpx.Response(204)
