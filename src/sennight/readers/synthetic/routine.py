"""What a synthetic person does in every minute: sleeping, lying awake, sitting, walking, working out.

Schedules are drawn day by day in wall-clock minutes and painted onto elapsed minutes. Nothing here knows
of sensors; `days` turns a routine into signals.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64

from sennight.readers.synthetic.clock import Timeline, spans
from sennight.readers.synthetic.person import Truths, Work
from sennight.record import MINUTES_PER_DAY

# Effort is metabolic rate above rest, in multiples of rest (MET - 1).
SITTING, STANDING, CHORES = 0.25, 0.8, 1.7
WALKING = 2.6
_STANDS_ABOVE, _CHORES_ABOVE = 0.0, 0.95  # liveliness at which one stands up, and starts to move about

HARDEST_SHARE = 0.8  # of capacity: what one keeps up for a whole workout
_LONGEST_NIGHT_H = 11.0
_ILL_SLEEP_MIN = 45.0  # longer sleep on both ends while ill
_ILL_LIVELINESS = -0.9


@dataclass(frozen=True, kw_only=True)
class Workout:
    """A kind of exercise: effort, steps a minute, and how much the arm moves for the effort."""

    name: str
    effort: float
    cadence: float
    arm: float
    sets: float
    """How much effort goes up and down, as a share."""


WORKOUTS = (
    Workout(name="run", effort=8.0, cadence=162.0, arm=1.0, sets=0.07),
    Workout(name="brisk walk", effort=4.2, cadence=122.0, arm=1.0, sets=0.08),
    Workout(name="bicycle", effort=6.5, cadence=0.0, arm=0.3, sets=0.16),
    Workout(name="gym", effort=5.0, cadence=12.0, arm=0.8, sets=0.4),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Nights:
    """One row a night, by the date of the morning; elapsed minutes, which may lie outside the recording."""

    bed: Int64[np.ndarray, " night"]
    asleep: Int64[np.ndarray, " night"]
    wake: Int64[np.ndarray, " night"]
    rise: Int64[np.ndarray, " night"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Routine:
    """Every minute of a life. `arm` scales what a wrist sees of the effort, `outdoors` is true on the way."""

    nights: Nights
    in_bed: Bool[np.ndarray, " minute"]
    asleep: Bool[np.ndarray, " minute"]
    awakening: Bool[np.ndarray, " minute"]
    ill: Bool[np.ndarray, " minute"]
    workout: Bool[np.ndarray, " minute"]
    outdoors: Bool[np.ndarray, " minute"]
    effort: Float64[np.ndarray, " minute"]
    cadence: Float64[np.ndarray, " minute"]
    arm: Float64[np.ndarray, " minute"]
    block: Int64[np.ndarray, " minute"]
    """Runs of minutes spent in one way: number of the run, from 0."""


def live(truth: Truths, line: Timeline, rng: np.random.Generator) -> Routine:
    """Draw a life that follows the person's traits."""
    n = len(line)
    ill = _ill(truth, line)
    workday = _workdays(truth, line, rng)
    nights = _nights(truth, line, workday, ill, rng)
    in_bed = spans(n, nights.bed, nights.rise)
    awakening = _awakenings(truth, nights, n, rng)
    nap = _naps(truth, line, workday, ill, rng)
    asleep = (spans(n, nights.asleep, nights.wake) & ~awakening) | nap
    awake = ~(in_bed | nap)
    block = _blocks(truth, n, rng)
    effort = _household(truth, line, nights, workday, ill, block, rng)
    effort[~awake] = np.where(asleep[~awake], 0.0, 0.08)
    cadence = _cadence_of_effort(effort, n, rng)
    arm, outdoors, workout = np.ones(n), np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    up_at_night = awakening & (rng.random(n) < 0.18)
    effort[up_at_night], cadence[up_at_night] = 1.2, rng.poisson(12, size=int(up_at_night.sum()))
    for start, stop in _walks(truth, line, workday, ill, rng):
        here = slice(start, stop)
        if stop > start and awake[here].all():
            pace = rng.normal(106.0 - 5.0 * truth.body.age_z + 3.0 * truth.body.fitness_z, 5.0)
            effort[here], cadence[here], outdoors[here] = WALKING * pace / 106.0, pace, True
    for start, stop, kind in _workouts(truth, line, workday, ill, rng):
        here = slice(start, stop)
        if stop > start and awake[here].all():
            hardest = min(kind.effort, HARDEST_SHARE * truth.body.capacity)
            effort[here], cadence[here] = hardest * _course(kind, stop - start, rng), kind.cadence
            arm[here], workout[here], outdoors[here] = kind.arm, True, kind.name != "gym"
    return Routine(
        nights=nights,
        in_bed=in_bed,
        asleep=asleep,
        awakening=awakening & in_bed,
        ill=ill,
        workout=workout,
        outdoors=outdoors,
        effort=effort,
        cadence=cadence,
        arm=arm,
        block=block,
    )


