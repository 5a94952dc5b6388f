"""A FHIR R4 Bundle of local days and facts, entry by entry: a person is a Patient, a channel's day an Observation.

The minutes of a day are a sampled series a minute apart; a minute that was not seen is "E". A local day whose zone is
not known has a date and no time, as FHIR wants it. Numbers are written so that they read back equal.
Source: hl7.org/fhir/R4 (Bundle, Observation, SampledData).
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from sennight.readers.fhir.codes import (
    CATEGORY_SYSTEM,
    CHANNEL_SYSTEM,
    FACT_SYSTEM,
    LOINC,
    PERSON_SYSTEM,
    UCUM,
    WRITTEN,
    ucum,
)
from sennight.readers.measurements import TOTALS
from sennight.record import MINUTES_PER_DAY, Facts, PersonDays, channel

UNSEEN = "E"
_URL = "urn:uuid:"
MINUTE_MS = 60_000
_NAMESPACE = uuid.UUID("8f5f6a51-5f1c-5a53-9c1e-0d6d0a6d9a4e")  # any; it makes the same bundle twice the same


def entry(resource: Mapping[str, Any]) -> dict[str, Any]:
    """A resource as an entry of a bundle, where references name it by its id."""
    return {"fullUrl": f"{_URL}{resource['id']}", "resource": dict(resource)}


def alone(resource: Mapping[str, Any]) -> dict[str, Any]:
    """A resource outside of a bundle: its references name the kind and the id."""
    made = dict(resource)
    if "subject" in made:
        made["subject"] = {"reference": made["subject"]["reference"].replace(_URL, "Patient/")}
    return made


def patient(person: str) -> dict[str, Any]:
    """A person by their id here, and nothing else."""
    return {
        "resourceType": "Patient",
        "id": _id("person", person),
        "identifier": [{"system": PERSON_SYSTEM, "value": person}],
    }


def days_of(day: PersonDays) -> Iterator[dict[str, Any]]:
    """One Observation a channel and day of a window; channels that were never seen that day have none."""
    if day.first_date is None:
        return
    for number in range(day.days):
        date = day.first_date + dt.timedelta(days=number)
        rows = slice(number * MINUTES_PER_DAY, (number + 1) * MINUTES_PER_DAY)
        for i, name in enumerate(day.channels):
            seen = day.seen[rows, i]
            if seen.any():
                yield _minutes(day.person, name, date, day.values[rows, i], seen)


def facts_of(facts: Facts) -> Iterator[dict[str, Any]]:
    """One Observation a fact; a fact without a date has no time."""
    for name, column in facts.columns.items():
        for i, (code, value) in enumerate(zip(column.person_code, column.values, strict=True)):
            person = facts.people[code]
            made = _observation(person, name, FACT_SYSTEM, f"fact|{person}|{name}|{i}")
            if not np.isnat(column.dates[i]):
                made["effectiveDateTime"] = str(column.dates[i].astype("datetime64[D]"))
            made["valueQuantity"] = {
                "value": _plain(float(value)), "unit": column.unit, "system": UCUM, "code": ucum(column.unit),
            }  # fmt: skip
            yield made


def _minutes(person: str, name: str, date: dt.date, values: np.ndarray, seen: np.ndarray) -> dict[str, Any]:
    made = _observation(person, name, CHANNEL_SYSTEM, f"minutes|{person}|{name}|{date}")
    # A minute of a total (steps, metres, kilocalories) is an amount, of everything else a level.
    unit = TOTALS[name][0] if name in TOTALS else channel(name).unit
    made["effectiveDateTime"] = date.isoformat()
    made["valueSampledData"] = {
        "origin": {"value": 0, "unit": unit, "system": UCUM, "code": ucum(unit)},
        "period": MINUTE_MS,
        "dimensions": 1,
        "data": " ".join(_digits(v) if there else UNSEEN for v, there in zip(values, seen, strict=True)),
    }
    return made


def _observation(person: str, name: str, system: str, told: str) -> dict[str, Any]:
    """What every Observation has: ours as a code of our own, and LOINC's where there is one."""
    written = WRITTEN.get(name)
    coding = [{"system": system, "code": name}]
    if written:
        coding.insert(0, {"system": LOINC, "code": written.code, "display": written.display})
    category = written.category if written else "activity"
    return {
        "resourceType": "Observation",
        "id": _id("observation", told),
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY_SYSTEM, "code": category}]}],
        "code": {"coding": coding, "text": name.replace("_", " ")},
        "subject": {"reference": _URL + _id("person", person)},
    }


def _id(kind: str, told: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{kind}|{told}"))


def _digits(value: np.float32) -> str:
    """The shortest decimals that are this number again, without an exponent."""
    return np.format_float_positional(value, unique=True, trim="-")


def _plain(value: float) -> int | float:
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
