"""Write docs/guides/area-settings.md from the list in rooms/areas/settings.py."""

from __future__ import annotations

from pathlib import Path

from openyibao.rooms.areas import area_settings_page

if __name__ == "__main__":
    page = Path(__file__).parents[1] / "docs" / "guides" / "area-settings.md"
    page.write_text(area_settings_page(), encoding="utf-8")
