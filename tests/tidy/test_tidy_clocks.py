import pytest
from rules.clocks import find_clocks_outside_kit, find_environment_outside_settings
from rules.source import SourceTree, planted

ROOM, KIT = "src/openyibao/rooms/areas/service.py", "src/openyibao/kit/clock.py"


def test_the_repository_asks_the_clock_and_chance_in_the_kit_only(repository: SourceTree) -> None:
    assert find_clocks_outside_kit(repository) == []


def test_the_repository_reads_the_environment_in_settings_and_kit_only(repository: SourceTree) -> None:
    assert find_environment_outside_settings(repository) == []


@pytest.mark.parametrize(
    "code",
    [
        "import time\nat = time.time()",
        "import time as t\nat = t.time_ns()",
        "from time import time",
        "from datetime import datetime\nat = datetime.now()",
        "from datetime import datetime, UTC\nat = datetime.now(UTC)",
        "import datetime as dt\nat = dt.datetime.utcnow()",
        "from datetime import date\non = date.today()",
        "from datetime import date as day\non = day.today()",
        "import random",
        "from uuid import uuid4",
        "from secrets import token_hex",
        "import os\nseed = os.urandom(8)",
    ],
)
def test_the_clock_or_chance_asked_in_a_room_is_a_fault(code: str) -> None:
    assert len(find_clocks_outside_kit(planted(ROOM, code))) == 1
    assert len(find_clocks_outside_kit(planted("src/openyibao/cli.py", code))) == 1
    assert find_clocks_outside_kit(planted(KIT, code)) == []


def test_a_clock_passed_in_and_a_stopwatch_are_none() -> None:
    code = "import time\n\ndef open_visit(tx, clock):\n    began = time.monotonic()\n    return clock.now(), clock.today()\n"
    assert find_clocks_outside_kit(planted(ROOM, code)) == []


@pytest.mark.parametrize(
    "code", ["import os\nos.environ['HOME']", "from os import environ", "import os\nos.getenv('HOME')"]
)
def test_the_environment_read_in_a_room_or_a_command_is_a_fault(code: str) -> None:
    assert len(find_environment_outside_settings(planted(ROOM, code))) == 1
    assert len(find_environment_outside_settings(planted("src/openyibao/cli.py", code))) == 1
    assert find_environment_outside_settings(planted("src/openyibao/settings.py", code)) == []
    assert find_environment_outside_settings(planted(KIT, code)) == []
