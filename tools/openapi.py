"""Write docs/api/openapi.json and docs/api/channels.json from the code. Run: .venv/bin/python tools/openapi.py."""

from __future__ import annotations

import json
from pathlib import Path

from openyibao.fronts.api import openapi_document
from openyibao.fronts.channels import channel_openapi

PUBLISHED = Path(__file__).parents[1] / "docs" / "api"

for name, document in (("openapi", openapi_document()), ("channels", channel_openapi())):
    text = json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    (PUBLISHED / f"{name}.json").write_text(text, encoding="utf-8")
