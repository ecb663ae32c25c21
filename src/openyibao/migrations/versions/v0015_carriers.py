"""Cards and papers as carriers: printed codes with places and day limits, how they were shown, one token for one visit."""

from openyibao.migrations.sqlfile import run_file

revision = "carriers"
down_revision = "sealed_faces"


def upgrade() -> None:
    """Make the tables."""
    run_file("0015_carriers.sql")
