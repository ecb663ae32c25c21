"""Numbered SQL files, one line of history, run by Alembic. 中文: 数据库迁移。"""

from openyibao.migrations.run import ShapeFault, ensure_partitions, migrate, require_newest_shape

__all__ = ["ShapeFault", "ensure_partitions", "migrate", "require_newest_shape"]
