"""What is planted in a synthetic person: traits that hang together as in life, and events with dates.

Promises: the truths of a person depend on the cohort's seed, the person's index and the number of days
only, never on how many people are made. The sizes of the relations are plausible round numbers, not fits
to any data set; `_z` marks a trait in standard deviations of the adult population.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

LOWEST_AGE, AGE_SPAN = 18.0, 67.0  # years: adults of 18 to 85
MIDDLE_AGE, AGE_SD = 50.0, 18.0  # years: what age is centred and scaled by in all relations
MIDDLE_BMI, BMI_SD = 28.0, 6.0  # kg/m^2
MIDDLE_CAPACITY = 9.5  # multiples of resting metabolism above rest, of a man in middle age

ZONES: tuple[tuple[str, float], ...] = (
    ("America/New_York", 0.34),
    ("America/Chicago", 0.20),
    ("America/Los_Angeles", 0.18),
    ("Europe/London", 0.08),
    ("Europe/Berlin", 0.10),
    ("Australia/Sydney", 0.04),
    ("Asia/Kolkata", 0.03),  # an offset of a half hour, no summer time
    ("Asia/Tokyo", 0.03),
)
FIRST_DATE, DATES = dt.date(2024, 1, 8), 540  # recordings start within these days

NIGHT_OFF_SHARE = 0.14  # of people who wear the device at night
DEVICE_CHANGE_SHARE = 0.10  # of people
ILLNESS_SHARE = 0.10
BATTERY_SHARE = 0.10
CLOCK_CHANGE_SHARE = 0.06  # of people are placed onto a change of the clock; some more meet one by chance
DAYS_ONLY_SHARE = 0.12  # of people take the device off every night, as one does with a hip device
SHORTEST_FOR_EVENTS = 4  # days: a shorter recording has no illness, device change or planted clock change


class Stream(StrEnum):
    """Independent sources of randomness of one person: adding to one leaves the others as they were."""

    TRAITS = "traits"
    ROUTINE = "routine"
    WEARING = "wearing"
    SENSORS = "sensors"
    HEALTH = "health"


class Work(StrEnum):
    """How weekdays are spent."""

    OFFICE = "office"
    ON_FEET = "on feet"
    NONE = "none"


class Wear(StrEnum):
    """When the device is on the body."""

    ALWAYS = "always"
    DAYS_ONLY = "days only"


@dataclass(frozen=True, kw_only=True)
class Body:
    """Who the person is. `burden_z` is hidden ill health, `mood_z` low mood and fatigue (high is worse)."""

    age_years: float
    female: bool
    bmi: float
    smoker: bool
    burden_z: float
    mood_z: float
    activity_z: float
    fitness_z: float
    resting_pulse_bpm: float
    """5th percentile of heart rate over a night's sleep when well."""

    @property
    def age_z(self) -> float:
        """Age centred and scaled."""
        return (self.age_years - MIDDLE_AGE) / AGE_SD

    @property
    def bmi_z(self) -> float:
        """Body mass index centred and scaled."""
        return (self.bmi - MIDDLE_BMI) / BMI_SD

    @property
    def capacity(self) -> float:
        """Highest effort, in multiples of resting metabolism above rest (MET - 1)."""
        return max(MIDDLE_CAPACITY + 1.8 * self.fitness_z - 1.2 * self.age_z - 0.8 * self.female, 4.0)

    @property
    def highest_pulse_bpm(self) -> float:
        """Heart rate at the highest effort. Source: Tanaka et al., JACC 2001."""
        return 208.0 - 0.7 * self.age_years


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """When and how well the person sleeps."""

    mid_sleep_h: float
    """Chronotype: local hour of mid-sleep on free days."""
    social_jetlag_h: float
    """How much earlier mid-sleep is on workdays; 0 for who does not work."""
    sleep_h: float
    """From falling asleep to waking up, on an average night."""
    irregularity_min: float
    """Standard deviation of falling asleep from night to night."""
    fragmentation: float
    """0 for one consolidated sleep and one waking day, 1 for sleep and rest in pieces round the clock."""
    nap_share: float
    """Share of free days with a nap (a third of it on workdays)."""

    @property
    def awakenings(self) -> float:
        """Expected number of awakenings in a night."""
        return 2.0 + 9.0 * self.fragmentation


@dataclass(frozen=True, kw_only=True)
class Life:
    """Where and how the days are spent, and how the device is worn."""

    zone: str
    first_date: dt.date
    days: int
    work: Work
    commute_walk_min: float
    workouts_per_week: float
    workout_hour: float
    wear: Wear
    reports_wear: bool
    """Whether the device gives `on_body`."""
    charge_every_days: int
    charge_hour: float


