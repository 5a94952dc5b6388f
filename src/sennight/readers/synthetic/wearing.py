"""When a synthetic person wears the device, when it is on, and which device it is.

Off the body for charging, showers, forgotten nights, every night (for some), before the device was handed
over and while its battery was empty.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from sennight.readers.synthetic.clock import Timeline, spans
from sennight.readers.synthetic.person import Truths, Wear
from sennight.readers.synthetic.routine import Routine
from sennight.record import MINUTES_PER_DAY


@dataclass(frozen=True, kw_only=True, eq=False)
class Wearing:
    """`on`: the device runs; `worn`: it runs and is on the body; `second`: it is the second device."""

    on: Bool[np.ndarray, " minute"]
    worn: Bool[np.ndarray, " minute"]
    second: Bool[np.ndarray, " minute"]


def wear(truth: Truths, line: Timeline, routine: Routine, rng: np.random.Generator) -> Wearing:
    """Draw when the device is on the body.

    The first date begins with the hand-over in the morning; who has a planted change of the clock on that
    date wears the device from midnight.
    """
    n = len(line)
    handed_over_h = rng.uniform(6.5, 11.0)
    charging = _charging(truth, line, routine, rng)
    at_night = _nights_off(truth, line, routine, rng)
    on = np.ones(n, dtype=np.bool_)
    if truth.events.clock_change != line.first_date:
        on[: max(int(60 * handed_over_h), int(routine.nights.rise[0]) + 15)] = False
    length_h, start_h = rng.uniform(4.0, 12.0), rng.uniform(6.0, 20.0)
    if truth.events.battery_empty is not None:
        start = _minute(line, truth.events.battery_empty, start_h)
        on[start : start + int(60 * length_h)] = False
    second = np.zeros(n, dtype=np.bool_)
    if truth.events.device_change is not None:
        second[_minute(line, truth.events.device_change, 12.0) :] = True
    return Wearing(on=on, worn=on & ~(charging | at_night), second=second)


def _minute(line: Timeline, date: dt.date, hour: float) -> int:
    """Elapsed minute of an hour of a date, cut to the recording."""
    wall = np.array([MINUTES_PER_DAY * (date - line.first_date).days + 60.0 * hour])
    return int(np.clip(line.place(wall)[0], 0, len(line)))


def _charging(truth: Truths, line: Timeline, routine: Routine, rng: np.random.Generator) -> np.ndarray:
    """[minute] bool: on the charger every few days, at the person's hour, and under the shower some mornings."""
    days, every = np.arange(line.days), truth.life.charge_every_days
    charges = days % every == int(rng.integers(every))
    start = line.place(MINUTES_PER_DAY * days + 60.0 * truth.life.charge_hour + rng.normal(0.0, 25.0, size=line.days))
    if truth.life.charge_hour < 12.0:  # over breakfast
        start = routine.nights.rise[:-1] + rng.integers(5, 35, size=line.days)
    minutes = rng.normal(35.0 + 12.0 * every, 12.0, size=line.days).clip(20.0, 150.0).astype(np.int64)
    showers = rng.random(line.days) < 0.35
    after = routine.nights.rise[:-1] + rng.integers(8, 40, size=line.days)
    short = rng.integers(8, 25, size=line.days)
    return spans(len(line), start[charges], (start + minutes)[charges]) | spans(
        len(line), after[showers], (after + short)[showers]
    )


def _nights_off(truth: Truths, line: Timeline, routine: Routine, rng: np.random.Generator) -> np.ndarray:
    """[minute] bool: the nights without the device, from a while before bed to a while after rising."""
    nights = routine.nights
    before, after = rng.integers(10, 70, size=line.days + 1), rng.integers(8, 60, size=line.days + 1)
    off = np.full(line.days + 1, truth.life.wear is Wear.DAYS_ONLY)
    off[[(date - line.first_date).days for date in truth.events.nights_off]] = True
    return spans(len(line), (nights.bed - before)[off], (nights.rise + after)[off])
