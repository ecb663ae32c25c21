"""Lives of visits and stays, undoing and its limits."""

from openyibao.migrations.sqlfile import run_file

revision = "stays"
down_revision = "goods1"


def upgrade() -> None:
    """Make the tables."""
    run_file("0004_stays.sql")
