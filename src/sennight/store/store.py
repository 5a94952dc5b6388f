"""Reading a store: days by row, weeks by their first row, or all of it; never a value that was not written.

What is checked, and when:

- `open` reads the small files whole (manifest, index, facts, zarr.json) and holds each against its
  SHA-256, and holds every shard against its size.
- Every read checks the CRC-32C of each chunk it touches; a chunk that is not there is an error.
- `check="shards"` holds a shard against its SHA-256 the first time one of its rows is read, which also
  finds a shard of another store or another place. It is the default up to `SMALL_STORE_BYTES`; beyond
  that, random reads would first have to read every shard whole, so the default is `check="chunks"`.
- `verify` holds every file against its SHA-256.

A store that is being written can be read: it shows the whole people committed when it was opened.
"""

import threading
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
from jaxtyping import Bool, Float32, Int64, Integer

from sennight.errors import StoreError
from sennight.record import CHANNELS, MINUTES_PER_DAY, Facts, WindowBatch
from sennight.store import manifest as layout
from sennight.store.intact import check_hash, check_size, checked_bytes
from sennight.store.manifest import DAMAGED, Manifest
from sennight.store.samples import Samples
from sennight.store.tables import INDEX_SCHEMA, read_facts, read_index

WEEK_DAYS = 7

SMALL_STORE_BYTES = 16 * 2**30
"""Up to here each shard is hashed whole when first touched: at 1 to 2 GB/s, seconds a process."""

ROWS_AT_ONCE = 32  # while reading all: a few megabytes, small enough for the processor's cache

Check = Literal["shards", "chunks"]

FILLED_OF = "filled_of"  # in the provenance of minutes that a model filled: the store they are of


