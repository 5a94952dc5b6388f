"""What Fitbit says of whole days and nights: dated facts, from both layouts.

A day of the account is a local day: a time of exactly midnight stands for the date that is written, whatever zone it
names; any other time is brought to the local date. Fitbit fills days without wear with placeholders (1,440 sedentary
minutes, zeros elsewhere, up to half a year ahead), which are no facts.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sennight.errors import ReadError
from sennight.readers.delimited import columns_of, numbers, read_delimited
from sennight.readers.fitbit.json_streams import american_date, records_of
from sennight.readers.fitbit.tables import times_of
from sennight.readers.guard import Member
from sennight.readers.json_file import number
from sennight.readers.place import Place
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER, NO_TIME, REPEATED
from sennight.readers.units import convert
from sennight.record import SECONDS_PER_DAY, Fact

NO_RESTING = "day without a resting heart rate"
PLACEHOLDER = "day that Fitbit filled in without wear"
NO_AMOUNT = "day without an amount"
DAY_MINUTES = 1_440
WEIGHT_RULE = "Fitbit's JSON writes weight without a unit; it is in pounds in every export that names one"

# Sort of JSON file -> fact; minutes of the day.
ACTIVE_MINUTES = {
    "sedentary minutes": "day_sedentary",
    "lightly active minutes": "day_lightly_active",
    "moderately active minutes": "day_fairly_active",
    "very active minutes": "day_very_active",
}
JSON_SORTS = frozenset({*ACTIVE_MINUTES, "resting heart rate", "weight", "demographic vo2 max"})


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A column of a day table: its name, the fact it becomes, the unit it is in and that of the fact."""

    column: str
    fact: str
    unit: str
    to: str = ""


@dataclass(frozen=True, kw_only=True)
class DayTable:
    """A sort of CSV file with one row a day or night. 0 is "none was computed" in every one of them."""

    time: str
    amounts: tuple[Amount, ...]


def _day(time: str, *amounts: tuple[str, str, str]) -> DayTable:
    return DayTable(time=time, amounts=tuple(Amount(column=c, fact=f, unit=u) for c, f, u in amounts))


# Sort of CSV file -> the headers it had over the years.
DAY_TABLES: dict[str, tuple[DayTable, ...]] = {
    "daily spo2": (
        _day("timestamp", ("average_value", "night_spo2", "%"), ("lower_bound", "night_spo2_low", "%"),
             ("upper_bound", "night_spo2_high", "%")),
    ),
    "daily oxygen saturation": (
        _day("timestamp", ("average percentage", "night_spo2", "%"), ("lower bound percentage", "night_spo2_low", "%"),
             ("upper bound percentage", "night_spo2_high", "%")),
    ),
    "daily heart rate variability summary": (
        _day("timestamp", ("rmssd", "night_rmssd", "ms"), ("nremhr", "night_heart_rate_nrem", "beats/min"),
             ("entropy", "night_rr_entropy", "1")),
    ),
    "daily heart rate variability": (
        _day("timestamp", ("average heart rate variability milliseconds", "night_rmssd", "ms"),
             ("non rem heart rate beats per minute", "night_heart_rate_nrem", "beats/min"),
             ("entropy", "night_rr_entropy", "1")),
    ),
    "daily respiratory rate summary": (
        _day("timestamp", ("daily_respiratory_rate", "night_respiration_rate", "breaths/min")),
    ),
    "daily respiratory rate": (_day("timestamp", ("breaths per minute", "night_respiration_rate", "breaths/min")),),
    "respiratory rate summary": (
        _day("timestamp", ("full_sleep_breathing_rate", "night_respiration_rate", "breaths/min")),
    ),
    "daily resting heart rate": (_day("timestamp", ("beats per minute", "resting_heart_rate", "beats/min")),),
    "computed temperature": (_day("sleep_end", ("nightly_temperature", "night_skin_temperature", "degC")),),
    "daily sleep temperature derivations": (
        _day("timestamp", ("nightly temperature celsius", "night_skin_temperature", "degC")),
    ),
    "stress score": (_day("DATE", ("STRESS_SCORE", "day_stress_score", "points")),),
    "sleep score": (_day("timestamp", ("overall_score", "night_sleep_score", "points")),),
    "daily readiness score": (_day("date", ("readiness_score_value", "day_readiness_score", "points")),),
    "daily readiness": (_day("timestamp", ("score", "day_readiness_score", "points")),
                        _day("timestamp", ("readiness score", "day_readiness_score", "points"))),
    "weight": (
        DayTable(time="timestamp", amounts=(Amount(column="weight grams", fact="weight_kg", unit="g mass", to="kg"),)),
    ),
    "body fat": (_day("timestamp", ("body fat percentage", "body_fat_pct", "%")),),
}  # fmt: skip


def json_facts(sort: str, member: Member, *, person: str, report: ReadReport) -> list[Fact]:
    """The facts of one JSON file of a sort in `JSON_SORTS`. Raises: ReadError if it is no JSON list."""
    records = records_of(member)
    source = member.basename
    if sort == "resting heart rate":
        return _resting(records, person=person, source=source, report=report)
    if sort == "weight":
        return _weights(records, person=person, source=source, report=report)
    if sort == "demographic vo2 max":
        return _vo2max(records, person=person, source=source, report=report)
    days = _minutes(records, report=report)
    return [Fact(person, ACTIVE_MINUTES[sort], v, "min", source, d) for d, v in days.items()]


