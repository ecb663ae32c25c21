"""The vendors' guide says what the code serves."""

from pathlib import Path

import pytest

from openyibao.fronts.national import TRANSACTIONS
from openyibao.fronts.national.guide import with_table
from openyibao.fronts.national.paths import PATHS
from openyibao.wire.national.fields import field_tables

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "his-vendor.md"


def test_the_guides_table_is_the_codes() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert with_table(text) == text, "run: .venv/bin/python tools/his_vendor.py"
    with pytest.raises(ValueError, match="marks"):
        with_table("no table here")


def test_every_transaction_and_address_is_of_the_interface() -> None:
    known = field_tables().keys()
    assert {infno[:4] for infno in TRANSACTIONS} - {"1161"} <= known
    assert {infno[:4] for infno in PATHS.values()} - {"3102"} <= known
