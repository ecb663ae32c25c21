"""All that is held goes out whole and in stretches, to who knows the password; a bill above the limit takes it too."""

from __future__ import annotations

import io
import json
import re
import tracemalloc
import zipfile
from typing import Any

import pytest
from family_house import with_account
from journey_house import House
from proof_house import OTHER, PASSWORD, ProofHouse, code_in
from rights_house import RightsHouse
from test_account_years import set_area

from openyibao.fronts.shared.handing_out import chunks_of, hand_out
from openyibao.kit import db
from openyibao.kit.outcome import Refused
from openyibao.rooms.looks import LookerKind
from openyibao.rooms.rights import rules

ROWS = 20_000
MEMORY_MAX = 6_000_000
"""Octets beside what is there before: a few stretches, whatever their number; all rows at once take ten times as much."""


async def many_looks(mine: RightsHouse, rows: int) -> None:
    connection = await db.connect(mine.house.owner_url)
    try:
        await connection.execute(
            "insert into looks (bucket, look_id, person_id, kind, looker_kind, looker, why, looked_at) "
            "select $1, n, $2, 'eligibility', 'agency', 'officer-' || n, repeat('before admission ', 6), $4 "
            "from generate_series(1, $3) n",
            mine.who.bucket,
            mine.who.person_id,
            rows,
            mine.house.clock.now(),
        )
    finally:
        await connection.close()


async def handed(mine: RightsHouse) -> Any:
    return await hand_out(
        mine.house.platform,
        mine.subject,
        language="zh",
        looker_kind=LookerKind.person,
        looker="phone",
        why="the person's own request",
    )


async def test_twenty_thousand_rows_go_out_whole_through_bounded_memory(house: House) -> None:
    mine = RightsHouse(house, 3)
    (await handed(mine)).close()
    await many_looks(mine, ROWS)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    whole = await handed(mine)
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    packed = zipfile.ZipFile(io.BytesIO(b"".join(chunks_of(whole))))
    assert whole.closed
    held = {one["table"]: one for one in json.loads(packed.read("held.json"))["held"]}
    assert list(held) == list(rules.HELD_TABLES)
    looks = held["looks"]["rows"]
    # Its own look, and that of the first time.
    assert len({row["look_id"] for row in looks}) == len(looks) == ROWS + 2
    assert held["looks"]["cut"] is False
    page = packed.read("held.html").decode()
    assert f"({ROWS + 2})" in page
    assert page.count("before admission before") >= ROWS
    assert page.count("<details") == page.count("</details>") == len(rules.HELD_TABLES)
    assert page.rstrip().endswith("</html>")
    assert peak < MEMORY_MAX, peak


async def test_what_is_cut_is_said(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "ROWS_MAX", 700)
    mine = RightsHouse(house, 3)
    await many_looks(mine, 1_200)
    packed = zipfile.ZipFile(io.BytesIO(b"".join(chunks_of(await handed(mine)))))
    held = {one["table"]: one for one in json.loads(packed.read("held.json"))["held"]}
    assert (len(held["looks"]["rows"]), held["looks"]["cut"], held["persons"]["cut"]) == (700, True, False)
    assert "只列出前 700 条" in packed.read("held.html").decode()


async def test_the_phone_alone_takes_nothing_home(house: House) -> None:
    mine = ProofHouse(house, 3)
    phone = await mine.phone()
    assert code_in((await phone.send("/export", "/export")).text) == "password_not_set"
    await mine.choose_password()
    for _ in range(6):
        refused = await phone.send("/export", "/export")
        assert (refused.status_code, code_in(refused.text)) == (422, "password_needed"), "nothing typed is no try"
    refused = await phone.send("/export", "/export", password=OTHER)
    assert (refused.status_code, code_in(refused.text)) == (422, "password_wrong")
    assert await house.rows("select from looks") == [], "nothing was handed out"
    assert 'name="password"' in await phone.see("/export")
    done = await phone.send("/export", "/export", password=PASSWORD)
    assert done.headers["content-type"] == "application/zip"
    assert mine.who.name in zipfile.ZipFile(io.BytesIO(done.content)).read("held.html").decode()
    phone.http.cookies.set("yb_wallet_password", done.cookies["yb_wallet_password"])
    assert 'name="password"' not in await phone.see("/export"), "typed once, it holds for five minutes"
    assert (await phone.send("/export", "/export")).status_code == 200
    house.move_on(301)
    assert 'name="password"' in await phone.see("/export")
    other = ProofHouse(house, 4)
    await other.choose_password()
    theirs = await other.phone()
    theirs.http.cookies.set("yb_wallet_password", done.cookies["yb_wallet_password"])
    assert 'name="password"' in await theirs.see("/export"), "another device's is none"


async def test_a_bill_above_the_limit_is_confirmed_with_the_password_and_refused_without(house: House) -> None:
    await set_area(house, confirmation_above_fen={"hospital": 5_000})
    mine = ProofHouse(house, with_account(house))
    await mine.choose_password()
    phone = await mine.phone()

    async def asked() -> str:
        house.move_on()
        token = await house.token(mine.person)
        key = house.key()
        visit = {"encounter": house.visit(), "items": (house.line(amount_fen=9_000),)}
        waits = await house.settle(token, key=key, **visit)
        assert isinstance(waits, Refused)
        assert waits.code == "confirmation_asked"
        named = re.findall(r'name="named" value="([0-9-]+)"', await phone.see("/confirm"))
        assert named
        return str(named[-1])

    named = await asked()
    refused = await phone.send("/confirm", "/confirm", named=named, answer="yes")
    assert code_in(refused.text) == "password_needed"
    wrong = await phone.send("/confirm", "/confirm", named=named, answer="yes", password=OTHER)
    assert code_in(wrong.text) == "password_wrong"
    states = "select state from bill_confirmations order by confirmation_id"
    assert [row[0] for row in await house.rows(states)] == ["asked"]
    done = await phone.send("/confirm", "/confirm", named=named, answer="yes", password=PASSWORD)
    assert "box--good" in done.text
    second = await asked()
    declined = await phone.send("/confirm", "/confirm", named=second, answer="no")
    assert "box--good" in declined.text
    assert [row[0] for row in await house.rows(states)] == ["confirmed", "refused"]
