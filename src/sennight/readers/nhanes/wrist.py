"""Wrist accelerometer minutes of 2011-2014 (PAXMIN_G, PAXMIN_H): movement, light, and worn or not.

Source: CDC, NHANES 2013-2014 codebooks PAXMIN_H, PAXDAY_H, PAXHD_H. An ActiGraph GT3X+ on the non-dominant wrist,
day and night, from the end of the exam to the ninth day. Minutes carry no clock, only the number of their first
80 Hz sample: the time of sample 0 stands in the header table, in the day table, or follows from the first midnight.
Worn and asleep are the survey's own predictions from the raw signal (PAXPREDM), not a device's.
"""

from collections import Counter

import numpy as np
from jaxtyping import Bool, Float64

from sennight.readers.nhanes.hip import CLOCK_DISAGREES, MinuteClock, Source, add_dropped
from sennight.readers.nhanes.minutes import MAX_DAYS, first_weekday, midnight_utc
from sennight.readers.nhanes.xport import Columns
from sennight.record import SECONDS_PER_DAY, Clock, Recording, channel

DEVICE = "ActiGraph GT3X+ (wrist)"
SAMPLE_HZ = 80
NUMBERS = ("SEQN", "PAXSSNMP", "PAXMTSM", "PAXLXMM", "PAXQFM")
NEEDED = (*NUMBERS, "PAXDAYM", "PAXDAYWM", "PAXPREDM")  # the last three are codes, stored as text or as numbers
WAKE_WEAR, SLEEP_WEAR, NON_WEAR = 1, 2, 3  # PAXPREDM; 4 is unknown
NO_START = "the time at which the recording starts is not known"
FLAGGED = "flagged by the survey's quality review, or no movement value"


def codes(column: np.ndarray) -> Float64[np.ndarray, " row"]:
    """A column of codes as numbers, whether the file stores them as text or as numbers; NaN where blank."""
    if column.dtype.kind != "U":
        return column.astype(np.float64)
    distinct, place = np.unique(column, return_inverse=True)
    values = np.array([float(c) if c.strip().isdigit() else np.nan for c in distinct.tolist()], dtype=np.float64)
    return values[place] if len(values) else np.empty(0, dtype=np.float64)


def seconds_of_day(clock: str) -> int | None:
    """Seconds since midnight of "HH:MM:SS", None if it is not that.

    >>> seconds_of_day("16:30:00")
    59400
    """
    parts = clock.strip().split(":")
    if len(parts) != 3 or not all(p.isdigit() for p in parts):
        return None
    hours, minutes, seconds = (int(p) for p in parts)
    return hours * 3600 + minutes * 60 + seconds if hours < 24 and minutes < 60 and seconds < 60 else None


def start_times(*, header: Columns | None, days: Columns | None) -> dict[int, int]:
    """Participant -> second of the day of sample 0, from the header table (PAXHD) or the first day's row (PAXDAY)."""
    starts: dict[int, int] = {}
    if days is not None:
        first = np.flatnonzero(codes(days["PAXDAYD"]) == 1)
        _add(starts, days["SEQN"][first], days["PAXMSTD"][first])
    if header is not None:
        _add(starts, header["SEQN"], header["PAXFTIME"])
    return starts


def wrist_clock(table: Columns, *, start_s: int | None) -> MinuteClock:
    """Time from the number of a minute's first sample, checked against the day of wear and the weekday."""
    sample, day_of_wear, weekday = table["PAXSSNMP"], codes(table["PAXDAYM"]), codes(table["PAXDAYWM"])
    finite = (sample >= 0) & (sample < MAX_DAYS * SECONDS_PER_DAY * SAMPLE_HZ) & np.isfinite(day_of_wear)
    elapsed = np.where(finite, sample // SAMPLE_HZ, 0).astype(np.int64)
    if start_s is None:
        start_s = _start_from_midnight(elapsed[finite], day_of_wear[finite])
    if start_s is None:
        return MinuteClock(times_utc=elapsed, good=np.zeros(len(elapsed), dtype=np.bool_))
    day = (elapsed + start_s) // SECONDS_PER_DAY
    first = first_weekday(weekday, day)
    agrees = np.isnan(weekday) | ((weekday - 1 - day) % 7 == (first or 0))
    good = finite & (day_of_wear == day + 1) & agrees & (first is not None)
    return MinuteClock(times_utc=midnight_utc(first or 0) + start_s + elapsed, good=good)


def wrist_recordings(
    table: Columns, *, person: str, source: Source, start_s: int | None, dropped: Counter[str]
) -> tuple[Recording, ...]:
    """Movement, light, worn and asleep, minute by minute. Adds to `dropped` why minutes of movement are not kept."""
    clock = wrist_clock(table, start_s=start_s)
    add_dropped(dropped, CLOCK_DISAGREES if clock.good.any() else NO_START, int((~clock.good).sum()))
    if not clock.good.any():
        return ()
    flagged = table["PAXQFM"] > 0
    state = codes(table["PAXPREDM"])
    worn = (state == WAKE_WEAR) | (state == SLEEP_WEAR)

    def recording(name: str, values: np.ndarray, keep: Bool[np.ndarray, " row"]) -> Recording:
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
            keep=clock.good & keep,
        )

    # A flagged minute was measured but cannot be trusted: NaN leaves its time among the rejected.
    mims = recording("mims", np.where(flagged, np.nan, table["PAXMTSM"]), np.isfinite(table["PAXMTSM"]) | flagged)
    missing = int((clock.good & np.isnan(table["PAXMTSM"]) & ~flagged).sum())
    add_dropped(dropped, FLAGGED, mims.n_rejected + missing)
    light = np.where(flagged, np.nan, table["PAXLXMM"])
    return (
        mims,
        recording("white_light", light, np.isfinite(table["PAXLXMM"])),
        recording("on_body", worn.astype(np.float32), worn | (state == NON_WEAR)),
        recording("asleep", (state == SLEEP_WEAR).astype(np.float32), worn),
    )


def _add(starts: dict[int, int], seqn: np.ndarray, clocks: np.ndarray) -> None:
    for person, clock in zip(seqn.tolist(), clocks.tolist(), strict=True):
        second = seconds_of_day(clock) if isinstance(clock, str) else None
        if second is not None:
            starts[int(person)] = second


def _start_from_midnight(elapsed: np.ndarray, day_of_wear: np.ndarray) -> int | None:
    """Second of the day of sample 0, from the first minute of the second day of wear, which is a midnight."""
    second = np.flatnonzero(day_of_wear == 2)
    if not len(second) or not bool((day_of_wear[: second[0]] == 1).any()):
        return None
    start = SECONDS_PER_DAY - int(elapsed[second[0]])
    return start if 0 <= start < SECONDS_PER_DAY else None
