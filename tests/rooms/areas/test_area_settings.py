from pathlib import Path

import pytest

from openyibao.kit.clock import FakeClock
from openyibao.kit.db import Tx
from openyibao.rooms.areas import (
    Areas,
    AreaSettings,
    SettingUnknownError,
    area_settings_page,
    list_area_settings,
    load_divisions,
    read_area_settings,
    set_area_settings,
)

PAGE = Path(__file__).parents[3] / "docs" / "guides" / "area-settings.md"


def test_the_guide_prints_the_list_of_settings():
    assert PAGE.read_text(encoding="utf-8") == area_settings_page(), "run tools/print_area_settings.py"


def test_every_setting_says_its_unit_meaning_and_source():
    for name, _, notes in list_area_settings():
        assert all(notes[word] for word in ("unit", "zh", "en", "source")), name


@pytest.mark.parametrize(
    "stored",
    [
        {"employe_break_months": 3},
        {"employee_break_months": -1},
        {"resident_window_ends": "13-01"},
        {"base_insurance_order": ["pension"]},
    ],
)
def test_an_unknown_name_and_a_value_out_of_bounds_are_refused(stored: dict[str, object]):
    with pytest.raises(SettingUnknownError):
        read_area_settings(stored)


async def test_a_setting_is_kept_and_the_others_stay_as_they_are(tx: Tx, clock: FakeClock):
    await load_divisions(tx, clock)
    areas = Areas()
    await areas.fresh(tx)
    assert areas.settings(110100) == AreaSettings()
    await set_area_settings(tx, clock, pooling_area=110100, changes={"newborn_days": 28})
    await set_area_settings(tx, clock, pooling_area=110100, changes={"employee_break_months": 2})
    await areas.fresh(tx)
    assert areas.settings(110100) == AreaSettings(newborn_days=28, employee_break_months=2)
    assert areas.settings(120100) == AreaSettings()
    with pytest.raises(SettingUnknownError, match="newborn_day"):
        await set_area_settings(tx, clock, pooling_area=110100, changes={"newborn_day": 28})
    with pytest.raises(LookupError):
        await set_area_settings(tx, clock, pooling_area=100001, changes={})
