import pytest
from exceptions import UNPROVOKED
from rules.provoked import find_unprovoked_reasons
from rules.source import SourceTree, let_through, planted

RULES = "src/openyibao/rooms/presentation/rules.py"
GOOD = 'EXPIRED = reason("code_expired", zh="码已过期", en="expired", next_zh="请刷新", next_en="refresh")\n'


def test_the_repository_provokes_every_reason_of_its_rooms(repository: SourceTree) -> None:
    assert let_through(find_unprovoked_reasons(repository), UNPROVOKED) == []


@pytest.mark.parametrize(
    "test",
    [
        "assert refused.code == 'code_expired'",
        "hold_the_sentences(refused, 'code_expired')",
        "CASES = {'a late code': ('code_expired', provoke)}",
        "assert {answer.code for answer in refused} == {'code_expired'}",
    ],
)
def test_a_reason_that_an_answer_is_held_against_is_provoked(test: str) -> None:
    assert find_unprovoked_reasons(planted(RULES, GOOD, **{"tests/rooms/test_scan.py": test})) == []


@pytest.mark.parametrize(
    "test",
    [
        "",
        "assert refused.code != 'code_expired'",
        "assert refused.code in {'code_expired', 'code_unknown'}",
        "assert {answer.code for answer in refused} <= {'code_expired'}",
        "'''code_expired'''",
    ],
)
def test_a_reason_that_may_come_too_is_not_provoked(test: str) -> None:
    (fault,) = find_unprovoked_reasons(planted(RULES, GOOD, **{"tests/rooms/test_scan.py": test}))
    assert "code_expired" in fault.says
