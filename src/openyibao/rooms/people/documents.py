"""Pure rules of documents: what a number of each kind looks like, and which character can't be right. 中文: 证件规则。

Precedence: length, then characters from the left, then the date inside, then the check digit, which can't tell where.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

import msgspec

from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.people.records import DocumentType
from openyibao.rooms.people.rules import DOCUMENT_NUMBER_INVALID, check_digit, masked_document, normal_document

DOCUMENT_LENGTH = reason(
    "document_length_wrong",
    zh="证件号码 {document} 有 {length} 位, 此类证件应为 {expected} 位",
    en="The document number {document} has {length} characters; this kind has {expected}",
    next_zh="请对照证件核对是否漏录或多录, 并核对证件类型",
    next_en="Look for a character too few or too many, and check the kind of document",
)
DOCUMENT_CHARACTER = reason(
    "document_character_wrong",
    zh="证件号码 {document} 的第 {position} 位不可能是这个字符, 应为{expected}",
    en="Character {position} of the document number {document} can't be that one; it is {expected_en}",
    next_zh="请对照证件重新录入第 {position} 位, 注意数字 0 与字母 O、数字 1 与字母 I",
    next_en="Type character {position} again from the document; mind 0 and O, 1 and I",
)
DOCUMENT_DATE = reason(
    "document_date_wrong",
    zh="证件号码 {document} 的第 {first} 至 {last} 位不是真实的日期",
    en="Characters {first} to {last} of the document number {document} are no date",
    next_zh="请对照证件重新录入出生日期所在的几位",
    next_en="Type the birth date within the number again from the document",
)


class DocumentShape(msgspec.Struct, frozen=True, kw_only=True):
    """One shape of a number: a class for each character (``0`` digit, ``A`` letter, ``*`` either, ``X`` digit or X,
    others themselves), where its date stands, and whether its last digit checks the others (GB 11643).
    """  # noqa: D205 one sentence leads to the other

    pattern: str
    date_at: int | None = None
    date_length: int = 8
    checked: bool = False


_IDENTITY = DocumentShape(pattern="0" * 17 + "X", date_at=6, checked=True)
_SHAPES: dict[DocumentType, tuple[DocumentShape, ...]] = {
    DocumentType.identity_card: (_IDENTITY,),
    # 港澳台居民居住证: as an identity card, its area 81, 82 or 83.
    DocumentType.residence_permit: (DocumentShape(pattern="8r" + "0" * 15 + "X", date_at=6, checked=True),),
    # 来往内地通行证: H or M, eight digits; older cards end with two digits of the renewal.
    DocumentType.hong_kong_macao_permit: (
        DocumentShape(pattern="h" + "0" * 8),
        DocumentShape(pattern="h" + "0" * 10),
    ),
    # 台湾居民来往大陆通行证: eight digits; older ones ten and a letter in brackets that is left out.
    DocumentType.taiwan_permit: (
        DocumentShape(pattern="0" * 8),
        DocumentShape(pattern="0" * 10),
        DocumentShape(pattern="0" * 10 + "A"),
    ),
    # 外国人永久居留身份证: since 2023 eighteen characters beginning with 9; before, country, area and birth date.
    DocumentType.foreign_permanent_residence: (
        DocumentShape(pattern="9" + "0" * 16 + "X", date_at=6, checked=True),
        DocumentShape(pattern="AAA" + "0" * 12, date_at=7, date_length=6),
    ),
    DocumentType.passport: tuple(DocumentShape(pattern="*" * length) for length in range(5, 18)),
    # 出生医学证明: a letter and nine digits.
    DocumentType.birth_certificate: (DocumentShape(pattern="A" + "0" * 9),),
    # 户口簿: the child's identity number once it has one, else the number of the book.
    DocumentType.household_register: (
        _IDENTITY,
        *(DocumentShape(pattern="0" * length) for length in range(6, 13)),
    ),
}
_CLASSES = {
    "0": ("[0-9]", "数字", "a digit"),
    "A": ("[A-Z]", "字母", "a letter"),
    "*": ("[A-Z0-9]", "字母或数字", "a letter or a digit"),
    "X": ("[0-9X]", "数字或 X", "a digit or X"),
    "h": ("[HM]", " H 或 M", "H or M"),
    "r": ("[123]", " 1、2 或 3", "1, 2 or 3"),
    "8": ("8", " 8", "8"),
    "9": ("9", " 9", "9"),
    "c": ("[0-9A-HJ-NPQRTUWXY]", "数字或除 I、O、S、V、Z 外的字母", "a digit or a letter other than I, O, S, V, Z"),
}


def document_fault(document_type: DocumentType, number: str) -> Refused | None:
    """Why a number can't be one of its kind; None where it can.

    In order: document_length_wrong, document_character_wrong, document_date_wrong, document_number_invalid.
    """
    plain = normal_document(number)
    shapes = [shape for shape in _SHAPES[document_type] if len(shape.pattern) == len(plain)]
    if not shapes:
        lengths = sorted({len(shape.pattern) for shape in _SHAPES[document_type]})
        return length_fault(plain, lengths)
    faults = [_shape_fault(shape, plain) for shape in shapes]
    return None if None in faults else faults[0]


def length_fault(plain: str, lengths: list[int]) -> Refused:
    """That a number has another length than its kind."""
    run = len(lengths) > 2 and lengths == list(range(lengths[0], lengths[-1] + 1))
    expected = f"{lengths[0]}-{lengths[-1]}" if run else "/".join(map(str, lengths))
    document = masked_document(plain)
    return Refused(DOCUMENT_LENGTH, {"document": document, "length": len(plain), "expected": expected})


@lru_cache(maxsize=128)
def _whole(pattern: str) -> re.Pattern[str]:
    """All of a number at once: nearly every number is one of its kind, and imports ask by the million."""
    return re.compile("".join(_CLASSES[kind][0] for kind in pattern))


def character_fault(pattern: str, plain: str) -> Refused | None:
    """The first character from the left that can't stand where it stands."""
    if _whole(pattern).fullmatch(plain) is not None:
        return None
    for position, (kind, character) in enumerate(zip(pattern, plain, strict=True), 1):
        allowed, zh, en = _CLASSES[kind]
        if re.fullmatch(allowed, character) is None:
            return Refused(
                DOCUMENT_CHARACTER,
                {"document": masked_document(plain), "position": position, "expected": zh, "expected_en": en},
            )
    return None