@dataclass(frozen=True, kw_only=True)
class Events:
    """What happened, with dates; a night carries the date of the morning it ends in."""

    nights_off: tuple[dt.date, ...]
    device_change: dt.date | None
    """From noon of this date on, a second device with another gain and noise."""
    illness: tuple[dt.date, dt.date] | None
    """First and last date."""
    illness_pulse_bpm: float
    """How much the resting pulse is raised while ill."""
    battery_empty: dt.date | None
    """On this date the device was off for some hours."""
    clock_change: dt.date | None
    """The date that has 23 or 25 hours."""


@dataclass(frozen=True, kw_only=True)
class Truths:
    """Everything planted in one person."""

    person: str
    seed: int
    index: int
    body: Body
    rhythm: Rhythm
    life: Life
    events: Events


def stream(seed: int, index: int, name: Stream) -> np.random.Generator:
    """The generator of one person for one purpose."""
    key = (index, list(Stream).index(name))
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(entropy=seed, spawn_key=key)))


def draw_truths(index: int, *, seed: int, days: int) -> Truths:
    """Plant one person: a pure function of seed, index and number of days."""
    rng = stream(seed, index, Stream.TRAITS)
    body = _body(rng)
    work = _work(body, rng)
    rhythm = _rhythm(body, work, rng)
    life = _life(body, rhythm, work, days, rng)
    return Truths(
        person=f"synthetic-{seed}-{index:05d}",
        seed=seed,
        index=index,
        body=body,
        rhythm=rhythm,
        life=life,
        events=_events(body, life, rng),
    )


def _body(rng: np.random.Generator) -> Body:
    age = float(LOWEST_AGE + AGE_SPAN * rng.beta(1.25, 1.4))
    age_z = (age - MIDDLE_AGE) / AGE_SD
    female = bool(rng.random() < 0.51)
    burden = 0.35 * age_z + 0.93 * rng.normal()
    # Weight peaks in middle age and has a long right tail.
    bmi = float(np.clip(27.2 * np.exp(0.19 * rng.normal() + 0.05 * (1 - age_z**2) + 0.03 * burden), 17.0, 55.0))
    bmi_z = (bmi - MIDDLE_BMI) / BMI_SD
    mood = 0.2 * (female - 0.51) + 0.3 * burden - 0.1 * age_z + 0.93 * rng.normal()
    smoker = bool(rng.random() < _share(-1.1 - 0.5 * max(age_z, 0.0) + 0.3 * mood - 0.25 * (female - 0.5)))
    activity = -0.42 * age_z - 0.2 * bmi_z - 0.3 * burden - 0.32 * mood + 0.68 * rng.normal()
    fitness = 0.45 * activity - 0.3 * age_z - 0.25 * bmi_z - 0.2 * smoker + 0.65 * rng.normal()
    resting = (
        56.5 + 2.5 * female - 4.2 * fitness - 2.6 * age_z + 2.2 * smoker + 1.0 * bmi_z + 1.2 * mood + 0.8 * burden
        + 3.0 * rng.normal()
    )  # fmt: skip
    return Body(
        age_years=age,
        female=female,
        bmi=bmi,
        smoker=smoker,
        burden_z=burden,
        mood_z=mood,
        activity_z=activity,
        fitness_z=fitness,
        resting_pulse_bpm=float(np.clip(resting, 40.0, 88.0)),
    )


def _share(logit: float) -> float:
    """The inverse of the logit."""
    return float(1.0 / (1.0 + np.exp(-logit)))


def _work(body: Body, rng: np.random.Generator) -> Work:
    at_work = 0.7 if body.age_years < 23 else 0.86 if body.age_years < 60 else 0.5 if body.age_years < 67 else 0.06
    works, office = rng.random(2) < (at_work - 0.06 * body.burden_z, 0.68)
    if not works:
        return Work.NONE
    return Work.OFFICE if office else Work.ON_FEET


def _rhythm(body: Body, work: Work, rng: np.random.Generator) -> Rhythm:
    z, age_z, bmi_z, mood = rng.normal(size=5), body.age_z, body.bmi_z, body.mood_z
    mid = float(np.clip(4.2 - 0.45 * age_z + 0.3 * mood + 0.8 * z[0], 1.8, 8.0))
    jetlag = float(np.clip(0.5 * (mid - 2.9) + 0.25 * z[1], 0.0, 3.0)) if work is not Work.NONE else 0.0
    sleep = 7.3 + 0.15 * body.female - 0.1 * age_z - 0.2 * mood - 0.12 * bmi_z + 0.7 * z[2]
    fragmentation = _share(-1.8 + 0.5 * age_z + 0.35 * body.burden_z + 0.5 * mood + 0.2 * bmi_z + 0.6 * z[3])
    nap = 0.12 + 0.4 * fragmentation + 0.1 * (body.age_years > 65) - 0.06 * body.activity_z
    return Rhythm(
        mid_sleep_h=mid,
        social_jetlag_h=jetlag,
        sleep_h=float(np.clip(sleep, 4.6, 9.8)),
        irregularity_min=float(np.clip(32.0 * np.exp(0.26 * mood - 0.15 * age_z + 0.3 * z[4]), 10.0, 100.0)),
        fragmentation=fragmentation,
        nap_share=float(np.clip(nap, 0.02, 0.9)),
    )


