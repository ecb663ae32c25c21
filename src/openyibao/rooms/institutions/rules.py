"""Pure rules of institutions: who may act, what was agreed, passwords and second factors. 中文: 机构规则。"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import date

from openyibao.kit.crypto import equal
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.institutions.records import (
    Institution,
    InstitutionState,
    Practitioner,
    Service,
    ServiceAgreement,
)

INSTITUTION_SUSPENDED = reason(
    "institution_suspended",
    zh="{institution}已被暂停或终止医保服务",
    en="{institution} is suspended from insurance services, or its designation has ended",
    next_zh="请参保人暂按自费处理或改往其他定点机构；本机构请联系医保经办机构办理恢复",
    next_en="Let the person pay for now or go to another designated institution; ask the agency about your suspension",
)
SERVICE_NOT_AGREED = reason(
    "service_not_agreed",
    zh="{institution}与统筹区 {pooling_area} 没有“{service}”服务协议",
    en="{institution} has no agreement with area {pooling_area} for {service}",
    next_zh="请改往已签订该服务协议的定点机构；如应已签订，请联系医保办核对协议",
    next_en="Send the person to an institution that has agreed it; if you should have, ask your insurance office",
)
AGREEMENT_ENDED = reason(
    "agreement_ended",
    zh="{institution}与统筹区 {pooling_area} 的“{service}”服务协议在 {on} 未生效，最近一份有效至 {until}",
    en="The agreement of {institution} with area {pooling_area} for {service} was not in force on {on}; it ran until {until}",
    next_zh="请联系医保办续签协议；续签前该项服务不能联网结算",
    next_en="Ask your insurance office to renew it; until then this service can't be settled here",
)
PRACTITIONER_UNKNOWN = reason(
    "practitioner_unknown",
    zh="本机构没有代码为 {practitioner} 的医保医师、护士、药师或技师",
    en="Nobody with the code {practitioner} is known as a practitioner of this institution",
    next_zh="请核对国家医保代码；新入职人员请先由医保办在系统中登记",
    next_en="Check the national code; newcomers are entered by your insurance office first",
)
SIGN_IN_REFUSED = reason(
    "sign_in_refused",
    zh="机构、工号、密码或动态口令不正确",
    en="Institution, operator, password or one-time code is not right",
    next_zh="请重新输入，动态口令每 30 秒更换一次且只能用一次；连续 5 次错误将锁定 15 分钟",
    next_en="Try again with the next one-time code, each counts once for 30 seconds; 5 failures lock for 15 minutes",
)
SIGN_IN_LOCKED = reason(
    "sign_in_locked",
    zh="连续输错次数过多，{until} 前不能登录",
    en="Too many failures: no sign-in before {until}",
    next_zh="请稍后再试；不是本人操作时请立即报告本机构管理员",
    next_en="Wait until then; if it wasn't you, tell your manager at once",
)

SECOND_FACTOR_STEP_SECONDS = 30
_SECOND_FACTOR_DIGITS = 6
_SCRYPT_MEMORY = 64 * 1024 * 1024
PASSWORD_COST = 14
"""log2 of scrypt's N for new passwords; a stored hash names its own."""
_COSTS = range(4, 16)


def may_act(institution: Institution) -> Refused | None:
    """``institution_suspended`` unless the institution is active."""
    if institution.state is InstitutionState.active:
        return None
    return Refused(INSTITUTION_SUSPENDED, {"institution": institution.name})


def agreement_for(institution: Institution, pooling_area: int, service: Service, on: date) -> Refused | None:
    """None where an agreement is in force on the day; else, in this order, ``service_not_agreed``, ``agreement_ended``.

    Ended means that there is or was one, not in force on that day.
    """
    mine = [each for each in institution.agreements if each.pooling_area == pooling_area and each.service is service]
    facts: dict[str, str | int | None] = {
        "institution": institution.name,
        "pooling_area": pooling_area,
        "service": service.value,
    }
    if not mine:
        return Refused(SERVICE_NOT_AGREED, facts)
    if any(each.valid_from <= on and (each.valid_until is None or on <= each.valid_until) for each in mine):
        return None
    past = [each.valid_until for each in mine if each.valid_until is not None and each.valid_until < on]
    return Refused(
        AGREEMENT_ENDED,
        {**facts, "on": on.isoformat(), "until": max(past).isoformat() if past else None},
    )


