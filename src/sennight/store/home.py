"""A home: the folder of one person's own data: every import as it was read, the days made of all of them, the profile.

    home.json                which person, which imports, which days are current; written last
    profile.json             what the person entered; only they write it
    imports/ID.parquet       samples of one import: device, channel, clock, second, offset, value
    imports/ID.facts.parquet dated facts of it
    days-ID/                 minutes by channel as arrays, and what each day is
Folders are for their owner alone (0700), files too (0600). ID is a hash of what is inside: the same import twice is
one. `home.json` is written last, so that a home is whole or what it was.
"""

import hashlib
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sennight.errors import StoreError
from sennight.record import CHANNELS, Clock, Facts, Recording
from sennight.store.atomic import FolderLock, make_folder, remove_file, write_file

FORMAT = 1
DESCRIBED, PROFILE, IMPORTS = "home.json", "profile.json", "imports"
SAMPLE = ["device", "channel", "clock", "t", "value"]
ID_LENGTH = 16
NOT_A_HOME = "Make one: `sennight import EXPORT --home FOLDER`."


class Home:
    """A home on disk. Opening one that is not there gives an empty one; nothing is written before `add`.

    Raises: StoreError if the folder holds something else, or a newer format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._described: dict[str, Any] = {"format": FORMAT, "person": "", "imports": [], "days": ""}
        file = path / DESCRIBED
        if file.is_file():
            try:
                self._described = json.loads(file.read_text(encoding="utf-8"))
                found = int(self._described["format"])
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise StoreError(
                    "home.json does not parse", where=str(path), todo="Import again into a new folder."
                ) from error
            if found != FORMAT:
                raise StoreError(f"this home has format {found}", where=str(path), todo="Update sennight.")
        elif path.is_dir() and any(p.name != PROFILE and not p.name.startswith(".") for p in path.iterdir()):
            raise StoreError(
                "this folder is no home of sennight", where=str(path), todo="Choose an empty or new folder."
            )

    @property
    def empty(self) -> bool:
        """Was nothing imported yet?"""
        return not self._described["days"]

    @property
    def person(self) -> str:
        """Whose home this is."""
        return str(self._described["person"])

    @property
    def imports(self) -> tuple[Mapping[str, Any], ...]:
        """What was imported: id, source's name, reader, samples."""
        return tuple(self._described["imports"])

    def lock(self) -> FolderLock:
        """One writer at a time. Raises: StoreError if there is another."""
        make_folder(self.path)
        return FolderLock(self.path)

    def profile(self) -> dict[str, Any]:
        """The profile as it was entered; empty if there is none. Raises: StoreError if it does not parse."""
        file = self.path / PROFILE
        if not file.is_file():
            return {}
        try:
            plain = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StoreError(
                "profile.json does not parse", where=str(file), todo="It must be one JSON object."
            ) from error
        if not isinstance(plain, dict):
            raise StoreError("profile.json is no object", where=str(file), todo='Write it like {"born": 1980}.')
        return plain

    def write_profile(self, plain: Mapping[str, Any]) -> None:
        """Replace the profile. Raises: StoreError."""
        make_folder(self.path)
        write_file(self.path / PROFILE, json.dumps(plain, indent=1, ensure_ascii=False).encode() + b"\n")

    def add(self, recordings: Sequence[Recording], facts: Facts, *, person: str, source: str, reader: str) -> bool:
        """Keep one import; False if it was there already. Imports that it holds all of are dropped.

        Raises: StoreError if the home is somebody else's or the disk refuses.
        """
        if self.person and self.person != person:
            raise StoreError(
                f"this home is of person '{self.person}'",
                where=str(self.path),
                todo="Give another person another --home.",
            )
        samples, dated = samples_of(recordings), facts_of(facts)
        content, more = _parquet(samples), _parquet(dated)
        name = hashlib.sha256(content + more).hexdigest()[:ID_LENGTH]
        if any(one["id"] == name for one in self.imports):
            return False
        make_folder(self.path / IMPORTS)
        write_file(self.path / IMPORTS / f"{name}.parquet", content)
        write_file(self.path / IMPORTS / f"{name}.facts.parquet", more)
        kept = [one for one in self.imports if not self._inside(str(one["id"]), samples, dated)]
        entry = {"id": name, "source": source, "reader": reader, "samples": len(samples), "facts": len(dated)}
        self._described = {**self._described, "person": person, "imports": [*kept, entry]}
        return True

    def _inside(self, name: str, samples: pl.DataFrame, dated: pl.DataFrame) -> bool:
        """Does a newer import hold everything of an older one?"""
        old, old_facts = self._samples(name), self._facts(name)
        return not len(old.join(samples, on=SAMPLE, how="anti")) and not len(
            old_facts.join(dated, on=old_facts.columns, how="anti", nulls_equal=True)
        )

    def _samples(self, name: str) -> pl.DataFrame:
        return self._read(self.path / IMPORTS / f"{name}.parquet")

    def _facts(self, name: str) -> pl.DataFrame:
        return self._read(self.path / IMPORTS / f"{name}.facts.parquet")

    def _read(self, file: Path) -> pl.DataFrame:
        try:
            return pl.read_parquet(file)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise StoreError(
                "an import is damaged or gone", where=str(file), todo="Import the export again."
            ) from error

    def recordings(self) -> tuple[Recording, ...]:
        """The samples of all imports, as they were read."""
        found = []
        for one in self.imports:
            name = str(one["id"])
            for key, part in self._samples(name).partition_by(["device", "channel", "clock"], as_dict=True).items():
                device, channel, clock = map(str, key)
                found.append(Recording.from_samples(
                    person=self.person, device=device, channel=CHANNELS[channel], times_utc=part["t"].to_numpy(),
                    utc_offset_s=part["offset"].to_numpy(), values=part["value"].to_numpy(), clock=Clock(clock),
                    source=str(one["source"]), source_sha256=name,
                ))  # fmt: skip
        return tuple(found)

    def facts(self) -> pl.DataFrame:
        """Dated facts of all imports: name, unit, source, date, value; the latest import last."""
        return pl.concat([self._facts(str(one["id"])) for one in self.imports])

    def write_days(self, arrays: Mapping[str, np.ndarray], described: Mapping[str, Any]) -> None:
        """Make these the current days. What was current before is removed afterwards. Raises: StoreError."""
        packed = {name: _npy(array) for name, array in arrays.items()}
        digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
        for name in sorted(packed):
            digest.update(name.encode() + packed[name])
        folder = self.path / f"days-{digest.hexdigest()[:ID_LENGTH]}"
        make_folder(folder)
        for name, content in packed.items():
            write_file(folder / f"{name}.npy", content)
        write_file(folder / "days.json", json.dumps(described, indent=1, ensure_ascii=False).encode())
        self._described = {**self._described, "days": folder.name}
        write_file(self.path / DESCRIBED, json.dumps(self._described, indent=1, ensure_ascii=False).encode() + b"\n")
        self._sweep(folder)

    def _sweep(self, current: Path) -> None:
        """Remove days and imports that nothing names any more."""
        for old in self.path.glob("days-*"):
            if old != current:
                shutil.rmtree(old, ignore_errors=True)
        named = {str(one["id"]) for one in self.imports}
        for file in (self.path / IMPORTS).glob("*.parquet"):
            if file.name.split(".")[0] not in named:
                remove_file(file)

    def days(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """The current days: arrays by name, mapped from disk and read-only, and their description.

        Raises: StoreError if nothing was imported or a file is damaged.
        """
        if self.empty:
            raise StoreError("nothing was imported here yet", where=str(self.path), todo=NOT_A_HOME)
        folder = self.path / str(self._described["days"])
        try:
            described: dict[str, Any] = json.loads((folder / "days.json").read_text(encoding="utf-8"))
            arrays = {p.stem: np.load(p, mmap_mode="r") for p in sorted(folder.glob("*.npy"))}
        except (OSError, ValueError) as error:
            raise StoreError("the days of this home are damaged", where=str(folder), todo="Import again.") from error
        return arrays, described


def samples_of(recordings: Sequence[Recording]) -> pl.DataFrame:
    """All samples as one table, in one order whatever the files' order was."""
    parts = [
        pl.DataFrame({"t": r.times_utc, "offset": r.utc_offset_s, "value": r.values}).select(
            pl.lit(r.device).alias("device"), pl.lit(r.channel.name).alias("channel"),
            pl.lit(str(r.clock)).alias("clock"), "t", "offset", "value",
        )
        for r in recordings
    ]  # fmt: skip
    empty = pl.DataFrame(schema={"device": pl.String, "channel": pl.String, "clock": pl.String, "t": pl.Int64,
                                 "offset": pl.Int32, "value": pl.Float32})  # fmt: skip
    return pl.concat([empty, *parts]).sort([*SAMPLE, "offset"])


def facts_of(facts: Facts) -> pl.DataFrame:
    """Dated facts as a table; what has no date says nothing of a day and is left."""
    rows = [
        (c.name, c.unit, c.source, d.astype(object), float(v))
        for c in facts.columns.values()
        for d, v in zip(c.dates, c.values, strict=True)
        if not np.isnat(d)
    ]
    schema = {"name": pl.String, "unit": pl.String, "source": pl.String, "date": pl.Date, "value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("name", "date", "value")


def _parquet(table: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    table.write_parquet(file, compression="zstd", statistics=False)
    return file.getvalue()


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(array), allow_pickle=False)
    return file.getvalue()
