"""Small cohorts are looked at more often, several cohorts teach one filler, and the model's cue can be shut."""

from collections.abc import Callable

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.generate.cues import cue_names
from sennight.generate.fill import fill
from sennight.generate.learn import learn, lesson, looks
from sennight.generate.scales import Scales
from sennight.record import WindowBatch


def test_small_cohorts_are_looked_at_more_often_and_large_ones_once() -> None:
    assert looks(4) > looks(60) > looks(1_000) == 1
    assert looks(60, cohorts=3) < looks(60)


def test_cohorts_of_other_channels_teach_one_filler(make_person: Callable[..., WindowBatch], scales: Scales) -> None:
    both = [make_person(f"a{i}", days=2) for i in range(3)]
    steps_only = [make_person(f"b{i}", days=2).select(("steps",)) for i in range(2)]
    known = lesson([both, steps_only], [both[:1]], scales=scales, model=None, most_looks=1)
    one = lesson([both], [both[:1]], scales=scales, model=None, most_looks=1)
    assert set(known.train.channel.tolist()) == {0, 1}
    assert known.population.mean[0] == pytest.approx(one.population.mean[0])  # heart rate is of the first cohort alone
    filler = known.filler(epochs=1)
    assert fill(make_person("new", days=1), filler).filled.any()


def test_without_the_model_its_cue_is_shut(make_person: Callable[..., WindowBatch], scales: Scales) -> None:
    people = [make_person(f"a{i}", days=2) for i in range(2)]
    known = lesson([people], [people], scales=scales, model=None, most_looks=1)
    known.train.rows[:, cue_names(scales.channels).index("model")] = 3.0
    blind = known.train.blind(scales.channels)
    assert not blind.rows[:, cue_names(scales.channels).index("model")].any()
    assert known.train.rows[:, cue_names(scales.channels).index("model")].all()
    assert known.filler(with_model=False, epochs=1).model is None


def test_nobody_to_calibrate_on_is_refused(make_person: Callable[..., WindowBatch], scales: Scales) -> None:
    with pytest.raises(InputError, match="calibrate"):
        learn([make_person("a")], [], scales=scales)


def test_the_same_seed_gives_the_same_filler(make_person: Callable[..., WindowBatch], scales: Scales) -> None:
    people = [make_person(f"a{i}", days=2) for i in range(2)]
    made = [learn(people, people, scales=scales, epochs=1, seed=3, most_looks=1).fingerprint for _ in range(2)]
    assert made[0] == made[1]
    assert np.isfinite(lesson([people], [people], scales=scales, model=None, most_looks=1).train.rows).all()
