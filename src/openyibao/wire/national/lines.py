"""Fee lines of the wire: read into the rooms' lines, and told back with their parts. Pure. 中文: 费用明细报文。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from openyibao.rooms.catalogue import CatalogueItem
from openyibao.rooms.encounters import FeeItem, NewFeeItem
from openyibao.rooms.policies import LineSplit
from openyibao.wire.national import codes
from openyibao.wire.national.amounts import (
    NumberFaultError,
    e4_of,
    fen_of,
    micro_of,
    plain,
    price,
    quantity,
    ratio,
    yuan,
)
from openyibao.wire.national.envelope import clean

NO_LIMIT = Decimal("999999.000000")
"""What a price limit is where there is none."""


class LineFaultError(ValueError):
    """A line that can't be read; the text names the field."""


class WireLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was sent, with its own names."""

    own_line: str
    own_batch: str
    own_code: str
    own_original: str
    line: NewFeeItem


def day_of(text: Any) -> date | None:
    """The day of ``yyyy-MM-dd…`` or ``yyyyMMdd…``; None for what is none."""
    digits = "".join(mark for mark in plain(text)[:10] if mark.isdigit())
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def read_line(row: Mapping[str, Any], line_no: int, *, practitioner: str, stay: bool) -> WireLine:
    """A line of 2204, 2301, 2101 or 2102. Raises LineFaultError."""
    own = clean(row.get("feedetl_sn"), 60)
    if not own:
        raise LineFaultError("feedetl_sn")
    amounts = {}
    for name, read in (("det_item_fee_sumamt", fen_of), ("cnt", e4_of), ("pric", micro_of)):
        try:
            amounts[name] = read(row.get(name))
        except NumberFaultError:
            raise LineFaultError(f"{name} ({own})") from None
    traces = row.get("drugtracinfo") or row.get("durg_trac_info") or row.get("drug_trac_info") or []
    traces = [traces] if isinstance(traces, dict) else traces
    rows = [one for one in traces if isinstance(one, dict)] if isinstance(traces, list) else []
    if plain(row.get("drug_trac_codg")):
        rows.append(dict(row))
    return WireLine(
        own_line=own,
        own_batch=clean(row.get("chrg_bchno"), 60),
        own_code=clean(row.get("medins_list_codg"), 150),
        own_original=clean(row.get("init_feedetl_sn"), 60),
        line=NewFeeItem(
            line_no=line_no,
            item_code=clean(row.get("med_list_codg"), 40),
            quantity_e4=amounts["cnt"],
            unit_price_micro=amounts["pric"],
            amount_fen=amounts["det_item_fee_sumamt"],
            practitioner_code=clean(row.get("bilg_dr_codg"), 40) or practitioner,
            trace_codes=tuple(code for one in rows[:200] if (code := clean(one.get("drug_trac_codg"), 100))),
            split_pack=any(plain(one.get("trdn_flag")) == "1" for one in rows),
            hospital_approved=_approved(plain(row.get("hosp_appr_flag"))),
            incurred_on=day_of(row.get("fee_ocur_time")) if stay else None,
        ),
    )


def _approved(flag: str) -> bool:
    """Only a restricted item asks for it: 1 is approved; what is sent without a flag was not."""
    return flag == "1"


def told_line(
    line: FeeItem, row: CatalogueItem | None, part: LineSplit | None, own_line: str, *, level: str
) -> dict[str, Any]:
    """A line with its parts; ``part`` None where no policy pays for any of it."""
    excluded = line.amount_fen if part is None else part.excluded_fen
    over = 0 if part is None else part.over_limit_fen
    first = 0 if part is None else part.first_share_fen
    in_policy = 0 if part is None else part.in_policy_fen
    limit = None if row is None else row.price_limit_micro.get(level)
    rest = line.amount_fen - over
    return {
        "feedetl_sn": own_line,
        "det_item_fee_sumamt": yuan(line.amount_fen),
        "cnt": quantity(line.quantity_e4),
        "pric": price(line.unit_price_micro),
        "pric_uplmt_amt": NO_LIMIT if limit is None else price(limit),
        "selfpay_prop": ratio(excluded + first, rest) if rest else Decimal("0.0000"),
        "fulamt_ownpay_amt": yuan(excluded),
        "overlmt_amt": yuan(over),
        "preselfpay_amt": yuan(first),
        "inscp_scp_amt": yuan(in_policy),
        "chrgitm_lv": "03" if row is None else codes.CLASS_CODES[row.payment_class],
        "med_chrgitm_type": "14" if row is None else codes.FEE_KINDS[row.kind],
        "bas_medn_flag": "0",
        "hi_nego_drug_flag": "0",
        "chld_medc_flag": None,
        "list_sp_item_flag": None,
        "lmt_used_flag": "1" if row is not None and row.restricted else "0",
        "drt_reim_flag": "0",
        "memo": None,
        "exp_content": None,
    }
