"""What a vendor's tester has in hand at the demo: four made-up people with phones that show codes, and the cast of `openyibao conform`.

Each person has a dozen devices, since a device's code is accepted once in half a minute. The phones hold day keys as a wallet does and mint
codes themselves; the platform isn't asked. 中文: 厂商测试用手机。
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from openyibao.conform import Cast, CastItem, CastPerson
from openyibao.demo.bench_crowd import Device, code_of, writing
from openyibao.demo.population import DemoPerson, Population
from openyibao.demo.stocking import PACKS_OF_EACH, stocked_drugs, trace_code_of
from openyibao.fronts.national import desk_app_code, desk_secret
from openyibao.kit.clock import Clock, SystemClock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Tx
from openyibao.kit.ids import Randomness
from openyibao.rooms import bindings, credentials
from openyibao.rooms.bindings import Aliases, BindingKind, Bound
from openyibao.rooms.catalogue import CatalogueItem, CatalogueKind, PaymentClass
from openyibao.rooms.institutions import Institution, InstitutionKind, Service
from openyibao.rooms.people import EntitlementState, find_by_documents
from openyibao.rooms.presentation import step_of
from openyibao.settings import Settings

PEOPLE, DEVICES, DAYS, PACKS = 4, 12, 7, 2
PAUSE_SECONDS = 0.5
CHANNEL = "vendor"
FIRST_ADULT_ON = date(2000, 1, 1)
LIST_TYPES = {CatalogueKind.drug: "101", CatalogueKind.service: "201", CatalogueKind.consumable: "301"}
PRICE, DRUG_PRICE = "12.34", "23.45"


class VendorPhones:
    """The phones of the tester's people; each call shows the next device's code."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        devices: Sequence[Sequence[Device]],
        *,
        wait: Callable[[], None] = lambda: time.sleep(PAUSE_SECONDS),
    ) -> None:
        self._settings, self._clock, self._devices, self._wait = settings, clock, devices, wait
        self._shown = [(0, 0)] * len(devices)
        self._lock = threading.Lock()

    def show(self, place: int) -> str:
        """A code that was not shown before, of the person at a place among the tester's people. Waits where all devices have shown theirs.

        Raises IndexError for nobody.
        """
        mine = self._devices[place]
        with self._lock:
            while True:
                step = step_of(self._clock.now())
                last, shown = self._shown[place]
                number = 0 if step > last else shown
                if number < len(mine):
                    self._shown[place] = (step, number + 1)
                    return code_of(self._settings, mine[number], step)
                self._wait()


def testers(population: Population) -> list[DemoPerson]:
    """Adults who enjoy what they paid for."""
    return [
        made
        for made in population.people
        if made.person.birth_on < FIRST_ADULT_ON and made.state is EntitlementState.paid
    ][:PEOPLE]


async def open_phones(
    settings: Settings, clock: Clock, population: Population, *, wait: Callable[[], None] | None = None
) -> VendorPhones:
    """Bind the devices anew; those of an earlier demonstration end."""
    made = testers(population)
    documents = [(one.person.document_type, one.person.document_number) for one in made]
    devices: list[list[Device]] = []
    async with writing(settings, clock) as writer:
        aliases = Aliases(writer.ring)
        async with writer.tx() as tx:
            found = await find_by_documents(tx, writer.sealer, documents)
            for document in documents:
                bucket, person_id = found[document]
                await _end_earlier(tx, clock, bucket, person_id)
                devices.append(await _bind(tx, clock, writer.sealer, aliases, settings, bucket, person_id))
    phones = VendorPhones(settings, clock, devices)
    return phones if wait is None else VendorPhones(settings, clock, devices, wait=wait)


async def _end_earlier(tx: Tx, clock: Clock, bucket: int, person_id: int) -> None:
    credential = await credentials.find_credential(tx, bucket=bucket, person_id=person_id)
    if credential is None:
        return
    for one in await bindings.list_bindings(tx, bucket=bucket, credential_id=credential.credential_id):
        if one.channel_code == CHANNEL:
            await bindings.unbind(tx, clock, bucket=bucket, binding_id=one.binding_id, actor="demo")


