"""The liveness provider's contract: signed both ways, bound to its activation, and no stand-in where people are real."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest

from openyibao import running
from openyibao.fronts.shared.agreements import CURRENT_VERSION, agreement_text, find_agreement
from openyibao.kit.clock import FakeClock
from openyibao.kit.outcome import Refused
from openyibao.sandbox.faces import FacesStandIn
from openyibao.settings import Settings, SettingsFault, require_sound
from openyibao.wire import faces
from openyibao.wire.faces import ANSWERED, ASKED, RemoteLiveness, sign_faces

SECRET, REFERENCE = "s" * 32, "a" * 32


@asynccontextmanager
async def asked_of(application: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Questions go to this application instead of over the network."""
    real = httpx.AsyncClient

    def client(**given: Any) -> httpx.AsyncClient:
        return real(transport=httpx.ASGITransport(application), **given)

    with monkeypatch.context() as patch:
        patch.setattr(faces.httpx, "AsyncClient", client)
        yield


def liveness(clock: FakeClock, secret: str = SECRET, *, stand_in_allowed: bool = True) -> RemoteLiveness:
    return RemoteLiveness("http://faces", secret, clock, stand_in_allowed=stand_in_allowed)


async def test_a_verdict_names_the_activation_its_challenge_was_given_for(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asked_of(FacesStandIn(SECRET), monkeypatch):
        provider = liveness(clock)
        challenge = await provider.begin(reference=REFERENCE, person="p" * 32)
        assert challenge is not None
        verdict = await provider.answer(reference="b" * 32, challenge_id=challenge.challenge_id, capture=b"")
        assert verdict is not None
        assert (verdict.reference, verdict.alive, verdict.same, verdict.stand_in) == (REFERENCE, True, True, True)
        again = await provider.answer(reference=REFERENCE, challenge_id=challenge.challenge_id, capture=b"")
        assert again is not None
        assert not again.alive


async def test_a_stand_ins_verdict_counts_for_nothing_unless_it_is_allowed(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asked_of(FacesStandIn(SECRET), monkeypatch):
        provider = liveness(clock, stand_in_allowed=False)
        challenge = await provider.begin(reference=REFERENCE, person="p" * 32)
        assert challenge is not None
        assert await provider.answer(reference=REFERENCE, challenge_id=challenge.challenge_id, capture=b"") is None


async def test_another_secret_is_no_answer_and_a_fault_is_none_either(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asked_of(FacesStandIn(SECRET), monkeypatch):
        assert await liveness(clock, "t" * 32).begin(reference=REFERENCE, person="p" * 32) is None
    async with asked_of(FacesStandIn(SECRET, fault_every=1), monkeypatch):
        assert await liveness(clock).begin(reference=REFERENCE, person="p" * 32) is None


@pytest.mark.parametrize("direction", [ANSWERED, ASKED])
async def test_an_answer_that_is_not_signed_as_an_answer_counts_for_nothing(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch, direction: bytes
) -> None:
    body = msgspec.json.encode({"challenge_id": "c" * 32, "actions": ["blink"]})

    async def forged(scope: Any, receive: Any, send: Any) -> None:
        signature = sign_faces(SECRET if direction == ASKED else "f" * 32, direction, body).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-signature", signature)]})
        await send({"type": "http.response.body", "body": body})

    async with asked_of(forged, monkeypatch):
        assert await liveness(clock).begin(reference=REFERENCE, person="p" * 32) is None


def test_nobody_is_served_with_a_stand_in_outside_of_a_demonstration(tmp_path: Any) -> None:
    require_sound(Settings(faces_stand_in=True, demo=True))
    unsound = Settings(faces_stand_in=True, key_file=tmp_path / "key", database_url="postgresql://nowhere")
    with pytest.raises(SettingsFault, match="FACES_STAND_IN"):
        require_sound(unsound)
    assert running.serve(unsound) == 2


def test_a_version_in_force_is_there_in_both_languages() -> None:
    for language in ("zh", "en"):
        agreement = find_agreement(CURRENT_VERSION, language)
        assert not isinstance(agreement, Refused)
        assert agreement_text(CURRENT_VERSION, language)


def test_a_version_that_was_never_written_is_refused() -> None:
    refused = find_agreement("1999-01", "zh")
    assert isinstance(refused, Refused)
    assert refused.code == "agreement_unknown"
