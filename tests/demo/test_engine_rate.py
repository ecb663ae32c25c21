"""The bench measures the engine under every delivered document."""

from __future__ import annotations

import io

from rich.console import Console

from openyibao.demo import engine_rate
from openyibao.demo.stage import policy_files


def test_every_delivered_document_is_measured_by_a_bill_of_five_lines():
    said = io.StringIO()
    measured = engine_rate.measure(Console(file=said, width=200), times=20)
    assert len(engine_rate.bill_of_five()) == 5
    assert len(measured) == len(policy_files())
    assert all(each["per_second"] > 0 for each in measured.values())
    assert "settlements/s" in said.getvalue()
