"""From the time columns of a table to instants: one convention of `mapping.Time` at a time, whole columns at once.

Promises: seconds since 1970 UTC and the offset of every row, and a flag where the row has no usable time.
Local clocks are stored as if they were UTC with offset 0; weekday clocks get placeholder dates.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Bool, Int32, Int64

from sennight.errors import ReadError
from sennight.readers.table.files import MINUTES, numbers_of
from sennight.readers.table.mapping import Time
from sennight.readers.zones import EARLIEST_S, LATEST_S, naive_seconds, offsets_of_local, offsets_of_utc
from sennight.record import SECONDS_PER_DAY, Clock

# A Sunday in the first full week of the NHANES 2005-2006 survey: any fixed week would do.
PLACEHOLDER_DAY = int((dt.date(2005, 1, 2) - dt.date(1970, 1, 1)).days)
_SUNDAY = 6  # Monday is 0

# Of "2016-04-12T07:21:00+02:00": what comes after the time. A date alone ends in -12, hence the colon before it.
_OFFSET = r"(?:(?P<z>Z)|(?P<sign>[+-])(?P<h>\d{2}):?(?P<m>\d{2}))$"
_OFFSET_AFTER_TIME = r"(?:\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?|%p)\s*" + _OFFSET
_ISO_FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M")


@dataclass(frozen=True, kw_only=True)
class RowTimes:
    """When each row was. For day rows, `utc` is local midnight minus the offset.

    `anchor` is the weekday (Monday 0) of day 0 on a weekday clock, else -1.
    """

    utc: Int64[np.ndarray, " n"]
    offset_s: Int32[np.ndarray, " n"]
    usable: Bool[np.ndarray, " n"]
    anchor: Int64[np.ndarray, " n"]


def row_times(frame: pl.DataFrame, time: Time, *, clock: Clock, where: str) -> RowTimes:
    """The times of all rows.

    Raises: ReadError if no row at all can be understood, or instants come without any offset.
    """
    if time.weekday:
        return _weekday(frame, time, where=where)
    if time.unix_seconds or time.unix_minutes:
        return _unix(frame, time, where=where)
    wall = _wall(frame, time, where=where)
    if clock == Clock.LOCAL:
        zeros = np.zeros(len(frame), dtype=np.int32)
        return _checked(wall.seconds, zeros, wall.usable, where=where, column=time.timestamp or time.date or "")
    return _with_offset(frame, time, wall, where=where)


@dataclass(frozen=True, kw_only=True)
class _Wall:
    """Wall-clock seconds as if UTC; `offset_s` where the text itself gave one."""

    seconds: np.ndarray
    usable: np.ndarray
    offset_s: np.ndarray
    has_offset: np.ndarray


def _checked(
    utc: np.ndarray,
    offset_s: np.ndarray,
    usable: np.ndarray,
    *,
    where: str,
    column: str,
    anchor: np.ndarray | None = None,
) -> RowTimes:
    usable = usable & (utc >= EARLIEST_S) & (utc < LATEST_S)
    if len(utc) and not usable.any():
        raise ReadError(
            f"no row has a time in column '{column}' that can be understood",
            where=where,
            todo="Say how times are written with `format` in the mapping (as in strptime).",
        )
    return RowTimes(
        utc=utc.astype(np.int64, copy=False),
        offset_s=offset_s.astype(np.int32, copy=False),
        usable=usable,
        anchor=np.full(len(utc), -1, dtype=np.int64) if anchor is None else anchor,
    )


def _weekday(frame: pl.DataFrame, time: Time, *, where: str) -> RowTimes:
    first_day, zero = time.weekday_is.split("=")
    weekday = numbers_of(frame[str(time.weekday)], where=where).values - int(zero)
    day = numbers_of(frame[str(time.day)], where=where).values
    minute, usable = _minute_of_day(frame, time, where=where)
    with np.errstate(invalid="ignore"):
        usable &= (weekday >= 0) & (weekday <= _SUNDAY) & (np.abs(day) < 100_000)
        usable &= (weekday == np.floor(weekday)) & (day == np.floor(day))
    monday0 = np.where(usable, weekday, 0).astype(np.int64)
    if first_day == "sunday":
        monday0 = (monday0 + _SUNDAY) % 7
    days = np.where(usable, day, 0).astype(np.int64)
    anchor = (monday0 - days) % 7
    first_date = PLACEHOLDER_DAY + (anchor - _SUNDAY) % 7
    wall = (first_date + days) * SECONDS_PER_DAY + minute
    offset = np.zeros(len(frame), dtype=np.int32)
    return _checked(wall, offset, usable, where=where, column=str(time.weekday), anchor=anchor)


def _unix(frame: pl.DataFrame, time: Time, *, where: str) -> RowTimes:
    name = str(time.unix_seconds or time.unix_minutes)
    raw = numbers_of(frame[name], where=where).values * (1 if time.unix_seconds else 60)
    usable = np.isfinite(raw) & (np.abs(raw) < LATEST_S)
    utc = np.floor(np.where(usable, raw, 0)).astype(np.int64)
    if time.zone:
        return _checked(utc, offsets_of_utc(utc, time.zone), usable, where=where, column=name)
    offset, known = _given_offset(frame, time, where=where)
    return _checked(utc, offset, usable & known, where=where, column=name)


def _given_offset(frame: pl.DataFrame, time: Time, *, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Offset in seconds, and where it is known, from a constant or a column of the mapping."""
    if time.utc_offset_min_column:
        minutes = numbers_of(frame[time.utc_offset_min_column], where=where).values
        known = np.isfinite(minutes) & (np.abs(np.nan_to_num(minutes)) <= 18 * 60)
        return (np.where(known, minutes, 0) * 60).astype(np.int32), known
    constant = time.utc_offset_min
    n = len(frame)
    return np.full(n, (constant or 0) * 60, dtype=np.int32), np.full(n, constant is not None)


