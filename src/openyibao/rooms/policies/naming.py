"""Names in a policy document that must lead somewhere: sources, groups, benefits, diseases. 中文: 政策文档中的名称检查。"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from openyibao.rooms.policies import terms as t
from openyibao.rooms.policies.conditions import Cite, When

GROUPS = (
    "civil_servant",
    "veteran",
    "military_retired",
    "revolutionary_injured",
    "employer_supplement",
    "low_income",
    "destitute",
    "full_scope",
)
"""Groups that every document may speak of; others are named in its ``groups``."""


class Names:
    """Walks a document and faults each name that leads nowhere."""

    def __init__(self, policy: t.Policy, fault: Callable[[str, str, str], None]) -> None:
        self.policy = policy
        self.fault = fault
        self.diseases: set[str] = set()
        """Of the benefit that is walked; empty where it has no list."""

    def check(self) -> None:
        """Everything."""
        policy = self.policy
        places: dict[str, Any] = {"benefits": policy.benefits, "account": policy.account_rules}
        places |= {
            "items": policy.items,
            "decides": policy.decides,
            "entitlement": policy.entitlements,
            "policy_year": policy.year_starts,
        }
        for path, found in places.items():
            self.diseases = set()
            self._walk(found, path)
        ids = [benefit.benefit_id for benefit in policy.benefits]
        for number, name in enumerate(ids):
            if name in ids[:number]:
                self.fault(f"benefits[{number}].id", "待遇名重复", "this id is taken by an earlier benefit")
        for number, rule in enumerate(policy.items.rules):
            if rule.benefit is not None and rule.benefit not in ids:
                self.fault(
                    f"items.rules[{number}].benefit", "无此待遇", f"expected one of the benefits {', '.join(ids)}"
                )
        for number, benefit in enumerate(policy.benefits):
            if t.Need.listed_disease in benefit.needs and not benefit.diseases:
                self.fault(f"benefits[{number}].needs", "需要 diseases", "listed_disease needs a list of diseases")

    def _walk(self, found: Any, path: str) -> None:
        if isinstance(found, Cite):
            if found.source not in self.policy.sources:
                known = ", ".join(self.policy.sources)
                self.fault(f"{path}.source", f"未列出的来源，可用: {known}", f"expected one of the sources {known}")
        elif isinstance(found, When):
            self._when(found, path)
        elif isinstance(found, msgspec.Struct):
            self.diseases = set(found.diseases) if isinstance(found, t.Benefit) else self.diseases
            for name in found.__struct_fields__:
                self._walk(getattr(found, name), f"{path}.{_KEYS.get(name, name.removesuffix('_fen'))}")
        elif isinstance(found, Mapping):
            for name, child in found.items():
                self._walk(child, f"{path}.{name}")
        elif isinstance(found, (tuple, list)):
            for number, child in enumerate(found):
                self._walk(child, f"{path}[{number}]")

    def _when(self, when: When, path: str) -> None:
        for number, group in enumerate(when.group):
            if group not in GROUPS and group not in self.policy.groups:
                known = ", ".join((*GROUPS, *self.policy.groups))
                self.fault(
                    f"{path}.group[{number}]", f"未列出的人群，可用: {known}", f"expected one of the groups {known}"
                )
        for number, code in enumerate(when.disease):
            if self.diseases and code not in self.diseases:
                self.fault(f"{path}.disease[{number}]", "未列出的病种", "expected a disease of a benefit's list")


_KEYS = {"ceilings": "ceiling", "line_rules": "rules"}
