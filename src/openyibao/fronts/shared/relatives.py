"""Who acts on an account, and the relative they name: alike in the wallet and at a counter. 中文: 本人与亲属。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import msgspec

from openyibao.fronts.shared.platform import Platform
from openyibao.kit.db import Reading, Tx
from openyibao.rooms import credentials, mutual_aid, people, purse
from openyibao.rooms.mutual_aid import NewMutualAid, Relation, aid_settings
from openyibao.rooms.people import DocumentType
from openyibao.rooms.purse import NewTransfer, purse_settings


class AccountHolder(msgspec.Struct, frozen=True, kw_only=True):
    """A person, where their account is, and how their name is shown to relatives."""

    bucket: int
    person_id: int
    cell: int
    masked: str


async def read_holder(platform: Platform, reading: Reading, bucket: int, person_id: int) -> AccountHolder:
    """The holder of a bound or presented credential; cell 0 where it leads to no insured area."""
    found = await people.read_persons(reading, platform.sealer, [(bucket, person_id)])
    credential = await credentials.find_credential(reading, bucket=bucket, person_id=person_id)
    return AccountHolder(
        bucket=bucket,
        person_id=person_id,
        cell=(credential.insured_cell if credential else None) or 0,
        masked=people.masked_name(found[bucket, person_id].name) if (bucket, person_id) in found else "*",
    )


async def find_relative(
    platform: Platform, reading: Reading, *, document_type: DocumentType, number: str, name: str
) -> AccountHolder | None:
    """The relative of a document and name, who has a credential; None tells not which of them differs."""
    person = await people.find_by_document(reading, platform.sealer, document_type, number)
    if person is None or person.name != name:
        return None
    found = await read_holder(platform, reading, person.bucket, person.person_id)
    return found if found.cell else None


async def area_settings(platform: Platform, reading: Reading, cell: int) -> dict[str, Any]:
    """The settings of the area that a cell belongs to."""
    await platform.desk.areas.fresh(reading)
    pool = platform.desk.areas.by_code(cell // 100)
    return {} if pool is None else dict(pool.said)


def proposing(
    platform: Platform,
    me: AccountHolder,
    relative: AccountHolder,
    decided: dict[str, Any],
    *,
    relation: Relation,
    per_use_fen: int | None,
    per_year_fen: int | None,
    valid_until: date | None,
) -> Callable[[Tx], Awaitable[Any]]:
    """The work of offering mutual aid to a relative, under what the owner's area has ``decided``. Limits in fen."""
    new = NewMutualAid(
        cell=me.cell,
        owner_bucket=me.bucket,
        owner_person_id=me.person_id,
        owner_masked=me.masked,
        relative_bucket=relative.bucket,
        relative_cell=relative.cell,
        relative_person_id=relative.person_id,
        relative_masked=relative.masked,
        relation=relation,
        per_use_fen=per_use_fen,
        per_year_fen=per_year_fen,
        valid_until=valid_until,
    )

    async def run(tx: Tx) -> Any:
        return await mutual_aid.propose(tx, platform.clock, aid_settings(decided), new)

    return run


def sending(
    platform: Platform,
    me: AccountHolder,
    relative: AccountHolder,
    decided: dict[str, Any],
    *,
    relation: Relation,
    amount_fen: int,
    request_key: str,
) -> Callable[[Tx], Awaitable[Any]]:
    """The work of sending to a relative's purse, under what the sender's area has ``decided``."""
    new = NewTransfer(
        cell=me.cell,
        sender_bucket=me.bucket,
        sender_person_id=me.person_id,
        sender_masked=me.masked,
        receiver_bucket=relative.bucket,
        receiver_cell=relative.cell,
        receiver_person_id=relative.person_id,
        receiver_masked=relative.masked,
        relation=relation,
        amount_fen=amount_fen,
        request_key=request_key,
    )

    async def run(tx: Tx) -> Any:
        return await purse.send(tx, platform.clock, purse_settings(decided), new)

    return run
