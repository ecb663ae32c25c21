"""Spreading the tables over machines: what ``openyibao distribute --apply`` runs. 中文: 分布到多机。"""

from __future__ import annotations

from typing import Any

from openyibao.migrations.distribution import DISTRIBUTION, distribute_statements


async def spread_tables(connection: Any) -> list[str] | None:
    """Spread the tables that are not spread yet; the statements that were run, or None where Citus is not installed."""
    if not await connection.fetchval("select exists (select from pg_extension where extname = 'citus')"):
        return None
    spread = {row[0] for row in await connection.fetch("select logicalrel::text from pg_dist_partition")}
    run = [one for one in distribute_statements() if not _about(one, spread)]
    for statement in run:
        await connection.execute(statement)
    return run


def _about(statement: str, tables: set[str]) -> bool:
    """Whether a statement is about one of these tables."""
    return any(f"_table('{table}'" in statement for table in tables & DISTRIBUTION.keys())
