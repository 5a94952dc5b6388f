"""Who is examined: real people of public data where they lie on this machine, made-up ones always."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sennight.agent.daily import daily
from sennight.agent.exam.gold import Record
from sennight.agent.exam.spec import Known
from sennight.agent.home import arrays_of, person_of
from sennight.agent.metrics import BY_NAME, FromMinutes, metrics_of, source_of
from sennight.agent.person import OpenPerson
from sennight.prepare import LocalDays, worn_days
from sennight.readers import read
from sennight.record import MINUTES_PER_DAY, Facts, Person, Why
from sennight.store.home import facts_of

REAL = ("fitabase_2016", "cgmacros", "ochauni_fitbit", "lifesnaps")
SYNTHETIC = "synthetic:people=8,days=90,seed=11"
MIN_METRIC_DAYS = 5
ASKED = (
    "steps", "active_minutes", "sedentary_minutes", "energy", "distance", "mean_heart_rate", "resting_heart_rate",
    "max_heart_rate", "hrv_rmssd", "glucose", "spo2", "skin_temperature", "stress", "sleep_minutes", "sleep_onset", "wake_time",
    "sleep_efficiency", "time_in_bed", "awake_minutes",
)  # fmt: skip
BY_PART = frozenset({"steps", "active_minutes", "sedentary_minutes", "energy", "mean_heart_rate", "glucose"})


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """One person of the exam: as the tools see them, as gold sees them, and what may be asked."""

    name: str
    synthetic: bool
    person: OpenPerson
    record: Record
    known: Known


def candidates(data: Path | None, *, synthetic: str = SYNTHETIC) -> Iterator[Candidate]:
    """Everybody, the made-up ones first. `data` holds folders of public data; those that are absent are left out."""
    yield from _of(synthetic, "synthetic", True)
    for name in REAL:
        if data is not None and (data / name).is_dir():
            yield from _of(str(data / name), name, False)


def _of(source: str, label: str, synthetic: bool) -> Iterator[Candidate]:
    reading = read(source)
    met = set()
    for person in reading.people:
        met.add(person.id)
        if made := candidate(person, reading.facts.of([person.id]), label=label, synthetic=synthetic):
            yield made
    for name in reading.facts.people:
        if name not in met:
            alone = Person(id=name, recordings=())
            if made := candidate(alone, reading.facts.of([name]), label=label, synthetic=synthetic):
                yield made


def candidate(person: Person, facts: Facts, *, label: str, synthetic: bool) -> Candidate | None:
    """One person, prepared once; None if too little is known of them to be asked about."""
    found = worn_days(person)
    dated = facts_of(facts)
    if found.days is None and not len(dated):
        return None
    opened = person_of(person.id, *arrays_of(found, dated))
    record = record_of(opened, found.days, dated)
    known = known_of(opened)
    if len(known.metrics) < 2:
        return None
    return Candidate(name=f"{label}:{person.id}", synthetic=synthetic, person=opened, record=record, known=known)


def record_of(opened: OpenPerson, days: LocalDays | None, dated: pl.DataFrame) -> Record:
    """The frame that gold computes from."""
    columns: dict[str, Any] = {}
    if days is not None:
        n = len(days.ordinal)
        base = np.datetime64("1970-01-01") - np.timedelta64(719_163, "D")
        columns["date"] = np.repeat(base + days.ordinal.astype("timedelta64[D]"), MINUTES_PER_DAY)
        columns["minute"] = np.tile(np.arange(MINUTES_PER_DAY, dtype=np.int32), n)
        for k, channel in enumerate(days.channels):
            seen = (days.why[:, :, k] == Why.SEEN).ravel()
            values = days.values[:, :, k].ravel()
            columns[channel.name] = pl.Series(np.where(seen, values, np.nan)).fill_nan(None)
    frame = pl.DataFrame(columns) if columns else pl.DataFrame(schema={"date": pl.Date, "minute": pl.Int32})
    latest = dated.unique(["name", "date"], keep="last", maintain_order=True).select("name", "date", "value")
    return Record(
        minutes=frame.with_columns(pl.col("date").cast(pl.Date)), facts=latest, today=opened.today,
        new_devices=tuple(s.first for s in opened.segments[1:]),
    )  # fmt: skip


def known_of(opened: OpenPerson) -> Known:
    """What the generator may ask of a person."""
    mine = metrics_of(opened)
    usual: dict[str, float] = {}
    for name in ASKED:
        series = daily(opened, mine[name]) if name in mine else None
        if series is not None and int(series.counts.sum()) >= MIN_METRIC_DAYS:
            usual[name] = float(np.median(series.value[series.counts]))
    minute = frozenset(n for n in usual if n in BY_PART and isinstance(source_of(opened, mine[n]), FromMinutes))
    states = tuple(
        s for s, needs in (("walking", "steps"), ("still", "steps"), ("asleep", "asleep")) if needs in opened.minutes
    )
    missing = tuple(n for n in ASKED if n not in mine and n in BY_NAME)
    return Known(metrics=usual, by_minute=minute, missing=missing, first=opened.first, last=opened.last, states=states)
