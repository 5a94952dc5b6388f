"""Holes hide only what was seen, and what their names say."""

from collections.abc import Callable

import numpy as np
import pytest

from sennight.generate.holes import FAMILY_NAMES, OPENMHC, SCENARIOS, make_hole
from sennight.generate.timeline import Timeline
from sennight.record import MINUTES_PER_DAY, WindowBatch

ALL = (*FAMILY_NAMES, *OPENMHC)


@pytest.fixture
def timeline(make_person: Callable[..., WindowBatch]) -> Timeline:
    return Timeline.of(make_person("a", days=6))


@pytest.mark.parametrize("name", ALL)
def test_only_seen_cells_are_hidden_and_wanted_ones_are_withheld(timeline: Timeline, name: str) -> None:
    hole = make_hole(name, timeline, np.random.default_rng(1))
    assert not (hole.wanted & ~timeline.seen).any()
    assert not (hole.wanted & ~hole.withheld).any()
    assert hole.wanted.any() or name in ("sleep_gap", "workout_gap", "intensity_failure")


def test_half_of_the_minutes_and_a_quarter_of_the_time(timeline: Timeline) -> None:
    rng = np.random.default_rng(1)
    assert make_hole("minutes", timeline, rng).wanted.sum() == pytest.approx(0.5 * timeline.seen.sum(), rel=0.05)
    share = make_hole("temporal_slice", timeline, rng).wanted.sum() / timeline.seen.sum()
    assert 0.25 <= share < 0.27


def test_a_whole_channel_is_hidden_for_the_whole_day(timeline: Timeline) -> None:
    wanted = make_hole("whole_channel", timeline, np.random.default_rng(1)).wanted
    of_day = wanted.reshape(6, MINUTES_PER_DAY, 2)
    seen = timeline.seen.reshape(of_day.shape)
    for day in range(6):
        assert [bool(np.array_equal(of_day[day, :, c], seen[day, :, c])) for c in range(2)].count(True) == 1


def test_nothing_after_the_cut_of_a_future_can_be_looked_at(timeline: Timeline) -> None:
    hole = make_hole("future", timeline, np.random.default_rng(1))
    cut = int(np.flatnonzero(hole.wanted.any(axis=1))[0])
    assert hole.withheld[cut:].all()
    assert not hole.withheld[:cut].any()
    assert np.flatnonzero(hole.wanted.any(axis=1)).max() < (cut // MINUTES_PER_DAY + 1) * MINUTES_PER_DAY


def test_a_block_of_a_given_length_is_that_long_in_every_day(timeline: Timeline) -> None:
    from sennight.generate.holes import block

    hidden = block(timeline, np.random.default_rng(2), 60)[:, 0].reshape(6, MINUTES_PER_DAY)
    assert hidden.sum(axis=1).tolist() == [60] * 6


def test_hard_minutes_and_workouts_hide_the_heart_alone(timeline: Timeline) -> None:
    values = timeline.values.copy()
    values[1000:1015, 1] = 130
    values[1010:1020, 0] = 175
    hard = Timeline(**{**vars(timeline), "values": values})
    rng = np.random.default_rng(1)
    assert np.flatnonzero(make_hole("workout_gap", hard, rng).wanted[:, 0])[[0, -1]].tolist() == [1000, 1014]
    failure = make_hole("intensity_failure", hard, rng).wanted
    assert np.flatnonzero(failure[:, 0]).tolist() == list(range(1010, 1020))
    assert not failure[:, 1].any()
    assert set(SCENARIOS) == set(ALL) - {"future"}
