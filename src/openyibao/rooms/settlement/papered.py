"""Bills shown by a printed code: the day's limit, and what is noted of each. No statement where nobody shows a paper. 中文: 纸质码结算。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import papers
from openyibao.rooms.papers import PaperUse, PaperUseKind, PrintedCode
from openyibao.rooms.policies import Split
from openyibao.rooms.presentation import TokenFacts
from openyibao.rooms.settlement.mandated import load_mandated
from openyibao.rooms.settlement.records import Settlement, SettlementKind
from openyibao.rooms.settlement.subjects import Standing, Subject, load_opened


async def load_shown(reading: Reading, subjects: Sequence[Subject], standing: Standing, on: date) -> None:
    """What stands against the showings of these bills: what mandates and papers paid today, which visits tokens have opened."""
    standing.mandated_fen = await load_mandated(reading, subjects, on)
    standing.papered_fen = await load_papered(reading, subjects, on)
    standing.visits_opened = await load_opened(reading, subjects)


async def load_papered(reading: Reading, subjects: Sequence[Subject], on: date) -> dict[int, int]:
    """What insurance paid today by the papers of these bills, by binding; true until the commit once the persons are locked."""
    names = [
        (token.cell, token.printed.binding_id)
        for one in subjects
        if isinstance(token := one.presented, TokenFacts) and token.printed is not None
    ]
    return await papers.sum_uses(reading, names, on) if names else {}


def judge_papered(done: Split, code: PrintedCode, standing: Standing) -> Refused | None:
    """The day's limit counts what funds and personal account pay. Reasons as ``papers.judge_day_amount``."""
    used_fen = standing.papered_fen.get(code.binding_id, 0)
    return papers.judge_day_amount(code, done.fund_total_fen + done.personal_account_fen, used_fen)


async def write_paper_uses(tx: Tx, settlements: Sequence[Settlement]) -> None:
    """With the bill, or with its reversal: what counts against the day."""
    uses = [
        PaperUse(
            cell=one.cell,
            use_id=tx.ids.next(),
            binding_id=one.facts.printed_id,
            person_id=one.person_id,
            kind=PaperUseKind.refunded if one.kind is SettlementKind.reversal else PaperUseKind.used,
            amount_fen=one.fund_total_fen + one.personal_account_fen,
            settlement_id=one.settlement_id,
            institution_id=one.institution_id,
            used_on=one.settled_on,
        )
        for one in settlements
        if one.facts.printed_id is not None
    ]
    if uses:
        await papers.note_uses(tx, uses, actor=settlements[0].operator_code)
