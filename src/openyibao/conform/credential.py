"""The credential's own messages (ec.md): decode a code, check a token, the terminal's calls, what is no credential code. 中文: 电子凭证。

Codes live half a minute, so the cast names an address that answers one (``ec_qr_url``) or a code that stays (``ec_qr_code``).
"""

from __future__ import annotations

import json
import re
from typing import Any

from openyibao.conform.calls import Exchange
from openyibao.conform.cast import CastPerson
from openyibao.conform.judging import Complaint
from openyibao.conform.messages import Facts
from openyibao.conform.paths import CREDENTIAL, TOKEN_CHECK
from openyibao.conform.playing import Stage

STORY = "credential"
NOT_A_CREDENTIAL = "500159"
FORMS = {"userName": 50, "idNo": 30, "idType": 3, "ecToken": 40, "insuOrg": 6}
"""Fields that are always there, with their longest length (ec.md section 3)."""
OTHER_CODES = {
    "a payment code of 18 digits": "281234567890123456",
    "another 28 digits": "1234567890123456789012345678",
    "a word": "NOT-A-CODE",
    "nothing": "",
}


def code_of(stage: Stage, person: CastPerson) -> str:
    """A code to scan, fresh where the cast names an address."""
    if person.ec_qr_url:
        return str(stage.caller.fetch(person.ec_qr_url).get("ec_qr_code", ""))
    return person.ec_qr_code


def query(
    stage: Stage, code: str, facts: Facts, *, name: str = "ec.query", scene: str = "01301", path: str = CREDENTIAL
) -> Exchange:
    """One call with a code."""
    return stage.caller.post(
        path,
        {
            "orgId": facts["fixmedins_code"],
            "transType": name,
            "data": {
                "orgId": facts["fixmedins_code"],
                "businessType": scene,
                "operatorId": facts["opter"],
                "operatorName": facts["opter_name"],
                "officeId": facts["dept_code"],
                "officeName": facts["dept_name"],
                "deviceType": "",
                "ecQrCode": code,
            },
        },
    )


def answer_of(exchange: Exchange) -> dict[str, Any]:
    """``data``, which is an object or a JSON text."""
    part = exchange.reply.get("data")
    if isinstance(part, str):
        try:
            part = json.loads(part)
        except ValueError:
            return {}
    return part if isinstance(part, dict) else {}


def fetch_token(stage: Stage, person: CastPerson, facts: Facts, *, scene: str) -> str:
    """A visit token for the person; empty where the cast gives no code, or the code is refused."""
    code = code_of(stage, person)
    if not code:
        return ""
    return str(answer_of(query(stage, code, facts, scene=scene)).get("ecToken") or "")


def try_credential(stage: Stage, people: list[tuple[CastPerson, Facts]]) -> None:
    """All messages of the family, with each person who has a code."""
    facts = people[0][1]
    _try_wrong_codes(stage, facts)
    answers = []
    for person, own in people:
        code = code_of(stage, person)
        if code:
            answers.append(_try_code(stage, person, own, code))
    if len(answers) < 2:
        stage.scores.say_not_run("ec.query", "the cast gives no codes for two people")
        return
    same = [name for name in ("idNo", "ecToken", "userName") if answers[0][1].get(name) == answers[1][1].get(name)]
    found = [_says("people", name, "is the same for two people") for name in same]
    stage.scores.mark("ec.query", "people", found, answers[1][0], STORY)
    _try_terminal(stage, people)


def _try_code(stage: Stage, person: CastPerson, facts: Facts, code: str) -> tuple[Exchange, dict[str, Any]]:
    exchange = query(stage, code, facts)
    scores, told = stage.scores, answer_of(exchange)
    good = str(exchange.reply.get("code")) == "0"
    says = exchange.fault or f"code {exchange.reply.get('code')}: {exchange.reply.get('message')}"
    if not scores.mark("ec.query", "answered", [] if good else [_says("answered", "code", says)], exchange, STORY):
        return exchange, {}
    scores.mark("ec.query", "envelope", _judge_reply(exchange), exchange, STORY)
    found = [_says("required", name, "is missing") for name in FORMS if not told.get(name)]
    scores.mark("ec.query", "required", found, exchange, STORY)
    found = [
        _says("types", name, f"is {told[name]!r}")
        for name, most in FORMS.items()
        if told.get(name) and (not isinstance(told[name], str) or len(told[name]) > most)
    ]
    if told.get("insuOrg") and not re.fullmatch(r"\d{6}", str(told["insuOrg"])):
        found.append(_says("types", "insuOrg", f"is {told['insuOrg']!r}, not six digits"))
    scores.mark("ec.query", "types", found, exchange, STORY)
    due = {"idNo": person.certno, "userName": person.name, "idType": person.cert_type}
    found = [
        _says("truth", name, f"is {told.get(name)!r}, the person's is {value!r}")
        for name, value in due.items()
        if told.get(name) != value
    ]
    if told.get("ecQrCode") not in (None, "", code):
        found.append(_says("truth", "ecQrCode", "is not the scanned one"))
    scores.mark("ec.query", "truth", found, exchange, STORY)
    if told.get("ecToken"):
        _try_token(stage, person, told["ecToken"])
    return exchange, told


