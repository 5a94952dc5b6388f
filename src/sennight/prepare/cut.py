"""Cut: elapsed minutes become whole local days in which minute 180 is always 03:00 on the wall clock.

The local day of a minute is the one its recorded offset says, also while travelling. An hour that the
clock skips is unseen (CLOCK_SKIPPED). An hour that it shows twice is folded: a channel takes the mean of
the passes that were seen (the last for Fold.LAST, the greatest for Fold.ANY). The mean also for
sums: a minute stays a rate a minute that models can compare, and the total of that one day
lacks what the second pass added, an hour a year.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from jaxtyping import Float32, Int64, UInt8

from sennight.errors import PrepareError
from sennight.record import MINUTES_PER_DAY, Channel, Clock, Fold, MinuteTable, PersonDays, Why

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, kw_only=True, eq=False)
class LocalDays:
    """Whole local days of one person with the reason of every hole; `ordinal` increases."""

    person: str
    clock: Clock
    channels: tuple[Channel, ...]
    ordinal: Int64[np.ndarray, " day"]
    values: Float32[np.ndarray, "day minute channel"]
    why: UInt8[np.ndarray, "day minute channel"]

    def person_days(self) -> list[PersonDays]:
        """One window of one day each. With Clock.WEEKDAY `first_date` is None and only the weekday is true."""
        names = tuple(channel.name for channel in self.channels)
        seen = self.why == Why.SEEN
        return [
            PersonDays(
                person=self.person,
                first_date=None if self.clock is Clock.WEEKDAY else date.fromordinal(ordinal),
                ordinal=ordinal,
                weekday=(ordinal - 1) % 7,  # ordinal 1 is a Monday
                values=self.values[i],
                seen=seen[i],
                channels=names,
            )
            for i, ordinal in enumerate(self.ordinal.tolist())
        ]


def cut(table: MinuteTable, *, min_seen_minutes: int = 0) -> list[PersonDays]:
    """Whole local days, one each, in order: those with at least one seen minute and at least `min_seen_minutes`.

    First and last days that were recorded in part are among them. Raises: PrepareError as `local_days`.
    """
    return [day for day in local_days(table).person_days() if day.worn_minutes >= min_seen_minutes]


def local_days(table: MinuteTable) -> LocalDays:
    """The local days of a table in which any minute was seen.

    Raises: PrepareError if a sample is dated outside the years 1 to 9999.
    """
    shape = (-1, MINUTES_PER_DAY, len(table.channels))
    offsets = table.offset_min.astype(np.int64)
    local = table.start_utc // 60 + np.arange(len(offsets)) + offsets
    if not len(local):
        first_day = last_day = 0
    else:
        first_day, last_day = int(local.min()) // MINUTES_PER_DAY, int(local.max()) // MINUTES_PER_DAY
    _check_years(first_day, last_day, table)
    rows = local - first_day * MINUTES_PER_DAY
    values = np.zeros(((last_day - first_day + 1) * MINUTES_PER_DAY, len(table.channels)), dtype=np.float32)
    why = np.full(values.shape, Why.NOT_MEASURED, dtype=np.uint8)
    if len(rows) and int(offsets.min()) == int(offsets.max()):
        values[rows[0] : rows[0] + len(rows)], why[rows[0] : rows[0] + len(rows)] = table.values, table.why
    elif len(rows):
        why[rows.min() : rows.max() + 1] = Why.CLOCK_SKIPPED
        values[rows], why[rows] = table.values, table.why
        _fold_repeated(table, rows, values=values, why=why)
    values, why = values.reshape(shape), why.reshape(shape)
    ordinal = np.arange(first_day, last_day + 1) + _EPOCH_ORDINAL
    worn = (why == Why.SEEN).any(axis=(1, 2))
    if not bool(worn.all()):
        values, why, ordinal = values[worn], why[worn], ordinal[worn]
    return LocalDays(
        person=table.person, clock=table.clock, channels=table.channels, ordinal=ordinal, values=values, why=why
    )


def _check_years(first_day: int, last_day: int, table: MinuteTable) -> None:
    """Days must have a date."""
    if first_day + _EPOCH_ORDINAL < date.min.toordinal() or last_day + _EPOCH_ORDINAL > date.max.toordinal():
        raise PrepareError(
            "a sample is dated outside the years 1 to 9999",
            where=f"device {', '.join(table.devices)}",
            todo="Check the unit of its time stamps: milliseconds read as seconds end there.",
        )


def _fold_repeated(table: MinuteTable, rows: np.ndarray, *, values: np.ndarray, why: np.ndarray) -> None:
    """Fold the local minutes that passed more than once, in `values` and `why`."""
    minutes, passes = np.unique(rows, return_counts=True)
    minutes = minutes[passes > 1]
    if not len(minutes):
        return
    again = np.flatnonzero(np.isin(rows, minutes))
    order = again[np.argsort(rows[again], kind="stable")]  # by local minute, within it by time
    begins = np.flatnonzero(np.concatenate(([True], np.diff(rows[order]) > 0)))
    for column, channel in enumerate(table.channels):
        reason, amount = table.why[order, column], table.values[order, column]
        seen = reason == Why.SEEN
        count = np.add.reduceat(seen.astype(np.int64), begins)
        match channel.fold:
            case Fold.ANY:
                folded = np.maximum.reduceat(amount, begins)
            case Fold.LAST:
                at = np.maximum.reduceat(np.where(seen, np.arange(len(seen)), 0), begins)
                folded = amount[at]
            case Fold.MEAN | Fold.SUM:
                total = np.add.reduceat(amount, begins, dtype=np.float64)
                folded = (total / np.maximum(count, 1)).astype(np.float32)
        values[minutes, column] = np.where(count > 0, folded, np.float32(0))
        why[minutes, column] = np.where(count > 0, np.uint8(Why.SEEN), np.minimum.reduceat(reason, begins))
