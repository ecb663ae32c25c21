"""The table of transactions: which are served, by what, and what a repeat does. 中文: 交易表。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.national import (
    catalogues,
    filed,
    files,
    inpatient,
    insured,
    lists,
    outpatient,
    papers,
    pharmacy,
    places,
    queries,
    reconciling,
    signing_in,
    stock,
    undoing,
)
from openyibao.fronts.national.calls import Repeats, Transaction
from openyibao.fronts.national.reasons import TRANSACTION_UNKNOWN, TRANSACTION_UNSUPPORTED
from openyibao.kit.outcome import Refused
from openyibao.wire.national.fields import field_tables

_SAME, _READS = Repeats.same_answer, Repeats.reads_again
TRANSACTIONS: Mapping[str, Transaction] = {
    "9001": Transaction(run=signing_in.sign_in, repeats=_SAME),
    "9002": Transaction(run=signing_in.sign_out, repeats=_SAME),
    "1101": Transaction(run=insured.tell_person, repeats=_READS),
    "1161": Transaction(run=insured.tell_person_by_card, repeats=_READS),
    "1201": Transaction(run=places.tell_institution, repeats=_READS),
    "1301": Transaction(run=catalogues.offer, repeats=_READS),
    "1305": Transaction(run=catalogues.offer, repeats=_READS),
    "1306": Transaction(run=catalogues.offer, repeats=_READS),
    "1312": Transaction(run=catalogues.tell_items, repeats=_READS),
    "1316": Transaction(run=catalogues.tell_matches, repeats=_READS),
    "1317": Transaction(run=catalogues.tell_own_matches, repeats=_READS),
    "1318": Transaction(run=catalogues.tell_price_limits, repeats=_READS),
    "1319": Transaction(run=catalogues.tell_first_shares, repeats=_READS),
    "1901": Transaction(run=catalogues.tell_codes, repeats=_READS),
    "2001": Transaction(run=insured.tell_benefit, repeats=_READS),
    "2101": Transaction(run=pharmacy.pre_settle, repeats=_READS),
    "2102": Transaction(run=pharmacy.settle, repeats=_SAME, annulled=True),
    "2103": Transaction(run=outpatient.reverse, repeats=_SAME, annulled=True),
    "2201": Transaction(run=outpatient.register, repeats=_SAME, annulled=True),
    "2202": Transaction(run=outpatient.cancel, repeats=_SAME),
    "2203": Transaction(run=outpatient.diagnose, repeats=_SAME),
    "2203A": Transaction(run=outpatient.diagnose, repeats=_SAME),
    "2204": Transaction(run=outpatient.upload_lines, repeats=_SAME, annulled=True),
    "2205": Transaction(run=outpatient.remove_lines, repeats=_SAME),
    "2206": Transaction(run=outpatient.pre_settle, repeats=_READS),
    "2206A": Transaction(run=outpatient.pre_settle, repeats=_READS),
    "2207": Transaction(run=outpatient.settle, repeats=_SAME, annulled=True),
    "2207A": Transaction(run=outpatient.settle, repeats=_SAME, annulled=True),
    "2208": Transaction(run=outpatient.reverse, repeats=_SAME, annulled=True),
    "2208A": Transaction(run=outpatient.reverse, repeats=_SAME, annulled=True),
    "2301": Transaction(run=inpatient.upload_lines, repeats=_SAME, annulled=True),
    "2302": Transaction(run=inpatient.remove_lines, repeats=_SAME),
    "2303": Transaction(run=inpatient.pre_settle, repeats=_READS),
    "2304": Transaction(run=inpatient.settle, repeats=_SAME, annulled=True),
    "2305": Transaction(run=outpatient.reverse, repeats=_SAME, annulled=True),
    "2401": Transaction(run=inpatient.admit, repeats=_SAME, annulled=True),
    "2402": Transaction(run=inpatient.discharge, repeats=_SAME, annulled=True),
    "2403": Transaction(run=inpatient.change, repeats=_SAME),
    "2404": Transaction(run=inpatient.undoing("cancel_encounter"), repeats=_SAME),
    "2405": Transaction(run=inpatient.undoing("reopen_encounter"), repeats=_SAME),
    "2501": Transaction(run=filed.file_transfer, repeats=_SAME),
    "2502": Transaction(run=filed.withdraw, repeats=_SAME),
    "2503": Transaction(run=filed.file_disease, repeats=_SAME),
    "2504": Transaction(run=filed.withdraw, repeats=_SAME),
    "2505": Transaction(run=filed.file_designation, repeats=_SAME),
    "2506": Transaction(run=filed.withdraw, repeats=_SAME),
    "2507": Transaction(run=filed.file_injury, repeats=_SAME),
    "2601": Transaction(run=undoing.annul, repeats=_SAME),
    "3201": Transaction(run=reconciling.compare_totals, repeats=_READS),
    "3202": Transaction(run=reconciling.compare_lines, repeats=_SAME),
    "3203": Transaction(run=papers.apply_for_clearing, repeats=_SAME),
    "3204": Transaction(run=papers.withdraw_clearing, repeats=_SAME),
    "3301": Transaction(run=papers.map_items, repeats=_SAME),
    "3302": Transaction(run=papers.unmap_item, repeats=_SAME),
    "3401": Transaction(run=papers.set_departments, repeats=_SAME),
    "3401A": Transaction(run=papers.set_departments, repeats=_SAME),
    "3402": Transaction(run=papers.set_departments, repeats=_SAME),
    "3403": Transaction(run=papers.end_department, repeats=_SAME),
    "3501": Transaction(run=stock.report, repeats=_SAME),
    "3502": Transaction(run=stock.report, repeats=_SAME),
    "3503": Transaction(run=stock.report, repeats=_SAME),
    "3504": Transaction(run=stock.report, repeats=_SAME),
    "3505": Transaction(run=stock.report, repeats=_SAME),
    "3506": Transaction(run=stock.report, repeats=_SAME),
    "3507": Transaction(run=stock.delete, repeats=_SAME),
    "3508": Transaction(run=stock.telling("inventory"), repeats=_READS),
    "3509": Transaction(run=stock.telling("stock_change"), repeats=_READS),
    "3510": Transaction(run=stock.telling("purchase", "purchase_return"), repeats=_READS),
    "3511": Transaction(run=stock.telling("sale", "sale_return"), repeats=_READS),
    "4101": Transaction(run=lists.hand_in_list, repeats=_SAME),
    "4101A": Transaction(run=lists.hand_in_list, repeats=_SAME),
    "4102": Transaction(run=lists.mark_list, repeats=_SAME),
    "4103": Transaction(run=lists.tell_list, repeats=_READS),
    "4105": Transaction(run=lists.count_lists, repeats=_READS),
    "4901": Transaction(run=papers.hand_in_receipts, repeats=_SAME),
    "5101": Transaction(run=papers.tell_departments, repeats=_READS),
    "5501": Transaction(run=papers.tell_receipt, repeats=_READS),
    "9101": Transaction(run=files.send, repeats=_SAME),
    "9102": Transaction(run=files.fetch, repeats=_READS),
    "5102": Transaction(run=places.tell_staff, repeats=_READS),
    "5201": Transaction(run=queries.tell_visits, repeats=_READS),
    "5202": Transaction(run=queries.tell_diagnoses, repeats=_READS),
    "5203": Transaction(run=queries.tell_bill, repeats=_READS),
    "5204": Transaction(run=queries.tell_lines, repeats=_READS),
    "5206": Transaction(run=queries.tell_sums, repeats=_READS),
    "5301": Transaction(run=filed.tell_diseases, repeats=_READS),
    "5302": Transaction(run=filed.tell_designations, repeats=_READS),
    "5303": Transaction(run=queries.tell_stays, repeats=_READS),
    "5304": Transaction(run=filed.tell_transfers, repeats=_READS),
}
"""Transaction → what serves it. Whatever else the field tables know is refused by name."""


def refuse_transaction(infno: str) -> Refused:
    """Why a transaction is not served, naming it."""
    table = field_tables().get(infno)
    if table is None:
        return Refused(TRANSACTION_UNKNOWN, {"infno": infno or "—"})
    return Refused(TRANSACTION_UNSUPPORTED, {"infno": infno, "name": table.name})
