"""OpenMHC: the days of MyHeartCounts as Hugging Face keeps them on disk, 19 channels of 1,440 minutes a row, in Arrow.

The layout is that of the benchmark's own code (hf_config.py): columns `values` [19, 1440], `user_id`, `date`,
`channel_names`. NaN is not measured. Its own rules for zeros are followed: a heart rate of 0 is none; steps, distance
or energy that are 0 all day were not carried; of a day with less than three hours of sleep only the sleep is
believed. Days are local, their zone is not given. The unit of energy is written "cal" and heart rate once was per
second, so both are told by their size and the report says so. Never met a real file, which needs an agreement; files
that the `datasets` library writes in this layout are read.

Source: AshleyLab/myheartcounts-dataset, src/data/processing/hf_config.py and src/data/transforms/nan_transforms.py.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.arrow_stream import CONTINUATION, ArrowStream, Field
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member, members, on_disk
from sennight.readers.raw_files import remark
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.samples import NO_TIME
from sennight.readers.written_times import wall_times
from sennight.record import MINUTES_PER_DAY, SECONDS_PER_DAY, Clock, Facts, Person, Recording

MOST_LOOKED_INTO = 20
HEAD_BYTES = 16_384  # the schema with its metadata is 2 KB
_SIGNS = (b"values", b"user_id", b"channel_names", b"1440")

PHONE, WATCH = "iPhone", "Apple Watch"


@dataclass(frozen=True, kw_only=True)
class _Stream:
    """A channel of the benchmark: what it is here, which device it is of, and what its zeros mean."""

    channel: str
    device: str
    zero: str  # "value", "missing", "missing if all day", "missing on a day with little sleep"


STREAMS: dict[str, _Stream] = {
    "hk_iphone:HKQuantityTypeIdentifierStepCount": _Stream(channel="steps", device=PHONE, zero="missing if all day"),
    "hk_iphone:HKQuantityTypeIdentifierDistanceWalkingRunning": _Stream(
        channel="distance", device=PHONE, zero="missing if all day"
    ),
    "hk_watch:HKQuantityTypeIdentifierStepCount": _Stream(channel="steps", device=WATCH, zero="missing if all day"),
    "hk_watch:HKQuantityTypeIdentifierDistanceWalkingRunning": _Stream(
        channel="distance", device=WATCH, zero="missing if all day"
    ),
    "hk_watch:HKQuantityTypeIdentifierHeartRate": _Stream(channel="heart_rate", device=WATCH, zero="missing"),
    "hk_watch:HKQuantityTypeIdentifierActiveEnergyBurned": _Stream(
        channel="active_energy", device=WATCH, zero="missing if all day"
    ),
    "sleep:asleep": _Stream(channel="asleep", device=WATCH, zero="missing on a day with little sleep"),
}
LITTLE_SLEEP_MIN = 180  # minutes of a day; nan_transforms.py
# Medians of what was measured: a pulse of 5 a minute is 5 a second; 10 kcal in every active minute is 10,000 cal.
PER_SECOND_BELOW = 5.0
SMALL_CALORIES_ABOVE = 10.0

OTHER_SHAPE = "day that is not 1,440 minutes of every channel"
ZERO = "zero that means not measured"
RULE = "days are local, their zone is not known; zeros that the benchmark takes as not measured are left out"
HEART_RATE_RULE = "heart rate below 5 is taken as beats per second"
ENERGY_RULE = "energy above 10 per active minute is taken as small calories, below as kilocalories"


class OpenMhcReader:
    """The reader of OpenMHC's days."""

    name = "openmhc"
    title = "OpenMHC (MyHeartCounts) days in Arrow"

    def claims(self, path: Path) -> bool:
        """Holds an Arrow stream whose schema has the benchmark's columns."""
        try:
            return bool(_ours(members(path), most=MOST_LOOKED_INTO))
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Everybody. Raises: ReadError if no file is of this layout, or none can be read."""
        found = members(path)
        mine = _ours(found)
        if not mine:
            raise ReadError("no days of OpenMHC are there", where=str(path), todo="Name the folder 'daily_hf'.")
        report = ReadReport(reader=self.name, source=str(path), files=len(mine), bytes_read=sum(m.size for m in mine))
        names = {m.name for m in mine}
        folders = {PurePosixPath(m.name).parent for m in mine}
        for other in (m for m in found if m.name not in names):
            place = PurePosixPath(other.name)
            if place.parent in folders and place.suffix == ".arrow":
                report.failed[other.name] = "an Arrow file that is empty, cut short or of another layout"
            else:
                report.unknown[f"file *{place.suffix}"] += 1
        remark(report, RULE)
        return Reading(people=_people(mine, report, source=path), facts=Facts.none(), report=report)


def _ours(found: Sequence[Member], *, most: int | None = None) -> list[Member]:
    alone = len(found) == 1
    named = [m for m in found if m.size and (alone or m.name.endswith(".arrow"))]
    heads = ((m, m.head(HEAD_BYTES)) for m in named[:most])
    return [m for m, head in heads if head.startswith(CONTINUATION) and all(sign in head for sign in _SIGNS)]


@dataclass(frozen=True, kw_only=True, eq=False)
class _File:
    """One file with its rows' place in it: batch and row, person's code and day."""

    member: Member
    stream: ArrowStream
    values: Field
    names: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    """All days of all files: file, batch, row within it, code of the person, days since 1970 (-1 where unreadable)."""

    file: np.ndarray
    batch: np.ndarray
    row: np.ndarray
    person: np.ndarray
    day: np.ndarray
    ids: tuple[str, ...]


def _people(mine: Sequence[Member], report: ReadReport, *, source: Path) -> Iterator[Person]:
    with ExitStack() as open_files:
        files: list[_File] = []
        for member in mine:
            try:
                files.append(_open(member, open_files, report=report))
            except ReadError as error:
                if len(mine) == 1:
                    raise
                report.failed[member.name] = error.what
        rows = _index(files, report=report)
        for name in Counter(n for f in files for n in f.names if n not in STREAMS):
            report.unknown[f"channel {name}"] += 1
        n_people = 0
        order = np.argsort(rows.person, kind="stable")
        edges = np.flatnonzero(np.diff(rows.person[order])) + 1
        for mine_rows in np.split(order, edges) if len(order) else []:
            person = f"openmhc-{rows.ids[int(rows.person[mine_rows[0]])]}"
            recordings = _gathered(person, files, rows, mine_rows, report=report)
            if recordings:
                n_people += 1
                yield Person(id=person, recordings=recordings)
        if not n_people:
            raise ReadError("no day of OpenMHC could be read", where=str(source), todo="Download it again.")


def _open(member: Member, open_files: ExitStack, *, report: ReadReport) -> _File:
    path = open_files.enter_context(on_disk(member))
    stream = ArrowStream(np.memmap(path, dtype=np.uint8, mode="r"), where=member.name)
    if stream.cut_short:
        report.cut_short[member.name] = stream.cut_short
    filled = [b for b in stream.batches if b.n_rows]
    if not filled:
        raise ReadError("an Arrow file without rows", where=member.name, todo="Download it again.")
    names = tuple(stream.string_list(filled[0], stream.field("channel_names"), 0))
    return _File(
        member=member, stream=stream, values=stream.field("values"), names=names, sha256=member.sha256()
    )  # fmt: skip


def _index(files: Sequence[_File], *, report: ReadReport) -> _Rows:
    """Where each person's days are; a batch that is damaged is counted as rows without a time."""
    codes: dict[str, int] = {}
    parts: list[np.ndarray] = []
    for f, file in enumerate(files):
        for b, batch in enumerate(file.stream.batches):
            try:
                users = file.stream.strings(batch, file.stream.field("user_id"))
                dates = file.stream.strings(batch, file.stream.field("date"))
            except ReadError as error:
                report.cut_short[file.member.name] = f"some days were not read: {error.what}"
                continue
            days = _days(dates)
            person = np.array([codes.setdefault(u, len(codes)) for u in users], dtype=np.int64)
            at = np.arange(len(users))
            parts.append(np.stack([np.full(len(at), f), np.full(len(at), b), at, person, days]))
    joined = np.concatenate(parts, axis=1) if parts else np.empty((5, 0), dtype=np.int64)
    undated = int((joined[4] < 0).sum())
    report.keep(seen=undated, dropped=undated, reason=NO_TIME)
    kept = joined[:, joined[4] >= 0]
    return _Rows(file=kept[0], batch=kept[1], row=kept[2], person=kept[3], day=kept[4], ids=tuple(codes))


