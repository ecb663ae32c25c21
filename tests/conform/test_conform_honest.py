"""The server on paper keeps to the documents, so the suite must find nothing; also in each of the six variants."""

from __future__ import annotations

import pytest
from paper_desk import Tried
from paper_server import PaperServer
from paper_state import SUPPORTED

from openyibao.conform import CHECKS, Mark, Profile, RowState
from openyibao.conform.report import sentence_of
from openyibao.kit.crypto import sm2_generate


def test_an_honest_server_passes_the_whole_suite(tried: Tried) -> None:
    scores = tried()
    assert [sentence_of(each) for each in scores.findings if not each.complaint.noted] == []
    assert scores.not_run == {"3103": "jr_id not known"}
    passed = {infno for infno in scores.cells if scores.state(infno) is RowState.passed}
    assert passed >= SUPPORTED
    assert not scores.failed


def test_every_column_is_asked_somewhere(tried: Tried) -> None:
    scores = tried()
    assert {check for cells in scores.cells.values() for check in cells} == set(CHECKS)


def test_what_is_refused_by_name_is_no_failure_but_stands_in_the_table(tried: Tried) -> None:
    scores = tried("probing")
    assert scores.state("7101") is RowState.unsupported
    assert "7101" in scores.unsupported["7101"]


@pytest.mark.parametrize("profile", list(Profile))
def test_each_variant_signs_so_that_a_server_that_checks_accepts(
    tried: Tried, server: PaperServer, profile: Profile
) -> None:
    server.sm2 = sm2_generate()
    scores = tried("outpatient", "reconciliation", "addresses", profile=profile)
    assert [sentence_of(each) for each in scores.findings if not each.complaint.noted] == []
    assert scores.cells["2207"]["answered"] is Mark.holds
    assert scores.cells["3202"]["truth"] is Mark.holds


@pytest.mark.parametrize("profile", [Profile.v2, Profile.v3, Profile.v4, Profile.v5])
def test_a_wrong_secret_fails_everything(tried: Tried, profile: Profile) -> None:
    scores = tried("identify", profile=profile, secret="wrong")
    assert scores.failed
    assert scores.cells["1101"]["answered"] is Mark.fails


def test_without_codes_the_credential_is_not_run_and_says_why(tried: Tried) -> None:
    scores = tried("credential", codes=False)
    assert "no codes" in scores.not_run["ec.query"]
