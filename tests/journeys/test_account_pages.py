"""The account pages of the wallet over HTTP: balances, statement, mutual aid agreed by both, money sent and accepted."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aid_house import pots_fen, somebody
from journey_house import House
from litestar import Litestar

from openyibao.fronts.shared.security import seal_session
from openyibao.fronts.wallet import wallet_router
from openyibao.fronts.wallet.sessions import COOKIE, SESSION_SECONDS, WalletSession
from openyibao.kit.clock import unix_seconds
from openyibao.kit.money import yuan_text
from openyibao.rooms.settlement import Settled

OWNER, RELATIVE = 0, 1
PROOF = re.compile(r'name="([a-z_]+)" value="([^"]+)">')


class Phone:
    """A browser with somebody's wallet bound."""

    def __init__(self, house: House, http: httpx.AsyncClient) -> None:
        self.house, self.http = house, http

    async def see(self, path: str) -> str:
        answer = await self.http.get(f"/wallet{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    async def send(self, page: str, path: str, **fields: str) -> httpx.Response:
        """Fill a form of a page in: its proof, and its key where it has one, go with it."""
        hidden = dict(PROOF.findall(await self.see(page)))
        hidden.pop("named", None)
        return await self.http.post(f"/wallet{path}", data={**hidden, **fields})


@pytest.fixture
async def phones(house: House) -> AsyncIterator[dict[int, Phone]]:
    app = Litestar(route_handlers=[wallet_router(house.platform)], openapi_config=None)
    made: dict[int, Phone] = {}
    for person in (OWNER, RELATIVE):
        activated = await house.bind(person)
        content = WalletSession(
            expires_seconds=unix_seconds(house.clock.now()) + SESSION_SECONDS,
            bucket=activated.binding.bucket,
            session_secret=activated.session_secret,
        )
        cookies = {COOKIE: seal_session(house.platform, COOKIE, content)}
        transport = httpx.ASGITransport(app=app)
        made[person] = Phone(house, httpx.AsyncClient(transport=transport, base_url="http://t", cookies=cookies))
    yield made
    for phone in made.values():
        await phone.http.aclose()


def whom(house: House, person: int) -> dict[str, str]:
    who = house.prepared.installed.persons[person]
    return {"name": who.name, "document_number": who.document_number, "relation": "child"}


def named(text: str) -> str:
    found = re.search(r'name="named" value="([0-9-]+)"', text)
    assert found, text
    return found[1]


async def test_both_agree_in_the_wallet_and_see_the_same_log(house: House, phones: dict[int, Phone]) -> None:
    owner, relative = phones[OWNER], phones[RELATIVE]
    proposed = await owner.send(
        "/account/aid", "/account/aid", **whom(house, RELATIVE), per_use="100.00", per_year="", valid_until=""
    )
    assert (proposed.status_code, proposed.headers["location"]) == (303, "/wallet/account/aid")
    assert "待对方同意" in await owner.see("/account/aid")
    asked = await relative.see("/account/aid")
    assert "待您同意" in asked
    assert (await relative.send("/account/aid", "/account/aid/agree", named=named(asked))).status_code == 303
    assert "使用中" in await owner.see("/account/aid")
    done = await house.settle_aided(RELATIVE, 4_000_000)
    assert isinstance(done, Settled), done
    assert done.settlement.mutual_aid_fen == 10_000
    for phone in (owner, relative):
        assert "100.00" in await phone.see("/account/aid")
    english = await owner.see("/account?lang=en")
    assert "Paid for a relative" in english
    assert "-100.00" in english
    assert (await owner.send("/account/aid", "/account/aid/end", named=named(asked))).status_code == 303
    assert (await house.settle_aided(RELATIVE, 1_000_000)).code == "mutual_aid_ended"
    assert (await house.verify()).faults == []


async def test_the_account_tells_its_pots_and_what_moved_them(house: House, phones: dict[int, Phone]) -> None:
    before = (await pots_fen(house, somebody(house, OWNER)))["current"][0]
    done = await house.settle_new(OWNER)
    shown = await phones[OWNER].see("/account")
    assert yuan_text(before - done.settlement.personal_account_fen) in shown
    assert f"-{yuan_text(done.settlement.personal_account_fen)}" in shown
    assert f"+{yuan_text(before)}" in shown
    assert house.hospital.name in shown


async def test_money_is_sent_and_accepted_in_the_wallet(house: House, phones: dict[int, Phone]) -> None:
    owner, relative = phones[OWNER], phones[RELATIVE]
    hidden: dict[str, Any] = dict(PROOF.findall(await owner.see("/account/purse")))
    bill = {**hidden, **whom(house, RELATIVE), "amount": "12.34"}
    for _ in range(2):  # pressed twice: one key, one transfer
        assert (await owner.http.post("/wallet/account/purse", data=bill)).status_code == 303
    arrived = await relative.see("/account/purse")
    assert arrived.count("待接收") == 1
    assert (await relative.send("/account/purse", "/account/purse/accept", named=named(arrived))).status_code == 303
    assert "12.34" in await relative.see("/account")
    assert (await pots_fen(house, somebody(house, RELATIVE)))["purse"] == (1_234, 0)
    assert (await house.verify()).faults == []


async def test_a_wrong_name_and_a_strangers_agreement_lead_nowhere(house: House, phones: dict[int, Phone]) -> None:
    owner, relative = phones[OWNER], phones[RELATIVE]
    for page, more in (("/account/aid", {}), ("/account/purse", {"amount": "1.00"})):
        wrong = {**whom(house, RELATIVE), "name": "王错字", **more}
        answer = await owner.send(page, page, **wrong)
        assert (answer.status_code, "relative_not_found" in answer.text) == (422, True)
    await owner.send("/account/aid", "/account/aid", **whom(house, 2))
    mine = named(await owner.see("/account/aid"))
    answer = await relative.send("/account/aid", "/account/aid/agree", named=mine)
    assert (answer.status_code, "mutual_aid_unknown" in answer.text) == (422, True)
    answer = await owner.send("/account/aid", "/account/aid", **whom(house, RELATIVE), per_use="1.234")
    assert answer.status_code == 422
