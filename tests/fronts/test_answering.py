"""Every refusal says what to do next, who answers, and under which number (Q5)."""

from __future__ import annotations

import re

import msgspec
import pytest

import openyibao.cli
import openyibao.main
from openyibao.fronts.api.answers import problem
from openyibao.fronts.shared.answering import BY_CODE, WORDS, Answerer, answered_by, answerer_of
from openyibao.kit.outcome import REASONS, Refused

assert openyibao.cli
assert openyibao.main, "the assembly imports every room, and so fills the catalogue of reasons"
OURS = sorted(code for code, reason in REASONS.items() if reason.home.startswith("openyibao."))


@pytest.mark.parametrize("code", OURS)
def test_every_reason_says_what_next_and_who_answers(code: str) -> None:
    reason = REASONS[code]
    assert answerer_of(reason) in Answerer, f"place {reason.home} in fronts/shared/answering.py"
    status, octets = problem(Refused(reason), request_id="abc", hotline="0574-12393")
    body = msgspec.json.decode(octets)
    assert 400 <= status < 600
    for name in ("detail", "detail_zh", "next", "next_zh", "answered_by", "answerer", "answerer_zh", "hotline"):
        assert body[name], name
    assert body["request_id"] == "abc"
    if answerer_of(reason) is Answerer.agency:
        assert "0574-12393" in body["answerer_zh"]


def test_the_catalogue_of_reasons_is_there_at_all() -> None:
    assert len(OURS) > 200


def test_codes_that_differ_from_their_room_exist() -> None:
    assert BY_CODE.keys() <= REASONS.keys()


def test_answerers_are_said_in_both_languages() -> None:
    assert set(WORDS) == set(Answerer)
    for words in WORDS.values():
        assert re.search(r"[\u4e00-\u9fff]", words.zh)
        assert not re.search(r"[\u4e00-\u9fff]", words.en)
    assert "12393" in answered_by(REASONS["no_policy"], "en")
