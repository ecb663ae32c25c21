"""Faces: registered with a consent of their own, sealed, known again, deleted on request; and held by verify."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from typing import Any

import asyncpg
import cv2
import msgspec
import numpy as np
import pytest
from face_house import FaceHouse, captured
from journey_house import House

from openyibao.fronts.shared import activating, known_faces
from openyibao.fronts.shared.agreements import CURRENT_VERSION, find_agreement
from openyibao.kit.outcome import Refused
from openyibao.kit.seeing import Frame, pack_frames
from openyibao.kit.seeing.plans import plan_of
from openyibao.rooms import consents, faces
from openyibao.rooms.activations import CHANNEL_RULES, Activation, Challenge, Origin
from openyibao.rooms.faces import FaceTemplate, rules
from openyibao.settings import Settings, SettingsFault, require_sound

ANNA, BERT = 7, 8
"""Persons of the population, with the faces of two photographs."""


async def fetch(house: House, sql: str, *args: Any) -> list[Any]:
    connection = await asyncpg.connect(house.owner_url)
    try:
        return await connection.fetch(sql, *args)
    finally:
        await connection.close()


async def test_a_face_is_registered_proves_its_person_in_an_activation_and_is_deleted(faced: FaceHouse) -> None:
    house, platform = faced.house, faced.house.platform
    entered = await faced.register(ANNA, "biden")
    assert isinstance(entered, FaceTemplate), entered

    # Another photograph of the same person activates; the other person's does not.
    for face, said in (("obama", "face_not_same"), ("biden2", "proved")):
        key, under_way = await _named(faced, ANNA)
        challenge = await activating.begin_face(platform, under_way)
        assert isinstance(challenge, Challenge)
        assert len(challenge.windows) == len(challenge.actions) == 3
        (plan,) = await fetch(house, "select plan from face_challenges where reference = $1", under_way.reference)
        house.clock.move(timedelta(milliseconds=challenge.total_ms + 300))
        proved = await activating.prove_by_face(
            platform,
            key,
            CHANNEL_RULES["government_app"],
            challenge_id=challenge.challenge_id,
            capture=captured(plan_of(plan[0]), face),
        )
        assert (proved.code if isinstance(proved, Refused) else proved.state.value) == said

    deleted = await known_faces.delete_face(platform, person=faced.person(ANNA), actor="self")
    assert isinstance(deleted, FaceTemplate)
    assert deleted.template_sealed is None
    _, under_way = await _named(faced, ANNA)
    refused = await activating.begin_face(platform, under_way)
    assert isinstance(refused, Refused)
    assert refused.code == "face_not_registered"
    again = await known_faces.delete_face(platform, person=faced.person(ANNA), actor="self")
    assert isinstance(again, Refused)
    assert again.code == "face_not_registered"
    assert (await house.verify()).faults == []


async def _named(faced: FaceHouse, number: int) -> tuple[Any, Activation]:
    platform = faced.house.platform
    agreement = find_agreement(CURRENT_VERSION, "zh")
    assert not isinstance(agreement, Refused)
    channel = CHANNEL_RULES["government_app"]
    key = await activating.begin_activation(
        platform, channel=channel, channel_code="wallet", device_name="phone", agreement=agreement
    )
    assert not isinstance(key, Refused)
    who = faced.house.prepared.population.people[number].person
    named = await activating.name_person(
        platform,
        key,
        channel,
        Origin(device=key.holder, address="192.0.2.9", channel_code="wallet"),
        activating.Identity(document_type=who.document_type, document_number=who.document_number, name=who.name),
    )
    assert isinstance(named, Activation), named
    return key, named


async def test_what_is_held_up_in_place_of_a_face_is_refused_with_its_reason(faced: FaceHouse) -> None:
    said = {
        "still_photo": "face_still",
        "tilted_photo": "face_flat",
        "bent_photo": "face_flat",
        "other_challenge": "face_other_motion",
        "screen_right": "face_screen",
        "second_face": "face_second",
        "changed_face": "face_changed",
    }
    for kind, code in said.items():
        refused = await faced.register(ANNA, "obama", kind)
        assert isinstance(refused, Refused), kind
        # Whoever jumps from face to face may also be found out by the motion.
        assert refused.code == code or (kind == "changed_face" and refused.code in {"face_flat", "face_other_motion"})
    assert await fetch(faced.house, "select 1 from face_templates") == []


async def test_a_challenge_is_answered_once_in_time_and_by_whom_it_was_drawn_for(faced: FaceHouse) -> None:
    house, platform = faced.house, faced.house.platform

    async def judged(capture: Any, **given: Any) -> str:
        answer = await known_faces.judge_capture(platform, capture, **given)
        return answer.code if isinstance(answer, Refused) else "judged"

    drawn = await faced.draw("reference-1")
    early = msgspec.structs.replace(faced.take(drawn, "obama"), octets=b"")
    house.clock.move(-timedelta(seconds=5))
    assert await judged(early) == "face_challenge_stale"
    house.clock.move(timedelta(seconds=5))
    assert await judged(msgspec.structs.replace(early, reference="reference-2")) == "face_challenge_unknown"
    assert await judged(early) == "face_unreadable"
    assert await judged(early) == "face_challenge_used"

    late = faced.take(await faced.draw("reference-3"), "obama")
    house.clock.move(timedelta(minutes=2))
    assert await judged(late) == "face_challenge_stale"

    about = faced.take(await faced.draw("reference-4", BERT), "obama")
    assert await judged(about, person=faced.name(ANNA)) == "face_challenge_unknown"

    altered = faced.take(await faced.draw("reference-5"), "obama")
    await fetch(house, "update face_challenges set plan = 'turn_left:1200-2900;3500' where reference = 'reference-5'")
    assert await judged(altered) == "face_challenge_unknown"

    dark = msgspec.structs.replace(faced.take(await faced.draw("reference-6"), "obama"), octets=_dark())
    assert await judged(dark) == "face_missing"


def _dark() -> bytes:
    _, jpeg = cv2.imencode(".jpg", np.zeros((240, 320, 3), np.uint8))
    return pack_frames(Frame(at_ms=200 * at, jpeg=jpeg.tobytes()) for at in range(60))


async def test_few_are_compared_and_consent_taken_back_ends_it(faced: FaceHouse) -> None:
    house, platform = faced.house, faced.house.platform
    for number, face in ((ANNA, "biden"), (BERT, "obama")):
        assert isinstance(await faced.register(number, face), FaceTemplate)
    people = [faced.person(ANNA), faced.person(BERT)]
    async with platform.readers.reading() as reading:
        few = await faces.list_of_persons(reading, [one[1] for one in people])
    assert not isinstance(few, Refused)
    judged = await known_faces.judge_capture(
        platform, faced.take(await faced.draw("ward-round-1"), "obama2"), candidates=few
    )
    assert not isinstance(judged, Refused)
    known = next(one for one in few if one.template_id == judged[0].template_id)
    assert (known.bucket, known.person_id) == faced.person(BERT)

    phone = house.prepared.population.people[BERT].person.phone
    assert phone is not None
    async with platform.readers.reading() as reading:
        by_tail = await faces.list_by_tail(reading, platform.sealer, tail=phone[-4:])
        malformed = await faces.list_by_tail(reading, platform.sealer, tail="12a4")
        given = await consents.list_consents(reading, bucket=people[1][0], person_id=people[1][1])
    assert not isinstance(by_tail, Refused)
    assert faced.person(BERT) in [(one.bucket, one.person_id) for one in by_tail]
    assert isinstance(malformed, Refused)
    assert malformed.code == "face_not_known"

    face_consent = next(one for one in given if one.text_version == faces.FACE_CONSENT_VERSION)
    withdrawn = await house.work(
        lambda tx: consents.withdraw(
            tx,
            house.clock,
            bucket=people[1][0],
            person_id=people[1][1],
            consent_id=face_consent.consent_id,
            actor="self",
        )
    )
    assert not isinstance(withdrawn, Refused)
    async with platform.readers.reading() as reading:
        assert await faces.find_face(reading, bucket=people[1][0], person_id=people[1][1]) is None
        assert await faces.find_face(reading, bucket=people[0][0], person_id=people[0][1]) is not None

    # Neither the numbers nor any picture lie readable in a row, and a row altered or exchanged is named.
    assert (await house.verify()).faults == []
    rows = await fetch(house, "select bucket, template_id, template_sealed from face_templates order by 2")
    swapped = "update face_templates set template_sealed = $3 where bucket = $1 and template_id = $2"
    await fetch(house, swapped, *rows[0][:2], rows[1][2])
    faults = (await house.verify()).faults
    assert [one.kind for one in faults] == ["row_altered"]
    assert f"face template {rows[0][0]}-{rows[0][1]}" in faults[0].en


async def test_a_worker_that_was_killed_is_away_for_one_answer_at_most(faced: FaceHouse) -> None:
    platform = faced.house.platform
    worker = platform.face_worker
    assert worker is not None
    first = await faced.register(ANNA, "biden")
    assert isinstance(first, FaceTemplate)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    answers = [await faced.register(ANNA, "biden"), await faced.register(ANNA, "biden")]
    assert all(not isinstance(one, Refused) or one.code == "faces_away" for one in answers)
    assert isinstance(answers[-1], FaceTemplate)
    assert worker.begun == 2


async def test_no_more_faces_than_the_law_allows_unfiled(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "TEMPLATES_MAX", 1)

    async def enter(number: int, *, filed: bool = False) -> Any:
        who = house.prepared.installed.persons[number]
        new = faces.NewFace(
            bucket=who.bucket,
            person_id=who.person_id,
            template_id=number,
            template_sealed=faces.seal_template(house.platform.sealer, number, [0.1] * 128),
            language="zh",
            channel_code="counter:5",
            entered_by="5:op1",
        )
        return await house.work(lambda tx: faces.enter_face(tx, house.clock, house.platform.sealer, new, filed=filed))

    assert isinstance(await enter(ANNA), FaceTemplate)
    full = await enter(BERT)
    assert isinstance(full, Refused)
    assert full.code == "face_templates_full"
    assert isinstance(await enter(BERT, filed=True), FaceTemplate)


async def test_more_than_five_hundred_are_not_compared(house: House) -> None:
    async with house.platform.readers.reading() as reading:
        refused = await faces.list_of_persons(reading, range(501))
    assert isinstance(refused, Refused)
    assert refused.code == "face_too_many"


async def test_without_a_face_worker_the_equal_way_is_offered(house: House) -> None:
    refused = await known_faces.draw_challenge(house.platform, reference="reference-9")
    assert isinstance(refused, Refused)
    assert refused.code == "faces_away"
    assert "凭证件" in refused.next_step("zh")


def test_the_worker_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    require_sound(Settings(faces_worker=True))
    monkeypatch.setattr("openyibao.settings.importlib.util.find_spec", lambda _: None)
    with pytest.raises(SettingsFault, match="extra `face`"):
        require_sound(Settings(faces_worker=True))
