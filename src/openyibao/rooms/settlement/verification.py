"""The verb verify: everything that can be recomputed is recomputed, from inputs, not from stored sums.

Checked: audit links; the rows of all rooms against what their events say of them (``witnessing``); policy documents against
their digests; packs and payment standings (``pack_witness``); every settlement priced again from its fee lines, its catalogue
rows and its policy; its postings; the accumulators by folding the settlements that stand; account balances by their
postings; filings that settlements stand on. 中文: 核验。
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from openyibao.kit.crypto import Verifier, sm3_hex
from openyibao.kit.db import Reading
from openyibao.rooms import encounters, ledger, policies
from openyibao.rooms.accumulators import AccumulatorKey, list_accumulators
from openyibao.rooms.audit import AuditFault, verify_chains, verify_roots
from openyibao.rooms.encounters import FeeItem
from openyibao.rooms.goods import StockMovement
from openyibao.rooms.ledger import AccountKey, PersonalAccount
from openyibao.rooms.settlement import pricing, rules, store
from openyibao.rooms.settlement.balancing import check_accounts
from openyibao.rooms.settlement.claiming import check_claims, read_claimed
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.pack_witness import check_borne, check_lost_decisions, check_packs, read_moved
from openyibao.rooms.settlement.records import Settlement, SettlementKind
from openyibao.rooms.settlement.told import CONTENT_OCTETS, Told
from openyibao.rooms.settlement.witnessing import (
    Checked,
    SettledVisits,
    VerifyFault,
    check_entitlements,
    check_left,
    check_own_visit,
    check_rows,
    check_visits,
)

CHUNK = 500
_AMOUNTS = tuple(
    (name.removesuffix("_fen"), name)
    for name in Settlement.__struct_fields__
    if name.endswith("_fen") and name != "account_balance_after_fen"
)


_Posted = dict[tuple[int, int], tuple[int, int]]
"""(cell, settlement_id) → how many postings it has, and the sum of their hashes (in any order; whole numbers hash alike
in every process): two small numbers a settlement, so that a million fit in memory."""


class _Running(msgspec.Struct):
    """Where a person's accumulators stand: after which turn, at which amounts; and whose turn has not come."""

    turn: int = 0
    amounts: dict[str, int] = msgspec.field(default_factory=dict)
    waiting: dict[int, Settlement] = msgspec.field(default_factory=dict)


async def verify(
    reading: Reading,
    desk: Desk,
    verifier_of: Callable[[int], Verifier | None],
    progress: Callable[[str, int], None] = lambda _what, _done: None,
) -> Checked:
    """Check everything; ``progress(what, how many so far)`` is called now and then."""
    checked = Checked(counts=Counter(), faults=[])
    await desk.fresh(reading)
    told, settled = await _check_audit(reading, verifier_of, checked, progress), SettledVisits()
    await _check_policies(reading, checked)
    posted = await _read_postings(reading, told, checked, progress)
    running = await _check_settlements(reading, desk, told, posted, settled, checked, progress)
    await _check_accumulators(reading, running, checked)
    for cell, settlement_id in posted:
        checked.fault(
            "posting_stray", f"settlement {cell}-{settlement_id}", "有分录而无结算", "has postings but is not there"
        )
    await check_accounts(reading, checked)
    await check_rows(reading, told, checked, progress)
    await check_entitlements(reading, checked, progress)
    await check_visits(reading, told, settled, checked, progress)
    await check_packs(reading, told, settled, checked, progress)
    await check_lost_decisions(reading, checked)
    check_left(told, checked)
    return checked


