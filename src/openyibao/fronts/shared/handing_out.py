"""All that is held on a person, in one file: a page to read, and the same as data. The hand-out is itself a look. 中文: 个人信息下载。

Keeps: nothing. Promises: the look is kept first; names of tables are said as people read them; at most five thousand rows of a
table, what is cut is said. Callers: the wallet, the agency's command.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import msgspec

from openyibao.fronts.shared.looking import note_look
from openyibao.fronts.shared.pages import environment
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.words import Words, say
from openyibao.kit.clock import SHANGHAI
from openyibao.rooms import rights
from openyibao.rooms.looks import LookerKind, LookKind, NewLook
from openyibao.rooms.rights import Held, Subject

HELD_WORDS = {
    "held_title": Words("平台所存的个人信息", "What is held on you"),
    "held_made": Words("生成于 {at}", "Made {at}"),
    "held_empty": Words("没有", "Nothing"),
    "held_cut": Words("只列出前 {most} 条", "Only the first {most} are listed"),
}


async def hand_out(
    platform: Platform, subject: Subject, *, language: str, looker_kind: LookerKind, looker: str, why: str
) -> bytes:
    """The zip with ``held.html`` and ``held.json``."""
    new = NewLook(
        bucket=subject.bucket,
        person_id=subject.person_id,
        kind=LookKind.everything_held,
        looker_kind=looker_kind,
        looker=looker,
        why=why,
    )
    await note_look(platform, new)
    async with platform.readers.reading() as reading:
        held = await rights.held_of(reading, platform.sealer, subject)
    at = platform.clock.now()
    content = {
        "made_at": at,
        "held": [{"table": one.table, "zh": one.zh, "en": one.en, "cut": one.cut, "rows": one.rows} for one in held],
    }
    return _zip(
        {"held.html": _page(held, language, at).encode(), "held.json": msgspec.json.encode(content, order="sorted")}
    )


def _page(held: list[Held], language: str, at: Any) -> str:
    def spoken(key: str, **facts: object) -> str:
        return say(HELD_WORDS, language, key, **facts)

    made = at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return environment().get_template("shared/held.html").render(t=spoken, lang=language, held=held, made=made)


def _zip(files: dict[str, bytes]) -> bytes:
    """Files in one zip; its own dates are those of the epoch, so that the same content is the same file."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, octets in files.items():
            packed.writestr(zipfile.ZipInfo(name), octets, zipfile.ZIP_DEFLATED)
    return whole.getvalue()
