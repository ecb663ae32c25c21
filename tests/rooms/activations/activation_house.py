"""One registered person or more, whoever wants to be them, and everything an activation takes."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from openyibao.kit.clock import FakeClock
from openyibao.kit.crypto import KeyPurpose, KeyRing, Sealer, Suite, make_data_key
from openyibao.kit.db import Tx
from openyibao.kit.ids import SeededRandomness
from openyibao.kit.outcome import Refused
from openyibao.rooms import activations, credentials, people
from openyibao.rooms.activations import (
    CHANNEL_RULES,
    ActivationKey,
    Agreement,
    BindingTerms,
    OfficerLook,
    Origin,
    Verdict,
)
from openyibao.rooms.credentials import PersonToIssue
from openyibao.rooms.people import DocumentType, NewPerson, Sex

TIANJIN, SHANGHAI = 12, 310000
AGREEMENT = Agreement(version="1", language="zh", text_digest=b"t" * 32)
PASSWORD = "507294"


class House:
    """Verbs with what they all need filled in. ``holder`` is the secret of the device that asks."""

    def __init__(self, tx: Tx, clock: FakeClock) -> None:
        made = [
            make_data_key(key_id=at, purpose=purpose, suite=Suite.national, made_on=clock.today())
            for at, purpose in enumerate(KeyPurpose, 1)
        ]
        self.tx, self.clock, self.ring = tx, clock, KeyRing(made, suite=Suite.national)
        self.sealer, self.random = Sealer(self.ring), SeededRandomness(1)
        self.terms = BindingTerms(randomness=self.random, default_province=TIANJIN)
        self.env = (tx, clock, self.sealer)

    async def register(self, name: str, number: str, phone: str | None = None) -> tuple[int, int]:
        new = NewPerson(
            name=name,
            document_type=DocumentType.identity_card,
            document_number=number,
            phone=phone,
            sex=Sex.male,
            birth_on=date(int(number[6:10]), int(number[10:12]), int(number[12:14])),
        )
        (made,) = await people.register_persons(self.tx, self.clock, self.sealer, persons=[new], actor="t")
        assert not isinstance(made, Refused)
        await self.issue(made.bucket, made.person_id, name, number)
        return made.bucket, made.person_id

    async def issue(self, bucket: int, person_id: int, name: str, number: str) -> None:
        person = PersonToIssue(
            bucket=bucket,
            person_id=person_id,
            name=name,
            document_type="identity_card",
            document_number=number,
            insured_cell=3,
            insured_area=SHANGHAI,
        )
        signer = self.ring.signer(KeyPurpose.issuer)
        await credentials.issue(self.tx, self.clock, self.sealer, signer, persons=[person], issuer_key_id=4)

    async def begin(self, holder: str = "phone-1", kind: str = "government_app", code: str = "wallet") -> ActivationKey:
        begun = await activations.begin(
            *self.env, self.random, channel=CHANNEL_RULES[kind], channel_code=code, device_name="phone", holder=holder
        )
        return ActivationKey(bucket=begun.bucket, activation_id=begun.activation_id, holder=holder)

    async def agree(self, key: ActivationKey) -> Any:
        return await activations.agree(*self.env, key=key, agreement=AGREEMENT)

    async def name(
        self,
        key: ActivationKey,
        name: str,
        number: str,
        *,
        kind: str = "government_app",
        phone: str | None = None,
        origin: Origin | None = None,
    ) -> Any:
        return await activations.name_person(
            *self.env,
            key=key,
            channel=CHANNEL_RULES[kind],
            origin=origin or Origin(device=key.holder, address="192.0.2.1", channel_code="wallet"),
            document_type=DocumentType.identity_card,
            document_number=number,
            name=name,
            phone=phone,
        )

    async def reference(self, key: ActivationKey) -> str:
        found = await activations.find_under_way(*self.env, key=key)
        assert not isinstance(found, Refused), found
        return found.reference

    async def face(self, key: ActivationKey, *, kind: str = "government_app", **changes: Any) -> Any:
        reference = changes.pop("reference", None) or await self.reference(key)
        fields = {"alive": True, "same": True, "provider": "t", "stand_in": True, "evidence_digest": b"e" * 32}
        verdict = Verdict(reference=reference, challenge_id="c", **{**fields, **changes})
        return await activations.prove_by_face(*self.env, key=key, channel=CHANNEL_RULES[kind], verdict=verdict)

    async def officer(self, key: ActivationKey, *, kind: str = "counter", officer: str = "5:op1") -> Any:
        look = OfficerLook(officer=officer, document_kind="identity_card")
        return await activations.prove_by_officer(*self.env, key=key, channel=CHANNEL_RULES[kind], look=look)

    async def approve(self, key: ActivationKey, approver: str, *, code: str = "counter:5", agreed: bool = True) -> Any:
        return await activations.approve(
            self.tx,
            self.clock,
            bucket=key.bucket,
            activation_id=key.activation_id,
            channel_code=code,
            approver=approver,
            agreed=agreed,
        )

    async def send_code(self, key: ActivationKey) -> Any:
        return await activations.send_code(*self.env, self.random, key=key, channel=CHANNEL_RULES["institution"])

    async def last_code(self) -> str:
        row = await self.tx.fetchrow("select message_id, content_sealed from outbox order by message_id desc limit 1")
        text = self.sealer.unseal(row[1], where=f"outbox.content_sealed:{row[0]}").decode()
        found = re.search(r"验证码为 (\d{6})", text)
        assert found
        return found.group(1)

    async def code(self, key: ActivationKey, code: str, *, kind: str = "institution") -> Any:
        return await activations.prove_by_code(*self.env, key=key, channel=CHANNEL_RULES[kind], code=code)

    async def confirm(self, key: ActivationKey, cell: int | None = None, area: int | None = None) -> Any:
        return await activations.confirm(*self.env, key=key, terms=self.terms, insured_cell=cell, insured_area=area)

    async def password(self, key: ActivationKey, password: str = PASSWORD) -> Any:
        hashed = activations.hash_password(password, salt=b"s" * 16, cost=4)
        return await activations.choose_password(*self.env, key=key, terms=self.terms, password=password, hashed=hashed)

    async def credential(self, person: tuple[int, int]) -> Any:
        return await credentials.find_credential(self.tx, bucket=person[0], person_id=person[1])


def reason_of(answer: Any) -> str:
    return answer.code if isinstance(answer, Refused) else "done"


def number_of(serial: int, birth: str = "19900101") -> str:
    """A made-up ID number with a valid check digit in an area that was never issued."""
    first = f"999999{birth}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first + "10X98765432"[sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11]
