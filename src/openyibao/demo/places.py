"""Made-up hospitals and pharmacies, who works there and how they sign in. 中文: 演示机构。"""

from __future__ import annotations

from datetime import date

import msgspec

from openyibao.kit.ids import SeededRandomness
from openyibao.rooms.institutions import (
    Institution,
    InstitutionKind,
    InstitutionLevel,
    InstitutionState,
    PaymentStanding,
    Practitioner,
    PractitionerKind,
    Service,
    ServiceAgreement,
    Terminal,
)

POOLING_AREA = 110100
FIRST_DAY = date(2024, 1, 1)
_LEVELS = (
    (InstitutionLevel.community, 11),
    (InstitutionLevel.primary, 8),
    (InstitutionLevel.secondary, 5),
    (InstitutionLevel.tertiary, 2),
)
_HOSPITAL_WORDS = {
    InstitutionLevel.community: "社区卫生服务中心",
    InstitutionLevel.primary: "卫生院",
    InstitutionLevel.secondary: "区医院",
    InstitutionLevel.tertiary: "综合医院",
}
_PLACES = ("云溪", "松柏", "望湖", "青禾", "南坡", "北渡", "东林", "西岭", "石桥", "花田")


class DemoOperator(msgspec.Struct, frozen=True, kw_only=True):
    """How to sign in at a made-up counter; the secret is printed for an authenticator app."""

    institution_id: int
    institution_code: str
    operator_code: str
    name: str
    role: str
    password: str
    second_factor_secret: bytes


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """All that stands for made-up institutions."""

    institutions: tuple[Institution, ...]
    practitioners: tuple[Practitioner, ...]
    terminals: tuple[Terminal, ...]
    operators: tuple[DemoOperator, ...]


def make_places(count: int, source: SeededRandomness) -> Places:
    """That many institutions, every fifth a pharmacy; the last pharmacy sells for the personal account only.

    Its outpatient agreement has ended.
    """
    institutions = tuple(_institution(number, count) for number in range(count))
    return Places(
        institutions=institutions,
        practitioners=tuple(each for place in institutions for each in _practitioners(place)),
        terminals=tuple(
            Terminal(institution_id=place.institution_id, terminal_code=f"T{n:02d}", kind="counter", active=True)
            for place in institutions
            for n in (1, 2)
        ),
        operators=tuple(each for place in institutions for each in _operators(place, source)),
    )


def _institution(number: int, count: int) -> Institution:
    pharmacy = number % 5 == 4
    level, grade = (InstitutionLevel.community, 14) if pharmacy else _LEVELS[number % 5 % len(_LEVELS)]
    place = _PLACES[number % len(_PLACES)] + ("" if number < len(_PLACES) else "新")
    name = f"{place}大药房" if pharmacy else f"{place}{_HOSPITAL_WORDS[level]}"
    institution_id = 1001 + number
    services = [Service.outpatient, Service.account_only] if pharmacy else [Service.outpatient, Service.chronic]
    if not pharmacy and level is not InstitutionLevel.community:
        services += [Service.inpatient, Service.maternity, Service.cross_region]
    ended = date(2025, 12, 31) if pharmacy and number + 5 >= count and count > 5 else None
    return Institution(
        institution_id=institution_id,
        institution_code=f"{'P' if pharmacy else 'H'}999001{number + 1:05d}",
        name=f"{name}（演示）",
        kind=InstitutionKind.pharmacy if pharmacy else InstitutionKind.hospital,
        grade=grade,
        level=level,
        price_limit_level=level,
        treatment_area=POOLING_AREA,
        state=InstitutionState.active,
        public_key=None,
        agreements=tuple(
            ServiceAgreement(
                institution_id=institution_id,
                pooling_area=POOLING_AREA,
                service=service,
                valid_from=FIRST_DAY,
                valid_until=ended if service is Service.outpatient else None,
            )
            for service in services
        ),
    )


def _practitioners(place: Institution) -> list[Practitioner]:
    if place.kind is InstitutionKind.pharmacy:
        kinds = [PractitionerKind.pharmacist] * 2
    else:
        kinds = [PractitionerKind.doctor] * 3 + [PractitionerKind.nurse, PractitionerKind.technician]
    letters = {
        PractitionerKind.doctor: "D",
        PractitionerKind.nurse: "N",
        PractitionerKind.pharmacist: "Y",
        PractitionerKind.technician: "J",
    }
    return [
        Practitioner(
            institution_id=place.institution_id,
            practitioner_code=f"{letters[kind]}999001{place.institution_id:04d}{n:02d}",
            name=f"演示{'甲乙丙丁戊'[n]}",
            kind=kind,
            payment_standing=PaymentStanding.good,
        )
        for n, kind in enumerate(kinds)
    ]


def _operators(place: Institution, source: SeededRandomness) -> list[DemoOperator]:
    role = "pharmacist" if place.kind is InstitutionKind.pharmacy else "cashier"
    return [
        DemoOperator(
            institution_id=place.institution_id,
            institution_code=place.institution_code,
            operator_code=f"op{n}",
            name=f"演示操作员{n}",
            role=each,
            password=f"demo-{source.below(10**8):08d}",
            second_factor_secret=source.octets(20),
        )
        for n, each in ((1, role), (2, "manager"))
    ]