class Store:
    """An open store. Build it with `Store.open`; it can be sent to other processes, which open it anew."""

    def __init__(self, path: Path, manifest: Manifest, index: pl.DataFrame, facts: Facts, check: Check) -> None:
        self.path = path
        self.manifest = manifest
        self.index = index
        self.facts = facts
        self.check = check
        self.channels = tuple(c.name for c in manifest.channels)
        self._samples = Samples(
            path / layout.SAMPLES,
            rows=manifest.committed_rows,
            channels=self.channels,
            shard_rows=manifest.shard_rows,
        )
        self._trusted: set[int] = set()
        self._lock = threading.Lock()
        self._memory: tuple[Float32[np.ndarray, "row channel minute"], Bool[np.ndarray, "row channel minute"]] | None
        self._memory = None

    @classmethod
    def open(cls, path: Path, *, check: Check | None = None, layers: bool = False) -> "Store":
        """Open the store in a folder; `layers` is for `store.filled` alone.

        Raises: StoreError if there is none, it is of a newer format, holds filled minutes, or a file is
        missing, damaged or of another size than the manifest says; the file is named.
        """
        path = Path(path)
        manifest = Manifest.load(path)
        if FILLED_OF in manifest.provenance and not layers:
            raise StoreError(
                "these minutes were filled by a model, nobody measured them",
                where=str(path),
                todo="Open the store they were filled from; `sennight.store.filled` reads both side by side.",
            )
        _check_units(manifest, path)
        for commit in manifest.commits:
            check_size(path, commit.samples)
        parts = [read_index(checked_bytes(path, c.index), where=str(path / c.index.path)) for c in manifest.commits]
        index = (pl.concat(parts) if parts else pl.DataFrame(schema=INDEX_SCHEMA)).head(manifest.rows)
        if not bool((index["row"] == pl.arange(0, manifest.rows, eager=True)).all()):
            raise StoreError("the index of the store does not count its rows", where=str(path), todo=DAMAGED)
        contents = {entry.path: checked_bytes(path, entry) for entry in manifest.others}
        facts = Facts.none()
        if layout.FACTS in contents:
            facts = read_facts(contents[layout.FACTS], where=str(path / layout.FACTS))
        if check is None:
            check = "shards" if sum(f.size for f in manifest.files) <= SMALL_STORE_BYTES else "chunks"
        return cls(path, manifest, index, facts, check)

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopened, (self.path, self.check, FILLED_OF in self.manifest.provenance)

    def __len__(self) -> int:
        """Person-days."""
        return self.manifest.rows

    @property
    def complete(self) -> bool:
        """False while it is being written, or if that was broken off."""
        return self.manifest.complete

    @property
    def fingerprint(self) -> str:
        """Hash of the minutes and whose they are."""
        return self.manifest.fingerprint

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Everybody with a day here, in the order of the rows."""
        return tuple(self.index["person"].unique(maintain_order=True))

    def read(self, rows: Integer[np.ndarray, " batch"]) -> WindowBatch:
        """The days at these rows, in this order.

        `values` and `seen` are views in channel-major memory ([batch, channel, minute] transposed), as
        stored: nothing is gained by turning a gigabyte a second that a model folds into patches anyway.
        Raises: StoreError if a row does not exist or its shard is damaged.
        """
        rows = self._checked(rows)
        values, seen = self._filled(rows)
        return self._batch(rows, values, seen)

    def weeks(self) -> pl.DataFrame:
        """Weeks that do not overlap: row of the first day, person, ordinal, days (rows in it, 1 to 7), worn_minutes.

        A person's first week starts with their first day; the next one with the first day after it that
        was recorded. The last one may be short, as may be any with days missing inside.
        """
        starts = self._week_starts()
        rows = self._week_rows(starts)
        days = (rows >= 0).sum(axis=1, dtype=np.int8)
        worn = np.where(rows >= 0, self.index["worn_minutes"].to_numpy()[rows], 0).sum(axis=1)
        week = self.index[starts].select("row", "person", "ordinal")
        return week.with_columns(days=pl.Series(days), worn_minutes=pl.Series(worn, dtype=pl.Int32))

    def read_weeks(self, starts: Integer[np.ndarray, " batch"]) -> WindowBatch:
        """The seven consecutive local days that begin with each of these rows; absent days are unseen.

        Any row can be a start. Memory order as in `read`.
        Raises: StoreError if a row does not exist or its shard is damaged.
        """
        starts = self._checked(starts)
        rows = self._week_rows(starts)
        absent = rows < 0
        # An absent day is read as the first one, which is unpacked anyway, and blanked.
        values, seen = self._filled(np.where(absent, starts[:, None], rows))
        values.transpose(0, 2, 1, 3)[absent] = 0
        seen.transpose(0, 2, 1, 3)[absent] = False
        shape = (len(starts), len(self.channels), WEEK_DAYS * MINUTES_PER_DAY)
        return self._batch(starts, values.reshape(shape), seen.reshape(shape))

    def read_all(self) -> WindowBatch:
        """Every day, unpacked shard by shard into one array. Raises: StoreError if a shard is damaged."""
        return self._batch(np.arange(len(self)), *self._whole())

    def cache(self, limit_bytes: int) -> bool:
        """Keep all minutes in memory if they fit into so many bytes (5 a cell); reads then unpack nothing.

        Returns whether they fit. Raises: StoreError if a shard is damaged.
        """
        cells = len(self) * len(self.channels) * MINUTES_PER_DAY
        if self._memory is None and cells * 5 <= limit_bytes:
            self._memory = self._whole()
        return self._memory is not None

    def verify(self) -> None:
        """Hold every file against its size and SHA-256. Raises: StoreError naming the first that differs."""
        now = Manifest.load(self.path)  # it may have grown since it was opened, but not changed
        if now.commits[: len(self.manifest.commits)] != self.manifest.commits:
            raise StoreError("another store was put in place of the one that was opened", where=str(self.path))
        for entry in self.manifest.files:
            check_hash(self.path, entry)

    # --- inside ---

    @cached_property
    def _ordinal(self) -> Int64[np.ndarray, " row"]:
        return self.index["ordinal"].to_numpy().astype(np.int64)

    @cached_property
    def _person_code(self) -> Int64[np.ndarray, " row"]:
        """0, 1, 2, ... for one person after the other."""
        return self.index["person"].rle_id().to_numpy().astype(np.int64)

    @cached_property
    def _calendar(self) -> pl.DataFrame:
        day_of_year = pl.col("first_date").dt.ordinal_day().fill_null(-1).cast(pl.Int16)
        return self.index.select(pl.col("weekday").cast(pl.Int16), day_of_year=day_of_year)

    def _checked(self, rows: Integer[np.ndarray, " batch"]) -> Int64[np.ndarray, " batch"]:
        rows = rows.astype(np.int64)
        if len(rows) and not (rows.min() >= 0 and rows.max() < len(self)):
            raise StoreError(f"a row beyond the {len(self)} of the store was asked for", where=str(self.path))
        return rows

    def _week_starts(self) -> Int64[np.ndarray, " week"]:
        """All people at once: from each start, jump to the first row of the person a week or more later."""
        if not len(self):
            return np.empty(0, dtype=np.int64)
        first_rows = np.flatnonzero(np.diff(self._person_code, prepend=-1))
        ends = np.append(first_rows[1:], len(self))
        # Rows are in order of person, then ordinal; so one growing key finds any day of any person.
        low = self._ordinal.min()
        span = self._ordinal.max() - low + WEEK_DAYS + 1
        key = self._person_code * span + self._ordinal - low
        starts, found = first_rows, []
        while len(starts):
            found.append(starts)
            after = np.searchsorted(key, key[starts] + WEEK_DAYS)
            starts, ends = after[after < ends], ends[after < ends]
        return np.sort(np.concatenate(found)).astype(np.int64)

    def _week_rows(self, starts: Int64[np.ndarray, " batch"]) -> Int64[np.ndarray, "batch 7"]:
        """The row of each day of each week, -1 where the person has no such day."""
        rows = np.full((len(starts), WEEK_DAYS), -1, dtype=np.int64)
        weeks = np.arange(len(starts))
        for step in range(WEEK_DAYS):
            # A week's days are among the seven rows from its start on.
            there = np.minimum(starts + step, len(self) - 1)
            day = self._ordinal[there] - self._ordinal[starts]
            inside = (starts + step < len(self)) & (self._person_code[there] == self._person_code[starts])
            inside &= day < WEEK_DAYS
            rows[weeks[inside], day[inside]] = there[inside]
        return rows

    def _filled(self, rows: Int64[np.ndarray, "batch *days"]) -> tuple[np.ndarray, np.ndarray]:
        """Values (0 where unseen) and seen as [batch, channel, minute] or [batch, channel, day, minute]."""
        axes = (0, 1, 2) if rows.ndim == 1 else (0, 2, 1, 3)
        if self._memory is not None:
            values, seen = (part[rows].transpose(axes) for part in self._memory)
            return np.ascontiguousarray(values), np.ascontiguousarray(seen)
        self._trust(np.unique(rows // self.manifest.shard_rows).tolist())
        shape = (len(rows), len(self.channels), *rows.shape[1:], MINUTES_PER_DAY)
        values, seen = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.bool_)
        self._samples.unpack(rows, values=values, seen=seen, at_once=1 if rows.ndim > 1 else WEEK_DAYS)
        return values, seen

    def _whole(self) -> tuple[Float32[np.ndarray, "row channel minute"], Bool[np.ndarray, "row channel minute"]]:
        shape = (len(self), len(self.channels), MINUTES_PER_DAY)
        values, seen = np.empty(shape, dtype=np.float32), np.empty(shape, dtype=np.bool_)
        step = self.manifest.shard_rows
        for shard in range(len(self.manifest.commits)):
            self._trust([shard])
            rows = np.arange(shard * step, min((shard + 1) * step, len(self)))
            part = slice(shard * step, shard * step + len(rows))
            self._samples.unpack(rows, values=values[part], seen=seen[part], at_once=ROWS_AT_ONCE)
        return values, seen

    def _trust(self, shards: Iterable[int]) -> None:
        """With `check="shards"`, hash each shard before its first row is believed."""
        if self.check == "chunks":
            return
        for shard in shards:
            with self._lock:
                if shard not in self._trusted:
                    check_hash(self.path, self.manifest.commits[shard].samples)
                    self._trusted.add(shard)

    def _batch(self, rows: Int64[np.ndarray, " batch"], values: np.ndarray, seen: np.ndarray) -> WindowBatch:
        return WindowBatch(
            people=tuple(self.index["person"].gather(rows)),
            ordinal=tuple(self._ordinal[rows].tolist()),
            weekday=self._calendar["weekday"].to_numpy()[rows],
            day_of_year=self._calendar["day_of_year"].to_numpy()[rows],
            values=values.transpose(0, 2, 1),
            seen=seen.transpose(0, 2, 1),
            channels=self.channels,
        )


def _reopened(path: Path, check: Check, layers: bool) -> Store:
    return Store.open(path, check=check, layers=layers)


def _check_units(manifest: Manifest, path: Path) -> None:
    for entry in manifest.channels:
        if entry.name in CHANNELS and CHANNELS[entry.name].unit != entry.unit:
            raise StoreError(
                f"channel '{entry.name}' is stored in {entry.unit}, this sennight has it in "
                f"{CHANNELS[entry.name].unit}",
                where=str(path / layout.MANIFEST),
                todo="Write the store again with this version.",
            )
