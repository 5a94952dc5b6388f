"""Gold on days that can be counted by hand."""

from datetime import date, timedelta

import polars as pl
import pytest

from sennight.agent.exam.gold import Record, answer, dates_of
from sennight.agent.exam.spec import Question, When

FIRST = date(2024, 3, 4)
ALL = When(sort="all")


def record(levels: list[float], *, channel: str = "steps", minutes: int = 1_440) -> Record:
    frame = pl.concat([
        pl.DataFrame({"date": [FIRST + timedelta(days=i)] * minutes, "minute": list(range(minutes)), channel: [level] * minutes})
        for i, level in enumerate(levels)
    ])  # fmt: skip
    facts = pl.DataFrame(schema={"name": pl.String, "date": pl.Date, "value": pl.Float64})
    return Record(minutes=frame, facts=facts, new_devices=(), today=FIRST + timedelta(days=len(levels) - 1))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (Question(kind="value", metric="steps", when=ALL), [("", 2 * 1440.0)]),
        (
            Question(kind="value", metric="steps", agg="total", when=When(sort="last", n=2, unit="day")),
            [("", 5 * 1440.0)],
        ),
        (Question(kind="top", metric="steps", agg="highest", when=ALL), [("2024-03-06", 3 * 1440.0)]),
        (Question(kind="threshold", metric="steps", condition=">=2880", when=ALL), [("", 2.0)]),
        (
            Question(kind="value", metric="steps", hours="22:00-06:00", when=When(sort="day", first=FIRST)),
            [("", 480.0)],
        ),
        (Question(kind="coverage", metric="steps", when=ALL), [("", 3.0)]),
        (Question(kind="value", metric="glucose", when=ALL), None),
        (Question(kind="trend", metric="steps", when=ALL), None),
    ],
)
def test_answers_are_those_of_a_hand(question: Question, expected: object) -> None:
    assert answer(record([1.0, 2.0, 3.0]), question) == expected


def test_a_day_of_599_minutes_does_not_count() -> None:
    assert answer(record([1.0], minutes=599), Question(kind="value", metric="steps", when=ALL)) is None
    assert answer(record([1.0], minutes=600), Question(kind="value", metric="steps", when=ALL)) == [("", 600.0)]


def test_a_rising_line_has_its_slope_a_week() -> None:
    found = answer(record([float(i) for i in range(10)]), Question(kind="trend", metric="steps", when=ALL))
    assert found == [("", 7 * 1440.0)]


def test_calendar_windows() -> None:
    made = record([1.0] * 10)  # to Wednesday 13 March 2024
    week = dates_of(When(sort="calendar", n=-1, unit="week"), made)
    assert (week[0], week[-1]) == (date(2024, 3, 4), date(2024, 3, 10))
    month = dates_of(When(sort="calendar", n=-1, unit="month"), made)
    assert (month[0], month[-1]) == (date(2024, 2, 1), date(2024, 2, 29))
