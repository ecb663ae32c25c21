"""The split of a bill under a policy: pure, in integers, the same answer for the same inputs.

Order of a bill (each step on what the steps before it left): lines are parted · what the institution bears is taken off
(over-limit parts, lines, what exceeds a fixed price) · the personal account pays where the area lets it pay before the
deductible · the in-policy spending is laid on the line and the layers pay (``walking``) · the layers on the person's
burden pay, one on what the other leaves · the personal account pays where it pays after the funds · cash.

Decisions. A fund that is stopped pays zero and nobody steps in for it: the later layers pay what they would have paid
beside it. Where the first fund of the chain is stopped, the bill moves neither deductible nor spending of the year:
only insured days count; and the layers on the own share rest too, or they would pay in its stead. A bill whose in-policy
sum is negative (refund lines above new ones) gets nothing from the walking layers and moves neither deductible nor
spending; real refunds are reversals. Lines sent to another benefit are paid there after the visit's own, and the layers
on the person's burden look at all of it; where any of these sums is negative, all lines count in the visit's own
benefit. What the account pays before the deductible enters neither deductible nor spending. 中文: 待遇计算。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openyibao.kit.money import BP, divide_half_up
from openyibao.rooms.policies.lines import LineReading
from openyibao.rooms.policies.plan import Plan, period_suffix, plan_for
from openyibao.rooms.policies.records import (
    AccountUse,
    BillLine,
    Fund,
    LineSplit,
    PersonFacts,
    Split,
    VisitFacts,
)
from openyibao.rooms.policies.terms import AccountTurn, Layer, Per, Policy
from openyibao.rooms.policies.walking import Recorder, walk


class _Bill:
    """One bill under way. ``left`` is what of each part the person still bears, ``increments`` what the year gains."""

    def __init__(
        self, policy: Policy, visit: VisitFacts, accumulators: Mapping[str, int], recorder: Recorder | None
    ) -> None:
        self.policy = policy
        self.visit = visit
        self.accumulators = accumulators
        self.recorder = recorder
        self.funds: dict[Fund, int] = {}
        self.increments: dict[str, int] = {}
        self.left: dict[str, int] = {}
        self.borne_fen = 0
        self.deductible_fen = 0

    def tell(self, *event: Any) -> None:
        """Report to the explanation, where one listens."""
        if self.recorder is not None:
            self.recorder.append(event)

    def so_far(self, name: str) -> int:
        """An accumulator with what this bill has added to it."""
        return self.accumulators.get(name, 0) + self.increments.get(name, 0)

    def count(self, plan: Plan, name: str | None, amount_fen: int) -> None:
        """Add to an accumulator, and to its months or diseases where a ceiling counts by them."""
        if not amount_fen or not name:
            return
        self.increments[name] = self.increments.get(name, 0) + amount_fen
        for per in plan.suffixed.get(name, ()):
            full = name + period_suffix(per, self.visit)
            self.increments[full] = self.increments.get(full, 0) + amount_fen

    def pay(self, plan: Plan, layer: Layer, amount_fen: int) -> None:
        """A layer pays."""
        if amount_fen:
            self.funds[layer.fund] = self.funds.get(layer.fund, 0) + amount_fen
            self.count(plan, layer.accumulator, amount_fen)


def _bear_fixed(bill: _Bill, plan: Plan) -> None:
    """What the covered parts exceed the fixed price goes to the institution, the in-policy part first."""
    fixed = plan.benefit.fixed
    if fixed is None or plan.fixed_fen is None:
        return
    over_fen = max(0, sum(bill.left[_AS_LEFT.get(part, part)] for part in fixed.covers) - plan.fixed_fen)
    borne_fen = min(over_fen, max(0, bill.left["own_share"]))
    bill.left["own_share"] -= borne_fen
    bill.borne_fen += borne_fen
    if borne_fen:
        bill.tell("fixed", plan, plan.fixed_fen, borne_fen)


_AS_LEFT = {"in_policy": "own_share"}


def _deductible(bill: _Bill, plan: Plan, position_fen: int) -> tuple[int, int]:
    """The deductible for this visit and what of it is left before the bill, in fen."""
    rule = plan.benefit.deductible
    if rule is None:
        return 0, 0
    full_fen = plan.deductible_fen(bill.visit)
    name = plan.benefit.accumulates.get("deductible", "")
    if rule.per is not Per.visit:
        used_fen = bill.so_far(name) if name else position_fen
        return full_fen, max(0, full_fen - used_fen)
    open_fen = max(0, full_fen - bill.visit.stay_so_far.get("deductible", 0))
    if plan.deductible_most_fen is not None:
        open_fen = min(open_fen, max(0, plan.deductible_most_fen - bill.so_far(name)))
    return full_fen, open_fen


def _lay(bill: _Bill, plan: Plan, amount_fen: int) -> None:
    """Lay one benefit's in-policy spending and let its walking layers pay."""
    if amount_fen <= 0:
        return
    benefit, visit = plan.benefit, bill.visit
    position_fen = bill.so_far(plan.spending) if benefit.counts_year else visit.stay_so_far.get("in_policy", 0)
    full_fen, open_fen = _deductible(bill, plan, position_fen)
    met_fen = 0 if plan.lead_stopped else min(open_fen, amount_fen)
    bill.tell("deductible", plan, full_fen, open_fen - met_fen, met_fen, amount_fen)
    paid = _walk_stay(bill, plan, position_fen, amount_fen, open_fen) if visit.stay_so_far else None
    if paid is None:
        rooms = [limit.room_fen(visit, bill.accumulators, bill.increments) for limit in plan.limits]
        paid = walk(plan, position_fen, amount_fen, position_fen + open_fen, rooms, bill.recorder)
    for layer, pay_fen in zip(plan.walking, paid, strict=True):
        bill.left["own_share"] -= pay_fen
        bill.pay(plan, layer, pay_fen)
    if not plan.lead_stopped:
        bill.deductible_fen += met_fen
        bill.count(plan, benefit.accumulates.get("in_policy"), amount_fen)
        bill.count(plan, benefit.accumulates.get("deductible"), met_fen)


