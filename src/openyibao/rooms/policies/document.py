"""A policy document read: YAML text → checked → ``Policy``, or every fault with its path, line and what was expected.

Amounts are read from the text as yuan with at most two decimals and ratios as per cent, never through a float. First
the shape is checked (all faults at once); a document of the right shape is then checked for sense: names that lead
nowhere, rows and segments nobody reaches, sorts of person nobody speaks of, shares above the whole. 中文: 政策文档。
"""

from __future__ import annotations

from datetime import date

import yaml

from openyibao.kit.money import parse_yuan
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.institutions import InstitutionLevel
from openyibao.rooms.people import InsuranceType, PersonCategory
from openyibao.rooms.policies import conditions as c
from openyibao.rooms.policies import records as r
from openyibao.rooms.policies import terms as t
from openyibao.rooms.policies.reading import (
    DocumentFault,
    Faults,
    choice,
    many,
    matching,
    named,
    named_choice,
    parsed,
    struct,
)
from openyibao.rooms.policies.sense import Sense

_PARTS = ("in_policy", "deductible", "first_share", "own_share", "over_limit", "excluded")
_ACCOUNT_PARTS = ("own_share", "first_share", "over_limit", "excluded")
_LABEL_PARTS = ("fee_total", "fund_total", "person_total", *_PARTS, *r.Fund)


def _month_and_day(text: str) -> tuple[int, int]:
    on = date.fromisoformat(f"2023-{text}")  # a year without 29 February: a year must not start on it
    return on.month, on.day


_text = matching(r"[^\0]{1,500}", "文字", "a text of 1 to 500 characters")
_name = matching(r"[a-z][a-z0-9_]{0,59}", "小写英文名", "a name in lower case letters")
_yuan = matching(r"[0-9.]+", "元，最多两位小数", "yuan with at most two decimals", parse_yuan)
_per_cent = matching(
    r"(100|[0-9]{1,2}(\.[0-9]{1,2})?)%", " 0% 到 100%", "a ratio from 0% to 100%", lambda text: parse_yuan(text[:-1])
)
_day = parsed(date.fromisoformat, "日期", "a date such as 2025-01-01", {"type": "string", "format": "date"})
_per = ("per_year", named_choice({"year": True, "visit": False}))
_words = struct(c.Words, zh=_text, en=_text)
_cite = struct(c.Cite, source=_text, article=_text, confidence=choice(c.Confidence), note=_text)
_when = struct(
    c.When,
    kind=many(choice(EncounterKind)),
    level=many(choice(InstitutionLevel)),
    category=many(choice(PersonCategory)),
    group=many(_name),
)
_amounts = many(struct(c.AmountRow, amounts=("amounts_fen", many(_yuan)), when=_when, cite=_cite))
_segment = struct(t.Segment, up_to=("up_to_fen", _yuan), ratio=("ratio_bp", _per_cent), cite=_cite)
_layer = struct(
    t.Layer,
    id=("layer_id", _name),
    title=_words,
    fund=choice(r.Fund),
    pays=("mode", choice(t.LayerMode)),
    base=choice(t.LayerBase),
    when=_when,
    cite=_cite,
    ratios=many(struct(t.SegmentRow, segments=many(_segment), when=_when, cite=_cite)),
    thresholds=_amounts,
    own_share_factors=many(struct(c.RatioRow, ratio=("ratio_bp", _per_cent), when=_when, cite=_cite)),
    ceiling=struct(t.Ceiling, per=_per, of=many(_name), rows=_amounts, cite=_cite),
    after_ceiling_of=_name,
    accumulator=_name,
    counted_by=_name,
)
_benefit = struct(
    t.Benefit,
    id=("benefit_id", _name),
    title=_words,
    kinds=many(choice(EncounterKind)),
    counts=("counts_year", _per[1]),
    accumulates=named(_name, _PARTS),
    deductible=struct(t.Deductible, per=_per, rows=_amounts, cite=_cite),
    layers=many(_layer),
)
_label = struct(t.Label, title=_words, plus=many(choice(_LABEL_PARTS)), minus=many(choice(_LABEL_PARTS)))
_policy = struct(
    t.Policy,
    policy=("policy_id", matching(r"[a-z][a-z0-9-]{0,59}", "小写英文名", "a name in lower case letters")),
    title=_words,
    area=matching(r"[1-9][0-9]{5}", "六位区划码", "a six-digit area code", int),
    insurance=choice(InsuranceType),
    valid_from=_day,
    valid_until=_day,
    confidence=choice(c.Confidence),
    categories=many(choice(PersonCategory)),
    policy_year=(
        "policy_year_starts",
        parsed(_month_and_day, "月-日（如 01-01）", "a month and day such as 01-01", {"type": "string"}),
    ),
    rounding=choice(["segment"]),
    documents=many(_text),
    sources=named(struct(c.Source, title=_text, where=_text, as_of=_text)),
    accumulators=named(_words),
    account=struct(t.AccountRule, pays=many(choice(_ACCOUNT_PARTS))),
    labels=many(_label),
    benefits=many(_benefit),
)


def read_document(text: str) -> t.Policy | tuple[DocumentFault, ...]:
    """The policy a document says, or all that is wrong with it, in the order of its lines. Never raises for bad text."""
    faults = Faults()
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return (DocumentFault(path="", line=line, zh="不是有效的 YAML", en=f"not YAML: {error.problem}"),)
    except (yaml.YAMLError, RecursionError):
        return (DocumentFault(path="", line=1, zh="不是有效的 YAML", en="not YAML: a character or a depth it forbids"),)
    policy: t.Policy | None = None if node is None else _policy(faults, node, "")
    if node is None:
        faults.at("", "文档为空", "the document is empty")
    if policy is not None and not faults.found:
        Sense(policy, faults).check()
    if policy is None or faults.found:
        return tuple(sorted(faults.found, key=lambda fault: fault.line))
    return policy
