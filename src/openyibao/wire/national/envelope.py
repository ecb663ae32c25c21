"""The envelope of a message, in and out: what every transaction carries around its input and output. 中文: 报文外壳。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from openyibao.kit.clock import SHANGHAI
from openyibao.kit.crypto import sm3
from openyibao.wire.national.amounts import plain

MESSAGE_NO_MAX = 100
TEXT_MAX = 200
_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_STABLE = msgspec.json.Encoder(decimal_format="string", order="sorted")
_KNOWN = frozenset(
    {
        *("infno", "msgid", "mdtrtarea_admvs", "insuplc_admdvs", "recer_sys_code", "dev_no", "dev_safe_info"),
        *("cainfo", "signtype", "infver", "opter_type", "opter", "opter_name", "inf_time", "fixmedins_code"),
        *("fixmedins_name", "sign_no", "input", "Input", "enc_type", "enctype", "recer_admdvs"),
    }
)
_MUST = ("infno", "msgid", "mdtrtarea_admvs", "infver", "opter_type", "opter", "inf_time", "fixmedins_code")


class EnvelopeFaultError(ValueError):
    """What came is no message."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it was understood; ``findings`` say what of it was tolerated."""

    infno: str
    message_no: str
    institution_code: str
    treatment_area: str
    insured_area: str
    operator_code: str
    operator_name: str
    device: str
    sign_in_no: str
    signature: str
    signature_kind: str
    encrypted: bool
    input: Any
    findings: tuple[str, ...] = ()


def decode(content: bytes) -> Any:
    """JSON, numbers exact. Raises EnvelopeFaultError."""
    try:
        return _DECODER.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise EnvelopeFaultError("no JSON") from None


def encode(value: Any) -> bytes:
    """JSON; decimals become numbers."""
    return _ENCODER.encode(value)


def digest_of(infno: str, sent: Any) -> bytes:
    """What a repeat under the same message number must have too: the transaction and its input, whatever the order of keys."""
    return sm3(infno.encode() + b"\n" + _STABLE.encode(sent))


def clean(text: Any, most: int = TEXT_MAX) -> str:
    """A text of the wire without control characters, cut to a length."""
    kept = "".join(mark for mark in plain(text) if mark.isprintable())
    return kept[:most]


def read_envelope(body: Any, *, infno: str = "") -> Envelope:
    """A message from its JSON; ``infno`` from the path where the body has none. Raises EnvelopeFaultError."""
    if not isinstance(body, dict):
        raise EnvelopeFaultError("no object")
    findings = [f"unknown {key}"[:80] for key in body if key not in _KNOWN][:20]
    findings += [f"missing {key}" for key in _MUST if not plain(body.get(key))]
    sent = body.get("input")
    if sent is None and "Input" in body:
        findings.append("Input for input")
        sent = body["Input"]
    encrypted = clean(body.get("enc_type") or body.get("enctype"), 10).upper() == "SM4"
    if isinstance(sent, str) and not encrypted and sent.strip().startswith(("{", "[")):
        findings.append("input as text")
        sent = decode(sent.encode())
    findings += [f"null as text in {key}" for key in ("dev_no", "cainfo", "sign_no") if body.get(key) == "null"]
    return Envelope(
        infno=clean(body.get("infno"), 10) or infno,
        message_no=clean(body.get("msgid"), MESSAGE_NO_MAX),
        institution_code=clean(body.get("fixmedins_code"), 30),
        treatment_area=clean(body.get("mdtrtarea_admvs"), 6),
        insured_area=clean(body.get("insuplc_admdvs"), 6),
        operator_code=clean(body.get("opter"), 30) or "1",
        operator_name=clean(body.get("opter_name"), 50),
        device=clean(body.get("dev_no"), 30) or "HIS",
        sign_in_no=clean(body.get("sign_no"), 30),
        signature=clean(body.get("cainfo"), 1_024),
        signature_kind=clean(body.get("signtype"), 10),
        encrypted=encrypted,
        input=sent if sent is not None else {},
        findings=tuple(findings),
    )


def stamp(at: datetime) -> str:
    """YyyyMMddHHmmssSSS in Shanghai."""
    local = at.astimezone(SHANGHAI)
    return f"{local:%Y%m%d%H%M%S}{local.microsecond // 1000:03d}"


def moment(at: datetime) -> str:
    """yyyy-MM-dd HH:mm:ss in Shanghai."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def reply(
    *,
    output: Any,
    received_at: datetime,
    answered_at: datetime,
    reference: str | None,
    fault: str | None = None,
    warning: str | None = None,
    infcode_text: bool = False,
) -> dict[str, Any]:
    """The reply's envelope; ``fault`` makes it a failure."""
    code: int | str = 0 if fault is None else -1
    return {
        "infcode": str(code) if infcode_text else code,
        "inf_refmsgid": reference,
        "refmsg_time": stamp(received_at),
        "respond_time": stamp(answered_at),
        "enctype": "",
        "signtype": None,
        "cainfo": None,
        "err_msg": None if fault is None else fault[:TEXT_MAX],
        "warn_msg": warning,
        "output": output,
    }


def node_of(sent: Any, *names: str) -> dict[str, Any]:
    """The object of the first of some nodes that is there, whatever its case; a list's first row; else the input itself."""
    rows = nodes_of(sent, *names)
    return rows[0] if rows else {}


def nodes_of(sent: Any, *names: str) -> list[dict[str, Any]]:
    """The rows of the first of some nodes that is there: a list, or a single object for one. Without node, the input."""
    if isinstance(sent, list):
        return [row for row in sent if isinstance(row, dict)]
    if not isinstance(sent, Mapping):
        return []
    by_name = {str(key).lower(): value for key, value in sent.items()}
    for name in names:
        value = by_name.get(name.lower())
        if isinstance(value, dict):
            return [value]
        if isinstance(value, list):
            return [row for row in value if isinstance(row, dict)]
    nested = any(isinstance(value, (dict, list)) for value in sent.values())
    return [] if nested or not sent else [dict(sent)]
