"""Message numbers of sign-outs, withdrawals and files."""

from openyibao.migrations.sqlfile import run_file

revision = "traded_papers"
down_revision = "misuse_signals"


def upgrade() -> None:
    """Add the columns."""
    run_file("0019_traded_papers.sql")
