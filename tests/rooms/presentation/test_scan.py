from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from openyibao.kit.clock import FakeClock
from openyibao.kit.crypto import KeyPurpose, KeyRing, Sealer, Suite, make_data_key
from openyibao.kit.db import Tx
from openyibao.kit.ids import SeededRandomness
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, credentials, presentation
from openyibao.rooms.bindings import BindingKind
from openyibao.rooms.presentation import Presentation, Purpose, ScanKeys, ScanRequest

BUCKET, PERSON = 7, 1


class Desk:
    """A person with an activated credential, and the keys of a scanning process."""

    def __init__(self, tx: Tx, clock: FakeClock) -> None:
        made = [
            make_data_key(key_id=at, purpose=purpose, suite=Suite.national, made_on=clock.today())
            for at, purpose in enumerate(KeyPurpose, 1)
        ]
        self.tx, self.clock, self.ring = tx, clock, KeyRing(made, suite=Suite.national)
        self.sealer = Sealer(self.ring)
        self.keys = ScanKeys(self.ring, self.sealer, issuer="900")

    async def activate(self) -> None:
        await self.tx.execute(
            "insert into persons (bucket, person_id, name, document_type, document_sealed, document_digest, sex, "
            "birth_on, registered_at) values ($1, $2, '张三', 'identity_card', $3, $4, 'male', $5, $6)",
            BUCKET, PERSON, self.sealer.seal(b"110", where=f"persons.document_sealed:{PERSON}"), b"d",
            date(1990, 1, 1), self.clock.now(),
        )  # fmt: skip
        person = credentials.PersonToIssue(
            bucket=BUCKET, person_id=PERSON, name="张三", document_type="identity_card", document_number="110",
            insured_cell=3, insured_area=110000,
        )  # fmt: skip
        signer = self.ring.signer(KeyPurpose.issuer)
        issued = await credentials.issue(
            self.tx, self.clock, self.sealer, signer, persons=[person, person], issuer_key_id=4
        )
        assert issued[0] == issued[1]
        random = SeededRandomness(1)
        done = await bindings.bind(
            self.tx, self.clock, self.sealer, random, bucket=BUCKET, person_id=PERSON, default_province=11,
            kind=BindingKind.own, channel_code="web", device_name="phone",
        )  # fmt: skip
        assert not isinstance(done, Refused)
        self.binding = done.binding

    def show(self, purpose: Purpose | None = None) -> str:
        key = bindings.day_keys(self.sealer, self.keys.aliases, self.clock, self.binding)[0]
        step = presentation.step_of(self.clock.now())
        return presentation.mint(key, issuer="900", province=11, step=step, purpose=purpose)

    async def scan(self, code: str, *terminals: str) -> list[Any]:
        requests = [
            ScanRequest(code=code, institution_id=5, terminal_code=name, operator_code="", purpose=Purpose.settlement)
            for name in terminals
        ]
        return await presentation.scan(
            self.tx, self.clock, self.keys, requests=requests, refuse_institution=lambda _: None
        )


@pytest.fixture
async def desk(tx: Tx, clock: FakeClock) -> Desk:
    made = Desk(tx, clock)
    await made.activate()
    return made


async def test_a_code_shown_twice_is_refused_elsewhere_and_answered_equal_here(desk: Desk):
    code = desk.show()
    first, other, again = await desk.scan(code, "a", "b", "a")
    assert isinstance(first, Presentation)
    assert other.code == "code_already_used"
    assert again.repeated
    assert again.visit_token == first.visit_token
    assert (await desk.scan(code, "a", "b")) == [again, other]


async def test_unbinding_kills_the_codes_at_once(desk: Desk):
    code, binding = desk.show(), desk.binding
    await bindings.unbind(desk.tx, desk.clock, bucket=BUCKET, binding_id=binding.binding_id, actor="person")
    assert (await desk.scan(code, "a"))[0].code == "code_not_valid"


@pytest.mark.parametrize(
    ("move", "expected"),
    [(credentials.suspend, "credential_suspended"), (credentials.revoke, "credential_revoked")],
)
async def test_a_stopped_credential_is_refused(desk: Desk, move: Callable[..., Any], expected: str):
    await move(desk.tx, desk.clock, bucket=BUCKET, person_id=PERSON, actor="agency")
    assert (await desk.scan(desk.show(), "a"))[0].code == expected
    assert (await desk.scan(desk.show(Purpose.registration), "a"))[0].code == "purpose_not_allowed"


async def test_a_visit_token_holds_half_an_hour_at_its_institution(desk: Desk):
    token = (await desk.scan(desk.show(), "a"))[0].visit_token
    assert len(token) == 40
    asked = [(token, 5), (token, 6), ("unknown", 5)]
    mine, other, unknown = await presentation.read_tokens(desk.tx, desk.clock, tokens=asked)
    assert not isinstance(mine, Refused)
    assert [getattr(other, "code", ""), getattr(unknown, "code", "")] == [
        "visit_token_other_institution", "visit_token_unknown",
    ]  # fmt: skip
    desk.clock.move(timedelta(minutes=30))
    (late,) = await presentation.read_tokens(desk.tx, desk.clock, tokens=[(token, 5)])
    assert getattr(late, "code", "") == "visit_token_expired"
