"""Rules of mutual aid. Pure; reasons are checked in the order each docstring lists. 中文: 家庭共济规则。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.ledger import AccountKey, AccountPot, PersonalAccount
from openyibao.rooms.mutual_aid.records import (
    AgreementState,
    AidOffer,
    AidSettings,
    MutualAid,
    NewMutualAid,
    Party,
)

RELATIVES_MOST = 20
"""No area may let an account be shared by more."""

NO_MUTUAL_AID = reason(
    "mutual_aid_not_agreed",
    zh="没有可用的家庭共济授权",
    en="No mutual aid has been agreed for this person",
    next_zh="请改用本人账户或现金支付; 如需共济, 请账户本人在医保码“账户”页发起, 由使用人同意",
    next_en="Pay from the person's own account or in cash; for mutual aid, the account's owner proposes it in the wallet and the relative agrees",
)
AID_ENDED = reason(
    "mutual_aid_ended",
    zh="家庭共济授权已于 {ended_on} 结束",
    en="The mutual aid ended on {ended_on}",
    next_zh="请改用本人账户或现金支付; 如需继续, 请重新授权",
    next_en="Pay from the person's own account or in cash; to go on, agree anew",
)
AID_LIMIT_REACHED = reason(
    "mutual_aid_limit_reached",
    zh="家庭共济本年度限额 {limit_fen} 分已用完",
    en="The mutual aid's yearly limit of {limit_fen} fen is used up",
    next_zh="请改用本人账户或现金支付; 账户本人可结束后重新授权更高的限额",
    next_en="Pay from the person's own account or in cash; the owner may end it and agree on a higher limit",
)
AID_TO_ONESELF = reason(
    "mutual_aid_to_oneself",
    zh="不能为本人办理家庭共济",
    en="Mutual aid is for a relative, not for oneself",
    next_zh="本人的费用直接使用本人账户支付",
    next_en="One's own bills are paid by one's own account",
)
AID_EXISTS = reason(
    "mutual_aid_exists",
    zh="与 {relative} 的家庭共济已经存在",
    en="There is mutual aid with {relative} already",
    next_zh="如需更改限额, 请先结束原授权, 再重新授权",
    next_en="To change its limits, end it and agree anew",
)
AID_RELATIVES_FULL = reason(
    "mutual_aid_relatives_full",
    zh="家庭共济最多 {most} 人, 已满",
    en="Mutual aid is for at most {most} relatives, and there are as many",
    next_zh="请先结束与一位亲属的共济",
    next_en="End it with one relative first",
)
AID_UNTIL_PAST = reason(
    "mutual_aid_until_past",
    zh="截止日期 {valid_until} 已过",
    en="Its last day, {valid_until}, is past",
    next_zh="请选择今天或以后的日期, 或不设截止日期",
    next_en="Choose today or later, or none",
)
AID_UNKNOWN = reason(
    "mutual_aid_unknown",
    zh="没有这项家庭共济授权",
    en="There is no such mutual aid",
    next_zh="请刷新页面后再试",
    next_en="Load the page again",
)
AID_NOT_PROPOSED = reason(
    "mutual_aid_not_proposed",
    zh="这项家庭共济不在待同意状态",
    en="The mutual aid does not wait for consent: it was agreed or has ended",
    next_zh="请刷新页面查看; 如已结束, 请账户本人重新发起",
    next_en="Load the page again; if it has ended, the owner may propose it anew",
)


def aid_settings(settings: Mapping[str, Any]) -> AidSettings:
    """What an area's settings say of mutual aid: ``mutual_aid_relatives_max``, ``mutual_aid_pots``."""
    plain = AidSettings()
    most = settings.get("mutual_aid_relatives_max", plain.relatives_max)
    pots = tuple(AccountPot(pot) for pot in settings.get("mutual_aid_pots", plain.pots))
    return AidSettings(relatives_max=min(int(most), RELATIVES_MOST), pots=pots)


