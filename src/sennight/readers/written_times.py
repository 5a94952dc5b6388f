"""Dates and times as people and vendors write them, one rule for a whole column, from the evidence of all its cells.

03/04/24 alone does not say whether it is March or April. If dates of the column have a number above 12, those decide
for all; if none has, that is an error that asks, never a guess. Times stay on the wall clock they were written by; an
offset that is written beside them is given along.
"""

import numpy as np
import polars as pl
from jaxtyping import Bool, Int32, Int64

from sennight.errors import ReadError
from sennight.record.recording import MAX_OFFSET_S, SECONDS_PER_DAY

# Two-digit years: POSIX strptime puts 69 to 99 into the 1900s.
CENTURY_TURNS_AT = 69
STRAY_SHARE = 0.01  # so few dates of the other order are damaged ones, not another rule
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = r"(?i)(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = r"^(\d{1,4})([./-])(\d{1,2})[./-](\d{1,4})"
_TIME = (
    r"(?:[T_,\s]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d+)?)?\s*(?:([AaPp])\.?\s?[Mm]\.?)?"
    r"\s*(Z|UTC|GMT)?(?:([+-])(\d{1,2}):?(\d{2})?)?)?$"
)
# The groups of the two patterns, in their order.
_PARTS = (
    "first", "sign", "second", "third", "hour", "minute", "seconds", "half", "zone", "side", "offset_h", "offset_min",
)  # fmt: skip
_WHOLE_NUMBERS = ("first", "second", "third", "hour", "minute", "seconds", "offset_h", "offset_min")
_DAYS_IN_MONTH = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def wall_times(
    column: pl.Series, *, day_first: bool | None = None
) -> tuple[Int64[np.ndarray, " row"], Bool[np.ndarray, " row"], Int32[np.ndarray, " row"], Bool[np.ndarray, " row"]]:
    """Wall-clock seconds since 1970 as if they were UTC, which rows are usable, the offset written, and where one is.

    Takes ISO 8601 (also basic), Y/M/D, D.M.Y, D/M/Y or M/D/Y with years of two or four digits, names of English months,
    AM and PM, offsets with and without colon. `day_first` is for callers who know. Several columns of one file give
    more evidence together: `wall_times(pl.concat([starts, ends]))`.
    Raises: ReadError if the order of day and month cannot be told, or contradicts itself.
    """
    parts = _parts(column)
    first, second, third = parts["first"], parts["second"], parts["third"]
    dotted, written = parts["dotted"], parts["written"]
    year_first = parts["long"] | (first > 31)
    by_hand = written & ~year_first
    is_day_first = _day_first(first[by_hand & ~dotted], second[by_hand & ~dotted], told=day_first, name=column.name)
    day_leads = dotted | is_day_first
    year = np.where(year_first, first, _full_year(third))
    month = np.where(year_first, second, np.where(day_leads, second, first))
    day = np.where(year_first, third, np.where(day_leads, first, second))
    days, real = _days(year, month, day)
    second_of_day, possible = _second_of_day(parts)
    offset, known, offset_fits = _offsets(parts)
    usable = written & real & possible & offset_fits
    seconds = np.where(usable, days * SECONDS_PER_DAY + second_of_day, 0)
    return seconds.astype(np.int64), usable, np.where(usable, offset, 0).astype(np.int32), known & usable


def _parts(column: pl.Series) -> dict[str, np.ndarray]:
    """What stands in each cell, by name: whole numbers (-1 where there is none), and what is so (true or false)."""
    groups = _plain_dates(column).str.extract_groups(_DATE + _TIME).struct.unnest()
    part = {name: pl.col(field) for name, field in zip(_PARTS, groups.columns, strict=True)}
    # All at once: each question alone would cost more than its answer on the small tables of an export.
    wide = groups.select(
        *(part[name].cast(pl.Int64, strict=False).fill_null(-1).alias(name) for name in _WHOLE_NUMBERS),
        (part["sign"] == ".").fill_null(value=False).alias("dotted"),
        (part["first"].str.len_chars() > 2).fill_null(value=False).alias("long"),
        part["first"].is_not_null().alias("written"),
        (part["half"].str.to_lowercase() == "p").fill_null(value=False).alias("afternoon"),
        (part["half"].str.to_lowercase() == "a").fill_null(value=False).alias("morning"),
        part["zone"].is_not_null().alias("utc"),
        (part["side"] == "-").fill_null(value=False).alias("minus"),
    )
    return {name: wide[name].to_numpy() for name in wide.columns}


