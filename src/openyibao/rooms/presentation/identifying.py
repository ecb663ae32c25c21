"""Identifying by a card on the reader: the same answer as a scan, with less behind it (FIELD 19). 中文: 读卡识别。

An ID card or a social-security card proves that it is here, not who holds it. It opens visits like a code; before the personal
account pays, settlement asks for more. A card needs no activated credential (C4), but none that is stopped or frozen: who freezes
means that nobody is treated in their name, whatever is shown (ADR 21).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.clock import Clock, unix_seconds
from openyibao.kit.crypto import Sealer, sm3
from openyibao.kit.db import BUCKETS, Reading, Tx
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms import cards, people
from openyibao.rooms.cards import CardInHand, CardKind, PersonCards
from openyibao.rooms.credentials import find_credential
from openyibao.rooms.people import DocumentType, InsuredPerson, normal_document
from openyibao.rooms.presentation import printed, records, rules, service, store, telling
from openyibao.rooms.presentation.finding import ScanKeys
from openyibao.rooms.presentation.records import IdentifyRequest, Presentation

CARD_READ_ELSEWHERE = reason(
    "card_read_elsewhere",
    zh="该卡刚在另一处读过",
    en="This card was read elsewhere a moment ago",
    next_zh="请半分钟后重新读卡; 卡不在本人手中的, 请立即挂失",
    next_en="Read it again in half a minute; if it is not in the person's hand, report it lost at once",
)
Drafts = dict[tuple[int, int, int], tuple[Any, ...]]


class _Found(msgspec.Struct):
    """Who a card is: the person's bucket and id, the credential, and what the card is called among presentations."""

    bucket: int
    person_id: int
    credential_id: int
    cell: int
    shown_id: int
    carrier_id: int | None
    """The binding by which this card carries the credential, where it does."""


class _Known(msgspec.Struct):
    """Whose card is refused, and under which id it would have been shown."""

    bucket: int
    person_id: int
    shown_id: int
    refused: Refused


async def identify(
    tx: Tx,
    clock: Clock,
    keys: ScanKeys,
    *,
    requests: Sequence[IdentifyRequest],
    refuse_institution: service.RefuseInstitution,
) -> list[Presentation | Refused]:
    """Answer each card. Refusals in order: the institution's, too_many_bad_codes, card_not_matched, card_lost,
    credential_suspended, _revoked, _frozen, card_read_elsewhere.
    """  # noqa: D205 the list of reasons is the summary
    now = clock.now()
    minute = unix_seconds(now) // 60
    counts = await store.list_counts(tx, sorted({one.institution_id for one in requests}), minute=minute, since=minute)
    raised: Counter[tuple[int, int, str, int]] = Counter()
    answers: list[Presentation | Refused] = []
    for request in requests:
        answer = refuse_institution(request.institution_id) or _too_many(keys, request, counts, raised, minute)
        found = answer or await _find(tx, keys, request)
        if isinstance(found, _Known):
            answers.append(await _refuse_known(tx, request, found, now))
        elif isinstance(found, Refused):
            answers.append(found)
            if found.reason is cards.CARD_NOT_MATCHED:
                raised[_counted(request, minute)] += 1
        else:
            answers.append(await _accept_card(tx, keys, request, found, now))
    if raised:
        await store.raise_counts(tx, raised)
    return answers


def _counted(request: IdentifyRequest, minute: int) -> tuple[int, int, str, int]:
    home = request.institution_id % BUCKETS
    return (home, request.institution_id, cards.CARD_NOT_MATCHED.code, minute)


def _too_many(
    keys: ScanKeys,
    request: IdentifyRequest,
    counts: store.Counts,
    raised: Counter[tuple[int, int, str, int]],
    minute: int,
) -> Refused | None:
    """Guessing numbers stops like guessing codes."""
    had = (
        counts.get((request.institution_id, cards.CARD_NOT_MATCHED.code), (0, 0))[0] + raised[_counted(request, minute)]
    )
    return Refused(records.TOO_MANY_BAD_CODES) if had >= keys.limits.bad_cards_a_minute else None


async def _match(
    reading: Reading, sealer: Sealer, request: IdentifyRequest
) -> tuple[InsuredPerson, PersonCards, Refused | None] | None:
    """Whose card it is, with what they have and why it is refused, if it is; None where it leads to nobody."""
    person = await people.find_by_document(reading, sealer, DocumentType.identity_card, request.document_number)
    if person is None or person.name != request.name:
        return None
    name = (person.bucket, person.person_id)
    held = (await cards.read_cards(reading, [name]))[name]
    number = normal_document(request.card_number or "")
    digests = sealer.digests(number, purpose="insurance_cards.number").values()
    refused = cards.judge_card(held, request.kind, set(digests))
    if refused is not None and refused.reason is cards.CARD_NOT_MATCHED:
        return None
    return person, held, refused


