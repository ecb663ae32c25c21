"""The commands for the platform's operator: channel add · list · suspend · resume · revoke · rotate · deliveries · replay · redeliver. 中文: 渠道命令。"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from openyibao import running
from openyibao.fronts.shared import Platform
from openyibao.kit.batch import Work
from openyibao.kit.clock import SHANGHAI, SystemClock
from openyibao.kit.crypto import SignatureFault, read_verifier
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.main import open_platform
from openyibao.rooms import channels
from openyibao.rooms.channels import (
    CHANNELS_MAX,
    ChannelKind,
    ChannelScope,
    ChannelState,
    NewChannel,
    Signing,
    usual_terms,
)

app = typer.Typer(no_args_is_help=True, help="Authorised channels: register, list, suspend, revoke, rotate keys.")
console = Console(soft_wrap=True, highlight=False)

Code = Annotated[str, typer.Argument(help="The channel's code.")]
PublicKey = Annotated[Path, typer.Option("--public-key", exists=True, help="Its SM2 public key, PEM.")]
Officer = Annotated[str, typer.Option("--officer", help="Who acts; kept with the act.")]
Directory = Annotated[Path | None, typer.Option(help="An embedded server's directory; without settings, the demo's.")]
Language = Annotated[str, typer.Option("--language", help="zh or en.")]


def _on_platform(directory: Path | None, language: str, run: Callable[[Platform], Awaitable[Any]]) -> Any:
    """Run one act; a refusal is told with what to do next, and ends the command with 1."""

    async def act(settings: Any) -> Any:
        platform = await open_platform(msgspec.structs.replace(settings, carriers=1), SystemClock())
        try:
            return await run(platform)
        finally:
            await platform.lane.drain()
            await platform.readers.close()

    with running.database(running.chosen_settings(directory)) as ready:
        answer = asyncio.run(act(ready))
    if isinstance(answer, Refused):
        console.print(f"{answer.code}: {answer.sentence(language)}. {answer.next_step(language)}", markup=False)
        raise typer.Exit(1)
    return answer


def _work(run: Callable[[Platform, Tx], Awaitable[Any]]) -> Callable[[Platform], Awaitable[Any]]:
    """One act in a transaction of the lane."""

    async def act(platform: Platform) -> Any:
        async def inside(tx: Tx) -> Any:
            return await run(platform, tx)

        return await platform.lane.submit("work", Work(inside))

    return act


def _read_key(path: Path) -> bytes:
    try:
        return read_verifier(path.read_text(encoding="ascii")).der()
    except (SignatureFault, UnicodeDecodeError, ValueError) as fault:
        console.print(f"{path.name}: {fault}", markup=False)
        raise typer.Exit(2) from fault


@app.command()
def add(
    code: Code,
    kind: Annotated[ChannelKind, typer.Argument(help="What sort of partner it is.")],
    public_key: PublicKey,
    name: Annotated[str, typer.Option("--name", help="In Chinese.")],
    name_en: Annotated[str, typer.Option("--name-en", help="In English.")],
    *,
    scope: Annotated[list[ChannelScope] | None, typer.Option("--scope", help="Again for each; without: all.")] = None,
    signing: Annotated[Signing, typer.Option("--signing")] = Signing.session,
    calls_a_minute: Annotated[int, typer.Option("--calls-a-minute", min=1, max=1_000_000)] = 6_000,
    activations_a_day: Annotated[int, typer.Option("--activations-a-day", min=0, max=100_000_000)] = 100_000,
    webhook_base: Annotated[str, typer.Option("--webhook-base", help="What webhook addresses begin with.")] = "",
    officer: Officer = "operator",
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Register a channel; prints the id of its key, which it signs in with."""
    terms = msgspec.structs.replace(
        usual_terms(kind),
        scopes=frozenset(scope or ChannelScope),
        signing=signing,
        calls_a_minute=calls_a_minute,
        activations_a_day=activations_a_day,
        webhook_base=webhook_base,
    )
    given = {
        "channel_code": code, "name": name, "name_en": name_en, "kind": kind, "terms": terms,
        "public_key": _read_key(public_key),
    }  # fmt: skip
    try:
        new = msgspec.convert(given, NewChannel)
    except msgspec.ValidationError as fault:
        console.print(str(fault), markup=False)
        raise typer.Exit(2) from fault

    async def run(platform: Platform, tx: Tx) -> Any:
        return (await channels.register_channels(tx, platform.clock, channels=[new], actor=officer))[0]

    _, key_id = _on_platform(directory, language, _work(run))
    console.print(f"{code}: key {key_id}")


