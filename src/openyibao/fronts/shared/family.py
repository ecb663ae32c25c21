"""Mandates as fronts offer and show them: whose, in which state, what was shown and paid. 中文: 亲情账户公用。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.relatives import AccountHolder, area_settings, read_holder
from openyibao.kit.clock import SHANGHAI
from openyibao.kit.db import Reading, Tx
from openyibao.rooms import credentials, ledger, mandates, people, presentation, settlement
from openyibao.rooms.bindings import Binding
from openyibao.rooms.mandates import (
    FamilyMandate,
    KinshipProof,
    MandateBasis,
    MandateParty,
    MandateSight,
    MandateState,
    NewMandate,
    mandate_settings,
)
from openyibao.rooms.presentation import Purpose

LOG_SHOWN, BILLS_SHOWN = 20, 10
_PHARMACY = (Purpose.pharmacy_purchase, Purpose.collect_medicine)


class Guardian(msgspec.Struct, frozen=True, kw_only=True):
    """As what somebody adds a child, and by which document."""

    basis: MandateBasis
    proof: KinshipProof
    proof_number: str


class LogLine(msgspec.Struct, frozen=True, kw_only=True):
    """What was shown or paid: when, where, what."""

    at: str
    place: str
    kind: str
    amount_fen: int = 0
    purpose: str = ""


class MandateView(msgspec.Struct, frozen=True, kw_only=True):
    """A mandate as its page shows it to one of the two."""

    mandate: FamilyMandate
    party: MandateParty
    state: MandateState
    scope: str
    asks_me: bool
    may_show: bool
    may_end: bool
    last_day: str
    own_consent_due: str
    lines: tuple[LogLine, ...]
    balance_fen: int | None
    bills: tuple[LogLine, ...]


def purposes_of(scope: str) -> tuple[str, ...]:
    """The purposes that a word of the form stands for."""
    if scope == "pharmacy":
        return tuple(one.value for one in _PHARMACY)
    left_out = (Purpose.pharmacy_purchase,) if scope == "hospital" else ()
    return tuple(one.value for one in Purpose if one not in left_out)


def scope_of(purposes: tuple[str, ...]) -> str:
    """The word of the form for some purposes."""
    return next((word for word in ("pharmacy", "hospital") if purposes_of(word) == purposes), "everything")


async def offering(
    platform: Platform,
    reading: Reading,
    binding: Binding,
    relative: AccountHolder,
    *,
    guardian: Guardian | None = None,
    basis: MandateBasis = MandateBasis.other,
    purposes: tuple[str, ...] = tuple(Purpose),
    **edges: Any,
) -> Callable[[Tx], Awaitable[Any]]:
    """The work of offering to show a relative's code on this device. Edges as ``NewMandate``; reasons ``mandates.offer``."""
    me = await read_holder(platform, reading, binding.bucket, binding.person_id)
    names = [(me.bucket, me.person_id), (relative.bucket, relative.person_id)]
    found = await people.read_persons(reading, platform.sealer, names)
    decided = await area_settings(platform, reading, relative.cell)
    new = NewMandate(
        bucket=relative.bucket,
        principal_person_id=relative.person_id,
        principal_masked=relative.masked,
        principal_birth_on=found[names[1]].birth_on,
        agent_bucket=me.bucket,
        agent_person_id=me.person_id,
        agent_masked=me.masked,
        basis=basis if guardian is None else guardian.basis,
        purposes=tuple(str(one) for one in purposes),
        valid_from=platform.clock.today(),
        **edges,
    )

    async def run(tx: Tx) -> Any:
        return await mandates.offer(
            tx,
            platform.clock,
            platform.sealer,
            mandate_settings(decided),
            new,
            agent_birth_on=found[names[0]].birth_on,
            proof=None if guardian is None else guardian.proof,
            proof_number="" if guardian is None else guardian.proof_number,
        )

    return run


async def read_family(platform: Platform, reading: Reading, binding: Binding) -> list[MandateView]:
    """The mandates of a device's person on both sides, those that stand first."""
    mine = await mandates.list_mine(reading, bucket=binding.bucket, person_id=binding.person_id)
    await platform.desk.directory.fresh(reading)
    views = [await _view(platform, reading, party, one) for party, one in mine]
    over = {MandateState.ended, MandateState.refused, MandateState.expired}
    return sorted(views, key=lambda view: view.state in over)


async def _view(platform: Platform, reading: Reading, party: MandateParty, one: FamilyMandate) -> MandateView:
    today = platform.clock.today()
    state, asks = mandates.state_on(one, today), mandates.asks_own_consent(one, today)
    last, agent = mandates.last_day(one), party is MandateParty.agent
    credential = await credentials.find_credential(reading, bucket=one.bucket, person_id=one.principal_person_id)
    cell = (credential.insured_cell if credential else None) or 0
    sees = agent and state is MandateState.active and one.sees is not MandateSight.nothing
    balance_fen = None
    if sees and one.sees is MandateSight.balance:
        accounts = await ledger.read_accounts(reading, [(cell, one.principal_person_id)])
        balance_fen = sum(each.available_fen for each in accounts.values())
    return MandateView(
        mandate=one,
        party=party,
        state=state,
        scope=scope_of(one.purposes),
        asks_me=asks and not agent,
        may_show=agent and mandates.refuse_state(one, today) is None,
        may_end=state in {MandateState.offered, MandateState.active, MandateState.paused},
        last_day="" if last is None else last.isoformat(),
        own_consent_due=mandates.own_consent_due(one).isoformat() if asks and state is MandateState.active else "",
        lines=await _log(platform, reading, one, cell),
        balance_fen=balance_fen,
        bills=await _bills(platform, reading, cell, one.principal_person_id) if sees else (),
    )


async def _log(platform: Platform, reading: Reading, one: FamilyMandate, cell: int) -> tuple[LogLine, ...]:
    shown = await presentation.list_family_showings(reading, [(one.bucket, one.mandate_id)], most=LOG_SHOWN)
    paid = await mandates.list_uses(reading, [one.mandate_id], [cell], most=LOG_SHOWN)
    lines = [
        (
            each.presentation_id,
            LogLine(
                at=each.presented_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
                place=_place(platform, each.institution_id),
                kind="shown",
                purpose=each.purpose.value,
            ),
        )
        for each in shown
    ]
    lines += [
        (
            use.use_id,
            LogLine(
                at=use.used_on.isoformat(),
                place=_place(platform, use.institution_id),
                kind=use.kind.value,
                amount_fen=use.amount_fen,
            ),
        )
        for use in paid
    ]
    return tuple(line for _, line in sorted(lines, key=lambda each: -each[0])[:LOG_SHOWN])


async def _bills(platform: Platform, reading: Reading, cell: int, person_id: int) -> tuple[LogLine, ...]:
    found = await settlement.list_of_person(reading, cell, person_id, most=BILLS_SHOWN)
    return tuple(
        LogLine(
            at=one.settled_on.isoformat(),
            place=_place(platform, one.institution_id),
            kind=one.kind.value,
            amount_fen=one.fee_total_fen,
        )
        for one in found
    )


def _place(platform: Platform, institution_id: int) -> str:
    found = platform.desk.directory.by_id(institution_id)
    return found.name if found else ""