async def _bind(
    tx: Tx, clock: Clock, sealer: Sealer, aliases: Aliases, settings: Settings, bucket: int, person_id: int
) -> list[Device]:
    mine: list[Device] = []
    for number in range(DEVICES):
        bound = await bindings.bind(
            tx,
            clock,
            sealer,
            Randomness(),
            bucket=bucket,
            person_id=person_id,
            default_province=settings.province,
            kind=BindingKind.own,
            channel_code=CHANNEL,
            device_name=f"vendor {number + 1}",
        )
        if isinstance(bound, Bound):
            mine.append((bound, bindings.day_keys(sealer, aliases, clock, bound.binding, days=DAYS)))
    return mine


def cast_of(population: Population, *, code_url: str) -> Cast:
    """What a tester must know, in the form that `openyibao conform --cast` reads."""
    hospital, pharmacy = _places(population)
    doctor = next(one for one in population.places.practitioners if one.institution_id == hospital.institution_id)
    plain = [row for row in population.catalogue if not row.restricted and not row.trace_due]
    chosen = [next(row for row in plain if row.payment_class is payment_class) for payment_class in PaymentClass]
    people = [
        CastPerson(
            name=made.person.name,
            certno=made.person.document_number,
            ec_qr_url=f"{code_url}?person={place}" if code_url else "",
        )
        for place, made in enumerate(testers(population))
    ]
    return Cast(
        people=people,
        items=[
            *(_cast_item(row, PRICE) for row in chosen),
            *(_cast_item(row, DRUG_PRICE, pharmacy) for row in stocked_drugs(population.catalogue)[:PACKS]),
        ],
        institution=hospital.institution_code,
        institution_name=hospital.name,
        key_id=desk_app_code(hospital.institution_code),
        key=desk_secret(hospital.institution_code),
        pharmacy=pharmacy.institution_code,
        pharmacy_key_id=desk_app_code(pharmacy.institution_code),
        pharmacy_key=desk_secret(pharmacy.institution_code),
        mdtrtarea_admvs=str(hospital.treatment_area),
        doctor_code=doctor.practitioner_code,
        doctor_name=doctor.name,
    )


def _places(population: Population) -> tuple[Institution, Institution]:
    places = population.places.institutions
    hospital = next(
        one for one in places if {Service.outpatient, Service.inpatient} <= {a.service for a in one.agreements}
    )
    return hospital, next(one for one in places if one.kind is InstitutionKind.pharmacy)


def _cast_item(row: CatalogueItem, price: str, pharmacy: Institution | None = None) -> CastItem:
    packs = [] if pharmacy is None else [trace_code_of(row, pharmacy, number + 1) for number in range(PACKS_OF_EACH)]
    return CastItem(
        med_list_codg=row.item_code,
        name=row.name,
        list_type=LIST_TYPES[row.kind],
        pric=price,
        trace_due=row.trace_due,
        trace_codes=packs,
    )


@contextmanager
def shown(phones: VendorPhones, population: Population) -> Iterator[str]:
    """Serve the cast and the codes on this machine alone; yields the cast's address."""

    class Showing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            base = f"http://127.0.0.1:{server.server_port}"
            if parts.path == "/cast.json":
                self._answer(msgspec.json.format(msgspec.json.encode(cast_of(population, code_url=f"{base}/code"))))
                return
            place = parse_qs(parts.query).get("person", [""])[0]
            if parts.path == "/code" and place.isdigit() and int(place) < PEOPLE:
                self._answer(json.dumps({"ec_qr_code": phones.show(int(place))}).encode())
                return
            self.send_error(404)

        def _answer(self, content: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *said: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Showing)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/cast.json"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def played(settings: Settings, population: Population) -> Iterator[str]:
    """Bind the phones and serve them beside a demonstration."""
    clock = SystemClock()
    with shown(asyncio.run(open_phones(settings, clock, population)), population) as url:
        yield url
