"""P12: a face in place of the code. The same visit token comes of it; above the area's limit the password as well."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
from face_house import FaceHouse
from journey_house import DESK, House

from openyibao.demo.bills import CASES
from openyibao.fronts.api.face_routes import FaceBody
from openyibao.fronts.shared import known_faces
from openyibao.fronts.shared.known_faces import FaceAtDesk
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import activations, credentials, faces, freezes
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.faces import FaceTemplate, NewFace, ShowingWay
from openyibao.rooms.presentation import FaceRequest, Presentation, Purpose
from openyibao.rooms.settlement import Settled

PASSWORD, ANNA = "507294", 7


async def known(faced: FaceHouse, face: str, **by: Any) -> Any:
    """Before the camera of the hospital's desk."""
    drawn = await faced.draw(f"desk-{faced.house.key()}")
    asked = FaceAtDesk(
        capture=faced.take(drawn, face),
        institution_id=by.pop("institution_id", faced.house.hospital.institution_id),
        terminal_code=by.pop("terminal_code", DESK["terminal_code"]),
        operator_code=by.pop("operator_code", DESK["operator_code"]),
        purpose=Purpose.settlement,
        **by,
    )
    return await known_faces.identify_face(faced.house.platform, asked)


async def set_password(house: House, number: int) -> None:
    who, platform = house.prepared.installed.persons[number], house.platform

    async def run(tx: Tx) -> None:
        credential = await credentials.find_credential(tx, bucket=who.bucket, person_id=who.person_id)
        assert credential is not None
        await activations.put_password(
            tx,
            house.clock,
            platform.sealer,
            person=(who.bucket, who.person_id),
            credential_id=credential.credential_id,
            hashed=activations.hash_password(PASSWORD, salt=b"s" * 16, cost=4),
            set_by="officer_check",
            actor="counter",
        )

    await house.work(run)


def code_of(answer: Any) -> str:
    return answer.code if isinstance(answer, Refused) else "done"


async def test_a_face_pays_and_above_the_limit_with_the_password(faced: FaceHouse) -> None:
    house = faced.house
    number = house.case_person(CASES[0])
    who = house.prepared.population.people[number].person
    assert isinstance(await faced.register(number, "biden"), FaceTemplate)
    await set_password(house, number)

    shown = await known(faced, "biden2", document_number=who.document_number)
    assert isinstance(shown, Presentation), shown
    small = await house.settle(shown.visit_token, encounter=house.visit(), items=(house.line(),))
    assert isinstance(small, Settled), small

    large = {"encounter": house.visit(), "items": tuple(house.case_lines(CASES[0]))}
    house.move_on()
    shown = await known(faced, "biden2", document_number=who.document_number)
    assert code_of(await house.settle(shown.visit_token, **large)) == "face_password_needed"
    house.move_on()
    assert code_of(await known(faced, "biden2", document_number=who.document_number, password="000001")) == (
        "password_wrong"
    )
    house.move_on()
    shown = await known(faced, "biden2", document_number=who.document_number, password=PASSWORD)
    done = await house.settle(shown.visit_token, **large)
    assert isinstance(done, Settled), done
    assert (await house.verify()).faults == []


async def test_few_are_looked_through_and_another_face_is_nobodys(faced: FaceHouse) -> None:
    house = faced.house
    who = house.prepared.population.people[ANNA].person
    assert isinstance(await faced.register(ANNA, "obama"), FaceTemplate)
    assert who.phone is not None
    by_tail = await known(faced, "obama2", phone_tail=who.phone[-4:])
    assert isinstance(by_tail, Presentation)
    assert (by_tail.bucket, by_tail.person_id) == faced.person(ANNA)

    house.move_on()
    assert code_of(await known(faced, "biden", phone_tail=who.phone[-4:])) == "face_not_known"
    assert code_of(await known(faced, "biden", phone_tail="0000")) == "face_not_known"
    assert code_of(await known(faced, "obama2", stays_here=True)) == "face_not_known"
    assert not isinstance(await house.opened(ANNA, EncounterKind.inpatient), Refused)
    house.move_on()
    lies_here = await known(faced, "obama2", stays_here=True)
    assert isinstance(lies_here, Presentation)

    person = faced.person(ANNA)
    await house.work(lambda tx: freezes.freeze(tx, house.clock, bucket=person[0], person_id=person[1], actor="self"))
    house.move_on()
    assert code_of(await known(faced, "obama2", phone_tail=who.phone[-4:])) == "credential_frozen"
    assert (await house.verify()).faults == []


async def test_five_other_faces_before_a_document_lock_faces_and_nothing_else(faced: FaceHouse) -> None:
    who = faced.house.prepared.population.people[ANNA].person
    assert isinstance(await faced.register(ANNA, "obama"), FaceTemplate)
    said = []
    for _ in range(6):
        faced.house.move_on()
        said.append(code_of(await known(faced, "biden", document_number=who.document_number)))
    assert said == ["face_not_known"] * 5 + ["way_locked"]


async def test_one_desk_at_a_time(house: House) -> None:
    """The showing itself, without a camera: the same half minute at another desk is refused, at the same one repeated."""
    who = house.prepared.installed.persons[ANNA]
    new = NewFace(
        bucket=who.bucket,
        person_id=who.person_id,
        template_id=5,
        template_sealed=faces.seal_template(house.platform.sealer, 5, [0.1] * 128),
        language="zh",
        channel_code="counter:5",
        entered_by="5:op1",
    )
    await house.work(lambda tx: faces.enter_face(tx, house.clock, house.platform.sealer, new, filed=False))
    request = FaceRequest(
        bucket=who.bucket,
        person_id=who.person_id,
        template_id=5,
        way=ShowingWay.one_to_one,
        candidates=1,
        distance_e4=1_200,
        password_given=False,
        evidence_digest=b"e" * 32,
        institution_id=house.hospital.institution_id,
        **DESK,
        purpose=Purpose.settlement,
    )

    async def present(**changes: Any) -> Any:
        return await house.platform.lane.submit("identify_face", msgspec.structs.replace(request, **changes))

    first, again = await present(), await present()
    assert isinstance(first, Presentation)
    assert again.repeated
    assert again.visit_token == first.visit_token
    assert code_of(await present(terminal_code="T02", operator_code="op2")) == "face_seen_elsewhere"
    assert code_of(await present(password_given=True)) == "face_seen_elsewhere"
    assert code_of(await present(template_id=6)) == "face_not_known"
    for move, code in ((credentials.suspend, "credential_suspended"), (credentials.revoke, "credential_revoked")):
        house.move_on()
        named = {"bucket": who.bucket, "person_id": who.person_id, "actor": "agency"}
        await house.work(lambda tx, move=move, named=named: move(tx, house.clock, **named))
        assert code_of(await present()) == code
    assert (await house.verify()).faults == []


def test_a_face_is_looked_for_by_exactly_one_way() -> None:
    given: dict[str, Any] = {
        "challenge_id": "0" * 16 + "-" + "0" * 48,
        "capture": base64.b64encode(b"frames").decode(),
        "terminal_code": "T01",
        "operator_code": "op1",
        "purpose": "settlement",
    }
    for more, right in (
        ({}, False),
        ({"phone_tail": "1234"}, True),
        ({"stays_here": True}, True),
        ({"phone_tail": "1234", "stays_here": True}, False),
    ):
        try:
            msgspec.convert({**given, **more}, FaceBody)
        except msgspec.ValidationError:
            assert not right
        else:
            assert right
