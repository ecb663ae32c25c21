"""Channels: registrations, keys, nonces, counts, answers, webhooks."""

from openyibao.migrations.sqlfile import run_file

revision = "channels2"
down_revision = "activation2"


def upgrade() -> None:
    """Make the tables."""
    run_file("0009_channels.sql")
