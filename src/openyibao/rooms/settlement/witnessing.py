"""Rows of the rooms before, held against what the audit was told of them. 中文: 记录与审计比对。

Not held, since nobody tells what they must look like: session keys, activations under way, barred request keys, catalogue
(settlements are priced again by it); refused scans that led to nobody, the stays that count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from openyibao.kit.db import Reading
from openyibao.rooms import (
    acceptances,
    account_credits,
    activations,
    areas,
    audit,
    bindings,
    cards,
    channels,
    checks,
    confirmations,
    consents,
    credentials,
    disputes,
    encounters,
    entitlement,
    exchange,
    faces,
    filings,
    freezes,
    goods,
    holds,
    institutions,
    looks,
    mandates,
    mutual_aid,
    papers,
    people,
    periods,
    presentation,
    proposals,
    purse,
    signals,
    transfers,
)
from openyibao.rooms.audit import ExpectedEvent
from openyibao.rooms.encounters import (
    BED_KINDS,
    Encounter,
    EncounterState,
    EncounterStep,
    FeeBatchState,
    FeeItem,
    stay_bucket,
)
from openyibao.rooms.settlement.records import Settlement, SettlementKind
from openyibao.rooms.settlement.telling import expected_of_corrections
from openyibao.rooms.settlement.told import CHANGED, CONTENT_OCTETS, LAST, MADE, IdPairs, Told

ROWS_AT_ONCE = 1_000
VISITS_AT_ONCE = 200
"""A long stay has thousands of lines."""
Progress = Callable[[str, int], None]
_READERS = (
    ("audit_roots", audit.expected_of_roots),
    ("areas", areas.expected_of_areas),
    ("institutions", institutions.expected_of_institutions),
    ("wire_clients", exchange.expected_of_clients),
    ("drug_identifications", goods.expected_of_identifications),
    ("channels", channels.expected_of_channels),
    ("channel_keys", channels.expected_of_keys),
    ("channel_endpoints", channels.expected_of_endpoints),
    ("channel_assertions", channels.expected_of_assertions),
    ("persons", people.expected_of_persons),
    ("person_documents", people.expected_of_documents),
    ("enrolments", people.expected_of_enrolments),
    ("contributions", entitlement.expected_of_contributions),
    ("circumstances", entitlement.expected_of_circumstances),
    ("credentials", credentials.expected_of_credentials),
    ("credential_roles", credentials.expected_of_roles),
    ("bindings", bindings.expected_of_bindings),
    ("hotline_acts", bindings.expected_of_hotline),
    ("hotline_calls", bindings.expected_of_calls),
    ("agreements", activations.expected_of_agreements),
    ("passwords", activations.expected_of_passwords),
    ("password_resets", checks.expected_of_resets),
    ("operator_roles", institutions.expected_of_roles),
    ("cards", cards.expected_of_cards),
    ("card_reports", cards.expected_of_card_reports),
    ("printed_codes", papers.expected_of_printed_codes),
    ("printed_uses", papers.expected_of_paper_uses),
    ("kinships", mandates.expected_of_kinships),
    ("mandates", mandates.expected_of_mandates),
    ("mandate_bindings", mandates.expected_of_mandate_bindings),
    ("mandate_uses", mandates.expected_of_mandate_uses),
    ("confirmations", confirmations.expected_of_confirmations),
    ("consents", consents.expected_of_consents),
    ("face_templates", faces.expected_of_templates),
    ("face_showings", faces.expected_of_showings),
    ("freezes", freezes.expected_of_freezes),
    ("looks", looks.expected_of_looks),
    ("disputes", disputes.expected_of_disputes),
    ("proposals", proposals.expected_of_proposals),
    ("transfers", transfers.expected_of_transfers),
    ("presentations", presentation.expected_of_presentations),
    ("offline_acceptances", acceptances.expected_of_acceptances),
    ("signals", signals.expected_of_signals),
    ("carrier_showings", presentation.expected_of_carrier_showings),
    ("refused_scans", presentation.expected_of_refused_scans),
    ("refusals", encounters.expected_of_refusals),
    ("period_acts", periods.expected_of_periods),
    ("corrections", expected_of_corrections),
    ("holds", holds.expected_of_holds),
    ("crossings", holds.expected_of_crossings),
    ("crossing_receipts", holds.expected_of_receipts),
    ("credit_batches", account_credits.expected_of_batches),
    ("credit_lines", account_credits.expected_of_lines),
    ("year_rolls", account_credits.expected_of_chunks),
    ("mutual_aid", mutual_aid.expected_of_agreements),
    ("mutual_aid_uses", mutual_aid.expected_of_uses),
    ("purse_transfers", purse.expected_of_transfers),
    ("trace_exemptions", goods.expected_of_exemptions),
    ("standing_decisions", institutions.expected_of_decisions),
    ("filings", filings.expected_of_filings),
    ("filing_decisions", filings.expected_of_stray_decisions),
)


class VerifyFault(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that does not hold: stable ``kind``, where, and a sentence."""

    kind: str
    where: str
    zh: str
    en: str


