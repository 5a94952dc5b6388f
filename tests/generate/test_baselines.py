"""The plain guesses, against what they are by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from sennight.generate.baselines import NAMES, Cells, Neighbours, Population, guess
from sennight.record import WindowBatch

FEW = np.array([[10.0], [0.0], [0.0], [40.0], [0.0]], dtype=np.float32)
SEEN = np.array([[True], [False], [False], [True], [False]])


def line(name: str) -> list[float]:
    values, seen = np.zeros((1440, 1), dtype=np.float32), np.zeros((1440, 1), dtype=np.bool_)
    values[:5], seen[:5] = FEW, SEEN
    wanted = np.zeros(seen.shape, dtype=np.bool_)
    wanted[[1, 2, 4]] = True
    population = Population(mean=np.array([7.0]), time_of_day=np.full((1440, 1), 9.0))
    made = guess(name, values, seen, Cells.of(wanted), weekday=np.array([2]), population=population)
    return [round(float(x), 6) for x in made]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mean", [7, 7, 7]),
        ("time_of_day", [9, 9, 9]),
        ("linear", [20, 30, 40]),
        ("last_value", [10, 10, 40]),
        ("personal_time_of_day", [25, 25, 25]),
        ("personal_weekday", [25, 25, 25]),
    ],
)
def test_guesses_by_hand(name: str, expected: list[float]) -> None:
    assert line(name) == expected


def test_habits_of_weekends_are_those_of_weekends(make_person: Callable[..., WindowBatch]) -> None:
    values = np.zeros((7 * 1440, 1), dtype=np.float32)
    values[5 * 1440 :] = 50  # Saturday and Sunday
    seen = np.ones(values.shape, dtype=np.bool_)
    seen[6 * 1440 + 600 : 6 * 1440 + 660] = False
    cells = Cells.of(~seen)
    population = Population(mean=np.array([7.0]), time_of_day=np.full((1440, 1), 9.0))
    known = {"weekday": np.arange(7), "population": population}
    assert guess("personal_weekday", values, seen, cells, **known) == pytest.approx(50)
    assert guess("personal_time_of_day", values, seen, cells, **known).max() < 20


def test_neighbours_at_both_ends() -> None:
    beside = Neighbours.of(SEEN, Cells.of(~SEEN))
    assert beside.left.tolist() == [0, 0, 3]
    assert beside.right.tolist() == [3, 3, 5]


def test_a_wanted_value_cannot_change_any_guess(make_person: Callable[..., WindowBatch]) -> None:
    days = make_person("a")
    values = days.values.reshape(-1, 2).copy()
    seen = np.ones(values.shape, dtype=np.bool_)
    seen[3000:3100] = False
    cells = Cells.of(~seen)
    population = Population.of(days.values, days.seen)
    before = [
        guess(n, np.where(seen, values, 0), seen, cells, weekday=np.arange(5), population=population) for n in NAMES
    ]
    values[3000:3100] += 99
    after = [
        guess(n, np.where(seen, values, 0), seen, cells, weekday=np.arange(5), population=population) for n in NAMES
    ]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
