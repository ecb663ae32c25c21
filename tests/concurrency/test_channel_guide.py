"""The guide's client is run as it is printed, against a served platform."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from test_channel_races import opened, register

if TYPE_CHECKING:
    from conftest import Hospital

pytestmark = [pytest.mark.xdist_group("servers"), pytest.mark.owns_server]
PERSON = 96
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "channel.md"


async def test_the_guides_client_signs_in_activates_and_shows(hospital: Hospital, tmp_path: Path) -> None:
    printed = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert printed is not None
    script = tmp_path / "client.py"
    script.write_text(printed[1], encoding="utf-8")
    async with opened(hospital) as platform, httpx.AsyncClient(timeout=20) as http:
        client, _ = await register(hospital, platform, http, "from_guide")
    who = hospital.town.prepared.population.people[PERSON].person
    environment = {
        "PLATFORM": hospital.town.urls[1],
        "KEY_ID": str(client.public_id),
        "PRIVATE_KEY": client.private.scalar.hex(),
        "NUMBER": who.document_number,
        "NAME": who.name,
        "PASSWORD": "507294",
        "PYTHONUTF8": "1",
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(script), env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, fault = await child.communicate()
    assert child.returncode == 0, fault.decode()
    assert out.decode().split() == ["from_guide", "activated", "28"]
