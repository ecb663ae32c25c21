"""Verbs of family mandates: enter a kinship, offer, consent, end; bind the agent's device; what holds at a scan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, credentials
from openyibao.rooms.bindings import Binding, BindingKind
from openyibao.rooms.mandates import reasons, rules, store, telling
from openyibao.rooms.mandates.records import (
    ConsentWay,
    FamilyMandate,
    Kinship,
    KinshipProof,
    MandateBasis,
    MandateBinding,
    MandateParty,
    MandateSettings,
    MandateUse,
    NewMandate,
)
from openyibao.rooms.people import lock_person_rows

LISTED_MAX = 100
_PROOF = "kinships.proof"


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """What hangs on a family binding: its mandate, and whether the agent's own binding on that device stands."""

    mandate: FamilyMandate
    device_stands: bool


async def enter_kinship(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    *,
    child: tuple[int, int],
    guardian: tuple[int, int],
    basis: MandateBasis,
    proof: KinshipProof,
    proof_number: str,
    maker: str,
    approver: str,
) -> Kinship | Refused:
    """Two officers saw the document by which ``guardian`` (bucket, person_id) is it. Reason: kinship_officers."""
    if maker == approver:
        return Refused(reasons.KINSHIP_OFFICERS)
    made = Kinship(
        bucket=child[0],
        kinship_id=tx.ids.next(),
        child_person_id=child[1],
        guardian_bucket=guardian[0],
        guardian_person_id=guardian[1],
        basis=basis,
        proof=proof,
        proof_digest=sealer.digest(_normal(proof, proof_number), purpose=_PROOF),
        entered_at=clock.now(),
        maker=maker,
        approver=approver,
    )
    await store.insert_kinship(tx, made)
    tx.audit.append(telling.kinship_event(made))
    return made


def _normal(proof: KinshipProof, number: str) -> str:
    return f"{proof}|{number.strip().upper()}"


async def offer(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    settings: MandateSettings,
    new: NewMandate,
    *,
    agent_birth_on: date,
    offered_by: MandateParty = MandateParty.agent,
    proof: KinshipProof | None = None,
    proof_number: str = "",
) -> FamilyMandate | Refused:
    """The agent offers to show a relative's code. A guardian's for a child under 16 is active at once; else it waits.

    Where the principal offers it, that is the principal's consent. Reasons as ``judge_offer``.
    """
    names = [(new.bucket, new.principal_person_id), (new.agent_bucket, new.agent_person_id)]
    await lock_person_rows(tx, names)
    today = clock.today()
    agents, principals = await _standing(tx, new, today)
    proved = proof is not None and await _is_proved(tx, sealer, new, proof, proof_number)
    refused = rules.judge_offer(new, agents, principals, settings, today, agent_birth_on=agent_birth_on, proved=proved)
    if refused is not None:
        return refused
    at, own = clock.now(), offered_by is MandateParty.principal
    by_guardian = rules.guardian_suffices(new, today)
    way = ConsentWay.guardian if by_guardian else (ConsentWay.own_device if own else None)
    made = FamilyMandate(
        mandate_id=tx.ids.next(),
        offered_at=at,
        offered_by=offered_by,
        consented_at=None if way is None else at,
        consent_way=way,
        own_consent_at=at if own and not by_guardian else None,
        own_consent_way=ConsentWay.own_device if own and not by_guardian else None,
        **msgspec.structs.asdict(new),
    )
    await store.insert_mandate(tx, made)
    actor = new.principal_person_id if own else new.agent_person_id
    tx.audit += telling.mandate_events(None, made, str(actor))
    return made


async def _standing(tx: Tx, new: NewMandate, today: date) -> tuple[list[FamilyMandate], list[FamilyMandate]]:
    """The mandates that stand, of the agent and over the principal."""
    pointed = await store.list_pointed(tx, new.agent_bucket, new.agent_person_id, most=LISTED_MAX)
    agents = (await store.read_mandates(tx, pointed)).values()
    principals = await store.list_over(tx, new.bucket, new.principal_person_id, most=LISTED_MAX)
    return (
        [one for one in agents if rules.stands(one, today)],
        [one for one in principals if rules.stands(one, today)],
    )


async def _is_proved(tx: Tx, sealer: Sealer, new: NewMandate, proof: KinshipProof, number: str) -> bool:
    found = await store.list_kinships(tx, new.bucket, new.principal_person_id, new.agent_person_id)
    digests = set(sealer.digests(_normal(proof, number), purpose=_PROOF).values())
    return any(one.basis is new.basis and one.proof is proof and one.proof_digest in digests for one in found)


async def consent(
    tx: Tx,
    clock: Clock,
    *,
    bucket: int,
    mandate_id: int,
    person_id: int,
    way: ConsentWay = ConsentWay.own_device,
    officers: tuple[str, str] | None = None,
) -> FamilyMandate | Refused:
    """The principal consents: on their own device, by live face, or before two officers. Reasons as ``judge_consent``.

    Before officers also: kinship_officers.
    """
    if way is ConsentWay.officer and (officers is None or officers[0] == officers[1]):
        return Refused(reasons.KINSHIP_OFFICERS)
    one = await _locked(tx, bucket, mandate_id)
    refused = rules.judge_consent(one, person_id, clock.today())
    if refused is not None:
        return refused
    assert one is not None
    at = clock.now()
    done = msgspec.structs.replace(
        one,
        own_consent_at=at,
        own_consent_way=way,
        consented_at=one.consented_at or at,
        consent_way=one.consent_way or way,
    )
    await store.set_state(tx, done)
    actor = str(person_id) if officers is None else f"{officers[0]}/{officers[1]}"
    tx.audit += telling.mandate_events(one, done, actor)
    return done


