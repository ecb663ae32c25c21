"""The simulation's page as a file in the browser: on a phone and a wide screen, in both languages, with a city's sums."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from browsing import overflow, shoot
from playwright.sync_api import Page

from openyibao.rooms.policies import Burden, ExplainedStep, Fund, Gathered, Policy, Sort, read_document
from openyibao.rooms.settlement import ExplainedChange, Replayed
from openyibao.simulation_page import write_files

pytestmark = pytest.mark.browser
BEIJING = Path(__file__).parents[2] / "policies/beijing/employee-2025.yaml"


def burden(fund_fen: int, person_fen: int) -> Burden:
    return Burden(
        funds_fen={Fund.pooled_fund: fund_fen},
        fund_total_fen=fund_fen,
        institution_borne_fen=0,
        person_total_fen=person_fen,
        personal_account_fen=person_fen,
        cash_fen=0,
    )


def step(payer: str, amount_fen: int) -> ExplainedStep:
    said = f"{payer}: {amount_fen} " * 6
    return ExplainedStep(
        rule="x", article="第十条", zh=said, en=said, base_fen=0, ratio_bp=None, amount_fen=amount_fen, payer=payer
    )


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Sums of a large city; one change explained; a script that a document's title tries to bring in."""
    draft = read_document(BEIJING.read_text(encoding="utf-8").replace("en: Beijing", "en: <script>x</script> Beijing"))
    assert isinstance(draft, Policy), draft
    gathered = Gathered()
    before, after = burden(98_765_432_101_00, 43_210_987_654_00), burden(98_765_932_101_00, 43_210_487_654_00)
    for category, level, band in (("employee", "community", "18-44"), ("retired", "tertiary", "unknown")):
        gathered.add(Sort(category, level, band, "outpatient"), before, after, None)
        gathered.add(Sort(category, level, band, "inpatient"), after, before, None)
        gathered.end_person()
    replayed = Replayed(
        draft=draft,
        from_on=date(2026, 1, 1),
        to_on=date(2026, 6, 30),
        first_on=date(2026, 1, 1),
        gathered=gathered,
        largest=[
            ExplainedChange(
                cell=1,
                settlement_id=2,
                settled_on=date(2026, 5, 4),
                sort=Sort("retired", "tertiary", "80+", "inpatient"),
                gain_fen=gain_fen,
                fee_total_fen=14_197_641_975_500,
                before=before,
                after=after,
                steps_before=(step("pooled_fund", 1), step("person", 2)),
                steps_after=() if refused else (step("pooled_fund", 3),),
                refused=refused,
            )
            for gain_fen, refused in ((50_000_000, None), (-49_000_000, "filing_needed"))
        ],
    )
    replayed.left["reversed"] = 7
    replayed.refused["filing_needed"] = 1
    write_files(replayed, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["simulation", "simulation.en"])
def test_the_page_fits_a_phone_and_a_screen_and_runs_nothing(
    phone: Page, counter: Page, written: Path, name: str
) -> None:
    for page, size in ((phone, "phone"), (counter, "wide")):
        page.goto(written.joinpath(f"{name}.html").as_uri())
        for fold in page.locator("details:not([open]) > summary").all():
            fold.click()
        shoot(page, f"{name}-{size}")
        assert overflow(page) <= 0
        assert page.locator("script").count() == 0
        assert page.locator("dl.figures dd").first.inner_text().startswith("4")
    phone.click("a[hreflang]")
    assert phone.url.endswith("simulation.en.html" if name == "simulation" else "simulation.html")
