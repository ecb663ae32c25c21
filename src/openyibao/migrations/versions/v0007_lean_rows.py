"""Lean rows: what most rows don't have is NULL."""

from openyibao.migrations.sqlfile import run_file

revision = "lean_rows"
down_revision = "accounts"


def upgrade() -> None:
    """Change the columns."""
    run_file("0007_lean_rows.sql")
