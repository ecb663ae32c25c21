"""A house whose liveness provider says what the test wants, and phones of its people on which proofs are given."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import msgspec
from journey_house import House
from litestar import Litestar
from test_account_pages import Phone

from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.security import seal_session
from openyibao.fronts.wallet import wallet_router
from openyibao.fronts.wallet.sessions import COOKIE, SESSION_SECONDS, WalletSession
from openyibao.kit.clock import unix_seconds
from openyibao.kit.db import Tx
from openyibao.rooms import activations, bindings, freezes
from openyibao.rooms.activations import Challenge, Verdict
from openyibao.rooms.bindings import Bound

PASSWORD, OTHER = "507294", "816350"


class Provider:
    """A liveness provider: each challenge is for one reference; ``says`` is its next verdict."""

    def __init__(self) -> None:
        self.says = "pass"
        self.reference: str | None = None

    async def begin(self, *, reference: str, person: str) -> Challenge | None:
        assert person
        return None if self.says == "away" else Challenge(challenge_id=f"c-{reference}", actions=("blink",))

    async def answer(self, *, reference: str, challenge_id: str, capture: bytes) -> Verdict | None:
        if self.says == "away":
            return None
        alive = self.says != "not_alive"
        return Verdict(
            reference=self.reference or challenge_id.removeprefix("c-") or reference,
            challenge_id=challenge_id,
            alive=alive,
            same=alive and self.says != "another_person",
            provider="t",
            stand_in=False,
            evidence_digest=b"e" * 32,
        )


class ProofHouse:
    """One person with a bound phone and a password."""

    def __init__(self, house: House, person: int) -> None:
        self.house, self.person = house, person
        self.who = house.prepared.installed.persons[person]
        self.provider = Provider()
        self.platform: Platform = msgspec.structs.replace(house.platform, liveness=self.provider)

    @property
    def named(self) -> dict[str, int]:
        return {"bucket": self.who.bucket, "person_id": self.who.person_id}

    async def choose_password(self, password: str = PASSWORD) -> Bound:
        """The person's password, as an activation would have set it."""
        bound = await self.house.bind(self.person)
        hashed = await asyncio.to_thread(activations.hash_password, password, salt=b"s" * 16, cost=4)

        async def run(tx: Tx) -> Any:
            return await activations.put_password(
                tx,
                self.house.clock,
                self.platform.sealer,
                person=(self.who.bucket, self.who.person_id),
                credential_id=bound.binding.credential_id,
                hashed=hashed,
                set_by="live_face",
                actor="t",
            )

        await self.house.work(run)
        return bound

    async def phone(self, bound: Bound | None = None) -> Phone:
        """The browser of a device of theirs."""
        app = Litestar(route_handlers=[wallet_router(self.platform)], openapi_config=None)
        device = bound or await self.house.bind(self.person)
        content = WalletSession(
            expires_seconds=unix_seconds(self.house.clock.now()) + SESSION_SECONDS,
            bucket=device.binding.bucket,
            session_secret=device.session_secret,
        )
        cookies = {COOKIE: seal_session(self.platform, COOKIE, content)}
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://t", cookies=cookies)
        return Phone(self.house, http)

    async def freeze(self) -> Any:
        return await self.house.work(lambda tx: freezes.freeze(tx, self.house.clock, **self.named, actor="self"))

    async def frozen(self) -> bool:
        async with self.platform.readers.reading() as reading:
            return await freezes.find_open(reading, **self.named) is not None

    async def messages(self) -> list[str]:
        """What went to registered phones, the oldest first."""
        texts = []
        for row in await self.house.rows(
            "select message_id, content_sealed from outbox where recipient_id = 0 order by message_id"
        ):
            sealed = self.platform.sealer.unseal(row[1], where=f"outbox.content_sealed:{row[0]}").decode()
            texts.append(str(msgspec.json.decode(sealed)["text"]))
        return texts

    async def last_code(self) -> str:
        found = re.search(r"验证码为 (\d{6})", (await self.messages())[-1])
        assert found
        return found[1]

    async def bindings_active(self) -> int:
        bound = await self.house.bind(self.person)
        async with self.platform.readers.reading() as reading:
            found = await bindings.list_bindings(
                reading, bucket=self.who.bucket, credential_id=bound.binding.credential_id
            )
        return len(found)


def challenge_in(text: str) -> str:
    found = re.search(r'name="challenge" value="([^"]+)"', text)
    assert found, text
    return found[1]


def code_in(text: str) -> str:
    """The reason code that a page's box shows."""
    found = re.search(r'class="box__code">[^<]*<code>([a-z_]+)</code>', text)
    assert found, text
    return found[1]
