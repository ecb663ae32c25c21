"""Truths between messages: what no constant answer can satisfy. Each has the name by which stories call it. 中文: 报文之间的真实性检查。

A truth sees the facts known before, the exchanges of the story by their labels, and the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from openyibao.conform.calls import Exchange
from openyibao.conform.identities import Amounts, fen_of, judge_identities, judge_line
from openyibao.conform.judging import Complaint, all_rows, same
from openyibao.conform.messages import Facts
from openyibao.conform.tables import code_lists


class Scene(msgspec.Struct, frozen=True):
    """What a truth is judged on."""

    facts: Facts
    seen: Mapping[str, Exchange]
    exchange: Exchange
    account_inside: bool = False

    def complain(self, where: str, says: str, passage: str, *, noted: bool = False) -> Complaint:
        """A complaint of the check ``truth``."""
        return Complaint("truth", where, says, passage, noted)

    @property
    def setlinfo(self) -> dict[str, Any]:
        """The settlement of the reply."""
        return node_of(self.exchange, "setlinfo")


def node_of(exchange: Exchange | None, name: str) -> dict[str, Any]:
    """A node that is one object; empty when there is none."""
    output = exchange.output if exchange is not None else None
    part = output.get(name) if isinstance(output, dict) else None
    return part if isinstance(part, dict) else {}


def the_person(scene: Scene) -> list[Complaint]:
    """1101 tells of the person asked for: name, number, birthday and sex as the number has them, age of today, insurances."""
    facts, base = scene.facts, node_of(scene.exchange, "baseinfo")
    passage = "transactions.md 1101"
    due = {"psn_name": facts["psn_name"], "certno": facts["certno"]}
    number = str(facts["certno"])
    if len(number) == 18 and number[6:14].isdigit():
        due["brdy"] = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        due["gend"] = "1" if int(number[16]) % 2 else "2"
    found = [
        scene.complain(f"baseinfo.{name}", f"is {base.get(name)!r}, the person's is {value!r}", passage)
        for name, value in due.items()
        if str(base.get(name, "")).partition(" ")[0] != value
    ]
    if "brdy" in due and base.get("age") is not None:
        born, today = date.fromisoformat(due["brdy"]), date.fromisoformat(facts["today"])
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        if abs(Decimal(str(base["age"])) - age) >= 1:
            found.append(scene.complain("baseinfo.age", f"is {base['age']}, born {due['brdy']} makes {age}", passage))
    insurances = scene.exchange.output.get("insuinfo") if isinstance(scene.exchange.output, dict) else None
    if not insurances:
        found.append(scene.complain("insuinfo", "has no row", passage))
    return found


def same_person(scene: Scene) -> list[Complaint]:
    """Three ways to identify, one result (ec.md section 3; transactions.md 1101)."""
    first = scene.seen.get("person")
    if first is None or not first.succeeded:
        return []
    return [
        scene.complain(name, "differs from the reply by ID card", "transactions.md 1101")
        for name in ("baseinfo", "insuinfo")
        if first.output.get(name) != scene.exchange.output.get(name)
    ]


def lines(scene: Scene) -> list[Complaint]:
    """Each line sent is answered once, its parts make its amount (I5)."""
    output = scene.exchange.output
    told: Any = next((output[name] for name in ("result", "detlcutinfo") if output.get(name) is not None), [])
    rows: list[dict[str, Any]] = told if isinstance(told, list) else [told]
    part = scene.exchange.content.get("feedetail") or scene.exchange.content.get("drugdetail") or []
    sent = [str(row["feedetl_sn"]) for row in (part if isinstance(part, list) else [part])]
    got = [str(row.get("feedetl_sn", "")) for row in rows]
    found = []
    if any(got) and sorted(got) != sorted(sent):
        found.append(scene.complain("result", f"answers lines {got}, sent were {sent}", "transactions.md 2204"))
    elif len(rows) != len(sent):
        found.append(scene.complain("result", f"has {len(rows)} rows for {len(sent)} lines", "transactions.md 2204"))
    for row in rows:
        found += judge_line(row)
    return found


def settlement(scene: Scene) -> list[Complaint]:
    """I1 to I4, I6, the whole as sent, the person as known, and funds by their names."""
    output, setlinfo = scene.exchange.output, scene.setlinfo
    detail = output.get("setldetail")
    rows = detail if isinstance(detail, list) else [detail] if isinstance(detail, dict) else None
    found = judge_identities(setlinfo, rows, account_inside=scene.account_inside)
    for row in rows or []:
        found += _fund_named(scene, row)
    for name in ("psn_name", "certno", "psn_type", "brdy", "gend"):
        known = scene.facts.get(name)
        if known and setlinfo.get(name) is not None and setlinfo[name] != known:
            found.append(
                scene.complain(
                    f"setlinfo.{name}", f"is {setlinfo[name]!r}, 1101 said {known!r}", "transactions.md 2207"
                )
            )
    part: Any = next(iter(scene.exchange.content.values()), {})
    due = fen_of(part.get("medfee_sumamt")) if isinstance(part, dict) else None
    if due is not None and Amounts(setlinfo).whole != due:
        says = f"is {Amounts(setlinfo).whole} fen, the lines make {due}"
        found.append(scene.complain("setlinfo.medfee_sumamt", says, "transactions.md 2207"))
    return found + _settled_now(scene, setlinfo)


def settlement_back(scene: Scene) -> list[Complaint]:
    """The identities hold for a reversal too, every amount negated."""
    detail = scene.exchange.output.get("setldetail")
    rows = detail if isinstance(detail, list) else [detail] if isinstance(detail, dict) else None
    found = judge_identities(scene.setlinfo, rows, account_inside=scene.account_inside)
    for row in rows or []:
        found += _fund_named(scene, row)
    return found + _settled_now(scene, scene.setlinfo)


def _settled_now(scene: Scene, setlinfo: dict[str, Any]) -> list[Complaint]:
    try:
        at = datetime.strptime(str(setlinfo.get("setl_time")), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 Shanghai's wall time on both sides
    except ValueError:
        return []
    now = datetime.strptime(scene.facts["now"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 the same
    if abs(at - now) <= timedelta(minutes=10):
        return []
    return [
        scene.complain(
            "setlinfo.setl_time", f"is {at}, the client's clock says {now}", "transactions.md 2207", noted=True
        )
    ]


def _fund_named(scene: Scene, row: dict[str, Any]) -> list[Complaint]:
    kind, name = str(row.get("fund_pay_type")), row.get("fund_pay_type_name")
    known = code_lists()["fund_pay_type"].get(kind)
    if not name or not known or name == known:
        return []
    return [
        scene.complain(
            "setldetail.fund_pay_type_name",
            f"of {kind} is {name!r}, the list has {known!r}",
            "codelists.md fund_pay_type",
        )
    ]


_SPLIT = (
    *("medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt", "act_pay_dedc"),
    *("hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "hifdm_pay", "maf_pay", "oth_pay"),
    *("fund_pay_sumamt", "acct_pay", "acct_mulaid_pay"),
)


def as_tried(scene: Scene) -> list[Complaint]:
    """The settlement is what the trial said: same split, same ratio."""
    tried = scene.seen.get("tried")
    if tried is None or not tried.succeeded:
        return []
    return _compare(
        scene,
        Amounts(node_of(tried, "setlinfo")),
        1,
        "the trial said",
        "transactions.md 2207: the client echoes the pre-settlement",
    )


def _compare(scene: Scene, other: Amounts, sign: int, said: str, passage: str) -> list[Complaint]:
    have = Amounts(scene.setlinfo)
    found = [
        scene.complain(f"setlinfo.{name}", f"is {have.fen(name)} fen, {said} {sign * other.fen(name)}", passage)
        for name in _SPLIT
        if have.fen(name) != sign * other.fen(name)
    ]
    for name, got, due in (
        ("psn_part_amt", have.person, other.person),
        ("cash", have.cash, other.cash),
        ("hosp_part_amt", have.hospital, other.hospital),
    ):
        if got != sign * due:
            found.append(scene.complain(f"setlinfo.{name}", f"is {got} fen, {said} {sign * due}", passage))
    return found


def balance(scene: Scene) -> list[Complaint]:
    """Balc is the account before, less acct_pay (more, at a reversal), where the person's own account paid."""
    before, have = fen_of(scene.facts.get("balc")), Amounts(scene.setlinfo)
    mutual = have.fen("acct_mulaid_pay")
    if before is None or not have.has("balc"):
        return []
    due = before - (have.account_paid - mutual)
    if have.fen("balc") == due:
        return []
    return [
        scene.complain(
            "setlinfo.balc",
            f"is {have.fen('balc')} fen, {before} before and {have.account_paid} paid make {due}",
            "codelists.md: balc = balance after the settlement",
        )
    ]


