"""Scanning a printed code: its key, its places, its day, what is seen beside it. No statement where no paper is shown. 中文: 纸质码扫码。"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from openyibao.kit.clock import Clock, shanghai_noon
from openyibao.kit.crypto import MacKey, Sealer, equal
from openyibao.kit.db import BUCKETS, Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import papers
from openyibao.rooms.bindings import Binding
from openyibao.rooms.institutions import Institution
from openyibao.rooms.papers import PrintedCode, WindowProof
from openyibao.rooms.presentation import records, rules, store, telling
from openyibao.rooms.presentation.records import IdentifyRequest, ScanRequest, SeenProof
from openyibao.rooms.presentation.rules import ParsedCode

FindInstitution = Callable[[int], Institution | None]
_BAD_CODE, _BAD_PROOF = records.CODE_NOT_VALID.code, papers.PRINTED_PROOF_WRONG.code
LAST_DIGITS = 4


class Paper(msgspec.Struct, kw_only=True):
    """A printed code as it stands now."""

    code: PrintedCode
    live: bool
    key: MacKey
    last_digits: str
    uses_today: int
    used_today_fen: int
    bad_codes: int
    bad_proofs: int


def paper_key(sealer: Sealer, binding: Any) -> MacKey:
    """The key of a binding's printed code."""
    where = f"bindings.secret_sealed:{binding['binding_id']}"
    return papers.derive_paper_key(sealer.unseal(binding["secret_sealed"], where=where))


def digits_of(sealer: Sealer, binding: Binding, *, issuer: str) -> str:
    """The digits to print."""
    row = {"binding_id": binding.binding_id, "secret_sealed": binding.secret_sealed}
    key = paper_key(sealer, row)
    return rules.print_digits(key, issuer=issuer, serial=binding.serial, province=binding.province)


async def load_papers(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    bound: Sequence[Any],
    credentials: dict[int, Any],
    persons: dict[int, Any],
) -> dict[int, Paper]:
    """The papers of a batch, locked so that two uses are counted one after the other; by binding_id."""
    names = [(b["bucket"], b["binding_id"]) for b in bound]
    living = await papers.lock_bindings(tx, names)
    codes = await papers.read_codes(tx, names)
    now, today = clock.now(), clock.today()
    midnight = shanghai_noon(today) - timedelta(hours=12)
    shown = await store.count_since(tx, names, rules.step_of(midnight), rules.step_of(now))
    bad = await store.count_refused(
        tx, [(b["bucket"], b["person_id"]) for b in bound], (_BAD_CODE, _BAD_PROOF), midnight
    )
    cells = [(credentials[b["credential_id"]]["insured_cell"] or 0, b["binding_id"]) for b in bound]
    used = await papers.sum_uses(tx, cells, today)
    found = {}
    for b in bound:
        binding_id, person = b["binding_id"], persons[b["person_id"]]
        if binding_id in codes:
            document = sealer.unseal(person["document_sealed"], where=f"persons.document_sealed:{b['person_id']}")
            found[binding_id] = Paper(
                code=codes[binding_id],
                live=binding_id in living,
                key=paper_key(sealer, b),
                last_digits=document.decode()[-LAST_DIGITS:],
                uses_today=shown.get(binding_id, 0),
                used_today_fen=used.get(binding_id, 0),
                bad_codes=bad.get((binding_id, _BAD_CODE), 0),
                bad_proofs=bad.get((binding_id, _BAD_PROOF), 0),
            )
    return found


def decide(
    code: ParsedCode,
    request: ScanRequest,
    binding: Any,
    paper: Paper | None,
    institution: Institution | None,
    now: datetime,
) -> Refused | None:
    """Order: code_not_valid (no paper's serial) · printed_tries_exhausted · code_not_valid · those of ``papers.judge_paper`` ·
    purpose_not_allowed. Before its digits are right a paper tells nothing but that it rests.
    """  # noqa: D205 the list of reasons is the summary
    if paper is None or binding["kind"] != "printed" or binding["province"] != code.province:
        return Refused(records.CODE_NOT_VALID)
    rests = papers.refuse_tries(paper.bad_codes, paper.bad_proofs)
    if rests is not None:
        return rests
    if not rules.paper_holds(code, paper.key):
        paper.bad_codes += 1
        return Refused(records.CODE_NOT_VALID)
    digits = request.proof.digits
    differ = digits is not None and not equal(digits.upper().encode(), paper.last_digits.encode())
    paper.bad_proofs += differ
    refused = papers.judge_paper(
        paper.code,
        live=paper.live,
        institution=institution,
        proofs=proofs_of(request.proof),
        digits_differ=differ,
        uses_today=paper.uses_today,
        used_today_fen=paper.used_today_fen,
        at=now,
    )
    if refused is None and request.purpose.value not in paper.code.purposes:
        return Refused(records.PURPOSE_NOT_ALLOWED, {"purpose": " / ".join(paper.code.purposes)})
    return refused


def proofs_of(seen: SeenProof) -> frozenset[WindowProof]:
    """What the window saw. Digits count as given; whether they are right is looked at apart."""
    ways = {
        WindowProof.document: seen.document_seen,
        WindowProof.digits: seen.digits is not None,
        WindowProof.password: seen.password_held,
    }
    return frozenset(way for way, done in ways.items() if done)


def strongest(seen: SeenProof) -> WindowProof | None:
    """What is kept of what the window saw."""
    ways = proofs_of(seen)
    return next((way for way in (WindowProof.password, WindowProof.digits, WindowProof.document) if way in ways), None)


async def note_showings(
    tx: Tx, shown: Sequence[tuple[ScanRequest | IdentifyRequest, int | None, Mapping[str, Any]]]
) -> None:
    """Keep how cards and papers were shown: (request, binding_id, presentation), with what was seen beside them."""
    rows = []
    for request, binding_id, place in shown:
        way = strongest(request.proof)
        rows.append((
            place["bucket"], place["presentation_id"], place["person_id"], place["card_kind"], binding_id,
            None if way is None else way.value, place["presented_at"],
        ))  # fmt: skip
        actor = f"{request.institution_id}/{request.terminal_code}/{request.operator_code}"
        tx.audit.append(telling.showing_event(rows[-1], actor))
    if rows:
        await store.insert_showings(tx, rows)


async def find_paper(reading: Reading, sealer: Sealer, digits: str, *, issuer: str) -> tuple[int, int, int] | None:
    """(bucket, person_id, credential_id) of a printed code that is right and lives: whose password may be asked for."""
    code = rules.parse_code(digits, issuer=issuer)
    if code is None or not code.printed:
        return None
    for row in await store.list_bindings(reading, [(code.alias % BUCKETS, code.alias)]):
        live = row["kind"] == "printed" and row["state"] == "active" and row["province"] == code.province
        if live and rules.paper_holds(code, paper_key(sealer, row)):
            return (row["bucket"], row["person_id"], row["credential_id"])
    return None
