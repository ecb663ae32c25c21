"""The published description of the channels' interface is the one the code makes."""

from __future__ import annotations

import json
from pathlib import Path

from openyibao.fronts.api import openapi_document
from openyibao.fronts.channels import channel_openapi
from openyibao.fronts.channels.routes import ROUTES

PUBLISHED = Path(__file__).parents[2] / "docs" / "api" / "channels.json"


def test_the_published_description_is_the_one_the_code_makes() -> None:
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    # The tool that writes both descriptions knows the reasons of both fronts.
    assert openapi_document()
    made = json.loads(json.dumps(channel_openapi()))
    # Other fronts' reasons are known here too once their tests have imported them.
    made["x-reasons"] = {code: one for code, one in made["x-reasons"].items() if code in published["x-reasons"]}
    assert published == made, "run: .venv/bin/python tools/openapi.py"


def test_every_route_is_described_with_its_body_and_its_key() -> None:
    paths = channel_openapi()["paths"]
    for name, route in ROUTES.items():
        described = paths[f"/channel/v1/{name}"]["post"]
        assert described["summary"] == route.summary
        headers = {each["name"] for each in described["parameters"]}
        assert ("Idempotency-Key" in headers) == route.acts
        assert described["requestBody"]["required"]
