"""Axivity's tables: samples as OmGui exports them (unix or written times), and the UK Biobank's 5-second epochs.

Samples come without a header as a rule: a time, three accelerations in g, for an AX6 three rates of turn. They are
parsed some megabytes at a time. Unix times in them are the device's local clock written as if it were UTC: the export
of a CWA file has the stamps of that file. Source: Open Movement, "AX3/AX6 Data", for the columns and their headers.
"""

import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float64

from sennight.errors import ReadError
from sennight.readers.axivity.cwa import EARLIEST_S, RULE, celsius
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.raw_files import Hashed, remark
from sennight.readers.raw_minutes import RawMinutes
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER, NO_TIME
from sennight.readers.zones import LATEST_S
from sennight.record import Clock, Recording

BYTES_AT_ONCE = 4 * 1024**2
LONGEST_LINE_BYTES = 4_096  # some twenty columns of numbers take 300
BAD_ROW = "row that does not have the columns of the others"
EPOCH_RULE = (
    "a UK Biobank file gives the mean of each 5 seconds in the Biobank's own processing (low-pass at 20 Hz, "
    "calibrated, Euclidean norm minus one, negative set to 0)"
)
IMPUTED = "epoch that the Biobank filled in while the device was not worn"

_TIME = rb"(?:\d{9,10}\.\d{2,6}|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d{1,6})"
_SAMPLE = re.compile(rb"^(" + _TIME + rb"),(?:\s*-?\d{1,2}\.\d{1,8}\s*,){2}\s*-?\d{1,2}\.\d{1,8}(?:,[-\d.e+ ]*)*$")
_TITLE = re.compile(rb"^Time,\s*(?:Ax\s*\(g\)|Accel-X\s*\(g\))", re.IGNORECASE)
# acceleration (mg) - 2014-12-08 10:00:00 - 2014-12-15 09:59:55 - sampleRate = 5 seconds,imputed
_EPOCHS = re.compile(
    rb"^\"?acceleration \(mg\) - (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\S* - (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\S* - "
    rb"sampleRate = (\d{1,3}) seconds\"?(,\s*imputed)?\s*$"
)
_AXES = {"x": re.compile(r"(ax|accel-x)\s*\(g\)"), "y": re.compile(r"(ay|accel-y)\s*\(g\)"),
         "z": re.compile(r"(az|accel-z)\s*\(g\)")}  # fmt: skip
_SAMPLES_APART_S = 1.0  # the slowest rate is 6.25 Hz


def kind_of_head(head: bytes) -> str:
    """ "samples", "epochs" or "" by the first lines of a file."""
    lines = head.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")[:3]
    if _EPOCHS.match(lines[0]):
        return "epochs"
    if _TITLE.match(lines[0]):
        return "samples"
    first, second = (_time_of_line(line) for line in (*lines, b"", b"")[:2])
    return "samples" if first and second and 0 <= second - first <= _SAMPLES_APART_S else ""


def _time_of_line(line: bytes) -> float | None:
    match = _SAMPLE.match(line)
    if not match:
        return None
    try:
        seconds = float(match[1]) if b"-" not in match[1] else wall_s(match[1].decode())
    except ValueError:
        return None
    return seconds if EARLIEST_S <= seconds < LATEST_S else None


