"""A card that carries the credential of who has no phone (N9): bound by an officer who has it in hand. 中文: 卡载体。"""

from __future__ import annotations

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, credentials, people
from openyibao.rooms.bindings import Binding, BindingKind
from openyibao.rooms.cards import rules, service
from openyibao.rooms.cards.records import CardKind
from openyibao.rooms.people import DocumentType, normal_document

_CARRIER = "bindings.carrier"
CARD_NAMES = {CardKind.identity_card: "居民身份证", CardKind.social_security_card: "社会保障卡"}
"""What a card is called among its holder's bindings, until they name it otherwise."""


class CardInHand(msgspec.Struct, frozen=True, kw_only=True):
    """A card as the officer reads it: an ID card's number, or a social-security card's own beside it."""

    kind: CardKind
    document_number: str
    card_number: str | None = None

    def __repr__(self) -> str:
        return f"CardInHand(kind={self.kind})"

    @property
    def number(self) -> str:
        """The number that tells this card from others."""
        own = self.card_number if self.kind is CardKind.social_security_card else self.document_number
        return normal_document(own or "")


def _carrier(card_in_hand: CardInHand) -> str:
    return f"{card_in_hand.kind.value}:{card_in_hand.number}"


async def bind_card(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    randomness: Randomness,
    card_in_hand: CardInHand,
    *,
    bucket: int,
    person_id: int,
    default_province: int,
    officer: str,
    channel_code: str = "counter",
) -> Binding | Refused:
    """Let the holder's own card carry the credential. A social-security card that is not entered yet is entered so.

    Refused, in order: those of the credential, card_of_another, card_lost, card_already_bound, bindings_too_many.
    """
    credential = await credentials.lock_usable(tx, bucket=bucket, person_id=person_id)
    if isinstance(credential, Refused):
        return credential
    person = (await people.read_persons(tx, sealer, [(bucket, person_id)]))[bucket, person_id]
    theirs = (person.document_type, person.document_number)
    if theirs != (DocumentType.identity_card, normal_document(card_in_hand.document_number)) or not card_in_hand.number:
        return Refused(rules.CARD_DIFFERS)
    held = (await service.read_cards(tx, [(bucket, person_id)]))[bucket, person_id]
    digests = set(sealer.digests(card_in_hand.number, purpose=service.NUMBER_PURPOSE).values())
    entered = card_in_hand.kind is CardKind.identity_card or (
        held.newest is not None and held.newest.number_digest in digests
    )
    if entered and held.is_lost(card_in_hand.kind):
        return Refused(rules.CARD_LOST)
    if await find_carrier(tx, sealer, card_in_hand, bucket=bucket) is not None:
        return Refused(rules.CARD_BOUND)
    if not entered:
        who = {"bucket": bucket, "person_id": person_id}
        await service.enter_card(tx, clock, sealer, **who, number=card_in_hand.number, actor=officer)
    return await bindings.make_binding(
        tx,
        clock,
        sealer,
        randomness,
        credential=credential,
        default_province=default_province,
        kind=BindingKind.carrier,
        channel_code=channel_code,
        device_name=CARD_NAMES[card_in_hand.kind],
        carrier_digest=sealer.digest(_carrier(card_in_hand), purpose=_CARRIER),
    )


async def find_carrier(reading: Reading, sealer: Sealer, card_in_hand: CardInHand, *, bucket: int) -> Binding | None:
    """The active binding that a card carries, or None. ``bucket`` is that of the card's person."""
    digests = sealer.digests(_carrier(card_in_hand), purpose=_CARRIER).values()
    return await bindings.find_by_carrier(reading, bucket, list(digests))
