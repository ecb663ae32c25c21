"""SQL of cards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.cards.records import CardKind, CardReport, CardReportKind, InsuranceCard

_CARDS = ", ".join(InsuranceCard.__struct_fields__)
_REPORTS = ", ".join(CardReport.__struct_fields__)


def _report_of(row: Any) -> CardReport:
    return CardReport(**{**dict(row), "kind": CardKind(row["kind"]), "reported": CardReportKind(row["reported"])})


async def insert_card(tx: Tx, one: InsuranceCard) -> None:
    """A card was handed out."""
    await tx.insert("insurance_cards", InsuranceCard.__struct_fields__, [msgspec.structs.astuple(one)])


async def insert_report(tx: Tx, one: CardReport) -> None:
    """A card was lost or found."""
    await tx.insert("card_reports", CardReport.__struct_fields__, [msgspec.structs.astuple(one)])


async def list_cards(reading: Reading, names: Iterable[tuple[int, int]]) -> list[InsuranceCard]:
    """The cards of persons (bucket, person_id), the oldest first."""
    wanted = set(names)
    rows = await reading.fetch(
        f"select {_CARDS} from insurance_cards where bucket = any($1) and person_id = any($2) order by card_id",
        sorted({bucket for bucket, _ in wanted}),
        sorted({person_id for _, person_id in wanted}),
    )
    return [InsuranceCard(**dict(row)) for row in rows if (row["bucket"], row["person_id"]) in wanted]


async def list_by_number(reading: Reading, digests: Sequence[bytes]) -> list[InsuranceCard]:
    """The cards of a number, by its digests under every key it may have been made with."""
    rows = await reading.fetch(
        f"select {_CARDS} from insurance_cards where number_digest = any($1) order by card_id desc limit 10", digests
    )
    return [InsuranceCard(**dict(row)) for row in rows]


async def list_reports(reading: Reading, names: Iterable[tuple[int, int]]) -> list[CardReport]:
    """The reports of persons (bucket, person_id), the oldest first."""
    wanted = set(names)
    rows = await reading.fetch(
        f"select {_REPORTS} from card_reports where bucket = any($1) and person_id = any($2) order by report_id",
        sorted({bucket for bucket, _ in wanted}),
        sorted({person_id for _, person_id in wanted}),
    )
    return [_report_of(row) for row in rows if (row["bucket"], row["person_id"]) in wanted]


async def list_all_cards(reading: Reading, *, after: tuple[int, int], most: int) -> list[InsuranceCard]:
    """All cards in the order of their key."""
    rows = await reading.fetch(
        f"select {_CARDS} from insurance_cards where (bucket, card_id) > ($1, $2) order by bucket, card_id limit $3",
        *after,
        most,
    )
    return [InsuranceCard(**dict(row)) for row in rows]


async def list_all_reports(reading: Reading, *, after: tuple[int, int], most: int) -> list[CardReport]:
    """All reports in the order of their key."""
    rows = await reading.fetch(
        f"select {_REPORTS} from card_reports where (bucket, report_id) > ($1, $2) order by bucket, report_id limit $3",
        *after,
        most,
    )
    return [_report_of(row) for row in rows]
