"""What a simulation came to, as a page without scripts and as tables (CSV). Amounts are shown in yuan. 中文: 测算结果页面。"""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from collections.abc import Iterable, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from openyibao.kit.money import divide_half_up, yuan_text
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.policies import Burden, ExplainedStep, Fund, Sort, Tally
from openyibao.rooms.settlement import ExplainedChange, Replayed
from openyibao.simulation_words import said

_TEMPLATES = Path(__file__).with_name("templates")
_BAR = 1_000
"""How wide a bar is at most, in its drawing's own units."""
_FACET_ORDERS: Mapping[str, tuple[str, ...]] = {
    "level": ("community", "primary", "secondary", "tertiary", "ministry"),
    "age_band": ("0-17", "18-44", "45-59", "60-69", "70-79", "80+", "unknown"),
    "kind": tuple(kind.value for kind in EncounterKind),
}
_OTHER_PAYERS = ("institution_borne", "personal_account", "cash")
_PAYERS = (*(fund.value for fund in Fund), *_OTHER_PAYERS)


class Bar(msgspec.Struct, frozen=True):
    """A line of a chart: whose, how far to the left (loss) or right (gain), of the drawing's units."""

    name: str
    net_fen: int
    width: int


class PayerBar(msgspec.Struct, frozen=True):
    """What one payer pays before and after, as two bars."""

    name: str
    before_fen: int
    after_fen: int
    before_width: int
    after_width: int


def write_files(replayed: Replayed, out: Path) -> list[Path]:
    """Write the page in both languages and the tables into a folder; their paths."""
    out.mkdir(parents=True, exist_ok=True)
    texts = {
        "simulation.html": page(replayed, "zh"),
        "simulation.en.html": page(replayed, "en"),
        # Excel reads Chinese in a CSV file only behind this mark.
        **{name: "\ufeff" + _table(rows) for name, rows in tables(replayed).items()},
    }
    for name, text in texts.items():
        out.joinpath(name).write_text(text, encoding="utf-8", newline="")
    return [out.joinpath(name) for name in texts]


def page(replayed: Replayed, language: str) -> str:
    """The whole page: style inside, no script, nothing loaded; its own content policy forbids all else."""
    style = _TEMPLATES.joinpath("simulation.css").read_text(encoding="utf-8")
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"yuan": grouped, "signed": signed, "count": "{:,}".format}
    gathered = replayed.gathered
    return made.get_template("simulation.html").render(
        language=language,
        t=partial(said, language=language),
        style=style,
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
        replayed=replayed,
        draft=replayed.draft,
        whole=gathered.whole,
        half=_BAR // 2,
        full=_BAR,
        payers=_payer_bars(gathered.payers, language),
        facets=[(facet, _groups(replayed, facet)) for facet in Sort._fields],
        bars=partial(_bars, language=language),
        group_name=partial(group_name, language=language),
        per_cent=_per_cent,
        each=_each,
        shares=partial(_shares, language=language),
        sentence=partial(_sentence, language=language),
    )


def tables(replayed: Replayed) -> dict[str, list[list[str]]]:
    """The CSV files by name: header first, names as in the code, amounts in yuan."""
    counts = ("settlements", "changed", "persons", "gaining", "losing")
    sums = (
        *("gained_fen", "lost_fen", "net_fen", "fund_before_fen", "fund_after_fen"),
        *("person_before_fen", "person_after_fen"),
    )
    groups = [["facet", "group", *counts, *(_yuan_head(name) for name in sums)]]
    rows = [("all", "all", replayed.gathered.whole)]
    rows += [(facet, name, tally) for facet in Sort._fields for name, tally in _groups(replayed, facet)]
    for facet, name, tally in rows:
        numbers = [str(getattr(tally, each)) for each in counts]
        groups.append([facet, name, *numbers, *(yuan_text(getattr(tally, each)) for each in sums)])
    funds = [["payer", "before_yuan", "after_yuan", "difference_yuan"]]
    funds += [
        [name, yuan_text(before), yuan_text(after), yuan_text(after - before)]
        for name, before, after in _paid(replayed.gathered.payers)
    ]
    return {"groups.csv": groups, "funds.csv": funds, "largest.csv": _largest_rows(replayed.largest)}