def _judge_reply(exchange: Exchange) -> list[Complaint]:
    found = [] if isinstance(exchange.reply.get("code"), int) else [_says("envelope", "code", "is no number")]
    if not isinstance(exchange.reply.get("message"), str):
        found.append(_says("envelope", "message", "is no text"))
    if not isinstance(exchange.reply.get("data"), dict | str):
        found.append(_says("envelope", "data", "is neither an object nor a text"))
    return found


def _try_token(stage: Stage, person: CastPerson, token_text: str) -> None:
    """localEcTokenCheck: data.flag 1 for the token with its person, 0 for another token or another person."""
    body = {"ecToken": token_text, "idType": person.cert_type, "idNo": person.certno, "userName": person.name}
    cases = ((body, "1"), (body | {"ecToken": "0" * 32}, "0"), (body | {"idNo": "0" * 18}, "0"))
    for sent, due in cases:
        exchange = stage.caller.post(TOKEN_CHECK, sent)
        flag = str(answer_of(exchange).get("flag"))
        found = []
        if due == "1" and (str(exchange.reply.get("code")) != "0" or flag != "1"):
            found.append(_says("truth", "data.flag", f"is {flag}, valid is 1"))
        if due == "0" and flag == "1":
            found.append(_says("truth", "data.flag", "is 1 for what was never issued"))
        stage.scores.mark("localEcTokenCheck", "truth", found, exchange, STORY)


def _try_wrong_codes(stage: Stage, facts: Facts) -> None:
    for name, code in OTHER_CODES.items():
        exchange = query(stage, code, facts)
        found = []
        if exchange.fault or str(exchange.reply.get("code")) == "0":
            found.append(_says("refusal", "code", exchange.fault or f"is 0 for {name}"))
        elif not exchange.reply.get("message"):
            found.append(_says("refusal", "message", f"is empty for {name}"))
        elif name != "nothing" and str(exchange.reply.get("code")) != NOT_A_CREDENTIAL:
            found.append(
                Complaint(
                    "refusal",
                    "code",
                    f"is {exchange.reply.get('code')} for {name}",
                    "ec.md section 6: 500159",
                    noted=True,
                )
            )
        stage.scores.mark("ec.query", "refusal", found, exchange, STORY)


def _try_terminal(stage: Stage, people: list[tuple[CastPerson, Facts]]) -> None:
    """The terminal's scanner, its older name, and the notice of a settlement."""
    for name in ("cn.nhsa.qrcode.get", "iot.gain.ec.qrcode"):
        for person, facts in people:
            code = code_of(stage, person)
            exchange = query(stage, code, facts, name=name)
            good = str(exchange.reply.get("code")) == "0" and answer_of(exchange).get("idNo") == person.certno
            says = exchange.fault or f"code {exchange.reply.get('code')}: {exchange.reply.get('message')}"
            stage.scores.mark(name, "answered", [] if good else [_says("answered", "code", says)], exchange, STORY)
    person, facts = people[0]
    for name in ("cn.nhsa.settle.notify", "iot.medical.settle.notify"):
        exchange = stage.caller.post(CREDENTIAL, _notice(name, person, facts))
        good = str(exchange.reply.get("code")) == "0"
        says = exchange.fault or f"code {exchange.reply.get('code')}: {exchange.reply.get('message')}"
        stage.scores.mark(name, "answered", [] if good else [_says("answered", "code", says)], exchange, STORY)


def _notice(name: str, person: CastPerson, facts: Facts) -> dict[str, Any]:
    return {
        "orgId": facts["fixmedins_code"],
        "transType": name,
        "data": {
            "orgId": facts["fixmedins_code"],
            "businessType": "01301",
            "outBizNo": f"{facts['fixmedins_code']}{facts['today'].replace('-', '')}000000001",
            "medicalSettleState": "FAIL",
            "operatorId": facts["opter"],
            "operatorName": facts["opter_name"],
            "officeId": facts["dept_code"],
            "officeName": facts["dept_name"],
            "totalFee": "1.00",
            "bizType": "settle",
            "idNo": person.certno,
            "userName": person.name,
            "setlTime": facts["now"],
            "hospitalName": facts["fixmedins_name"],
        },
    }


def _says(check: str, where: str, what: str) -> Complaint:
    return Complaint(check, where, what, "ec.md")
