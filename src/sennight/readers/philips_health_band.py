"""Philips Health Band: the study platform's workbooks, DataList (a row a minute) and Sleep_Wake (a row a half minute).

Both name the subject above the table; files of one subject are one person. Times are the wall clock of the band,
whose zone is not given. Total energy is counted up from midnight, so a minute's is the difference to the row before.
Sleep is 1 in Sleep_Wake (the half minutes with 1 hold a sixth of the counts of those with 0 in the published
example). A row off the wrist has zeros for steps and energy, which are not measured and left out.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import polars as pl
from jaxtyping import Bool, Float64, Int64

from sennight.errors import ReadError
from sennight.readers.delimited import numbers
from sennight.readers.epochs import epoch_times
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member, members
from sennight.readers.personal import DAY_AMOUNTS
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.samples import NO_TIME
from sennight.readers.written_times import wall_times
from sennight.readers.xlsx import Sheet, read_sheet, serial_seconds, workbook_head
from sennight.record import SECONDS_PER_DAY, Clock, Fact, Facts, Person

DEVICE = "Philips Health Band"
TIME = "timeStamp"
CHANNELS = {
    "activityCounts": "health_band_counts",
    "heartRate": "heart_rate",
    "respirationRate": "respiration_rate",
    "activeEnergyExpenditure": "active_energy",
    "steps": "steps",
}
TOTAL_ENERGY = "totalEnergyExpenditure"
OFF_WRIST = "offWrist"
SLEEP = "sleepWake"
# Column -> fact; the last value of a day counts. The fitness index and the recovery have no stated unit.
FACTS = {"restingHeartRate": "resting_heart_rate", "vo2Max": "vo2max"}
# Zeros there off the wrist are no measurement.
ZERO_OFF_WRIST = ("steps", "active_energy", "energy")
MOST_LOOKED_INTO = 20
HEAD_BYTES = 262_144  # of the strings of a workbook; names of columns stand among the first

NOT_WORN = "row off the wrist: nothing was measured"
NO_ENERGY_BEFORE = "first row or a gap: no total energy to subtract"
RULE = "times are the band's own, on a wall clock whose zone is not known"


@dataclass(frozen=True, kw_only=True, eq=False)
class _Workbook:
    """One file, read, and whose it is."""

    member: Member
    subject: str
    sheet: Sheet


class PhilipsHealthBandReader:
    """The reader of the Health Band's workbooks."""

    name = "philips_health_band"
    title = "Philips Health Band DataList and Sleep_Wake workbooks"

    def claims(self, path: Path) -> bool:
        """Holds a workbook whose strings name the time and the counts or the sleep of the band."""
        try:
            return bool(_ours(_workbooks(path)[:MOST_LOOKED_INTO]))
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Everybody; the files of one subject are one person.

        Raises: ReadError if no workbook is the band's, or none can be read.
        """
        offered = _workbooks(path)
        used = _ours(offered)
        if not used:
            raise ReadError("no workbook of a Health Band is there", where=str(path), todo="Is this the right folder?")
        report = ReadReport(
            reader=self.name, source=str(path), files=len(used), bytes_read=sum(m.size for m in used), notes=[RULE]
        )
        report.unknown.update({"file *.xlsx": len(offered) - len(used)} if len(offered) > len(used) else {})
        people: dict[str, list[_Workbook]] = {}
        for member in used:
            try:
                book = _read(member, report=report)
            except ReadError as error:
                if len(used) == 1:
                    raise
                report.failed[member.name] = error.what
                continue
            people.setdefault(f"{self.name}-{book.subject}", []).append(book)
        if not people:
            raise ReadError("no workbook could be read", where=str(path), todo="Export them again.")
        facts = Facts.from_rows(f for person, books in people.items() for book in books for f in _facts(person, book))
        return Reading(people=_people(people, report), facts=facts, report=report)


def _workbooks(path: Path) -> list[Member]:
    """Workbooks at a path; one is itself a zip, and one inside another archive is not opened."""
    if path.is_file():
        alone = Member(name=path.name, size=path.stat().st_size, open=lambda: path.open("rb"), path=path)
        return [alone]
    return [m for m in members(path) if m.path and m.name.lower().endswith(".xlsx")]


def _ours(offered: Sequence[Member]) -> list[Member]:
    found = []
    for member in offered:
        try:
            head = workbook_head(Path(str(member.path)), HEAD_BYTES)
        except ReadError:
            continue
        if TIME.encode() in head and (b"activityCounts" in head or SLEEP.encode() in head):
            found.append(member)
    return found


def _read(member: Member, *, report: ReadReport) -> _Workbook:
    sheet = read_sheet(Path(str(member.path)), needed=(TIME,))
    if sheet.cut_short:
        report.cut_short[member.name] = sheet.cut_short
    known = {TIME, TOTAL_ENERGY, OFF_WRIST, SLEEP, *CHANNELS, *FACTS}
    report.unknown.update(f"column {name}" for name in sheet.table.columns if name not in known)
    stem = PurePosixPath(member.name).stem
    subject = _subject(sheet) or stem.removeprefix("DataList_").removeprefix("Sleep_Wake_")
    return _Workbook(member=member, subject=subject, sheet=sheet)


def _subject(sheet: Sheet) -> str:
    for row in sheet.preamble:
        name, _, value = " ".join(row).partition(":")
        if name.strip().lower() == "subjectid":
            return value.strip()
    return ""


def _range(sheet: Sheet) -> tuple[int, int] | None:
    """The days that the preamble says were analysed, a day more on each side; None if it does not."""
    for row in sheet.preamble:
        days = re.findall(r"\b(\d{4}-\d{2}-\d{2})\b", " ".join(row))
        if len(days) == 2:
            seconds, usable, _, _ = wall_times(pl.Series("range", days))
            if usable.all():
                return int(seconds[0]) - SECONDS_PER_DAY, int(seconds[1]) + 2 * SECONDS_PER_DAY
    return None


def _people(people: dict[str, list[_Workbook]], report: ReadReport) -> Iterator[Person]:
    for person in sorted(people):
        gathering = Gathering(person=person, report=report)
        for book in people[person]:
            _add(gathering, book)
        recordings = gathering.recordings()
        if recordings:
            yield Person(id=person, recordings=recordings)


def _times(book: _Workbook) -> tuple[Int64[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
    """When each row was, and which rows say so; times that Excel has turned into its own numbers too."""
    column = book.sheet.table[TIME]
    serial = column.cast(pl.Float64, strict=False)
    if serial.is_not_null().any():
        days = serial.fill_null(0.0).to_numpy().astype(np.float64)
        usable = serial.is_not_null().to_numpy() & (days > 0) & (days < 200_000)
        return serial_seconds(np.where(usable, days, 0.0)), usable
    times = epoch_times(column, where=book.member.name, between=_range(book.sheet))
    return times.starts, times.usable


def _add(gathering: Gathering, book: _Workbook) -> None:
    table, report = book.sheet.table, gathering.report
    starts, usable = _times(book)
    lost = int((~usable).sum())
    report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    table, starts = table.filter(pl.Series(usable)), starts[usable]
    off = numbers(table[OFF_WRIST]) if OFF_WRIST in table.columns else np.full(len(table), np.nan)
    values = {CHANNELS[c]: numbers(table[c]) for c in table.columns if c in CHANNELS}
    if TOTAL_ENERGY in table.columns:
        values["energy"] = _since_row_before(numbers(table[TOTAL_ENERGY]), starts)
        gaps = int(np.isnan(values["energy"]).sum())
        report.keep(seen=gaps, dropped=gaps, reason=NO_ENERGY_BEFORE)
    if OFF_WRIST in table.columns:
        values["on_body"] = 1 - off
    if SLEEP in table.columns:
        values["asleep"] = numbers(table[SLEEP])
    sha256 = book.member.sha256()
    for name, column in values.items():
        known = np.isfinite(column)
        worn = known & ~((off == 1) if name in ZERO_OFF_WRIST else np.zeros(len(off), dtype=np.bool_))
        unworn = int((known & ~worn).sum())
        report.keep(seen=unworn, dropped=unworn, reason=NOT_WORN)
        gathering.add(
            name, utc=starts[worn], values=column[worn], device=DEVICE, source=book.member.basename, sha256=sha256,
            clock=Clock.LOCAL,
        )  # fmt: skip


def _since_row_before(total: Float64[np.ndarray, " n"], starts: Int64[np.ndarray, " n"]) -> np.ndarray:
    """The energy of each minute from a total that starts again at midnight; NaN where the row before is missing."""
    if not len(total):
        return total
    before = np.append(np.nan, total[:-1])
    follows = np.append(False, np.diff(starts) == 60)
    # The row at 00:00 still holds the day's total, the one at 00:01 the first minute of the new day.
    renewed = total < before
    return np.where(follows, np.where(renewed, total, total - before), np.nan)


def _facts(person: str, book: _Workbook) -> list[Fact]:
    table = book.sheet.table
    columns = [name for name in FACTS if name in table.columns]
    if not columns:
        return []
    starts, usable = _times(book)
    found: dict[tuple[str, int], float] = {}
    for name in columns:
        value = numbers(table[name])
        _, low, high = DAY_AMOUNTS[FACTS[name]]
        for i in np.flatnonzero(usable & (value >= low) & (value <= high)):
            found[FACTS[name], int(starts[i]) // SECONDS_PER_DAY] = float(value[i])
    return [
        Fact(person, name, value, DAY_AMOUNTS[name][0], book.member.basename, dt.date(1970, 1, 1) + dt.timedelta(day))
        for (name, day), value in found.items()
    ]


READER = PhilipsHealthBandReader()
