"""Text that companion apps of Garmin's health SDK write: a line a sample, no header, local time with its offset.

`data.csv` has `time;KIND;number`, `acc.csv` has `time;x;y;z` in thousandths of g. HEART_RATE_VARIABILITY is the
interval between two beats in ms; STEPS is a counter that starts anew at local midnight. Source: the sample files of
the FLIRT project; what a kind not in them means is not guessed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from jaxtyping import Float64, Int32

from sennight.errors import ReadError
from sennight.readers.garmin.monitoring import NO_KIND
from sennight.readers.garmin.segment import Beats, Counter, Segment
from sennight.readers.garmin.wellness import NO_STRESS, beat_times
from sennight.readers.guard import Member
from sennight.readers.raw_minutes import RawMinutes
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER, NO_TIME
from sennight.record import Clock, Recording

DEVICE = "Garmin"
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S%.f%:z"
BLOCK_BYTES = 4 * 1024**2
MAX_LINE_BYTES = 1_000
# Lines come a tenth of a second early or late; a beat that is missing leaves more than this.
LOST_BEAT_S = 0.4
_TIME = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d"
_DATA = re.compile(rb"^" + _TIME + rb";[A-Z][A-Z_]+;-?\d+(?:\.\d+)?\r?\n")
_ACC = re.compile(rb"^" + _TIME + rb";-?\d+;-?\d+;-?\d+\r?\n")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Rows:
    """Lines of a block: when, where local time stood, and the cells after the time."""

    utc: Float64[np.ndarray, " n"]
    offset_s: Int32[np.ndarray, " n"]
    cells: list[pl.Series]


def kind_of_companion(member: Member) -> str:
    """ "data", "acc", or "" by the first line. Raises: ReadError if the file cannot be opened."""
    if not member.basename.lower().endswith((".csv", ".txt")):
        return ""
    head = member.head(MAX_LINE_BYTES)
    return "data" if _DATA.match(head) else "acc" if _ACC.match(head) else ""


def _blocks(member: Member, width: int, report: ReadReport) -> Iterator[_Rows]:
    """All lines that can be understood, some megabytes at a time; the others are counted."""
    rest = b""
    with member.open() as stream:
        while True:
            raw = stream.read(BLOCK_BYTES)
            whole = rest + raw
            cut = whole.rfind(b"\n") + 1 if raw else len(whole)
            rest = whole[cut:]
            if len(rest) > BLOCK_BYTES:
                raise ReadError("a line that does not end", where=member.name, todo="Copy it from the phone again.")
            if whole[:cut].strip():
                yield _rows(whole[:cut], width, report)
            if not raw:
                return


def _rows(raw: bytes, width: int, report: ReadReport) -> _Rows:
    lines = pl.Series(raw.decode("utf-8", errors="replace").split("\n")).str.strip_chars()
    lines = lines.filter(lines != "")
    parts = lines.str.split_exact(";", width).struct.unnest()
    time = parts.to_series(0)
    offset = time.str.extract_groups(r"([+-])(\d\d):(\d\d)$").struct.unnest()
    sign, hours, minutes = (offset.to_series(i) for i in range(3))
    seconds = hours.cast(pl.Int32, strict=False) * 3_600 + minutes.cast(pl.Int32, strict=False) * 60
    ahead = np.where(sign.fill_null("") == "-", -1, 1) * seconds.fill_null(0).to_numpy()
    instants = time.str.to_datetime(TIME_FORMAT, time_unit="ms", strict=False)
    there = instants.is_not_null().to_numpy() & (np.abs(ahead) <= 14 * 3_600)
    lost = len(lines) - int(there.sum())
    report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    keep = pl.Series(there)
    return _Rows(
        utc=instants.filter(keep).to_physical().to_numpy() / 1_000,
        offset_s=ahead[there].astype(np.int32),
        cells=[parts.to_series(i).filter(keep) for i in range(1, width + 1)],
    )


@dataclass(kw_only=True, eq=False)
class _Kinds:
    """Values of each kind, and when."""

    utc: dict[str, list[np.ndarray]] = field(default_factory=dict)
    values: dict[str, list[np.ndarray]] = field(default_factory=dict)

    def of(self, kind: str) -> tuple[np.ndarray, np.ndarray]:
        return np.concatenate(self.utc[kind]), np.concatenate(self.values[kind])


def read_data(member: Member, segment: Segment) -> None:
    """Take the samples of a data file. Raises: ReadError if a line does not end."""
    found, known = _Kinds(), ("HEART_RATE", "HEART_RATE_VARIABILITY", "STRESS", "STEPS")
    told = set[tuple[int, int]]()
    for rows in _blocks(member, 2, segment.report):
        kind, written = rows.cells
        numbers = written.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
        bad = ~np.isfinite(numbers)
        segment.drop(int(bad.sum()), NO_NUMBER)
        changed = np.flatnonzero(np.diff(rows.offset_s, prepend=np.iinfo(np.int32).max))
        told |= {(int(rows.utc[i]), int(rows.offset_s[i])) for i in changed[:1_000]}
        kind = kind.fill_null("")  # a line that is a time and nothing else
        for name in kind.unique().to_list():
            mine = (kind == name).to_numpy() & ~bad
            if name in known:
                found.utc.setdefault(name, []).append(rows.utc[mine])
                found.values.setdefault(name, []).append(numbers[mine])
            else:
                segment.report.unknown[f"companion data: {name[:40]}"] += int(mine.sum())
    segment.anchors = sorted(told)
    _add_kinds(segment, found)


def _add_kinds(segment: Segment, found: _Kinds) -> None:
    for name, channel in (("HEART_RATE", "heart_rate"), ("STRESS", "garmin_stress")):
        if name in found.utc:
            at, values = found.of(name)
            none = values < 0 if name == "STRESS" else values == 0
            segment.drop(int(none.sum()), NO_STRESS if name == "STRESS" else "heart rate of 0: no reading")
            segment.add(channel, np.floor(at).astype(np.int64), values, usable=~none, daily=True)
    if "HEART_RATE_VARIABILITY" in found.utc:
        at, intervals = found.of("HEART_RATE_VARIABILITY")
        if len(at):
            order = np.argsort(at, kind="stable")
            at, intervals = at[order], intervals[order]
            ended = beat_times(at, intervals / 1_000, gap_s=LOST_BEAT_S)
            segment.beats.append(Beats(at_s=ended, rr_ms=intervals))
    if "STEPS" in found.utc:
        at, counted = found.of("STEPS")
        utc = np.floor(at).astype(np.int64)
        if len(utc):
            kind = np.full(len(utc), NO_KIND, dtype=np.int64)
            segment.counters.append(Counter(channel="steps", utc=utc, kind=kind, value=counted))
            segment.covered.append((int(utc.min()), int(utc.max())))


def read_acceleration(member: Member, *, person: str, report: ReadReport) -> tuple[Recording, ...]:
    """Minutes of a file of acceleration, worn at the wrist, but steps, which the watch counts itself.

    Raises: ReadError if a line does not end.
    """
    minutes: RawMinutes | None = None
    for rows in _blocks(member, 3, report):
        if not len(rows.utc):
            continue
        if minutes is None:
            minutes = RawMinutes(
                person=person, device=DEVICE, source=member.name, place="wrist", clock=Clock.INSTANT,
                offset_s=int(rows.offset_s[0]), report=report, sha256=member.sha256(),
            )  # fmt: skip
        xyz = np.stack([c.cast(pl.Float32, strict=False).fill_null(np.nan).to_numpy() for c in rows.cells], axis=1)
        minutes.add(rows.utc, (xyz / 1_000).astype(np.float32))
    return tuple(r for r in minutes.recordings() if r.channel.name != "steps") if minutes else ()
