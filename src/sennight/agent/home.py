"""From a home to an opened person: days, devices and offsets are worked out at import, and only mapped here."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Int16, Int64

from sennight.agent.person import DayFacts, Minutes, OpenPerson, Segment
from sennight.agent.profile import Profile
from sennight.errors import StoreError
from sennight.prepare import WornDays, worn_days
from sennight.record import MINUTES_PER_DAY, Clock, MinuteTable, Person
from sennight.store.home import Home

MIN_SEGMENT_DAYS = 3  # a device that measured most for fewer days in a row is no segment of its own
EPOCH = date(1970, 1, 1).toordinal()


def build_days(home: Home) -> None:
    """Make the days of all imports and write them. Raises: StoreError, PrepareError."""
    person = Person(id=home.person, recordings=home.recordings())
    home.write_days(*arrays_of(worn_days(person), home.facts()))


def arrays_of(found: WornDays, facts: pl.DataFrame) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """What a home keeps of the days: arrays by name, and their description as plain data."""
    days = found.days
    if days is None and not len(facts):
        raise StoreError("nothing was worn and no day is described", todo="Is this the right export?")
    arrays: dict[str, np.ndarray] = {"ordinal": np.zeros(0, dtype=np.int64)}
    described: dict[str, Any] = {"clock": str(Clock.LOCAL), "channels": [], "device": [], "notes": []}
    if days is not None:
        arrays["ordinal"] = days.ordinal
        for k, channel in enumerate(days.channels):
            arrays[f"{channel.name}.values"], arrays[f"{channel.name}.why"] = days.values[:, :, k], days.why[:, :, k]
        device, offset = day_sources(found.tables, days.ordinal)
        arrays["offset_min"] = offset
        described |= {
            "clock": str(days.clock), "channels": [c.name for c in days.channels], "device": device,
            "notes": notes_of(found),
        }  # fmt: skip
    described["facts"] = day_facts(facts)
    return arrays, described


def notes_of(found: WornDays) -> list[str]:
    """What holds for every answer: only what a reader should know to judge it."""
    notes = []
    if found.merge_rule:
        notes.append(f"several devices: in each minute {found.merge_rule} speaks, never both")
    inferred = sorted({rule for rule in found.wear_rules.values() if rule not in ("device_flag", "seen")})
    if inferred:
        notes.append(f"worn or not was worked out by rule ({', '.join(inferred)})")
    return notes


def day_sources(
    tables: Sequence[MinuteTable], ordinal: Int64[np.ndarray, " day"]
) -> tuple[list[str], Int16[np.ndarray, "day 2"]]:
    """The device that saw most minutes of each day, and the UTC offset at its first and last recorded minute."""
    seen: dict[str, np.ndarray] = {}
    offset = np.zeros((len(ordinal), 2), dtype=np.int16)
    most = np.zeros(len(ordinal), dtype=np.int64)
    for table in sorted(tables, key=lambda t: (t.devices, t.start_utc)):
        minute = table.start_utc // 60 + np.arange(len(table.offset_min)) + table.offset_min
        at = np.searchsorted(ordinal, minute // MINUTES_PER_DAY + EPOCH)
        at_safe = np.minimum(at, len(ordinal) - 1)
        there = ordinal[at_safe] == minute // MINUTES_PER_DAY + EPOCH
        count = np.bincount(at_safe[there & table.seen.any(axis=1)], minlength=len(ordinal))
        name = table.devices[0]
        seen[name] = seen.get(name, np.zeros(len(ordinal), dtype=np.int64)) + count
        rows = np.flatnonzero(there)
        first, last = np.full(len(ordinal), -1), np.full(len(ordinal), -1)
        first[at_safe[rows[::-1]]], last[at_safe[rows]] = rows[::-1], rows
        better = (first >= 0) & (count > most)
        offset[better, 0], offset[better, 1] = table.offset_min[first[better]], table.offset_min[last[better]]
        most = np.maximum(most, count)
    names = list(seen)
    counts = np.stack([seen[name] for name in names])
    best = counts.argmax(axis=0)
    return [names[k] if counts[k, i] else "" for i, k in enumerate(best)], offset


def segments_of(ordinal: Int64[np.ndarray, " day"], device: Sequence[str]) -> tuple[Segment, ...]:
    """Runs of days by their main device; a run of fewer than three days belongs to the one before it."""
    runs: list[list[Any]] = []
    for day, name in zip(ordinal.tolist(), device, strict=True):
        if runs and (runs[-1][0] == name or not name):
            runs[-1][2], runs[-1][3] = day, runs[-1][3] + 1
        else:
            runs.append([name, day, day, 1])
    kept: list[list[Any]] = []
    for run in runs:
        if kept and (run[3] < MIN_SEGMENT_DAYS or kept[-1][0] == run[0]):
            kept[-1][2] = run[2]
        elif kept and kept[-1][3] < MIN_SEGMENT_DAYS:
            kept[-1] = [run[0], kept[-1][1], run[2], run[3]]
        else:
            kept.append(list(run))
    return tuple(
        Segment(device=name, first=date.fromordinal(a), last=date.fromordinal(b)) for name, a, b, _ in kept
    )  # fmt: skip


def day_facts(facts: pl.DataFrame) -> dict[str, Any]:
    """Dated facts by name: of each day the value that was imported last."""
    latest = facts.unique(["name", "unit", "date"], keep="last", maintain_order=True).sort("name", "date")
    return {
        str(name): {
            "unit": part["unit"][0], "source": part["source"][0],
            "ordinal": [d.toordinal() for d in part["date"].to_list()], "values": part["value"].to_list(),
        }
        for (name, _), part in latest.partition_by(["name", "unit"], as_dict=True, maintain_order=True).items()
    }  # fmt: skip


def open_person(path: Path, *, today: date | None = None) -> OpenPerson:
    """Open the home of a person. `today` is the day that "last week" counts from, the last recorded day if not given.

    Raises: StoreError if there is no home or it is damaged; InputError if the profile holds what cannot be.
    """
    home = Home(path.expanduser())
    arrays, described = home.days()
    return person_of(home.person, arrays, described, profile=Profile.from_json(home.profile()), today=today)


def person_of(
    name: str, arrays: Mapping[str, np.ndarray], described: Mapping[str, Any], *, profile: Profile | None = None,
    today: date | None = None,
) -> OpenPerson:  # fmt: skip
    """An opened person from what a home keeps."""
    ordinal = np.asarray(arrays["ordinal"])
    facts = {
        fact: DayFacts(
            name=fact, unit=f["unit"], source=f["source"], ordinal=np.array(f["ordinal"], dtype=np.int64),
            values=np.array(f["values"], dtype=np.float64),
        )
        for fact, f in described["facts"].items()
    }  # fmt: skip
    days = [int(o) for o in ordinal[-1:]] + [int(f.ordinal[-1]) for f in facts.values() if not len(ordinal)]
    return OpenPerson(
        id=name, today=today or date.fromordinal(max(days)), clock=Clock(described["clock"]), ordinal=ordinal,
        minutes={c: Minutes(values=arrays[f"{c}.values"], why=arrays[f"{c}.why"]) for c in described["channels"]},
        offset_min=np.asarray(arrays.get("offset_min", np.zeros((0, 2), dtype=np.int16))),
        device=tuple(described["device"]), segments=segments_of(ordinal, described["device"]), facts=facts,
        profile=profile or Profile(), notes=tuple(described["notes"]),
    )  # fmt: skip
