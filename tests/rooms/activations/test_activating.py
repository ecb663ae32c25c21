"""Activation as a stranger and as its owner meet it: codes that run out, expire, come too often; a second device."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from openyibao.kit.clock import FakeClock
from openyibao.kit.crypto import KeyPurpose, KeyRing, Sealer, Suite, make_data_key
from openyibao.kit.db import Tx
from openyibao.kit.ids import SeededRandomness
from openyibao.kit.outcome import Refused
from openyibao.rooms import activations, bindings, credentials
from openyibao.rooms.activations import Activation
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
    """One registered person, and who may issue, send codes and bind."""

    def __init__(self, tx: Tx, clock: FakeClock) -> None:
        made = [
            make_data_key(key_id=at, purpose=purpose, suite=Suite.national, made_on=clock.today())
            for at, purpose in enumerate(KeyPurpose, 1)
        ]
        self.tx, self.clock, self.ring = tx, clock, KeyRing(made, suite=Suite.national)
        self.sealer, self.random = Sealer(self.ring), SeededRandomness(1)
        self.codes: list[str] = []

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

    async def start(self) -> Activation | Refused:
        started = await activations.start_activation(
            self.tx,
            self.clock,
            self.sealer,
            self.random,
            bucket=BUCKET,
            person_id=PERSON,
            phone="13800000000",
            consent_version="2026-11",
            channel_code="wallet",
            device_name="phone",
        )
        row = await self.tx.fetchrow("select message_id, content_sealed from outbox order by message_id desc limit 1")
        if row is not None:
            text = self.sealer.unseal(row[1], where=f"outbox.content_sealed:{row[0]}").decode()
            found = re.search(r"验证码为 (\d{6})", text)
            assert found
            self.codes.append(found.group(1))
        return started

    async def complete(self, activation: Activation, code: str) -> Bound | Refused:
        return await activations.complete_activation(
            self.tx,
            self.clock,
            self.sealer,
            self.random,
            bucket=BUCKET,
            activation_id=activation.activation_id,
            code=code,
            default_province=TIANJIN,
        )

    async def activate(self) -> Bound:
        started = await self.start()
        assert isinstance(started, Activation)
        done = await self.complete(started, self.codes[-1])
        assert isinstance(done, Bound)
        return done

    async def state(self) -> Any:
        return await credentials.find_credential(self.tx, bucket=BUCKET, person_id=PERSON)


@pytest.fixture
async def window(tx: Tx, clock: FakeClock) -> Window:
    made = Window(tx, clock)
    await made.register()
    return made


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def test_after_five_wrong_codes_the_right_one_opens_nothing(window: Window) -> None:
    await window.issue()
    started = await window.start()
    assert isinstance(started, Activation)
    for left in (4, 3, 2, 1, 0):
        refused = await window.complete(started, wrong(window.codes[-1]))
        assert isinstance(refused, Refused)
        assert (refused.code, refused.facts) == ("activation_code_wrong", {"attempts_left": left})
    refused = await window.complete(started, window.codes[-1])
    assert getattr(refused, "code", "") == "activation_unknown"
    assert (await window.state()).state == "issued"


async def test_a_wrong_code_before_the_right_one_does_no_harm(window: Window) -> None:
    await window.issue()
    started = await window.start()
    assert isinstance(started, Activation)
    assert isinstance(await window.complete(started, wrong(window.codes[-1])), Refused)
    assert isinstance(await window.complete(started, window.codes[-1]), Bound)
    again = await window.complete(started, window.codes[-1])
    assert getattr(again, "code", "") == "activation_unknown"


async def test_a_code_lives_five_minutes(window: Window) -> None:
    await window.issue()
    first, second = await window.start(), await window.start()
    assert isinstance(first, Activation)
    assert isinstance(second, Activation)
    window.clock.move(timedelta(minutes=5, microseconds=-1))
    assert isinstance(await window.complete(first, window.codes[0]), Bound)
    window.clock.move(timedelta(microseconds=1))
    late = await window.complete(second, window.codes[1])
    assert getattr(late, "code", "") == "activation_expired"


async def test_five_codes_an_hour_and_then_none_until_the_first_is_an_hour_old(window: Window) -> None:
    await window.issue()
    for _ in range(5):
        assert isinstance(await window.start(), Activation)
        window.clock.move(timedelta(minutes=1))
    refused = await window.start()
    assert getattr(refused, "code", "") == "activation_too_often"
    window.clock.move(timedelta(minutes=55))
    assert isinstance(await window.start(), Activation)
    refused = await window.start()
    assert getattr(refused, "code", "") == "activation_too_often"


async def test_nobody_activates_what_was_not_issued(window: Window) -> None:
    refused = await window.start()
    assert getattr(refused, "code", "") == "credential_unknown"


@pytest.mark.parametrize(
    ("move", "expected"),
    [(credentials.suspend, "credential_suspended"), (credentials.revoke, "credential_revoked")],
)
async def test_a_stopped_credential_gets_no_code_and_no_binding(
    window: Window, move: Callable[..., Any], expected: str
) -> None:
    await window.issue()
    started = await window.start()
    assert isinstance(started, Activation)
    await move(window.tx, window.clock, bucket=BUCKET, person_id=PERSON, actor="agency")
    assert getattr(await window.start(), "code", "") == expected
    assert getattr(await window.complete(started, window.codes[0]), "code", "") == expected


async def test_a_second_device_of_ones_own_is_another_binding_of_the_same_credential(window: Window) -> None:
    await window.issue()
    first = await window.activate()
    activated_at = (await window.state()).activated_at
    window.clock.move(timedelta(minutes=1))
    second = await window.activate()
    credential = await window.state()
    assert (credential.state, credential.activated_at) == ("activated", activated_at)
    assert first.binding.credential_id == second.binding.credential_id
    assert first.binding.serial != second.binding.serial
    assert first.session_secret != second.session_secret

    async def shown() -> list[int]:
        found = await bindings.list_bindings(window.tx, bucket=BUCKET, credential_id=credential.credential_id)
        return [one.binding_id for one in found]

    assert await shown() == [first.binding.binding_id, second.binding.binding_id]
    ended = first.binding.binding_id
    await bindings.unbind(window.tx, window.clock, bucket=BUCKET, binding_id=ended, actor="person")
    assert await shown() == [second.binding.binding_id]
    sessions = [first.session_secret, second.session_secret]
    found = [
        await bindings.find_session(window.tx, window.sealer, bucket=BUCKET, session_secret=one) for one in sessions
    ]
    assert found == [None, second.binding]
    again = await bindings.unbind(window.tx, window.clock, bucket=BUCKET, binding_id=ended, actor="person")
    assert getattr(again, "code", "") == "binding_unknown"


async def test_a_binding_that_waited_for_another_one_is_no_fault(window: Window) -> None:
    await window.issue()
    await window.activate()
    window.clock.set(window.clock.now() - timedelta(seconds=1))
    await window.activate()
    expected = [one async for some in credentials.expected_of_credentials(window.tx, most=10) for one in some]
    assert [one.stands for one in expected] == [True]
    await window.tx.execute("update credentials set activated_at = activated_at + interval '1 second'")
    expected = [one async for some in credentials.expected_of_credentials(window.tx, most=10) for one in some]
    assert [one.stands for one in expected] == [False]


async def test_a_session_is_looked_up_by_an_index(window: Window) -> None:
    rows = await window.tx.fetch("select indexdef from pg_indexes where tablename = 'bindings'")
    assert any("(bucket, session_digest)" in row[0] for row in rows)


@pytest.mark.parametrize(("area", "province"), [(SHANGHAI, 31), (659901, 65), (None, TIANJIN)])
async def test_a_code_names_the_province_of_the_insured_area(window: Window, area: int | None, province: int) -> None:
    await window.issue(person(insured_area=area))
    assert (await window.activate()).binding.province == province
    bound = await bindings.bind(
        window.tx,
        window.clock,
        window.sealer,
        window.random,
        bucket=BUCKET,
        person_id=PERSON,
        default_province=TIANJIN,
        kind=BindingKind.family,
        channel_code="test",
        device_name="phone",
    )
    assert isinstance(bound, Bound)
    assert bound.binding.province == province


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
