"""Deriving enrolments anew under their area's terms, and writing what follows. Used by this room's verbs. 中文: 重算待遇。"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from openyibao.kit.db import Tx
from openyibao.rooms.areas import Areas
from openyibao.rooms.entitlement import store
from openyibao.rooms.entitlement.records import Circumstance, Contribution, Derived, EntitlementTerms
from openyibao.rooms.entitlement.rules import derive, hash_terms, rest_as_entered, terms_of
from openyibao.rooms.entitlement.store import EnrolmentName
from openyibao.rooms.people import Enrolment, EnrolmentKey, InsuranceType, change_enrolments, lock_enrolments


def name_of(enrolment: Enrolment) -> EnrolmentName:
    """(cell, person_id, enrolment_id)."""
    return (enrolment.cell, enrolment.person_id, enrolment.enrolment_id)


class TermsBook:
    """The terms of the areas a verb meets, each kept once."""

    def __init__(self, areas: Areas) -> None:
        self._areas = areas
        self._of: dict[int, tuple[EntitlementTerms, str]] = {}
        self._written: set[str] = set()
        self._alike: dict[Any, Derived] = {}

    def terms_now(self, pooling_area: int) -> EntitlementTerms:
        """An area's terms, to look at only."""
        return terms_of(self._areas.settings(pooling_area))

    async def terms(self, tx: Tx, pooling_area: int) -> tuple[EntitlementTerms, str]:
        """An area's terms and their digest, kept for verify."""
        if pooling_area not in self._of:
            terms = terms_of(self._areas.settings(pooling_area))
            stored = msgspec.json.encode(terms)
            terms_hash = hash_terms(stored)
            if terms_hash not in self._written:
                await store.write_terms(tx, terms_hash, stored)
                self._written.add(terms_hash)
            self._of[pooling_area] = (terms, terms_hash)
        return self._of[pooling_area]

    async def derived(
        self, tx: Tx, one: Enrolment, contributions: Sequence[Contribution], circumstances: Sequence[Circumstance]
    ) -> Enrolment:
        """The enrolment with what follows from its contributions."""
        terms, terms_hash = await self.terms(tx, one.pooling_area)
        # Most people of a file began on the same day and paid the same months: what follows is the same.
        months = tuple([(each.first_month, each.last_month, each.paid_on) for each in contributions])
        alike: tuple[Any, ...] = (
            terms_hash,
            one.insurance_type,
            one.person_category,
            one.begins_on,
            one.ends_on,
            one.birth_on,
            months,
        )
        if one.insurance_type is not InsuranceType.resident:
            alike = (*alike[:5], None, months)  # only of residents the birthday is asked
        found = None if circumstances else self._alike.get(alike)
        if found is None:
            found = derive(one, contributions, circumstances, terms)
            if not circumstances:
                self._alike[alike] = found
        return msgspec.structs.replace(
            one,
            entitlements=found.entitlements,
            paid_until=found.paid_until,
            running_since=found.running_since,
            terms_hash=terms_hash,
        )


LOOKED_UP_MAX = 20_000
"""So many pairs of cell and person are looked up by one statement."""


async def lock_all(tx: Tx, keys: Iterable[EnrolmentKey]) -> dict[EnrolmentKey, list[Enrolment]]:
    """The enrolments of people, locked in the written order: of many a statement a cell, since `= any` multiplies."""
    wanted = sorted(set(keys))
    looked_up = len({cell for cell, _ in wanted}) * len({person_id for _, person_id in wanted})
    if looked_up <= LOOKED_UP_MAX:
        return await lock_enrolments(tx, wanted)
    by_cell: dict[int, list[EnrolmentKey]] = {}
    for key in wanted:
        by_cell.setdefault(key[0], []).append(key)
    found: dict[EnrolmentKey, list[Enrolment]] = {}
    for own in by_cell.values():
        found |= await lock_enrolments(tx, own)
    return found


async def rederive(
    tx: Tx, book: TermsBook, enrolments: Sequence[Enrolment], *, actor: str, only_changed: bool = False
) -> list[Enrolment]:
    """Derive locked enrolments anew from all that is entered of them, and write what changed.

    Those not kept by contributions keep the periods they were given, up to their end and without suspended days.
    """
    if not enrolments:
        return []
    names = [name_of(one) for one in enrolments]
    contributions = await store.read_contributions(tx, names)
    circumstances = await store.read_circumstances(tx, names)
    again = [
        rest_as_entered(one, circumstances[name])
        if one.terms_hash is None and not contributions[name]
        else await book.derived(tx, one, contributions[name], circumstances[name])
        for one, name in zip(enrolments, names, strict=True)
    ]
    if only_changed:
        again = [new for one, new in zip(enrolments, again, strict=True) if _says(one) != _says(new)]
    return await change_enrolments(tx, again, actor=actor)


def _says(one: Enrolment) -> tuple[Any, ...]:
    return (one.entitlements, one.paid_until, one.running_since)
