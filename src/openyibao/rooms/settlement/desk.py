"""The desk: the caches a bill is judged by, kept fresh once a batch. 中文: 结算台。"""

from __future__ import annotations

from datetime import date
from typing import Protocol

import msgspec

from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms.acceptances import OfflineLimits
from openyibao.rooms.areas import Areas
from openyibao.rooms.catalogue import Catalogue
from openyibao.rooms.channels import ChannelBook
from openyibao.rooms.encounters import EncounterKind, References
from openyibao.rooms.goods import TraceBook
from openyibao.rooms.institutions import Directory, InstitutionLevel, may_act
from openyibao.rooms.people import Enrolment
from openyibao.rooms.policies import PolicyShelf, read_versions


class Priced(Protocol):
    """What pricing a bill asks of the desk: the catalogue rows alone."""

    @property
    def catalogue(self) -> Catalogue:
        """What may be paid for."""
        ...


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """Reference tables in memory: areas, institutions, catalogue, policies."""

    references: References
    shelf: PolicyShelf
    trace_book: TraceBook = msgspec.field(default_factory=TraceBook)
    channel_book: ChannelBook = msgspec.field(default_factory=ChannelBook)

    @property
    def areas(self) -> Areas:
        """Areas and cells."""
        return self.references.areas

    @property
    def directory(self) -> Directory:
        """Institutions and who works there."""
        return self.references.directory

    @property
    def catalogue(self) -> Catalogue:
        """What may be paid for."""
        return self.references.catalogue

    async def fresh(self, reading: Reading) -> None:
        """One cheap question; what moved is read again. A suspended institution acts no more from here on."""
        versions = await read_versions(reading)
        await self.areas.fresh(reading, versions["areas"])
        await self.directory.fresh(reading, versions["institutions"])
        await self.catalogue.fresh(reading, versions["catalogue"])
        await self.shelf.fresh(reading, versions["policies"])
        await self.trace_book.fresh(reading, versions["goods"])
        await self.channel_book.fresh(reading, versions["channels"])

    def refuse_institution(self, institution_id: int) -> Refused | None:
        """Whether this institution may act now. Reason: institution_suspended."""
        institution = self.directory.by_id(institution_id)
        return None if institution is None else may_act(institution)

    def is_busy(self, institution_id: int) -> bool:
        """Whether thousands show their codes there in a day: a tertiary hospital."""
        institution = self.directory.by_id(institution_id)
        return institution is not None and institution.level is InstitutionLevel.tertiary

    def offline_limits(self, institution_id: int, on: date) -> OfflineLimits:
        """What the institution's area lets a terminal take down without a network; nothing where it is in no area."""
        institution = self.directory.by_id(institution_id)
        area = 0 if institution is None else institution.treatment_area
        found = self.areas.pooling_area(area, on) or self.areas.by_code(area)
        if found is None:
            return OfflineLimits(amount_fen_max=0, count_max=0, days_max=1)
        settings = self.areas.settings(found.pooling_area)
        return OfflineLimits(
            amount_fen_max=settings.offline_amount_fen_max,
            count_max=settings.offline_count_max,
            days_max=settings.offline_days_max,
        )

    def name_of(self, institution_id: int) -> str:
        """What an institution is called."""
        institution = self.directory.by_id(institution_id)
        return institution.name if institution else str(institution_id)

    def year_of(self, enrolment: Enrolment, kind: EncounterKind, on: date) -> int:
        """The policy year of a day, by the enrolment's policy; the calendar year where there is none."""
        found = self.shelf.policy_for(enrolment.pooling_area, enrolment.insurance_type.value, kind, on)
        return on.year if isinstance(found, Refused) else found[0].policy_year(on, enrolment.person_category)
