"""The words of the page where packs are looked up in both languages. 中文: 追溯码查询文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

PACKS_WORDS: Mapping[str, Words] = {
    "packs_title": Words("追溯码查询", "Look a pack up"),
    "packs_text": Words(
        "扫或输入药盒上的追溯码，看它从哪来、卖给了哪一笔。",
        "Scan or type the code on the pack: where it came from, and where it went.",
    ),
    "trace_code": Words("药品追溯码", "Trace code"),
    "look_up": Words("查询", "Look up"),
    "pack_none": Words("没有这盒药的任何记录", "Nothing is known of this pack"),
    "pack_none_next": Words(
        "请核对追溯码；从未入库、销售的药盒没有记录", "Check the code: a pack that never moved has no record"
    ),
    "pack_here": Words("现在", "Now"),
    "pack_shelved": Words("在库", "On the shelf"),
    "pack_opened": Words("已拆零", "Opened"),
    "pack_sold": Words("已售出", "Sold"),
    "pack_returned": Words("已退供应商", "Returned to the supplier"),
    "pack_lost": Words("盘亏", "Lost"),
    "second_sales": Words("被重复销售 {count} 次", "Sold again {count} times"),
    "left": Words("剩余 {left}", "{left} left"),
    "moved_received": Words("采购入库", "Received"),
    "moved_sold": Words("销售", "Sold"),
    "moved_returned_by_patient": Words("患者退回", "Returned by the patient"),
    "moved_returned_to_supplier": Words("退回供应商", "Returned to the supplier"),
    "moved_count_gain": Words("盘盈", "Count gain"),
    "moved_count_loss": Words("盘亏", "Count loss"),
    "unreceived": Words("未曾入库", "never received here"),
    "second_sale": Words("重复销售", "sold a second time"),
    "bill": Words("结算 {number}", "Bill {number}"),
    "movements": Words("进销存", "Movements"),
}