def _walk_stay(bill: _Bill, plan: Plan, position_fen: int, amount_fen: int, open_fen: int) -> list[int] | None:
    """What each walking layer pays of a later bill of a stay: of the whole stay, less what it paid of the earlier bills.

    So that bills in between add up to one whole settlement to the fen, however each would have rounded. None where it is
    not known what each layer paid, or where other bills in between moved the year so that a payer would have to give
    back: then the bill is laid by itself.
    """
    so_far = bill.visit.stay_so_far
    if any(layer.layer_id not in so_far for layer in plan.walking):
        return None
    before = [so_far[layer.layer_id] for layer in plan.walking]
    spent_fen, met_fen = so_far.get("in_policy", 0), so_far.get("deductible", 0)
    start_fen = max(0, position_fen - spent_fen)
    rooms = [
        max(0, limit.left_fen(bill.visit, bill.accumulators, bill.increments) + sum(before[n] for n in limit.members))
        for limit in plan.limits
    ]
    told: Recorder | None = None if bill.recorder is None else []
    whole = walk(plan, start_fen, spent_fen + amount_fen, start_fen + met_fen + open_fen, rooms, told)
    paid = [each - earlier for each, earlier in zip(whole, before, strict=True)]
    if min(paid, default=0) < 0 or sum(paid) > amount_fen:
        return None
    if bill.recorder is not None and told is not None:
        bill.recorder.extend(told)
        bill.tell("earlier", plan, [(layer, fen) for layer, fen in zip(plan.walking, before, strict=True) if fen])
    return paid


def _segments_fen(plan: Plan, ratios: Sequence[tuple[int, int]], start_fen: int, end_fen: int) -> int:
    """What the segments of a layer on the person's burden come to between two points."""
    at_fen = start_fen
    pay_fen = exact = 0
    for up_to_fen, ratio_bp in ratios:
        stop_fen = min(end_fen, up_to_fen)
        if stop_fen > at_fen:
            exact += (stop_fen - at_fen) * ratio_bp
            pay_fen += divide_half_up((stop_fen - at_fen) * ratio_bp, BP)
            at_fen = stop_fen
    return divide_half_up(exact, BP) if plan.rounds_once else pay_fen


def _after(bill: _Bill, plan: Plan) -> None:
    """Let the layers on the person's burden pay, each on what is left, and take it off ``left``."""
    left = bill.left
    for layer, limits, ratios in zip(plan.after, plan.after_limits, plan.after_ratios, strict=True):
        lifted_fen = max(0, min(bill.deductible_fen, left["own_share"])) if "above_deductible" in layer.base else 0
        parts = [_BURDEN.get(part, part) for part in layer.base]
        base_fen = max(0, sum(left[part] for part in parts) - lifted_fen)
        start_fen = 0
        if layer.counted_by is not None:
            start_fen = bill.so_far(layer.counted_by)
            bill.count(plan, layer.counted_by, base_fen)
        if layer.fund in plan.stopped:
            continue
        end_fen, threshold_fen = start_fen + base_fen, layer.threshold_fen(plan.who)
        stay_fen = max(0, start_fen - bill.visit.stay_so_far.get(f"{layer.layer_id}.base", 0))
        start_fen = min(end_fen, max(start_fen, threshold_fen))
        pay_fen = _segments_fen(plan, ratios, start_fen, end_fen)
        earlier_fen = bill.visit.stay_so_far.get(layer.layer_id)
        if earlier_fen is not None and layer.counted_by is not None:
            # As in ``_walk_stay``: of the whole stay, less what was paid of its earlier bills.
            whole_fen = _segments_fen(plan, ratios, min(end_fen, max(stay_fen, threshold_fen)), end_fen)
            pay_fen = whole_fen - earlier_fen if 0 <= whole_fen - earlier_fen <= end_fen - start_fen else pay_fen
        room_fen = None
        for limit in limits:
            room = limit.room_fen(bill.visit, bill.accumulators, bill.increments)
            room_fen = room if room_fen is None else min(room, room_fen)
        if room_fen is not None:
            pay_fen = min(pay_fen, room_fen)
            room_fen -= pay_fen
        rest_fen = pay_fen
        for part in parts:
            taken_fen = max(0, min(rest_fen, left[part]))
            left[part] -= taken_fen
            rest_fen -= taken_fen
        bill.pay(plan, layer, pay_fen - rest_fen)
        bill.tell("after", plan, layer, start_fen, end_fen - start_fen, pay_fen - rest_fen, room_fen)


