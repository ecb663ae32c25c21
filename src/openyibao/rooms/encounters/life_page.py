"""The table of lives as a page of the documentation (docs/encounters.md), held there by a test. 中文: 对照表成文。"""

from __future__ import annotations

from openyibao.rooms.encounters.lives import LIVES, STAGES, Act, Family, Stage, family_of
from openyibao.rooms.encounters.records import EncounterKind

_HEAD = """# Lives of encounters

Made by `.venv/bin/python tools/encounters.py` from `src/openyibao/rooms/encounters/lives.py`, the table that the verbs ask; a test holds
this page to it. A cell says `yes`, or the reason for which the act is refused. Beside the table the verbs ask what a cell can't
know: the day, the institution, another settlement that stands on this one.

Stages: `registered` no lines · `charged` lines, none settled · `part_settled` some settled, some not · `settled` all settled · `closed`
closed or discharged, and nothing settled afterwards stands · `closed_settled` a settlement made after the close stands ·
`cancelled`. `settle` stands for pre-settling as well; of a stay that is not discharged it is interim.
"""


def life_page() -> str:
    """The whole page."""
    parts = [_HEAD]
    for family in Family:
        kinds = ", ".join(kind.value for kind in EncounterKind if family_of(kind) is family)
        stages = STAGES[family]
        parts.append(f"## {family.value.capitalize()}: {kinds}\n")
        parts.append(f"| act | {' | '.join(stage.value for stage in stages)} |")
        parts.append("|---" * (len(stages) + 1) + "|")
        parts += [f"| {act.value} | {' | '.join(_cell(family, act, stage) for stage in stages)} |" for act in Act]
        parts.append("")
    whys = sorted({why.code: why for why in LIVES.values() if why is not None}.items())
    parts += ["## Reasons\n", "| code | zh | en | what to do |", "|---|---|---|---|"]
    parts += [f"| `{code}` | {why.zh} | {why.en} | {why.next_en} |" for code, why in whys]
    return "\n".join(parts) + "\n"


def _cell(family: Family, act: Act, stage: Stage) -> str:
    why = LIVES[family, act, stage]
    return "yes" if why is None else f"`{why.code}`"