def _ill(truth: Truths, line: Timeline) -> np.ndarray:
    """[minute] bool: ill from the evening before the first date (20:00) to the evening of the last."""
    if truth.events.illness is None:
        return np.zeros(len(line), dtype=np.bool_)
    first, last = ((date - line.first_date).days for date in truth.events.illness)
    ends = line.place(np.array([first * 1440.0 - 240.0, last * 1440.0 + 1200.0]))
    return spans(len(line), ends[:1], ends[1:])


def _workdays(truth: Truths, line: Timeline, rng: np.random.Generator) -> np.ndarray:
    """[days + 1] bool; one day in 14 is taken off."""
    weekday = (line.first_date.weekday() + np.arange(line.days + 1)) % 7
    present = rng.random(line.days + 1) > 1 / 14
    return (weekday < 5) & present & (truth.life.work is not Work.NONE)


def _ill_dates(ill: np.ndarray, line: Timeline) -> np.ndarray:
    """[days + 1] bool: ill at noon of each date (the one after the last counts as the last)."""
    noon = np.clip(line.place(MINUTES_PER_DAY * (np.arange(line.days + 1) + 0.5)), 0, len(line) - 1)
    return ill[noon]


def _nights(truth: Truths, line: Timeline, workday: np.ndarray, ill: np.ndarray, rng: np.random.Generator) -> Nights:
    """Draw each night around mid-sleep and length; an alarm makes waking on workdays more regular."""
    rhythm, n = truth.rhythm, line.days + 1
    mid_h = rhythm.mid_sleep_h - rhythm.social_jetlag_h * workday
    ill_date = _ill_dates(ill, line)
    half_min = 30.0 * rhythm.sleep_h + _ILL_SLEEP_MIN / 2 * ill_date
    # Free nights are a little longer than work nights where work is early.
    half_min = half_min + np.where(workday, -1.0, 1.0) * 8.0 * min(rhythm.social_jetlag_h, 1.5)
    jitter = rhythm.irregularity_min * rng.normal(size=(2, n)).clip(-2.5, 2.5)
    jitter[1] *= np.where(workday, 0.45, 0.9)
    mid = MINUTES_PER_DAY * np.arange(n) + 60.0 * mid_h
    asleep, wake = mid - half_min + jitter[0], mid + half_min + jitter[1]
    wake = np.clip(wake, asleep + 150.0, asleep + 60.0 * _LONGEST_NIGHT_H)
    latency = rng.gamma(2.0, 5.0 + 6.0 * rhythm.fragmentation, size=n)
    lie_in = rng.gamma(1.5, np.where(workday, 4.0, 9.0), size=n)
    bed, rise = asleep - latency - 2.0, wake + lie_in + 1.0
    bed[1:] = np.maximum(bed[1:], rise[:-1] + 120.0)
    asleep = np.maximum(asleep, bed + 2.0)
    wake, rise = np.maximum(wake, asleep + 60.0), np.maximum(rise, asleep + 61.0)
    return Nights(bed=line.place(bed), asleep=line.place(asleep), wake=line.place(wake), rise=line.place(rise))


