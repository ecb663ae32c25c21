"""Catalogues and code lists: 1301, 1305, 1306 as files, 1312 and 1316 to 1319 by pages, 1901. 中文: 目录与字典。"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from openyibao.fronts.national.calls import Answer, FileAnswer, WireCall, text
from openyibao.fronts.national.files import packed_aside
from openyibao.fronts.national.reasons import FIELD_WRONG
from openyibao.kit.clock import SHANGHAI
from openyibao.kit.outcome import Refused
from openyibao.rooms import exchange
from openyibao.rooms.catalogue import CatalogueItem, CatalogueKind
from openyibao.wire.national import codes
from openyibao.wire.national.amounts import plain, price, ratio
from openyibao.wire.national.envelope import node_of
from openyibao.wire.national.fields import code_lists, field_tables
from openyibao.wire.national.lines import day_of

PAGE_MAX = 1_000
KEPT_DAYS = 7
MAPPINGS_MAX = 5_000
_KINDS = {"1301": CatalogueKind.drug, "1305": CatalogueKind.service, "1306": CatalogueKind.consumable}
_LEVELS = {"community": "1", "primary": "1", "secondary": "2", "tertiary": "3", "ministry": "3"}
_BEGINNING = datetime(2020, 1, 1, tzinfo=SHANGHAI)


def _rows(call: WireCall, kind: CatalogueKind | None, on: date) -> list[CatalogueItem]:
    area = call.institution.treatment_area
    return [row for row in call.platform.desk.catalogue.list_area(area, on) if kind in (None, row.kind)]


def _version(rows: list[CatalogueItem]) -> str:
    """The newest row's day: what a client has is old where a newer one came."""
    return f"v{max((row.valid_from for row in rows), default=date(2020, 1, 1)):%Y%m%d}"


async def offer(call: WireCall) -> Answer:
    """1301, 1305, 1306: which file holds what is newer than the client's version."""
    kind = _KINDS[call.envelope.infno[:4]]
    today = call.platform.clock.today()
    rows = _rows(call, kind, today)
    version = _version(rows)
    known = text(node_of(call.sent, "data"), "ver", 20)
    count = 0 if known.startswith("v") and known >= version else len(rows)
    until = today + timedelta(days=KEPT_DAYS)
    return {
        "file_qury_no": f"L{call.envelope.infno[:4]}{version}",
        "filename": f"{call.envelope.infno[:4]}_{version}.zip",
        "dld_end_time": f"{until:%Y-%m-%d} 00:00:00",
        "data_cnt": count,
    }


async def catalogue_file(call: WireCall, number: str) -> FileAnswer | None:
    """The file of an offer, made as it is fetched; None for a number that is no offer's."""
    kind = _KINDS.get(number[1:5]) if number.startswith("L") else None
    if kind is None:
        return None
    rows = _rows(call, kind, call.platform.clock.today())
    version = _version(rows)
    columns = field_tables()[number[1:5]].file_columns
    content = await packed_aside(number, (_file_row(row, version, columns) for row in rows))
    return FileAnswer(content, f"{number[1:]}.zip")


def _file_row(row: CatalogueItem, version: str, columns: Sequence[str]) -> tuple[Any, ...]:
    """One row under the table's columns; what the catalogue has no word for is empty."""
    until = None if row.valid_until is None else row.valid_until.isoformat()
    said = {
        "医疗目录编码": row.item_code,
        **dict.fromkeys(("药品商品名", "药品通用名", "注册名称", "医疗服务项目名称", "耗材名称"), row.name),
        **dict.fromkeys(("药品规格", "规格"), row.specification),
        **dict.fromkeys(("最小使用单位", "计价单位", "计价单位名称"), row.unit),
        "限制使用标志": "1" if row.restricted else "0",
        "国家医保药品目录甲乙类标识": codes.CLASS_CODES[row.payment_class],
        **dict.fromkeys(("开始日期", "生效时间"), row.valid_from.isoformat()),
        **dict.fromkeys(("结束日期", "失效时间"), until),
        "有效标志": "1",
        "下发标志": "1",
        **dict.fromkeys(("唯一记录号", "传输数据ID"), str(row.catalogue_item_id)),
        **dict.fromkeys(("数据创建时间", "数据更新时间"), f"{row.valid_from:%Y-%m-%d} 00:00:00"),
        **dict.fromkeys(("版本号", "版本名称"), version),
    }
    return tuple(said.get(name) for name in columns)


