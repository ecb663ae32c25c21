"""Rules of printed codes. Pure. 中文: 纸质码规则。"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from openyibao.kit.clock import shanghai_date, shanghai_noon
from openyibao.kit.crypto import MacKey, hmac_sm3
from openyibao.kit.money import yuan_text
from openyibao.kit.outcome import Refused
from openyibao.rooms.areas import AreaSettings
from openyibao.rooms.institutions import Institution
from openyibao.rooms.papers import records
from openyibao.rooms.papers.records import NewPrintedCode, PaperSettings, PrintedCode, WindowProof

PLACES_MAX, AREAS_MAX = 20, 5
BAD_CODES_A_DAY, BAD_PROOFS_A_DAY = 20, 5
"""So many wrong authentication codes and wrong digits a day; then the paper rests. It is static: guesses add up over its life."""
_SAID = {
    WindowProof.document: ("核对证件原件与本人", "the document itself, compared with the person"),
    WindowProof.digits: ("输入证件号码末四位", "the last four digits of the document"),
    WindowProof.password: ("本人输入六位口令", "the person's six-digit password"),
}


def paper_settings(settings: AreaSettings) -> PaperSettings:
    """What an area's settings say of printed codes."""
    return PaperSettings(
        uses_a_day_max=settings.printed_code_uses_a_day_max,
        day_limit_fen_max=settings.printed_code_day_fen_max,
        days_max=settings.printed_code_days_max,
        proof=WindowProof(settings.printed_code_proof),
        second_officer=settings.carrier_second_officer,
    )


def derive_paper_key(binding_secret: bytes) -> MacKey:
    """The key of a binding's printed code: HMAC-SM3(binding secret, ...); no day key is ever it."""
    return MacKey(hmac_sm3(binding_secret, b"openyibao printed code"))


def judge_new(new: NewPrintedCode, settings: PaperSettings, officer: str, approver: str | None) -> Refused | None:
    """Order: printed_limits_unsound · printed_second_officer."""
    places = len(new.institution_ids) <= PLACES_MAX and len(new.areas) <= AREAS_MAX
    sound = (
        places
        and (new.institution_ids or new.areas)
        and new.purposes
        and 1 <= new.uses_a_day <= settings.uses_a_day_max
        and 1 <= new.day_limit_fen <= settings.day_limit_fen_max
        and 1 <= new.days <= settings.days_max
    )
    if not sound:
        limit = yuan_text(settings.day_limit_fen_max)
        facts: dict[str, str | int | None] = {
            "uses": settings.uses_a_day_max,
            "limit": limit,
            "days": settings.days_max,
        }
        return Refused(records.PRINT_UNSOUND, facts)
    return refuse_alone(settings, officer, approver)


def refuse_alone(settings: PaperSettings, officer: str, approver: str | None) -> Refused | None:
    """Whether an officer may not do it alone. Reason: printed_second_officer."""
    if settings.second_officer and approver in {None, officer}:
        return Refused(records.PRINT_SECOND_OFFICER)
    return None


def ends_at(on: date, days: int) -> datetime:
    """The instant a code of so many days ends: the end of its last Shanghai day, ``on`` being the first."""
    return shanghai_noon(on) + timedelta(days=days, hours=-12)


def last_day(one: PrintedCode) -> date:
    """The last day a code holds on."""
    return shanghai_date(one.expires_at - timedelta(seconds=1))


def covers(area: int, treatment_area: int) -> bool:
    """Whether a place lies in an area: of a province, of a city, or the area itself."""
    for below in (10_000, 100):
        if area % below == 0:
            return treatment_area // below == area // below
    return treatment_area == area


def holds_at(one: PrintedCode, institution: Institution) -> bool:
    """Whether a code holds at an institution."""
    return institution.institution_id in one.institution_ids or any(
        covers(area, institution.treatment_area) for area in one.areas
    )


def judge_paper(
    one: PrintedCode,
    *,
    live: bool,
    institution: Institution | None,
    proofs: frozenset[WindowProof],
    digits_differ: bool,
    uses_today: int,
    used_today_fen: int,
    at: datetime,
) -> Refused | None:
    """Whether a paper whose code is right may be shown here and now.

    Order: printed_code_revoked · _ended · _not_here · printed_proof_wrong · printed_proof_needed · printed_day_uses ·
    printed_day_amount. Purposes are the caller's: it has a reason for them.
    """
    if not live:
        return Refused(records.PRINTED_CODE_REVOKED)
    if at >= one.expires_at:
        return Refused(records.PRINTED_CODE_ENDED, {"ended_on": last_day(one).isoformat()})
    if institution is None or not holds_at(one, institution):
        return Refused(records.PRINTED_CODE_NOT_HERE)
    if digits_differ:
        return Refused(records.PRINTED_PROOF_WRONG)
    # A password proves more than either of the others.
    if one.proof not in proofs and WindowProof.password not in proofs:
        zh, en = _SAID[one.proof]
        return Refused(records.PRINTED_PROOF_NEEDED, {"proof": one.proof.value, "proof_zh": zh, "proof_en": en})
    if uses_today >= one.uses_a_day:
        return Refused(records.PRINTED_DAY_USES, {"most": one.uses_a_day})
    return judge_day_amount(one, 1, used_today_fen)


def judge_day_amount(one: PrintedCode, amount_fen: int, used_today_fen: int) -> Refused | None:
    """Whether insurance may pay so much more today by this paper. Reason: printed_day_amount."""
    if amount_fen <= 0 or amount_fen + used_today_fen <= one.day_limit_fen:
        return None
    said = {"limit": yuan_text(one.day_limit_fen), "used": yuan_text(used_today_fen)}
    return Refused(records.PRINTED_DAY_AMOUNT, said)


def refuse_tries(bad_codes: int, bad_proofs: int) -> Refused | None:
    """Whether a paper rests for the day. Reason: printed_tries_exhausted."""
    rests = bad_codes >= BAD_CODES_A_DAY or bad_proofs >= BAD_PROOFS_A_DAY
    return Refused(records.PRINTED_TRIES) if rests else None
