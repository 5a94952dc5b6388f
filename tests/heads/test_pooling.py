"""Pooling: each way by hand on three days, and unknown ways refused."""

import numpy as np
import pytest
from jaxtyping import TypeCheckError

from sennight.errors import InputError
from sennight.heads import pool
from sennight.record import DayEmbedding


def days(weekday: tuple[int, ...] = (4, 5, -1)) -> DayEmbedding:
    values = np.zeros((1, 3, 2), dtype=np.float32)
    values[0, 0], values[0, 1] = (1.0, 10.0), (3.0, 30.0)
    seen = np.array([[True, True, False]])
    return DayEmbedding(
        people=("a",), values=values, seen=seen, weekday=np.array([weekday], dtype=np.int8), backbone="b"
    )


@pytest.mark.parametrize(
    ("how", "row"),
    [
        ("mean", [2, 20]),
        ("mean_sd", [2, 20, 1, 10]),
        ("quantiles", [1.2, 12, 2, 20, 2.8, 28]),
        ("weekend", [2, 20, 2, 20]),
        ("days", [1, 1, 0, 1, 10, 3, 30, 0, 0]),
    ],
)
def test_each_way_is_what_it_says(how, row):
    made = pool(days(), how)
    np.testing.assert_allclose(made.values[0], row, rtol=1e-6)
    assert made.days_used.tolist() == [2]


def test_without_a_weekend_there_is_no_contrast_and_without_weekdays_a_refusal():
    np.testing.assert_allclose(pool(days((0, 1, -1)), "weekend").values[0], [2, 20, 0, 0])
    with pytest.raises(InputError, match="weekdays"):
        pool(days((-1, 2, -1)), "weekend")


def test_an_unknown_way_is_refused():
    with pytest.raises((InputError, TypeCheckError)):
        pool(days(), "median")
