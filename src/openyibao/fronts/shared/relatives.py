"""Who acts on an account, and the relative they name: alike in the wallet and at a counter. 中文: 本人与亲属。"""

from __future__ import annotations

from typing import Any

import msgspec

from openyibao.fronts.shared.platform import Platform
from openyibao.kit.db import Reading
from openyibao.rooms import credentials, people
from openyibao.rooms.people import DocumentType


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
