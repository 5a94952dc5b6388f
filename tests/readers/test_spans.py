"""Spans to samples: sums are kept, overlaps are settled, order does not show."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sennight.readers.spans import STATE_STEP_S, Sleep, SleepSpan, hold, sleep_samples, spread, usable

SPANS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 7_200), st.floats(0, 1e4)), min_size=1, max_size=20)


@given(SPANS)
def test_spreading_keeps_each_sum_and_stays_inside_the_span(spans: list[tuple[int, int, float]]) -> None:
    start, length, amounts = (np.array(x) for x in zip(*spans, strict=True))
    times, values = spread(start, start + length, amounts)
    np.testing.assert_allclose(values.sum(), amounts.sum(), rtol=1e-9, atol=1e-9)
    assert times.min() >= start.min()
    assert times.max() <= (start + length).max()


def test_an_amount_is_shared_by_the_seconds_of_each_minute() -> None:
    times, values = spread(np.array([50]), np.array([150]), np.array([100.0]))
    assert times.tolist() == [50, 60, 120]
    np.testing.assert_allclose(values, [10, 60, 30])


def test_a_span_without_length_is_one_sample() -> None:
    times, values = spread(np.array([61]), np.array([61]), np.array([7.0]))
    assert (times.tolist(), values.tolist()) == ([61], [7.0])


def test_backward_and_endless_spans_are_not_usable() -> None:
    assert usable(np.array([0, 10, 0]), np.array([60, 5, 10**9])).tolist() == [True, False, False]


def test_of_overlapping_states_the_last_to_start_speaks() -> None:
    times, values = hold(np.array([0, 60]), np.array([180, 120]), np.array([1.0, 2.0]), step_s=60)
    assert (times.tolist(), values.tolist()) == ([0, 60, 120], [1.0, 2.0, 1.0])


def span(start: int, stop: int, sleep: Sleep, *, staged: bool = True) -> SleepSpan:
    return SleepSpan(start_s=start * 60, stop_s=stop * 60, sleep=sleep, staged=staged)


def test_a_night_with_stages_gives_each_stage_and_asleep() -> None:
    found = sleep_samples([span(0, 2, Sleep.LIGHT), span(2, 4, Sleep.DEEP), span(4, 5, Sleep.AWAKE)])
    times, asleep = found["asleep"]
    assert len(times) == 5 * 60 // STATE_STEP_S
    assert asleep.sum() == 4 * 60 // STATE_STEP_S
    assert found["sleep_deep"][1].sum() == 2 * 60 // STATE_STEP_S
    total = sum(found[f"sleep_{s}"][1] for s in ("awake", "light", "deep", "rem"))
    np.testing.assert_array_equal(total, 1)


def test_an_app_that_only_knows_asleep_does_not_hide_stages() -> None:
    stages = [span(0, 2, Sleep.REM)]
    both = sleep_samples([*stages, span(0, 3, Sleep.UNSTAGED, staged=False)])
    np.testing.assert_array_equal(both["sleep_rem"][0], sleep_samples(stages)["sleep_rem"][0])
    assert both["asleep"][1].sum() == 3 * 60 // STATE_STEP_S


def test_the_same_night_twice_is_one_night_in_any_order() -> None:
    """Failure 21."""
    night = [span(0, 3, Sleep.LIGHT), span(1, 2, Sleep.AWAKE), span(3, 9, Sleep.DEEP)]
    once, twice = sleep_samples(night), sleep_samples([*night[::-1], *night])
    assert once.keys() == twice.keys()
    for name in once:
        np.testing.assert_array_equal(once[name], twice[name])


@pytest.mark.parametrize("told", [[], [span(0, 480, Sleep.IN_BED)]])
def test_lying_in_bed_says_nothing_about_sleep(told: list[SleepSpan]) -> None:
    assert sleep_samples(told) == {}


def test_an_awakening_of_an_unstaged_log_says_nothing_about_stages() -> None:
    assert set(sleep_samples([span(0, 1, Sleep.AWAKE, staged=False)])) == {"asleep"}
