"""What was told of rows before a column came must still be what they are held against: an upgrade alters nobody's row."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.rooms.activations import Agreement, Proof, StoredAgreement
from openyibao.rooms.activations.telling import content_of_agreement
from openyibao.rooms.credentials import Credential, CredentialState, StopGround
from openyibao.rooms.credentials.telling import content_of_credential

AT = datetime(2026, 11, 1, tzinfo=UTC)


class AgreementBefore(msgspec.Struct, frozen=True, kw_only=True):
    """The row as migration 8 made it."""

    bucket: int
    activation_id: int
    person_id: int
    agreement: Agreement
    channel_code: str
    proof: Proof
    agreed_at: datetime


class CredentialBefore(msgspec.Struct, frozen=True, kw_only=True):
    """The row as migration 7 made it."""

    bucket: int
    credential_id: int
    person_id: int | None
    state: CredentialState
    insured_cell: int | None
    insured_area: int | None
    statement: bytes
    statement_signature: bytes
    issuer_key_id: int
    status_index: int
    issued_at: datetime
    activated_at: datetime | None
    area_changes: int = 0
    supersedes: int | None = None
    superseded_by: int | None = None
    stop_ground: StopGround | None = None


def test_an_agreement_with_its_own_words_is_told_as_it_was() -> None:
    text = Agreement(version="2026-11", language="zh", text_digest=b"t" * 32)
    fields = {"bucket": 1, "activation_id": 2, "person_id": 3, "agreement": text, "channel_code": "wallet"}
    before = AgreementBefore(**fields, proof=Proof.live_face, agreed_at=AT)
    now = StoredAgreement(**fields, proof=Proof.live_face, agreed_at=AT)
    assert content_of_agreement(now) == sm3(msgspec.msgpack.encode(before))
    led = msgspec.structs.replace(now, consent_id=9)
    assert content_of_agreement(led) != content_of_agreement(msgspec.structs.replace(now, consent_id=8))


def test_a_credential_that_was_never_signed_anew_is_told_as_it_was() -> None:
    fields = {
        "bucket": 1,
        "credential_id": 2,
        "person_id": None,
        "state": CredentialState.issued,
        "insured_cell": None,
        "insured_area": 110000,
        "statement": b"{}",
        "statement_signature": b"s" * 64,
        "issuer_key_id": 4,
        "status_index": 5,
        "issued_at": AT,
        "activated_at": None,
    }
    before = sm3(msgspec.msgpack.encode((CredentialBefore(**fields), b"d" * 32)))
    now = Credential(**fields)
    assert content_of_credential(now, b"d" * 32) == before
    active = {"state": CredentialState.activated, "activated_at": AT, "activated_by": "a/b"}
    assert content_of_credential(msgspec.structs.replace(now, **active), b"d" * 32) == before
    assert content_of_credential(msgspec.structs.replace(now, signings=1), b"d" * 32) != before
