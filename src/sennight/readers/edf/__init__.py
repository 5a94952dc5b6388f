"""EDF and EDF+: rates, oxygen, temperature, light, acceleration and sleep stages of a recorder, continuous or with
gaps.

A file is one person. Its clock is the recording's own (the specification wants local time), whose zone is not given.
Signals are read where they lie, some megabytes at a time: rates are averaged to seconds over the samples that the
channel can hold, acceleration goes to minutes of motion. Sleep stages come from annotations ("Sleep stage N2").
Nights of sleep laboratories go back to 1985, so that year is believed except for acceleration, which no recorder of the
time had. Signals that are waves (ECG, EEG, PPG, airflow) are counted as unknown. BDF (24 bits) is not read.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sennight.errors import ReadError
from sennight.readers.dating import dated
from sennight.readers.device_files import DeviceFiles
from sennight.readers.edf.annotations import (
    MAX_ANNOTATIONS,
    UNREADABLE,
    Annotation,
    RecordTexts,
    record_texts,
    sleep_spans,
)
from sennight.readers.edf.channels import Known, Slow, known_signals
from sennight.readers.edf.header import FIXED_BYTES, MAX_SIGNALS, Header, Signal, looks_right, parse
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member, on_disk
from sennight.readers.raw_files import remark
from sennight.readers.raw_minutes import RawMinutes
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.spans import sleep_samples
from sennight.readers.zones import EARLIEST_S
from sennight.record import Clock, Recording, channel

__all__ = ["READER", "EdfReader"]

DEVICE = "EDF recorder"
BLOCK_BYTES = 8 * 1024**2  # of the file in memory at a time
MAX_RECORDS = 10_000_000  # 115 days of one-second records
FILES = DeviceFiles(suffixes=(".edf", ".rec"), head=looks_right)

NO_START = "record of a discontinuous file that does not say when it starts"
RULE = "times are the recording's own local time; its zone is not known"
PLACEHOLDER = "the start date of a file is the placeholder for one that is not known; only its times of day are real"


class EdfReader:
    """The reader of EDF files."""

    name = "edf"
    title = "EDF and EDF+ recordings"

    def claims(self, path: Path) -> bool:
        """Holds a file that begins with an EDF header."""
        return FILES.claims(path)

    def read(self, path: Path) -> Reading:
        """Everybody, one person a file. Raises: ReadError if there is none, or the only file is damaged."""
        reading = FILES.read(path, reader=self.name, read_file=_read_file)
        remark(reading.report, RULE)
        return reading


def _read_file(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    header = parse(member.head(FIXED_BYTES * (MAX_SIGNALS + 1)), where=member.name)
    if not header.date_known:
        remark(report, PLACEHOLDER)
    known = known_signals(header.signals, record_s=header.record_s)
    report.unknown.update(f"signal {label}" for label in known.unknown)
    gathering = Gathering(person=person, report=report, first_s=EARLIEST_S)
    motion = RawMinutes(
        person=person, device=DEVICE, source=member.basename, report=report, clock=Clock.LOCAL, sha256=member.sha256()
    )
    with on_disk(member) as path:
        records = _records(path, header, member=member, report=report)
        texts = _texts(records, header)
        starts = _starts(texts, header, len(records), report=report)
        for first in range(0, len(records), _block(header)):
            here = np.arange(first, min(first + _block(header), len(records)))
            here = here[np.isfinite(starts[here])]
            if len(here):
                block = np.asarray(records[here])
                _add_slow(gathering, known, header, block, starts[here], motion=motion)
                _add_motion(motion, known, header, block, starts[here])
    _add_sleep(gathering, texts, header, motion=motion)
    moved = motion.recordings() if known.axes else ()
    return (*gathering.recordings(), *moved)


# --- records --------------------------------------------------------------------------------------------------------


def _records(path: Path, header: Header, *, member: Member, report: ReadReport) -> np.ndarray:
    """The data records in place, as [record, sample]; as many as are whole, whatever the header says."""
    width = header.samples_a_record
    whole, rest = divmod(max(path.stat().st_size - header.header_bytes, 0), 2 * width)
    if header.n_records > whole or (header.n_records < 0 and rest):
        missing = f"of {header.n_records:,} records {whole:,} are there" if header.n_records > whole else "its end"
        report.cut_short[member.name] = f"the file is cut short: {missing}"
    elif 0 <= header.n_records < whole:
        report.unknown["record behind the number that the header gives"] += whole - header.n_records
        whole = header.n_records
    if not whole:
        raise ReadError("an EDF file without one whole record", where=member.name, todo="Export it again.")
    if whole > MAX_RECORDS:
        raise ReadError(f"an EDF file of more than {MAX_RECORDS:,} records", where=member.name)
    return np.memmap(path, dtype="<i2", mode="r", offset=header.header_bytes, shape=(whole, width))


def _block(header: Header) -> int:
    return max(BLOCK_BYTES // (2 * header.samples_a_record), 1)


def _texts(records: np.ndarray, header: Header) -> list[RecordTexts]:
    """The annotations of each record; empty where the file has no signal for them."""
    signals = [s for s in header.signals if s.is_annotations and s.per_record]
    if not signals:
        return []
    made, n_texts = [], 0
    for record in records:
        raw = b"\x00".join(record[s.begins : s.begins + s.per_record].tobytes() for s in signals)
        made.append(record_texts(raw))
        n_texts += len(made[-1].texts)
        if n_texts > MAX_ANNOTATIONS:
            raise ReadError(f"an EDF file with more than {MAX_ANNOTATIONS:,} annotations")
    return made


def _starts(texts: list[RecordTexts], header: Header, n: int, *, report: ReadReport) -> np.ndarray:
    """Seconds from the file's start to each record's, NaN where a file with gaps does not say."""
    report.keep(seen=(bad := sum(t.unreadable for t in texts)), dropped=bad, reason=UNREADABLE)
    if header.continuous:
        return np.arange(n) * header.record_s
    said = np.array([np.nan if t.start_s is None else t.start_s for t in texts] or [np.nan] * n)
    lost = int(np.isnan(said).sum())
    report.keep(seen=lost, dropped=lost, reason=NO_START)
    return said


# --- signals --------------------------------------------------------------------------------------------------------


def _physical(block: np.ndarray, signal: Signal) -> np.ndarray:
    """[record, sample] in the signal's own unit."""
    digital = block[:, signal.begins : signal.begins + signal.per_record]
    with np.errstate(over="ignore", invalid="ignore"):
        return digital * signal.gain + signal.offset


