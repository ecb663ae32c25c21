"""Mutual aid (家庭共济): the owner's personal account pays a near relative's own part, wherever that relative is insured.

Keeps: agreements with both consents, limits and end; what was used under them. Promises: nothing is paid before both
agreed or after either ended it; limits by use and by calendar year hold, what is held open counted in; both parties see
the same log. It is not the family mandate (亲情账户), which shows a relative's code. Units: fen. Callers: settlement, purse
(its relations), the wallet. 中文: 家庭共济。
"""

from openyibao.rooms.mutual_aid.records import (
    AgreementState,
    AidOffer,
    AidSettings,
    AidUse,
    AidUseKind,
    MutualAid,
    NewMutualAid,
    Party,
    Relation,
)
from openyibao.rooms.mutual_aid.rules import NO_MUTUAL_AID, aid_settings, choose_offer, is_active
from openyibao.rooms.mutual_aid.service import (
    agree,
    carry_uses,
    end,
    list_mine,
    load_offers,
    note_uses,
    propose,
    read_agreements_for,
)
from openyibao.rooms.mutual_aid.store import list_uses, read_agreements
from openyibao.rooms.mutual_aid.telling import expected_of_agreements, expected_of_uses

__all__ = [
    "NO_MUTUAL_AID",
    "AgreementState",
    "AidOffer",
    "AidSettings",
    "AidUse",
    "AidUseKind",
    "MutualAid",
    "NewMutualAid",
    "Party",
    "Relation",
    "agree",
    "aid_settings",
    "carry_uses",
    "choose_offer",
    "end",
    "expected_of_agreements",
    "expected_of_uses",
    "is_active",
    "list_mine",
    "list_uses",
    "load_offers",
    "note_uses",
    "propose",
    "read_agreements",
    "read_agreements_for",
]
