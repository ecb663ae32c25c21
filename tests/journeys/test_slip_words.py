"""The words of the area's slip come in the page's language."""

from __future__ import annotations

import re
from typing import Any

from journey_house import House

from openyibao.demo.bills import CASES
from openyibao.fronts.api.answers import explained_body, pre_settled_body
from openyibao.fronts.shared.pages import environment
from openyibao.fronts.shared.words import SHARED_WORDS, say
from openyibao.fronts.terminal.views import split_segments
from openyibao.fronts.terminal.words import TERMINAL_WORDS
from openyibao.rooms import settlement
from openyibao.rooms.settlement import ExplainedSettlement, PreSettled, Settled

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def labels_of(page: str) -> list[str]:
    return re.findall(r"<dt>(.*?)</dt>", page)


def rendered(done: PreSettled, lang: str) -> str:
    def t(key: str, **facts: Any) -> str:
        return say({**SHARED_WORDS, **TERMINAL_WORDS}, lang, key, **facts)

    title = done.document_title_en if lang == "en" else done.document_title_zh
    return environment().get_template("terminal/split.html").render(
        t=t,
        lang=lang,
        done=done,
        split=done.split,
        segments=split_segments(done.split, lang),
        lines=(),
        steps=(),
        title=title,
        request_key="k",
    )  # fmt: skip


async def test_an_english_slip_shows_english_labels_and_a_chinese_one_chinese(house: House) -> None:
    case = CASES[0]
    token = await house.token(house.case_person(case))
    done = await house.pre_settle(token, encounter=house.visit(), items=house.case_lines(case))
    assert isinstance(done, PreSettled), done
    assert done.labels
    english, chinese = labels_of(rendered(done, "en")), labels_of(rendered(done, "zh"))
    assert [one.en for one in done.labels] == english[: len(done.labels)]
    assert [one.zh for one in done.labels] == chinese[: len(done.labels)]
    assert not any(CHINESE.search(label) for label in english)
    assert pre_settled_body(done)["labels"] == done.labels


async def test_a_stored_bill_is_explained_with_the_same_labels_in_both_languages(house: House) -> None:
    case = CASES[0]
    settled = await house.settle_new(house.case_person(case), house.case_lines(case))
    assert isinstance(settled, Settled), settled
    async with house.platform.readers.reading() as reading:
        found = await settlement.explain_settlement(
            reading,
            house.platform.desk,
            cell=settled.settlement.cell,
            settlement_id=settled.settlement.settlement_id,
            institution_id=house.hospital.institution_id,
        )
    assert isinstance(found, ExplainedSettlement), found
    assert explained_body(found)["labels"] == found.labels
    for label in found.labels:
        assert CHINESE.search(label.zh)
        assert not CHINESE.search(label.en)
