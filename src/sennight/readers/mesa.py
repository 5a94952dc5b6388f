"""MESA: actigraphy of the National Sleep Research Resource, one CSV a person (mesa-sleep-0001.csv and its cousins).

Half-minute rows of an Actiwatch Spectrum without dates: a time of day, the day of the week (1 is Sunday) and the number
of the day since the recording began. Days therefore get placeholder dates with the right weekday; a table that has a
column of dates is on a local clock. Never met a real file: the data need an agreement; read as the resource's variables
and the public reader pyActigraphy describe them.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.actiwatch.rows import INTERVALS, LIGHTS, add_rows
from sennight.readers.delimited import numbers, read_delimited
from sennight.readers.device_files import DeviceFiles
from sennight.readers.epochs import epoch_length, epoch_times
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.raw_files import remark
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.samples import NO_TIME
from sennight.readers.written_times import wall_times
from sennight.record import SECONDS_PER_DAY, Clock, Recording

DEVICE = "Actiwatch Spectrum"
# What a column is -> its names in the studies of the resource.
COLUMNS: dict[str, tuple[str, ...]] = {
    "line": ("line",),
    "time": ("linetime", "time"),
    "date": ("date", "linedate"),
    "off_wrist": ("offwrist", "off_wrist"),
    "activity": ("activity",),
    "marker": ("marker",),
    "white_light": ("whitelight", "white_light"),
    "red_light": ("redlight", "red_light"),
    "green_light": ("greenlight", "green_light"),
    "blue_light": ("bluelight", "blue_light"),
    "wake": ("wake",),
    "interval": ("interval",),
    "weekday": ("dayofweek", "day_of_week"),
    "day": ("daybymidnight", "day_by_midnight"),
}
_NEEDED = ("line", "time", "off_wrist", "activity", "wake", "interval")
SUNDAY_DAY = 12_785  # 2005-01-02, a Sunday, in days since 1970: the placeholder week that other readers use too
FIRST_WEEKDAY, DAYS_A_WEEK = 1, 7
MAX_DAYS = 3_660  # ten years; a day number beyond is damage

DISAGREES = "row without a time, or whose weekday and day number disagree"
WEEKDAY_RULE = "only weekdays are known: the dates are placeholders"
DATE_RULE = "times are the watch's own; their zone is not known"


def _names_in(cells: Sequence[str]) -> dict[str, str]:
    """What each known column is called in a header."""
    written = {cell.strip().strip('"').lower(): cell.strip().strip('"') for cell in cells}
    return {what: written[n] for what, names in COLUMNS.items() for n in names if n in written}


def _looks_right(head: bytes) -> bool:
    line = head.replace(b"\x00", b"").removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("latin-1")
    return set(_NEEDED) <= set(_names_in(line.split(",")))


FILES = DeviceFiles(suffixes=(".csv",), head=_looks_right)


class MesaReader:
    """The reader of the resource's actigraphy."""

    name = "mesa"
    title = "MESA and other NSRR actigraphy (CSV)"

    def claims(self, path: Path) -> bool:
        """Holds a CSV whose header has the resource's columns."""
        return FILES.claims(path)

    def read(self, path: Path) -> Reading:
        """Everybody, one person a file. Raises: ReadError if there is none, or the only file is damaged."""
        return FILES.read(path, reader=self.name, read_file=_read_file)


def _read_file(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    frame = read_delimited(member, report=report)
    names = _names_in(frame.columns)
    missing = [what for what in _NEEDED if what not in names]
    if missing:
        raise ReadError(f"a table without a column for {', '.join(missing)}", where=member.name)
    used = set(names.values())
    report.unknown.update(f"column {name}" for name in frame.columns if name not in used)
    if "date" in names:
        written = (frame[names["date"]] + pl.Series([" "]) + frame[names["time"]]).alias("date")
        times = epoch_times(written, where=member.name)
        starts, usable, clock, reason = times.starts, times.usable, Clock.LOCAL, NO_TIME
        remark(report, DATE_RULE)
    elif "weekday" in names:
        starts, usable = _placeholder_times(frame, names)
        clock, reason = Clock.WEEKDAY, DISAGREES
        remark(report, WEEKDAY_RULE)
    else:
        raise ReadError("a table with neither dates nor weekdays", where=member.name, todo="Add a column 'dayofweek'.")
    report.keep(seen=int((~usable).sum()), dropped=int((~usable).sum()), reason=reason)
    frame, starts = frame.filter(pl.Series(usable)), starts[usable]
    gathering = Gathering(person=person, report=report)
    add_rows(
        gathering, _columns(frame, names, report=report), starts=starts,
        epoch_s=epoch_length(starts, where=member.name), device=DEVICE, source=member.basename,
        sha256=member.sha256(), clock=clock,
    )  # fmt: skip
    return gathering.recordings()


def _columns(frame: pl.DataFrame, names: dict[str, str], *, report: ReadReport) -> dict[str, np.ndarray]:
    found = {what: numbers(frame[names[what]]) for what in ("off_wrist", "activity", *LIGHTS, "wake") if what in names}
    words = frame[names["interval"]].str.to_lowercase()
    unknown = int((words.is_not_null() & ~words.is_in(list(INTERVALS))).sum())
    report.unknown.update({"interval in a word that is not known": unknown} if unknown else {})
    codes = words.replace_strict(INTERVALS, default=None, return_dtype=pl.Float64)
    found["interval"] = codes.fill_null(np.nan).to_numpy().astype(np.float64)
    if "marker" in names:
        pressed = int((numbers(frame[names["marker"]]) > 0).sum())
        report.unknown.update({"event marker": pressed} if pressed else {})
    return found


def _placeholder_times(frame: pl.DataFrame, names: dict[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Placeholder seconds with the right weekday and time of day, and the rows that agree with themselves."""
    written, timed, _, _ = wall_times(pl.Series(["2005-01-02 "]) + frame[names["time"]])
    of_day = written - SUNDAY_DAY * SECONDS_PER_DAY
    weekday = numbers(frame[names["weekday"]])
    if "day" in names:
        day = numbers(frame[names["day"]])
    else:
        # Time of day runs backwards once a midnight.
        day = np.cumsum(np.append(0, (np.diff(of_day) < 0)))[: len(of_day)].astype(np.float64)
    usable = timed & np.isfinite(weekday) & (weekday >= 1) & (weekday <= DAYS_A_WEEK) & (day >= 0) & (day < MAX_DAYS)
    if not usable.any():
        return np.zeros(len(frame), dtype=np.int64), usable
    day_number = np.where(usable, day, 0).astype(np.int64)
    # Weekday of day 0 by each row; most rows decide, the others disagree.
    shift = (np.where(usable, weekday, 1).astype(np.int64) - FIRST_WEEKDAY - day_number) % DAYS_A_WEEK
    usual = int(np.bincount(shift[usable], minlength=DAYS_A_WEEK).argmax())
    starts = (SUNDAY_DAY + usual + day_number) * SECONDS_PER_DAY + of_day
    return starts, usable & (shift == usual)


READER = MesaReader()
