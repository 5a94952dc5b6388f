"""Nights written by hand, on and over midnight."""

import numpy as np
import pytest
from tests.agent.people import person

from sennight.agent.nights import nights
from sennight.agent.person import OpenPerson


def sleeper(*stretches: tuple[int, int, int], days: int = 3, seen_only: bool = False) -> OpenPerson:
    """(day, first minute, minute after the last) of each sleep; `seen_only` hides all other minutes."""
    asleep = np.zeros((days, 1440), dtype=np.float32)
    for day, first, stop in stretches:
        asleep[day, first:stop] = 1
    return person({"asleep": asleep}, unseen={"asleep": asleep == 0} if seen_only else None)


def test_a_night_over_midnight_belongs_to_the_day_of_waking_up() -> None:
    found = nights(sleeper((0, 1380, 1440), (1, 0, 420)))
    assert found is not None
    assert found.asleep_min.tolist()[1] == 480
    assert found.onset_min[1] == -60
    assert found.wake_min[1] == 420
    assert np.isnan(found.asleep_min[0])
    assert np.isnan(found.asleep_min[2])
    assert found.in_bed_min[1] == 480
    assert found.efficiency_pct[1] == 100


def test_a_pause_of_an_hour_does_not_end_a_sleep_and_a_longer_one_does() -> None:
    one = nights(sleeper((1, 0, 200), (1, 260, 400)))
    assert one is not None
    assert (one.asleep_min[1], one.awake_min[1], one.wake_min[1]) == (340, 60, 400)
    two = nights(sleeper((1, 0, 200), (1, 262, 400)))
    assert two is not None
    assert (two.asleep_min[1], two.wake_min[1]) == (200, 200)


def test_minutes_that_were_not_seen_are_not_awake() -> None:
    found = nights(sleeper((1, 0, 200), (1, 250, 400), seen_only=True))
    assert found is not None
    assert found.awake_min[1] == 0
    assert found.efficiency_pct[1] == 100


def test_a_nap_is_no_night_and_neither_is_a_night_whose_evening_was_not_recorded() -> None:
    nap = nights(sleeper((1, 60, 179)))
    assert nap is not None
    assert np.isnan(nap.asleep_min).all()
    first = nights(sleeper((0, 0, 420)))
    assert first is not None
    assert np.isnan(first.asleep_min[0])


def test_a_sleep_by_day_belongs_to_that_day() -> None:
    found = nights(sleeper((1, 540, 960)))
    assert found is not None
    assert (found.asleep_min[1], found.onset_min[1]) == (420, 540)


def test_stages_make_a_night_where_there_is_no_sleep_channel() -> None:
    deep, rem = np.zeros((2, 1440), dtype=np.float32), np.zeros((2, 1440), dtype=np.float32)
    deep[1, 0:100], rem[1, 100:300] = 1, 1
    found = nights(person({"sleep_deep": deep, "sleep_rem": rem}))
    assert found is not None
    assert (found.asleep_min[1], found.deep_min[1], found.rem_min[1]) == (300, 100, 200)
    assert np.isnan(found.light_min[1])


def test_without_sleep_channels_there_are_no_nights() -> None:
    assert nights(person({"steps": np.zeros((2, 1440))})) is None


@pytest.mark.parametrize("gap", [0, 1])
def test_days_that_do_not_follow_each_other_share_no_night(gap: int) -> None:
    opened = sleeper((0, 1380, 1440), (1, 0, 420))
    object.__setattr__(opened, "ordinal", opened.ordinal + np.array([0, gap, gap]))
    found = nights(opened)
    assert found is not None
    assert np.isnan(found.asleep_min[1]) == bool(gap)
