"""A small study that the tests of tables share: where its files lie, how it is mapped, what is read from it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.readers import read
from sennight.readers.reader import Reading
from sennight.record import Recording

LONG = """\
name: study
prefix: study
tables:
  - files: ["minutes.*"]
    shape: long
    person: who
    device: watch
    clock: {clock}
    time: {time}
    channels:
      - {{column: hr, channel: {channel}, unit: {unit}, missing: [-1], invalid: [255]}}
"""
DAYS = """\
name: study
prefix: study
tables:
  - files: ["days.parquet"]
    shape: day
    person: who
    device: belt
    clock: {clock}
    time: {time}
    channels:
      - {{column: counts, channel: hip_counts, unit: counts/min, missing: [-1], invalid: [32767]}}
"""


@dataclass(frozen=True)
class Study:
    """Synthetic tables in a folder."""

    folder: Path

    def minutes(self, *rows: str, header: str = "who,t,hr") -> None:
        """Write minutes.csv."""
        (self.folder / "minutes.csv").write_text("\n".join([header, *rows]) + "\n")

    def days(self, counts: np.ndarray, **columns: list[object]) -> None:
        """Write days.parquet, one row a day."""
        pl.DataFrame({**columns, "counts": pl.Series(counts)}).write_parquet(self.folder / "days.parquet")

    def mapping(self, text: str) -> Path:
        """Write mapping.yaml."""
        path = self.folder / "mapping.yaml"
        path.write_text(text)
        return path

    def long(
        self,
        *,
        time: str = "{timestamp: t}",
        clock: str = "local",
        unit: str = "beats/min",
        channel: str = "heart_rate",
        change: Callable[[str], str] = str,
    ) -> Path:
        """A mapping of minute rows."""
        return self.mapping(change(LONG.format(clock=clock, time=time, unit=unit, channel=channel)))

    def daily(self, *, time: str = "{date: date}", clock: str = "local", change: Callable[[str], str] = str) -> Path:
        """A mapping of day rows."""
        return self.mapping(change(DAYS.format(clock=clock, time=time)))

    def read(self, mapping: Path) -> Reading:
        """The whole folder."""
        return read(self.folder, mapping=mapping)

    def only(self, reading: Reading) -> Recording:
        """The one recording of the one person."""
        (person,) = reading.people
        (recording,) = person.recordings
        return recording


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """An empty one."""
    return Study(tmp_path)


@pytest.fixture(scope="session")
def study_at() -> Callable[[Path], Study]:
    """`Study(folder)`."""
    return Study
