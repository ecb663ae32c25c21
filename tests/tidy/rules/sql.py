"""SQL lives in store.py, and never asks the database what time it is: its UTC date is wrong 8 hours of each day."""

from __future__ import annotations

import re

from rules.source import PACKAGE, Fault, SourceTree, strings

_SQL_PLACES = tuple(PACKAGE + each for each in ("kit/db", "kit/embedded", "kit/requests", "migrations/"))
_SQL = re.compile(
    r"""
    ^\s* (?: (?:with|WITH)\s+(?:recursive\s+|RECURSIVE\s+)?\w+\s*(?:\([^)]*\)\s*)?(?:as|AS)\s+(?:materialized\s+|not\s+materialized\s+)?\(
         | (?:select|SELECT)\b [\s\S]+? \b(?:from|FROM)\s+[\w{\"(]
         | (?:select|SELECT)\s+ \w+\(
         | (?:insert\s+into|INSERT\s+INTO|delete\s+from|DELETE\s+FROM|truncate|TRUNCATE)\s+[\w{\"]
         | (?:copy|COPY)\s+ \S+ \s*(?:\([^)]*\)\s*)? (?:from|FROM|to|TO)\s+(?:stdin|STDIN|stdout|STDOUT|'|\$)
         | (?:update|UPDATE)\s+ \S+ (?:\s+\S+){0,2}? \s+(?:set|SET)\s+(?:[\w\"]+\s*=|\(|\{)
         | (?:create|CREATE|alter|ALTER|drop|DROP)\s+(?:\w+\s+)*?(?:table|TABLE|index|INDEX|function|FUNCTION|role|ROLE)\s
         | (?:set|SET)\s+(?:local|LOCAL|session|SESSION)\s
    )
    | \b(?:where|WHERE|and|AND|values|VALUES)\b [\s\S]* \$\d
    """,
    re.VERBOSE,
)
_TIME = re.compile(
    r"""
    \b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(
    | \b(?:current_date|current_timestamp|current_time|localtimestamp|localtime)\b
    | (?<!\$\d)(?<!\$\d\d)(?<!null) \s*::\s*date\b(?!\s*\[)
    | \bcast\s*\([^()]*\bas\s+date\s*\)
    | '(?:now|today|yesterday|tomorrow)'
    """,
    re.VERBOSE | re.IGNORECASE,
)
_COMMENT = re.compile(r"--[^\n]*|/\*[\s\S]*?\*/")


def find_sql_outside_stores(tree: SourceTree) -> list[Fault]:
    """Strings that read like SQL anywhere but in store.py, the migrations and the kit's database modules."""
    return [
        Fault(path, line, f"SQL outside store.py: {text.split()[0]} …")
        for path, module in tree.python()
        if not path.endswith("/store.py") and not path.startswith(_SQL_PLACES)
        for line, text in strings(module)
        if _SQL.search(text)
    ]


def find_sql_time(tree: SourceTree) -> list[Fault]:
    """SQL that asks for the time, takes it as a default, or cuts a date out of an instant.

    A parameter's own type (``$1::date``, ``$1::date[]``) and ``null::date`` say no time and are allowed.
    """
    faults = []
    for path, module in tree.python():
        for line, text in strings(module):
            faults += [
                Fault(path, line, _says(each)) for each in _TIME.findall(_COMMENT.sub("", text)) if _is_sql(text)
            ]
    for path, text in tree.ending(".sql", under=PACKAGE):
        bare = _COMMENT.sub(lambda comment: "\n" * comment.group().count("\n"), text)
        faults += [Fault(path, 1 + bare[: hit.start()].count("\n"), _says(hit.group())) for hit in _TIME.finditer(bare)]
    return faults


def _is_sql(text: str) -> bool:
    """A time word alone may be a label; beside any SQL word, or as a call or cast, it is SQL."""
    return bool(re.search(r"\(|::|\b(select|where|default|values|set|insert|update|from)\b", text, re.IGNORECASE))


def _says(words: str) -> str:
    return f"{words.strip()}: the time comes from the Clock, as a parameter"
