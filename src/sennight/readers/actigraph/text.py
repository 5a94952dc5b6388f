"""ActiGraph's CSV: counted epochs or raw samples under ActiLife's header, with or without names, dates and times.

Rows without times follow each other from the header's start on. Where rows have times of their own, these are used. All
are wall-clock times: ActiLife writes a Z behind local times too. While a device slept because it lay still, ActiLife
repeats its last sample or writes zeros: what is exactly zero on all axes is left out, what is repeated looks still.
Met: three real files (epochs without names of mode 13 and 61, epochs with timestamps). Never met: raw samples.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.actigraph.epoch_rows import AXES, EpochRows, add_rows
from sennight.readers.actigraph.header import Header, is_header, mode_columns, parse_header
from sennight.readers.delimited import wall_times
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.raw_files import remark
from sennight.readers.raw_minutes import RawMinutes
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_TIME
from sennight.record import Clock, Recording

HEAD_BYTES = 16_384
BLOCK_CHARS = 4 << 20
LONGEST_LINE = 4_096  # characters; a row of the maker's has 60
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}

TURNED = "ActiGraph CSV: the dates contradict the date format of the first line, the other order was taken"
LOCAL = "ActiGraph CSV: times are local, their zone is not in the file"
_RAW = ("x", "y", "z")
_NAMES = {
    "axis1": "axis1", "activity": "axis1", "axis2": "axis2", "axis3": "axis3", "steps": "steps", "lux": "lux",
    "hr": "hr", "heartrate": "hr", "timestamp": "timestamp", "date": "date", "time": "time", "accelerometerx": "x",
    "accelerometery": "y", "accelerometerz": "z", "x": "x", "y": "y", "z": "z",
}  # fmt: skip
_QUOTED = '","'
_EXPORT_AGAIN = "Export it from ActiLife again."


def is_text(head: bytes) -> bool:
    """Do these first bytes begin with ActiLife's header line?"""
    return is_header(_decode(head[:1_024]).split("\n", 1)[0])


def read_text(member: Member, *, person: str, report: ReadReport, sha256: str) -> tuple[Recording, ...]:
    """Epochs or minutes of raw samples. Raises: ReadError if header or columns cannot be understood."""
    head = _decode(member.head(HEAD_BYTES))
    lines = head.split("\n")
    header = parse_header(lines, where=member.name)
    columns = _columns(lines[header.lines :], header, where=member.name)
    remark(report, LOCAL)
    if header.turned:
        remark(report, TURNED)
    report.unknown.update(f"column {name}" for name in columns.unknown)
    file = _File(member=member, header=header, columns=columns, report=report)
    return file.raw(person, sha256) if columns.is_raw else file.epochs(person, sha256)


def _decode(raw: bytes) -> str:
    encoding = next((e for mark, e in _MARKS.items() if raw.startswith(mark)), "latin-1")
    if encoding == "utf-16":
        raw = raw[: len(raw) // 2 * 2]
    return raw.decode(encoding, errors="replace").replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True, kw_only=True)
class _Columns:
    """Our names of the columns in order ("" for those not used), the separator, and the line the numbers begin in."""

    names: tuple[str, ...]
    separator: str
    first_line: int
    unknown: tuple[str, ...]

    @property
    def is_raw(self) -> bool:
        return set(_RAW) <= set(self.names)


def _columns(rows: list[str], header: Header, *, where: str) -> _Columns:
    at = next((i for i, line in enumerate(rows) if line.strip(' ,;\t"')), None)
    if at is None:
        raise ReadError("an ActiGraph CSV without rows", where=where, todo=_EXPORT_AGAIN)
    cells = _cells(rows[at], _separator(rows[at]))
    names = tuple(_NAMES.get(re.sub(r"[^a-z0-9]", "", c.lower()), "") for c in cells)
    named = any(names)
    if named:
        unknown = tuple(c[:30] for c, name in zip(cells, names, strict=True) if c and not name)
    elif header.epoch_s == 0:
        names, unknown = (_RAW if len(cells) >= 3 else ()), ()
    else:
        expected = mode_columns(header.mode)
        width = len([c for c in cells if c])
        # Of a file whose width is not its mode's, only the first column is sure: every mode begins with axis 1.
        names, unknown = (expected, ()) if width == len(expected) else (("axis1",), ("all after the first",))
    if not ({"axis1"} & set(names) or set(_RAW) <= set(names)):
        raise ReadError("an ActiGraph CSV without activity columns", where=where, todo=_EXPORT_AGAIN)
    if header.epoch_s == 0 and not set(_RAW) <= set(names):
        raise ReadError("an ActiGraph CSV of epochs of zero seconds", where=where, todo=_EXPORT_AGAIN)
    # Names may be quoted where numbers are not.
    numbers = rows[at + int(named)] if at + int(named) < len(rows) else rows[at]
    skipped = header.lines + at + int(named)
    return _Columns(names=names, separator=_separator(numbers), first_line=skipped, unknown=unknown)


