"""The facts a play begins with: the person, the institution, the day, fresh numbers, and lines with amounts of their own. 中文: 剧本初始数据。"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from openyibao.conform.cast import Cast, CastItem, CastPerson
from openyibao.conform.messages import Facts
from openyibao.kit.ids import Randomness

FEN = Decimal("0.01")
_PICTURE = base64.b64encode(b"\xff\xd8\xff\xe0" + bytes(60) + b"\xff\xd9").decode()


def opening_facts(
    cast: Cast, person: CastPerson, *, institution: str, at: datetime, randomness: Randomness, lines: int, place: int
) -> Facts:
    """All that is known before the first message. ``place``: the person's place, which makes amounts differ by person."""
    fresh = f"{at:%y%m%d%H%M%S}{randomness.octets(3).hex()}"
    plain_items = [each for each in cast.items if not each.trace_due] or cast.items
    first = plain_items[0]
    facts: Facts = {
        "psn_name": person.name,
        "certno": person.certno,
        "cert_type": person.cert_type,
        "mdtrt_cert_type": "02",
        "mdtrt_cert_no": person.certno,
        "opter": "conform",
        "opter_name": "符合性测试",
        "fixmedins_code": institution,
        "fixmedins_name": cast.institution_name,
        "mdtrtarea_admvs": cast.mdtrtarea_admvs,
        "doctor_code": cast.doctor_code,
        "doctor_name": cast.doctor_name,
        "dept_code": cast.dept_code,
        "dept_name": cast.dept_name,
        "caty": cast.caty,
        "dise_code": cast.dise_code,
        "dise_name": cast.dise_name,
        "opsp_dise_code": cast.opsp_dise_code,
        "opsp_dise_name": cast.opsp_dise_name,
        "biz_appy_type": "03",
        "med_list_codg": first.med_list_codg,
        "list_type": first.list_type or "101",
        "item_name": first.name or "测试项目",
        "hilist_id": first.medins_list_codg or f"T{fresh}"[:30],
        "picture": _PICTURE,
        "receipt_zip": base64.b64encode(zipped("receipt.ofd", b"OFD")).decode(),
    }
    facts |= {name: value for name, value in (("card_no", person.card_no), ("card_sn", person.card_sn)) if value}
    for name in ("ipt_otp_no", "batch", "fixmedins_bchno", "hosp_dept_codg", "hosp_dept_codg_2", "receipt_no"):
        facts[name] = f"{name[0].upper()}{fresh}"[:20] if not name.endswith("_2") else f"Z{fresh}"[:20]
    facts["settling_sn"] = f"S{fresh}"
    facts["upload_batch"] = f"{at:%Y%m%d}{int.from_bytes(randomness.octets(2), 'big'):05d}"
    facts["unused_msgid"] = f"{institution[:12]:0<12}{at:%Y%m%d%H%M%S}{fresh[-4:]}"[:30]
    return facts | _days(at) | _all_lines(cast, fresh, at, lines=lines, place=place)


def _days(at: datetime) -> Facts:
    now = f"{at:%Y-%m-%d %H:%M:%S}"
    return {
        "now": now,
        "today": f"{at:%Y-%m-%d}",
        "month": f"{at:%Y%m}",
        "day_begins": f"{at:%Y-%m-%d} 00:00:00",
        "day_ends": f"{at:%Y-%m-%d} 23:59:59",
        "month_begins": f"{at:%Y-%m}-01 00:00:00",
        "admitted_at": f"{at:%Y-%m-%d} 00:00:01",
    }


def _all_lines(cast: Cast, fresh: str, at: datetime, *, lines: int, place: int) -> Facts:
    plain_items = [each for each in cast.items if not each.trace_due] or list(cast.items)
    drugs = [each for each in cast.items if each.trace_due and each.trace_codes] or plain_items
    made = _lines(plain_items, fresh, at, count=lines, place=place)
    sold = _lines(drugs, fresh + "D", at, count=min(lines, len(drugs)), place=place, packs=True)
    extra = _lines(plain_items, fresh + "X", at, count=1, place=place)[0]
    return {
        "lines": made,
        "drug_lines": sold,
        "extra_line": extra,
        "extra_serial": extra["feedetl_sn"],
        "medfee_sumamt": sum((row["det_item_fee_sumamt"] for row in made), Decimal(0)),
        "drugs_sumamt": sum((row["det_item_fee_sumamt"] for row in sold), Decimal(0)),
        "order_lines": [_drug_order(row, item) for row, item in zip(made, plain_items * lines, strict=False)],
    }


def _lines(
    items: Sequence[CastItem], fresh: str, at: datetime, *, count: int, place: int, packs: bool = False
) -> list[dict[str, Any]]:
    """Lines whose quantities differ by person and line, so that no two people's sums agree."""
    made = []
    for number in range(count):
        item = items[number % len(items)]
        price, quantity = Decimal(item.pric), Decimal(1 if packs else 1 + number + 2 * place)
        amount = (price * quantity).quantize(FEN, rounding=ROUND_HALF_UP)
        row: dict[str, Any] = {
            "feedetl_sn": f"{fresh}{number + 1}",
            "fee_ocur_time": f"{at:%Y-%m-%d %H:%M:%S}",
            "med_list_codg": item.med_list_codg,
            "medins_list_codg": item.medins_list_codg or item.med_list_codg,
            "det_item_fee_sumamt": amount,
            "cnt": quantity,
            "pric": price,
            "rx_circ_flag": "0",
            "hosp_appr_flag": "1",
        }
        if packs and item.trace_codes:
            code = item.trace_codes[place % len(item.trace_codes)]
            row["durg_trac_info"] = [{"feedetl_sn": row["feedetl_sn"], "drug_trac_codg": code, "trdn_flag": "0"}]
        made.append(row)
    return made


def _drug_order(row: dict[str, Any], sold: CastItem) -> dict[str, Any]:
    """A line as 3101 wants it."""
    return {
        "rx_id": row["feedetl_sn"],
        "rxno": row["feedetl_sn"][:20],
        "long_drord_flag": "0",
        "hilist_type": sold.list_type or "101",
        "chrg_type": "09",
        "drord_bhvr": "0",
        "hilist_code": sold.med_list_codg,
        "hilist_name": sold.name or "测试项目",
        "hilist_lv": "01",
        "hilist_pric": row["pric"],
        "hosplist_code": row["medins_list_codg"],
        "hosplist_name": sold.name or "测试项目",
        "cnt": row["cnt"],
        "pric": row["pric"],
        "sumamt": row["det_item_fee_sumamt"],
        "ownpay_amt": 0,
        "selfpay_amt": 0,
        "spec": "1",
        "spec_unt": "盒",
        "drord_begn_date": row["fee_ocur_time"],
        "drord_dept_codg": "1",
        "drord_dept_name": "内科",
        "drord_dr_codg": "1",
        "drord_dr_name": "测试医师",
        "drord_dr_profttl": "1",
        "curr_drord_flag": "1",
    }


def zipped(name: str, content: bytes) -> bytes:
    """A zip of one file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def unzipped(octets: bytes, *, most: int) -> str | None:
    """The text of the one file of a zip; None where it is none, or larger than ``most`` octets."""
    try:
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            names = archive.infolist()
            if len(names) != 1 or names[0].file_size > most:
                return None
            return archive.read(names[0]).decode("utf-8")
    except (zipfile.BadZipFile, UnicodeDecodeError, ValueError):
        return None
