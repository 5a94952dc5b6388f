"""Synthetic person-days for the store: people with different numbers of days, gaps, and one without dates."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sennight.record import Fact, Facts, PersonDays
from sennight.store import Store, StoreWriter

CHANNELS = ("heart_rate", "steps", "mims")
SHARD_ROWS = 4

MakeDay = Callable[..., PersonDays]


@pytest.fixture
def make_day() -> MakeDay:
    """A synthetic window; its minutes follow from person and ordinal alone."""

    def make(
        person: str, ordinal: int, *, days: int = 1, dated: bool = True, channels: tuple[str, ...] = CHANNELS
    ) -> PersonDays:
        rng = np.random.default_rng([*person.encode(), ordinal])
        values = rng.normal(size=(1440 * days, len(channels))).astype(np.float32)
        seen = rng.random(values.shape) < 0.6
        values[~seen] = 0
        date = dt.date.fromordinal(ordinal) if dated else None
        weekday = date.weekday() if date else ordinal % 7
        return PersonDays(
            person=person,
            first_date=date,
            ordinal=ordinal,
            weekday=weekday,
            values=values,
            seen=seen,
            channels=channels,
        )

    return make


@pytest.fixture
def cohort(make_day: MakeDay) -> list[PersonDays]:
    """13 days of four synthetic people: 3 days, 1 day, 8 days with one missing in the second place, 2 undated."""
    start = dt.date(2024, 12, 30).toordinal()
    return [
        *(make_day("anna", start + i) for i in range(3)),
        make_day("bo", start),
        *(make_day("cleo", start + i) for i in (0, 2, 3, 4, 5, 6, 7)),
        *(make_day("dee", i, dated=False) for i in (1, 2)),
    ]


@pytest.fixture
def facts() -> Facts:
    """Synthetic facts: dated, undated, several of one name."""
    return Facts.from_rows(
        [
            Fact("anna", "age", 41.0, "a", "survey"),
            Fact("cleo", "age", 52.0, "a", "survey"),
            Fact("anna", "weight", 61.5, "kg", "scale", dt.date(2024, 3, 1)),
            Fact("anna", "weight", 60.5, "kg", "scale", dt.date(2024, 5, 1)),
            Fact("gone", "age", 30.0, "a", "survey"),
        ]
    )


@pytest.fixture
def written(tmp_path: Path, cohort: list[PersonDays], facts: Facts) -> Path:
    """A finished store of the cohort, in four shards."""
    path = tmp_path / "written"
    with StoreWriter(path, channels=CHANNELS, provenance={"made": "synthetic"}, shard_rows=SHARD_ROWS) as writer:
        writer.extend(cohort)
        writer.add_facts(facts)
    return path


@pytest.fixture
def store(written: Path) -> Store:
    """The finished store, opened."""
    return Store.open(written)


@pytest.fixture
def contents() -> Callable[[Path], dict[str, bytes]]:
    """Every file of a folder with its bytes."""
    return lambda folder: {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
