"""CWA: the blocks of an Axivity AX3 or AX6, decoded with numpy a megabyte at a time.

A file is a header of 1,024 bytes and blocks of 512, each with its own checksum, stamp, rate and scale, so a bad block
costs its own samples (about a second) and no more: it is named in the report and leaves a gap, never zeros.
Source: Open Movement, "AX3 Sensor - Technical Documentation" and "AX3/AX6 Data" (openmovement, Docs/ax3), read for the
layout; the conversions are those it derives. Blocks of the first prototypes (rate code 0) are not read: none was seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64, UInt8, UInt32

from sennight.readers.block_times import (
    Drift,
    believable,
    named,
    of_one_recording,
    sample_times,
    with_next,
)
from sennight.readers.guard import Member
from sennight.readers.raw_files import Hashed, place_of, remark
from sennight.readers.raw_minutes import RawMinutes
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording

MAGIC = b"MD"
HEADER_BYTES = 1024
SECTOR_BYTES = 512
BLOCKS_AT_ONCE = 2_048  # a megabyte: its samples fit into a second-level cache
HARDWARE_AX6 = 0x64
# The AX3 was first sold in 2011; a stamp before that is a clock that was never set (it starts in 2000).
EARLIEST_S = float(np.datetime64("2010-01-01", "s").astype(np.int64))

NO_BLOCK = "block that is not one (zero-filled, erased or overwritten)"
BAD_CHECKSUM = "block whose checksum is wrong"
BAD_FORMAT = "block in a format that is not known"
BAD_STAMP = "block without a time that can be understood"
STRAY = "block with a time far from all others, or before the device was made"
OUT_OF_ORDER = "block that is out of order in time"
RULE = "an Axivity's clock is set to local time and the file names no zone, so times stay on a local clock"

_BLOCK = np.dtype(
    {
        "names": ["magic", "length", "fraction", "stamp", "light", "temperature", "rate", "format", "offset", "count"],
        "formats": ["<u2", "<u2", "<u2", "<u4", "<u2", "<u2", "u1", "u1", "<i2", "<u2"],
        "offsets": [0, 2, 4, 14, 18, 20, 24, 25, 26, 28],
        "itemsize": SECTOR_BYTES,
    }
)
_AX, _BLOCK_LENGTH = 0x5841, 508
# Axes and bytes an axis -> samples that fit. A packed sample is 4 bytes for all three axes.
_PACKED, _THREE, _SIX, _NINE = 0x30, 0x32, 0x62, 0x92
_ROOM_OF = np.zeros(256, dtype=np.uint16)
_ROOM_OF[[_PACKED, _THREE, _SIX, _NINE]] = 120, 80, 40, 26


@dataclass(frozen=True, kw_only=True, eq=False)
class Blocks:
    """Usable blocks of one window of a file: `raw` are their bytes, `start_s` when their first sample was taken."""

    number: Int64[np.ndarray, " block"]
    raw: UInt8[np.ndarray, "block 512"]
    start_s: Float64[np.ndarray, " block"]
    rate_hz: Float64[np.ndarray, " block"]
    count: Int64[np.ndarray, " block"]

    def only(self, keep: Bool[np.ndarray, " block"]) -> "Blocks":
        """Some of them."""
        if keep.all():
            return self
        return Blocks(
            number=self.number[keep], raw=self.raw[keep], start_s=self.start_s[keep], rate_hz=self.rate_hz[keep],
            count=self.count[keep],
        )  # fmt: skip

    @property
    def fields(self) -> np.ndarray:
        """The numbers at the head of each block."""
        return self.raw.view(_BLOCK)[:, 0]


@dataclass(kw_only=True)
class Losses:
    """Blocks that could not be used: why, and which. `half` says that the file ends within a block."""

    report: ReadReport
    seen: int = 0
    half: bool = False
    numbers: list[np.ndarray] = field(default_factory=list)

    def drop(self, blocks: np.ndarray, why: str) -> None:
        """Count blocks by their numbers in the file."""
        if len(blocks):
            self.report.keep(seen=len(blocks), dropped=len(blocks), reason=why)
            self.numbers.append(blocks)

    def tell(self, file: str) -> None:
        """Name them, and a last block that is cut, in the report."""
        words = []
        if self.numbers:
            lost = np.sort(np.concatenate(self.numbers))
            words.append(f"{len(lost):,} of {self.seen:,} blocks could not be used: {named(lost.tolist())}")
        if self.half:
            words.append("the last block is cut")
        if words:
            self.report.cut_short[file] = "; ".join(words)


def windows(stream: Hashed, losses: Losses) -> Iterator[Blocks]:
    """The blocks of a file after its header, a megabyte of them at a time, without those that are damaged."""
    while raw := stream.read(BLOCKS_AT_ONCE * SECTOR_BYTES):
        n = len(raw) // SECTOR_BYTES
        losses.half = len(raw) % SECTOR_BYTES > 0
        sectors = np.frombuffer(raw, dtype=np.uint8, count=n * SECTOR_BYTES).reshape(n, SECTOR_BYTES)
        number = losses.seen + np.arange(n)
        losses.seen += n
        if n:
            yield _usable(sectors, number, losses)


def _usable(sectors: UInt8[np.ndarray, "n 512"], number: Int64[np.ndarray, " n"], losses: Losses) -> Blocks:
    """Blocks that are whole and in a known format, with their times."""
    fields = sectors.view(_BLOCK)[:, 0]
    room = _ROOM_OF[fields["format"]]
    rate = 3200.0 / (1 << (15 - (fields["rate"] & 0x0F).astype(np.int64)))
    second = seconds_of_stamps(fields["stamp"])
    checks = (
        (NO_BLOCK, (fields["magic"] == _AX) & (fields["length"] == _BLOCK_LENGTH)),
        (BAD_CHECKSUM, sectors.view("<u2").sum(axis=1, dtype=np.uint16) == 0),
        (BAD_FORMAT, (fields["rate"] != 0) & (fields["count"] > 0) & (fields["count"] <= room)),
        (BAD_STAMP, second >= 0),
    )
    good = np.ones(len(number), dtype=np.bool_)
    for why, passed in checks:
        losses.drop(number[good & ~passed], why)
        good &= passed
    # With the top bit set the rest is a fraction of a second, and the offset was shifted by as many whole samples as
    # that fraction holds, for the sake of readers that do not know of it; this takes the shift back.
    has_fraction = fields["fraction"] & 0x8000 > 0
    fraction = np.where(has_fraction, (fields["fraction"] & 0x7FFF).astype(np.int64) << 1, 0)
    at_sample = fields["offset"].astype(np.int64) + (fraction * rate.astype(np.int64) >> 16)
    blocks = Blocks(
        number=number, raw=sectors, start_s=second + fraction / 65_536 - at_sample / rate, rate_hz=rate,
        count=fields["count"].astype(np.int64),
    )  # fmt: skip
    return blocks.only(good)


def seconds_of_stamps(stamp: UInt32[np.ndarray, " n"]) -> Int64[np.ndarray, " n"]:
    """Seconds since 1970 of packed times (YYYYYYMM MMDDDDDh hhhhmmmm mmssssss from 2000), -1 where there is no such.

    >>> seconds_of_stamps(np.array([0x4C68A000], dtype=np.uint32)).tolist()
    [1547978400]
    """
    packed = stamp.astype(np.int64)
    month, day = packed >> 22, packed >> 17 & 0x1F
    hour, minute, second = packed >> 12 & 0x1F, packed >> 6 & 0x3F, packed & 0x3F
    real = (day >= 1) & (day <= _DAYS_IN_MONTH[month]) & (hour < 24) & (minute < 60) & (second < 60)
    return np.where(real, (_DAYS_BEFORE_MONTH[month] + day - 1) * 86_400 + hour * 3600 + minute * 60 + second, -1)


def _calendar() -> tuple[np.ndarray, np.ndarray]:
    """Days from 1970 to the first of each month, and its length (0 if there is none), by 10 bits of year and month."""
    before, length = np.zeros(1024, dtype=np.int64), np.zeros(1024, dtype=np.int64)
    for year in range(64):
        firsts = np.datetime64(f"{2000 + year}-01", "M") + np.arange(13)
        days = firsts.astype("datetime64[D]").astype(np.int64)
        before[year * 16 + 1 : year * 16 + 13] = days[:12]
        length[year * 16 + 1 : year * 16 + 13] = np.diff(days)
    return before, length


_DAYS_BEFORE_MONTH, _DAYS_IN_MONTH = _calendar()


def accelerations(blocks: Blocks) -> Float32[np.ndarray, "sample 3"]:
    """All samples of these blocks in g, in file order."""
    fields = blocks.fields
    # Light takes 10 bits of its word; the top 3 say how fine the accelerometer's steps are.
    step_g = (1.0 / (1 << (8 + (fields["light"] >> 13).astype(np.int64)))).astype(np.float32)
    layout = fields["format"].astype(np.int64) << 16 | blocks.count
    edges = np.flatnonzero(np.diff(layout)) + 1
    parts = [
        _unpacked(blocks.raw[a:b], int(fields["format"][a]), int(blocks.count[a]), step_g[a:b])
        for a, b in zip([0, *edges.tolist()], [*edges.tolist(), len(layout)], strict=True)
        if b > a
    ]
    return np.concatenate(parts) if len(parts) != 1 else parts[0]


def _unpacked(
    raw: UInt8[np.ndarray, "n 512"], layout: int, count: int, step_g: Float32[np.ndarray, " n"]
) -> Float32[np.ndarray, "sample 3"]:
    """Samples of blocks of one format and length."""
    out = np.empty((len(raw), count, 3), dtype=np.float32)
    if layout == _PACKED:
        word = np.ascontiguousarray(raw[:, 30 : 30 + 4 * count]).view("<u4")
        exponent = (word >> 30).view(np.int32)
        for axis, shift in enumerate((22, 12, 2)):  # to the top, then down again with the sign
            value = (word << shift).view(np.int32)
            value >>= 22
            value <<= exponent
            out[:, :, axis] = value
    else:
        axes = layout >> 4
        values = np.ascontiguousarray(raw[:, 30 : 30 + 2 * axes * count]).view("<i2").reshape(len(raw), count, axes)
        # The gyroscope comes first where there is one.
        out[:] = values[:, :, 3:6] if axes >= 6 else values
    out *= step_g[:, None, None]
    return out.reshape(-1, 3)


# --- one file -----------------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class _Slow:
    """Temperature and light, one of each a block."""

    at_s: list[np.ndarray] = field(default_factory=list)
    temperature: list[np.ndarray] = field(default_factory=list)
    light: list[np.ndarray] = field(default_factory=list)

    def take(self, blocks: Blocks) -> None:
        self.at_s.append(np.floor(blocks.start_s).astype(np.int64))
        self.temperature.append(blocks.fields["temperature"] & 0x3FF)
        self.light.append(blocks.fields["light"] & 0x3FF)

    def give(self, raw: RawMinutes, *, ax6: bool) -> None:
        """As channels; 0 says that there was none."""
        if not self.at_s:
            return
        at_s = np.concatenate(self.at_s)
        for name, values in (
            ("device_temperature", celsius(np.concatenate(self.temperature))),
            ("white_light", lux(np.concatenate(self.light), ax6=ax6)),
        ):
            # The sensors are sampled once a second, however many blocks are written in it.
            there = ~np.isnan(values) & np.append(True, np.diff(at_s) != 0)
            if there.any():
                raw.add_slow(name, at_s[there], values[there])


def celsius(raw: np.ndarray) -> Float64[np.ndarray, " n"]:
    """Temperature inside the case: an MCP9700 (10 mV a degree, 500 mV at 0) on a 10-bit converter of 3 V; NaN for 0.

    Source: Open Movement, "AX3/AX6 Data", Device Temperature.
    """
    return np.where(raw > 0, raw * 75.0 / 256 - 50, np.nan)


def lux(raw: np.ndarray, *, ax6: bool) -> Float64[np.ndarray, " n"]:
    """Light behind the case: an APDS-9007, 10 uA a decade over 100 kOhm (AX6: 10), 341.3 steps a volt; NaN for 0.

    Source: the same page, Light Level Indicator. (The formula it ends with gives 1,000 lux in the dark and contradicts
    both its own text and the data sheet's 3 to 1,000 lux; this is what the text says.)
    """
    return np.where(raw > 0, 10.0 ** (raw * (10.0 if ax6 else 1.0) * 3 / 1024), np.nan)


def claims_head(head: bytes) -> bool:
    """Does a file begin as a CWA? A damaged header is forgiven where a block follows it."""
    header = head[:2] == MAGIC and int.from_bytes(head[2:4], "little") in (1020, 508)
    return header or head[HEADER_BYTES : HEADER_BYTES + 4] == b"AX\xfc\x01"


def read_cwa(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    """All minutes of one file. Raises: ReadError if its bytes cannot be had."""
    stream, losses, drift, slow = Hashed(member), Losses(report=report), Drift(), _Slow()
    header = stream.read(HEADER_BYTES)
    ax6 = header[4:5] == bytes([HARDWARE_AX6])
    raw = RawMinutes(
        person=person, device=f"Axivity {'AX6' if ax6 else 'AX3'}", source=member.name, report=report,
        clock=Clock.LOCAL, place=place_of(_worn_at(header)), rate_hz=_rate_hz(header),
    )  # fmt: skip
    for blocks, times in timed(stream, losses, drift):
        raw.add(times, accelerations(blocks))
        slow.take(blocks)
        _count_unread(blocks, report)
    raw.sha256 = stream.sha256()
    slow.give(raw, ax6=ax6)
    losses.tell(member.name)
    remark(report, RULE)
    remark(report, drift.note())
    return raw.recordings()


def timed(stream: Hashed, losses: Losses, drift: Drift) -> Iterator[tuple[Blocks, Float64[np.ndarray, " sample"]]]:
    """Blocks after the header whose times can be believed, and the time of each of their samples, in file order."""
    last_s, around_s = -np.inf, None
    for blocks, ahead in with_next(windows(stream, losses)):
        if around_s is None and len(blocks.start_s):
            around_s = float(np.median(blocks.start_s))
        settled, next_s = _settle(blocks, ahead, last_s=last_s, around_s=around_s, losses=losses)
        if len(settled.start_s):
            last_s = float(settled.start_s[-1])
            yield settled, sample_times(settled.start_s, settled.count, settled.rate_hz, next_s=next_s, drift=drift)


def _settle(
    blocks: Blocks, ahead: Blocks | None, *, last_s: float, around_s: float | None, losses: Losses
) -> tuple[Blocks, float | None]:
    """Blocks whose times can be believed, and when the block after them starts."""
    near = of_one_recording(blocks.start_s, around_s=around_s, earliest_s=EARLIEST_S)
    losses.drop(blocks.number[~near], STRAY)
    blocks = blocks.only(near)
    coming = ahead.start_s if ahead else np.empty(0, dtype=np.float64)
    coming = coming[of_one_recording(coming, around_s=around_s, earliest_s=EARLIEST_S)]
    good = believable(blocks.start_s, after_s=last_s, ahead_s=coming)
    losses.drop(blocks.number[~good], OUT_OF_ORDER)
    later = coming[coming > blocks.start_s[good][-1]] if good.any() else coming[:0]
    return blocks.only(good), float(later[0]) if len(later) else None


def _count_unread(blocks: Blocks, report: ReadReport) -> None:
    axes = blocks.fields["format"] >> 4
    for words, least in (("gyroscope samples", 6), ("magnetometer samples", 9)):
        n = int(blocks.count[axes >= least].sum())
        if n:
            report.unknown[words] += n


def _rate_hz(header: bytes) -> float:
    """The rate that was set, 0 if the header is damaged or silent."""
    code = header[36] if len(header) > 36 else 0
    return 0.0 if code in (0, 0xFF) else 3200.0 / (1 << (15 - (code & 0x0F)))


def _worn_at(header: bytes) -> str:
    """The body location of the header's notes (`_p=right+wrist`); nothing else of them is read."""
    for pair in header[64:512].decode("latin-1").split("&"):
        name, _, value = pair.partition("=")
        if name == "_p":
            return value.replace("+", " ")
    return ""
