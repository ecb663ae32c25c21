"""Channels beside a seeded platform: registered through the room's verbs, speaking through the real doors."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import httpx
import msgspec
from journey_house import House

from openyibao.following import follow_once
from openyibao.fronts.channels import ChannelDoors, Deliverer
from openyibao.kit.clock import unix_seconds
from openyibao.kit.crypto import Sm2PrivateKey, hmac_sm3, sm2_generate
from openyibao.rooms import channels
from openyibao.rooms.activations import Challenge, Verdict
from openyibao.rooms.channels import Channel, ChannelKind, ChannelTerms, NewChannel, Signing, WebhookKind, usual_terms
from openyibao.sandbox.channel_client import ChannelClient, Holder, sign_assertion

ALL_EVENTS = [kind.value for kind in WebhookKind]


class Faces:
    """A provider for one test: the same living person, whoever asks."""

    async def begin(self, *, reference: str, person: str) -> Challenge:
        return Challenge(challenge_id=f"{reference[:16]}{person[:16]}", actions=("blink",))

    async def answer(self, *, reference: str, challenge_id: str, capture: bytes) -> Verdict:
        facts: dict[str, Any] = {"alive": True, "same": True, "provider": "t", "stand_in": True}
        return Verdict(reference=reference, challenge_id=challenge_id, evidence_digest=capture, **facts)


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

    def holder(self, person: int) -> Holder:
        """Who somebody of the population is, as the channel knows its user."""
        who = self.house.prepared.population.people[person].person
        return Holder(who.document_type.value, who.document_number, who.name)

    async def begin(self, *, key: str | None = None) -> tuple[int, dict[str, Any]]:
        body = {"consent_version": "2026-12", "device_name": "phone"}
        return await self.client.call("activations", body, key=key or self.house.key())

    def word(self, begun: dict[str, Any], claim: str, holder: Holder | int, **changes: Any) -> dict[str, Any]:
        """The channel's signed word for one activation."""
        given = {"assurance": self.channel.terms.assurance.value, **changes}
        code, challenge = (
            given.pop("channel_code", self.channel.channel_code),
            given.pop("challenge", begun["challenge"]),
        )
        who = self.holder(holder) if isinstance(holder, int) else holder
        return sign_assertion(self.client, code, challenge, claim, who, **given)

    async def step(
        self, begun: dict[str, Any], step: str, *, key: str | None = None, **more: Any
    ) -> tuple[int, dict[str, Any]]:
        """One step, as it is answered."""
        body = {"activation": begun["activation"], "step": step, **more}
        return await self.client.call("activations/step", body, key=key or self.house.key())

    def named(self, holder: Holder | int, **more: Any) -> dict[str, Any]:
        """What the step of the name says."""
        who = self.holder(holder) if isinstance(holder, int) else holder
        return {**who._asdict(), "device": "device-0001", "address": "192.0.2.7", **more}

    async def face(self, begun: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """A live face before the provider, by the channel's camera."""
        asked = await self.ask("activations/face", {"activation": begun["activation"]})
        body = {
            "activation": begun["activation"],
            "challenge_id": asked["challenge_id"],
            "capture": b64encode(b"c" * 32).decode(),
        }
        return await self.client.call("activations/capture", body, key=self.house.key())

    async def activate(self, person: int, *, password: str = "507294") -> str:  # noqa: S107 made up
        """The reference of a fresh binding, by the plan of this kind of channel."""
        status, begun = await self.begin()
        assert status == 200, begun
        last: dict[str, Any] = begun
        while last["state"] != "activated":
            status, last = await self._next(begun, last["next_step"], person, password)
            assert status == 200, last
        return str(last["binding"])

    async def _next(self, begun: dict[str, Any], step: str, person: int, password: str) -> tuple[int, dict[str, Any]]:
        claims = begun["claims"].get(step, [])
        officer = {"prove": "op1", "approve": "op2"}[step] if claims == ["document_check"] else ""
        word = {"assertion": self.word(begun, claims[0], person, officer=officer)} if claims else {}
        if step == "name":
            return await self.step(begun, step, **self.named(person, **word))
        if step == "password":
            return await self.step(begun, step, password=password)
        if step != "prove" or claims:
            return await self.step(begun, step, **word)
        if self.channel.kind is not ChannelKind.institution:
            return await self.face(begun)
        status, sent = await self.step(begun, "send_code")
        assert status == 200, sent
        return await self.step(begun, "code", code=await self.house_code(begun["activation"]))

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
        platform = msgspec.structs.replace(house.platform, liveness=Faces())
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=ChannelDoors(platform)))
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
