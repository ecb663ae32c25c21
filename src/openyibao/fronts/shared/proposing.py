"""What two officers do for somebody: one proposes, another decides, and the rooms' verbs do it with the decision. 中文: 双人复核办理。

Keeps: nothing. Promises: those of ``proposals``; where the act refuses, nothing is decided, and the approver reads why. A new password
waits for the person to type it. Units: none. Callers: the office, the officer's commands.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import msgspec

from openyibao.fronts.shared.checking import hash_new
from openyibao.fronts.shared.platform import Platform
from openyibao.kit.batch import Work
from openyibao.kit.crypto import KeyPurpose
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, checks, freezes, institutions, mandates, proposals
from openyibao.rooms.activations import Way
from openyibao.rooms.checks import PasswordReset, Resetting
from openyibao.rooms.freezes import Lift, LiftProof
from openyibao.rooms.institutions import OperatorRole
from openyibao.rooms.mandates import ConsentWay, KinshipProof, MandateBasis
from openyibao.rooms.people import DocumentType, NewIdentity
from openyibao.rooms.proposals import NewProposal, Proposal, ProposalKind

ROLES_BUCKET = 0
"""Where proposals about operators stand: they are of no person."""
PERSON_KINDS = frozenset(
    {
        *(ProposalKind.lift_freeze, ProposalKind.reset_password, ProposalKind.enter_kinship),
        *(ProposalKind.consent_mandate, ProposalKind.change_identity),
    }
)
ROLE_KINDS = frozenset({ProposalKind.give_role, ProposalKind.take_role})


class PlainBody(msgspec.Struct, frozen=True, kw_only=True):
    """An act that takes nothing but its person."""


class ResetBody(msgspec.Struct, frozen=True, kw_only=True):
    """A password set anew; ``end_others`` where the person fears theft."""

    end_others: bool = False


class KinshipBody(msgspec.Struct, frozen=True, kw_only=True):
    """Whose parent or guardian somebody is, by which document."""

    guardian_bucket: int
    guardian_person_id: int
    guardian_masked: str
    basis: MandateBasis
    proof: KinshipProof
    proof_number: str


class ConsentBody(msgspec.Struct, frozen=True, kw_only=True):
    """To which mandate the person, who stands there, agrees."""

    bucket: int
    mandate_id: int
    agent_masked: str


class IdentityBody(msgspec.Struct, frozen=True, kw_only=True):
    """Name and document from now on."""

    name: str
    document_type: DocumentType
    document_number: str


class RoleBody(msgspec.Struct, frozen=True, kw_only=True):
    """Whose role."""

    institution_id: int
    operator_code: str
    role: OperatorRole


Body = PlainBody | ResetBody | KinshipBody | ConsentBody | IdentityBody | RoleBody
BODIES: Mapping[ProposalKind, type[Any]] = {
    ProposalKind.lift_freeze: PlainBody,
    ProposalKind.reset_password: ResetBody,
    ProposalKind.enter_kinship: KinshipBody,
    ProposalKind.consent_mandate: ConsentBody,
    ProposalKind.change_identity: IdentityBody,
    ProposalKind.give_role: RoleBody,
    ProposalKind.take_role: RoleBody,
}


def body_of(one: Proposal) -> Any:
    """What a proposal's act takes."""
    return msgspec.json.decode(one.body, type=BODIES[one.kind])


async def propose(
    platform: Platform,
    kind: ProposalKind,
    body: Body,
    *,
    person: tuple[int, int] | None,
    institution_id: int,
    maker: str,
    why: str,
) -> Proposal | Refused:
    """Propose. Refused as ``proposals.propose``. Raises ValidationError for an empty reason."""
    new = msgspec.convert(
        {
            "bucket": ROLES_BUCKET if person is None else person[0],
            "kind": kind,
            "person_id": None if person is None else person[1],
            "body": msgspec.json.encode(body),
            "institution_id": institution_id,
            "maker": maker,
            "why": why,
        },
        NewProposal,
    )

    async def run(tx: Tx) -> Proposal | Refused:
        return await proposals.propose(tx, platform.clock, platform.sealer, new)

    made: Proposal | Refused = await platform.lane.submit("work", Work(run=run))
    return made


