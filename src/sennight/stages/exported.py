"""Export: a store, or an export that is read and prepared on the way, becomes a FHIR Bundle.

The bundle is written entry by entry: a cohort of any size needs the memory of one person.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sennight.errors import InputError
from sennight.prepare import prepare
from sennight.readers import read
from sennight.record import Facts, PersonDays
from sennight.stages.fhir_bundle import alone, days_of, entry, facts_of, patient
from sennight.store import Store

DAYS_AT_ONCE = 32  # of a store in memory: some megabytes
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, kw_only=True)
class ExportReport:
    """What was written: people, observations by kind, days left out for want of a date."""

    people: int
    minutes: int
    facts: int
    undated_days: int


def export_fhir(source: str | Path, out: Path, *, progress: Progress | None = None) -> ExportReport:
    """Write all days and facts of a store, or of an export, as one FHIR R4 Bundle (a collection).

    A name that ends in `.ndjson` gives one resource a line instead, as servers take them in bulk.
    Raises: InputError if nothing has a date; ReadError, StoreError.
    """
    days, facts, total = _source(source)
    counted: Counter[str] = Counter()
    resources = _resources(days, facts, counted, progress=progress, total=total)
    fresh = out.with_name(f".{out.name}.tmp")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write(fresh, resources, lines=out.suffix.lower() == ".ndjson")
        if not counted["minutes"] and not counted["facts"]:
            raise InputError(
                "nothing to export: no day has a calendar date, and there are no facts",
                where=str(source),
                todo="Days that are known by their weekday alone cannot be FHIR observations.",
            )
        fresh.chmod(0o600)
        fresh.replace(out)
    finally:
        fresh.unlink(missing_ok=True)
    return ExportReport(
        people=counted["people"], minutes=counted["minutes"], facts=counted["facts"], undated_days=counted["undated"]
    )


def _source(source: str | Path) -> tuple[Iterator[PersonDays], Facts, int | None]:
    path = Path(source)
    if path.is_dir() and (path / "manifest.json").is_file():
        store = Store.open(path)
        return _of_store(store), store.facts, len(store.people)
    reading = read(source)
    prepared = (day for person in prepare(reading.people) for day in person.days)
    return prepared, reading.facts, reading.n_people


def _of_store(store: Store) -> Iterator[PersonDays]:
    """Days in the order of the rows, some at a time."""
    for first in range(0, len(store), DAYS_AT_ONCE):
        rows = np.arange(first, min(first + DAYS_AT_ONCE, len(store)))
        batch, dates = store.read(rows), store.index[rows]["first_date"].to_list()
        for i in range(len(batch)):
            yield PersonDays(
                person=batch.people[i],
                first_date=dates[i],
                ordinal=batch.ordinal[i],
                weekday=int(batch.weekday[i]),
                values=np.ascontiguousarray(batch.values[i]),
                seen=np.ascontiguousarray(batch.seen[i]),
                channels=batch.channels,
            )


def _resources(
    days: Iterator[PersonDays], facts: Facts, counted: Counter[str], *, progress: Progress | None, total: int | None
) -> Iterator[dict[str, Any]]:
    """Patients before their observations."""
    known: set[str] = set()

    def first_met(person: str) -> Iterator[dict[str, Any]]:
        if person not in known:
            known.add(person)
            counted["people"] += 1
            if progress:
                progress(len(known), total)
            yield patient(person)

    for day in days:
        if day.first_date is None:
            counted["undated"] += 1
            continue
        yield from first_met(day.person)
        for made in days_of(day):
            counted["minutes"] += 1
            yield made
    for person in facts.people:
        for made in facts_of(facts.of([person])):
            yield from first_met(person)
            counted["facts"] += 1
            yield made


def _write(path: Path, resources: Iterator[dict[str, Any]], *, lines: bool) -> None:
    with path.open("w", encoding="utf-8") as file:
        if lines:
            file.writelines(json.dumps(alone(resource)) + "\n" for resource in resources)
            return
        file.write('{"resourceType": "Bundle", "type": "collection", "entry": [')
        for i, resource in enumerate(resources):
            file.write((",\n" if i else "\n") + json.dumps(entry(resource)))
        file.write("\n]}\n")
