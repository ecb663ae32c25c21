"""Checks: the person proves once more to be that person, for one act, and the act spends the proof.

Keeps: checks under way with what was proved, resets of passwords. Promises: a proof is for one act of one person on one thing,
is spent once, lasts fifteen minutes, and only who began it goes on with it; who fails in one way is locked out of that
way alone; a reset is told to the phone and to every device, and never undone. What is under way is cleared away an hour
later: what was done by it is kept by the room that did it. Units: UTC instants. Callers: the wallet, the office. 中文: 本人核验。
"""

from openyibao.rooms.checks.records import CheckAct, CheckKey, IdentityCheck, NewCheck, PasswordReset
from openyibao.rooms.checks.resetting import Resetting, find_last_reset, reset_password
from openyibao.rooms.checks.rules import WAYS, next_way
from openyibao.rooms.checks.service import (
    begin,
    clear_checks,
    find_under_way,
    lock_proved,
    prove_by_code,
    prove_by_face,
    send_code,
    spend,
)
from openyibao.rooms.checks.telling import expected_of_resets

__all__ = [
    "WAYS",
    "CheckAct",
    "CheckKey",
    "IdentityCheck",
    "NewCheck",
    "PasswordReset",
    "Resetting",
    "begin",
    "clear_checks",
    "expected_of_resets",
    "find_last_reset",
    "find_under_way",
    "lock_proved",
    "next_way",
    "prove_by_code",
    "prove_by_face",
    "reset_password",
    "send_code",
    "spend",
]
