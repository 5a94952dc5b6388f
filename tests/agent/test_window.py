from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sennight.agent.window import (
    Between,
    Calendar,
    LastNDays,
    Nights,
    Since,
    Span,
    Unit,
    Weekdays,
    Window,
    on_calendar,
    parse_window,
)
from sennight.errors import InputError

THURSDAY = date(2016, 5, 12)
RECORDED = (date(2016, 4, 12), THURSDAY)


def span(words: str, **more: object) -> Span:
    return on_calendar(parse_window(words), today=THURSDAY, recorded=RECORDED, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("all", "2016-04-12", "2016-05-12"),
        ("today", "2016-05-12", "2016-05-12"),
        ("yesterday", "2016-05-11", "2016-05-11"),
        ("last_7_days", "2016-05-06", "2016-05-12"),
        ("last_7_days:ago:7", "2016-04-29", "2016-05-05"),
        ("this_week", "2016-05-09", "2016-05-15"),
        ("last_week", "2016-05-02", "2016-05-08"),
        ("calendar:week:-2", "2016-04-25", "2016-05-01"),
        ("last_month", "2016-04-01", "2016-04-30"),
        ("calendar:month:-5", "2015-12-01", "2015-12-31"),
        ("last_year", "2015-01-01", "2015-12-31"),
        ("2016-04-20..2016-04-22", "2016-04-20", "2016-04-22"),
        ("2016-04-20", "2016-04-20", "2016-04-20"),
        ("since:2016-05-10", "2016-05-10", "2016-05-12"),
        (" Last_7_Days ", "2016-05-06", "2016-05-12"),
    ],
)
def test_words_become_dates(words: str, first: str, last: str) -> None:
    found = span(words)
    assert (str(found.first), str(found.last)) == (first, last)


def test_a_week_begins_on_monday_and_may_reach_beyond_today() -> None:
    assert span("this_week").first.weekday() == 0


def test_nights_and_weekdays_keep_their_window() -> None:
    nights = span("nights:last_7_days")
    assert nights.nights
    assert nights.first == date(2016, 5, 6)
    weekend = span("weekdays:sat+sun:last_7_days")
    assert weekend.dates == (date(2016, 5, 7), date(2016, 5, 8))
    assert not weekend.holds(date(2016, 5, 9))
    assert str(span("nights:weekdays:sun:all")) == "nights ending Sundays of 12 Apr 2016 to 12 May 2016"


def test_since_knows_the_persons_events_and_no_others() -> None:
    assert span("since:device_change", events={"device_change": date(2016, 5, 1)}).first == date(2016, 5, 1)
    with pytest.raises(InputError, match="no event is called 'surgery'") as error:
        span("since:surgery", events={"device_change": date(2016, 5, 1)})
    assert "device_change" in error.value.todo


@pytest.mark.parametrize(
    "words",
    [
        "", "lately", "last_0_days", "last_99999999_days", "2016-13-01", "2016-05-02..2016-05-01", "nights:nights:all",
        "weekdays:fun:all", "weekdays::all", "weekdays:sat:nights:all", "since:", "since:../etc", "calendar:day:-1",
        "2016-04-01..2016-04-02..2016-04-03", "'; DROP TABLE days", "last_-3_days", "calendar:week:99999",
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_the_forms(words: str) -> None:
    with pytest.raises(InputError) as error:
        parse_window(words)
    assert error.value.todo


def test_a_window_that_leaves_the_calendar_is_refused() -> None:
    with pytest.raises(InputError, match="runs out of the calendar"):
        span("calendar:year:-5000")


days = st.one_of(
    st.builds(LastNDays, n=st.integers(1, 4_000), ago=st.integers(0, 400)),
    st.builds(Calendar, unit=st.sampled_from(Unit), offset=st.integers(-300, 9)),
    st.dates(date(1990, 1, 1), date(2030, 1, 1)).map(lambda d: Between(first=d, last=d.replace(year=2031))),
    st.sampled_from(["2016-05-01", "device_change"]).map(lambda e: Since(event=e)),
)
weekdays = st.builds(Weekdays, days=st.frozensets(st.integers(0, 6), min_size=1), of=days)
windows: st.SearchStrategy[Window] = st.one_of(days, weekdays, st.one_of(days, weekdays).map(lambda w: Nights(of=w)))


@given(windows)
def test_every_window_is_read_back_from_its_words(window: Window) -> None:
    assert parse_window(str(window)) == window


@given(windows, st.dates(date(1990, 1, 1), date(2030, 1, 1)))
def test_every_date_of_a_span_is_inside_it(window: Window, today: date) -> None:
    found = on_calendar(window, today=today, recorded=RECORDED, events={"device_change": date(1990, 1, 1)})
    assert all(found.holds(day) for day in found.dates[:400])


@given(st.text(max_size=40))
def test_no_text_gives_anything_but_a_window_or_a_refusal(text: str) -> None:
    try:
        parsed = parse_window(text)
    except InputError:
        return
    assert parse_window(str(parsed)) == parsed
