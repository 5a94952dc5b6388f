"""The log of a gt3x file: records with separator, type, time, payload and checksum, found again after damage.

Records of a chunk are handed on as groups of equal type and size, payloads as one array, so that nothing is decoded one
record at a time. A record whose checksum is wrong is counted and left out; where the chain of
records breaks, the next record with a right checksum picks it up. Every step moves forward.
Source: the maker's description (GT3X-File-Format); one real file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Int64, UInt8

from sennight.readers.raw_files import Hashed

SEPARATOR = 0x1E
HEADER_BYTES = 8
LEAST_BYTES = HEADER_BYTES + 1
CHUNK_BYTES = 1 << 20
HIGHEST_KIND = 0x3F  # the maker lists kinds up to 26
# How often, in one file, bytes are tried as a record in vain while the chain is lost: what a file of nothing but
# separators may cost. A damaged record costs a few.
MOST_TRIES = 20_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Records:
    """Records of one type and payload size: their times, seconds since 1970 as the device wrote them, and payloads."""

    kind: int
    stamp: Int64[np.ndarray, " k"]
    payload: UInt8[np.ndarray, "k size"]


@dataclass(kw_only=True)
class LogReader:
    """Reads a log once. `bad` counts records with a wrong checksum; `lost` bytes between records that are none.

    `bad_at` is the byte of the first bad record or lost byte; `cut` says that the last record is not whole, `given_up`
    that the rest of the file was left because too little of it made sense.
    """

    bad: int = 0
    lost: int = 0
    bad_at: int = -1
    cut: bool = False
    given_up: bool = False
    _tries: int = 0
    _buffer: bytes = b""
    _base: int = 0  # of the buffer, in the file
    _trusted: set[int] = field(default_factory=set)  # kind and size of records whose checksum was right

    def chunks(self, stream: Hashed) -> Iterator[list[Records]]:
        """The records of each chunk, by kind and size. Raises: ReadError if the stream is damaged."""
        while not self.given_up and (piece := stream.read(CHUNK_BYTES)):
            self._buffer += piece
            yield self._taken(last=False)
        if not self.given_up:
            yield self._taken(last=True)

    def _taken(self, *, last: bool) -> list[Records]:
        raw = self._buffer
        begins, keys, past = self._chain(raw, last=last)
        found = []
        if begins:
            bytes_, begin, key = np.frombuffer(raw, dtype=np.uint8), np.array(begins), np.array(keys)
            found = [self._group(bytes_, begin[key == one], int(one) & 0xFFFF) for one in np.unique(key)]
        self._buffer = raw[past:]
        self._base += past
        return [group for group in found if len(group.stamp)]

    def _group(self, bytes_: np.ndarray, begin: np.ndarray, size: int) -> Records:
        whole = bytes_[begin[:, None] + np.arange(LEAST_BYTES + size)]
        # One's complement of the XOR of everything before it: the XOR of all with the checksum is 255.
        good = np.bitwise_xor.reduce(whole, axis=1) == 0xFF
        if not good.all():
            self.bad += int((~good).sum())
            self._note(int(begin[~good].min()))
        kind, whole = int(whole[0, 1]), whole[good]
        stamp = np.ascontiguousarray(whole[:, 2:6]).view("<u4")[:, 0].astype(np.int64)
        return Records(kind=kind, stamp=stamp, payload=whole[:, HEADER_BYTES:-1])

    def _note(self, at: int) -> None:
        place = self._base + at
        self.bad_at = place if self.bad_at < 0 else min(self.bad_at, place)

    def _chain(self, raw: bytes, *, last: bool) -> tuple[list[int], list[int], int]:
        """Where records begin, their kind and size in one number, and how much of the buffer has been judged."""
        begins: list[int] = []
        keys: list[int] = []
        at, end = 0, len(raw)
        while at < end and not self.given_up:
            if raw[at] != SEPARATOR:
                # Zeros between records are harmless, says the maker.
                at = _after_zeros(raw, at) if raw[at] == 0 else self._resume(raw, at, last=last)
                continue
            if end - at < LEAST_BYTES:
                break
            key = raw[at + 1] << 16 | raw[at + 6] | raw[at + 7] << 8
            after = at + LEAST_BYTES + (key & 0xFFFF)
            if after > end:
                if not last:
                    break  # the rest of it is in the next chunk
                at = self._resume(raw, at, last=last)
            elif (key in self._trusted and (after == end or raw[after] == SEPARATOR)) or self._holds(raw, at, after):
                self._trusted.add(key)
                begins.append(at)
                keys.append(key)
                at = after
            else:
                self.bad += 1
                at = self._resume(raw, at, last=last)
        if last and at < end:
            self.cut = True
            self._note(at)
            at = end
        return begins, keys, at

    def _resume(self, raw: bytes, at: int, *, last: bool) -> int:
        """The next record with a right checksum, or as far as this buffer can tell; always beyond `at`."""
        self._note(at)
        place = at
        while (place := raw.find(SEPARATOR, place + 1)) >= 0:
            left = len(raw) - place
            if left < LEAST_BYTES:
                break
            size = raw[place + 6] | raw[place + 7] << 8
            whole = LEAST_BYTES + size <= left
            likely = raw[place + 1] <= HIGHEST_KIND and (raw[place + 1] << 16 | size) in self._trusted
            if (not whole and not last and likely) or (whole and self._holds(raw, place, place + LEAST_BYTES + size)):
                break
            if self.given_up:
                place = -1
                break
        past = place if place >= 0 else len(raw)
        self.lost += past - at
        return past

    def _holds(self, raw: bytes, begin: int, after: int) -> bool:
        """Is the checksum right, of a kind that there is? What fails too often ends the reading of the file."""
        if raw[begin + 1] <= HIGHEST_KIND:
            piece = np.frombuffer(raw, dtype=np.uint8, count=after - begin, offset=begin)
            if int(np.bitwise_xor.reduce(piece)) == 0xFF:
                return True
        self._tries += 1
        self.given_up = self._tries > MOST_TRIES
        return False


def _after_zeros(raw: bytes, at: int) -> int:
    """The first byte from `at` that is not zero; looks at a kilobyte at a time."""
    while at < len(raw):
        run = raw[at : at + 1_024]
        kept = len(run.lstrip(b"\0"))
        at += len(run) - kept
        if kept:
            break
    return at
