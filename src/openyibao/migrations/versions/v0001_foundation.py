"""The foundation: every table of the first journey."""

from openyibao.migrations.sqlfile import run_file

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    run_file("0001_foundation.sql")
