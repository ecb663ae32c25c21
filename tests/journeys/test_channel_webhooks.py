"""Webhooks: none waits for another, in order for each credential, given up in the end, told again by hand."""

from __future__ import annotations

from datetime import timedelta

from channel_house import Street
from journey_house import House

from openyibao.following import sweep_once


async def test_a_dead_endpoint_holds_up_no_other_and_hears_all_when_it_is_back(house: House, street: Street) -> None:
    (dead, alive) = await street.add("bank_dead", "bank_alive")
    await dead.subscribe()
    await alive.subscribe()
    await street.deliver()
    house.move_on()
    street.down.add("bank_dead")
    for number in (1, 2, 3):
        binding = await dead.activate(number)
        await dead.ask("bindings/unbind", {"binding": binding}, key=house.key())
        await alive.activate(number)
    for _ in range(12):
        await street.deliver()
        house.clock.move(timedelta(seconds=1))
    assert alive.kinds == ["activated"] * 3
    assert dead.heard == []
    rows = await house.rows("select failures from channel_endpoints where channel_id = $1", dead.channel.channel_id)
    assert rows[0]["failures"] >= 3, "it rests between tries"
    street.down.clear()
    for _ in range(40):
        house.clock.move(timedelta(seconds=20))
        await street.deliver()
    assert sorted(dead.kinds) == ["activated"] * 3 + ["unbound"] * 3
    by_binding: dict[str, list[str]] = {}
    for one in dead.heard:
        by_binding.setdefault(one["binding"], []).append(one["kind"])
    assert set(map(tuple, by_binding.values())) == {("activated", "unbound")}, "of one credential, in order"


async def test_a_webhook_is_given_up_after_its_tries_and_can_be_told_again_by_hand(
    house: House, street: Street
) -> None:
    (bank,) = await street.add("bank_one")
    await bank.subscribe(["activated"])
    await street.deliver()
    house.move_on()
    street.down.add("bank_one")
    await bank.activate(1)
    for _ in range(20):
        await street.deliver()
        house.clock.move(timedelta(hours=1, seconds=1))
    bank.client.session_id = 0
    (one,) = (await bank.ask("webhooks/deliveries"))["deliveries"]
    assert (one["state"], one["attempts"], one["last_status"]) == ("given_up", 16, 503)
    street.down.clear()
    await bank.ask("webhooks/redeliver", {"event_id": one["event_id"]}, key="by-hand")
    await street.deliver()
    assert bank.kinds == ["activated"]
    await house.tamper("update outbox set ended_at = ended_at - interval '40 days' where recipient_id <> 0")
    await house.tamper("update channel_nonces set seen_at = seen_at - interval '1 day'")
    assert await sweep_once(house.platform) > 0
    assert (await house.rows("select count(*) from outbox where recipient_id <> 0"))[0][0] == 0
