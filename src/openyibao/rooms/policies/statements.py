"""A policy document told as plain statements: what `policy show` prints in tables and `policy diff` compares.

A statement has a place (benefit, layer, …), what it is about, whom it is for, and its value in words. Two documents
that say the same have the same statements. 中文: 政策条目。
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import msgspec

from openyibao.rooms.policies.conditions import AmountRow, Cite, Confidence, When
from openyibao.rooms.policies.lines import LineRule
from openyibao.rooms.policies.terms import Benefit, Ceiling, Layer, Policy, Segment
from openyibao.rooms.policies.wording import in_language, ratio_text, sum_text, when_text, word


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a document says."""

    place: str
    name: str
    who: str
    value: str
    cite: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What two documents are compared by."""
        return self.place, self.name, self.who


_NAMES = {
    "valid": ("有效期", "valid"),
    "year": ("医保年度起始", "policy year starts"),
    "rounding": ("取整", "rounding"),
    "confidence": ("可信度", "confidence"),
    "decides": ("确定待遇的日期", "deciding day"),
    "entitlement": ("待遇享受", "entitlement"),
    "kinds": ("适用", "kinds"),
    "needs": ("前提", "needs"),
    "diseases": ("病种", "diseases"),
    "deductible": ("起付线", "deductible"),
    "most": ("年度起付线累计上限", "most a year"),
    "cycle": ("结算周期", "cycle"),
    "again": ("再住院不另计起付", "readmission"),
    "fixed": ("定额", "fixed price"),
    "ratio": ("支付比例", "ratio"),
    "threshold": ("本层起付", "threshold"),
    "adjust": ("比例调整", "adjustment"),
    "ceiling": ("封顶线", "ceiling"),
    "bonus": ("连续参保提高", "bonus"),
    "begins": ("起点", "begins"),
    "base": ("基数", "base"),
    "order": ("顺序", "order"),
    "line": ("费用明细", "fee lines"),
    "added": ("另先自付", "added first share"),
    "restricted": ("限制使用", "restricted use"),
    "over": ("超限价部分", "over the limit"),
    "account": ("个人账户", "personal account"),
    "label": ("票面", "slip"),
    "general": ("总则", "general"),
    "items": ("项目", "items"),
}


class _Says:
    def __init__(self, policy: Policy, language: str) -> None:
        self.policy = policy
        self.language = language
        self.en = language == "en"

    def name(self, key: str) -> str:
        return _NAMES[key][1 if self.en else 0]

    def words(self, names: Sequence[str]) -> str:
        return ("/").join(word(name, self.language, self.policy.groups) for name in names)

    def who(self, when: When) -> str:
        return when_text(when, self.language, self.policy.groups)

    def cite(self, *cites: Cite | None) -> str:
        cite = next((cite for cite in cites if cite is not None), None)
        if cite is None:
            return ""
        said = [self.policy.sources[cite.source].title, cite.article, cite.note]
        said += [word(cite.confidence, self.language)] if cite.confidence is Confidence.illustrative else []
        return " · ".join(text for text in said if text)

    def say(self, place: str, name: str, who: str, value: str, *cites: Cite | None) -> Statement:
        return Statement(place=place, name=self.name(name), who=who, value=value, cite=self.cite(*cites))

    def general(self) -> Iterator[Statement]:
        policy, place = self.policy, self.name("general")
        until = policy.valid_until.isoformat() if policy.valid_until else "…"
        yield self.say(place, "valid", "", f"{policy.valid_from.isoformat()} – {until}")
        yield self.say(place, "confidence", "", word(policy.confidence, self.language))
        for start in policy.year_starts:
            yield self.say(place, "year", self.who(start.when), f"{start.starts[0]:02d}-{start.starts[1]:02d}")
        yield self.say(place, "rounding", "", word(policy.rounding, self.language))
        for rule in policy.decides:
            once = (
                ("起付线只计一次", "one deductible")[self.en]
                if rule.deductible_once
                else ("各段分别起付", "each part its own")[self.en]
            )
            yield self.say(
                place, "decides", self.who(rule.when), f"{word(rule.day, self.language)} · {once}", rule.cite
            )
        for entitlement in policy.entitlements:
            said = [f"{('等待', 'wait')[self.en]} {entitlement.waiting_months} {('个月', 'months')[self.en]}"]
            said += [f"{('欠费宽限', 'grace')[self.en]} {entitlement.grace_months} {('个月', 'months')[self.en]}"]
            if entitlement.newborn_days is not None:
                said += [
                    f"{('新生儿窗口', 'newborn window')[self.en]} {entitlement.newborn_days} {('天', 'days')[self.en]}"
                ]
            yield self.say(place, "entitlement", self.who(entitlement.when), " · ".join(said), entitlement.cite)
        for account in policy.account_rules:
            said = [word(account.turn, self.language), self.words(account.pots), "→ " + self.words(account.pays)]
            yield self.say(place, "account", self.who(account.when), " ".join(said), account.cite)
        for label in policy.labels:
            minus = "".join(f" − {word(part, self.language)}" for part in label.minus)
            plus = " + ".join(word(part, self.language) for part in label.plus)
            yield self.say(place, "label", in_language(label.title, self.language), plus + minus)

    def items(self) -> Iterator[Statement]:
        items, place = self.policy.items, self.name("items")
        approved, unapproved = (
            word(each, self.language) for each in (items.restricted.approved, items.restricted.unapproved)
        )
        yield self.say(
            place,
            "restricted",
            "",
            f"{('已审批', 'approved')[self.en]}: {approved}; {('未审批', 'not')[self.en]}: {unapproved}",
        )
        yield self.say(place, "over", "", word(items.over_limit, self.language))
        for row in items.added_first_share:
            yield self.say(place, "added", self.who(row.when), ratio_text(row.ratio_bp), row.cite)
        for rule in items.rules:
            yield self.say(place, "line", self._line(rule), self._effects(rule), rule.cite)

    def _line(self, rule: LineRule) -> str:
        line = rule.line
        said = ["/".join(each.upper() for each in line.payment_class), "/".join(line.code)]
        flags = {
            "negotiated": ("谈判药", "negotiated"),
            "chronic_list": ("病种目录内", "on the list"),
            "restricted": ("限制使用", "restricted"),
        }
        for flag, names in flags.items():
            value = getattr(line, flag)
            if value is not None:
                said.append(("" if value else ("非", "not ")[self.en]) + names[self.en])
        return " ".join(text for text in (*said, self.who(rule.when)) if text)

    def _effects(self, rule: LineRule) -> str:
        said = []
        if rule.excluded:
            said.append(word("excluded", self.language))
        if rule.first_share_bp is not None:
            said.append(f"{word('first_share', self.language)} {ratio_text(rule.first_share_bp)}")
        if rule.first_share_fixed_fen is not None:
            said.append(f"{word('first_share', self.language)} {sum_text(rule.first_share_fixed_fen)}")
        if rule.price_limit_fen is not None:
            said.append(f"{('限价', 'price limit')[self.en]} {sum_text(rule.price_limit_fen)}")
        if rule.most_quantity_e4 is not None:
            said.append(f"{('最多', 'at most')[self.en]} {sum_text(rule.most_quantity_e4 // 100)}")
        if rule.over_limit is not None:
            said.append(f"{word('over_limit', self.language)} → {word(rule.over_limit, self.language)}")
        if rule.benefit is not None:
            said.append(f"→ {in_language(self.policy.benefit_named(rule.benefit).title, self.language)}")
        return " · ".join(said)

    def benefit(self, benefit: Benefit) -> Iterator[Statement]:
        place = in_language(benefit.title, self.language)
        per = word("year" if benefit.counts_year else "visit", self.language)
        yield self.say(place, "kinds", self.who(benefit.when), f"{self.words(benefit.kinds)} · {per}")
        if benefit.needs:
            yield self.say(place, "needs", "", self.words(benefit.needs))
        for code, title in benefit.diseases.items():
            yield self.say(place, "diseases", code, in_language(title, self.language))
        yield from self._deductible(benefit, place)
        if benefit.fixed is not None:
            for row in benefit.fixed.rows:
                covers = self.words(benefit.fixed.covers)
                yield self.say(
                    place, "fixed", self.who(row.when), f"{self._amounts(row)} ({covers})", row.cite, benefit.fixed.cite
                )
        for number, layer in enumerate(benefit.layers, 1):
            yield from self._layer(layer, f"{place} · {in_language(layer.title, self.language)}", number)

    def _deductible(self, benefit: Benefit, place: str) -> Iterator[Statement]:
        rule = benefit.deductible
        if rule is None:
            return
        for row in rule.rows:
            per = word(rule.per, self.language)
            yield self.say(place, "deductible", self.who(row.when), f"{per} {self._amounts(row)}", row.cite, rule.cite)
        for row in rule.most_per_year:
            yield self.say(place, "most", self.who(row.when), self._amounts(row), row.cite, rule.cite)
        if rule.cycle_days is not None:
            yield self.say(place, "cycle", "", f"{rule.cycle_days} {('天', 'days')[self.en]}", rule.cite)
        if rule.readmission_days is not None:
            yield self.say(place, "again", "", f"{rule.readmission_days} {('天内', 'days')[self.en]}", rule.cite)

    def _amounts(self, row: AmountRow) -> str:
        return " → ".join(sum_text(amount) for amount in row.amounts_fen)

    def _layer(self, layer: Layer, place: str, number: int) -> Iterator[Statement]:
        whom = self.who(layer.when)
        mode = word(layer.mode, self.language)
        yield self.say(place, "order", whom, f"{number} · {word(layer.fund, self.language)} · {mode}", layer.cite)
        if layer.base:
            yield self.say(place, "base", "", self.words(layer.base), layer.cite)
        if layer.after_ceiling_of:
            after = ("封顶之后：", "after the ceiling of ")[self.en]
            yield self.say(place, "begins", "", after + layer.after_ceiling_of, layer.cite)
        for row in layer.thresholds or ():
            yield self.say(place, "threshold", self.who(row.when), self._amounts(row), row.cite, layer.cite)
        for ratios in layer.ratios:
            start_fen = 0
            for segment in ratios.segments:
                who = " ".join(text for text in (self.who(ratios.when), self._stretch(start_fen, segment)) if text)
                yield self.say(place, "ratio", who, ratio_text(segment.ratio_bp), segment.cite, ratios.cite, layer.cite)
                start_fen = segment.up_to_fen or 0
        yield from self._adjustments(layer, place)
        for ceiling in layer.ceilings:
            yield from self._ceiling(layer, ceiling, place)

    def _adjustments(self, layer: Layer, place: str) -> Iterator[Statement]:
        for each in layer.adjustments:
            said = []
            if each.own_share_bp is not None:
                said.append(f"{word('own_share', self.language)} × {ratio_text(each.own_share_bp)}")
            if each.factor_bp is not None:
                said.append(f"× {ratio_text(each.factor_bp)}")
            if each.points_bp is not None:
                said.append(f"{'+' if each.points_bp >= 0 else '−'}{ratio_text(abs(each.points_bp))}")
            yield self.say(place, "adjust", self.who(each.when), " · ".join(said), each.cite, layer.cite)

    def _ceiling(self, layer: Layer, ceiling: Ceiling, place: str) -> Iterator[Statement]:
        per = word(ceiling.per, self.language)
        together = [name for name in ceiling.of if name != layer.accumulator]
        named = "".join(f" + {in_language(self.policy.accumulators[name], self.language)}" for name in together)
        for row in ceiling.rows:
            value = f"{per} {self._amounts(row)}{named}"
            yield self.say(place, "ceiling", self.who(row.when), value, row.cite, ceiling.cite)
        if ceiling.bonus is not None:
            bonus = ceiling.bonus
            said = f"{bonus.after_years}+: {sum_text(bonus.per_year_fen)} × n ≤ {sum_text(bonus.at_most_fen)}"
            yield self.say(place, "bonus", "", said, ceiling.cite)

    def _stretch(self, start_fen: int, segment: Segment) -> str:
        if segment.up_to_fen is None:
            if not start_fen:
                return ""
            return f"{('', 'above ')[self.en]}{sum_text(start_fen)}{(' 以上', '')[self.en]}"
        return f"{sum_text(start_fen)}–{sum_text(segment.up_to_fen)}"


def list_statements(policy: Policy, language: str = "zh") -> tuple[Statement, ...]:
    """Everything a document says, in its order."""
    says = _Says(policy, language)
    return tuple(chain(says.general(), says.items(), *(says.benefit(benefit) for benefit in policy.benefits)))


def list_differences(old: Policy, new: Policy, language: str = "zh") -> tuple[str, ...]:
    """What the new document says otherwise, in sentences; empty where both say the same."""
    en = language == "en"
    before = {each.key: each for each in list_statements(old, language)}
    after = {each.key: each for each in list_statements(new, language)}

    def named(each: Statement) -> str:
        who = f" [{each.who}]" if each.who else ""
        return f"{each.place} {each.name}{who}"

    said = []
    for key in dict.fromkeys([*before, *after]):
        was, now = before.get(key), after.get(key)
        if was is None and now is not None:
            said.append(f"{named(now)}: {'new' if en else '新增'} {now.value}")
        elif now is None and was is not None:
            said.append(f"{named(was)}: {'no longer' if en else '取消'} {was.value}")
        elif was is not None and now is not None and was.value != now.value:
            said.append(f"{named(now)}: {was.value} → {now.value}")
        elif was is not None and now is not None and was.cite != now.cite:
            said.append(f"{named(now)}: {'source' if en else '依据'} {was.cite or '–'} → {now.cite or '–'}")
    return tuple(said)
