"""One person's export, file by file: what every consumer reader does around the meaning of its records.

A file that cannot be read is named and the others go on. Samples go into a `Gathering`, sleep spans become samples
when all are known (two files that hold the same night count once), amounts of a day become facts with a date.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.spans import SleepSpan, sleep_samples, spread, usable
from sennight.readers.zones import EARLIEST_S, LATEST_S
from sennight.record import SECONDS_PER_DAY, Clock, Fact, Facts, Person

NO_SPAN = "sleep without a start and a later end"
NO_LENGTH = "amount without a start and a later end"
NO_ROW = "row that does not fit the header, or is empty"
NO_FACT = "amount of a day that is not there or impossible"
ZONE_RULE = "instants without an offset from UTC were given that of the night nearest in time"
NO_ZONES = "instants without an offset from UTC, and no night that has one: their offset is 0"
# The longest stretch that is one sleep; a longer one is a damaged number. Hospital nights do not reach it.
MAX_SLEEP_S = 2 * SECONDS_PER_DAY
# Nobody wore one device for longer; a file whose spans cover more has overlapping ones without end.
MAX_COVERED_S = 20 * 366 * SECONDS_PER_DAY
TOO_MUCH_SLEEP = "sleep beyond twenty years of one device"

# Fact -> its unit and what is possible; the names that other readers of exports use too.
DAY_AMOUNTS: dict[str, tuple[str, float, float]] = {
    "day_steps": ("count", 0, 200_000),
    "day_distance": ("m", 0, 500_000),
    "day_energy": ("kcal", 200, 20_000),
    "day_active_energy": ("kcal", 0, 15_000),
    "minutes_asleep": ("min", 1, 1_440),
    "minutes_in_bed": ("min", 1, 2_880),
    "minutes_awake_in_bed": ("min", 0, 1_440),
    "minutes_light": ("min", 0, 1_440),
    "minutes_deep": ("min", 0, 1_440),
    "minutes_rem": ("min", 0, 1_440),
    "sleep_efficiency": ("%", 1, 100),
    "resting_heart_rate": ("beats/min", 20, 150),
    "night_heart_rate": ("beats/min", 20, 200),
    "night_lowest_heart_rate": ("beats/min", 20, 200),
    "night_rmssd": ("ms", 1, 500),
    "night_sdnn": ("ms", 1, 500),
    "night_respiration_rate": ("breaths/min", 4, 60),
    "night_spo2": ("%", 50, 100),
    "night_skin_temperature": ("degC", 20, 42),
    "night_temperature_deviation": ("degC", -15, 15),
    "weight_kg": ("kg", 2, 500),
    "height_cm": ("cm", 40, 260),
    "body_fat_pct": ("%", 1, 75),
    "bmi": ("kg/m^2", 5, 120),
    "vo2max": ("mL/kg/min", 5, 100),
}


@dataclass(frozen=True, kw_only=True)
class _Night:
    """One span of sleep, and how local time stands to the clock it is on."""

    span: SleepSpan
    offset_s: int
    source: str


@dataclass(kw_only=True)
class PersonalExport:
    """What is found in one person's export, while it is read."""

    reader: str
    source: Path
    single: bool
    """Is it a file on its own (no folder, no archive)?"""
    report: ReadReport = field(init=False)
    person: str = field(init=False)
    gathering: Gathering = field(init=False)
    _nights: dict[tuple[str, Clock], dict[SleepSpan, _Night]] = field(default_factory=dict)
    _slept_s: dict[tuple[str, Clock], int] = field(default_factory=dict)
    _facts: dict[tuple[str, dt.date | None], tuple[float, str]] = field(default_factory=dict)
    _hashes: dict[str, str] = field(default_factory=dict)
    _zones: set[tuple[int, int]] = field(default_factory=set)
    _zoneless: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.person = f"{self.reader}-{'1' if self.single else self.source.stem}"
        self.report = ReadReport(reader=self.reader, source=str(self.source))
        self.gathering = Gathering(person=self.person, report=self.report)

    def each(self, files: Sequence[Member], read_one: Callable[[Member], None]) -> None:
        """Read files one by one; what is wrong with one is written down and the others are read."""
        for member in files:
            self.report.files += 1
            self.report.bytes_read += member.size
            try:
                read_one(member)
            except ReadError as error:
                self.report.failed[member.name] = " ".join(part for part in (error.what, error.todo) if part)

    def samples(
        self,
        name: str,
        *,
        utc: np.ndarray,
        values: np.ndarray,
        device: str,
        member: Member,
        offset_s: np.ndarray | int | None = 0,
        clock: Clock = Clock.INSTANT,
    ) -> None:
        """Take samples of a channel: seconds since 1970 (whole) and values in the channel's unit.

        Instants without any offset (None) get that of the nearest record of this export that has one (`ZONE_RULE`).
        """
        if not len(utc):
            return
        piece: dict[str, Any] = {
            "name": name,
            "utc": utc.astype(np.int64),
            "values": values,
            "device": device,
            "source": member.basename,
            "clock": clock,
            "sha256": self._hash(member),
        }
        if offset_s is None:
            self._zoneless.append(piece)
        else:
            self.gathering.add(**piece, offset_s=offset_s)

    def amounts(
        self,
        name: str,
        *,
        start_s: np.ndarray,
        stop_s: np.ndarray,
        values: np.ndarray,
        device: str,
        member: Member,
        offset_s: np.ndarray | int = 0,
        clock: Clock = Clock.INSTANT,
    ) -> None:
        """Take amounts over spans (steps from then to then), spread over their minutes, the sum kept."""
        good = usable(start_s, stop_s) & (start_s >= EARLIEST_S) & (stop_s < LATEST_S) & np.isfinite(values)
        lost = len(good) - int(good.sum())
        self.report.keep(seen=lost, dropped=lost, reason=NO_LENGTH)
        offset = np.broadcast_to(np.asarray(offset_s, dtype=np.int32), good.shape)[good]
        start, stop, amount = start_s[good], stop_s[good], values[good]
        # The same span twice is one amount; repeats cannot be told once they are spread.
        order = np.lexsort((amount, stop, start))
        start, stop, amount, offset = start[order], stop[order], amount[order], offset[order]
        last = np.append((np.diff(start) != 0) | (np.diff(stop) != 0), True)[: len(start)]
        repeated = len(start) - int(last.sum())
        self.report.keep(seen=repeated, dropped=repeated, reason="repeated amount")
        start, stop, amount, offset = start[last], stop[last], amount[last], offset[last]
        if int((stop - start).sum()) > MAX_COVERED_S:
            raise ReadError("amounts that cover more than twenty years of one device", where=member.name)
        times, parts = spread(start, stop, amount)
        at = np.clip(np.searchsorted(start, times, side="right") - 1, 0, None) if len(start) else times
        self.samples(
            name,
            utc=times,
            values=parts,
            device=device,
            member=member,
            offset_s=offset[at] if len(start) else 0,
            clock=clock,
        )

    def sleep(
        self, span: SleepSpan, *, device: str, member: Member, offset_s: int = 0, clock: Clock = Clock.INSTANT
    ) -> None:
        """Take a span of sleep; one that is impossible is dropped and counted."""
        if not (EARLIEST_S <= span.start_s < span.stop_s < LATEST_S and span.stop_s - span.start_s <= MAX_SLEEP_S):
            self.report.keep(seen=1, dropped=1, reason=NO_SPAN)
            return
        self._hash(member)
        if clock is Clock.INSTANT:
            self._zones.add((span.start_s, offset_s))
        nights = self._nights.setdefault((device, clock), {})
        night = _Night(span=span, offset_s=offset_s, source=member.basename)
        length = span.stop_s - span.start_s
        known = nights.get(span)
        if known is None and self._slept_s.get((device, clock), 0) + length > MAX_COVERED_S:
            self.report.keep(seen=1, dropped=1, reason=TOO_MUCH_SLEEP)
            return
        if known is None:
            self._slept_s[device, clock] = self._slept_s.get((device, clock), 0) + length
        # Of two files with the same span the first by name is its source, in whatever order they come.
        nights[span] = night if known is None else min(night, known, key=lambda n: (n.source, n.offset_s))

    def fact(self, name: str, value: float, *, date: dt.date | None, member: Member) -> None:
        """Take an amount of a day in the unit of `DAY_AMOUNTS`; NaN was never there and is not counted.

        Of two for one day the larger stays: of two syncs it is the fuller.
        """
        if np.isnan(value):
            return
        _, low, high = DAY_AMOUNTS[name]
        fits = low <= value <= high and date is not None
        self.report.keep(seen=1, dropped=int(not fits), reason=NO_FACT)
        if fits and value > self._facts.get((name, date), (-np.inf, ""))[0]:
            self._facts[name, date] = (value, member.basename)

    def reading(self, *, nothing: str) -> Reading:
        """Everything together. Raises: ReadError (`nothing` says what) if there is not one sample or fact."""
        self._spans_to_samples()
        self._give_offsets()
        recordings = self.gathering.recordings()
        facts = Facts.from_rows(
            Fact(self.person, name, value, DAY_AMOUNTS[name][0], source, date)
            for (name, date), (value, source) in sorted(self._facts.items(), key=lambda item: str(item[0]))
        )
        if not recordings and not facts.people:
            why = next(iter(self.report.failed.values()), "")
            raise ReadError(nothing, where=str(self.source), todo=why or "Is the export complete?")
        people = [Person(id=self.person, recordings=recordings)] if recordings else []
        return Reading(people=iter(people), facts=facts, report=self.report, n_people=len(people), personal=True)

    def _hash(self, member: Member) -> str:
        if member.name not in self._hashes:
            self._hashes[member.name] = self._hashes[member.basename] = member.sha256()
        return self._hashes[member.name]

    def _give_offsets(self) -> None:
        """To samples without an offset that of the night that is nearest in time."""
        if not self._zoneless:
            return
        zones = sorted(self._zones)
        at, offsets = np.array(zones or [(0, 0)], dtype=np.int64).T
        between = (at[1:] + at[:-1]) // 2
        for piece in self._zoneless:
            self.gathering.add(**piece, offset_s=offsets[np.searchsorted(between, piece["utc"], side="right")])
        self.report.notes.append(ZONE_RULE if zones else NO_ZONES)

    def _spans_to_samples(self) -> None:
        for (device, clock), found in sorted(self._nights.items()):
            # In an order that does not depend on the order of files.
            nights = sorted(found.values(), key=lambda n: (n.span.start_s, n.span.stop_s, n.span.sleep, n.source))
            starts = np.array([n.span.start_s for n in nights])
            offsets = np.array([n.offset_s for n in nights], dtype=np.int32)
            source = min(n.source for n in nights)
            for name, (times, values) in sleep_samples([n.span for n in nights]).items():
                self.gathering.add(
                    name,
                    utc=times,
                    values=values,
                    device=device,
                    source=source,
                    offset_s=offsets[np.clip(np.searchsorted(starts, times, side="right") - 1, 0, None)],
                    clock=clock,
                    sha256=self._hashes[source],
                )


