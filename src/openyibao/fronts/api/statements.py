"""Statements of credentials and what verifies them: issuer keys, status lists. 中文: 凭证声明接口。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from openyibao.fronts.api.bodies import Token
from openyibao.fronts.api.calls import Call, Route
from openyibao.fronts.shared.looking import look_by_token
from openyibao.kit import db_keys
from openyibao.kit.db_keys import KeyState, PublishedKey
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials
from openyibao.rooms.credentials import CREDENTIAL_UNKNOWN
from openyibao.rooms.looks import LookKind

KEYS_KEPT_SECONDS, LIST_KEPT_SECONDS = 300, 60


class StatementBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The person who is present."""

    visit_token: Token


async def list_keys(call: Call) -> Any:
    """The issuer's public keys; one that is coming is known before it signs."""
    async with call.platform.readers.reading() as reading:
        keys = await db_keys.list_issuer_keys(reading)
    return published(call.platform.settings.issuer, keys)


def published(issuer: str, keys: Sequence[PublishedKey]) -> dict[str, Any]:
    """Public keys as anybody gets them; retired ones are left out."""
    return {
        "issuer": issuer,
        "keys": [
            {
                "key_id": key.key_id,
                "suite": key.suite.value,
                "algorithm": "SM2-SM3" if key.suite.value == "national" else "Ed25519",
                "state": key.state.value,
                "made_on": key.made_on,
                "public_key": key.public.pem(),
            }
            for key in keys
            if key.state is not KeyState.retired
        ],
    }


async def show_status_list(call: Call) -> Any:
    """One status list, signed within the last minute."""
    async with call.platform.readers.reading() as reading:
        found = await call.platform.statuses.status_list(reading, call.platform.clock, call.parameters[0])
    if isinstance(found, Refused):
        return found
    return {"status_list": found.content.decode(), "signature": found.signature.hex()}


async def show_statement(call: Call) -> Any:
    """The statement of the person whose code was scanned. Without the salt: name and number are on the document shown."""
    body: StatementBody = call.body
    token = await look_by_token(
        call.platform,
        visit_token=body.visit_token,
        institution_id=call.institution_id,
        kind=LookKind.identity,
        asked="statement",
    )
    if isinstance(token, Refused):
        return token
    async with call.platform.readers.reading() as reading:
        found = await credentials.find_credential(reading, bucket=token.bucket, person_id=token.person_id)
    if found is None:
        return Refused(CREDENTIAL_UNKNOWN)
    return {"statement": found.statement.decode(), "signature": found.statement_signature.hex()}


STATEMENT_ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "issuer-keys"): Route(
        run=list_keys,
        authenticated=False,
        cache_seconds=KEYS_KEPT_SECONDS,
        summary="Anyone: the issuer's public keys, by which statements verify offline",
    ),
    ("GET", "status-lists/{}"): Route(
        run=show_status_list,
        authenticated=False,
        cache_seconds=LIST_KEPT_SECONDS,
        summary="Anyone: which credentials of a list are suspended or revoked, signed",
    ),
    ("POST", "credential-statements"): Route(
        run=show_statement, body=StatementBody, summary="The signed statement of the person who is present"
    ),
}
