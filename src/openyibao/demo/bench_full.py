"""The bench's fuller bills: packs with trace codes, a chronic filing, three settlements earlier in the year. 中文: 压测全量账单。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from openyibao.demo import stage
from openyibao.demo.bench_crowd import Device, Writer, visit_tokens, writing
from openyibao.demo.bench_requests import Signed, make_bills
from openyibao.kit.clock import Clock, FakeClock
from openyibao.kit.crypto import sm3
from openyibao.main import make_desk
from openyibao.rooms import goods, settlement
from openyibao.rooms.encounters import NewEncounter, NewFeeItem
from openyibao.rooms.filings import Filed, Filer, FileRequest, FilingKind, NewFiling
from openyibao.rooms.goods import MovementKind, Stocked, StockPack, StockRequest
from openyibao.rooms.settlement import Desk, Settled, SettleRequest
from openyibao.settings import Settings

EARLIER = 3
AT_ONCE = 64
DISEASE = "M01"
PACKS_A_BILL = 2
STOCK_AT_ONCE = 500


class Unprepared(RuntimeError):  # noqa: N818 the bench says what it lacks
    """What a fuller bill stands on could not be made."""


async def make_full_bills(
    settings: Settings, prepared: stage.Prepared, devices: list[Device], places: list[int], clock: Clock
) -> list[Signed]:
    """A bill for each device, of five lines, two of them of packs; everything it stands on is written first."""
    keys = [prepared.session_keys[place] for place in places]
    due = [row for row in prepared.population.catalogue if row.trace_due and not row.restricted][:PACKS_A_BILL]
    homes = {one.person_id: one.cell for one in prepared.installed.enrolments}
    async with writing(settings, clock) as writer:
        await _file_all(writer, make_desk(writer.sealer), devices, homes, clock)
    for round_ in range(EARLIER):
        # One token, one visit: each earlier bill was shown a minute before the next.
        shown = FakeClock(clock.now() - timedelta(minutes=EARLIER - round_))
        earlier = await visit_tokens(settings, devices, places, shown)
        async with writing(settings, clock) as writer:  # after the tokens' own: a chain has one writer
            await _settle_all(writer, clock, make_bills(prepared, earlier, keys, places), round_)
    bills = make_bills(prepared, await visit_tokens(settings, devices, places, clock), keys, places)
    packs: dict[int, list[StockPack]] = {place: [] for place in places}
    for (activated, _), (key, body) in zip(devices, bills, strict=True):
        body["encounter"]["grounds"] = {"disease_code": DISEASE}
        for line, row in zip(body["items"], due, strict=False):
            serial = activated.binding.binding_id % 10**12
            code = f"81{row.catalogue_item_id:05d}{serial:012d}{line['line_no']}"
            line |= {"item_code": row.item_code, "trace_codes": [code], "quantity_e4": 10_000}
            line["amount_fen"] = line["unit_price_micro"] // 10_000
            packs[key.institution_id].append(StockPack(trace_code=code, item_code=row.item_code))
    async with writing(settings, clock) as writer:
        for place, received in packs.items():
            await _receive(writer, clock, place, received)
    return bills


async def _file_all(
    writer: Writer, desk: Desk, devices: Sequence[Device], homes: Mapping[int, int], clock: Clock
) -> None:
    today = clock.today()
    new = NewFiling(
        kind=FilingKind.chronic_disease,
        begins_on=today,
        ends_on=today + timedelta(days=365),
        disease_code=DISEASE,
    )
    for begin in range(0, len(devices), AT_ONCE):
        async with writer.tx() as tx:
            requests = [
                FileRequest(
                    institution_id=0,
                    request_key=f"bench-filing-{activated.binding.binding_id}",
                    digest=sm3(b"bench"),
                    filed_by=Filer.agency,
                    filer="bench",
                    new=new,
                    cell=homes[activated.binding.person_id],
                    person_id=activated.binding.person_id,
                )
                for activated, _ in devices[begin : begin + AT_ONCE]
            ]
            answers = await settlement.file_filings(tx, clock, desk, requests)
            if not all(isinstance(answer, Filed) for answer in answers):
                raise Unprepared(f"a filing was refused: {answers[0]}")


async def _settle_all(writer: Writer, clock: Clock, bills: list[Signed], round_: int) -> None:
    desk = make_desk(writer.sealer)
    for begin in range(0, len(bills), AT_ONCE):
        requests = [
            _request(key.institution_id, body, f"bench-{round_}-{sm3(body['visit_token'].encode())[:12].hex()}")
            for key, body in bills[begin : begin + AT_ONCE]
        ]
        async with writer.tx() as tx:
            answers = await settlement.settle(tx, clock, desk, requests)
            if not all(isinstance(answer, Settled) for answer in answers):
                raise Unprepared(f"an earlier bill was refused: {answers[0]}")


def _request(institution_id: int, body: dict[str, Any], key: str) -> SettleRequest:
    named = [{"name": "", **diagnosis} for diagnosis in body["encounter"]["diagnoses"]]
    return SettleRequest(
        institution_id=institution_id,
        operator_code=body["operator_code"],
        terminal_code=body["terminal_code"],
        request_key=key,
        digest=sm3(key.encode()),
        visit_token=body["visit_token"],
        encounter=msgspec.convert({**body["encounter"], "diagnoses": named}, NewEncounter),
        items=msgspec.convert(body["items"], tuple[NewFeeItem, ...]),
    )


async def _receive(writer: Writer, clock: Clock, place: int, packs: list[StockPack]) -> None:
    desk = make_desk(writer.sealer)
    for begin in range(0, len(packs), STOCK_AT_ONCE):
        request = StockRequest(
            institution_id=place,
            operator_code="op1",
            request_key=f"bench-stock-{packs[begin].trace_code}",
            digest=sm3(b"bench"),
            kind=MovementKind.received,
            packs=tuple(packs[begin : begin + STOCK_AT_ONCE]),
            document="bench",
        )
        async with writer.tx() as tx:
            await desk.fresh(tx)
            (answer,) = await goods.move_stock(tx, clock, desk.references, desk.trace_book, [request])
            if not isinstance(answer, Stocked):
                raise Unprepared(f"stock was refused: {answer}")
