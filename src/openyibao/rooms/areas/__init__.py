"""Where an insurance lives: agency areas, pooling areas, cells.

Keeps: administrative divisions, the dated table agency area → pooling area (省本级, 市本级, 兵团 too), cells and settings
of an area.
Promises: every enrolment's agency area leads to exactly one pooling area on a day; a person's cell there never moves.
Units: six-digit area codes as int; dates in Shanghai. Callers: people, institutions, settlement. 中文: 统筹区与分片。
"""

from openyibao.rooms.areas.records import AgencyArea, AgencyKind, AreaRows, PoolingArea, SettingsRead
from openyibao.rooms.areas.rules import area_of_cell, areas_from_divisions, bucket_of_digest, cell_of, cell_span
from openyibao.rooms.areas.service import Areas, import_areas, load_divisions, read_divisions, set_area_settings
from openyibao.rooms.areas.settings import AreaSettings, SettingUnknownError, read_area_settings
from openyibao.rooms.areas.settings_page import area_settings_page, list_area_settings
from openyibao.rooms.areas.telling import expected_of_areas

__all__ = [
    "AgencyArea",
    "AgencyKind",
    "AreaRows",
    "AreaSettings",
    "Areas",
    "PoolingArea",
    "SettingUnknownError",
    "SettingsRead",
    "area_of_cell",
    "area_settings_page",
    "areas_from_divisions",
    "bucket_of_digest",
    "cell_of",
    "cell_span",
    "expected_of_areas",
    "import_areas",
    "list_area_settings",
    "load_divisions",
    "read_area_settings",
    "read_divisions",
    "set_area_settings",
]
