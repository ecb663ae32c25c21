"""Write docs/activation-plans.md from the code. Run: .venv/bin/python tools/activation_plans.py."""

from __future__ import annotations

from pathlib import Path

from openyibao.rooms.activations import plan_page

(Path(__file__).parents[1] / "docs" / "activation-plans.md").write_text(plan_page(), encoding="utf-8")
