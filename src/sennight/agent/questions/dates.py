"""Windows in plain words: "last week", "in March 2016", "on weekends", "between 2 May and 9 May" become windows."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sennight.agent.questions.words import MONTHS, WEEKDAY_NAMES
from sennight.agent.window import (
    ALL,
    Between,
    Calendar,
    Days,
    LastNDays,
    Nights,
    Since,
    Unit,
    Weekdays,
    Window,
)
from sennight.errors import InputError

UNIT_DAYS = {"day": 1, "night": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}
MONTH = "|".join(f"{m}|{m[:3]}" for m in MONTHS) + "|sept"
DATE = (
    rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{MONTH})(?:,? \d{{4}})?"
    rf"|(?:{MONTH}) \d{{1,2}}(?!\d)(?:st|nd|rd|th)?(?:,? \d{{4}})?)"
)
DAY_NAMES = "|".join(WEEKDAY_NAMES)
LEAD = r"(?:(?:in|on|over|during|for|within|of|across|throughout|from) )?(?:the |my )?"


@dataclass(frozen=True, kw_only=True)
class Today:
    """What "today" is, and the recorded days, which decide the year of a date that names none."""

    today: date
    first: date


class AmbiguousDate(InputError):
    """A date that can be read in two ways."""


Found = tuple[int, int, Window]


def month_number(word: str) -> int:
    """1 to 12 from a month's name or its first letters."""
    return next(i for i, m in enumerate(MONTHS, start=1) if m.startswith(word[:3]))