def is_active(one: MutualAid, on: date) -> bool:
    """Whether it may pay on a day."""
    return one.state is AgreementState.agreed and (one.valid_until is None or on <= one.valid_until)


def judge_proposal(new: NewMutualAid, others: Sequence[MutualAid], settings: AidSettings, on: date) -> Refused | None:
    """``others`` are the owner's that have not ended. Order: to_oneself · until_past · exists · relatives_full."""
    if new.relative_person_id == new.owner_person_id:
        return Refused(AID_TO_ONESELF)
    if new.valid_until is not None and new.valid_until < on:
        return Refused(AID_UNTIL_PAST, {"valid_until": new.valid_until.isoformat()})
    if any(one.relative_person_id == new.relative_person_id for one in others):
        return Refused(AID_EXISTS, {"relative": new.relative_masked})
    if len(others) >= settings.relatives_max:
        return Refused(AID_RELATIVES_FULL, {"most": settings.relatives_max})
    return None


def judge_agreeing(one: MutualAid | None, person_id: int) -> Refused | None:
    """Order: mutual_aid_unknown (also where it is another's) · mutual_aid_not_proposed."""
    if one is None or one.relative_person_id != person_id:
        return Refused(AID_UNKNOWN)
    if one.state is not AgreementState.proposed:
        return Refused(AID_NOT_PROPOSED)
    return None


def party_of(one: MutualAid, person_id: int) -> Party | None:
    """Which side of it a person is, if any."""
    if person_id == one.owner_person_id:
        return Party.owner
    return Party.relative if person_id == one.relative_person_id else None


def room_fen(one: MutualAid, used_fen: int, held_fen: int) -> int | None:
    """What the limits leave for one bill; None for no limit. What is held open counts as used."""
    year_fen = None if one.per_year_fen is None else max(0, one.per_year_fen - used_fen - held_fen)
    limits = [limit for limit in (one.per_use_fen, year_fen) if limit is not None]
    return min(limits) if limits else None


def choose_offer(
    agreements: Sequence[MutualAid],
    accounts: Mapping[AccountKey, PersonalAccount],
    used: Mapping[int, int],
    held: Mapping[int, int],
    settings_of: Mapping[int, AidSettings],
    on: date,
) -> AidOffer | Refused:
    """The first agreement, in the order in which they were agreed, whose account can give something.

    Order: mutual_aid_not_agreed · mutual_aid_ended · mutual_aid_limit_reached (all that are active). An account with
    nothing available is no refusal: the offer is of nothing, and the rest is paid in cash.
    """
    seen = sorted(
        (one for one in agreements if one.agreed_at is not None), key=lambda one: (one.agreed_at, one.agreement_id)
    )
    if not seen:
        return Refused(NO_MUTUAL_AID)
    active = [one for one in seen if is_active(one, on)]
    if not active:
        ended_on = max(_ended_on(one) for one in seen)
        return Refused(AID_ENDED, {"ended_on": ended_on})
    empty: AidOffer | None = None
    for one in active:
        room = room_fen(one, used.get(one.agreement_id, 0), held.get(one.agreement_id, 0))
        if room == 0:
            continue
        pots = {
            pot: account.available_fen
            for pot in settings_of[one.cell].pots
            if (account := accounts.get((one.cell, one.owner_person_id, pot))) is not None
        }
        whole_fen = sum(pots.values())
        offer = AidOffer(agreement=one, most_fen=whole_fen if room is None else min(room, whole_fen), pots=pots)
        if offer.most_fen:
            return offer
        empty = empty or offer
    if empty is None:
        return Refused(AID_LIMIT_REACHED, {"limit_fen": active[0].per_year_fen})
    return empty


def _ended_on(one: MutualAid) -> str:
    days = [one.valid_until] if one.valid_until is not None else []
    if one.ended_at is not None:
        days.append(one.ended_at.date())
    return min(days).isoformat() if days else ""
