"""Playing a story for a person: facts in, messages out, every reply judged. 中文: 按剧本执行。

A step whose facts are not known (an earlier one failed) is not sent and says so. The first person's play also sends each step
once wrongly (unknown person or visit) and, where the story asks, a second time under the same message id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from openyibao.conform.books import Books
from openyibao.conform.calls import Caller, Exchange
from openyibao.conform.judging import (
    Complaint,
    all_rows,
    has_rows,
    judge_echo,
    judge_envelope,
    judge_fields,
    judge_shape,
)
from openyibao.conform.messages import Facts, build_input
from openyibao.conform.scoreboard import Scoreboard
from openyibao.conform.stories import Step, Story
from openyibao.conform.tables import find_transaction
from openyibao.conform.truths import TRUTHS, Scene
from openyibao.kit.clock import SHANGHAI, Clock

QUERIES = ("5", "2407")
"""Transactions that may answer nobody's question with an empty list instead of a refusal."""
OPENING = frozenset({"2201", "2401", "2102"})
"""Transactions that open a visit."""
UNKNOWN_ID = "99999999999999999999"
UNSUPPORTED_WORDS = ("不支持", "暂不", "未开放", "未实现", "not supported", "unsupported")
SUMMING = frozenset({"lines", "settlement", "settlement_back"})
"""Truths that add amounts up; their complaints stand in a column of their own."""
PERSONAL = frozenset(
    {"psn_no", "certno", "psn_name", "mdtrt_id", "setl_id", "medins_setl_id", "trt_dcla_detl_sn", "sign_no"}
)
"""Fields that can't be the same for two people."""


class Stage(msgspec.Struct, frozen=True):
    """What all plays of a run share."""

    caller: Caller
    clock: Clock
    scores: Scoreboard
    books: Books
    account_inside: bool = False
    progress: Callable[[str], None] = lambda _: None

    def now(self) -> datetime:
        """Shanghai's wall time."""
        return self.clock.now().astimezone(SHANGHAI)