_BURDEN = {"above_deductible": "own_share"}


class _Pots:
    """The account's pots and the relative's aid while they pay: what is left in each, and what each has paid."""

    def __init__(self, current_fen: int, past_fen: int, aid_fen: int, use: AccountUse) -> None:
        self.use = use
        self.rests = {"current": max(0, current_fen), "past": max(0, past_fen)}
        self.paid = {"current": 0, "past": 0}
        self.aid_left_fen = max(0, aid_fen) if use is AccountUse.mutual_aid else 0
        self.aid_paid_fen = 0

    def pay(self, plan: Plan, turn: AccountTurn, unpaid: dict[str, int]) -> int:
        """Pay by the rules of one place in the order, off the parts they name; returns the sum.

        The person's own pots pay first; what they leave, the relative's account may pay (家庭共济).
        """
        if self.use is AccountUse.none:
            return 0
        total_fen = 0
        for rule in plan.accounts:
            if rule.turn is not turn or AccountUse.own not in rule.uses:
                continue
            whole_fen = max(0, sum(unpaid.values()))
            for part in rule.pays:
                for pot in rule.pots:
                    pays_fen = max(0, min(self.rests[pot], unpaid[part], whole_fen))
                    self.rests[pot] -= pays_fen
                    self.paid[pot] += pays_fen
                    unpaid[part] -= pays_fen
                    whole_fen -= pays_fen
                    total_fen += pays_fen
        return total_fen + (self._aid(plan, turn, unpaid) if self.aid_left_fen else 0)

    def _aid(self, plan: Plan, turn: AccountTurn, unpaid: dict[str, int]) -> int:
        before_fen = self.aid_paid_fen
        for rule in plan.accounts:
            if rule.turn is not turn or AccountUse.mutual_aid not in rule.uses:
                continue
            whole_fen = max(0, sum(unpaid.values()))
            for part in rule.pays:
                pays_fen = max(0, min(self.aid_left_fen, unpaid[part], whole_fen))
                self.aid_left_fen -= pays_fen
                self.aid_paid_fen += pays_fen
                unpaid[part] -= pays_fen
                whole_fen -= pays_fen
        return self.aid_paid_fen - before_fen


def _streams(plan: Plan, parts: Sequence[LineSplit], readings: Sequence[LineReading] | None) -> dict[str, int]:
    """The in-policy sums by benefit, the visit's own first; all in it where any would be negative."""
    own = plan.benefit.benefit_id
    if readings is None:
        return {own: sum([part.in_policy_fen for part in parts])}
    sums = {own: 0}
    for part, reading in zip(parts, readings, strict=True):
        name = reading.benefit or own
        sums[name] = sums.get(name, 0) + part.in_policy_fen
    if len(sums) > 1 and min(sums.values()) < 0:
        return {own: sum(sums.values())}
    return sums


def _run(bill: _Bill, plan: Plan, streams: dict[str, int], pots: _Pots) -> int:
    """Fixed price, account before the deductible, layers; returns what the account paid before."""
    own = plan.benefit.benefit_id
    if plan.fixed_fen is not None:
        before_fen = bill.borne_fen
        _bear_fixed(bill, plan)
        streams[own] -= bill.borne_fen - before_fen
    first_fen = 0
    if plan.accounts_first:
        unpaid = {"own_share": bill.left["own_share"]}
        first_fen = pots.pay(plan, AccountTurn.before_deductible, unpaid)
        bill.left["own_share"] -= first_fen
        bill.tell("account_first", plan, first_fen)
        rest_fen = first_fen
        for name, amount_fen in list(streams.items()):
            taken_fen = min(rest_fen, max(0, amount_fen))
            streams[name] = amount_fen - taken_fen
            rest_fen -= taken_fen
    in_policy_fen = sum(streams.values())
    for name, amount_fen in streams.items():
        _lay(bill, plan if name == own else plan.other(bill.policy, name), amount_fen)
    if not plan.lead_stopped:
        if plan.after:
            _after(bill, plan)
        if in_policy_fen > 0:
            for part, name in plan.accumulates:
                if part in bill.left:
                    bill.count(plan, name, bill.left[part] + (first_fen if part == "own_share" else 0))
    return first_fen


