"""The split told step by step, in sentences a cashier can read out. Derived anew each time, never stored.

The arithmetic isn't done twice: ``split`` runs once more and reports what it does, and this file finds the words.
中文: 待遇计算说明。
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from openyibao.kit.money import yuan_text
from openyibao.rooms.policies.conditions import Cite, Confidence, row_for
from openyibao.rooms.policies.line_words import NONE, line_steps, per_cent_text
from openyibao.rooms.policies.lines import LineReading
from openyibao.rooms.policies.plan import Plan
from openyibao.rooms.policies.records import (
    AccountUse,
    BillLine,
    ExplainedStep,
    LineSplit,
    PersonFacts,
    Split,
    VisitFacts,
)
from openyibao.rooms.policies.rules import split
from openyibao.rooms.policies.terms import AccountTurn, Label, Layer, LayerMode, Per, Policy
from openyibao.rooms.policies.walking import Recorder

PERSON, ACCOUNT, CASH, INSTITUTION = "person", "personal_account", "cash", "institution"
"""Payers beside the funds; see ``ExplainedStep``."""

_STOPPED_WORDS = {
    "stopped": ("待遇暂停", "is stopped"),
    "waiting": ("处于等待期", "is in its waiting period"),
    "arrears": ("因欠费中断", "is stopped for arrears"),
    "account_only": (
        "在本机构不可用（仅限个人账户）",
        "is not open at this institution, which is for the personal account",
    ),
    "not_insured": ("尚未参保", "is not insured on this day"),
}
_LEFT_WORDS = {
    "excluded": ("政策范围外（自费）", "what is outside the policy"),
    "over_limit": ("超过限价部分", "the part over the price limit"),
    "first_share": ("先行自付", "the first share"),
    "own_share": ("政策范围内自付", "the own share inside the policy"),
}


def explain(
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
) -> tuple[ExplainedStep, ...]:
    """The steps of ``split`` for the same arguments, in the order in which they are taken; amounts in fen.

    The amounts of each payer sum to the split's. Raises LookupError as ``split`` does.
    """
    events: Recorder = []
    split(
        policy,
        person,
        visit,
        lines,
        accumulators,
        account_balance_fen=account_balance_fen,
        account_use=account_use,
        past_account_balance_fen=past_account_balance_fen,
        aid_fen=aid_fen,
        recorder=events,
    )
    teller = _Teller(policy)
    return tuple(step for name, *facts in events for step in getattr(teller, name)(*facts))


def label_amounts(policy: Policy, done: Split) -> tuple[tuple[Label, int], ...]:
    """The words of the area's slip (自付一 …) with their amounts in fen, as the document composes them."""
    amounts = named_amounts(done)
    return tuple(
        (label, sum(amounts.get(name, 0) for name in label.plus) - sum(amounts.get(name, 0) for name in label.minus))
        for label in policy.labels
    )


def named_amounts(done: Split) -> dict[str, int]:
    """Every amount of a split in fen by its glossary name without the unit; funds that pay nothing are left out."""
    named = {name.removesuffix("_fen"): getattr(done, name) for name in done.__struct_fields__}
    funds = {str(fund): amount_fen for fund, amount_fen in done.funds_fen.items()}
    return {name: amount for name, amount in named.items() if isinstance(amount, int)} | funds


