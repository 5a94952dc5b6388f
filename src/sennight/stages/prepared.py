"""Prepare: an export or cohort becomes a store, with a read report and a wear report beside its minutes."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sennight.errors import InputError
from sennight.prepare import PreparedPerson, WearReport, prepare
from sennight.readers import read
from sennight.record import CHANNELS, ClockCount, Person, Role, channel
from sennight.store import Store, StoreWriter
from sennight.store.manifest import MANIFEST

READ_REPORT, WEAR_REPORT = "read.json", "wear.json"


@dataclass(frozen=True, kw_only=True)
class PrepareReport:
    """What was read and what was worn, as plain data (`read.json`, `wear.json` in the store's folder)."""

    read: Mapping[str, Any]
    wear: Mapping[str, Any]

    @property
    def partial(self) -> bool:
        """Could a part of the export not be read?"""
        return bool(self.read.get("failed") or self.read.get("cut_short"))


def prepare_store(
    source: str | Path,
    out: Path,
    *,
    mapping: Path | None = None,
    people: int | None = None,
    progress: Callable[[int, int | None], None] | None = None,
) -> PrepareReport:
    """Read an export or cohort, prepare everybody, write a store. `people` stops after so many.

    Raises: ReadError, PrepareError, StoreError; a store that is left unfinished opens, and running this
    again completes it.
    """
    reading = read(source, mapping=mapping)
    total = min(people, reading.n_people or people) if people else reading.n_people
    wear, clocks, devices = WearReport(), ClockCount(), Counter[str]()
    watched = _watched(reading.people, clocks, devices)
    prepared: Iterator[PreparedPerson] = islice(prepare(watched), people)
    channels = reading.channels
    if channels is None:
        # A reader that cannot tell its channels beforehand is of one person's export: small enough to hold.
        held = list(prepared)
        channels = tuple(dict.fromkeys(name for p in held for d in p.days for name in d.channels))
        prepared = iter(held)
    # In the registry's order, whatever the export's: the same minutes give the same store.
    signals = tuple(c for c in CHANNELS if c in channels and channel(c).role is Role.SIGNAL)
    if not signals:
        raise InputError(
            "nothing was measured that a model can use",
            where=str(source),
            todo=f"`sennight read {source}` says what was read and what was dropped.",
        )
    stream = _counted(prepared, wear)
    ahead = []  # nobody's store is started before somebody wore something
    for person in stream:
        ahead.append(person)
        if person.days:
            break
    if not wear.person_days:
        raise InputError(
            "no minute was worn",
            where=str(source),
            todo=f"`sennight read {source}` says what was read and what was dropped.",
        )
    provenance = {"reader": reading.report.reader, "people_limit": people}
    stored: list[str] = []
    with StoreWriter(out, channels=signals, provenance=provenance) as writer:
        for done, person in enumerate(chain(ahead, stream), start=1):
            writer.extend(person.days)
            stored.extend({day.person for day in person.days})
            if progress:
                progress(done, total)
        writer.add_facts(reading.facts.of(stored))
    reading.report.clock, reading.report.devices = str(clocks), devices
    report = PrepareReport(read=reading.report.to_json(), wear=wear.to_json())
    _write_json(out / READ_REPORT, report.read)
    _write_json(out / WEAR_REPORT, report.wear)
    return report


def store_of(source: str | Path, keep: Path, *, progress: Callable[[int, int | None], None] | None = None) -> Store:
    """A store as it is; an export or cohort is first prepared into `keep`, if that was not done before.

    Raises: ReadError, PrepareError, StoreError.
    """
    if (Path(source) / MANIFEST).is_file():
        return Store.open(Path(source))
    if not (keep / MANIFEST).is_file():
        prepare_store(source, keep, progress=progress)
    return Store.open(keep)


def _watched(people: Iterator[Person], clocks: ClockCount, devices: Counter[str]) -> Iterator[Person]:
    """The same people, while their clocks and devices are counted."""
    for person in people:
        for recording in person.recordings:
            clocks.add(recording)
            devices[recording.device] += len(recording.times_utc)
        yield person


def _counted(prepared: Iterator[PreparedPerson], wear: WearReport) -> Iterator[PreparedPerson]:
    for person in prepared:
        wear.add(person.wear)
        yield person


def _write_json(path: Path, content: object) -> None:
    fresh = path.with_name(f".{path.name}.tmp")
    fresh.write_text(json.dumps(content, indent=1) + "\n")
    fresh.chmod(0o600)
    fresh.replace(path)
