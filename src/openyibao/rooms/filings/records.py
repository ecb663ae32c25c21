"""Records of filings and of what a visit's benefit stands on. 中文: 备案记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

INSTITUTIONS_MOST = 10
"""Institutions one filing may name, whatever an area allows."""
FILINGS_LISTED = 100
"""Filings of one person that a page or an interface lists, the newest first."""


class FilingKind(StrEnum):
    """What is filed (业务申请类型): the list of the national interface, care elsewhere parted by its ground."""

    chronic_disease = "chronic_disease"
    """门慢门特登记."""
    two_diseases = "two_diseases"
    """门诊两病登记."""
    long_term = "long_term"
    """异地安置、异地长期居住、常驻异地工作."""
    transfer = "transfer"
    """转诊转院登记, within the insured area or out of it."""
    temporary = "temporary"
    """其他临时外出就医."""
    emergency = "emergency"
    """异地急诊住院登记."""
    designation = "designation"
    """就医定点医疗机构登记."""
    special_drug = "special_drug"
    """特殊药品登记."""
    serious_illness_drug = "serious_illness_drug"
    """大病特药登记."""
    dual_channel_drug = "dual_channel_drug"
    """双通道药品登记."""
    special_examination = "special_examination"
    """特检特治登记."""
    long_supply = "long_supply"
    """长期带药登记."""
    bought_by_another = "bought_by_another"
    """代购药品登记."""
    bought_outside = "bought_outside"
    """外检外购登记."""
    maternity = "maternity"
    """生育备案登记."""
    injury = "injury"
    """意外伤害登记."""
    home_bed = "home_bed"
    """家庭病床登记."""
    family_doctor = "family_doctor"
    """家庭医生签约登记."""
    settled_by_disease = "settled_by_disease"
    """按病种结算登记."""
    personal_account_use = "personal_account_use"
    """账户备案登记."""
    temporary_aid = "temporary_aid"
    """临时医疗救助人员资格认定."""
    yearly_aid = "yearly_aid"
    """年度救助备案登记."""
    without_proof = "without_proof"
    """无医保凭证结算备案登记."""
    refund = "refund"
    """退费备案登记."""
    other = "other"
    """其他."""


ELSEWHERE = (FilingKind.long_term, FilingKind.transfer, FilingKind.emergency, FilingKind.temporary)
"""Grounds of care outside the insured area, the one that counts first first."""
OF_A_DISEASE = frozenset({FilingKind.chronic_disease, FilingKind.two_diseases})
"""Kinds that name a disease."""
OF_A_SPECIAL_DRUG = frozenset({FilingKind.special_drug, FilingKind.serious_illness_drug})
"""Kinds by which a drug on the list of special drugs is sold."""
OF_A_DRUG = frozenset({FilingKind.special_drug, FilingKind.serious_illness_drug, FilingKind.dual_channel_drug})
"""Kinds that name one item of the catalogue."""


class FilingState(StrEnum):
    """Where a filing stands (备案状态)."""

    filed = "filed"
    approved = "approved"
    refused = "refused"
    ended = "ended"
    withdrawn = "withdrawn"


class Filer(StrEnum):
    """Who files or decides: the person by a channel, an institution for them, the agency (申请人)."""

    person = "person"
    institution = "institution"
    agency = "agency"


class FilingAct(StrEnum):
    """What is decided on a filing (备案处理)."""

    approve = "approve"
    refuse = "refuse"
    end = "end"
    withdraw = "withdraw"
    change_institutions = "change_institutions"


class InjuryCause(StrEnum):
    """Whether somebody else answers for an injury (意外伤害责任)."""

    own = "own"
    third_party = "third_party"


class PrescriptionGround(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The prescription a sale stands on: own, external or none; an external one has a number (处方)."""

    kind: str
    number: str = ""
    practitioner_code: str = ""
    supply_days: int | None = None


class CareGrounds(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a visit's benefit stands on beyond its kind (就诊依据).

    ``filing_reference`` (cell-id) where the client chooses the filing.
    """

    disease_code: str = ""
    prescription: PrescriptionGround | None = None
    injury: InjuryCause | None = None
    filing_reference: str = ""


class NewFiling(msgspec.Struct, frozen=True, kw_only=True):
    """A filing to make: for what, where, from when until when. Empty texts and area 0 say "any" or "does not apply"."""

    kind: FilingKind
    begins_on: date
    ends_on: date | None = None
    disease_code: str = ""
    item_code: str = ""
    treatment_area: int = 0
    institution_codes: tuple[str, ...] = ()
    practitioner_code: str = ""
    evidence_digest: bytes | None = None


class Filing(msgspec.Struct, frozen=True, kw_only=True):
    """A filing (备案). The fields up to ``filed_at`` never change; the rest follows from the decisions on it.

    ``counts_at_once``: it counts from the filing on, without an approval. ``valid_until`` is the last day as it stands
    now. ``bound_to`` are the institutions it is bound to now, none where any will do.
    """

    cell: int
    filing_id: int
    person_id: int
    pooling_area: int
    insurance_type: str
    kind: FilingKind
    disease_code: str
    item_code: str
    treatment_area: int
    institution_codes: tuple[str, ...]
    practitioner_code: str
    begins_on: date
    ends_on: date | None
    counts_at_once: bool
    filed_by: Filer
    filer: str
    evidence_digest: bytes | None
    predecessor_id: int | None
    filed_at: datetime
    state: FilingState
    valid_until: date | None
    bound_to: tuple[str, ...]
    decision_count: int


class FilingDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided on a filing, by whom and why (备案处理记录); with the days and institutions it has since."""

    cell: int
    decision_id: int
    filing_id: int
    decision_no: int
    act: FilingAct
    decided_by: Filer
    officer: str
    why: str
    valid_until: date | None
    bound_to: tuple[str, ...]
    decided_on: date
    decided_at: datetime


class FileRequest(msgspec.Struct, frozen=True, kw_only=True):
    """File for a person. ``institution_id`` scopes the key: 0 for the agency and the channels.

    Who it is for: a visit token's person, or (cell, person_id). With ``renews`` it follows another filing: kind, disease,
    drug and area are its predecessor's.
    """

    institution_id: int
    request_key: str
    digest: bytes
    filed_by: Filer
    filer: str
    new: NewFiling
    cell: int = 0
    person_id: int = 0
    visit_token: str | None = None
    renews: int | None = None


class DecideRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Approve, refuse, end or withdraw a filing, or change its institutions.

    ``on`` is the last day of one that ends. Where a person or an institution acts, the filing must be that of
    ``person_id`` or of the visit token.
    """

    institution_id: int
    request_key: str
    digest: bytes
    cell: int
    filing_id: int
    act: FilingAct
    decided_by: Filer
    officer: str
    why: str = ""
    on: date | None = None
    institution_codes: tuple[str, ...] = ()
    person_id: int | None = None
    visit_token: str | None = None


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of filing and deciding; ``repeated`` when the key was known.

    ``correction_id``: settlements that it came too late for were priced again with it.
    """

    filing: Filing
    repeated: bool = False
    correction_id: int | None = None