class Play:
    """One story, one person."""

    def __init__(
        self,
        stage: Stage,
        story: Story,
        facts: Facts,
        *,
        first: bool,
        others: Mapping[str, Exchange],
        scan: Callable[[Facts], Facts] = lambda facts: facts,
    ) -> None:
        self.stage, self.story, self.facts, self.first = stage, story, facts, first
        self._scan = scan
        self.seen: dict[str, Exchange] = {}
        self._others = others

    def run(self) -> dict[str, Exchange]:
        """All steps in order; the exchanges by their labels."""
        for number, step in enumerate(self.story.steps):
            self._step(step, step.label or f"{number}:{step.infno}")
        return self.seen

    def _step(self, step: Step, label: str) -> None:
        stage = self.stage
        stage.progress(f"{self.story.name} {step.infno}")
        now = stage.now()
        self.facts |= {"now": f"{now:%Y-%m-%d %H:%M:%S}", "today": f"{now:%Y-%m-%d}"}
        self.facts |= {name: resolve(value, self.facts) for name, value in step.facts.items()}
        missing = _missing(step.given, self.facts) | _missing(step.msgid, self.facts)
        if missing:
            stage.scores.say_not_run(step.infno, f"{', '.join(sorted(missing))} not known")
            return
        if step.infno in stage.scores.unsupported:
            return
        content = self._content(step)
        if self.first and step.expect == "success" and step.refusal:
            self._try_wrongly(step.infno, content)
            content = self._content(step)
        exchange = stage.caller.call(step.infno, content, self.facts, msgid=resolve(step.msgid, self.facts))
        self.seen[label] = exchange
        if step.msgid_as:
            self.facts[step.msgid_as] = exchange.msgid
        if step.expect == "any":
            return
        if step.expect == "refused":
            self._judge_refusal(step.infno, exchange, step.why)
        elif self._judge_success(step, label, exchange) and step.repeat and self.first:
            self._repeat(step.infno, content, exchange)

    def _content(self, step: Step) -> dict[str, Any]:
        """The input. Before each opening of a visit the code is scanned anew, since one scan opens one visit."""
        if step.infno in OPENING:
            self.facts = self._scan(self.facts)
        given = resolve(step.given, self.facts)
        return build_input(find_transaction(step.infno), given, self.facts, full=self.story.full)

    def _judge_success(self, step: Step, label: str, exchange: Exchange) -> bool:
        infno, scores, story = step.infno, self.stage.scores, self.story.name
        if is_unsupported(exchange):
            scores.say_unsupported(infno, str(exchange.reply.get("err_msg")))
            return False
        if not scores.mark(infno, "answered", _unanswered(exchange), exchange, story):
            return False
        judge_reply(scores, infno, exchange, story, at=self.stage.now())
        self.stage.books.note(exchange, self.facts)
        if infno == "2601":
            self.stage.books.strike(str(exchange.content.get("data", {}).get("omsgid")))
        scene = Scene(self.facts, self.seen, exchange, self.stage.account_inside)
        self._judge_truths(step, scene)
        if label in self._others:
            scores.mark(infno, "people", judge_people(self._others[label], exchange), exchange, story)
        self._keep(step, exchange)
        return True

    def _judge_truths(self, step: Step, scene: Scene) -> None:
        scores, story, exchange = self.stage.scores, self.story.name, scene.exchange
        found = [each for name in step.truths for each in TRUTHS[name](scene)]
        if SUMMING & set(step.truths):
            sums = [each for each in found if each.check == "identities"]
            scores.mark(step.infno, "identities", sums, exchange, story)
        if step.truths:
            others = [each for each in found if each.check != "identities"]
            scores.mark(step.infno, "truth", others, exchange, story)

    def _keep(self, step: Step, exchange: Exchange) -> None:
        for name, place in step.keep.items():
            value = dig(exchange.output, place)
            if value is not None:
                self.facts[name] = value
        if step.choose_insurance:
            self.facts |= chosen_insurance(exchange.output)

    def _try_wrongly(self, infno: str, content: Any) -> None:
        """The same message about a person, a visit or a paper that nobody knows must be refused, with words."""
        for name in ("mdtrt_id", "psn_no", "setl_id", "mdtrt_cert_no"):
            if any(name in row for _, row in all_rows(content)):
                wrong = _replaced(content, name, UNKNOWN_ID)
                exchange = self.stage.caller.call(infno, wrong, self.facts)
                if not is_unsupported(exchange):
                    self._judge_refusal(infno, exchange, f"{name} {UNKNOWN_ID} is nobody's")
                return

    def _judge_refusal(self, infno: str, exchange: Exchange, why: str) -> None:
        found = []
        if exchange.fault:
            found = [Complaint("refusal", "reply", exchange.fault, "envelope.md section 2")]
        elif exchange.succeeded and not (infno.startswith(QUERIES) and is_empty(exchange.output)):
            found = [Complaint("refusal", "infcode", f"is 0 although {why}", f"transactions.md {infno}")]
        else:
            found = judge_envelope(exchange, at=self.stage.now())
        self.stage.scores.mark(infno, "refusal", found, exchange, self.story.name)

    def _repeat(self, infno: str, content: Any, first: Exchange) -> None:
        """The same message again under its id: the same answer, output for output."""
        again = self.stage.caller.call(infno, content, self.facts | {"now": self.facts["now"]}, msgid=first.msgid)
        found = []
        if again.fault or not again.succeeded:
            says = again.fault or f"is refused: {again.reply.get('err_msg')}"
            found = [
                Complaint(
                    "repeat", "reply", says, "envelope.md section 1: msgid is unique per sender; 2601 rests on it"
                )
            ]
        elif again.output != first.output:
            found = [Complaint("repeat", "output", "differs from the first answer", "envelope.md section 1: msgid")]
        self.stage.scores.mark(infno, "repeat", found, again, self.story.name)


def judge_reply(scores: Scoreboard, infno: str, exchange: Exchange, story: str, *, at: datetime) -> None:
    """The checks that hold for every successful reply."""
    scores.mark(infno, "envelope", judge_envelope(exchange, at=at), exchange, story)
    found = judge_fields(exchange, infno)
    if found or has_rows(exchange.output, infno):  # an empty list shows nothing: the cell stays open
        for check in ("required", "types", "codes"):
            scores.mark(infno, check, [each for each in found if each.check == check], exchange, story)
    scores.mark(infno, "ids", judge_echo(exchange, infno), exchange, story)
    if exchange.output not in (None, {}):
        scores.mark(infno, "shape", judge_shape(exchange, infno), exchange, story)


