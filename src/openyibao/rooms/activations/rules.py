"""Limits of activations. 中文: 激活规则。"""

from __future__ import annotations

from datetime import timedelta

CODE_LIFETIME = timedelta(minutes=5)
CODE_ATTEMPTS_MAX = 5
CODES_AN_HOUR_MAX = 5
