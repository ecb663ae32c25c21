"""What an operator may do beside the counter's own work: given and taken by name, told to the audit. 中文: 操作员角色。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading, Tx
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
    auditor = "auditor"


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
