"""Filings, the decisions on them, and what a visit's benefit stands on."""

from openyibao.migrations.sqlfile import run_file

revision = "filings1"
down_revision = "stays"


def upgrade() -> None:
    """Make the tables."""
    run_file("0005_filings.sql")
