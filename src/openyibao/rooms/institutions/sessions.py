"""Session keys agreed at sign-in: an institution proves itself by SM2, and gets a key for its messages. 中文: 机构签到与会话密钥。"""

from __future__ import annotations

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import KEY_CONFLICT, KeyedRequest, claim_keys
from openyibao.rooms.institutions import store
from openyibao.rooms.institutions.records import Institution, SessionKey
from openyibao.rooms.institutions.service import SESSION_KEY_LIFETIME, note_session_key, session_key_place

VERB = "sign_in"


async def agree_session(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    randomness: Randomness,
    *,
    institution: Institution,
    nonce: str,
    digest: bytes,
) -> SessionKey | Refused:
    """A session key for twelve hours; the same signed message again gets the same key, so that nobody gains by sending it twice.

    Earlier keys stay good until they expire. Reasons: key_conflict (the nonce was used for another message, or its key was ended).
    """
    asked = KeyedRequest(cell=0, institution_id=institution.institution_id, request_key=nonce, digest=digest)
    (claim,) = await claim_keys(tx, VERB, [asked], at=clock.now())
    place = session_key_place(claim.outcome_id)
    if not claim.fresh:
        row = await store.read_session_key(tx, claim.outcome_id) if claim.digest == digest else None
        if row is None:
            return Refused(KEY_CONFLICT, {"request_key": nonce})
        secret, expires_at = sealer.unseal(row["secret_sealed"], where=place), row["expires_at"]
    else:
        secret, expires_at = randomness.octets(32), clock.now() + SESSION_KEY_LIFETIME
        sealed = sealer.seal(secret, where=place)
        await store.write_session_keys(
            tx, [(claim.outcome_id, institution.institution_id, sealed, clock.now(), expires_at)]
        )
        note_session_key(tx, institution.institution_id, claim.outcome_id, actor=institution.institution_code)
    return SessionKey(
        session_key_id=claim.outcome_id,
        institution_id=institution.institution_id,
        secret=secret,
        expires_at=expires_at,
    )