def judge_people(one: Exchange, other: Exchange) -> list[Complaint]:
    """Two people's replies can't agree in what names a person, a visit or a settlement."""
    if not (one.succeeded and other.succeeded):
        return []
    mine = {(where, name): row[name] for where, row in all_rows(one.output) for name in PERSONAL & row.keys()}
    found = [
        Complaint("people", f"{where}.{name}", f"is {row[name]!r} for two people", f"transactions.md {one.infno}")
        for where, row in all_rows(other.output)
        for name in PERSONAL & row.keys()
        if row[name] not in (None, "") and mine.get((where, name)) == row[name]
    ]
    if one.reply.get("inf_refmsgid") == other.reply.get("inf_refmsgid"):
        found.append(Complaint("people", "inf_refmsgid", "is the same for two messages", "envelope.md section 2"))
    return found


def is_empty(output: Any) -> bool:
    """A list without rows, or a node with nothing in it: what a query about nobody may answer."""
    parts = output.values() if isinstance(output, dict) else [output]
    return all(part in (None, [], {}, "") for part in parts)


def is_unsupported(exchange: Exchange) -> bool:
    """A clear error that names the transaction and says that it isn't supported."""
    text = str(exchange.reply.get("err_msg", ""))
    return (
        not exchange.fault
        and not exchange.succeeded
        and exchange.infno in text
        and any(word in text for word in UNSUPPORTED_WORDS)
    )


def _unanswered(exchange: Exchange) -> list[Complaint]:
    if exchange.fault:
        return [Complaint("answered", "reply", exchange.fault, "envelope.md section 2")]
    if not exchange.succeeded:
        says = f"infcode {exchange.reply.get('infcode')}: {exchange.reply.get('err_msg')}"
        return [Complaint("answered", "infcode", says, f"transactions.md {exchange.infno}")]
    return []


def chosen_insurance(output: Any) -> Facts:
    """The base insurance that a client goes on with: in force, employee before resident."""
    rows = output.get("insuinfo") if isinstance(output, dict) else None
    bases = [row for row in rows or [] if str(row.get("insutype")) in {"310", "390", "340"}]
    bases.sort(
        key=lambda row: (str(row.get("psn_insu_stas")) != "1", ["310", "340", "390"].index(str(row["insutype"])))
    )
    if not bases:
        return {}
    names = ("insutype", "psn_type", "insuplc_admdvs", "balc")
    return {name: bases[0][name] for name in names if bases[0].get(name) is not None}


def dig(output: Any, place: str) -> Any:
    """``setlinfo.setl_id`` in an output; a list on the way gives its first row, ``|`` parts places to try."""
    for one in place.split("|"):
        found = output
        for name in one.split("."):
            if isinstance(found, list):
                found = found[0] if found else None
            found = found.get(name) if isinstance(found, dict) else None
        if found is not None:
            return found
    return None


def resolve(part: Any, facts: Facts) -> Any:
    """A given part with ``$name`` replaced by the fact."""
    if isinstance(part, str) and part.startswith("$"):
        return facts[part[1:]]
    if isinstance(part, dict):
        return {name: resolve(inside, facts) for name, inside in part.items()}
    if isinstance(part, list):
        return [resolve(inside, facts) for inside in part]
    return part


def _missing(part: Any, facts: Facts) -> set[str]:
    if isinstance(part, str):
        return {part[1:]} if part.startswith("$") and part[1:] not in facts else set()
    if isinstance(part, dict):
        part = list(part.values())
    return set().union(*(_missing(inside, facts) for inside in part)) if isinstance(part, list) else set()


def _replaced(part: Any, name: str, value: str) -> Any:
    if isinstance(part, dict):
        return {key: value if key == name else _replaced(inside, name, value) for key, inside in part.items()}
    return [_replaced(inside, name, value) for inside in part] if isinstance(part, list) else part
