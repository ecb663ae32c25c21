"""Visit tokens: what each stands for, and what was shown by relatives. 中文: 凭证令牌。"""

from __future__ import annotations

from collections.abc import Sequence

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms import mandates, papers
from openyibao.rooms.cards import CardKind
from openyibao.rooms.papers import WindowProof
from openyibao.rooms.presentation import records, rules, store
from openyibao.rooms.presentation.records import PRINTED_CODE, FaceProof, Purpose, TokenFacts

_FACES = frozenset(each.value for each in FaceProof)
_CARDS = frozenset(each.value for each in CardKind)


async def read_tokens(
    reading: Reading, clock: Clock, *, tokens: Sequence[tuple[str, int]]
) -> list[TokenFacts | Refused]:
    """What each (token, institution) stands for. Refuses: visit_token_unknown, _other_institution, _expired; and, of a
    relative's showing, why its mandate does not hold any more.
    """  # noqa: D205 the list of reasons is the summary
    digests = [sm3(token.encode()) for token, _ in tokens]
    names = [
        (bucket, digest)
        for (token, _), digest in zip(tokens, digests, strict=True)
        if (bucket := rules.token_bucket(token)) is not None
    ]
    found = {row["token_digest"]: row for row in await store.list_tokens(reading, names)}
    of_relatives = [(row["bucket"], row["mandate_id"]) for row in found.values() if row["mandate_id"] is not None]
    agreed = await mandates.read_mandates(reading, of_relatives) if of_relatives else {}
    carried = [(row["bucket"], row["presentation_id"]) for row in found.values() if row["card_kind"] is not None]
    showings = await store.read_showings(reading, carried) if carried else {}
    of_papers = [(row["bucket"], row["binding_id"]) for row in showings.values() if row["carrier"] == PRINTED_CODE]
    codes = await papers.read_codes(reading, of_papers) if of_papers else {}
    now, answers = clock.now(), list[TokenFacts | Refused]()
    for digest, (_, institution_id) in zip(digests, tokens, strict=True):
        row = found.get(digest)
        if row is None:
            answers.append(Refused(records.VISIT_TOKEN_UNKNOWN))
        elif row["institution_id"] != institution_id:
            answers.append(Refused(records.VISIT_TOKEN_OTHER_INSTITUTION))
        elif now >= row["expires_at"]:
            answers.append(Refused(records.VISIT_TOKEN_EXPIRED))
        else:
            fields = dict(row)
            del fields["token_digest"]
            mandate = agreed.get((row["bucket"], fields.pop("mandate_id")))
            over = None if mandate is None else mandates.refuse_state(mandate, clock.today())
            carrier = fields.pop("card_kind")
            shown = showings.get(row["presentation_id"])
            facts = TokenFacts(
                **{**fields, "purpose": Purpose(fields["purpose"])},
                mandate=mandate,
                card_kind=CardKind(carrier) if carrier in _CARDS else None,
                face=FaceProof(carrier) if carrier in _FACES else None,
                proof=None if shown is None or shown["proof"] is None else WindowProof(shown["proof"]),
                printed=None if carrier != PRINTED_CODE or shown is None else codes.get(shown["binding_id"]),
            )
            answers.append(over or facts)
    return answers


async def list_family_showings(
    reading: Reading, names: Sequence[tuple[int, int]], *, most: int
) -> list[records.FamilyShowing]:
    """What was shown under mandates (bucket, mandate_id), the newest first: the log that both sides see."""
    rows = await store.list_of_mandates(reading, names, most=most) if names else []
    return [records.FamilyShowing(**{**dict(row), "purpose": Purpose(row["purpose"])}) for row in rows]
