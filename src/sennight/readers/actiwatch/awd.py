"""AWD: the text file of the older Actiwatches, a short header and one line an epoch.

Header: name, date, time, code of the epoch's length, age, serial number, sex. A line is a count, then for watches
with a light sensor lux behind a comma, then M where the button was pressed. The header does not say how many lines
follow, so a file that was cut at a line's end cannot be told from a whole one. Lines of counts alone, and counts in
hexadecimal, are read by documentation and have never met a real file.
"""

import re
from dataclasses import dataclass

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.actiwatch.rows import FIRST_S
from sennight.readers.epochs import add_epochs
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER
from sennight.readers.written_times import wall_times
from sennight.record import Recording

DEVICE = "Actiwatch"
MAX_BYTES = 64 * 1024**2  # a year of two-second epochs is 40 MB in some 12 million lines, more than any battery lasts
# Seconds of an epoch by the code in the fourth line. Source: GGIRread, readActiwatchCount (Apache-2.0 test files).
EPOCH_S = {"1": 15, "2": 30, "4": 60, "8": 120, "20": 300, "81": 2, "C1": 5, "C2": 10}
LINES_FROM_DATE_TO_COUNTS = 6
# Header variants put lines before the date; none is known with more than a few.
MOST_LINES_BEFORE_DATE = 5
# Of random hexadecimal counts two in three have a letter; a few letters in decimal counts are damage.
MIN_SHARE_OF_HEX = 0.05

_DATE = re.compile(r"\d{1,4}[-/. ]\s?[A-Za-z0-9]{1,12}[-/. ]\s?\d{1,4}")
_TIME = re.compile(r"\d{1,2}[:.]\d{2}([:.]\d{2})?(\s*[AaPp]\.?[Mm]\.?)?")
_COUNT = r"^\s*(\d{1,7})\s*(?:[,;]\s*(\d{1,7}(?:[.,]\d{1,6})?))?\s*(M)?\s*$"
_HEX_COUNT = r"^\s*([0-9A-Fa-f]{1,5})\s*(M)?\s*$"


@dataclass(frozen=True, kw_only=True)
class _Header:
    date: str
    time: str
    code: str
    counts_at: int


def looks_right(head: bytes) -> bool:
    """Are there a date, a time and a known epoch code in three lines? Raises nothing."""
    return _header(_lines(head)) is not None


def read_awd(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    """Counts and light of one wearing, on the wall clock the watch was set to.

    Raises: ReadError if the header cannot be understood or no line is a count.
    """
    if member.size > MAX_BYTES:
        raise ReadError(f"an AWD file above {MAX_BYTES:,} bytes", where=member.name)
    lines = _lines(member.read())
    header = _header(lines)
    if header is None:
        raise ReadError(
            "an AWD file without date, time and a known epoch code in its header",
            where=member.name,
            todo=f"Known codes: {', '.join(EPOCH_S)}.",
        )
    start = _start(header, where=member.name)
    rows = pl.Series("row", [line for line in lines[header.counts_at :] if line.strip()], dtype=pl.String)
    counts, lux, pressed = _columns(rows, report=report)
    lost = int(np.isnan(counts).sum())
    if lost == len(counts):
        raise ReadError("an AWD file without counts", where=member.name, todo="Download it from the device again.")
    report.keep(seen=lost, dropped=lost, reason=NO_NUMBER)
    if pressed:
        report.unknown["event marker"] += pressed
    epoch_s = EPOCH_S[header.code]
    starts = start + epoch_s * np.arange(len(counts), dtype=np.int64)
    gathering, sha256 = Gathering(person=person, report=report, first_s=FIRST_S), member.sha256()
    channels = {"actiwatch_counts": counts}
    # A watch without a light sensor writes zeros all night and all day.
    if np.nanmax(lux, initial=0.0) > 0:
        channels["white_light"] = lux
    for name, values in channels.items():
        known = np.isfinite(values)
        add_epochs(
            gathering, name, starts=starts[known], values=values[known], epoch_s=epoch_s, device=DEVICE,
            source=member.basename, sha256=sha256,
        )  # fmt: skip
    return gathering.recordings()


def _lines(raw: bytes) -> list[str]:
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1"
    text = raw.decode(encoding, errors="replace")
    return text.removeprefix("\ufeff").removeprefix("ï»¿").replace("\x00", "").splitlines()


def _header(lines: list[str]) -> _Header | None:
    for at in range(min(MOST_LINES_BEFORE_DATE + 1, len(lines) - 2)):
        date, time, code = (line.strip().strip('"') for line in lines[at : at + 3])
        code = code.upper()
        if _DATE.fullmatch(date) and _TIME.fullmatch(time) and code in EPOCH_S:
            return _Header(date=date, time=time, code=code, counts_at=at + LINES_FROM_DATE_TO_COUNTS)
    return None


def _start(header: _Header, *, where: str) -> int:
    seconds, usable, _, _ = wall_times(pl.Series("start", [f"{header.date} {header.time}"]))
    if not usable[0]:
        raise ReadError("a start date that cannot be understood", where=where, todo="Write it as 2009-10-01.")
    return int(seconds[0])


def _columns(rows: pl.Series, *, report: ReadReport) -> tuple[np.ndarray, np.ndarray, int]:
    """Counts and lux (NaN where none), and how often the button was pressed."""
    parts = rows.str.extract_groups(_COUNT).struct.unnest()
    counts, pressed = parts.to_series(0), parts.to_series(2)
    in_hex = rows.str.extract_groups(_HEX_COUNT).struct.unnest()
    letters = in_hex.to_series(0).str.contains("[A-Fa-f]").fill_null(value=False)
    if len(rows) and letters.sum() > MIN_SHARE_OF_HEX * len(rows) and parts.to_series(1).null_count() == len(rows):
        report.notes.append("counts are hexadecimal, by the letters in them")
        numbers = in_hex.to_series(0).str.to_integer(base=16, strict=False)
        return _floats(numbers), np.full(len(rows), np.nan), int(in_hex.to_series(1).count())
    lux = parts.to_series(1).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    return _floats(counts.cast(pl.Float64, strict=False)), _floats(lux), int(pressed.count())


def _floats(column: pl.Series) -> np.ndarray:
    return column.cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64)
