"""All that is held on a person, in one file: a page to read, and the same as data. The hand-out is itself a look. 中文: 个人信息下载。

Keeps: nothing; the file lies unnamed on the disk until it is sent. Promises: the look is kept first; names of tables are said as
people read them; rows go through memory by the stretch, however many there are; both parts are of one instant; what is
cut at a million rows of a table is said. Callers: the wallet, the agency's command.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

import msgspec

from openyibao.fronts.shared.looking import note_look
from openyibao.fronts.shared.pages import environment
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.words import Words, say
from openyibao.kit.clock import SHANGHAI
from openyibao.kit.db import Reading
from openyibao.rooms import rights
from openyibao.rooms.looks import LookerKind, LookKind, NewLook
from openyibao.rooms.rights import Held, Subject

HELD_WORDS = {
    "held_title": Words("平台所存的个人信息", "What is held on you"),
    "held_made": Words("生成于 {at}", "Made {at}"),
    "held_empty": Words("没有", "Nothing"),
    "held_cut": Words("只列出前 {most} 条", "Only the first {most} are listed"),
}
OPEN_MAX = 5
"""A table of so many rows lies open on the page."""
SENT_AT_ONCE = 64 * 1024


async def hand_out(
    platform: Platform, subject: Subject, *, language: str, looker_kind: LookerKind, looker: str, why: str
) -> IO[bytes]:
    """The zip with ``held.json`` and ``held.html``, as an open file at its beginning; whoever gets it closes it."""
    new = NewLook(
        bucket=subject.bucket,
        person_id=subject.person_id,
        kind=LookKind.everything_held,
        looker_kind=looker_kind,
        looker=looker,
        why=why,
    )
    await note_look(platform, new)
    whole = tempfile.TemporaryFile()  # noqa: SIM115 handed on open
    try:
        async with platform.readers.reading() as reading:
            with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
                counts = await _write_json(platform, reading, subject, packed)
                await _write_page(platform, reading, subject, packed, counts, language)
        whole.seek(0)
    except BaseException:
        whole.close()
        raise
    return whole


def chunks_of(whole: IO[bytes]) -> Iterator[bytes]:
    """An open file piece by piece; closed at its end."""
    with whole:
        while chunk := whole.read(SENT_AT_ONCE):
            yield chunk


def _entry(name: str) -> zipfile.ZipInfo:
    """A part whose date is that of the epoch, so that the same content is the same file."""
    made = zipfile.ZipInfo(name)
    made.compress_type = zipfile.ZIP_DEFLATED
    return made


async def _write_json(platform: Platform, reading: Reading, subject: Subject, packed: zipfile.ZipFile) -> Counter[str]:
    """The data; how many rows of each table."""
    counts: Counter[str] = Counter()
    with packed.open(_entry("held.json"), "w", force_zip64=True) as part:
        part.write(b'{"made_at":' + msgspec.json.encode(platform.clock.now()) + b',"held":[')
        async for one in rights.held_of(reading, platform.sealer, subject):
            if one.first:
                head = {"table": one.table, "zh": one.zh, "en": one.en}
                part.write((b"," if counts else b"") + msgspec.json.encode(head)[:-1] + b',"rows":[')
            for row in one.rows:
                part.write((b"," if counts[one.table] else b"") + msgspec.json.encode(row, order="sorted"))
                counts[one.table] += 1
            counts[one.table] += 0
            if one.last:
                part.write(b'],"cut":' + msgspec.json.encode(one.cut) + b"}")
        part.write(b"]}")
    return counts


async def _write_page(
    platform: Platform,
    reading: Reading,
    subject: Subject,
    packed: zipfile.ZipFile,
    counts: Counter[str],
    language: str,
) -> None:
    def spoken(key: str, **facts: object) -> str:
        return say(HELD_WORDS, language, key, **facts)

    def rendered(part: str, **facts: Any) -> bytes:
        template = environment().get_template("shared/held.html")
        return template.render(t=spoken, lang=language, part=part, **facts).encode()

    made = platform.clock.now().astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    with packed.open(_entry("held.html"), "w", force_zip64=True) as part:
        part.write(rendered("head", made=made))
        async for one in rights.held_of(reading, platform.sealer, subject):
            part.write(rendered("rows", **_shown(one, counts[one.table])))
        part.write(rendered("foot"))


def _shown(one: Held, count: int) -> dict[str, Any]:
    return {"one": one, "count": count, "opens": 0 < count <= OPEN_MAX}
