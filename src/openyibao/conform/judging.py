"""Checks that hold for each reply, from the tables alone: envelope, required fields, types, codes, echoed ids. All pure. 中文: 通用检查。

Each check answers complaints in a written form; none means that it holds. ``noted`` complaints don't fail: places where the tables
and the recorded replies contradict each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from openyibao.conform.calls import Exchange
from openyibao.conform.tables import OTHER_NAMES, Field, Node, code_lists, find_transaction, samples


class Complaint(msgspec.Struct, frozen=True):
    """What a check finds: where in the reply, what is wrong, the passage of the documents, and whether it only is noted."""

    check: str
    where: str
    says: str
    passage: str = ""
    noted: bool = False


_MOMENT = re.compile(r"\d{17}")
_DATE = re.compile(r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])")
_INSTANT = re.compile(r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01]) ([01]\d|2[0-3]):[0-5]\d:[0-5]\d")
_REPLY_ID = re.compile(r"\d{20}\d{1,10}")
ERROR_CHARACTERS_MAX = 200

NULL_IN_PRACTICE: dict[str, frozenset[str]] = {
    "2206": frozenset({"setl_time", "clr_way", "clr_optins", "setl_id"}),
    "2303": frozenset({"setl_time", "clr_way", "clr_optins", "setl_id"}),
    "2101": frozenset({"setl_time", "clr_way", "clr_optins", "setl_id"}),
    "2208": frozenset({"psn_part_amt", "hosp_part_amt", "acct_mulaid_pay", "pdn_cash_pay"}),
    "2305": frozenset({"psn_part_amt", "hosp_part_amt", "acct_mulaid_pay"}),
    "2103": frozenset({"psn_part_amt", "hosp_part_amt", "acct_mulaid_pay"}),
    "1201": frozenset({"uscc"}),
    "5102": frozenset({"certno"}),
    "*": frozenset({"crt_payb_lmt_amt", "exp_content", "memo", "chld_medc_flag", "list_sp_item_flag"}),
}
"""Required by the tables, null or absent in recorded replies or in the notes (2206: "setl_id null … and setl_time null")."""


def judge_envelope(exchange: Exchange, *, at: datetime) -> list[Complaint]:
    """Section 2 of envelope.md: status, ids, times, error text, output."""
    reply, told = exchange.reply, _Teller("envelope", "envelope.md section 2")
    status = reply.get("infcode")
    if isinstance(status, bool) or not re.fullmatch(r"-?\d+", str(status)):
        told.say("infcode", f"is {status!r}, not a number")
    elif isinstance(status, str):
        told.note("infcode", "is a string; a number is the safer default")
    for name in ("refmsg_time", "respond_time"):
        if not _MOMENT.fullmatch(str(reply.get(name, ""))):
            told.say(name, f"is {reply.get(name)!r}, not yyyyMMddHHmmssSSS")
    if not told.complaints:
        _judge_times(reply, told, at)
    (_judge_good if exchange.succeeded else _judge_bad)(reply, told)
    return told.complaints


def _judge_good(reply: dict[str, Any], told: _Teller) -> None:
    if not _REPLY_ID.fullmatch(str(reply.get("inf_refmsgid", ""))):
        told.say("inf_refmsgid", f"is {reply.get('inf_refmsgid')!r}, not region, time and serial, up to 30 digits")
    if reply.get("err_msg") not in (None, "", "成功"):
        told.say("err_msg", "of a success says something")
    if "output" not in reply:
        told.say("output", "is missing")


def _judge_bad(reply: dict[str, Any], told: _Teller) -> None:
    text = reply.get("err_msg")
    if not isinstance(text, str) or not text.strip():
        told.say("err_msg", "of a failure is empty")
    elif len(text) > ERROR_CHARACTERS_MAX:
        told.say("err_msg", f"has {len(text)} characters, more than {ERROR_CHARACTERS_MAX}")
    if reply.get("output") not in (None, {}, ""):
        told.say("output", "of a failure is not empty")


def _judge_times(reply: dict[str, Any], told: _Teller, at: datetime) -> None:
    came, answered = (datetime.strptime(reply[name], "%Y%m%d%H%M%S%f") for name in ("refmsg_time", "respond_time"))  # noqa: DTZ007 Shanghai's wall time on both sides
    if answered < came:
        told.say("respond_time", "is before refmsg_time")
    if abs(came - at.replace(tzinfo=None)) > timedelta(minutes=10):
        told.note("refmsg_time", f"is {came:%Y-%m-%d %H:%M}, the client's clock says {at:%Y-%m-%d %H:%M}")


def judge_fields(exchange: Exchange, infno: str) -> list[Complaint]:
    """Required fields, types and codes of each row of each output node of a success."""
    table = find_transaction(infno)
    complaints: list[Complaint] = []
    nested = {field.code for node in table.outputs for field in node.fields}
    for node in table.outputs:
        if node.name and node.name in nested:
            continue
        rows = rows_of(exchange.output, node)
        if rows is None:
            if node.required and node.name not in MAY_BE_EMPTY:
                told = _Teller("required", f"transactions.md {infno}, OUT node {node.name}")
                told.say(node.name or "output", "the node is missing")
                complaints += told.complaints
            continue
        for number, row in enumerate(rows):
            complaints += _judge_row(infno, node, row, f"{node.name or 'output'}[{number}]")
    return complaints


def has_rows(output: Any, infno: str) -> bool:
    """Whether there is any row of the table's nodes to be judged."""
    return any(rows_of(output, node) for node in find_transaction(infno).outputs)


