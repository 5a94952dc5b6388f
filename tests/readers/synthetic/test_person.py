"""Planted traits hang together, and a person does not depend on who else is made."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sennight.readers.synthetic.person import Stream, Truths, Wear, Work, clock_changes, draw_truths, stream

MANY = 800


@pytest.fixture(scope="module")
def crowd() -> list[Truths]:
    return [draw_truths(index, seed=3, days=8) for index in range(MANY)]


def _r(crowd: list[Truths], x, y) -> float:
    return float(np.corrcoef([x(t) for t in crowd], [y(t) for t in crowd])[0, 1])


def test_the_same_seed_and_index_give_the_same_person():
    assert draw_truths(7, seed=1, days=8) == draw_truths(7, seed=1, days=8)


def test_another_seed_or_index_gives_another_person():
    here = draw_truths(7, seed=1, days=8)
    assert draw_truths(7, seed=2, days=8).body != here.body
    assert draw_truths(8, seed=1, days=8).body != here.body
    assert draw_truths(7, seed=2, days=8).person != here.person


def test_a_longer_recording_keeps_body_and_rhythm():
    short, long = draw_truths(7, seed=1, days=8), draw_truths(7, seed=1, days=14)
    assert (short.body, short.rhythm) == (long.body, long.rhythm)


def test_streams_of_one_person_are_independent():
    draws = {name: stream(0, 0, name).random() for name in Stream}
    assert len(set(draws.values())) == len(Stream)


def test_traits_hang_together_as_in_life(crowd):
    assert _r(crowd, lambda t: t.body.age_years, lambda t: t.body.activity_z) < -0.3
    assert _r(crowd, lambda t: t.body.fitness_z, lambda t: t.body.resting_pulse_bpm) < -0.4
    assert _r(crowd, lambda t: t.body.age_years, lambda t: t.rhythm.mid_sleep_h) < -0.25
    assert _r(crowd, lambda t: t.body.mood_z, lambda t: t.rhythm.fragmentation) > 0.2
    assert abs(_r(crowd, lambda t: t.body.age_years, lambda t: t.body.resting_pulse_bpm)) < 0.2


def test_marginals_are_those_of_adults(crowd):
    ages = np.array([t.body.age_years for t in crowd])
    assert ages.min() >= 18
    assert ages.max() <= 85
    assert 44 < ages.mean() < 54
    assert 0.46 < np.mean([t.body.female for t in crowd]) < 0.56
    assert 0.14 < np.mean([t.body.smoker for t in crowd]) < 0.28
    assert 55 < np.mean([t.body.resting_pulse_bpm for t in crowd]) < 65
    assert 6.8 < np.mean([t.rhythm.sleep_h for t in crowd]) < 7.8


def test_who_does_not_work_has_no_social_jetlag(crowd):
    assert all(t.rhythm.social_jetlag_h == 0 for t in crowd if t.life.work is Work.NONE)
    assert np.mean([t.rhythm.social_jetlag_h for t in crowd if t.life.work is not Work.NONE]) > 0.5


def test_events_happen_to_about_as_many_people_as_planned(crowd):
    shares = {
        "night off": np.mean([bool(t.events.nights_off) for t in crowd]),
        "device change": np.mean([t.events.device_change is not None for t in crowd]),
        "illness": np.mean([t.events.illness is not None for t in crowd]),
        "battery": np.mean([t.events.battery_empty is not None for t in crowd]),
        "clock change": np.mean([t.events.clock_change is not None for t in crowd]),
        "days only": np.mean([t.life.wear is Wear.DAYS_ONLY for t in crowd]),
    }
    assert all(0.06 < share < 0.17 for share in shares.values()), shares


def test_all_dates_lie_within_the_recording(crowd):
    for t in crowd:
        last = t.life.first_date + dt.timedelta(days=t.life.days - 1)
        e = t.events
        dates = [
            *e.nights_off,
            *(e.illness or ()),
            *(d for d in (e.device_change, e.battery_empty, e.clock_change) if d),
        ]
        assert all(t.life.first_date <= d <= last for d in dates)
        if e.illness:
            assert e.illness[0] <= e.illness[1]
            assert (e.illness[1] - e.illness[0]).days < t.life.days - 2


def test_a_planted_clock_change_is_a_day_of_23_or_25_hours(crowd):
    hours = set()
    for t in crowd:
        if t.events.clock_change:
            zone, date = ZoneInfo(t.life.zone), t.events.clock_change
            ends = [dt.datetime.combine(d, dt.time(), tzinfo=zone) for d in (date, date + dt.timedelta(days=1))]
            hours.add((ends[1].timestamp() - ends[0].timestamp()) / 3600)
    assert hours == {23, 25}


def test_a_zone_without_summer_time_has_no_clock_change():
    assert clock_changes("Asia/Tokyo", dt.date(2024, 1, 1), 366) == ()
    assert len(clock_changes("America/New_York", dt.date(2024, 1, 1), 366)) == 2


def test_a_recording_of_one_day_has_no_events_that_need_more():
    for index in range(200):
        events = draw_truths(index, seed=0, days=1).events
        assert (events.nights_off, events.device_change, events.illness, events.battery_empty) == ((), None, None, None)
