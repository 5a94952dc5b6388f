"""Day embeddings refuse what cannot be, and give rows and columns back as they were."""

import numpy as np
import pytest

from sennight.errors import InputError
from sennight.record import DayEmbedding


def parts(**changes: object) -> dict:
    return {
        "people": ("a", "b"),
        "values": np.arange(12, dtype=np.float32).reshape(2, 2, 3) + 1,
        "seen": np.ones((2, 2), dtype=np.bool_),
        "weekday": np.zeros((2, 2), dtype=np.int8),
        "backbone": "b-1",
        "columns": ("last/hr", "last/steps", "first/hr"),
        **changes,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"people": ("a",)},
        {"people": ("a", "a")},
        {"values": np.full((2, 2, 3), np.nan, dtype=np.float32)},
        {"seen": np.array([[True, True], [False, False]])},
        {"seen": np.array([[True, True], [True, False]])},
        {"columns": ("x",)},
        {"backbone": ""},
    ],
)
def test_what_cannot_be_is_refused(changes):
    DayEmbedding(**parts())
    with pytest.raises(InputError):
        DayEmbedding(**parts(**changes))


def test_rows_begin_with_which_days_there_are_unless_there_is_only_one():
    one = DayEmbedding(**parts())
    assert one.rows()[0].tolist() == [1, 1, 1, 2, 3, 4, 5, 6]
    single = {"values": one.values[:, :1], "seen": one.seen[:, :1], "weekday": one.weekday[:, :1]}
    assert DayEmbedding(**parts(**single)).rows()[0].tolist() == [1, 2, 3]


def test_layers_and_channels_are_chosen_by_name():
    one = DayEmbedding(**parts())
    assert one.select() is one
    assert one.select(channels=("hr",)).columns == ("last/hr", "first/hr")
    assert one.select(layers=("last",), channels=("hr",)).values[1].tolist() == [[7.0], [10.0]]
    with pytest.raises(InputError, match="no sweat"):
        one.select(channels=("sweat",))
    with pytest.raises(InputError, match="both"):
        one.select(layers=("first",), channels=("steps",))
    with pytest.raises(InputError):
        DayEmbedding(**parts(columns=())).select(channels=("hr",))
