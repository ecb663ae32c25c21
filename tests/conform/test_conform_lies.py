"""Each check is shown to bite: the server on paper lies in one way, and the suite says where. A check no lie trips is no check."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest
from paper_desk import Tried
from paper_server import PaperServer, zip_of
from paper_state import Refusal

from openyibao.conform import CHECKS, Mark

Reply = dict[str, Any]
Change = Callable[[Reply], Any]


def at(place: str, value: Any) -> Change:
    """Put a value (or what a function makes of the old one) at ``a.b.0.c``."""

    def change(reply: Reply) -> Reply:
        told = copy.deepcopy(reply)
        *way, last = place.split(".")
        part: Any = told
        for name in way:
            part = part[int(name)] if isinstance(part, list) else part[name]
        part[last] = value(part[last]) if callable(value) else value
        return told

    return change


def without(place: str) -> Change:
    def change(reply: Reply) -> Reply:
        told = copy.deepcopy(reply)
        *way, last = place.split(".")
        part: Any = told
        for name in way:
            part = part[int(name)] if isinstance(part, list) else part[name]
        part.pop(last, None)
        return told

    return change


def both(*changes: Change) -> Change:
    def change(reply: Reply) -> Reply:
        for each in changes:
            reply = each(reply)
        return reply

    return change


def one_fen(amount: Any) -> Any:
    return Decimal(str(amount)) + Decimal("0.01")


def accepts(reply: Reply) -> Reply:
    return reply | {"infcode": 0, "err_msg": None, "inf_refmsgid": "1" * 30, "output": reply["output"] or {}}


SETL = "output.setlinfo."
LIES: dict[str, tuple[str, str, Change, str]] = {
    # name: (story, transaction, the lie, the check that must see it)
    "a page instead of JSON": ("identify", "1101", lambda _: httpx.Response(502, text="<html>Bad gateway"), "answered"),
    "a list instead of an object": ("identify", "1101", lambda reply: [reply], "answered"),
    "a refusal of what is right": ("identify", "2001", at("infcode", -1), "answered"),
    "an infcode of words": ("outpatient", "2208", at("infcode", "0.0"), "answered"),
    "no id of the receiver": ("identify", "1101", at("inf_refmsgid", None), "envelope"),
    "times in another form": ("identify", "1101", at("refmsg_time", "2026-11-25 10:00:00"), "envelope"),
    "answered before it came": ("identify", "1101", at("respond_time", "20261125095959000"), "envelope"),
    "an error text on success": ("identify", "1101", at("err_msg", "ok"), "envelope"),
    "no output at all": ("identify", "2001", without("output"), "envelope"),
    "a required field missing": ("identify", "1101", without("output.baseinfo.psn_no"), "required"),
    "a required field empty": ("identify", "1101", at("output.insuinfo.0.cvlserv_flag", ""), "required"),
    "a required node missing": ("outpatient", "2204", without("output.result"), "required"),
    "an amount as text": ("identify", "1101", at("output.insuinfo.0.balc", "1000.00"), "types"),
    "a code as number": ("identify", "1101", at("output.insuinfo.0.insutype", 310), "types"),
    "a date that is none": ("identify", "1101", at("output.baseinfo.brdy", "19900101"), "types"),
    "more decimals than fen": ("outpatient", "2206", at(SETL + "balc", Decimal("1.234")), "types"),
    "a text too long": ("identify", "1101", at("output.baseinfo.psn_no", "9" * 31), "types"),
    "a sex that is none": ("identify", "1101", at("output.baseinfo.gend", "5"), "codes"),
    "a fund that is none": ("outpatient", "2207", at("output.setldetail.0.fund_pay_type", "777000"), "codes"),
    "a fen lost between funds and person (I1)": (
        "outpatient",
        "2206",
        at(SETL + "psn_part_amt", one_fen),
        "identities",
    ),
    "a fen lost between account and cash (I2)": (
        "outpatient",
        "2207",
        at(SETL + "psn_cash_pay", one_fen),
        "identities",
    ),
    "a fund total that isn't its funds (I3)": ("outpatient", "2207", at(SETL + "hifob_pay", 1), "identities"),
    "parts that don't make the whole (I4)": ("outpatient", "2206", at(SETL + "inscp_scp_amt", one_fen), "identities"),
    "a line whose parts don't make it (I5)": (
        "outpatient",
        "2204",
        at("output.result.0.inscp_scp_amt", one_fen),
        "identities",
    ),
    "fund rows that don't add up (I6)": (
        "outpatient",
        "2207",
        at("output.setldetail.0.fund_payamt", one_fen),
        "identities",
    ),
    "a reversal that doesn't add up": ("outpatient", "2208", at(SETL + "fund_pay_sumamt", one_fen), "identities"),
    "an id that isn't the visit's": ("outpatient", "2206", at(SETL + "mdtrt_id", "1"), "ids"),
    "a message id that isn't the sender's": ("outpatient", "2207", at(SETL + "medins_setl_id", "1"), "ids"),
    "another amount for a line": ("outpatient", "2204", at("output.result.0.det_item_fee_sumamt", one_fen), "ids"),
    "another person's name": ("identify", "1101", at("output.baseinfo.psn_name", "王五"), "truth"),
    "a birthday that isn't the number's": ("identify", "1101", at("output.baseinfo.brdy", "1990-01-02"), "truth"),
    "an age that never changes": ("identify", "1101", at("output.baseinfo.age", 50), "truth"),
    "a line left out": ("outpatient", "2204", at("output.result", lambda rows: rows[1:]), "truth"),
    "another split than tried": (
        "outpatient",
        "2207",
        both(at(SETL + "hifp_pay", one_fen), at(SETL + "hifob_pay", lambda old: old - Decimal("0.01"))),
        "truth",
    ),
    "a balance that stays": ("outpatient", "2207", at(SETL + "balc", 1000), "truth"),
    "a fund by another's name": (
        "outpatient",
        "2207",
        at("output.setldetail.0.fund_pay_type_name", "公务员医疗补助基金"),
        "truth",
    ),
    "a reversal with positive amounts": ("outpatient", "2208", at(SETL + "medfee_sumamt", abs), "truth"),
    "a refund that isn't one": ("outpatient", "2208", at(SETL + "balc", 1), "truth"),
    "a stored settlement that differs": ("outpatient", "5203", at(SETL + "acct_pay", one_fen), "truth"),
    "stored lines that differ": ("outpatient", "5204", at("output", lambda rows: rows[1:]), "truth"),
    "an empty list of visits": ("outpatient", "5201", at("output.mdtrtinfo", []), "truth"),
    "output where there is none": ("registration", "2202", at("output", {"data": 1}), "truth"),
    "totals always equal": ("reconciliation", "3201", at("output.stmtinfo.stmt_rslt", "0"), "truth"),
    "totals never equal": ("reconciliation", "3201", at("output.stmtinfo.stmt_rslt", "1"), "truth"),
    "a filing that isn't listed": ("filings", "5301", at("output.feedetail", []), "truth"),
    "a count that isn't the file's": ("catalogues", "1301", at("output.data_cnt", 4), "truth"),
    "an array where one row is due": ("outpatient", "2206", at("output.setlinfo", lambda one: [one]), "shape"),
    "an object where rows are due": ("outpatient", "2204", at("output.result", lambda rows: rows[0]), "shape"),
    "one visit for two people": ("outpatient", "2201", at("output.data.mdtrt_id", "M1"), "people"),
    "one id for all replies": ("identify", "1101", at("inf_refmsgid", "1" * 30), "people"),
    "everything is accepted": ("outpatient", "2207", accepts, "refusal"),
    "nobody's visit is accepted": ("inpatient", "2403", accepts, "refusal"),
    "a refusal without words": (
        "outpatient",
        "2201",
        lambda reply: reply | {"err_msg": reply["err_msg"] and ""},
        "refusal",
    ),
    "a reversed bill is annulled": ("outpatient", "2601", accepts, "refusal"),
    "a wrong person's credential": (
        "credential",
        "localQrCodeQuery",
        lambda reply: _credential(reply, idNo="1" * 18),
        "truth",
    ),
    "a credential without token": (
        "credential",
        "localQrCodeQuery",
        lambda reply: _credential(reply, ecToken=""),
        "required",
    ),
    "any string is a credential": ("credential", "localQrCodeQuery", lambda reply: reply | {"code": 0}, "refusal"),
    "one credential for two people": (
        "credential",
        "localQrCodeQuery",
        lambda reply: _credential(reply, ecToken="110000ec" + "0" * 30),
        "people",
    ),
    "a status of words": (
        "credential",
        "localQrCodeQuery",
        lambda reply: reply | {"code": str(reply["code"])},
        "envelope",
    ),
    "a token of 41 characters": (
        "credential",
        "localQrCodeQuery",
        lambda reply: _credential(reply, ecToken="1" * 41),
        "types",
    ),
    "every token is valid": ("credential", "localEcTokenCheck", at("data.flag", "1"), "truth"),
}


def _credential(reply: Reply, **changed: str) -> Reply:
    return (
        reply if "data" not in reply or "userName" not in reply["data"] else reply | {"data": reply["data"] | changed}
    )


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_seen(tried: Tried, server: PaperServer, name: str) -> None:
    story, infno, change, check = LIES[name]

    def lie(asked: str, reply: Reply) -> Any:
        if asked != infno or (reply.get("infcode") == -1 and change is not accepts and check != "refusal"):
            return reply
        try:
            return change(reply)
        except (KeyError, IndexError, TypeError):
            return reply

    server.lie = lie
    scores = tried(*(("outpatient", "reconciliation") if story == "reconciliation" else (story,)))
    row = "ec.query" if infno == "localQrCodeQuery" else infno
    assert scores.cells[row].get(check) is Mark.fails
    assert scores.failed


def test_a_reversal_under_the_originals_id_is_seen(tried: Tried, server: PaperServer) -> None:
    def lie(asked: str, reply: Reply) -> Any:
        if asked != "2208" or reply["infcode"] == -1:
            return reply
        original = next(key for key, one in server.paper.bills.items() if one["sign"] == 1)
        return at(SETL + "setl_id", original)(reply)

    server.lie = lie
    assert tried("outpatient").cells["2208"]["truth"] is Mark.fails


def test_a_refusal_that_leaves_a_visit_behind_is_seen(tried: Tried, server: PaperServer) -> None:
    honest = server.paper.run

    def run(infno: str, body: Any, content: Any, file: bytes) -> Any:
        if infno == "2201" and content["data"]["psn_no"].startswith("9999"):
            right = {"data": {**content["data"], "psn_no": f"P{content['data']['certno']}"}}
            honest(infno, {**body, "msgid": "lost"}, right, file)
        return honest(infno, body, content, file)

    server.paper.run = run  # type: ignore[method-assign] the lie is in what is kept, which no reply carries
    scores = tried("outpatient")
    assert scores.cells["5201"]["truth"] is Mark.fails
    assert scores.cells["2201"]["refusal"] is Mark.holds


def test_a_missing_address_is_seen(tried: Tried, server: PaperServer) -> None:
    def lie(asked: str, reply: Reply) -> Any:
        path = server.requests[-1].url.path
        return httpx.Response(404, text="Not Found") if path.startswith("/test/") or path.endswith("/1101") else reply

    server.lie = lie
    scores = tried("addresses")
    failing = {name for name, cells in scores.cells.items() if Mark.fails in cells.values()}
    assert failing == {"@/fsi/api/rsfComIfsService/callService/1101", "@/test/localcfc/api/hsecfc/localQrCodeQuery"}


def test_every_check_is_tripped_by_a_lie() -> None:
    assert {check for _, _, _, check in LIES.values()} | {"repeat"} == set(CHECKS)


def test_a_server_that_forgets_messages_fails_the_repeat(tried: Tried, server: PaperServer) -> None:
    server.forgets_messages = True
    scores = tried("outpatient")
    assert scores.cells["2201"]["repeat"] is Mark.fails
    assert scores.cells["2207"]["repeat"] is Mark.fails


def test_a_result_file_that_says_nothing_fails_the_planted_differences(tried: Tried, server: PaperServer) -> None:
    honest = server.paper.run

    def run(infno: str, body: Any, content: Any, file: bytes) -> Any:
        return zip_of("") if infno == "9102" else honest(infno, body, content, file)

    server.paper.run = run  # type: ignore[method-assign] the lie is in the file, which no reply carries
    scores = tried("outpatient", "reconciliation")
    assert scores.cells["3202"]["truth"] is Mark.fails
    assert any("was planted as 2" in each.complaint.says for each in scores.findings)


def test_a_file_that_is_no_zip_is_seen(tried: Tried, server: PaperServer) -> None:
    honest = server.paper.run

    def run(infno: str, body: Any, content: Any, file: bytes) -> Any:
        return b"no zip" if infno == "9102" else honest(infno, body, content, file)

    server.paper.run = run  # type: ignore[method-assign] the same
    assert tried("catalogues").cells["9102"]["types"] is Mark.fails


def test_a_server_that_insists_on_arrays_fails_that_sloppiness_alone(tried: Tried, server: PaperServer) -> None:
    honest = server.paper.run

    def run(infno: str, body: Any, content: Any, file: bytes) -> Any:
        if infno == "2204":
            assert isinstance(content["feedetail"], list)
        return honest(infno, body, content, file)

    def strict(infno: str, body: Any, content: Any, file: bytes) -> Any:
        try:
            return run(infno, body, content, file)
        except AssertionError:
            raise Refusal("feedetail 应为数组") from None

    server.paper.run = strict  # type: ignore[method-assign] the same
    scores = tried("sloppiness")
    assert [name for name, cells in scores.cells.items() if Mark.fails in cells.values()] == ["~single_for_array"]
