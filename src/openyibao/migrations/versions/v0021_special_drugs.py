"""A list of special drugs."""

from openyibao.migrations.sqlfile import run_file

revision = "listed_special_drugs"
down_revision = "signed_roots"


def upgrade() -> None:
    """Let a list be of special drugs."""
    run_file("0021_special_drugs.sql")
