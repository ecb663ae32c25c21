"""Sending and what came of it: one ``Exchange`` a request, kept whole for the report. 中文: 收发。

Limits: a reply is read up to 8 MB (a downloaded file up to 512 MB), a call waits 30 seconds.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import httpx
import msgspec

from openyibao.conform.bindings import Binding, Parcel, SealedBinding
from openyibao.conform.messages import Facts, envelope, plain
from openyibao.conform.sloppiness import Spoken
from openyibao.kit.clock import SHANGHAI, Clock
from openyibao.kit.ids import Randomness

REPLY_OCTETS_MAX = 8_000_000
FILE_OCTETS_MAX = 512_000_000
WAIT_SECONDS = 30
PHONE_SECONDS = 45
"""A phone may have to wait for its next code, half a minute."""


class Exchange(msgspec.Struct, frozen=True):
    """A message and its reply. ``fault`` says why there is no reply to read; ``octets`` is a file that came."""

    infno: str
    msgid: str
    sent: dict[str, Any]
    reply: dict[str, Any]
    fault: str = ""
    octets: bytes = b""

    @property
    def output(self) -> Any:
        """The reply's output."""
        return self.reply.get("output")

    @property
    def succeeded(self) -> bool:
        """Whether infcode says so: the number or the text 0."""
        return not self.fault and str(self.reply.get("infcode")) == "0"

    @property
    def content(self) -> dict[str, Any]:
        """The input as it was sent, under either spelling."""
        content = self.sent.get("input", self.sent.get("Input"))
        return content if isinstance(content, dict) else {}


class Caller:
    """One institution talking to one server. Draws message ids; nothing else knows of the clock."""

    def __init__(self, http: httpx.Client, url: str, binding: Binding, clock: Clock, randomness: Randomness) -> None:
        self._http, self._url, self._binding = http, url.rstrip("/"), binding
        self._clock, self._randomness = clock, randomness
        self._serial = int.from_bytes(randomness.octets(2), "big")
        self.calls = 0

    def new_msgid(self, institution: str) -> str:
        """Institution (12), yyyyMMddHHmmss (14), four digits: 30 characters, used once."""
        self._serial += 1
        return (
            f"{institution[:12]:0<12}{self._clock.now().astimezone(SHANGHAI):%Y%m%d%H%M%S}{self._serial % 10_000:04d}"
        )

    def call(
        self,
        infno: str,
        content: Any,
        facts: Facts,
        *,
        msgid: str = "",
        said: Spoken | None = None,
        path: str = "",
    ) -> Exchange:
        """Send one transaction, to another address than the binding's where ``path`` names one. ``said``: a message as a careless client makes it, sent as it stands."""
        chosen = msgid or self.new_msgid(str(facts["fixmedins_code"]))
        spoken = said or Spoken(body=envelope(infno, chosen, content, facts))
        body = plain(spoken.body)
        self._sign_in()
        parcel = self._binding.parcel(body, at=self._clock.now(), nonce=self._randomness.octets(12).hex())
        headers = {**parcel.headers, **({"Content-Type": spoken.content_type} if spoken.content_type else {})}
        parcel = msgspec.structs.replace(parcel, headers=headers, path=path or parcel.path)
        return self._sent(infno, body, parcel)

    def upload(self, infno: str, content: Any, facts: Facts, *, name: str, octets: bytes) -> Exchange:
        """A file with its message: multipart, the text part ``jsonStr`` and the binary part ``file`` (envelope.md, Files)."""
        body = plain(envelope(infno, self.new_msgid(str(facts["fixmedins_code"])), content, facts))
        self._sign_in()
        boundary = self._randomness.octets(12).hex()
        parcel = self._binding.parcel(
            body,
            at=self._clock.now(),
            nonce=self._randomness.octets(12).hex(),
            wrap=lambda content: _multipart(boundary, {"jsonStr": content}, {"file": (name, octets)}),
        )
        headers = {**parcel.headers, "Content-Type": f"multipart/form-data; boundary={boundary}"}
        return self._sent(infno, body, msgspec.structs.replace(parcel, headers=headers))

    def post(self, path: str, body: dict[str, Any]) -> Exchange:
        """A message of another family than the envelope's (the credential's)."""
        content = json.dumps(body, ensure_ascii=False).encode()
        return self._sent(
            str(body.get("transType", path.rpartition("/")[2])),
            body,
            Parcel(path=path, headers={"Content-Type": "application/json"}, content=content),
            enveloped=False,
        )

    def fetch(self, url: str) -> dict[str, Any]:
        """A JSON object from an address that the cast names; empty when there is none."""
        try:
            answer = self._http.get(url, timeout=PHONE_SECONDS)
            read = json.loads(answer.content[:REPLY_OCTETS_MAX])
        except (httpx.HTTPError, ValueError):
            return {}
        return read if isinstance(read, dict) else {}

    def _sign_in(self) -> None:
        """V5 asks for its token once (it holds 600 s; the suite is shorter)."""
        if not isinstance(self._binding, SealedBinding) or self._binding.bearer:
            return
        parcel = self._binding.sign_in()
        try:
            answer = self._http.post(
                self._url + parcel.path, headers=parcel.headers, content=parcel.content, timeout=WAIT_SECONDS
            )
            self._binding.bearer = str(json.loads(answer.content).get("access_token", ""))
        except (httpx.HTTPError, ValueError, AttributeError):
            self._binding.bearer = ""

    def _sent(self, infno: str, body: dict[str, Any], parcel: Parcel, *, enveloped: bool = True) -> Exchange:
        self.calls += 1
        msgid = str(body.get("msgid", ""))
        most = FILE_OCTETS_MAX if infno == "9102" else REPLY_OCTETS_MAX
        try:
            with self._http.stream(
                "POST", self._url + parcel.path, headers=parcel.headers, content=parcel.content, timeout=WAIT_SECONDS
            ) as answer:
                octets = _read(answer, most)
        except httpx.HTTPError as fault:
            return Exchange(infno, msgid, body, {}, fault=f"no answer: {type(fault).__name__}")
        if octets is None:
            return Exchange(infno, msgid, body, {}, fault=f"the answer is larger than {most} octets")
        if answer.headers.get("Content-Type", "").startswith("application/octet-stream"):
            return Exchange(infno, msgid, body, {}, octets=octets)
        try:
            reply = json.loads(octets, parse_float=Decimal)
            opened = self._binding.opened(reply) if enveloped and isinstance(reply, dict) else reply
        except (ValueError, InvalidOperation) as fault:
            said = f"answer {answer.reason_phrase!r} of {len(octets)} octets is no JSON: {type(fault).__name__}"
            return Exchange(infno, msgid, body, {}, fault=said)
        if not isinstance(opened, dict):
            return Exchange(infno, msgid, body, {}, fault="the answer is no JSON object")
        return Exchange(infno, msgid, body, opened)


def _read(answer: httpx.Response, most: int) -> bytes | None:
    read = bytearray()
    for part in answer.iter_bytes():
        read += part
        if len(read) > most:
            return None
    return bytes(read)


def _multipart(boundary: str, texts: dict[str, bytes], binaries: dict[str, tuple[str, bytes]]) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in texts.items()
    ]
    parts += [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\n'
        f"Content-Type: application/octet-stream\r\n\r\n".encode()
        + octets
        + b"\r\n"
        for name, (file, octets) in binaries.items()
    ]
    return b"".join(parts) + f"--{boundary}--\r\n".encode()
