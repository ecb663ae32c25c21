"""Signals of misuse."""

from openyibao.migrations.sqlfile import run_file

revision = "misuse_signals"
down_revision = "taken_offline"


def upgrade() -> None:
    """Make the tables."""
    run_file("0021_signals.sql")
