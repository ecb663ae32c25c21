"""A transfer of an enrolment: asked for, taken up where the person goes, closed where they come from, or stopped."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from agency_desk import AgencyDesk
from journey_house import House
from proof_house import ProofHouse, code_in

from openyibao.kit.outcome import Refused
from openyibao.rooms import entitlement, transfers
from openyibao.rooms.people import Enrolment
from openyibao.rooms.transfers import EnrolmentTransfer, NewTransfer, TransferState, state_of


class Town:
    """A person who is insured in one pooling area and wants to go to another."""

    def __init__(self, house: House) -> None:
        self.house, self.areas = house, AgencyDesk(house).areas
        enrolments = house.prepared.installed.enrolments
        self.number = next(n for n, one in enumerate(enrolments) if not one.ends_on and n > 3)
        self.who, self.enrolment = house.prepared.installed.persons[self.number], enrolments[self.number]
        self.other = next(one for one in enrolments if one.pooling_area != self.enrolment.pooling_area)

    async def ask(self, **changes: Any) -> Any:
        fields = {
            "bucket": self.who.bucket,
            "person_id": self.who.person_id,
            "from_cell": self.enrolment.cell,
            "from_enrolment_id": self.enrolment.enrolment_id,
            "to_agency_area": self.other.agency_area,
            "asked_by": "self:1",
            **changes,
        }
        return await self.house.work(lambda tx: transfers.ask(tx, self.house.clock, self.areas, NewTransfer(**fields)))

    async def take_up(self, one: EnrolmentTransfer, area: int | None = None) -> Any:
        name = {"bucket": one.bucket, "transfer_id": one.transfer_id, "officer": "9:op1"}
        at_area = area or one.to_area
        return await self.house.work(
            lambda tx: transfers.take_up(tx, self.house.clock, self.areas, **name, at_area=at_area)
        )

    async def close(self, one: EnrolmentTransfer, *, area: int | None = None, on: date | None = None) -> Any:
        name = {"bucket": one.bucket, "transfer_id": one.transfer_id, "officer": "8:op1"}
        given = {"at_area": area or one.from_area, "on": on or self.house.clock.today() + timedelta(days=8)}
        return await self.house.work(lambda tx: transfers.close(tx, self.house.clock, self.areas, **name, **given))

    async def stop(self, one: EnrolmentTransfer, **by: Any) -> Any:
        name = {"bucket": one.bucket, "transfer_id": one.transfer_id}
        return await self.house.work(
            lambda tx: transfers.stop(tx, self.house.clock, **name, by="x", words="not now", **by)
        )

    async def enrolments(self) -> list[Enrolment]:
        async with self.house.platform.readers.reading() as reading:
            found = await entitlement.list_person_enrolments(reading, self.areas, [self.who.person_id])
        return found[self.who.person_id]


def told(answer: Any) -> str:
    return answer.code if isinstance(answer, Refused) else "done"


@pytest.fixture
def town(house: House) -> Town:
    return Town(house)


async def test_a_transfer_moves_the_enrolment_on_its_day_and_each_step_is_its_agencys(town: Town) -> None:
    before = await town.enrolments()
    one = await town.ask()
    assert state_of(one) is TransferState.asked
    assert told(await town.ask()) == "transfer_under_way"
    assert told(await town.close(one)) == "transfer_step_early"
    assert told(await town.take_up(one, one.from_area)) == "transfer_other_agency"
    one = await town.take_up(one)
    assert state_of(one) is TransferState.taken_up
    assert told(await town.take_up(one)) == "done", "twice changes nothing"
    assert told(await town.close(one, area=one.to_area)) == "transfer_other_agency"
    today = town.house.clock.today()
    for wrong in (today - timedelta(days=1), today + timedelta(days=63)):
        assert told(await town.close(one, on=wrong)) == "transfer_day_wrong"
    on = date(2026, 12, 1)
    done = await town.close(one, on=on)
    assert (state_of(done), done.moves_on) == (TransferState.done, on)
    assert told(await town.close(one)) == "transfer_over"
    assert told(await town.stop(one, person_id=town.who.person_id)) == "transfer_over"
    after = {each.enrolment_id: each for each in await town.enrolments()}
    assert len(after) == len(before) + 1
    assert after[town.enrolment.enrolment_id].ends_on == on - timedelta(days=1)
    opened = after[done.new_enrolment_id]
    assert (opened.pooling_area, opened.begins_on) == (one.to_area, on)
    assert told(await town.ask()) == "done", "the old one goes on until the eve of that day"
    town.house.clock.move(timedelta(days=8))
    assert told(await town.ask(from_enrolment_id=town.enrolment.enrolment_id)) == "enrolment_ended"
    assert (await town.house.verify()).faults == []


async def test_what_cannot_be_asked_for(town: Town) -> None:
    assert told(await town.ask(from_enrolment_id=7)) == "enrolment_unknown"
    assert told(await town.ask(to_agency_area=999999)) == "transfer_area_unknown"
    assert told(await town.ask(to_agency_area=town.enrolment.agency_area)) == "transfer_same_area"


async def test_the_person_withdraws_and_an_agency_refuses(town: Town) -> None:
    one = await town.ask()
    assert told(await town.stop(one, person_id=town.who.person_id + 1)) == "transfer_unknown"
    assert told(await town.stop(one, at_area=999999)) == "transfer_unknown"
    stopped = await town.stop(one, person_id=town.who.person_id)
    assert (stopped.stop_ground, stopped.stop_words) == ("person", "not now")
    assert told(await town.take_up(one)) == "transfer_over"
    for area, ground in (("to_area", "receiving"), ("from_area", "sending")):
        one = await town.ask()
        assert (await town.stop(one, at_area=getattr(one, area))).stop_ground == ground
    assert len(await town.enrolments()) == 1
    assert (await town.house.verify()).faults == []


async def test_verify_names_a_transfer_that_was_altered(town: Town) -> None:
    await town.close(await town.take_up(await town.ask()))
    assert (await town.house.verify()).faults == []
    for change in ("asked_by = 'x'", "taken_up_by = 'x'", "new_enrolment_id = 7"):
        before = len((await town.house.verify()).faults)
        await town.house.tamper(f"update enrolment_transfers set {change}")
        assert len((await town.house.verify()).faults) == before + 1, change


# the pages


async def test_a_person_asks_in_the_wallet_follows_the_steps_and_uses_the_new_area(house: House) -> None:
    town = Town(house)
    mine = ProofHouse(house, town.number)
    phone = await mine.phone()
    page = await phone.see("/enrolments")
    assert "正在使用" in page
    assert 'name="agency_area"' not in page
    chosen = await phone.see(f"/enrolments?to={town.other.pooling_area}")
    assert f'value="{town.other.agency_area}"' in chosen
    which = f"{town.enrolment.cell}-{town.enrolment.enrolment_id}"
    form = {"enrolment": which, "agency_area": str(town.other.agency_area)}
    asked = await phone.send(f"/enrolments?to={town.other.pooling_area}", "/enrolments/transfer", **form)
    assert "transfer_asked" in asked.text
    assert "等待转入地受理" in asked.text
    again = await phone.send(f"/enrolments?to={town.other.pooling_area}", "/enrolments/transfer", **form)
    assert code_in(again.text) == "transfer_under_way"
    (one,) = await house.rows("select bucket, transfer_id, to_area, from_area from enrolment_transfers")
    fields: dict[str, Any] = {"bucket": one["bucket"], "transfer_id": one["transfer_id"]}
    await house.work(
        lambda tx: transfers.take_up(tx, house.clock, town.areas, **fields, at_area=one["to_area"], officer="9:op1")
    )
    assert "等待转出地办理" in await phone.see("/enrolments")
    today = house.clock.today()
    await house.work(
        lambda tx: transfers.close(
            tx, house.clock, town.areas, **fields, at_area=one["from_area"], officer="8:op1", on=today
        )
    )
    page = await phone.see("/enrolments")
    assert f"{today.isoformat()} 起在新地享受待遇" in page
    used = await phone.send("/enrolments", "/enrolments/use", area=str(one["to_area"]))
    assert "enrolled_used" in used.text
    wrong = await phone.send(f"/enrolments?to={town.other.pooling_area}", "/enrolments/use", area="999999")
    assert code_in(wrong.text) == "no_enrolment_in_area"
    assert (await house.verify()).faults == []


async def test_a_person_withdraws_in_the_wallet_and_reads_why_an_agency_refused(house: House) -> None:
    town = Town(house)
    phone = await ProofHouse(house, town.number).phone()
    one = await town.ask()
    done = await phone.send("/enrolments", "/enrolments/withdraw", transfer_id=str(one.transfer_id))
    assert "transfer_withdrawn" in done.text
    assert "您已撤回" in done.text
    one = await town.ask()
    await town.stop(one, at_area=one.to_area)
    assert "转入地未予办理：not now" in await phone.see("/enrolments")
    over = await phone.send(f"/enrolments?to={one.to_area}", "/enrolments/withdraw", transfer_id=str(one.transfer_id))
    assert code_in(over.text) == "transfer_over"
    for text in ("", "\x00", "9" * 30, "x", "1-1"):
        for path, name in (("use", "area"), ("transfer", "enrolment"), ("withdraw", "transfer_id")):
            page = f"/enrolments?to={town.other.pooling_area}"
            answer = await phone.send(page, f"/enrolments/{path}", **{name: text})
            assert answer.status_code == 422, (path, text)
        assert (await phone.http.get("/wallet/enrolments", params={"to": text})).status_code == 200