def negated(scene: Scene) -> list[Complaint]:
    """A reversal has an id of its own and every amount of the original negated."""
    settled = scene.seen.get("settled")
    if settled is None or not settled.succeeded:
        return []
    original = node_of(settled, "setlinfo")
    passage = "transactions.md 2208: a NEW id, negative amounts"
    found = _compare(scene, Amounts(original), -1, "the original negated is", passage)
    if same(scene.setlinfo.get("setl_id"), original.get("setl_id")):
        found.append(scene.complain("setlinfo.setl_id", "is the original's", passage))
    return found


def balance_back(scene: Scene) -> list[Complaint]:
    """After a reversal the account has what it had before the settlement."""
    before, have = fen_of(scene.facts.get("balc")), Amounts(scene.setlinfo)
    if before is None or not have.has("balc") or have.fen("balc") == before:
        return []
    passage = "transactions.md 2208: balc = balance after refund"
    return [scene.complain("setlinfo.balc", f"is {have.fen('balc')} fen, {before} before the settlement", passage)]


def account_as_before(scene: Scene) -> list[Complaint]:
    """1101 after an annulment shows the balance of before."""
    before, rows = fen_of(scene.facts.get("balc")), scene.exchange.output.get("insuinfo") or []
    for row in rows:
        if row.get("insutype") == scene.facts.get("insutype") and fen_of(row.get("balc")) != before:
            says = f"is {row.get('balc')}, {before} fen before what was annulled"
            return [scene.complain("insuinfo.balc", says, "transactions.md 2601")]
    return []


