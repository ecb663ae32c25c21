"""The officers' desk over HTTP: two officers do for a person what one alone can't, the hotline only takes away."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from family_house import PROOF as CERTIFICATE
from family_house import grown_person, newborn, offered, person_of, with_account
from journey_house import House
from proof_house import OTHER, ProofHouse, code_in
from rights_house import RightsHouse
from route_places import Place
from visitors import Visitors

from openyibao.demo.bills import CASES
from openyibao.fronts.shared.attended import OfficerSession
from openyibao.fronts.shared.security import seal_session
from openyibao.kit.clock import SHANGHAI, unix_seconds
from openyibao.rooms import activations, freezes, mandates, people
from openyibao.rooms.activations import PasswordHash
from openyibao.rooms.freezes import Lift, LiftProof
from openyibao.rooms.institutions import OperatorRole, give_roles
from openyibao.rooms.people import InsuredPerson, check_digit

PERSON = 4
NEW_17 = "99900119851231007"
NEW_NUMBER = NEW_17 + check_digit(NEW_17)


class Desk:
    """Browsers of officers, each signed in in one role."""

    def __init__(self, house: House) -> None:
        self.house, self.visitors = house, Visitors(house)
        self._browsers: dict[Place, tuple[httpx.AsyncClient, str]] = {}

    async def send(self, role: Place, path: str, /, **fields: Any) -> httpx.Response:
        if role not in self._browsers:
            self._browsers[role] = await self.visitors.browser(role)
        http, proof = self._browsers[role]
        return await http.post(f"/office/{path}", data={"form_proof": proof, **fields})

    async def see(self, role: Place, path: str) -> str:
        if role not in self._browsers:
            self._browsers[role] = await self.visitors.browser(role)
        answer = await self._browsers[role][0].get(f"/office/{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    async def find(self, who: InsuredPerson, why: str = "来窗口办理") -> httpx.Response:
        return await self.send(
            Place.office_officer,
            "person",
            name=who.name,
            document_type=who.document_type.value,
            document_number=who.document_number,
            why=why,
        )

    async def propose(self, kind: str, **fields: Any) -> httpx.Response:
        return await self.send(Place.office_officer, f"propose/{kind}", **fields)

    async def decide(self, decision: str = "approve", role: Place = Place.office_approver) -> httpx.Response:
        path = "approvals" if role is Place.office_approver else "roles"
        named = re.search(r'name="named" value="([0-9-]+)"', await self.see(role, path))
        assert named
        end = path if path == "approvals" else "roles/decide"
        return await self.send(role, end, named=named[1], decision=decision)

    async def close(self) -> None:
        for http, _ in self._browsers.values():
            await http.aclose()


@pytest.fixture
async def desk(house: House) -> Any:
    made = Desk(house)
    try:
        yield made
    finally:
        await made.close()


async def test_a_freeze_is_lifted_by_two_officers_and_the_person_reads_why(desk: Desk) -> None:
    mine = ProofHouse(desk.house, PERSON)
    assert (await desk.find(mine.who)).status_code == 303
    assert code_in((await desk.propose("lift_freeze")).text) == "not_frozen"
    await mine.freeze()
    page = await desk.see(Place.office_officer, "person")
    assert people.masked_name(mine.who.name) in page
    assert mine.who.document_number not in page
    assert (await desk.propose("lift_freeze")).headers["location"] == "/office/made"
    assert 'data-state="waiting"' in await desk.see(Place.office_officer, "made")
    assert await mine.frozen()
    assert "case_rejected" in (await desk.decide("reject")).text
    assert await mine.frozen()
    await desk.propose("lift_freeze")
    assert "case_approved" in (await desk.decide()).text
    assert not await mine.frozen()
    (row,) = await desk.house.rows("select lifted_by, approved_by, why from freezes")
    home = desk.house.hospital.institution_id
    assert tuple(row) == (f"{home}:op1", f"{home}:op2", "来窗口办理")
    log = await (await mine.phone()).see("/log")
    assert "理由：office: 来窗口办理" in log
    assert "冻结已解除（窗口）" in log
    assert (await desk.house.verify()).faults == []


async def test_an_officer_who_also_approves_decides_nothing_of_their_own(desk: Desk) -> None:
    home, mine = desk.house.hospital.institution_id, ProofHouse(desk.house, PERSON)
    grants = [(home, "op1", OperatorRole.approver)]
    await desk.house.work(lambda tx: give_roles(tx, desk.house.clock, grants=grants, given_by="t"))
    await mine.freeze()
    await desk.find(mine.who)
    await desk.propose("lift_freeze")
    own = await desk.see(Place.office_officer, "approvals")
    assert 'value="approve"' not in own
    named = re.search(r'name="named" value="([0-9-]+)"', own)
    assert named
    refused = await desk.send(Place.office_officer, "approvals", named=named[1], decision="approve")
    assert code_in(refused.text) == "proposal_same_officer"
    assert await mine.frozen()


async def test_a_password_is_set_at_the_desk_once_it_is_approved(desk: Desk) -> None:
    mine = ProofHouse(desk.house, PERSON)
    bound = await mine.choose_password()
    await desk.find(mine.who)
    await desk.propose("reset_password", end_others="yes")
    page = await desk.see(Place.office_officer, "made")
    assert 'name="password"' not in page
    named = {"named": re.findall(r"\d+-\d+", str(await _named(desk)))[0]}
    typed = {"password": OTHER, "password_again": OTHER}
    early = await desk.send(Place.office_officer, "password", **named, **typed)
    assert code_in(early.text) == "proposal_not_approved"
    await desk.decide()
    assert 'name="password"' in await desk.see(Place.office_officer, "made")
    weak = {"password": "123456", "password_again": "123456"}
    refused = await desk.send(Place.office_officer, "password", **named, **weak)
    assert code_in(refused.text) == "password_simple"
    done = await desk.send(Place.office_officer, "password", **named, **typed)
    assert "office_reset_done" in done.text
    again = await desk.send(Place.office_officer, "password", **named, **typed)
    assert code_in(again.text) == "proposal_decided"
    (row,) = await desk.house.rows("select ways, devices_ended, why from password_resets")
    assert (list(row[0]), row[1], row[2]) == (["operator"], 1, "来窗口办理")
    async with mine.platform.readers.reading() as reading:
        kept = await activations.find_hash(
            reading,
            desk.house.clock,
            mine.platform.sealer,
            person=(mine.who.bucket, mine.who.person_id),
            credential_id=bound.binding.credential_id,
        )
    assert isinstance(kept, PasswordHash)
    assert await asyncio.to_thread(activations.password_holds, OTHER, kept)
    assert (await desk.house.verify()).faults == []


async def _named(desk: Desk) -> Any:
    rows = await desk.house.rows("select bucket, proposal_id from proposals order by proposal_id desc limit 1")
    return f"{rows[0][0]}-{rows[0][1]}"


async def test_officers_enter_a_guardian_and_take_an_elders_consent(desk: Desk) -> None:
    house = desk.house
    child, parent = await newborn(house), grown_person(house)
    by = person_of(house, parent)
    await desk.find(person_of(house, child))
    kin = {
        "guardian_name": by.name,
        "guardian_number": by.document_number,
        "basis": "parent",
        "proof": "birth_certificate",
        "proof_number": CERTIFICATE,
    }
    wrong = await desk.propose("enter_kinship", **{**kin, "guardian_name": "无此人"})
    assert "guardian_nobody" in wrong.text
    assert (await desk.propose("enter_kinship", **kin)).status_code == 303
    assert CERTIFICATE in await desk.see(Place.office_approver, "approvals")
    assert "case_approved" in (await desk.decide()).text
    one = await offered(house, child, parent, basis=mandates.MandateBasis.parent, proof_number=CERTIFICATE)
    assert one.consented_at is not None
    elder, daughter = with_account(house), grown_person(house, 1)
    waits = await offered(house, elder, daughter)
    await desk.find(person_of(house, elder))
    named = f"{waits.bucket}-{waits.mandate_id}"
    assert code_in((await desk.propose("consent_mandate", named="1-1")).text) == "mandate_unknown"
    await desk.propose("consent_mandate", named=named)
    await desk.decide()
    async with house.platform.readers.reading() as reading:
        found = await mandates.read_mandates(reading, [(waits.bucket, waits.mandate_id)])
    assert found[waits.bucket, waits.mandate_id].own_consent_way == "officer"
    assert (await house.verify()).faults == []


async def test_a_name_changed_at_the_desk_ends_the_devices_and_issues_anew(desk: Desk) -> None:
    mine = ProofHouse(desk.house, PERSON)
    phone = await mine.phone()
    await desk.find(mine.who)
    new = {"new_name": "何新名", "new_document_type": "identity_card", "new_document_number": NEW_NUMBER.lower()}
    assert "find_unread" in (await desk.propose("change_identity", **{**new, "new_document_type": "x"})).text
    assert (await desk.propose("change_identity", **new)).status_code == 303
    assert NEW_NUMBER in await desk.see(Place.office_approver, "approvals")
    assert "case_approved" in (await desk.decide()).text
    assert (await phone.http.get("/wallet/code")).headers["location"] == "/wallet/start"
    async with mine.platform.readers.reading() as reading:
        found = await people.read_persons(reading, mine.platform.sealer, [(mine.who.bucket, mine.who.person_id)])
    assert found[mine.who.bucket, mine.who.person_id].name == "何新名"
    rows = await desk.house.rows("select body_sealed from proposals")
    assert all(NEW_NUMBER.encode() not in row[0] for row in rows)
    assert (await desk.house.verify()).faults == []


async def test_what_the_act_refuses_is_not_decided(desk: Desk) -> None:
    mine = ProofHouse(desk.house, PERSON)
    await mine.freeze()
    await desk.find(mine.who)
    await desk.propose("lift_freeze")
    await mine.house.work(lambda tx: lift_by_face(tx, mine))
    refused = await desk.decide()
    assert code_in(refused.text) == "not_frozen"
    assert "case_rejected" in (await desk.decide("reject")).text


async def lift_by_face(tx: Any, mine: ProofHouse) -> Any:
    given = Lift(proof=LiftProof.face, lifted_by="self")
    return await freezes.lift(tx, mine.house.clock, **mine.named, lift=given)


async def test_two_security_officers_give_and_take_a_role_and_exclusive_ones_stay_apart(desk: Desk) -> None:
    house = desk.house
    at, other = house.other_hospital, house.pharmacies[0]
    form = {"act": "give_role", "institution_code": at.institution_code, "operator_code": "op2", "why": "轮岗"}
    first = Place.office_security
    assert "role_proposed" in (await desk.send(first, "roles", **form, role="hotline")).text
    second = desk.visitors
    http, proof = await second.browser(first)
    content = OfficerSession(
        expires_seconds=unix_seconds(house.clock.now()) + 1_000,
        institution_id=other.institution_id,
        operator_code="op2",
        operator_name="op",
    )
    http.cookies.set("yb_office", seal_session(house.platform, "yb_office", content))

    async def decide(decision: str) -> httpx.Response:
        page = (await http.get("/office/roles")).text
        named = re.search(r'name="named" value="([0-9-]+)"', page)
        assert named
        fields = {"form_proof": proof, "named": named[1], "decision": decision}
        return await http.post("/office/roles/decide", data=fields)

    assert "case_approved" in (await decide("approve")).text
    roles = "select role from operator_roles where institution_id = $1 and operator_code = 'op2' and taken_at is null"
    held = {row[0] for row in await house.rows(roles, at.institution_id)}
    assert held == {"approver", "hotline"}
    await desk.send(first, "roles", **form, role="auditor")
    assert code_in((await decide("approve")).text) == "role_excluded"
    await decide("reject")
    await desk.send(first, "roles", **{**form, "act": "take_role"}, role="nurse")
    assert code_in((await decide("approve")).text) == "role_absent"
    await decide("reject")
    own = {**form, "institution_code": other.institution_code}
    await desk.send(first, "roles", **own, role="hotline")
    assert code_in((await decide("approve")).text) == "role_to_oneself"
    await decide("reject")
    unknown = await desk.send(first, "roles", **{**form, "operator_code": "op9"}, role="hotline")
    assert code_in(unknown.text) == "operator_absent"
    assert "护士" in await desk.see(Place.office_auditor, "roles")
    assert (await desk.send(Place.office_auditor, "roles", **form, role="nurse")).status_code == 403
    await http.aclose()
    assert (await house.verify()).faults == []


async def test_an_approver_of_persons_decides_no_roles(desk: Desk) -> None:
    house = desk.house
    form = {"act": "give_role", "operator_code": "op2", "why": "轮岗", "role": "hotline"}
    await desk.send(Place.office_security, "roles", **form, institution_code=house.hospital.institution_code)
    named = await _named(desk)
    refused = await desk.send(Place.office_approver, "approvals", named=named, decision="approve")
    assert code_in(refused.text) == "proposal_unknown"


async def test_the_hotline_compares_and_shows_nothing_and_ends_the_devices_of_who_is_proved(desk: Desk) -> None:
    house, role = desk.house, Place.office_hotline
    at = house.case_person(CASES[0])
    done: Any = await house.settle_new(at, house.case_lines(CASES[0]))
    mine = ProofHouse(house, at)
    who = mine.who
    call = {
        "name": who.name,
        "document_type": "identity_card",
        "document_number": who.document_number,
        "call_back": "13800000000",
        "why": "手机丢失",
    }
    unread = await desk.send(role, "hotline", **{**call, "why": ""})
    assert "find_unread" in unread.text
    assert "find_nobody" in (await desk.send(role, "hotline", **{**call, "name": "无此人"})).text
    birth = await desk.send(role, "hotline", **call, birth_date=who.birth_on.isoformat(), bound_devices="1")
    assert "call_unproved" in birth.text, "a birth date that stands in the number proves nothing"
    day = done.settlement.settled_on.isoformat()
    phone_number = house.prepared.population.people[at].person.phone
    assert phone_number
    assert phone_number not in birth.text
    found = await desk.send(role, "hotline", **call, last_visit=day, bound_devices="1")
    assert people.masked_name(who.name) in found.text
    named = re.search(r'name="named" value="([0-9-]+)"', found.text)
    assert named
    frozen = await desk.send(role, "hotline/act", named=named[1], act="freeze")
    assert "call_frozen" in frozen.text
    assert await mine.frozen()
    phone = await mine.phone()
    assert "热线代您办理" in await phone.see("/log?group=changes")
    ended = await desk.send(role, "hotline/act", named=named[1], act="end", call_back="13800000000")
    assert "call_ended" in ended.text
    assert (await phone.http.get("/wallet/code")).headers["location"] == "/wallet/start"
    assert "call_over" in (await desk.send(role, "hotline/act", named="1-1", act="end")).text
    house.clock.move(timedelta(minutes=16))
    assert "call_over" in (await desk.send(role, "hotline/act", named=named[1], act="freeze")).text
    log = await desk.see(role, "hotline")
    assert "正确 2/2" in log
    assert "正确 1/2" in log
    for _ in range(2):
        await desk.send(role, "hotline", **call, bound_devices="9")
    stopped = await desk.send(role, "hotline", **call, last_visit=day, bound_devices="0")
    assert code_in(stopped.text) == "calls_too_many"
    assert (await house.verify()).faults == []


async def test_a_dispute_is_read_with_its_evidence_and_answered_once(desk: Desk) -> None:
    house = desk.house
    mine = RightsHouse(house, house.case_person(CASES[0]))
    done: Any = await house.settle_new(mine.person, house.case_lines(CASES[0]))
    entry = next(one for one in (await mine.log()).entries if one.kind.value == "settlement")
    await mine.dispute(entry, words="我没去过 <b>")
    listed = await desk.see(Place.office_officer, "disputes")
    number = re.search(r"/office/disputes/(Y-[0-9A-Z-]+)", listed)
    assert number
    page = await desk.see(Place.office_officer, f"disputes/{number[1]}")
    assert "我没去过 &lt;b&gt;" in page
    assert house.hospital.name in page
    assert done.settlement.settled_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") in page
    path = f"disputes/{number[1]}"
    assert "find_unread" in (await desk.send(Place.office_officer, path, finding="x", words="y")).text
    given = {"finding": "wrong_person", "words": "已核实并撤销"}
    assert "dispute_done" in (await desk.send(Place.office_officer, path, **given)).text
    again = await desk.send(Place.office_officer, path, **given)
    assert code_in(again.text) == "dispute_answered"
    assert "disputes_waiting_none" not in listed
    assert "dispute_absent" in await _text(desk, "disputes/Y-AAAAA-BBBBB")
    looks = await house.rows("select why from looks where person_id = $1 and kind = 'dispute'", mine.who.person_id)
    assert {row[0].partition(" ")[0] for row in looks} == {"disputes", "dispute"}


async def _text(desk: Desk, path: str) -> str:
    http, _ = desk._browsers[Place.office_officer]
    return (await http.get(f"/office/{path}")).text