def _shape_fault(shape: DocumentShape, plain: str) -> Refused | None:
    fault = character_fault(shape.pattern, plain)
    if fault is not None:
        return fault
    if shape.date_at is not None and not _is_date(plain[shape.date_at : shape.date_at + shape.date_length]):
        facts = {"first": shape.date_at + 1, "last": shape.date_at + shape.date_length}
        return Refused(DOCUMENT_DATE, {"document": masked_document(plain), **facts})
    if shape.checked and check_digit(plain[:17]) != plain[17]:
        return Refused(DOCUMENT_NUMBER_INVALID, {"document": masked_document(plain)})
    return None


def _is_date(digits: str) -> bool:
    """Whether eight digits are a date; six are one of this century or the last."""
    for century in ("",) if len(digits) == 8 else ("19", "20"):
        text = century + digits
        try:
            date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            continue
        return True
    return False


_CODE_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = [3**place % 31 for place in range(17)]
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_CODE = "unified_social_credit_code"
"""The document type of organisations (统一社会信用代码)."""
ORGANISATION_CHECK = reason(
    "organisation_check_wrong",
    zh="统一社会信用代码 {document} 的第 {position} 位校验码与前面各位不符",
    en="Character {position} of the credit code {document}, which checks those before it, does not agree with them",
    next_zh="请对照登记证书重新录入第 {first} 至 {position} 位",
    next_en="Type characters {first} to {position} again from the certificate",
)


def organisation_check_digits(first_16: str) -> str:
    """Characters 17 (GB 11714, of characters 9 to 16) and 18 (GB 32100, of all before) of a credit code."""
    body = 11 - sum(w * _body_value(c) for w, c in zip(_BODY_WEIGHTS, first_16[8:16], strict=True)) % 11
    first_17 = first_16 + {10: "X", 11: "0"}.get(body, str(body))
    last = (31 - sum(w * _CODE_DIGITS.index(c) for w, c in zip(_CODE_WEIGHTS, first_17, strict=True)) % 31) % 31
    return first_17[16] + _CODE_DIGITS[last]


def organisation_fault(number: str) -> Refused | None:
    """Why a number can't be a unified social credit code (GB 32100); None where it can.

    In order: document_length_wrong, document_character_wrong, organisation_check_wrong.
    """
    plain = normal_document(number)
    if len(plain) != 18:
        return length_fault(plain, [18])
    fault = character_fault("cc" + "0" * 6 + "c" * 10, plain)
    if fault is not None:
        return fault
    wanted = organisation_check_digits(plain[:16])
    if plain[16] != wanted[0]:
        return Refused(ORGANISATION_CHECK, {"document": masked_document(plain), "first": 9, "position": 17})
    if plain[17] != wanted[1]:
        return Refused(ORGANISATION_CHECK, {"document": masked_document(plain), "first": 1, "position": 18})
    return None


def _body_value(character: str) -> int:
    """In the organisation's own number letters count from 10 on, all 26 of them."""
    return int(character) if character.isdigit() else ord(character) - ord("A") + 10
