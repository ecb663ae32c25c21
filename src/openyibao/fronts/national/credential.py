"""The credential's own door: a scanned code becomes an identity and a token (localQrCodeQuery, localEcTokenCheck). 中文: 电子凭证解码。"""

from __future__ import annotations

from typing import Any

from openyibao.fronts.national.calls import text
from openyibao.fronts.national.reasons import INSTITUTION_UNKNOWN, NOT_A_CODE
from openyibao.fronts.shared import Platform
from openyibao.kit.crypto import sm3_hex
from openyibao.kit.outcome import Refused
from openyibao.rooms import people
from openyibao.rooms.institutions import Institution
from openyibao.rooms.people import InsuredPerson
from openyibao.rooms.presentation import Presentation, Purpose, ScanRequest, TokenFacts, read_tokens
from openyibao.wire.national import codes
from openyibao.wire.national.amounts import plain

NOT_A_CODE_NUMBER = 500_159
CODE_DIGITS = 28
_DECODE = frozenset({"ec.query", "cn.nhsa.qrcode.get", "iot.gain.ec.qrcode", "hos.query.insu"})
_FACE_BEGIN, _FACE_END = "cn.nhsa.ec.auth", "cn.nhsa.auth.check"
_NOTICES = frozenset({"cn.nhsa.settle.notify", "iot.medical.settle.notify"})


def failed(message: str, *, code: int = -1, institution_code: str = "") -> dict[str, Any]:
    """A failure as clients read it."""
    return {"code": code, "message": message, "success": False, "orgId": institution_code, "data": None}


def refused(answer: Refused, institution_code: str) -> dict[str, Any]:
    """A refusal: what it is and what to do now."""
    code = NOT_A_CODE_NUMBER if answer.reason is NOT_A_CODE or answer.code == "code_other_issuer" else -1
    words = f"{answer.sentence('zh')}，{answer.next_step('zh')}[{answer.code}]"
    return failed(NOT_A_CODE.zh if code == NOT_A_CODE_NUMBER else words, code=code, institution_code=institution_code)


def _done(institution_code: str, told: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "code": 0,
        "type": "success",
        "success": True,
        "message": "成功",
        "orgId": institution_code,
        "data": told,
        "extra": None,
    }


async def query(platform: Platform, body: Any) -> dict[str, Any]:
    """Answer localQrCodeQuery."""
    if not isinstance(body, dict):
        return failed("报文不是 JSON 对象")
    sent = body.get("data")
    row: dict[str, Any] = sent if isinstance(sent, dict) else {}
    institution_code = text(body, "orgId", 40) or text(row, "orgId", 40)
    institution = platform.desk.directory.by_code(institution_code)
    if institution is None:
        return refused(Refused(INSTITUTION_UNKNOWN, {"institution_code": institution_code or "—"}), institution_code)
    kind = text(body, "transType", 40)
    if kind in _DECODE or not kind:
        return await _decode(platform, institution, row, body)
    if kind in _NOTICES:
        return _done(institution_code, None)
    if kind in (_FACE_BEGIN, _FACE_END):
        return failed(f"本平台尚未接入刷脸终端[{kind}]，请扫码或读卡", institution_code=institution_code)
    return failed(f"不支持的 transType: {kind}", institution_code=institution_code)


async def _decode(
    platform: Platform, institution: Institution, row: dict[str, Any], body: dict[str, Any]
) -> dict[str, Any]:
    code = _scanned(row, body)
    place = institution.institution_code
    if len(code) != CODE_DIGITS or not (code.isascii() and code.isdigit()):
        return refused(Refused(NOT_A_CODE), place)
    purpose = codes.PURPOSES.get(text(row, "businessType", 5), Purpose.settlement)
    request = ScanRequest(
        code=code,
        institution_id=institution.institution_id,
        terminal_code=text(row, "deviceNo", 40) or "HIS",
        operator_code=text(row, "operatorId", 40) or "1",
        purpose=purpose,
        caller_key=text(row, "outBizNo", 64) or None,
    )
    answer = await platform.lane.submit("scan", request)
    if isinstance(answer, Refused):
        return refused(answer, place)
    assert isinstance(answer, Presentation)
    async with platform.readers.reading() as reading:
        name = (answer.bucket, answer.person_id)
        person = (await people.read_persons(reading, platform.sealer, [name]))[name]
    return _done(place, identity(person, answer, code))


def _scanned(row: dict[str, Any], body: dict[str, Any]) -> str:
    """The code under whichever of its names it came."""
    for name in ("ecQrCode", "qrCode", "qrcode", "ecQrcode"):
        for place in (row, body):
            found = plain(place.get(name))
            if found:
                return found[:64]
    return ""


def identity(person: InsuredPerson, shown: Presentation, code: str) -> dict[str, Any]:
    """Who it is, as the credential's reply tells it."""
    area = shown.insured_area
    return {
        "userName": person.name,
        "idNo": person.document_number,
        "idType": codes.DOCUMENT_CODES[person.document_type],
        "ecToken": shown.visit_token,
        "insuOrg": "" if area is None else f"{area:06d}",
        "ecIndexNo": sm3_hex(f"{person.bucket}:{person.person_id}".encode())[:32].upper(),
        "gender": codes.SEX_WORDS[person.sex],
        "birthday": f"{person.birth_on:%Y.%m.%d}",
        "nationality": None,
        "email": None,
        "chnlId": None,
        "ecQrCode": code,
        "authNo": None,
        "extra": None,
    }


async def check_token(platform: Platform, body: Any) -> dict[str, Any]:
    """Answer localEcTokenCheck: whether a token stands, and is of that person."""
    if not isinstance(body, dict):
        return failed("报文不是 JSON 对象")
    row: dict[str, Any] = body["data"] if isinstance(body.get("data"), dict) else body
    given = text(row, "ecToken", 64)
    holds = False
    if given.isascii() and given.isalnum():
        async with platform.readers.reading() as reading:
            place = platform.desk.directory.by_code(text(row, "orgId", 40) or text(body, "orgId", 40))
            places = [place] if place is not None else platform.desk.directory.list_all()
            found = await read_tokens(reading, platform.clock, tokens=[(given, one.institution_id) for one in places])
            facts = next((one for one in found if isinstance(one, TokenFacts)), None)
            if facts is not None:
                name = (facts.bucket, facts.person_id)
                person = (await people.read_persons(reading, platform.sealer, [name]))[name]
                document, user_name = text(row, "idNo", 40), text(row, "userName", 50)
                holds = document in ("", person.document_number) and user_name in ("", person.name)
    return _done("", {"flag": 1 if holds else 0})
