"""What the stays' pages and the refund send, parsed into bounded records. 中文: 住院与退费表单。"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from litestar.datastructures import FormMultiDict

from openyibao.fronts.terminal.forms import LINES_MAX, Code, Text, parse_decimal, read_lines
from openyibao.kit.money import parse_yuan
from openyibao.rooms.encounters import EncounterKind, NewFeeItem
from openyibao.rooms.settlement import RefundLine

BATCHES_MAX = 1_000
Number = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,19}$")]


class AdmitForm(msgspec.Struct, frozen=True, kw_only=True):
    """An admission: the code that was scanned, and where the patient will lie."""

    code: Annotated[str, msgspec.Meta(max_length=64)]
    request_key: Code
    kind: EncounterKind
    ward: Code
    bed: Code
    practitioner_code: Code
    diagnosis_code: Code
    diagnosis_name: Text


class ChangeForm(msgspec.Struct, frozen=True, kw_only=True):
    """Where the patient lies from now on."""

    request_key: Code
    ward: Code
    bed: Code


class DischargeForm(msgspec.Struct, frozen=True, kw_only=True):
    """The day of the discharge and what was diagnosed."""

    request_key: Code
    closed_on: date
    diagnosis_code: Code
    diagnosis_name: Text


class KeyForm(msgspec.Struct, frozen=True, kw_only=True):
    """The key alone."""

    request_key: Code


class DayForm(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of one day."""

    request_key: Code
    practitioner_code: Code
    incurred_on: date


def day_lines(form: FormMultiDict, day: DayForm, *, after: int) -> tuple[NewFeeItem, ...]:
    """The lines on the page, numbered on from the visit's last one."""
    return tuple(
        msgspec.structs.replace(line, line_no=after + line.line_no, incurred_on=day.incurred_on)
        for line in read_lines(form, day.practitioner_code)
    )


def chosen_batches(form: FormMultiDict) -> tuple[int, ...]:
    """The batches that were ticked."""
    given = [str(one) for one in form.getall("fee_batch_id", [])][:BATCHES_MAX]
    return tuple(int(msgspec.convert(one, Number)) for one in given)


def refund_lines(form: FormMultiDict) -> tuple[RefundLine, ...]:
    """The lines of which something goes back; those at zero are left out. Raises ValidationError naming the field."""
    numbers, quantities, amounts = (form.getall(name, []) for name in ("line_no", "quantity", "amount"))
    if len(numbers) > LINES_MAX * 10 or not len(numbers) == len(quantities) == len(amounts):
        raise msgspec.ValidationError("lines")
    lines = []
    for number, quantity, amount in zip(numbers, quantities, amounts, strict=True):
        quantity_e4 = parse_decimal(str(quantity), 4, f"{number} quantity")
        try:
            amount_fen = parse_yuan(str(amount).strip())
        except ValueError:
            raise msgspec.ValidationError(f"{number} amount: {str(amount)[:20]!r}") from None
        if quantity_e4 > 0 and amount_fen >= 0:
            line_no = int(msgspec.convert(str(number), Number))
            lines.append(RefundLine(line_no=line_no, quantity_e4=quantity_e4, amount_fen=amount_fen))
    return tuple(lines)
