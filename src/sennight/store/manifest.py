"""The manifest: the one file that says what a store holds; what it does not name is not there.

It lists every file with size and SHA-256 and carries a hash of itself, so that no bit of a store can
change unnoticed. Replacing it is the commit. It holds no time stamp: the same input gives the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sennight.errors import StoreError
from sennight.record import MINUTES_PER_DAY

FORMAT = "sennight person-days"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
FACTS = "facts.parquet"
SAMPLES = "samples"
ZARR_JSON = "samples/zarr.json"
INDEX = "index"

DAMAGED = "Restore the store from a copy, or write it again from its source."


def shard_path(shard: int) -> str:
    """Where Zarr looks for a shard of the samples array, relative to the store."""
    return f"{SAMPLES}/c.{shard}.0.0"


def index_path(shard: int) -> str:
    """Where the index rows of a shard stand, relative to the store."""
    return f"{INDEX}/{shard:06d}.parquet"


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """One file of the store: path relative to the store, bytes, hash."""

    path: str
    size: int
    sha256: str

    @classmethod
    def of(cls, path: str, content: bytes) -> "FileEntry":
        """The entry of a file with this content."""
        return cls(path=path, size=len(content), sha256=hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, kw_only=True)
class Commit:
    """One shard of person-days and its index rows. `content_sha256` hashes them before any packing."""

    rows: int
    content_sha256: str
    samples: FileEntry
    index: FileEntry


@dataclass(frozen=True, kw_only=True)
class ChannelEntry:
    """A channel as it was when the store was written."""

    name: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a store holds. `rows` counts the days of people who are wholly there.

    While a store grows, its last shard may end amid a person: those rows are committed, not yet counted.
    Raises: StoreError if the parts contradict each other.
    """

    channels: tuple[ChannelEntry, ...]
    shard_rows: int
    provenance: Mapping[str, Any]
    commits: tuple[Commit, ...] = ()
    others: tuple[FileEntry, ...] = ()
    rows: int = 0
    complete: bool = False

    def __post_init__(self) -> None:
        names = [c.name for c in self.channels]
        if not names or len(set(names)) != len(names) or self.shard_rows < 1:
            raise StoreError("a store needs channels, each once, and shards of at least one row")
        full = [c.rows == self.shard_rows for c in self.commits]
        last_may_be_short = self.complete and full and 0 < self.commits[-1].rows <= self.shard_rows
        if not all(full[:-1]) or (full and not full[-1] and not last_may_be_short):
            raise StoreError("a shard that is not the last one of a finished store is not full")
        if not 0 <= self.rows <= self.committed_rows or (self.complete and self.rows != self.committed_rows):
            raise StoreError("the counted rows of a store are not those of its shards")

    @cached_property
    def committed_rows(self) -> int:
        """Rows in all shards, whole people or not."""
        return sum(c.rows for c in self.commits)

    @cached_property
    def files(self) -> tuple[FileEntry, ...]:
        """Every file beside the manifest."""
        return (*(c.samples for c in self.commits), *(c.index for c in self.commits), *self.others)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the minutes and whose they are: equal for equal content, however it is packed. Facts do not count."""
        lines = [FORMAT, *(f"{c.name} {c.unit}" for c in self.channels), *(c.content_sha256 for c in self.commits)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def other(self, path: str) -> FileEntry | None:
        """The entry of a file that belongs to no commit, if it is listed."""
        return next((entry for entry in self.others if entry.path == path), None)

    def extended(self, commit: Commit, *, rows: int) -> "Manifest":
        """With one commit more, of which `rows` rows are of whole people."""
        return replace(self, commits=(*self.commits, commit), rows=rows)

    def to_bytes(self) -> bytes:
        """The file: readable JSON that ends with the hash of the rest."""
        body = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "complete": self.complete,
            "rows": self.rows,
            "fingerprint": self.fingerprint,
            "window_days": 1,
            "minutes": MINUTES_PER_DAY,
            "shard_rows": self.shard_rows,
            "channels": [asdict(c) for c in self.channels],
            "provenance": self.provenance,
            "others": [asdict(f) for f in self.others],
            "commits": [asdict(c) for c in self.commits],
        }
        return _dump({**body, "sha256": hashlib.sha256(_dump(body)).hexdigest()})

    @classmethod
    def from_bytes(cls, content: bytes, *, where: str) -> "Manifest":
        """Read a manifest.

        Raises: StoreError if it is no manifest, of a newer format, or one bit of it has changed.
        """
        try:
            raw = json.loads(content)
            kind, version = raw["format"], raw["format_version"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise StoreError("this is no manifest of a store", where=where, todo=DAMAGED) from error
        if kind == FORMAT and isinstance(version, int) and version > FORMAT_VERSION:
            raise StoreError(
                f"the store has format version {version}, this sennight reads up to {FORMAT_VERSION}",
                where=where,
                todo="Install a newer sennight.",
            )
        try:
            manifest = _parse(raw)
            # Equal bytes mean that every part was understood and that the hash holds.
            intact = kind == FORMAT and version == FORMAT_VERSION and manifest.to_bytes() == content
        except (ValueError, KeyError, TypeError, RecursionError, StoreError) as error:
            raise StoreError("the manifest of the store is damaged", where=where, todo=DAMAGED) from error
        if not intact:
            raise StoreError("the manifest of the store is damaged", where=where, todo=DAMAGED)
        return manifest

    @classmethod
    def load(cls, store: Path) -> "Manifest":
        """Read the manifest of the store in this folder. Raises: StoreError if there is none or it is damaged."""
        path = store / MANIFEST
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise StoreError(
                "there is no store here", where=str(store), todo="`sennight prepare` makes one."
            ) from error
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StoreError(f"the store cannot be read: {reason}", where=str(path)) from error
        return cls.from_bytes(content, where=str(path))


def _dump(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, indent=1, allow_nan=False).encode()


def _entry(raw: Mapping[str, Any], path: str | None = None) -> FileEntry:
    entry = FileEntry(**raw)
    # A manifest from somebody else must not lead out of the store.
    if entry.path not in ((path,) if path else (FACTS, ZARR_JSON)):
        raise StoreError("a manifest names a file that does not belong to a store")
    return entry


def _parse(raw: Mapping[str, Any]) -> Manifest:
    commits = tuple(
        Commit(
            rows=c["rows"],
            content_sha256=c["content_sha256"],
            samples=_entry(c["samples"], shard_path(i)),
            index=_entry(c["index"], index_path(i)),
        )
        for i, c in enumerate(raw["commits"])
    )
    return Manifest(
        channels=tuple(ChannelEntry(**c) for c in raw["channels"]),
        shard_rows=raw["shard_rows"],
        provenance=raw["provenance"],
        commits=commits,
        others=tuple(_entry(f) for f in raw["others"]),
        rows=raw["rows"],
        complete=raw["complete"],
    )
