"""A server on paper: made from the field tables and the recorded replies, honest, in memory, and able to lie in planted ways."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.padding import PKCS7
from paper_rules import Paper
from paper_state import Refusal

from openyibao.conform.paths import CREDENTIAL, METHOD_PATHS, TOKEN_CHECK
from openyibao.kit.clock import SHANGHAI, FakeClock
from openyibao.kit.crypto import Sm2PrivateKey, hmac_sm3

Lie = Callable[[str, dict[str, Any]], Any]


class PaperServer:
    """Answers as ``httpx.MockTransport`` wants. A lie gets the number and the reply, and answers what goes out instead."""

    def __init__(self, clock: FakeClock, *, sm2: Sm2PrivateKey | None = None) -> None:
        self.clock, self.secret, self.sm2 = clock, "s3cret", sm2
        self.paper = Paper(clock)
        self.kept: dict[tuple[str, str], dict[str, Any]] = {}
        self.lie: Lie = lambda _, reply: reply
        self.forgets_messages = False
        self.serial = 0
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = request.url.path
        if path.endswith(("/localQrCodeQuery", "/localEcTokenCheck")):
            answer = self.paper.credential(
                TOKEN_CHECK if path == TOKEN_CHECK else CREDENTIAL, json.loads(request.content)
            )
            return self._out(self.lie(path.rpartition("/")[2], answer))
        if path == "/auth/oauth/token":
            good = parse_qs(request.content.decode())["password"] == [self.secret]
            return httpx.Response(200, json={"access_token": "paper-token"} if good else {"error": "invalid_grant"})
        if path == "/qr":
            return httpx.Response(200, json={"ec_qr_code": self.paper.new_code(request.url.params["of"])})
        fault = self._signature_fault(request)
        if fault:
            return httpx.Response(401, json={"code": 401, "message": fault})
        return self._enveloped(request)

    def _enveloped(self, request: httpx.Request) -> httpx.Response:
        body, file = self._body(request)
        infno = body["infno"]
        if request.url.path in METHOD_PATHS.values():
            assert request.url.path == METHOD_PATHS[infno]
        sealed = body.get("enc_type") == "SM4"
        content = body.get("input", body.get("Input"))
        if sealed:
            text = self._cipher(base64.b64decode(content), seal=False)
            if self.sm2 is not None:
                assert self.sm2.public.verify(text, base64.b64decode(body["cainfo"]))
            content = json.loads(text)
        if isinstance(content, str):
            content = json.loads(content)
        octets, reply = self._answer(infno, body, content, file)
        if octets:
            return httpx.Response(200, content=octets, headers={"Content-Type": "application/octet-stream"})
        told = self.lie(infno, reply)
        if sealed and isinstance(told, dict) and told.get("output") is not None:
            text = json.dumps(_plain(told["output"]), ensure_ascii=False).encode()
            told = {**told, "output": base64.b64encode(self._cipher(text, seal=True)).decode()}
        return self._out(told)

    def _answer(self, infno: str, body: dict[str, Any], content: Any, file: bytes) -> tuple[bytes, dict[str, Any]]:
        key = (body["msgid"], infno)
        if key in self.kept and not self.forgets_messages:
            return b"", self.kept[key]
        self.serial += 1
        stamp = f"{self.clock.now().astimezone(SHANGHAI):%Y%m%d%H%M%S}"
        reply: dict[str, Any] = {
            "infcode": 0,
            "inf_refmsgid": f"110000{stamp}{self.serial:010d}",
            "refmsg_time": stamp + "000",
            "respond_time": stamp + "001",
            "err_msg": None,
            "warn_msg": None,
            "cainfo": None,
            "signtype": None,
        }
        try:
            output = self.paper.run(infno, body, _empties(content), file)
        except Refusal as refusal:
            return b"", reply | {"infcode": -1, "inf_refmsgid": None, "err_msg": str(refusal), "output": None}
        if isinstance(output, bytes):
            return output, {}
        reply["output"] = output
        self.kept[key] = json.loads(json.dumps(reply, default=float), parse_float=Decimal)
        return b"", self.kept[key]

    def _out(self, told: Any) -> httpx.Response:
        if isinstance(told, httpx.Response):
            return told
        text = json.dumps(_plain(told), ensure_ascii=False)
        return httpx.Response(200, content=text.encode(), headers={"Content-Type": "application/json"})

    def _body(self, request: httpx.Request) -> tuple[dict[str, Any], bytes]:
        kind = request.headers.get("Content-Type", "")
        if not kind.startswith("multipart/form-data"):
            return json.loads(request.content), b""
        boundary = kind.partition("boundary=")[2].encode()
        parts = [part.partition(b"\r\n\r\n") for part in request.content.split(b"--" + boundary)]
        text = next(body for head, _, body in parts if b'name="jsonStr"' in head)
        file = next(body for head, _, body in parts if b'name="file"' in head)
        return json.loads(text), file[:-2]

    def _signature_fault(self, request: httpx.Request) -> str:
        headers, secret = request.headers, self.secret
        path = request.url.path
        if path.startswith("/ebus/"):
            seconds, nonce = headers["x-tif-timestamp"], headers["x-tif-nonce"]
            due = hashlib.sha256((seconds + secret + nonce + seconds).encode()).hexdigest()
            return "" if headers["x-tif-signature"] == due else "signature mismatch"
        if path in {"/CSB", "/api"}:
            names = ("_api_access_key", "_api_name", "_api_timestamp", "_api_version")
            signed = "&".join(f"{name}={headers[name]}" for name in names)
            due = base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()).decode()
            return "" if headers["_api_signature"] == due else "signature mismatch"
        if "x-ca-key" in headers:
            due = hmac_sm3(secret.encode(), headers["x-ca-timestamp"].encode() + b"\n" + request.content).hex()
            return "" if headers["x-ca-signature"] == due else "signature mismatch"
        if path.startswith("/mbs/fmi/"):
            return "" if headers["Authorization"] == "Bearer paper-token" else "no token"
        return ""

    def _cipher(self, text: bytes, *, seal: bool) -> bytes:
        cipher = Cipher(SM4(b"H00000000001".ljust(16, b"0")), modes.ECB())  # noqa: S305 the format's own choice
        if seal:
            padder, worker = PKCS7(128).padder(), cipher.encryptor()
            return worker.update(padder.update(text) + padder.finalize()) + worker.finalize()
        opener, remover = cipher.decryptor(), PKCS7(128).unpadder()
        padded = opener.update(text) + opener.finalize()
        return remover.update(padded) + remover.finalize()


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=float))


def _empties(value: Any) -> Any:
    """What careless clients send, read: "null" and None as empty, a node of one row either way."""
    if isinstance(value, dict):
        return {name: _empties(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_empties(each) for each in value]
    return "" if value in (None, "null", "NULL") else value


def zip_of(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("file.txt", text)
    return packed.getvalue()
