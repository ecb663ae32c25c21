"""Reading a card or a printed code with what the window saw beside it; a password is held before, outside of the batch. 中文: 窗口核验。

A password is asked for only of whoever's card or paper is really here: a card whose number and name lead to them, a paper whose code
is right. So nobody locks another's password with a number they know: it costs them the card's limits first (E13).
"""

from __future__ import annotations

import msgspec

from openyibao.fronts.shared.authenticating import hold_password
from openyibao.fronts.shared.platform import Platform
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials, presentation
from openyibao.rooms.presentation import IdentifyRequest, Presentation, ScanRequest, SeenProof


class WindowSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What the window saw, the password as it was typed."""

    document_seen: bool = False
    digits: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"WindowSeen(document_seen={self.document_seen})"

    def proof(self, *, held: bool = False) -> SeenProof:
        """As presentation takes it."""
        return SeenProof(document_seen=self.document_seen, digits=self.digits, password_held=held)


async def scan_with_proof(platform: Platform, request: ScanRequest, seen: WindowSeen) -> Presentation | Refused:
    """A scan with a proof. Refuses as a scan; before that, for a printed code with a password: those of the password."""
    held = False
    if seen.password is not None:
        async with platform.readers.reading() as reading:
            whose = await presentation.find_paper(
                reading, platform.sealer, request.code, issuer=platform.settings.issuer
            )
        if whose is not None:
            refused = await hold_password(platform, whose[:2], whose[2], seen.password)
            if refused is not None:
                return refused
            held = True
    asked = msgspec.structs.replace(request, proof=seen.proof(held=held))
    answer: Presentation | Refused = await platform.lane.submit("scan", asked)
    return answer


async def identify_with_proof(platform: Platform, request: IdentifyRequest, seen: WindowSeen) -> Presentation | Refused:
    """A card with a proof. A card that is refused anyway is, before a password is looked at; then those of the password."""
    if seen.password is None:
        return await _identify(platform, request, seen.proof())
    async with platform.readers.reading() as reading:
        whose = await presentation.find_card_holder(reading, platform.sealer, request)
    credential = None if whose is None else await _credential_of(platform, whose)
    if whose is None or credential is None:
        return await _identify(platform, request, seen.proof())
    refused = await hold_password(platform, whose, credential, seen.password)
    return refused or await _identify(platform, request, seen.proof(held=True))


async def _identify(platform: Platform, request: IdentifyRequest, proof: SeenProof) -> Presentation | Refused:
    answer: Presentation | Refused = await platform.lane.submit(
        "identify", msgspec.structs.replace(request, proof=proof)
    )
    return answer


async def _credential_of(platform: Platform, person: tuple[int, int]) -> int | None:
    async with platform.readers.reading() as reading:
        found = await credentials.find_credential(reading, bucket=person[0], person_id=person[1])
    return None if found is None else found.credential_id
