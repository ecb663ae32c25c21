"""A bill priced from its stored inputs, and explained: used by settling, settling again, verifying and replaying. 中文: 计价与说明。"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.rooms import policies
from openyibao.rooms.encounters import FeeItem
from openyibao.rooms.holds import take_from_pots
from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.mutual_aid import AidOffer
from openyibao.rooms.policies import BillLine, Policy, Split
from openyibao.rooms.settlement import filed, rules
from openyibao.rooms.settlement.desk import Priced
from openyibao.rooms.settlement.records import AidFacts, SettlementFacts, SlipLabel


def aid_facts(offer: AidOffer) -> AidFacts:
    """What is stored of an offer: whose account, and at most how much."""
    one = offer.agreement
    return AidFacts(
        agreement_id=one.agreement_id,
        owner_cell=one.cell,
        owner_person_id=one.owner_person_id,
        owner_masked=one.owner_masked,
        most_fen=offer.most_fen,
        held=dict(offer.pots) if offer.held else {},
        reference=offer.reference,
    )


def aid_paid(facts: AidFacts, offer: AidOffer | None, paid_fen: int) -> AidFacts:
    """What each of the owner's pots pays, in the order of the owner's area."""
    taken = {} if offer is None else take_from_pots(paid_fen, offer.pots, tuple(offer.pots))
    return msgspec.structs.replace(
        facts, current_fen=taken.get(AccountPot.current, 0), past_fen=taken.get(AccountPot.past, 0)
    )


def price(desk: Priced, policy: Policy, facts: SettlementFacts, items: Sequence[FeeItem]) -> Split:
    """The split of a bill from its stored inputs: used by settling and by verifying alike."""
    return policies.split(
        policy,
        facts.person,
        facts.visit,
        _lines_of(desk, facts, items),
        facts.accumulators_before,
        account_balance_fen=facts.account_balance_before_fen,
        account_use=facts.account_use,
        past_account_balance_fen=facts.past_account_balance_before_fen,
        aid_fen=facts.aid.most_fen if facts.aid else 0,
    )


def _lines_of(desk: Priced, facts: SettlementFacts, items: Sequence[FeeItem]) -> list[BillLine]:
    lines = rules.bill_lines(items, desk.catalogue.by_id, facts.price_limit_level, facts.borne_lines)
    if facts.on_list is None and not facts.home_rows:
        return lines
    return filed.lines_as_filed(desk, facts, lines)


def explain(
    desk: Priced, policy: Policy, facts: SettlementFacts, items: Sequence[FeeItem], done: Split
) -> tuple[tuple[policies.ExplainedStep, ...], tuple[SlipLabel, ...]]:
    """The steps of a split and the words of the area's slip in both languages, derived again from the stored inputs."""
    steps = policies.explain(
        policy,
        facts.person,
        facts.visit,
        _lines_of(desk, facts, items),
        facts.accumulators_before,
        account_balance_fen=facts.account_balance_before_fen,
        account_use=facts.account_use,
        past_account_balance_fen=facts.past_account_balance_before_fen,
        aid_fen=facts.aid.most_fen if facts.aid else 0,
    )
    labels = policies.label_amounts(policy, done)
    return steps, tuple(SlipLabel(zh=one.title.zh, en=one.title.en, amount_fen=amount) for one, amount in labels)
