"""GENEA: the prototype before the GENEActiv; a short text header, then chunks of six bytes, each with a checksum.

A chunk is a sample, a whole second of the clock, or the battery; 341 of them make a page of 2,048 bytes. The layout is
that of GGIRread's reader of the Unilever and MRC files. That the first byte is a CRC-8 (polynomial 0x85) of the others
was found from a real file, where it holds for all 43,307 chunks; a chunk where it does not is counted and left out.
"""

import re
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float32, UInt8

from sennight.errors import ReadError
from sennight.readers.block_times import Drift, believable, named, of_one_recording, sample_times
from sennight.readers.guard import Member
from sennight.readers.raw_files import Hashed, place_of, remark
from sennight.readers.raw_minutes import RawMinutes
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording

MAGIC = b"GENEA/"
PAGE_BYTES = 2_048
CHUNK_BYTES = 6
CHUNKS_A_PAGE = PAGE_BYTES // CHUNK_BYTES
PAGES_AT_ONCE = 512
MAX_HEADER_BYTES = 10_240
POLYNOMIAL = 0x85
STEPS_A_G = 340.0  # counts of one g after calibration
UNITY_GAIN = 8_192.0
# Tested from 2008 on.
EARLIEST_S = float(np.datetime64("2007-01-01", "s").astype(np.int64))

BAD_CHUNK = "sample whose checksum is wrong"
NO_TIME_YET = "sample before or without any time"
OUT_OF_ORDER = "second that is out of order in time, with its samples"
RULE = "a GENEA's seconds are those of its header's local time and no zone is named, so times stay on a local clock"

_SAMPLE, _SECOND, _BATTERY = 0, 2, 4
_WRISTS = {"RW": "wrist", "LW": "wrist"}


def _crc_table() -> UInt8[np.ndarray, " 256"]:
    table = np.zeros(256, dtype=np.uint8)
    for byte in range(256):
        rest = byte
        for _ in range(8):
            rest = (rest << 1) ^ POLYNOMIAL if rest & 0x80 else rest << 1
        table[byte] = rest & 0xFF
    return table


_CRC = _crc_table()


def checksums(chunks: UInt8[np.ndarray, "n 6"]) -> UInt8[np.ndarray, " n"]:
    """CRC-8 of the five bytes after the first."""
    found = np.zeros(len(chunks), dtype=np.uint8)
    for place in range(1, CHUNK_BYTES):
        found = _CRC[found ^ chunks[:, place]]
    return found


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the header says, with the values of an uncalibrated device where it is silent."""

    gain: tuple[float, float, float]
    offset: tuple[float, float, float]
    rate_hz: float
    place: str
    bytes: int


def claims_head(head: bytes) -> bool:
    """Does a file begin as a GENEA's?"""
    return head.startswith(MAGIC)


def settings_of(head: bytes, *, where: str) -> Settings:
    """Read the header, which ends with an empty line.

    Raises: ReadError if it never ends or holds impossible numbers.
    """
    end = re.search(rb"\r?\n\r?\n", head)
    if not end:
        raise ReadError("a GENEA file whose header never ends", where=where, todo="Download it again.")
    entries = dict(line.partition(":")[::2] for line in head[: end.start()].decode("latin-1").splitlines())
    gain = _three(entries.get("Accel-Gains", ""), default=UNITY_GAIN)
    rate = re.match(r"\s*(\d+(?:\.\d+)?)", entries.get("Sample-Rate", ""))
    rate_hz = float(rate[1]) if rate else 0.0
    if 0.0 in gain or not 1 <= rate_hz <= 1000:
        raise ReadError("a GENEA file whose gains or rate cannot be", where=where, todo="Download it again.")
    worn = entries.get("Body-Location", "").strip()
    return Settings(
        gain=gain, offset=_three(entries.get("Accel-Offsets", ""), default=0.0), rate_hz=rate_hz,
        place=_WRISTS.get(worn.upper(), place_of(worn)), bytes=end.end(),
    )  # fmt: skip


def _three(text: str, *, default: float) -> tuple[float, float, float]:
    found = re.findall(r"-?\d{1,6}", text)
    return (float(found[0]), float(found[1]), float(found[2])) if len(found) == 3 else (default, default, default)


def accelerations(chunks: UInt8[np.ndarray, "n 6"], settings: Settings) -> Float32[np.ndarray, "n 3"]:
    """Samples in g: three numbers of 12 bits with sign; x and z point the other way."""
    b = chunks.astype(np.int16)
    values = ((b[:, 1] << 12) | (b[:, 2] << 4), (b[:, 3] << 8) | (b[:, 4] & 0xF0), (b[:, 4] << 12) | (b[:, 5] << 4))
    xyz = np.empty((len(chunks), 3), dtype=np.float32)
    for axis, value in enumerate(values):
        signed = (value >> 4) * (1.0 if axis == 1 else -1.0)
        xyz[:, axis] = (signed + settings.offset[axis]) * settings.gain[axis] / UNITY_GAIN / STEPS_A_G
    return xyz