class _Teller:
    """Finds the words for each event of the split; one method an event, named as it."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def article(self, cite: Cite | None) -> str:
        """Source, article and how sure, in one line; empty where a step stands on no parameter."""
        if cite is None:
            return ""
        words = [self.policy.sources[cite.source].title, cite.article]
        words.append("示例参数 illustrative" if cite.confidence is Confidence.illustrative else "")
        return " · ".join(word for word in words if word)

    def line(self, plan: Plan, line: BillLine, part: LineSplit, reading: LineReading) -> Iterator[ExplainedStep]:
        """Why a line isn't wholly inside the policy; nothing is said of one that is."""
        return line_steps(plan.lines, line, part, reading, self.article)

    def fixed(self, plan: Plan, price_fen: int, borne_fen: int) -> Iterator[ExplainedStep]:
        """What exceeds a fixed price."""
        rule = plan.benefit.fixed
        price, borne = yuan_text(price_fen), yuan_text(borne_fen)
        yield ExplainedStep(
            rule=f"{plan.benefit.benefit_id}.fixed",
            article=self.article(rule.cite if rule else None),
            zh=f"本次按定额 {price} 元结算，超出的 {borne} 元由医疗机构承担。",
            en=f"The visit has a fixed price of {price} yuan; the {borne} yuan above it are the institution's.",
            base_fen=price_fen + borne_fen,
            ratio_bp=None,
            amount_fen=borne_fen,
            payer=NONE,
        )

    def account_first(self, plan: Plan, paid_fen: int) -> Iterator[ExplainedStep]:
        """What the personal account pays before the deductible."""
        rule = next((r for r in plan.accounts if r.turn is AccountTurn.before_deductible), None)
        if paid_fen and rule is not None:
            paid = yuan_text(paid_fen)
            yield ExplainedStep(
                rule="account.before_deductible",
                article=self.article(rule.cite),
                zh=f"先由个人账户支付 {paid} 元，此部分不计入起付线和累计。",
                en=f"The personal account pays {paid} yuan first; they enter neither deductible nor yearly spending.",
                base_fen=paid_fen,
                ratio_bp=None,
                amount_fen=paid_fen,
                payer=NONE,
            )

    def deductible(
        self, plan: Plan, full_fen: int, left_fen: int, amount_fen: int, base_fen: int
    ) -> Iterator[ExplainedStep]:
        """What of the bill goes into the deductible, and funds that stand still."""
        paying = {layer.fund for layer in (*plan.walking, *plan.after)}
        for fund, why in sorted(plan.stopped.items()):
            if fund not in paying:
                continue
            zh, en = _STOPPED_WORDS.get(why, _STOPPED_WORDS["stopped"])
            yield ExplainedStep(
                rule="entitlement.stopped",
                article="",
                zh=f"{_fund_words(self.policy, fund)[0]}{zh}，本次不支付；个人账户仍可使用。",
                en=f"{_fund_words(self.policy, fund)[1]} {en} and pays nothing; the personal account still pays.",
                base_fen=base_fen,
                ratio_bp=None,
                amount_fen=0,
                payer=NONE,
            )
        rule = plan.benefit.deductible
        if rule is None or not full_fen or not amount_fen:
            return
        row = row_for(rule.rows, plan.who)
        spent, full, left = yuan_text(amount_fen), yuan_text(full_fen), yuan_text(left_fen)
        per = ("年度", "the year's") if rule.per is Per.year else ("本次", "this visit's")
        yield ExplainedStep(
            rule=f"{plan.benefit.benefit_id}.deductible",
            article=self.article((row and row.cite) or rule.cite),
            zh=f"{per[0]}起付线 {full} 元：本次计入 {spent} 元，尚余 {left} 元。",
            en=f"Of {per[1]} deductible of {full} yuan this bill meets {spent}; {left} are left.",
            base_fen=base_fen,
            ratio_bp=None,
            amount_fen=amount_fen,
            payer=NONE,
            left_fen=left_fen,
        )

    def part(
        self,
        plan: Plan,
        start_fen: int,
        part_fen: int,
        below: bool,
        chain: Sequence[tuple[int, int]],
        pays: Sequence[int],
        rooms: Sequence[int],
    ) -> Iterator[ExplainedStep]:
        """What each layer pays of one part of the in-policy spending."""
        if not part_fen:
            return
        span = f"{yuan_text(start_fen)}–{yuan_text(start_fen + part_fen)}"
        if not chain and not below:
            why = ("已到封顶线或待遇暂停", "ceiling reached or stopped")
            if not plan.walking:
                why = ("不在基金支付范围", "outside what the funds cover")
            yield ExplainedStep(
                rule=f"{plan.benefit.benefit_id}.uncovered",
                article="",
                zh=f"累计 {span} 元段 {yuan_text(part_fen)} 元：无基金支付（{why[0]}）。",
                en=f"Of the spending {span} no fund pays these {yuan_text(part_fen)} yuan ({why[1]}).",
                base_fen=part_fen,
                ratio_bp=None,
                amount_fen=0,
                payer=NONE,
            )
        before_bp = 0
        for (index, whole_bp), pay_fen in zip(chain, pays, strict=True):
            layer = plan.walking[index]
            left_fen = min((rooms[n] for n, limit in enumerate(plan.limits) if limit.owner == index), default=None)
            cite = layer.cite_for(plan.segment_at(layer, start_fen), plan.who)
            words = (f"累计 {span} 元段", f"of the spending {span}")
            yield self._paid(plan, layer, cite, words, part_fen, whole_bp - before_bp, pay_fen, left_fen)
            before_bp = whole_bp

    def earlier(self, plan: Plan, paid: Sequence[tuple[Layer, int]]) -> Iterator[ExplainedStep]:
        """What earlier bills of the same stay have paid already, taken off the whole stay's."""
        for layer, fen in paid:
            yield ExplainedStep(
                rule=f"{plan.benefit.benefit_id}.{layer.layer_id}.earlier",
                article="",
                zh=f"{layer.title.zh}：以上为整次住院，减去此前中途结算已支付的 {yuan_text(fen)} 元。",
                en=f"The {layer.title.en}: that is of the whole stay; {yuan_text(fen)} yuan were paid in interim settlements.",
                base_fen=fen,
                ratio_bp=None,
                amount_fen=-fen,
                payer=layer.fund,
            )

    def sums(
        self,
        plan: Plan,
        start_fen: int,
        bases: Sequence[int],
        exact: Sequence[int],
        pays: Sequence[int],
        rooms: Sequence[int],
    ) -> Iterator[ExplainedStep]:
        """What each layer pays of the whole bill, where the document rounds once."""
        for index, layer in enumerate(plan.walking):
            if not bases[index]:
                continue
            left_fen = min((rooms[n] for n, limit in enumerate(plan.limits) if limit.owner == index), default=None)
            ratio_bp, rest = divmod(exact[index], bases[index])
            cite = layer.cite_for(None, plan.who)
            words = ("政策范围内", "inside the policy")
            yield self._paid(plan, layer, cite, words, bases[index], None if rest else ratio_bp, pays[index], left_fen)

    def after(
        self, plan: Plan, layer: Layer, start_fen: int, base_fen: int, pay_fen: int, left_fen: int | None
    ) -> Iterator[ExplainedStep]:
        """What a layer on the person's own share pays."""
        ratios = {layer.ratio_bp_in(segment, plan.who) for segment in layer.segments_for(plan.who)}
        ratio_bp = ratios.pop() if len(ratios) == 1 else None
        words = ("个人负担（超过本层起付部分）", "of what is left to the person above its threshold")
        if base_fen:
            yield self._paid(plan, layer, layer.cite_for(None, plan.who), words, base_fen, ratio_bp, pay_fen, left_fen)

    def _paid(
        self,
        plan: Plan,
        layer: Layer,
        cite: Cite,
        words: tuple[str, str],
        base_fen: int,
        ratio_bp: int | None,
        pay_fen: int,
        left_fen: int | None,
    ) -> ExplainedStep:
        base, paid = yuan_text(base_fen), yuan_text(pay_fen)
        zh, en = "按分段比例", "by its segments"
        if ratio_bp is not None:
            ratio = per_cent_text(ratio_bp)
            zh, en = f"× {ratio}", f"at {ratio}"
            if layer.mode is not LayerMode.share:
                zh, en = f"再付 {ratio}", f"at {ratio} on top"
        left_zh = "" if left_fen is None else f"，封顶线尚余 {yuan_text(left_fen)} 元"
        left_en = "" if left_fen is None else f"; {yuan_text(left_fen)} are left below its ceiling"
        return ExplainedStep(
            rule=f"{plan.benefit.benefit_id}.{layer.layer_id}",
            article=self.article(cite),
            zh=f"{layer.title.zh}：{words[0]} {base} 元 {zh}，支付 {paid} 元{left_zh}。",
            en=f"The {layer.title.en} pays {paid} yuan: {base} {words[1]}, {en}{left_en}.",
            base_fen=base_fen,
            ratio_bp=ratio_bp,
            amount_fen=pay_fen,
            payer=layer.fund,
            left_fen=left_fen,
        )

    def left(
        self, left: Mapping[str, int], borne_fen: int, account_fen: int, aid_fen: int, cash_fen: int
    ) -> Iterator[ExplainedStep]:
        """What stays with the person, part by part, and how it is paid."""
        total_fen = account_fen + cash_fen

        def step(rule: str, payer: str, amount_fen: int, zh: str, en: str) -> ExplainedStep:
            return ExplainedStep(
                rule=rule,
                article="",
                zh=f"{zh} {yuan_text(amount_fen)} 元。",
                en=f"{en} {yuan_text(amount_fen)} yuan.",
                base_fen=total_fen,
                ratio_bp=None,
                amount_fen=amount_fen,
                payer=payer,
            )

        for name, (zh, en) in _LEFT_WORDS.items():
            if left[name]:
                yield step(f"person.{name}", PERSON, left[name], f"个人负担：{zh}", f"The person bears {en}:")
        if borne_fen:
            yield step("institution", INSTITUTION, borne_fen, "医疗机构承担", "The institution bears")
        if account_fen - aid_fen:
            yield step("account", ACCOUNT, account_fen - aid_fen, "个人账户支付", "The personal account pays")
        if aid_fen:
            yield step(
                "mutual_aid", ACCOUNT, aid_fen, "亲属个人账户共济支付", "A relative's account pays by mutual aid"
            )
        if cash_fen:
            yield step("cash", CASH, cash_fen, "个人现金支付", "To be paid in own money:")


def _fund_words(policy: Policy, fund: str) -> tuple[str, str]:
    """A fund's name as the document's first layer of it has it."""
    for benefit in policy.benefits:
        for layer in benefit.layers:
            if layer.fund == fund:
                return layer.title.zh, f"The {layer.title.en}"
    return fund, fund
