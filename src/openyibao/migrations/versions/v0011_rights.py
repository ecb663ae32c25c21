"""Rights over one's data: consents, freezes, looks, disputes."""

from openyibao.migrations.sqlfile import run_file

revision = "rights2"
down_revision = "mandates2"


def upgrade() -> None:
    """Make the tables."""
    run_file("0011_rights.sql")