def _with_offset(frame: pl.DataFrame, time: Time, wall: _Wall, *, where: str) -> RowTimes:
    """Wall-clock times to instants: by the offset in the text, else by the mapping's zone or offset."""
    column = time.timestamp or time.date or ""
    if time.zone and not wall.has_offset.all():
        offset, known = offsets_of_local(wall.seconds, time.zone)
    else:
        offset, known = _given_offset(frame, time, where=where)
    offset = np.where(wall.has_offset, wall.offset_s, offset)
    known = known | wall.has_offset
    if len(frame) and not known.any():
        raise ReadError(
            f"column '{column}' holds times without a UTC offset",
            where=where,
            todo="Give `zone` or `utc_offset_min` in the mapping, or say clock: local.",
        )
    return _checked(wall.seconds - offset, offset, wall.usable & known, where=where, column=column)


def _wall(frame: pl.DataFrame, time: Time, *, where: str) -> _Wall:
    if time.timestamp:
        return _wall_of(frame[time.timestamp], time.format, where=where)
    day = _wall_of(frame[str(time.date)], time.format, where=where)
    # A date column may hold "2016-04-12 00:00:00"; only its day counts.
    midnight = day.seconds - day.seconds % SECONDS_PER_DAY
    seconds, usable = _minute_of_day(frame, time, where=where)
    return _Wall(
        seconds=midnight + seconds, usable=day.usable & usable, offset_s=day.offset_s, has_offset=day.has_offset
    )


