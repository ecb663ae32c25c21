"""Run one numbered SQL file as part of the open migration."""

from __future__ import annotations

from pathlib import Path

from alembic import op
from sqlalchemy.util import await_only

_SQL = Path(__file__).parent / "sql"


def run_file(name: str) -> None:
    """Run all statements of ``sql/<name>`` in the migration's own transaction."""
    raw = op.get_bind().connection.driver_connection
    assert raw is not None
    await_only(raw.execute((_SQL / name).read_text(encoding="utf-8")))
