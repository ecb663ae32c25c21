"""Every other transaction of the edition: answered, or refused by its name with a clear error; never silence or a stack trace. 中文: 其余交易探测。"""

from __future__ import annotations

from openyibao.conform.bindings import Profile
from openyibao.conform.credential import NOT_A_CREDENTIAL, query
from openyibao.conform.judging import Complaint, judge_envelope
from openyibao.conform.messages import Facts, build_input
from openyibao.conform.paths import CREDENTIAL, SINGLE_ENTRY
from openyibao.conform.playing import Stage, is_unsupported
from openyibao.conform.tables import find_transaction

PROBED = (
    *("6101", "6201", "6202", "6203", "6204", "6301", "6302", "6401"),
    *("7101", "7102", "7103", "7104", "7105", "7106", "7107", "7108", "7109"),
    *("7201", "7202", "7203", "7204", "7205", "7206", "7207", "7208"),
    "0000",
)
"""Mobile payment and e-prescriptions, and a number that nobody has."""


OTHER_ADDRESSES = {Profile.v1: f"{SINGLE_ENTRY}/1101", Profile.v4: "/api"}
"""V1 with the number behind it; V4's other address (envelope.md section 3)."""
OTHER_CREDENTIALS = (f"/test{CREDENTIAL}", "/fsi/api/hsecfc/localQrCodeQuery")
"""The credential below a prefix, and mapped into the gateway (ec.md section 1)."""


def try_addresses(stage: Stage, facts: Facts, profile: Profile) -> None:
    """The other addresses of the documents answer as the first ones: 1101 as JSON of the envelope, a wrong code with 500159."""
    given = {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": facts["certno"]}}
    if profile in OTHER_ADDRESSES:
        path = OTHER_ADDRESSES[profile]
        stage.progress(f"addresses {path}")
        exchange = stage.caller.call("1101", build_input(find_transaction("1101"), given, facts), facts, path=path)
        says = exchange.fault or f"infcode {exchange.reply.get('infcode')}: {exchange.reply.get('err_msg')}"
        found = [] if exchange.succeeded else [Complaint("answered", path, says, "envelope.md section 3")]
        stage.scores.mark(f"@{path}", "answered", found, exchange, "addresses")
    for path in OTHER_CREDENTIALS:
        stage.progress(f"addresses {path}")
        exchange = query(stage, "NOT-A-CODE", facts, path=path)
        says = exchange.fault or f"is {exchange.reply.get('code')}"
        good = str(exchange.reply.get("code")) == NOT_A_CREDENTIAL
        found = [] if good else [Complaint("answered", "code", says, "ec.md section 1")]
        stage.scores.mark(f"@{path}", "answered", found, exchange, "addresses")


def try_the_rest(stage: Stage, facts: Facts) -> None:
    """One message each, minimal. 0000 must be refused."""
    for infno in PROBED:
        stage.progress(f"probing {infno}")
        exchange = stage.caller.call(infno, build_input(find_transaction(infno), {}, facts), facts)
        found = []
        if exchange.fault:
            found = [Complaint("refusal", "reply", exchange.fault, "envelope.md section 2")]
        elif exchange.succeeded and infno == "0000":
            found = [Complaint("refusal", "infcode", "is 0 for a number that nobody has", "envelope.md section 2")]
        elif not exchange.succeeded:
            found = judge_envelope(exchange, at=stage.now())
            if infno not in str(exchange.reply.get("err_msg")):
                found.append(
                    Complaint("refusal", "err_msg", f"does not name {infno}", "envelope.md section 2", noted=True)
                )
        stage.scores.mark(infno, "refusal", found, exchange, "probing")
        if is_unsupported(exchange):
            stage.scores.say_unsupported(infno, str(exchange.reply.get("err_msg")))
