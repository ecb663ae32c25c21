"""What the terminal's templates show, made from the rooms' records; pure, and no sum is computed here that a room knows.

中文: 终端视图。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from openyibao.fronts.shared.words import say
from openyibao.fronts.terminal.words import TERMINAL_WORDS
from openyibao.kit.clock import SHANGHAI
from openyibao.kit.money import line_amount_fen, yuan_text
from openyibao.rooms.catalogue import CatalogueItem, PaymentClass
from openyibao.rooms.encounters import FeeItem, NewFeeItem
from openyibao.rooms.policies import ExplainedStep, LineSplit, Split
from openyibao.rooms.settlement import Settlement

BAR_WIDTH = 1000
FOUND_MAX = 12
_DEFAULT_PRICE_MICRO = 12_500_000
_LARGE_TIMES = 8
"""Makes the large sample pass a deductible of some thousand yuan, so that a fund pays."""


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One payer in the bar: where it begins and how wide it is, in thousandths of the bar."""

    name: str
    look: str
    amount_fen: int
    begin: int
    width: int


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """One line with its parts and why it isn't wholly inside the policy."""

    line_no: int
    name: str
    amount_fen: int
    part: LineSplit
    why: tuple[str, ...]
    trace_codes: tuple[str, ...] = ()


class DraftLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line in the making, as texts for the inputs."""

    item_code: str
    name: str
    unit: str
    payment_class: PaymentClass
    quantity: str
    unit_price: str
    amount: str
    trace_due: bool = False


def payers(
    funds_fen: Mapping[str, int], account_fen: int, cash_fen: int, borne_fen: int, *, language: str
) -> list[tuple[str, str, int]]:
    """(name, look, fen) of everyone who pays something: funds first, then account, own money, institution."""
    funds = [
        (say(TERMINAL_WORDS, language, f"fund_{fund}"), f"fund-{min(number, 3)}", amount)
        for number, (fund, amount) in enumerate(funds_fen.items())
    ]
    others = [("personal_account", account_fen), ("cash", cash_fen), ("institution_borne", borne_fen)]
    named = [(say(TERMINAL_WORDS, language, key), key, amount) for key, amount in others]
    return [each for each in (*funds, *named) if each[2]]


def segments(paying: Sequence[tuple[str, str, int]]) -> list[Segment]:
    """The bar: widths sum to the whole however they round."""
    total_fen = sum(amount for _, _, amount in paying) or 1
    made, sum_fen, begin = [], 0, 0
    for name, look, amount_fen in paying:
        sum_fen += amount_fen
        end = sum_fen * BAR_WIDTH // total_fen
        made.append(Segment(name=name, look=look, amount_fen=amount_fen, begin=begin, width=end - begin))
        begin = end
    return made


def split_segments(split: Split, language: str) -> list[Segment]:
    """Who pays a pre-settlement."""
    funds = {fund.value: amount for fund, amount in split.funds_fen.items()}
    return segments(
        payers(funds, split.personal_account_fen, split.cash_fen, split.institution_borne_fen, language=language)
    )


def settlement_segments(settlement: Settlement, language: str) -> list[Segment]:
    """Who paid a settlement."""
    funds = {fund.value: amount for fund, amount in settlement.funds_fen().items()}
    own = settlement.personal_account_fen, settlement.cash_fen, settlement.institution_borne_fen
    return segments(payers(funds, *own, language=language))


def sentence(step: ExplainedStep, language: str) -> str:
    """A step in the page's language."""
    return step.en if language == "en" else step.zh


def line_views(
    items: Sequence[NewFeeItem | FeeItem],
    parts: Sequence[LineSplit],
    steps: Sequence[ExplainedStep],
    names: Mapping[str, str],
    language: str,
) -> list[LineView]:
    """The lines of a bill with their parts and reasons."""
    by_line = {part.line_no: part for part in parts}
    return [
        LineView(
            line_no=each.line_no,
            name=names.get(each.item_code, each.item_code),
            amount_fen=each.amount_fen,
            part=by_line.get(each.line_no) or LineSplit(line_no=each.line_no),
            why=tuple(sentence(step, language) for step in steps if step.line_no == each.line_no),
            trace_codes=each.trace_codes,
        )
        for each in items
    ]