def stored(scene: Scene) -> list[Complaint]:
    """5203 tells the settlement as it was answered."""
    settled = scene.seen.get("settled")
    if settled is None or not settled.succeeded:
        return []
    return _compare(scene, Amounts(node_of(settled, "setlinfo")), 1, "the settlement said", "transactions.md 5203")


def lines_stored(scene: Scene) -> list[Complaint]:
    """5204 lists the lines that were uploaded, with their amounts."""
    uploaded = scene.seen.get("uploaded")
    if uploaded is None or not uploaded.succeeded:
        return []
    part = uploaded.content.get("feedetail", [])
    sent = {str(row["feedetl_sn"]): row["det_item_fee_sumamt"] for row in (part if isinstance(part, list) else [part])}
    got = {
        str(row["feedetl_sn"]): row.get("det_item_fee_sumamt")
        for _, row in all_rows(scene.exchange.output)
        if "feedetl_sn" in row
    }
    return [
        scene.complain(f"line {serial}", f"has {got.get(serial)!r}, uploaded was {amount}", "transactions.md 5204")
        for serial, amount in sent.items()
        if not same(got.get(serial), amount)
    ]


def _listed(name: str) -> Callable[[Scene], list[Complaint]]:
    def listed(scene: Scene) -> list[Complaint]:
        wanted = scene.facts.get(name)
        if not wanted or any(same(row.get(name), wanted) for _, row in all_rows(scene.exchange.output)):
            return []
        return [scene.complain("output", f"does not list {name} {wanted}", f"transactions.md {scene.exchange.infno}")]

    return listed


def _not_listed(name: str) -> Callable[[Scene], list[Complaint]]:
    def not_listed(scene: Scene) -> list[Complaint]:
        unwanted = scene.facts.get(name)
        if not unwanted or not any(same(row.get(name), unwanted) for _, row in all_rows(scene.exchange.output)):
            return []
        return [
            scene.complain(
                "output", f"still lists {name} {scene.facts.get(name)}", f"transactions.md {scene.exchange.infno}"
            )
        ]

    return not_listed


def one_visit_more(scene: Scene) -> list[Complaint]:
    """What was refused left nothing behind: the list has one visit more than before, the one that was opened."""
    before = scene.seen.get("visits_before")
    if before is None or not before.succeeded:
        return []
    was, now = (
        {str(row["mdtrt_id"]) for _, row in all_rows(exchange.output) if row.get("mdtrt_id")}
        for exchange in (before, scene.exchange)
    )
    stray = now - was - {str(scene.facts.get("mdtrt_id"))}
    return [
        scene.complain(
            "mdtrtinfo", f"lists visit {mdtrt_id}, which nobody opened", f"transactions.md {scene.exchange.infno}"
        )
        for mdtrt_id in sorted(stray)
    ]


def no_output(scene: Scene) -> list[Complaint]:
    """Transactions without output answer null (or an empty object)."""
    if scene.exchange.output in (None, {}):
        return []
    return [scene.complain("output", "is not null", "transactions.md: output of a no-output transaction is null")]


def balanced(scene: Scene) -> list[Complaint]:
    """3201 finds no difference."""
    result = str(node_of(scene.exchange, "stmtinfo").get("stmt_rslt"))
    if result in {"0", "000000"}:
        return []
    return [scene.complain("stmtinfo.stmt_rslt", f"is {result!r} for equal sums", "transactions.md 3201")]


TRUTHS: dict[str, Callable[[Scene], list[Complaint]]] = {
    **{
        truth.__name__: truth
        for truth in (
            *(the_person, same_person, lines, settlement, settlement_back, as_tried, balance, balance_back, negated),
            *(account_as_before, stored, lines_stored, one_visit_more, no_output, balanced),
        )
    },
    "visit_listed": _listed("mdtrt_id"),
    "visit_not_listed": _not_listed("mdtrt_id"),
    "settlement_listed": _listed("setl_id"),
    "disease_listed": _listed("opsp_dise_code"),
    "disease_not_listed": _not_listed("opsp_dise_code"),
    "institution_listed": _listed("fixmedins_code"),
    "department_listed": _listed("hosp_dept_codg"),
    "department_not_listed": _not_listed("hosp_dept_codg"),
    "batch_listed": _listed("fixmedins_bchno"),
}
"""By the names that stories use."""
