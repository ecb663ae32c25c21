"""Family mandates, kinships, what is paid under them; confirmations of bills above a limit."""

from openyibao.migrations.sqlfile import run_file

revision = "mandates2"
down_revision = "channels2"


def upgrade() -> None:
    """Make the tables."""
    run_file("0010_mandates.sql")
