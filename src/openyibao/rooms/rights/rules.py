"""Rules of the rights over one's data: groups of the log, what is held where, what is not handed out. 中文: 个人信息权利规则。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openyibao.rooms.rights.records import EntryGroup, EntryKind, HeldBy, HeldTable

PAGE_MAX = 50
ROWS_MAX = 1_000_000
"""So many rows of one table go into what is held: more than a life has; what is cut is said."""
ROWS_AT_ONCE = 500
"""So many are in memory at a time."""

GROUPS: Mapping[EntryGroup, frozenset[EntryKind]] = {
    EntryGroup.uses: frozenset(
        {
            EntryKind.scan,
            EntryKind.refused_scan,
            EntryKind.settlement,
            EntryKind.reversal,
            EntryKind.refusal,
            EntryKind.signal,
        }
    ),
    EntryGroup.looks: frozenset({EntryKind.look}),
    EntryGroup.changes: frozenset(
        {
            *(EntryKind.bound, EntryKind.unbound, EntryKind.frozen, EntryKind.lifted),
            *(EntryKind.consented, EntryKind.consent_withdrawn, EntryKind.filed, EntryKind.password_reset),
        }
    ),
}

HELD_TABLES: Mapping[str, HeldTable] = {
    "persons": HeldTable(
        by=HeldBy.bucket,
        zh="身份登记",
        en="Registration",
        unsealed={"document_sealed": "person_id", "phone_sealed": "person_id"},
    ),
    "credentials": HeldTable(by=HeldBy.bucket, zh="医保电子凭证", en="Credential"),
    "bindings": HeldTable(by=HeldBy.binding, zh="绑定的设备与渠道", en="Devices and channels"),
    "credential_roles": HeldTable(by=HeldBy.own, zh="凭证角色", en="Roles of the credential"),
    "credential_passwords": HeldTable(
        by=HeldBy.bucket, zh="凭证密码 (仅设置情况)", en="Password (when and how it was set)"
    ),
    "password_resets": HeldTable(by=HeldBy.bucket, zh="口令重设", en="Passwords set anew"),
    "authentication_locks": HeldTable(by=HeldBy.bucket, zh="验证失败与锁定", en="Failed checks and locks"),
    "activation_agreements": HeldTable(by=HeldBy.bucket, zh="激活时同意的协议", en="Agreements at activation"),
    "printed_limits": HeldTable(by=HeldBy.binding, zh="打印码限额", en="Limits of printed codes"),
    "hotline_acts": HeldTable(by=HeldBy.bucket, zh="电话挂失", en="Ended by the hotline"),
    "hotline_calls": HeldTable(by=HeldBy.bucket, zh="热线来电核验", en="Calls to the hotline"),
    "insurance_cards": HeldTable(by=HeldBy.bucket, zh="社会保障卡", en="Social-security cards"),
    "card_reports": HeldTable(by=HeldBy.bucket, zh="卡挂失与解挂", en="Cards reported lost and found"),
    "kinships": HeldTable(by=HeldBy.bucket, person_column="child_person_id", zh="监护关系", en="Guardians"),
    "family_mandates": HeldTable(
        by=HeldBy.bucket, person_column="principal_person_id", zh="亲情账户授权", en="Mandates"
    ),
    "mandate_pointers": HeldTable(
        by=HeldBy.bucket, person_column="agent_person_id", zh="受托的亲情账户", en="Mandates for relatives"
    ),
    "mandate_bindings": HeldTable(by=HeldBy.binding, zh="亲情账户绑定", en="Devices that show for a relative"),
    "mandate_uses": HeldTable(
        by=HeldBy.cell, person_column="principal_person_id", zh="亲情账户使用", en="Uses of mandates"
    ),
    "bill_confirmations": HeldTable(by=HeldBy.cell, zh="大额支付确认", en="Confirmations of bills"),
    "consents": HeldTable(by=HeldBy.bucket, zh="同意记录", en="Consents"),
    "face_templates": HeldTable(by=HeldBy.bucket, zh="人脸登记 (模板不交出)", en="Registered face (not the template)"),
    "face_showings": HeldTable(by=HeldBy.bucket, zh="刷脸记录", en="Known by face"),
    "freezes": HeldTable(by=HeldBy.bucket, zh="冻结记录", en="Freezes"),
    "proposals": HeldTable(
        by=HeldBy.bucket, zh="双人复核业务", en="Acts of two officers", unsealed={"body_sealed": "proposal_id"}
    ),
    "enrolment_transfers": HeldTable(by=HeldBy.bucket, zh="参保关系转移", en="Transfers of enrolments"),
    "looks": HeldTable(by=HeldBy.bucket, zh="谁查询过", en="Who looked"),
    "disputes": HeldTable(
        by=HeldBy.bucket,
        zh="异议",
        en="Disputes",
        unsealed={"words_sealed": "dispute_id", "answer_sealed": "dispute_id"},
    ),
    "presentations": HeldTable(by=HeldBy.binding, zh="扫码记录", en="Scans"),
    "carrier_showings": HeldTable(by=HeldBy.bucket, zh="刷卡与纸质码核验", en="How cards and printed codes were shown"),
    "printed_uses": HeldTable(by=HeldBy.cell, zh="纸质码使用", en="Uses of printed codes"),
    "signals": HeldTable(by=HeldBy.bucket, zh="监测信号", en="Signals of misuse"),
    "offline_acceptances": HeldTable(by=HeldBy.bucket, zh="断网受理", en="Codes taken without a network"),
    "scan_refusals": HeldTable(by=HeldBy.bucket, zh="未通过的扫码", en="Refused scans"),
    "open_stays": HeldTable(by=HeldBy.own, zh="在院登记", en="Stay under way"),
    "enrolments": HeldTable(by=HeldBy.cell, zh="参保关系", en="Enrolments"),
    "entitlement_periods": HeldTable(by=HeldBy.cell, zh="待遇享受期", en="Entitlement periods"),
    "contributions": HeldTable(by=HeldBy.cell, zh="缴费记录", en="Contributions"),
    "entitlement_circumstances": HeldTable(by=HeldBy.cell, zh="影响待遇的情形", en="Circumstances"),
    "personal_accounts": HeldTable(by=HeldBy.cell, zh="个人账户", en="Personal account"),
    "postings": HeldTable(by=HeldBy.own, zh="账户收支 (结算之外)", en="Account movements outside settlements"),
    "account_holds": HeldTable(by=HeldBy.cell, zh="账户预占", en="Holds"),
    "accumulators": HeldTable(by=HeldBy.cell, zh="年度累计", en="Accumulators"),
    "encounters": HeldTable(by=HeldBy.visit, zh="就诊", en="Visits and stays"),
    "encounter_steps": HeldTable(by=HeldBy.visit, zh="就诊经过", en="Steps of visits"),
    "visit_notes": HeldTable(by=HeldBy.cell, zh="就诊登记 (机构填报)", en="What the institution noted of visits"),
    "line_names": HeldTable(by=HeldBy.visit, zh="费用明细 (机构编号)", en="The institution's own numbers of lines"),
    "stays": HeldTable(by=HeldBy.cell, zh="住院次数", en="Stays that count"),
    "fee_items": HeldTable(by=HeldBy.visit, zh="费用明细", en="Fee lines"),
    "settlements": HeldTable(by=HeldBy.cell, zh="结算", en="Settlements"),
    "corrections": HeldTable(by=HeldBy.cell, zh="更正", en="Corrections"),
    "refusals": HeldTable(by=HeldBy.cell, zh="未通过的结算", en="Refused settlements"),
    "filings": HeldTable(by=HeldBy.cell, zh="备案", en="Filings"),
    "filing_decisions": HeldTable(by=HeldBy.own, zh="备案审核", en="Decisions on filings"),
    "mutual_aid_agreements": HeldTable(by=HeldBy.cell, person_column="owner_person_id", zh="家庭共济", en="Mutual aid"),
    "mutual_aid_pointers": HeldTable(
        by=HeldBy.cell, person_column="relative_person_id", zh="家庭共济 (使用他人账户)", en="Mutual aid from relatives"
    ),
    "mutual_aid_uses": HeldTable(by=HeldBy.own, zh="家庭共济支付", en="Uses of mutual aid"),
    "purse_transfers": HeldTable(
        by=HeldBy.cell, person_column="sender_person_id", zh="钱包转出", en="Purse transfers sent"
    ),
    "purse_pointers": HeldTable(
        by=HeldBy.cell, person_column="receiver_person_id", zh="钱包转入", en="Purse transfers received"
    ),
}
"""Table → how a person reads it, and how their rows are found. A new table with a person is one line here."""

EXEMPT_TABLES: Mapping[str, str] = {
    "identity_checks": "a proof under way, cleared an hour after its end: what was done by it is in freezes, password_resets, mandates",
    "person_documents": "which digest of a document leads to whom: the document itself is in persons, its numbers opened",
    "activations": "an attempt under way, cleared an hour after its end: what stays is in activation_agreements",
    "fee_batches": "only which lines were uploaded together: the lines are in fee_items, with the batch's id",
    "visit_tokens": "the digest of a token of half an hour, one a scan: the scan is in presentations",
    "credit_lines": "lines of an agency's batch: each is a movement of the account, in postings",
    "crossings": "an order between cells: what it moved is in mutual_aid_uses, purse_transfers and postings",
}
"""Tables with a person in a column that are not handed out, each with why."""

TOLD_DIGESTS = frozenset({"text_digest", "evidence_digest"})
"""Digests of texts and papers, which a person may want to compare."""


def shown(column: str) -> bool:
    """Whether a column is handed out as it lies: nothing sealed, and no digest that only serves to find a row.

    The reader of a lost file must not be able to act as the person.
    """
    return column in TOLD_DIGESTS or not column.endswith(("_sealed", "_digest"))


def plain(value: Any) -> Any:
    """A value as JSON can say it: octets as text where they are text, else as hex."""
    if isinstance(value, bytes):
        try:
            return value.decode() if value[:1] == b"{" else value.hex()
        except UnicodeDecodeError:
            return value.hex()
    return value
