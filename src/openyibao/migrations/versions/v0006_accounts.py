"""Accounts: holds, crossings, credits, the turn of the year, mutual aid, the purse."""

from openyibao.migrations.sqlfile import run_file

revision = "accounts"
down_revision = "filings1"


def upgrade() -> None:
    """Make the tables."""
    run_file("0006_accounts.sql")
