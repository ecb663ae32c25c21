"""The vendors' desk's cast: made-up people with documents that never change, one for each thing that may go wrong. 中文: 联调测试人员。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from openyibao.rooms.people import check_digit

_FIRST_SIX = "999900"
"""Never issued as an area."""


class CastPerson(msgspec.Struct, frozen=True, kw_only=True):
    """One of the cast (测试人员)."""

    role: str
    name: str
    birth_on: date
    number: int
    """The odd or even sequence number that says the sex."""
    zh: str
    en: str

    @property
    def document_number(self) -> str:
        """An ID number with the right check digit, of an area that was never issued."""
        first_17 = f"{_FIRST_SIX}{self.birth_on:%Y%m%d}{self.number:03d}"
        return first_17 + check_digit(first_17)

    @property
    def card_number(self) -> str:
        """The number of their social-security card."""
        return f"A99{self.number:06d}"


def _person(role: str, name: str, born: tuple[int, int, int], number: int, zh: str, en: str) -> CastPerson:
    return CastPerson(role=role, name=name, birth_on=date(*born), number=number, zh=zh, en=en)


_CAST = (
    _person("employee", "演示职工", (1985, 3, 7), 811, "在职职工, 正常享受", "an employee, all paid"),
    _person("retired", "演示退休", (1955, 6, 1), 822, "退休职工", "retired"),
    _person("resident", "演示居民", (1979, 9, 9), 833, "城乡居民 (成年)", "a grown resident"),
    _person("child", "演示儿童", (2019, 5, 20), 844, "居民 (未成年)", "a resident child"),
    _person("student", "演示学生", (2006, 2, 14), 855, "居民 (大学生)", "a student"),
    _person(
        "chronic",
        "演示慢病",
        (1968, 11, 3),
        866,
        "职工, 有门诊慢特病备案",
        "an employee with a chronic disease on file",
    ),
    _person("remote", "演示异地", (1982, 8, 8), 877, "湘潭参保, 在北京就医", "insured in Xiangtan, treated in Beijing"),
    _person("waiting", "演示等待", (1990, 1, 15), 888, "职工, 处于等待期", "an employee in the waiting period"),
    _person("arrears", "演示欠费", (1988, 4, 4), 899, "职工, 欠费", "an employee in arrears"),
    _person("double", "演示双保", (1975, 12, 12), 910, "职工与居民重复参保", "enrolled twice"),
    _person(
        "suspended", "演示暂停", (1983, 7, 21), 921, "职工, 待遇暂停", "an employee whose entitlement is suspended"
    ),
    _person("dead", "演示已故", (1938, 10, 1), 932, "已故, 凭证已注销", "dead; the credential is revoked"),
)
CAST: Mapping[str, CastPerson] = {one.role: one for one in _CAST}
"""Role → person. Their documents, names and cards are the same at every desk."""
DISEASE = ("M03900", "高血压")
"""The chronic disease on file."""
