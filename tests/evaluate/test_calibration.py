"""Calibration finds known distortions, and its replicates equal a fit on the resampled people."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from sennight.evaluate import calibration
from sennight.evaluate.uncertainty import Draws


def outcomes(n: int = 4_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Answers and the true log-odds."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=n) - 1
    return (rng.random(n) < expit(z)).astype(np.float64), z


def test_true_probabilities_have_slope_one_and_intercept_zero():
    y, z = outcomes()
    found = calibration.calibration(y, expit(z))
    assert found.slope == pytest.approx(1, abs=0.1)
    assert found.intercept == pytest.approx(0, abs=0.1)
    assert found.ece < 0.02


def test_too_extreme_predictions_have_a_slope_below_one():
    y, z = outcomes()
    assert calibration.calibration(y, expit(2 * z)).slope == pytest.approx(0.5, abs=0.05)


def test_too_low_predictions_have_an_intercept_above_zero():
    y, z = outcomes()
    assert calibration.calibration(y, expit(z - 0.7)).intercept == pytest.approx(0.7, abs=0.1)


def test_the_slope_equals_a_reference_logistic_regression():
    y, z = outcomes(n=300)
    theirs = LogisticRegression(C=np.inf, tol=1e-10).fit(z[:, None], y)
    assert calibration.calibration(y, expit(z)).slope == pytest.approx(float(theirs.coef_[0, 0]), abs=1e-5)


def test_predictions_that_do_not_differ_have_no_slope():
    y, _ = outcomes(n=200)
    found = calibration.calibration(y, np.full(200, 0.3))
    assert np.isnan(found.slope)
    assert found.ece == pytest.approx(abs(float(y.mean()) - 0.3))
    draws = Draws.within_folds([str(i) for i in range(200)], np.zeros(200, dtype=np.int16), replicates=5)
    assert np.isnan(calibration.calibration_replicates(y, np.full(200, 0.3), draws.weights).slope).all()


def test_one_answer_only_has_neither_slope_nor_intercept():
    found = calibration.calibration(np.ones(5), np.full(5, 0.9))
    assert np.isnan(found.slope)
    assert np.isnan(found.intercept)
    assert found.ece == pytest.approx(0.1)


def test_certain_and_wrong_predictions_stay_finite():
    y = np.tile([0.0, 1.0], 50)
    p = np.where(np.arange(100) < 60, y, 1 - y)
    found = calibration.calibration(y, p)
    assert np.isfinite([found.slope, found.intercept, found.ece]).all()


def test_replicates_are_close_to_a_fit_on_the_resampled_people():
    y, z = outcomes(n=2_000)
    p = expit(1.4 * z + 0.3)
    draws = Draws.within_folds([str(i) for i in range(2_000)], np.zeros(2_000, dtype=np.int16), replicates=20)
    fast = calibration.calibration_replicates(y, p, draws.weights)
    for r in range(20):
        times = draws.weights[:, r].astype(np.int64)
        plain = calibration.calibration(np.repeat(y, times), np.repeat(p, times))
        assert fast.slope[r] == pytest.approx(plain.slope, abs=0.01)  # its standard error is about .04
        assert fast.intercept[r] == pytest.approx(plain.intercept, abs=0.01)
        assert fast.ece[r] == pytest.approx(plain.ece, abs=0.01)  # the groups are those of all people


def test_the_curve_rises_with_the_predictions_and_its_intervals_hold_their_points():
    y, z = outcomes()
    points = calibration.curve(y, expit(z))
    assert len(points) == 10
    assert sum(point.n_people for point in points) == 4_000
    assert [p.predicted for p in points] == sorted(p.predicted for p in points)
    assert all(p.low <= p.observed <= p.high for p in points)
    assert sum(p.low <= p.predicted <= p.high for p in points) >= 8


def test_equal_predictions_share_one_point_of_the_curve():
    y = np.tile([0.0, 1.0], 50)
    points = calibration.curve(y, np.repeat([0.2, 0.8], 50))
    assert [(round(p.predicted, 6), p.observed, p.n_people) for p in points] == [(0.2, 0.5, 50), (0.8, 0.5, 50)]
    assert calibration.curve(np.zeros(0), np.zeros(0)) == ()
