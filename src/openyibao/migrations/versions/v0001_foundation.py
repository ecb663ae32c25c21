"""The foundation: every table of the first journey.

Until the first release it is changed in place, and its name with it: a database of an earlier name is refused, and the
demonstration makes itself a new one.
"""

from openyibao.migrations.sqlfile import run_file

revision = "foundation3"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    run_file("0001_foundation.sql")
