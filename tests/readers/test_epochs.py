"""Epochs of any length become samples, and times are understood from the whole table."""

import numpy as np
import polars as pl
import pytest

from sennight.errors import ReadError
from sennight.readers.epochs import add_epochs, epoch_length, epoch_times
from sennight.readers.gathering import Gathering
from sennight.readers.reader import ReadReport

MIDNIGHT = 1_577_836_800  # 2020-01-01


def gathered(name: str, values: list[float], *, epoch_s: int) -> tuple[np.ndarray, np.ndarray]:
    gathering = Gathering(person="p", report=ReadReport(reader="r", source="s"))
    starts = MIDNIGHT + epoch_s * np.arange(len(values), dtype=np.int64)
    add_epochs(
        gathering, name, starts=starts, values=np.array(values), epoch_s=epoch_s, device="d", source="s", sha256=""
    )
    (recording,) = gathering.recordings()
    return recording.times_utc - MIDNIGHT, recording.values


@pytest.mark.parametrize("epoch_s", [2, 15, 30, 60])
def test_epochs_that_divide_a_minute_stay_as_they_are(epoch_s: int) -> None:
    times, values = gathered("actiwatch_counts", [5.0, 0.0, 7.0], epoch_s=epoch_s)
    assert times.tolist() == [0, epoch_s, 2 * epoch_s]
    assert values.tolist() == [5.0, 0.0, 7.0]


def test_counts_of_a_long_epoch_are_spread_and_their_sum_is_kept() -> None:
    times, values = gathered("actiwatch_counts", [300.0, 50.0], epoch_s=300)
    assert times.tolist() == [60 * i for i in range(10)]
    assert values.tolist() == [60.0] * 5 + [10.0] * 5


def test_a_state_of_a_long_epoch_is_held() -> None:
    times, values = gathered("asleep", [1.0, 0.0], epoch_s=120)
    assert len(times) == 8
    assert values.tolist() == [1.0] * 4 + [0.0] * 4


def test_the_usual_step_is_the_epoch_whatever_gaps_there_are() -> None:
    assert epoch_length(np.array([0, 15, 30, 90_000, 90_015], dtype=np.int64), where="w") == 15
    with pytest.raises(ReadError, match="no common step"):
        epoch_length(np.array([0, 90_000], dtype=np.int64), where="w")


def days(order: str, *, first: str = "2020-02-01", n: int = 5) -> pl.Series:
    hours = np.arange(np.datetime64(first, "h"), np.datetime64(first, "h") + 24 * n)
    return pl.Series("t", [h.astype(object).strftime(f"{order} %H:%M") for h in hours])


@pytest.mark.parametrize("order", ["%d/%m/%Y", "%m/%d/%Y"])
def test_rows_that_follow_each_other_tell_day_from_month(order: str) -> None:
    """T-06: 01/02 to 05/02 holds no number above 12, and only one order makes it five days in a row."""
    times = epoch_times(days(order), where="w")
    assert times.usable.all()
    assert np.unique(np.diff(times.starts)).tolist() == [3_600]
    assert np.datetime64(int(times.starts[0]), "s") == np.datetime64("2020-02-01")


def test_one_day_alone_cannot_tell_and_asks() -> None:
    """T-06: ambiguous is a question, not a guess."""
    with pytest.raises(ReadError, match="March or in April"):
        epoch_times(days("%d/%m/%Y", n=1), where="w")


def test_days_that_the_file_tells_elsewhere_answer_for_it() -> None:
    """T-06."""
    february, march = (int(np.datetime64(d, "s").astype(np.int64)) for d in ("2020-02-01", "2020-03-01"))
    times = epoch_times(days("%d/%m/%Y", n=1), where="w", between=(february, march))
    assert np.datetime64(int(times.starts[0]), "s") == np.datetime64("2020-02-01")


def test_a_number_above_twelve_decides_for_all_rows() -> None:
    times = epoch_times(pl.Series("t", ["03/04/2020 10:00", "13/04/2020 10:00"]), where="w")
    assert np.datetime64(int(times.starts[0]), "s") == np.datetime64("2020-04-03T10:00")


def test_dates_in_no_known_form_are_refused() -> None:
    with pytest.raises(ReadError, match="cannot be understood"):
        epoch_times(pl.Series("t", ["yesterday", "today"]), where="w")