def _days(dates: Sequence[str]) -> np.ndarray:
    """Days since 1970, -1 where the text is no date. The benchmark writes ISO 8601."""
    text = pl.Series("date", [d[:10] for d in dates], dtype=pl.String)
    iso = text.str.contains(r"^\d{4}-\d{2}-\d{2}$")
    seconds, usable, _, _ = wall_times(pl.select(pl.when(iso).then(text)).to_series())
    return np.where(usable & (seconds >= 0), seconds // SECONDS_PER_DAY, -1)


def _gathered(
    person: str, files: Sequence[_File], rows: _Rows, mine: np.ndarray, *, report: ReadReport
) -> tuple[Recording, ...]:
    """Channel by channel, so that memory holds the days of one channel at a time beside what is finished."""
    gathering = Gathering(person=person, report=report)
    by_day = mine[np.argsort(rows.day[mine], kind="stable")]
    usable = [i for i in by_day if _fits(files[int(rows.file[i])], int(rows.batch[i]), int(rows.row[i]), report=report)]
    for name, stream in STREAMS.items():
        days = [(i, _minutes(files[int(rows.file[i])], int(rows.batch[i]), int(rows.row[i]), name)) for i in usable]
        held = [(i, day) for i, day in days if day is not None]
        if not held:
            continue
        values = np.concatenate([_believed(day, stream.zero) for _, day in held])
        starts = np.concatenate([rows.day[i] * SECONDS_PER_DAY + 60 * np.arange(MINUTES_PER_DAY) for i, _ in held])
        known = np.isfinite(values)
        zeros = int(sum(np.isfinite(day).sum() for _, day in held) - known.sum())
        report.keep(seen=zeros, dropped=zeros, reason=ZERO)
        file = files[int(rows.file[held[0][0]])]
        gathering.add(
            stream.channel, utc=starts[known], values=_in_unit(values[known], stream.channel, report=report),
            device=stream.device, source=file.member.basename, sha256=file.sha256, clock=Clock.LOCAL,
        )  # fmt: skip
    return gathering.recordings()


def _fits(file: _File, batch: int, row: int, *, report: ReadReport) -> bool:
    try:
        shape = file.stream.matrix(file.stream.batches[batch], file.values, row).shape
    except ReadError:
        shape = (0, 0)
    if shape == (len(file.names), MINUTES_PER_DAY):
        return True
    report.keep(seen=1, dropped=1, reason=OTHER_SHAPE)
    return False


def _minutes(file: _File, batch: int, row: int, name: str) -> np.ndarray | None:
    if name not in file.names:
        return None
    day = file.stream.matrix(file.stream.batches[batch], file.values, row)[file.names.index(name)]
    with np.errstate(invalid="ignore"):  # a NaN of another bit pattern is a NaN
        return day.astype(np.float64)


def _believed(day: np.ndarray, zero: str) -> np.ndarray:
    """The minutes of a day, NaN where a zero means that nothing was measured. Source: ZeroToNaNTransform."""
    if zero == "missing" or (zero == "missing if all day" and not np.nan_to_num(day).any()):
        return np.where(day == 0, np.nan, day)
    if zero == "missing on a day with little sleep" and np.nansum(day) < LITTLE_SLEEP_MIN:
        return np.where(day == 0, np.nan, day)
    return day


def _in_unit(values: np.ndarray, name: str, *, report: ReadReport) -> np.ndarray:
    """Heart rate per minute and energy in kcal, whichever of two units the numbers are in."""
    measured = values[values > 0]
    if name == "heart_rate" and len(measured) and np.median(measured) < PER_SECOND_BELOW:
        remark(report, HEART_RATE_RULE)
        report.converted["Hz -> beats/min"] += len(values)
        return values * 60
    if name == "active_energy" and len(measured):
        remark(report, ENERGY_RULE)
        if np.median(measured) > SMALL_CALORIES_ABOVE:
            report.converted["cal -> kcal"] += len(values)
            return values / 1_000
    return values


READER = OpenMhcReader()
