"""Empatica E4: one session, a folder or zip of ACC, EDA, TEMP, HR and IBI as CSV without a header row.

The first line of a file is its start in UTC, the second its rate; each file has its own (HR begins ten seconds after
the others). Where it was worn is not written: the E4 is a wrist band, so acceleration is of the wrist. A real session
was read (shared/formats/flirt/empatica).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from itertools import islice
from pathlib import PurePosixPath

import numpy as np
import polars as pl
from jaxtyping import Float64

from sennight.errors import ReadError
from sennight.readers.beats import beat_recordings
from sennight.readers.dating import is_dated
from sennight.readers.empatica.minute_means import MinuteMeans
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.raw_minutes import RawMinutes
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording
from sennight.signals.hrv import from_intervals

DEVICE = "Empatica E4"
G_PER_UNIT = 1 / 64  # info.txt of every session: the range is ±2 g, the unit 1/64 g
MOST_UNITS = 128  # an 8-bit sensor
MIN_RATE_HZ, MAX_RATE_HZ = 0.01, 256.0  # HR has 1, BVP 64
MAX_LINE_BYTES = 4_096
BLOCK_BYTES = 1 << 22
# Exactly 0 uS is an open circuit: dry skin shows thousandths at least.
NO_CONTACT = "skin conductance of exactly 0: the electrodes had no contact"
TOO_STRONG = "acceleration beyond the sensor's ±2 g"
CUT = "the last line, which has no end"
RULE = "Empatica E4 writes UTC and no time zone; its minutes are instants with offset 0"

# File name in small letters -> columns.
COLUMNS = {"acc.csv": 3, "eda.csv": 1, "temp.csv": 1, "hr.csv": 1, "ibi.csv": 2}
SLOW = {"eda.csv": "eda_level", "temp.csv": "skin_temperature", "hr.csv": "heart_rate"}


@dataclass(frozen=True, kw_only=True)
class Session:
    """The files of one session by their names in small letters; `name` is that of their folder, "" for the top."""

    name: str
    files: dict[str, Member]


def sessions(found: Sequence[Member]) -> tuple[Session, ...]:
    """Sessions among these files, one a folder, by name. Raises: ReadError if a file cannot be opened."""
    folders: dict[str, dict[str, Member]] = {}
    for member in found:
        if member.basename.lower() in COLUMNS:
            folder = str(PurePosixPath(member.name).parent)
            folders.setdefault("" if folder == "." else folder, {})[member.basename.lower()] = member
    return tuple(
        Session(name=name, files=files)
        for name, files in sorted(folders.items())
        if any(_begins_right(m) for m in files.values())
    )


def claims(found: Sequence[Member]) -> bool:
    """Is one of the first few files of that name one of a session? Raises: ReadError if it cannot be opened."""
    named = (m for m in found if m.basename.lower() in COLUMNS)
    return any(_begins_right(m) for m in islice(named, 8))


def _begins_right(member: Member) -> bool:
    lines = member.head(2 * MAX_LINE_BYTES).split(b"\n")[:2]
    try:
        if member.basename.lower() == "ibi.csv":
            return lines[0].split(b",")[1].strip() == b"IBI" and is_dated(float(lines[0].split(b",")[0]))
        start, rate = ([float(x) for x in line.split(b",")] for line in lines)
    except (ValueError, IndexError):
        return False
    width = COLUMNS[member.basename.lower()]
    return len(start) == len(rate) == width and is_dated(start[0]) and MIN_RATE_HZ <= rate[0] <= MAX_RATE_HZ


def read(session: Session, *, person: str, report: ReadReport) -> tuple[Recording, ...]:
    """Everything of one session; a file that cannot be read is named in the report and the others are read."""
    if RULE not in report.notes:
        report.notes.append(RULE)
    made: list[Recording] = []
    for name, member in sorted(session.files.items()):
        try:
            if name == "acc.csv":
                made += _acceleration(member, person=person, report=report)
            elif name == "ibi.csv":
                made += _beats(member, person=person, report=report)
            else:
                made += _slow(member, SLOW[name], person=person, report=report)
        except ReadError as error:
            report.failed[member.name] = error.what
    return tuple(made)


def _acceleration(member: Member, *, person: str, report: ReadReport) -> tuple[Recording, ...]:
    signal = Signal(member, columns=3, report=report)
    raw = RawMinutes(
        person=person, device=DEVICE, source=member.basename, place="wrist", clock=Clock.INSTANT, offset_s=0,
        report=report, sha256=member.sha256(), rate_hz=signal.rate_hz,
    )  # fmt: skip
    for utc, units in signal.blocks():
        strong = (np.abs(units) > MOST_UNITS).any(axis=1)
        report.keep(seen=int(strong.sum()), dropped=int(strong.sum()), reason=TOO_STRONG)
        raw.add(utc[~strong], (units[~strong] * G_PER_UNIT).astype(np.float32))
    return raw.recordings()


def _slow(member: Member, name: str, *, person: str, report: ReadReport) -> tuple[Recording, ...]:
    signal = Signal(member, columns=1, report=report)
    means = MinuteMeans(name=name, report=report)
    for utc, rows in signal.blocks():
        values = rows[:, 0]
        open_circuit = values == 0 if name == "eda_level" else None
        means.add(utc, values, rate_hz=signal.rate_hz, unusable=open_circuit, reason=NO_CONTACT)
    utc_s, values = means.minutes()
    tally = Gathering(person=person, report=ReadReport(reader=report.reader, source=report.source))
    tally.add(name, utc=utc_s, values=values, device=DEVICE, source=member.basename, sha256=member.sha256())
    made = tally.recordings()
    report.devices[DEVICE] += sum(len(r.times_utc) for r in made)
    return made


def _beats(member: Member, *, person: str, report: ReadReport) -> tuple[Recording, ...]:
    if not member.size:
        report.notes.append("IBI.csv is empty: the device found no beats it was sure of")
        return ()
    signal = Signal(member, columns=2, report=report, rated=False)
    rows = np.concatenate([np.empty((0, 2)), *(block for _, block in signal.blocks())])
    return beat_recordings(
        from_intervals(signal.start_s + rows[:, 0], rows[:, 1] * 1_000),
        person=person,
        device=DEVICE,
        source=member.basename,
        report=report,
        clock=Clock.INSTANT,
        sha256=member.sha256(),
        rate=False,  # HR.csv has it
    )


class Signal:
    """One file: its start, its rate, its rows in blocks. A row that is no numbers keeps its place as NaN.

    Raises: ReadError if the first lines are not a start and a rate.
    """

    def __init__(self, member: Member, *, columns: int, report: ReadReport, rated: bool = True) -> None:
        self._member, self._columns, self._report = member, columns, report
        self._stream: BufferedIOBase = member.open()
        self.start_s = self._number("a start in UTC")
        if not is_dated(self.start_s):
            raise ReadError("a file of an E4 session whose clock was not set", where=member.name)
        self.rate_hz = self._number("a rate") if rated else 1.0
        if not MIN_RATE_HZ <= self.rate_hz <= MAX_RATE_HZ:
            raise ReadError("a file of an E4 session with a rate that no sensor has", where=member.name)

    def _number(self, what: str) -> float:
        line = self._stream.readline(MAX_LINE_BYTES)
        try:
            return float(line.split(b",")[0])
        except ValueError as error:
            raise ReadError(f"a file of an E4 session without {what}", where=self._member.name) from error

    def blocks(self) -> Iterator[tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, "n k"]]]:
        """Times by the rate, and rows. Raises: ReadError if the file is damaged."""
        row = 0
        for lines in self._lines():
            values = self._values(lines)
            yield self.start_s + (row + np.arange(len(values))) / self.rate_hz, values
            row += len(values)
        self._stream.close()

    def _lines(self) -> Iterator[list[str]]:
        rest = b""
        while piece := self._stream.read(BLOCK_BYTES):
            whole, found, rest = (rest + piece).rpartition(b"\n")
            if len(rest) > MAX_LINE_BYTES:
                raise ReadError("a file of an E4 session with a line that has no end", where=self._member.name)
            if found:
                yield whole.decode("latin-1").split("\n")
        if rest.strip():
            # A number that is cut may still look like one.
            self._report.keep(seen=1, dropped=1, reason=CUT)
            self._report.cut_short[self._member.name] = CUT

    def _values(self, lines: list[str]) -> Float64[np.ndarray, "n k"]:
        text = pl.Series(lines, dtype=pl.String)
        parts = text.str.split_exact(",", self._columns).struct.unnest()
        fits = parts[:, self._columns].is_null().to_numpy()
        columns = [
            parts[:, i].str.strip_chars().cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
            for i in range(self._columns)
        ]
        return np.where(fits[:, None], np.stack(columns, axis=1), np.nan)