def mark_of(identity: str) -> str:
    """Four signs that tell one device from another, without its number."""
    return hashlib.sha256(identity.encode()).hexdigest()[:4]


def rows_of(frame: pl.DataFrame, report: ReadReport) -> Iterator[dict[str, str | None]]:
    """The rows of a table of text; one without any cell, which is also one that did not fit the header, is dropped."""
    for row in frame.iter_rows(named=True):
        if any(cell is not None for cell in row.values()):
            yield row
        else:
            report.keep(seen=1, dropped=1, reason=NO_ROW)


def date_of(text: object) -> dt.date | None:
    """The date at the beginning of an ISO text; None if there is none or it is no date of a recording."""
    try:
        date = dt.date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
    return date if 1970 < date.year < 2200 else None


def instant_of(text: object) -> tuple[int, int] | None:
    """Seconds since 1970 and the offset of an ISO time with an offset; None if it is no such time.

    >>> instant_of("2024-03-01T23:00:00+01:00")
    (1709330400, 3600)
    """
    try:
        time = dt.datetime.fromisoformat(str(text).strip())
        offset = time.utcoffset()
        return None if offset is None else (int(time.timestamp()), int(offset.total_seconds()))
    except (ValueError, OverflowError):
        return None


def day_at(seconds: float) -> dt.date | None:
    """The date of seconds since 1970 on whatever clock they are; None outside of the years that are believed."""
    if not EARLIEST_S < seconds < LATEST_S:
        return None
    return dt.datetime.fromtimestamp(seconds, tz=dt.UTC).date()


def wall_of(text: object) -> int | None:
    """Wall-clock seconds of an ISO time as if it were UTC, whatever offset it has; None if it is no time."""
    try:
        return int(dt.datetime.fromisoformat(str(text).strip()).replace(tzinfo=dt.UTC).timestamp())
    except (ValueError, OverflowError):
        return None


def left_unread(report: ReadReport, names: Iterable[str]) -> None:
    """Count files that nothing was taken from, without digits, so that a thousand of one sort count as one."""
    for name in names:
        kind = "".join(c for c in name if not c.isdigit())
        report.unknown[f"file {kind}"[:100]] += 1
