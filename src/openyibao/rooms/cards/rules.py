"""Rules of cards. Pure. 中文: 卡规则。"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.cards.records import CardKind, CardReport, CardReportKind, InsuranceCard

CARD_NOT_MATCHED = reason(
    "card_not_matched",
    zh="证件或社保卡信息未能核对到参保人",
    en="What the card says leads to no insured person",
    next_zh="请重新读卡; 仍不行请参保人出示医保码, 或联系参保地医保经办机构",
    next_en="Read the card again; else let the person show the code, or ask the agency of the insured area",
)
CARD_LOST = reason(
    "card_lost",
    zh="该证件或社保卡已挂失",
    en="This card was reported lost",
    next_zh="请参保人出示医保码; 已找回的, 由本人在医保码中解除挂失",
    next_en="Let the person show the code; a card that was found is released in their own wallet",
)
CARD_REPORTED = reason(
    "card_reported_already",
    zh="该卡已是这一状态",
    en="The card stands so already",
    next_zh="请刷新页面查看",
    next_en="Load the page again",
)
CARD_BOUND = reason(
    "card_already_bound",
    zh="该卡已经是医保凭证的载体",
    en="This card carries a credential already",
    next_zh="可直接刷卡就医; 如需更换, 请先解除原绑定",
    next_en="It can be used as it is; to change it, unbind it first",
)
CARD_DIFFERS = reason(
    "card_of_another",
    zh="证件或社保卡与凭证登记的身份不一致",
    en="The card is not of the credential's holder",
    next_zh="请出示本人办理凭证时登记的证件",
    next_en="Show the document that the credential was issued for",
)


class PersonCards(msgspec.Struct, frozen=True, kw_only=True):
    """A person's newest social-security card and newest report on each kind of card."""

    newest: InsuranceCard | None = None
    reports: dict[CardKind, CardReport] = {}

    def is_lost(self, kind: CardKind) -> bool:
        """Whether the newest report says so, and no newer card was handed out since."""
        report = self.reports.get(kind)
        if report is None or report.reported is CardReportKind.found:
            return False
        newer = kind is CardKind.social_security_card and self.newest is not None
        return not (newer and self.newest is not None and self.newest.entered_at > report.reported_at)


def judge_card(held: PersonCards, kind: CardKind, number_digests: Collection[bytes]) -> Refused | None:
    """Order: card_not_matched (a social-security card that is not the newest) · card_lost."""
    if kind is CardKind.social_security_card and (
        held.newest is None or held.newest.number_digest not in number_digests
    ):
        return Refused(CARD_NOT_MATCHED)
    return Refused(CARD_LOST) if held.is_lost(kind) else None


def judge_report(held: PersonCards, kind: CardKind, reported: CardReportKind) -> Refused | None:
    """Reason: card_reported_already."""
    return Refused(CARD_REPORTED) if held.is_lost(kind) is (reported is CardReportKind.lost) else None