def split(
    policy: Policy,
    person: PersonFacts,
    visit: VisitFacts,
    lines: Sequence[BillLine],
    accumulators: Mapping[str, int],
    *,
    account_balance_fen: int,
    account_use: AccountUse,
    past_account_balance_fen: int = 0,
    aid_fen: int = 0,
    recorder: Recorder | None = None,
) -> Split:
    """Who pays how many fen of a bill. Pure; all identities of the glossary hold to the fen.

    ``accumulators`` is the policy year so far; the balances are what the current and past years' pots of the person's
    account hold, ``aid_fen`` what a relative's account may give (mutual aid). ``recorder`` takes the explanation's events. Raises
    LookupError for an encounter kind outside ``policy.encounter_kinds``: the caller refuses such a visit before.
    """
    plan = plan_for(policy, person, visit)
    parts, readings = plan.lines.split(lines, told=recorder is not None)
    first_share_fen = sum([part.first_share_fen for part in parts])
    over_limit_fen = sum([part.over_limit_fen for part in parts])
    excluded_fen = sum([part.excluded_fen for part in parts])
    bill = _Bill(policy, visit, accumulators, recorder)
    if recorder is not None and readings is not None:
        recorder.extend(("line", plan, *each) for each in zip(lines, parts, readings, strict=True))
    streams = _streams(plan, parts, readings)
    in_policy_fen = sum(streams.values())
    bill.left = {"own_share": in_policy_fen, "first_share": first_share_fen}
    bill.left |= {"over_limit": over_limit_fen, "excluded": excluded_fen}
    for part in parts:
        if part.institution_borne_fen:
            bill.left["over_limit" if part.over_limit_fen else "excluded"] -= part.institution_borne_fen
            bill.borne_fen += part.institution_borne_fen
    pots = _Pots(account_balance_fen, past_account_balance_fen, aid_fen, account_use)
    first_fen = _run(bill, plan, streams, pots)
    if account_use is not AccountUse.none:
        unpaid = dict(bill.left)
        if unpaid["excluded"]:
            unpaid["excluded"] -= sum([one.amount_fen for one in lines if one.wellness])
        pots.pay(plan, AccountTurn.after_funds, unpaid)
    bill.left["own_share"] += first_fen
    sums = {"excluded_fen": excluded_fen, "over_limit_fen": over_limit_fen, "first_share_fen": first_share_fen}
    return _answer(bill, sums | {"in_policy_fen": in_policy_fen}, parts, pots)


def _answer(bill: _Bill, sums: dict[str, int], parts: tuple[LineSplit, ...], pots: _Pots) -> Split:
    """The split, from what the bill came to."""
    account_fen = sum(pots.paid.values()) + pots.aid_paid_fen
    fund_total_fen = sum(bill.funds.values())
    fee_total_fen = sum(sums.values())
    person_total_fen = fee_total_fen - fund_total_fen - bill.borne_fen
    bill.tell("left", bill.left, bill.borne_fen, account_fen, pots.aid_paid_fen, person_total_fen - account_fen)
    after = dict(bill.accumulators)
    for name, amount_fen in bill.increments.items():
        after[name] = after.get(name, 0) + amount_fen
    return Split(
        fee_total_fen=fee_total_fen,
        deductible_fen=bill.deductible_fen,
        funds_fen=bill.funds,
        fund_total_fen=fund_total_fen,
        institution_borne_fen=bill.borne_fen,
        person_total_fen=person_total_fen,
        own_share_fen=bill.left["own_share"],
        personal_account_fen=account_fen,
        mutual_aid_fen=pots.aid_paid_fen,
        cash_fen=person_total_fen - account_fen,
        past_account_fen=pots.paid["past"],
        lines=parts,
        accumulators_after=after,
        **sums,
    )


def reversal_delta(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What a reversal adds to the accumulators: the settlement's own increments, negated; zero ones are left out.

    A split only ever adds to accumulators (``after = before + increments``), never sets or drops one, so taking the
    increments away restores the map that a run without the settlement would have had, provided that none of the later
    settlements was computed on it: latest first is the settlement room's to enforce.
    """
    return {name: before.get(name, 0) - now for name, now in after.items() if now != before.get(name, 0)}
