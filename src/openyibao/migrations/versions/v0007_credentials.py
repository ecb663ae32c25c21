"""Credentials: roles, superseding, status lists, document history, carriers, issuer keys by state."""

from openyibao.migrations.sqlfile import run_file

revision = "whole_credentials"
down_revision = "accounts"


def upgrade() -> None:
    """Make the tables."""
    run_file("0007_credentials.sql")
