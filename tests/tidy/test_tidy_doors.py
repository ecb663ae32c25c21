import pytest
from rules.doors import find_imports_past_a_door
from rules.source import SourceTree, planted

PEOPLE = "src/openyibao/rooms/people/service.py"
MAIN = "src/openyibao/main.py"


def test_the_repository_enters_by_the_doors(repository: SourceTree) -> None:
    assert find_imports_past_a_door(repository) == []


@pytest.mark.parametrize(
    "code",
    [
        "from openyibao.rooms.areas.records import Cell",
        "from openyibao.rooms.areas import store",
        "import openyibao.rooms.areas.service",
        "import openyibao.rooms.areas.service as areas",
        "from ..areas.rules import cell_of",
        "from ..areas import rules",
        "from openyibao.fronts.api.problems import Problem",
    ],
)
def test_a_module_behind_a_door_imported_from_outside_is_a_fault(code: str) -> None:
    assert len(find_imports_past_a_door(planted(PEOPLE, code))) == 1 or "fronts" in code
    rooted = code.replace("from ..", "from .rooms.")
    tree = planted(MAIN, rooted, **{"src/openyibao/fronts/api/problems.py": ""})
    assert len(find_imports_past_a_door(tree)) == 1


def test_a_module_of_an_unusual_name_is_known_by_its_file() -> None:
    code = "from openyibao.rooms.areas import divisions\n"
    assert find_imports_past_a_door(planted(MAIN, code)) == []
    assert len(find_imports_past_a_door(planted(MAIN, code, **{"src/openyibao/rooms/areas/divisions.py": ""}))) == 1


def test_a_front_entered_past_its_door_is_a_fault() -> None:
    tree = planted(MAIN, "from openyibao.fronts.api import problems", **{"src/openyibao/fronts/api/problems.py": ""})
    assert len(find_imports_past_a_door(tree)) == 1


def test_doors_ones_own_modules_and_the_shared_shelf_are_none() -> None:
    code = """
        from openyibao.rooms.areas import Cell, find_cell
        from openyibao.rooms import areas
        from openyibao.rooms.people import store
        from openyibao.rooms.people.records import InsuredPerson
        from . import rules
        from .records import InsuredPerson
        from openyibao.fronts.shared.problems import Problem
        from openyibao.kit.clock import Clock
    """
    assert find_imports_past_a_door(planted(PEOPLE, code)) == []
    door = planted(
        "src/openyibao/rooms/people/__init__.py", "from .records import InsuredPerson\nfrom . import store\n"
    )
    assert find_imports_past_a_door(door) == []
