"""A made-up camera before the house's own face component: who stands before it, and what they hold up."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from journey_house import House

from openyibao.fronts.shared import known_faces
from openyibao.fronts.shared.known_faces import Capture
from openyibao.kit.outcome import Refused
from openyibao.kit.seeing import Plan, pack_frames
from openyibao.kit.seeing.sight import Sight
from openyibao.rooms import faces
from openyibao.rooms.faces import FaceChallenge
from openyibao.sandbox.heads import read_head
from openyibao.sandbox.motions import Kind, make

PICTURES = Path(__file__).parents[1] / "faces"


@cache
def _heads() -> dict[str, Any]:
    sight = Sight()
    return {path.stem: read_head(path, sight) for path in sorted(PICTURES.glob("*.jpg"))}


@cache
def captured(plan: Plan, face: str, kind: str = "true_person", seed: int = 5) -> bytes:
    """What the camera takes of this face for a plan."""
    heads = _heads()
    other = next(head for name, head in heads.items() if name[0] != face[0])
    chosen = [heads[face], other] if kind == "changed_face" else [heads[face]]
    return pack_frames(make(Kind(kind), chosen, seed, plan).frames)


class FaceHouse:
    """A house whose platform has a face worker."""

    def __init__(self, house: House) -> None:
        self.house = house

    def person(self, number: int) -> tuple[int, int]:
        who = self.house.prepared.installed.persons[number]
        return who.bucket, who.person_id

    def name(self, number: int) -> str:
        return faces.person_name(self.house.platform.sealer, *self.person(number))

    async def draw(self, reference: str, number: int | None = None) -> FaceChallenge:
        person = "" if number is None else self.name(number)
        drawn = await known_faces.draw_challenge(self.house.platform, reference=reference, person=person)
        assert not isinstance(drawn, Refused), drawn
        return drawn

    def take(self, drawn: FaceChallenge, face: str, kind: str = "true_person") -> Capture:
        """The capture, and the time it takes."""
        self.house.clock.move(timedelta(milliseconds=drawn.plan.total_ms + 500))
        octets = captured(drawn.plan, face, kind)
        return Capture(reference=drawn.reference, challenge_id=drawn.challenge_id, octets=octets)

    async def register(self, number: int, face: str, kind: str = "true_person") -> Any:
        drawn = await self.draw(f"register-{number}", number)
        return await known_faces.register_face(
            self.house.platform,
            self.take(drawn, face, kind),
            person=self.person(number),
            language="zh",
            channel_code="counter:5",
            officer="5:op1",
        )
