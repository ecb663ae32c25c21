"""Why a line is not wholly inside the policy, in sentences. 中文: 费用明细说明。"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from openyibao.kit.money import yuan_text
from openyibao.rooms.policies.conditions import Cite
from openyibao.rooms.policies.lines import Bearer, LineReading, LineRules, excess_fen
from openyibao.rooms.policies.records import BillLine, ExplainedStep, LineSplit

NONE = "none"
"""The payer of a step by which nobody pays."""

_EXCLUDED = {
    "class_c": ("丙类，医保不支付", "class C, the insurance doesn't pay for it"),
    "restricted": ("限制使用，医院未审批，医保不支付", "restricted use without the hospital's approval, not paid"),
    "rule": ("按本地规定不在支付范围", "the area's rules leave it out"),
}


def per_cent_text(ratio_bp: int) -> str:
    """``8550`` as ``85.50%``, ``8500`` as ``85%``."""
    return yuan_text(ratio_bp).removesuffix("00").removesuffix(".") + "%"


def line_steps(
    rules: LineRules, line: BillLine, part: LineSplit, reading: LineReading, article: Callable[[Cite | None], str]
) -> Iterator[ExplainedStep]:
    """One step for each part that isn't inside the policy; ``article`` gives the words of a cite."""
    zh, en = f"第 {line.line_no} 行 {line.item_code}", f"Line {line.line_no}, {line.item_code}"
    spoke = dict(reading.rules)
    cites = {number: rule.cite for number, rule in rules.rules}

    def cite_of(*effects: str) -> Cite | None:
        return next((cites[spoke[effect]] for effect in effects if effect in spoke), None)

    def step(
        rule: str,
        base_fen: int,
        ratio_bp: int | None,
        amount_fen: int,
        say: tuple[str, str],
        cite: Cite | None = None,
        *,
        borne: bool = False,
    ) -> ExplainedStep:
        paid = yuan_text(amount_fen)
        by = ("医疗机构承担", "are the institution's") if borne else ("个人负担", "stay with the person")
        return ExplainedStep(
            rule=f"line.{rule}",
            article=article(cite),
            zh=f"{zh}：{say[0]}，{paid} 元由{by[0]}。",
            en=f"{en}: {say[1]}; {paid} yuan {by[1]}.",
            base_fen=base_fen,
            ratio_bp=ratio_bp,
            amount_fen=amount_fen,
            payer=NONE,
            line_no=line.line_no,
        )

    if line.institution_borne:
        say = ("医务人员支付资格暂停期间的费用", "charged by a practitioner whose payment standing is suspended")
        yield step("excluded", line.amount_fen, None, part.excluded_fen, say, borne=True)
        return
    if reading.why_excluded:
        cite = cite_of("excluded") if reading.why_excluded == "rule" else None
        yield step("excluded", line.amount_fen, None, part.excluded_fen, _EXCLUDED[reading.why_excluded], cite)
        return
    beyond_fen = excess_fen(line, reading)
    over, over_cite = _over_words(line, reading), cite_of("price_limit_fen", "over_limit")
    if beyond_fen:
        say = ("超过供应数量的部分", "the part beyond the quantity that is supplied")
        yield step("excluded", line.amount_fen, None, beyond_fen, say, cite_of("most_quantity_e4"))
    if part.excluded_fen - beyond_fen:
        yield step("excluded", line.amount_fen - beyond_fen, None, part.excluded_fen - beyond_fen, over, over_cite)
    if part.over_limit_fen:
        borne = reading.over_limit is Bearer.institution
        yield step("over_limit", line.amount_fen - beyond_fen, None, part.over_limit_fen, over, over_cite, borne=borne)
    rest_fen = line.amount_fen - part.over_limit_fen - part.excluded_fen
    first = cite_of("first_share_bp", "first_share_fixed_fen")
    for base_fen, ratio_bp, amount_fen, say, cite in _first_shares(rules, line, reading, rest_fen, first):
        yield step("first_share", base_fen, ratio_bp, amount_fen, say, cite)


def _first_shares(
    rules: LineRules, line: BillLine, reading: LineReading, rest_fen: int, cite: Cite | None
) -> Iterator[tuple[int, int | None, int, tuple[str, str], Cite | None]]:
    first_fen, added_fen = rules.first_shares(reading, rest_fen, line.quantity_e4)
    if first_fen and reading.first_share_fixed_fen:
        each = yuan_text(reading.first_share_fixed_fen)
        yield rest_fen, None, first_fen, (f"先行自付，每单位 {each} 元", f"{each} yuan of each unit come first"), cite
    elif first_fen:
        ratio = per_cent_text(reading.first_share_bp)
        yield rest_fen, reading.first_share_bp, first_fen, (f"先自付 {ratio}", f"{ratio} come first"), cite
    if added_fen:
        ratio = per_cent_text(rules.added_bp)
        say = (f"本地规定另先自付 {ratio}", f"by the area's rule another {ratio} come first")
        yield rest_fen - first_fen, rules.added_bp, added_fen, say, rules.added_row.cite if rules.added_row else None


def _over_words(line: BillLine, reading: LineReading) -> tuple[str, str]:
    if line.over_limit_fen is not None:
        return "超过限价的部分", "the part over the price limit"
    price = yuan_text((reading.price_limit_micro or 0) // 10_000)
    return f"超过限价（单价 {price} 元）的部分", f"the part over the price limit of {price} yuan each"
