"""Rights over one's data: consents, freezes, looks, disputes."""

from openyibao.migrations.sqlfile import run_file

revision = "own_rights"
down_revision = "family_mandates"


def upgrade() -> None:
    """Make the tables."""
    run_file("0011_rights.sql")
