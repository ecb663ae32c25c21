"""Write the table of transactions into docs/guides/his-vendor.md from the code. Run: .venv/bin/python tools/his_vendor.py."""

from __future__ import annotations

from pathlib import Path

from openyibao.fronts.national.guide import with_table

GUIDE = Path(__file__).parents[1] / "docs" / "guides" / "his-vendor.md"
GUIDE.write_text(with_table(GUIDE.read_text(encoding="utf-8")), encoding="utf-8")
