"""Who sends a message: the institution it names, by the signature its software is registered with. 中文: 报文鉴别。"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping

import msgspec

from openyibao.fronts.national.paths import Binding
from openyibao.fronts.national.reasons import CLIENT_NOT_REGISTERED, INSTITUTION_UNKNOWN
from openyibao.fronts.shared.http_reasons import MESSAGE_TOO_OLD, SIGNATURE_WRONG
from openyibao.kit.crypto import SignatureFault, equal, hmac_sm3, read_verifier, sm3_hex
from openyibao.kit.outcome import Refused
from openyibao.rooms.exchange import ClientBook, WireClient, WireSecrets
from openyibao.rooms.institutions import Directory, Institution
from openyibao.wire.national import signing
from openyibao.wire.national.envelope import Envelope

WINDOW_SECONDS = 1_800
NEAR_SECONDS = 120
TOKEN_SECONDS = 600
APP_CODE_DIGITS = 16


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Whose message it is."""

    institution: Institution
    client: WireClient


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """What authenticating needs; ``open_to_all``: a desk, where keys follow from the institution's code."""

    directory: Directory
    book: ClientBook
    open_to_all: bool

    def client_of(self, institution: Institution) -> WireClient | None:
        """How the institution's software speaks; at a desk with keys that anybody may know."""
        found = self.book.of(institution.institution_id)
        if found is None or not self.open_to_all or found.profile.app_code:
            return found
        code = institution.institution_code
        return msgspec.structs.replace(
            found,
            profile=msgspec.structs.replace(found.profile, app_code=desk_app_code(code)),
            secrets=WireSecrets(shared=desk_secret(code)),
        )

    def by_app(self, app_code: str) -> Sender | None:
        """Whose software signs under a name."""
        registered = self.book.of_app(app_code)
        places = (
            [self.directory.by_id(registered.institution_id)]
            if registered is not None
            else (self.directory.list_all() if self.open_to_all else [])
        )
        for place in places:
            client = None if place is None else self.client_of(place)
            if place is not None and client is not None and client.profile.app_code == app_code:
                return Sender(institution=place, client=client)
        return None


def desk_app_code(institution_code: str) -> str:
    """The name under which a made-up institution's software signs at a desk."""
    return sm3_hex(f"desk:{institution_code}".encode())[:APP_CODE_DIGITS]


def desk_secret(institution_code: str) -> str:
    """Its secret; no secret at all, since everybody may compute it."""
    return sm3_hex(f"desk-secret:{institution_code}".encode())[:32]


def find_sender(
    gate: Gate, envelope: Envelope, binding: Binding, headers: Mapping[str, str], content: bytes, at: int
) -> Sender | Refused:
    """Who sends. Reasons in order: institution_unknown · client_not_registered · message_too_old · signature_wrong."""
    institution = gate.directory.by_code(envelope.institution_code)
    if institution is None:
        return Refused(INSTITUTION_UNKNOWN, {"institution_code": envelope.institution_code or "—"})
    client = gate.client_of(institution)
    if client is None or (client.profile.bindings and binding.value not in client.profile.bindings):
        return Refused(CLIENT_NOT_REGISTERED)
    signed = _judge_headers(client, headers, content, at)
    if isinstance(signed, Refused):
        return signed
    if binding is Binding.oauth:
        refused = _judge_bearer(client, headers, at)
        if refused is not None:
            return refused
        signed = True
    if envelope.signature and client.secrets.public_key:
        refused = judge_sealed(client, envelope, content)
        if refused is not None:
            return refused
        signed = True
    return (
        Sender(institution=institution, client=client)
        if signed or client.profile.unsigned
        else Refused(SIGNATURE_WRONG)
    )


