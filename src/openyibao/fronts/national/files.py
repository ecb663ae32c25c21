"""Files: 9101 sends one, 9102 fetches one. A zip of one text, UTF-8, tabs between columns, no head row, null for empty. 中文: 文件交换。"""

from __future__ import annotations

import asyncio
import io
import zipfile
from base64 import b64decode
from collections.abc import Iterable, Iterator
from typing import Any

from openyibao.fronts.national.calls import Answer, FileAnswer, WireCall, text
from openyibao.fronts.national.reasons import FIELD_WRONG, PAPER_UNKNOWN
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import exchange
from openyibao.rooms.exchange import ExchangeFile
from openyibao.wire.national.envelope import moment, node_of
from openyibao.wire.national.names import read_number

FILE_MAX = 49_000_000
"""Sealed it must stay below what the table takes."""
TEXT_MAX = 500_000_000
LINE_MAX = 4_000


async def keep(call: WireCall, name: str, content: bytes) -> ExchangeFile:
    """Keep a file of this institution."""

    async def run(tx: Tx) -> ExchangeFile:
        return await exchange.keep_file(
            tx,
            call.platform.clock,
            call.platform.sealer,
            institution_id=call.institution_id,
            name=name,
            content=content,
            message_no=call.envelope.message_no,
        )

    done: ExchangeFile = await call.platform.lane.submit("work", Work(run))
    return done


async def send(call: WireCall) -> Answer:
    """9101."""
    row = node_of(call.sent, "fsUploadIn", "dtIn", "data")
    content = octets_of(row.get("in"))
    if not content or len(content) > FILE_MAX:
        return Refused(FIELD_WRONG, {"field": "in"})
    name = text(row, "filename", 200) or f"{call.envelope.message_no}.zip"
    done = await keep(call, name, content)
    return {
        "file_qury_no": str(done.file_id),
        "filename": done.name,
        "fixmedins_code": call.institution.institution_code,
        "dld_endtime": moment(done.expires_at),
    }


def octets_of(value: Any) -> bytes:
    """A file as octets, as an array of (signed or unsigned) numbers, or as base64."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, list):
        try:
            return bytes(int(one) % 256 for one in value)
        except (TypeError, ValueError):
            return b""
    if isinstance(value, str):
        try:
            return b64decode(value, validate=False)
        except ValueError:
            return b""
    return b""


async def fetch(call: WireCall) -> Answer:
    """9102."""
    from openyibao.fronts.national.catalogues import catalogue_file  # noqa: PLC0415 it makes files by this module

    row = node_of(call.sent, "fsDownloadIn", "data")
    number = text(row, "file_qury_no", 40)
    made = await catalogue_file(call, number)
    if made is not None:
        return made
    async with call.platform.readers.reading() as reading:
        found = await exchange.find_file(
            reading, call.platform.sealer, institution_id=call.institution_id, file_id=read_number(number)
        )
    if found is None or found.expires_at <= call.platform.clock.now():
        return Refused(PAPER_UNKNOWN, {"name": number or "file_qury_no"})
    return FileAnswer(found.content, found.name)


def packed(name: str, rows: Iterable[Iterable[Any]]) -> bytes:
    """Rows as a zip of one text; only what is packed already lies in memory."""
    sink = io.BytesIO()
    with (
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(f"{name}.txt", "w", force_zip64=True) as member,
    ):
        for row in rows:
            member.write("\t".join(_cell(one) for one in row).encode() + b"\r\n")
    return sink.getvalue()


async def packed_aside(name: str, rows: Iterable[Iterable[Any]]) -> bytes:
    """The same in a thread: the loop goes on."""
    return await asyncio.to_thread(packed, name, rows)


def _cell(value: Any) -> str:
    if value is None:
        return "null"
    return str(value).replace("\t", " ").replace("\r", " ").replace("\n", " ")


def unpacked(content: bytes) -> Iterator[list[str]]:
    """The rows of a zip's first text, or of a text that isn't packed, line by line. Raises ValueError for what is neither."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile:
        yield from _rows(io.BytesIO(content))
        return
    with archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        if not members or members[0].file_size > TEXT_MAX:
            raise ValueError("no text in the zip, or one that is too long")
        with archive.open(members[0]) as member:
            yield from _rows(member)


def _rows(stream: Any) -> Iterator[list[str]]:
    while line := stream.readline(LINE_MAX + 1):
        if len(line) > LINE_MAX:
            raise ValueError("a line is too long")
        words = line.decode("utf-8-sig").rstrip("\r\n")
        if words:
            yield words.split("\t")
