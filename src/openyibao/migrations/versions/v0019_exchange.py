"""What an institution's software calls things, how it may speak, and what it handed in."""

from openyibao.migrations.sqlfile import run_file

revision = "exchange"
down_revision = "proofs_of_acts"


def upgrade() -> None:
    """Make the tables."""
    run_file("0019_exchange.sql")
