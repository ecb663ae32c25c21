"""Each kind of sloppiness on an identification and on a visit that is registered, billed, tried and taken back. 中文: 宽容性测试。"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from openyibao.conform.calls import Exchange
from openyibao.conform.judging import Complaint
from openyibao.conform.messages import Facts, build_input, envelope
from openyibao.conform.playing import Stage, chosen_insurance, dig
from openyibao.conform.sloppiness import SLOPPINESS, Spoken
from openyibao.conform.tables import find_transaction

STORY = "sloppiness"


def try_sloppiness(stage: Stage, people: Sequence[tuple[Facts, Callable[[Facts], Facts]]]) -> None:
    """All kinds, one after another and by turns with the people, each with what scans their code; each has a row of its own."""
    for number, (name, change) in enumerate(SLOPPINESS.items()):
        stage.progress(f"{STORY} {name}")
        facts, scan = people[number % len(people)]
        trial = _Trial(stage, scan(dict(facts)), name)
        person = trial.send("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": facts["certno"]}}, change)
        if person is None:
            continue
        trial.facts |= chosen_insurance(person.output) | {"psn_no": dig(person.output, "baseinfo.psn_no")}
        _visit(trial, change)


def _visit(trial: _Trial, change: Any) -> None:
    visit = {"data": {"psn_no": trial.facts["psn_no"], "insutype": trial.facts.get("insutype", "310")}}
    opened = trial.send("2201", visit, change)
    if opened is None:
        return
    trial.facts["mdtrt_id"] = dig(opened.output, "data.mdtrt_id|mdtrtinfo.mdtrt_id")
    trial.facts["chrg_bchno"] = f"{trial.facts['batch'][:16]}{list(SLOPPINESS).index(trial.name):02d}"
    line = {**trial.facts["lines"][0], "feedetl_sn": trial.facts["lines"][0]["feedetl_sn"] + trial.name[:4]}
    ids = {"psn_no": trial.facts["psn_no"], "mdtrt_id": trial.facts["mdtrt_id"]}
    diagnosis = {"mdtrtinfo": {**ids, "med_type": "11"}, "diseinfo": [{"diag_type": "1", "diag_srt_no": "1"}]}
    trial.send("2203", diagnosis, change)
    if trial.send("2204", {"feedetail": [line]}, change) is not None:
        amount = line["det_item_fee_sumamt"]
        bill = {**ids, "med_type": "11", "medfee_sumamt": amount, "chrg_bchno": trial.facts["chrg_bchno"]}
        tried = trial.send("2206", {"data": bill}, change)
        if tried is not None and str(dig(tried.output, "setlinfo.medfee_sumamt")) not in {
            str(amount),
            str(amount.normalize()),
        }:
            got = dig(tried.output, "setlinfo.medfee_sumamt")
            if got is None or got != amount:
                trial.complain(tried, "setlinfo.medfee_sumamt", f"is {got}, sent was {amount}")
    trial.send("2205", {"data": {**ids, "chrg_bchno": "0000"}}, change)
    trial.send("2202", {"data": ids}, change)


class _Trial:
    """One kind's messages."""

    def __init__(self, stage: Stage, facts: Facts, name: str) -> None:
        self._stage, self.facts, self.name = stage, facts, name

    def send(self, infno: str, given: dict[str, Any], change: Any) -> Exchange | None:
        """One message, made careless; None where it was not taken."""
        content = build_input(find_transaction(infno), given, self.facts)
        msgid = self._stage.caller.new_msgid(str(self.facts["fixmedins_code"]))
        said = change(Spoken(body=envelope(infno, msgid, content, self.facts)))
        exchange = self._stage.caller.call(infno, content, self.facts, said=said)
        says = exchange.fault or f"{infno}: infcode {exchange.reply.get('infcode')}: {exchange.reply.get('err_msg')}"
        found = (
            []
            if exchange.succeeded
            else [Complaint("answered", infno, says, "envelope.md, transactions.md: tolerated")]
        )
        return exchange if self._stage.scores.mark(f"~{self.name}", "answered", found, exchange, STORY) else None

    def complain(self, exchange: Exchange, where: str, what: str) -> None:
        """A reply that shows that the message was misread."""
        found = [Complaint("truth", where, what, "transactions.md 2206")]
        self._stage.scores.mark(f"~{self.name}", "truth", found, exchange, STORY)