MAY_BE_EMPTY = frozenset({"idetinfo", "setldetail", "detlcutinfo", "judge_result_detail_dtos"})
"""Nodes that a recorded reply leaves out or empty."""


def _judge_row(infno: str, node: Node, row: dict[str, Any], where: str) -> Iterator[Complaint]:
    nullable = NULL_IN_PRACTICE.get(infno.rstrip("AB"), frozenset()) | NULL_IN_PRACTICE["*"]
    for field in node.fields:
        place = f"{where}.{field.code}"
        present = row.get(field.code, row.get(_camel(field.code)))
        if field.code == "pdn_cash_pay":
            present = present if present is not None else row.get("psn_cash_pay")
        if present is None or present == "":
            if field.required:
                passage = f"transactions.md {infno}, OUT node {node.name}: required"
                state = "is missing" if field.code not in row else f"is {present!r}"
                yield Complaint("required", place, state, passage, noted=field.code in nullable)
            continue
        yield from _judge_type(infno, field, present, place)
        if field.coded:
            yield from _judge_code(field, present, place)


def _judge_type(infno: str, field: Field, value: Any, where: str) -> Iterator[Complaint]:
    passage = f"transactions.md {infno}: {field.code} {field.kind}"
    if field.kind == "number":
        yield from _judge_number(field, value, where, passage)
    elif field.kind == "text":
        if isinstance(value, list | dict):
            return
        if not isinstance(value, str):
            misprint = field.code.endswith(("_pay", "_amt", "_payamt"))  # 2305 prints hifdm_pay as C
            yield Complaint("types", where, f"is the number {value}, a string is due", passage, noted=misprint)
        elif field.length and len(value) > field.length:
            yield Complaint("types", where, f"has {len(value)} characters, more than {field.length}", passage)
    elif field.kind == "date":
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            yield Complaint("types", where, "is an instant where a date is due", passage, noted=True)
        elif not isinstance(value, str) or not _DATE.fullmatch(value):
            yield Complaint("types", where, f"is {value!r}, not yyyy-MM-dd", passage)
    elif field.kind == "instant" and (not isinstance(value, str) or not _INSTANT.fullmatch(value)):
        noted = isinstance(value, str) and bool(_DATE.fullmatch(value))
        yield Complaint("types", where, f"is {value!r}, not yyyy-MM-dd HH:mm:ss", passage, noted=noted)


