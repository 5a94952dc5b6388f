"""Hip accelerometer minutes of 2003-2006 (PAXRAW_C, PAXRAW_D): counts, and steps where there are any.

Source: CDC, NHANES 2005-2006 codebook PAXRAW_D. An ActiGraph 7164 on the right hip, off for sleep and bathing,
seven days from the midnight after the exam; 32767 is the mark of a saturated sensor and lies out of range.
"""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float64, Int64

from sennight.readers.nhanes.minutes import MAX_DAYS, MINUTES_PER_DAY, PersonIndex, first_weekday, midnight_utc
from sennight.readers.nhanes.xport import Columns, Layout, Rows
from sennight.record import Clock, Recording, channel

DEVICE = "ActiGraph 7164 (hip)"
RELIABLE = CALIBRATED = 1  # PAXSTAT: 2 is "data reliability is questionable"; PAXCAL: 2 is "not calibrated"
NEEDED = ("SEQN", "PAXDAY", "PAXN", "PAXHOUR", "PAXMINUT", "PAXINTEN")
FLAGS = ("PAXSTAT", "PAXCAL")
STEPS = "PAXSTEP"  # 2005-2006 only
CLOCK_DISAGREES = "hour, minute or weekday disagrees with the number of the minute"


class Source(NamedTuple):
    """Where a recording came from."""

    file: str
    sha256: str


@dataclass(frozen=True, kw_only=True, eq=False)
class MinuteClock:
    """When each row was (placeholder UTC seconds), and which rows have a time that agrees with itself."""

    times_utc: Int64[np.ndarray, " row"]
    good: Bool[np.ndarray, " row"]


def columns_of(layout: Layout) -> tuple[str, ...]:
    """The variables to decode."""
    if STEPS not in layout.names:
        return NEEDED
    layout.require((STEPS,))
    return (*NEEDED, STEPS)


def hip_clock(table: Columns) -> MinuteClock:
    """Time from the number of the minute (PAXN, 1 is the first), checked against hour, minute and weekday."""
    number, hour, minute = table["PAXN"], table["PAXHOUR"], table["PAXMINUT"]
    known = (number >= 1) & (number <= MAX_DAYS * MINUTES_PER_DAY)
    known &= (hour >= 0) & (hour < 24) & (minute >= 0) & (minute < 60)
    clock = np.where(known, hour * 60 + minute, 0).astype(np.int64)
    ordinal = np.where(known, number - 1, 0).astype(np.int64)
    if not bool(known.any()):
        return MinuteClock(times_utc=ordinal, good=known)
    head = int(np.flatnonzero(known)[0])
    elapsed = ordinal + int(clock[head] - ordinal[head]) % MINUTES_PER_DAY
    day = elapsed // MINUTES_PER_DAY
    start = first_weekday(table["PAXDAY"], day)
    weekday_agrees = np.isnan(table["PAXDAY"]) | ((table["PAXDAY"] - 1 - day) % 7 == (start or 0))
    good = known & (elapsed % MINUTES_PER_DAY == clock) & weekday_agrees
    if start is None:
        good = np.zeros_like(good)
    return MinuteClock(times_utc=midnight_utc(start or 0) + elapsed * 60, good=good)


def hip_recordings(table: Columns, *, person: str, source: Source, dropped: Counter[str]) -> tuple[Recording, ...]:
    """Counts a minute, and steps a minute where the file has them. Adds to `dropped` why minutes are not kept."""
    clock = hip_clock(table)
    counts = table["PAXINTEN"]
    recordings = [_recording("hip_counts", counts, clock, person=person, source=source)]
    add_dropped(dropped, CLOCK_DISAGREES, int((~clock.good).sum()))
    add_dropped(dropped, "no count in the minute", int((clock.good & np.isnan(counts)).sum()))
    add_dropped(dropped, "count out of range (a saturated sensor)", recordings[0].n_rejected)
    if STEPS in table.values:
        recordings.append(_recording("steps", table[STEPS], clock, person=person, source=source))
    return tuple(recordings)


def add_dropped(dropped: Counter[str], reason: str, n: int) -> None:
    """Count records dropped for a reason; a reason that never struck is not mentioned."""
    if n:
        dropped[reason] += n


def reliable(rows: Rows, index: PersonIndex) -> Float64[np.ndarray, " person"]:
    """1 where the person's device was calibrated (PAXCAL) and its data judged reliable (PAXSTAT), else 0."""
    status = np.zeros(len(index), dtype=np.float64)
    for i in range(len(index)):
        row = int(index.first[i])
        flags = rows.take(row, row + 1, columns=FLAGS)
        status[i] = float(flags["PAXSTAT"][0] == RELIABLE and flags["PAXCAL"][0] == CALIBRATED)
        rows.forget(row, row + 1)
    return status


def _recording(
    name: str, values: Float64[np.ndarray, " row"], clock: MinuteClock, *, person: str, source: Source
) -> Recording:
    return Recording.from_samples(
        person=person,
        device=DEVICE,
        channel=channel(name),
        times_utc=clock.times_utc,
        utc_offset_s=0,
        values=values,
        clock=Clock.WEEKDAY,
        source=source.file,
        source_sha256=source.sha256,
        keep=clock.good & np.isfinite(values),
    )
