"""FIT files: bytes to messages, as far as they can be trusted, whatever the bytes.

A decoder of our own: fitdecode makes a Python object of every value (some fifty times slower), leaks AssertionError,
ValueError, TypeError and struct.error on damaged files, and does not expand `timestamp_16`. Its tables of names are
used (`names`), and tests hold this decoder against it. Here messages are found in one pass over their header bytes,
and fields are taken as columns.

Promises: every step goes forward, the numbers of messages and of shapes are bounded, and the only error is ReadError.
Source: FIT protocol, "FIT File Structure"; base types and invalid values from the table there.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Float64, Int64, UInt8

from sennight.errors import ReadError
from sennight.readers.garmin.clocks import FIRST_DATE, FIT_EPOCH_S, UNKNOWN, carry_clock
from sennight.readers.garmin.crc import crc16

# A day of one-second records with forty fields is 10 MB; raw acceleration fills larger files that are not read here.
MAX_FIT_BYTES = 128 * 1024**2
MAX_MESSAGES = 1_000_000  # of all files in one: eleven days at one a second
MAX_SHAPES = 4_096  # definitions that differ from each other; devices write some twenty
MAX_DEFINITIONS = 500_000  # some devices repeat one before every message
MAX_CHAINED = 32  # files one after the other in one; an activity with the heart rate a strap kept has seven
TIMESTAMP = 253
# Everything in one file was recorded around one time; a stamp further away is a clock that was not set.
STRAY_S = 60 * 86_400

_SHORT_HEADER, _MAGIC = 12, b".FIT"
_BYTES_AT_A_TIME = 1 << 16
# Values of a field of several, all messages together; a file of beats of a week has a tenth of it.
_MOST_VALUES = 2_000_000
# Base type number -> numpy type and the value that means "none". Strings (7) and bytes (13) are raw.
_BASE: dict[int, tuple[str, int | None]] = {
    0: ("u1", 0xFF), 1: ("i1", 0x7F), 2: ("u1", 0xFF), 3: ("i2", 0x7FFF), 4: ("u2", 0xFFFF), 5: ("i4", 0x7FFFFFFF),
    6: ("u4", 0xFFFFFFFF), 8: ("f4", None), 9: ("f8", None), 10: ("u1", 0), 11: ("u2", 0), 12: ("u4", 0),
    13: ("u1", 0xFF), 14: ("i8", 0x7FFFFFFFFFFFFFFF), 15: ("u8", 0xFFFFFFFFFFFFFFFF), 16: ("u8", 0),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Field:
    number: int
    size: int
    base: int
    at: int
    """Bytes from the message's header to the field."""

    @property
    def readable(self) -> bool:
        """Is the type known, and does the size hold whole values of it?"""
        if self.base not in _BASE or not self.size:
            return False
        return self.size % np.dtype(_BASE[self.base][0]).itemsize == 0


