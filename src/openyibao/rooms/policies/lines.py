"""What the area makes of one fee line: excluded, over the limit, first share, in policy; and who bears what of it.

The order inside a line (FIELD 7): excluded · beyond the quantity that is supplied · over the price limit · first share ·
the area's added first share (for care elsewhere) · in policy. 中文: 费用明细分割。
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from openyibao.kit.money import BP, divide_half_up, line_amount_fen, share_fen
from openyibao.rooms.catalogue import PaymentClass
from openyibao.rooms.policies.conditions import Cite, RatioRow, When, Who, row_for
from openyibao.rooms.policies.records import BillLine, LineSplit


class Bearer(StrEnum):
    """Who bears the part over a price limit."""

    person = "person"
    institution = "institution"
    excluded = "excluded"


class Coverage(StrEnum):
    """Whether a line of restricted use counts."""

    covered = "covered"
    excluded = "excluded"


class LineWhen(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines a rule is for; what isn't named doesn't matter."""

    payment_class: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    """Item codes, or beginnings of them ending in ``*``."""
    negotiated: bool | None = None
    chronic_list: bool | None = None
    restricted: bool | None = None


class LineRule(msgspec.Struct, frozen=True, kw_only=True):
    """What the area makes of some lines; each effect is taken from the first rule that fits and names it."""

    line: LineWhen
    when: When = When()
    cite: Cite | None = None
    excluded: bool = False
    first_share_bp: int | None = None
    first_share_fixed_fen: int | None = None
    price_limit_fen: int | None = None
    most_quantity_e4: int | None = None
    over_limit: Bearer | None = None
    benefit: str | None = None


class Restricted(msgspec.Struct, frozen=True, kw_only=True):
    """What restricted use comes to with the hospital's approval and without (限制使用 x 医院审批)."""

    approved: Coverage = Coverage.covered
    unapproved: Coverage = Coverage.excluded


class ItemRules(msgspec.Struct, frozen=True, kw_only=True):
    """The area's rules of fee lines. ``added_first_share`` is taken off what a line still has inside the policy."""

    restricted: Restricted = Restricted()
    over_limit: Bearer = Bearer.person
    rules: tuple[LineRule, ...] = ()
    added_first_share: tuple[RatioRow, ...] = ()


_HALF_UP = BP // 2


class LineReading(NamedTuple):
    """What the rules come to for one line, and which of them spoke (by effect), for the explanation."""

    why_excluded: str = ""
    """``class_c``, ``restricted``, ``rule`` or empty."""
    first_share_bp: int = 0
    first_share_fixed_fen: int = 0
    price_limit_micro: int | None = None
    most_quantity_e4: int | None = None
    over_limit: Bearer = Bearer.person
    benefit: str | None = None
    rules: tuple[tuple[str, int], ...] = ()


