from exceptions import LONG_FILES, LONG_FUNCTIONS
from rules.sizes import find_long_files, find_long_functions
from rules.source import SourceTree, planted

LONG_FILE = "x = 1\n" * 400
LONG_FUNCTION = "class Bill:\n    async def split(self):\n" + "        x = 1\n" * 59
FILE, FUNCTION = "src/openyibao/kit/long.py", "src/openyibao/kit/long.py::Bill.split"


def test_the_repository_has_no_long_files(repository: SourceTree) -> None:
    assert find_long_files(repository, LONG_FILES) == []


def test_the_repository_has_no_long_functions(repository: SourceTree) -> None:
    assert find_long_functions(repository, LONG_FUNCTIONS) == []


def test_a_file_of_400_lines_is_a_fault_and_one_of_399_is_none() -> None:
    assert len(find_long_files(planted(FILE, LONG_FILE))) == 1
    assert find_long_files(planted(FILE, LONG_FILE.removesuffix("x = 1\n"))) == []


def test_a_page_script_of_400_lines_is_a_fault() -> None:
    assert len(find_long_files(planted("src/openyibao/fronts/wallet/static/code.js", LONG_FILE))) == 1


def test_a_function_of_60_lines_is_a_fault_and_one_of_59_is_none() -> None:
    (fault,) = find_long_functions(planted(FILE, LONG_FUNCTION))
    assert (fault.line, FUNCTION in fault.says) == (2, True)
    assert find_long_functions(planted(FILE, LONG_FUNCTION.removesuffix("        x = 1\n"))) == []


def test_a_long_function_in_a_test_is_a_fault_too() -> None:
    assert len(find_long_functions(planted("tests/rooms/test_bill.py", LONG_FUNCTION))) == 1


def test_an_exception_lets_a_place_through_at_its_size_only() -> None:
    assert find_long_files(planted(FILE, LONG_FILE), {FILE: 400}) == []
    assert "at most 400" in find_long_files(planted(FILE, LONG_FILE + "x = 1\n"), {FILE: 400})[0].says
    assert "shrank to 400" in find_long_files(planted(FILE, LONG_FILE), {FILE: 410})[0].says
    assert find_long_functions(planted(FILE, LONG_FUNCTION), {FUNCTION: 60}) == []


def test_an_exception_no_longer_needed_is_a_fault() -> None:
    assert "no longer" in find_long_files(planted(FILE, "x = 1\n"), {FILE: 410})[0].says
    assert "is gone" in find_long_files(planted(FILE, "x = 1\n"), {"src/openyibao/kit/gone.py": 410})[0].says
    assert "is gone" in find_long_functions(planted(FILE, "x = 1\n"), {FUNCTION: 70})[0].says
