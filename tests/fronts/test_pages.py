from __future__ import annotations

import re
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

import openyibao.fronts
from openyibao.fronts.counter.entitlement_words import ENTITLEMENT_WORDS
from openyibao.fronts.counter.filings_words import FILINGS_WORDS
from openyibao.fronts.counter.packs_words import PACKS_WORDS
from openyibao.fronts.counter.periods_words import PERIODS_WORDS
from openyibao.fronts.counter.signals_words import SIGNALS_WORDS
from openyibao.fronts.office.words import OFFICE_WORDS
from openyibao.fronts.shared import static_router
from openyibao.fronts.shared.assets import WORKERS, shelf
from openyibao.fronts.shared.attending_words import ATTENDING_WORDS
from openyibao.fronts.shared.handing_out import HELD_WORDS
from openyibao.fronts.shared.registering_words import REGISTERING_WORDS
from openyibao.fronts.shared.security import SECURITY_HEADERS
from openyibao.fronts.shared.words import SHARED_WORDS, say
from openyibao.fronts.terminal.face_words import FACE_WORDS
from openyibao.fronts.terminal.stay_words import STAY_WORDS
from openyibao.fronts.terminal.words import TERMINAL_WORDS
from openyibao.fronts.wallet.changes_words import CHANGES_WORDS
from openyibao.fronts.wallet.check_words import CHECK_WORDS
from openyibao.fronts.wallet.enrolment_words import ENROLMENT_WORDS
from openyibao.fronts.wallet.filing_words import FILING_WORDS
from openyibao.fronts.wallet.rights_words import RIGHTS_WORDS
from openyibao.fronts.wallet.security_words import SECURITY_WORDS
from openyibao.fronts.wallet.words import WALLET_WORDS
from openyibao.main import front_page
from openyibao.rooms.people import DocumentType

