"""Receipts: a settlement with the proof that it was written, checked by anybody without us. 中文: 结算收据。"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.crypto import equal, sm3
from openyibao.kit.crypto.hashes import DIGEST_OCTETS
from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms import audit, encounters
from openyibao.rooms.audit import EventProof
from openyibao.rooms.encounters import FeeItem
from openyibao.rooms.settlement import reasons, rules, store
from openyibao.rooms.settlement.pack_witness import read_moved
from openyibao.rooms.settlement.records import Settlement, SettlementKind


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement's receipt (结算收据). ``told`` is what was written, as msgpack: the row, its fee lines, its stock movements,
    each as its values in the order of the ``…_fields``; the SM3 of it is the first 32 octets of the event's content.
    """  # noqa: D205 the two parts are one description

    settlement: Settlement
    items: tuple[FeeItem, ...]
    told: bytes
    settlement_fields: tuple[str, ...]
    item_fields: tuple[str, ...]
    proof: EventProof


async def receipt_of(
    reading: Reading,
    *,
    cells: Sequence[int],
    settlement_id: int,
    institution_id: int | None = None,
    person_id: int | None = None,
) -> Receipt | Refused:
    """The receipt of a settlement or reversal, for its institution or its person; it stands in one of the cells.

    Reasons: settlement_unknown (also where it is another person's) · settlement_of_other_institution · receipt_not_whole (what is
    stored is not what was told: nobody gets a receipt of that).
    """
    read = await store.read_settlements(reading, [(cell, settlement_id) for cell in cells])
    found = next(iter(read.values()), None)
    if found is None or (person_id is not None and found.person_id != person_id):
        return Refused(encounters.SETTLEMENT_UNKNOWN)
    if institution_id is not None and found.institution_id != institution_id:
        return Refused(reasons.OTHER_INSTITUTION)
    cell, name = found.cell, (found.cell, settlement_id)
    back = found.kind is SettlementKind.reversal
    visit = (cell, found.encounter_id)
    by_batch: dict[tuple[int, int], list[FeeItem]] = {}
    for item in await encounters.read_items(reading, [visit]):
        by_batch.setdefault((item.cell, item.fee_batch_id), []).append(item)
    own = () if back else tuple(i for b in found.facts.fee_batch_ids for i in by_batch.get((cell, b), ()))
    moved = (await read_moved(reading, [found], by_batch)).get(name, ())
    told = rules.told_of(found, own, moved)
    proof = await audit.prove(reading, "reversed" if back else "settled", subject_id=settlement_id)
    if proof is None or not equal(proof.event.content[:DIGEST_OCTETS], sm3(told)):
        return Refused(reasons.RECEIPT_NOT_WHOLE)
    return Receipt(
        settlement=found,
        items=own,
        told=told,
        settlement_fields=Settlement.__struct_fields__,
        item_fields=FeeItem.__struct_fields__,
        proof=proof,
    )