async def decide(
    platform: Platform,
    *,
    bucket: int,
    proposal_id: int,
    institution_id: int,
    officer: str,
    approves: bool,
    kinds: Collection[ProposalKind],
) -> Proposal | Refused:
    """The second officer's decision; approving does the act. ``kinds`` are those the officer's role decides.

    Refused as ``proposals.lock_waiting``, then as the act itself.
    """
    await _fresh(platform)
    env = (platform.clock, platform.sealer)

    async def run(tx: Tx) -> Proposal | Refused:
        one = await proposals.lock_waiting(
            tx, *env, bucket=bucket, proposal_id=proposal_id, institution_id=institution_id, officer=officer
        )
        if isinstance(one, Refused):
            return one
        if one.kind not in kinds:
            return Refused(proposals.PROPOSAL_UNKNOWN)
        if not approves:
            return await proposals.reject(tx, *env, proposal=one, officer=officer)
        if one.kind is ProposalKind.reset_password:
            return await proposals.conclude(tx, *env, proposal=one, officer=officer, done=False)
        done = await _ACTS[one.kind](tx, platform, one, officer)
        if isinstance(done, Refused):
            return done
        return await proposals.conclude(tx, *env, proposal=one, officer=officer, done=True)

    decided: Proposal | Refused = await platform.lane.submit("work", Work(run=run))
    return decided


async def _fresh(platform: Platform) -> None:
    """The caches as they are now: an operator added a moment ago is known."""
    async with platform.readers.reading() as reading:
        await platform.desk.fresh(reading)


async def set_password(
    platform: Platform, *, bucket: int, proposal_id: int, institution_id: int, maker: str, password: str
) -> PasswordReset | Refused:
    """The person types new digits at the maker's desk. Refused as ``proposals.lock_approved``, then ``checks.reset_password``."""
    hashed = await hash_new(platform, password)
    env = (platform.clock, platform.sealer)

    async def run(tx: Tx) -> PasswordReset | Refused:
        one = await proposals.lock_approved(
            tx, *env, bucket=bucket, proposal_id=proposal_id, institution_id=institution_id, maker=maker
        )
        if isinstance(one, Refused):
            return one
        asked = Resetting(
            bucket=bucket,
            person_id=one.person_id or 0,
            ways=(Way.operator,),
            asked_by=one.maker,
            approved_by=one.decided_by,
            why=one.why,
            end_others=body_of(one).end_others,
        )
        reset = await checks.reset_password(tx, *env, password=password, hashed=hashed, asked=asked)
        if not isinstance(reset, Refused):
            await proposals.finish(tx, *env, proposal=one)
        return reset

    done: PasswordReset | Refused = await platform.lane.submit("work", Work(run=run))
    return done


async def _lift(tx: Tx, platform: Platform, one: Proposal, officer: str) -> Any:
    given = Lift(proof=LiftProof.officer, lifted_by=one.maker, approved_by=officer, why=one.why)
    return await freezes.lift(tx, platform.clock, bucket=one.bucket, person_id=one.person_id or 0, lift=given)


async def _enter_kinship(tx: Tx, platform: Platform, one: Proposal, officer: str) -> Any:
    body: KinshipBody = body_of(one)
    return await mandates.enter_kinship(
        tx,
        platform.clock,
        platform.sealer,
        child=(one.bucket, one.person_id or 0),
        guardian=(body.guardian_bucket, body.guardian_person_id),
        basis=body.basis,
        proof=body.proof,
        proof_number=body.proof_number,
        maker=one.maker,
        approver=officer,
    )


async def _consent(tx: Tx, platform: Platform, one: Proposal, officer: str) -> Any:
    body: ConsentBody = body_of(one)
    return await mandates.consent(
        tx,
        platform.clock,
        bucket=body.bucket,
        mandate_id=body.mandate_id,
        person_id=one.person_id or 0,
        way=ConsentWay.officer,
        officers=(one.maker, officer),
    )


async def _change_identity(tx: Tx, platform: Platform, one: Proposal, officer: str) -> Any:
    body: IdentityBody = body_of(one)
    return await bindings.change_identity(
        tx,
        platform.clock,
        platform.sealer,
        platform.ring.signer(KeyPurpose.issuer),
        bucket=one.bucket,
        person_id=one.person_id or 0,
        identity=NewIdentity(name=body.name, document_type=body.document_type, document_number=body.document_number),
        issuer_key_id=platform.ring.current(KeyPurpose.issuer).key_id,
        maker=one.maker,
        approver=officer,
        why=one.why,
    )


async def _change_role(tx: Tx, platform: Platform, one: Proposal, officer: str) -> Any:
    body: RoleBody = body_of(one)
    return await institutions.change_role(
        tx,
        platform.clock,
        gives=one.kind is ProposalKind.give_role,
        institution_id=body.institution_id,
        operator_code=body.operator_code,
        role=body.role,
        officers=(one.maker, officer),
    )


_ACTS: Mapping[ProposalKind, Callable[[Tx, Platform, Proposal, str], Awaitable[Any]]] = {
    ProposalKind.lift_freeze: _lift,
    ProposalKind.enter_kinship: _enter_kinship,
    ProposalKind.consent_mandate: _consent,
    ProposalKind.change_identity: _change_identity,
    ProposalKind.give_role: _change_role,
    ProposalKind.take_role: _change_role,
}