def read_date(text: str, now: Today) -> date:
    """A date in words; without a year, the latest such date that is not after today. Raises: ValueError."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return date.fromisoformat(text)
    month = next(w for w in re.findall(r"[a-z]+", text) if re.fullmatch(MONTH, w))
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    day = numbers[0]
    if len(numbers) > 1:
        return date(numbers[1], month_number(month), day)
    year = now.today.year
    found = date(year, month_number(month), day)
    return found if found <= now.today else date(year - 1, month_number(month), day)


def _month_window(word: str, year: str | None, now: Today) -> Between:
    month = month_number(word)
    chosen = int(year) if year else now.today.year - (date(now.today.year, month, 1) > now.today)
    first = date(chosen, month, 1)
    return Between(first=first, last=date(chosen + month // 12, month % 12 + 1, 1) - timedelta(days=1))


def _relative(found: re.Match[str], _: Today) -> Window:
    which, n, unit = found["which"], found["n"], found["unit"]
    if unit == "night" and not n:
        return Nights(of=LastNDays(n=1))
    if not n and which in ("last", "previous") and unit in ("week", "month", "year"):
        return Calendar(unit=Unit(unit), offset=-1)
    if not n and unit == "day":
        return LastNDays(n=1, ago=1)
    days = LastNDays(n=int(n or 1) * UNIT_DAYS[unit])
    return Nights(of=days) if unit == "night" else days


def _ago(found: re.Match[str], _: Today) -> Window:
    n, unit = int(found["n"]), found["unit"]
    return LastNDays(n=1, ago=n) if unit in ("day", "night") else Calendar(unit=Unit(unit), offset=-n)


def _between(found: re.Match[str], now: Today) -> Window:
    first, last = read_date(found["a"], now), read_date(found["b"], now)
    if last < first and not re.search(r"\d{4}", found["a"]):
        first = first.replace(year=last.year)
        if first > last:
            first = first.replace(year=last.year - 1)
    return Between(first=first, last=last)


def _weekday(found: re.Match[str], now: Today) -> Window:
    name = WEEKDAY_NAMES.index(found["day"])
    ago = (now.today.weekday() - name) % 7
    if found["which"] in ("last ",) and ago == 0:
        ago = 7
    return LastNDays(n=1, ago=ago)


RULES: tuple[tuple[str, Callable[[re.Match[str], Today], Window]], ...] = (
    (rf"(?:between|from) (?P<a>{DATE}) (?:and|to|until|till|through) (?P<b>{DATE})", _between),
    (rf"(?:since|after|starting) (?P<a>{DATE})", lambda f, now: Since(event=read_date(f["a"], now).isoformat())),
    (
        r"since (?:the |my |i )?(?:last )?(?:device change|new watch|new device|change of device|changed devices?"
        r"|switched (?:watches|devices?))",
        lambda _f, _: Since(event="device_change"),
    ),
    (rf"{LEAD}week of (?P<a>{DATE})", lambda f, now: _week_of(read_date(f["a"], now))),
    (rf"{LEAD}(?P<n>\d+) (?P<unit>day|night|week|month|year)s? ago", _ago),
    (r"(?:the )?day before yesterday", lambda _f, _: LastNDays(n=1, ago=2)),
    (r"yesterday", lambda _f, _: LastNDays(n=1, ago=1)),
    (
        rf"{LEAD}(?P<which>last|past|previous|most recent|latest) (?P<n>\d+)? ?(?P<unit>day|night|week|fortnight|month|year)s?\b",
        _relative,
    ),
    (
        r"(?:so far )?(?:in |during |for )?(?:this|the current) (?P<unit>week|month|year)(?: so far)?",
        lambda f, _: Calendar(unit=Unit(f["unit"])),
    ),
    (r"today|this day", lambda _f, _: LastNDays(n=1)),
    (r"tonight|this night", lambda _f, _: Nights(of=LastNDays(n=1))),
    (rf"(?:on |for |of |in )?(?P<a>{DATE})", lambda f, now: _one(read_date(f["a"], now))),
    (
        rf"{LEAD}(?:month of )?(?P<m>{MONTH})(?: of)?(?:,? (?P<y>\d{{4}}))?\b",
        lambda f, now: _month_window(f["m"], f["y"], now),
    ),
    (
        r"(?:in|during|for|of) (?P<y>(?:19|20)\d{2})\b",
        lambda f, _: Between(first=date(int(f["y"]), 1, 1), last=date(int(f["y"]), 12, 31)),
    ),
    (rf"(?:on )?(?P<which>last |this )?(?P<day>{DAY_NAMES})\b(?! ?(?:and|or|to) (?:{DAY_NAMES}))", _weekday),
    (
        r"(?:of |over |in |for )?(?:all time|all recorded days|all (?:of )?my (?:data|days)|all days|everything|ever|so far"
        r"|the whole (?:period|record|time)|my whole record|the entire period|all the data)",
        lambda _f, _: ALL,
    ),
)


def _one(day: date) -> Between:
    return Between(first=day, last=day)


def _week_of(day: date) -> Between:
    monday = day - timedelta(days=day.weekday())
    return Between(first=monday, last=monday + timedelta(days=6))


COMMON_WORDS = frozenset({"may", "mar", "dec", "jan", "sep", "oct", "nov", "jun", "jul", "aug", "apr", "feb", "sept"})
PLURAL_DAYS = re.compile(
    rf"(?:on |over |during |for |in )?(?:the |my )?(?:(?P<weekend>weekends?|weekend days)|(?P<weekdays>weekdays|workdays|"
    rf"working days|work days|week days)|(?P<days>(?:{DAY_NAMES})s(?:(?:,| and|, and) (?:{DAY_NAMES})s)*))\b"
)


def weekday_sets(text: str) -> list[tuple[int, int, frozenset[int]]]:
    """Where weekdays are meant in general ("on weekends", "on Mondays and Fridays"): (start, end, days)."""
    found = []
    for m in PLURAL_DAYS.finditer(text):
        if m["weekend"]:
            days = frozenset({5, 6})
        elif m["weekdays"]:
            days = frozenset(range(5))
        else:
            days = frozenset(WEEKDAY_NAMES.index(name) for name in re.findall(DAY_NAMES, m["days"]))
        found.append((m.start(), m.end(), days))
    return found


def windows_in(text: str, now: Today) -> list[Found]:
    """All windows a text names, in the order of the text, none inside another.

    Raises: AmbiguousDate on 03/04/2016, which is read differently in different countries; InputError on impossible dates.
    """
    if slashed := re.search(r"\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|\b\d{1,2}/\d{1,2}\b", text):
        raise AmbiguousDate(f"'{slashed[0]}' can be read in two ways", todo="Write it like 2016-04-12 or 12 April.")
    found: list[Found] = []
    for pattern, make in RULES:
        for m in re.finditer(rf"\b(?:{pattern})", text):
            if any(m.start() < end and start < m.end() for start, end, _ in found):
                continue
            if m[0] in COMMON_WORDS:  # "may" and "mar" alone are hardly ever months
                continue
            try:
                found.append((m.start(), m.end(), make(m, now)))
            except (ValueError, OverflowError) as error:
                raise InputError(f"'{m[0]}' is no date", todo="Write dates like 2016-04-12.") from error
    return sorted(found, key=lambda f: f[0])


def with_weekdays(window: Window, days: frozenset[int]) -> Window:
    """The window with only these weekdays."""
    if isinstance(window, Nights):
        inner = with_weekdays(window.of, days)
        return Nights(of=inner) if not isinstance(inner, Nights) else inner
    base: Days = window.of if isinstance(window, Weekdays) else window
    return Weekdays(days=days, of=base)