async def find_card_holder(reading: Reading, sealer: Sealer, request: IdentifyRequest) -> tuple[int, int] | None:
    """(bucket, person_id) of whose password may be asked for beside this card; None where it is refused."""
    matched = await _match(reading, sealer, request)
    return None if matched is None or matched[2] is not None else (matched[0].bucket, matched[0].person_id)


async def _find(tx: Tx, keys: ScanKeys, request: IdentifyRequest) -> _Found | _Known | Refused:
    """Who it is. A wrong name, an unknown number and a card that is not theirs are told apart by nobody."""
    matched = await _match(tx, keys.sealer, request)
    if matched is None:
        return Refused(cards.CARD_NOT_MATCHED)
    person, held, refused = matched
    credential = await find_credential(tx, bucket=person.bucket, person_id=person.person_id)
    if credential is None:
        return Refused(cards.CARD_NOT_MATCHED)
    read = CardInHand(kind=request.kind, document_number=request.document_number, card_number=request.card_number)
    carrier = await cards.find_carrier(tx, keys.sealer, read, bucket=person.bucket)
    social = request.kind is CardKind.social_security_card and held.newest is not None
    own_id = held.newest.card_id if social and held.newest is not None else credential.credential_id
    shown_id = own_id if carrier is None else carrier.binding_id
    if refused is None:
        (row,) = await store.list_credentials(tx, [(person.bucket, credential.credential_id)])
        refused = _refuse_stopped(row)
    if refused is not None:
        return _Known(person.bucket, person.person_id, shown_id, refused)
    return _Found(
        bucket=person.bucket,
        person_id=person.person_id,
        credential_id=credential.credential_id,
        cell=credential.insured_cell or 0,
        shown_id=shown_id,
        carrier_id=None if carrier is None else carrier.binding_id,
    )


def _refuse_stopped(credential: Any) -> Refused | None:
    """Order: credential_suspended · _revoked · _frozen. A credential that was never activated stops no card (C4)."""
    refused = service.refuse_credential(credential)
    return None if refused is None or refused.reason is records.CREDENTIAL_NOT_ACTIVATED else refused


async def _refuse_known(tx: Tx, request: IdentifyRequest, known: _Known, now: datetime) -> Refused:
    """A refusal that concerns a known person is kept and told: who finds a lost card is seen trying it."""
    row = (
        known.bucket, tx.ids.next(), request.institution_id, request.terminal_code, request.operator_code,
        request.purpose.value, known.shown_id, known.person_id, known.refused.code, dict(known.refused.facts), now,
    )  # fmt: skip
    await store.insert_refusals(tx, [row])
    service.note(tx, "scan_refused", known.bucket, row[1], request, telling.content_of_refusal(row))
    return known.refused


async def _accept_card(
    tx: Tx, keys: ScanKeys, request: IdentifyRequest, found: _Found, now: datetime
) -> Presentation | Refused:
    """Note the showing once a half minute; the same place gets the same answer, or a showing of its own where it asks ``anew``."""
    expires_at = (now + rules.token_lifetime(request.purpose)).replace(microsecond=0)
    name = (found.bucket, found.shown_id, rules.step_of(now))
    draft = (
        *name, tx.ids.next(), found.credential_id, found.person_id, found.cell, request.institution_id,
        request.terminal_code, request.operator_code, request.purpose.value, request.caller_key, keys.token_key_id,
        now, expires_at, None, request.kind.value,
    )  # fmt: skip
    places, fresh = await service.claim_steps(tx, {name: draft})
    place = places[name]
    if not fresh and not rules.same_place(place, request):
        return Refused(CARD_READ_ELSEWHERE)
    if not fresh and request.anew:
        showing_id = tx.ids.next()
        name = (found.bucket, showing_id, name[2])
        draft = (*name, showing_id, *draft[4:])
        places, fresh = await service.claim_steps(tx, {name: draft})
        place = places[name]
    credentials = {
        row["credential_id"]: row for row in await store.list_credentials(tx, [(found.bucket, found.credential_id)])
    }
    persons = {row["person_id"]: row for row in await store.list_persons(tx, [(found.bucket, found.person_id)])}
    answer = service.answer_of(keys, place, credentials, persons, repeated=not fresh)
    if fresh:
        digest = sm3(answer.visit_token.encode())
        token = (
            found.bucket, digest, place["presentation_id"], found.cell, found.person_id, request.institution_id,
            request.terminal_code, request.purpose.value, now, expires_at, None, request.kind.value,
        )  # fmt: skip
        await store.insert_tokens(tx, [token])
        content = telling.content_of_presentation(draft, digest)
        service.note(tx, "scan_accepted", found.bucket, place["presentation_id"], request, content)
        await printed.note_showings(tx, [(request, found.carrier_id, place)])
    return answer
