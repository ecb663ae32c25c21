"""Whom and what the tests of the conformance client know, and how they run it."""

from __future__ import annotations

from collections.abc import Callable

from openyibao.conform import Cast, CastItem, CastPerson, Scoreboard

Tried = Callable[..., Scoreboard]
HOSPITAL, PHARMACY = "H00000000001", "P00000000001"
SECRET = "s3cret"
PEOPLE = (("张三", "11010119900101001X"), ("李四", "110101196503070022"))
"""Made up: the numbers' check digits are right, the persons are not."""


def make_cast(*, codes: bool = True) -> Cast:
    return Cast(
        people=[
            CastPerson(
                name=name,
                certno=cert,
                card_no=f"C{cert}",
                card_sn="1",
                ec_qr_url=f"http://paper/qr?of={cert}" if codes else "",
            )
            for name, cert in PEOPLE
        ],
        items=[
            CastItem(med_list_codg="XA01", pric="12.34", name="甲药"),
            CastItem(med_list_codg="XA02", pric="3.4500", name="乙药"),
            CastItem(
                med_list_codg="XA03",
                pric="7.10",
                trace_due=True,
                trace_codes=["81000000000000000001", "81000000000000000002"],
            ),
            CastItem(
                med_list_codg="XA04",
                pric="8.20",
                trace_due=True,
                trace_codes=["81000000000000000003", "81000000000000000004"],
            ),
        ],
        mdtrtarea_admvs="110100",
        doctor_code="D110100000001",
    )
