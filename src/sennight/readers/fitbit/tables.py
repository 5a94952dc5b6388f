"""The CSV files of a Google Takeout: minutes and nights of everything newer than heart rate, and the newer layout.

A time with a `Z` is UTC, one with an offset carries it, one without is on the local clock: so it is with every table.
The newer layout names a device in each row (watch, phone, other apps); they stay different devices. What stands in a
JSON file of the same day too is read from there, where Fitbit has brought watch and phone together already.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from jaxtyping import Float64, Int64

from sennight.readers.delimited import numbers, read_delimited, wall_times
from sennight.readers.fitbit.json_streams import DEVICE
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.place import Place
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER, NO_TIME
from sennight.readers.units import amounts
from sennight.record import SECONDS_PER_DAY, Clock, channel

TWIN = "minute of a day that the JSON files hold too"
NOT_VALID = "row that the device marked as not valid"
MOST_CODES_NAMED = 20
_SOURCE = "data source"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of samples. `codes`: words for numbers; `invalid`: measured, but unusable; `missing`: never measured."""

    name: str
    channel: str
    unit: str
    codes: Mapping[str, float] = field(default_factory=dict)
    invalid: tuple[float, ...] = ()
    missing: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """A sort of CSV file: its column of times and its columns of samples. `valid` is a column that must be true."""

    time: str
    columns: tuple[Column, ...]
    valid: str = ""
    unix: bool = False


def _one(time: str, name: str, to: str, unit: str, **more: object) -> Table:
    return Table(time=time, columns=(Column(name=name, channel=to, unit=unit, **more),))  # type: ignore[arg-type]


_LEVELS = {"SEDENTARY": 0.0, "LIGHTLY_ACTIVE": 1.0, "MODERATELY_ACTIVE": 2.0, "VERY_ACTIVE": 3.0}

# Sort of file -> table. Headers: readmes of the export, and public readers of real exports of 2020 to 2026.
# The standard deviation beside RMSSD in the newer HRV table is not said to be that of the beats (SDNN), so it is left.
# 50.0 is what SpO2 falls to where the signal was not good enough. Older temperatures are relative to a baseline.
TABLES: dict[str, Table] = {
    "heart rate": _one("timestamp", "beats per minute", "heart_rate", "beats/min"),
    "steps": _one("timestamp", "steps", "steps", "1/min"),
    "calories": _one("timestamp", "calories", "energy", "kcal/min"),
    "active energy burned": _one("timestamp", "Kilocalories", "active_energy", "kcal/min"),
    "distance": _one("timestamp", "distance", "distance", "m/min"),
    "activity level": _one("timestamp", "level", "intensity", "level", codes=_LEVELS),
    "oxygen saturation": _one("timestamp", "oxygen saturation percentage", "spo2", "%", invalid=(50.0,)),
    "minute spo2": _one("timestamp", "value", "spo2", "%", invalid=(50.0,)),
    "heart rate variability": _one(
        "timestamp", "root mean square of successive differences milliseconds", "rmssd", "ms", missing=(0.0,)
    ),
    "heart rate variability details": Table(
        time="timestamp",
        columns=(
            Column(name="rmssd", channel="rmssd", unit="ms", missing=(0.0,)),
            Column(name="low_frequency", channel="lf_power", unit="ms^2", missing=(0.0,)),
            Column(name="high_frequency", channel="hf_power", unit="ms^2", missing=(0.0,)),
        ),
    ),
    "body temperature": _one("timestamp", "temperature celsius", "skin_temperature", "degC"),
    "device temperature": _one("recorded_time", "temperature", "skin_temperature_deviation", "degC"),
    "wrist temperature": _one("recorded_time", "temperature", "skin_temperature_deviation", "degC"),
    "active zone minutes": _one("timestamp", "total minutes", "active_zone_minutes", "1/min"),
    "mindfulness eda data sessions": Table(
        time="timestamp",
        columns=(Column(name="scl_avg", channel="eda_level", unit="uS", missing=(0.0,)),),
        valid="valid_data",
        unix=True,
    ),
}
# Earlier headers of the same sorts.
OLDER: dict[str, Table] = {
    "active zone minutes": _one("date_time", "total_minutes", "active_zone_minutes", "1/min"),
}


