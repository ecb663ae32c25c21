"""Receipts and days' roots as files: what a holder keeps and anybody checks without us. 中文: 收据与审计根文件。"""

from __future__ import annotations

from datetime import date
from typing import Any

from openyibao.kit.clock import at_microseconds, unix_microseconds
from openyibao.rooms.audit import DayRoot
from openyibao.rooms.settlement import Receipt

FORMAT = "openyibao-receipt-1"


def receipt_file(receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON: binary parts in hex, times in microseconds since 1970 as they were hashed."""
    event, link = receipt.proof.event, receipt.proof.link
    return {
        "format": FORMAT,
        "told": receipt.told.hex(),
        "settlement_fields": list(receipt.settlement_fields),
        "item_fields": list(receipt.item_fields),
        "event": {
            "event_id": str(event.event_id),
            "kind": event.kind,
            "cell": event.cell,
            "subject_id": str(event.subject_id),
            "actor": event.actor,
            "at_micro": str(unix_microseconds(event.happened_at)),
            "content": event.content.hex(),
        },
        "leaf_no": receipt.proof.leaf_no,
        "path": [node.hex() for node in receipt.proof.path],
        "link": {
            "chain": link.chain,
            "seq": str(link.seq),
            "event_count": link.event_count,
            "first_event_id": str(link.first_event_id),
            "at_micro": str(unix_microseconds(link.linked_at)),
            "previous_hash": link.previous_hash.hex(),
            "signature": link.signature.hex(),
            "key_id": link.key_id,
        },
    }


def root_file(root: DayRoot) -> dict[str, Any]:
    """A day's root as JSON."""
    return {
        "sealed_on": root.sealed_on.isoformat(),
        "sealed_at_micro": str(unix_microseconds(root.sealed_at)),
        "heads": [
            {"chain": chain, "seq": str(seq), "link_hash": link_hash.hex()} for chain, seq, link_hash in root.heads
        ],
        "root": root.root.hex(),
        "previous_hash": root.previous_hash.hex(),
        "root_hash": root.root_hash.hex(),
        "signature": root.signature.hex(),
        "key_id": root.key_id,
    }


def read_root_file(given: Any) -> DayRoot | None:
    """A root as it was published, read again; None for anything else."""
    try:
        return DayRoot(
            sealed_on=date.fromisoformat(given["sealed_on"]),
            heads=tuple((int(h["chain"]), int(h["seq"]), bytes.fromhex(h["link_hash"])) for h in given["heads"]),
            root=bytes.fromhex(given["root"]),
            previous_hash=bytes.fromhex(given["previous_hash"]),
            root_hash=bytes.fromhex(given["root_hash"]),
            signature=bytes.fromhex(given["signature"]),
            key_id=int(given["key_id"]),
            sealed_at=at_microseconds(int(given["sealed_at_micro"])),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
