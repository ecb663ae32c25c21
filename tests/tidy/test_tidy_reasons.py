import pytest
from exceptions import REASONS
from rules.reasons import find_badly_written_reasons, find_reason_codes_taken_twice, find_unused_reasons
from rules.source import SourceTree, let_through, planted

RULES, SERVICE = "src/openyibao/rooms/presentation/rules.py", "src/openyibao/rooms/presentation/service.py"
GOOD = 'EXPIRED = reason("code_expired", zh="码已过期", en="expired", next_zh="请刷新", next_en="refresh")\n'


def test_the_repository_writes_its_reasons_well(repository: SourceTree) -> None:
    assert find_badly_written_reasons(repository) == []


def test_the_repository_has_each_reason_code_once(repository: SourceTree) -> None:
    assert find_reason_codes_taken_twice(repository) == []


def test_the_repository_has_no_unused_reason(repository: SourceTree) -> None:
    assert let_through(find_unused_reasons(repository), REASONS) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"code_expired"', '"codeExpired"'),
        ('"code_expired"', "CODE"),
        (', next_en="refresh"', ""),
        ('zh="码已过期"', 'zh=" "'),
        ('en="expired"', 'en="已过期"'),
        ('next_zh="请刷新"', 'next_zh="refresh"'),
        ("EXPIRED = ", ""),
    ],
)
def test_a_badly_written_reason_is_a_fault(before: str, after: str) -> None:
    assert find_badly_written_reasons(planted(RULES, GOOD)) == []
    assert len(find_badly_written_reasons(planted(RULES, GOOD.replace(before, after, 1)))) == 1


def test_a_reason_code_taken_twice_is_a_fault() -> None:
    tree = planted(RULES, GOOD, **{SERVICE: GOOD.replace("EXPIRED", "LATE")})
    (fault,) = find_reason_codes_taken_twice(tree)
    assert fault.path == SERVICE


def test_a_reason_only_written_exported_and_imported_is_unused() -> None:
    door = {
        "src/openyibao/rooms/presentation/__init__.py": (
            'from openyibao.rooms.presentation.rules import EXPIRED\n\n__all__ = ["EXPIRED"]\n'
        )
    }
    assert len(find_unused_reasons(planted(RULES, GOOD, **door))) == 1


@pytest.mark.parametrize("use", ["Refused(EXPIRED)", "Refused(rules.EXPIRED)"])
def test_a_reason_that_is_given_is_used(use: str) -> None:
    assert find_unused_reasons(planted(RULES, GOOD, **{SERVICE: f"answer = {use}\n"})) == []
