"""Settings of a process, read from the environment once. Every field is documented in docs/operations.md. 中文: 设置。"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

PREFIX = "OPENYIBAO_"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One field, one environment variable: ``OPENYIBAO_`` and the name in capitals."""

    database_url: str = ""
    """Empty: the embedded server of ``data_directory``."""
    data_directory: Path | None = None
    key_file: Path | None = None
    """The master key (0600). ``serve`` refuses to invent one; the demonstration makes one."""
    host: str = "127.0.0.1"
    port: int = 8085
    workers: int = 1
    carriers: int = 2
    queue_max: int = 2048
    lookups_per_minute: int = 60
    """Packs that one address may look up in a minute, in each process."""
    channel_window_seconds: int = 300
    """By how much the time of a channel's message may differ from ours."""
    issuer: str = "900"
    """The three digits that begin every code; the national 424 belongs to the nation."""
    province: int = 11
    """The two digits of the province in the codes of credentials that lead to no insured area; 11 is Beijing."""
    key_refresh_seconds: int = 30
    """How often a process looks whether the issuer's keys changed: by so much later does it sign with a new one."""
    bindings_max: int = 20
    """How many devices and channels a credential may be bound to at once."""
    days_offline: int = 7
    """For so many days, today included, a phone gets keys to show codes without a network."""
    suite: str = "national"
    sms_url: str = ""
    """Where text messages are handed in; empty: they stay in the outbox."""
    sms_secret: str = ""
    faces_url: str = ""
    """Who tells a living face from a picture; empty: nobody activates by face, only at a counter."""
    faces_secret: str = ""
    faces_stand_in: bool = False
    """Let a stand-in that looks at nothing answer for the liveness provider. Only together with ``demo``."""
    faces_worker: bool = False
    """Run the face component of this machine (the extra ``face``) in a process of its own. Answers for the liveness provider too
    where ``faces_url`` names none."""
    faces_filing: str = ""
    """The number under which the authority was told of more than 100,000 stored faces; empty: no more are taken then."""
    demo: bool = False
    """Shows made-up sign-ins on the pages. Never where real people are served."""


class SettingsFault(Exception):  # noqa: N818 the settings are at fault, not the program
    """Settings under which nobody may be served."""


def has_face_extra() -> bool:
    """Whether the packages of the extra ``face`` are installed."""
    return all(importlib.util.find_spec(name) for name in ("cv2", "dlib", "face_recognition_models", "numpy"))


def require_sound(settings: Settings) -> None:
    """Raise SettingsFault for settings that would let a stand-in decide about real people, or that can't be kept."""
    if settings.faces_worker and not has_face_extra():
        raise SettingsFault("OPENYIBAO_FACES_WORKER needs the extra `face`: pip install 'openyibao[face]'")
    if settings.faces_stand_in and not settings.demo:
        raise SettingsFault(
            "OPENYIBAO_FACES_STAND_IN lets a stand-in say who is alive; it may only be set with OPENYIBAO_DEMO"
        )


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the environment. Raises msgspec.ValidationError naming the variable's field."""
    given = os.environ if environment is None else environment
    raw = {
        name: given[PREFIX + name.upper()] for name in Settings.__struct_fields__ if given.get(PREFIX + name.upper())
    }
    return msgspec.convert(raw, Settings, strict=False, dec_hook=lambda kind, value: kind(value))


def process_environment(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of this process with additions: for a child."""
    return {**os.environ, **more}


def worker_environment(settings: Settings) -> dict[str, str]:
    """What a worker process beside the service needs: where the keys are, and no secret of anybody else's."""
    told = {"database_url": settings.database_url, "key_file": settings.key_file, "suite": settings.suite}
    kept = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "SANDBOX_"))}
    return {**kept, **{PREFIX + name.upper(): str(value) for name, value in told.items() if value}}


def adopt(more: Mapping[str, str]) -> None:
    """Put settings into this process's environment, where its own workers will read them."""
    os.environ.update(more)


def sandbox_setting(name: str, default: str = "") -> str:
    """A setting of a sandbox application: ``SANDBOX_`` and its name."""
    return os.environ.get("SANDBOX_" + name, default)
