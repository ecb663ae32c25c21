"""A person's account at a counter or in a channel, by a visit token: balances, statement, mutual aid, the purse. 中文: 账户接口。

For those without a phone of their own, and for channels. Whatever moves money or rights asks for a code shown for a purpose
that may pay.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openyibao.fronts.api import bodies
from openyibao.fronts.api.reasons import KEY_MISSING, RELATIVE_NOT_FOUND
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.looking import look_by_token
from openyibao.fronts.shared.relatives import (
    AccountHolder,
    area_settings,
    find_relative,
    proposing,
    read_holder,
    sending,
)
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import ledger, mutual_aid, purse, settlement
from openyibao.rooms.looks import LookKind
from openyibao.rooms.mutual_aid import MutualAid, Party
from openyibao.rooms.presentation import read_tokens
from openyibao.rooms.purse import PurseTransfer

MOVEMENTS_MAX, USES_MAX = 50, 50


async def _holder(platform: Platform, institution_id: int, visit_token: str, *, moves: bool) -> AccountHolder | Refused:
    """The person of a visit token of this institution. Reasons: the visit token's · purpose_cannot_pay (what moves)."""
    if moves:
        async with platform.readers.reading() as reading:
            (found,) = await read_tokens(reading, platform.clock, tokens=[(visit_token, institution_id)])
    else:
        found = await look_by_token(
            platform,
            visit_token=visit_token,
            institution_id=institution_id,
            kind=LookKind.personal_account,
            asked="account",
        )
    if isinstance(found, Refused):
        return found
    refused = settlement.judge_purpose(found.purpose) if moves else None
    if refused is not None:
        return refused
    async with platform.readers.reading() as reading:
        return await read_holder(platform, reading, found.bucket, found.person_id)


async def show_account(platform: Platform, institution_id: int, body: bodies.AccountBody) -> Any:
    """Pots, the newest movements, mutual aid on both sides with its log, transfers."""
    me = await _holder(platform, institution_id, body.visit_token, moves=False)
    if isinstance(me, Refused):
        return me
    async with platform.readers.reading() as reading:
        accounts = await ledger.read_accounts(reading, [(me.cell, me.person_id)])
        moved = await settlement.list_movements(reading, cell=me.cell, person_id=me.person_id, most=MOVEMENTS_MAX)
        aids = await mutual_aid.list_mine(reading, cell=me.cell, person_id=me.person_id)
        uses = {
            one.agreement_id: await mutual_aid.list_uses(reading, one.cell, [one.agreement_id], most=USES_MAX)
            for _, one in aids
        }
        transfers = await purse.list_mine(reading, cell=me.cell, person_id=me.person_id)
    return {
        "pots": {
            pot.value: {"balance_fen": one.balance_fen, "available_fen": one.available_fen}
            for (_, _, pot), one in sorted(accounts.items())
        },
        "movements": [{"kind": one.kind, "moved_on": one.moved_on, "amount_fen": one.amount_fen} for one in moved],
        "mutual_aid": [
            _aid_body(one, party)
            | {
                "log": [
                    {"kind": use.kind, "used_on": use.used_on, "amount_fen": use.current_fen + use.past_fen}
                    for use in uses[one.agreement_id]
                ]
            }
            for party, one in aids
        ],
        "transfers": [_transfer_body(one) for one in transfers],
    }


def _aid_body(one: MutualAid, party: Party) -> dict[str, Any]:
    return {
        "agreement_id": f"{one.cell}-{one.agreement_id}",
        "party": party,
        "owner": one.owner_masked,
        "relative": one.relative_masked,
        "relation": one.relation,
        "per_use_fen": one.per_use_fen,
        "per_year_fen": one.per_year_fen,
        "valid_until": one.valid_until,
        "state": one.state,
    }


def _transfer_body(one: PurseTransfer) -> dict[str, Any]:
    return {
        "transfer_id": f"{one.cell}-{one.transfer_id}",
        "sender": one.sender_masked,
        "receiver": one.receiver_masked,
        "current_fen": one.current_fen,
        "past_fen": one.past_fen,
        "sent_on": one.sent_on,
        "returns_at": one.returns_at,
        "state": one.state,
    }


