"""EmbracePlus raw data: Avro files of some minutes to an hour each, with the zone they were recorded in.

Acceleration becomes minutes, skin conductance and temperature minute means, steps sums, and systolic peaks heart rate
and HRV. BVP and gyroscope are not used. Field names and units follow the vendor's public conversion example for schema
version 6 (times in microseconds, peaks in nanoseconds, acceleration times the physical over the digital range).
This reader has never met a real file.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sennight.errors import ReadError
from sennight.readers.beats import beat_recordings
from sennight.readers.dating import is_dated
from sennight.readers.empatica import avro
from sennight.readers.empatica.minute_means import MinuteMeans
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.raw_minutes import RawMinutes
from sennight.readers.reader import ReadReport
from sennight.readers.spans import spread
from sennight.record import Clock, Recording
from sennight.record.recording import MAX_OFFSET_S
from sennight.signals.hrv import from_beats

DEVICE = "Empatica EmbracePlus"
MAX_RATE_HZ = 1_024.0  # the gyroscope's 208 is the fastest
HEAD_BYTES = 1 << 17  # the schema stands in front, uncompressed
ROWS_AT_ONCE = 1 << 18
MOST_G = 32.0
SCHEMA_SAYS = b"rawData"
NO_START = "signal without a start, a rate or a range"
STEPS_NO_NUMBER = "steps that are no count"
RULE = "EmbracePlus writes UTC and the zone's offset at the time of each file; both are kept"
NOT_USED = ("bvp", "gyroscope", "tags")
SLOW = {"eda": "eda_level", "temperature": "skin_temperature"}
_DIGITS = re.compile(r"(\d+)\.avro$", re.IGNORECASE)


def is_raw(member: Member) -> bool:
    """An Avro file whose schema speaks of raw data? Raises: ReadError if it cannot be opened."""
    return avro.is_avro(head := member.head(HEAD_BYTES)) and SCHEMA_SAYS in head


def participant_of(member: Member) -> str:
    """Who recorded a file, by its name: what stands before the first underscore (1-1-042_1678100000.avro)."""
    stem = member.basename.rsplit(".", 1)[0]
    return stem.split("_", 1)[0] or "1"


def in_time_order(files: Sequence[Member]) -> list[Member]:
    """Files by the start that their names end in, then by name."""
    return sorted(files, key=lambda m: (int(match[1][:20]) if (match := _DIGITS.search(m.name)) else 0, m.name))


@dataclass(kw_only=True)
class _Wearing:
    """What one participant's files hold, file by file."""

    person: str
    source: str
    report: ReadReport
    raw: RawMinutes
    means: dict[str, MinuteMeans]
    peaks: list[np.ndarray] = field(default_factory=list)
    steps: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)
    zones: list[tuple[float, int]] = field(default_factory=list)


def read(files: Sequence[Member], *, person: str, report: ReadReport) -> tuple[Recording, ...]:
    """Everything one participant's files hold; a file that cannot be read is named in the report."""
    files = in_time_order(files)
    source, sha256 = files[0].basename, files[0].sha256()
    wearing = _Wearing(
        person=person,
        source=source,
        report=report,
        raw=RawMinutes(
            person=person, device=DEVICE, source=source, place="wrist", clock=Clock.INSTANT, report=report,
            sha256=sha256,
        ),
        means={name: MinuteMeans(name=name, report=report) for name in SLOW.values()},
    )  # fmt: skip
    for member in files:
        try:
            for record in avro.records(member, cut_short=report.cut_short):
                _take(wearing, record, where=member.name)
        except ReadError as error:
            report.failed[member.name] = error.what
    return _recordings(wearing, sha256=sha256)


def _take(wearing: _Wearing, record: Mapping[str, Any], *, where: str) -> None:
    signals = record.get("rawData")
    if not isinstance(signals, dict):
        raise ReadError("an Avro file without rawData", where=where, todo="Is it of an EmbracePlus?")
    zone = record.get("timezone")
    offset = zone if isinstance(zone, int) and abs(zone) <= MAX_OFFSET_S else 0
    for name, signal in signals.items():
        if not isinstance(signal, dict):
            continue
        if name in NOT_USED:
            wearing.report.unknown[f"signal {name}"] += 1
        elif name == "accelerometer":
            _acceleration(wearing, signal, offset)
        elif name in SLOW:
            _slow(wearing, SLOW[name], signal, offset)
        elif name == "steps":
            _steps(wearing, signal, offset)
        elif name == "systolicPeaks":
            peaks = _numbers(signal.get("peaksTimeNanos")) / 1e9
            if len(peaks):
                wearing.peaks.append(peaks)
                wearing.zones.append((float(peaks[0]), offset))
        else:
            wearing.report.unknown[f"signal {name[:40]}"] += 1


def _numbers(value: object) -> np.ndarray:
    return value if isinstance(value, np.ndarray) else np.empty(0)


