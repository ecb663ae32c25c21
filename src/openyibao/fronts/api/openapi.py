"""OpenAPI 3.1 from the table of routes and its structs. 中文: 接口文档。"""

from __future__ import annotations

from typing import Any

import msgspec

from openyibao import __version__
from openyibao.fronts.api.routes import ROUTES
from openyibao.fronts.shared.answering import Answerer, answerer_of
from openyibao.kit.outcome import REASONS


def openapi_document() -> dict[str, Any]:
    """The whole document; the same structs that parse the bodies describe them."""
    types = [route.body for route in ROUTES.values() if route.body is not None]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    described = dict(zip(types, schemas, strict=True))
    paths: dict[str, Any] = {}
    for (method, path), route in ROUTES.items():
        operation: dict[str, Any] = {
            "summary": route.summary,
            "operationId": f"{method.lower()}_{path.replace('/', '_').replace('{}', 'one').replace('-', '_')}",
            "security": [{"message": []}] if route.authenticated else [],
            "responses": {
                "200": {"description": "done", "content": {"application/json": {"schema": {"type": "object"}}}},
                "4XX": {"description": "refused", "content": {"application/problem+json": {"schema": _problem()}}},
                "5XX": {
                    "description": "not done, or not yet known",
                    "content": {"application/problem+json": {"schema": _problem()}},
                },
            },
        }
        if "{}" in path:
            operation["parameters"] = [{"name": "one", "in": "path", "required": True, "schema": {"type": "string"}}]
        if route.body is not None:
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": described[route.body]}},
            }
            operation.setdefault("parameters", []).append(
                {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 128}}
            )
        paths.setdefault("/api/v1/" + path.replace("{}", "{one}"), {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "OpenYibao", "version": __version__, "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "message": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Signature",
                    "description": "HMAC-SM3 over method, path, X-Timestamp, Idempotency-Key and SM3 of the body; key X-Session-Key",
                }
            },
        },
        "x-reasons": {
            code: {
                "zh": one.zh,
                "en": one.en,
                "next_zh": one.next_zh,
                "next_en": one.next_en,
                "answered_by": answerer_of(one).value,
            }
            for code, one in sorted(REASONS.items())
        },
    }


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "required": [
            "type",
            "title",
            "status",
            "reason",
            "detail",
            "detail_zh",
            "next",
            "next_zh",
            "answered_by",
            "request_id",
        ],
        "properties": {
            "reason": {"type": "string", "description": "stable reason code, see x-reasons"},
            "detail_zh": {"type": "string"},
            "next_zh": {"type": "string"},
            "answered_by": {"type": "string", "enum": [one.value for one in Answerer], "description": "who to turn to"},
            "answerer_zh": {"type": "string"},
            "hotline": {"type": "string"},
            "request_id": {"type": "string", "description": "the reference number, to be named when asking"},
        },
    }