def _judge_headers(client: WireClient, headers: Mapping[str, str], content: bytes, at: int) -> bool | Refused:
    """Whether a signature in the headers holds; False where there is none."""
    secret = client.secrets.shared
    for prefix in ("x-tif-", "x-rio-"):
        sent = headers.get(prefix + "signature")
        if sent is not None:
            timestamp, nonce = headers.get(prefix + "timestamp", ""), headers.get(prefix + "nonce", "")
            named = headers.get(prefix + "paasid", "") == client.profile.app_code
            right = signing.same_text(sent, signing.tif_signature(secret, timestamp, nonce))
            return _timely(timestamp, at, 1) or (True if named and right and secret else Refused(SIGNATURE_WRONG))
    if "_api_signature" in headers:
        named = headers.get("_api_access_key", "") == client.profile.app_code
        right = equal(headers["_api_signature"].strip().encode(), signing.api_signature(secret, headers).encode())
        return _timely(headers.get("_api_timestamp", ""), at, 1_000) or (
            True if named and right and secret else Refused(SIGNATURE_WRONG)
        )
    if "x-ca-signature" in headers:
        return _judge_ca(client, headers, content, at)
    return False


def _judge_ca(client: WireClient, headers: Mapping[str, str], content: bytes, at: int) -> bool | Refused:
    """Clients of this gateway name no header for the timestamp they sign: where none came, the last minutes are tried."""
    sent, secret = headers["x-ca-signature"], client.secrets.shared
    given = headers.get("x-ca-timestamp") or headers.get("timestamp")
    if given:
        late = _timely(given, at, 1)
        if late is not None:
            return late
    stamps = [given] if given else [str(second) for second in range(at + 5, at - NEAR_SECONDS, -1)]
    if secret and any(signing.same_octets(sent, signing.ca_signature(secret, one, content)) for one in stamps):
        return True
    return Refused(SIGNATURE_WRONG)


def _timely(stamp: str, at: int, unit: int) -> Refused | None:
    """A timestamp in seconds (or thousandths) within half an hour."""
    seconds = int(stamp) // unit if stamp.isascii() and stamp.isdigit() and len(stamp) <= 14 else 0
    return None if abs(at - seconds) <= WINDOW_SECONDS else Refused(MESSAGE_TOO_OLD, {"seconds": WINDOW_SECONDS})


def judge_sealed(client: WireClient, envelope: Envelope, content: bytes) -> Refused | None:
    """The SM2 signature of ``cainfo`` over the input's own text, before encryption. Reason: signature_wrong."""
    text = input_text(client, envelope, content)
    try:
        signature = b64decode(envelope.signature, validate=True)
        holds = text is not None and read_verifier(client.secrets.public_key).verify(text, signature)
    except (ValueError, SignatureFault):
        holds = False
    return None if holds else Refused(SIGNATURE_WRONG)


def input_text(client: WireClient, envelope: Envelope, content: bytes) -> bytes | None:
    """The input as it was written, octet by octet; decrypted where it came encrypted."""
    from openyibao.kit.crypto.elsewhere import sm4_ecb_decrypt  # noqa: PLC0415 rare

    if envelope.encrypted and isinstance(envelope.input, str):
        try:
            return sm4_ecb_decrypt(client.profile.app_code[:16].encode(), b64decode(envelope.input))
        except ValueError:
            return None
    parts = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    raw = parts.get("input") or parts.get("Input")
    return None if raw is None else bytes(raw)


def bearer_of(client: WireClient, at: int) -> str:
    """A token for ten minutes: until when, and a MAC over it."""
    until = str(at + TOKEN_SECONDS)
    mac = hmac_sm3(client.secrets.shared.encode(), f"bearer:{client.institution_id}:{until}".encode())
    return f"{until}.{b64encode(mac, altchars=b'-_').decode().rstrip('=')}"


def _judge_bearer(client: WireClient, headers: Mapping[str, str], at: int) -> Refused | None:
    kind, _, given = headers.get("authorization", "").partition(" ")
    until, _, mac = given.partition(".")
    if kind.lower() != "bearer" or not until.isdigit() or len(until) > 14 or not client.secrets.shared:
        return Refused(SIGNATURE_WRONG)
    wanted = hmac_sm3(client.secrets.shared.encode(), f"bearer:{client.institution_id}:{until}".encode())
    if not equal(mac.encode(), b64encode(wanted, altchars=b"-_").rstrip(b"=")):
        return Refused(SIGNATURE_WRONG)
    return None if int(until) > at else Refused(MESSAGE_TOO_OLD, {"seconds": TOKEN_SECONDS})
