"""SenseWear: the armband's workbook (.xls), a row a minute of skin temperature, skin conductance, steps, energy and
sleep.

The first sheet has one row a minute on the body; minutes off it are not there. The header of the time names an offset
from Greenwich ("Time (GMT-04:00)"), so times are instants. Summaries by day stand on other sheets and are not read.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sennight.errors import ReadError
from sennight.readers.device_files import DeviceFiles
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.raw_files import remark
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.samples import NO_TIME
from sennight.readers.xls import MAX_BYTES, SIGN, Cell, first_sheet
from sennight.readers.xlsx import serial_seconds
from sennight.record import Clock, Recording

DEVICE = "SenseWear"
CHANNELS = {
    "Skin temp - average": "skin_temperature",
    "GSR - average": "eda_level",
    "Step Counter": "steps",
    "Energy expenditure": "energy",
    "METs": "mets",
    "Sleep": "asleep",
}
_TIME = re.compile(r"Time(?: \(GMT(?:([+-])(\d{1,2}):(\d{2}))?\))?")
_NAMES = (b"Skin temp - average", b"Step Counter")
MOST_PREAMBLE_ROWS = 20
NO_VALUE = "minute without a value"
INSTANT_RULE = "times are local with the offset from Greenwich that the header of the file names"
LOCAL_RULE = "times are local, their zone is not known"


def _looks_right(head: bytes) -> bool:
    return head.startswith(SIGN) and any(n in head or n.decode().encode("utf-16-le") in head for n in _NAMES)


# The list of strings stands before the sheets.
FILES = DeviceFiles(suffixes=(".xls",), head=_looks_right, head_bytes=262_144)


class SenseWearReader:
    """The reader of SenseWear workbooks."""

    name = "sensewear"
    title = "SenseWear armband workbook (.xls)"

    def claims(self, path: Path) -> bool:
        """Holds an old Excel workbook that names the armband's columns."""
        return FILES.claims(path)

    def read(self, path: Path) -> Reading:
        """Everybody, one person a file. Raises: ReadError if there is none, or the only file is damaged."""
        return FILES.read(path, reader=self.name, read_file=_read_file)


def _read_file(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    if member.size > MAX_BYTES:
        raise ReadError(f"a workbook above {MAX_BYTES:,} bytes", where=member.name)
    raw = member.read()
    rows = first_sheet(raw, where=member.name)
    at, column, offset_s = _header(rows, where=member.name)
    clock = Clock.LOCAL if offset_s is None else Clock.INSTANT
    remark(report, LOCAL_RULE if offset_s is None else INSTANT_RULE)
    names = [str(cell).strip() if isinstance(cell, str) else "" for cell in rows[at]]
    report.unknown.update(f"column {n}" for i, n in enumerate(names) if n and i != column and n not in CHANNELS)
    table = rows[at + 1 :]
    days = _column(table, column)
    timed = (days > 0) & (days < 200_000)
    lost = int((~timed).sum())
    report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    utc = serial_seconds(np.where(timed, days, 0.0)) - (offset_s or 0)
    gathering, sha256 = Gathering(person=person, report=report), member.sha256()
    for i, name in enumerate(names):
        if name not in CHANNELS:
            continue
        values = _column(table, i)
        known = timed & np.isfinite(values)
        missing = int((timed & ~known).sum())
        report.keep(seen=missing, dropped=missing, reason=NO_VALUE)
        gathering.add(
            CHANNELS[name], utc=utc[known], values=values[known], device=DEVICE, source=member.basename, sha256=sha256,
            offset_s=offset_s or 0, clock=clock,
        )  # fmt: skip
    return gathering.recordings()


def _header(rows: Sequence[Sequence[Cell]], *, where: str) -> tuple[int, int, int | None]:
    """Row and column of the time, and its offset in seconds (None if it names none)."""
    for at, row in enumerate(rows[:MOST_PREAMBLE_ROWS]):
        for column, cell in enumerate(row):
            match = _TIME.fullmatch(cell.strip()) if isinstance(cell, str) else None
            if not match:
                continue
            if "GMT" not in match[0]:
                return at, column, None
            offset = int(match[2] or 0) * 3_600 + int(match[3] or 0) * 60
            return at, column, -offset if match[1] == "-" else offset
    raise ReadError("a SenseWear workbook without a column of times", where=where, todo="Export it again in English.")


def _column(rows: Sequence[Sequence[Cell]], i: int) -> np.ndarray:
    """The numbers of a column, NaN where a cell is empty or a text."""
    cells = [row[i] if i < len(row) else None for row in rows]
    return np.array([c if isinstance(c, float) else np.nan for c in cells], dtype=np.float64)


READER = SenseWearReader()
