"""Codes of the wire beside the words of the rooms, both ways. Unknown codes are read by their prefix, never refused. 中文: 代码对照。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.rooms.catalogue import CatalogueKind, PaymentClass
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.people import DocumentType, InsuranceType, PersonCategory, Sex
from openyibao.rooms.policies import AccountUse, Fund
from openyibao.rooms.presentation import Purpose

KIND_OF_MED_TYPE: Mapping[str, EncounterKind] = {
    "11": EncounterKind.outpatient,
    "12": EncounterKind.outpatient,
    "13": EncounterKind.emergency,
    "14": EncounterKind.chronic,
    "15": EncounterKind.special,
    "16": EncounterKind.outpatient,
    "18": EncounterKind.special,
    "21": EncounterKind.inpatient,
    "22": EncounterKind.inpatient,
    "23": EncounterKind.inpatient,
    "24": EncounterKind.inpatient,
    "25": EncounterKind.inpatient,
    "26": EncounterKind.inpatient,
    "27": EncounterKind.inpatient,
    "28": EncounterKind.day_surgery,
    "29": EncounterKind.inpatient,
    "41": EncounterKind.pharmacy,
    "51": EncounterKind.maternity_outpatient,
    "52": EncounterKind.maternity_inpatient,
    "71": EncounterKind.home_bed,
    "2106": EncounterKind.maternity_inpatient,
    "2107": EncounterKind.maternity_inpatient,
    "9901": EncounterKind.chronic,
    "9904": EncounterKind.special,
}
MED_TYPE_OF_KIND: Mapping[EncounterKind, str] = {
    EncounterKind.outpatient: "11",
    EncounterKind.emergency: "13",
    EncounterKind.inpatient: "21",
    EncounterKind.day_surgery: "28",
    EncounterKind.pharmacy: "41",
    EncounterKind.chronic: "14",
    EncounterKind.special: "18",
    EncounterKind.maternity_outpatient: "51",
    EncounterKind.maternity_inpatient: "52",
    EncounterKind.home_bed: "71",
}
CLEARING_OF_KIND: Mapping[EncounterKind, str] = {
    EncounterKind.outpatient: "11",
    EncounterKind.emergency: "13",
    EncounterKind.inpatient: "21",
    EncounterKind.day_surgery: "28",
    EncounterKind.pharmacy: "41",
    EncounterKind.chronic: "14",
    EncounterKind.special: "18",
    EncounterKind.maternity_outpatient: "53",
    EncounterKind.maternity_inpatient: "21",
    EncounterKind.home_bed: "21",
}
CLEARING_BY_ITEM = "1"
INSURANCE_CODES: Mapping[InsuranceType, str] = {
    InsuranceType.employee: "310",
    InsuranceType.resident: "390",
    InsuranceType.veteran_cadre: "340",
    InsuranceType.civil_servant: "320",
    InsuranceType.large_sum: "330",
    InsuranceType.employer_supplement: "370",
    InsuranceType.serious_illness: "392",
    InsuranceType.long_term_care: "410",
    InsuranceType.maternity: "510",
}
PERSON_TYPES: Mapping[PersonCategory, str] = {
    PersonCategory.employee: "11",
    PersonCategory.retired: "12",
    PersonCategory.resident_adult: "15",
    PersonCategory.resident_elder: "16",
    PersonCategory.resident_student: "1404",
    PersonCategory.resident_child: "1405",
    PersonCategory.newborn: "1401",
}
DOCUMENT_CODES: Mapping[DocumentType, str] = {
    DocumentType.identity_card: "01",
    DocumentType.household_register: "01",
    DocumentType.hong_kong_macao_permit: "04",
    DocumentType.taiwan_permit: "06",
    DocumentType.foreign_permanent_residence: "07",
    DocumentType.passport: "08",
    DocumentType.residence_permit: "17",
    DocumentType.birth_certificate: "990201",
}
SEX_CODES: Mapping[Sex, str] = {Sex.male: "1", Sex.female: "2", Sex.unknown: "0"}
SEX_WORDS: Mapping[Sex, str | None] = {Sex.male: "男", Sex.female: "女", Sex.unknown: None}
ACCOUNT_USES: Mapping[str, AccountUse] = {"0": AccountUse.none, "1": AccountUse.own, "2": AccountUse.mutual_aid}
CLASS_CODES: Mapping[PaymentClass, str] = {PaymentClass.a: "01", PaymentClass.b: "02", PaymentClass.c: "03"}
FEE_KINDS: Mapping[CatalogueKind, str] = {
    CatalogueKind.drug: "09",
    CatalogueKind.service: "05",
    CatalogueKind.consumable: "08",
    CatalogueKind.wellness: "14",
}
LIST_TYPES: Mapping[CatalogueKind, str] = {
    CatalogueKind.drug: "101",
    CatalogueKind.service: "201",
    CatalogueKind.consumable: "301",
    CatalogueKind.wellness: "105",
}
LIST_TYPE_KINDS: Mapping[str, CatalogueKind] = {
    "101": CatalogueKind.drug,
    "201": CatalogueKind.service,
    "301": CatalogueKind.consumable,
}
PURPOSES: Mapping[str, Purpose] = {
    "01101": Purpose.registration,
    "01102": Purpose.inpatient_admission,
    "01103": Purpose.inpatient_admission,
    "01104": Purpose.inpatient_admission,
    "01201": Purpose.consultation,
    "01202": Purpose.examination,
    "01203": Purpose.examination,
    "01204": Purpose.consultation,
    "01301": Purpose.settlement,
    "01302": Purpose.collect_medicine,
    "01303": Purpose.report,
    "01304": Purpose.report,
    "01305": Purpose.report,
    "02121": Purpose.pharmacy_purchase,
    "02122": Purpose.collect_medicine,
    "03131": Purpose.registration,
    "03132": Purpose.settlement,
    "05101": Purpose.report,
}
_FUND_FIELDS: Mapping[Fund, str] = {
    Fund.pooled_fund: "hifp_pay",
    Fund.large_sum: "hifob_pay",
    Fund.serious_illness: "hifmi_pay",
    Fund.civil_servant: "cvlserv_pay",
    Fund.employer_supplement: "hifes_pay",
    Fund.disabled_veterans: "hifdm_pay",
    Fund.medical_aid: "maf_pay",
    Fund.maternity: "oth_pay",
    Fund.veteran_cadre: "oth_pay",
    Fund.other_funds: "oth_pay",
}
FUND_FIELDS = _FUND_FIELDS
"""Each fund with the field its payment stands in."""
_FUND_TYPES: Mapping[Fund, str] = {
    Fund.pooled_fund: "310100",
    Fund.large_sum: "330100",
    Fund.serious_illness: "390200",
    Fund.civil_servant: "320100",
    Fund.employer_supplement: "370100",
    Fund.disabled_veterans: "350100",
    Fund.medical_aid: "610100",
    Fund.maternity: "510100",
    Fund.veteran_cadre: "340100",
    Fund.other_funds: "999997",
}
ACCOUNT_FUND, BORNE_FUND = "310200", "999996"
IDENTITY_CODE, TOKEN_CODE, CARD_CODE = "02", "01", "03"


def kind_of(med_type: str, fallback: EncounterKind = EncounterKind.outpatient) -> EncounterKind:
    """The kind of visit a code means: the longest prefix that is known, else ``fallback``."""
    for length in (len(med_type), 4, 2):
        found = KIND_OF_MED_TYPE.get(med_type[:length])
        if found is not None and length <= len(med_type):
            return found
    return fallback


def fund_type(fund: Fund, insurance: str) -> str:
    """The code of a fund; the residents' pooled fund is one of its own."""
    if fund is Fund.pooled_fund and insurance == InsuranceType.resident.value:
        return "390100"
    if fund is Fund.serious_illness and insurance == InsuranceType.employee.value:
        return "310300"
    return _FUND_TYPES[fund]


def insurance_code(insurance: str) -> str:
    """The code of an insurance by the room's word."""
    return INSURANCE_CODES[InsuranceType(insurance)]


def insurance_of(code: str) -> InsuranceType | None:
    """The insurance of a code, or None where it is none of ours."""
    return next((one for one, known in INSURANCE_CODES.items() if known == code), None)
