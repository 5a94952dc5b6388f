"""Daily facts become rows; own levels are taken out without looking at answers."""

import datetime as dt

import numpy as np

from sennight.record import Facts
from sennight.record.facts import Fact
from sennight.stages.wrist.dated import daily, matrix, own_level_removed

MONDAY = dt.date(2024, 1, 1)
FACTS = Facts.from_rows(
    [
        Fact("a", "steps", 10.0, "count", "test", MONDAY),
        Fact("a", "steps", 20.0, "count", "test", MONDAY),
        Fact("a", "pulse", 60.0, "1/min", "test", MONDAY + dt.timedelta(days=1)),
        Fact("b", "steps", 7.0, "count", "test"),
    ]
)


def test_a_day_is_a_row_and_its_values_are_averaged() -> None:
    table = daily(FACTS, ("steps", "pulse", "absent"))
    assert table["person"].to_list() == ["a", "a"]  # a fact without a date is of no day
    x = matrix(table, ("steps", "pulse", "absent"))
    assert x[0, 0] == 15
    assert np.isnan(x[0, 1])
    assert x.shape == (2, 2)
    assert len(daily(FACTS, ("absent",))) == 0


def test_own_levels_are_medians_of_a_persons_days() -> None:
    table = daily(FACTS, ("steps", "pulse"))
    assert own_level_removed(table, ("steps",))["steps"].to_list()[0] == 0
