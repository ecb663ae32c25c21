"""Activations as steps, agreements, passwords, locks by way, tries, roles of operators."""

from openyibao.migrations.sqlfile import run_file

revision = "steps_of_activation"
down_revision = "whole_credentials"


def upgrade() -> None:
    """Make the tables."""
    run_file("0008_activation.sql")
