import pytest
from rules.http import find_status_codes_outside_fronts
from rules.source import SourceTree, planted


def test_the_repository_has_http_statuses_in_fronts_only(repository: SourceTree) -> None:
    assert find_status_codes_outside_fronts(repository) == []


@pytest.mark.parametrize(
    "code",
    [
        "from litestar.status_codes import HTTP_409_CONFLICT",
        "from http import HTTPStatus",
        "status_code = 409",
        "answer.status_code",
        "refuse(status_code=409)",
        "def refuse(status_code): ...",
        "raise litestar.HTTPException",
        "HTTP_404 = 404",
    ],
)
def test_a_status_outside_a_front_is_a_fault(code: str) -> None:
    for path in ("rooms/people/service.py", "wire/national.py", "kit/batch.py", "main.py"):
        assert len(find_status_codes_outside_fronts(planted(f"src/openyibao/{path}", code))) == 1
    assert find_status_codes_outside_fronts(planted("src/openyibao/fronts/api/problems.py", code)) == []


def test_a_state_of_the_field_is_no_status() -> None:
    code = "payment_standing = 'suspended'\nstatus = enrolment.state\n"
    assert find_status_codes_outside_fronts(planted("src/openyibao/rooms/people/service.py", code)) == []
