"""Lean rows: what most rows don't have is NULL."""

from openyibao.migrations.sqlfile import run_file

revision = "lean_rows2"
down_revision = "rights2"


def upgrade() -> None:
    """Change the columns."""
    run_file("0012_lean_rows.sql")
