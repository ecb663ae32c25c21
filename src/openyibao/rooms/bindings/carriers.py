"""Verbs for who has no phone (N9): an ID card that carries the credential, a printed code with limits. 中文: 无手机载体。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials, people
from openyibao.rooms.bindings import records, rules, store, telling
from openyibao.rooms.bindings.records import Binding, BindingKind, PrintedLimit
from openyibao.rooms.bindings.service import make_binding, note
from openyibao.rooms.people import DocumentType, normal_document

_CARRIER = "bindings.carrier"


def _carrier(document_type: DocumentType, number: str) -> str:
    return f"{document_type.value}:{normal_document(number)}"


async def bind_card(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    randomness: Randomness,
    *,
    bucket: int,
    person_id: int,
    document_type: DocumentType,
    document_number: str,
    default_province: int,
    officer: str,
) -> Binding | Refused:
    """Let the holder's own card carry the credential; an officer has it in hand.

    Refused, in order: those of the credential, card_of_another, card_already_bound, bindings_too_many.
    """
    credential = await credentials.lock_usable(tx, bucket=bucket, person_id=person_id)
    if isinstance(credential, Refused):
        return credential
    person = (await people.read_persons(tx, sealer, [(bucket, person_id)]))[bucket, person_id]
    if (person.document_type, person.document_number) != (document_type, normal_document(document_number)):
        return Refused(records.CARD_DIFFERS)
    if await find_card(tx, sealer, bucket=bucket, document_type=document_type, document_number=document_number):
        return Refused(records.CARD_BOUND)
    return await make_binding(
        tx,
        clock,
        sealer,
        randomness,
        credential=credential,
        default_province=default_province,
        kind=BindingKind.carrier,
        channel_code="counter",
        device_name=f"officer {officer}"[: rules.NAME_MAX],
        carrier_digest=sealer.digest(_carrier(document_type, document_number), purpose=_CARRIER),
    )


async def find_card(
    reading: Reading, sealer: Sealer, *, bucket: int, document_type: DocumentType, document_number: str
) -> Binding | None:
    """The active binding that a card carries, or None. ``bucket`` is that of the card's person."""
    digests = sealer.digests(_carrier(document_type, document_number), purpose=_CARRIER).values()
    return await store.find_by_carrier(reading, bucket, list(digests))


async def print_code(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    randomness: Randomness,
    *,
    bucket: int,
    person_id: int,
    purposes: Sequence[str],
    hours: int,
    uses_max: int,
    amount_limit_fen: int,
    default_province: int,
    officer: str,
) -> tuple[Binding, PrintedLimit] | Refused:
    """Make the binding behind a printed code, with what it is good for. It ends as every binding does.

    Refused, in order: printed_limits_unsound, those of the credential, bindings_too_many.
    """
    sound = 1 <= hours <= rules.PRINTED_HOURS_MAX and 1 <= uses_max <= rules.PRINTED_USES_MAX
    if not sound or not purposes or amount_limit_fen < 0:
        return Refused(records.PRINT_UNSOUND, {"hours": rules.PRINTED_HOURS_MAX, "uses": rules.PRINTED_USES_MAX})
    credential = await credentials.lock_usable(tx, bucket=bucket, person_id=person_id)
    if isinstance(credential, Refused):
        return credential
    binding = await make_binding(
        tx,
        clock,
        sealer,
        randomness,
        credential=credential,
        default_province=default_province,
        kind=BindingKind.printed,
        channel_code="counter",
        device_name=f"officer {officer}"[: rules.NAME_MAX],
    )
    if isinstance(binding, Refused):
        return binding
    limit = PrintedLimit(
        bucket=bucket,
        binding_id=binding.binding_id,
        purposes=tuple(sorted(set(purposes))),
        uses_max=uses_max,
        amount_limit_fen=amount_limit_fen,
        expires_at=clock.now() + timedelta(hours=hours),
        officer=officer,
    )
    row = [list(value) if isinstance(value, tuple) else value for value in msgspec.structs.astuple(limit)]
    await store.insert_limit(tx, row)
    note(tx, "printed_limit_set", bucket, binding.binding_id, officer, telling.content_of_row(row))
    return binding, limit


async def find_limit(reading: Reading, *, bucket: int, binding_id: int) -> PrintedLimit | None:
    """What a printed code is good for, or None where the binding is no printed code."""
    row = await store.find_limit(reading, bucket, binding_id)
    return None if row is None else PrintedLimit(**{**dict(row), "purposes": tuple(row["purposes"])})
