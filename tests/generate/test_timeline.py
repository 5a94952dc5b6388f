"""One row of minutes from days with some missing."""

from collections.abc import Callable

import numpy as np
import pytest

from sennight.errors import PrepareError
from sennight.generate.timeline import Timeline
from sennight.record import WindowBatch


def test_an_absent_day_is_unseen_and_weekdays_count_on(make_person: Callable[..., WindowBatch]) -> None:
    days = make_person("a", days=4).take(np.array([0, 1, 3]))
    timeline = Timeline.of(days)
    assert timeline.days == 4
    assert timeline.weekday.tolist() == [0, 1, 2, 3]
    assert not timeline.seen[2 * 1440 : 3 * 1440].any()
    assert np.array_equal(timeline.of_days(timeline.values), days.values)


def test_windows_of_a_week_hold_the_same_minutes(make_person: Callable[..., WindowBatch]) -> None:
    timeline = Timeline.of(make_person("a", days=9))
    weeks = timeline.windows(7)
    assert weeks.values.shape == (2, 7 * 1440, 2)
    assert np.array_equal(weeks.values.reshape(-1, 2)[: 9 * 1440], timeline.values)
    assert not weeks.seen.reshape(-1, 2)[9 * 1440 :].any()
    assert weeks.weekday.tolist() == [0, 0]


def test_until_hides_every_minute_from_the_cut_on(make_person: Callable[..., WindowBatch]) -> None:
    cut = Timeline.of(make_person("a")).until(2000)
    assert not cut.seen[2000:].any()
    assert not cut.values[2000:].any()
    assert cut.seen[:2000].any()


def test_two_people_are_no_timeline(make_person: Callable[..., WindowBatch]) -> None:
    one = make_person("a", days=2)
    two = WindowBatch(**{**vars(one), "people": ("a", "b")})
    with pytest.raises(PrepareError, match="one person"):
        Timeline.of(two)
