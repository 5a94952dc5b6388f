"""Epochs: the rows that actigraphs write, each for the seconds that follow its time, of any length, made into samples.

Counts of an epoch longer than a minute are spread over its minutes, states and means are held; shorter epochs are
samples as they are, which the minute adds up or averages.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Bool, Float64, Int64

from sennight.errors import ReadError
from sennight.readers.delimited import wall_times
from sennight.readers.gathering import Gathering
from sennight.readers.spans import hold, spread
from sennight.record import Clock, Fold, channel

MINUTE_S = 60
MAX_EPOCH_S = 3_600  # an hour; what is longer is a summary
# Rows of a recorder follow each other; so many steps of one length say that the dates were understood.
MIN_SHARE_OF_STEPS = 0.9


def add_epochs(
    gathering: Gathering,
    name: str,
    *,
    starts: Int64[np.ndarray, " n"],
    values: Float64[np.ndarray, " n"],
    epoch_s: int,
    device: str,
    source: str,
    sha256: str,
    clock: Clock = Clock.LOCAL,
    offset_s: int = 0,
) -> None:
    """Samples of channel `name` from epochs that start at `starts` (seconds since 1970) and last `epoch_s`.

    NaN is an epoch that the device marked as unusable.
    """
    if MINUTE_S % epoch_s:
        stops = starts + epoch_s
        if channel(name).fold is Fold.SUM:
            starts, values = spread(starts, stops, values)
        else:
            starts, values = hold(starts, stops, values)
    gathering.add(
        name, utc=starts, values=values, device=device, source=source, sha256=sha256, clock=clock, offset_s=offset_s
    )


def epoch_length(starts: Int64[np.ndarray, " n"], *, where: str) -> int:
    """The usual step from one epoch to the next, in seconds.

    Raises: ReadError if there is none between a second and an hour.
    """
    steps = np.diff(starts)
    steps = steps[(steps > 0) & (steps <= MAX_EPOCH_S)]
    if not len(steps):
        raise ReadError("a table whose rows have no common step in time", where=where, todo="Is the export complete?")
    lengths, counts = np.unique(steps, return_counts=True)
    return int(lengths[np.argmax(counts)])


@dataclass(frozen=True, kw_only=True, eq=False)
class EpochTimes:
    """When each row of a table was, on its wall clock (seconds since 1970 as if UTC), and which rows say so."""

    starts: Int64[np.ndarray, " n"]
    usable: Bool[np.ndarray, " n"]


def epoch_times(written: pl.Series, *, where: str, between: tuple[int, int] | None = None) -> EpochTimes:
    """The times of a recorder's rows, which follow each other.

    Where 03/04 may be March or April and no date has a number above 12, the order is right that lets row follow row
    (the other one jumps by a month at midnight), or that begins `between` two times that the file tells elsewhere. A
    recording of one day without such times cannot tell.
    Raises: ReadError if neither the dates nor their order tell, or no row has a time.
    """
    try:
        starts, usable, _, _ = wall_times(written)
    except ReadError:
        read = [wall_times(written, day_first=first)[:2] for first in (True, False)]
        fits = [_fits(starts[usable], between) for starts, usable in read]
        if fits[0] == fits[1]:
            raise
        starts, usable = read[0] if fits[0] else read[1]
    if not usable.any():
        raise ReadError("a table whose dates cannot be understood", where=where, todo="Export it again, in English.")
    return EpochTimes(starts=starts, usable=usable)


def _fits(starts: np.ndarray, between: tuple[int, int] | None) -> bool:
    if between is not None:
        return bool(len(starts) and between[0] <= starts[0] <= between[1])
    return _steady(starts)


def _steady(starts: np.ndarray) -> bool:
    """Does each row come a usual step after the one before it, across at least one midnight?"""
    days = starts // 86_400
    if len(starts) < 2 or days[0] == days[-1]:
        return False
    steps = np.diff(starts)
    at_midnight = np.diff(days) != 0
    usual = np.median(steps)
    return bool(
        (steps[at_midnight] == usual).mean() > MIN_SHARE_OF_STEPS and (steps == usual).mean() > MIN_SHARE_OF_STEPS
    )
