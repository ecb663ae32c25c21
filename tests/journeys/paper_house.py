"""Papers and cards of a house: what an officer prints and binds, and what a terminal reads."""

from __future__ import annotations

from typing import Any

from family_house import person_of
from journey_house import House

from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, cards, papers, presentation
from openyibao.rooms.bindings import Binding, UnbindGround
from openyibao.rooms.cards import CardInHand, CardKind
from openyibao.rooms.institutions import Institution
from openyibao.rooms.papers import NewPrintedCode, PaperSettings, PrintedCode, WindowProof
from openyibao.rooms.presentation import Purpose, ScanRequest, SeenProof

SEEN = SeenProof(document_seen=True)
SETTINGS = PaperSettings(
    uses_a_day_max=4, day_limit_fen_max=30_000, days_max=90, proof=WindowProof.document, second_officer=False
)
PAYS = (Purpose.settlement.value, Purpose.pharmacy_purchase.value)


def code_of(answer: object) -> str:
    return answer.code if isinstance(answer, Refused) else type(answer).__name__


class Paper:
    """One person's printed code, as a terminal reads it."""

    def __init__(self, house: House, person: int, binding: Binding, code: PrintedCode) -> None:
        self.house, self.person, self.binding, self.code = house, person, binding, code
        self.digits = presentation.digits_of(house.platform.sealer, binding, issuer=house.platform.settings.issuer)

    async def scan(
        self,
        *,
        place: Institution | None = None,
        proof: SeenProof = SEEN,
        digits: str | None = None,
        purpose: Purpose = Purpose.settlement,
        terminal_code: str = "T01",
    ) -> Any:
        """Half a minute after the last."""
        self.house.move_on()
        return await self.scan_now(
            place=place, proof=proof, digits=digits, purpose=purpose, terminal_code=terminal_code
        )

    async def scan_now(
        self,
        *,
        place: Institution | None = None,
        proof: SeenProof = SEEN,
        digits: str | None = None,
        purpose: Purpose = Purpose.settlement,
        terminal_code: str = "T01",
    ) -> Any:
        request = ScanRequest(
            code=digits or self.digits,
            institution_id=(place or self.house.hospital).institution_id,
            terminal_code=terminal_code,
            operator_code="op1",
            purpose=purpose,
            proof=proof,
        )
        return await self.house.platform.lane.submit("scan", request)

    async def end(self, ground: UnbindGround = UnbindGround.counter) -> Any:
        name = {"bucket": self.binding.bucket, "binding_id": self.binding.binding_id}
        return await self.house.work(
            lambda tx: bindings.unbind(tx, self.house.clock, **name, actor="op1", ground=ground)
        )


async def printed(house: House, person: int, settings: PaperSettings = SETTINGS, **fields: Any) -> Any:
    """A printed code for the house's hospital; ``Paper`` or why not."""
    who, platform = person_of(house, person), house.platform
    officers = {name: fields.pop(name) for name in ("officer", "approver") if name in fields}
    new = NewPrintedCode(
        **{
            "purposes": PAYS,
            "institution_ids": (house.hospital.institution_id,),
            "uses_a_day": 3,
            "day_limit_fen": 20_000,
            "days": 30,
            **fields,
        }
    )
    answer = await house.work(
        lambda tx: papers.print_code(
            tx,
            house.clock,
            platform.sealer,
            platform.randomness,
            new,
            settings,
            bucket=who.bucket,
            person_id=who.person_id,
            default_province=platform.settings.province,
            **{"officer": "1:op1", **officers},
        )
    )
    return answer if isinstance(answer, Refused) else Paper(house, person, *answer)


async def bind_card(house: House, person: int, kind: CardKind = CardKind.identity_card, **fields: Any) -> Any:
    """What an officer does with a card in hand."""
    who, platform = person_of(house, person), house.platform
    card = CardInHand(**{"kind": kind, "document_number": who.document_number, **fields})
    return await house.work(
        lambda tx: cards.bind_card(
            tx,
            house.clock,
            platform.sealer,
            platform.randomness,
            card,
            bucket=who.bucket,
            person_id=who.person_id,
            default_province=platform.settings.province,
            officer="1:op1",
        )
    )
