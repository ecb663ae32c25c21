"""What the desk sends, parsed into bounded records: nothing else reaches a room. 中文: 表单解析。"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from litestar.datastructures import FormMultiDict

from openyibao.fronts.shared.pages import read_fields
from openyibao.kit.crypto import sm3
from openyibao.kit.money import FEN_MAX, parse_yuan
from openyibao.rooms.encounters import Diagnosis, EncounterKind, NewEncounter, NewFeeItem
from openyibao.rooms.filings import CareGrounds, InjuryCause, PrescriptionGround
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.settlement import ExpectedSplit, SettleRequest

LINES_MAX = 200
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,9})(?:\.([0-9]{1,6}))?")
_PARTS = re.compile(r"[\s,;，；]+")
_NOT_DIGITS = re.compile(r"[\s\-]+")

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
TraceCode = Annotated[str, msgspec.Meta(max_length=100, pattern=r"^[0-9A-Za-z._\-]+$")]
CodeOrNone = Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[^\x00-\x1f]*$")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]


class SignInForm(msgspec.Struct, frozen=True, kw_only=True):
    """The five fields of signing in."""

    institution_code: Code
    operator_code: Code
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    second_factor: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
    terminal_code: Code


class VisitForm(msgspec.Struct, frozen=True, kw_only=True):
    """The visit of a bill."""

    visit_token: Code
    kind: EncounterKind
    practitioner_code: Code
    diagnosis_code: Code
    diagnosis_name: Text


class GroundsForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the benefit stands on, where the bill needs that: disease, prescription, injury. Left empty by most."""

    disease_code: CodeOrNone = ""
    prescription: Literal["", "own", "external", "none"] = ""
    prescription_number: CodeOrNone = ""
    prescriber_code: CodeOrNone = ""
    supply_days: Annotated[str, msgspec.Meta(pattern=r"^([1-9][0-9]{0,2})?$")] = ""
    injury: Literal["", "own", "third_party"] = ""

    def grounds(self) -> CareGrounds | None:
        """What the visit stands on; None where nothing was filled in."""
        said = any(getattr(self, name) for name in self.__struct_fields__)
        prescribed = self.prescription or self.prescription_number or self.prescriber_code or self.supply_days
        prescription = PrescriptionGround(
            kind=self.prescription or ("external" if self.prescription_number else "own"),
            number=self.prescription_number,
            practitioner_code=self.prescriber_code,
            supply_days=int(self.supply_days) if self.supply_days else None,
        )
        grounds = CareGrounds(
            disease_code=self.disease_code,
            prescription=prescription if prescribed else None,
            injury=InjuryCause(self.injury) if self.injury else None,
        )
        return grounds if said else None


class SettleForm(msgspec.Struct, frozen=True, kw_only=True):
    """The agreed split and the key it is settled under."""

    request_key: Code
    fund_total_fen: Annotated[int, msgspec.Meta(ge=0, le=FEN_MAX)]
    personal_account_fen: Annotated[int, msgspec.Meta(ge=0, le=FEN_MAX)]
    cash_fen: Annotated[int, msgspec.Meta(ge=0, le=FEN_MAX)]


def parse_decimal(text: str, places: int, name: str) -> int:
    """``1.5`` at 4 places as 15000. Raises ValidationError naming the field."""
    found = _DECIMAL.fullmatch(text.strip())
    rest = (found[2] or "") if found else ""
    if found is None or len(rest) > places:
        raise msgspec.ValidationError(f"{name}: {text[:20]!r}")
    return int(found[1] + rest.ljust(places, "0"))


def scanned_codes(text: str) -> tuple[str, ...]:
    """Trace codes as a scanner or a hand left them: one a line, or parted by spaces or commas."""
    return tuple(msgspec.convert(each, TraceCode) for each in _PARTS.split(text) if each)


def scanned_digits(text: str) -> str:
    """The digits of a scanned or typed code without the gaps a person types."""
    return _NOT_DIGITS.sub("", text)[:64]


def read_lines(form: FormMultiDict, practitioner_code: str) -> tuple[NewFeeItem, ...]:
    """The fee lines in the order in which they stand. Raises ValidationError naming the line."""
    columns = [form.getall(name, []) for name in ("item_code", "quantity", "unit_price", "amount")]
    codes, quantities, prices, amounts = ([str(each).strip() for each in column] for column in columns)
    if not len(codes) == len(quantities) == len(prices) == len(amounts) or len(codes) > LINES_MAX:
        raise msgspec.ValidationError("items")
    # A form without packs leaves these two columns out.
    packs, splits = (
        [str(each) for each in form.getall(name, [""] * len(codes))] for name in ("trace_codes", "split_pack")
    )
    if not len(packs) == len(splits) == len(codes):
        raise msgspec.ValidationError("trace_codes")
    return tuple(
        NewFeeItem(
            line_no=number,
            item_code=msgspec.convert(code, Code),
            quantity_e4=parse_decimal(quantity, 4, f"{number} quantity"),
            unit_price_micro=parse_decimal(price, 6, f"{number} unit_price"),
            amount_fen=_fen(amount, number),
            practitioner_code=practitioner_code,
            trace_codes=scanned_codes(traced),
            split_pack=split == "split",
        )
        for number, (code, quantity, price, amount, traced, split) in enumerate(
            zip(codes, quantities, prices, amounts, packs, splits, strict=True), start=1
        )
    )


def _fen(text: str, number: int) -> int:
    try:
        return parse_yuan(text)
    except ValueError:
        raise msgspec.ValidationError(f"{number} amount: {text[:20]!r}") from None


def bill_request(
    form: FormMultiDict, *, institution_id: int, operator_code: str, terminal_code: str, settling: SettleForm | None
) -> SettleRequest:
    """The bill on the desk as a request: a whole visit in one call. ``settling`` is None for a pre-settlement."""
    visit: VisitForm = read_fields(form, VisitForm)
    lines = read_lines(form, visit.practitioner_code)
    stands_on: GroundsForm = read_fields(form, GroundsForm)
    encounter = NewEncounter(
        kind=visit.kind,
        practitioner_code=visit.practitioner_code,
        grounds=stands_on.grounds(),
        diagnoses=(Diagnosis(code=visit.diagnosis_code, name=visit.diagnosis_name, main=True),),
    )
    account_use = AccountUse.own if form.get("account_use") == "own" else AccountUse.none
    if form.get("aid_use") == "yes":
        account_use = AccountUse.mutual_aid
    expected = settling and ExpectedSplit(
        fund_total_fen=settling.fund_total_fen,
        personal_account_fen=settling.personal_account_fen,
        cash_fen=settling.cash_fen,
    )
    content: Sequence[Any] = (visit.visit_token, encounter, lines, account_use, expected)
    return SettleRequest(
        institution_id=institution_id,
        operator_code=operator_code,
        terminal_code=terminal_code,
        request_key=settling.request_key if settling else "",
        digest=sm3(msgspec.json.encode(content)),
        visit_token=visit.visit_token,
        encounter=encounter,
        items=lines,
        account_use=account_use,
        expected=expected or None,
    )
