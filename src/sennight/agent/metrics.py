"""What can be asked about: metrics of days and of nights, where each is read from, and what it is called in sentences.

A metric is read from minutes where its channel was measured, else from what the device's maker says of the day (a dated
fact); the method in the evidence says which. Thresholds are those of `generate.metrics`. Every channel and every dated
fact that no named metric covers can be asked for by its own name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sennight.agent.person import OpenPerson
from sennight.generate.metrics import METRICS as DAY_METRICS
from sennight.record import CHANNELS, VALID_DAY_MINUTES, Fold, Kind, Role

SPARSE_MINUTES = 10  # seen minutes a day that a channel measured now and then must have
DENSE = frozenset(
    {"steps", "energy", "active_energy", "mets", "intensity", "distance", "heart_rate", "hip_counts", "wrist_counts",
     "mims", "enmo", "mad", "vm_counts", "active_zone_minutes", "white_light", "acceleration", "actiwatch_counts",
     "motionwatch_counts", "health_band_counts", "actical_counts", "pim", "tat", "zcm", "glucose"}
)  # fmt: skip


class How(StrEnum):
    """How minutes become the number of a day or night; the first five are `generate.metrics.Way`."""

    SUM = "sum"
    AT_LEAST = "at_least"
    BELOW = "below"
    MEAN = "mean"
    LOWEST = "lowest"
    HIGHEST = "highest"
    NIGHT = "night"


@dataclass(frozen=True, kw_only=True)
class FromMinutes:
    """A channel, how its minutes are put together, and how many of them a day must have to count."""

    channel: str
    how: How
    threshold: float = 0.0
    min_minutes: int = VALID_DAY_MINUTES


@dataclass(frozen=True, kw_only=True)
class FromNight:
    """A number of the night's main sleep (`nights.Night`), by the field's name."""

    field: str


@dataclass(frozen=True, kw_only=True)
class FromFact:
    """A dated fact, times `scale`."""

    name: str
    scale: float = 1.0


Source = FromMinutes | FromNight | FromFact


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One number a day (or night). `title` goes into sentences.

    `adds_up` says whether a total over days makes sense.
    """

    name: str
    title: str
    unit: str
    sources: tuple[Source, ...]
    adds_up: bool = False
    night: bool = False


def _day(name: str, title: str, *facts: str, adds_up: bool = False, extra: tuple[Source, ...] = ()) -> Metric:
    """A metric of `generate.metrics`, with the makers' facts as the second choice."""
    found = next(m for m in DAY_METRICS if m.name == name)
    minutes = tuple(
        FromMinutes(
            channel=c, how=How(str(found.way)), threshold=t,
            min_minutes=VALID_DAY_MINUTES if c in DENSE else SPARSE_MINUTES,
        )
        for c, t in found.per
    )  # fmt: skip
    return Metric(
        name=name, title=title, unit=found.unit, adds_up=adds_up,
        sources=(*minutes, *extra, *(FromFact(name=f) for f in facts)),
    )  # fmt: skip


def _mean(name: str, title: str, unit: str, channel: str, *facts: str, how: How = How.MEAN) -> Metric:
    enough = VALID_DAY_MINUTES if channel in DENSE else SPARSE_MINUTES
    minutes = FromMinutes(channel=channel, how=how, min_minutes=enough)
    return Metric(
        name=name, title=title, unit=unit, adds_up=how is How.SUM,
        sources=(minutes, *(FromFact(name=f) for f in facts)),
    )  # fmt: skip


def _night(name: str, title: str, unit: str, field: str, *facts: str) -> Metric:
    return Metric(
        name=name, title=title, unit=unit, night=True,
        sources=(FromNight(field=field), *(FromFact(name=f) for f in facts)),
    )  # fmt: skip


