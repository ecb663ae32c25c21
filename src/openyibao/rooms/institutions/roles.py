"""What an operator may do beside the counter's own work: given and taken by name, told to the audit. 中文: 操作员角色。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.institutions import store


class OperatorRole(StrEnum):
    """What an operator may do (操作员角色)."""

    clerk = "clerk"
    nurse = "nurse"
    """Activates on the ward."""
    officer = "officer"
    """Checks documents at an agency's counter."""
    approver = "approver"
    """Looks at what an officer checked, and decides."""
    hotline = "hotline"
    """Takes calls of people whose phone is lost; takes away, never gives."""
    auditor = "auditor"
    """Reads what was decided and by whom; acts for nobody."""
    security = "security"
    """Gives and takes roles, two together."""
    system = "system"
    """Looks after the running platform; sees nobody's data."""


APART = frozenset({OperatorRole.auditor, OperatorRole.security, OperatorRole.system})
"""Who watches, who gives roles and who runs the platform are three people, and none of them acts for insured persons."""
LISTED_MAX = 500

ROLE_TO_ONESELF = reason(
    "role_to_oneself",
    zh="不能给自己授予或收回角色, 也不能由本人复核",
    en="Nobody gives or takes a role of their own, nor approves it",
    next_zh="请另外两位安全管理员办理",
    next_en="Let two other security officers do it",
)
ROLE_EXCLUDED = reason(
    "role_excluded",
    zh="该操作员已有角色 {held}, 不能同时有 {role}: 系统、安全、审计三种角色互斥, 也不与经办角色并存",
    en="They have the role {held}, which excludes {role}: system, security and audit go with no other role",
    next_zh="请先收回原角色, 或授予另一位操作员",
    next_en="Take the other role first, or give it to somebody else",
)
ROLE_ABSENT = reason(
    "role_absent",
    zh="该操作员没有这个角色",
    en="They do not have this role",
    next_zh="请刷新角色列表",
    next_en="Look at the list again",
)
OPERATOR_ABSENT = reason(
    "operator_absent",
    zh="没有这个在用的操作员",
    en="There is no such active operator",
    next_zh="请核对机构代码和工号",
    next_en="Check institution and operator code",
)


class RoleGrant(msgspec.Struct, frozen=True, kw_only=True):
    """A role an operator has, who gave it, and whether it was taken since."""

    grant_id: int
    institution_id: int
    operator_code: str
    role: str
    given_by: str
    given_at: datetime
    taken_by: str | None = None
    taken_at: datetime | None = None


def _given(grant: RoleGrant) -> bytes:
    lasting = msgspec.structs.replace(grant, taken_by=None, taken_at=None)
    return sm3(msgspec.msgpack.encode(lasting))


def _taken(grant: RoleGrant) -> bytes:
    return sm3(msgspec.msgpack.encode((grant.grant_id, grant.taken_by, grant.taken_at)))


def _event(kind: str, grant: RoleGrant, actor: str, content: bytes) -> AuditEvent:
    return AuditEvent(kind=kind, cell=0, subject_id=grant.grant_id, actor=actor, content=content)


async def give_roles(
    tx: Tx, clock: Clock, *, grants: Sequence[tuple[int, str, OperatorRole]], given_by: str
) -> list[RoleGrant]:
    """Give roles by (institution, operator, role); what somebody has already is left as it is."""
    at = clock.now()
    made = []
    for institution_id, operator_code, role in sorted(grants):
        grant = RoleGrant(
            grant_id=tx.ids.next(),
            institution_id=institution_id,
            operator_code=operator_code,
            role=role.value,
            given_by=given_by,
            given_at=at,
        )
        if await store.insert_grant(tx, msgspec.structs.astuple(grant)[:6]):
            tx.audit.append(_event("operator_role_given", grant, given_by, _given(grant)))
            made.append(grant)
    return made


async def take_role(
    tx: Tx, clock: Clock, *, institution_id: int, operator_code: str, role: OperatorRole, taken_by: str
) -> bool:
    """Take a role away; False where the operator does not have it."""
    row = await store.end_grant(tx, institution_id, operator_code, role.value, taken_by=taken_by, at=clock.now())
    if row is None:
        return False
    grant = RoleGrant(**dict(row))
    tx.audit.append(_event("operator_role_taken", grant, taken_by, _taken(grant)))
    return True


async def change_role(
    tx: Tx,
    clock: Clock,
    *,
    gives: bool,
    institution_id: int,
    operator_code: str,
    role: OperatorRole,
    officers: tuple[str, str],
) -> RoleGrant | Refused:
    """Give or take one role by two security officers, named ``institution:operator``. A role that is there is left as it is.

    Refused, in order: operator_absent (where it is given) · role_to_oneself · role_excluded · role_absent (where it is taken).
    """
    if gives and not await store.lock_operator(tx, institution_id, operator_code):
        return Refused(OPERATOR_ABSENT)
    if f"{institution_id}:{operator_code}" in officers:
        return Refused(ROLE_TO_ONESELF)
    held = [RoleGrant(**dict(row)) for row in await store.list_held(tx, institution_id, operator_code)]
    mine = next((one for one in held if one.role == role.value), None)
    actor = "/".join(officers)
    if not gives:
        taken = await take_role(
            tx, clock, institution_id=institution_id, operator_code=operator_code, role=role, taken_by=actor
        )
        return mine if taken and mine is not None else Refused(ROLE_ABSENT)
    apart = next((one for one in held if one.role != role.value and (one.role in APART or role in APART)), None)
    if apart is not None:
        return Refused(ROLE_EXCLUDED, {"held": apart.role, "role": role.value})
    made = await give_roles(tx, clock, grants=[(institution_id, operator_code, role)], given_by=actor)
    return made[0] if made else mine or Refused(ROLE_ABSENT)


async def roles_of(reading: Reading, institution_id: int, operator_code: str) -> frozenset[OperatorRole]:
    """The roles an operator has now."""
    held = await store.list_held(reading, institution_id, operator_code)
    return frozenset(OperatorRole(row["role"]) for row in held)


async def list_roles(reading: Reading) -> list[RoleGrant]:
    """The roles that are held now, by institution and operator; at most five hundred."""
    return [RoleGrant(**dict(row)) for row in await store.list_standing_grants(reading, most=LISTED_MAX)]


async def has_role(reading: Reading, institution_id: int, operator_code: str, *roles: OperatorRole) -> bool:
    """Whether an operator has one of these roles now. Read at each act: a role that was taken is gone at once."""
    return await store.has_grant(reading, institution_id, operator_code, [role.value for role in roles])


async def expected_of_roles(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every role given and taken, ``most`` rows at a time."""
    after = -1
    while rows := await store.list_grants(reading, after=after, most=most):
        grants = [RoleGrant(**dict(row)) for row in rows]
        after = grants[-1].grant_id
        yield [expected for grant in grants for expected in _expected(grant)]


def _expected(grant: RoleGrant) -> list[ExpectedEvent]:
    where = f"operator role {grant.grant_id}"
    given = ExpectedEvent(kind="operator_role_given", subject_id=grant.grant_id, content=_given(grant), where=where)
    if grant.taken_at is None:
        return [given]
    taken = ExpectedEvent(kind="operator_role_taken", subject_id=grant.grant_id, content=_taken(grant), where=where)
    return [given, taken]
