"""The doors of the national wire: one wrapper that every message goes through, whatever its binding. 中文: 国家接口入口。

Order: read, understand the envelope, authenticate, run, tell. A refusal is a reply with infcode -1; only what is no message at
all, or whose outcome is not known, gets another HTTP status than 200.
"""

from __future__ import annotations

import asyncio
import logging
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from openyibao.fronts.national import credential
from openyibao.fronts.national.authentication import Gate, Sender, bearer_of, find_sender
from openyibao.fronts.national.calls import Answer, FileAnswer, WireCall
from openyibao.fronts.national.desk import PREFIX as DESK
from openyibao.fronts.national.desk import VendorDesk
from openyibao.fronts.national.dial import SECONDS_MAX, Dial, Dialled, Fault
from openyibao.fronts.national.findings import Findings, SeenMessage
from openyibao.fronts.national.multipart import parted, with_file
from openyibao.fronts.national.paths import CHECK, DECODE, ELSEWHERE, OAUTH_TOKEN, Address, Binding, address_of
from openyibao.fronts.national.reasons import FIELD_WRONG, SIGN_IN_UNKNOWN
from openyibao.fronts.national.transactions import TRANSACTIONS, refuse_transaction
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.http_reasons import BODY_INVALID, BODY_TOO_LARGE, BUSY, OUTCOME_UNKNOWN, POISONED
from openyibao.kit.batch import Busy, Poisoned, Unknown
from openyibao.kit.clock import unix_seconds
from openyibao.kit.crypto import KeyPurpose
from openyibao.kit.crypto.elsewhere import sm4_ecb_decrypt, sm4_ecb_encrypt
from openyibao.kit.faults import describe_fault
from openyibao.kit.outcome import Refused
from openyibao.rooms import exchange
from openyibao.rooms.exchange import ClientBook
from openyibao.wire.national import envelope as wire
from openyibao.wire.national import signing
from openyibao.wire.national.envelope import Envelope, EnvelopeFaultError
from openyibao.wire.national.fields import missing_fields
from openyibao.wire.national.names import read_number

log = logging.getLogger(__name__)
BODY_MAX = 60_000_000
"""A file of 50 million octets with its envelope; the rest is far smaller."""
BOOK_SECONDS = 30
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
_UNKNOWN_STATUS = 504
_NO_INPUT = frozenset({"9001", "9002"})


class Reply(msgspec.Struct, frozen=True):
    """What goes back."""

    content: bytes
    status: int = 200
    kind: bytes = b"application/json;charset=UTF-8"
    lost: bool = False


