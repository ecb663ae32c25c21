"""The life of credentials of staff, practitioners and organisations: found by their identity, activated by officers. 中文: 参与方凭证。"""

from __future__ import annotations

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Reason, Refused
from openyibao.rooms.credentials import records, rules, store, telling
from openyibao.rooms.credentials.issuing import find_issued
from openyibao.rooms.credentials.records import Credential, CredentialAct, CredentialState, HolderToIssue
from openyibao.rooms.credentials.service import note


async def find_holder(tx: Tx, sealer: Sealer, holder: HolderToIssue) -> Credential | Refused:
    """The credential of a name and document, led to a subject on record as it says. Refused credential_unknown."""
    found = await find_issued(tx, sealer, holder)
    roles = [] if found is None else await store.list_roles(tx, found.bucket, found.credential_id)
    led = {(one.kind, one.institution_id, one.subject_code) for one in roles if one.ended_at is None}
    if found is None or (holder.kind, holder.institution_id, holder.subject_code) not in led:
        return Refused(records.CREDENTIAL_UNKNOWN)
    return found


async def activate_holder(
    tx: Tx, clock: Clock, *, bucket: int, credential_id: int, officers: str
) -> Credential | Refused:
    """Officers activate what no device is bound to; one that is activated stays as it is.

    Refused, in order: credential_unknown, holder_is_insured, then the table of states: credential_revoked, _suspended.
    """
    credential = await store.lock_by_id(tx, bucket, credential_id)
    if credential is None:
        return Refused(records.CREDENTIAL_UNKNOWN)
    if credential.person_id is not None:
        return Refused(records.HOLDER_IS_INSURED)
    to = rules.MOVES[credential.state, CredentialAct.activate]
    if isinstance(to, Reason):
        return Refused(to)
    if credential.state is CredentialState.activated:
        return credential
    at = clock.now()
    active = msgspec.structs.replace(credential, state=to, activated_at=at, activated_by=officers)
    await store.set_state(tx, active, at=at)
    note(tx, "credential_activated", bucket, credential_id, officers, telling.content_of_activation(active))
    return active