def _times(signal: Signal, header: Header, starts: np.ndarray) -> np.ndarray:
    """Seconds since 1970 of each sample, [record, sample]."""
    step = header.record_s / signal.per_record
    return header.start_s + starts[:, None] + step * np.arange(signal.per_record)[None, :]


def _add_slow(
    gathering: Gathering, known: Known, header: Header, block: np.ndarray, starts: np.ndarray, *, motion: RawMinutes
) -> None:
    for slow in known.slow:
        second, values = _by_second(slow, header, block, starts)
        if slow.converted:
            gathering.report.converted[slow.converted] += len(values)
        gathering.add(
            slow.channel, utc=second, values=values, device=DEVICE, source=motion.source, sha256=motion.sha256,
            clock=Clock.LOCAL,
        )  # fmt: skip


def _by_second(slow: Slow, header: Header, block: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means over whole seconds of the samples that the channel can hold, NaN where none of a second is."""
    target = channel(slow.channel)
    with np.errstate(over="ignore", invalid="ignore"):
        values = _physical(block, slow.signal).ravel() * slow.rule.scale + slow.rule.offset
    second, at = np.unique(np.floor(_times(slow.signal, header, starts).ravel()).astype(np.int64), return_inverse=True)
    fits = (values >= target.low) & (values <= target.high)
    total = np.bincount(at, weights=np.where(fits, values, 0.0), minlength=len(second))
    n = np.bincount(at, weights=fits, minlength=len(second))
    return second, np.where(n > 0, total / np.maximum(n, 1), np.nan)


def _add_motion(motion: RawMinutes, known: Known, header: Header, block: np.ndarray, starts: np.ndarray) -> None:
    if not known.axes:
        return
    rule = known.axes_rule
    with np.errstate(over="ignore", invalid="ignore"):
        axes = [(_physical(block, s).ravel() * rule.scale + rule.offset).astype(np.float32) for s in known.axes]
    times = _times(known.axes[0], header, starts).ravel()
    believed = dated(times, report=motion.report)
    motion.add(times[believed], np.stack(axes, axis=1)[believed])


def _add_sleep(gathering: Gathering, texts: list[RecordTexts], header: Header, *, motion: RawMinutes) -> None:
    spans = sleep_spans(_annotations(texts), start_s=header.start_s, report=gathering.report)
    for name, (utc, values) in sleep_samples(spans).items():
        gathering.add(
            name, utc=utc, values=values, device=DEVICE, source=motion.source, sha256=motion.sha256, clock=Clock.LOCAL
        )


def _annotations(texts: list[RecordTexts]) -> Iterator[Annotation]:
    for record in texts:
        yield from record.texts


READER = EdfReader()
