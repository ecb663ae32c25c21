"""Codes taken without a network."""

from openyibao.migrations.sqlfile import run_file

revision = "taken_offline"
down_revision = "listed_special_drugs"


def upgrade() -> None:
    """Make the tables."""
    run_file("0018_offline.sql")
