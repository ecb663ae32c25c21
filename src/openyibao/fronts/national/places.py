"""Institutions and who works there: 1201, 5102. 中文: 机构与医护人员查询。"""

from __future__ import annotations

from openyibao.fronts.national.calls import Answer, WireCall, text
from openyibao.fronts.national.reasons import FIELD_WRONG
from openyibao.kit.outcome import Refused
from openyibao.rooms.institutions import Institution, InstitutionKind, PaymentStanding, PractitionerKind
from openyibao.wire.national.envelope import node_of

FOUND_MAX = 100
_KINDS = {InstitutionKind.hospital: "1", InstitutionKind.pharmacy: "2"}
_STAFF = {
    PractitionerKind.doctor: "1",
    PractitionerKind.nurse: "2",
    PractitionerKind.pharmacist: "3",
    PractitionerKind.technician: "4",
}


async def tell_institution(call: WireCall) -> Answer:
    """1201: by code or by a part of the name."""
    row = node_of(call.sent, "medinsinfo", "data")
    code, name, kind = text(row, "fixmedins_code", 30), text(row, "fixmedins_name", 200), text(row, "fixmedins_type", 6)
    if not code and not name:
        return Refused(FIELD_WRONG, {"field": "fixmedins_code"})
    found = [
        one
        for one in call.platform.desk.directory.list_all()
        if code in ("", one.institution_code) and name in one.name and kind in ("", _KINDS[one.kind])
    ]
    return {"medinsinfo": [_told(one) for one in found[:FOUND_MAX]]}


def _told(one: Institution) -> dict[str, str | None]:
    return {
        "fixmedins_code": one.institution_code,
        "fixmedins_name": one.name,
        "uscc": one.institution_code,
        "fixmedins_type": _KINDS[one.kind],
        "hosp_lv": str(one.grade),
        "exp_content": None,
    }


async def tell_staff(call: WireCall) -> Answer:
    """5102: who works here, by kind, code or name."""
    row = node_of(call.sent, "data")
    kind, code, name = text(row, "prac_psn_type", 6), text(row, "prac_psn_code", 40), text(row, "prac_psn_name", 50)
    staff = call.platform.desk.directory.practitioners_of(call.institution_id)
    return {
        "feedetail": [
            {
                "psn_cert_type": "99",
                "certno": one.practitioner_code,
                "prac_psn_no": one.practitioner_code,
                "prac_psn_code": one.practitioner_code,
                "prac_psn_name": one.name,
                "prac_psn_type": _STAFF[one.kind],
                "prac_psn_cert": None,
                "prac_cert_no": None,
                "hi_dr_flag": "1" if one.payment_standing is PaymentStanding.good else "0",
                "begntime": "2024-01-01 00:00:00",
                "endtime": None,
                "chg_rea": None,
            }
            for one in staff
            if kind in ("", _STAFF[one.kind]) and code in ("", one.practitioner_code) and name in one.name
        ]
    }