class Checked(msgspec.Struct, kw_only=True):
    """What was looked at, how often, and what did not hold."""

    counts: Counter[str]
    faults: list[VerifyFault]

    def fault(self, kind: str, where: str, zh: str, en: str) -> None:
        """Note a fault."""
        self.faults.append(VerifyFault(kind=kind, where=where, zh=f"{where}: {zh}", en=f"{where}: {en}"))

    def altered(self, where: str) -> None:
        """Note a row that is not what the audit was told, or what rows it hangs together with say."""
        self.fault("row_altered", where, "与写入时或相关记录不符", "is not what was written, or not what belongs to it")

    def unheard_of(self, where: str) -> None:
        """Note a row of which the audit has no word."""
        self.fault("event_missing", where, "审计中没有它的记载", "the audit has no word of it")


class SettledVisits(msgspec.Struct):
    """What the settlements say of visits and their batches, gathered while they are priced."""

    batches: IdPairs = msgspec.field(default_factory=IdPairs)
    """fee_batch_id → a settlement that had it."""
    standing: IdPairs = msgspec.field(default_factory=IdPairs)
    """fee_batch_id → the settlement that stands on it."""
    packs: dict[int, int] = msgspec.field(default_factory=dict)
    """settlement or reversal → how many packs it says it moved, where it moved any."""
    undone: set[int] = msgspec.field(default_factory=set)
    """Settlements with packs that are reversed: no pack may be sold under them any more."""

    def add(self, settlement: Settlement, *, reversed_: bool) -> None:
        """Keep what a settlement says; a reversal says nothing new, but of packs."""
        if settlement.facts.pack_count:
            self.packs[settlement.settlement_id] = settlement.facts.pack_count
        if reversed_ and settlement.facts.pack_count:
            self.undone.add(settlement.settlement_id)
        if settlement.kind is SettlementKind.reversal:
            return
        for batch_id in settlement.facts.fee_batch_ids:
            self.batches.add(batch_id, settlement.settlement_id)
            if not reversed_:
                self.standing.add(batch_id, settlement.settlement_id)

    def sort(self) -> None:
        """All settlements were seen."""
        self.batches.sort()
        self.standing.sort()


def compare_row(told: Told, expected: ExpectedEvent, checked: Checked) -> None:
    """Hold one row against its event."""
    said = told.take(expected.kind, expected.subject_id)
    if said is None and (expected.kind in MADE or expected.kind in LAST):
        checked.unheard_of(expected.where)
    elif expected.changes:
        # The content counts the changes, so it is the last one's wherever it stands among them.
        since = told.take_every(expected.changed, expected.subject_id)
        if expected.also_changed:
            since += told.take_every(expected.also_changed, expected.subject_id)
        if len(since) != expected.changes or expected.content[:CONTENT_OCTETS] not in since or not expected.stands:
            checked.altered(expected.where)
    elif said != expected.content[:CONTENT_OCTETS] or not expected.stands:
        checked.altered(expected.where)


async def check_rows(reading: Reading, told: Told, checked: Checked, progress: Progress) -> None:
    """Hold every row that its room told the audit of; visits and uploads are held by ``check_visits``."""
    for noun, expected_of in _READERS:
        async for expected in expected_of(reading, most=ROWS_AT_ONCE):
            for one in expected:
                compare_row(told, one, checked)
            checked.counts[noun] += sum(one.kind in MADE or one.kind in LAST for one in expected)
            progress(noun, checked.counts[noun])


async def check_entitlements(reading: Reading, checked: Checked, progress: Progress) -> None:
    """Derive every enrolment that is kept by contributions anew; none of their rows may belong to nobody."""
    async for kept, wrong in entitlement.check_entitlements(reading, most=ROWS_AT_ONCE):
        checked.counts["entitlements"] += kept
        for where in wrong:
            text = ("待遇享受期与缴费记录推算不符", "its periods are not what follows from its contributions")
            checked.fault("entitlement_differs", where, *text)
        progress("entitlements", checked.counts["entitlements"])
    strays = await entitlement.count_strays(reading)
    if strays:
        text = (f"{strays} 条缴费或情形没有参保关系", f"{strays} contributions or circumstances are of no enrolment")
        checked.fault("contribution_stray", "contributions", *text)


def check_left(told: Told, checked: Checked) -> None:
    """What no row has taken: rows that are gone, states that were taken back."""
    for kind, subject_id in told.left():
        if kind in CHANGED:
            text = (f"审计记载 {kind}, 记录的状态与之不符", f"the audit tells of {kind}, the row does not stand so")
            checked.fault("row_altered", f"{CHANGED[kind]} {subject_id}", *text)
        else:
            text = ("审计有记载, 记录已不存在", "the audit tells of it, but its row is gone")
            checked.fault("row_missing", f"{kind} {subject_id}", *text)