def _paged(row: dict[str, Any], found: list[dict[str, Any]]) -> Answer:
    """One page, with how many there are; no node, as the tables have it, and the rows under ``data``."""
    number, size = plain(row.get("page_num")) or "1", plain(row.get("page_size")) or "100"
    if not number.isdigit() or not size.isdigit() or len(number) > 6 or not 0 < int(size) <= PAGE_MAX or number == "0":
        return Refused(FIELD_WRONG, {"field": "page_num, page_size"})
    page, most = int(number), int(size)
    first = (page - 1) * most
    pages = -(-len(found) // most)
    shown = found[first : first + most]
    return {
        "data": shown,
        "pageNum": page,
        "pageSize": most,
        "size": len(shown),
        "pages": pages,
        "recordCounts": len(found),
        "total": len(found),
        "startRow": first,
        "endRow": first + len(shown),
        "firstPage": page == 1,
        "lastPage": page >= pages,
    }


def _stored(row: CatalogueItem, call: WireCall, *, tag: str) -> dict[str, Any]:
    """What every row of these queries has at its end."""
    area = row.catalogue_area or call.institution.treatment_area
    return {
        "insu_admdvs": f"{area:06d}",
        "begndate": row.valid_from.isoformat(),
        "enddate": None if row.valid_until is None else row.valid_until.isoformat(),
        "vali_flag": "1",
        "rid": f"{tag}{row.catalogue_item_id}",
        "updt_time": f"{row.valid_from:%Y-%m-%d} 00:00:00",
        "crte_time": f"{row.valid_from:%Y-%m-%d} 00:00:00",
        "memo": None,
    }


def _asked(call: WireCall) -> tuple[dict[str, Any], list[CatalogueItem]]:
    """The rows that a query's day, code, name, list and update day leave."""
    row = node_of(call.sent, "data")
    on = day_of(row.get("query_date")) or call.platform.clock.today()
    kind = codes.LIST_TYPE_KINDS.get(text(row, "list_type", 30))
    code = text(row, "hilist_code", 40) or text(row, "med_list_codg", 40)
    name, since = text(row, "hilist_name", 100), day_of(row.get("updt_time"))
    found = [
        one
        for one in _rows(call, kind, on)
        if code in ("", one.item_code) and name in one.name and (since is None or one.valid_from >= since)
    ]
    return row, found


async def tell_items(call: WireCall) -> Answer:
    """1312."""
    row, found = _asked(call)
    level = text(row, "chrgitm_lv", 3)
    return _paged(
        row,
        [
            {
                "hilist_code": one.item_code,
                "hilist_name": one.name,
                **_stored(one, call, tag="H"),
                "med_chrgitm_type": codes.FEE_KINDS[one.kind],
                "chrgitm_lv": codes.CLASS_CODES[one.payment_class],
                "lmt_used_flag": "1" if one.restricted else "0",
                "list_type": codes.LIST_TYPES[one.kind],
                "med_use_flag": "1",
                "matn_used_flag": "0",
                "hilist_use_type": "0",
                "lmt_cpnd_type": "1",
            }
            for one in found
            if level in ("", codes.CLASS_CODES[one.payment_class])
        ],
    )


async def tell_matches(call: WireCall) -> Answer:
    """1316: here an item has one code in both catalogues."""
    row, found = _asked(call)
    return _paged(
        row,
        [
            {
                "med_list_codg": one.item_code,
                "hilist_code": one.item_code,
                "list_type": codes.LIST_TYPES[one.kind],
                **_stored(one, call, tag="M"),
            }
            for one in found
        ],
    )


async def tell_own_matches(call: WireCall) -> Answer:
    """1317: what this institution has matched by 3301."""
    row = node_of(call.sent, "data")
    own, code = text(row, "medins_list_codg", 30), text(row, "med_list_codg", 40)
    now = call.platform.clock.now()
    async with call.platform.readers.reading() as reading:
        papers = await exchange.list_papers(
            reading,
            call.platform.sealer,
            institution_id=call.institution_id,
            kind="mapping",
            begins=_BEGINNING,
            ends=now + timedelta(seconds=1),
            most=MAPPINGS_MAX,
        )
    found = []
    for paper in papers:
        said = paper.said
        if own not in ("", said["fixmedins_hilist_id"]) or code not in ("", said["med_list_codg"]):
            continue
        at = paper.handed_in_at.astimezone(SHANGHAI)
        found.append(
            {
                "fixmedins_code": call.institution.institution_code,
                "medins_list_codg": said["fixmedins_hilist_id"],
                "medins_list_name": said.get("fixmedins_hilist_name"),
                "insu_admdvs": f"{call.institution.treatment_area:06d}",
                "list_type": said.get("list_type") or "101",
                "med_list_codg": said["med_list_codg"],
                "begndate": said.get("begndate") or f"{at:%Y-%m-%d}",
                "enddate": said.get("enddate"),
                "memo": said.get("memo"),
                "vali_flag": "1",
                "rid": str(paper.paper_id),
                "updt_time": f"{at:%Y-%m-%d %H:%M:%S}",
                "crte_time": f"{at:%Y-%m-%d %H:%M:%S}",
            }
        )
    return _paged(row, found)


async def tell_price_limits(call: WireCall) -> Answer:
    """1318: one row an item and price-limit level."""
    row, found = _asked(call)
    return _paged(
        row,
        [
            {
                "hilist_code": one.item_code,
                "hilist_lmtpric_type": level,
                "overlmt_dspo_way": "1",
                **_stored(one, call, tag=f"P{level}"),
                "hilist_pric_uplmt_amt": price(limit),
            }
            for one in found
            for level, limit in _limits(one)
        ],
    )


def _limits(one: CatalogueItem) -> list[tuple[str, int]]:
    """The limits by the interface's three levels; of two of our levels in one the higher."""
    found: dict[str, int] = {}
    for level, limit in one.price_limit_micro.items():
        code = _LEVELS.get(level, "1")
        found[code] = max(limit, found.get(code, 0))
    return sorted(found.items())


async def tell_first_shares(call: WireCall) -> Answer:
    """1319: the first share of class B items; all of class C, nothing of class A."""
    row, found = _asked(call)
    return _paged(
        row,
        [
            {
                "hilist_code": one.item_code,
                "selfpay_prop_psn_type": "310",
                "selfpay_prop_type": "10",
                **_stored(one, call, tag="S"),
                "selfpay_prop": _first_share(one),
            }
            for one in found
        ],
    )


def _first_share(one: CatalogueItem) -> Decimal:
    return Decimal("1.0000") if codes.CLASS_CODES[one.payment_class] == "03" else ratio(one.first_share_bp, 10_000)


async def tell_codes(call: WireCall) -> Answer:
    """1901: a code list of the interface, by its name in any case."""
    row = node_of(call.sent, "data")
    wanted = text(row, "type", 40)
    lists = code_lists()
    name = next((one for one in lists if one.lower() == wanted.lower()), None)
    if name is None:
        return Refused(FIELD_WRONG, {"field": "type"})
    parent = text(row, "parent_value", 10)
    return {"list": list(_codes(name, lists[name], parent))}


def _codes(name: str, values: dict[str, str], parent: str) -> Iterator[dict[str, Any]]:
    for order, (value, label) in enumerate(values.items(), start=1):
        yield {
            "type": name.upper(),
            "label": label,
            "value": value,
            "parentValue": parent or "0",
            "sort": order,
            "valiFlag": "1",
            "createUser": "openyibao",
            "createDate": "2024-10-01",
            "version": 1,
        }
