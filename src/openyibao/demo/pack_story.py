"""The story of two packs at a pharmacy: scanned, sold, one brought back and sold again. 中文: 演示药店追溯码。"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from rich.console import Console

from openyibao.demo.client import InstitutionClient
from openyibao.demo.journey import JourneyFault, activate, card_token, done, show_code
from openyibao.demo.stocking import stocked_drugs, trace_code_of
from openyibao.kit.clock import SystemClock
from openyibao.kit.money import yuan_text
from openyibao.rooms.catalogue import CatalogueItem
from openyibao.rooms.institutions import InstitutionKind
from openyibao.rooms.presentation import Purpose

if TYPE_CHECKING:
    from openyibao.demo.stage import Prepared

DESK = {"terminal_code": "T01", "operator_code": "op1"}
PRICE_FEN = 2_350
BUYERS = (0, 1)
"""An employee and a retired person of the made-up population."""


async def run(console: Console, url: str, sms_url: str, prepared: Prepared) -> None:
    """Tell it over HTTP. Raises JourneyFault where something comes out otherwise."""
    population = prepared.population
    place = next(one for one in population.places.institutions if one.kind is InstitutionKind.pharmacy)
    staff = next(
        p.practitioner_code for p in population.places.practitioners if p.institution_id == place.institution_id
    )
    drug = stocked_drugs(population.catalogue)[0]
    kept, back = (trace_code_of(drug, place, number) for number in (1, 2))
    console.rule("追溯码 · two packs at the pharmacy, one comes back")
    async with httpx.AsyncClient(timeout=30) as http:
        client = InstitutionClient(http, url, prepared.session_keys[place.institution_id], SystemClock())
        tokens = []
        for number in BUYERS:
            wallet = await activate(client, http, sms_url, f"packs-{number}", population.people[number])
            body = {"code": show_code(wallet), "purpose": "pharmacy_purchase", **DESK}
            tokens.append(done(await client.post("scans", body, key=f"packs-{number}-scan"))["visit_token"])
        console.print(f"  at         {place.name}: {drug.name}")
        sold = done(await client.post("settlements", _bill(drug, staff, tokens[0], kept, back), key="packs-sale"))
        console.print(f"  sold       {kept} and {back}: {yuan_text(sold['fee_total_fen'])} yuan")
        seen = (await http.get(f"{url}/api/v1/packs/{back}")).json()
        console.print(
            f"  anyone     sees: {seen['state_zh']} {seen['sold_month']} {seen['sold_city']}; {seen['warning_zh']}"
        )
        again = await client.post("settlements", _bill(drug, staff, tokens[1], back), key="packs-second")
        if again.done or again.body["reason"] != "trace_code_sold_before":
            raise JourneyFault(f"the pack was sold twice: {again.body}")
        console.print(f"  refused    {again.body['detail_zh']}")
        done(await client.post("reversals", {**DESK, "settlement_id": sold["settlement_id"]}, key="packs-undo"))
        # Its token has opened the visit that was undone: the customer's ID card opens the next one.
        buyer = population.people[BUYERS[0]]
        card = await card_token(client, buyer, "packs-card", Purpose.pharmacy_purchase, DESK)
        by_card = {**_bill(drug, staff, card, kept), "account_use": "none"}
        rest = done(await client.post("settlements", by_card, key="packs-rest"))
        console.print(f"  returned   one pack; the rest is settled again: {yuan_text(rest['fee_total_fen'])} yuan")
        other = done(await client.post("settlements", _bill(drug, staff, tokens[1], back), key="packs-other"))
        console.print(f"  sold again to the other customer: {yuan_text(other['fee_total_fen'])} yuan")


def _bill(drug: CatalogueItem, staff: str, visit_token: str, *codes: str) -> dict[str, Any]:
    """A whole sale of so many packs."""
    line = {
        "line_no": 1,
        "item_code": drug.item_code,
        "quantity_e4": 10_000 * len(codes),
        "unit_price_micro": PRICE_FEN * 10_000,
        "amount_fen": PRICE_FEN * len(codes),
        "practitioner_code": staff,
        "trace_codes": codes,
    }
    encounter = {"kind": "pharmacy", "practitioner_code": staff, "diagnoses": [{"code": "I10.x00", "main": True}]}
    return {**DESK, "visit_token": visit_token, "encounter": encounter, "items": [line]}
