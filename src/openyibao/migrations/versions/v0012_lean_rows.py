"""Lean rows: what most rows don't have is NULL."""

from openyibao.migrations.sqlfile import run_file

revision = "thin_rows"
down_revision = "own_rights"


def upgrade() -> None:
    """Change the columns."""
    run_file("0012_lean_rows.sql")
