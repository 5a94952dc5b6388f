"""Windows: which days a question is about; a closed set of kinds, written as short words and parsed by code alone.

    all                         everything that was recorded
    today, yesterday            one day
    last_7_days                 that many days up to and including today
    this_week, last_month       a calendar week (Monday first), month or year; `calendar:week:-3` for others
    2016-04-12..2016-05-12      both ends included; one date alone is one day
    since:2016-04-20            from a date, or an event of the person (`since:device_change`), up to today
    nights:last_14_days         the nights whose morning lies in the window
    weekdays:sat+sun:all        only those weekdays of another window

"Today" is handed in: a store that ends in May is asked about as of its last day unless the caller says otherwise, so
that the same question gives the same answer. No clock is read here. A night belongs to the day of its waking up.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sennight.errors import InputError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_DAYS = 36_500  # a hundred years; beyond it a number was mistyped
FORMS = (
    "all, today, yesterday, last_7_days, this_week, last_month, calendar:week:-3, 2024-03-01..2024-03-31, "
    "since:2024-03-01, nights:last_14_days, weekdays:sat+sun:last_30_days"
)


class Unit(StrEnum):
    """Calendar units; weeks begin on Monday (ISO 8601)."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True)
class Everything:
    """All recorded days."""

    def __str__(self) -> str:
        return "all"


@dataclass(frozen=True, kw_only=True)
class LastNDays:
    """`n` days that end `ago` days before today (0: with today). Raises: InputError if n is not 1 to 36,500."""

    n: int
    ago: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.n <= LONGEST_DAYS or not 0 <= self.ago <= LONGEST_DAYS:
            raise InputError(f"a window of {self.n} days", todo=f"Ask for 1 to {LONGEST_DAYS:,} days.")

    def __str__(self) -> str:
        if self.n == 1 and self.ago < 2:
            return ("today", "yesterday")[self.ago]
        return f"last_{self.n}_days" + (f":ago:{self.ago}" if self.ago else "")


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """A calendar week, month or year: offset 0 is the one that holds today, -1 the one before."""

    unit: Unit
    offset: int = 0

    def __str__(self) -> str:
        if self.offset in (0, -1):
            return f"{('this', 'last')[-self.offset]}_{self.unit}"
        return f"calendar:{self.unit}:{self.offset}"


