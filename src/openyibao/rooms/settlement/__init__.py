"""The bill, settled: pre_settle, settle, reverse, annul, find_outcome; and replay, which tries a draft on what was settled.

Keeps: settlements and reversals (insert-only), which of them stand, idempotency keys of the money verbs, refusals.
Promises: the split sums to the bill; latest first; the same key gives the same answer. Units: fen.
Callers: the fronts. 中文: 结算。
"""

from openyibao.rooms.settlement.aiding import carry_act
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.records import (
    AccountMovement,
    AidFacts,
    AidGrant,
    AnnulRequest,
    ExpectedSplit,
    ExplainedChange,
    ExplainedSettlement,
    FoundOutcome,
    MovementKind,
    OutcomeState,
    PreSettled,
    ReverseRequest,
    Settled,
    Settlement,
    SettlementFacts,
    SettlementKind,
    SettleRequest,
    SlipLabel,
    VerifyFault,
)
from openyibao.rooms.settlement.recovering import Recovered, free_overdue, hold_aid, list_acts, recover, release_grant
from openyibao.rooms.settlement.replaying import Replayed, Shelves, replay
from openyibao.rooms.settlement.rules import judge_purpose
from openyibao.rooms.settlement.service import (
    pre_settle,
    settle,
)
from openyibao.rooms.settlement.statement import list_movements
from openyibao.rooms.settlement.store import (
    list_settlements,
)
from openyibao.rooms.settlement.undoing import (
    annul,
    explain_settlement,
    find_outcome,
    reverse,
)
from openyibao.rooms.settlement.verification import (
    verify,
)
from openyibao.rooms.settlement.witnessing import (
    Checked,
)

__all__ = [
    "AccountMovement",
    "AidFacts",
    "AidGrant",
    "AnnulRequest",
    "Checked",
    "Desk",
    "ExpectedSplit",
    "ExplainedChange",
    "ExplainedSettlement",
    "FoundOutcome",
    "MovementKind",
    "OutcomeState",
    "PreSettled",
    "Recovered",
    "Replayed",
    "ReverseRequest",
    "SettleRequest",
    "Settled",
    "Settlement",
    "SettlementFacts",
    "SettlementKind",
    "Shelves",
    "SlipLabel",
    "VerifyFault",
    "annul",
    "carry_act",
    "explain_settlement",
    "find_outcome",
    "free_overdue",
    "hold_aid",
    "judge_purpose",
    "list_acts",
    "list_movements",
    "list_settlements",
    "pre_settle",
    "recover",
    "release_grant",
    "replay",
    "reverse",
    "settle",
    "verify",
]
