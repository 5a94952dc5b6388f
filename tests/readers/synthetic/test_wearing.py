"""The device is on the body when it was planted to be."""

import datetime as dt
from collections.abc import Callable

import numpy as np

from sennight.readers.synthetic.days import Scene, scene
from sennight.readers.synthetic.person import Truths, Wear, draw_truths


def _first(which: Callable[[Truths], bool]) -> Scene:
    return scene(next(t for t in (draw_truths(i, seed=2, days=8) for i in range(1_000)) if which(t)))


def test_a_night_off_wrist_is_off_from_bed_to_rising():
    s = _first(lambda t: bool(t.events.nights_off))
    for date in s.truth.events.nights_off:
        night = (date - s.truth.life.first_date).days
        here = slice(s.routine.nights.bed[night], s.routine.nights.rise[night])
        assert not s.wearing.worn[here].any()


def test_other_nights_are_worn():
    s = _first(lambda t: len(t.events.nights_off) == 1 and t.events.battery_empty is None)
    off = (s.truth.events.nights_off[0] - s.truth.life.first_date).days
    for night in set(range(1, 8)) - {off}:
        here = slice(s.routine.nights.asleep[night], s.routine.nights.wake[night])
        assert s.wearing.worn[here].mean() > 0.8


def test_who_wears_it_by_day_only_is_never_seen_asleep_at_night():
    s = _first(lambda t: t.life.wear is Wear.DAYS_ONLY)
    assert not (s.wearing.worn & s.routine.in_bed).any()
    assert s.wearing.worn.mean() > 0.3


def test_an_empty_battery_turns_the_device_off_that_day():
    s = _first(lambda t: t.events.battery_empty is not None)
    date = s.truth.events.battery_empty
    assert date is not None
    off = ~s.wearing.on & (s.line.day == (date - s.truth.life.first_date).days)
    assert off.sum() >= 3 * 60


def test_a_device_that_is_off_is_not_worn():
    for index in range(30):
        s = scene(draw_truths(index, seed=5, days=8))
        assert not (s.wearing.worn & ~s.wearing.on).any()


def test_the_second_device_begins_at_noon_of_its_date():
    s = _first(lambda t: t.events.device_change is not None)
    at = int(np.flatnonzero(s.wearing.second)[0])
    assert s.line.hour[at] == 12.0
    assert s.truth.life.first_date + dt.timedelta(days=int(s.line.day[at])) == s.truth.events.device_change
    assert s.wearing.second[at:].all()


def test_without_a_change_there_is_no_second_device():
    assert not _first(lambda t: t.events.device_change is None).wearing.second.any()
