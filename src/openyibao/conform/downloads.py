"""Catalogues: downloads by 13xx with their files by 9102, and the paged queries. 中文: 目录下载与查询。"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

from openyibao.conform.judging import Complaint
from openyibao.conform.messages import Facts
from openyibao.conform.playing import Stage, dig
from openyibao.conform.reconciling import fetch_file, judged

DOWNLOADED = (
    "1301",
    "1302",
    "1303",
    "1305",
    "1306",
    "1307",
    "1308",
    "1309",
    "1310",
    "1311",
    "1313",
    "1314",
    "1315",
    "1320",
)
PAGED = ("1304", "1312", "1316", "1317", "1318", "1319")
STORY = "catalogues"
PLC = "plc"
"""What fixmedins_code says in 9102 for the catalogues' files."""


@lru_cache(maxsize=1)
def file_columns() -> dict[str, int]:
    """How many columns the tables give a file."""
    text = (files("openyibao") / "wire" / "national" / "data" / "spec_fields.json").read_text(encoding="utf-8")
    return {infno: len(table["file_columns"]) for infno, table in json.loads(text).items() if table.get("file_columns")}


def try_downloads(stage: Stage, facts: Facts) -> None:
    """Each catalogue from version 0, and its file."""
    for infno in DOWNLOADED:
        stage.progress(f"{STORY} {infno}")
        exchange = judged(stage, infno, stage.caller.call(infno, {"data": {"ver": "0"}}, facts), STORY)
        if exchange is None or not dig(exchange.output, "file_qury_no"):
            continue
        lines = fetch_file(stage, facts, exchange.output, PLC)
        if lines is None:
            continue
        count, width = dig(exchange.output, "data_cnt"), file_columns().get(infno, 0)
        found = []
        if count is not None and int(count) != len(lines):
            found.append(_says("data_cnt", f"is {count}, the file has {len(lines)} lines"))
        if width and any(len(line) != width for line in lines):
            wrong = next(len(line) for line in lines if len(line) != width)
            found.append(_says("file", f"has a line of {wrong} columns, the table has {width}"))
        keys = [line[0] for line in lines]
        if len(set(keys)) != len(keys):
            found.append(_says("file", "has a code twice"))
        stage.scores.mark(infno, "truth", found, exchange, STORY)


def try_pages(stage: Stage, facts: Facts) -> None:
    """Each paged query: two pages that don't overlap, none longer than asked."""
    for infno in PAGED:
        stage.progress(f"{STORY} {infno}")
        pages: list[list[Any]] = []
        for number in (1, 2):
            content = {"data": {"updt_time": "2000-01-01", "page_num": number, "page_size": 5}}
            exchange = judged(stage, infno, stage.caller.call(infno, content, facts), STORY)
            if exchange is None:
                break
            pages.append(_page(exchange.output))
            found = []
            if len(pages[-1]) > 5:
                found.append(_says("output", f"has {len(pages[-1])} rows, 5 were asked for"))
            if number == 2 and pages[1] and pages[0] == pages[1]:
                found.append(_says("output", "has the same rows on two pages"))
            stage.scores.mark(infno, "truth", found, exchange, STORY)


def _page(output: Any) -> list[Any]:
    if isinstance(output, dict):
        output = next((part for part in output.values() if isinstance(part, list)), [])
    return output if isinstance(output, list) else []


def _says(where: str, what: str) -> Complaint:
    return Complaint("truth", where, what, "transactions.md 1301, 1312")