# --- one file -----------------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class _Seconds:
    """Samples on their way to times: those after the last second that was seen wait for the next one."""

    settings: Settings
    raw: RawMinutes
    drift: Drift = field(default_factory=Drift)
    last_s: float = -np.inf
    around_s: float | None = None
    waiting: np.ndarray = field(default_factory=lambda: np.empty((0, CHUNK_BYTES), dtype=np.uint8))
    waiting_good: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.bool_))

    def take(self, chunks: UInt8[np.ndarray, "n 6"], good: Bool[np.ndarray, " n"], *, end: bool) -> None:
        """Hand on all samples up to the last second in these chunks, or all there are at the end of the file."""
        chunks = np.concatenate([self.waiting, chunks])
        good = np.concatenate([self.waiting_good, good])
        stamps = np.flatnonzero(good & (chunks[:, 1] >> 4 == _SECOND))
        stop = len(chunks) if end or not len(stamps) else int(stamps[-1])
        self.waiting, self.waiting_good = chunks[stop:], good[stop:]
        chunks, good = chunks[:stop], good[:stop]
        next_s = None if end or not len(stamps) else _seconds(chunks=self.waiting[:1])[0]
        self._give(chunks, good, stamps[stamps < stop], next_s)

    def _give(
        self, chunks: UInt8[np.ndarray, "n 6"], good: Bool[np.ndarray, " n"], stamps: np.ndarray, next_s: float | None
    ) -> None:
        seconds = _seconds(chunks=chunks[stamps])
        if self.around_s is None and len(seconds):
            self.around_s = float(np.median(seconds))
        sure = of_one_recording(seconds, around_s=self.around_s, earliest_s=EARLIEST_S)
        sure[sure] = believable(
            seconds[sure], after_s=self.last_s, ahead_s=np.array([] if next_s is None else [next_s], dtype=np.float64)
        )
        # A sample whose checksum is wrong keeps its place in time, a second or a battery's chunk has none.
        kind = np.where(good, chunks[:, 1] >> 4, _SAMPLE)
        sample = np.flatnonzero(kind == _SAMPLE)
        owner = np.searchsorted(stamps, sample) - 1
        timed = (owner >= 0) & np.append(sure, False)[owner]
        early = int((owner < 0).sum())
        late = len(sample) - int(timed.sum()) - early
        self.raw.report.keep(seen=early, dropped=early, reason=NO_TIME_YET)
        self.raw.report.keep(seen=late, dropped=late, reason=OUT_OF_ORDER)
        sample, owner = sample[timed], owner[timed]
        count = np.bincount(owner, minlength=len(stamps))[sure] if len(stamps) else np.empty(0, dtype=np.int64)
        start = seconds[sure]
        if not len(start):
            return
        self.last_s = float(start[-1])
        whole = count > 0
        times = sample_times(
            start[whole], count[whole].astype(np.int64), np.full(int(whole.sum()), self.settings.rate_hz),
            next_s=next_s if next_s is not None and next_s > self.last_s else None, drift=self.drift,
        )  # fmt: skip
        fit = good[sample]
        self.raw.add(times[fit], accelerations(chunks[sample[fit]], self.settings))


def _seconds(*, chunks: UInt8[np.ndarray, "n 6"]) -> np.ndarray:
    return np.ascontiguousarray(chunks[:, 2:]).view(">u4")[:, 0].astype(np.float64)


def read_genea(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    """All minutes of one file. Raises: ReadError if the header is damaged."""
    settings = settings_of(member.head(MAX_HEADER_BYTES), where=member.name)
    stream = Hashed(member)
    stream.read(settings.bytes)
    raw = RawMinutes(
        person=person,
        device="GENEA",
        source=member.name,
        report=report,
        clock=Clock.LOCAL,
        place=settings.place,
        rate_hz=settings.rate_hz,
    )
    seconds, bad, seen, part = _Seconds(settings=settings, raw=raw), list[np.ndarray](), 0, 0
    while piece := stream.read(PAGES_AT_ONCE * PAGE_BYTES):
        pages = len(piece) // PAGE_BYTES
        part = len(piece) % PAGE_BYTES
        whole = np.frombuffer(piece, dtype=np.uint8, count=pages * PAGE_BYTES).reshape(pages, PAGE_BYTES)
        chunks = whole[:, : CHUNKS_A_PAGE * CHUNK_BYTES].reshape(-1, CHUNK_BYTES)
        rest = piece[pages * PAGE_BYTES :][: part // CHUNK_BYTES * CHUNK_BYTES]
        tail = np.frombuffer(rest, dtype=np.uint8).reshape(-1, CHUNK_BYTES)
        chunks = np.concatenate([chunks, tail])
        good = checksums(chunks) == chunks[:, 0]
        bad.append(seen + np.flatnonzero(~good))
        seen += len(chunks)
        _count_kinds(chunks[good], report)
        report.keep(seen=int((~good).sum()), dropped=int((~good).sum()), reason=BAD_CHUNK)
        seconds.take(chunks, good, end=False)
    seconds.take(np.empty((0, CHUNK_BYTES), dtype=np.uint8), np.empty(0, dtype=np.bool_), end=True)
    raw.sha256 = stream.sha256()
    lost = np.concatenate(bad) if bad else np.empty(0, dtype=np.int64)
    words = [f"{len(lost):,} of {seen:,} chunks could not be used: {named(lost.tolist())}"] if len(lost) else []
    words += ["the last page is cut"] if part else []
    if words:
        report.cut_short[member.name] = "; ".join(words)
    remark(report, RULE)
    remark(report, seconds.drift.note())
    return raw.recordings()


def _count_kinds(chunks: UInt8[np.ndarray, "n 6"], report: ReadReport) -> None:
    """Chunks that are neither samples nor seconds."""
    for kind, n in zip(*(a.tolist() for a in np.unique(chunks[:, 1] >> 4, return_counts=True)), strict=True):
        if kind not in (_SAMPLE, _SECOND):
            report.unknown["battery readings" if kind == _BATTERY else f"chunk of kind {kind}"] += n