FRONTS = Path(openyibao.fronts.__file__).parent
TEMPLATES = sorted(FRONTS.glob("*/templates/*/*.html"))
ALL_WORDS = {
    **ENTITLEMENT_WORDS,
    **FILINGS_WORDS,
    **PACKS_WORDS,
    **PERIODS_WORDS,
    **SIGNALS_WORDS,
    **CHANGES_WORDS,
    **SHARED_WORDS,
    **FILING_WORDS,
    **TERMINAL_WORDS,
    **ATTENDING_WORDS,
    **CHECK_WORDS,
    **OFFICE_WORDS,
    **ENROLMENT_WORDS,
    **SECURITY_WORDS,
    **RIGHTS_WORDS,
    **HELD_WORDS,
    **REGISTERING_WORDS,
    **FACE_WORDS,
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
OWN_SCRIPTS = [path for path in (FRONTS / "shared/static").rglob("*.js") if "vendor" not in path.parts]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_carries_script_or_style_inside_the_page(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style\b", text)
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"\son[a-z]+\s*=", text)
    assert not re.search(r"javascript:", text)
    assert not re.search(r"hx-on|hx-vals=.js:", text)
    for opening in re.findall(r"<script\b[^>]*>", text):
        assert " src=" in opening


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_template_says_only_words_that_both_languages_have(path: Path) -> None:
    text = path.read_text()
    assert not CHINESE.sub("", text) or not re.search(r">[^<{]*[\u4e00-\u9fff]", text)
    for key in re.findall(r"\bt\('([a-z0-9_]+)'(?! %)", text):
        assert key in ALL_WORDS, key


def test_every_word_has_both_languages_and_the_same_holes() -> None:
    for key, words in ALL_WORDS.items():
        assert words.zh.strip(), key
        assert words.en.strip(), key
        assert set(re.findall(r"\{(\w+)\}", words.zh)) == set(re.findall(r"\{(\w+)\}", words.en)), key
        assert key in {"language", "language_label"} or not CHINESE.search(words.en), key
        if f"{key}_next" in ALL_WORDS:
            assert say(ALL_WORDS, "en", f"{key}_next")


def test_no_word_is_written_twice_with_another_meaning() -> None:
    for one, other in (
        (SHARED_WORDS, FILING_WORDS),
        (SHARED_WORDS, TERMINAL_WORDS),
        (SHARED_WORDS, ATTENDING_WORDS),
        (SHARED_WORDS, CHECK_WORDS),
        (SHARED_WORDS, OFFICE_WORDS),
        (WALLET_WORDS, CHECK_WORDS),
        (WALLET_WORDS, ENROLMENT_WORDS),
        (RIGHTS_WORDS, CHECK_WORDS),
        (FILING_WORDS, SECURITY_WORDS),
        *((ATTENDING_WORDS, one) for one in (ENTITLEMENT_WORDS, FILINGS_WORDS, PACKS_WORDS, PERIODS_WORDS)),
    ):
        assert not one.keys() & other.keys()


def test_the_content_policy_allows_nothing_unsafe_and_only_ourselves() -> None:
    policy = SECURITY_HEADERS["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("path", OWN_SCRIPTS, ids=lambda path: path.name)
def test_our_scripts_make_no_markup_and_no_code_from_text(path: Path) -> None:
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
    )


def test_static_files_are_packed_kept_by_digest_and_guarded() -> None:
    with TestClient(Litestar([static_router()])) as client:
        style = shelf()["shared/base.css"]
        kept = client.get(f"/static/shared/base.css?v={style.digest}")
        assert kept.content == style.content
        assert kept.headers["content-encoding"] == "gzip"
        assert "immutable" in kept.headers["cache-control"]
        assert kept.headers["x-content-type-options"] == "nosniff"
        asked = client.get("/static/shared/base.css")
        assert asked.headers["cache-control"] == "no-cache"
        again = client.get("/static/shared/base.css", headers={"if-none-match": asked.headers["etag"]})
        assert again.status_code == 304
        assert client.get("/static/vendor/VENDOR.md").status_code == 404
        assert client.get("/static/../assets.py").status_code == 404


def test_only_the_reading_worker_may_compile_and_only_webassembly() -> None:
    with TestClient(Litestar([static_router()])) as client:
        for name in shelf():
            policy = client.get(f"/static/{name}").headers["content-security-policy"]
            assert ("wasm-unsafe-eval" in policy) == (name in WORKERS)
            assert "'unsafe-eval'" not in policy


def test_the_list_of_third_party_files_states_their_digests() -> None:
    import hashlib  # noqa: PLC0415 only here

    vendor = FRONTS / "shared/static/vendor"
    listed = dict(
        re.findall(r"^\| (\S+) \|.*\| `([0-9a-f]{64})` \|$", (vendor / "VENDOR.md").read_text(), re.MULTILINE)
    )
    present = {path.name for path in vendor.iterdir()} - {"VENDOR.md", "qrcode-generator.LICENSE.txt"}
    assert present == set(listed)
    for name, digest in listed.items():
        assert hashlib.sha256((vendor / name).read_bytes()).hexdigest() == digest


def test_the_bare_address_leads_to_the_wallet() -> None:
    with TestClient(Litestar([front_page])) as client:
        answer = client.get("/", follow_redirects=False)
    assert answer.is_redirect
    assert answer.headers["location"] == "/wallet"


def test_one_line_is_a_line_and_more_are_lines() -> None:
    said = [say(STAY_WORDS, "en", "batch_lines", count=count) for count in (0, 1, 2)]
    assert said == ["0 lines", "1 line", "2 lines"]
    assert say(STAY_WORDS, "zh", "batch_lines", count=1) == "1 行"


@pytest.mark.parametrize("type_", DocumentType)
def test_every_kind_of_document_has_a_name_wherever_it_is_chosen(type_: DocumentType) -> None:
    assert f"paper_{type_}" in ATTENDING_WORDS
    assert f"document_kind_{type_}" in WALLET_WORDS