def add_table(
    sort: str, member: Member, *, gathering: Gathering, place: Place, held: Mapping[str, Container[int]], sha256: str
) -> None:
    """Read one file of a sort in `TABLES`. `held`: sort -> days since 1970 that the JSON files hold.

    Raises: ReadError if the file is no such table.
    """
    report = gathering.report
    table, frame = _frame_of(sort, member, report)
    if not len(frame):
        return
    utc, offset, local, there = times_of(frame[table.time], place=place, unix=table.unix)
    lost = int((~there).sum())
    report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    if table.valid in frame.columns:
        good = (frame[table.valid].str.to_lowercase() != "false").fill_null(value=True).to_numpy()
        report.keep(seen=int((there & ~good).sum()), dropped=int((there & ~good).sum()), reason=NOT_VALID)
        there = there & good
    days = held.get(sort)
    if days:
        twin = there & np.isin((utc // SECONDS_PER_DAY), np.fromiter(days, dtype=np.int64))  # type: ignore[call-overload]
        report.keep(seen=int(twin.sum()), dropped=int(twin.sum()), reason=TWIN)
        there = there & ~twin
    device = _devices(frame)
    clock = place.clock if bool((local & there).any()) else Clock.INSTANT
    for column in table.columns:
        if column.name not in frame.columns:
            continue
        values, keep = values_of(frame[column.name], column, there=there, report=report)
        for name in np.unique(device[keep]):
            mine = keep & (device == name)
            gathering.add(
                column.channel, utc=utc[mine], values=values[mine], device=str(name), source=member.basename,
                offset_s=offset[mine], clock=clock, sha256=sha256,
            )  # fmt: skip


def _frame_of(sort: str, member: Member, report: ReadReport) -> tuple[Table, pl.DataFrame]:
    table = TABLES[sort]
    older = OLDER.get(sort)
    if older and older.time.encode() in member.head(1_000):
        table = older
    wanted = [table.time, *(c.name for c in table.columns), _SOURCE, *([table.valid] if table.valid else [])]
    needed = [table.time, table.columns[0].name]
    return table, read_delimited(member, needed=needed, columns=wanted, report=report)


def times_of(
    column: pl.Series, *, place: Place, unix: bool = False
) -> tuple[Int64[np.ndarray, " n"], np.ndarray, np.ndarray, np.ndarray]:
    """Instants, offsets, which were written on the local clock, and which could be read.

    Where the local clock's offset is not known, local times stay as they are.
    """
    if unix:
        seconds = numbers(column, decimal=".")
        there = np.isfinite(seconds) & (np.abs(seconds) < 1e15)
        utc = np.where(there, seconds, 0.0).astype(np.int64)
        return utc, place.of_utc(utc), np.zeros(len(utc), dtype=np.bool_), there
    wall, there, written, has_offset = wall_times(column)
    utc = wall - np.where(has_offset, written, 0)
    offset = np.where(has_offset & (written != 0), written, place.of_utc(utc))
    local_offset, real = place.of_wall(wall)
    utc = np.where(has_offset, utc, wall - local_offset)
    offset = np.where(has_offset, offset, local_offset).astype(np.int32)
    return utc, offset, ~has_offset, there & (has_offset | real)


def values_of(
    column: pl.Series, spec: Column, *, there: np.ndarray, report: ReadReport
) -> tuple[Float64[np.ndarray, " n"], np.ndarray]:
    """The channel's numbers, and which rows have one; a word without a code and a cell without a number are counted."""
    if spec.codes:
        values = column.replace_strict(spec.codes, default=None, return_dtype=pl.Float64).fill_null(np.nan).to_numpy()
        words = column.filter(pl.Series(there & np.isnan(values))).drop_nulls().unique().sort()
        for word in words.head(MOST_CODES_NAMED):
            report.unknown[f"{spec.name} {str(word)[:40]}"] += int((column == word).sum())
    else:
        values = numbers(column, decimal=".")
    read = there & ~np.isnan(values) & ~np.isin(values, spec.missing)
    lost = int((there & ~read).sum())
    report.keep(seen=lost, dropped=lost, reason=NO_NUMBER)
    values = np.where(np.isin(values, spec.invalid), np.nan, values)
    return amounts(values, spec.unit, channel(spec.channel).unit, report=report), read


def _devices(frame: pl.DataFrame) -> np.ndarray:
    """The device of each row: what the newer layout names, else Fitbit."""
    if _SOURCE not in frame.columns:
        return np.full(len(frame), DEVICE, dtype=object)
    # Names of devices are free text of a phone; they reach reports, so they are kept short and to one line.
    cleaned = frame[_SOURCE].str.replace_all(r"[\p{C}\s]+", " ").str.slice(0, 60).fill_null(DEVICE)
    return cleaned.to_numpy()
