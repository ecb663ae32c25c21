"""The bench's crowd: devices for everybody and visit tokens for whoever settles, through the rooms' own verbs. 中文: 压测人群。"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from openyibao.demo import stage
from openyibao.kit import db
from openyibao.kit.clock import Clock
from openyibao.kit.crypto import KeyPurpose, KeyRing, Sealer
from openyibao.kit.db import Tx
from openyibao.kit.ids import IdSource, Randomness
from openyibao.main import make_desk, open_ring
from openyibao.rooms import bindings, presentation
from openyibao.rooms.audit import ChainCloser
from openyibao.rooms.bindings import Aliases, BindingKind, Bound
from openyibao.rooms.presentation import Presentation, Purpose, ScanRequest, mint, step_day, step_of
from openyibao.settings import Settings

SLOT = 254
BINDINGS_AT_ONCE = 2_000
SCANS_AT_ONCE = 200

Device = tuple[Bound, Any]
"""A device with its day keys."""


class Writer(msgspec.Struct):
    """A connection that writes audited transactions, as a carrier does."""

    connection: Any
    closer: ChainCloser
    ids: IdSource
    ring: KeyRing
    sealer: Sealer

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Tx]:
        """One transaction with its link."""
        tx = Tx(self.connection, self.ids, chain=SLOT)
        async with self.connection.transaction():
            yield tx
            await self.closer.close(tx)
        self.closer.kept()


@asynccontextmanager
async def writing(settings: Settings, clock: Clock) -> AsyncIterator[Writer]:
    """A writer for as long as the block lasts."""
    ring = await open_ring(settings, clock)
    connection = await db.connect(settings.database_url)
    try:
        await db.try_slot(connection, SLOT)
        closer = ChainCloser(clock, ring.signer(KeyPurpose.link), key_id=ring.current(KeyPurpose.link).key_id)
        await closer.attach(connection, SLOT)
        yield Writer(connection, closer, IdSource(clock, SLOT), ring, Sealer(ring))
    finally:
        await connection.close()


async def bind_all(settings: Settings, prepared: stage.Prepared, clock: Clock) -> list[Device]:
    """A device for everybody who has a policy, in large transactions."""
    randomness = Randomness()
    bound: list[Device] = []
    wanted = [
        person
        for person, enrolment in zip(prepared.installed.persons, prepared.installed.enrolments, strict=True)
        if enrolment.insurance_type.value == "employee"
    ]
    async with writing(settings, clock) as writer:
        aliases = Aliases(writer.ring)
        for begin in range(0, len(wanted), BINDINGS_AT_ONCE):
            async with writer.tx() as tx:
                for person in wanted[begin : begin + BINDINGS_AT_ONCE]:
                    done = await bindings.bind(
                        tx,
                        clock,
                        writer.sealer,
                        randomness,
                        bucket=person.bucket,
                        person_id=person.person_id,
                        default_province=settings.province,
                        kind=BindingKind.own,
                        channel_code="bench",
                        device_name="bench",
                    )
                    if isinstance(done, Bound):
                        bound.append((done, bindings.day_keys(writer.sealer, aliases, clock, done.binding, days=2)))
    return bound


def code_of(settings: Settings, device: Device, step: int) -> str:
    """What a device shows at a step."""
    activated, days = device
    return mint(
        next(day for day in days if day.on == step_day(step)),
        issuer=settings.issuer,
        province=activated.binding.province,
        step=step,
    )


async def visit_tokens(
    settings: Settings, devices: list[Device], institutions: list[int], clock: Clock
) -> list[tuple[str, int]]:
    """(visit token, institution) of each device, by the plural verb itself."""
    tokens: list[tuple[str, int]] = []
    async with writing(settings, clock) as writer:
        keys = presentation.ScanKeys(writer.ring, writer.sealer, issuer=settings.issuer)
        desk = make_desk(writer.sealer)
        for begin in range(0, len(devices), SCANS_AT_ONCE):
            step = step_of(clock.now())
            requests = [
                ScanRequest(
                    code=code_of(settings, device, step),
                    institution_id=institutions[n % len(institutions)],
                    terminal_code="T01",
                    operator_code="op1",
                    purpose=Purpose.settlement,
                )
                for n, device in enumerate(devices[begin : begin + SCANS_AT_ONCE])
            ]
            async with writer.tx() as tx:
                answers = await presentation.scan(
                    tx, clock, keys, requests=requests, refuse_institution=desk.refuse_institution
                )
            tokens += [
                (answer.visit_token, request.institution_id)
                for answer, request in zip(answers, requests, strict=True)
                if isinstance(answer, Presentation)
            ]
    return tokens