def table_facts(sort: str, member: Member, *, person: str, place: Place, report: ReadReport) -> list[Fact]:
    """The facts of one CSV file of a sort in `DAY_TABLES`. Raises: ReadError if it is no such table."""
    table = _table_of(sort, member)
    wanted = [table.time, *(a.column for a in table.amounts)]
    frame = read_delimited(member, needed=[table.time, table.amounts[0].column], columns=wanted, report=report)
    if not len(frame):
        return []
    utc, offset, local, there = times_of(frame[table.time], place=place)
    wall = np.where(local | (utc % SECONDS_PER_DAY != 0), utc + offset, utc)
    day = wall // SECONDS_PER_DAY
    lost = int((~there).sum())
    report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    found = []
    for amount in (a for a in table.amounts if a.column in frame.columns):
        values = numbers(frame[amount.column], decimal=".")
        known = there & np.isfinite(values) & (values != 0)
        report.keep(seen=int(there.sum()), dropped=int((there & ~known).sum()), reason=NO_NUMBER)
        made = convert(values, amount.unit, amount.to or amount.unit)
        for i in np.flatnonzero(known):
            date = dt.date(1970, 1, 1) + dt.timedelta(days=int(day[i]))
            found.append(Fact(person, amount.fact, float(made[i]), amount.to or amount.unit, member.basename, date))
    return found


def _table_of(sort: str, member: Member) -> DayTable:
    """The headers that this file has, or the first of its sort, which then says what is missing."""
    tables = DAY_TABLES[sort]
    if len(tables) > 1:
        try:
            names = set(columns_of(member, needed=[tables[0].time]))
        except ReadError:
            return tables[0]
        return next((t for t in tables if t.amounts[0].column in names), tables[0])
    return tables[0]


def settled(facts: Iterable[Fact], *, last_day: dt.date | None, report: ReadReport) -> list[Fact]:
    """Facts without placeholders and repeats: one a name and date, that of the last file; nothing after `last_day`."""
    by_key: dict[tuple[str, dt.date | None], Fact] = {}
    rows = list(facts)
    idle = {f.date for f in rows if f.name == "day_sedentary" and f.value >= DAY_MINUTES}
    for fact in rows:
        empty = fact.name in ACTIVE_MINUTES.values() and fact.date in idle
        ahead = bool(last_day and fact.date and fact.date > last_day and fact.name in ACTIVE_MINUTES.values())
        if empty or ahead:
            _take_back(report, PLACEHOLDER)
            continue
        if (fact.name, fact.date) in by_key:
            _take_back(report, REPEATED)
        by_key[fact.name, fact.date] = fact
    return list(by_key.values())


def _take_back(report: ReadReport, reason: str) -> None:
    """A record that was counted as kept is dropped after all."""
    report.records_kept -= 1
    report.dropped[reason] += 1


def _resting(records: Sequence[object], *, person: str, source: str, report: ReadReport) -> list[Fact]:
    """Resting heart rate of each day; Fitbit writes 0 where it has none."""
    facts: dict[dt.date, float] = {}
    for record in records:
        value = record.get("value") if isinstance(record, dict) else None
        day = american_date(value.get("date")) if isinstance(value, dict) else None
        amount = number(value.get("value")) if isinstance(value, dict) else np.nan
        good = bool(day and 0 < amount < np.inf)
        report.keep(seen=1, dropped=int(not good or day in facts), reason=NO_RESTING if not good else REPEATED)
        if day and good:
            facts[day] = amount
    return [Fact(person, "resting_heart_rate", v, "beats/min", source, d) for d, v in facts.items()]


def _minutes(records: Sequence[object], *, report: ReadReport) -> dict[dt.date, float]:
    found: dict[dt.date, float] = {}
    for record in records:
        day = american_date(record.get("dateTime")) if isinstance(record, dict) else None
        amount = number(record.get("value")) if isinstance(record, dict) else np.nan
        good = day is not None and 0 <= amount <= DAY_MINUTES
        report.keep(seen=1, dropped=int(not good or day in found), reason=NO_AMOUNT if not good else REPEATED)
        if day is not None and good:
            found[day] = amount
    return found


def _weights(records: Sequence[object], *, person: str, source: str, report: ReadReport) -> list[Fact]:
    found: dict[dt.date, float] = {}
    for record in records:
        day = american_date(record.get("date")) if isinstance(record, dict) else None
        amount = number(record.get("weight")) if isinstance(record, dict) else np.nan
        good = day is not None and 0 < amount < np.inf
        report.keep(seen=1, dropped=int(not good or day in found), reason=NO_AMOUNT if not good else REPEATED)
        if day is not None and good:
            found[day] = amount
    if found and WEIGHT_RULE not in report.notes:
        report.notes.append(WEIGHT_RULE)
    report.converted["lb -> kg"] += len(found)
    kilograms = convert(np.array(list(found.values()), dtype=np.float64), "lb", "kg")
    return [Fact(person, "weight_kg", float(v), "kg", source, d) for d, v in zip(found, kilograms, strict=True)]


def _vo2max(records: Sequence[object], *, person: str, source: str, report: ReadReport) -> list[Fact]:
    found: dict[dt.date, float] = {}
    for record in records:
        value = record.get("value") if isinstance(record, dict) else None
        day = american_date(record.get("dateTime")) if isinstance(record, dict) else None
        amount = number(value.get("filteredDemographicVO2Max")) if isinstance(value, dict) else np.nan
        good = day is not None and 0 < amount < 200
        report.keep(seen=1, dropped=int(not good or day in found), reason=NO_AMOUNT if not good else REPEATED)
        if day is not None and good:
            found[day] = amount
    return [Fact(person, "vo2max", v, "mL/kg/min", source, d) for d, v in found.items()]
