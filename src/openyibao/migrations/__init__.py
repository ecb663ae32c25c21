"""Numbered SQL files, one line of history, run by Alembic. 中文: 数据库迁移。"""

from openyibao.migrations.run import ensure_partitions, migrate

__all__ = ["ensure_partitions", "migrate"]
