"""What people do follows from what was planted."""

import numpy as np
import pytest

from sennight.readers.synthetic.days import Scene, scene
from sennight.readers.synthetic.person import Work, draw_truths

PEOPLE = 120


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [scene(draw_truths(index, seed=11, days=8)) for index in range(PEOPLE)]


def test_nobody_walks_or_works_out_in_sleep(scenes):
    for s in scenes:
        assert not (s.routine.asleep & (s.routine.workout | s.routine.outdoors)).any()
        assert not s.routine.effort[s.routine.asleep].any()
        assert not s.routine.cadence[s.routine.asleep].any()


def test_nights_follow_each_other(scenes):
    for s in scenes:
        nights = s.routine.nights
        assert (nights.bed < nights.asleep).all()
        assert (nights.asleep < nights.wake).all()
        assert (nights.wake < nights.rise).all()
        assert (nights.rise[:-1] < nights.bed[1:]).all()


def test_most_sleep_is_at_night(scenes):
    night = [((s.line.hour < 12) | (s.line.hour > 20))[s.routine.asleep].mean() for s in scenes]
    assert np.mean(night) > 0.9


def test_office_workers_sit_from_nine_to_five_on_workdays(scenes):
    office = [s for s in scenes if s.truth.life.work is Work.OFFICE and s.truth.events.illness is None]
    assert len(office) > 20
    weekday = [(s.truth.life.first_date.weekday() + s.line.day) % 7 < 5 for s in office]
    hours = [(s.line.hour >= 9) & (s.line.hour < 12) for s in office]
    at_work = np.mean([s.routine.effort[w & h].mean() for s, w, h in zip(office, weekday, hours, strict=True)])
    free = np.mean(
        [s.routine.effort[~w & h & ~s.routine.asleep].mean() for s, w, h in zip(office, weekday, hours, strict=True)]
    )
    assert at_work < 0.8 * free


def test_late_people_who_work_sleep_later_on_free_days(scenes):
    late = [s for s in scenes if s.truth.rhythm.social_jetlag_h > 1]
    assert len(late) > 15
    shift = []
    for s in late:
        nights, n = s.routine.nights, s.truth.life.days + 1
        weekday = (s.truth.life.first_date.weekday() + np.arange(n)) % 7
        mid = (nights.asleep + nights.wake) / 2 - 1440 * np.arange(n)
        shift.append(mid[weekday >= 5].mean() - mid[weekday < 5].mean())
    planted = 60 * np.mean([s.truth.rhythm.social_jetlag_h for s in late])
    assert np.mean(shift) == pytest.approx(planted, rel=0.25)


def test_active_people_walk_more(scenes):
    activity = [s.truth.body.activity_z for s in scenes]
    steps = [s.routine.cadence.sum() for s in scenes]
    assert np.corrcoef(activity, steps)[0, 1] > 0.6


def test_who_has_no_workouts_planted_has_none(scenes):
    lazy = [s for s in scenes if s.truth.life.workouts_per_week == 0]
    keen = [s for s in scenes if s.truth.life.workouts_per_week > 2.5]
    assert lazy
    assert not any(s.routine.workout.any() for s in lazy)
    assert np.mean([s.routine.workout.any() for s in keen]) > 0.9


def test_fragmented_sleepers_wake_more_often(scenes):
    wakes = [np.diff(s.routine.awakening.astype(int)).clip(0).sum() for s in scenes]
    assert np.corrcoef([s.truth.rhythm.fragmentation for s in scenes], wakes)[0, 1] > 0.6


def test_who_naps_a_lot_by_plan_naps_a_lot(scenes):
    nap = [(s.routine.asleep & ~s.routine.in_bed).sum() for s in scenes]
    share = np.array([s.truth.rhythm.nap_share for s in scenes])
    often, seldom = np.array(nap)[share > 0.3].mean(), np.array(nap)[share < 0.15].mean()
    assert often > 2.0 * seldom > 0


def test_the_ill_rest(scenes):
    ill = [s for s in scenes if s.truth.events.illness is not None]
    assert ill
    awake = [~s.routine.asleep for s in ill]
    sick = np.mean([s.routine.effort[a & s.routine.ill].mean() for s, a in zip(ill, awake, strict=True)])
    well = np.mean([s.routine.effort[a & ~s.routine.ill].mean() for s, a in zip(ill, awake, strict=True)])
    assert sick < 0.7 * well
