"""What the platform's operator does by command: register, list, suspend, revoke, rotate, look at deliveries."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

from channel_house import Street
from journey_house import House
from typer.testing import CliRunner

from openyibao.cli import app
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import sm2_generate
from openyibao.kit.outcome import REASONS

NAMES = ["--name", "某某银行", "--name-en", "A bank"]


async def commanded(house: House, *arguments: str) -> tuple[int, str]:
    """Run a command against the house's database, as the role that owns nothing."""
    settings = house.platform.settings
    environment = {
        "COLUMNS": "200",
        "OPENYIBAO_DATABASE_URL": settings.database_url,
        "OPENYIBAO_KEY_FILE": str(settings.key_file),
    }
    result = await asyncio.to_thread(CliRunner(env=environment).invoke, app, ["channel", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result.exit_code, result.output


def reason_in(said: str) -> str:
    """The stable code that an output names."""
    return next(word for word in re.findall("[a-z_]+", said) if word in REASONS)


async def test_a_channel_is_registered_listed_rotated_suspended_and_revoked(house: House, tmp_path: Path) -> None:
    pem = tmp_path / "bank.pem"
    pem.write_text(sm2_generate().public.pem(), encoding="ascii")
    key = ["--public-key", str(pem)]
    code, said = await commanded(house, "add", "bank_x", "bank", *key, *NAMES, "--scope", "activate")
    assert code == 0, said
    assert said.startswith("bank_x: key ")
    code, said = await commanded(house, "add", "bank_x", "bank", *key, *NAMES, "--language", "en")
    assert code == 1
    assert reason_in(said) == "channel_code_taken"
    assert (await commanded(house, "add", "Bank X", "bank", *key, *NAMES))[0] == 2
    pem.write_text("nonsense", encoding="ascii")
    assert (await commanded(house, "add", "bank_y", "bank", *key, *NAMES))[0] == 2
    pem.write_text(sm2_generate().public.pem(), encoding="ascii")
    assert (await commanded(house, "rotate", "bank_x", *key, "--overlap-hours", "0"))[0] == 0
    for verb, state in (("suspend", "suspended"), ("resume", "active"), ("revoke", "revoked")):
        assert await commanded(house, verb, "bank_x") == (0, f"bank_x: {state}\n")
    assert (await commanded(house, "resume", "bank_x"))[0] == 1
    code, said = await commanded(house, "suspend", "nobody")
    assert code == 1
    assert reason_in(said) == "channel_unknown"
    code, said = await commanded(house, "list")
    assert "bank_x" in said
    assert "1 shown, 1 registered, 0 active" in said
    assert "0 shown" in (await commanded(house, "list", "--state", "active"))[1]
    assert (await house.verify()).faults == []


async def test_hundreds_are_listed_and_deliveries_are_looked_at_and_told_again(house: House, street: Street) -> None:
    partners = await street.add(*(f"chan_{n}" for n in range(240)))
    code, said = await commanded(house, "list", "--kind", "bank")
    assert code == 0
    assert "240 shown, 240 registered, 240 active" in said
    assert len(said.splitlines()) == 241
    first = partners[0]
    await first.subscribe()
    await street.deliver()
    house.move_on()
    await first.activate(1)
    await street.deliver(2)
    code, said = await commanded(house, "deliveries", "chan_0")
    assert "sent" in said
    event = said.split()[0]
    assert await commanded(house, "redeliver", "chan_0", event) == (0, f"{event}: waiting\n")
    code, said = await commanded(house, "redeliver", "chan_1", event)
    assert code == 1
    assert reason_in(said) == "webhook_unknown"
    assert (await commanded(house, "deliveries", "nobody"))[0] == 1


async def test_what_was_given_up_is_listed_and_replayed_in_order(house: House, street: Street) -> None:
    (bank,) = await street.add("bank_one")
    await bank.subscribe(["activated", "unbound"])
    await street.deliver()
    house.move_on()
    street.down.add("bank_one")
    binding = await bank.activate(1)
    await bank.ask("bindings/unbind", {"binding": binding}, key=house.key())
    for _ in range(40):
        await street.deliver()
        house.clock.move(timedelta(hours=1, seconds=1))
    code, said = await commanded(house, "deliveries", "bank_one", "--given-up")
    assert (code, said.count("given_up")) == (0, 2), said
    street.down.clear()
    assert await commanded(house, "replay", "bank_one") == (0, "bank_one: 2 begin anew\n")
    assert await commanded(house, "replay", "bank_one") == (0, "bank_one: 0 begin anew\n")
    assert (await commanded(house, "replay", "nobody"))[0] == 1
    # What is not delivered yet is told by the clock that commands go by.
    house.clock.set(max(house.clock.now(), SystemClock().now()) + timedelta(minutes=10))
    await street.deliver(4)
    assert bank.kinds == ["activated", "unbound"]
    assert (await commanded(house, "deliveries", "bank_one", "--given-up"))[1] == ""
