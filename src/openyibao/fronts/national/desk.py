"""The vendors' desk: the cast, a code that they show now, a reset, the fault dial, the last messages. In a demonstration only. 中文: 联调台。

``GET /desk/cast.json`` is the file that ``openyibao conform --cast`` reads. ``GET /desk/people`` tells the cast by role,
``GET /desk/code?of=role`` the code their phone shows now, ``POST /desk/reset`` undoes what stands of their bills, visits and stays,
``GET``, ``POST`` and ``DELETE /desk/faults`` the dial, ``GET /desk/messages`` and ``/desk/findings`` what came and went.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import msgspec

from openyibao.fronts.national.cast import CAST, DISEASE, CastPerson
from openyibao.fronts.national.dial import Dial, Dialled
from openyibao.fronts.national.findings import Findings
from openyibao.fronts.national.resetting import reset
from openyibao.fronts.shared import Platform
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, goods, people, presentation
from openyibao.rooms.bindings import Binding, BindingKind, Bound
from openyibao.rooms.institutions import Institution, InstitutionKind
from openyibao.rooms.people import DocumentType
from openyibao.wire.national import codes
from openyibao.wire.national.amounts import price

PREFIX = "/desk/"
ITEMS, DRUGS, PACKS = 5, 3, 40
LEVEL = "tertiary"
NOT_FOUND = 404


class VendorDesk:
    """The desk of one process."""

    def __init__(self, platform: Platform, findings: Findings, dial: Dial) -> None:
        self._platform, self._findings, self._dial = platform, findings, dial
        self._bound: dict[str, Binding] = {}

    async def answer(self, method: str, path: str, query: str, content: bytes, base: str) -> tuple[int, Any]:
        """Status and body for one request below ``/desk/``."""
        name = path.removeprefix(PREFIX)
        asked = {key: values[0] for key, values in parse_qs(query, max_num_fields=20).items()}
        match (method, name):
            case ("GET", "cast.json"):
                return 200, await self._cast_file(base)
            case ("GET", "people"):
                return 200, {"people": [_told(one) for one in CAST.values()]}
            case ("GET", "code"):
                return await self._code(asked.get("of", ""))
            case ("POST", "reset"):
                return 200, await reset(self._platform)
            case ("GET", "faults"):
                return 200, {"faults": self._dial.listed()}
            case ("DELETE", "faults"):
                self._dial.clear()
                return 200, {"faults": []}
            case ("POST", "faults"):
                return self._turn(content)
            case ("GET", "messages"):
                return 200, {"messages": self._findings.messages()}
            case ("GET", "findings"):
                rows = self._findings.counted(asked.get("of", ""))
                keys = ("institution_code", "infno", "finding", "times")
                return 200, {"findings": [dict(zip(keys, row, strict=True)) for row in rows]}
            case _:
                return NOT_FOUND, {"message": "no such page of the desk"}

    def _turn(self, content: bytes) -> tuple[int, Any]:
        try:
            one = msgspec.json.decode(content, type=Dialled)
        except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
            return 400, {"message": str(fault)[:200]}
        return (200, {"faults": self._dial.listed()}) if self._dial.turn(one) else (409, {"message": "too many"})

    async def _code(self, role: str) -> tuple[int, Any]:
        one = CAST.get(role)
        binding = None if one is None else await self._binding(one)
        if binding is None:
            return NOT_FOUND, {"message": "nobody of that role has a living credential"}
        platform = self._platform
        step = presentation.step_of(platform.clock.now())
        keys = bindings.day_keys(platform.sealer, platform.aliases, platform.clock, binding, days=1)
        day = next(key for key in keys if key.on == presentation.step_day(step))
        code = presentation.mint(
            day, issuer=platform.settings.issuer, province=binding.province, step=step, purpose=None
        )
        return 200, {"ec_qr_code": code, "changes_at": (step + 1) * presentation.STEP_SECONDS}

    async def _binding(self, one: CastPerson) -> Binding | None:
        """The person's phone, bound by the desk when it is first asked."""
        if one.role in self._bound:
            return self._bound[one.role]
        platform = self._platform
        async with platform.readers.reading() as reading:
            person = await people.find_by_document(
                reading, platform.sealer, DocumentType.identity_card, one.document_number
            )
        if person is None:
            return None

        async def run(tx: Tx) -> Bound | Refused:
            return await bindings.bind(
                tx,
                platform.clock,
                platform.sealer,
                platform.randomness,
                bucket=person.bucket,
                person_id=person.person_id,
                default_province=platform.settings.province,
                kind=BindingKind.own,
                channel_code="desk",
                device_name="联调台",
            )

        made = await platform.lane.submit("work", Work(run))
        if isinstance(made, Refused):
            return None
        self._bound[one.role] = made.binding
        return self._bound[one.role]

    async def _cast_file(self, base: str) -> dict[str, Any]:
        """What a tester may use, as ``openyibao conform`` reads it."""
        hospital, pharmacy = self._places()
        directory, on = self._platform.desk.directory, self._platform.clock.today()
        rows = self._platform.desk.catalogue.list_area(hospital.treatment_area, on)
        plain = [
            row for row in rows if not row.trace_due and not row.restricted and row.kind.value in ("drug", "service")
        ]
        async with self._platform.readers.reading() as reading:
            stock = await goods.list_movements(reading, pharmacy.institution_id, on)
        packs: dict[str, list[str]] = {}
        for one in stock:
            if one.kind is goods.MovementKind.received and len(packs.setdefault(one.item_code, [])) < PACKS:
                packs[one.item_code].append(one.trace_code)
        drugs = [row for row in rows if row.trace_due and row.item_code in packs]
        staff = directory.practitioners_of(hospital.institution_id)
        return {
            "people": [
                {
                    "name": one.name,
                    "certno": one.document_number,
                    "card_no": one.card_number,
                    "card_sn": one.card_number,
                    "ec_qr_url": f"{base}{PREFIX}code?of={one.role}",
                }
                for one in (CAST["employee"], CAST["retired"])
            ],
            "items": [
                *({**_sold(row)} for row in plain[:ITEMS]),
                *({**_sold(row), "trace_due": True, "trace_codes": packs[row.item_code]} for row in drugs[:DRUGS]),
            ],
            "mdtrtarea_admvs": f"{hospital.treatment_area:06d}",
            "doctor_code": staff[0].practitioner_code,
            "doctor_name": staff[0].name,
            "dept_code": "D01",
            "dept_name": "内科",
            "caty": "A03",
            "dise_code": "I10.x00",
            "dise_name": "原发性高血压",
            "opsp_dise_code": DISEASE[0],
            "opsp_dise_name": DISEASE[1],
        }

    def _places(self) -> tuple[Institution, Institution]:
        everyone = self._platform.desk.directory.list_all()
        hospitals = [one for one in everyone if one.kind is InstitutionKind.hospital]
        hospital = next((one for one in hospitals if one.level.value == LEVEL), hospitals[0])
        return hospital, next(one for one in everyone if one.kind is InstitutionKind.pharmacy)


def _sold(row: Any) -> dict[str, Any]:
    return {
        "med_list_codg": row.item_code,
        "medins_list_codg": f"OWN-{row.item_code}"[:40],
        "name": row.name,
        "list_type": codes.LIST_TYPES[row.kind],
        "pric": str(price(12_340_000)),
    }


def _told(one: CastPerson) -> dict[str, str]:
    return {
        "role": one.role,
        "name": one.name,
        "document_number": one.document_number,
        "card_number": one.card_number,
        "zh": one.zh,
        "en": one.en,
        "code": f"{PREFIX}code?of={one.role}",
    }