def _judge_number(field: Field, value: Any, where: str, passage: str) -> Iterator[Complaint]:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        yield Complaint("types", where, f"is {value!r}, replies use JSON numbers", passage)
        return
    exact = Decimal(value)
    decimals = max(0, -int(exact.normalize().as_tuple().exponent))
    if field.decimals is not None and decimals > field.decimals:
        yield Complaint("types", where, f"has {decimals} decimals, more than {field.decimals}", passage)


def _judge_code(field: Field, value: Any, where: str) -> Iterator[Complaint]:
    """In the list, or longer with a beginning from it: provinces extend lists by longer codes."""
    known = code_lists().get(field.code)
    text = str(value)
    if not known or text in known or text.lstrip("0") in known:
        return
    if any(text.startswith(code) for code in known if len(code) > 1):
        return
    if field.code == "fund_pay_type" and any(code[:FUND_DIGITS] == text[:FUND_DIGITS] for code in known):
        return
    yield Complaint("codes", where, f"{text!r} is not in the list {field.code}", f"codelists.md {field.code}")


FUND_DIGITS = 4
"""A fund's own digits; the rest is the province's (codelists.md: 330101 under 3301xx)."""

ECHOED = frozenset(
    {
        *("psn_no", "mdtrt_id", "ipt_otp_no", "insutype", "med_type", "mdtrt_cert_type", "feedetl_sn", "medfee_sumamt"),
        *("det_item_fee_sumamt", "cnt", "pric", "fixmedins_code", "filename", "setl_optins", "psn_name", "certno"),
    }
)
"""Fields of a reply that must be what was sent under the same name."""

NOT_ECHOED: dict[str, frozenset[str]] = {
    **dict.fromkeys(("2208", "2305", "2103"), frozenset({"medfee_sumamt", "setl_id"})),
    "3202": frozenset({"filename", "medfee_sumamt"}),
    "1201": frozenset({"fixmedins_type"}),
    "5102": frozenset({"certno", "psn_name"}),
    "2407": ECHOED,
}


def judge_echo(exchange: Exchange, infno: str) -> list[Complaint]:
    """What was sent comes back as it was sent: ids, amounts of lines, the sender's message id in medins_setl_id."""
    complaints: list[Complaint] = []
    sent_alone, sent_lines = _sent_values(exchange.content)
    left = NOT_ECHOED.get(infno.rstrip("A"), frozenset())
    for where, row in all_rows(exchange.output):
        line = sent_lines.get(str(row.get("feedetl_sn")), {})
        for name in (ECHOED - left) & row.keys():
            sent = line.get(name, sent_alone.get(name))
            if sent in (None, "") or same(row[name], sent):
                continue
            passage = f"transactions.md {infno}: the reply's {name} is the request's"
            complaints.append(
                Complaint("ids", f"{where}.{name}", f"is {row[name]!r}, sent was {plain_text(sent)}", passage)
            )
        if "medins_setl_id" in row and not infno.startswith("52") and row["medins_setl_id"] != exchange.msgid:
            passage = "transactions.md 2207: medins_setl_id = the msgid of this request"
            complaints.append(Complaint("ids", f"{where}.medins_setl_id", f"is {row['medins_setl_id']!r}", passage))
    return complaints


