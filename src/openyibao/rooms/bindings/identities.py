"""The verb change_identity (C8): name, kind of document or number changed. 中文: 姓名、证件变更。

All bindings end, the credential is superseded by a new one that must be activated anew, the person stays the same: money,
enrolments, filings and mandates lead by the person's id and stay where they are.
"""

from __future__ import annotations

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer, Signer
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials, people
from openyibao.rooms.bindings.records import IdentityChanged, UnbindGround
from openyibao.rooms.bindings.service import unbind_all
from openyibao.rooms.credentials import CredentialState, PersonToIssue
from openyibao.rooms.people import NewIdentity
from openyibao.rooms.periods import judge_officers


async def change_identity(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    signer: Signer,
    *,
    bucket: int,
    person_id: int,
    identity: NewIdentity,
    issuer_key_id: int,
    maker: str,
    approver: str,
    why: str,
) -> IdentityChanged | Refused:
    """Change a person's identity by two officers who saw the new document.

    Refused, in order: those of officers, of the document and the person (``people.change_identity``). A credential that was
    revoked is not replaced: the person has none.
    """
    refused = judge_officers(maker, approver, why)
    if refused is not None:
        return refused
    actor = f"{maker}/{approver}"
    person = await people.change_identity(
        tx, clock, sealer, bucket=bucket, person_id=person_id, identity=identity, actor=actor
    )
    if isinstance(person, Refused):
        return person
    old = await credentials.find_credential(tx, bucket=bucket, person_id=person_id)
    if old is None or old.state is CredentialState.revoked:
        return IdentityChanged(person=person, credential=None, bindings_ended=0)
    ended = await unbind_all(
        tx,
        clock,
        bucket=bucket,
        credential_id=old.credential_id,
        actor=actor,
        ground=UnbindGround.identity_changed,
    )
    wanted = PersonToIssue(
        bucket=bucket,
        person_id=person_id,
        name=person.name,
        document_type=person.document_type.value,
        document_number=person.document_number,
        insured_cell=old.insured_cell,
        insured_area=old.insured_area,
    )
    new = await credentials.supersede(
        tx, clock, sealer, signer, person=wanted, issuer_key_id=issuer_key_id, actor=actor
    )
    return IdentityChanged(
        person=person, credential=None if isinstance(new, Refused) else new, bindings_ended=len(ended)
    )
