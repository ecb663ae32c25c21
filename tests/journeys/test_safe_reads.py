"""A GET changes nothing: after all of them, of all fronts and roles, no table is another, but that looks were kept."""

from __future__ import annotations

import asyncpg
import pytest
from family_house import agreed, grown_person, with_account
from journey_house import House
from proof_house import ProofHouse
from rights_house import RightsHouse
from route_places import API, PAGES, Place
from test_account_pages import Phone
from test_family_pages import phone_of
from test_roles_and_routes import ask, bodies_of
from test_stays_over_http import Caller
from visitors import Visitors, path_of

from openyibao.kit import db

LOOKS = frozenset({"looks", "audit_events", "audit_links"})
"""Kept before somebody reads: by design, and by nothing else."""


async def tables(house: House) -> dict[str, tuple[int, str]]:
    """Of each table how many rows, and a digest of all of them; partitions with their parents."""
    connection = await db.connect(house.owner_url)
    try:
        names = await connection.fetch(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') "
            "and not relispartition order by 1"
        )
        found = {}
        for (name,) in names:
            row = await connection.fetchrow(
                f"select count(*), coalesce(md5(string_agg(md5(t::text), '' order by t::text)), '') from {name} t"
            )
            found[name] = (row[0], row[1])
        return found
    finally:
        await connection.close()


def changed(before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]) -> set[str]:
    return {name for name in after if before[name] != after[name]} - LOOKS


async def open_all(phone: Phone) -> None:
    """Every GET of the wallet in a browser that may see them."""
    for method, pattern in PAGES:
        if method == "GET" and pattern.startswith("/wallet/"):
            await phone.http.get(path_of(pattern))


@pytest.mark.parametrize("role", Place)
async def test_no_page_changes_anything_by_being_opened(house: House, role: Place) -> None:
    visitors = Visitors(house)
    mine = RightsHouse(house, 4)
    await mine.give()
    await mine.freeze()
    http, _ = await visitors.browser(role)
    before = await tables(house)
    for method, pattern in PAGES:
        if method == "GET":
            await http.get(path_of(pattern))
    await http.aclose()
    assert changed(before, await tables(house)) == set()


async def test_a_relatives_code_is_bound_by_its_keys_and_not_by_its_page(house: House) -> None:
    elder, daughter = with_account(house), grown_person(house)
    one = await agreed(house, elder, daughter)
    phone = await phone_of(house, daughter)
    before = await tables(house)
    page = await phone.see(f"/family/code/{one.bucket}-{one.mandate_id}")
    assert 'data-binding=""' in page
    await open_all(phone)
    assert changed(before, await tables(house)) == set()
    keys = await phone.send("/family", f"/family/keys/{one.bucket}-{one.mandate_id}")
    bound = str(keys.json()["binding"])
    assert f'data-binding="{bound}"' in await phone.see(f"/family/code/{one.bucket}-{one.mandate_id}")
    assert changed(before, await tables(house)) >= {"bindings", "mandate_bindings"}


async def test_a_check_under_way_is_shown_and_not_moved(house: House) -> None:
    mine = ProofHouse(house, 5)
    await mine.freeze()
    phone = await mine.phone()
    await phone.send("/freeze", "/check/begin", act="lift_freeze")
    before = await tables(house)
    for _ in range(2):
        await phone.see("/check")
    assert changed(before, await tables(house)) == set()


async def test_no_get_of_the_interface_changes_anything(house: House) -> None:
    given, caller = await bodies_of(house), Caller(house)
    before = await tables(house)
    for method, path in API:
        if method == "GET":
            await ask(caller, method, path, given.get(path, "1-1" if "{}" in path else ""))
    assert changed(before, await tables(house)) == set()


async def test_the_comparison_sees_a_changed_row(house: House) -> None:
    before = await tables(house)
    connection = await asyncpg.connect(house.owner_url)
    try:
        await connection.execute("update operators set name = name || 'x' where operator_code = 'op1'")
    finally:
        await connection.close()
    assert changed(before, await tables(house)) == {"operators"}
