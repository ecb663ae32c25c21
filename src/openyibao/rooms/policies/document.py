"""A policy document read: YAML text → checked → ``Policy``, or every fault with its path, line and what was expected.

Amounts are read from the text as yuan with at most two decimals and ratios as per cent, never through a float. First
the shape is checked (all faults at once); a document of the right shape is then checked for sense: names that lead
nowhere, rows and segments nobody reaches, sorts of person nobody speaks of, shares above the whole. The grammar below
is also the published JSON Schema. 中文: 政策文档。
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import yaml
from yaml.nodes import MappingNode, Node

from openyibao.kit.money import parse_yuan
from openyibao.rooms.catalogue import PaymentClass
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.institutions import InstitutionLevel
from openyibao.rooms.people import InsuranceType, PersonCategory
from openyibao.rooms.policies import conditions as c
from openyibao.rooms.policies import lines as i
from openyibao.rooms.policies import records as r
from openyibao.rooms.policies import terms as t
from openyibao.rooms.policies import timing as d
from openyibao.rooms.policies.reading import (
    Definitions,
    DocumentFault,
    Faults,
    Reader,
    TooManyPartsError,
    choice,
    either,
    many,
    matching,
    named,
    parsed,
    struct,
)
from openyibao.rooms.policies.sense import Sense

_PARTS = ("in_policy", "deductible", "first_share", "own_share", "over_limit", "excluded")
_BURDEN = ("own_share", "first_share", "over_limit", "excluded")
_SUMS = ("fee_total", "fund_total", "person_total", "institution_borne", "personal_account", "past_account", "cash")
_LABEL_PARTS = (*_SUMS, *_PARTS, *r.Fund)
_BASES = {"in_policy": (), "own_share": ("own_share",), "own_and_first_share": ("own_share", "first_share")}


def _month_and_day(text: str) -> tuple[int, int]:
    on = date.fromisoformat(f"2023-{text}")  # a year without 29 February: a year must not start on it
    return on.month, on.day


def _signed(text: str) -> int:
    return int(text[0] + "1") * parse_yuan(text[1:-1])


def _one_or_many(read: Reader) -> Reader:
    def read_all(faults: Faults, node: Node, path: str) -> Any:
        return (read(faults, node, path),) if isinstance(node, MappingNode) else many(read)(faults, node, path)

    return Reader(read_all, lambda defs: {"anyOf": [read.schema(defs), many(read).schema(defs)]})


def _as(read: Reader, convert: Callable[[Any], Any]) -> Reader:
    def read_it(faults: Faults, node: Node, path: str) -> Any:
        found = read(faults, node, path)
        return None if found is None else convert(found)

    return Reader(read_it, read.schema)


_NUMBER = ("number", "string")
_WHOLE = ("integer", "string")
_text = matching(r"[^\0]{1,500}", "文字", "a text of 1 to 500 characters", kinds=("string", "number"))
_name = matching(r"[a-z][a-z0-9_]{0,59}", "小写英文名", "a name in lower case letters")
_code = matching(r"[^\0]{1,60}", "编码", "a code of 1 to 60 characters", kinds=("string", "number"))
_yuan = matching(r"[0-9.]+", "元，最多两位小数", "yuan with at most two decimals", parse_yuan, kinds=_NUMBER)
_quantity = matching(
    r"[0-9.]+", "数量", "a quantity with at most two decimals", lambda q: parse_yuan(q) * 100, kinds=_NUMBER
)
_count = matching(r"[0-9]{1,4}", "整数", "a whole number", int, kinds=_WHOLE)
_flag = matching(
    "yes|no|true|false", " yes 或 no", "yes or no", lambda w: w in {"yes", "true"}, kinds=("boolean", "string")
)
_per_cent = matching(
    r"(100|[0-9]{1,2}(\.[0-9]{1,2})?)%", " 0% 到 100%", "a ratio from 0% to 100%", lambda text: parse_yuan(text[:-1])
)
_points = matching(
    r"[+-][0-9]{1,2}(\.[0-9]{1,2})?%", "带正负号的百分点，如 +5% 或 -10%", "signed points such as +5% or -10%", _signed
)
_day = parsed(date.fromisoformat, "日期", "a date such as 2025-01-01", {"type": "string", "format": "date"})
_words = struct(c.Words, zh=_text, en=_text)
_cite = struct(c.Cite, source=_text, article=_text, confidence=choice(c.Confidence), note=_text)
_span = struct(c.Span, **{"from": ("from_", _count), "below": ("below", _count)})
_when = struct(
    c.When,
    kind=many(choice(EncounterKind)),
    level=many(choice(InstitutionLevel)),
    category=many(choice(PersonCategory)),
    group=many(_name),
    age=_span,
    admission=_span,
    years_running=_span,
    remote=many(choice([c.LOCAL, *r.Remote])),
    disease=many(_code),
    prescription=many(choice(r.PrescriptionKind)),
    institution=many(choice(r.PlaceKind)),
    price_level=many(choice(InstitutionLevel)),
    filed=_flag,
    designated=_flag,
)
_amounts = many(struct(c.AmountRow, amounts=("amounts_fen", many(_yuan)), when=_when, cite=_cite))
_ratios = many(struct(c.RatioRow, ratio=("ratio_bp", _per_cent), when=_when, cite=_cite))
_segment = struct(t.Segment, up_to=("up_to_fen", _yuan), ratio=("ratio_bp", _per_cent), cite=_cite)
_ceiling = struct(
    t.Ceiling,
    per=choice(t.Per),
    of=many(_name),
    rows=_amounts,
    bonus=struct(t.Bonus, per_year=("per_year_fen", _yuan), after_years=_count, at_most=("at_most_fen", _yuan)),
    cite=_cite,
)
_layer = struct(
    t.Layer,
    id=("layer_id", _name),
    title=_words,
    fund=choice(r.Fund),
    pays=("mode", choice(t.LayerMode)),
    base=either(
        parsed(
            _BASES.__getitem__,
            f" {'、'.join(_BASES)} 之一，或列表",
            f"one of {', '.join(_BASES)}, or a list of parts",
            {"enum": list(_BASES)},
        ),
        many(choice(["above_deductible", *_BURDEN])),
    ),
    when=_when,
    cite=_cite,
    ratios=many(struct(t.SegmentRow, segments=many(_segment), when=_when, cite=_cite)),
    thresholds=_amounts,
    adjustments=many(
        struct(
            t.Adjustment,
            when=_when,
            own_share=("own_share_bp", _per_cent),
            factor=("factor_bp", _per_cent),
            points=("points_bp", _points),
            cite=_cite,
        )
    ),
    ceiling=("ceilings", _one_or_many(_ceiling)),
    after_ceiling_of=_name,
    accumulator=_name,
    counted_by=_name,
)
_benefit = struct(
    t.Benefit,
    id=("benefit_id", _name),
    title=_words,
    kinds=many(choice(EncounterKind)),
    when=_when,
    needs=many(choice(t.Need)),
    diseases=named(_words),
    counts=("counts_year", _as(choice(["year", "visit"]), lambda word: word == "year")),
    accumulates=named(_name, _PARTS),
    deductible=struct(
        t.Deductible,
        per=choice([t.Per.year, t.Per.visit]),
        rows=_amounts,
        most_per_year=_amounts,
        cycle_days=_count,
        readmission_days=_count,
        cite=_cite,
    ),
    fixed=struct(t.FixedPrice, rows=_amounts, covers=many(choice(["in_policy", *_BURDEN[1:]])), cite=_cite),
    layers=many(_layer),
)
_items = struct(
    i.ItemRules,
    restricted=struct(i.Restricted, approved=choice(i.Coverage), unapproved=choice(i.Coverage)),
    over_limit=choice(i.Bearer),
    added_first_share=_ratios,
    rules=many(
        struct(
            i.LineRule,
            line=struct(
                i.LineWhen,
                **{"class": ("payment_class", many(choice(PaymentClass)))},
                code=many(_code),
                negotiated=_flag,
                chronic_list=_flag,
                restricted=_flag,
            ),
            when=_when,
            excluded=_flag,
            first_share=("first_share_bp", _per_cent),
            first_share_fixed=("first_share_fixed_fen", _yuan),
            price_limit=("price_limit_fen", _yuan),
            most_quantity=("most_quantity_e4", _quantity),
            over_limit=choice(i.Bearer),
            benefit=_name,
            cite=_cite,
        )
    ),
)
_start = parsed(_month_and_day, "月-日（如 01-01）", "a month and day such as 01-01", {"type": "string"})
_label = struct(t.Label, title=_words, plus=many(choice(_LABEL_PARTS)), minus=many(choice(_LABEL_PARTS)))
_policy = struct(
    t.Policy,
    policy=("policy_id", matching(r"[a-z][a-z0-9-]{0,59}", "小写英文名", "a name in lower case letters")),
    title=_words,
    area=matching(r"[1-9][0-9]{5}", "六位区划码", "a six-digit area code", int, kinds=_WHOLE),
    insurance=choice(InsuranceType),
    valid_from=_day,
    valid_until=_day,
    confidence=choice(c.Confidence),
    categories=many(choice(PersonCategory)),
    policy_year=(
        "year_starts",
        either(
            _as(_start, lambda day: (d.YearStart(starts=day),)),
            many(struct(d.YearStart, starts=_start, when=_when)),
        ),
    ),
    decides=many(struct(d.DayRule, day=choice(d.DecidingDay), when=_when, deductible_once=_flag, cite=_cite)),
    entitlement=(
        "entitlements",
        many(
            struct(
                d.Entitlement,
                when=_when,
                waiting_months=_count,
                grace_months=_count,
                newborn_days=_count,
                stops=many(choice(r.Fund)),
                cite=_cite,
            )
        ),
    ),
    rounding=choice(["segment", "bill"]),
    documents=many(_text),
    sources=named(struct(c.Source, title=_text, where=_text, as_of=_text)),
    groups=named(_words),
    accumulators=named(_words),
    items=_items,
    account=(
        "account_rules",
        _one_or_many(
            struct(
                t.AccountRule,
                pays=many(choice(_BURDEN)),
                pots=many(choice(["current", "past"])),
                order=("turn", choice(t.AccountTurn)),
                uses=many(choice([r.AccountUse.own, r.AccountUse.mutual_aid])),
                when=_when,
                cite=_cite,
            )
        ),
    ),
    labels=many(_label),
    benefits=many(_benefit),
)


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""LibYAML where PyYAML was built with it: four hundred areas are read when a worker starts."""