def check_own_visit(settlement: Settlement, encounter: Encounter | None, checked: Checked) -> None:
    """A settlement's visit is there, and says the same of person, place, kind and day."""
    where, visit = f"encounter {settlement.cell}-{settlement.encounter_id}", settlement.facts.visit
    if encounter is None:
        checked.fault("row_missing", where, "结算所依据的就诊不存在", "a settlement is of it, but it is gone")
        return
    if (
        *(encounter.person_id, encounter.enrolment_id, encounter.institution_id, encounter.treatment_area),
        *(encounter.kind, max(1, encounter.admission_no)),
    ) != (
        *(settlement.person_id, settlement.enrolment_id, settlement.institution_id, settlement.treatment_area),
        *(visit.kind, visit.admission_no),
    ) or not _days_hold(settlement, encounter):
        checked.altered(where)


def _days_hold(settlement: Settlement, encounter: Encounter) -> bool:
    """A visit is judged on its day; a stay from its admission on, on a day the policy chose between then and the bill."""
    visit, opened = settlement.facts.visit, encounter.opened_on
    if encounter.kind not in BED_KINDS:
        return visit.on == opened
    return visit.admitted_on == opened and opened <= visit.on <= max(settlement.settled_on, opened)


async def check_visits(
    reading: Reading, told: Told, settled: SettledVisits, checked: Checked, progress: Progress
) -> None:
    """Hold every visit and every upload against its event or its settlement; and what became of each fee batch."""
    after = (-1, -1)
    lying: dict[int, Encounter] = {}
    while found := await encounters.list_visits(reading, after=after, most=VISITS_AT_ONCE):
        last = (found[-1][0].cell, found[-1][0].encounter_id)
        batches = await encounters.list_batch_states(reading, after=after, last=last)
        steps: dict[tuple[int, int], list[EncounterStep]] = {}
        for step in await encounters.list_steps(reading, after=after, last=last):
            steps.setdefault((step.cell, step.encounter_id), []).append(step)
        after = last
        for encounter, diagnoses in found:
            own = steps.pop((encounter.cell, encounter.encounter_id), [])
            checked.counts["encounter_steps"] += len(own)
            for expected in encounters.expected_of_visit(encounter, diagnoses, own):
                compare_row(told, expected, checked)
            if encounter.kind in BED_KINDS and encounter.state is EncounterState.open:
                lying[encounter.encounter_id] = encounter
        uploads = sorted({row[:2] for row in batches if told.has("items_added", row[2])})
        items: dict[tuple[int, int], list[FeeItem]] = {}
        for item in await encounters.read_items(reading, uploads) if uploads else ():
            items.setdefault((item.cell, item.fee_batch_id), []).append(item)
        for row in batches:
            _check_batch(row, items.get((row[0], row[2]), []), told, settled, checked)
        checked.counts["encounters"] += len(found)
        checked.counts["fee_batches"] += len(batches)
        progress("encounters", checked.counts["encounters"])
    await _check_open_stays(reading, lying, checked)


async def _check_open_stays(reading: Reading, lying: dict[int, Encounter], checked: Checked) -> None:
    """Who is in a stay, held against the stays that are open: each has its row, and nobody has one without."""
    after = (-1, -1)
    while stays := await encounters.list_open_stays(reading, after=after, most=ROWS_AT_ONCE):
        after = (stays[-1].bucket, stays[-1].person_id)
        checked.counts["open_stays"] += len(stays)
        for stay in stays:
            visit = lying.pop(stay.encounter_id, None)
            said = (stay.bucket, stay.cell, stay.person_id, stay.institution_id, stay.admitted_on)
            if visit is None or said != (
                *(stay_bucket(visit.person_id), visit.cell, visit.person_id),
                *(visit.institution_id, visit.opened_on),
            ):
                checked.altered(f"open stay of person {stay.person_id}")
    for visit in lying.values():
        where = f"open stay of person {visit.person_id}"
        checked.fault("row_missing", where, "在院登记缺失", "it is gone, though the stay is open")


def _check_batch(
    row: tuple[int, int, int, str, int | None],
    items: list[FeeItem],
    told: Told,
    settled: SettledVisits,
    checked: Checked,
) -> None:
    cell, _, batch_id, state, settlement_id = row
    where = f"fee batch {cell}-{batch_id}"
    standing = settled.standing.find(batch_id)
    if state == FeeBatchState.removed:
        content = encounters.content_of_removal(batch_id, settlement_id)
        settlement_id = None
        compare_row(
            told, ExpectedEvent(kind="items_removed", subject_id=batch_id, content=content, where=where), checked
        )
    stands = settlement_id == standing and (state == FeeBatchState.settled) == (standing is not None)
    if told.has("items_added", batch_id) or settled.batches.find(batch_id) is None:
        content = encounters.items_content(items)
        compare_row(
            told,
            ExpectedEvent(kind="items_added", subject_id=batch_id, content=content, where=where, stands=stands),
            checked,
        )
    elif not stands:
        checked.altered(where)
