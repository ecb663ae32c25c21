"""What a binding carries and what ends it; one credential for each identity, whatever its name looks like."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from openyibao.kit.clock import FakeClock
from openyibao.kit.crypto import KeyPurpose, KeyRing, Sealer, Suite, make_data_key
from openyibao.kit.db import Tx
from openyibao.kit.ids import SeededRandomness
from openyibao.rooms import bindings, credentials
from openyibao.rooms.bindings import BindingKind, Bound
from openyibao.rooms.credentials import PersonToIssue, rules

BUCKET, PERSON = 7, 1
TIANJIN, SHANGHAI = 12, 310000


def person(**changes: Any) -> PersonToIssue:
    fields = {
        "bucket": BUCKET,
        "person_id": PERSON,
        "name": "张三",
        "document_type": "identity_card",
        "document_number": "110",
        "insured_cell": 3,
        "insured_area": SHANGHAI,
    }
    return PersonToIssue(**{**fields, **changes})


class Window:
    """One registered person, and who may issue and bind."""

    def __init__(self, tx: Tx, clock: FakeClock) -> None:
        made = [
            make_data_key(key_id=at, purpose=purpose, suite=Suite.national, made_on=clock.today())
            for at, purpose in enumerate(KeyPurpose, 1)
        ]
        self.tx, self.clock, self.ring = tx, clock, KeyRing(made, suite=Suite.national)
        self.sealer, self.random = Sealer(self.ring), SeededRandomness(1)

    async def register(self) -> None:
        await self.tx.execute(
            "insert into persons (bucket, person_id, name, document_type, document_sealed, document_digest, sex, "
            "birth_on, registered_at) values ($1, $2, '张三', 'identity_card', '', 'd', 'male', $3, $4)",
            BUCKET,
            PERSON,
            date(1990, 1, 1),
            self.clock.now(),
        )

    async def issue(self, *persons: PersonToIssue) -> list[Any]:
        signer = self.ring.signer(KeyPurpose.issuer)
        return await credentials.issue(
            self.tx, self.clock, self.sealer, signer, persons=persons or [person()], issuer_key_id=4
        )

    async def bind(self, kind: BindingKind = BindingKind.own) -> Bound:
        bound = await bindings.bind(
            self.tx,
            self.clock,
            self.sealer,
            self.random,
            bucket=BUCKET,
            person_id=PERSON,
            default_province=TIANJIN,
            kind=kind,
            channel_code="test",
            device_name="phone",
        )
        assert isinstance(bound, Bound)
        return bound


@pytest.fixture
async def window(tx: Tx, clock: FakeClock) -> Window:
    made = Window(tx, clock)
    await made.register()
    return made


async def test_unbinding_one_of_two_ends_its_session_and_leaves_the_other(window: Window) -> None:
    await window.issue()
    first = await window.bind()
    window.clock.move(timedelta(minutes=1))
    second = await window.bind()
    assert first.session_secret != second.session_secret
    ended = first.binding.binding_id
    await bindings.unbind(window.tx, window.clock, bucket=BUCKET, binding_id=ended, actor="person")
    sessions = [first.session_secret, second.session_secret]
    found = [
        await bindings.find_session(window.tx, window.sealer, bucket=BUCKET, session_secret=one) for one in sessions
    ]
    assert found == [None, second.binding]
    again = await bindings.unbind(window.tx, window.clock, bucket=BUCKET, binding_id=ended, actor="person")
    assert getattr(again, "code", "") == "binding_unknown"


async def test_a_binding_that_waited_for_another_one_is_no_fault(window: Window) -> None:
    await window.issue()
    await window.bind()
    window.clock.set(window.clock.now() - timedelta(seconds=1))
    await window.bind()
    expected = [one async for some in credentials.expected_of_credentials(window.tx, most=10) for one in some]
    assert all(one.stands for one in expected)
    await window.tx.execute("update credentials set activated_at = activated_at + interval '1 second'")
    expected = [one async for some in credentials.expected_of_credentials(window.tx, most=10) for one in some]
    assert not all(one.stands for one in expected)


async def test_a_session_is_looked_up_by_an_index(window: Window) -> None:
    rows = await window.tx.fetch("select indexdef from pg_indexes where tablename = 'bindings'")
    assert any("(bucket, session_digest)" in row[0] for row in rows)


@pytest.mark.parametrize("kind", [BindingKind.own, BindingKind.family])
@pytest.mark.parametrize(("area", "province"), [(SHANGHAI, 31), (659901, 65), (None, TIANJIN)])
async def test_a_code_names_the_province_of_the_insured_area(
    window: Window, area: int | None, province: int, kind: BindingKind
) -> None:
    await window.issue(person(insured_area=area))
    assert (await window.bind(kind)).binding.province == province


def test_no_name_reads_like_another_persons_name_and_document() -> None:
    persons = [
        person(name="张三|identity_card", document_type="passport", document_number="1"),
        person(name="张三", document_type="identity_card|passport", document_number="1"),
        person(name="张三", document_type="identity_card", document_number="passport|1"),
        person(name='张三","identity_card', document_type="passport", document_number="1"),
        person(name="张三", document_type='identity_card","passport', document_number="1"),
    ]
    assert len({rules.identity_text(one) for one in persons}) == len(persons)
    assert rules.identity_text(person(document_number="11x")) == rules.identity_text(person(document_number="11X"))


async def test_two_names_with_bars_get_two_credentials_and_one_identity_gets_one(window: Window) -> None:
    made = await window.issue(
        person(name="A|B", document_type="C"),
        person(name="A", document_type="B|C"),
        person(name="A|B", document_type="C"),
    )
    assert made[0] == made[2]
    assert made[0].credential_id != made[1].credential_id