class NationalDoors:
    """An ASGI application for every address of the national wire."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._book = ClientBook(platform.sealer, open_to_all=platform.settings.demo)
        self.gate = Gate(directory=platform.desk.directory, book=self._book, open_to_all=platform.settings.demo)
        self.findings = Findings(keeps_messages=platform.settings.demo)
        self.dial = Dial()
        self._desk = VendorDesk(platform, self.findings, self.dial) if platform.settings.demo else None
        self._read_at = 0
        self._serial = platform.randomness.below(10**9)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of an ASGI server."""
        content = await _read(receive)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if scope["path"].startswith(DESK):
            base = f"{scope.get('scheme', 'http')}://{headers.get('host', '127.0.0.1')}"
            answer = await self.at_desk(scope["method"], scope["path"], scope["query_string"].decode(), content, base)
        else:
            answer = await self.answer(scope["path"], headers, content)
        head = [(b"content-type", answer.kind), (b"content-length", str(len(answer.content)).encode())]
        await send(
            {
                "type": "http.response.start",
                "status": answer.status,
                "headers": [*head, (b"cache-control", b"no-store")],
            }
        )
        if answer.lost:
            # A length was told and nothing follows: the server ends the connection, as a cut line would.
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.body", "body": answer.content})

    async def at_desk(self, method: str, path: str, query: str, content: bytes | None, base: str) -> Reply:
        """What the vendors' desk answers; nothing where it is not open."""
        if self._desk is None or content is None:
            return Reply(b"{}", 404)
        await self._fresh(unix_seconds(self._platform.clock.now()))
        status, told = await self._desk.answer(method, path, query, content, base)
        return Reply(wire.encode(told), status)

    async def answer(self, path: str, headers: Mapping[str, str], content: bytes | None) -> Reply:
        """Answer one request, whatever happens."""
        at = self._platform.clock.now()
        try:
            await self._fresh(unix_seconds(at))
            if content is None:
                return self._refusal(Refused(BODY_TOO_LARGE, {"limit": BODY_MAX}), at)
            if path == OAUTH_TOKEN:
                return self._give_bearer(headers, content, unix_seconds(at))
            if path.endswith((DECODE, CHECK)):
                return await self._credential(path, content)
            if path in ELSEWHERE:
                refused = refuse_transaction(ELSEWHERE[path])
                return Reply(wire.encode(credential.failed(refused.sentence("zh"))))
            address = address_of(path)
            if address is None:
                return self._refusal(refuse_transaction(""), at)
            return await self._message(address, headers, content, at)
        except Busy as busy:
            return self._refusal(Refused(BUSY, {"seconds": busy.retry_seconds}), at)
        except Unknown:
            return self._refusal(Refused(OUTCOME_UNKNOWN), at, status=_UNKNOWN_STATUS)
        except Poisoned as fault:
            log.warning("a national message is poisoned: %s", fault)
            return self._refusal(Refused(POISONED), at)
        except Exception as fault:  # noqa: BLE001 whatever it is, the caller is answered, and no value gets into the log
            log.error("a national message failed: %s", describe_fault(fault))  # noqa: TRY400 a trace quotes values
            return self._refusal(Refused(POISONED), at)

    async def _fresh(self, at: int) -> None:
        if at - self._read_at < BOOK_SECONDS and at >= self._read_at:
            return
        self._read_at = at
        async with self._platform.readers.reading() as reading:
            await self._platform.desk.fresh(reading)
            await self._book.fresh(reading, again=True)

    def _reference(self, at: datetime) -> str:
        """Region, instant and a serial of ten digits."""
        self._serial = (self._serial + 1) % 10**10
        return f"{self._platform.settings.province:02d}0000{wire.stamp(at)[:14]}{self._serial:010d}"

    def _refusal(self, refused: Refused, at: datetime, *, status: int = 200, infcode_text: bool = False) -> Reply:
        told = wire.reply(
            output=None,
            received_at=at,
            answered_at=self._platform.clock.now(),
            reference=None,
            fault=fault_text(refused),
            infcode_text=infcode_text,
        )
        return Reply(wire.encode(told), status)

    def _give_bearer(self, headers: Mapping[str, str], content: bytes, at: int) -> Reply:
        pair = signing.basic_pair(headers.get("authorization", ""))
        form = dict(parse_qsl(content.decode("utf-8", "replace"), max_num_fields=20))
        sender = None if pair is None else self.gate.by_app(pair[0])
        secret = None if sender is None else sender.client.secrets.shared
        if pair is None or sender is None or not secret or not signing.same_text(pair[1], secret) or not form:
            return Reply(wire.encode({"error": "invalid_client"}), 401)
        token = bearer_of(sender.client, at)
        return Reply(wire.encode({"access_token": token, "token_type": "bearer", "expires_in": 600, "scope": "server"}))

    async def _credential(self, path: str, content: bytes) -> Reply:
        try:
            body = wire.decode(content)
        except EnvelopeFaultError:
            return Reply(wire.encode(credential.failed("报文不是 JSON")))
        run = credential.query if path.endswith(DECODE) else credential.check_token
        told = await run(self._platform, body)
        if self.findings.keeps_messages and isinstance(body, dict):
            self._keep(str(body.get("orgId")), str(body.get("transType") or "localEcTokenCheck"), "", body, told, ())
        return Reply(wire.encode(told))

    async def _message(self, address: Address, headers: Mapping[str, str], content: bytes, at: datetime) -> Reply:
        infno = address.infno or (headers.get("_api_name", "")[:6] if address.binding is Binding.csb else "")
        try:
            body, sent_file = parted(headers.get("content-type", ""), content)
            envelope = wire.read_envelope(wire.decode(body), infno=infno)
        except EnvelopeFaultError as fault:
            return self._refusal(Refused(BODY_INVALID, {"fault": str(fault)}), at)
        if sent_file is not None:
            envelope = with_file(envelope, sent_file)
        sender = find_sender(self.gate, envelope, address.binding, headers, body, unix_seconds(at))
        if isinstance(sender, Refused):
            return self._refusal(sender, at)
        understood = self._understood(sender, envelope)
        text = sender.client.profile.infcode_text
        if isinstance(understood, Refused):
            return self._refusal(understood, at, infcode_text=text)
        refused = await self._judge_strict(sender, understood)
        if refused is not None:
            return self._refusal(refused, at, infcode_text=text)
        dialled = self.dial.take(understood.institution_code, understood.infno)
        if dialled is None:
            return self._told(sender, understood, await self._run(sender, understood), at)
        return await self._go_wrong(dialled, sender, understood, at)

    async def _go_wrong(self, dialled: Dialled, sender: Sender, envelope: Envelope, at: datetime) -> Reply:
        """What the dial asks for."""
        if dialled.fault is Fault.error:
            told = wire.reply(output=None, received_at=at, answered_at=at, reference=None, fault=dialled.words)
            return Reply(wire.encode(told))
        answer = await self._run(sender, envelope)
        if dialled.fault is Fault.duplicate:
            answer = await self._run(sender, envelope)
        if dialled.fault is Fault.delay:
            await asyncio.sleep(min(max(dialled.seconds, 0), SECONDS_MAX))
        shifted = at + timedelta(seconds=dialled.seconds) if dialled.fault is Fault.clock else at
        reply = self._told(sender, envelope, answer, shifted)
        if dialled.fault is Fault.twice:
            return msgspec.structs.replace(reply, content=reply.content * 2)
        return msgspec.structs.replace(reply, lost=dialled.fault is Fault.drop)

    def _understood(self, sender: Sender, envelope: Envelope) -> Envelope | Refused:
        """The input decrypted, a message number where there is none."""
        if envelope.encrypted and isinstance(envelope.input, str):
            try:
                key = sender.client.profile.app_code[:16].encode()
                opened = wire.decode(sm4_ecb_decrypt(key, b64decode(envelope.input)))
            except (ValueError, EnvelopeFaultError):
                return Refused(FIELD_WRONG, {"field": "input (SM4)"})
            envelope = msgspec.structs.replace(envelope, input=opened)
        if not envelope.message_no:
            drawn = f"~{self._platform.randomness.octets(12).hex()}"
            envelope = msgspec.structs.replace(envelope, message_no=drawn)
        return envelope

    async def _judge_strict(self, sender: Sender, envelope: Envelope) -> Refused | None:
        """What only strict clients are held to; a sign-in number that was sent must hold for them."""
        if not sender.client.profile.strict:
            return None
        lacking = next((one for one in envelope.findings if one.startswith("missing ")), None)
        if lacking is not None:
            return Refused(FIELD_WRONG, {"field": lacking.removeprefix("missing ")})
        if envelope.infno in _NO_INPUT:
            return None
        async with self._platform.readers.reading() as reading:
            number = read_number(envelope.sign_in_no)
            found = await exchange.find_sign_in(reading, sender.institution.institution_id, number)
        return None if found is not None and found.signed_out_at is None else Refused(SIGN_IN_UNKNOWN)

    async def _run(self, sender: Sender, envelope: Envelope) -> Answer:
        transaction = TRANSACTIONS.get(envelope.infno)
        if transaction is None:
            return refuse_transaction(envelope.infno)
        digest = wire.digest_of(envelope.infno, envelope.input)
        return await transaction.run(
            WireCall(
                platform=self._platform,
                envelope=envelope,
                institution=sender.institution,
                client=sender.client,
                digest=digest,
            )
        )

    def _told(self, sender: Sender, envelope: Envelope, answer: Answer, at: datetime) -> Reply:
        if isinstance(answer, FileAnswer):
            return Reply(answer.content, kind=b"application/octet-stream")
        refused = isinstance(answer, Refused)
        profile = sender.client.profile
        told = wire.reply(
            output=None if refused else answer,
            received_at=at,
            answered_at=self._platform.clock.now(),
            reference=None if refused else self._reference(at),
            fault=fault_text(answer) if isinstance(answer, Refused) else None,
            infcode_text=profile.infcode_text,
        )
        found = envelope.findings
        if isinstance(envelope.input, dict):
            found += tuple(missing_fields(envelope.infno, envelope.input)) if self.findings.keeps_messages else ()
        if found:
            self.findings.note(envelope.institution_code, envelope.infno, found)
        if self.findings.keeps_messages:
            self._keep(envelope.institution_code, envelope.infno, envelope.message_no, envelope.input, told, found)
        if profile.sign_replies or envelope.encrypted:
            self._seal(sender, envelope, told)
        return Reply(wire.encode(told))

    def _seal(self, sender: Sender, envelope: Envelope, told: dict[str, Any]) -> None:
        """Sign the output's own text, and encrypt it where the message came so."""
        text = wire.encode(told["output"])
        if sender.client.profile.sign_replies:
            signature = self._platform.ring.signer(KeyPurpose.issuer).sign(text)
            told["cainfo"], told["signtype"] = b64encode(signature).decode(), "SM2"
        if envelope.encrypted:
            key = sender.client.profile.app_code[:16].encode()
            told["output"], told["enctype"] = b64encode(sm4_ecb_encrypt(key, text)).decode(), "SM4"
        else:
            told["output"] = msgspec.Raw(text)

    def _keep(
        self, institution_code: str, infno: str, message_no: str, asked: Any, told: Any, found: tuple[str, ...]
    ) -> None:
        self.findings.keep(
            SeenMessage(
                at=self._platform.clock.now(),
                institution_code=institution_code,
                infno=infno,
                message_no=message_no,
                asked=asked,
                answered=told,
                findings=found,
            )
        )


def fault_text(refused: Refused) -> str:
    """A refusal in one line: what it is, what to do now, its stable reason."""
    return f"{refused.sentence('zh')}。{refused.next_step('zh')}[{refused.code}]"


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or None where it is over the limit."""
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(pieces)
        piece = message.get("body", b"")
        size += len(piece)
        if size > BODY_MAX:
            return None
        pieces.append(piece)
        if not message.get("more_body"):
            return b"".join(pieces)
