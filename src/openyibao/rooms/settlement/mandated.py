"""Bills under a family mandate: the relative's limits, and what is noted of each. No statement where nobody shows another's
code. 中文: 亲情账户结算。
"""  # noqa: D205 one sentence

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import mandates
from openyibao.rooms.mandates import FamilyMandate, MandateUse, MandateUseKind
from openyibao.rooms.policies import Split
from openyibao.rooms.presentation import TokenFacts
from openyibao.rooms.settlement.records import Settlement, SettlementKind
from openyibao.rooms.settlement.subjects import Standing, Subject


async def load_mandated(reading: Reading, subjects: Sequence[Subject], on: date) -> dict[int, int]:
    """What was paid today under the mandates of these bills, by mandate; true until the commit once the persons are locked."""
    names = [
        (token.cell, token.mandate.mandate_id)
        for one in subjects
        if isinstance(token := one.presented, TokenFacts) and token.mandate is not None
    ]
    return await mandates.sum_uses(reading, names, on) if names else {}


def judge_mandated(done: Split, mandate: FamilyMandate, standing: Standing) -> Refused | None:
    """The relative's limits count what the principal's account pays. Reasons as ``mandates.judge_amount``."""
    used_fen = standing.mandated_fen.get(mandate.mandate_id, 0)
    return mandates.judge_amount(mandate, done.personal_account_fen, used_fen)


async def write_mandate_uses(tx: Tx, settlements: Sequence[Settlement]) -> None:
    """With the bill, or with its reversal: the use that both sides see."""
    uses = [
        MandateUse(
            cell=one.cell,
            use_id=tx.ids.next(),
            mandate_id=one.facts.mandate_id,
            principal_person_id=one.person_id,
            kind=MandateUseKind.refunded if one.kind is SettlementKind.reversal else MandateUseKind.used,
            amount_fen=one.personal_account_fen,
            settlement_id=one.settlement_id,
            institution_id=one.institution_id,
            used_on=one.settled_on,
        )
        for one in settlements
        if one.facts.mandate_id is not None
    ]
    if uses:
        await mandates.note_uses(tx, uses, actor=settlements[0].operator_code)