def _life(body: Body, rhythm: Rhythm, work: Work, days: int, rng: np.random.Generator) -> Life:
    names, shares = zip(*ZONES, strict=True)
    zone = str(rng.choice(names, p=shares))
    first = FIRST_DATE + dt.timedelta(days=int(rng.integers(DATES)))
    near_change, late, share = rng.random() < CLOCK_CHANGE_SHARE, int(rng.integers(1, max(days - 2, 2))), rng.random()
    changes = clock_changes(zone, FIRST_DATE, DATES)
    if near_change and changes and days >= SHORTEST_FOR_EVENTS:
        first = changes[int(share * len(changes))] - dt.timedelta(days=late)
    workouts = float(np.clip(0.9 * np.exp(0.75 * body.activity_z + 0.35 * rng.normal()), 0.0, 6.0))
    hours = (6.7, 12.2, 17.9) if rhythm.mid_sleep_h < 4.5 else (8.3, 17.9, 19.3)
    wear, reports, every, hour = rng.random(), rng.random(), int(rng.integers(1, 5)), float(rng.integers(2))
    return Life(
        zone=zone,
        first_date=first,
        days=days,
        work=work,
        commute_walk_min=float(np.clip(rng.gamma(1.6, 4.5), 2.0, 28.0)) if work is not Work.NONE else 0.0,
        workouts_per_week=workouts if workouts > 0.35 else 0.0,
        workout_hour=float(rng.choice(hours)),
        wear=Wear.DAYS_ONLY if wear < DAYS_ONLY_SHARE else Wear.ALWAYS,
        reports_wear=reports < 0.85,
        charge_every_days=every,
        charge_hour=7.5 + 13.5 * hour,
    )


def _events(body: Body, life: Life, rng: np.random.Generator) -> Events:
    days, chance, place = life.days, rng.random(4), rng.random(5)
    pulse = float(rng.uniform(7.0, 12.0))

    def date(low: int, high: int, at: float) -> dt.date:
        return life.first_date + dt.timedelta(days=low + int(at * max(high - low, 1)))

    nights: tuple[dt.date, ...] = ()
    # The young forget their device a little more often: how it is worn is not independent of who wears it.
    if life.wear is Wear.ALWAYS and chance[0] < NIGHT_OFF_SHARE - 0.04 * body.age_z and days > 1:
        nights = tuple(sorted({date(1, days, place[0]), *((date(1, days, place[1]),) if place[1] < 0.4 else ())}))
    long_enough = days >= SHORTEST_FOR_EVENTS
    illness = None
    if long_enough and chance[1] < ILLNESS_SHARE:
        length = min(3 + int(place[2] * 3), days // 2) if days < 14 else 5 + int(place[2] * 3)
        start = date(1, days - length + 1, place[3])
        illness = (start, start + dt.timedelta(days=length - 1))
    changes = clock_changes(life.zone, life.first_date, days)
    return Events(
        nights_off=nights,
        device_change=date(2, days - 1, place[4]) if long_enough and chance[2] < DEVICE_CHANGE_SHARE else None,
        illness=illness,
        illness_pulse_bpm=pulse if illness else 0.0,
        battery_empty=date(1, days, place[3]) if chance[3] < BATTERY_SHARE and days > 1 else None,
        clock_change=changes[0] if changes else None,
    )


@lru_cache(maxsize=64)
def _offsets_at_midnight(zone: str, first: dt.date, days: int) -> tuple[int, ...]:
    """UTC offset in seconds at local midnight of each date and of the one after the last."""
    place = ZoneInfo(zone)
    midnights = (dt.datetime.combine(first + dt.timedelta(days=d), dt.time(), tzinfo=place) for d in range(days + 1))
    return tuple(int((m.utcoffset() or dt.timedelta()).total_seconds()) for m in midnights)


def clock_changes(zone: str, first: dt.date, days: int) -> tuple[dt.date, ...]:
    """The dates from `first` on that do not have 24 hours.

    >>> clock_changes("Europe/Berlin", dt.date(2024, 10, 20), 14)
    (datetime.date(2024, 10, 27),)
    """
    offsets = _offsets_at_midnight(zone, first, days)
    return tuple(first + dt.timedelta(days=d) for d in range(days) if offsets[d] != offsets[d + 1])
