"""The ten lines above the numbers of an ActiGraph CSV, in all the ways software, locale and people have written them.

Dates follow the "date format" of the first line. Where a date of the header contradicts it (a month of 19), the other
order is taken if all dates allow it; where neither tells, that is an error that asks. Missing keys are named.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sennight.errors import ReadError
from sennight.readers.raw_files import place_of

MOST_LINES = 30  # people add some; the maker writes ten
_FIRST = re.compile(r"data\s*(table\s*)?file\s*created\s*by", re.IGNORECASE)
_RULE = re.compile(r"^-{10,}$")
_KEYS = {
    "start time": re.compile(r"^start\s*time\s*:?\s*(.+)$", re.IGNORECASE),
    "start date": re.compile(r"^start\s*date\s*:?\s*(.+)$", re.IGNORECASE),
    "epoch": re.compile(r"^epoch\s*period\s*\(hh:mm:ss\)\s*:?\s*(\d+):(\d+):(\d+)$", re.IGNORECASE),
    "download date": re.compile(r"^download\s*date\s*:?\s*(.+)$", re.IGNORECASE),
    "mode": re.compile(r"mode\s*=\s*(\d+)", re.IGNORECASE),
}
_MODEL = re.compile(r"created\s*by\s+actigraph\s+(.+?)\s+(?:actilife|firmware|date format)", re.IGNORECASE)
_DATE_FORMAT = re.compile(r"date\s*format\s+([dmy]+[^a-z\s]?[dmy]+[^a-z\s]?[dmy]+)", re.IGNORECASE)
_RATE = re.compile(r"\bat\s+(\d{1,3})\s*hz", re.IGNORECASE)
_LIMB = re.compile(r"limb:\s*([a-z]+)", re.IGNORECASE)
_CLOCK = re.compile(r"^(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,]\d+)?\s*([ap])?\.?\s?(?:m\.?)?$", re.IGNORECASE)
_DATE = re.compile(r"^(\d{1,4})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{1,4})\.?$")
_ASK = "Which is the day? Export it again with the date format in the first line, or as agd or gt3x."

# Bits of "Mode": what the columns of a file without names are, after axis 1. 13 and 61 were met in real files.
_MODE_COLUMNS = (
    (4, ("axis2",)),
    (8, ("axis3",)),
    (1, ("steps",)),
    (2, ("hr",)),
    (16, ("lux",)),
    (32, ("incline",) * 4),
)


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the lines say. `start_s` is wall-clock seconds since 1970; epoch 0 means raw samples at `rate_hz`.

    `day_first` is the order of its dates; `lines` how many lines to the first row of names or numbers.
    """

    model: str
    start_s: int
    epoch_s: int
    rate_hz: int
    place: str
    mode: int
    day_first: bool
    turned: bool
    lines: int

    @property
    def device(self) -> str:
        """The model, without serial number."""
        return f"ActiGraph {self.model}".strip()


def is_header(first_line: str) -> bool:
    """Does a file begin like ActiLife's?"""
    return bool(_FIRST.search(first_line)) and "actigraph" in first_line.lower()


def mode_columns(mode: int) -> tuple[str, ...]:
    """Names of the columns of a file without any, by its mode.

    >>> mode_columns(13)
    ('axis1', 'axis2', 'axis3', 'steps')
    """
    return ("axis1", *(name for bit, names in _MODE_COLUMNS if mode & bit for name in names))


def parse_header(lines: Sequence[str], *, where: str) -> Header:
    """Read it. Raises: ReadError naming what is missing, or asking which number of a date is the day."""
    cleaned = [line.strip().strip('",; \t').strip() for line in lines[:MOST_LINES]]
    end = next((i for i, line in enumerate(cleaned[1:], 1) if _RULE.match(line)), None)
    if end is None:
        raise ReadError(
            "an ActiGraph CSV whose header has no end",
            where=where,
            todo="Export it again; do not edit its first lines.",
        )
    said: dict[str, re.Match[str]] = {}
    for line in cleaned[1:end]:
        for key, pattern in _KEYS.items():
            if match := pattern.search(line):
                said.setdefault(key, match)
    missing = [name for name in ("start time", "start date", "epoch") if name not in said]
    if missing:
        raise ReadError(
            f"an ActiGraph CSV whose header lacks {' and '.join(missing)}", where=where, todo="Export it again."
        )
    first = cleaned[0]
    day_first, turned = _order(first, said, where=where)
    hours, minutes, seconds = (int(g) for g in said["epoch"].groups())
    return Header(
        model=_model(first),
        start_s=_start(said, day_first=day_first, where=where),
        epoch_s=hours * 3600 + minutes * 60 + seconds,
        rate_hz=int(m[1]) if (m := _RATE.search(first)) else 0,
        place=place_of(m[1]) if (m := _LIMB.search(first)) else "",
        mode=int(said["mode"][1][:4]) if "mode" in said else 0,
        day_first=day_first,
        turned=turned,
        lines=end + 1,
    )


def _model(first: str) -> str:
    match = _MODEL.search(first)
    return re.sub(r"[^\w+\- ]", "", match[1])[:24] if match else ""


def _order(first: str, said: dict[str, re.Match[str]], *, where: str) -> tuple[bool, bool]:
    """Does the day come before the month, and is that not what the first line says?"""
    dates = [m for key in ("start date", "download date") if key in said and (m := _DATE.match(said[key][1].strip()))]
    fits = {order: all(_date(m, day_first=order) for m in dates) for order in (True, False)}
    told = _DATE_FORMAT.search(first)
    if told:
        letters = told[1].lower()
        declared = letters.find("d") < letters.find("m")
        turned = not fits[declared] and fits[not declared]
        return declared != turned, turned
    year_first = all(len(m[1]) == 4 for m in dates)
    if fits[True] == fits[False] and not year_first:
        same = all(_date(m, day_first=True) == _date(m, day_first=False) for m in dates)
        if not same:
            raise ReadError("an ActiGraph CSV whose dates may be month or day first", where=where, todo=_ASK)
    return fits[True] and not fits[False], False


def _date(match: re.Match[str], *, day_first: bool) -> dt.date | None:
    a, b, c = match.groups()
    if len(a) == 4:
        year, month, day = int(a), int(b), int(c)
    else:
        month, day = (int(b), int(a)) if day_first else (int(a), int(b))
        year = int(c) + (2000 if len(c) <= 2 else 0)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _start(said: dict[str, re.Match[str]], *, day_first: bool, where: str) -> int:
    written = _DATE.match(said["start date"][1].strip())
    date = _date(written, day_first=day_first) if written else None
    clock = _CLOCK.match(said["start time"][1].strip())
    if date is None or clock is None:
        raise ReadError("an ActiGraph CSV whose start cannot be understood", where=where, todo="Export it again.")
    hour, half = int(clock[1]), (clock[4] or "").lower()
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    minute, second = int(clock[2]), int(clock[3] or 0)
    if hour > 23 or minute > 59 or second > 59 or date.year < 1970:
        raise ReadError("an ActiGraph CSV whose start cannot be understood", where=where, todo="Export it again.")
    midnight = dt.datetime(date.year, date.month, date.day, tzinfo=dt.UTC)
    return int(midnight.timestamp()) + hour * 3600 + minute * 60 + second
