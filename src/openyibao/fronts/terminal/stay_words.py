"""The words of the stays' pages and of refunds in both languages. 中文: 住院页面文字。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.shared.words import Words

STAY_WORDS: Mapping[str, Words] = {
    "stays": Words("住院", "Stays"),
    "stay": Words("住院", "Stay"),
    "admit_title": Words("入院登记", "Admit a patient"),
    "admit_text": Words(
        "扫参保人的医保码，填写病区、床位和入院诊断。", "Scan the code; fill in ward, bed and the diagnosis."
    ),
    "admit": Words("办理入院", "Admit"),
    "ward": Words("病区", "Ward"),
    "bed": Words("床位", "Bed"),
    "open_stays": Words("在院患者", "Patients here"),
    "open_stays_none": Words("本机构没有在院患者。", "Nobody is in a stay here."),
    "admitted_on": Words("入院日期", "Admitted"),
    "closed_on": Words("出院日期", "Discharged"),
    "admission_no": Words("年内第几次住院", "Stay of the year"),
    "stay_number": Words("就诊号", "Visit"),
    "kind_day_surgery": Words("日间手术", "Day surgery"),
    "kind_maternity_inpatient": Words("生育住院", "Maternity"),
    "kind_home_bed": Words("家庭病床", "Home bed"),
    "stay_open_state": Words("在院", "Here"),
    "stay_closed_state": Words("已出院", "Discharged"),
    "stay_cancelled_state": Words("已撤销", "Cancelled"),
    "steps": Words("住院经过", "What happened"),
    "step_admitted": Words("入院", "Admitted"),
    "step_changed": Words("信息变更", "Changed"),
    "step_closed": Words("出院", "Discharged"),
    "step_reopened": Words("撤销出院", "Discharge undone"),
    "step_cancelled": Words("撤销入院", "Admission cancelled"),
    "change": Words("变更病区、床位", "Change ward or bed"),
    "change_sure": Words("保存变更", "Save"),
    "lines_of_day": Words("当日费用", "Lines of the day"),
    "incurred_on": Words("费用日期", "Day of the lines"),
    "upload": Words("上传费用", "Upload"),
    "batches": Words("费用批次", "Batches"),
    "batches_none": Words("还没有上传费用。", "No lines are uploaded yet."),
    "batch_open": Words("待结算", "Waiting"),
    "batch_settled": Words("已结算", "Settled"),
    "batch_removed": Words("已撤销", "Taken back"),
    "batch_lines": Words("{count} 行", "{count} lines", "{count} line"),
    "remove_waiting": Words("撤销全部待结算费用", "Take back all that waits"),
    "settle_stay": Words("结算", "Settle"),
    "settle_interim_text": Words(
        "患者在院：现在是中途结算。不选批次就结算全部待结算费用。",
        "The patient is here, so this is an interim settlement. Choose batches, or none for all that wait.",
    ),
    "settle_final_text": Words(
        "患者已出院：这是出院结算。", "The patient is discharged: this settles the stay for good."
    ),
    "parts_title": Words("跨年度住院。", "A stay over the year's end."),
    "parts_text": Words(
        "费用按医保年度分段结算：先结算 {year} 年度（至 {until}），再结算其余。",
        "It is settled by policy years: first {year} (to {until}), then the rest.",
    ),
    "parts_due": Words(
        "{year} 年度已结束，请办理年终中途结算：不选批次，点“预结算”即只结算该年度（至 {until}）的费用。",
        "The year {year} has ended: make its interim settlement. Choose no batch; that year's lines (to {until}) are settled.",
    ),
    "part_of_year": Words("{year} 年度：{begin} 至 {until}，{sum} 元", "Year {year}: {begin} to {until}, {sum} yuan"),
    "part_straddles": Words(
        "有批次跨年，请撤销后按日重传", "a batch lies in two years: take it back and upload it by days"
    ),
    "parts_rest": Words(
        "本次只结算一个年度；{begin} 起的费用 {sum} 元留待下一次结算。",
        "This settles one year; {sum} yuan from {begin} on wait for the next settlement.",
    ),
    "year_end_due": Words("待年终结算", "Year-end settlement due"),
    "discharge": Words("办理出院", "Discharge"),
    "discharge_diagnosis": Words("出院诊断编码", "Discharge diagnosis code"),
    "undo": Words("撤销", "Undo"),
    "undo_discharge": Words("撤销出院", "Undo the discharge"),
    "undo_admission": Words("撤销入院", "Cancel the admission"),
    "refund": Words("退费（退部分项目）", "Refund items"),
    "refund_text": Words(
        "填写要退的数量和金额；整笔撤销后按其余项目重新结算，一次完成。",
        "Fill in what goes back. The whole is reversed and the rest settled again, in one act.",
    ),
    "refund_sure": Words("确定退费", "Refund"),
    "refund_nothing": Words("没有填写要退的项目", "Nothing to refund was filled in"),
    "refund_nothing_next": Words("请至少填写一行的数量和金额", "Fill in quantity and amount of at least one line"),
    "left_of_line": Words("可退 {quantity} · {amount} 元", "{quantity} left · {amount} yuan"),
    "corrections": Words("更正记录", "Corrections"),
    "correction_refund": Words("退费", "Refund"),
    "correction_repricing": Words("经办机构重算", "Repriced by the agency"),
    "correction_restoration": Words("冲正撤销", "Restored"),
    "difference": Words(
        "差额：基金 {fund}、账户 {account}、现金 {cash} 元",
        "Difference: funds {fund}, account {account}, own money {cash} yuan",
    ),
    "difference_back": Words("请退还参保人现金 {sum} 元", "Give {sum} yuan of own money back"),
    "difference_owed": Words("请向参保人补收现金 {sum} 元", "Collect {sum} more yuan of own money"),
    "difference_none": Words("现金没有差额", "No own money changes hands"),
    "refunded": Words("退费完成", "Refunded"),
    "refunded_next": Words("打开新的结算单打印", "Open the new slip and print it"),
}
