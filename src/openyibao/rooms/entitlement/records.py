"""Records of contributions and what follows from them. 中文: 缴费与待遇享受记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from openyibao.rooms.people import Enrolment, EntitlementPeriod, InsuranceType, InsuredPerson, PersonCategory, Sex


class EntitlementTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of an area that periods are derived with: settings of the same names (``AreaSettings`` says what each means).

    They are kept under their digest with each enrolment, so that another setting tomorrow doesn't alter what was derived.
    """

    employee_grace_months: int
    employee_break_months: int
    employee_wait_months_max: int
    resident_year_begins_month: int
    resident_window_ends: str
    resident_wait_months: int
    resident_wait_months_per_year: int
    newborn_days: int
    back_payment_reprices: bool
    employee_funds: tuple[str, ...]
    resident_funds: tuple[str, ...]
    resident_wait_floor_years: int = 0
    """0 as in terms kept before there was a floor."""
    resident_wait_floor_months: int = 0


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """A run of months that one act paid for (缴费记录). Months are yyyymm, the sums in fen are those of the whole run.

    ``base_fen`` is the monthly base. ``paid_on`` None: each month in its own time.
    """

    cell: int
    person_id: int
    enrolment_id: int
    contribution_id: int
    first_month: int
    last_month: int
    base_fen: int
    employer_fen: int
    personal_fen: int
    paid_on: date | None


class CircumstanceKind(StrEnum):
    """What besides contributions bears on an enrolment (影响待遇的情形)."""

    suspended = "suspended"
    carried = "carried"
    ended = "ended"


class Circumstance(msgspec.Struct, frozen=True, kw_only=True):
    """A dated fact of an enrolment: suspended from to, contribution years carried in since, ended and why."""

    cell: int
    person_id: int
    enrolment_id: int
    circumstance_id: int
    kind: CircumstanceKind
    ground: str
    begins_on: date
    ends_on: date | None


class Derived(NamedTuple):
    """What follows from contributions: periods of each fund, the last day paid for, insured without a break since."""

    entitlements: tuple[EntitlementPeriod, ...]
    paid_until: date | None
    running_since: date | None


class EndGround(StrEnum):
    """Why an enrolment ends (停保原因)."""

    left = "left"
    moved = "moved"
    died = "died"
    emigrated = "emigrated"
    enlisted = "enlisted"
    merged = "merged"


class NewContribution(msgspec.Struct, frozen=True, kw_only=True):
    """Months to enter for an enrolment; fields as ``Contribution``."""

    cell: int
    person_id: int
    enrolment_id: int
    first_month: int
    last_month: int
    base_fen: int
    employer_fen: int
    personal_fen: int
    paid_on: date | None


class EndRequest(msgspec.Struct, frozen=True, kw_only=True):
    """End an enrolment with a last day."""

    cell: int
    person_id: int
    enrolment_id: int
    last_on: date
    ground: EndGround = EndGround.left


class SuspendRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Suspend an enrolment from a day on; ``ends_on`` is the last day, None until it is ended."""

    cell: int
    person_id: int
    enrolment_id: int
    begins_on: date
    ends_on: date
    ground: str


class MoveRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Move an enrolment to another agency area from a day on; other category where the person retires or leaves school."""

    cell: int
    person_id: int
    enrolment_id: int
    agency_area: int
    on: date
    person_category: PersonCategory | None = None


class RepairRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Pay back every month that is missing up to a month (yyyymm), at so much a month; ``paid_on`` is today."""

    cell: int
    person_id: int
    enrolment_id: int
    until_month: int
    base_fen: int
    employer_fen_a_month: int
    personal_fen_a_month: int


class NewbornRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A newborn with birth certificate, enrolled as a resident; ``personal_fen`` pays the year of birth."""

    name: str
    birth_certificate: str
    sex: Sex
    birth_on: date
    agency_area: int
    personal_fen: int
    phone: str | None = None


class Departure(msgspec.Struct, frozen=True, kw_only=True):
    """A person died, emigrated or enlisted on a day: everything ends at once."""

    bucket: int
    person_id: int
    ground: EndGround
    on: date


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """An enrolment that was entered; ``finding`` is ``double_enrolment`` where another base is active too."""

    enrolment: Enrolment
    finding: str | None = None


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What a move did: the old enrolment ended, the new one began, and what does not come along.

    ``account_stays`` and ``accumulators_restart`` are true where the pooling area is another one: the personal account
    stays where it is until the owner has it transferred, and deductible and ceilings begin anew there.
    """

    ended: Enrolment
    opened: Enrolment
    account_stays: bool
    accumulators_restart: bool


class Repaired(msgspec.Struct, frozen=True, kw_only=True):
    """Which months were paid back, and since when the enrolment is enjoyed without a stop now; None where it isn't."""

    enrolment: Enrolment
    months: tuple[int, ...]
    enjoyed_since: date | None


class BornRegistered(msgspec.Struct, frozen=True, kw_only=True):
    """A registered newborn with the enrolment that covers from birth."""

    person: InsuredPerson
    enrolment: Enrolment


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """An enrolment of a record that goes, ended, and the one that goes on in its place; None where that was there already."""

    ended: Enrolment
    opened: Enrolment | None


class Departed(msgspec.Struct, frozen=True, kw_only=True):
    """What a departure ended."""

    enrolments: tuple[Enrolment, ...]
    credential_stopped: bool


FUND_OF = {
    InsuranceType.civil_servant: "civil_servant",
    InsuranceType.large_sum: "large_sum",
    InsuranceType.employer_supplement: "employer_supplement",
    InsuranceType.serious_illness: "serious_illness",
    InsuranceType.long_term_care: "other_funds",
    InsuranceType.maternity: "maternity",
}
"""The fund of each added insurance."""


class ImportNoun(StrEnum):
    """What a file brings (导入内容)."""

    people = "people"
    enrolments = "enrolments"
    contributions = "contributions"
    moves = "moves"


class ImportRun(msgspec.Struct, frozen=True, kw_only=True):
    """Where the import of one file stands (导入批次): written in the same transaction as the rows it brought.

    A file is taken in parts side by side: each reads all of it and takes the people whose documents fall to it.

    ``faults`` are the first bad lines, ``line number: reason``, at most ``FAULTS_KEPT``; ``refused`` counts all.
    """

    bucket: int
    run_id: int
    noun: ImportNoun
    file_digest: bytes
    part: int
    parts: int
    state: str
    position_octets: int
    lines_done: int
    entered: int
    unchanged: int
    refused: int
    faults: tuple[str, ...]
    begun_at: datetime


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of some lines: how many brought something, how many were there already, which are refused and why."""

    entered: int
    unchanged: int
    faults: tuple[tuple[int, str], ...]


FAULTS_KEPT = 200
