"""Pseudo-labels: who is taken, that they help where they should, and bounds."""

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.heads import LinearConfig, NeighboursConfig, PseudoLabels, fit_in_rounds
from sennight.heads.pseudo import _agreed, _surest
from sennight.tasks import TaskKind


def clouds(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two clouds far apart along one direction of five: few labels place them, many people show them."""
    rng = np.random.default_rng(seed)
    y = (np.arange(n) % 2).astype(np.float64)
    x = rng.normal(size=(n, 5))
    x[:, 0] += 3 * (2 * y - 1)
    return x, y


def test_the_surest_are_the_ends_of_the_ranking_in_the_proportion_of_the_base_rate():
    sure, label = _surest(np.linspace(0, 1, 100), rate=0.2, share=0.5)
    assert np.flatnonzero(sure).tolist() == [*range(40), *range(90, 100)]
    assert label[sure].sum() == 10
    everybody, label = _surest(np.linspace(0, 1, 10), rate=0.5, share=1.0)
    assert everybody.all()
    assert label.sum() == 5


def test_amounts_are_taken_where_two_halves_agree():
    halves = np.array([[1.0, 2.0, 3.0, 4.0], [1.1, 5.0, 3.0, 9.0]])
    assert _agreed(halves, share=0.5).tolist() == [True, False, True, False]


@pytest.mark.parametrize("kind", [TaskKind.YES_NO, TaskKind.AMOUNT])
def test_people_without_an_answer_help_a_head_that_knows_few(kind):
    gains = []
    for seed in range(15):
        x, y = clouds(8, seed)
        free, _ = clouds(400, 100 + seed)
        fresh, truth = clouds(300, 200 + seed)
        alone = LinearConfig().build().fit(x, y, kind=kind).predict(fresh)
        helped = fit_in_rounds(LinearConfig(), x, y, free, kind=kind, how=PseudoLabels()).predict(fresh)
        gains.append(np.corrcoef(helped, truth)[0, 1] - np.corrcoef(alone, truth)[0, 1])
    assert np.mean(gains) > 0.0


def test_too_few_or_one_answer_only_leaves_the_head_as_it_is():
    x, y = clouds(40, 0)
    plain = LinearConfig().build().fit(x, y, kind=TaskKind.YES_NO).predict(x)
    few = fit_in_rounds(LinearConfig(), x, y, x[:5], kind=TaskKind.YES_NO, how=PseudoLabels()).predict(x)
    np.testing.assert_array_equal(plain, few)
    same = fit_in_rounds(NeighboursConfig(), x, 0 * y, x, kind=TaskKind.YES_NO, how=PseudoLabels()).predict(x)
    assert not same.any()


@pytest.mark.parametrize("changes", [{"rounds": 0}, {"rounds": 11}, {"share": 0.0}, {"weight": 1.5}])
def test_settings_out_of_bounds_and_choices_are_refused(changes):
    with pytest.raises(InputError):
        PseudoLabels(**changes)
    x, y = clouds(40, 0)
    with pytest.raises(InputError, match="yes/no"):
        fit_in_rounds(LinearConfig(), x, y, x, kind=TaskKind.ONE_OF_K, how=PseudoLabels())