def agreement_key(agreement: ServiceAgreement) -> tuple[int, int, str, date]:
    """What an agreement is known by: institution, area, service and first day."""
    return (agreement.institution_id, agreement.pooling_area, agreement.service.value, agreement.valid_from)


def find_overlap(agreements: Sequence[ServiceAgreement]) -> ServiceAgreement | None:
    """The first agreement whose days overlap an earlier one of the same institution, area and service, or None."""
    last: ServiceAgreement | None = None
    for each in sorted(agreements, key=agreement_key):
        same = last is not None and agreement_key(last)[:3] == agreement_key(each)[:3]
        if same and last is not None and (last.valid_until is None or last.valid_until >= each.valid_from):
            return each
        last = each
    return None


def judge_service(
    institution: Institution,
    service: Service,
    on: date,
    *,
    insured_pool: int,
    treatment_pool: int,
    account_only_will_do: bool = False,
    remote_services: Sequence[str] | None = None,
) -> bool | Refused:
    """Under which agreement a visit is served: True where only the personal account and cash may pay.

    Order: service_not_agreed · agreement_ended for the service, then both for cross_region where the person is insured
    elsewhere. Who is insured elsewhere is served under the agreements with the treatment area's agency, of which
    ``remote_services`` are open to them (None: all). Without the service's own agreement, ``account_only`` will do where the
    caller says so. (``not_your_designated_institution``, the third refusal of FIELD 20, is the filings' to give.)
    """
    away = insured_pool != treatment_pool
    refused = agreement_for(institution, treatment_pool if away else insured_pool, service, on)
    account_only = False
    if refused is not None:
        account_only = account_only_will_do and (
            agreement_for(institution, treatment_pool if away else insured_pool, Service.account_only, on) is None
        )
        if not account_only:
            return refused
    if away:
        if remote_services is not None and service.value not in remote_services:
            remote = f"{service.value}/{Service.cross_region.value}"
            return Refused(
                SERVICE_NOT_AGREED,
                {"institution": institution.name, "pooling_area": treatment_pool, "service": remote},
            )
        refused = agreement_for(institution, treatment_pool, Service.cross_region, on)
        if refused is not None:
            return refused
    return account_only


def practitioner_known(practitioner: Practitioner | None, practitioner_code: str) -> Refused | None:
    """``practitioner_unknown`` where the look-up found nobody. A standing that rests is not refused (FIELD 21)."""
    if practitioner is not None:
        return None
    return Refused(PRACTITIONER_UNKNOWN, {"practitioner": practitioner_code[:40]})


def hash_password(password: str, salt: bytes, *, cost: int = PASSWORD_COST) -> str:
    """``scrypt$cost$salt$hash``; 16 MB and tens of milliseconds at the usual cost. Give 16 random octets of salt."""
    derived = _scrypt(password, salt, cost)
    return f"scrypt${cost}${base64.b64encode(salt).decode()}${base64.b64encode(derived).decode()}"


def check_password(password: str, password_hash: str) -> bool:
    """Whether a password belongs to a stored hash; False also for a hash that can't be read."""
    parts = password_hash.split("$")
    if len(parts) != 4 or parts[0] != "scrypt" or not parts[1].isdecimal() or int(parts[1]) not in _COSTS:
        return False
    return equal(_scrypt(password, base64.b64decode(parts[2]), int(parts[1])), base64.b64decode(parts[3]))


def second_factor_code(secret: bytes, step: int) -> str:
    """The six digits of a step (RFC 6238 with SHA-1, which every authenticator app speaks)."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**_SECOND_FACTOR_DIGITS:0{_SECOND_FACTOR_DIGITS}d}"


def check_second_factor(secret: bytes, code: str, *, unix_seconds: int, last_step: int) -> int | None:
    """The step a code belongs to (the current one or a neighbour), None where it is wrong or not after ``last_step``."""
    current = unix_seconds // SECOND_FACTOR_STEP_SECONDS
    for step in (current, current - 1, current + 1):
        if step > last_step and equal(second_factor_code(secret, step).encode(), code.encode()):
            return step
    return None


def _scrypt(password: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=1 << cost, r=8, p=1, maxmem=_SCRYPT_MEMORY, dklen=32)