async def _check_audit(
    reading: Reading,
    verifier_of: Callable[[int], Verifier | None],
    checked: Checked,
    progress: Callable[[str, int], None],
) -> Told:
    told = Told()
    cache: dict[int, Verifier | None] = {}

    def verifier(key_id: int) -> Verifier | None:
        if key_id not in cache:
            cache[key_id] = verifier_of(key_id)
        return cache[key_id]

    async for found in verify_chains(reading, verifier):
        if isinstance(found, AuditFault):
            checked.faults.append(VerifyFault(kind=found.kind, where=found.where, zh=found.zh, en=found.en))
            continue
        link, events = found
        checked.counts["audit_links"] += 1
        checked.counts["audit_events"] += len(events)
        if link.seq % CHUNK == 0:
            progress("audit_links", checked.counts["audit_links"])
        checked.counts["events_only_linked"] += sum(not told.add(event) for event in events)
    async for root in verify_roots(reading, verifier):
        if isinstance(root, AuditFault):
            checked.faults.append(VerifyFault(kind=root.kind, where=root.where, zh=root.zh, en=root.en))
    told.sort()
    return told


async def _check_policies(reading: Reading, checked: Checked) -> None:
    for document in await policies.list_documents(reading):
        checked.counts["policy_documents"] += 1
        if sm3_hex(document.body.encode()) != document.document_hash:
            checked.fault(
                "policy_altered",
                f"policy document {document.document_hash[:12]} ({document.title})",
                "内容与其摘要不符, 发布后被改动",
                "its text is not the one it was published with",
            )


async def _check_settlements(
    reading: Reading,
    desk: Desk,
    told: Told,
    posted: _Posted,
    settled: SettledVisits,
    checked: Checked,
    progress: Callable[[str, int], None],
) -> dict[AccumulatorKey, _Running]:
    """Price everything again; returns the accumulators as they should stand."""
    running: dict[AccumulatorKey, _Running] = {}
    after = (-1, -1)
    while chunk := await store.list_all(reading, after=after, most=CHUNK):
        after = (chunk[-1].cell, chunk[-1].settlement_id)
        names = sorted({(s.cell, s.encounter_id) for s in chunk})
        items: dict[tuple[int, int], list[FeeItem]] = {}
        for item in await encounters.read_items(reading, names):
            items.setdefault((item.cell, item.fee_batch_id), []).append(item)
        moved = await read_moved(reading, chunk, items)
        earlier = [item for batch in items.values() for item in batch] if desk.directory.doubtful else []
        originals = await store.read_settlements(
            reading, [(s.cell, s.original_settlement_id) for s in chunk if s.original_settlement_id is not None]
        )
        payers = {(s.cell, s.person_id) for s in chunk} | {key[:2] for s in chunk for key, _ in rules.account_parts(s)}
        accounts = await ledger.read_accounts(reading, sorted(payers))
        visits = await encounters.read_encounters(reading, names)
        claimed = await read_claimed(reading, chunk)
        reversals = await _check_reversals(reading, chunk, checked)
        for settlement in chunk:
            own = [i for batch in settlement.facts.fee_batch_ids for i in items.get((settlement.cell, batch), [])]
            original = originals.get((settlement.cell, settlement.original_settlement_id or 0))
            visit = visits.get((settlement.cell, settlement.encounter_id))
            name = (settlement.cell, settlement.settlement_id)
            _check_content(settlement, own, moved.get(name, ()), told, checked)
            check_own_visit(settlement, visit, checked)
            check_borne(desk, settlement, own, earlier, visit, checked)
            settled.add(settlement, reversed_=(settlement.cell, settlement.settlement_id) in reversals)
            check_claims(settlement, claimed, checked)
            _check_split(desk, settlement, own, original, checked)
            _check_postings(settlement, accounts, posted, checked)
            _fold(settlement, running, checked)
            checked.counts["settlements" if original is None else "reversals"] += 1
            checked.counts["fee_lines"] += len(own)
        progress("settlements", checked.counts["settlements"] + checked.counts["reversals"])
    settled.sort()
    _check_turns(running, checked)
    return running


