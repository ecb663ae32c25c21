"""A message in parts: the envelope as text, a file beside it (9101). 中文: 分段报文。"""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP

import msgspec

from openyibao.wire.national.envelope import Envelope, EnvelopeFaultError


class SentFile(msgspec.Struct, frozen=True):
    """A file that came as a part."""

    name: str
    content: bytes


def parted(content_type: str, content: bytes) -> tuple[bytes, SentFile | None]:
    """The envelope's JSON and the file; a message that is not in parts is its own envelope. Raises EnvelopeFaultError."""
    if not content_type.lower().startswith("multipart/"):
        return content, None
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + content)
    envelope: bytes | None = None
    found: SentFile | None = None
    for part in message.iter_parts():
        octets = part.get_payload(decode=True)
        if not isinstance(octets, bytes):
            continue
        name = part.get_filename()
        if name is not None or part.get_param("name", header="content-disposition") in ("file", "in"):
            found = SentFile(str(name or ""), octets)
        else:
            envelope = octets
    if envelope is None:
        raise EnvelopeFaultError("no jsonStr")
    return envelope, found


def with_file(envelope: Envelope, sent: SentFile) -> Envelope:
    """The envelope with the file where its node has it."""
    inner = envelope.input if isinstance(envelope.input, dict) else {}
    node = next((name for name, value in inner.items() if isinstance(value, dict)), "fsUploadIn")
    row = inner.get(node) or {}
    return msgspec.structs.replace(
        envelope,
        input={**inner, node: {**row, "in": sent.content, "filename": row.get("filename") or sent.name}},
    )
