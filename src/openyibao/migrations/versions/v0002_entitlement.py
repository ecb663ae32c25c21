"""Entitlement over time: contributions, circumstances, derived columns of enrolments; imports with checkpoints."""

from openyibao.migrations.sqlfile import run_file

revision = "entitlement1"
down_revision = "foundation3"


def upgrade() -> None:
    """Make the tables."""
    run_file("0002_entitlement.sql")