def _sent_values(content: dict[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    alone: dict[str, Any] = {}
    lines: dict[str, dict[str, Any]] = {}
    for part in content.values():
        rows = part if isinstance(part, list) else [part]
        for row in rows:
            if not isinstance(row, dict):
                continue
            if "feedetl_sn" in row:
                lines[str(row["feedetl_sn"])] = row
            if len(rows) == 1 and "feedetl_sn" not in row:
                alone |= {name: value for name, value in row.items() if not isinstance(value, list | dict)}
    return alone, lines


def rows_of(output: Any, node: Node) -> list[dict[str, Any]] | None:
    """The rows of a node, whether it is one object or an array, under this name or another; None: not there."""
    part: Any = None
    if not node.name:
        part = _nameless(output, node)
    elif isinstance(output, dict):
        names = (node.name, *OTHER_NAMES.get(node.name, ()))
        part = next((output[name] for name in names if name in output), None)
        if part is None and len(node.fields) == 1 and isinstance(output.get(node.fields[0].code), str):
            part = output
    if isinstance(part, str):  # 9002: the edition prints sign_time as the node itself
        part = {node.fields[0].code: part}
    rows = part if isinstance(part, list) else [part]
    return None if part is None else [row for row in rows if isinstance(row, dict)]


def _nameless(output: Any, node: Node) -> Any:
    if isinstance(output, dict):
        if any(field.code in output for field in node.fields):
            return output
        return next((part for part in output.values() if isinstance(part, list)), None)
    return output


def all_rows(part: Any, where: str = "output") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object inside an output, with its place."""
    if isinstance(part, dict):
        yield where, part
        for name, inside in part.items():
            yield from all_rows(inside, f"{where}.{name}" if where != "output" else str(name))
    elif isinstance(part, list):
        for number, inside in enumerate(part):
            yield from all_rows(inside, f"{where}[{number}]")


def same(got: Any, sent: Any) -> bool:
    """Equal as text or as numbers."""
    if str(got) == str(sent):
        return True
    try:
        return Decimal(str(got)) == Decimal(str(sent))
    except ArithmeticError:
        return False


def plain_text(value: Any) -> str:
    """A value for a sentence."""
    return repr(str(value)) if isinstance(value, Decimal) else repr(value)


def _camel(code: str) -> str:
    first, *rest = code.split("_")
    return first + "".join(part.capitalize() for part in rest)


class _Teller:
    """Collects the complaints of one check."""

    def __init__(self, check: str, passage: str) -> None:
        self._check, self._passage = check, passage
        self.complaints: list[Complaint] = []

    def say(self, where: str, what: str) -> None:
        self.complaints.append(Complaint(self._check, where, what, self._passage))

    def note(self, where: str, what: str) -> None:
        self.complaints.append(Complaint(self._check, where, what, self._passage, noted=True))


def judge_shape(exchange: Exchange, infno: str) -> list[Complaint]:
    """Against the recorded replies of the same transaction: nodes and JSON types of fields that both have."""
    complaints: list[Complaint] = []
    for name, sample in samples().items():
        if name.split("_")[0] != infno or str(sample.get("infcode")) != "0":
            continue
        recorded = _types(sample.get("output"))
        for place, kind in _types(exchange.output).items():
            expected = recorded.get(place)
            if expected and kind and expected != kind:
                passage = f"samples/resp_{name}.json"
                complaints.append(
                    Complaint("shape", place, f"is a {kind}, the recorded reply has a {expected}", passage)
                )
        if not isinstance(exchange.output, type(sample.get("output"))) and exchange.output not in (None, {}):
            complaints.append(
                Complaint("shape", "output", "is of another kind than recorded", f"samples/resp_{name}.json")
            )
    return complaints


def _types(part: Any, place: str = "") -> dict[str, str]:
    """Place → string, number, array or object; null has none. Rows of an array share a place. 1201's array may be one row."""
    if isinstance(part, dict):
        found = {place: "object"} if place else {}
        for name, inside in part.items():
            found |= _types(inside, f"{place}.{name}" if place else name)
        return found
    if isinstance(part, list):
        found = {place: "array"}
        for inside in part:
            found |= {name: kind for name, kind in _types(inside, place + "[]").items() if name != place + "[]"}
        return found
    if part is None or isinstance(part, bool):
        return {}
    return {place: "string" if isinstance(part, str) else "number"}
