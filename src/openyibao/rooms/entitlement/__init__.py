"""What people paid for their insurance, and what they are entitled to for it on each day.

Keeps: contributions (runs of months), circumstances (suspended, carried in, ended and why), the terms of the areas they are
judged by, import runs. Promises: an enrolment's periods cover it from its first day to its last without gap or overlap, follow
from its contributions, circumstances and terms (``verify`` derives them again), and never get worse by a contribution
more; what was entered is never changed. The derived periods, ``paid_until`` and ``running_since`` stand on the enrolment
itself, in the room people, so that settling reads nothing more. A finding ``double_enrolment`` is told, never acted on.
Units: fen; months as yyyymm; dates in Shanghai, both ends included. Callers: settlement, the agency's commands. 中文: 缴费与待遇享受。
"""

from openyibao.rooms.entitlement.deriving import lock_all
from openyibao.rooms.entitlement.importing import (
    LINES_MAX,
    begin_import,
    import_lines,
    list_imports,
    lock_import,
    note_import,
)
from openyibao.rooms.entitlement.judging import find_open_enrolment
from openyibao.rooms.entitlement.leaving import choose_insured_area, depart, register_newborns
from openyibao.rooms.entitlement.lines import COLUMNS
from openyibao.rooms.entitlement.merging import carry_enrolments
from openyibao.rooms.entitlement.months import month_at
from openyibao.rooms.entitlement.paying import pay, repair_arrears
from openyibao.rooms.entitlement.reapplying import reapply_settings
from openyibao.rooms.entitlement.records import (
    FAULTS_KEPT,
    FUND_OF,
    BornRegistered,
    Carried,
    Circumstance,
    CircumstanceKind,
    Contribution,
    Departed,
    Departure,
    Derived,
    EndGround,
    EndRequest,
    Enrolled,
    EntitlementTerms,
    Imported,
    ImportNoun,
    ImportRun,
    Moved,
    MoveRequest,
    NewbornRequest,
    NewContribution,
    Repaired,
    RepairRequest,
    SuspendRequest,
)
from openyibao.rooms.entitlement.rules import (
    added_of,
    derive,
    double_bases,
    standing_on,
    terms_of,
    waiting_until,
    years_running,
)
from openyibao.rooms.entitlement.service import (
    DOUBLE_ENROLMENT,
    end_enrolments,
    enrol,
    list_doubles,
    list_person_enrolments,
    move,
    suspend_enrolments,
)
from openyibao.rooms.entitlement.standing import BillStanding, bill_standing
from openyibao.rooms.entitlement.store import count_strays
from openyibao.rooms.entitlement.telling import (
    check_entitlements,
    expected_of_circumstances,
    expected_of_contributions,
)

__all__ = [
    "COLUMNS",
    "DOUBLE_ENROLMENT",
    "FAULTS_KEPT",
    "FUND_OF",
    "LINES_MAX",
    "BillStanding",
    "BornRegistered",
    "Carried",
    "Circumstance",
    "CircumstanceKind",
    "Contribution",
    "Departed",
    "Departure",
    "Derived",
    "EndGround",
    "EndRequest",
    "Enrolled",
    "EntitlementTerms",
    "ImportNoun",
    "ImportRun",
    "Imported",
    "MoveRequest",
    "Moved",
    "NewContribution",
    "NewbornRequest",
    "RepairRequest",
    "Repaired",
    "SuspendRequest",
    "added_of",
    "begin_import",
    "bill_standing",
    "carry_enrolments",
    "check_entitlements",
    "choose_insured_area",
    "count_strays",
    "depart",
    "derive",
    "double_bases",
    "end_enrolments",
    "enrol",
    "expected_of_circumstances",
    "expected_of_contributions",
    "find_open_enrolment",
    "import_lines",
    "list_doubles",
    "list_imports",
    "list_person_enrolments",
    "lock_all",
    "lock_import",
    "month_at",
    "move",
    "note_import",
    "pay",
    "reapply_settings",
    "register_newborns",
    "repair_arrears",
    "standing_on",
    "suspend_enrolments",
    "terms_of",
    "waiting_until",
    "years_running",
]
