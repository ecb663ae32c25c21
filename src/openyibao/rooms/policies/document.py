"""A policy document read: YAML text → checked → ``Policy``, or every fault with its path, line and what was expected.

Amounts are read from the text as yuan with at most two decimals and ratios as per cent, never through a float. First
the shape is checked (all faults at once); a document of the right shape is then checked for sense: names that lead
nowhere, rows and segments nobody reaches, sorts of person nobody speaks of, shares above the whole. 中文: 政策文档。
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import combinations, product
from typing import Any

import msgspec
import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from openyibao.kit.money import BP, parse_yuan
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.institutions import InstitutionLevel
from openyibao.rooms.people import InsuranceType, PersonCategory
from openyibao.rooms.policies import records as r

_PARTS = ("in_policy", "deductible", "first_share", "own_share", "over_limit", "excluded")
_ACCOUNT_PARTS = ("own_share", "first_share", "over_limit", "excluded")
_LABEL_PARTS = ("fee_total", "fund_total", "person_total", *_PARTS, *r.Fund)


class DocumentFault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a policy document: where (path, line from 1) and what was expected there."""

    path: str
    line: int
    zh: str
    en: str


class _Faults:
    """Gathers faults, and remembers on which line each path stands."""

    def __init__(self) -> None:
        self.found: list[DocumentFault] = []
        self.lines: dict[str, int] = {"": 1}

    def at(self, path: str, zh: str, en: str) -> None:
        """Note a fault; a path that isn't in the text is shown at the line of what holds it."""
        where = path
        while where not in self.lines:
            where = where[: max(where.rfind("."), where.rfind("["), 0)]
        self.found.append(DocumentFault(path=path, line=self.lines[where], zh=zh, en=en))


_Read = Callable[[_Faults, Node, str], Any]
"""Reads a node; a faulty one is noted and read as None, which nobody looks at, since a faulty document is no policy."""


def _parsed(parse: Callable[[str], Any], zh: str, en: str) -> _Read:
    def read(faults: _Faults, node: Node, path: str) -> Any:
        faults.lines[path] = node.start_mark.line + 1
        text = node.value if isinstance(node, ScalarNode) else ""
        try:
            return parse(text)
        except (ValueError, KeyError):
            faults.at(path, f"应为{zh}，现为 {text[:40]!r}", f"expected {en}, found {text[:40]!r}")

    return read


def _choice(words: Iterable[str]) -> _Read:
    known = {str(word): word for word in words}
    return _parsed(known.__getitem__, f" {', '.join(known)} 之一", f"one of {', '.join(known)}")


def _matching(pattern: str, zh: str, en: str, convert: Callable[[str], Any] = str) -> _Read:
    def parse(text: str) -> Any:
        if not re.fullmatch(pattern, text):
            raise ValueError
        return convert(text)

    return _parsed(parse, zh, en)


def _many(read: _Read) -> _Read:
    def read_all(faults: _Faults, node: Node, path: str) -> Any:
        faults.lines[path] = node.start_mark.line + 1
        if isinstance(node, SequenceNode) and node.value:
            return tuple(read(faults, child, f"{path}[{number}]") for number, child in enumerate(node.value))
        return faults.at(path, "应为非空列表", "expected a list with at least one entry")

    return read_all


def _pairs(faults: _Faults, node: Node, path: str, known: Sequence[str] | None) -> dict[str, tuple[str, Node]] | None:
    """The entries of a mapping as key → (path, node); faults for anything else, double and unknown keys."""
    faults.lines[path] = node.start_mark.line + 1
    if not isinstance(node, MappingNode):
        faults.at(path, "应为键值对", f"expected a mapping of {', '.join(known or ('names',))}")
        return None
    found: dict[str, tuple[str, Node]] = {}
    for key_node, child in node.value:
        key = str(key_node.value)[:60]
        here = f"{path}.{key}" if path else key
        faults.lines[here] = key_node.start_mark.line + 1
        if key in found:
            faults.at(here, "键重复", "this key is given twice")
        elif known is not None and key not in known:
            faults.at(here, f"未知的键，可用: {', '.join(known)}", f"unknown key, expected one of {', '.join(known)}")
        else:
            found[key] = (here, child)
    return found


def _named(read: _Read, known: Sequence[str] | None = None) -> _Read:
    def read_all(faults: _Faults, node: Node, path: str) -> Any:
        found = _pairs(faults, node, path, known) or {}
        return {key: read(faults, child, here) for key, (here, child) in found.items()}

    return read_all


