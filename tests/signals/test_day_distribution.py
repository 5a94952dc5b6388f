"""How a day's minutes were spread: worked by hand on small days, and invariant to what was not seen."""

import numpy as np
import pytest

from sennight.signals.day_distribution import (
    COARSE,
    FINE,
    PAIR_WIDTH,
    RARE_SHARE,
    WIDTH,
    Levels,
    describe_days,
    describe_pairs,
    fit_levels,
)

LEVELS = Levels(fine=tuple(float(i + 1) for i in range(len(FINE))), coarse=(1.0, 2.0, 3.0, 4.0), logged=True)
FINE_LEVELS, K = len(FINE) + 2, len(COARSE) + 2
PARTS = {}
start = 0
for name, width in (
    ("shares", FINE_LEVELS), ("log_shares", FINE_LEVELS), ("changes", K * K), ("given", K * K),
    ("fragmentation", 2 * (K - 1)), ("scales", 24), ("peaks", 7), ("memory", 8), ("profile", 24),
):  # fmt: skip
    PARTS[name] = slice(start, start + width)
    start += width


def day(minutes: dict[int, float], worn: slice = slice(0, 1440)) -> tuple[np.ndarray, np.ndarray]:
    values, seen = np.zeros((1, 1440), dtype=np.float32), np.zeros((1, 1440), dtype=bool)
    for minute, value in minutes.items():
        values[0, minute] = value
    seen[0, worn] = True
    return values, seen


def described(values: np.ndarray, seen: np.ndarray, part: str) -> np.ndarray:
    return describe_days(values, seen, LEVELS)[0, PARTS[part]]


def test_the_parts_fill_the_width() -> None:
    assert start == WIDTH
    assert describe_days(*day({}), LEVELS).shape == (1, WIDTH)


def test_shares_of_levels_are_counted_over_seen_minutes() -> None:
    values, seen = day({0: 0.5, 1: 0.5, 2: 20.0, 3: 2.5}, worn=slice(0, 8))
    shares = described(values, seen, "shares")
    expected = np.zeros(FINE_LEVELS)
    expected[[0, 1, 3, FINE_LEVELS - 1]] = [4 / 8, 2 / 8, 1 / 8, 1 / 8]
    np.testing.assert_allclose(shares, np.sqrt(expected), rtol=1e-6)
    np.testing.assert_allclose(described(values, seen, "log_shares"), np.log(expected + RARE_SHARE), rtol=1e-5)


def test_changes_are_counted_between_neighbours_that_were_both_seen() -> None:
    values, seen = day({0: 0.5, 1: 9.0, 3: 0.5}, worn=slice(0, 5))
    seen[0, 2] = False
    changes = described(values, seen, "changes").reshape(K, K)
    expected = np.zeros((K, K))
    expected[1, K - 1] = expected[1, 0] = 1 / 2  # minutes 0 to 1 and 3 to 4; 1 to 2 and 2 to 3 are not known
    np.testing.assert_allclose(changes, np.sqrt(expected), rtol=1e-6)
    given = described(values, seen, "given").reshape(K, K)
    np.testing.assert_allclose(np.exp(given).sum(axis=1), 1, rtol=1e-5)
    assert given[1, 0] == pytest.approx(np.log((1 + 1) / (2 + K)))


def test_fragmentation_is_the_log_odds_of_falling_and_rising() -> None:
    values, seen = day({1: 9.0, 2: 9.0}, worn=slice(0, 4))
    falls, rises = described(values, seen, "fragmentation")[:2]
    assert falls == pytest.approx(np.log((1 + 1) / (2 + 5)))
    assert rises == pytest.approx(np.log((1 + 1) / (1 + 5)))


def test_peaks_are_means_of_the_highest_minutes() -> None:
    values, seen = day({100: 30.0, 200: 20.0, 300: 10.0, 400: 10.0, 500: 10.0})
    peaks = described(values, seen, "peaks")
    np.testing.assert_allclose(np.expm1(peaks[:3]), [30, 16, 80 / 15], rtol=1e-5)


def test_memory_is_one_for_a_slow_wave_and_minus_one_for_an_alternating_day() -> None:
    minutes = np.arange(1440)
    slow = (50 + 40 * np.sin(minutes / 200)).astype(np.float32)[None]
    quick = np.where(minutes % 2, 10, 1).astype(np.float32)[None]
    seen = np.ones((1, 1440), dtype=bool)
    assert described(slow, seen, "memory")[0] > 0.99
    assert described(quick, seen, "memory")[0] == pytest.approx(-1, abs=0.01)
    assert described(quick, seen, "memory")[1] == pytest.approx(1, abs=0.01)


def test_the_profile_is_by_two_hours_of_the_clock() -> None:
    values, seen = day({60 * 9 + i: float(np.e - 1) for i in range(60)})
    profile = described(values, seen, "profile")
    assert np.flatnonzero(profile[:12]).tolist() == [4]
    assert profile[4] == pytest.approx(0.5)
    assert profile[12 + 4] == pytest.approx(0.5)
    assert profile[12 + 5] == pytest.approx(1.0)


def test_percentiles_of_longer_means_leave_out_blocks_hardly_seen() -> None:
    values, seen = day(dict.fromkeys(range(600), 7.0), worn=slice(0, 602))
    scales = described(values, seen, "scales")
    np.testing.assert_allclose(np.expm1(scales[:8]), 7, rtol=1e-5)


def test_unseen_values_change_nothing_and_a_day_off_is_all_zero() -> None:
    rng = np.random.default_rng(0)
    values = rng.gamma(1.0, 3.0, (5, 1440)).astype(np.float32)
    seen = rng.random((5, 1440)) < 0.5
    seen[4] = False
    junk = np.where(seen, values, np.float32(1e9))
    first = describe_days(values, seen, LEVELS)
    assert np.array_equal(first, describe_days(junk, seen, LEVELS))
    assert np.isfinite(first).all()
    assert not first[4].any()
    both = describe_pairs(values, values[::-1], seen, LEVELS, LEVELS)
    assert both.shape == (5, PAIR_WIDTH)
    assert not both[4].any()
    assert describe_days(values[:0], seen[:0], LEVELS).shape == (0, WIDTH)


def test_a_pair_counts_which_levels_go_together() -> None:
    one, seen = day({0: 9.0, 1: 9.0}, worn=slice(0, 4))
    other, _ = day({0: 0.5, 2: 0.5})
    table = describe_pairs(one, other, seen, LEVELS, LEVELS)[0, : K * K].reshape(K, K) ** 2
    expected = np.zeros((K, K))
    expected[K - 1, 1] = expected[K - 1, 0] = expected[0, 1] = expected[0, 0] = 1 / 4
    np.testing.assert_allclose(table, expected, rtol=1e-5)


def test_levels_are_quantiles_of_what_is_not_zero() -> None:
    values = np.concatenate([np.zeros(500), np.arange(1, 1001)])
    levels = fit_levels(values, logged=False)
    np.testing.assert_allclose(levels.coarse, np.quantile(np.arange(1, 1001), COARSE))
    assert fit_levels(np.zeros(10), logged=False).fine == (0.0,) * len(FINE)