def _awakenings(truth: Truths, nights: Nights, n: int, rng: np.random.Generator) -> np.ndarray:
    """[minute] bool: short awakenings, more of them towards morning, and a few long ones in fragmented sleep."""
    length = nights.wake - nights.asleep
    count = rng.poisson(truth.rhythm.awakenings * length / 450.0)
    start = np.repeat(nights.asleep, count) + np.repeat(length, count) * rng.beta(1.6, 1.2, size=count.sum())
    minutes = 1.0 + rng.gamma(0.8, 4.0, size=count.sum())
    long = rng.random(count.sum()) < 0.35 * truth.rhythm.fragmentation
    minutes[long] += rng.gamma(2.0, 14.0, size=int(long.sum()))
    at = start.astype(np.int64)
    return spans(n, at, np.minimum(at + minutes.astype(np.int64), np.repeat(nights.wake, count)))


def _naps(truth: Truths, line: Timeline, workday: np.ndarray, ill: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """[minute] bool: naps after lunch; half the time, the fragmented take a second one."""
    days = np.arange(line.days)
    share = truth.rhythm.nap_share * np.where(workday[:-1], 1 / 3, 1.0) + 0.4 * _ill_dates(ill, line)[:-1]
    start = rng.normal(14.2, 0.7, size=line.days) + 3.5 * workday[:-1]
    second = rng.normal(17.0, 0.8, size=line.days)
    minutes = rng.gamma(5.0, 10.0, size=(2, line.days)).clip(15.0, 120.0).astype(np.int64)
    takes = rng.random((2, line.days)) < np.stack([share, share * truth.rhythm.fragmentation * 0.5])
    first_at = line.place(MINUTES_PER_DAY * days + 60.0 * start)[takes[0]]
    second_at = line.place(MINUTES_PER_DAY * days + 60.0 * second)[takes[1]]
    return spans(len(line), first_at, first_at + minutes[0][takes[0]]) | spans(
        len(line), second_at, second_at + minutes[1][takes[1]]
    )


def _blocks(truth: Truths, n: int, rng: np.random.Generator) -> np.ndarray:
    """[minute] int: runs spent in one way, 11 minutes long in the middle, shorter where life is in pieces."""
    typical = 13.0 * (1.0 - 0.5 * truth.rhythm.fragmentation)
    drawn = int(n / typical) + 32
    minutes = np.ceil(rng.lognormal(np.log(typical), 0.75, size=drawn)).astype(np.int64)
    while minutes.sum() < n:
        minutes = np.concatenate([minutes, minutes])
    return np.repeat(np.arange(len(minutes)), minutes)[:n]


def _household(
    truth: Truths, line: Timeline, nights: Nights, workday: np.ndarray, ill: np.ndarray, block: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """[minute] effort of sitting, standing and moving about, by hour, work, traits, and how far off bed is."""
    n = len(line)
    at = np.arange(n)
    night = np.clip(np.searchsorted(nights.bed, at, side="right"), 0, len(nights.bed) - 1)
    to_bed = (nights.bed[night] - at).astype(np.float64)
    since_rise = (at - nights.rise[np.maximum(night - 1, 0)]).astype(np.float64)
    lively = -0.05 + 0.5 * truth.body.activity_z - 0.15 * max(truth.body.age_z, 0.0) + rng.normal(0.0, 0.2)
    lively = lively + rng.normal(0.0, 0.2, size=line.days)[np.minimum(line.day, line.days - 1)]
    lively += 0.35 * ((since_rise >= 0) & (since_rise < 80)) - 1.1 / (1.0 + np.exp((to_bed - 170.0) / 40.0))
    lively += _ILL_LIVELINESS * ill
    at_work = workday[line.day] & (line.hour >= 9.0) & (line.hour < 17.0)
    lunch = (line.hour >= 12.2) & (line.hour < 13.0)
    lively += at_work * (-0.75 * ~lunch if truth.life.work is Work.OFFICE else 0.75)
    lively += 0.3 * ((line.hour >= 17.3) & (line.hour < 19.0))  # cooking, errands
    lively += rng.normal(0.0, 0.85, size=int(block[-1]) + 1)[block]
    effort = np.where(lively < _STANDS_ABOVE, SITTING, np.where(lively < _CHORES_ABOVE, STANDING, CHORES))
    return effort * rng.gamma(9.0, 1 / 9.0, size=n)


def _cadence_of_effort(effort: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    """[minute] incidental steps: few when standing, some when moving about."""
    takes = rng.random(n) < np.select([effort < 0.15, effort < 0.5, effort < 1.15], [0.0, 0.03, 0.3], 0.75)
    return takes * rng.gamma(1.5, np.where(effort < 1.15, 7.0, 17.0))


def _walks(
    truth: Truths, line: Timeline, workday: np.ndarray, ill: np.ndarray, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Commutes, walks at lunch, errands: (start, stop) in elapsed minutes, inside the recording."""
    starts, minutes = [], []
    well = ~_ill_dates(ill, line)
    for day in range(line.days):
        midnight = MINUTES_PER_DAY * day
        if workday[day] and well[day]:
            jitter = rng.normal(0.0, 6.0, size=3)
            out = max(8.75 * 60 - truth.life.commute_walk_min - 12.0, 0.0)
            starts += [midnight + out + jitter[0], midnight + 17.1 * 60 + jitter[1]]
            minutes += list(truth.life.commute_walk_min * rng.uniform(0.85, 1.15, size=2))
            if rng.random() < 0.5:
                starts.append(midnight + 12.3 * 60 + jitter[2])
                minutes.append(rng.gamma(3.0, 3.0))
        errands = rng.poisson(np.exp(0.95 + 0.45 * truth.body.activity_z) * (1.0 if well[day] else 0.15))
        starts += list(midnight + 60.0 * (8.0 + 13.0 * rng.beta(1.5, 1.4, size=errands)))
        minutes += list(2.0 + rng.gamma(1.3, 6.0, size=errands))
    begin = line.place(np.array(starts, dtype=np.float64))
    end = np.minimum(begin + np.array(minutes).astype(np.int64), len(line))
    return [(int(a), int(b)) for a, b in zip(begin, end, strict=True) if a >= 0]


def _course(kind: Workout, minutes: int, rng: np.random.Generator) -> np.ndarray:
    """[minute] share of a workout's effort: warming up, hills or sets, slowing down at the end."""
    at = np.arange(minutes)
    ends = np.minimum(1.0, np.minimum((at + 3.0) / 8.0, (minutes - at + 2.0) / 6.0))
    hills = np.repeat(rng.normal(0.0, kind.sets, size=minutes // 4 + 1), 4)[:minutes]
    return np.asarray(np.maximum(ends * (rng.normal(1.0, 0.06) + hills), 0.15))


def _workouts(
    truth: Truths, line: Timeline, workday: np.ndarray, ill: np.ndarray, rng: np.random.Generator
) -> list[tuple[int, int, Workout]]:
    """Exercise at the person's hour, longer on free days: (start, stop, kind)."""
    days = line.days
    does = (rng.random(days) < truth.life.workouts_per_week / 7.0) & ~_ill_dates(ill, line)[:-1]
    hour = np.where(workday[:-1], truth.life.workout_hour, np.maximum(truth.life.workout_hour, 9.5))
    start = line.place(MINUTES_PER_DAY * np.arange(days) + 60.0 * hour + rng.normal(0.0, 12.0, size=days))
    minutes = (rng.normal(44.0, 9.0, size=days).clip(20.0, 80.0) * np.where(workday[:-1], 1.0, 1.3)).astype(np.int64)
    favourite = 1 if truth.body.age_years > 62 else int(rng.integers(len(WORKOUTS)))
    kind = np.where(rng.random(days) < 0.75, favourite, rng.integers(len(WORKOUTS), size=days))
    stop = np.minimum(start + minutes, len(line))
    return [(int(start[d]), int(stop[d]), WORKOUTS[kind[d]]) for d in np.flatnonzero(does)]
