"""The family pages over HTTP: who is asked, who is told nothing, and nonsense in every field."""

from __future__ import annotations

import re

import httpx
import pytest
from family_house import PROOF, agreed, grown_person, newborn, person_of, prove, with_account
from journey_house import House
from litestar import Litestar
from paper_house import printed
from test_account_pages import Phone
from test_account_years import set_area

from openyibao.fronts.shared.security import seal_session
from openyibao.fronts.wallet import wallet_router
from openyibao.fronts.wallet.sessions import COOKIE, SESSION_SECONDS, WalletSession
from openyibao.kit.clock import unix_seconds
from openyibao.kit.outcome import Refused

NONSENSE = (
    "",
    " ",
    "\x00",
    "<b>x</b>",
    "9" * 200,
    "-1",
    "张" * 41,
    "'; drop table persons",
    "9-9",
    "99999-" + "9" * 19,
)


async def phone_of(house: House, person: int) -> Phone:
    app = Litestar(route_handlers=[wallet_router(house.platform)], openapi_config=None)
    activated = await house.bind(person)
    content = WalletSession(
        expires_seconds=unix_seconds(house.clock.now()) + SESSION_SECONDS,
        bucket=activated.binding.bucket,
        session_secret=activated.session_secret,
    )
    cookies = {COOKIE: seal_session(house.platform, COOKIE, content)}
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://t", cookies=cookies)
    return Phone(house, http)


def child_form(house: House, child: int, **fields: str) -> dict[str, str]:
    given = {
        "name": person_of(house, child).name,
        "document_type": "birth_certificate",
        "document_number": PROOF,
        "basis": "parent",
        "proof": "birth_certificate",
        "proof_number": PROOF,
    }
    return {**given, **fields}


def relative_form(house: House, person: int, **fields: str) -> dict[str, str]:
    who = person_of(house, person)
    return {"name": who.name, "document_number": who.document_number, "basis": "child", **fields}


def named(text: str) -> str:
    found = re.search(r'name="named" value="([0-9]+-[0-9]+)"', text)
    assert found, text
    return found[1]


async def test_who_has_no_proof_learns_nothing_of_a_child(house: House) -> None:
    child, stranger = await newborn(house), grown_person(house)
    phone = await phone_of(house, stranger)
    right = await phone.send("/family", "/family/child", **child_form(house, child))
    wrong = await phone.send("/family", "/family/child", **child_form(house, child, name="王不存在"))
    assert (right.status_code, wrong.status_code) == (422, 422)
    assert "mandate_proof_unknown" in right.text
    assert "mandate_proof_unknown" in wrong.text
    # All but what was typed and the reference, which every refusal has of its own.
    own = r'value="[^"]*"|<code>[0-9A-F]{10}</code>'
    assert re.sub(own, "", right.text) == re.sub(own, "", wrong.text)


async def test_both_sides_act_and_see_the_same(house: House) -> None:
    elder, daughter = with_account(house), grown_person(house)
    mine, hers = await phone_of(house, daughter), await phone_of(house, elder)
    form = relative_form(house, elder, scope="hospital", per_bill="12.5", per_day="0.00", sees="bills")
    assert (await mine.send("/family", "/family/relative", **form)).status_code == 303
    page = await hers.see("/family")
    assert "待您同意" in page
    assert "只出示" not in page.split("<details", maxsplit=1)[0] or "0.00" in page
    name = named(page)
    assert (await mine.send("/family", "/family/consent", named=name)).status_code == 422
    assert (await hers.send("/family", "/family/consent", named=name)).status_code == 303
    assert "使用中" in await mine.see("/family")
    assert "data-keys" in await mine.see(f"/family/code/{name}")
    assert (await hers.http.get(f"/wallet/family/code/{name}")).status_code == 422
    keys = await mine.send("/family", f"/family/keys/{name}")
    assert len(keys.json()["days"]) == 7
    assert (await hers.send("/family", "/family/end", named=name)).status_code == 303
    assert (await mine.send("/family", f"/family/keys/{name}")).status_code == 401
    for phone in (mine, hers):
        assert "已结束" in await phone.see("/family")
        await phone.http.aclose()
    assert (await house.verify()).faults == []


async def test_a_child_is_added_by_its_parent(house: House) -> None:
    child, parent = await newborn(house), grown_person(house)
    await prove(house, child, parent)
    phone = await phone_of(house, parent)
    assert (await phone.send("/family", "/family/child", **child_form(house, child))).status_code == 303
    page = await phone.see("/family")
    assert "使用中" in page
    assert "2044-10-13" in page
    await phone.http.aclose()


@pytest.mark.parametrize(
    "path", ["/family/child", "/family/relative", "/family/consent", "/family/end", "/confirm", "/cards"]
)
async def test_nonsense_is_answered_calmly(house: House, path: str) -> None:
    await set_area(house, confirmation_above_fen={"hospital": 1})
    person = grown_person(house)
    phone = await phone_of(house, person)
    whole = {**child_form(house, person), **relative_form(house, person), "named": "1-1", "answer": "yes"}
    whole |= {"kind": "identity_card", "reported": "lost"}
    for field in (*whole, "per_bill", "per_day", "valid_until", "sees", "scope"):
        for value in NONSENSE:
            if path == "/cards" and field not in {"kind", "reported"}:
                continue
            answer = await phone.send("/family", path, **{**whole, field: value})
            assert answer.status_code in {303, 400, 422}, (field, value, answer.text)
    for value in ("0-0", "x", "1-x", "99999-999999999999999999", "1-" + "9" * 40, "%00"):
        assert (await phone.http.get(f"/wallet/family/code/{value}")).status_code in {404, 422}, value
        assert (await phone.send("/family", f"/family/keys/{value}")).status_code in {401, 404}, value
    assert (await phone.http.get("/wallet/confirm/waiting")).json() == {"count": 0}
    await phone.http.aclose()


async def test_a_card_is_reported_lost_and_found_in_the_wallet(house: House) -> None:
    phone = await phone_of(house, grown_person(house))
    assert "未登记" in await phone.see("/cards")
    lost = {"kind": "identity_card", "reported": "lost"}
    assert (await phone.send("/cards", "/cards", **lost)).status_code == 303
    assert "已挂失" in await phone.see("/cards")
    again = await phone.send("/cards", "/cards", **lost)
    assert (again.status_code, "card_reported_already" in again.text) == (422, True)
    assert (await phone.send("/cards", "/cards", **{**lost, "reported": "found"})).status_code == 303
    assert "已挂失" not in (await phone.see("/cards")).split("<section", maxsplit=1)[1]
    await phone.http.aclose()


async def test_a_relative_ends_a_lost_paper_and_nobody_else_does(house: House) -> None:
    elder, daughter, stranger = with_account(house), grown_person(house), grown_person(house, 1)
    paper = await printed(house, elder)
    one = await agreed(house, elder, daughter)
    name = f"{one.bucket}-{one.mandate_id}"
    foreign = await (await phone_of(house, stranger)).send("/family", "/family/paper", named=name)
    assert "mandate_unknown" in foreign.text
    hers = await phone_of(house, daughter)
    assert "停用其纸质码" in await hers.see("/family")
    done = await hers.send("/family", "/family/paper", named=name)
    assert (done.status_code, "纸质码已停用" in done.text) == (200, True)
    again = await hers.send("/family", "/family/paper", named=name)
    assert (again.status_code, "binding_unknown" in again.text) == (422, True)
    refused = await paper.scan()
    assert isinstance(refused, Refused)
    assert refused.code == "printed_code_revoked"
    assert (await house.verify()).faults == []
