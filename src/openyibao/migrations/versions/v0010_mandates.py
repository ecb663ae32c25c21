"""Family mandates, kinships, what is paid under them; confirmations of bills above a limit."""

from openyibao.migrations.sqlfile import run_file

revision = "family_mandates"
down_revision = "authorised_channels"


def upgrade() -> None:
    """Make the tables."""
    run_file("0010_mandates.sql")
