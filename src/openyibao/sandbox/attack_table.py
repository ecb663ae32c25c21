"""The table of attacks: true persons and attackers made by the hundred, thresholds chosen on one half, counted on the other. 中文: 攻击检验表。"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import zip_longest
from multiprocessing import get_context
from pathlib import Path

import msgspec

from openyibao.kit.seeing import Against, Measures, Thresholds, pack_frames
from openyibao.kit.seeing.judging import judge
from openyibao.kit.seeing.sight import Sight
from openyibao.kit.seeing.verdicts import decide
from openyibao.sandbox.heads import Head, read_head
from openyibao.sandbox.motions import ATTACKS, Kind, make

SHAPES = ((1.0, 1.0), (1.08, 0.95), (0.94, 1.05))
IDENTITY_EVERY = 10
"""Each so many true persons the 128 numbers are looked at too: they take half a second."""
_STRUCTURAL = frozenset({Against.unreadable, Against.no_face, Against.second_face})


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """One sequence: what it was, and what was measured. ``against`` is what no threshold decides."""

    kind: Kind
    number: int
    against: Against | None
    measures: Measures


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the table: a kind, how many were tried, how many taken for a living person, and why the others were not."""

    kind: Kind
    tried: int
    accepted: int
    why: dict[str, int]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The whole: what was chosen on the first half, the counts of the second half, and those of all with what ships."""

    chosen: Thresholds
    second_half: tuple[Row, ...]
    shipped: tuple[Row, ...]


class _Bench:
    """Models and heads of one process, loaded once."""

    sight: Sight | None = None
    heads: tuple[Head, ...] = ()


def heads_of(pictures: Path, sight: Sight) -> tuple[Head, ...]:
    """The heads that the photographs of a folder make: each mirrored too, and in three shapes."""
    return tuple(
        read_head(path, sight, shape=shape, mirrored=mirrored)
        for path in sorted(pictures.glob("*.jpg"))
        for mirrored in (False, True)
        for shape in SHAPES
    )


def judge_one(pictures: Path, kind: Kind, number: int) -> Judgement:
    """Make one sequence and measure all of it."""
    if _Bench.sight is None:
        _Bench.sight = Sight()
        _Bench.heads = heads_of(pictures, _Bench.sight)
    made = make(kind, _Bench.heads, number)
    identity = kind is Kind.changed_face or (kind is Kind.true_person and number % IDENTITY_EVERY == 0)
    seen = judge(_Bench.sight, pack_frames(made.frames), made.plan, identity=identity)
    against = seen.against if seen.against in _STRUCTURAL else None
    return Judgement(kind=kind, number=number, against=against, measures=seen.measures)


def run(
    pictures: Path,
    *,
    sequences: int,
    processes: int,
    keep: Path | None = None,
    told: Callable[[int, int], None] = lambda *_: None,
) -> Table:
    """Make and judge all: so many true persons, as many attackers. With ``keep``, a run that was broken off goes on where it stood."""
    each = max(2, sequences // len(ATTACKS))
    work = [(Kind.true_person, number) for number in range(sequences)]
    work += [(kind, 100_000 + number) for number in range(each) for kind in ATTACKS]
    # True ones and attackers in turn, so that a run that is broken off has some of all.
    work = [one for pair in zip_longest(work[:sequences], work[sequences:]) for one in pair if one is not None]
    found = {(one.kind, one.number): one for one in _kept(keep)}
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(judge_one, pictures, *one) for one in work if one not in found]
        for done in waiting:
            judged = done.result()
            found[judged.kind, judged.number] = judged
            if keep is not None:
                with keep.open("ab") as out:
                    out.write(msgspec.json.encode(judged) + b"\n")
            told(len(found), len(work))
    return table_of([found[one] for one in work])


def _kept(keep: Path | None) -> list[Judgement]:
    if keep is None or not keep.exists():
        return []
    return [msgspec.json.decode(line, type=Judgement) for line in keep.read_bytes().splitlines()]


def table_of(found: Sequence[Judgement]) -> Table:
    """Thresholds chosen on the even numbers, counted on the odd ones; and all with what ships."""
    first, second = [one for one in found if one.number % 2 == 0], [one for one in found if one.number % 2]
    chosen = choose(first)
    return Table(chosen=chosen, second_half=rows_of(second, chosen), shipped=rows_of(found, Thresholds()))


def choose(half: Sequence[Judgement]) -> Thresholds:
    """Each threshold half-way between a hundredth of the true persons and ninety-nine hundredths of whom it is against."""

    def between(name: str, *kinds: Kind, least: bool) -> float:
        true = _sorted(half, name, Kind.true_person)
        false = _sorted(half, name, *kinds)
        edge = true[len(true) // 100] if least else true[-1 - len(true) // 100]
        other = false[-1 - len(false) // 100] if least else false[len(false) // 100]
        return (edge + other) / 2

    return Thresholds(
        still_max=between("moved", Kind.still_photo, least=True),
        relief_min=between("relief", Kind.tilted_photo, Kind.moved_photo, least=True),
        nose_min=between("nose", Kind.bent_photo, Kind.tilted_photo, least=True),
        screen_max=between("screen", Kind.screen_right, Kind.print_right, least=False),
        stray_max=between("stray", Kind.other_challenge, Kind.all_motions, least=False),
        continuity_min=between("continuity", Kind.changed_face, least=True),
    )


def _sorted(half: Sequence[Judgement], name: str, *kinds: Kind) -> list[float]:
    return sorted(float(getattr(one.measures, name)) for one in half if one.kind in kinds and one.against is None)


def rows_of(found: Sequence[Judgement], limits: Thresholds) -> tuple[Row, ...]:
    """The table's lines under some thresholds."""
    rows = []
    for kind in Kind:
        mine = [one.against or decide(one.measures, limits) for one in found if one.kind is kind]
        why = Counter(one.value for one in mine if one is not None)
        rows.append(Row(kind=kind, tried=len(mine), accepted=mine.count(None), why=dict(why.most_common())))
    return tuple(rows)