class LineRules:
    """The rules of the items for one sort of person and visit."""

    def __init__(self, items: ItemRules, who: Who) -> None:
        self.rules = tuple((n, rule) for n, rule in enumerate(items.rules) if rule.when.holds(who))
        row: RatioRow | None = row_for(items.added_first_share, who)
        self.added_row = row
        self.added_bp = 0 if row is None else row.ratio_bp
        self.restricted = items.restricted
        self.over_limit = items.over_limit
        self.plain = not self.rules and not self.added_bp and items.over_limit is Bearer.person

    def reading(self, line: BillLine) -> LineReading:
        """What the rules come to for a line; where none speaks, the catalogue's word stands."""
        found: dict[str, object] = {}
        spoke = []
        for number, rule in self.rules:
            if not _fits(rule.line, line):
                continue
            for effect in _EFFECTS:
                said = getattr(rule, effect)
                if said is not None and said is not False and effect not in found:
                    found[effect] = said
                    spoke.append((effect, number))
        why = "rule" if "excluded" in found else ""
        if line.payment_class is PaymentClass.c:
            why = "class_c"
        elif line.restricted:
            approved = self.restricted.approved if line.hospital_approved else self.restricted.unapproved
            why = "restricted" if approved is Coverage.excluded else why
        own = "first_share_bp" not in found and "first_share_fixed_fen" not in found
        own = own and line.payment_class is PaymentClass.b
        limit_fen = found.get("price_limit_fen")
        return LineReading(
            why_excluded=why,
            first_share_bp=line.first_share_bp if own else found.get("first_share_bp", 0),  # type: ignore[arg-type]
            first_share_fixed_fen=line.first_share_fixed_fen if own else found.get("first_share_fixed_fen", 0),  # type: ignore[arg-type]
            price_limit_micro=limit_fen * 10_000 if isinstance(limit_fen, int) else line.price_limit_micro,
            most_quantity_e4=found.get("most_quantity_e4"),  # type: ignore[arg-type]
            over_limit=found.get("over_limit", self.over_limit),  # type: ignore[arg-type]
            benefit=found.get("benefit"),  # type: ignore[arg-type]
            rules=tuple(spoke),
        )

    def part(self, line: BillLine, reading: LineReading) -> LineSplit:
        """The parts of a line; a negative line mirrors the positive one."""
        amount_fen = line.amount_fen
        if reading.why_excluded or line.institution_borne:
            borne_fen = amount_fen if line.institution_borne else 0
            return LineSplit(line_no=line.line_no, excluded_fen=amount_fen, institution_borne_fen=borne_fen)
        sign = -1 if amount_fen < 0 else 1
        rest_fen, quantity_e4 = sign * amount_fen, sign * line.quantity_e4
        excluded_fen = sign * excess_fen(line, reading)
        if excluded_fen:
            rest_fen, quantity_e4 = rest_fen - excluded_fen, reading.most_quantity_e4 or 0
        over_fen = _over_fen(line, reading, rest_fen, quantity_e4)
        rest_fen -= over_fen
        first_fen = sum(self.first_shares(reading, rest_fen, quantity_e4))
        in_policy_fen = rest_fen - first_fen
        borne_fen = over_fen if reading.over_limit is Bearer.institution else 0
        if reading.over_limit is Bearer.excluded:
            excluded_fen, over_fen = excluded_fen + over_fen, 0
        return LineSplit(
            line_no=line.line_no,
            excluded_fen=sign * excluded_fen,
            over_limit_fen=sign * over_fen,
            first_share_fen=sign * first_fen,
            in_policy_fen=sign * in_policy_fen,
            institution_borne_fen=sign * borne_fen,
        )

    def first_shares(self, reading: LineReading, rest_fen: int, quantity_e4: int) -> tuple[int, int]:
        """The first share and the area's added one, of what is left of a line; signs as the line's."""
        sign = -1 if rest_fen < 0 else 1
        rest_fen, quantity_e4 = sign * rest_fen, min(abs(quantity_e4), reading.most_quantity_e4 or abs(quantity_e4))
        first_fen = added_fen = 0
        if reading.first_share_fixed_fen:
            # Whole units only, and never more than what there is.
            first_fen = min(rest_fen, max(0, reading.first_share_fixed_fen * (quantity_e4 // 10_000)))
        elif reading.first_share_bp:
            first_fen = share_fen(rest_fen, reading.first_share_bp)
        if self.added_bp:
            added_fen = share_fen(rest_fen - first_fen, self.added_bp)
        return sign * first_fen, sign * added_fen

    def _plain(self, line: BillLine) -> LineSplit:
        """The same as ``part`` where the area has no rules of its own: most bills, so it is kept short."""
        amount_fen = line.amount_fen
        if amount_fen < 0 or line.restricted or line.institution_borne or line.payment_class is PaymentClass.c:
            return self.part(line, self.reading(line))
        over_fen = 0
        if line.price_limit_micro is not None or line.over_limit_fen is not None:
            over_fen = _over_fen(line, self.reading(line), amount_fen, line.quantity_e4)
        rest_fen = amount_fen - over_fen
        first_fen = 0
        if line.payment_class is PaymentClass.b:
            if line.first_share_fixed_fen:
                first_fen = min(rest_fen, max(0, line.first_share_fixed_fen * (line.quantity_e4 // 10_000)))
            else:
                first_fen = (rest_fen * line.first_share_bp + _HALF_UP) // BP
        return LineSplit(
            line_no=line.line_no,
            over_limit_fen=over_fen,
            first_share_fen=first_fen,
            in_policy_fen=rest_fen - first_fen,
        )

    def split(
        self, lines: Sequence[BillLine], *, told: bool
    ) -> tuple[tuple[LineSplit, ...], tuple[LineReading, ...] | None]:
        """All lines of a bill, and how each was read: None where nobody asks and no rule could send a line elsewhere."""
        if self.plain and not told:
            return tuple([self._plain(line) for line in lines]), None
        readings = tuple([self.reading(line) for line in lines])
        return tuple([self.part(line, reading) for line, reading in zip(lines, readings, strict=True)]), readings


_EFFECTS = (
    "excluded",
    "first_share_bp",
    "first_share_fixed_fen",
    "price_limit_fen",
    "most_quantity_e4",
    "over_limit",
    "benefit",
)


def excess_fen(line: BillLine, reading: LineReading) -> int:
    """What of a line's amount lies beyond the quantity that is supplied; its sign is the line's."""
    most_e4, quantity_e4 = reading.most_quantity_e4, abs(line.quantity_e4)
    if most_e4 is None or quantity_e4 <= most_e4:
        return 0
    return line.amount_fen - divide_half_up(line.amount_fen * most_e4, quantity_e4)


def _over_fen(line: BillLine, reading: LineReading, rest_fen: int, quantity_e4: int) -> int:
    if line.over_limit_fen is not None:
        return min(rest_fen, abs(line.over_limit_fen))
    if reading.price_limit_micro is None:
        return 0
    return max(0, rest_fen - max(0, line_amount_fen(reading.price_limit_micro, quantity_e4)))


def _fits(when: LineWhen, line: BillLine) -> bool:
    code = line.item_code
    return (
        (not when.payment_class or line.payment_class in when.payment_class)
        and (when.negotiated is None or when.negotiated == line.negotiated)
        and (when.chronic_list is None or when.chronic_list == line.chronic_list)
        and (when.restricted is None or when.restricted == line.restricted)
        and (not when.code or any(code.startswith(c[:-1]) if c.endswith("*") else c == code for c in when.code))
    )
