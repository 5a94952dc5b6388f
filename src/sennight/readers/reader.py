"""The contract of the readers shelf: claim a file, turn it into people one at a time, say what was dropped."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from sennight.record import Facts, Person


@dataclass(kw_only=True)
class ReadReport:
    """What went in and what came out. Filled while people are read, complete when the last one was.

    Every record that was seen is either kept or dropped for a counted reason.
    """

    reader: str
    source: str
    files: int = 0
    bytes_read: int = 0
    records_seen: int = 0
    records_kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    devices: Counter[str] = field(default_factory=Counter)
    """Samples kept by device."""
    clock: str = ""
    """In words: which clocks and UTC offsets; known once everybody was read."""
    converted: Counter[str] = field(default_factory=Counter)
    """Values whose unit was changed, by "kJ -> kcal"."""
    failed: dict[str, str] = field(default_factory=dict)
    """File -> why nothing of it could be read; the others were."""
    cut_short: dict[str, str] = field(default_factory=dict)
    """File -> what is missing of it; what came before was kept."""

    @property
    def partial(self) -> bool:
        """Was anything lost that a complete file would have given?"""
        return bool(self.failed or self.cut_short)

    @property
    def records_dropped(self) -> int:
        """All dropped records, whatever the reason."""
        return sum(self.dropped.values())

    def to_json(self) -> dict[str, Any]:
        """All counts as plain data."""
        return {
            **vars(self),
            "dropped": dict(self.dropped),
            "unknown": dict(self.unknown),
            "notes": list(self.notes),
            "devices": dict(self.devices),
            "converted": dict(self.converted),
            "failed": dict(self.failed),
            "cut_short": dict(self.cut_short),
        }

    def keep(self, seen: int, dropped: int = 0, reason: str = "") -> None:
        """Count `seen` records of which `dropped` were dropped for one reason."""
        self.records_seen += seen
        self.records_kept += seen - dropped
        if dropped:
            self.dropped[reason] += dropped


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """What a reader returns: people to iterate over once, facts known at the start, a report.

    `people` yields each person once, whole, in a stable order; memory holds one person at a time.
    `n_people` is for progress bars and `channels` (registry names of all that may come) lets a store be
    written as people stream by; both are None where they cannot be known cheaply.
    """

    people: Iterator[Person]
    facts: Facts
    report: ReadReport
    n_people: int | None = None
    channels: tuple[str, ...] | None = None
    personal: bool = False
    """One person's own export, two of them in one folder are the same person's."""


@runtime_checkable
class Reader(Protocol):
    """One export format.

    `claims` looks at names, magic bytes or headers only, never raises on odd content and takes
    milliseconds; `read` raises ReadError with what, where, what to do, before or while yielding people.
    """

    name: str
    title: str

    def claims(self, path: Path) -> bool:
        """Is this yours?"""
        ...

    def read(self, path: Path) -> Reading:
        """Read it."""
        ...


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
