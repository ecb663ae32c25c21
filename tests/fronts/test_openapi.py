"""The published description is the one the code makes."""

from __future__ import annotations

import json
from pathlib import Path

from openyibao.fronts.api import openapi_document
from openyibao.fronts.api.routes import ROUTES

PUBLISHED = Path(__file__).parents[2] / "docs" / "api" / "openapi.json"


def test_the_published_description_is_the_one_the_code_makes() -> None:
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    made = json.loads(json.dumps(openapi_document()))
    # Other fronts' reasons are known here too once their tests have imported them.
    made["x-reasons"] = {code: one for code, one in made["x-reasons"].items() if code in published["x-reasons"]}
    assert published == made, "run: .venv/bin/python tools/openapi.py"


def test_every_route_is_described_with_its_body() -> None:
    paths = openapi_document()["paths"]
    for (method, path), route in ROUTES.items():
        described = paths["/api/v1/" + path.replace("{}", "{one}")][method.lower()]
        assert described["summary"] == route.summary
        assert ("requestBody" in described) == (route.body is not None)