def read_document(text: str) -> t.Policy | tuple[DocumentFault, ...]:
    """The policy a document says, or all that is wrong with it, in the order of its lines. Never raises for bad text."""
    faults = Faults()
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return (DocumentFault(path="", line=line, zh="不是有效的 YAML", en=f"not YAML: {error.problem}"),)
    except (yaml.YAMLError, RecursionError):
        return (DocumentFault(path="", line=1, zh="不是有效的 YAML", en="not YAML: a character or a depth it forbids"),)
    try:
        policy: t.Policy | None = None if node is None else _policy(faults, node, "")
    except TooManyPartsError:
        return (DocumentFault(path="", line=1, zh="文档展开后过大", en="the document unfolds to too many parts"),)
    if node is None:
        faults.at("", "文档为空", "the document is empty")
    if policy is not None and not faults.found:
        Sense(policy, faults).check()
    if policy is None or faults.found:
        return tuple(sorted(faults.found, key=lambda fault: fault.line))
    return _with_asks(policy)


def _with_asks(policy: t.Policy) -> t.Policy:
    """The policy with what it asks, so that persons it doesn't tell apart share one plan."""
    bonuses = [limit.bonus for b in policy.benefits for layer in b.layers for limit in layer.ceilings if limit.bonus]
    asks = c.asks_of(
        tuple(c.whens_in(policy)),
        diseases=[code for benefit in policy.benefits for code in benefit.diseases],
        years=[year for bonus in bonuses for year in bonus.years()],
    )
    return msgspec.structs.replace(policy, asks=asks)


def document_schema() -> dict[str, Any]:
    """The JSON Schema of a policy document, made from the grammar that reads it."""
    defs: Definitions = {}
    root = _policy.schema(defs)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "OpenYibao benefit policy document (待遇政策文档)",
        **root,
        "$defs": dict(sorted(defs.items())),
    }
