"""The use log of one person among a hundred thousand entries is read by index, from few blocks."""

from __future__ import annotations

import json
from typing import Any

from journey_house import House
from rights_house import RightsHouse

from openyibao.demo.bills import CASES
from openyibao.kit import db

OTHERS, MINE = 100_000, 2_000
BLOCKS_MOST = 100
"""Of 8 KB that a page of 51 entries may touch; the whole tables have more than a thousand."""

# Numbered over all people of one statement: two of them may share a bucket, by the run's keys.
FILL = {
    "presentations": (
        "insert into presentations (bucket, binding_id, step, presentation_id, credential_id, person_id, cell, institution_id, "
        "terminal_code, operator_code, purpose, token_key_id, presented_at, expires_at) "
        "select b.bucket, b.binding_id, 59000000 + n, $1 + row_number() over (), b.credential_id, b.person_id, 1, 7, "
        "'T01', 'op1', 'settlement', 1, to_timestamp((59000000 + n) * 30.0), to_timestamp((59000000 + n) * 30.0 + 1800) "
        "from bindings b cross join generate_series(1, $2) n where b.binding_id = any($3)"
    ),
    "looks": (
        "insert into looks (bucket, look_id, person_id, kind, looker_kind, looker, institution_id, why, looked_at) "
        "select p.bucket, $1 + row_number() over (), p.person_id, 'eligibility', 'institution', 'T01', 7, 'settlement', "
        "to_timestamp((59000000 + n) * 30.0) from persons p cross join generate_series(1, $2) n where p.person_id = any($3)"
    ),
    "scan_refusals": (
        "insert into scan_refusals (bucket, refusal_id, institution_id, terminal_code, operator_code, purpose, binding_id, "
        "person_id, reason, facts, refused_at) select p.bucket, $1 + row_number() over (), 7, 'T01', 'op1', 'settlement', 1, p.person_id, 'code_expired', "
        "'{}', to_timestamp((59000000 + n) * 30.0) from persons p cross join generate_series(1, $2) n "
        "where p.person_id = any($3)"
    ),
}


async def fill(house: House, connection: Any, mine: RightsHouse) -> None:
    """Entries of the person and of some others, far more of theirs."""
    others = [house.prepared.installed.persons[n].person_id for n in range(10)]
    bound = [(await house.bind(n)).binding.binding_id for n in range(10)]
    own = (await house.bind(mine.person)).binding.binding_id
    await connection.execute("set session_replication_role = replica")
    for at, (table, sql) in enumerate(FILL.items(), start=1):
        by_binding = table == "presentations"
        first = at * 10_000_000
        await connection.execute(sql, first, OTHERS // 10, bound if by_binding else others)
        await connection.execute(sql, first + 5_000_000, MINE, [own] if by_binding else [mine.who.person_id])
        await connection.execute(f"analyze {table}")


async def test_a_page_of_the_log_is_read_by_index_among_many(house: House) -> None:
    mine = RightsHouse(house, house.case_person(CASES[0]))
    connection = await db.connect(house.owner_url)
    try:
        await pages_are_read_by_index(house, connection, mine)
    finally:
        await connection.close()


async def pages_are_read_by_index(house: House, connection: Any, mine: RightsHouse) -> None:
    await fill(house, connection, mine)
    house.clock.set(house.clock.now().replace(year=2027))
    page, pages = await mine.log(), 1
    while page.older is not None and pages < 5:
        page, pages = await mine.log(before=page.older), pages + 1
        assert len(page.entries) == 50
    for table, row in (("looks", "look_id"), ("scan_refusals", "refusal_id")):
        plan = await connection.fetchval(
            f"explain (analyze, buffers, format json) select * from {table} where bucket = $1 and person_id = $2 "
            f"order by {row} desc limit 51",
            mine.who.bucket,
            mine.who.person_id,
        )
        read = json.loads(plan) if isinstance(plan, str | bytes) else plan
        text, top = json.dumps(read), read[0]["Plan"]
        assert top["Shared Hit Blocks"] + top["Shared Read Blocks"] <= BLOCKS_MOST
        assert "Index" in text
        assert "Seq Scan" not in text
