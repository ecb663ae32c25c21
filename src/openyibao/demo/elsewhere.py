"""The demo's visitor: insured in Xiangtan, treated in Beijing, unfiled and filed. 中文: 演示异地就医。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
from rich.console import Console

from openyibao.demo.bills import CASES
from openyibao.demo.population import DemoPerson, Population
from openyibao.kit.clock import SystemClock
from openyibao.kit.money import yuan_text
from openyibao.rooms.people import EntitlementState, InsuranceType, PersonCategory

VISITOR_AGENCY = 430302
"""Yuhu, a district that pools in Xiangtan (430300), whose policy has ratios for care elsewhere."""
FEE_FEN = 120_000
Post = Callable[[str, dict[str, Any], str], Awaitable[dict[str, Any]]]
"""Sends one act under a key; answers what was done."""


class VisitorFault(Exception):  # noqa: N818 a fault of the story, told as such
    """The filing changed nothing, or the money between the areas is wrong."""


def with_visitor(population: Population) -> Population:
    """The last grown employee before the people of the published bills is insured in Xiangtan."""
    people = list(population.people)
    head, cases = people[: -len(CASES)], people[-len(CASES) :]
    grown = [one for one in head if one.person_category is PersonCategory.employee]
    visitor = msgspec.structs.replace(
        grown[-1],
        agency_area=VISITOR_AGENCY,
        insurance_type=InsuranceType.employee,
        account_fen=100_000,
        state=EntitlementState.paid,
        groups=(),
    )
    head = [one for one in head if one is not grown[-1]]
    return msgspec.structs.replace(population, people=(*head, visitor, *cases))


def visitor_of(population: Population) -> DemoPerson:
    """The visitor of a population with one."""
    return population.people[-len(CASES) - 1]


async def tell(
    console: Console,
    post: Post,
    scan: Callable[[DemoPerson, str], Awaitable[str]],
    made: DemoPerson,
    doctor: str,
    item_code: str,
) -> None:
    """A visit in Beijing: what an unfiled visitor would get, the filing at the counter, the bill by it.

    ``scan(person, key)`` activates, shows, scans and answers a visit token. Raises VisitorFault.
    """
    token = await scan(made, "visitor")
    desk = {"terminal_code": "T01", "operator_code": "op1"}
    line = {
        "line_no": 1,
        "item_code": item_code,
        "quantity_e4": 10_000,
        "unit_price_micro": FEE_FEN * 10_000,
        "amount_fen": FEE_FEN,
        "practitioner_code": doctor,
    }
    visit = {"kind": "outpatient", "practitioner_code": doctor, "diagnoses": [{"code": "M60.000x001"}]}
    bill = {**desk, "visit_token": token, "encounter": visit, "items": [line]}
    unfiled = await post("pre-settlements", bill, "visitor-pre-1")
    console.print(f"  unfiled    the funds would pay {yuan_text(unfiled['fund_total_fen'])} yuan")
    today = SystemClock().today()
    filed = await post(
        "filings",
        {
            "visit_token": token,
            "operator_code": "op1",
            "kind": "transfer",
            "treatment_area": 110000,
            "begins_on": today.isoformat(),
            "ends_on": (today + timedelta(days=90)).isoformat(),
        },
        "visitor-file",
    )
    console.print(f"  filed      {filed['filing_id']}: {filed['kind']}, {filed['state']}, until {filed['valid_until']}")
    settled = await post("settlements", bill, "visitor-settle")
    console.print(
        f"  settled    the funds of {settled['pooling_area']} pay {yuan_text(settled['fund_total_fen'])} yuan "
        f"by way of the clearing between {settled['treatment_area']} and {settled['pooling_area']}"
    )
    if settled["fund_total_fen"] <= unfiled["fund_total_fen"]:
        raise VisitorFault("the filing changed nothing")
