"""Write docs/encounters.md from the code. Run: .venv/bin/python tools/encounters.py."""

from __future__ import annotations

from pathlib import Path

from openyibao.rooms.encounters import life_page

(Path(__file__).parents[1] / "docs" / "encounters.md").write_text(life_page(), encoding="utf-8")