def _struct(kind: type[msgspec.Struct], /, **keys: _Read | tuple[str, _Read]) -> _Read:
    """Reads a mapping as a record. A key that isn't the field's name gives the field beside its reader."""
    fields = {key: (key, it) if not isinstance(it, tuple) else it for key, it in keys.items()}
    needed = {field.name for field in msgspec.structs.fields(kind) if field.required}

    def read_it(faults: _Faults, node: Node, path: str) -> Any:
        found = _pairs(faults, node, path, tuple(fields))
        if found is None:
            return None
        missing = [key for key, (name, _) in fields.items() if name in needed and key not in found]
        for key in missing:
            faults.at(path, f"缺少 {key}", f"expected the key {key}")
        made = {fields[key][0]: fields[key][1](faults, child, here) for key, (here, child) in found.items()}
        return None if missing else kind(**made)

    return read_it


def _month_and_day(text: str) -> tuple[int, int]:
    on = date.fromisoformat(f"2023-{text}")  # a year without 29 February: a year must not start on it
    return on.month, on.day


_text = _matching(r"[^\0]{1,500}", "文字", "a text of 1 to 500 characters")
_name = _matching(r"[a-z][a-z0-9_]{0,59}", "小写英文名", "a name in lower case letters")
_yuan = _matching(r"[0-9.]+", "元，最多两位小数", "yuan with at most two decimals", parse_yuan)
_per_cent = _matching(
    r"(100|[0-9]{1,2}(\.[0-9]{1,2})?)%", " 0% 到 100%", "a ratio from 0% to 100%", lambda text: parse_yuan(text[:-1])
)
_day = _parsed(date.fromisoformat, "日期", "a date such as 2025-01-01")
_per = ("per_year", _parsed({"year": True, "visit": False}.__getitem__, " year 或 visit", "year or visit"))
_words = _struct(r.Words, zh=_text, en=_text)
_cite = _struct(r.Cite, source=_text, article=_text, confidence=_choice(r.Confidence), note=_text)
_when = _struct(
    r.When,
    kind=_many(_choice(EncounterKind)),
    level=_many(_choice(InstitutionLevel)),
    category=_many(_choice(PersonCategory)),
    group=_many(_name),
)
_amounts = _many(_struct(r.AmountRow, amounts=("amounts_fen", _many(_yuan)), when=_when, cite=_cite))
_segment = _struct(r.Segment, up_to=("up_to_fen", _yuan), ratio=("ratio_bp", _per_cent), cite=_cite)
_layer = _struct(
    r.Layer,
    id=("layer_id", _name),
    title=_words,
    fund=_choice(r.Fund),
    pays=("mode", _choice(r.LayerMode)),
    base=_choice(r.LayerBase),
    when=_when,
    cite=_cite,
    ratios=_many(_struct(r.SegmentRow, segments=_many(_segment), when=_when, cite=_cite)),
    thresholds=_amounts,
    own_share_factors=_many(_struct(r.RatioRow, ratio=("ratio_bp", _per_cent), when=_when, cite=_cite)),
    ceiling=_struct(r.Ceiling, per=_per, of=_many(_name), rows=_amounts, cite=_cite),
    after_ceiling_of=_name,
    accumulator=_name,
    counted_by=_name,
)
_benefit = _struct(
    r.Benefit,
    id=("benefit_id", _name),
    title=_words,
    kinds=_many(_choice(EncounterKind)),
    counts=("counts_year", _per[1]),
    accumulates=_named(_name, _PARTS),
    deductible=_struct(r.Deductible, per=_per, rows=_amounts, cite=_cite),
    layers=_many(_layer),
)
_label = _struct(r.Label, title=_words, plus=_many(_choice(_LABEL_PARTS)), minus=_many(_choice(_LABEL_PARTS)))
_policy = _struct(
    r.Policy,
    policy=("policy_id", _matching(r"[a-z][a-z0-9-]{0,59}", "小写英文名", "a name in lower case letters")),
    title=_words,
    area=_matching(r"[1-9][0-9]{5}", "六位区划码", "a six-digit area code", int),
    insurance=_choice(InsuranceType),
    valid_from=_day,
    valid_until=_day,
    confidence=_choice(r.Confidence),
    categories=_many(_choice(PersonCategory)),
    policy_year=("policy_year_starts", _parsed(_month_and_day, "月-日（如 01-01）", "a month and day such as 01-01")),
    rounding=_choice(["segment"]),
    documents=_many(_text),
    sources=_named(_struct(r.Source, title=_text, where=_text, as_of=_text)),
    accumulators=_named(_words),
    account=_struct(r.AccountRule, pays=_many(_choice(_ACCOUNT_PARTS))),
    labels=_many(_label),
    benefits=_many(_benefit),
)


