"""Minutes as they come: samples and amounts of one channel folded while reading, so that years fit into memory.

A minute takes 12 bytes whatever was recorded in it. Order does not matter. Minutes are kept in pages of half a year,
and a page is joined whenever as much new has come to it as it held, so that the work stays in proportion to the file
and no step needs the memory of more than a page.
"""

import mmap
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Float64, Int16, Int32, Int64

PAGE_MINUTES = 1 << 18
OWN_FROM = 16_384  # minutes of a page; smaller ones may be many
JOIN_FROM = 20_000  # minutes of a page; below this joining is not worth it


class Folded(NamedTuple):
    """Minutes since 1970, ascending, each once: the sum of its values, how many they were, its offset in minutes."""

    minute: Int32[np.ndarray, " m"]
    total: Float32[np.ndarray, " m"]
    n_values: Int16[np.ndarray, " m"]
    offset_min: Int16[np.ndarray, " m"]


_MOST = np.iinfo(np.int16).max


class _Page:
    """Half a year of a store."""

    def __init__(self) -> None:
        self.pieces: list[Folded] = []
        self.held = 0
        self._settled = 0

    def add(self, piece: Folded) -> None:
        self.pieces.append(piece)
        self.held += len(piece.minute)
        if self.held - self._settled > max(JOIN_FROM, self._settled):
            self.join()

    def join(self) -> None:
        if len(self.pieces) > 1:
            self.pieces = [_own(_fold(*(np.concatenate(columns) for columns in zip(*self.pieces, strict=True))))]
        self._settled = self.held = len(self.pieces[0].minute)


class MinuteStore:
    """One channel of one device."""

    def __init__(self) -> None:
        self._pages: dict[int, _Page] = {}

    @property
    def held(self) -> int:
        """Minutes in memory, some of them twice before they are joined."""
        return sum(page.held for page in self._pages.values())

    def add(
        self, utc: Int64[np.ndarray, " n"], values: Float64[np.ndarray, " n"], offset_s: Int32[np.ndarray, " n"]
    ) -> None:
        """Fold samples (seconds since 1970, a number each, offsets) into their minutes."""
        if not len(utc):
            return
        ones = np.ones(len(utc), dtype=np.int64)
        folded = _fold(utc // 60, values, ones, (offset_s // 60).astype(np.int64))
        first, last = int(folded.minute[0]) // PAGE_MINUTES, int(folded.minute[-1]) // PAGE_MINUTES
        edges = np.searchsorted(folded.minute, np.arange(first, last + 2) * PAGE_MINUTES).tolist()
        for number, (begin, end) in enumerate(pairwise(edges), start=first):
            if end > begin:
                if number not in self._pages:
                    for page in self._pages.values():  # a file is mostly in order: these are done with
                        page.join()
                    self._pages[number] = _Page()
                self._pages[number].add(_own(Folded(*(column[begin:end] for column in folded))))

    def take(self) -> Folded:
        """All minutes; the store is empty afterwards."""
        for page in self._pages.values():
            page.join()
        made = _empty(self.held)
        at = 0
        for number in sorted(self._pages):
            (piece,) = self._pages.pop(number).pieces
            for column, part in zip(made, piece, strict=True):
                column[at : at + len(part)] = part
            at += len(piece.minute)
        return made


def room(size: int, dtype: type[np.generic]) -> np.ndarray:
    """An array to be filled, in memory that goes back to the machine when it is freed.

    What small arrays and arrays of a few megabytes leave behind stays with the process, which years of minutes cannot
    afford.
    """
    itemsize = np.dtype(dtype).itemsize
    if size < OWN_FROM:
        return np.empty(size, dtype=dtype)
    return np.frombuffer(mmap.mmap(-1, size * itemsize), dtype=dtype)


def _empty(size: int) -> Folded:
    return Folded(room(size, np.int32), room(size, np.float32), room(size, np.int16), room(size, np.int16))


def _own(folded: Folded) -> Folded:
    made = _empty(len(folded.minute))
    for mine, column in zip(made, folded, strict=True):
        mine[:] = column
    return made


def _fold(minute: np.ndarray, total: np.ndarray, count: np.ndarray, offset_min: np.ndarray) -> Folded:
    """Sum what falls into one minute; of its offsets the largest stays, so that order does not show."""
    if bool((minute[1:] < minute[:-1]).any()):
        order = np.argsort(minute, kind="stable")
        minute, total, count, offset_min = minute[order], total[order], count[order], offset_min[order]
    begins = np.flatnonzero(np.concatenate(([True], minute[1:] != minute[:-1])))
    if len(begins) < len(minute):
        total = np.add.reduceat(total, begins, dtype=np.float64)
        count = np.add.reduceat(count, begins, dtype=np.int64)
        offset_min = np.maximum.reduceat(offset_min, begins)
        minute = minute[begins]
    return Folded(
        minute=minute.astype(np.int32),
        total=total.astype(np.float32),
        n_values=np.minimum(count, _MOST).astype(np.int16),
        offset_min=offset_min.astype(np.int16),
    )
