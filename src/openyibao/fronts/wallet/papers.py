"""A relative ends the printed code of whom they show the code for: it takes away and gives nothing. 中文: 亲属停用纸质码。"""

from __future__ import annotations

from typing import Any

from litestar import Response, post

from openyibao.fronts.shared.pages import Page, PageRequest, PlatformHere, read_fields
from openyibao.fronts.wallet.family import NamedForm, family_page, named_of
from openyibao.fronts.wallet.sessions import bound_device, signed_in
from openyibao.fronts.wallet.words import WALLET_WORDS
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import mandates, papers


@post("/family/paper", status_code=200, include_in_schema=False)
async def end_paper(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The relative's printed code is lost: it is dead at once, and its holder sees by whom."""
    page = Page(platform, request, WALLET_WORDS)
    await signed_in(platform, request)
    name = named_of(read_fields(await request.form(), NamedForm).named)
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)

    async def run(tx: Tx) -> Any:
        one = (await mandates.read_mandates(tx, [name])).get(name)
        agent = (binding.bucket, binding.person_id)
        if one is None or (one.agent_bucket, one.agent_person_id) != agent:
            return Refused(mandates.MANDATE_UNKNOWN)
        refused = mandates.refuse_state(one, platform.clock.today())
        return refused or await papers.end_codes(
            tx,
            platform.clock,
            bucket=one.bucket,
            person_id=one.principal_person_id,
            actor=str(binding.person_id),
        )

    answer = await platform.lane.submit("work", Work(run=run))
    box = page.refused(answer) if isinstance(answer, Refused) else page.box("paper_ended", tone="good")
    return await family_page(page, box)


PAPER_HANDLERS = (end_paper,)
