"""What anybody checks without us: receipts of settlements, the keys that sign links, the days' roots. 中文: 收据与审计根接口。"""

from __future__ import annotations

from datetime import date
from typing import Any

from openyibao.fronts.api.bodies import path_reference
from openyibao.fronts.api.calls import Call, Route
from openyibao.fronts.api.statements import published
from openyibao.fronts.shared.proving import receipt_file, root_file
from openyibao.kit import db_keys
from openyibao.kit.crypto import KeyPurpose
from openyibao.kit.outcome import Refused
from openyibao.rooms import audit, settlement

KEYS_KEPT_SECONDS, ROOTS_KEPT_SECONDS, ROOTS_MOST = 300, 300, 31
BEFORE_ALL = date(2000, 1, 1)


async def show_receipt(call: Call) -> Any:
    """The receipt of a settlement of the institution's."""
    cell, settlement_id = path_reference(call.parameters[0])
    async with call.platform.readers.reading() as reading:
        found = await settlement.receipt_of(
            reading, cells=[cell], settlement_id=settlement_id, institution_id=call.institution_id
        )
    return found if isinstance(found, Refused) else receipt_file(found)


async def list_link_keys(call: Call) -> Any:
    """The public keys that sign links and roots."""
    async with call.platform.readers.reading() as reading:
        keys = await db_keys.list_public_keys(reading, KeyPurpose.link)
    return published(call.platform.settings.issuer, keys)


async def list_roots(call: Call) -> Any:
    """The roots after a day, oldest first; a word that is no day is before all."""
    try:
        after = date.fromisoformat(call.parameters[0])
    except ValueError:
        after = BEFORE_ALL
    async with call.platform.readers.reading() as reading:
        found = await audit.list_roots(reading, after=after, most=ROOTS_MOST)
    return {"roots": [root_file(one) for one in found]}


PROOF_ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "receipts/{}"): Route(
        run=show_receipt,
        summary="The receipt of a settlement (cell-id): what was written, with its path to a signed link",
    ),
    ("GET", "audit-keys"): Route(
        run=list_link_keys,
        authenticated=False,
        cache_seconds=KEYS_KEPT_SECONDS,
        summary="Anyone: the public keys that sign links and the days' roots",
    ),
    ("GET", "audit-roots/{}"): Route(
        run=list_roots,
        authenticated=False,
        cache_seconds=ROOTS_KEPT_SECONDS,
        summary="Anyone: the days' roots after a day (yyyy-mm-dd), at most 31; keep them, to tell later whether history was rewritten",
    ),
}