def read_document(text: str) -> r.Policy | tuple[DocumentFault, ...]:
    """The policy a document says, or all that is wrong with it, in the order of its lines. Never raises for bad text."""
    faults = _Faults()
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return (DocumentFault(path="", line=line, zh="不是有效的 YAML", en=f"not YAML: {error.problem}"),)
    except (yaml.YAMLError, RecursionError):
        return (DocumentFault(path="", line=1, zh="不是有效的 YAML", en="not YAML: a character or a depth it forbids"),)
    policy: r.Policy | None = None if node is None else _policy(faults, node, "")
    if node is None:
        faults.at("", "文档为空", "the document is empty")
    if policy is not None and not faults.found:
        _Sense(policy, faults).check()
    if policy is None or faults.found:
        return tuple(sorted(faults.found, key=lambda fault: fault.line))
    return policy


def find_overlaps(policies: Sequence[r.Policy]) -> tuple[tuple[r.Policy, r.Policy], ...]:
    """Pairs of policies that both speak for one area, insurance and encounter kind on some day."""

    def meet(a: r.Policy, b: r.Policy) -> bool:
        same = a.area == b.area and a.insurance == b.insurance and bool(set(a.encounter_kinds) & set(b.encounter_kinds))
        return same and a.valid_from <= (b.valid_until or date.max) and b.valid_from <= (a.valid_until or date.max)

    return tuple(pair for pair in combinations(policies, 2) if meet(*pair))


