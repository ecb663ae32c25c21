"""OpenAPI 3.1 of the channels' interface, from its table of routes. 中文: 渠道接口文档。"""

from __future__ import annotations

from typing import Any

import msgspec

from openyibao import __version__
from openyibao.fronts.channels.doors import PREFIX
from openyibao.fronts.channels.routes import ROUTES
from openyibao.kit.outcome import REASONS

_HEADERS = (
    ("X-Channel-Key", "the id of the key that signs"),
    ("X-Timestamp", "seconds since 1970"),
    ("X-Nonce", "16 to 64 letters and digits, new with each message"),
    ("X-Signature", "hex: HMAC-SM3 by the session key, or SM2 (r ‖ s)"),
)


def channel_openapi() -> dict[str, Any]:
    """The whole document."""
    types = [route.body for route in ROUTES.values()]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    paths = {
        PREFIX + name: {
            "post": {
                "summary": route.summary,
                "operationId": name.replace("/", "_"),
                "x-scope": route.scope.value if route.scope else None,
                "parameters": [
                    *(_header(*each) for each in _HEADERS),
                    *([_header("Idempotency-Key", "one for each act, at most 128 characters")] if route.acts else []),
                ],
                "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
                "responses": {
                    "200": {"description": "done", "content": {"application/json": {"schema": {"type": "object"}}}},
                    "4XX": {"description": "refused", "content": problem},
                    "5XX": {"description": "not done, or not yet known", "content": problem},
                },
            }
        }
        for (name, route), schema in zip(ROUTES.items(), schemas, strict=True)
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "OpenYibao channels", "version": __version__, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {"schemas": {**components, "Problem": _PROBLEM}},
        "x-reasons": {
            code: {"zh": one.zh, "en": one.en, "next_zh": one.next_zh, "next_en": one.next_en}
            for code, one in sorted(REASONS.items())
        },
    }


def _header(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
    }


_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "reason", "detail", "detail_zh", "next", "next_zh", "request_id"],
    "properties": {"reason": {"type": "string", "description": "stable reason code, see x-reasons"}},
}
