import pytest
from rules.money import find_floats_near_money
from rules.source import SourceTree, planted


def test_the_repository_keeps_floats_away_from_money(repository: SourceTree) -> None:
    assert find_floats_near_money(repository) == []


@pytest.mark.parametrize(
    "code",
    [
        "share_fen = amount_fen * 0.85",
        "share_fen = float(amount_fen)",
        "share_fen: float",
        "share_fen = amount_fen / 2",
        "amount_fen /= 2",
        "ratio_bp = part / whole",
        "price_micro = 1e6",
    ],
)
def test_a_float_or_a_true_division_beside_an_amount_is_a_fault(code: str) -> None:
    assert len(find_floats_near_money(planted("src/openyibao/fronts/api/slip.py", code))) == 1


@pytest.mark.parametrize("room", ["policies", "accumulators", "ledger", "settlement", "encounters"])
def test_in_a_money_room_it_is_a_fault_even_without_an_amount_in_sight(room: str) -> None:
    assert len(find_floats_near_money(planted(f"src/openyibao/rooms/{room}/rules.py", "half = 1 / 2"))) == 1
    assert len(find_floats_near_money(planted("src/openyibao/kit/money.py", "half = 0.5"))) == 1


def test_whole_numbers_floor_division_and_joined_paths_are_none() -> None:
    code = """
        amount_fen = 1234 // 100
        document = root / "beijing" / name
        page = root / f"{name}.yaml"
    """
    assert find_floats_near_money(planted("src/openyibao/rooms/policies/document.py", code)) == []


def test_a_float_far_from_money_is_none() -> None:
    assert find_floats_near_money(planted("src/openyibao/kit/batch.py", "wait_seconds = 0.5 / 2")) == []