def find_rows(rows: Sequence[CatalogueItem], query: str) -> list[CatalogueItem]:
    """Catalogue rows whose code begins with the words, or whose name holds them; codes first."""
    wanted = query.strip().lower()
    if not wanted:
        return []
    by_code = [row for row in rows if row.item_code.lower().startswith(wanted)]
    by_name = [row for row in rows if wanted in row.name.lower() and row not in by_code]
    return [*by_code, *by_name][:FOUND_MAX]


def draft_line(row: CatalogueItem, price_limit_level: str, quantity: int = 1, *, due: bool = False) -> DraftLine:
    """A new line for a row: its limit at this institution as the price to begin with, to be corrected by the clerk."""
    price_micro = row.price_limit_micro.get(price_limit_level, 0)
    amount_fen = line_amount_fen(price_micro, quantity * 10_000)
    return DraftLine(
        item_code=row.item_code,
        name=row.name,
        unit=row.unit,
        payment_class=row.payment_class,
        quantity=str(quantity),
        unit_price=micro_text(price_micro) if price_micro else "",
        amount=yuan_text(amount_fen) if price_micro else "",
        trace_due=due,
    )


def micro_text(price_micro: int) -> str:
    """A unit price in yuan: at least two decimals, at most six."""
    whole, rest = divmod(price_micro, 1_000_000)
    return f"{whole}.{f'{rest:06d}'.rstrip('0').ljust(2, '0')}"


def sample_bill(rows: Sequence[CatalogueItem], price_limit_level: str, kind: str) -> list[DraftLine]:
    """A made-up bill for demonstrations, drawn from whatever the catalogue holds, always the same."""
    wanted = {"small": (2, 0, 0), "mixed": (2, 2, 1), "large": (4, 4, 2)}[kind]
    chosen: list[CatalogueItem] = []
    for payment_class, count in zip(PaymentClass, wanted, strict=True):
        chosen += [row for row in rows if row.payment_class is payment_class and not row.trace_due][:count]
    made = []
    for number, row in enumerate(chosen):
        limit_micro = row.price_limit_micro.get(price_limit_level, _DEFAULT_PRICE_MICRO * (number + 1))
        # The second line of a mixed bill is dearer than its limit, so that the page has something to explain.
        price_micro = limit_micro * 13 // 10 if kind != "small" and number == 1 else limit_micro
        price_micro -= price_micro % 10_000
        quantity = (2 if number % 2 == 0 else 1) * (_LARGE_TIMES if kind == "large" else 1)
        made.append(
            DraftLine(
                item_code=row.item_code,
                name=row.name,
                unit=row.unit,
                payment_class=row.payment_class,
                quantity=str(quantity),
                unit_price=micro_text(price_micro),
                amount=yuan_text(line_amount_fen(price_micro, quantity * 10_000)),
            )
        )
    return made


def shanghai_text(at: datetime) -> str:
    """An instant as a clerk reads it: Shanghai time to the minute."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


class RefundableLine(msgspec.Struct, frozen=True, kw_only=True):
    """A settled line with what of it can still be given back, as text."""

    line_no: int
    name: str
    left: str


def refundable_lines(items: Sequence[FeeItem], names: Mapping[str, str], language: str) -> list[RefundableLine]:
    """The lines of a settlement of which something is left, what negative lines took back taken off."""
    number = {item.fee_item_id: item.line_no for item in items}
    quantities: dict[int, int] = {}
    amounts: dict[int, int] = {}
    for item in items:
        of_line = number.get(item.original_fee_item_id or item.fee_item_id, item.line_no)
        quantities[of_line] = quantities.get(of_line, 0) + item.quantity_e4
        amounts[of_line] = amounts.get(of_line, 0) + item.amount_fen
    return [
        RefundableLine(
            line_no=item.line_no,
            name=names.get(item.item_code, item.item_code),
            left=say(
                TERMINAL_WORDS,
                language,
                "left_of_line",
                quantity=quantity_text(quantities[item.line_no]),
                amount=yuan_text(amounts[item.line_no]),
            ),
        )
        for item in items
        if item.original_fee_item_id is None and quantities[item.line_no] > 0
    ]


def quantity_text(quantity_e4: int) -> str:
    """A quantity as people write it."""
    whole, rest = divmod(quantity_e4, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")