@dataclass(kw_only=True, eq=False)
class _Shape:
    """One definition and where its messages begin."""

    number: int
    order: str
    fields: dict[int, _Field]
    size: int
    developer_bytes: int
    at: "array[int]" = field(default_factory=lambda: array("I"))

    @cached_property
    def positions(self) -> Int64[np.ndarray, " n"]:
        return np.frombuffer(self.at, dtype=np.uint32).astype(np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Messages:
    """All messages of one number, in the order of the file; fields as columns."""

    raw: UInt8[np.ndarray, " bytes"]
    shapes: tuple[_Shape, ...]

    def __len__(self) -> int:
        return sum(len(s.at) for s in self.shapes)

    @cached_property
    def _ranks(self) -> Int64[np.ndarray, " n"]:
        return np.argsort(self._unordered, kind="stable")

    @cached_property
    def _unordered(self) -> Int64[np.ndarray, " n"]:
        return np.concatenate([s.positions for s in self.shapes]) if self.shapes else np.empty(0, dtype=np.int64)

    @cached_property
    def positions(self) -> Int64[np.ndarray, " n"]:
        """Where each message begins."""
        return self._unordered[self._ranks]

    @cached_property
    def field_counts(self) -> dict[int, int]:
        """Field number -> messages that have it."""
        counts: dict[int, int] = {}
        for shape in self.shapes:
            for number in shape.fields:
                counts[number] = counts.get(number, 0) + len(shape.at)
        return counts

    @property
    def with_developer_fields(self) -> int:
        """How many messages carry fields of an app."""
        return sum(len(s.at) for s in self.shapes if s.developer_bytes)

    def numbers(self, number: int, *, scale: float | int = 1) -> Float64[np.ndarray, " n"]:
        """A field's value, or the first of several, divided by `scale`; NaN where it is not given or not valid."""
        return self.arrays(number, most=1, scale=scale)[:, 0]

    def arrays(self, number: int, *, most: int = 255, scale: float | int = 1) -> Float64[np.ndarray, "n k"]:
        """A field's values, at most `most` of them, NaN where not given or not valid; at least one column."""
        most = self._affordable(most)
        pieces = [self._values(shape, number, most) for shape in self.shapes]
        width = max([1, *(p.shape[1] for p in pieces)])
        joined = np.full((len(self), width), np.nan)
        at = 0
        for piece in pieces:
            joined[at : at + len(piece), : piece.shape[1]] = piece
            at += len(piece)
        return joined[self._ranks] / scale

    def octets(self, number: int, *, most: int) -> UInt8[np.ndarray, "n k"]:
        """A field's bytes as they are, at most `most`; those that a message does not have are 255."""
        most = self._affordable(
            max([1, *(min(s.fields[number].size, most) for s in self.shapes if number in s.fields)])
        )
        joined = np.full((len(self), most), 0xFF, dtype=np.uint8)
        at = 0
        for shape in self.shapes:
            here, n = shape.fields.get(number), len(shape.at)
            if here:
                width = min(here.size, most)
                joined[at : at + n, :width] = self._bytes(shape, here.at, width)
            at += n
        return joined[self._ranks]

    def _affordable(self, most: int) -> int:
        return max(min(most, _MOST_VALUES // max(len(self), 1)), 1)

    def text(self, number: int) -> str:
        """The first text in a field that is one: printable ASCII, at most 64 characters."""
        for shape in self.shapes:
            here = shape.fields.get(number)
            if here and here.base == 7 and shape.at:
                raw = self._bytes(shape, here.at, here.size)[0].tobytes().split(b"\x00")[0]
                written = "".join(c for c in raw.decode("ascii", errors="ignore") if c.isprintable()).strip()
                if written:
                    return written[:64]
        return ""

    def _bytes(self, shape: _Shape, at: int, width: int) -> UInt8[np.ndarray, "n width"]:
        taken = np.empty((len(shape.at), width), dtype=np.uint8)
        rows = max(_BYTES_AT_A_TIME // max(width, 1), 1)
        for first in range(0, len(taken), rows):
            places = shape.positions[first : first + rows, None] + (at + np.arange(width))
            taken[first : first + rows] = self.raw[places]
        return taken

    def _values(self, shape: _Shape, number: int, most: int) -> Float64[np.ndarray, "n k"]:
        here = shape.fields.get(number)
        if here is None or not here.readable:
            return np.full((len(shape.at), 1), np.nan)
        name, invalid = _BASE[here.base]
        kind = np.dtype(shape.order + name)
        width = min(here.size // kind.itemsize, most) * kind.itemsize
        values = self._bytes(shape, here.at, width).view(kind)
        with np.errstate(invalid="ignore", over="ignore"):
            wide = values.astype(np.float64)
        bad = ~np.isfinite(wide) if invalid is None else values == kind.type(invalid)
        wide[bad] = np.nan
        return wide


@dataclass(frozen=True, kw_only=True, eq=False)
class FitFile:
    """One FIT file's messages. `raw` may hold further ones."""

    raw: UInt8[np.ndarray, " bytes"]
    shapes: tuple[_Shape, ...]
    short_stamps: bool
    """Are there messages with the time in their header?"""

    def messages(self, number: int) -> Messages:
        """The messages of one number, perhaps none."""
        return Messages(raw=self.raw, shapes=tuple(s for s in self.shapes if s.number == number and s.at))

    @cached_property
    def counts(self) -> dict[int, int]:
        """Message number -> how many."""
        counts: dict[int, int] = {}
        for shape in self.shapes:
            if shape.at:
                counts[shape.number] = counts.get(shape.number, 0) + len(shape.at)
        return counts

    def stamps(self, messages: Messages) -> Int64[np.ndarray, " n"]:
        """When each message was, in seconds of the file's clock; -1 where that is not given."""
        if not self.short_stamps:
            return _whole(messages.numbers(TIMESTAMP))
        every, stamps = self._carried
        place = np.searchsorted(every, messages.positions)
        return stamps[place]

    @cached_property
    def _carried(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions and stamps of all messages: any of them may set the clock for those with low bits only."""
        every = Messages(raw=self.raw, shapes=tuple(s for s in self.shapes if s.at))
        header = self.raw[every.positions].astype(np.int64)
        low = np.where(header & 0x80, header & 0x1F, UNKNOWN)
        return every.positions, carry_clock(_whole(every.numbers(TIMESTAMP)), low, bits=5)

    @cached_property
    def middle(self) -> int:
        """Around when the file was recorded: the median of all its dates, -1 if it has none."""
        every = Messages(raw=self.raw, shapes=tuple(s for s in self.shapes if s.at and TIMESTAMP in s.fields))
        stamps = self.stamps(every)
        dates = stamps[stamps >= FIRST_DATE]
        return int(np.median(dates)) if len(dates) else UNKNOWN


@dataclass(frozen=True, kw_only=True, eq=False)
class Parsed:
    """The FIT files in one stream of bytes, and what is wrong with it ("" if nothing)."""

    files: tuple[FitFile, ...]
    flaw: str


def _whole(values: Float64[np.ndarray, " n"]) -> Int64[np.ndarray, " n"]:
    with np.errstate(invalid="ignore"):
        return np.where((values >= 0) & (values < 2**32), values, UNKNOWN).astype(np.int64)


def utc_of(stamps: Int64[np.ndarray, " n"]) -> Int64[np.ndarray, " n"]:
    """Seconds since 1970 of stamps that are dates; -1 for the others.

    >>> utc_of(np.array([1_000_000_000, 7, -1])).tolist()
    [1631065600, -1, -1]
    """
    return np.where(stamps >= FIRST_DATE, stamps + FIT_EPOCH_S, UNKNOWN)


def is_fit(head: bytes) -> bool:
    """Does a file that begins like this hold FIT?"""
    return len(head) >= _SHORT_HEADER and head[8:12] == _MAGIC and head[0] >= _SHORT_HEADER


def parse(raw: bytes, *, where: str) -> Parsed:
    """All messages up to the first place that makes no sense, file by file where several were joined.

    Raises: ReadError if it is no FIT file, is too large, or holds nothing.
    """
    if not is_fit(raw[:_SHORT_HEADER]):
        raise ReadError("a file without a FIT header", where=where, todo="Copy it from the device or account again.")
    if len(raw) > MAX_FIT_BYTES:
        raise ReadError(f"a FIT file above {MAX_FIT_BYTES:,} bytes", where=where)
    octets = np.frombuffer(raw, dtype=np.uint8)
    files, flaws, at, left = list[FitFile](), dict[str, None](), 0, MAX_MESSAGES
    for _ in range(MAX_CHAINED):
        end, stop, flaw = _extent(raw, at)
        walk = _Walk(left=left)
        broken = walk.run(raw, at + raw[at], stop)
        for each in filter(None, (flaw, broken)):
            flaws[each] = None
        files.append(FitFile(raw=octets, shapes=tuple(walk.shapes.values()), short_stamps=walk.short_stamps))
        left = walk.left
        if end >= len(raw):
            break
        if not is_fit(raw[end : end + _SHORT_HEADER]):
            flaws[f"{len(raw) - end:,} bytes after its end belong to nothing and were left out"] = None
            break
        at = end
    if not any(f.counts for f in files):
        raise ReadError("a FIT file without one message", where=where, todo="Copy it from the device again.")
    return Parsed(files=tuple(f for f in files if f.counts), flaw="; ".join(flaws))


def _extent(raw: bytes, at: int) -> tuple[int, int, str]:
    """Where the next file begins, where this one's messages stop, and what is wrong with its frame."""
    size = raw[at]
    start = at + size
    length = int.from_bytes(raw[at + 4 : at + 8], "little")
    stop = start + length
    if length == 0:
        # The length is written when a recording is closed.
        empty = start + 2 >= len(raw)
        words = "it ends after its header" if empty else "it was never closed by the device; what was found was kept"
        return len(raw), len(raw), words
    if stop + 2 > len(raw):
        missing = stop + 2 - len(raw)
        return len(raw), min(stop, len(raw)), f"it is cut short by {missing:,} bytes"
    flaw = ""
    if size >= 14 and int.from_bytes(raw[at + 12 : at + 14], "little") not in (0, crc16(raw[at : at + 12])):
        flaw = "the checksum of its header does not match"
    elif int.from_bytes(raw[stop : stop + 2], "little") not in (0, crc16(raw[at:stop])):
        flaw = "its checksum does not match what it holds; a part may be damaged"
    return stop + 2, stop, flaw


@dataclass(kw_only=True, eq=False)
class _Walk:
    """One pass over the headers of messages; `left` more are taken."""

    left: int
    shapes: dict[bytes, _Shape] = field(default_factory=dict)
    short_stamps: bool = False

    def run(self, raw: bytes, at: int, stop: int) -> str:
        """Find all messages from `at` on; says why it stopped early, "" if it did not."""
        sizes, definitions = [-1] * 16, 0
        notes: list[Callable[[int], None]] = [_nowhere] * 16
        for n in range(self.left + 1):
            if at >= stop:
                self.left -= n
                return ""
            header = raw[at]
            if header & 0x80:
                slot = (header >> 5) & 3
                self.short_stamps = True
            elif header & 0x40:
                shape, following = self._define(raw, at, stop)
                definitions += 1
                if shape is None or definitions > MAX_DEFINITIONS:
                    return f"a definition that cannot be, at byte {at:,}"
                sizes[header & 15], notes[header & 15] = shape.size, shape.at.append
                at = following
                continue
            else:
                slot = header & 15
            following = at + 1 + sizes[slot]
            if following <= at:
                return f"a message that was never defined, at byte {at:,}"
            if following > stop:
                return f"a message that is cut short, at byte {at:,}"
            notes[slot](at)
            at = following
        self.left = 0
        return f"more than {MAX_MESSAGES:,} messages; the first ones were kept"

    def _define(self, raw: bytes, at: int, stop: int) -> tuple[_Shape | None, int]:
        """The shape that a definition gives and where the next message begins; None if there is no such shape."""
        if at + 6 > stop or raw[at + 2] > 1:
            return None, at
        past = at + 6 + 3 * raw[at + 5]
        developer = raw[past] if raw[at] & 0x20 and past < stop else 0
        end = past + (1 + 3 * developer if raw[at] & 0x20 else 0)
        if end > stop:
            return None, at
        key = raw[at + 2 : end] + bytes([raw[at] & 0x20])
        if key not in self.shapes:
            if len(self.shapes) >= MAX_SHAPES:
                return None, at
            self.shapes[key] = _shape(raw, at, developer)
        return self.shapes[key], end


def _nowhere(at: int) -> None:
    """Where messages go that have no definition: they stop the walk first."""


def _shape(raw: bytes, at: int, developer: int) -> _Shape:
    order = ">" if raw[at + 2] else "<"
    fields, offset = dict[int, _Field](), 1
    for i in range(at + 6, at + 6 + 3 * raw[at + 5], 3):
        number, size, base = raw[i], raw[i + 1], raw[i + 2]
        fields.setdefault(number, _Field(number=number, size=size, base=base & 0x1F, at=offset))
        offset += size
    past = at + 6 + 3 * raw[at + 5] + 1
    extra = sum(raw[past + 1 : past + 3 * developer : 3]) if developer else 0
    return _Shape(
        number=int.from_bytes(raw[at + 3 : at + 5], "big" if raw[at + 2] else "little"),
        order=order,
        fields=fields,
        size=offset - 1 + extra,
        developer_bytes=extra,
    )


def believable(fit: FitFile, utc: Int64[np.ndarray, " n"]) -> np.ndarray:
    """Which times are near those of the rest of the file (within 60 days)."""
    if fit.middle < 0:
        return np.zeros(len(utc), dtype=np.bool_)
    return np.abs(utc - (fit.middle + FIT_EPOCH_S)) <= STRAY_S


def unreadable_fields(messages: Messages) -> Sequence[int]:
    """Numbers of fields whose type is not known or whose size does not fit it."""
    return sorted({f.number for s in messages.shapes for f in s.fields.values() if f.base != 7 and not f.readable})
