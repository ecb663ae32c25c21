"""Verbs of printed codes: print one, read what they are good for, note what was paid by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, credentials
from openyibao.rooms.bindings import BINDING_UNKNOWN, Binding, BindingKind, UnbindGround
from openyibao.rooms.credentials import Credential
from openyibao.rooms.papers import rules, store, telling
from openyibao.rooms.papers.records import NewPrintedCode, PaperSettings, PaperUse, PrintedCode

PAPER_NAME = "纸质码"
"""What a printed code is called among its holder's bindings, until they name it otherwise."""


async def print_code(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    randomness: Randomness,
    new: NewPrintedCode,
    settings: PaperSettings,
    *,
    bucket: int,
    person_id: int,
    default_province: int,
    officer: str,
    channel_code: str = "counter",
    approver: str | None = None,
) -> tuple[Binding, PrintedCode] | Refused:
    """Make the binding behind a printed code; the person's earlier one ends. The officer has seen the person's document.

    Refused, in order: printed_limits_unsound, printed_second_officer, those of the credential, bindings_too_many.
    """
    refused = rules.judge_new(new, settings, officer, approver)
    if refused is not None:
        return refused
    credential = await credentials.lock_usable(tx, bucket=bucket, person_id=person_id)
    if isinstance(credential, Refused):
        return credential
    replaces = await _end_earlier(tx, clock, credential, officer)
    binding = await bindings.make_binding(
        tx,
        clock,
        sealer,
        randomness,
        credential=credential,
        default_province=default_province,
        kind=BindingKind.printed,
        channel_code=channel_code,
        device_name=PAPER_NAME,
    )
    if isinstance(binding, Refused):
        return binding
    made = PrintedCode(
        bucket=bucket,
        binding_id=binding.binding_id,
        purposes=tuple(sorted(set(new.purposes))),
        uses_a_day=new.uses_a_day,
        day_limit_fen=new.day_limit_fen,
        expires_at=rules.ends_at(clock.today(), new.days),
        officer=officer,
        person_id=person_id,
        institution_ids=tuple(sorted(set(new.institution_ids))),
        areas=tuple(sorted(set(new.areas))),
        proof=settings.proof,
        approver=approver,
        replaces=replaces,
        printed_at=clock.now(),
    )
    row = store.row_of(made)
    await store.insert_code(tx, row)
    tx.audit.append(telling.printed_event(row, officer))
    return binding, made


async def _end_earlier(
    tx: Tx, clock: Clock, credential: Credential, officer: str, ground: UnbindGround = UnbindGround.replaced
) -> int | None:
    """A credential has one paper: the one before ends; its binding."""
    bucket, ended = credential.bucket, None
    for one in await bindings.list_bindings(tx, bucket=bucket, credential_id=credential.credential_id):
        if one.kind is BindingKind.printed:
            ended, name = one.binding_id, {"bucket": bucket, "binding_id": one.binding_id}
            await bindings.unbind(tx, clock, **name, actor=officer, ground=ground)
    return ended


async def end_codes(
    tx: Tx, clock: Clock, *, bucket: int, person_id: int, actor: str, ground: UnbindGround = UnbindGround.lost
) -> int | Refused:
    """End a person's printed code, at once; the binding that ended. Refused ``binding_unknown`` where there is none."""
    credential = await credentials.find_credential(tx, bucket=bucket, person_id=person_id)
    ended = None if credential is None else await _end_earlier(tx, clock, credential, actor, ground)
    return Refused(BINDING_UNKNOWN) if ended is None else ended


async def find_code(reading: Reading, *, bucket: int, binding_id: int) -> PrintedCode | None:
    """What a printed code is good for, or None where the binding is no printed code."""
    return (await store.read_codes(reading, [(bucket, binding_id)])).get(binding_id)


async def read_codes(reading: Reading, names: Iterable[tuple[int, int]]) -> dict[int, PrintedCode]:
    """What printed codes (bucket, binding_id) are good for, by binding_id."""
    return await store.read_codes(reading, list(names))


async def list_codes(reading: Reading, *, bucket: int, person_id: int) -> list[PrintedCode]:
    """A person's printed codes, the newest first, ended ones too; at most fifty."""
    return await store.list_codes(reading, bucket, person_id)


async def note_uses(tx: Tx, uses: Sequence[PaperUse], *, actor: str) -> None:
    """Note what was paid by papers, or given back, with the bill itself."""
    if uses:
        await store.insert_uses(tx, uses)
        tx.audit += [telling.use_event(one, actor) for one in uses]
