"""A minute table has one reason a cell, and a value exactly where the reason is SEEN."""

import numpy as np
import pytest

from sennight.errors import PrepareError
from sennight.record import Clock, MinuteTable, Why, channel


def table(**changes: object) -> MinuteTable:
    """Three minutes of two channels; the second minute is off body, the third has no pulse."""
    fields = {
        "person": "p",
        "clock": Clock.INSTANT,
        "start_utc": 1_700_000_040,
        "offset_min": np.full(3, 60, dtype=np.int16),
        "values": np.array([[60, 12], [0, 0], [0, 0]], dtype=np.float32),
        "why": np.array(
            [[Why.SEEN, Why.SEEN], [Why.OFF_BODY, Why.OFF_BODY], [Why.NOT_MEASURED, Why.SEEN]], dtype=np.uint8
        ),
        "channels": (channel("heart_rate"), channel("steps")),
        "devices": ("band",),
        **changes,
    }
    return MinuteTable(**fields)  # type: ignore[arg-type]


def test_seen_is_where_the_reason_says_so_even_where_the_value_is_0() -> None:
    assert table().seen.tolist() == [[True, True], [False, False], [False, True]]


def test_a_table_may_have_no_minute() -> None:
    empty = table(
        offset_min=np.empty(0, dtype=np.int16),
        values=np.empty((0, 2), dtype=np.float32),
        why=np.empty((0, 2), dtype=np.uint8),
    )
    assert empty.seen.shape == (0, 2)


@pytest.mark.parametrize("start_utc", [1, 59, 1_700_000_041])
def test_a_start_inside_a_minute_is_refused(start_utc: int) -> None:
    with pytest.raises(PrepareError, match="must start on a whole minute"):
        table(start_utc=start_utc)


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(PrepareError, match="differ in length"):
        table(channels=(channel("heart_rate"),))


def test_a_cell_without_a_reason_is_refused() -> None:
    why = table().why.copy()
    why[1, 1] = max(Why) + 1
    with pytest.raises(PrepareError, match="a minute without a reason"):
        table(why=why)


@pytest.mark.parametrize("why", list(Why))
def test_only_a_seen_cell_may_hold_a_value(why: Why) -> None:
    reasons = table().why.copy()
    reasons[0, 0] = why
    if why is Why.SEEN:
        assert table(why=reasons).seen[0, 0]
        return
    with pytest.raises(PrepareError, match="not seen must hold 0"):
        table(why=reasons)


@pytest.mark.parametrize("place", [(0, 0), (1, 0)])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_value_that_is_not_finite_is_refused_seen_or_not(place: tuple[int, int], value: float) -> None:
    values = table().values.copy()
    values[place] = value
    with pytest.raises(PrepareError, match="a seen one a finite number"):
        table(values=values)


def test_every_reason_has_its_own_number_and_seen_is_0() -> None:
    assert [int(why) for why in Why] == list(range(len(Why)))
    assert Why.SEEN == 0
