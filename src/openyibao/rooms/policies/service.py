"""Verbs of policies: publish a document, keep the compiled ones at hand."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3_hex
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.policies import store
from openyibao.rooms.policies.document import read_document
from openyibao.rooms.policies.reading import DocumentFault
from openyibao.rooms.policies.terms import Need, Policy

NO_POLICY = reason(
    "no_policy",
    zh="{pooling_area} 没有 {on} 适用于该险种和医疗类别的待遇政策",
    en="Area {pooling_area} has no benefit policy for this insurance and kind of visit on {on}",
    next_zh="请联系参保地医保经办机构; 可先自费并保留票据",
    next_en="Ask the insured area's agency; pay privately and keep the receipts",
)


class PolicyShelf:
    """The compiled policies of a process, by content digest and by (area, insurance)."""

    def __init__(self) -> None:
        self._version = -1
        self._by_hash: dict[str, Policy] = {}
        self._by_scope: dict[tuple[int, str], list[tuple[Policy, str, frozenset[EncounterKind]]]] = {}
        self._asking: set[tuple[int, str]] = set()

    async def fresh(self, reading: Reading, version: int) -> None:
        """Read the documents again where the version moved. A body that no longer has its digest is not used."""
        if version == self._version:
            return
        by_hash: dict[str, Policy] = {}
        by_scope: dict[tuple[int, str], list[tuple[Policy, str, frozenset[EncounterKind]]]] = {}
        for stored in await store.list_documents(reading):
            policy = self._by_hash.get(stored.document_hash) or compile_body(stored.body)
            if policy is None or sm3_hex(stored.body.encode()) != stored.document_hash:
                continue
            by_hash[stored.document_hash] = policy
            kept = (policy, stored.document_hash, frozenset(policy.encounter_kinds))
            by_scope.setdefault((policy.area, policy.insurance.value), []).append(kept)
        self._by_hash, self._by_scope, self._version = by_hash, by_scope, version
        self._asking = {
            scope for scope, policies in by_scope.items() if any(_asks_filings(policy) for policy, _, _ in policies)
        }

    def by_hash(self, document_hash: str) -> Policy | None:
        """The policy of a digest."""
        return self._by_hash.get(document_hash)

    def asks_filings(self, pooling_area: int, insurance: str) -> bool:
        """Whether a policy of the area and insurance asks what is filed, or where the person is bound to."""
        return (pooling_area, insurance) in self._asking

    def lists_disease(self, pooling_area: int, insurance: str, disease_code: str, on: date) -> bool | None:
        """Whether the policy of a day lists a disease; None where it has no list."""
        listed = [
            benefit.diseases
            for policy, _, _ in self._by_scope.get((pooling_area, insurance), ())
            if policy.valid_from <= on and (policy.valid_until is None or on <= policy.valid_until)
            for benefit in policy.benefits
            if benefit.diseases
        ]
        return any(disease_code in diseases for diseases in listed) if listed else None

    def policy_for(
        self, pooling_area: int, insurance: str, kind: EncounterKind, on: date
    ) -> tuple[Policy, str] | Refused:
        """The policy of a day; with its digest. Reason: no_policy."""
        for policy, document_hash, kinds in self._by_scope.get((pooling_area, insurance), ()):
            if policy.valid_from <= on and (policy.valid_until is None or on <= policy.valid_until) and kind in kinds:
                return policy, document_hash
        return Refused(NO_POLICY, {"pooling_area": pooling_area, "on": on.isoformat()})


def _asks_filings(policy: Policy) -> bool:
    return bool({"filed", "designated"} & policy.asks.facets) or any(
        {Need.filing, Need.designation} & set(benefit.needs) for benefit in policy.benefits
    )


@lru_cache(maxsize=2_048)
def compile_body(body: str) -> Policy | None:
    """The compiled policy, or None for a body that is no longer a document. Kept: equal texts compile once a process."""
    read = read_document(body)
    return None if isinstance(read, tuple) else read


async def publish(tx: Tx, clock: Clock, *, body: str, actor: str = "agency") -> str | tuple[DocumentFault, ...]:
    """Publish a document; its digest, or its faults. Publishing the same text again changes nothing."""
    policy = read_document(body)
    if isinstance(policy, tuple):
        return policy
    document_hash = sm3_hex(body.encode())
    made = await store.insert_document(
        tx,
        store.StoredDocument(
            document_hash=document_hash,
            pooling_area=policy.area,
            insurance_type=policy.insurance.value,
            valid_from=policy.valid_from,
            valid_until=policy.valid_until,
            title=policy.title.zh,
            body=body,
            published_at=clock.now(),
        ),
    )
    if made:
        tx.audit.append(
            AuditEvent(
                kind="policy_published",
                cell=0,
                subject_id=policy.area,
                actor=actor,
                content=bytes.fromhex(document_hash),
            )
        )
    return document_hash
