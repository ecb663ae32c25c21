"""Moves between agencies by file."""

from openyibao.migrations.sqlfile import run_file

revision = "mass_moves"
down_revision = "thin_rows"


def upgrade() -> None:
    """Let an import run bring moves."""
    run_file("0013_moves.sql")