METRICS: tuple[Metric, ...] = (
    _day("steps", "steps", "day_steps", adds_up=True),
    _day("active_minutes", "active minutes", adds_up=True),
    _day("sedentary_minutes", "sedentary minutes", "day_sedentary", adds_up=True),
    _day("energy", "energy used", "day_energy", adds_up=True),
    _mean("active_energy", "active energy", "kcal", "active_energy", how=How.SUM),
    _mean("distance", "distance", "m", "distance", "day_distance", how=How.SUM),
    _mean("active_zone_minutes", "active zone minutes", "min", "active_zone_minutes", "day_active_zone_minutes",
          how=How.SUM),
    _day("mean_heart_rate", "heart rate", "day_heart_rate"),
    _day("resting_heart_rate", "resting heart rate", "resting_heart_rate"),
    _mean("max_heart_rate", "highest heart rate", "beats/min", "heart_rate", how=How.HIGHEST),
    _day("hrv_rmssd", "heart rate variability (RMSSD)", "night_rmssd", "heart_rate_variability"),
    _mean("hrv_sdnn", "heart rate variability (SDNN)", "ms", "sdnn"),
    _mean("spo2", "oxygen saturation", "%", "spo2", "night_spo2"),
    _mean("respiration_rate", "breathing rate", "breaths/min", "respiration_rate", "night_respiration_rate",
          "night_breathing_rate"),
    _mean("skin_temperature", "skin temperature", "degC", "skin_temperature", "night_skin_temperature"),
    _mean("glucose", "glucose", "mg/dL", "glucose"),
    _mean("stress", "stress score", "1", "garmin_stress", "day_stress_score", "stress_management_score"),
    _mean("light", "light", "lux", "white_light"),
    _mean("counts", "activity counts", "counts/min", "wrist_counts"),
    _night("sleep_minutes", "sleep", "min", "asleep_min", "minutes_asleep", "sleep_minutes"),
    _night("time_in_bed", "time in bed", "min", "in_bed_min", "minutes_in_bed"),
    _night("sleep_onset", "falling asleep", "clock", "onset_min"),
    _night("wake_time", "waking up", "clock", "wake_min"),
    _night("sleep_efficiency", "sleep efficiency", "%", "efficiency_pct", "sleep_efficiency"),
    _night("awake_minutes", "time awake in the night", "min", "awake_min", "minutes_awake_in_bed"),
    _night("sleep_deep", "deep sleep", "min", "deep_min", "deep_minutes"),
    _night("sleep_rem", "REM sleep", "min", "rem_min", "rem_minutes"),
    _night("sleep_light", "light sleep", "min", "light_min", "light_minutes"),
    Metric(name="sleep_score", title="sleep score", unit="1", night=True,
           sources=(FromFact(name="night_sleep_score"), FromFact(name="sleep_score"))),
    Metric(name="night_heart_rate", title="heart rate asleep", unit="beats/min", night=True,
           sources=(FromFact(name="night_heart_rate_nrem"),)),
    Metric(name="weight", title="weight", unit="kg", sources=(FromFact(name="weight_kg"),)),
    Metric(name="worn_minutes", title="time worn", unit="min", adds_up=True,
           sources=(FromMinutes(channel="*", how=How.SUM, min_minutes=0),)),
)  # fmt: skip
BY_NAME = {metric.name: metric for metric in METRICS}
NIGHT_CHANNELS = ("asleep", "sleep_light", "sleep_deep", "sleep_rem")


def _has(person: OpenPerson, source: Source) -> bool:
    match source:
        case FromMinutes(channel="*"):
            return bool(person.minutes)
        case FromMinutes(channel=channel):
            return channel in person.minutes
        case FromFact(name=name):
            return name in person.facts
        case FromNight(field=field):
            staged = {"deep_min": "sleep_deep", "rem_min": "sleep_rem", "light_min": "sleep_light"}
            wanted = (staged[field],) if field in staged else NIGHT_CHANNELS
            return any(c in person.minutes for c in wanted)


# What a fact in another unit is multiplied by; a unit that is neither the metric's nor here is not read as the metric.
SCALES = {
    ("km", "m"): 1_000.0,
    ("h", "min"): 60.0,
    ("s", "min"): 1 / 60,
    ("kJ", "kcal"): 1 / 4.184,
    ("points", "1"): 1.0,
}


def source_of(person: OpenPerson, metric: Metric) -> Source | None:
    """Where this person's numbers come from: the first source they have, in the metric's unit."""
    for source in metric.sources:
        if not _has(person, source):
            continue
        if not isinstance(source, FromFact):
            return source
        unit = person.facts[source.name].unit
        if unit == metric.unit or (unit, metric.unit) in SCALES:
            return FromFact(name=source.name, scale=SCALES.get((unit, metric.unit), 1.0))
    return None


def others(person: OpenPerson) -> Iterator[Metric]:
    """Channels and dated facts that no named metric reads, each as a metric of its own name."""
    plain = (How.SUM, How.MEAN)  # a channel's own number; thresholds read it for something else
    read = {s.channel for m in METRICS for s in m.sources if isinstance(s, FromMinutes) and s.how in plain}
    read |= set(NIGHT_CHANNELS)
    facts = {s.name for m in METRICS for s in m.sources if isinstance(s, FromFact)}
    for name in person.minutes:
        known = CHANNELS.get(name)
        if name in read or known is None or known.role is Role.STATUS or known.kind is Kind.BINARY:
            continue
        how = How.SUM if known.fold is Fold.SUM and known.unit.endswith("/min") else How.MEAN
        unit = known.unit.removesuffix("/min") if how is How.SUM else known.unit
        enough = VALID_DAY_MINUTES if name in DENSE else SPARSE_MINUTES
        yield Metric(
            name=name, title=name.replace("_", " "), unit=unit or "1", adds_up=how is How.SUM,
            sources=(FromMinutes(channel=name, how=how, min_minutes=enough),),
        )  # fmt: skip
    for name, fact in person.facts.items():
        if name not in facts and name not in person.minutes:
            yield Metric(
                name=name, title=name.replace("_", " "), unit=fact.unit, sources=(FromFact(name=name),),
            )  # fmt: skip


def metrics_of(person: OpenPerson) -> dict[str, Metric]:
    """Every metric this person has, by name, the named ones first."""
    if "metrics" not in person.kept:
        named = {m.name: m for m in METRICS if source_of(person, m) is not None}
        person.kept["metrics"] = named | {m.name: m for m in others(person) if m.name not in named}
    found: dict[str, Metric] = person.kept["metrics"]
    return found
