"""Family mandates (亲情账户): a relative shows a person's code, within edges both sides have agreed on.

Keeps: mandates with consents and end, the devices of agents they are bound to, what was paid under them, who is whose
guardian by which document. Promises: no relative acts before consent, after the end, outside the purposes or above the
limits; the state follows from dates and ages, so that birthdays need no run; both sides see the same log. It is not
mutual aid (家庭共济): here the principal's own insurance and account pay. Units: fen, Shanghai dates. Callers: presentation
(at a scan), settlement (amounts), the wallet, the agency. 中文: 亲情账户。
"""

from openyibao.rooms.mandates.reasons import (
    MANDATE_AGENT_UNBOUND,
    MANDATE_MAY_NOT_FILE,
    MANDATE_PROOF_UNKNOWN,
    MANDATE_UNKNOWN,
)
from openyibao.rooms.mandates.records import (
    ConsentWay,
    FamilyMandate,
    Kinship,
    KinshipProof,
    MandateBasis,
    MandateBinding,
    MandateParty,
    MandateSettings,
    MandateSight,
    MandateState,
    MandateUse,
    MandateUseKind,
    NewMandate,
)
from openyibao.rooms.mandates.rules import (
    GUARDED,
    asks_own_consent,
    covers_filings,
    judge_amount,
    judge_showing,
    last_day,
    mandate_settings,
    own_consent_due,
    refuse_state,
    state_on,
)
from openyibao.rooms.mandates.service import (
    Showing,
    bind_device,
    consent,
    end,
    enter_kinship,
    find_device,
    list_mine,
    note_uses,
    offer,
    read_showings,
)
from openyibao.rooms.mandates.store import list_of_mandate, list_uses, read_mandates, sum_uses
from openyibao.rooms.mandates.telling import (
    expected_of_kinships,
    expected_of_mandate_bindings,
    expected_of_mandate_uses,
    expected_of_mandates,
)

__all__ = [
    "GUARDED",
    "MANDATE_AGENT_UNBOUND",
    "MANDATE_MAY_NOT_FILE",
    "MANDATE_PROOF_UNKNOWN",
    "MANDATE_UNKNOWN",
    "ConsentWay",
    "FamilyMandate",
    "Kinship",
    "KinshipProof",
    "MandateBasis",
    "MandateBinding",
    "MandateParty",
    "MandateSettings",
    "MandateSight",
    "MandateState",
    "MandateUse",
    "MandateUseKind",
    "NewMandate",
    "Showing",
    "asks_own_consent",
    "bind_device",
    "consent",
    "covers_filings",
    "end",
    "enter_kinship",
    "expected_of_kinships",
    "expected_of_mandate_bindings",
    "expected_of_mandate_uses",
    "expected_of_mandates",
    "find_device",
    "judge_amount",
    "judge_showing",
    "last_day",
    "list_mine",
    "list_of_mandate",
    "list_uses",
    "mandate_settings",
    "note_uses",
    "offer",
    "own_consent_due",
    "read_mandates",
    "read_showings",
    "refuse_state",
    "state_on",
    "sum_uses",
]
