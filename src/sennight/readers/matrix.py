"""Parmay Matrix BIN: packets of acceleration, and where they were switched on, of turning, temperature and heart rate.

Each packet holds its times, how many readings of each kind follow, and a CRC-32 over all of that. Where one does not
fit, the packet is named and left out and reading goes on at the next packet's mark. The layout is that of GGIRread's
reader; its times are seconds since 1970, which are taken as UTC (no vendor document was seen that says so).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32

from sennight.errors import ReadError
from sennight.readers.block_times import (
    Drift,
    believable,
    named,
    of_one_recording,
    sample_times,
    second_means,
    with_next,
)
from sennight.readers.guard import Member, members
from sennight.readers.raw_files import Hashed, kinds_of, likely, one_person_a_file, remark
from sennight.readers.raw_minutes import RawMinutes
from sennight.readers.reader import Reading, ReadReport
from sennight.record import Clock, Recording

__all__ = ["READER", "MatrixReader", "read_matrix"]

MAGIC = b"MDTC"
MARK = b"MDTCPACK"
HEADER_AT = 512  # behind 512 bytes of remarks
HEADER = struct.Struct("<4sIHH")  # magic, packets, range in g, range in degrees a second
PACKET = struct.Struct("<8sI6I")  # mark, checksum, begin, end, and counts of acceleration, turning, temperature, heart
MOST_HEADER_BYTES = 2_048
_WIDTHS = (6, 6, 4, 4)  # bytes of one reading of each kind
_COVERED_FROM = 12  # the checksum covers what stands behind it
MAX_PACKET_BYTES = 4 * 1024**2  # 12,000 samples and their company take 0.2
READ_BYTES = 1 << 20
PACKETS_AT_ONCE = 16
RATES_HZ = np.array([12.5, 25.0, 50.0, 100.0])
MOST_HZ = 1_000.0
MOST_RANGE_G = 32
# Sold since 2021.
EARLIEST_S = float(np.datetime64("2018-01-01", "s").astype(np.int64))

BAD_CHECKSUM = "packet whose checksum is wrong"
BAD_TIMES = "packet whose samples do not fit its times"
STRAY = "packet with a time far from all others, or before the device was made"
OUT_OF_ORDER = "packet that is out of order in time"
RULE = "a Matrix writes seconds since 1970, taken as UTC; no zone is named, so these are instants with offset 0"


class Packet(NamedTuple):
    """One packet: its number in the file, whole seconds of begin and end, and its readings as they are stored."""

    number: int
    begin_s: int
    end_s: int
    acceleration: np.ndarray  # int16 [n 3]
    turns: int
    temperature: np.ndarray  # int16 [n 2], tenths of a degree: at the skin, away from it
    heart: np.ndarray  # int16 [n 2]: the optical sensor, beats/min


@dataclass(kw_only=True)
class Packets:
    """The stream of a file cut into packets, starting at the first one's mark; counts those that are damaged."""

    stream: Hashed
    report: ReadReport
    seen: int = 0
    bad: list[int] = field(default_factory=list)
    cut: bool = False
    _held: bytes = b""
    _at: int = 0
    _ended: bool = False

    def __iter__(self) -> Iterator[Packet]:
        while self._at_mark():
            packet = self._packet()
            if packet:
                yield packet
            elif not self.cut:
                self.drop(self.seen, BAD_CHECKSUM)
            self.seen += 1

    def drop(self, number: int, why: str) -> None:
        """Count one packet by its number."""
        self.report.keep(seen=1, dropped=1, reason=why)
        self.bad.append(number)

    def _fill(self, n: int) -> bool:
        """Hold at least n bytes from here on, if there are as many."""
        while len(self._held) - self._at < n and not self._ended:
            piece = self.stream.read(max(READ_BYTES, n))
            self._ended = not piece
            self._held, self._at = self._held[self._at :] + piece, 0
        return len(self._held) - self._at >= n

    def _at_mark(self) -> bool:
        """Go to the next mark; False at the end of the file."""
        while self._fill(len(MARK)):
            place = self._held.find(MARK, self._at)
            if place >= 0:
                self._at = place
                return True
            if self._ended:
                return False
            # The mark may begin in the last bytes; there are too few of them now, so the next round reads on.
            self._at = len(self._held) - len(MARK) + 1
        return False

    def _packet(self) -> Packet | None:
        """The packet at the mark; what is not one is passed by its mark, so that the next can be found."""
        if not self._fill(PACKET.size):
            self._cut_off()
            return None
        _, checksum, begin, end, *counts = PACKET.unpack_from(self._held, self._at)
        size = PACKET.size + sum(n * width for n, width in zip(counts, _WIDTHS, strict=True))
        here = self._fill(size) if size <= MAX_PACKET_BYTES else False
        begin_at, self._at = self._at, self._at + len(MARK)
        next_mark = self._held.find(MARK, self._at, begin_at + min(size, MAX_PACKET_BYTES))
        if next_mark >= 0 or size > MAX_PACKET_BYTES:
            return None  # its counts are damaged: the next packet begins inside of it
        if not here:
            self._cut_off()
            return None
        if zlib.crc32(self._held[begin_at + _COVERED_FROM : begin_at + size]) != checksum:
            return None
        self._at = begin_at + size
        body = np.frombuffer(self._held[begin_at + PACKET.size : self._at], dtype="<i2")
        acceleration, turns, temperature, heart = np.split(
            body, np.cumsum([3 * counts[0], 3 * counts[1], 2 * counts[2]])
        )
        return Packet(
            number=self.seen, begin_s=begin, end_s=end, acceleration=acceleration.reshape(-1, 3), turns=len(turns) // 3,
            temperature=temperature.reshape(-1, 2), heart=heart.reshape(-1, 2),
        )  # fmt: skip

    def _cut_off(self) -> None:
        self.cut = True
        self._at = len(self._held)


