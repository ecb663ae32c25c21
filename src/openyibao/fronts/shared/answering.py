"""Who answers for a refusal: the institution, the agency with its hotline, the channel, the bank, the platform, or yourself.

Keeps: one answerer a room, and the codes in which a room differs. Promises: every reason of the process has one (a test
goes through all of them), so each refusal says who to turn to, beside what to do next. Callers: problem details, the
pages' boxes. 中文: 谁来答复。
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from openyibao.fronts.shared.platform import Platform
from openyibao.kit.outcome import Reason

HOTLINE = "12393"
"""The nation's medical-insurance hotline, where no area is known."""


class Answerer(StrEnum):
    """Who answers (答复方)."""

    yourself = "yourself"
    institution = "institution"
    agency = "agency"
    channel = "channel"
    bank = "bank"
    platform = "platform"


class AnswererWords(msgspec.Struct, frozen=True):
    """How an answerer is called; ``{hotline}`` is filled in."""

    zh: str
    en: str


WORDS: Mapping[Answerer, AnswererWords] = {
    Answerer.yourself: AnswererWords(
        "参保人本人即可处理; 需要帮助请致电 {hotline}", "The insured person themself; for help call {hotline}"
    ),
    Answerer.institution: AnswererWords(
        "本医疗机构或药店的医保窗口", "The insurance desk of this hospital or pharmacy"
    ),
    Answerer.agency: AnswererWords(
        "参保地医保经办机构, 服务热线 {hotline}", "The agency of the insured area, hotline {hotline}"
    ),
    Answerer.channel: AnswererWords("您所使用的应用的客服", "The help desk of the app you use"),
    Answerer.bank: AnswererWords("您的银行", "Your bank"),
    Answerer.platform: AnswererWords(
        "接入软件的供应商, 再由其联系平台技术支持", "The vendor of the software, and they the platform's support"
    ),
}
BY_HOME: Mapping[str, Answerer] = {
    "kit.requests": Answerer.platform,
    "fronts.api": Answerer.platform,
    "fronts.channels": Answerer.channel,
    "fronts.national": Answerer.institution,
    "fronts.shared": Answerer.agency,
    "rooms.account_credits": Answerer.agency,
    "rooms.activations": Answerer.yourself,
    "rooms.bindings": Answerer.yourself,
    "rooms.cards": Answerer.agency,
    "rooms.channels": Answerer.channel,
    "rooms.checks": Answerer.yourself,
    "rooms.confirmations": Answerer.yourself,
    "rooms.consents": Answerer.yourself,
    "rooms.credentials": Answerer.agency,
    "rooms.disputes": Answerer.agency,
    "rooms.encounters": Answerer.institution,
    "rooms.entitlement": Answerer.agency,
    "rooms.faces": Answerer.yourself,
    "rooms.filings": Answerer.agency,
    "rooms.freezes": Answerer.yourself,
    "rooms.goods": Answerer.institution,
    "rooms.holds": Answerer.agency,
    "rooms.institutions": Answerer.institution,
    "rooms.mandates": Answerer.yourself,
    "rooms.mutual_aid": Answerer.yourself,
    "rooms.papers": Answerer.agency,
    "rooms.people": Answerer.agency,
    "rooms.periods": Answerer.agency,
    "rooms.policies": Answerer.institution,
    "rooms.acceptances": Answerer.institution,
    "rooms.presentation": Answerer.institution,
    "rooms.proposals": Answerer.agency,
    "rooms.purse": Answerer.yourself,
    "rooms.settlement": Answerer.institution,
    "rooms.signals": Answerer.agency,
    "rooms.transfers": Answerer.agency,
}
"""Home of a reason (package below ``openyibao``) → who answers. A room that isn't here fails the test."""
BY_CODE: Mapping[str, Answerer] = {
    # What only the person in front of the phone can do.
    **dict.fromkeys(
        (
            *("code_not_valid", "code_expired", "code_from_future", "purpose_not_allowed", "credential_not_activated"),
            *(
                "code_already_used",
                "code_other_issuer",
                "relative_not_found",
                "purpose_cannot_pay",
                "token_already_used",
            ),
        ),
        Answerer.yourself,
    ),
    # What is decided by the agency though a counter hears of it first.
    **dict.fromkeys(
        (
            *("no_policy", "service_not_agreed", "agreement_ended", "institution_suspended", "pay_consent_ended"),
            *("standing_not_ahead", "standing_span_wrong", "standing_ended", "later_settlement_exists"),
            *("too_many_to_reprice", "not_one_person", "restored_already", "credit_not_allowed"),
            *("merge_record_unknown", "merged_already", "merge_records_differ", "merge_stay_open", "merge_money_held"),
            *("lift_needs_two", "not_frozen", "client_not_registered"),
        ),
        Answerer.agency,
    ),
    # What a counter puts right by itself although a room of the agency refuses it.
    **dict.fromkeys(
        (
            *("disease_code_needed", "prescription_number_needed", "supply_too_long", "drug_not_of_disease"),
            *("special_drug_doctor_differs", "special_drug_institution_differs"),
            *("dual_channel_drug_differs", "dual_channel_doctor_differs", "dual_channel_institution_differs"),
            *("pack_unknown", "no_trace_code"),
        ),
        Answerer.institution,
    ),
}
"""Codes for which somebody else answers than for the rest of their room."""


def answerer_of(reason: Reason) -> Answerer:
    """Who answers for a reason. Raises KeyError for a home that is not placed."""
    given = BY_CODE.get(reason.code)
    if given is not None:
        return given
    parts = reason.home.split(".")
    return BY_HOME[f"{parts[1]}.{parts[2]}"]


def answered_by(reason: Reason, language: str, *, hotline: str = HOTLINE) -> str:
    """Who answers, in words: ``zh`` or ``en``."""
    words = WORDS[answerer_of(reason)]
    return (words.en if language == "en" else words.zh).format(hotline=hotline)


def hotline_at(platform: Platform, area: int | None) -> str:
    """The hotline of the pooling area that an area's code leads to; the nation's where it leads nowhere."""
    pool = None if area is None else platform.desk.areas.pooling_area(area, platform.clock.today())
    return HOTLINE if pool is None else pool.settings.hotline


def hotline_of_institution(platform: Platform, institution_id: int) -> str:
    """The hotline where an institution stands."""
    institution = platform.desk.directory.by_id(institution_id)
    return HOTLINE if institution is None else hotline_at(platform, institution.treatment_area)