def _amount(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else np.nan


@dataclass(frozen=True, kw_only=True)
class _Timing:
    start_s: float
    rate_hz: float

    def utc(self, first: int, n: int) -> np.ndarray:
        return self.start_s + (first + np.arange(n)) / self.rate_hz


def _timing(wearing: _Wearing, signal: Mapping[str, Any], n: int, offset: int) -> _Timing | None:
    """Start and rate; None, and counted, if there are none to be believed."""
    start, rate = _amount(signal.get("timestampStart")) / 1e6, _amount(signal.get("samplingFrequency"))
    if not n:
        return None
    if not (is_dated(start) and 1e-3 <= rate <= MAX_RATE_HZ):
        wearing.report.keep(seen=n, dropped=n, reason=NO_START)
        return None
    wearing.zones.append((start, offset))
    return _Timing(start_s=start, rate_hz=rate)


def _acceleration(wearing: _Wearing, signal: Mapping[str, Any], offset: int) -> None:
    axes = [_numbers(signal.get(axis)) for axis in "xyz"]
    n = min(map(len, axes))
    timing = _timing(wearing, signal, n, offset)
    if timing is None:
        return
    scale = _scale(signal.get("imuParams"))
    if np.isnan(scale):
        wearing.report.keep(seen=n, dropped=n, reason=NO_START)
        return
    wearing.raw.rate_hz = wearing.raw.rate_hz or timing.rate_hz
    for first in range(0, n, ROWS_AT_ONCE):
        units = np.stack([axis[first : min(first + ROWS_AT_ONCE, n)] for axis in axes], axis=1)
        wearing.raw.add(timing.utc(first, len(units)), np.clip(units * scale, -1e6, 1e6).astype(np.float32))


def _scale(params: object) -> float:
    """g a digital unit; NaN if the ranges are not there or cannot be."""
    found = params if isinstance(params, dict) else {}
    physical = _amount(found.get("physicalMax")) - _amount(found.get("physicalMin"))
    digital = _amount(found.get("digitalMax")) - _amount(found.get("digitalMin"))
    return physical / digital if 0 < physical <= 2 * MOST_G and digital > 0 else np.nan


def _slow(wearing: _Wearing, name: str, signal: Mapping[str, Any], offset: int) -> None:
    values = _numbers(signal.get("values")).astype(np.float64)
    timing = _timing(wearing, signal, len(values), offset)
    if timing:
        wearing.means[name].add(timing.utc(0, len(values)), values, rate_hz=timing.rate_hz)


def _steps(wearing: _Wearing, signal: Mapping[str, Any], offset: int) -> None:
    counts = _numbers(signal.get("values")).astype(np.float64)
    timing = _timing(wearing, signal, len(counts), offset)
    if timing is None:
        return
    good = np.isfinite(counts) & (counts >= 0)
    wearing.report.keep(seen=len(counts), dropped=int((~good).sum()), reason=STEPS_NO_NUMBER)
    # The rate is a float: to milliseconds first, or a step at a full minute falls into the one before.
    start, stop = (np.rint(timing.utc(i, len(counts)) * 1_000).astype(np.int64)[good] // 1_000 for i in (0, 1))
    wearing.steps.append(spread(start, stop, counts[good]))


def _recordings(wearing: _Wearing, *, sha256: str) -> tuple[Recording, ...]:
    made = [*wearing.raw.recordings()]
    if wearing.peaks:
        made += beat_recordings(
            from_beats(np.concatenate(wearing.peaks)), person=wearing.person, device=DEVICE, source=wearing.source,
            report=wearing.report, clock=Clock.INSTANT, sha256=sha256,
        )  # fmt: skip
    tally = Gathering(
        person=wearing.person, report=ReadReport(reader=wearing.report.reader, source=wearing.report.source)
    )
    found = {name: means.minutes() for name, means in wearing.means.items()} | dict(_step_minutes(wearing))
    for name, (utc, values) in found.items():
        tally.add(name, utc=utc, values=values, device=DEVICE, source=wearing.source, sha256=sha256)
    slow = tally.recordings()
    wearing.report.devices[DEVICE] += sum(len(r.times_utc) for r in slow)
    if made or slow:
        wearing.report.notes += [RULE] if RULE not in wearing.report.notes else []
    # The steps that the device counted go before those we would count from its acceleration.
    own = {r.channel.name for r in slow}
    made = [r for r in made if r.channel.name not in own]
    return tuple(_with_offsets(r, wearing.zones) for r in (*made, *slow))


def _step_minutes(wearing: _Wearing) -> Iterator[tuple[str, tuple[np.ndarray, np.ndarray]]]:
    if wearing.steps:
        utc, counts = (np.concatenate(part) for part in zip(*wearing.steps, strict=True))
        minute, owner = np.unique(utc // 60, return_inverse=True)
        yield "steps", (minute * 60, np.bincount(owner, weights=counts, minlength=len(minute)))


def _with_offsets(recording: Recording, zones: Sequence[tuple[float, int]]) -> Recording:
    """The same minutes with the offset of the file that they came from: the last one to start at or before them."""
    if not zones:
        return recording
    ordered = sorted(zones)
    starts = np.array([start for start, _ in ordered])
    offsets = np.array([offset for _, offset in ordered], dtype=np.int32)
    # A minute belongs to the file that started within it, too.
    at = np.clip(np.searchsorted(starts, recording.times_utc + 60.0, side="left") - 1, 0, None)
    return replace(recording, utc_offset_s=offsets[at])
