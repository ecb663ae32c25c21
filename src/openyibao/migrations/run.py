"""Bring a database to the newest shape, and keep the coming months' partitions ready."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from openyibao.kit.ids import month_floor
from openyibao.migrations.distribution import PARTITIONED

_HERE = Path(__file__).parent
MONTHS_AHEAD = 2


class ShapeFault(RuntimeError):  # noqa: N818 the house says fault
    """The database has a shape that no migration of this version leads from."""


def migrate(url: str, *, revision: str = "head") -> None:
    """Run the migrations that are missing. Blocking; each file runs whole or not at all.

    Raises ShapeFault for a database of an unreleased version, or of a later one.
    """
    settings = Config()
    settings.set_main_option("script_location", str(_HERE))
    settings.attributes["url"] = url
    try:
        command.upgrade(settings, revision)
    except CommandError as fault:
        if "locate revision" not in str(fault):
            raise
        raise ShapeFault(
            f"the database was made by another version of OpenYibao ({fault}): use that version, or an empty database"
        ) from fault


async def require_newest_shape(connection: Any) -> None:
    """Raises ShapeFault unless the database has this version's shape: whoever only reads must not misread another's."""
    newest = ScriptDirectory(str(_HERE)).get_current_head()
    known = await connection.fetchval("select to_regclass('alembic_version')") is not None
    found = await connection.fetchval("select version_num from alembic_version") if known else None
    if found != newest:
        raise ShapeFault(
            f"the database has the shape {found or 'of nothing yet'}, this version of OpenYibao reads {newest}: "
            "use the version that made it, or bring it forward with `openyibao migrate`"
        )


async def ensure_partitions(connection: Any, today: date) -> list[str]:
    """Make the partitions of this month and the next two, where they are missing; returns what was made."""
    made = []
    month = today.replace(day=1)
    for _ in range(MONTHS_AHEAD + 1):
        following = (month + timedelta(days=32)).replace(day=1)
        for table in PARTITIONED:
            name = f"{table}_{month:%Y%m}"
            if await connection.fetchval("select to_regclass($1)", name) is None:
                await connection.execute(
                    f"create table {name} partition of {table} "
                    f"for values from ({month_floor(month)}) to ({month_floor(following)})"
                )
                made.append(name)
        month = following
    return made
