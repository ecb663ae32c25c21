"""Hundreds of channels side by side: each activates and shows for its own people, within its own limits."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from channel_house import Partner, Street
from journey_house import House

from openyibao.kit.outcome import Refused
from openyibao.rooms import channels
from openyibao.rooms.channels import ChannelKind, ChannelState


async def suspended(house: House, code: str) -> object:
    return await house.work(
        lambda tx: channels.move_channel(
            tx, house.clock, channel_code=code, state=ChannelState.suspended, actor="officer-1"
        )
    )


async def test_three_hundred_channels_side_by_side(house: House, street: Street) -> None:
    """All activate and show at once, each for its own people; each limit holds by itself; one is stopped in the midst."""
    count, calls = 300, 9
    partners = await street.add(
        *(f"chan_{n}" for n in range(count)),
        kind=ChannelKind.internet_platform_face,
        calls_a_minute=calls,
        activations_a_day=1,
    )
    # The sign-ins would cost 50 ms each; here they agree a session through the room.
    platform = house.platform
    for partner in partners:
        agreed = await house.work(
            lambda tx, one=partner: channels.agree_session(
                tx, platform.clock, platform.sealer, platform.randomness, channel=one.channel
            )
        )
        partner.client.session_id, partner.client.secret = agreed.key_id, agreed.secret
    await asyncio.gather(*(partner.subscribe() for partner in partners))
    await street.deliver()
    house.clock.move(timedelta(minutes=1))
    people = [1 + n % 25 for n in range(count)]
    bindings = await asyncio.gather(*(one.activate(who) for one, who in zip(partners, people, strict=True)))
    assert len(set(bindings)) == count

    async def show_and_go_on(partner: Partner, binding: str) -> tuple[str, list[int]]:
        """After the four calls of its activation: a code, one activation too many, and more calls than agreed."""
        shown = await partner.ask("bindings/code", {"binding": binding})
        status, answer = await partner.begin()
        assert (status, answer["reason"]) == (429, "too_many_activations")
        return shown["code"], [(await partner.client.call("self"))[0] for _ in range(calls - 6 + 2)]

    shown = await asyncio.gather(*(show_and_go_on(*each) for each in zip(partners, bindings, strict=True)))
    assert all(sorted(statuses) == [200] * (calls - 6) + [429] * 2 for _, statuses in shown), "each limit exactly"
    for code, _ in shown[::50]:
        assert not isinstance(await house.scan(code), Refused)
    for _ in range(12):
        await street.deliver()
    assert [one.kinds for one in partners] == [["activated"]] * count
    assert [one.heard[0]["binding"] for one in partners] == list(bindings), "each hears of its own alone"
    house.clock.move(timedelta(minutes=1))
    await stopped_in_the_midst(house, partners[7], bindings[7], partners[8:200], bindings[8:200])
    assert (await house.verify()).faults == []


async def stopped_in_the_midst(
    house: House, victim: Partner, binding: str, others: list[Partner], theirs: list[str]
) -> None:
    """While all ask, one is suspended: what it was answered ends there and nobody else notices."""
    begun, last = asyncio.Event(), (await victim.ask("bindings/code", {"binding": binding}))["code"]

    async def ask_on() -> list[int]:
        statuses: list[int] = []
        while not statuses or (statuses[-1] == 200 and len(statuses) < 8):
            statuses.append((await victim.client.call("bindings/code", {"binding": binding}))[0])
            begun.set()
        return statuses

    async def stop() -> list[int]:
        await begun.wait()
        await suspended(house, victim.channel.channel_code)
        return [(await victim.client.call("bindings/code", {"binding": binding}))[0] for _ in range(3)]

    async def ask_few(partner: Partner, of: str) -> list[int]:
        return [(await partner.client.call("bindings/code", {"binding": of}))[0] for _ in range(3)]

    answers = await asyncio.gather(
        ask_on(), stop(), *(ask_few(one, of) for one, of in zip(others, theirs, strict=True))
    )
    before, after, rest = answers[0], answers[1], answers[2:]
    assert before == sorted(before), "what follows the first refusal is refused"
    assert after == [403] * 3, "dead from the answer of the suspension on"
    assert rest == [[200] * 3] * len(others)
    assert (await house.scan(last)).code == "channel_suspended"
