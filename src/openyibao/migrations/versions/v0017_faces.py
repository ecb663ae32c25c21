"""Faces: sealed templates, challenges, showings."""

from openyibao.migrations.sqlfile import run_file

revision = "sealed_faces"
down_revision = "plans_of_channels"


def upgrade() -> None:
    """Make the tables."""
    run_file("0017_faces.sql")
