"""Pairs of one parameter draw and one seed."""

import pytest
from fake_model import sample

from sim.errors import InputError
from sim.study.design import DEFAULT_VALUES, draw_pairs, draw_uncertain, single


def test_the_same_master_seed_gives_the_same_pairs() -> None:
    assert draw_pairs(5, 7, sample) == draw_pairs(5, 7, sample)
    assert draw_pairs(5, 7, sample) != draw_pairs(5, 8, sample)


def test_more_pairs_extend_fewer() -> None:
    assert draw_pairs(9, 7, sample).pairs[:4] == draw_pairs(4, 7, sample).pairs


def test_fixed_parameters_keep_the_seeds_and_draw_nothing_else() -> None:
    fixed, drawn = draw_pairs(4, 7), draw_pairs(4, 7, sample)
    assert [pair.seed for pair in fixed.pairs] == [pair.seed for pair in drawn.pairs]
    assert all(pair.draw == DEFAULT_VALUES and not pair.parameters for pair in fixed.pairs)
    assert len({pair.parameters["leaving.base"] for pair in drawn.pairs}) == 4


def test_designs_join_and_part_again() -> None:
    design = draw_pairs(5, 7, sample)
    first, more = draw_pairs(2, 7, sample), draw_pairs(3, 7, sample, first=2)
    assert first.joined(more) == design
    assert design.first(2) == first
    fixed = single(7).joined(design)
    assert [len(pair.parameters) for pair in fixed.pairs] == [0, 2, 2, 2, 2, 2]


def test_chunks_hold_every_pair_once() -> None:
    design = draw_pairs(7, 7, sample)
    chunks = list(design.chunks(3))
    assert [(chunk.part, chunk.first, len(chunk.pairs)) for chunk in chunks] == [(0, 0, 3), (1, 3, 3), (2, 6, 1)]
    assert tuple(pair for chunk in chunks for pair in chunk.pairs) == design.pairs
    assert [chunk.first for chunk in design.chunks(3, first=4)] == [4]


def test_one_run_uses_its_very_seed() -> None:
    assert [pair.seed for pair in single(7).pairs] == [7]


@pytest.mark.parametrize("pairs", [0, -3])
def test_no_pairs_are_refused(pairs: int) -> None:
    with pytest.raises(InputError, match="--runs"):
        draw_pairs(pairs, 7)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(InputError, match="--seed"):
        single(-1)


def test_a_draw_holds_parameters_and_quantiles_of_regimes() -> None:
    drawn = draw_pairs(1, 7, draw_uncertain).pairs[0].parameters
    assert all(0 <= value <= 1 for name, value in drawn.items() if name.startswith("regime."))
    assert any(name.startswith("regime.") for name in drawn)
