"""Signed roots: the heads of all chains, once a day."""

from openyibao.migrations.sqlfile import run_file

revision = "signed_roots"
down_revision = "carriers"


def upgrade() -> None:
    """Make the table."""
    run_file("0020_signed_roots.sql")
