"""Times of samples in stamped blocks: stretched, in order, believable, and what is said of the rate."""

import numpy as np
import pytest

from sennight.readers.block_times import (
    LEAST_DRIFT_S,
    MAX_SPAN_S,
    MOST_NAMED,
    Drift,
    believable,
    named,
    of_one_recording,
    sample_times,
    second_means,
    with_next,
)

NOBODY = np.empty(0, dtype=np.float64)


def times(start: list[float], count: list[int], rate: float, next_s: float | None = None, drift: Drift | None = None):
    return sample_times(
        np.array(start),
        np.array(count, dtype=np.int64),
        np.full(len(start), rate),
        next_s=next_s,
        drift=drift or Drift(),
    )


def test_a_block_reaches_to_the_next_block() -> None:
    # 10 samples in 1.1 s each where the sensor thinks that it is 1 s.
    found = times([0.0, 1.1], [10, 10], 10.0, next_s=2.2)
    np.testing.assert_allclose(found, np.arange(20) * 0.11)


def test_the_last_block_has_its_nominal_length() -> None:
    np.testing.assert_allclose(times([5.0], [4], 2.0), [5.0, 5.5, 6.0, 6.5])


def test_nothing_is_stretched_over_a_lost_block() -> None:
    found = times([0.0, 3.0], [10, 10], 10.0)
    assert found[9] == pytest.approx(0.9)
    assert found[10] == 3.0


def test_blocks_of_different_length_keep_their_own_times() -> None:
    found = times([0.0, 1.0, 1.5], [10, 5, 3], 10.0)
    np.testing.assert_allclose(
        found, np.concatenate([np.arange(10) / 10, 1 + np.arange(5) / 10, 1.5 + np.arange(3) / 10])
    )


def test_no_block_is_no_sample() -> None:
    assert len(times([], [], 10.0)) == 0


def test_jitter_and_drift_of_30_s_an_hour_are_followed_and_told() -> None:
    """T-08."""
    rng, n = np.random.default_rng(0), 2_000
    true = 1.2 * (1 + 30 / 3600) * np.arange(n + 1)
    stamps = true + rng.normal(0, 0.01, n + 1)
    drift = Drift()
    found = times(stamps[:-1].tolist(), [120] * n, 100.0, next_s=float(stamps[-1]), drift=drift)
    wanted = np.arange(n * 120) * 0.012 * (1 + 30 / 3600) / 1.2
    assert np.abs(found - wanted * 1.0).max() < 0.06
    assert (np.diff(found) > 0).all()
    # Samples of any minute: the same number as the truth, within 1 %.
    counts = np.bincount((found // 60).astype(int))[:-1]
    assert np.abs(counts / (60 * 100 / (1 + 30 / 3600)) - 1).max() < 0.01
    assert drift.note().startswith("the sensor ran 30.0 s an hour slow")


def test_a_fast_sensor_is_told_and_a_short_recording_says_nothing() -> None:
    assert "3.6 s an hour fast" in Drift(actual_s=999.0, nominal_s=1000.0).note()
    assert Drift(actual_s=LEAST_DRIFT_S - 1.0, nominal_s=LEAST_DRIFT_S - 1.0).note() == ""
    assert Drift().note() == ""


def test_blocks_in_order_are_all_believed() -> None:
    assert believable(np.arange(5.0), after_s=-1.0, ahead_s=np.array([9.0])).all()
    assert len(believable(NOBODY, after_s=0.0, ahead_s=NOBODY)) == 0


def test_one_block_from_the_future_does_not_silence_those_after_it() -> None:
    """Failure 24 and T-07."""
    starts = np.array([0.0, 1.0, 1e8, 2.0, 3.0])
    assert believable(starts, after_s=-np.inf, ahead_s=NOBODY).tolist() == [True, True, False, True, True]


def test_a_last_block_from_the_future_is_found_out_by_what_comes_after_the_window() -> None:
    assert believable(np.array([0.0, 1.0, 50.0]), after_s=-np.inf, ahead_s=np.array([2.0, 3.0])).tolist() == [
        True,
        True,
        False,
    ]


def test_what_lies_before_the_last_window_and_repeats_are_not_believed() -> None:
    assert believable(np.array([4.0, 6.0, 6.0, 7.0]), after_s=5.0, ahead_s=NOBODY).sum() == 2
    assert not believable(np.array([4.0]), after_s=5.0, ahead_s=np.array([3.0])).any()


def test_a_time_before_the_device_or_years_away_is_not_of_this_recording() -> None:
    starts = np.array([1e9, 1.6e9, 1.6e9 + MAX_SPAN_S + 1, np.nan])
    assert of_one_recording(starts, around_s=1.6e9, earliest_s=1.2e9).tolist() == [False, True, False, False]
    assert of_one_recording(starts, around_s=None, earliest_s=1.2e9).tolist() == [False, True, True, False]


def test_values_of_a_second_become_their_mean_and_nan_takes_no_part() -> None:
    seconds, means = second_means(np.array([0.1, 0.9, 1.0, 5.5]), np.array([1.0, 3.0, np.nan, 7.0]))
    assert seconds.tolist() == [0, 5]
    assert means.tolist() == [2.0, 7.0]
    assert len(second_means(NOBODY, NOBODY)[0]) == 0


def test_each_thing_comes_with_the_one_after_it() -> None:
    assert list(with_next("abc")) == [("a", "b"), ("b", "c"), ("c", None)]
    assert list(with_next([])) == []


def test_numbers_are_named_as_ranges_and_not_without_end() -> None:
    assert named([0, 13, 14, 142, 143, 144]) == "0, 13-14, 142-144"
    many = named(range(0, 200, 2))
    assert many.count(",") == MOST_NAMED - 1
    assert many.endswith("80 more")
    assert named([]) == ""
