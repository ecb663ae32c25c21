"""Browsers of nobody, of a person, and of operators and officers in each role. Used by the matrix of roles and routes."""

from __future__ import annotations

import re
from typing import Any

import httpx
from journey_house import House
from litestar import Litestar
from route_places import Place

from openyibao.demo.bills import CASES
from openyibao.fronts.shared.attended import OfficerSession
from openyibao.fronts.shared.security import seal_session
from openyibao.fronts.terminal.sessions import COOKIE as TERMINAL_COOKIE
from openyibao.fronts.terminal.sessions import TerminalSession
from openyibao.fronts.wallet.sessions import COOKIE as WALLET_COOKIE
from openyibao.fronts.wallet.sessions import WalletSession
from openyibao.kit.clock import unix_seconds
from openyibao.kit.outcome import Refused
from openyibao.main import front_page, healthz, page_routers
from openyibao.rooms.institutions import OperatorRole, change_role

OPERATOR_CODES = {
    Place.counter_officer: "op1",
    Place.counter_approver: "op2",
    Place.ward_nurse: "op1",
    Place.ward_approver: "op2",
    Place.office_officer: "op1",
    Place.office_approver: "op2",
    Place.office_security: "op1",
    Place.office_auditor: "op1",
    Place.office_hotline: "op2",
    Place.office_system: "op2",
}
"""Made-up operators by what their role lets them do (``demo.stage.made_up_roles``)."""
AT_PHARMACY = {Place.office_security: 0, Place.office_auditor: 1, Place.office_hotline: 1}
PROOF = re.compile(r'name="form_proof" value="([0-9a-f]+)"')


class Visitors:
    """Browsers of nobody, of a person, and of an operator."""

    def __init__(self, house: House) -> None:
        self.house = house
        platform = house.platform
        self.app = Litestar(route_handlers=[healthz, front_page, *page_routers(platform)], openapi_config=None)

    def pages(self) -> set[tuple[str, str]]:
        found = set()
        for route in self.app.routes:
            methods = getattr(route, "http_methods", None) or getattr(route, "methods", None) or ()
            found |= {(method, route.path) for method in methods if method in {"GET", "POST", "PUT", "DELETE", "PATCH"}}
        return found

    async def browser(self, role: Place) -> tuple[httpx.AsyncClient, str]:
        """A browser, and the proof its forms carry."""
        transport = httpx.ASGITransport(app=self.app)
        http = httpx.AsyncClient(transport=transport, base_url="http://t")
        proof = PROOF.search((await http.get("/wallet/start")).text)
        assert proof
        if role is Place.person:
            http.cookies.set(WALLET_COOKIE, await self._wallet())
        elif role is Place.operator:
            http.cookies.set(TERMINAL_COOKIE, self._terminal())
        elif role.post:
            http.cookies.set(f"yb_{role.post}", await self._officer(role))
        return http, proof[1]

    async def _wallet(self) -> str:
        bound = await self.house.bind(self.house.case_person(CASES[0]))
        content = WalletSession(
            expires_seconds=unix_seconds(self.house.clock.now()) + 1_000,
            bucket=bound.binding.bucket,
            session_secret=bound.session_secret,
        )
        return seal_session(self.house.platform, WALLET_COOKIE, content)

    def _terminal(self) -> str:
        """An operator of another institution than the house's hospital."""
        home = self.house.hospital.institution_code
        operator = next(one for one in self.house.prepared.population.operators if one.institution_code != home)
        place = next(one for one in self.house.institutions if one.institution_code == operator.institution_code)
        content = TerminalSession(
            expires_seconds=unix_seconds(self.house.clock.now()) + 1_000,
            institution_id=place.institution_id,
            operator_code=operator.operator_code,
            operator_name="op",
            terminal_code="T01",
        )
        return seal_session(self.house.platform, TERMINAL_COOKIE, content)

    async def _officer(self, role: Place) -> str:
        house, place = self.house, self.house.hospital
        if role in AT_PHARMACY:
            place = house.pharmacies[AT_PHARMACY[role]]
        if role is Place.office_system:
            place = house.other_hospital
            who: dict[str, Any] = {"institution_id": place.institution_id, "operator_code": "op2"}
            pair = {"officers": ("0:s1", "0:s2"), **who}
            for gives, named in ((False, OperatorRole.approver), (True, OperatorRole.system)):
                done = await house.work(
                    lambda tx, gives=gives, named=named: change_role(tx, house.clock, gives=gives, role=named, **pair)
                )
                assert not isinstance(done, Refused), done
        content = OfficerSession(
            expires_seconds=unix_seconds(self.house.clock.now()) + 1_000,
            institution_id=place.institution_id,
            operator_code=OPERATOR_CODES[role],
            operator_name="op",
        )
        return seal_session(self.house.platform, f"yb_{role.post}", content)


def path_of(pattern: str) -> str:
    """A path of a pattern, leading to nothing that is there."""
    pattern = pattern.replace("{act:str}", "face").replace("{named:str}", "7-7")
    pattern = pattern.replace("{kind:str}", "lift_freeze").replace("{number:str}", "Y-12345-67890")
    return re.sub(r"\{what:str\}", "cancel", re.sub(r"\{\w+:int\}", "7", pattern.replace("{path:path}", "nothing.css")))