def wall_s(text: str) -> float:
    """Seconds since 1970 of a written time, as if it were UTC. Raises: ValueError if it is none."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()


# --- samples ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Columns:
    """Places of the axes and, if it is there, the thermometer; how many columns; what else there is."""

    axes: tuple[int, int, int] = (1, 2, 3)
    temperature: int | None = None
    n: int = 4
    title: bool = False
    unread: tuple[str, ...] = ()


def _columns_of(line: bytes) -> _Columns:
    cells = [cell.strip().strip('"').lower() for cell in line.decode("latin-1").strip().split(",")]
    if not _TITLE.match(line):
        return _Columns(n=len(cells), unread=("gyroscope samples",) if len(cells) >= 7 else ())
    places = [next((i for i, cell in enumerate(cells) if rule.fullmatch(cell)), None) for rule in _AXES.values()]
    if None in places:
        raise ReadError("an Axivity CSV whose header lacks an axis", todo="Export all three accelerations.")
    x, y, z = (int(place or 0) for place in places)
    temperature = cells.index("temperatureadc") if "temperatureadc" in cells else None
    used = {0, x, y, z, temperature}
    return _Columns(
        axes=(x, y, z), temperature=temperature, n=len(cells), title=True,
        unread=tuple(f"column {cell[:20]}" for i, cell in enumerate(cells) if i not in used),
    )  # fmt: skip


def read_samples(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    """All minutes of one exported file. Raises: ReadError if its bytes cannot be had or its times are not dates."""
    stream = Hashed(member)
    raw = RawMinutes(person=person, device="Axivity", source=member.name, report=report, clock=Clock.LOCAL)
    columns: _Columns | None = None
    slow: list[tuple[np.ndarray, np.ndarray]] = []
    for piece in whole_lines(stream, member=member, report=report):
        if columns is None:
            first, _, rest = piece.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
            columns = _columns_of(first)
            piece = rest if columns.title else first + b"\n" + rest
        _take(piece, columns, raw, slow, report)
    raw.sha256 = stream.sha256()
    if slow:
        at_s, values = (np.concatenate(column) for column in zip(*slow, strict=True))
        if len(at_s):
            raw.add_slow("device_temperature", at_s, values)
    remark(report, RULE)
    return raw.recordings()


def whole_lines(stream: Hashed, *, member: Member, report: ReadReport) -> Iterator[bytes]:
    """Pieces of some megabytes that end with a line; a last line without an end is cut, and dropped and reported."""
    held = b""
    while piece := stream.read(BYTES_AT_ONCE):
        held += piece
        end = held.rfind(b"\n") + 1
        if not end and len(held) > LONGEST_LINE_BYTES:
            raise ReadError("a line that never ends", where=member.name, todo="Is it the file that the device gave?")
        if end:
            yield held[:end].replace(b"\r\n", b"\n")
        held = held[end:]
    if held.strip():
        # Exports end with a line feed or without; only a last line that looks like the others is whole.
        if _SAMPLE.match(held) or re.fullmatch(rb"-?\d+(\.\d+)?,[01](\.0)?", held):
            yield held + b"\n"
        else:
            report.keep(seen=1, dropped=1, reason=BAD_ROW)
            report.cut_short[member.name] = "the last line is cut"


def _table(piece: bytes, n_columns: int) -> pl.DataFrame:
    """Cells of text, null where a row is short."""
    try:
        return pl.read_csv(
            io.BytesIO(piece), has_header=False, quote_char=None, truncate_ragged_lines=True, ignore_errors=True,
            encoding="utf8-lossy", schema={f"c{i}": pl.String for i in range(n_columns)},
        )  # fmt: skip
    except (pl.exceptions.PolarsError, ValueError):
        return pl.DataFrame(schema={f"c{i}": pl.String for i in range(n_columns)})


def _take(
    piece: bytes, columns: _Columns, raw: RawMinutes, slow: list[tuple[np.ndarray, np.ndarray]], report: ReadReport
) -> None:
    """Rows of one piece."""
    rows = piece.count(b"\n")
    table = _table(piece, columns.n)
    lost = max(rows - len(table), 0)
    report.keep(seen=lost, dropped=lost, reason=BAD_ROW)
    if not len(table):
        return
    seconds = times(table["c0"])
    known = ~np.isnan(seconds) & (seconds >= EARLIEST_S)
    report.keep(seen=int((~known).sum()), dropped=int((~known).sum()), reason=NO_TIME)
    xyz = np.stack([_floats(table[f"c{i}"]) for i in columns.axes], axis=1).astype(np.float32)
    raw.add(seconds[known], xyz[known])
    for words in columns.unread:
        report.unknown[words] += len(table)
    if columns.temperature is not None:
        values = celsius(_floats(table[f"c{columns.temperature}"]))
        # The thermometer is written beside every sample; one a second says all of it.
        at_s = np.floor(np.where(known, seconds, 0)).astype(np.int64)
        new = known & ~np.isnan(values) & np.append(True, np.diff(at_s) != 0)
        slow.append((at_s[new], values[new]))


def times(column: pl.Series) -> Float64[np.ndarray, " n"]:
    """Seconds since 1970 of unix times or of written ones, NaN where there is none."""
    numbers = column.cast(pl.Float64, strict=False)
    if numbers.null_count() == len(column):
        parsed = column.str.replace("T", " ", literal=True).str.to_datetime(
            "%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False
        )
        numbers = parsed.to_physical().cast(pl.Float64) / 1e6
    return numbers.fill_null(np.nan).to_numpy()


def _floats(column: pl.Series) -> Float64[np.ndarray, " n"]:
    return column.str.strip_chars().cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()


# --- epochs -------------------------------------------------------------------------------------------------------


def read_epochs(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    """A UK Biobank file: one number each 5 seconds from a time in its header. Raises: ReadError if that is no time."""
    stream, gathering = Hashed(member), Gathering(person=person, report=report)
    title: re.Match[bytes] | None = None
    at_row = 0
    pieces: list[tuple[np.ndarray, np.ndarray]] = []
    start_s, step_s = 0.0, 1
    for piece in whole_lines(stream, member=member, report=report):
        if title is None:
            first, _, piece = piece.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
            title = _EPOCHS.match(first)
            if not title:
                raise ReadError("a UK Biobank file without its first line", where=member.name)
            start_s, step_s = _start_and_step(title, where=member.name)
        table = _table(piece, 2)
        utc = int(start_s) + step_s * (at_row + np.arange(len(table)))
        at_row += len(table)
        pieces.append(_epochs(table, utc, report))
    gathering.add(
        "enmo",
        utc=np.concatenate([utc for utc, _ in pieces]) if pieces else np.empty(0, dtype=np.int64),
        values=np.concatenate([values for _, values in pieces]) if pieces else np.empty(0),
        device="Axivity AX3", source=member.name, clock=Clock.LOCAL, sha256=stream.sha256(),
    )  # fmt: skip
    remark(report, RULE)
    remark(report, EPOCH_RULE)
    if title and at_row * step_s + start_s < wall_s(title[2].decode()):
        report.cut_short.setdefault(member.name, "it ends before the time that its first line names")
    return gathering.recordings()


def _start_and_step(title: re.Match[bytes], *, where: str) -> tuple[float, int]:
    try:
        start_s, step_s = wall_s(title[1].decode()), int(title[3])
        wall_s(title[2].decode())
    except ValueError as error:
        raise ReadError("a UK Biobank file whose first line holds no time", where=where) from error
    if not EARLIEST_S <= start_s < LATEST_S or not 1 <= step_s <= 60:
        raise ReadError("a UK Biobank file whose first line holds an impossible time", where=where)
    return start_s, step_s


def _epochs(table: pl.DataFrame, utc: np.ndarray, report: ReadReport) -> tuple[np.ndarray, np.ndarray]:
    """Times and g of the epochs that were measured."""
    values, flag = _floats(table["c0"]), _floats(table["c1"])
    unreadable = np.isnan(values)
    imputed = ~unreadable & (flag == 1)
    report.keep(seen=int(unreadable.sum()), dropped=int(unreadable.sum()), reason=NO_NUMBER)
    report.keep(seen=int(imputed.sum()), dropped=int(imputed.sum()), reason=IMPUTED)
    measured = ~unreadable & ~imputed
    report.converted["mg -> g"] += int(measured.sum())
    return utc[measured], values[measured] / 1000