def _minute_of_day(frame: pl.DataFrame, time: Time, *, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Seconds since local midnight, and where they are known; 0 for day rows, which have no such column."""
    if time.minute:
        minute = numbers_of(frame[time.minute], where=where).values
        usable = np.isfinite(minute) & (np.nan_to_num(minute) >= 0) & (np.nan_to_num(minute) < MINUTES)
        return np.where(usable, minute * 60, 0).astype(np.int64), usable
    if time.time_of_day:
        column = frame[time.time_of_day]
        if column.dtype == pl.Time:
            column = column.cast(pl.String)
        parts = column.cast(pl.String).str.extract_groups(r"^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$").struct.unnest()
        h, m, s = (parts.to_series(i).cast(pl.Int64) for i in range(3))
        usable = (h.is_not_null() & (h < 24) & (m < 60)).fill_null(value=False).to_numpy().copy()
        seconds = (h * 3_600 + m * 60 + s.fill_null(0)).fill_null(0).to_numpy()
        return np.where(usable, seconds, 0), usable
    return np.zeros(len(frame), dtype=np.int64), np.ones(len(frame), dtype=np.bool_)


def _wall_of(column: pl.Series, format_: str | None, *, where: str) -> _Wall:
    n = len(column)
    none, zeros = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.int64)
    if column.dtype == pl.Date:
        column = column.cast(pl.Datetime("ms"))
    if isinstance(column.dtype, pl.Datetime):
        usable = column.is_not_null().to_numpy()
        seconds = naive_seconds(column)
        if not column.dtype.time_zone:
            return _Wall(seconds=seconds, usable=usable, offset_s=zeros, has_offset=none)
        offset = seconds - naive_seconds(column.dt.convert_time_zone("UTC"))
        return _Wall(seconds=seconds, usable=usable, offset_s=offset, has_offset=usable)
    if column.dtype not in (pl.String, pl.Categorical):
        raise ReadError(
            f"column '{column.name}' holds {column.dtype}, not times",
            where=where,
            todo="Numbers need unix_seconds or unix_minutes in the mapping.",
        )
    return _wall_of_text(column.cast(pl.String), format_)


def _wall_of_text(column: pl.Series, format_: str | None) -> _Wall:
    text = column.str.strip_chars()
    groups = text.str.extract_groups(_OFFSET_AFTER_TIME).struct.unnest()
    z, sign, hours, minutes = (groups.to_series(i) for i in range(4))
    size = hours.cast(pl.Int64) * 3_600 + minutes.cast(pl.Int64) * 60
    offset = pl.select(pl.when(sign == "-").then(-size).otherwise(size)).to_series().fill_null(0).to_numpy()
    has_offset = (z.is_not_null() | sign.is_not_null()).to_numpy()
    bare = text.str.replace(r"\s*" + _OFFSET, "") if has_offset.any() else text
    if not has_offset.all() and has_offset.any():
        bare = pl.select(pl.when(pl.Series(has_offset)).then(bare).otherwise(text)).to_series()
    if format_:
        parsed = _strptime(bare, format_.replace("%z", "").strip())
    else:
        iso = bare.str.replace("T", " ", literal=True).str.replace_all(r"\s+", " ")
        parsed = _strptime(iso, _ISO_FORMATS[0])
        for other in _ISO_FORMATS[1:]:
            parsed = parsed.fill_null(_strptime(iso, other)) if parsed.null_count() else parsed
        if parsed.null_count():
            parsed = parsed.fill_null(_strptime(iso + " 00:00", _ISO_FORMATS[1]))
    return _Wall(
        seconds=naive_seconds(parsed), usable=parsed.is_not_null().to_numpy(), offset_s=offset, has_offset=has_offset
    )


def _strptime(text: pl.Series, format_: str) -> pl.Series:
    has_time = any(code in format_ for code in ("%H", "%I", "%T", "%R", "%X"))
    try:
        if has_time:
            return text.str.to_datetime(format_, time_unit="ms", strict=False, ambiguous="earliest")
        return text.str.to_date(format_, strict=False).cast(pl.Datetime("ms"))
    except pl.exceptions.PolarsError as error:
        raise ReadError(f"time format '{format_}' is not understood", todo="Write it as in strptime.") from error
