from datetime import date

import pytest

from sennight.agent.questions.dates import AmbiguousDate, Today, read_date, weekday_sets, windows_in, with_weekdays
from sennight.agent.window import ALL, LastNDays, Nights
from sennight.errors import InputError

NOW = Today(today=date(2016, 5, 12), first=date(2016, 4, 12))  # a Thursday


def read(text: str) -> list[str]:
    return [str(w) for _, _, w in windows_in(text, NOW)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("steps last week", "last_week"), ("over the past week", "last_7_days"), ("the last 2 weeks", "last_14_days"),
        ("in the previous month", "last_month"), ("this month so far", "this_month"), ("yesterday", "yesterday"),
        ("3 days ago", "last_1_days:ago:3"), ("2 weeks ago", "calendar:week:-2"), ("the day before yesterday", "last_1_days:ago:2"),
        ("last night", "nights:today"), ("over the last 7 nights", "nights:last_7_days"), ("in april", "2016-04-01..2016-04-30"),
        ("in march 2015", "2015-03-01..2015-03-31"), ("in december", "2015-12-01..2015-12-31"), ("in 2015", "2015-01-01..2015-12-31"),
        ("on 30 april", "2016-04-30"), ("on april 30th, 2016", "2016-04-30"), ("on 2016-04-30", "2016-04-30"),
        ("since 1 may", "since:2016-05-01"), ("since the device change", "since:device_change"), ("on monday", "last_1_days:ago:3"),
        ("last thursday", "last_1_days:ago:7"), ("between 20 april and 2 may 2016", "2016-04-20..2016-05-02"),
        ("from april 20 to 2016-05-02", "2016-04-20..2016-05-02"), ("the week of 20 april", "2016-04-18..2016-04-24"),
        ("over all time", "all"), ("on 20 december", "2015-12-20"),
    ],
)  # fmt: skip
def test_plain_words_become_one_window(text: str, words: str) -> None:
    assert read(text) == [words]


def test_may_alone_is_no_month() -> None:
    assert read("how many steps may i take") == []
    assert read("steps in may") == ["2016-05-01..2016-05-31"]


def test_two_windows_come_in_the_order_of_the_text() -> None:
    assert read("steps this week compared to last week") == ["this_week", "last_week"]


def test_dates_that_countries_read_differently_are_not_guessed() -> None:
    for text in ("on 3/4/2016", "on 03.04.2016", "on 3/4"):
        with pytest.raises(AmbiguousDate, match="read in two ways"):
            read(text)


@pytest.mark.parametrize("text", ["on 31 april", "on 2016-02-30", "on 0 may"])
def test_impossible_dates_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no date"):
        read(text)


def test_a_date_without_a_year_is_the_latest_not_after_today() -> None:
    assert read_date("13 may", NOW) == date(2015, 5, 13)
    assert read_date("12 may", NOW) == date(2016, 5, 12)


def test_weekdays_in_general() -> None:
    assert [days for *_, days in weekday_sets("on weekends than on weekdays")] == [
        frozenset({5, 6}),
        frozenset(range(5)),
    ]
    assert [days for *_, days in weekday_sets("on mondays and fridays")] == [frozenset({0, 4})]
    assert str(with_weekdays(Nights(of=LastNDays(n=30)), frozenset({6}))) == "nights:weekdays:sun:last_30_days"
    assert str(with_weekdays(ALL, frozenset({6}))) == "weekdays:sun:all"
