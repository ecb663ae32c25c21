"""Packs with their movements, the no-code list, and payment standings of practitioners."""

from openyibao.migrations.sqlfile import run_file

revision = "goods1"
down_revision = "entitlement1"


def upgrade() -> None:
    """Make the tables."""
    run_file("0003_goods.sql")
