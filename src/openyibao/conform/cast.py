"""The cast: what a desk must tell a client besides address and key: whom, what and where. A JSON file. 中文: 演员表(测试人员与项目)。

All of it is made up by the desk. Fields have bounds; unknown ones are an error, so that a misspelt one is noticed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import httpx
import msgspec

Text = Annotated[str, msgspec.Meta(max_length=200)]
CAST_OCTETS_MAX = 1_000_000
WAIT_SECONDS = 10


class CastFault(ValueError):  # noqa: N818 see kit.crypto.KeyFault
    """The cast file can't be used; says where."""


class CastPerson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One insured person. ``ec_qr_code`` is a code to scan, ``ec_qr_url`` an address that answers one as ``{"ec_qr_code"}``."""

    name: Text
    certno: Text
    cert_type: Text = "01"
    card_no: Text = ""
    card_sn: Text = ""
    ec_qr_code: Text = ""
    ec_qr_url: Text = ""
    password: Text = ""


class CastItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One catalogue line that may be sold or done. ``trace_due``: a drug whose packs must be scanned."""

    med_list_codg: Text
    medins_list_codg: Text = ""
    name: Text = ""
    list_type: Text = ""
    pric: Annotated[str, msgspec.Meta(pattern=r"^\d{1,9}(\.\d{1,6})?$")] = "1.00"
    trace_due: bool = False
    trace_codes: Annotated[list[Text], msgspec.Meta(max_length=1000)] = []


class Cast(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything a desk tells."""

    people: Annotated[list[CastPerson], msgspec.Meta(min_length=2, max_length=100)]
    items: Annotated[list[CastItem], msgspec.Meta(min_length=1, max_length=1000)]
    institution: Text = ""
    institution_name: Text = "测试定点医药机构"
    key_id: Text = ""
    key: Text = ""
    pharmacy: Text = ""
    pharmacy_key_id: Text = ""
    pharmacy_key: Text = ""
    mdtrtarea_admvs: Text = ""
    doctor_code: Text = ""
    doctor_name: Text = "测试医师"
    dept_code: Text = "A03"
    dept_name: Text = "内科"
    caty: Text = "A03"
    dise_code: Text = "I10.x00"
    dise_name: Text = "高血压病"
    opsp_dise_code: Text = "M03900"
    opsp_dise_name: Text = "高血压"


def read_cast(place: str) -> Cast:
    """The cast of a file, or of an http address."""
    raw = _fetched(place) if place.startswith(("http://", "https://")) else _read(place)
    if len(raw) > CAST_OCTETS_MAX:
        raise CastFault(f"{place}: larger than {CAST_OCTETS_MAX} octets")
    try:
        return msgspec.json.decode(raw, type=Cast)
    except msgspec.DecodeError as fault:
        raise CastFault(f"{place}: {fault}") from fault


def _read(place: str) -> bytes:
    try:
        return Path(place).read_bytes()
    except OSError as fault:
        raise CastFault(f"{place}: {fault.strerror}") from fault


def _fetched(place: str) -> bytes:
    try:
        return httpx.get(place, timeout=WAIT_SECONDS, trust_env=False).raise_for_status().content
    except httpx.HTTPError as fault:
        raise CastFault(f"{place}: {type(fault).__name__}") from fault
