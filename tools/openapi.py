"""Write docs/api/openapi.json from the code. Run: .venv/bin/python tools/openapi.py."""

from __future__ import annotations

import json
from pathlib import Path

from openyibao.fronts.api import openapi_document

PUBLISHED = Path(__file__).parents[1] / "docs" / "api" / "openapi.json"

PUBLISHED.write_text(
    json.dumps(openapi_document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8"
)
