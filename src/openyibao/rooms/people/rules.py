"""Pure rules of people: identity numbers, which enrolment is enjoyed, which funds rest, masking. 中文: 人员规则。"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from operator import mul

import msgspec

from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.people.records import (
    BASE_INSURANCES,
    Enrolment,
    EntitlementState,
    Sex,
)

NOT_ENROLLED = reason(
    "not_enrolled",
    zh="该参保人在 {on} 没有有效的基本医保参保关系",
    en="On {on} this person has no base insurance in force",
    next_zh="请核对就诊日期；如已参保，请联系参保地经办机构核实，也可先自费、之后申请手工报销",
    next_en="Check the date of the visit; if they are insured, ask their agency, or let them pay and claim by hand later",
)
DOCUMENT_NUMBER_INVALID = reason(
    "document_number_invalid",
    zh="证件号码 {document} 不正确",
    en="The document number {document} is not valid",
    next_zh="请对照证件重新录入，注意最后一位校验码",
    next_en="Type it again from the document; mind the last digit, which checks the others",
)
ALREADY_REGISTERED = reason(
    "person_already_registered",
    zh="证件 {document} 已经登记",
    en="The document {document} is registered already",
    next_zh="请查询并使用已有的参保人，不要重复登记",
    next_en="Look the person up and go on with the one that is there",
)
AREA_UNKNOWN = reason(
    "agency_area_unknown",
    zh="经办区划 {agency_area} 在 {on} 没有对应的统筹区",
    en="The agency area {agency_area} leads to no pooling area on {on}",
    next_zh="请核对六位经办区划代码；代码无误时请联系省级经办机构维护区划表",
    next_en="Check the six digits of the agency area; if they are right, ask the province to enter it in the table of areas",
)


def agency_area_unknown(agency_area: int, on: date) -> Refused:
    """That an agency area leads to no pooling area on a day."""
    return Refused(AREA_UNKNOWN, {"agency_area": agency_area, "on": on.isoformat()})


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_NUMBER = re.compile(r"[0-9]{17}[0-9X]")


class IdentityFacts(msgspec.Struct, frozen=True):
    """What an identity number tells by itself."""

    birth_on: date
    sex: Sex


def check_digit(first_17: str) -> str:
    """The 18th character of an identity number (GB 11643: MOD 11-2), ``0`` to ``9`` or ``X``."""
    return _CHECKS[sum(map(mul, _WEIGHTS, map(int, first_17))) % 11]


def normal_document(number: str) -> str:
    """A document number as it is compared: without spaces, in capitals."""
    return "".join(number.split()).upper()


def parse_identity_number(number: str) -> IdentityFacts | Refused:
    """Birth date and sex of an 18-digit identity number; refused ``document_number_invalid`` where it can't be one."""
    plain = normal_document(number)
    fits = _NUMBER.fullmatch(plain) and plain.isascii() and check_digit(plain[:17]) == plain[17]
    try:
        birth_on = date(int(plain[6:10]), int(plain[10:12]), int(plain[12:14])) if fits else None
    except ValueError:
        birth_on = None
    if birth_on is None:
        return Refused(DOCUMENT_NUMBER_INVALID, {"document": masked_document(plain)})
    return IdentityFacts(birth_on, Sex.male if int(plain[16]) % 2 else Sex.female)


def enjoyed_enrolment(
    enrolments: Sequence[Enrolment], on: date, base_order: Sequence[str] = BASE_INSURANCES
) -> Enrolment | Refused:
    """The one base enrolment that is enjoyed on a day (FIELD 2), or ``not_enrolled``.

    Of those in force: first by state (paid · waiting · arrears · suspended · ended, the best of its funds), then in
    ``base_order`` (a setting of the area), then the later begun, then the higher id, so that the answer never depends on the
    order of the rows.
    """
    in_force = [
        each
        for each in enrolments
        if each.insurance_type in BASE_INSURANCES
        and each.begins_on <= on
        and (each.ends_on is None or on <= each.ends_on)
    ]
    if not in_force:
        return Refused(NOT_ENROLLED, {"on": on.isoformat()})
    if len(in_force) == 1:
        return in_force[0]
    return min(
        in_force,
        key=lambda each: (
            _state_rank(each, on),
            base_order.index(each.insurance_type) if each.insurance_type in base_order else len(base_order),
            -each.begins_on.toordinal(),
            -each.enrolment_id,
        ),
    )


def funds_stopped(enrolment: Enrolment, on: date) -> tuple[str, ...]:
    """The funds not enjoyed on a day, sorted: they have periods, and none of that day is paid (FIELD 3).

    A fund without any period is not kept by date and counts as enjoyed. The personal account is no fund: it pays on.
    """
    paid: dict[str, bool] = {}
    for period in enrolment.entitlements:
        if (
            period.state is EntitlementState.paid
            and period.begins_on <= on
            and (period.ends_on is None or on <= period.ends_on)
        ):
            paid[period.fund] = True
        else:
            paid.setdefault(period.fund, False)
    return () if all(paid.values()) else tuple(sorted([fund for fund, pays in paid.items() if not pays]))


_STATES = tuple(EntitlementState)


def _state_rank(enrolment: Enrolment, on: date) -> int:
    if not enrolment.entitlements:
        return 0
    ranks = [
        _STATES.index(period.state)
        for period in enrolment.entitlements
        if period.begins_on <= on and (period.ends_on is None or on <= period.ends_on)
    ]
    return min(ranks, default=len(_STATES))


def masked_name(name: str) -> str:
    """A name as it may be shown: ``李*``, ``王*明``; only the first and, from three on, the last character."""
    if len(name) <= 1:
        return "*"
    if len(name) == 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def masked_document(number: str) -> str:
    """A document number as it may be shown: the first three and last four characters; short ones the last two."""
    plain = normal_document(number)
    if len(plain) < 12:
        return "*" * max(len(plain) - 2, 0) + plain[-2:] if len(plain) > 2 else "*" * len(plain)
    return plain[:3] + "*" * (len(plain) - 7) + plain[-4:]
