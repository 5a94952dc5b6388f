"""The bootstrap: each vectorised metric equals the plain one on the resampled people, and coverage is honest."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from sennight.evaluate import metrics, uncertainty
from sennight.evaluate.uncertainty import Draws


def people(n: int = 150, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray, Draws]:
    """Answers, predictions with ties, folds, draws."""
    rng = np.random.default_rng(seed)
    fold = (np.arange(n) % 3).astype(np.int16)
    y = (rng.random(n) < 0.3).astype(np.float64)
    p = np.round(rng.random(n) + 0.3 * y, 1)
    draws = Draws.within_folds([f"p{i}" for i in range(n)], fold, replicates=40, seed=seed)
    return y, p, fold, draws


def resampled(draws: Draws, replicate: int, *columns: np.ndarray) -> list[np.ndarray]:
    """The columns with every person as often as drawn."""
    times = draws.weights[:, replicate].astype(np.int64)
    return [np.repeat(column, times) for column in columns]


def test_every_replicate_keeps_the_size_of_every_fold():
    _, _, fold, draws = people()
    for f in range(3):
        np.testing.assert_array_equal(draws.weights[fold == f].sum(axis=0), (fold == f).sum())
    assert len(np.unique(draws.weights, axis=1).T) == 40


def test_draws_depend_on_the_seed_alone():
    _, _, fold, draws = people()
    again = Draws.within_folds(draws.people, fold, replicates=40, seed=0)
    other = Draws.within_folds(draws.people, fold, replicates=40, seed=1)
    np.testing.assert_array_equal(draws.weights, again.weights)
    assert (draws.weights != other.weights).any()


def test_auc_replicates_equal_the_metric_on_the_resampled_people():
    y, p, fold, draws = people()
    fast = uncertainty.auc_replicates(y, p, fold, draws.weights)
    plain = [metrics.auc_over_folds(*resampled(draws, r, y, p, fold)) for r in range(40)]
    np.testing.assert_allclose(fast, plain, atol=1e-12)


def test_pearson_replicates_equal_the_metric_on_the_resampled_people():
    y, p, fold, draws = people()
    amount = 1e4 + 3 * y + p  # a large offset must not cost digits
    fast = uncertainty.pearson_replicates(amount, p, fold, draws.weights)
    plain = [metrics.pearson_over_folds(*resampled(draws, r, amount, p, fold)) for r in range(40)]
    np.testing.assert_allclose(fast, plain, atol=1e-5)


def test_average_precision_replicates_equal_the_metric_on_the_resampled_people():
    y, p, fold, draws = people()
    fast = uncertainty.average_precision_replicates(y, p, fold, draws.weights)
    plain = [metrics.average_precision_over_folds(*resampled(draws, r, y, p, fold)) for r in range(40)]
    np.testing.assert_allclose(fast, plain, atol=1e-6)
    one = np.zeros_like(fold)
    weighted = average_precision_score(y, p, sample_weight=draws.weights[:, 0])
    assert uncertainty.average_precision_replicates(y, p, one, draws.weights)[0] == pytest.approx(weighted, abs=1e-6)


def test_mean_and_r2_replicates_equal_the_metrics_on_the_resampled_people():
    y, p, _, draws = people()
    plain_mae = [metrics.mae(*resampled(draws, r, y, p)) for r in range(40)]
    np.testing.assert_allclose(uncertainty.mean_replicates(np.abs(y - p), draws.weights), plain_mae, atol=1e-6)
    plain_r2 = [metrics.r2(*resampled(draws, r, y, p)) for r in range(40)]
    np.testing.assert_allclose(uncertainty.r2_replicates(y, p, draws.weights), plain_r2, atol=1e-4)


def test_a_replicate_without_a_yes_in_a_fold_leaves_that_fold_out():
    y, p, fold = np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.9, 0.1, 0.2, 0.8]), np.array([0, 0, 1, 1], dtype=np.int16)
    weights = np.array([[0, 0], [2, 2], [1, 0], [1, 2]], dtype=np.float32)
    replicates = uncertainty.auc_replicates(y, p, fold, weights)
    assert replicates[0] == 0.5  # fold 1 alone: one pair, lost, kept half a pair from 0
    assert np.isnan(replicates[1])


def test_constant_predictions_have_no_correlation_in_any_replicate():
    y, _, fold, draws = people()
    replicates = uncertainty.pearson_replicates(y, np.full_like(y, 1 / 3), fold, draws.weights)
    np.testing.assert_array_equal(replicates, 0)


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    covered = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        y = (np.arange(200) % 2).astype(np.float64)
        p = rng.normal(size=200) + y  # AUC of two normals one sd apart: Phi(1 / sqrt 2) = .7602
        fold = ((np.arange(200) // 2) % 5).astype(np.int16)
        draws = Draws.within_folds([str(i) for i in range(200)], fold, replicates=200, seed=seed)
        value = metrics.auc_over_folds(y, p, fold)
        low, high = uncertainty.interval(uncertainty.auc_replicates(y, p, fold, draws.weights), value)
        covered += low <= 0.7602 <= high
    assert 180 <= covered <= 199


def test_an_interval_holds_its_value_and_bears_gaps():
    low, high = uncertainty.interval(np.array([0.2, 0.3, np.nan, 0.4]), 0.9)
    assert 0.2 <= low < 0.25
    assert high == 0.9
    assert uncertainty.interval(np.full(3, np.nan), 0.7) == (0.7, 0.7)


def test_a_difference_of_two_spreads_has_a_p_of_about_five_percent():
    drawn = np.random.default_rng(0).normal(loc=1.96, size=20_000)
    assert uncertainty.p_of_difference(drawn, 1.96) == pytest.approx(0.05, abs=0.003)
    assert uncertainty.p_of_difference(np.zeros(10), 0.0) == 1.0
    assert uncertainty.p_of_difference(drawn, -1.96) == pytest.approx(0.05, abs=0.003)


def test_holm_steps_down_in_the_order_given():
    np.testing.assert_allclose(uncertainty.holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    assert uncertainty.holm([0.9, 0.8]) == (1.0, 1.0)
    assert uncertainty.holm([]) == ()
