"""A pack by its trace code: where it is, and every movement of it. No person is shown. 中文: 追溯码查询页面。"""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from openyibao.fronts.counter.desk import AtDesk, at_desk
from openyibao.fronts.counter.packs_words import PACKS_WORDS
from openyibao.fronts.shared.pages import Box, PageRequest, PlatformHere
from openyibao.rooms import goods
from openyibao.rooms.goods import PACK_E4, FoundPack

REFUSED = 422
CODE_MAX = 100


@get("/packs", include_in_schema=False)
async def ask_code(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The form."""
    desk = await at_desk(platform, request, PACKS_WORDS)
    return desk.refused or _page(desk)


def _page(desk: AtDesk, box: Box | None = None, found: FoundPack | None = None, code: str = "") -> Response[Any]:
    directory, catalogue = desk.page.platform.desk.directory, desk.page.platform.desk.catalogue
    moved = []
    name = ""
    if found is not None:
        row = catalogue.find(found.pack.item_code, desk.pool.pooling_area, desk.page.platform.clock.today())
        name = row.name if row else found.pack.item_code
        for one in found.movements:
            place = directory.by_id(one.institution_id)
            moved.append((one, place.name if place else str(one.institution_id), _share(one.quantity_e4)))
    here = None if found is None else directory.by_id(found.pack.institution_id)
    return desk.html(
        "packs.html",
        status_code=200 if box is None else REFUSED,
        box=box,
        pack=None if found is None else found.pack,
        left="" if found is None else _share(found.pack.left_e4),
        name=name,
        here=here.name if here else "",
        moved=moved,
        code=code,
    )


def _share(quantity_e4: int) -> str:
    """Packs as people write them: 1, 0.25, -1."""
    sign, whole = ("-" if quantity_e4 < 0 else ""), divmod(abs(quantity_e4), PACK_E4)
    return sign + f"{whole[0]}.{whole[1]:04d}".rstrip("0").rstrip(".")


@post("/packs", status_code=200, include_in_schema=False)
async def show_pack(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The pack of a code, or that nothing is known of it."""
    desk = await at_desk(platform, request, PACKS_WORDS)
    if desk.refused is not None:
        return desk.refused
    code = str((await request.form()).get("trace_code", "")).strip()[:CODE_MAX]
    plain = "".join(one for one in code if one.isascii() and (one.isalnum() or one in "._-"))
    async with platform.readers.reading() as reading:
        found = await goods.find_pack(reading, plain) if plain and plain == code else None
    return _page(desk, None if found is not None else desk.page.box("pack_none"), found, plain)


PACK_HANDLERS = (ask_code, show_pack)
