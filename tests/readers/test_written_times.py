"""Times as they are written: one rule for a column, from all its cells; T-06 and failure 5."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from sennight.errors import ReadError
from sennight.readers.written_times import wall_times


def _read(*texts: str) -> list[str]:
    seconds, usable, _, _ = wall_times(pl.Series(list(texts)))
    return [str(np.datetime64(int(s), "s")) if ok else "-" for s, ok in zip(seconds, usable, strict=True)]


CASES: dict[str, dict[str, str]] = {
    "ISO": {"2024-03-05T10:15:30": "2024-03-05T10:15:30", "2024-03-05 10:15": "2024-03-05T10:15:00"},
    "fractions are floored": {"2024-03-05T10:15:30.999": "2024-03-05T10:15:30"},
    "a date alone": {"2024-03-05": "2024-03-05T00:00:00"},
    "basic ISO": {
        "20240305T101530Z": "2024-03-05T10:15:30",
        "20240305": "2024-03-05T00:00:00",
        "20240305 1015": "2024-03-05T10:15:00",
    },
    "slashes, year first": {"2024/3/5 9:05": "2024-03-05T09:05:00"},
    "the American order": {"3/14/24 1:05 PM": "2024-03-14T13:05:00", "3/5/24 12:05 am": "2024-03-05T00:05:00"},
    "the day first": {"14/3/2024": "2024-03-14T00:00:00", "5/3/2024 05:06": "2024-03-05T05:06:00"},
    "points mean the day first": {"5.3.2024 23:59:59": "2024-03-05T23:59:59", "05.03.24": "2024-03-05T00:00:00"},
    "equal numbers need no order": {"03/03/2024": "2024-03-03T00:00:00"},
    "names of months": {
        "Mar 5, 2024 10:00 AM": "2024-03-05T10:00:00",
        "5 March 2024": "2024-03-05T00:00:00",
        "Tue, Dec 1, 2024": "2024-12-01T00:00:00",
        "5-Mar-24 3:00": "2024-03-05T03:00:00",
    },
    "years of two digits": {"13/3/68": "2068-03-13T00:00:00", "13/3/70": "1970-03-13T00:00:00"},
    "noon and midnight": {
        "2024-01-01 12:00 PM": "2024-01-01T12:00:00",
        "2024-01-01 12:00 AM": "2024-01-01T00:00:00",
        "2024-01-01 01:00 p.m.": "2024-01-01T13:00:00",
    },
    "midnight at the end, leap second": {
        "2024-01-01 24:00": "2024-01-02T00:00:00",
        "2016-12-31T23:59:60": "2017-01-01T00:00:00",
    },
    "days that no calendar has": {
        "2024-02-30": "-",
        "2023-02-29": "-",
        "2024-02-29": "2024-02-29T00:00:00",
        "2024-13-01": "-",
    },
    "times that no clock has": {"2024-01-01 25:00": "-", "2024-01-01 10:61": "-", "2024-01-01 13:00 AM": "-"},
    "no times": {"": "-", "--": "-", "yesterday": "-", "12345": "-"},
}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.replace(" ", "-"))
def test_times_are_read_as_they_are_meant(case: str) -> None:
    assert _read(*CASES[case]) == list(CASES[case].values())


def test_offsets_are_given_along_with_the_wall_clock() -> None:
    texts = ["2024-03-05T10:15:00+02:00", "2024-03-05 10:15 -0330", "2024-03-05T10:15:00Z", "2024-03-05 10:15 UTC+0530",
             "2024-03-05T10:15:00+01", "2024-03-05 10:15", "2024-03-05T10:15:00+19:00"]  # fmt: skip
    seconds, usable, offset, known = wall_times(pl.Series(texts))
    assert offset.tolist() == [7_200, -12_600, 0, 19_800, 3_600, 0, 0]
    assert known.tolist() == [True, True, True, True, True, False, False]
    assert usable.tolist() == [True] * 6 + [False]
    assert len(set(seconds[:6].tolist())) == 1


def test_an_ambiguous_column_asks_and_an_answer_settles_it() -> None:
    """T-06: a question, not a guess."""
    column = pl.Series("Date", ["03/04/2024", "05/06/2024"])
    with pytest.raises(ReadError, match=r"'Date'.*March or in April"):
        wall_times(column)
    march = wall_times(column, day_first=False)[0]
    april = wall_times(column, day_first=True)[0]
    assert str(np.datetime64(int(march[0]), "s"))[:10] == "2024-03-04"
    assert str(np.datetime64(int(april[0]), "s"))[:10] == "2024-04-03"


def test_one_sure_date_decides_for_all_others() -> None:
    assert _read("03/04/2024", "25/04/2024") == ["2024-04-03T00:00:00", "2024-04-25T00:00:00"]
    assert _read("03/04/2024", "04/25/2024") == ["2024-03-04T00:00:00", "2024-04-25T00:00:00"]


def test_two_orders_in_one_column_are_refused_but_a_damaged_date_is_not_an_order() -> None:
    with pytest.raises(ReadError, match="day first and dates with the month first"):
        wall_times(pl.Series(["13/03/2024", "03/13/2024"]))
    texts = [f"03/{d}/2024" for d in range(13, 29)] * 10 + ["18/03/2024"]
    assert _read(*texts)[-1] == "-"
    assert _read(*texts)[0] == "2024-03-13T00:00:00"


def test_every_day_of_a_century_is_the_calendars() -> None:
    days = [dt.date(1960, 1, 1) + dt.timedelta(days=37 * i) for i in range(1_000)]
    seconds, usable, _, _ = wall_times(pl.Series([d.isoformat() for d in days]))
    assert usable.all()
    assert (seconds // 86_400).tolist() == [(d - dt.date(1970, 1, 1)).days for d in days]