async def _check_reversals(reading: Reading, chunk: list[Settlement], checked: Checked) -> dict[tuple[int, int], int]:
    """The marks of what stands no more, held both ways; a mark that is gone would let a bill be undone twice."""
    undone = [(s.cell, s.original_settlement_id or s.settlement_id) for s in chunk]
    marks = await store.read_reversals(reading, undone)
    made = await store.read_settlements(reading, [(cell, reversal_id) for (cell, _), reversal_id in marks.items()])
    for settlement in chunk:
        name = (settlement.cell, settlement.original_settlement_id or settlement.settlement_id)
        if settlement.kind is SettlementKind.reversal and name not in marks:
            where = f"reversal mark of settlement {name[0]}-{name[1]}"
            checked.fault("row_missing", where, "撤销标记缺失", "it is gone, though the reversal is there")
        elif name in marks:
            by = made.get((settlement.cell, marks[name]))
            own = settlement.kind is not SettlementKind.reversal or marks[name] == settlement.settlement_id
            if by is None or by.original_settlement_id != name[1] or not own:
                checked.altered(f"reversal mark of settlement {name[0]}-{name[1]}")
    return marks


def _where(settlement: Settlement) -> str:
    return f"settlement {settlement.cell}-{settlement.settlement_id}"


def _check_content(
    settlement: Settlement, items: list[FeeItem], moved: Sequence[StockMovement], told: Told, checked: Checked
) -> None:
    reversal = settlement.kind is SettlementKind.reversal
    said = told.take("reversed" if reversal else "settled", settlement.settlement_id)
    if said is None:
        checked.unheard_of(_where(settlement))
    elif said != rules.content_of(settlement, () if reversal else items, moved)[:CONTENT_OCTETS]:
        checked.fault(
            "settlement_altered",
            _where(settlement),
            "结算或其费用明细、进销存记录与当时写入的内容不符",
            "it, its fee lines or its stock movements are not what was written",
        )


def _check_split(
    desk: Desk, settlement: Settlement, items: list[FeeItem], original: Settlement | None, checked: Checked
) -> None:
    """The amounts again, from lines, catalogue rows, facts and policy; a reversal carries its original's amounts."""
    if settlement.kind is SettlementKind.reversal:
        if original is None:
            checked.fault("original_missing", _where(settlement), "所撤销的原结算不存在", "its original is gone")
        elif _amounts(settlement) != _amounts(original):
            checked.fault(
                "reversal_differs", _where(settlement), "与原结算金额不同", "its amounts are not its original's"
            )
        return
    policy = desk.shelf.by_hash(settlement.document_hash)
    if policy is None:
        checked.fault(
            "policy_missing",
            _where(settlement),
            f"所依据的待遇政策 {settlement.document_hash[:12]} 缺失或被改动",
            f"the policy it stands on, {settlement.document_hash[:12]}, is gone or altered",
        )
        return
    try:
        done = pricing.price(desk, policy, settlement.facts, items)
    except LookupError as fault:
        checked.fault("catalogue_missing", _where(settlement), f"目录行缺失: {fault}", str(fault))
        return
    named = policies.named_amounts(done)
    wrong = {
        name: (stored, named.get(name, 0))
        for name, stored in _amounts(settlement).items()
        if stored != named.get(name, 0)
    }
    if done.past_account_fen != settlement.facts.past_account_fen:
        wrong["past_account"] = (settlement.facts.past_account_fen, done.past_account_fen)
    aid = settlement.facts.aid
    if done.mutual_aid_fen != (aid.current_fen + aid.past_fen if aid else 0):
        wrong["aid"] = (aid.current_fen + aid.past_fen if aid else 0, done.mutual_aid_fen)
    if wrong or rules.added(done.accumulators_after, {}) != settlement.facts.accumulators_after:
        first = ", ".join(f"{name} {stored} ≠ {again}" for name, (stored, again) in sorted(wrong.items()))
        checked.fault(
            "split_differs", _where(settlement), f"重新计算结果不同: {first}", f"priced again it differs: {first}"
        )


def _amounts(settlement: Settlement) -> dict[str, int]:
    return {short: getattr(settlement, name) for short, name in _AMOUNTS}