class MatrixReader:
    """The reader of Parmay Matrix files."""

    name = "matrix"
    title = "Parmay Matrix BIN"

    def claims(self, path: Path) -> bool:
        """Holds a file with the header or the first packet of a Matrix."""
        try:
            return any(_is_matrix(m) for m in likely(members(path), (".bin",)))
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it, one person a file.

        Raises: ReadError if nothing of a Matrix is there, or a file is damaged as a whole.
        """
        found = members(path)
        kinds = kinds_of(found, lambda m: "matrix" if _is_matrix(m) else "")
        mine = [m for m in found if m.name in kinds]
        if not mine:
            raise ReadError(
                "no Parmay Matrix file is there", where=str(path), todo="Expected .BIN files of the device."
            )
        others = [m for m in found if m.name not in kinds]
        return one_person_a_file(mine, reader=self.name, source=path, others=others, read_file=read_matrix)


READER = MatrixReader()


def _is_matrix(member: Member) -> bool:
    head = member.head(MOST_HEADER_BYTES)
    return head[HEADER_AT : HEADER_AT + len(MAGIC)] == MAGIC or MARK in head


def _range_g(head: bytes, first: int, *, where: str) -> int:
    """The accelerometer's range, from the header's last bytes, which stand right before the first packet."""
    magic, _, range_g, _ = HEADER.unpack_from(head, first - HEADER.size) if first >= HEADER.size else (b"", 0, 0, 0)
    if magic != MAGIC or not 1 <= range_g <= MOST_RANGE_G:
        raise ReadError(
            "a Matrix file whose header is damaged, so that the range of its sensor is not known",
            where=where,
            todo="Download it from the device again.",
        )
    return int(range_g)


def read_matrix(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    """All minutes of one file. Raises: ReadError if the header is damaged."""
    head = member.head(MOST_HEADER_BYTES)
    first = head.find(MARK)
    first = first if first >= 0 else HEADER_AT + HEADER.size
    range_g = _range_g(head, first, where=member.name)
    declared = int.from_bytes(head[first - 8 : first - 4], "little")
    stream, drift, last_s, around_s = Hashed(member), Drift(), -np.inf, None
    stream.read(first)
    packets = Packets(stream=stream, report=report)
    raw = RawMinutes(person=person, device="Parmay Matrix", source=member.name, report=report, clock=Clock.INSTANT)
    slow: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for window, ahead in with_next(_windows(packets)):
        if around_s is None:
            around_s = float(np.median([p.begin_s for p in window]))
        for packet, next_s in _settle(window, ahead or [], last_s=last_s, around_s=around_s, packets=packets):
            last_s = float(packet.begin_s)
            _take(packet, next_s, range_g, raw, drift, slow)
    raw.sha256 = stream.sha256()
    for name, parts in slow.items():
        at_s, values = (np.concatenate(column) for column in zip(*parts, strict=True))
        if len(at_s):
            raw.add_slow(name, at_s, values)
    _tell(member, packets, declared=declared, moved=HEADER_AT + HEADER.size - first)
    remark(report, RULE)
    remark(report, drift.note())
    return raw.recordings()


def _windows(packets: Packets) -> Iterator[list[Packet]]:
    held: list[Packet] = []
    for packet in packets:
        held.append(packet)
        if len(held) == PACKETS_AT_ONCE:
            yield held
            held = []
    if held:
        yield held


def _settle(
    window: list[Packet], ahead: list[Packet], *, last_s: float, around_s: float, packets: Packets
) -> Iterator[tuple[Packet, float | None]]:
    """Packets whose times can be believed, each with when the one after it begins."""
    near = of_one_recording(
        np.array([p.begin_s for p in window], dtype=np.float64), around_s=around_s, earliest_s=EARLIEST_S
    )
    for packet, good in zip(window, near.tolist(), strict=True):
        if not good:
            packets.drop(packet.number, STRAY)
    kept = [p for p, good in zip(window, near.tolist(), strict=True) if good]
    coming = np.array([p.begin_s for p in ahead], dtype=np.float64)
    coming = coming[of_one_recording(coming, around_s=around_s, earliest_s=EARLIEST_S)]
    rising = believable(np.array([p.begin_s for p in kept], dtype=np.float64), after_s=last_s, ahead_s=coming)
    for packet, good in zip(kept, rising.tolist(), strict=True):
        if not good:
            packets.drop(packet.number, OUT_OF_ORDER)
    settled = [p for p, good in zip(kept, rising.tolist(), strict=True) if good]
    after = [
        *(float(p.begin_s) for p in settled[1:]),
        *coming[coming > (settled[-1].begin_s if settled else 0)].tolist(),
    ]
    for place, packet in enumerate(settled):
        yield packet, after[place] if place < len(after) else None


def _take(
    packet: Packet,
    next_s: float | None,
    range_g: int,
    raw: RawMinutes,
    drift: Drift,
    slow: dict[str, list[tuple[np.ndarray, np.ndarray]]],
) -> None:
    """Hand the readings of one packet on; all kinds are spread evenly over it, as the maker does."""
    length = packet.end_s - packet.begin_s
    n = len(packet.acceleration)
    if length <= 0 or n > MOST_HZ * length:
        raw.report.keep(seen=1, dropped=1, reason=BAD_TIMES)
        return
    if packet.turns:
        raw.report.unknown["gyroscope samples"] += packet.turns
    if n:
        nominal = RATES_HZ[np.argmin(np.abs(RATES_HZ - n / length))]
        raw.rate_hz = raw.rate_hz or float(nominal)
        drift.actual_s += length
        drift.nominal_s += n / nominal
        times = sample_times(
            np.array([float(packet.begin_s)]), np.array([n]), np.array([n / length]),
            next_s=next_s if next_s == packet.end_s else None, drift=Drift(),
        )  # fmt: skip
        raw.add(times, accelerations(packet.acceleration, range_g))
    pulse = packet.heart[:, 1].astype(np.float64)
    for name, values in (
        ("skin_temperature", packet.temperature[:, 0] / 10),
        ("ambient_temperature", packet.temperature[:, 1] / 10),
        ("heart_rate", np.where(pulse > 0, pulse, np.nan)),  # 0 says that there is none
    ):
        at_s = packet.begin_s + length * np.arange(len(values)) / max(len(values), 1)
        slow.setdefault(name, []).append(second_means(at_s, values))


def accelerations(stored: np.ndarray, range_g: int) -> Float32[np.ndarray, "n 3"]:
    """Samples in g: the range is the largest number of 16 bits on either side of zero."""
    full = np.where(stored >= 0, np.float32(32_767), np.float32(32_768))
    return stored.astype(np.float32) * np.float32(range_g) / full


def _tell(member: Member, packets: Packets, *, declared: int, moved: int) -> None:
    words = []
    if packets.bad:
        words.append(
            f"{len(packets.bad):,} of {packets.seen:,} packets could not be used: {named(sorted(packets.bad))}"
        )
    if packets.cut:
        words.append("the last packet is cut")
    elif packets.seen < declared:
        words.append(f"{declared - packets.seen:,} of {declared:,} packets are missing")
    if moved:
        words.append(f"{abs(moved)} bytes are {'missing' if moved > 0 else 'too many'} before the first packet")
    if words:
        packets.report.cut_short[member.name] = "; ".join(words)
