"""The recorded replies of real platforms pass the checks, but for what the table of a later edition asks: the checks ask nothing unheard of."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from openyibao.conform.calls import Exchange
from openyibao.conform.identities import judge_identities, judge_line
from openyibao.conform.judging import judge_envelope, judge_fields, judge_shape, same
from openyibao.conform.tables import code_lists, find_transaction, read_type, samples, transactions
from openyibao.kit.clock import SHANGHAI

LATER = {
    # hifdm_pay came in 2022-11 (codelists.md, I3), these replies are of 2021
    "2206": {"setlinfo[0].hifdm_pay"},
    "2207": {"setlinfo[0].hifdm_pay"},
    "2208": {"setlinfo[0].hifdm_pay"},
}
VIEWS = frozenset({"5203_shenzhen_view"})
"""Shown by a web client, its fund codes already turned into words."""
ENVELOPED = sorted(
    name for name in samples() if not name.startswith(("ec_", "1162")) and str(samples()[name].get("infcode")) == "0"
)


def exchange_of(name: str) -> Exchange:
    reply = json.loads(json.dumps(samples()[name]), parse_float=Decimal)
    return Exchange(infno=name.partition("_")[0], msgid="", sent={}, reply=reply)


@pytest.mark.parametrize("name", [name for name in ENVELOPED if name not in VIEWS and name != "no_output_zhejiang"])
def test_a_recorded_reply_passes_the_checks_of_fields_and_shape(name: str) -> None:
    exchange = exchange_of(name)
    found = [*judge_fields(exchange, exchange.infno), *judge_shape(exchange, exchange.infno)]
    assert {each.where for each in found if not each.noted} == LATER.get(name, set())


@pytest.mark.parametrize("name", ["2206", "2207", "2208", "2303", "2304", "2305"])
def test_a_recorded_settlement_keeps_all_identities(name: str) -> None:
    output = exchange_of(name).output
    assert judge_identities(output["setlinfo"], output["setldetail"]) == []


@pytest.mark.parametrize("name", ["2204", "2204_zhejiang", "2301"])
def test_recorded_lines_keep_theirs(name: str) -> None:
    found = [each for row in exchange_of(name).output["result"] for each in judge_line(row)]
    assert found == []


def test_a_total_with_the_account_inside_passes_only_where_the_profile_says_so() -> None:
    output = exchange_of("2303").output
    setlinfo = output["setlinfo"] | {"fund_pay_sumamt": Decimal("18955.43")}  # 18785.39 and the account's 170.04
    assert judge_identities(setlinfo, output["setldetail"], account_inside=True) == []
    found = {each.says[:2] for each in judge_identities(setlinfo, output["setldetail"])}
    assert found == {"I1", "I3", "I6"}


def test_a_recorded_failure_is_a_good_refusal() -> None:
    exchange = exchange_of("2601_error_zhejiang")
    at = datetime(2022, 1, 20, 13, 24, tzinfo=SHANGHAI)
    assert [each for each in judge_envelope(exchange, at=at) if not each.noted] == []


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("C(30)", ("text", 30, None)),
        ("N(16,2)", ("number", 16, 2)),
        ("N((16,2))", ("number", 16, 2)),
        ("数值(16,2)", ("number", 16, 2)),
        ("字符(3)", ("text", 3, None)),
        ("D(20)", ("date", 20, None)),
        ("DT", ("instant", 0, None)),
        ("列表", ("any", 0, None)),
        ("", ("any", 0, None)),
        ("bytes", ("any", 0, None)),
    ],
)
def test_types_are_read_as_the_tables_spell_them(text: str, read: Any) -> None:
    assert read_type(text) == read


def test_the_tables_are_whole() -> None:
    assert len(transactions()) == 212 + 4
    assert find_transaction("2203A").inputs[0].name == "mdtrtinfo"
    assert find_transaction("nobody's").inputs == ()
    assert code_lists()["med_type"].keys() >= {"11", "21", "41"}


def test_amounts_compare_as_numbers_and_codes_as_text() -> None:
    assert same(Decimal("12.30"), "12.3")
    assert same("01", "01")
    assert not same("a", "b")