def _check_postings(
    settlement: Settlement, accounts: Mapping[AccountKey, PersonalAccount], posted: _Posted, checked: Checked
) -> None:
    stored = posted.pop((settlement.cell, settlement.settlement_id), (0, 0))
    try:
        transfers = rules.transfers_of(settlement, accounts)
    except LookupError:
        checked.fault("account_missing", _where(settlement), "个人账户不存在", "the personal account is gone")
        return
    if stored != (len(transfers), sum(hash(transfer) for transfer in transfers)):
        checked.fault(
            "postings_differ", _where(settlement), "分录与结算不符", "its postings are not those of its split"
        )


def _fold(settlement: Settlement, running: dict[AccumulatorKey, _Running], checked: Checked) -> None:
    """Follow a person's accumulators from turn to turn; the rows come in the order of their ids, which need not be it."""
    key = (settlement.cell, settlement.person_id, settlement.insurance_type, settlement.policy_year)
    run = running.setdefault(key, _Running())
    if settlement.turn <= run.turn or settlement.turn in run.waiting:
        checked.fault("turn_repeated", _where(settlement), "累计序号重复", "its turn was another's already")
        return
    run.waiting[settlement.turn] = settlement
    while (following := run.waiting.pop(run.turn + 1, None)) is not None:
        facts = following.facts
        if run.amounts != rules.added(facts.accumulators_before, {}):
            checked.fault(
                "accumulator_jump",
                _where(following),
                "开始时的累计与此前结算不连续",
                "the accumulators it began with are not those the earlier settlements left",
            )
        run.turn, run.amounts = following.turn, rules.added(facts.accumulators_after, {})


def _check_turns(running: Mapping[AccumulatorKey, _Running], checked: Checked) -> None:
    """Whoever still waits for a turn stands behind a gap: a row of this person is gone."""
    for run in running.values():
        for settlement in run.waiting.values():
            checked.fault(
                "turn_missing",
                _where(settlement),
                f"此前第 {run.turn + 1} 笔结算缺失",
                f"turn {run.turn + 1} before it is missing",
            )


async def _check_accumulators(reading: Reading, running: Mapping[AccumulatorKey, _Running], checked: Checked) -> None:
    after: AccumulatorKey = (-1, -1, "", -1)
    seen: set[AccumulatorKey] = set()
    while chunk := await list_accumulators(reading, after=after, most=CHUNK):
        for one in chunk:
            after = (one.cell, one.person_id, one.insurance_type, one.policy_year)
            seen.add(after)
            checked.counts["accumulators"] += 1
            run = running.get(after, _Running())
            if (one.turn, rules.added(one.amounts, {})) != (run.turn, run.amounts):
                checked.fault(
                    "accumulator_differs",
                    f"accumulator {'/'.join(map(str, after))}",
                    "与各笔有效结算累加不符",
                    "is not what the settlements that stand add up to",
                )
    for key in running:
        if key not in seen:
            where = f"accumulator {'/'.join(map(str, key))}"
            checked.fault("accumulator_missing", where, "累计记录缺失", "its row is gone")


async def _read_postings(
    reading: Reading, told: Told, checked: Checked, progress: Callable[[str, int], None]
) -> _Posted:
    """One pass over all postings: what each settlement has, in sum; account credits are held against the audit here."""
    posted: _Posted = {}
    after = (-1, -1)
    while chunk := await ledger.list_postings(reading, after=after, most=CHUNK * 10):
        after = (chunk[-1].cell, chunk[-1].posting_id)
        for posting in chunk:
            if posting.settlement_id is None:
                checked.counts["account_credits"] += 1
                said = told.take(ledger.kind_of(posting), posting.posting_id)
                if said != ledger.content_of(posting)[:CONTENT_OCTETS]:
                    where = f"posting {posting.posting_id}"
                    checked.fault("credit_altered", where, "划账被改动", "the credit was altered")
                continue
            checked.counts["postings"] += 1
            name = (posting.cell, posting.settlement_id)
            count, total = posted.get(name, (0, 0))
            transfer = (posting.debit_account, posting.credit_account, posting.amount_fen)
            posted[name] = (count + 1, total + hash(transfer))
        progress("postings", checked.counts["postings"])
    return posted
