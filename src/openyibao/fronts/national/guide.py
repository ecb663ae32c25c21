"""The vendors' guide's table of transactions, from the table in code. 中文: 交易清单。"""

from __future__ import annotations

from openyibao.fronts.national.calls import Repeats
from openyibao.fronts.national.transactions import TRANSACTIONS
from openyibao.wire.national.fields import field_tables

BEGIN, END = "<!-- transactions: begin -->", "<!-- transactions: end -->"
_REPEATS = {
    Repeats.same_answer: "the act is done once; the first answer again",
    Repeats.reads_again: "reads again, writes nothing",
}


def transaction_table() -> str:
    """One row a transaction, served ones with what a repeat does."""
    tables = field_tables()
    rows = ["| infno | 交易 | state | the same msgid again | lost: 2601 |", "|---|---|---|---|---|"]
    for infno in sorted(tables.keys() | TRANSACTIONS.keys()):
        served = TRANSACTIONS.get(infno)
        base = tables.get(infno) or tables.get(infno[:4])
        name = "" if base is None else base.name
        if served is None:
            rows.append(f"| {infno} | {name} | refused by name | | |")
        else:
            undone = "undone by 2601" if served.annulled else ""
            rows.append(f"| {infno} | {name} | **served** | {_REPEATS[served.repeats]} | {undone} |")
    return "\n".join(rows)


def with_table(guide: str) -> str:
    """The guide with its table as the code has it. Raises ValueError where the marks are gone."""
    head, found, rest = guide.partition(BEGIN)
    _, ended, tail = rest.partition(END)
    if not found or not ended:
        raise ValueError("the guide has lost the marks of its table")
    return f"{head}{BEGIN}\n{transaction_table()}\n{END}{tail}"
