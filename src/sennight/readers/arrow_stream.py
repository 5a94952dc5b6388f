"""Arrow IPC streams, as much as data sets on disk need: names, strings and lists of numbers, row by row in place.

A decoder of our own instead of a library's, so that a damaged file is an error and never a crash, and so that one row
of a file of many gigabytes is read without the others: the bytes stay where they are (a memory map) and every offset
is checked against them before it is used. Compressed batches and dictionaries are refused.

Source: Arrow columnar format 1.5, "IPC Streaming Format"; Schema.fbs and Message.fbs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sennight.errors import ReadError

CONTINUATION = b"\xff\xff\xff\xff"
MAX_METADATA_BYTES = 64 * 1024**2
MAX_FIELDS = 10_000
MAX_DEPTH = 16
_SCHEMA, _RECORD_BATCH = 1, 3
# Types by number (Schema.fbs), those whose buffers are known.
_NULL, _UTF8, _LIST, _STRUCT, _FIXED_LIST, _LARGE_UTF8, _LARGE_LIST = 1, 5, 12, 13, 16, 20, 21
_FLOAT, _BINARY, _LARGE_BINARY = 3, 4, 19
_PLAIN = {2, _FLOAT, 6, 7, 8, 9, 10, 11, 15, 18}  # numbers, booleans, dates: validity and data
_WORDS = {_UTF8: 4, _LARGE_UTF8: 8, _BINARY: 4, _LARGE_BINARY: 8}  # bytes of an offset
_LISTS = {_LIST: 4, _LARGE_LIST: 8}
_DAMAGED = "an Arrow file that is damaged"


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column: its name, its type's number, what is in it, and for floats the bytes of one."""

    name: str
    type: int
    children: tuple["Field", ...]
    float_bytes: int
    list_size: int


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Some rows: where the buffers of each column lie in the file (offset, length), first column first."""

    n_rows: int
    buffers: tuple[tuple[int, int], ...]


class ArrowStream:
    """An Arrow stream over bytes that stay where they are; `batches` is complete when it was made.

    `cut_short` says what is missing if the end is not there. Raises: ReadError if there is no schema, or a batch is
    compressed, or anything points out of the file.
    """

    def __init__(self, raw: np.ndarray, *, where: str) -> None:
        self._raw, self._where = raw, where
        self.fields: tuple[Field, ...] = ()
        self.batches: list[Batch] = []
        self.cut_short = ""
        for kind, header, body, length in self._messages():
            if kind == _SCHEMA and not self.fields:
                self.fields = tuple(self._field(t, depth=0) for t in header.tables(1))
            elif kind == _RECORD_BATCH and self.fields:
                self.batches.append(self._batch(header, body, length))
            elif not self.fields:
                raise self._error("an Arrow file without a schema")
            else:
                raise self._error("an Arrow file with dictionaries, which is not read")
        if not self.fields:
            raise self._error("an Arrow file without a schema")

    def field(self, name: str) -> Field:
        """The column of this name. Raises: ReadError if there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise self._error(f"an Arrow file without the column '{name}'")

    def strings(self, batch: Batch, field: Field) -> list[str]:
        """All strings of a text column. Raises: ReadError if it is none, or damaged."""
        if field.type not in (_UTF8, _LARGE_UTF8):
            raise self._error(f"column '{field.name}' is no text")
        return self._strings_at(self._first_buffer(field), batch, _WORDS[field.type], batch.n_rows)

    def string_list(self, batch: Batch, field: Field, row: int) -> list[str]:
        """The strings in one row of a column of lists of text. Raises: ReadError as `strings`."""
        at = self._first_buffer(field)
        if field.type not in _LISTS or field.children[0].type not in (_UTF8, _LARGE_UTF8):
            raise self._error(f"column '{field.name}' is no list of text")
        start, stop = self._span(batch, at + 1, _LISTS[field.type], row)
        return self._strings_at(at + 2, batch, _WORDS[field.children[0].type], stop - start, first=start)

    def matrix(self, batch: Batch, field: Field, row: int) -> np.ndarray:
        """One row of a column of lists of lists of floats, as [inner list, number]; a view of the file's bytes.

        Raises: ReadError if it is another column, ragged, or damaged.
        """
        outer = field
        inner = outer.children[0] if outer.children else outer
        leaf = inner.children[0] if inner.children else inner
        if not {outer.type, inner.type} <= {*_LISTS, _FIXED_LIST} or leaf.type != _FLOAT or leaf.float_bytes < 4:
            raise self._error(f"column '{field.name}' is no table of numbers")
        at = self._first_buffer(field)
        start, stop = self._list_span(batch, outer, at, row)
        at += 1 if outer.type == _FIXED_LIST else 2
        if stop <= start:
            return np.empty((0, 0), dtype=np.float32)
        first, _ = self._list_span(batch, inner, at, start)
        _, last = self._list_span(batch, inner, at, stop - 1)
        width, ragged = divmod(last - first, stop - start)
        middle, _ = self._list_span(batch, inner, at, start + (stop - start) // 2)
        if ragged or width <= 0 or middle - first != width * ((stop - start) // 2):
            raise self._error(f"column '{field.name}' has rows of unequal length")
        at += (1 if inner.type == _FIXED_LIST else 2) + 1
        flat = self._numbers(batch, at, f"<f{leaf.float_bytes}", first, last)
        return flat.reshape(stop - start, width)

    # --- buffers ------------------------------------------------------------------------------------------------------

    def _first_buffer(self, field: Field) -> int:
        at = 0
        for other in self.fields:
            if other is field:
                return at
            at += _n_buffers(other)
        raise self._error(_DAMAGED)

    def _numbers(self, batch: Batch, buffer: int, dtype: str, start: int, stop: int) -> np.ndarray:
        if buffer >= len(batch.buffers):
            raise self._error(_DAMAGED)
        offset, length = batch.buffers[buffer]
        size = int(dtype[2:])
        if not 0 <= start <= stop or stop * size > length:
            raise self._error(_DAMAGED)
        return self._raw[offset + start * size : offset + stop * size].view(np.dtype(dtype))

    def _span(self, batch: Batch, buffer: int, size: int, i: int) -> tuple[int, int]:
        start, stop = (int(n) for n in self._numbers(batch, buffer, f"<i{size}", i, i + 2))
        if not 0 <= start <= stop:
            raise self._error(_DAMAGED)
        return start, stop

    def _list_span(self, batch: Batch, field: Field, at: int, i: int) -> tuple[int, int]:
        if field.type == _FIXED_LIST:
            return i * field.list_size, (i + 1) * field.list_size
        return self._span(batch, at + 1, _LISTS[field.type], i)

    def _strings_at(self, buffer: int, batch: Batch, size: int, n: int, *, first: int = 0) -> list[str]:
        offsets = self._numbers(batch, buffer + 1, f"<i{size}", first, first + n + 1) if n else np.zeros(1, np.int64)
        if (np.diff(offsets) < 0).any() or (n and offsets[0] < 0):
            raise self._error(_DAMAGED)
        text = self._numbers(batch, buffer + 2, "<u1", int(offsets[0]), int(offsets[-1])).tobytes() if n else b""
        cuts = (offsets - offsets[0]).tolist()
        return [text[a:b].decode("utf-8", errors="replace") for a, b in pairwise(cuts)]

    # --- messages -----------------------------------------------------------------------------------------------------

    def _messages(self) -> Iterator[tuple[int, "_Table", int, int]]:
        """Kind, header, where the body begins and its length, of each whole message."""
        at, size = 0, len(self._raw)
        while True:
            head = self._raw[at : at + 8].tobytes()
            if len(head) < 8 or head[:4] != CONTINUATION:
                self.cut_short = "the end of the stream is missing"
                return
            length = int.from_bytes(head[4:], "little", signed=True)
            if length == 0:
                return
            body = at + 8 + length
            if not 0 < length <= MAX_METADATA_BYTES or body > size:
                self.cut_short = "a message is damaged or cut short; nothing behind it was read"
                return
            message = _Table.root(self._raw[at + 8 : body].tobytes(), where=self._where)
            n_body = message.integer(3, 8)
            if not 0 <= n_body <= size - body:
                self.cut_short = "the last batch of rows is cut short and was not read"
                return
            yield message.integer(1, 1), message.table(2), body, n_body
            at = body + n_body  # always behind `at`, for length is above zero

    def _field(self, table: "_Table", *, depth: int) -> Field:
        if depth > MAX_DEPTH:
            raise self._error(_DAMAGED)
        kind = table.integer(2, 1)
        known = {_NULL, _STRUCT, _FIXED_LIST, *_PLAIN, *_WORDS, *_LISTS}
        children = tuple(self._field(t, depth=depth + 1) for t in table.tables(5))
        if kind not in known or table.has(4) or (kind in {_FIXED_LIST, *_LISTS} and len(children) != 1):
            raise self._error("an Arrow file with a kind of column that is not read")
        details = table.table(3) if table.has(3) else None
        precision = details.integer(0, 2) if details and kind == _FLOAT else -1
        list_size = details.integer(0, 4) if details and kind == _FIXED_LIST else 0
        return Field(
            name=table.text(0), type=kind, children=children, float_bytes={0: 2, 1: 4, 2: 8}.get(precision, 0),
            list_size=max(list_size, 0),
        )  # fmt: skip

    def _batch(self, header: "_Table", body: int, length: int) -> Batch:
        if header.has(3):
            raise self._error("an Arrow file that is compressed, which is not read")
        n_rows = header.integer(0, 8)
        buffers = [(body + offset, size) for offset, size in header.pairs(2)]
        if n_rows < 0 or any(offset < body or size < 0 or offset + size > body + length for offset, size in buffers):
            raise self._error(_DAMAGED)
        return Batch(n_rows=n_rows, buffers=tuple(buffers))

    def _error(self, what: str) -> ReadError:
        return ReadError(what, where=self._where, todo="Save or download it again.")


def _n_buffers(field: Field) -> int:
    own = 0 if field.type == _NULL else 3 if field.type in _WORDS else 1 if field.type in (_STRUCT, _FIXED_LIST) else 2
    return own + sum(_n_buffers(child) for child in field.children)


@dataclass(frozen=True, kw_only=True)
class _Table:
    """A table of a flatbuffer; fields by their number. Everything out of its bytes is a ReadError."""

    raw: bytes
    at: int
    where: str

    @classmethod
    def root(cls, raw: bytes, *, where: str) -> "_Table":
        start = cls(raw=raw, at=0, where=where)
        return cls(raw=raw, at=start._int(0, 4, signed=False), where=where)

    def has(self, i: int) -> bool:
        return self._place(i) > 0

    def integer(self, i: int, size: int) -> int:
        place = self._place(i)
        return self._int(place, size) if place else 0

    def table(self, i: int) -> "_Table":
        return self._table_at(self._needed(i))

    def tables(self, i: int) -> list["_Table"]:
        start, n = self._vector(i, 4)
        return [self._table_at(start + 4 * k) for k in range(n)]

    def pairs(self, i: int) -> list[tuple[int, int]]:
        start, n = self._vector(i, 16)
        return [(self._int(start + 16 * k, 8), self._int(start + 16 * k + 8, 8)) for k in range(n)]

    def text(self, i: int) -> str:
        start, n = self._vector(i, 1)
        return self.raw[start : start + n].decode("utf-8", errors="replace")

    def _vector(self, i: int, size: int) -> tuple[int, int]:
        """Where its elements start and how many there are; 0, 0 if it is absent."""
        place = self._place(i)
        if not place:
            return 0, 0
        start = place + self._int(place, 4, signed=False)
        n = self._int(start, 4, signed=False)
        if n > MAX_FIELDS * 16 or start + 4 + n * size > len(self.raw):
            raise self._error()
        return start + 4, n

    def _table_at(self, place: int) -> "_Table":
        return _Table(raw=self.raw, at=place + self._int(place, 4, signed=False), where=self.where)

    def _needed(self, i: int) -> int:
        place = self._place(i)
        if not place:
            raise self._error()
        return place

    def _place(self, i: int) -> int:
        """Where field i is, 0 if it is absent."""
        directory = self.at - self._int(self.at, 4)
        if self._int(directory, 2, signed=False) < 6 + 2 * i:
            return 0
        offset = self._int(directory + 4 + 2 * i, 2, signed=False)
        return self.at + offset if offset else 0

    def _int(self, at: int, size: int, *, signed: bool = True) -> int:
        if not 0 <= at <= len(self.raw) - size:
            raise self._error()
        return int.from_bytes(self.raw[at : at + size], "little", signed=signed)

    def _error(self) -> ReadError:
        return ReadError(_DAMAGED, where=self.where, todo="Save or download it again.")
