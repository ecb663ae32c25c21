import pytest
from exceptions import NAMES
from rules.names import find_banned_names
from rules.source import SourceTree, let_through, planted

PLACE = "src/openyibao/rooms/people/rules.py"


def test_the_repository_has_no_banned_names(repository: SourceTree) -> None:
    assert let_through(find_banned_names(repository), NAMES) == []


@pytest.mark.parametrize(
    "code",
    [
        "class Manager: ...",
        "class _Handler: ...",
        "def info(): ...",
        "async def _data(): ...",
        "def read(item): ...",
        "def read(*, order=None): ...",
        "def read(*claim): ...",
        "read = lambda obj: obj",
        "class Person:\n    token: str",
        "class Kind:\n    card = 'card'",
        "class Person:\n    def __init__(self, name):\n        self._record = name",
    ],
)
def test_a_banned_word_alone_is_a_fault(code: str) -> None:
    assert len(find_banned_names(planted(PLACE, code))) == 1


@pytest.mark.parametrize(
    "path",
    ["src/openyibao/kit/utils.py", "src/openyibao/rooms/account/__init__.py", "src/openyibao/fronts/api/common.py"],
)
def test_a_module_or_package_of_a_banned_name_is_a_fault(path: str) -> None:
    assert len(find_banned_names(planted(path, '"""A drawer."""\n'))) == 1


def test_a_banned_word_with_a_companion_is_none() -> None:
    code = "class LedgerAccount:\n    visit_token: str\n\ndef add_items(fee_items, orders): ...\n"
    assert find_banned_names(planted("src/openyibao/rooms/ledger/records.py", code)) == []


def test_an_exception_lets_one_name_through_and_is_a_fault_once_needless() -> None:
    exceptions = {f"{PLACE}: parameter data"}
    assert let_through(find_banned_names(planted(PLACE, "def read(data): ...")), exceptions) == []
    assert len(let_through(find_banned_names(planted(PLACE, "def read(data, info): ...")), exceptions)) == 1
    assert "no longer" in let_through(find_banned_names(planted(PLACE, "def read(octets): ...")), exceptions)[0].says
