"""A stay over the REST interface: each route by a signed message, answered as it is described."""

from __future__ import annotations

from typing import Any

import msgspec
from journey_house import DESK, House

from openyibao.fronts.api import ApiDoors
from openyibao.fronts.api.authentication import message_to_sign
from openyibao.kit.clock import unix_seconds
from openyibao.kit.crypto import MacKey, sm3

WHO = 1


class Caller:
    """A hospital's system: signs every message with its session key."""

    def __init__(self, house: House) -> None:
        self.house, self.doors = house, ApiDoors(house.platform)
        self.key = house.prepared.session_keys[house.hospital.institution_id]

    async def ask(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> tuple[int, Any]:
        content = b"" if body is None else msgspec.json.encode(body)
        stamp, request_key = str(unix_seconds(self.house.clock.now())), key or self.house.key()
        whole = f"/api/v1/{path}"
        signature = MacKey(self.key.secret).mac(message_to_sign(method, whole, stamp, request_key, sm3(content))).hex()
        headers = {
            "x-session-key": str(self.key.session_key_id),
            "x-timestamp": stamp,
            "x-signature": signature,
            "idempotency-key": request_key,
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": method,
            "path": whole,
            "headers": [(name.encode(), text.encode()) for name, text in headers.items()],
        }
        await self.doors(scope, receive, send)
        return sent[0]["status"], msgspec.json.decode(sent[1]["body"])

    async def done(self, method: str, path: str, body: Any = None, *, key: str | None = None) -> Any:
        status, answer = await self.ask(method, path, body, key=key)
        assert status == 200, answer
        return answer


def line(house: House, number: int, fen: int) -> dict[str, Any]:
    one = msgspec.to_builtins(house.line(number, fen))
    return {name: value for name, value in one.items() if value is not None}


async def test_a_stay_from_admission_to_discharge_and_back(house: House) -> None:
    hospital, op = Caller(house), {"operator_code": "op1"}
    admission = {
        "kind": "inpatient",
        "practitioner_code": house.doctor(),
        "diagnoses": [{"code": "I10.x00", "name": "高血压", "main": True}],
        "admission": {"ward": "W3", "bed": "12"},
    }
    token = await house.token(WHO)
    visit = await hospital.done("POST", "encounters", {"visit_token": token, **DESK, "encounter": admission})
    at = {"encounter_id": visit["encounter_id"]}
    await hospital.done("POST", "fee-batches", {**at, "items": [line(house, 1, 2_000_000)]}, key="up")
    assert (await hospital.done("GET", "outcomes/add_items/up"))["state"] == "done"
    taken = await hospital.done("POST", "fee-batches/remove", at)
    assert (taken["line_count"], taken["amount_fen"]) == (1, 2_000_000)
    assert (await hospital.done("GET", "outcomes/add_items/up"))["state"] == "undone"
    day = house.clock.today().isoformat()
    dated = {**line(house, 2, 3_000_000), "incurred_on": day}
    uploaded = await hospital.done("POST", "fee-batches", {**at, "items": [dated, line(house, 3, 50_000)]})
    await hospital.done("POST", "encounters/change", {**at, **op, "bed": "14"})
    batches = [uploaded["fee_batch_id"]]
    status, refused = await hospital.ask("POST", "settlements", {**at, **DESK, "interim": False})
    assert (status, refused["reason"]) == (422, "not_discharged")
    interim = await hospital.done("POST", "settlements", {**at, **DESK, "interim": True, "fee_batch_ids": batches})
    assert interim["interim"] is True
    left = await hospital.done("POST", "encounters/close", {**at, **op, "closed_on": day})
    assert (left["state"], left["step"]["bed"]) == ("closed", "14")
    await hospital.done("POST", "encounters/reopen", {**at, **op})
    back = {"settlement_id": interim["settlement_id"], **DESK}
    given = {"line_no": 3, "quantity_e4": 10_000, "amount_fen": 50_000}
    refund = await hospital.done("POST", "refunds", {**back, "lines": [given]}, key="f")
    assert (refund["kind"], refund["fund_total_fen"] + refund["personal_account_fen"] + refund["cash_fen"]) == (
        *("refund", -50_000),
    )
    undone = await hospital.done("POST", "annulments", {"original_key": "f", "original_verb": "refund_items", **DESK})
    assert undone["kind"] == "restoration"
    seen = await hospital.done("GET", f"settlements/{undone['settlements'][0]['new_settlement_id']}")
    assert [one["kind"] for one in seen["corrections"]] == ["restoration"]
    shown = await hospital.done("GET", f"encounters/{visit['encounter_id']}")
    assert [step["kind"] for step in shown["steps"]] == ["admitted", "changed", "closed", "reopened"]
    assert [batch["state"] for batch in shown["batches"]] == ["removed", "settled", "removed"]
    status, refused = await hospital.ask("POST", "encounters/cancel", {**at, **op})
    assert (status, refused["reason"]) == (422, "lines_present")
    assert (await house.verify()).faults == []