def _separator(line: str) -> str:
    """What parts the cells of a line; a comma only if nothing else does, since it may be a decimal sign."""
    return next((s for s in (_QUOTED, ";", "\t") if s in line), ",")


def _cells(line: str, separator: str) -> list[str]:
    return [c.strip().strip('"').strip() for c in line.split(separator)]


@dataclass(kw_only=True)
class _File:
    """One CSV being read."""

    member: Member
    header: Header
    columns: _Columns
    report: ReadReport

    def epochs(self, person: str, sha256: str) -> tuple[Recording, ...]:
        """Counted epochs."""
        frames = list(self._blocks())
        whole = pl.concat(frames) if frames else pl.DataFrame()
        used = [name for name in (*AXES, "steps", "lux", "hr") if name in self.columns.names]
        numbers = {name: _numbers(whole[name]) for name in used} if len(whole) else {}
        if not numbers:
            raise ReadError("an ActiGraph CSV without rows", where=self.member.name, todo=_EXPORT_AGAIN)
        starts, usable = self._starts(whole)
        lost = len(usable) - int(usable.sum())
        self.report.keep(seen=lost, dropped=lost, reason=NO_TIME)
        gathering = Gathering(person=person, report=self.report)
        add_rows(
            EpochRows(
                starts=starts[usable],
                epoch_s=self.header.epoch_s,
                columns={name: values[usable] for name, values in numbers.items()},
            ),
            to=gathering,
            place=self.header.place,
            device=self.header.device,
            source=self.member.name,
            sha256=sha256,
        )
        return gathering.recordings()

    def raw(self, person: str, sha256: str) -> tuple[Recording, ...]:
        """Raw samples."""
        rate = self.header.rate_hz
        if not rate:
            raise ReadError(
                "an ActiGraph CSV of raw samples that does not say its rate",
                where=self.member.name,
                todo="The first line should say 'at 30 Hz' or the like; export it again.",
            )
        minutes = RawMinutes(
            person=person,
            device=self.header.device,
            source=self.member.name,
            report=self.report,
            clock=Clock.LOCAL,
            place=self.header.place,
            sha256=sha256,
            rate_hz=float(rate),
        )
        done = 0
        for block in self._blocks():
            xyz = np.stack([_numbers(block[name]) for name in _RAW], axis=1).astype(np.float32)
            # Rows follow each other at the nominal rate, those that are no number too.
            utc = self.header.start_s + (done + np.arange(len(xyz))) / rate
            done += len(xyz)
            minutes.add(utc, xyz)
        return minutes.recordings()

    def _starts(self, whole: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        names = self.columns.names
        if "timestamp" in names:
            written = whole["timestamp"]
        elif "date" in names and "time" in names:
            written = whole["date"].fill_null("") + " " + whole["time"].fill_null("")
        else:
            n = len(whole)
            return self.header.start_s + np.arange(n, dtype=np.int64) * self.header.epoch_s, np.ones(n, dtype=np.bool_)
        starts, usable, _, _ = wall_times(written, day_first=self.header.day_first)
        return starts, usable

    def _blocks(self) -> Iterator[pl.DataFrame]:
        """Columns of text under our names, some megabytes at a time."""
        encoding = next((e for mark, e in _MARKS.items() if self.member.head(3).startswith(mark)), "latin-1")
        with io.TextIOWrapper(cast(BinaryIO, self.member.open()), encoding, errors="replace") as text:
            for _ in range(self.columns.first_line):
                text.readline(LONGEST_LINE)
            rest = ""
            while piece := text.read(BLOCK_CHARS):
                whole, cut, rest_of = (rest + piece).rpartition("\n")
                rest = rest_of[-LONGEST_LINE:]
                if cut:
                    yield self._frame(whole)
            if rest.strip():
                yield self._frame(rest)

    def _frame(self, text: str) -> pl.DataFrame:
        """Cells by their place in the line; what a line lacks is null, what it has too much is left."""
        names = self.columns.names
        lines = pl.Series(text.split("\n")).str.strip_chars(" \t\r")
        lines = lines.filter(lines.str.contains('[^,;\t" ]'))
        cells = lines.str.split_exact(self.columns.separator, max(len(names) - 1, 1)).struct.unnest()
        return cells.select([pl.nth(names.index(name)).alias(name) for name in dict.fromkeys(names) if name])


def _numbers(column: pl.Series) -> np.ndarray:
    """Numbers with point or comma; NaN for what is none."""
    text = column.str.strip_chars(' "')
    values = text.cast(pl.Float64, strict=False)
    if values.null_count() > text.null_count():
        values = values.fill_null(text.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False))
    return values.fill_null(np.nan).to_numpy().astype(np.float64)
