"""Codes taken without a network, and signals of misuse."""

from openyibao.migrations.sqlfile import run_file

revision = "watched_codes"
down_revision = "proofs_of_acts"


def upgrade() -> None:
    """Make the tables."""
    run_file("0018_offline_and_signals.sql")
