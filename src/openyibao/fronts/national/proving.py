"""Who is here: a credential's token, an ID card or a social-security card lead to the same visit token. 中文: 身份核验。"""

from __future__ import annotations

from typing import Any

from openyibao.fronts.national.calls import WireCall, text
from openyibao.fronts.national.reasons import FIELD_WRONG
from openyibao.kit.outcome import Refused
from openyibao.rooms import cards, people
from openyibao.rooms.cards import CardKind
from openyibao.rooms.people import DocumentType
from openyibao.rooms.presentation import IdentifyRequest, Presentation, Purpose
from openyibao.wire.national import codes

PLACE_MAX = 40


async def prove(call: WireCall, row: dict[str, Any]) -> str | Refused:
    """The visit token of ``mdtrt_cert_type`` and ``mdtrt_cert_no``. Reasons: field_wrong · those of ``identify``.

    A card says nothing of a name where the client sends none: then its holder's is taken from the register.
    """
    kind, number = text(row, "mdtrt_cert_type", 3), text(row, "mdtrt_cert_no", 64)
    if kind == codes.TOKEN_CODE:
        # Some clients send the document under the credential's kind, and the token beside it.
        given = number or text(row, "ecToken", 64)
        if not given and text(row, "certno", 20):
            # 2401's tables don't ask for the token: the document that stands beside it is what was shown.
            return await _by_card(call, row, CardKind.identity_card, text(row, "certno", 20), None)
        return given if given.isascii() and given.isalnum() else Refused(FIELD_WRONG, {"field": "mdtrt_cert_no"})
    if kind == codes.IDENTITY_CODE:
        beside = text(row, "card_sn", 64)
        if beside.isascii() and beside.isalnum() and len(beside) >= 30:
            return beside
        return await _by_card(call, row, CardKind.identity_card, number or text(row, "certno", 20), None)
    if kind == codes.CARD_CODE and number:
        return await _by_card(call, row, CardKind.social_security_card, text(row, "certno", 20), number)
    return Refused(FIELD_WRONG, {"field": "mdtrt_cert_type"})


async def _by_card(
    call: WireCall, row: dict[str, Any], kind: CardKind, document: str, card_number: str | None
) -> str | Refused:
    platform = call.platform
    async with platform.readers.reading() as reading:
        if document:
            holder = await people.find_by_document(
                reading, platform.sealer, DocumentType.identity_card, document.upper()
            )
        else:
            found = await cards.find_holder(reading, platform.sealer, card_number or "")
            read = await people.read_persons(reading, platform.sealer, [found] if found else [])
            holder = read.get(found) if found else None
    name = text(row, "psn_name", 50) or ("" if holder is None else holder.name)
    number = document.upper() or ("" if holder is None else holder.document_number)
    if not number or not name:
        # Asked all the same, so that guessing numbers is counted and stopped.
        name, number = name or "无", number or "000000000000000000"
    request = IdentifyRequest(
        kind=kind,
        name=name,
        document_number=number[:PLACE_MAX],
        card_number=card_number,
        institution_id=call.institution_id,
        terminal_code=call.envelope.device,
        operator_code=call.envelope.operator_code,
        purpose=Purpose.settlement,
        caller_key=None,
        anew=True,
    )
    answer = await platform.lane.submit("identify", request)
    if isinstance(answer, Refused):
        return answer
    assert isinstance(answer, Presentation)
    return answer.visit_token
