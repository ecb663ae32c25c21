"""Channels: registrations, keys, nonces, counts, answers, webhooks."""

from openyibao.migrations.sqlfile import run_file

revision = "authorised_channels"
down_revision = "steps_of_activation"


def upgrade() -> None:
    """Make the tables."""
    run_file("0009_channels.sql")
