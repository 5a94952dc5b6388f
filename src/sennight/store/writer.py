"""Writing a store: a stream of person-days in, whole shards out, each visible only by an atomic commit.

A shard and its index rows are written beside what is there; replacing the manifest makes them part of
the store. So a process killed at any moment leaves a store of whole commits, and running it again with
the same input ends in the same bytes. A store is written once: a finished one is never changed.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float32

from sennight.errors import StoreError
from sennight.record import MINUTES_PER_DAY, Facts, PersonDays, channel
from sennight.store import manifest as layout
from sennight.store.atomic import TEMPORARY, FolderLock, failure, make_folder, remove_file, write_file
from sennight.store.intact import check_hash
from sennight.store.manifest import ChannelEntry, Commit, FileEntry, Manifest
from sennight.store.samples import SHARD_ROWS, encode_shard, zarr_json
from sennight.store.store import Store
from sennight.store.tables import INDEX_SCHEMA, content_sha256, facts_table, parquet_bytes

ELSEWHERE = "Choose an empty folder, or remove this one."


class StoreWriter:
    """Appends person-days; use it as a context manager, which closes the store if nothing went wrong.

    `channels` is the union of what any day may hold; a channel that a day lacks is missing there.
    The days of one person come one after another, in date order. Memory holds one shard.

    If the folder holds an unfinished store of the same channels and provenance, the days that are
    already there are compared with those given instead of written again; `skip_done` spares the caller
    from giving them at all. If it holds a finished one, giving the same days changes nothing.

    Raises: StoreError if the folder is not empty and no store, holds a different store, or is being
    written by another process.
    """

    def __init__(
        self,
        path: Path,
        *,
        channels: tuple[str, ...],
        provenance: Mapping[str, Any],
        shard_rows: int = SHARD_ROWS,
    ) -> None:
        self.path = Path(path)
        self.channels = channels
        self._column = {name: i for i, name in enumerate(channels)}
        wanted = Manifest(
            channels=tuple(ChannelEntry(name=name, unit=channel(name).unit) for name in channels),
            shard_rows=shard_rows,
            provenance=provenance,
        )
        # What JSON makes of the provenance is what a later run finds on disk.
        self._new = Manifest.from_bytes(_encoded(wanted), where=str(self.path))
        self._lock = _claim(self.path)
        try:
            self._old = _resumed(self.path, self._new)
        except BaseException:
            self._lock.release()
            raise
        self._samples: Float32[np.ndarray, "row channel minute"] = np.empty(
            (shard_rows, len(channels), MINUTES_PER_DAY), dtype=np.float32
        )
        self._index: list[dict[str, Any]] = []
        self._facts = Facts.none()
        self._people: set[str] = set()
        self._person: str | None = None
        self._person_row = 0
        self._ordinal = 0
        self._open = True

    def __enter__(self) -> "StoreWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._open:
                self.close()
        finally:
            self._open = False
            self._lock.release()

    @property
    def rows(self) -> int:
        """Days given so far, or skipped."""
        return self._new.committed_rows + len(self._index)

    def skip_done(self) -> frozenset[str]:
        """People who are wholly in the store already and must not be given again. Call it before `append`.

        The caller answers for it that the people who are left out are the same as in the run before.
        Raises: StoreError if days were already given, or those in the store are damaged.
        """
        if self.rows:
            raise StoreError("skip_done was called after days were given", todo="Call it first.")
        if not self._old.rows:
            return frozenset()
        store = Store.open(self.path)
        self._people = set(store.people)
        full = self._old.rows // self._new.shard_rows
        self._new = replace(self._new, commits=self._old.commits[:full])
        rest = np.arange(self._new.committed_rows, self._old.rows)
        if len(rest):  # the last shard is filled again from the store
            batch = store.read(rest)
            filled = np.where(batch.seen, batch.values, np.float32(np.nan))
            self._samples[: len(rest)] = filled.transpose(0, 2, 1)
            self._index = store.index[rest[0] :].to_dicts()
        return frozenset(self._people)

    def extend(self, windows: Iterable[PersonDays]) -> None:
        """Append one window after another."""
        for window in windows:
            self.append(window)

    def append(self, window: PersonDays) -> None:
        """Add one window; seven days become seven rows.

        Raises: StoreError if a channel is not among those of the store, a person comes back after another,
        days are not in order, the days differ from those already in the store, or writing fails.
        """
        if not self._open:
            raise StoreError("this store writer is closed", where=str(self.path))
        self._check(window)
        columns = [self._column[name] for name in window.channels]
        minutes = np.where(window.seen, window.values, np.float32(np.nan)).T
        for day in range(window.days):
            span = slice(day * MINUTES_PER_DAY, (day + 1) * MINUTES_PER_DAY)
            row = self._samples[len(self._index)]
            row[...] = np.nan
            row[columns] = minutes[:, span]
            self._index.append(self._index_row(window, day, int(window.seen[span].any(axis=1).sum())))
            if len(self._index) == self._new.shard_rows:
                self._guarded_commit()

    def add_facts(self, facts: Facts) -> None:
        """Keep these facts, too; they are written when the store is closed. Raises: ReadError if units differ."""
        self._facts = self._facts.merged(facts)

    def close(self) -> Manifest:
        """Write what is left and mark the store as complete.

        Raises: StoreError if writing fails, or the store was finished before with other days or facts.
        """
        if not self._open:
            raise StoreError("this store writer is closed", where=str(self.path))
        try:
            self._finish(parquet_bytes(facts_table(self._facts)))
            return self._new
        finally:
            self._open = False
            self._lock.release()

    def _check(self, window: PersonDays) -> None:
        unknown = [name for name in window.channels if name not in self._column]
        if unknown:
            raise StoreError(
                f"a day has the channel '{unknown[0]}', which this store does not have",
                where=str(self.path),
                todo="Name every channel when the writer is made.",
            )
        if window.person != self._person:
            if window.person in self._people:
                raise StoreError(
                    f"days of person '{window.person}' come after those of another person",
                    todo="Give all days of one person together.",
                )
            self._people.add(window.person)
            self._person, self._person_row = window.person, self.rows
        elif window.ordinal <= self._ordinal:
            raise StoreError(f"days of person '{window.person}' are not in date order, or a day comes twice")
        self._ordinal = window.ordinal + window.days - 1

    def _index_row(self, window: PersonDays, day: int, worn_minutes: int) -> dict[str, Any]:
        return {
            "row": self.rows,
            "person": window.person,
            "ordinal": window.ordinal + day,
            "first_date": window.first_date + timedelta(days=day) if window.first_date else None,
            "weekday": (window.weekday + day) % 7 if window.weekday >= 0 else -1,
            "worn_minutes": worn_minutes,
            "shard": len(self._new.commits),
        }

    def _guarded_commit(self) -> None:
        try:
            self._commit_shard()
        except BaseException:
            self._open = False  # the days in memory are no longer in step with the disk
            self._lock.release()
            raise

    def _commit_shard(self) -> None:
        """Write the full shard and make it visible; or, if it is there already, see that it is the same."""
        place = len(self._new.commits)
        commit = self._write_shard()
        self._new = self._new.extended(commit, rows=self._person_row)
        if place >= len(self._old.commits):
            write_file(self.path / layout.MANIFEST, self._new.to_bytes())

    def _write_shard(self) -> Commit:
        """The files of the days in memory, which are then forgotten."""
        place, rows = len(self._new.commits), len(self._index)
        index = pl.DataFrame(self._index, schema=INDEX_SCHEMA)
        content = content_sha256(self._samples[:rows], index)
        known = self._old.commits[place] if place < len(self._old.commits) else None
        if known is None and self._old.complete:
            raise StoreError("the finished store here holds fewer days", where=str(self.path), todo=ELSEWHERE)
        if known and (known.content_sha256 != content or known.rows != rows):
            raise StoreError(
                "the days given differ from those already in the store",
                where=str(self.path / known.samples.path),
                todo=ELSEWHERE,
            )
        commit = known if known and self._intact(known) else self._rewritten(place, index, content)
        self._index = []
        return commit

    def _rewritten(self, place: int, index: pl.DataFrame, content: str) -> Commit:
        samples = encode_shard(self._samples[: len(index)], shard_rows=self._new.shard_rows)
        table = parquet_bytes(index)
        commit = Commit(
            rows=len(index),
            content_sha256=content,
            samples=FileEntry.of(layout.shard_path(place), samples),
            index=FileEntry.of(layout.index_path(place), table),
        )
        if place < len(self._old.commits) and commit != self._old.commits[place]:
            raise StoreError(
                "a damaged part of the store cannot be written again: the libraries that pack it have changed",
                where=str(self.path / commit.samples.path),
                todo=ELSEWHERE,
            )
        for folder in (layout.SAMPLES, layout.INDEX):
            make_folder(self.path / folder)
        write_file(self.path / commit.samples.path, samples)
        write_file(self.path / commit.index.path, table)
        return commit

    def _intact(self, commit: Commit) -> bool:
        try:
            check_hash(self.path, commit.samples)
            check_hash(self.path, commit.index)
        except StoreError:
            return False  # a damaged part is written again from the days at hand
        return True

    def _finish(self, facts: bytes) -> None:
        """Write the last days, facts and zarr.json, and then the manifest that makes the store complete."""
        if self.rows < self._old.committed_rows:
            raise StoreError("fewer days were given than the store holds", where=str(self.path), todo=ELSEWHERE)
        commits = (*self._new.commits, self._write_shard()) if self._index else self._new.commits
        rows = sum(c.rows for c in commits)
        array = zarr_json(rows=rows, channels=self.channels, shard_rows=self._new.shard_rows)
        contents = {layout.FACTS: facts, layout.ZARR_JSON: array}
        others = tuple(FileEntry.of(name, content) for name, content in contents.items())
        self._new = replace(self._new, commits=commits, others=others, rows=rows, complete=True)
        if self._old.complete and self._new != self._old:
            raise StoreError("the finished store here holds other days or facts", where=str(self.path), todo=ELSEWHERE)
        make_folder(self.path / layout.SAMPLES)
        for name, content in contents.items():
            write_file(self.path / name, content)
        write_file(self.path / layout.MANIFEST, self._new.to_bytes())


def _encoded(manifest: Manifest) -> bytes:
    try:
        return manifest.to_bytes()
    except (TypeError, ValueError) as error:
        raise StoreError("the provenance of a store must be plain JSON: texts, numbers, lists, dicts") from error


def _claim(path: Path) -> FolderLock:
    """A folder that is ours to write in, and its lock."""
    try:
        names = set(os.listdir(path)) if path.is_dir() else set()
    except OSError as error:
        raise failure(error, path) from error
    if layout.MANIFEST not in names:
        strange = sorted(names - {layout.MANIFEST + TEMPORARY})
        if strange:
            raise StoreError(
                f"the folder is not empty and no store (it holds '{strange[0]}')", where=str(path), todo=ELSEWHERE
            )
    make_folder(path)
    return FolderLock(path)


def _resumed(path: Path, new: Manifest) -> Manifest:
    """What the folder holds already, without leftovers of a killed run; an empty store where there is nothing."""
    if not (path / layout.MANIFEST).exists():
        write_file(path / layout.MANIFEST, new.to_bytes())
        return new
    old = Manifest.load(path)
    if (old.channels, old.shard_rows, old.provenance) != (new.channels, new.shard_rows, new.provenance):
        raise StoreError("the folder holds a store of other channels or provenance", where=str(path), todo=ELSEWHERE)
    _sweep(path, {path / entry.path for entry in old.files})
    return old


def _sweep(path: Path, listed: set[Path]) -> None:
    """Remove what a killed run left: files in our places that the manifest does not name."""
    ours = [path / name for name in (layout.FACTS, layout.FACTS + TEMPORARY, layout.MANIFEST + TEMPORARY)]
    for folder in (layout.SAMPLES, layout.INDEX):
        ours.extend((path / folder).glob("*"))
    for file in ours:
        if file not in listed:
            remove_file(file)
