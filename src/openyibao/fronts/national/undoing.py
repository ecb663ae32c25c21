"""2601: undo by the original message what was lost on the way, or bar it (冲正). 中文: 冲正交易。"""

from __future__ import annotations

from collections.abc import Mapping

from openyibao.fronts.national.calls import Answer, WireCall, person_of, text
from openyibao.fronts.national.reasons import FIELD_WRONG, NOTHING_FOUND, PERSON_UNKNOWN
from openyibao.fronts.shared.aiding import carry_on
from openyibao.kit.outcome import Refused
from openyibao.rooms import settlement
from openyibao.rooms.settlement import AnnulRequest, FoundOutcome, OutcomeState, Settled
from openyibao.wire.national.amounts import plain
from openyibao.wire.national.envelope import clean, node_of

VERBS: Mapping[str, str] = {
    **dict.fromkeys(("2102", "2207", "2304"), "settle"),
    **dict.fromkeys(("2103", "2208", "2305"), "reverse"),
    **dict.fromkeys(("2201", "2401"), "open_encounter"),
    **dict.fromkeys(("2204", "2301"), "add_items"),
    "2402": "close_encounter",
}
"""Original transaction (variants by their first four digits) → the verb of the rooms that it was."""
_STATES = {OutcomeState.refused: "已被拒绝", OutcomeState.barred: "未到达，已作废"}


async def annul(call: WireCall) -> Answer:
    """Found: undone. Never came: barred, which is a success. Refused before, or undone already: refused."""
    row = node_of(call.sent, "data")
    original, verb = clean(row.get("omsgid"), 100), VERBS.get(text(row, "oinfno", 6)[:4])
    if not original or verb is None:
        return Refused(FIELD_WRONG, {"field": "omsgid" if not original else "oinfno"})
    async with call.platform.readers.reading() as reading:
        found = await settlement.find_outcome(reading, call.institution_id, original, verb)
    bill = found.settlement
    if plain(row.get("psn_no")) and bill is not None and person_of(row)[1] != bill.person_id:
        return Refused(PERSON_UNKNOWN)
    request = AnnulRequest(**call.desk_act, original_key=original, original_verb=verb)
    answer = await call.platform.lane.submit("annul", request)
    if isinstance(answer, Settled):
        await carry_on(call.platform, answer)
    if isinstance(answer, FoundOutcome) and answer.state is OutcomeState.refused:
        return Refused(NOTHING_FOUND, {"message_no": original, "state": _STATES[answer.state]})
    return answer if isinstance(answer, Refused) else None
