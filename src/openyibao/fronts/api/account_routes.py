"""The routes of accounts: what a person has, mutual aid, the purse, credits by the agency. 中文: 账户接口。"""

from __future__ import annotations

from typing import Any

from openyibao.fronts.api import accounts, bodies
from openyibao.fronts.api.calls import Call, Route
from openyibao.fronts.api.crediting import credit_batch
from openyibao.rooms import mutual_aid, purse


async def _credit(call: Call) -> Any:
    return await credit_batch(call.platform, call.institution_id, call.body)


async def _show_account(call: Call) -> Any:
    return await accounts.show_account(call.platform, call.institution_id, call.body)


async def _propose_aid(call: Call) -> Any:
    return await accounts.propose_aid(call.platform, call.institution_id, call.body)


async def _agree_aid(call: Call) -> Any:
    return await accounts.answer_aid(call.platform, call.institution_id, call.body, mutual_aid.agree)


async def _end_aid(call: Call) -> Any:
    return await accounts.answer_aid(call.platform, call.institution_id, call.body, mutual_aid.end)


async def _send(call: Call) -> Any:
    return await accounts.send_transfer(call.platform, call.institution_id, call.request_key, call.body)


async def _accept(call: Call) -> Any:
    return await accounts.answer_transfer(call.platform, call.institution_id, call.body, purse.accept)


async def _refuse(call: Call) -> Any:
    return await accounts.answer_transfer(call.platform, call.institution_id, call.body, purse.refuse)


ACCOUNT_ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "accounts"): Route(
        run=_show_account, body=bodies.AccountBody, summary="A person's pots, statement, mutual aid and transfers"
    ),
    ("POST", "mutual-aid"): Route(
        run=_propose_aid, body=bodies.AidBody, summary="Let one's account pay a near relative's own part"
    ),
    ("POST", "mutual-aid/agree"): Route(
        run=_agree_aid, body=bodies.AidAnswerBody, summary="Agree to mutual aid, as the relative"
    ),
    ("POST", "mutual-aid/end"): Route(run=_end_aid, body=bodies.AidAnswerBody, summary="End mutual aid, as either"),
    ("POST", "purse-transfers"): Route(
        run=_send, body=bodies.TransferBody, summary="Send to a near relative's purse, in any province"
    ),
    ("POST", "purse-transfers/accept"): Route(
        run=_accept, body=bodies.TransferAnswerBody, summary="Accept what was sent to one's purse"
    ),
    ("POST", "purse-transfers/refuse"): Route(run=_refuse, body=bodies.TransferAnswerBody, summary="Send it back"),
    ("POST", "credit-batches"): Route(
        run=_credit, body=bodies.CreditBatchBody, summary="Credit personal accounts (agencies); each line once"
    ),
}