@app.command(name="list")
def list_all(
    *,
    kind: Annotated[ChannelKind | None, typer.Option("--kind", help="Of this kind alone.")] = None,
    state: Annotated[ChannelState | None, typer.Option("--state", help="In this state alone.")] = None,
    directory: Directory = None,
) -> None:
    """Every channel on a line, and how many there are; hundreds are read by pages."""

    async def run(platform: Platform) -> Any:
        found: list[channels.Channel] = []
        async with platform.readers.reading() as reading:
            while len(found) < CHANNELS_MAX and (
                page := await channels.list_channels(
                    reading, after=found[-1].channel_code if found else "", most=200, kind=kind, state=state
                )
            ):
                found += page
            return found, await channels.count_channels(reading)

    found, counts = _on_platform(directory, "zh", run)
    for one in found:
        terms = one.terms
        console.print(
            f"{one.channel_code:<32} {one.kind.value:<26} {one.state.value:<9} {terms.assurance.value:<11} "
            f"{terms.calls_a_minute:>7}/min {terms.activations_a_day:>9}/day  {one.name}",
            markup=False,
        )
    active = sum(count for (_, state_), count in counts.items() if state_ == ChannelState.active)
    console.print(f"{len(found)} shown, {sum(counts.values())} registered, {active} active")


def _move(code: str, state: ChannelState, officer: str, directory: Path | None, language: str) -> None:
    async def run(platform: Platform, tx: Tx) -> Any:
        return await channels.move_channel(tx, platform.clock, channel_code=code, state=state, actor=officer)

    moved = _on_platform(directory, language, _work(run))
    console.print(f"{moved.channel_code}: {moved.state.value}")


@app.command()
def suspend(
    code: Code, *, officer: Officer = "operator", directory: Directory = None, language: Language = "zh"
) -> None:
    """Stop a channel and the codes it shows, at once in every process."""
    _move(code, ChannelState.suspended, officer, directory, language)


@app.command()
def resume(
    code: Code, *, officer: Officer = "operator", directory: Directory = None, language: Language = "zh"
) -> None:
    """Let a suspended channel act again."""
    _move(code, ChannelState.active, officer, directory, language)


@app.command()
def revoke(
    code: Code, *, officer: Officer = "operator", directory: Directory = None, language: Language = "zh"
) -> None:
    """End a channel for good."""
    _move(code, ChannelState.revoked, officer, directory, language)


@app.command()
def rotate(
    code: Code,
    public_key: PublicKey,
    *,
    overlap_hours: Annotated[int, typer.Option("--overlap-hours", min=0, max=720, help="Old keys stay good.")] = 24,
    officer: Officer = "operator",
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Register a new key; the old ones end after the overlap. Prints the new key's id."""
    der = _read_key(public_key)

    async def run(platform: Platform, tx: Tx) -> Any:
        return await channels.rotate_key(
            tx,
            platform.clock,
            channel_code=code,
            public_key=der,
            overlap=timedelta(hours=overlap_hours),
            actor=officer,
        )

    key_id = _on_platform(directory, language, _work(run))
    console.print(f"{code}: key {key_id}")


@app.command()
def deliveries(
    code: Code,
    *,
    after: Annotated[int, typer.Option("--after", min=0, help="The event to go on after.")] = 0,
    given_up: Annotated[bool, typer.Option("--given-up", help="Those alone that were given up.")] = False,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """How a channel's webhooks were delivered, two hundred at a time."""

    async def run(platform: Platform) -> Any:
        async with platform.readers.reading() as reading:
            channel = await channels.find_channel(reading, code)
            if channel is None:
                return channels.unknown_channel(code)
            return await channels.list_webhooks(
                reading, channel_id=channel.channel_id, after=after, state="given_up" if given_up else None
            )

    for one in _on_platform(directory, language, run):
        due = one.due_at.astimezone(SHANGHAI).strftime("%m-%d %H:%M:%S")
        console.print(f"{one.message_id}  {one.state:<9} {one.attempts:>2} tries  last {one.last_status}  due {due}")


@app.command()
def replay(code: Code, *, directory: Directory = None, language: Language = "zh") -> None:
    """Tell a channel again, in order, all that was given up: when its endpoint is back. At most a thousand at once."""

    async def run(platform: Platform, tx: Tx) -> Any:
        channel = await channels.find_channel(tx, code)
        if channel is None:
            return channels.unknown_channel(code)
        return await channels.replay(tx, platform.clock, channel_id=channel.channel_id)

    console.print(f"{code}: {_on_platform(directory, language, _work(run))} begin anew")


@app.command()
def redeliver(
    code: Code,
    event_id: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="As deliveries lists it.")],
    *,
    directory: Directory = None,
    language: Language = "zh",
) -> None:
    """Tell a channel one event again."""

    async def run(platform: Platform, tx: Tx) -> Any:
        channel = await channels.find_channel(tx, code)
        if channel is None:
            return channels.unknown_channel(code)
        return await channels.redeliver(tx, platform.clock, channel_id=channel.channel_id, message_id=event_id)

    done = _on_platform(directory, language, _work(run))
    console.print(f"{done.message_id}: {done.state}")
