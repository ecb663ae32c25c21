from datetime import date

import pytest

from openyibao.kit.clock import FakeClock
from openyibao.kit.db import BUCKETS, Tx
from openyibao.rooms.areas import (
    AgencyArea,
    AgencyKind,
    AreaRows,
    Areas,
    bucket_of_digest,
    cell_of,
    load_divisions,
)
from openyibao.rooms.areas import import_areas as write_areas

TODAY = date(2026, 11, 23)


def test_a_persons_cell_is_the_same_in_every_process():
    assert cell_of(110100, 1, 12345) == 11010000
    # Written down: were the hash changed, people would be looked for in cells where they don't live.
    assert [cell_of(110100, 64, person_id) % 100 for person_id in (1, 2, 3)] == [41, 27, 15]


def test_ids_drawn_in_one_moment_spread_evenly_over_the_cells():
    first = 83 << 53
    counts = [0] * 4
    for number in range(4_000):
        counts[cell_of(110100, 4, first + number) % 100] += 1
    assert min(counts) > 800


def test_a_bucket_follows_from_the_digest():
    assert bucket_of_digest(b"\x00\x00\x04\x01" + b"x" * 28) == 1
    assert 0 <= bucket_of_digest(b"\xff" * 32) < BUCKETS


@pytest.mark.parametrize(
    ("agency_area", "pooling_area"),
    [
        (110101, 110100),
        (110100, 110100),
        (119900, 110100),
        (520102, 520100),
        (520199, 520100),
        (440305, 440300),
        (449900, 449900),
        (429004, 429004),
        (660100, 660000),
        (659001, 660000),
        (500233, 500100),
        (710000, None),
        (999999, None),
    ],
)
async def test_an_agency_area_leads_to_its_pool(tx: Tx, clock: FakeClock, agency_area: int, pooling_area: int | None):
    await load_divisions(tx, clock)
    areas = Areas()
    await areas.fresh(tx)
    pool = areas.pooling_area(agency_area, TODAY)
    assert (pool.pooling_area if pool else None) == pooling_area


async def test_a_pool_has_its_cells_and_moves_on_its_day(tx: Tx, clock: FakeClock):
    await load_divisions(tx, clock, cells={110100: 2})
    rows = AreaRows(
        pooling_areas=(),
        agency_areas=(
            _row(520102, date(2000, 1, 1), date(2026, 12, 31), 520100),
            _row(520102, date(2027, 1, 1), None, 529900),
        ),
    )
    await write_areas(tx, clock, rows=rows)
    areas = Areas()
    await areas.fresh(tx)
    assert areas.cells(110100) == [11010000, 11010001]
    assert areas.cells(1) == []
    assert set(areas.cells(110100)) < set(areas.all_cells())
    before, after = areas.pooling_area(520102, date(2026, 12, 31)), areas.pooling_area(520102, date(2027, 1, 1))
    assert before is not None
    assert after is not None
    assert (before.pooling_area, after.pooling_area) == (520100, 529900)


async def test_two_rows_of_one_agency_area_never_overlap(tx: Tx, clock: FakeClock):
    await load_divisions(tx, clock)
    rows = AreaRows(pooling_areas=(), agency_areas=(_row(520102, date(2027, 1, 1), None, 529900),))
    with pytest.raises(ValueError, match="520102 has two rows"):
        await write_areas(tx, clock, rows=rows)


def _row(agency_area: int, valid_from: date, valid_until: date | None, pooling_area: int) -> AgencyArea:
    return AgencyArea(
        agency_area=agency_area,
        valid_from=valid_from,
        valid_until=valid_until,
        pooling_area=pooling_area,
        kind=AgencyKind.county,
        name="南明区",
    )
