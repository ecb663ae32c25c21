"""What must add up about personal accounts: balances, holds, what is between cells, the turns of years. 中文: 账户核对。"""

from __future__ import annotations

from openyibao.kit.db import Reading
from openyibao.rooms import account_credits, holds, ledger
from openyibao.rooms.holds import HoldPurpose
from openyibao.rooms.settlement.witnessing import Checked

FAULTS_MAX = 20


async def check_accounts(reading: Reading, checked: Checked) -> None:
    """Hold every pot against its postings and holds, and the cells against each other."""
    checked.counts["account_balances"] = await ledger.count_accounts(reading)
    for cell, person_id, balance_fen, sum_fen in await ledger.list_wrong_balances(reading, FAULTS_MAX):
        checked.fault(
            "balance_differs",
            f"personal account {cell}-{person_id}",
            f"余额 {balance_fen} 分, 分录合计 {sum_fen} 分",
            f"holds {balance_fen} fen, its postings sum to {sum_fen} fen",
        )
    for cell, person_id, pot, held_fen, sum_fen in await holds.list_wrong_held(reading, FAULTS_MAX):
        checked.fault(
            "held_differs",
            f"personal account {cell}-{person_id} {pot}",
            f"预占 {held_fen} 分, 未结束的预占合计 {sum_fen} 分",
            f"has {held_fen} fen held, its open holds sum to {sum_fen} fen",
        )
    for cell, crossing_id in await holds.list_crossing_faults(reading, FAULTS_MAX):
        text = ("往来与对方分片的回执不符", "is not what its receipt in the other cell says")
        checked.fault("crossing_differs", f"crossing {cell}-{crossing_id}", *text)
    for purpose, transit_account in holds.TRANSIT.items():
        await _check_transit(reading, purpose, transit_account, checked)
    for cell in await account_credits.list_roll_faults(reading, FAULTS_MAX):
        text = ("结转与计息合计与分录不符", "interest and carry-over are not what was posted")
        checked.fault("roll_differs", f"year roll of cell {cell}", *text)


async def _check_transit(reading: Reading, purpose: HoldPurpose, transit_account: int, checked: Checked) -> None:
    """Between cells stands what is ordered and not yet carried, and nothing else."""
    stands, due = await ledger.sum_transit(reading, transit_account), await holds.sum_due(reading, purpose)
    if stands != due:
        checked.fault(
            "transit_differs",
            f"account between cells {purpose.value}",
            f"往来余额 {stands} 分, 待办往来 {due} 分",
            f"stands at {stands} fen, what is under way is {due} fen",
        )
