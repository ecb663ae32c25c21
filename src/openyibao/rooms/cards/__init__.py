"""Cards that show who somebody is without a phone: the ID card and the social-security card, and their loss.

Keeps: social-security cards by the digest of their number, reports of loss and of finding. Promises: a card that was
reported lost identifies nobody until it was found or replaced; rows are only added, the newest report decides. A card proves
possession, not the person (FIELD 19): settlement asks for more before an account pays. This room leads on cards: a card that
carries a credential is a binding, made and found here (docs/adr/0026). Units: UTC instants.
Callers: presentation, counters and wards, settlement's verify, the wallet. 中文: 身份证与社保卡。
"""

from openyibao.rooms.cards.carrying import CardInHand, bind_card, find_carrier
from openyibao.rooms.cards.records import CardKind, CardReport, CardReportKind, InsuranceCard
from openyibao.rooms.cards.rules import CARD_LOST, CARD_NOT_MATCHED, PersonCards, judge_card
from openyibao.rooms.cards.service import enter_card, find_holder, read_cards, report_card
from openyibao.rooms.cards.telling import expected_of_card_reports, expected_of_cards

__all__ = [
    "CARD_LOST",
    "CARD_NOT_MATCHED",
    "CardInHand",
    "CardKind",
    "CardReport",
    "CardReportKind",
    "InsuranceCard",
    "PersonCards",
    "bind_card",
    "enter_card",
    "expected_of_card_reports",
    "expected_of_cards",
    "find_carrier",
    "find_holder",
    "judge_card",
    "read_cards",
    "report_card",
]
