"""Known by face in place of the code: the same answer as a scan, told as a showing of its own (P12). 中文: 刷脸出示。

The caller had the capture judged and the face found among its candidates; here the credential is looked at and the presentation kept.
Whoever froze their credential is not treated in their name by their face either.
"""

from __future__ import annotations

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms import faces
from openyibao.rooms.credentials import CREDENTIAL_REVOKED, CREDENTIAL_SUSPENDED, find_credential
from openyibao.rooms.faces import FACE_NOT_KNOWN, FaceShowing
from openyibao.rooms.freezes import CREDENTIAL_FROZEN
from openyibao.rooms.presentation import rules, service, store, telling
from openyibao.rooms.presentation.finding import ScanKeys
from openyibao.rooms.presentation.records import FaceRequest, Presentation

FACE_SEEN_ELSEWHERE = reason(
    "face_seen_elsewhere",
    zh="这位参保人刚在另一处出示过",
    en="This person was known elsewhere a moment ago",
    next_zh="请半分钟后再试; 不是本人的, 请立即致电 12393",
    next_en="Try again in half a minute; if it was not them, call 12393 at once",
)


async def present_by_face(
    tx: Tx,
    clock: Clock,
    keys: ScanKeys,
    *,
    request: FaceRequest,
    refuse_institution: service.RefuseInstitution,
) -> Presentation | Refused:
    """Keep the showing and answer with a visit token. Refuses, in order: the institution's, face_not_known (no credential, or
    the template is gone), credential_suspended, _revoked, _frozen, face_seen_elsewhere.
    """  # noqa: D205 the list of reasons is the summary
    refused = refuse_institution(request.institution_id)
    if refused is not None:
        return refused
    kept = await faces.find_face(tx, bucket=request.bucket, person_id=request.person_id)
    credential = await find_credential(tx, bucket=request.bucket, person_id=request.person_id)
    if kept is None or kept.template_id != request.template_id or credential is None:
        return Refused(FACE_NOT_KNOWN)
    if credential.state == "suspended":
        return Refused(CREDENTIAL_SUSPENDED)
    if credential.state == "revoked":
        return Refused(CREDENTIAL_REVOKED)
    rows = await store.list_credentials(tx, [(request.bucket, credential.credential_id)])
    if rows[0]["frozen_at"] is not None:
        return Refused(CREDENTIAL_FROZEN)
    now, cell = clock.now(), credential.insured_cell or 0
    expires_at = (now + rules.token_lifetime(request.purpose)).replace(microsecond=0)
    # Under the credential's own id, as a document is shown; a step of half a minute holds one of them.
    name = (request.bucket, credential.credential_id, rules.step_of(now))
    draft = (
        *name, tx.ids.next(), credential.credential_id, request.person_id, cell, request.institution_id,
        request.terminal_code, request.operator_code, request.purpose.value, request.caller_key, keys.token_key_id,
        now, expires_at, None, request.proof.value,
    )  # fmt: skip
    places, fresh = await service.claim_steps(tx, {name: draft})
    place = places[name]
    if not fresh and not (rules.same_place(place, request) and place["card_kind"] == request.proof.value):
        return Refused(FACE_SEEN_ELSEWHERE)
    persons = {row["person_id"]: row for row in await store.list_persons(tx, [(request.bucket, request.person_id)])}
    credentials = {row["credential_id"]: row for row in rows}
    answer = service.answer_of(keys, place, credentials, persons, repeated=not fresh)
    if fresh:
        digest = sm3(answer.visit_token.encode())
        token = (
            request.bucket, digest, place["presentation_id"], cell, request.person_id, request.institution_id,
            request.terminal_code, request.purpose.value, now, expires_at, None, request.proof.value,
        )  # fmt: skip
        await store.insert_tokens(tx, [token])
        content = telling.content_of_presentation(draft, digest)
        service.note(tx, "scan_accepted", request.bucket, place["presentation_id"], request, content)
        await faces.note_showing(tx, _showing_of(request, place["presentation_id"], now))
    return answer


def _showing_of(request: FaceRequest, presentation_id: int, now: object) -> FaceShowing:
    fields = {name: getattr(request, name) for name in FaceShowing.__struct_fields__ if hasattr(request, name)}
    return FaceShowing(**fields, presentation_id=presentation_id, shown_at=now)  # type: ignore[arg-type]