def _largest_rows(changes: Iterable[ExplainedChange]) -> list[list[str]]:
    sums = ("fund_total_fen", "institution_borne_fen", "person_total_fen", "personal_account_fen", "cash_fen")
    heads = [f"{_yuan_head(name).removesuffix('_yuan')}_{side}_yuan" for name in sums for side in ("before", "after")]
    rows = [["rank", "gain_yuan", *Sort._fields, "month", "fee_total_yuan", *heads, "refused"]]
    for rank, change in enumerate(changes, 1):
        both = [yuan_text(getattr(burden, name)) for name in sums for burden in (change.before, change.after)]
        start = [str(rank), yuan_text(change.gain_fen), *change.sort, f"{change.settled_on:%Y-%m}"]
        rows.append([*start, yuan_text(change.fee_total_fen), *both, change.refused or ""])
    return rows


def _table(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _yuan_head(name: str) -> str:
    return name.removesuffix("_fen") + "_yuan"


def grouped(amount_fen: int) -> str:
    """``-1234567`` fen as ``-12,345.67``."""
    whole, _, rest = yuan_text(abs(amount_fen)).partition(".")
    return f"{'−' if amount_fen < 0 else ''}{int(whole):,}.{rest}"


def signed(amount_fen: int) -> str:
    """With its sign, ``+12.00``; nothing before zero."""
    return ("+" if amount_fen > 0 else "") + grouped(amount_fen)


def group_name(facet: str, name: str, language: str) -> str:
    """A group in one language."""
    if facet != "age_band" or name == "unknown":
        return said(name, language)
    return name if language == "en" else f"{name} 岁" if "+" not in name else f"{name.removesuffix('+')} 岁及以上"


def _groups(replayed: Replayed, facet: str) -> list[tuple[str, Tally]]:
    found = {name: tally for (of, name), tally in replayed.gathered.groups.items() if of == facet}
    order = _FACET_ORDERS.get(facet, replayed.draft.categories if facet == "person_category" else ())
    return sorted(found.items(), key=lambda each: (order.index(each[0]) if each[0] in order else len(order), each[0]))


def _bars(facet: str, groups: list[tuple[str, Tally]], *, language: str) -> list[Bar]:
    most = max((abs(tally.net_fen) for _, tally in groups), default=0)
    return [
        Bar(group_name(facet, name, language), tally.net_fen, _width(abs(tally.net_fen), most, _BAR // 2))
        for name, tally in groups
    ]


def _paid(payers: Mapping[str, list[int]]) -> list[tuple[str, int, int]]:
    return [(name, *payers[name]) for name in _PAYERS if name in payers]  # type: ignore[misc]


def _payer_bars(payers: Mapping[str, list[int]], language: str) -> list[PayerBar]:
    paid = _paid(payers)
    most = max((max(before, after) for _, before, after in paid), default=0)
    return [
        PayerBar(said(name, language), before, after, _width(before, most, _BAR), _width(after, most, _BAR))
        for name, before, after in paid
    ]


def _width(amount_fen: int, most_fen: int, units: int) -> int:
    """In the drawing's units; whatever is not nothing is seen."""
    return max(4, divide_half_up(amount_fen * units, most_fen)) if amount_fen > 0 else 0


def _per_cent(before_fen: int, after_fen: int) -> str:
    """The change with a sign and one decimal; empty where there was nothing before."""
    if before_fen <= 0:
        return ""
    tenths = divide_half_up((after_fen - before_fen) * 1_000, before_fen)
    return f"{'+' if tenths > 0 else '−' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10}%"


def _each(tally: Tally) -> int:
    """What a person of the group gains in the middle, in fen."""
    return divide_half_up(tally.net_fen, tally.persons) if tally.persons else 0


def _shares(change: ExplainedChange, *, language: str) -> list[tuple[str, int, int]]:
    """Who bears the bill before and after, payer by payer."""

    def parts(burden: Burden) -> dict[str, int]:
        found = {fund.value: amount_fen for fund, amount_fen in burden.funds_fen.items()}
        return found | {name: getattr(burden, f"{name}_fen") for name in _OTHER_PAYERS}

    before, after = parts(change.before), parts(change.after)
    rows = [(said(name, language), before.get(name, 0), after.get(name, 0)) for name in _PAYERS]
    return [row for row in rows if row[1] or row[2]]


def _sentence(step: ExplainedStep, *, language: str) -> Any:
    return step.en if language == "en" else step.zh
