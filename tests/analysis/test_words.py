"""Numbers and names as people read them."""

import pytest

from sim.analysis.words import label, number, signed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gp_fte_per_1000", "GP FTE per 1,000"),
        ("ae_attendances_per_1000", "A&E attendances per 1,000"),
        ("area_team_only", "Area team only"),
        ("list_size_p95", "List size 95th percentile"),
    ],
)
def test_labels(name: str, text: str) -> None:
    assert label(name) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7839.0, "7,839"),
        (0.51234, "0.512"),
        (12.34, "12.3"),
        (-0.5, "−0.500"),
        (0.0, "0"),
        (float("nan"), "–"),
        (328_710_697.0, "329m"),
        (-1.5e6, "−1.50m"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "+0.5"), (-0.5, "−0.5"), (0.0, "0.0"), (0.04, "0.0"), (-0.04, "0.0")]
)
def test_signs(value: float, text: str) -> None:
    assert signed(value, 1) == text