async def _with_relative(
    platform: Platform, institution_id: int, visit_token: str, body: bodies.RelativeBody
) -> tuple[AccountHolder, AccountHolder, dict[str, Any]] | Refused:
    """The owner who is here, the relative they name, and what the owner's area has decided."""
    me = await _holder(platform, institution_id, visit_token, moves=True)
    if isinstance(me, Refused):
        return me
    async with platform.readers.reading() as reading:
        relative = await find_relative(
            platform, reading, document_type=body.document_type, number=body.document_number, name=body.name
        )
        if relative is None:
            return Refused(RELATIVE_NOT_FOUND)
        return me, relative, await area_settings(platform, reading, me.cell)


async def propose_aid(platform: Platform, institution_id: int, body: bodies.AidBody) -> Any:
    """The owner consents. Reasons: the visit token's · purpose_cannot_pay · relative_not_found · those of proposing."""
    asked = await _with_relative(platform, institution_id, body.visit_token, body.relative)
    if isinstance(asked, Refused):
        return asked
    me, relative, decided = asked
    run = proposing(
        platform,
        me,
        relative,
        decided,
        relation=body.relative.relation,
        per_use_fen=body.per_use_fen,
        per_year_fen=body.per_year_fen,
        valid_until=body.valid_until,
    )
    answer = await platform.lane.submit("work", Work(run))
    return answer if isinstance(answer, Refused) else _aid_body(answer, Party.owner)


async def answer_aid(
    platform: Platform, institution_id: int, body: bodies.AidAnswerBody, verb: Callable[..., Any]
) -> Any:
    """Agree, or end. Reasons: the visit token's · purpose_cannot_pay · those of the verb."""
    me = await _holder(platform, institution_id, body.visit_token, moves=True)
    if isinstance(me, Refused):
        return me
    cell, agreement_id = bodies.split_reference(body.agreement_id)

    async def run(tx: Tx) -> Any:
        return await verb(tx, platform.clock, cell=cell, agreement_id=agreement_id, person_id=me.person_id)

    answer = await platform.lane.submit("work", Work(run))
    if isinstance(answer, Refused):
        return answer
    return _aid_body(answer, Party.owner if me.person_id == answer.owner_person_id else Party.relative)


async def send_transfer(
    platform: Platform, institution_id: int, request_key: str | None, body: bodies.TransferBody
) -> Any:
    """Send to a purse. Reasons: key_missing · the visit token's · purpose_cannot_pay · relative_not_found · of sending."""
    if request_key is None:
        return Refused(KEY_MISSING)
    asked = await _with_relative(platform, institution_id, body.visit_token, body.relative)
    if isinstance(asked, Refused):
        return asked
    me, relative, decided = asked
    run = sending(
        platform,
        me,
        relative,
        decided,
        relation=body.relative.relation,
        amount_fen=body.amount_fen,
        request_key=f"{institution_id}:{request_key}",
    )
    answer = await platform.lane.submit("work", Work(run))
    return answer if isinstance(answer, Refused) else _transfer_body(answer)


async def answer_transfer(
    platform: Platform, institution_id: int, body: bodies.TransferAnswerBody, verb: Callable[..., Any]
) -> Any:
    """Accept, or refuse. Reasons: the visit token's · purpose_cannot_pay · those of the verb."""
    me = await _holder(platform, institution_id, body.visit_token, moves=True)
    if isinstance(me, Refused):
        return me
    cell, transfer_id = bodies.split_reference(body.transfer_id)

    async def run(tx: Tx) -> Any:
        done = await verb(tx, platform.clock, cell=cell, transfer_id=transfer_id, person_id=me.person_id)
        if not isinstance(done, Refused):
            await settlement.carry_act(tx, platform.clock, cell, transfer_id)
        return done

    answer = await platform.lane.submit("work", Work(run))
    return answer if isinstance(answer, Refused) else _transfer_body(answer)
