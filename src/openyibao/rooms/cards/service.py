"""Verbs of cards: enter one, report a loss or a finding, read what a person has."""

from __future__ import annotations

from collections.abc import Iterable

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.cards import rules, store, telling
from openyibao.rooms.cards.records import CardKind, CardReport, CardReportKind, InsuranceCard
from openyibao.rooms.cards.rules import PersonCards
from openyibao.rooms.people import lock_person_rows, normal_document

NUMBER_PURPOSE = "insurance_cards.number"


async def enter_card(
    tx: Tx, clock: Clock, sealer: Sealer, *, bucket: int, person_id: int, number: str, actor: str
) -> InsuranceCard:
    """A social-security card was handed out; older ones of the person count no more."""
    made = InsuranceCard(
        bucket=bucket,
        card_id=tx.ids.next(),
        person_id=person_id,
        number_digest=sealer.digest(normal_document(number), purpose=NUMBER_PURPOSE),
        entered_at=clock.now(),
        entered_by=actor,
    )
    await store.insert_card(tx, made)
    tx.audit.append(telling.card_event(made))
    return made


async def report_card(
    tx: Tx, clock: Clock, *, bucket: int, person_id: int, kind: CardKind, reported: CardReportKind, actor: str
) -> CardReport | Refused:
    """The person reports a card lost, or found; it counts at once. Reason: card_reported_already."""
    await lock_person_rows(tx, [(bucket, person_id)])
    held = (await read_cards(tx, [(bucket, person_id)]))[bucket, person_id]
    refused = rules.judge_report(held, kind, reported)
    if refused is not None:
        return refused
    made = CardReport(
        bucket=bucket,
        report_id=tx.ids.next(),
        person_id=person_id,
        kind=kind,
        reported=reported,
        reported_at=clock.now(),
        reported_by=actor,
    )
    await store.insert_report(tx, made)
    tx.audit.append(telling.report_event(made))
    return made


async def find_holder(reading: Reading, sealer: Sealer, number: str) -> tuple[int, int] | None:
    """(bucket, person_id) of whom a social-security card of this number was handed out to last, or None."""
    digests = list(sealer.digests(normal_document(number), purpose=NUMBER_PURPOSE).values())
    found = await store.list_by_number(reading, digests)
    return (found[0].bucket, found[0].person_id) if found else None


async def read_cards(reading: Reading, names: Iterable[tuple[int, int]]) -> dict[tuple[int, int], PersonCards]:
    """What persons (bucket, person_id) have; everybody asked for is in it."""
    wanted = set(names)
    cards = {(one.bucket, one.person_id): one for one in await store.list_cards(reading, wanted)}
    reports: dict[tuple[int, int], dict[CardKind, CardReport]] = {}
    for one in await store.list_reports(reading, wanted):
        reports.setdefault((one.bucket, one.person_id), {})[one.kind] = one
    return {name: PersonCards(newest=cards.get(name), reports=reports.get(name, {})) for name in wanted}
