"""The verbs of the lane, each bound to its caches: what a front may submit, how many at once, and what is kept apart. 中文: 动词表。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from openyibao.fronts.national import change_noted, open_noted, remove_named, settle_named, upload_named
from openyibao.fronts.shared.admitting import Admitted
from openyibao.kit.batch import WORK, Verb
from openyibao.kit.clock import Clock
from openyibao.kit.crypto import KeyRing, Sealer
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import acceptances, bindings, channels, encounters, goods, looks, presentation, settlement
from openyibao.rooms.channels import Message
from openyibao.rooms.settlement import Desk
from openyibao.settings import Settings

Names = tuple[tuple[Any, ...], ...]
"""What a request may not share with another one of its batch."""


def _by_key(request: Any) -> Names:
    return (("key", request.institution_id, request.request_key),)


def _by_visit(request: Any) -> Names:
    return (("visit", request.cell, request.encounter_id), *_by_key(request))


def _by_token(request: Any) -> Names:
    return (("token", request.visit_token), *_by_key(request))


def _by_nonce(request: Any) -> Names:
    return (("nonce", request.channel_id, request.nonce),)


def verbs_of(desk: Desk, clock: Clock, sealer: Sealer, ring: KeyRing, settings: Settings) -> list[Verb]:
    """The plural verbs of the lane, each bound to its caches."""

    async def open_encounter(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        await desk.fresh(tx)
        return await encounters.open_encounters(tx, clock, desk.references, requests, year_of=desk.year_of)

    async def add_items(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        await desk.fresh(tx)
        return await encounters.add_items(
            tx, clock, desk.references, requests, judge_more=lambda *lines: settlement.judge_uploaded(desk, *lines)
        )

    async def settle(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await settlement.settle(tx, clock, desk, requests)

    async def hold_aid(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await settlement.hold_aid(tx, clock, desk, requests)

    return [
        *code_verbs(desk, clock, sealer, ring, settings),
        Verb(name="admit", run=admit_verb(clock), apart=_by_nonce),
        Verb(name="open_encounter", run=open_encounter, apart=_by_token, batch_max=16),
        Verb(name="add_items", run=add_items, apart=_by_visit, batch_max=32),
        *life_verbs(desk, clock),
        *record_verbs(desk, clock),
        Verb(name="settle", run=settle, apart=_by_key),
        Verb(name="hold_aid", run=hold_aid, batch_max=1),
        *undoing_verbs(desk, clock),
        *national_verbs(desk, clock, sealer),
        WORK,
    ]


def code_verbs(desk: Desk, clock: Clock, sealer: Sealer, ring: KeyRing, settings: Settings) -> list[Verb]:
    """The verbs of what is shown: codes, cards, and codes that were taken without a network."""
    scan_keys = presentation.ScanKeys(ring, sealer, issuer=settings.issuer)

    async def scan(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        await desk.fresh(tx)
        return await presentation.scan(
            tx,
            clock,
            scan_keys,
            requests=requests,
            refuse_institution=desk.refuse_institution,
            stopped_channels=desk.channel_book.stopped,
            find_institution=desk.directory.by_id,
            busy=desk.is_busy,
        )

    async def identify(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        await desk.fresh(tx)
        return await presentation.identify(
            tx, clock, scan_keys, requests=requests, refuse_institution=desk.refuse_institution
        )

    async def identify_face(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        await desk.fresh(tx)
        (one,), refuse = requests, desk.refuse_institution
        return [await presentation.present_by_face(tx, clock, scan_keys, request=one, refuse_institution=refuse)]

    async def sync_offline(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        await desk.fresh(tx)
        places = acceptances.Places(
            refuse=desk.refuse_institution,
            limits=lambda institution_id: desk.offline_limits(institution_id, clock.today()),
            name=desk.name_of,
            busy=desk.is_busy,
            stopped_channels=desk.channel_book.stopped,
        )
        return await acceptances.sync(tx, clock, scan_keys, requests=requests, places=places)

    return [
        Verb(name="scan", run=scan),
        Verb(name="identify", run=identify, batch_max=8),
        Verb(name="identify_face", run=identify_face, batch_max=1),
        Verb(name="sync_offline", run=sync_offline, apart=_by_key, batch_max=16),
    ]


def national_verbs(desk: Desk, clock: Clock, sealer: Sealer) -> list[Verb]:
    """The verbs of the national wire: the rooms' own, with what institutions call things."""

    async def open_visits(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await open_noted(tx, clock, desk, requests)

    async def change_visits(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await change_noted(tx, clock, desk, requests)

    async def upload(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await upload_named(tx, clock, desk, requests)

    async def settle(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await settle_named(tx, clock, desk, sealer, requests)

    async def remove(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await remove_named(tx, clock, desk, requests)

    return [
        Verb(name="remove_named", run=remove, apart=_by_visit, batch_max=1),
        Verb(name="open_noted", run=open_visits, apart=_by_token, batch_max=16),
        Verb(name="change_noted", run=change_visits, apart=_by_visit, batch_max=1),
        Verb(name="upload_named", run=upload, apart=_by_visit, batch_max=32),
        Verb(name="settle_named", run=settle, apart=_by_key),
    ]


def admit_verb(clock: Clock) -> Callable[[Tx, Sequence[Message]], Awaitable[list[Admitted | Refused]]]:
    """Admits messages of channels, and reads the bindings they ask of in one statement for the batch."""

    async def admit(tx: Tx, requests: Sequence[Message]) -> list[Admitted | Refused]:
        answers = await channels.admit(tx, clock, requests)
        asked = {
            one.asks_of
            for one, answer in zip(requests, answers, strict=True)
            if one.asks_of is not None and not isinstance(answer, Refused)
        }
        found = await bindings.list_told_of(tx, bindings=sorted(asked)) if asked else []
        living = {(one.bucket, one.binding_id): one for one in found if one.ended_at is None}
        return [
            answer
            if isinstance(answer, Refused)
            else Admitted(answer, living.get(one.asks_of) if one.asks_of else None)
            for one, answer in zip(requests, answers, strict=True)
        ]

    return admit


def life_verbs(desk: Desk, clock: Clock) -> list[Verb]:
    """The verbs of a visit's life after its registration."""

    def of_encounters(run: Callable[..., Awaitable[Sequence[Any]]]) -> Callable[..., Awaitable[Sequence[Any]]]:
        async def act(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
            await desk.fresh(tx)
            return await run(tx, clock, desk.references, requests)

        return act

    async def reopen(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await settlement.reopen_encounters(tx, clock, desk, requests)

    runs = {
        "remove_items": of_encounters(encounters.remove_items),
        "change_encounter": of_encounters(encounters.change_encounters),
        "close_encounter": of_encounters(encounters.close_encounters),
        "cancel_encounter": of_encounters(encounters.cancel_encounters),
    }
    alone = Verb(name="reopen_encounter", run=reopen, batch_max=1)
    return [*(Verb(name=name, run=run, apart=_by_visit, batch_max=16) for name, run in runs.items()), alone]


def undoing_verbs(desk: Desk, clock: Clock) -> list[Verb]:
    """The verbs that undo. One person's undoings follow each other; a batch of one keeps the written lock order."""

    async def reverse(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await settlement.reverse(tx, clock, desk, requests)

    async def annul(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await settlement.annul(tx, clock, desk, requests)

    async def refund_items(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await settlement.refund_items(tx, clock, desk, requests)

    async def reprice(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await settlement.reprice(tx, clock, desk, requests)

    runs = {"reverse": reverse, "refund_items": refund_items, "reprice": reprice, "annul": annul}
    return [Verb(name=name, run=run, batch_max=1) for name, run in runs.items()]


def record_verbs(desk: Desk, clock: Clock) -> list[Verb]:
    """The verbs of what stands beside bills: looks, stock and filings."""

    async def move_stock(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        await desk.fresh(tx)
        return await goods.move_stock(tx, clock, desk.references, desk.trace_book, requests)

    async def file_filing(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await settlement.file_filings(tx, clock, desk, requests)

    async def decide_filing(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await settlement.decide_filings(tx, clock, desk, requests)

    async def look(tx: Tx, requests: Sequence[Any]) -> Sequence[Any]:
        return await looks.note_looks(tx, clock, requests)

    return [
        Verb(name="look", run=look),
        Verb(name="move_stock", run=move_stock, apart=_by_key, batch_max=16),
        # Each alone in its batch: a late one reprices, and locks visits then.
        Verb(name="file_filing", run=file_filing, batch_max=1),
        Verb(name="decide_filing", run=decide_filing, batch_max=1),
    ]