async def end(
    tx: Tx, clock: Clock, *, bucket: int, mandate_id: int, person_id: int, by_agency: bool = False
) -> FamilyMandate | Refused:
    """Either of them ends it, at once, and every code under it; ended before answers the same. Reasons: ``judge_end``."""
    one = await _locked(tx, bucket, mandate_id)
    party = None if one is None else rules.party_of(one, person_id)
    refused = rules.judge_end(one, MandateParty.agency if by_agency and party else party, clock.today())
    if refused is not None:
        return refused
    assert one is not None
    if one.ended_at is not None:
        return one
    done = msgspec.structs.replace(one, ended_at=clock.now(), ended_by=MandateParty.agency if by_agency else party)
    await store.set_state(tx, done)
    tx.audit += telling.mandate_events(one, done, str(person_id))
    return done


async def _locked(tx: Tx, bucket: int, mandate_id: int) -> FamilyMandate | None:
    """The mandate, its principal locked: nobody changes it meanwhile."""
    name = (bucket, mandate_id)
    found = (await store.read_mandates(tx, [name])).get(name)
    if found is None:
        return None
    await lock_person_rows(tx, [(bucket, found.principal_person_id)])
    return (await store.read_mandates(tx, [name]))[name]


async def bind_device(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    randomness: Randomness,
    *,
    bucket: int,
    mandate_id: int,
    agent: Binding,
    default_province: int,
) -> Binding | Refused:
    """The principal's credential on the agent's device; the binding that stands there already where there is one.

    Reasons: mandate_unknown · those of ``refuse_state`` · those of ``bindings.bind``.
    """
    one = await _locked(tx, bucket, mandate_id)
    if one is None or (one.agent_bucket, one.agent_person_id) != (agent.bucket, agent.person_id):
        return Refused(reasons.MANDATE_UNKNOWN)
    refused = rules.refuse_state(one, clock.today())
    if refused is not None:
        return refused
    known = await find_device(tx, one, agent)
    if known is not None:
        return known
    bound = await bindings.bind(
        tx,
        clock,
        sealer,
        randomness,
        bucket=bucket,
        person_id=one.principal_person_id,
        default_province=default_province,
        kind=BindingKind.family,
        channel_code=agent.channel_code,
        device_name=agent.device_name,
    )
    if isinstance(bound, Refused):
        return bound
    made = MandateBinding(
        bucket=bucket,
        binding_id=bound.binding.binding_id,
        mandate_id=mandate_id,
        agent_bucket=agent.bucket,
        agent_binding_id=agent.binding_id,
        bound_at=clock.now(),
    )
    await store.insert_binding(tx, made)
    tx.audit.append(telling.binding_event(made, str(agent.person_id)))
    return bound.binding


async def find_device(reading: Reading, one: FamilyMandate, agent: Binding) -> Binding | None:
    """The active family binding of a mandate on this device of the agent."""
    hung = await store.list_of_mandate(reading, one.bucket, one.mandate_id)
    mine = {each.binding_id for each in hung if each.agent_binding_id == agent.binding_id}
    if not mine:
        return None
    credential = await credentials.find_credential(reading, bucket=one.bucket, person_id=one.principal_person_id)
    if credential is None:
        return None
    active = await bindings.list_bindings(reading, bucket=one.bucket, credential_id=credential.credential_id)
    return next((each for each in active if each.binding_id in mine), None)


async def list_mine(reading: Reading, *, bucket: int, person_id: int) -> list[tuple[MandateParty, FamilyMandate]]:
    """A person's mandates on both sides, the newest first; at most a hundred of each."""
    over = await store.list_over(reading, bucket, person_id, most=LISTED_MAX)
    pointed = await store.list_pointed(reading, bucket, person_id, most=LISTED_MAX)
    shown = (await store.read_mandates(reading, pointed)).values()
    sides = [(MandateParty.principal, one) for one in over] + [(MandateParty.agent, one) for one in shown]
    return sorted(sides, key=lambda each: -each[1].mandate_id)


async def read_showings(reading: Reading, names: Iterable[tuple[int, int]]) -> dict[int, Showing]:
    """What hangs on family bindings (bucket, binding_id), by binding_id. Three reads, whatever their number."""
    hung = await store.read_bindings(reading, names)
    mandates = await store.read_mandates(reading, [(one.bucket, one.mandate_id) for one in hung.values()])
    live = await store.list_live_devices(reading, [(one.agent_bucket, one.agent_binding_id) for one in hung.values()])
    return {
        binding_id: Showing(
            mandate=mandates[one.bucket, one.mandate_id],
            device_stands=(one.agent_bucket, one.agent_binding_id) in live,
        )
        for binding_id, one in hung.items()
    }


async def note_uses(tx: Tx, uses: Sequence[MandateUse], *, actor: str) -> None:
    """Note what was paid under mandates, or given back, with the act itself."""
    if uses:
        await store.insert_uses(tx, uses)
        tx.audit += [telling.use_event(one, actor) for one in uses]
