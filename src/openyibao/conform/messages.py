"""Messages: the input of a transaction from its table and the facts known so far, and the envelope round it. 中文: 报文。

Minimal: the required fields alone. Full: the optional ones too, empty after the general rule of transactions.md ("numeric parameters that
have no value are sent as 0, others as an empty string"). What the story gives always wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from openyibao.conform.tables import Field, Node, Transaction, code_lists

Facts = dict[str, Any]

ALIASES: dict[str, str] = {
    **dict.fromkeys(
        ("atddr_no", "dise_dor_no", "bilg_dr_codg", "diag_dr_codg", "orders_dr_code", "dr_codg", "drord_dr_codg"),
        "doctor_code",
    ),
    **dict.fromkeys(
        (
            *("dr_name", "dise_dor_name", "bilg_dr_name", "chfpdr_name", "diag_dr_name", "drord_dr_name"),
            *("prsc_dr_name", "phar_name", "sel_retn_opter_name", "purc_retn_opter_name"),
        ),
        "doctor_name",
    ),
    **dict.fromkeys(
        ("bilg_dept_codg", "adm_dept_codg", "dscg_dept_codg", "diag_dept", "drord_dept_codg"),
        "dept_code",
    ),
    **dict.fromkeys(("bilg_dept_name", "adm_dept_name", "dscg_dept_name", "drord_dept_name"), "dept_name"),
    **dict.fromkeys(
        ("diag_code", "dise_codg", "dscg_maindiag_code", "dscg_main_dise_codg", "maindiagCode"), "dise_code"
    ),
    **dict.fromkeys(
        ("diag_name", "dscg_maindiag_name", "adm_diag_dscr", "dscg_main_dise_name", "maindiagName"), "dise_name"
    ),
    **dict.fromkeys(("psn_cert_type", "cert_type", "patn_cert_type"), "cert_type"),
    **dict.fromkeys(("ipt_no", "ipt_otp_no"), "ipt_otp_no"),
    **dict.fromkeys(
        ("medins_id", "medins_code", "ide_fixmedins_no", "reflin_medins_no", "fixmedinsCode"), "fixmedins_code"
    ),
    **dict.fromkeys(("medins_name", "ide_fixmedins_name", "reflin_medins_name", "fixmedinsName"), "fixmedins_name"),
    **dict.fromkeys(("insu_admdvs", "insu_optins", "poolarea", "insuplcAdmdvs", "insuplc_admdvs"), "insuplc_admdvs"),
    **dict.fromkeys(("mdtrtarea_admdvs", "medins_admdvs", "mdtrtareaAdmdvs", "admdvs"), "mdtrtarea_admvs"),
    **dict.fromkeys(("patn_name", "psnName"), "psn_name"),
    "patn_id": "psn_no",
    "curr_mdtrt_id": "mdtrt_id",
}
"""Fields that mean a fact under another name."""

FIRST_CHOICES: dict[str, str] = {
    **dict.fromkeys(("vali_flag", "maindiag_flag", "maindise_flag", "Vali_Flag", "itro"), "1"),
    **dict.fromkeys(("rx_circ_flag", "hosp_appr_flag", "mid_setl_flag", "trdn_flag", "rx_flag"), "0"),
    **dict.fromkeys(("refd_setl_flag", "fixmedins_refd_setl_flag", "chk_pay_flag"), "0"),
    "diag_type": "1",
    "inout_dise_type": "1",
    "psn_setlway": "01",
    "acct_used_flag": "1",
    "mdtrt_cert_type": "02",
    "dscg_way": "1",
    "adm_bed": "01",
    "setl_optins": "",
    "page_num": "1",
    "page_size": "20",
}
"""What a client puts where nothing else is known."""


def build_input(table: Transaction, given: Mapping[str, Any], facts: Facts, *, full: bool = False) -> dict[str, Any]:
    """The input: the given nodes completed from the facts; nodes not given but with required fields are built whole."""
    built: dict[str, Any] = {}
    nested = nested_nodes(table)
    for node in table.inputs:
        name = node.name or "data"
        if name in given:
            built[name] = _complete(node, given[name], facts, full=full)
        elif name not in nested and (node.required or len(table.inputs) == 1) and name not in OPTIONAL_NODES:
            built[name] = _complete(node, {}, facts, full=full)
    return built | {name: part for name, part in given.items() if name not in built}


OPTIONAL_NODES = frozenset({"opspdiseinfo", "oprninfo", "icuinfo", "bldinfo", "payinfo", "purcInvoFileDTO"})


def nested_nodes(table: Transaction) -> frozenset[str]:
    """Nodes that stand inside a row of another: a field has their name (2102: durg_trac_info in each drugdetail)."""
    names = {node.name for node in table.inputs}
    return frozenset(field.code for node in table.inputs for field in node.fields if field.code in names)


def _complete(node: Node, part: Any, facts: Facts, *, full: bool) -> Any:
    if isinstance(part, list):
        return [_complete(node, row, facts | {"row": number}, full=full) for number, row in enumerate(part, start=1)]
    row = dict(part)
    for field in node.fields:
        if field.code in row:
            continue
        if field.required:
            row[field.code] = _value(field, facts)
        elif full:
            row[field.code] = facts.get(field.code, 0 if field.kind == "number" else "")
    return row


def _value(field: Field, facts: Facts) -> Any:
    for name in (field.code, ALIASES.get(field.code, "")):
        if name in facts:
            return facts[name]
    if field.code in FIRST_CHOICES:
        return FIRST_CHOICES[field.code]
    if field.code.endswith("srt_no"):
        return facts.get("row", 1)
    if field.kind == "number":
        return 0
    if field.kind in {"date", "instant"}:
        return facts["today"] if field.kind == "date" else facts["now"]
    if field.coded and field.code in code_lists():
        return next(iter(code_lists()[field.code]))
    return "1"


def plain(value: Any) -> Any:
    """Decimals as the JSON numbers that clients write; all else as it is."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


def envelope(infno: str, msgid: str, content: Any, facts: Facts) -> dict[str, Any]:
    """The 18 fields of envelope.md section 1, as most clients fill them: unsigned, numbers as numbers."""
    return {
        "infno": infno,
        "msgid": msgid,
        "mdtrtarea_admvs": facts["mdtrtarea_admvs"],
        "insuplc_admdvs": facts.get("insuplc_admdvs", ""),
        "recer_sys_code": "MBS_LOCAL",
        "dev_no": "",
        "dev_safe_info": "",
        "cainfo": "",
        "signtype": "",
        "infver": "V1.0",
        "opter_type": "1",
        "opter": facts["opter"],
        "opter_name": facts["opter_name"],
        "inf_time": facts["now"],
        "fixmedins_code": facts["fixmedins_code"],
        "fixmedins_name": facts["fixmedins_name"],
        "sign_no": facts.get("sign_no", ""),
        "input": content,
    }
