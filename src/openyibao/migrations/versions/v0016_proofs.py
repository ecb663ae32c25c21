"""Proofs for one act each, passwords set anew, proposals, transfers, more roles."""

from openyibao.migrations.sqlfile import run_file

revision = "proofs_of_acts"
down_revision = "mass_moves"


def upgrade() -> None:
    """Make the tables."""
    run_file("0016_proofs.sql")