def _plain_dates(column: pl.Series) -> pl.Series:
    """Dates as three numbers and a sign, whatever stood there: names of months, eight digits in a row."""
    text = column.cast(pl.String).str.strip_chars().str.strip_chars('"')
    if text.str.contains(r"(?i)[a-z]{3}").any():
        # "Tue, Mar 5, 2024" and "5 March 2024" become 5-03-2024; the month's name says the order, so dots are put.
        text = text.str.replace(r"(?i)^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", "")
        text = text.str.replace("^" + _MONTH_NAME + r"\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", "${2}.${1}.${3}")
        text = text.str.replace(r"^(\d{1,2})[ .-]\s*" + _MONTH_NAME + r"[ ,.-]\s*(\d{2,4})", "${1}.${2}.${3}")
        for i, name in enumerate(_MONTHS):
            text = text.str.replace(rf"(?i)^(\d+)\.{name}\.", f"${{1}}.{i + 1}.")
    # Basic ISO 8601: 20240305T101500.
    compact = text.str.contains(r"^\d{8}(?:$|[T _]\d{4})").fill_null(value=False)
    if compact.any():
        spaced = text.str.replace(r"^(\d{4})(\d{2})(\d{2})[T _]?", "${1}-${2}-${3} ").str.strip_chars()
        spaced = spaced.str.replace(r" (\d{2})(\d{2})(\d{2})?", " ${1}:${2}:${3}").str.replace(r":($|[Z.+-])", "${1}")
        text = pl.select(pl.when(compact).then(spaced).otherwise(text)).to_series()
    return text


def _day_first(first: np.ndarray, second: np.ndarray, *, told: bool | None, name: str) -> bool:
    """Does the day stand before the month, by all dates of the column that are not written in a sure order?"""
    if told is not None:
        return told
    days_lead, months_lead = int((first > 12).sum()), int((second > 12).sum())
    if min(days_lead, months_lead) > STRAY_SHARE * max(days_lead, months_lead):
        raise ReadError(
            f"column '{name}' has dates with the day first and dates with the month first",
            todo="Was the table put together from two exports? Read them one by one.",
        )
    if days_lead or months_lead:
        return days_lead > months_lead
    if bool((first != second).any()):
        raise ReadError(
            f"column '{name}' has dates such as 03/04 that may be in March or in April",
            todo="Say whether the day or the month comes first, or export a longer time.",
        )
    return False


def _full_year(year: np.ndarray) -> np.ndarray:
    short = (year >= 0) & (year < 100)
    return np.where(short, year + np.where(year < CENTURY_TURNS_AT, 2000, 1900), year)


def _days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970, and where the calendar has such a date."""
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    in_year = (year >= 1) & (year <= 9999) & (month >= 1) & (month <= 12)
    length = _DAYS_IN_MONTH[np.clip(month, 1, 12) - 1] + (leap & (month == 2))
    real = in_year & (day >= 1) & (day <= length)
    months = np.where(real, (year - 1970) * 12 + month - 1, 0)
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + np.where(real, day - 1, 0), real


def _second_of_day(parts: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Seconds since midnight (0 for a date alone), and where a clock can show them; 24:00 and a leap second can be."""
    hour, minute, second = parts["hour"], parts["minute"], parts["seconds"]
    afternoon, morning, timed = parts["afternoon"], parts["morning"], parts["hour"] >= 0
    hour = np.where(afternoon & (hour < 12), hour + 12, np.where(morning & (hour == 12), 0, hour))
    total = np.maximum(hour, 0) * 3_600 + np.maximum(minute, 0) * 60 + np.maximum(second, 0)
    possible = (minute < 60) & (second <= 60) & (total <= SECONDS_PER_DAY) & ~(morning & (hour > 12))
    return np.where(timed, total, 0), possible


def _offsets(parts: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Offset in seconds, where one is written, and where it is one that a place on earth can have."""
    hours, minutes = parts["offset_h"], parts["offset_min"]
    size = np.maximum(hours, 0) * 3_600 + np.maximum(minutes, 0) * 60
    known = (hours >= 0) | parts["utc"]
    return np.where(parts["minus"], -size, size), known, (size <= MAX_OFFSET_S) & (minutes < 60)
