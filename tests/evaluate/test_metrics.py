"""Every metric against a reference implementation on a thousand random cases, and on the odd ones (N-12)."""

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn import metrics as reference

from sennight.evaluate import metrics, uncertainty

CASES = 1_000
EXACT = 1e-12


def yes_no_case(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """2 to 60 people with both answers; every third case is full of ties."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 60))
    y = (rng.random(n) < rng.uniform(0.05, 0.95)).astype(np.float64)
    y[:2] = 0.0, 1.0
    p = rng.random(n)
    return y, np.round(p * 4) / 4 if seed % 3 == 0 else p


def test_auc_equals_the_reference_with_and_without_ties():
    for seed in range(CASES):
        y, p = yes_no_case(seed)
        assert abs(metrics.auc(y, p) - reference.roc_auc_score(y, p)) < EXACT


def test_average_precision_equals_the_reference_with_and_without_ties():
    for seed in range(CASES):
        y, p = yes_no_case(seed)
        assert abs(metrics.average_precision(y, p) - reference.average_precision_score(y, p)) < EXACT


def test_metrics_of_amounts_equal_the_reference():
    for seed in range(CASES):
        rng = np.random.default_rng(seed)
        y = rng.normal(size=int(rng.integers(3, 60))) * 10 ** rng.uniform(-3, 3)
        p = y * rng.normal() + rng.normal(size=len(y)) * np.abs(y).max()
        assert abs(metrics.pearson_r(y, p) - pearsonr(y, p).statistic) < EXACT
        scale = float(np.abs(y - p).max())
        assert abs(metrics.mae(y, p) - reference.mean_absolute_error(y, p)) < EXACT * scale
        assert abs(metrics.rmse(y, p) - reference.root_mean_squared_error(y, p)) < EXACT * scale
        r2 = reference.r2_score(y, p)
        assert abs(metrics.r2(y, p) - r2) < EXACT * max(1.0, abs(r2))


def test_brier_equals_the_reference():
    for seed in range(CASES):
        y, p = yes_no_case(seed)
        assert abs(metrics.brier(y, p) - reference.brier_score_loss(y, p)) < EXACT


FLAVOURS = ("plain", "ties", "one answer", "constant predictions", "constant answers", "one person")


def odd_case(seed: int) -> tuple[str, np.ndarray, np.ndarray]:
    """A flavour in turn, answers of yes/no and predictions; the odd ones are a sixth each."""
    rng = np.random.default_rng(seed)
    flavour = FLAVOURS[seed % len(FLAVOURS)]
    n = 1 if flavour == "one person" else int(rng.integers(2, 60))
    y, p = (rng.random(n) < 0.4).astype(np.float64), rng.random(n)
    if flavour == "ties":
        p = np.round(p * 3) / 3
    elif flavour == "one answer":
        y[:] = seed % 2
    elif flavour == "constant predictions":
        p[:] = p[0]
    elif flavour == "constant answers":
        y[:] = rng.random()
    return flavour, y, p


def same(ours: float, theirs: float) -> bool:
    """Equal to twelve digits, or neither can be computed."""
    return bool(np.isnan(ours) and np.isnan(theirs)) or abs(ours - theirs) < EXACT


@pytest.mark.filterwarnings("ignore")  # the reference warns where it cannot compute; we say NaN
def test_a_thousand_odd_cases_equal_the_reference_or_neither_can_be_computed():
    agreed = dict.fromkeys(FLAVOURS, 0)
    for seed in range(CASES):
        flavour, y, p = odd_case(seed)
        if flavour != "constant answers":
            theirs = reference.roc_auc_score(y, p) if np.ptp(y) else float("nan")
            assert same(metrics.auc(y, p), theirs), (flavour, seed)
            theirs = reference.average_precision_score(y, p) if y.any() else float("nan")
            assert same(metrics.average_precision(y, p), theirs), (flavour, seed)
            assert same(metrics.brier(y, p), reference.brier_score_loss(y, p, pos_label=1)), (flavour, seed)
        theirs = pearsonr(y, p).statistic if len(y) > 1 else float("nan")
        assert same(metrics.pearson_r(y, p), float(theirs)), (flavour, seed)
        assert same(metrics.mae(y, p), reference.mean_absolute_error(y, p)), (flavour, seed)
        assert same(metrics.rmse(y, p), reference.root_mean_squared_error(y, p)), (flavour, seed)
        theirs = reference.r2_score(y, p, force_finite=False) if len(y) > 1 and np.ptp(y) else float("nan")
        ours = metrics.r2(y, p)
        assert same(ours / max(1.0, abs(ours)), theirs / max(1.0, abs(theirs))), (flavour, seed)
        agreed[flavour] += 1
    assert min(agreed.values()) >= CASES // len(FLAVOURS)


def test_weighted_bootstrap_figures_equal_the_reference_with_sample_weights():
    for seed in range(0, CASES, 10):
        y, p = yes_no_case(seed)
        weights = np.random.default_rng(seed).integers(0, 4, size=(len(y), 1)).astype(np.float32)
        fold = np.zeros(len(y), dtype=np.int16)
        heavy = weights[:, 0] > 0
        if np.ptp(y[heavy]) if heavy.any() else 0:
            theirs = reference.roc_auc_score(y, p, sample_weight=weights[:, 0])
            pairs = float((weights[:, 0] * y).sum() * (weights[:, 0] * (1 - y)).sum())
            margin = 0.5 / pairs  # which our average over folds keeps from 0 and 1
            ours = float(uncertainty.auc_replicates(y, p, fold, weights)[0])
            assert abs(ours - np.clip(theirs, margin, 1 - margin)) < EXACT * 10, seed


@pytest.mark.parametrize("answer", [0.0, 1.0])
def test_one_answer_only_has_no_auc(answer):
    assert np.isnan(metrics.auc(np.full(5, answer), np.arange(5.0)))


def test_constant_predictions_have_an_auc_of_one_half_and_no_correlation():
    y = np.array([0.0, 1.0, 1.0, 0.0])
    assert metrics.auc(y, np.full(4, 0.1)) == 0.5
    assert np.isnan(metrics.pearson_r(y, np.full(4, 0.1)))
    assert np.isnan(metrics.pearson_r(np.full(4, 0.1 + 0.2), np.arange(4.0)))
    assert np.isnan(metrics.r2(np.ones(4), np.arange(4.0)))


def test_nobody_has_no_metric():
    nobody = np.zeros(0)
    for metric in (metrics.auc, metrics.pearson_r, metrics.mae, metrics.rmse, metrics.r2, metrics.brier):
        assert np.isnan(metric(nobody, nobody))
    assert np.isnan(metrics.average_precision(nobody, nobody))
    assert np.isnan(metrics.average_precision(np.zeros(3), np.arange(3.0)))


def test_the_average_auc_is_taken_in_logit_space():
    y = np.tile([0.0, 0.0, 1.0, 1.0], 2)
    fold = np.repeat(np.array([0, 1], dtype=np.int16), 4)
    p = np.array([0.1, 0.3, 0.2, 0.4, 0.1, 0.1, 0.1, 0.1])
    aucs = np.array([0.75, 0.5])
    logit = np.log(aucs / (1 - aucs)).mean()
    assert metrics.auc_over_folds(y, p, fold) == pytest.approx(1 / (1 + np.exp(-logit)), abs=EXACT)


def test_folds_are_never_ranked_together():
    y = np.tile([0.0, 1.0], 20)
    fold = np.repeat(np.array([0, 1], dtype=np.int16), 20)
    rng = np.random.default_rng(0)
    p = rng.random(40)
    assert metrics.auc_over_folds(y, p + 100 * fold, fold) == pytest.approx(metrics.auc_over_folds(y, p, fold))
    assert metrics.pearson_over_folds(y, p + 100 * fold, fold) == pytest.approx(metrics.pearson_over_folds(y, p, fold))


def test_a_fold_without_a_yes_is_left_out_and_a_perfect_fold_stays_finite():
    y = np.array([0.0, 0.0, 0.0, 1.0])
    fold = np.array([0, 0, 1, 1], dtype=np.int16)
    value = metrics.auc_over_folds(y, np.array([0.5, 0.6, 0.1, 0.9]), fold)
    assert value == 0.5  # one pair, won: kept half a pair from 1, which leaves nothing to say
    assert np.isnan(metrics.auc_over_folds(np.zeros(4), np.arange(4.0), fold))


def test_a_constant_fold_counts_as_no_correlation():
    y = np.arange(8.0)
    fold = np.repeat(np.array([0, 1], dtype=np.int16), 4)
    p = np.array([0.0, 1.0, 3.0, 2.0, 5.0, 5.0, 5.0, 5.0])
    expected = np.tanh(np.arctanh(metrics.pearson_r(y[:4], p[:4])) / 2)
    assert metrics.pearson_over_folds(y, p, fold) == pytest.approx(float(expected))


def test_average_precision_over_folds_weights_folds_by_their_yes_answers():
    y = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 0.0])
    p = np.array([0.1, 0.9, 0.8, 0.7, 0.2, 0.1])
    fold = np.array([0, 0, 1, 1, 1, 1], dtype=np.int16)
    expected = (0.5 * 1 + 1.0 * 2) / 3
    assert metrics.average_precision_over_folds(y, p, fold) == pytest.approx(expected)
