"""What filings are judged by: the caches, and what later rooms know. 中文: 备案判定依据。

A filing has to know whether a stay is open and a settlement stands on it; these live in later rooms, and are handed in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Protocol

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.areas import Areas, SettingsRead
from openyibao.rooms.catalogue import Catalogue, ListKind
from openyibao.rooms.filings.area_rules import DEFAULT_SETTINGS, FilingSettings, filing_settings
from openyibao.rooms.filings.records import OF_A_SPECIAL_DRUG, Filing, FilingKind, NewFiling
from openyibao.rooms.filings.rules import Known, named_institutions
from openyibao.rooms.institutions import Directory
from openyibao.rooms.people import Enrolment


class Refusing(Protocol):
    """Stores a refusal under its id and tells the audit; returns it."""

    async def __call__(
        self,
        tx: Tx,
        clock: Clock,
        verb: str,
        *,
        cell: int,
        institution_id: int,
        refusal_id: int,
        refused: Refused,
        person_id: int | None = None,
    ) -> Refused:
        """Store it."""
        ...


class FilingDesk(msgspec.Struct, frozen=True, kw_only=True):
    """The caches and the questions to later rooms."""

    areas: Areas
    directory: Directory
    catalogue: Catalogue
    disease_listed: Callable[[int, str, str, date], bool | None]
    """Whether an area (and insurance) lists a disease on a day; None where it has published no list."""
    refuse: Refusing
    read_refused: Callable[[Reading, int, int], Awaitable[Refused]]
    """The refusal stored under (cell, id)."""
    open_stay: Callable[[Reading, tuple[int, int]], Awaitable[date | None]]
    """Since when a stay of the person (cell, person_id) is open."""
    used_on: Callable[[Reading, Filing], Awaitable[date | None]]
    """The day of the last settlement that stands on a filing."""

    def settings_of(self, pooling_area: int) -> FilingSettings:
        """What the area decides about filings."""
        return settings_of(self.areas, pooling_area)

    def known(self, new: NewFiling, enrolment: Enrolment) -> Known:
        """What the reference tables say of a new filing's words."""
        area, on, codes = enrolment.pooling_area, new.begins_on, new.institution_codes
        listed = (
            self.disease_listed(area, enrolment.insurance_type.value, new.disease_code, on)
            if new.disease_code
            else None
        )
        return Known(
            offered=self.offers(area, new.kind),
            disease_listed=listed,
            item_known=not new.item_code or self.catalogue.find(new.item_code, area, on) is not None,
            area_known=not new.treatment_area or self.knows_area(new.treatment_area, on),
            insured_area=area,
            province=area // 10_000,
            institutions=named_institutions(codes, self.directory.by_code),
        )

    def offers(self, area: int, kind: FilingKind) -> bool:
        """Whether a kind opens anything in an area: special drugs need a list, a long supply a longest."""
        if kind in OF_A_SPECIAL_DRUG:
            return self.catalogue.has_list(area, ListKind.special_drug)
        return kind is not FilingKind.long_supply or self.settings_of(area).offers_long_supply

    def knows_area(self, area: int, on: date) -> bool:
        """Whether there is such a province, pooling area or agency area."""
        whole = area % 10_000 == 0 and self.areas.has_province(area // 10_000)
        return whole or self.areas.by_code(area) is not None or self.areas.pooling_area(area, on) is not None


_SETTINGS = SettingsRead(filing_settings)


def settings_of(areas: Areas, pooling_area: int) -> FilingSettings:
    """What a pooling area decides about filings; the defaults where it is unknown."""
    pool = areas.by_code(pooling_area)
    return DEFAULT_SETTINGS if pool is None else _SETTINGS.of(pool)
