"""What the tests of rights do with the house: whose data it is, and the verbs of a person and of officers."""

from __future__ import annotations

from typing import Any

from journey_house import House

from openyibao.rooms import consents, disputes, freezes, looks, rights
from openyibao.rooms.consents import ACTIVATION_PURPOSES, ConsentPurpose, NewConsent
from openyibao.rooms.disputes import Answer, DisputeAnswers, Finding, NewDispute
from openyibao.rooms.freezes import Lift, LiftProof
from openyibao.rooms.looks import LookerKind, LookKind, NewLook
from openyibao.rooms.rights import EntryGroup, LogPage, LogPlace, Subject

LAST_ID = 2**63 - 1


class RightsHouse:
    """A house with one person at the centre."""

    def __init__(self, house: House, person: int) -> None:
        self.house, self.person = house, person
        self.who = house.prepared.installed.persons[person]

    @property
    def subject(self) -> Subject:
        cells = self.house.platform.desk.areas.cells_of_person(self.who.person_id)
        return Subject(bucket=self.who.bucket, person_id=self.who.person_id, cells=cells)

    @property
    def named(self) -> dict[str, int]:
        return {"bucket": self.who.bucket, "person_id": self.who.person_id}

    async def give(self, *, channel: str = "test", purposes: tuple[ConsentPurpose, ...] = ACTIVATION_PURPOSES) -> Any:
        new = NewConsent(
            **self.named,
            text_version=consents.CURRENT_VERSION,
            language="zh",
            purposes=purposes,
            channel_code=channel,
        )
        return await self.house.work(lambda tx: consents.give(tx, self.house.clock, new))

    async def withdraw(self, consent_id: int) -> Any:
        return await self.house.work(
            lambda tx: consents.withdraw(tx, self.house.clock, **self.named, consent_id=consent_id, actor="self")
        )

    async def freeze(self) -> Any:
        return await self.house.work(lambda tx: freezes.freeze(tx, self.house.clock, **self.named, actor="self"))

    async def lift(self, **changes: Any) -> Any:
        given: dict[str, Any] = {
            "proof": LiftProof.officer,
            "lifted_by": "officer-1",
            "approved_by": "officer-2",
            "why": "document seen",
            **changes,
        }
        done = Lift(**given)
        return await self.house.work(lambda tx: freezes.lift(tx, self.house.clock, **self.named, lift=done))

    async def look(self, kind: LookKind = LookKind.eligibility, why: str = "before admission") -> Any:
        new = NewLook(**self.named, kind=kind, looker_kind=LookerKind.agency, looker="officer-1", why=why)
        return await self.house.work(lambda tx: looks.note_looks(tx, self.house.clock, [new]))

    async def dispute(self, entry: Any, words: str = "我没有去过这家医院") -> Any:
        new = NewDispute(
            **self.named,
            subject_kind=entry.kind.value,
            subject_id=entry.entry_id,
            happened_at=entry.at,
            institution_id=entry.institution_id,
            words=words,
            answers=DisputeAnswers.agency,
            answer_days=15,
            raised_by="self",
        )
        return await self.house.work(
            lambda tx: disputes.raise_dispute(tx, self.house.clock, self.house.platform.sealer, new)
        )

    async def answer(self, dispute_id: int) -> Any:
        given = Answer(finding=Finding.explained, words="经核实为本人就诊", officer="officer-1")
        return await self.house.work(
            lambda tx: disputes.answer(
                tx,
                self.house.clock,
                self.house.platform.sealer,
                bucket=self.who.bucket,
                dispute_id=dispute_id,
                given=given,
            )
        )

    async def held(self) -> dict[str, list[Any]]:
        """All that is held on the person, by table."""
        found: dict[str, list[Any]] = {}
        async with self.house.platform.readers.reading() as reading:
            async for one in rights.held_of(reading, self.house.platform.sealer, self.subject):
                found.setdefault(one.table, []).extend(one.rows)
        return found

    async def log(self, *, group: EntryGroup | None = None, most: int = 50, before: LogPlace | None = None) -> LogPage:
        place = before or LogPlace(at=self.house.clock.now(), entry_id=LAST_ID)
        async with self.house.platform.readers.reading() as reading:
            return await rights.read_log(reading, self.subject, before=place, group=group, most=most)
