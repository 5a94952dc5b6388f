"""Engineered features against their textbook definitions on fully and partly seen days."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.backbones.handcrafted import FEATURES, day_features


def features(values: np.ndarray, seen: np.ndarray) -> dict[str, float]:
    row = day_features(values[None].astype(np.float32), seen[None])[0]
    return dict(zip(FEATURES, row, strict=True))


def test_there_are_twenty() -> None:
    assert len(set(FEATURES)) == 20


def test_moments_and_percentiles_agree_with_scipy_on_the_seen_minutes() -> None:
    rng = np.random.default_rng(0)
    x, seen = rng.gamma(2.0, 10.0, 1440).astype(np.float32), rng.random(1440) > 0.3
    f, y = features(x, seen), x[seen].astype(np.float64)
    assert f["mean"] == pytest.approx(y.mean())
    assert f["sd"] == pytest.approx(y.std())
    assert f["skewness"] == pytest.approx(scipy.stats.skew(y))
    assert f["kurtosis"] == pytest.approx(scipy.stats.kurtosis(y))
    assert f["median"] == pytest.approx(np.median(y), rel=1e-6)
    assert f["iqr"] == pytest.approx(np.subtract(*np.percentile(y, [75, 25])), rel=1e-6)
    assert f["p95"] == pytest.approx(np.percentile(y, 95), rel=1e-6)
    assert f["missing_rate"] == pytest.approx(1 - seen.mean())


def test_cosinor_recovers_a_planted_wave_despite_a_hole() -> None:
    minutes = np.arange(1440)
    x = 70 + 12 * np.cos(2 * np.pi * (minutes - 15.5 * 60) / 1440)
    seen = np.ones(1440, dtype=bool)
    seen[100:400] = False
    f = features(x, seen)
    # Centring is on the seen minutes, so the fit is exact up to rounding.
    assert f["cosinor_amplitude"] == pytest.approx(12, abs=1e-3)
    assert f["cosinor_acrophase"] == pytest.approx(15.5, abs=1e-3)


def test_changes_are_only_counted_between_neighbours_that_were_both_seen() -> None:
    x = np.zeros(1440)
    x[10:], seen = 5.0, np.ones(1440, dtype=bool)
    assert features(x, seen)["mean_abs_change"] > 0
    seen[10] = False  # the only jump now lies across a hole
    assert features(x, seen)["mean_abs_change"] == 0


def test_white_noise_is_rougher_than_a_slow_wave() -> None:
    rng = np.random.default_rng(1)
    seen = np.ones(1440, dtype=bool)
    wave = 50 + 20 * np.sin(2 * np.pi * np.arange(1440) / 1440)
    smooth, rough = features(wave, seen), features(50 + 20 * rng.normal(size=1440), seen)
    assert smooth["lag1_autocorrelation"] > 0.99
    assert abs(rough["lag1_autocorrelation"]) < 0.1
    assert smooth["intradaily_variability"] < 0.2 < 1.2 < rough["intradaily_variability"]
    assert smooth["mean_crossing_rate"] < 0.01 < 0.4 < rough["mean_crossing_rate"]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.floats(0, 1), st.sampled_from([0.0, 1.0, 3e4]))
def test_always_finite_and_blind_to_what_was_not_seen(seed: int, share: float, scale: float) -> None:
    rng = np.random.default_rng(seed)
    values = (rng.exponential(1, (3, 1440)) * scale).astype(np.float32)
    seen = rng.random((3, 1440)) < share
    f = day_features(values, seen)
    assert np.isfinite(f).all()
    assert np.array_equal(f, day_features(np.where(seen, values, np.float32(-7)), seen))
