"""A person's statement: what came to their account and what left it, from whichever room it came. 中文: 账户明细。"""

from __future__ import annotations

from openyibao.kit.db import Reading
from openyibao.rooms import ledger, mutual_aid
from openyibao.rooms.ledger import CREDIT_SOURCE, INTEREST_SOURCE, MUTUAL_AID_TRANSIT, PURSE_TRANSIT, Posting
from openyibao.rooms.mutual_aid import AidUseKind, Party
from openyibao.rooms.settlement import store
from openyibao.rooms.settlement.person_records import AccountMovement, MovementKind
from openyibao.rooms.settlement.records import Settlement, SettlementKind

MOVEMENTS_MAX = 200
_IN = {
    CREDIT_SOURCE: MovementKind.credited,
    INTEREST_SOURCE: MovementKind.interest,
    MUTUAL_AID_TRANSIT: MovementKind.aid_returned,
    PURSE_TRANSIT: MovementKind.purse_received,
}
_OUT = {MUTUAL_AID_TRANSIT: MovementKind.aided, PURSE_TRANSIT: MovementKind.purse_sent}


async def list_movements(
    reading: Reading, *, cell: int, person_id: int, most: int = MOVEMENTS_MAX
) -> list[AccountMovement]:
    """The newest movements of a person's pots in one cell, the newest first; bills, aid, credits, interest, the purse."""
    accounts = await ledger.read_accounts(reading, [(cell, person_id)])
    mine = {account.account_id for account in accounts.values()}
    postings = await ledger.list_moves(reading, cell, sorted(mine), most=most)
    bills = await store.list_of_person(reading, cell, person_id, most=most)
    movements = [_of_posting(one, mine) for one in postings]
    movements += [_of_bill(one) for one in bills if one.personal_account_fen > one.mutual_aid_fen]
    movements += await _of_aid_here(reading, cell, person_id, most)
    return sorted(movements, key=lambda one: -one.movement_id)[:most]


def _of_posting(posting: Posting, mine: set[int]) -> AccountMovement:
    if posting.debit_account in mine and posting.credit_account in mine:
        kind, amount_fen = MovementKind.carried, posting.amount_fen
    elif posting.credit_account in mine:
        kind, amount_fen = _IN[posting.debit_account], posting.amount_fen
    else:
        kind, amount_fen = _OUT[posting.credit_account], -posting.amount_fen
    return AccountMovement(movement_id=posting.posting_id, kind=kind, moved_on=posting.posted_on, amount_fen=amount_fen)


def _of_bill(one: Settlement) -> AccountMovement:
    back = one.kind is SettlementKind.reversal
    own_fen = one.personal_account_fen - one.mutual_aid_fen
    return AccountMovement(
        movement_id=one.settlement_id,
        kind=MovementKind.returned if back else MovementKind.paid,
        moved_on=one.settled_on,
        amount_fen=own_fen if back else -own_fen,
        institution_id=one.institution_id,
    )


async def _of_aid_here(reading: Reading, cell: int, person_id: int, most: int) -> list[AccountMovement]:
    """What was paid for relatives of the same cell: it stands in their bills' postings."""
    mine = await mutual_aid.list_mine(reading, cell=cell, person_id=person_id)
    owned = [one.agreement_id for party, one in mine if party is Party.owner]
    uses = await mutual_aid.list_uses(reading, cell, owned, most=most) if owned else []
    return [
        AccountMovement(
            movement_id=use.use_id,
            kind=MovementKind.aid_returned if use.kind is AidUseKind.refunded else MovementKind.aided,
            moved_on=use.used_on,
            amount_fen=(use.current_fen + use.past_fen) * (1 if use.kind is AidUseKind.refunded else -1),
            institution_id=use.institution_id,
        )
        for use in uses
        if use.settlement_cell == cell
    ]