class _Sense:
    """Checks a document of the right shape for sense; paths as in the text."""

    def __init__(self, policy: r.Policy, faults: _Faults) -> None:
        self.policy = policy
        self.fault = faults.at
        self.sums_used: set[str] = set()

    def check(self) -> None:
        """Everything, benefit by benefit."""
        policy = self.policy
        if policy.valid_until is not None and policy.valid_until < policy.valid_from:
            self.fault("valid_until", "早于 valid_from", "expected a day not before valid_from")
        self._cites(msgspec.to_builtins(policy.benefits), "benefits")
        kinds: set[str] = set()
        for number, benefit in enumerate(policy.benefits):
            path = f"benefits[{number}]"
            if twice := kinds & set(benefit.kinds):
                self.fault(
                    f"{path}.kinds", "与前面的待遇重复", f"{', '.join(sorted(twice))} stands in an earlier benefit too"
                )
            kinds |= set(benefit.kinds)
            self._benefit(benefit, path)

    def _cites(self, found: Any, path: str) -> None:
        """Every cite in the tree names a source of the document."""
        if isinstance(found, dict):
            if (source := (found.get("cite") or {}).get("source")) and source not in self.policy.sources:
                known = ", ".join(self.policy.sources)
                self.fault(
                    f"{path}.cite.source", f"未列出的来源，可用: {known}", f"expected one of the sources {known}"
                )
            for key, child in found.items():
                self._cites(child, f"{path}.{key}")
        elif isinstance(found, (list, tuple)):
            for number, child in enumerate(found):
                self._cites(child, f"{path}[{number}]")

    def _sum(self, name: str | None, path: str, *, fresh: bool = True) -> None:
        if name is None:
            return
        if name not in self.policy.accumulators or not name.endswith("_fen"):
            self.fault(path, "未列出的累计项", "expected the name of an accumulator of this document, ending in _fen")
        elif fresh and name in self.sums_used:
            self.fault(path, "累计项重复使用", "this accumulator already counts something else")
        self.sums_used |= {name} if fresh else set()

    def _whos(self, benefit: r.Benefit, when: r.When) -> list[r.Who]:
        """Every sort of person and visit a layer is for; a layer for groups is asked with its first one."""
        groups = when.group[:1]
        everyone = product(benefit.kinds, map(str, InstitutionLevel), self.policy.categories)
        return [who for kind, level, category in everyone if when.holds(*(who := (kind, level, category, groups)))]

    def _rows(self, rows: Sequence[Any], path: str, whos: Sequence[r.Who], *, whole: bool = True) -> None:
        """No row behind one that takes everybody before it, and (``whole``) nobody without a row."""
        open_whos = list(whos)
        for number, row in enumerate(rows):
            if row.when.group:  # groups are for some persons: such a row neither needs nor takes a whole sort
                continue
            if not any(row.when.holds(*who) for who in open_whos):
                self.fault(f"{path}[{number}]", "此行永远用不到", "nobody reaches this row: earlier rows take them all")
            open_whos = [who for who in open_whos if not row.when.holds(*who)]
        if whole and open_whos:
            kind, level, category, _ = open_whos[0]
            self.fault(path, f"缺少 {kind}/{level}/{category} 的行", f"expected a row for {kind}, {level}, {category}")

    def _benefit(self, benefit: r.Benefit, path: str) -> None:
        for part, name in benefit.accumulates.items():
            self._sum(name, f"{path}.accumulates.{part}")
        if benefit.counts_year and "in_policy" not in benefit.accumulates:
            self.fault(
                f"{path}.counts", "需要 accumulates.in_policy", "expected accumulates.in_policy, to count a year by"
            )
        lowest_fen = 0
        if (deductible := benefit.deductible) is not None:
            if deductible.per_year and not benefit.counts_year and "deductible" not in benefit.accumulates:
                self.fault(f"{path}.deductible.per", "需要 accumulates.deductible", "expected accumulates.deductible")
            self._rows(deductible.rows, f"{path}.deductible.rows", self._whos(benefit, r.When()))
            lowest_fen = min(min(row.amounts_fen) for row in deductible.rows)
        ceilings: set[str] = set()
        ids: set[str] = set()
        for number, layer in enumerate(benefit.layers):
            here = f"{path}.layers[{number}]"
            if layer.layer_id in ids:
                self.fault(f"{here}.id", "层名重复", "this id is taken by an earlier layer")
            ids.add(layer.layer_id)
            if layer.after_ceiling_of is not None and layer.after_ceiling_of not in ceilings:
                self.fault(
                    f"{here}.after_ceiling_of", "应为前面有封顶线的层", "expected an earlier layer with a ceiling"
                )
            ceilings |= {layer.layer_id} if layer.ceiling else set()
            self._layer(benefit, layer, here, lowest_fen if layer.thresholds is None else 0)
        self._shares(benefit, path)

    def _layer(self, benefit: r.Benefit, layer: r.Layer, path: str, starts_fen: int) -> None:
        whos = self._whos(benefit, layer.when)
        if not whos:
            self.fault(f"{path}.when", "无人适用", "nobody of this benefit is meant")
            return
        self._rows(layer.ratios, f"{path}.ratios", whos)
        self._rows(layer.thresholds or (), f"{path}.thresholds", whos, whole=False)
        self._sum(layer.accumulator, f"{path}.accumulator")
        self._sum(layer.counted_by, f"{path}.counted_by")
        on_spending = layer.base is r.LayerBase.in_policy
        if not on_spending and (layer.mode is r.LayerMode.up_to or layer.after_ceiling_of):
            self.fault(
                f"{path}.base", "此基数只能 share 或 points", "a layer on the own share can only pay share or points"
            )
        if on_spending and layer.counted_by:
            self.fault(f"{path}.counted_by", "仅用于自付部分的层", "only a layer on the own share is counted so")
        if (ceiling := layer.ceiling) is not None:
            for number, name in enumerate(ceiling.of):
                self._sum(name, f"{path}.ceiling.of[{number}]", fresh=False)
            if ceiling.per_year and layer.accumulator not in ceiling.of:
                self.fault(f"{path}.ceiling", "of 应含本层累计项", "expected `of` to name this layer's own accumulator")
        for number, row in enumerate(layer.ratios):
            self._segments(row.segments, f"{path}.ratios[{number}].segments", starts_fen if on_spending else 0)
        for factor, row, number in product(layer.own_share_factors, layer.ratios, range(1)):
            if any(factor.ratio_bp * (BP - segment.ratio_bp) % BP for segment in row.segments):
                self.fault(
                    f"{path}.own_share_factors[{number}]", "结果不是整万分比", "expected whole basis points after it"
                )

    def _segments(self, segments: Sequence[r.Segment], path: str, starts_fen: int) -> None:
        for number, segment in enumerate(segments):
            last = number == len(segments) - 1
            if last != (segment.up_to_fen is None):
                self.fault(f"{path}[{number}]", "仅末段不写 up_to", "expected up_to in all segments but the last")
            elif segment.up_to_fen is not None and segment.up_to_fen <= starts_fen:
                self.fault(
                    f"{path}[{number}].up_to", "此段永远用不到", "nobody reaches this segment: it ends where it begins"
                )
            starts_fen = segment.up_to_fen or starts_fen

    def _shares(self, benefit: r.Benefit, path: str) -> None:
        """Shares that stand on one another are at most the whole for everybody, groups aside (points are cut off)."""
        for who in self._whos(benefit, r.When()):
            layers = [a for a in benefit.layers if a.mode is r.LayerMode.share and a.when.holds(*who)]
            spending = [a for a in layers if a.base is r.LayerBase.in_policy and a.after_ceiling_of is None]
            total_bp = sum(max((a.ratio_bp_in(s, who) for s in a.segments_for(who)), default=0) for a in spending)
            if total_bp > BP:
                place = ", ".join(who[:3])
                self.fault(
                    f"{path}.layers", f"{place} 合计超过 100%", f"the shares for {place} are above 100% together"
                )
                return
