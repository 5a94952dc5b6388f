"""Filling beats the straight line and habit where both help, marks what it filled, and leaks nothing."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.generate.bands import covered
from sennight.generate.baselines import Cells, guess
from sennight.generate.fill import Filler, fill
from sennight.generate.holes import make_hole
from sennight.generate.learn import learn
from sennight.generate.scales import Scales
from sennight.generate.timeline import Timeline
from sennight.record import WindowBatch


def test_every_missing_minute_is_filled_inside_its_band_and_nothing_else(
    filler: Filler, make_person: Callable[..., WindowBatch]
) -> None:
    days = make_person("new")
    filled = fill(days, filler)
    assert np.array_equal(filled.filled, ~days.seen)
    assert np.array_equal(filled.together()[days.seen], days.values[days.seen])
    assert ((filled.low <= filled.values) & (filled.values <= filled.high))[filled.filled].all()
    heart = filled.values[..., 0][filled.filled[..., 0]]
    assert 55 < heart.min() <= heart.max() < 100
    assert filled.filler == filler.fingerprint


def test_it_beats_the_straight_line_and_habit_on_unseen_people(
    filler: Filler, make_person: Callable[..., WindowBatch]
) -> None:
    ours, line, habit, inside = [], [], [], []
    for i in range(6):
        timeline = Timeline.of(make_person(f"test{i}"))
        hole = make_hole("block", timeline, np.random.default_rng(i))
        shown, cells = timeline.without(hole.withheld), Cells.of(hole.wanted)
        at = (cells.minute, cells.channel)
        truth = filler.scales.scaled(timeline.values)[at]
        made = filler.guess(shown, hole.wanted)
        scaled = np.where(shown.seen, filler.scales.scaled(shown.values), 0).astype(np.float32)
        known = {"weekday": shown.weekday, "population": filler.population}
        ours.append(np.mean((made.scaled - truth) ** 2))
        line.append(np.mean((guess("linear", scaled, shown.seen, cells, **known) - truth) ** 2))
        habit.append(np.mean((guess("personal_time_of_day", scaled, shown.seen, cells, **known) - truth) ** 2))
        inside.append(covered(truth, made.scaled_low, made.scaled_high).mean())
    assert np.mean(ours) < min(np.mean(line), np.mean(habit))
    assert 0.8 < np.mean(inside) < 0.97


def test_what_is_withheld_cannot_reach_a_guess(filler: Filler, make_person: Callable[..., WindowBatch]) -> None:
    timeline = Timeline.of(make_person("new"))
    hole = make_hole("future", timeline, np.random.default_rng(0))
    before = filler.guess(timeline.without(hole.withheld), hole.wanted)
    louder = replace(timeline, values=np.where(hole.withheld, np.float32(150), timeline.values))
    after = filler.guess(louder.without(hole.withheld), hole.wanted)
    assert np.array_equal(before.scaled, after.scaled)
    assert np.array_equal(before.high, after.high)


def test_a_channel_nobody_measured_on_this_person_stays_empty(
    filler: Filler, make_person: Callable[..., WindowBatch]
) -> None:
    steps_only = make_person("new").select(("steps",))
    filled = fill(steps_only, filler)
    assert filled.filled[..., 0].any()
    both = fill(steps_only.select(("heart_rate", "steps")), filler)
    assert not both.filled[..., 0].any()


def test_strange_channels_and_too_few_people_are_refused(
    filler: Filler, make_person: Callable[..., WindowBatch], scales: Scales
) -> None:
    with pytest.raises(InputError, match="no channel"):
        fill(make_person("new").select(("glucose",)), filler)
    with pytest.raises(InputError, match="calibrate"):
        learn([make_person("a")], [], scales=scales, model=None, most_looks=1)


def test_people_of_one_day_are_learnt_from_and_filled(make_person: Callable[..., WindowBatch], scales: Scales) -> None:
    made = learn(
        [make_person(f"a{i}", days=1) for i in range(3)],
        [make_person("b", days=1)],
        scales=scales,
        model=None,
        epochs=1,
        most_looks=1,
    )
    days = make_person("c", days=1)
    assert np.array_equal(fill(days, made).filled, ~days.seen)
