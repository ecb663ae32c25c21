"""Plans of channels: signed assertions, agreements by consent, statements signed anew."""

from openyibao.migrations.sqlfile import run_file

revision = "plans_of_channels"
down_revision = "exchange"


def upgrade() -> None:
    """Change the tables."""
    run_file("0014_channel_plans.sql")
