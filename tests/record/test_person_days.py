"""Person-days are whole local days with nothing where nothing was seen; batches stack, take and select them."""

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sennight.errors import PrepareError
from sennight.record import MINUTES_PER_DAY, WINDOW_DAYS, PersonDays, WindowBatch

NEW_YEAR = dt.date(2024, 12, 31)  # the 366th day of a leap year


def window(
    person: str = "p",
    *,
    days: int = 1,
    channels: tuple[str, ...] = ("heart_rate", "steps"),
    first_date: dt.date | None = NEW_YEAR,
    seed: int = 0,
    **changes: object,
) -> PersonDays:
    rng = np.random.default_rng(seed)
    values = rng.uniform(30, 90, (days * MINUTES_PER_DAY, len(channels))).astype(np.float32)
    seen = rng.random(values.shape) < 0.5
    fields = {
        "person": person,
        "first_date": first_date,
        "ordinal": first_date.toordinal() if first_date else 3,
        "weekday": first_date.weekday() if first_date else -1,
        "values": np.where(seen, values, np.float32(0)),
        "seen": seen,
        "channels": channels,
        **changes,
    }
    return PersonDays(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("days", WINDOW_DAYS)
def test_a_window_knows_how_many_days_it_holds(days: int) -> None:
    assert window(days=days).days == days


@pytest.mark.parametrize("minutes", [0, 1_439, 1_441, 2 * MINUTES_PER_DAY, 8 * MINUTES_PER_DAY])
def test_a_window_of_another_length_is_refused(minutes: int) -> None:
    values = np.zeros((minutes, 1), dtype=np.float32)
    with pytest.raises(PrepareError, match=f"1 or 7 days of 1440 minutes, not {minutes} minutes"):
        window(values=values, seen=values > 0, channels=("steps",))


def test_a_window_whose_channels_are_miscounted_is_refused() -> None:
    with pytest.raises(PrepareError, match="differ in shape"):
        window(values=np.zeros((MINUTES_PER_DAY, 3), dtype=np.float32), seen=np.zeros((MINUTES_PER_DAY, 3), np.bool_))


@pytest.mark.parametrize("weekday", [-2, 7])
def test_a_weekday_that_is_none_is_refused(weekday: int) -> None:
    with pytest.raises(PrepareError, match="weekday is 0"):
        window(weekday=weekday)


@pytest.mark.parametrize("value", [1.0, np.nan, np.inf, -np.inf])
def test_an_unseen_cell_that_is_not_0_is_refused(value: float) -> None:
    made = window()
    made.values[np.flatnonzero(~made.seen[:, 0])[0], 0] = value
    with pytest.raises(PrepareError, match="must hold 0"):
        window(values=made.values, seen=made.seen)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_seen_cell_that_is_not_finite_is_refused(value: float) -> None:
    made = window()
    made.values[np.flatnonzero(made.seen[:, 0])[0], 0] = value
    with pytest.raises(PrepareError, match="finite number"):
        window(values=made.values, seen=made.seen)


def test_a_minute_is_worn_if_any_channel_was_seen() -> None:
    seen = np.zeros((MINUTES_PER_DAY, 2), dtype=np.bool_)
    seen[0:10, 0], seen[5:15, 1] = True, True
    assert window(values=np.zeros(seen.shape, dtype=np.float32), seen=seen).worn_minutes == 15


def some_of(*channels: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(channels), min_size=1, unique=True)


@settings(max_examples=15, deadline=None)
@given(
    held=st.lists(some_of("heart_rate", "steps", "mims"), min_size=1, max_size=3),
    asked=some_of("heart_rate", "steps", "mims", "glucose"),
)
def test_stacking_and_selecting_move_every_cell_to_its_channel(held: list[list[str]], asked: list[str]) -> None:
    windows = [window(channels=tuple(names), seed=i) for i, names in enumerate(held)]
    straight = WindowBatch.stack(windows, tuple(asked))
    detour = WindowBatch.stack(windows).select(asked)
    for batch in (straight, detour):
        assert batch.channels == tuple(asked)
        for i, made in enumerate(windows):
            for k, name in enumerate(asked):
                if name in made.channels:
                    j = made.channels.index(name)
                    assert np.array_equal(batch.values[i, :, k], made.values[:, j])
                    assert np.array_equal(batch.seen[i, :, k], made.seen[:, j])
                else:
                    assert not batch.seen[i, :, k].any()
                    assert not batch.values[i, :, k].any()


def test_stacking_without_asking_takes_all_channels_in_the_order_they_come() -> None:
    batch = WindowBatch.stack([window(channels=("steps",)), window(channels=("heart_rate", "steps"))])
    assert batch.channels == ("steps", "heart_rate")


def test_stacking_keeps_who_and_when() -> None:
    undated = window("q", first_date=None, weekday=4)
    batch = WindowBatch.stack([window("p"), undated])
    assert len(batch) == 2
    assert batch.people == ("p", "q")
    assert batch.ordinal == (NEW_YEAR.toordinal(), 3)
    assert batch.weekday.tolist() == [1, 4]
    assert batch.day_of_year.tolist() == [366, -1]


def test_stacking_nothing_is_refused_with_what_to_do() -> None:
    with pytest.raises(PrepareError, match="no windows to stack") as refused:
        WindowBatch.stack([])
    assert "wear report" in refused.value.todo


def test_stacking_a_day_on_a_week_is_refused() -> None:
    with pytest.raises(PrepareError, match="cannot be stacked together"):
        WindowBatch.stack([window(), window(days=7)])


def test_taking_rows_gives_those_windows_in_that_order(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(4)
    taken = batch.take(np.array([3, 1, 3]))
    assert taken.people == (batch.people[3], batch.people[1], batch.people[3])
    assert taken.ordinal == (3, 1, 3)
    for part in ("weekday", "day_of_year", "values", "seen"):
        assert np.array_equal(getattr(taken, part), getattr(batch, part)[[3, 1, 3]]), part
    assert len(batch.take(np.arange(0))) == 0


def test_selecting_keeps_who_and_when(windows: Callable[..., WindowBatch]) -> None:
    batch = windows(3)
    chosen = batch.select(["heart_rate"])
    assert (chosen.people, chosen.ordinal) == (batch.people, batch.ordinal)
    assert np.array_equal(chosen.weekday, batch.weekday)
    assert np.array_equal(chosen.day_of_year, batch.day_of_year)


def test_a_batch_whose_parts_differ_in_length_is_refused(windows: Callable[..., WindowBatch]) -> None:
    with pytest.raises(PrepareError, match="differ in length"):
        WindowBatch(**{**vars(windows(3)), "people": ("p",)})


def test_a_batch_whose_channels_are_miscounted_is_refused(windows: Callable[..., WindowBatch]) -> None:
    with pytest.raises(PrepareError, match="differ in shape"):
        WindowBatch(**{**vars(windows(3)), "channels": ("steps",)})
