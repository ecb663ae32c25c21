"""What an area decides about filings, with defaults: the settings ``filings`` of a pooling area. 中文: 备案规则设置。

An area overrides single rules: ``{"filings": {"rules": {"temporary": {"longest_days": 90}}, "late_days": 60}}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from openyibao.rooms.filings.records import FilingKind

WEEK_DAYS = 7


class FilingRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one kind is filed (备案规则)."""

    needs_approval: bool = True
    """Else it counts from the filing on (告知承诺制, 即时办结)."""
    self_filed: bool = False
    """The person may file it without an institution or the agency."""
    longest_days: int | None = 366
    """How many days it may last at most; None without end."""
    past_days: int = 0
    """How many days before the filing it may begin."""
    institutions_least: int = 0
    institutions_most: int = 0
    change_days: int = 0
    """How many days must pass between two changes of its institutions."""


_PLAIN = FilingRule()
_DISEASE = FilingRule(longest_days=730, past_days=30, institutions_most=3, change_days=30)
_DRUG = FilingRule(longest_days=366, past_days=7, institutions_least=1, institutions_most=3, change_days=30)
DEFAULT_RULES: Mapping[FilingKind, FilingRule] = {
    FilingKind.chronic_disease: _DISEASE,
    FilingKind.two_diseases: msgspec.structs.replace(_DISEASE, needs_approval=False, longest_days=None),
    FilingKind.long_term: FilingRule(needs_approval=False, self_filed=True, longest_days=None, institutions_most=3),
    FilingKind.transfer: FilingRule(needs_approval=False, longest_days=183, past_days=7, institutions_most=3),
    FilingKind.temporary: FilingRule(needs_approval=False, self_filed=True, longest_days=183),
    FilingKind.emergency: FilingRule(needs_approval=False, longest_days=183, past_days=30),
    FilingKind.designation: FilingRule(
        needs_approval=False,
        self_filed=True,
        longest_days=None,
        institutions_least=1,
        institutions_most=3,
        change_days=30,
    ),
    FilingKind.special_drug: _DRUG,
    FilingKind.serious_illness_drug: _DRUG,
    FilingKind.dual_channel_drug: _DRUG,
    FilingKind.maternity: FilingRule(needs_approval=False, self_filed=True, past_days=280, institutions_most=1),
    FilingKind.injury: FilingRule(past_days=30),
    FilingKind.home_bed: FilingRule(institutions_least=1, institutions_most=1),
    FilingKind.family_doctor: FilingRule(
        needs_approval=False, self_filed=True, institutions_least=1, institutions_most=1
    ),
}
"""Rules of the field where the area says nothing [K]; kinds not named have those of ``FilingRule``."""


_NEEDED_FOR = {"chronic": FilingKind.chronic_disease, "special": FilingKind.chronic_disease}


class FilingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an area decides about filings and about visits that stand on them (备案设置)."""

    rules: dict[FilingKind, dict[str, Any]] = {}
    """By kind, the fields of ``FilingRule`` that differ from ``DEFAULT_RULES``."""
    needed_for: dict[str, FilingKind] = msgspec.field(default_factory=lambda: dict(_NEEDED_FOR))
    """Encounter kind → the kind of filing it needs; a disease filing must be of the visit's disease."""
    designation_required: bool = False
    """A person who has chosen no institution counts as bound elsewhere; else as bound nowhere."""
    third_party_injury: str = "stops"
    """``stops``: refused; ``routes``: paid where an injury filing in force lets it."""
    injury_needs_filing: bool = False
    """An injury without a third party needs an injury filing too."""
    supply_weeks_most: int = 12
    """The longest supply of one prescription, in weeks."""
    long_supply_weeks_most: int = 0
    """The longest supply where a long-supply filing (长期带药) is in force, in weeks; up to ``supply_weeks_most``: not offered."""
    disease_items_only: bool = False
    """A drug that is not on the list of the visit's disease is refused instead of left to the policy."""
    late_days: int = 0
    """A filing made or approved so many days after a settlement still re-prices it; 0: never."""

    @property
    def offers_long_supply(self) -> bool:
        """Whether a long-supply filing opens anything."""
        return self.long_supply_weeks_most > self.supply_weeks_most

    def rule(self, kind: FilingKind) -> FilingRule:
        """The rule of a kind."""
        default, own = DEFAULT_RULES.get(kind, _PLAIN), self.rules.get(kind)
        if not own:
            return default
        return msgspec.convert({**msgspec.to_builtins(default), **own}, FilingRule)


DEFAULT_SETTINGS = FilingSettings()


def filing_settings(settings: Mapping[str, Any]) -> FilingSettings:
    """What the settings of a pooling area say about filings. Raises msgspec.ValidationError for words it does not know."""
    own = settings.get("filings")
    return msgspec.convert(own, FilingSettings) if own else DEFAULT_SETTINGS
