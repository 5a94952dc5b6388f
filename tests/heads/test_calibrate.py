"""Calibration: known distortions are undone, order is kept, few people get no promises."""

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.isotonic import IsotonicRegression

from sennight.errors import InputError
from sennight.heads.calibrate import WAYS, Calibrator, Curve
from sennight.tasks import TaskKind


def distorted(n: int = 5_000, *, steep: float = 2.0, shift: float = 0.5, seed: int = 0) -> tuple[np.ndarray, ...]:
    """What is said, answers, and the true probabilities."""
    rng = np.random.default_rng(seed)
    z = rng.normal(size=n) - 1
    return expit(steep * z + shift), (rng.random(n) < expit(z)).astype(np.float64), expit(z)


@pytest.mark.parametrize(("way", "shift"), [("platt", 0.5), ("isotonic", 0.5), ("temperature", 0.0)])
def test_a_known_distortion_is_undone_on_other_people(way, shift):
    said, y, _ = distorted(shift=shift)
    curve = Calibrator.fit(said, y, kind=TaskKind.YES_NO, way=way)
    fresh, _, truth = distorted(shift=shift, seed=1)
    before, after = (float(np.abs(p - truth).mean()) for p in (fresh, curve.apply(fresh)))
    assert after < 0.02 < before


def test_platt_finds_the_line_and_temperature_its_slope():
    said, y, _ = distorted(n=40_000)
    line = Calibrator.fit(said, y, kind=TaskKind.YES_NO, way="platt").curves[0]
    assert (line.slope, line.intercept) == (pytest.approx(0.5, abs=0.02), pytest.approx(-0.25, abs=0.03))


@pytest.mark.parametrize("way", ["platt", "isotonic", "temperature"])
def test_order_is_kept_even_where_noise_says_the_opposite(way):
    said, y, _ = distorted(n=60)
    p = Calibrator.fit(said, 1 - y, kind=TaskKind.YES_NO, way=way).apply(np.sort(said))
    assert (np.diff(p) >= 0).all()
    if way != "isotonic":
        assert (np.diff(p) > 0).all()
    assert 0 < p.min() <= p.max() < 1


def test_the_staircase_is_that_of_a_reference_but_for_one_imagined_person_a_step():
    said, y, _ = distorted(n=2_000)
    ours = Curve.fit(said, y, way="isotonic", weights=np.ones(2_000))
    theirs = IsotonicRegression().fit(said, y)
    assert np.abs(ours.apply(said) - theirs.predict(said)).mean() < 0.03
    few = Curve.fit(np.array([0.1, 0.2, 0.8]), np.array([0.0, 0.0, 1.0]), way="isotonic", weights=np.ones(3))
    assert few.apply(np.array([0.9]))[0] == pytest.approx((1 + 1 / 3) / 2)


@pytest.mark.parametrize("way", ["platt", "isotonic", "temperature"])
def test_choices_are_calibrated_too_and_sum_to_one(way):
    rng = np.random.default_rng(0)
    z = rng.normal(size=(6_000, 3))
    truth = softmax(z, axis=1)
    y = (rng.random((6_000, 1)) > np.cumsum(truth, axis=1)).sum(axis=1).astype(np.float64)
    said = softmax(2.5 * z, axis=1)
    p = Calibrator.fit(said, y, kind=TaskKind.ONE_OF_K, way=way).apply(said)
    np.testing.assert_allclose(p.sum(axis=1), 1)
    assert np.abs(p - truth).mean() < 0.5 * np.abs(said - truth).mean()


def test_amounts_and_one_answer_only_are_left_as_they_are():
    said = np.array([0.2, 0.7, 0.9])
    for way in WAYS:
        assert Calibrator.fit(said, said * 9, kind=TaskKind.AMOUNT, way=way).apply(said) is said
        np.testing.assert_array_equal(Calibrator.fit(said, np.ones(3), kind=TaskKind.YES_NO, way=way).apply(said), said)


def test_an_unknown_way_is_refused():
    with pytest.raises((InputError, Exception), match="magic"):
        Calibrator.fit(np.ones(2), np.ones(2), kind=TaskKind.YES_NO, way="magic")
