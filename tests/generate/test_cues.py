"""Cues are what their names say, and none of them knows the wanted value."""

from collections.abc import Callable

import numpy as np
import pytest

from sennight.generate.baselines import Cells, Population
from sennight.generate.cues import cue_names, cues
from sennight.record import WindowBatch


def rows(days: WindowBatch, seen: np.ndarray, wanted: np.ndarray, population: Population) -> np.ndarray:
    values = np.where(seen, days.values.reshape(-1, 2), np.float32(0)).astype(np.float32)
    return cues(
        values, (values == 0) & seen, seen, Cells.of(wanted), weekday=np.arange(5), population=population, model=None
    ).rows  # fmt: skip


def test_there_are_as_many_as_names_and_they_hold_what_they_say(make_person: Callable[..., WindowBatch]) -> None:
    days = make_person("a")
    seen = days.seen.reshape(-1, 2).copy()
    wanted = np.zeros(seen.shape, dtype=np.bool_)
    wanted[4000:4010, 0] = True
    seen[4000:4010, 0] = False
    made, names = rows(days, seen, wanted, Population.of(days.values, days.seen)), cue_names(days.channels)
    assert made.shape == (10, len(names))
    flat = days.values.reshape(-1, 2)
    assert made[:, names.index("left")] == pytest.approx(flat[3999, 0])
    assert made[:, names.index("right")] == pytest.approx(flat[4010, 0])
    assert np.expm1(made[0, names.index("gap")]) == pytest.approx(11)
    assert made[:, names.index("beside_steps")].tolist() == flat[4000:4010, 1].tolist()
    assert not made[:, names.index("beside_heart_rate")].any()
    assert made[:, names.index("is_heart_rate")].all()


def test_no_hidden_value_shows_in_any_cue(make_person: Callable[..., WindowBatch]) -> None:
    days = make_person("a")
    seen = days.seen.reshape(-1, 2).copy()
    wanted = np.zeros(seen.shape, dtype=np.bool_)
    wanted[4000:4100] = True
    seen &= ~wanted
    population = Population.of(days.values, days.seen)
    before = rows(days, seen, wanted, population)
    days.values.reshape(-1, 2)[4000:4100] = 150
    assert np.array_equal(before, rows(days, seen, wanted, population))
