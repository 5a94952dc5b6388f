"""The minute and second streams of the JSON layout: steps, calories, distance and heart rate.

Each file is a list of `{"dateTime": "03/01/24 10:00:00", "value": ...}` without any zone. Which clock a stream runs on
is a declared rule. One stream tells it itself: calories are written for every minute from the first midnight on, so
files that all begin at midnight count local minutes, and files that begin at another hour count in UTC.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float64, Int64

from sennight.errors import ReadError
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.json_file import load_json, number
from sennight.readers.place import Place
from sennight.readers.samples import NO_NUMBER
from sennight.readers.units import amounts
from sennight.readers.zones import EARLIEST_S, LATEST_S
from sennight.record import SECONDS_PER_DAY, channel

DEVICE = "Fitbit"
TIME_FORMAT = "%m/%d/%y %H:%M:%S"
# A day of one-second heart rate is 8 MB, a month of minutes 3 MB.
MAX_FILE_BYTES = 32 * 1024**2
# Fitbit marks heart rate it is not sure of with confidence 0; those values are often a fixed 70.
MIN_CONFIDENCE = 1
NO_RECORD = "record without time and value"
NOT_CONFIDENT = "heart rate with confidence 0"
_LARGEST = float(np.finfo(np.float32).max)

_LOCAL_CALORIES = "the calories of this export begin at midnight, so they are on the local clock"


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Where the values of a stream go, and the unit they are written in."""

    channel: str
    unit: str


# Distance is in centimetres a minute (held against the metres of the newer layout by several public readers).
STREAMS: dict[str, Stream] = {
    "steps": Stream(channel="steps", unit="1/min"),
    "calories": Stream(channel="energy", unit="kcal/min"),
    "distance": Stream(channel="distance", unit="cm/min"),
    "heart rate": Stream(channel="heart_rate", unit="beats/min"),
}


def records_of(member: Member) -> list[Any]:
    """The list in a file. Raises: ReadError if it is too large or no JSON list."""
    if member.size > MAX_FILE_BYTES:
        raise ReadError(f"a file of Fitbit above {MAX_FILE_BYTES:,} bytes", where=member.name)
    parsed = load_json(member)
    if not isinstance(parsed, list):
        raise ReadError("a JSON file that is not a list of records", where=member.name)
    return parsed


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """The usable records of one file, on whatever clock the stream runs."""

    seconds: Int64[np.ndarray, " n"]
    values: Float64[np.ndarray, " n"]
    source: str
    sha256: str


_NOTHING = Found(seconds=np.empty(0, dtype=np.int64), values=np.empty(0), source="", sha256="")


def add_stream(sort: str, files: Sequence[Member], *, gathering: Gathering, place: Place) -> set[int]:
    """Read all files of one stream; returns the days since 1970 that have a record.

    A file that cannot be read is named in the report and the others are.
    """
    report = gathering.report
    # One hash a stream: that of the file which stands for it.
    first = min(files, key=lambda m: m.basename)
    days, waiting = set[int](), list[Found]()
    for member in files:
        try:
            records = records_of(member)
        except ReadError as error:
            report.failed[member.name] = error.what
            continue
        seconds, values = _usable(records, sort=sort, gathering=gathering)
        sha256 = member.sha256() if member is first else ""
        one = Found(seconds=seconds, values=values, source=member.basename, sha256=sha256)
        days |= set(np.unique(seconds // SECONDS_PER_DAY).tolist())
        if sort == "calories":  # all files together say which clock they are on
            waiting.append(one)
        else:
            _gather(sort, one, local=False, gathering=gathering, place=place)
    local = _begin_at_midnight(waiting)
    if local:
        report.notes.append(_LOCAL_CALORIES)
    for i, one in enumerate(waiting):
        _gather(sort, one, local=local, gathering=gathering, place=place)
        waiting[i] = _NOTHING  # let go, so that years are in memory once
    return days


def _gather(sort: str, one: Found, *, local: bool, gathering: Gathering, place: Place) -> None:
    stream = STREAMS[sort]
    values = amounts(one.values, stream.unit, channel(stream.channel).unit, report=gathering.report)
    offset, real = place.of_wall(one.seconds) if local else (place.of_utc(one.seconds), np.ones(len(values), bool))
    gathering.add(
        stream.channel,
        utc=(one.seconds - offset)[real] if local else one.seconds,
        values=np.clip(values, -_LARGEST, _LARGEST)[real],  # 1e400 is a number, out of every range
        device=DEVICE,
        source=one.source,
        sha256=one.sha256,
        offset_s=offset[real],
        **({"clock": place.clock} if local else {}),
    )


def _begin_at_midnight(found: Sequence[Found]) -> bool:
    """Does the first record of every file stand at 00:00?"""
    first = [int(one.seconds.min()) % SECONDS_PER_DAY for one in found if len(one.seconds)]
    return bool(first) and not any(first)


def _usable(
    records: list[Any], *, sort: str, gathering: Gathering
) -> tuple[Int64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """Times and values of the records that have both; the others are counted."""
    times, values, unsure = [], [], 0
    for record in records:
        if not isinstance(record, dict) or not isinstance(record.get("dateTime"), str) or "value" not in record:
            continue
        value = record["value"]
        if sort == "heart rate":
            value = value if isinstance(value, dict) else {}
            if number(value.get("confidence", MIN_CONFIDENCE)) < MIN_CONFIDENCE:
                unsure += 1
                continue
            value = value.get("bpm")
        times.append(record["dateTime"])
        values.append(number(value))
    seconds, there = seconds_of(times)
    amount = np.array(values, dtype=np.float64)
    read = there & ~np.isnan(amount)
    lost, text = len(records) - unsure - int(there.sum()), int((there & ~read).sum())
    gathering.report.keep(seen=lost, dropped=lost, reason=NO_RECORD)
    gathering.report.keep(seen=unsure, dropped=unsure, reason=NOT_CONFIDENT)
    gathering.report.keep(seen=text, dropped=text, reason=NO_NUMBER)
    return seconds[read], amount[read]


def seconds_of(texts: list[str]) -> tuple[Int64[np.ndarray, " n"], np.ndarray]:
    """Seconds since 1970 of Fitbit's times, as if they were UTC, and where they could be understood."""
    parsed = pl.Series(texts, dtype=pl.String).str.to_datetime(TIME_FORMAT, time_unit="ms", strict=False)
    there = parsed.is_not_null().to_numpy()
    seconds = np.floor_divide(parsed.to_physical().fill_null(0).to_numpy(), 1_000)
    return seconds, there & (seconds >= EARLIEST_S) & (seconds < LATEST_S)


def american_date(text: object) -> dt.date | None:
    """The date of `03/01/24` or `03/01/24 00:00:00`; None if it is none.

    >>> american_date("03/01/24")
    datetime.date(2024, 3, 1)
    """
    match = re.match(r"^(\d{2})/(\d{2})/(\d{2})(?: 00:00:00)?$", text) if isinstance(text, str) else None
    if not match:
        return None
    month, day, year = (int(g) for g in match.groups())
    try:
        return dt.date(2000 + year if year < 70 else 1900 + year, month, day)
    except ValueError:
        return None
