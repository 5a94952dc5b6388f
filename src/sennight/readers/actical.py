"""Actical: the list export as CSV, one row an epoch, with counts, steps and a level of intensity.

A row is timed by its elapsed seconds from the first one, because epochs shorter than a minute share a written time;
rows whose two times disagree by a minute or more are dropped and counted. Times are the wall clock the device was set
to. Energy is written per kg of a body weight that is often left at zero, so it is not read.
"""

from pathlib import Path

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.delimited import numbers, read_delimited
from sennight.readers.device_files import DeviceFiles
from sennight.readers.epochs import add_epochs, epoch_length, epoch_times
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.raw_files import remark
from sennight.readers.reader import Reading, ReadReport
from sennight.record import Recording

DEVICE = "Actical"
EPOCH, ELAPSED, DATE, TIME, ACTIVITY = "Epoch#", "Elapsed", "Date", "Time", "Activity"
NEEDED = (EPOCH, ELAPSED, DATE, TIME, ACTIVITY)
STEPS = "Steps"
INTENSITY = "Activity #2"  # the second column of that name, "Activity Intensity" over two lines
MARKER = "Event Marker"
SEDENTARY = 1  # the levels are 1 to 4, those of the registry 0 to 3
MINUTE_S = 60

TIMES_DISAGREE = "row whose date and elapsed seconds disagree"
NO_VALUE = "epoch without a value"
RULE = "times are the device's own, on the wall clock of the computer that started it; their zone is not known"


def _looks_right(head: bytes) -> bool:
    return b"actical" in head.replace(b"\x00", b"").lower()[:400]


FILES = DeviceFiles(suffixes=(".csv", ".txt"), head=_looks_right)


class ActicalReader:
    """The reader of Actical's list exports."""

    name = "actical"
    title = "Actical list export (CSV)"

    def claims(self, path: Path) -> bool:
        """Holds a file whose first lines name the Actical."""
        return FILES.claims(path)

    def read(self, path: Path) -> Reading:
        """Everybody, one person a file. Raises: ReadError if there is none, or the only file is damaged."""
        reading = FILES.read(path, reader=self.name, read_file=_read_file)
        remark(reading.report, RULE)
        return reading


def _read_file(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    frame = read_delimited(member, needed=NEEDED, report=report)
    used = {*NEEDED, STEPS, INTENSITY, MARKER}
    report.unknown.update(f"column {name}" for name in frame.columns if name not in used)
    # Names of columns go over six lines; a row has a number in its first two cells.
    elapsed = numbers(frame[ELAPSED])
    frame = frame.filter(pl.Series(np.isfinite(elapsed) & np.isfinite(numbers(frame[EPOCH]))))
    if not len(frame):
        raise ReadError("an Actical export without epochs", where=member.name, todo="Export it again.")
    starts, usable = _starts(frame, where=member.name)
    lost = int((~usable).sum())
    report.keep(seen=lost, dropped=lost, reason=TIMES_DISAGREE)
    frame, starts = frame.filter(pl.Series(usable)), starts[usable]
    epoch_s = epoch_length(starts, where=member.name)
    columns = {"actical_counts": numbers(frame[ACTIVITY])}
    if STEPS in frame.columns:
        columns["steps"] = numbers(frame[STEPS])
    if INTENSITY in frame.columns:
        columns["intensity"] = numbers(frame[INTENSITY]) - SEDENTARY
    if MARKER in frame.columns:
        pressed = int((numbers(frame[MARKER]) == 1).sum())
        report.unknown.update({"event marker": pressed} if pressed else {})
    gathering, sha256 = Gathering(person=person, report=report), member.sha256()
    for name, values in columns.items():
        known = np.isfinite(values)
        report.keep(seen=int((~known).sum()), dropped=int((~known).sum()), reason=NO_VALUE)
        add_epochs(
            gathering, name, starts=starts[known], values=values[known], epoch_s=epoch_s, device=DEVICE,
            source=member.basename, sha256=sha256,
        )  # fmt: skip
    return gathering.recordings()


def _starts(frame: pl.DataFrame, *, where: str) -> tuple[np.ndarray, np.ndarray]:
    """When each row was by its elapsed seconds, and where its written time agrees."""
    written = epoch_times((frame[DATE] + pl.Series([" "]) + frame[TIME]).alias(DATE), where=where)
    elapsed = numbers(frame[ELAPSED])
    usable = written.usable & (np.abs(elapsed) < 1e9)
    elapsed = np.where(usable, elapsed, 0).astype(np.int64)
    # The first row need not be whole; most rows say when elapsed second 0 was.
    zero = int(np.median((written.starts - elapsed)[usable])) if usable.any() else 0
    # A written time without seconds is up to a minute early.
    agrees = np.abs(written.starts - elapsed - zero) < MINUTE_S
    first = int(np.flatnonzero(usable & agrees)[0]) if (usable & agrees).any() else 0
    anchor = int(written.starts[first] - elapsed[first])
    return anchor + elapsed, usable & agrees


READER = ActicalReader()
