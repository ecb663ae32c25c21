"""What bills are about and how their people stand: tokens, visits and lines, enrolments, accounts, accumulators. 中文: 结算对象。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, ledger
from openyibao.rooms.accumulators import Accumulator, AccumulatorKey, read_accumulators
from openyibao.rooms.encounters import BED_KINDS, Encounter, FeeBatch
from openyibao.rooms.filings import Filing
from openyibao.rooms.ledger import AccountPot, PersonalAccount
from openyibao.rooms.mutual_aid import AidOffer
from openyibao.rooms.people import Enrolment, lock_enrolments, read_enrolments
from openyibao.rooms.presentation import TokenFacts, read_tokens
from openyibao.rooms.settlement.records import SettleRequest
from openyibao.rooms.settlement.staying import StaySoFar, load_stay


class Subject(msgspec.Struct, kw_only=True):
    """What a settle request is about, as far as it is known before the person is locked."""

    request: SettleRequest
    presented: TokenFacts | Refused | None
    encounter: Encounter | None
    batches: list[FeeBatch]
    stay: StaySoFar = StaySoFar()
    """Of a stay that stands: what was settled of it before."""
    beside_stay: Refused | None = None
    """Of a new visit: why a stay that the person is in stands against it."""

    @property
    def person(self) -> tuple[int, int] | None:
        """(cell, person_id), where known."""
        if self.encounter is not None:
            return (self.encounter.cell, self.encounter.person_id)
        if isinstance(self.presented, TokenFacts):
            return (self.presented.cell, self.presented.person_id)
        return None


class Standing(msgspec.Struct, kw_only=True):
    """The state of the persons of a batch: read, and locked where something will be written."""

    enrolments: dict[tuple[int, int], list[Enrolment]]
    accounts: dict[tuple[int, int, AccountPot], PersonalAccount]
    accumulators: dict[AccumulatorKey, Accumulator]
    offers: Mapping[tuple[int, int], AidOffer | Refused] = {}
    """What relatives' accounts may give, for the persons whose bills ask for it."""
    filings: dict[tuple[int, int], list[Filing]] = {}
    """Of those whose bills may depend on filings."""
    mandated_fen: dict[int, int] = {}
    """What was paid today under the mandates by which relatives show the codes of this batch."""
    papered_fen: dict[int, int] = {}
    """What insurance paid today by the printed codes of this batch, by binding."""
    visits_opened: Mapping[tuple[int, int], int] = {}
    """Which visit each token of this batch has opened, by (cell, presentation_id)."""


async def load_subjects(reading: Reading, clock: Clock, requests: Sequence[SettleRequest]) -> list[Subject]:
    """Tokens, visits and their lines, set-based; no locks."""
    with_token = [(n, one) for n, one in enumerate(requests) if one.visit_token]
    tokens: dict[int, TokenFacts | Refused] = {}
    if with_token:
        read = await read_tokens(
            reading, clock, tokens=[(one.visit_token or "", one.institution_id) for _, one in with_token]
        )
        tokens = {n: token for (n, _), token in zip(with_token, read, strict=True)}
    names = [(one.cell, one.encounter_id) for one in requests if one.cell is not None and one.encounter_id is not None]
    visits: dict[tuple[int, int], Encounter] = {}
    batches: dict[tuple[int, int], list[FeeBatch]] = {}
    if names:
        visits = await encounters.read_encounters(reading, names)
        for batch in await encounters.read_fee_batches(reading, names):
            batches.setdefault((batch.cell, batch.encounter_id), []).append(batch)
    subjects = [
        Subject(
            request=one,
            presented=tokens.get(n),
            encounter=visits.get((one.cell or 0, one.encounter_id or 0)),
            batches=batches.get((one.cell or 0, one.encounter_id or 0), []),
        )
        for n, one in enumerate(requests)
    ]
    for subject in subjects if visits else ():
        if subject.encounter is not None and subject.encounter.kind in BED_KINDS:
            subject.stay = await load_stay(reading, subject.encounter, subject.batches)
    return subjects


async def load_opened(reading: Reading, subjects: Sequence[Subject]) -> Mapping[tuple[int, int], int]:
    """Which visits the tokens of these bills have opened (FIELD 18); the persons are locked where it must stay true.

    A token that pays the visit it opened needs no look.
    """
    names = [
        (token.cell, token.presentation_id)
        for one in subjects
        if isinstance(token := one.presented, TokenFacts)
        and (one.encounter is None or one.encounter.presentation_id != token.presentation_id)
    ]
    return await encounters.find_opened(reading, names) if names else {}


async def load_standing(reading: Reading, persons: Sequence[tuple[int, int]], *, lock: bool) -> Standing:
    """Enrolments, accounts and accumulators of the persons; locking their enrolments locks the persons."""
    if not persons:
        return Standing(enrolments={}, accounts={}, accumulators={})
    if lock:
        assert isinstance(reading, Tx)
        enrolments = await lock_enrolments(reading, persons)
    else:
        enrolments = await read_enrolments(reading, persons)
    return Standing(
        enrolments=enrolments,
        accounts=await ledger.read_accounts(reading, persons),
        accumulators=await read_accumulators(reading, persons),
    )