@dataclass(frozen=True, kw_only=True)
class Between:
    """From one date to another, both included. Raises: InputError if they are the wrong way round."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InputError(
                f"a window that ends ({self.last}) before it begins ({self.first})", todo="Turn the two dates round."
            )

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"


@dataclass(frozen=True, kw_only=True)
class Since:
    """From a date, or from a named event of the person, up to today."""

    event: str

    def __str__(self) -> str:
        return f"since:{self.event}"


Days = Everything | LastNDays | Calendar | Between | Since


@dataclass(frozen=True, kw_only=True)
class Weekdays:
    """Only some weekdays (0 is Monday) of another window. Raises: InputError if none or unknown ones are named."""

    days: frozenset[int]
    of: Days

    def __post_init__(self) -> None:
        if not self.days or not self.days <= set(range(7)):
            raise InputError("a window of no weekday", todo=f"Name some of {', '.join(WEEKDAYS)}.")

    def __str__(self) -> str:
        return f"weekdays:{'+'.join(WEEKDAYS[d] for d in sorted(self.days))}:{self.of}"


@dataclass(frozen=True, kw_only=True)
class Nights:
    """The nights that end on a morning of another window."""

    of: Days | Weekdays

    def __str__(self) -> str:
        return f"nights:{self.of}"


Window = Days | Weekdays | Nights
ALL, TODAY, LAST_7_DAYS, LAST_30_DAYS = Everything(), LastNDays(n=1), LastNDays(n=7), LastNDays(n=30)


@dataclass(frozen=True, kw_only=True)
class Span:
    """A window on the calendar: first and last date, which weekdays of them, and whether nights are meant.

    `asked` is the window's own words. Raises: InputError if it holds no day.
    """

    first: date
    last: date
    weekdays: frozenset[int] = frozenset(range(7))
    nights: bool = False
    asked: str = "all"

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InputError(f"the window {self.asked} holds no day", todo="Ask about days that were recorded.")

    def holds(self, day: date) -> bool:
        """Is this date in it?"""
        return self.first <= day <= self.last and day.weekday() in self.weekdays

    @property
    def dates(self) -> tuple[date, ...]:
        """All its dates in order."""
        days = (self.first + timedelta(days=i) for i in range((self.last - self.first).days + 1))
        return tuple(day for day in days if day.weekday() in self.weekdays)

    def __str__(self) -> str:
        """As a person would say it.

        >>> str(Span(first=date(2016, 4, 12), last=date(2016, 5, 12)))
        '12 Apr 2016 to 12 May 2016'
        """
        said = _said(self.first) if self.first == self.last else f"{_said(self.first)} to {_said(self.last)}"
        if len(self.weekdays) < 7:
            said = f"{_weekdays_said(self.weekdays)} of {said}"
        return f"nights ending {said}" if self.nights else said


def _weekdays_said(days: frozenset[int]) -> str:
    if days in (frozenset({5, 6}), frozenset(range(5))):
        return "weekends" if 5 in days else "weekdays"
    names = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
    return ", ".join(names[d] for d in sorted(days))


def _said(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def parse_window(text: str) -> Window:
    """Read a window's words.

    >>> str(parse_window("nights: last_14_days"))
    'nights:last_14_days'

    Raises: InputError naming the forms it knows; nothing is guessed.
    """
    words = text.strip().lower().replace(" ", "")
    if words.startswith("nights:"):
        inner = parse_window(words[7:])
        if isinstance(inner, Nights):
            raise _unknown(text)
        return Nights(of=inner)
    if words.startswith("weekdays:"):
        names, _, rest = words[9:].partition(":")
        inner = parse_window(rest or "all")
        if isinstance(inner, Nights | Weekdays) or not set(names.split("+")) <= set(WEEKDAYS):
            raise _unknown(text)
        return Weekdays(days=frozenset(WEEKDAYS.index(name) for name in names.split("+")), of=inner)
    return _days(words, text)


def _days(words: str, text: str) -> Days:
    if words == "all":
        return Everything()
    if words in ("today", "yesterday"):
        return LastNDays(n=1, ago=("today", "yesterday").index(words))
    if found := re.fullmatch(r"last_(\d{1,5})_days(?::ago:(\d{1,5}))?", words):
        return LastNDays(n=int(found[1]), ago=int(found[2] or 0))
    if found := re.fullmatch(r"(this|last)_(week|month|year)", words):
        return Calendar(unit=Unit(found[2]), offset=0 if found[1] == "this" else -1)
    if found := re.fullmatch(r"calendar:(week|month|year):([+-]?\d{1,4})", words):
        return Calendar(unit=Unit(found[1]), offset=int(found[2]))
    if words.startswith("since:") and re.fullmatch(r"[\w-]{1,64}", words[6:]):
        return Since(event=words[6:])
    ends = words.split("..")
    if len(ends) <= 2 and all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", end) for end in ends):
        try:
            return Between(first=date.fromisoformat(ends[0]), last=date.fromisoformat(ends[-1]))
        except ValueError as error:
            raise _unknown(text) from error
    raise _unknown(text)


def _unknown(text: str) -> InputError:
    return InputError(f"'{text[:60]}' is no window", todo=f"Windows look like: {FORMS}.")


def on_calendar(
    window: Window, *, today: date, recorded: tuple[date, date], events: Mapping[str, date] | None = None
) -> Span:
    """Lay a window onto the calendar. `recorded` are the first and last recorded days; they bound `all` and nothing
    else, so that a window outside them stays outside and can be said to be.

    Raises: InputError if `since` names an event the person does not have, or a date runs out of the calendar.
    """
    asked = str(window)
    if isinstance(window, Nights):
        inner = on_calendar(window.of, today=today, recorded=recorded, events=events)
        return Span(first=inner.first, last=inner.last, weekdays=inner.weekdays, nights=True, asked=asked)
    if isinstance(window, Weekdays):
        inner = on_calendar(window.of, today=today, recorded=recorded, events=events)
        return Span(first=inner.first, last=inner.last, weekdays=window.days, asked=asked)
    try:
        first, last = _ends(window, today, recorded, events or {})
    except (OverflowError, ValueError) as error:
        raise InputError(f"the window {asked} runs out of the calendar", todo="Ask about nearer days.") from error
    return Span(first=first, last=last, asked=asked)


def _ends(window: Days, today: date, recorded: tuple[date, date], events: Mapping[str, date]) -> tuple[date, date]:
    match window:
        case Everything():
            return recorded
        case LastNDays(n=n, ago=ago):
            last = today - timedelta(days=ago)
            return last - timedelta(days=n - 1), last
        case Between(first=first, last=last):
            return first, last
        case Since(event=event):
            return _event(event, events), max(today, _event(event, events))
        case Calendar(unit=Unit.WEEK, offset=k):
            monday = today - timedelta(days=today.weekday()) + timedelta(weeks=k)
            return monday, monday + timedelta(days=6)
        case Calendar(unit=Unit.YEAR, offset=k):
            return date(today.year + k, 1, 1), date(today.year + k, 12, 31)
        case Calendar(offset=k):
            month = today.year * 12 + today.month - 1 + k
            return date(month // 12, month % 12 + 1, 1), date((month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(1)


def _event(event: str, events: Mapping[str, date]) -> date:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", event):
        return date.fromisoformat(event)
    if event in events:
        return events[event]
    known = ", ".join(sorted(events)) or "none"
    raise InputError(f"no event is called '{event}'", todo=f"Known events: {known}; or give a date.")
