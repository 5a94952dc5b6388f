"""SAS transport files (versions 5 and 6), decoded exactly with numpy over a memory map, in constant memory.

Promises: numbers equal to the last bit what the file says, also where it holds more bits than a double
(rounded to nearest even); missing numbers are NaN, with their mark ('.', 'A' to 'Z', '_') kept beside them.
Reads one table a file; files of version 8 and files of several tables are refused by name.

Layout: 80-byte records; six header records, one 140-byte description a variable (padded to 80), one
more header record, then rows of fixed width without separators, blank-padded to 80 at the end. Numbers
are IBM hexadecimal floats, 2 to 8 bytes, big-endian, cut off at the right.
Source: SAS technical paper TS-140, "Record layout of a SAS version 5 or 6 data set in transport format".
"""

import mmap
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

import numpy as np
from jaxtyping import Float64, UInt8, UInt64

from sennight.errors import ReadError, SennightBug

RECORD_BYTES = 80
HEADER_RECORDS = 8  # library (1 + 2), member (1), descriptor (1), member data (2), variables (1)
WORD_BYTES = 8
NAMESTR_BYTES = (140, 136)  # 136 on VAX
CHUNK_ROWS = 16_384  # of a minute file about 1 MB: large enough for numpy, small enough for the cache (measured)

LIBRARY = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!"
LIBRARY_8 = b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!"
MEMBER = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!"
DESCRIPTOR = b"HEADER RECORD*******DSCRPTR HEADER RECORD!!!!!!!"
NAMESTR = b"HEADER RECORD*******NAMESTR HEADER RECORD!!!!!!!"
OBSERVATIONS = b"HEADER RECORD*******OBS     HEADER RECORD!!!!!!!"

# What a file that is not a transport file most often is, by its first bytes.
LOOKS_LIKE: tuple[tuple[bytes, str], ...] = (
    (LIBRARY_8, "a SAS transport file of version 8"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PAR1", "a parquet file"),
    (b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xc2\xea\x81\x60", "a SAS data set (sas7bdat)"),
    (b"**COMPRESSED**", "a compressed SAS CPORT file"),
    (b"<!DOCTYPE", "a web page"),
    (b"<!doctype", "a web page"),
    (b"<html", "a web page"),
    (b"<HTML", "a web page"),
    (b"<?xml", "an XML file"),
    (b"{", "a JSON file"),
)

# value = 0.fraction * 16 ** (exponent - 64), the fraction being the low 56 bits, the exponent the 7 bits above
# them, the sign the top bit. One factor for each of the 256 top bytes; each is a power of two, hence exact.
FRACTION_BITS = 56
FRACTION = np.uint64((1 << FRACTION_BITS) - 1)
_EXPONENT = 4 * (np.arange(256) % 128 - 64) - FRACTION_BITS
SCALE: Float64[np.ndarray, "256"] = np.where(np.arange(256) < 128, 1.0, -1.0) * np.ldexp(1.0, _EXPONENT)
# A missing number is its mark followed by zeros; no number looks like that, since a fraction is never zero.
IS_MARK = np.isin(np.arange(256), np.frombuffer(b"._ABCDEFGHIJKLMNOPQRSTUVWXYZ", dtype=np.uint8))


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One column: where it lies in a row (bytes) and what it holds."""

    name: str
    label: str
    kind: Literal["number", "text"]
    offset: int
    length: int


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Everything the headers say: enough to find any cell."""

    path: Path
    table: str
    label: str
    variables: tuple[Variable, ...]
    first_byte: int
    row_bytes: int
    n_rows: int

    @property
    def names(self) -> tuple[str, ...]:
        """Variable names, in file order."""
        return tuple(v.name for v in self.variables)

    def variable(self, name: str) -> Variable:
        """Raises: ReadError listing what the table has."""
        for v in self.variables:
            if v.name == name:
                return v
        raise ReadError(
            f"table {self.table} has no variable {name}", where=str(self.path), todo=f"It has {', '.join(self.names)}."
        )

    def require(self, names: Iterable[str], *, kind: Literal["number", "text"] = "number") -> None:
        """Raises: ReadError if one of these variables is absent or of the other kind."""
        for name in names:
            if self.variable(name).kind != kind:
                raise ReadError(
                    f"variable {name} of table {self.table} should be a {kind}",
                    where=str(self.path),
                    todo="Use the file as the survey publishes it.",
                )


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """Some rows of some columns. Numbers are float64 with NaN for missing, texts are numpy strings.

    `marks` holds, for each number column with missing values, the ASCII code of the mark in each row, 0 if present.
    """

    first_row: int
    values: dict[str, np.ndarray]
    marks: dict[str, UInt8[np.ndarray, " row"]]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.values[name]

    def __len__(self) -> int:
        return len(next(iter(self.values.values()), ()))


def decode_numbers(words: UInt64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
    """Turn 8-byte IBM floats (as native integers) into doubles; missing marks become NaN.

    >>> decode_numbers(np.array([0x4110000000000000, 0xC276A00000000000, 0x2E00000000000000], dtype=np.uint64))
    array([   1.   , -118.625,      nan])
    """
    top = (words >> np.uint64(FRACTION_BITS)).astype(np.uint8)
    fraction = (words & FRACTION).view(np.int64)
    numbers = fraction.astype(np.float64)
    numbers *= SCALE[top]
    if not fraction.all():
        numbers[(fraction == 0) & IS_MARK[top]] = np.nan
    return numbers


def missing_marks(words: UInt64[np.ndarray, " n"]) -> UInt8[np.ndarray, " n"]:
    """ASCII code of the missing mark of each 8-byte IBM float, 0 where there is a number."""
    top = (words >> np.uint64(FRACTION_BITS)).astype(np.uint8)
    return np.where(((words & FRACTION) == 0) & IS_MARK[top], top, 0).astype(np.uint8)


def is_xport(path: Path) -> bool:
    """Whether the file starts as a transport file of version 5 or 6 does; never raises."""
    try:
        with path.open("rb") as file:
            return file.read(len(LIBRARY)) == LIBRARY
    except OSError:
        return False


def read_layout(path: Path) -> Layout:
    """Read the headers of one file.

    Raises: ReadError if it is something else (named), cut off, or of several tables.
    """
    with path.open("rb") as file:
        head = file.read(RECORD_BYTES * HEADER_RECORDS)
        _check_headers(path, head)
        records = [head[i : i + RECORD_BYTES] for i in range(0, len(head), RECORD_BYTES)]
        namestr_bytes, n_variables = int(records[3][74:78]), int(records[7][54:58])
        block = -(-namestr_bytes * n_variables // RECORD_BYTES) * RECORD_BYTES
        described, observations = file.read(block), file.read(RECORD_BYTES)
    if len(described) < block or not observations.startswith(OBSERVATIONS):
        raise _cut_off(path, "in the description of its variables")
    variables = tuple(
        _variable(described[i * namestr_bytes : (i + 1) * namestr_bytes], path) for i in range(n_variables)
    )
    row_bytes = max((v.offset + v.length for v in variables), default=0)
    if row_bytes == 0 or sum(v.length for v in variables) != row_bytes:
        raise ReadError("the variables of a transport file do not fill its rows", where=str(path), todo=_FRESH)
    first_byte = len(head) + block + RECORD_BYTES
    return Layout(
        path=path,
        table=_text(records[5][8:16]),
        label=_text(records[6][32:72]),
        variables=variables,
        first_byte=first_byte,
        row_bytes=row_bytes,
        n_rows=_count_rows(path, first_byte=first_byte, row_bytes=row_bytes),
    )


class Rows:
    """The rows of one transport file, read by position over a memory map. A context manager.

    Resident memory stays constant: pages that were decoded are handed back.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._map: mmap.mmap | None = None

    def __enter__(self) -> "Rows":
        with self.layout.path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._map is not None:
            # While an error is on its way up, its frames may still hold views; the map then closes with them.
            with suppress(BufferError):
                self._map.close()
            self._map = None

    def take(self, start: int, stop: int, *, columns: Sequence[str] | None = None) -> Columns:
        """Decode rows start to stop (exclusive) of these columns, all if None.

        Raises: ReadError if a column is absent.
        """
        if self._map is None:
            raise SennightBug("rows of a transport file were asked for outside its `with` block")
        chosen = self.layout.variables if columns is None else [self.layout.variable(name) for name in columns]
        start, stop = max(start, 0), min(stop, self.layout.n_rows)
        begin = self.layout.first_byte + start * self.layout.row_bytes
        n = max(stop - start, 0)
        values: dict[str, np.ndarray] = {}
        marks: dict[str, np.ndarray] = {}
        for variable in chosen:
            if variable.kind == "text":
                values[variable.name] = self._texts(variable, begin=begin, n=n)
                continue
            words = self._words(variable, begin=begin, n=n)
            numbers = decode_numbers(words)
            values[variable.name] = numbers
            if np.isnan(numbers).any():
                marks[variable.name] = missing_marks(words)
        return Columns(first_row=start, values=values, marks=marks)

    def chunks(self, *, columns: Sequence[str] | None = None, rows: int = CHUNK_ROWS) -> Iterator[Columns]:
        """All rows, some at a time.

        Raises: ReadError if a column is absent or a second table begins among the rows.
        """
        for start in range(0, self.layout.n_rows, rows):
            self._refuse_second_table(start, start + rows)
            yield self.take(start, start + rows, columns=columns)
            self.forget(start, start + rows)

    def forget(self, start: int, stop: int) -> None:
        """Hand the pages of these rows back to the system, so that reading a large file stays small."""
        if self._map is None or not hasattr(mmap, "MADV_DONTNEED"):
            return
        begin = self.layout.first_byte + start * self.layout.row_bytes
        end = self.layout.first_byte + min(stop, self.layout.n_rows) * self.layout.row_bytes
        begin -= begin % mmap.PAGESIZE
        if end > begin:
            self._map.madvise(mmap.MADV_DONTNEED, begin, min(end, len(self._map)) - begin)

    def _words(self, variable: Variable, *, begin: int, n: int) -> UInt64[np.ndarray, " row"]:
        """Cells of 2 to 8 bytes as 8-byte integers; the bytes that were cut off are zero.

        The 8 bytes that end where a cell ends are read (headers precede the first row, so there are 8), and the
        foreign ones shifted out: one pass, and never beyond the end of the file.
        """
        words = self._view(">u8", end=begin + variable.offset + variable.length, n=n).astype(np.uint64)
        if variable.length < WORD_BYTES:
            words <<= np.uint64(8 * (WORD_BYTES - variable.length))
        return words

    def _texts(self, variable: Variable, *, begin: int, n: int) -> np.ndarray:
        """Cells as strings without trailing blanks."""
        cells = self._view(f"S{variable.length}", end=begin + variable.offset + variable.length, n=n)
        distinct, place = np.unique(cells, return_inverse=True)
        texts = np.char.rstrip(np.char.decode(distinct, "latin-1"), " ")
        return texts[place]

    def _view(self, cell: str, *, end: int, n: int) -> np.ndarray:
        """One cell a row, the first ending at byte `end`; a view of the map."""
        dtype = np.dtype(cell)
        if n == 0 or self._map is None:
            return np.empty(0, dtype=dtype)
        view: np.ndarray = np.ndarray(
            (n,), dtype=dtype, buffer=self._map, offset=end - dtype.itemsize, strides=(self.layout.row_bytes,)
        )
        return view

    def _refuse_second_table(self, start: int, stop: int) -> None:
        assert self._map is not None
        begin = self.layout.first_byte + start * self.layout.row_bytes
        end = self.layout.first_byte + stop * self.layout.row_bytes + len(MEMBER)
        if self._map.find(MEMBER, begin, end) >= 0:
            raise ReadError(
                "the transport file holds more than one table",
                where=str(self.layout.path),
                todo="Split it into one file a table, as the survey publishes them.",
            )


def read_table(path: Path, *, columns: Sequence[str] | None = None) -> Columns:
    """A whole table at once; for the small ones.

    Raises: ReadError if the file is not a whole transport file or lacks a column.
    """
    layout = read_layout(path)
    with Rows(layout) as rows:
        parts = list(rows.chunks(columns=columns))
        if not parts:
            return rows.take(0, 0, columns=columns)
    marks = {name for part in parts for name in part.marks}
    return Columns(
        first_row=0,
        values={name: np.concatenate([p.values[name] for p in parts]) for name in parts[0].values},
        marks={
            name: np.concatenate([p.marks.get(name, np.zeros(len(p), dtype=np.uint8)) for p in parts])
            for name in sorted(marks)
        },
    )


_FRESH = "Fetch the file again from its source; `sennight fetch` checks what it downloads."


def _cut_off(path: Path, place: str) -> ReadError:
    return ReadError(f"the transport file ends {place}", where=str(path), todo=_FRESH)


def _check_headers(path: Path, head: bytes) -> None:
    if not head.startswith(LIBRARY):
        near = next((what for magic, what in LOOKS_LIKE if head.startswith(magic)), "")
        if not head:
            near = "an empty file"
        what = f"this is not a SAS transport file of version 5 or 6: it looks like {near}" if near else (
            "this is not a SAS transport file of version 5 or 6"
        )  # fmt: skip
        raise ReadError(what, where=str(path), todo="Give the .XPT file as the survey publishes it, unpacked.")
    if len(head) < RECORD_BYTES * HEADER_RECORDS:
        raise _cut_off(path, "inside its headers")
    for place, magic in ((3, MEMBER), (4, DESCRIPTOR), (7, NAMESTR)):
        if not head[place * RECORD_BYTES :].startswith(magic):
            raise ReadError("a header record of the transport file is damaged", where=str(path), todo=_FRESH)
    length, count = head[3 * RECORD_BYTES + 74 : 3 * RECORD_BYTES + 78], head[7 * RECORD_BYTES + 54 :][:4]
    if not (length.isdigit() and count.isdigit() and int(length) in NAMESTR_BYTES):
        raise ReadError("a header record of the transport file is damaged", where=str(path), todo=_FRESH)


def _variable(described: bytes, path: Path) -> Variable:
    """One variable description: kind, length, name, label, offset at fixed places."""
    kind, _, length = struct.unpack_from(">hhh", described)
    (offset,) = struct.unpack_from(">i", described, 84)
    name = _text(described[8:16])
    low, high = (2, 8) if kind == 1 else (1, 200)
    if kind not in (1, 2) or not low <= length <= high or offset < 0 or not name:
        raise ReadError("the description of a variable is damaged", where=str(path), todo=_FRESH)
    return Variable(
        name=name,
        label=_text(described[16:56]),
        kind="number" if kind == 1 else "text",
        offset=offset,
        length=length,
    )


def _count_rows(path: Path, *, first_byte: int, row_bytes: int) -> int:
    """Whole rows between the headers and the blank padding of the last record.

    A row of blanks alone that lies inside that padding is padding: the format cannot tell them apart.
    Raises: ReadError if the bytes at the end are neither a whole row nor padding.
    """
    size = path.stat().st_size
    body = size - first_byte
    n, rest = divmod(body, row_bytes)
    with path.open("rb") as file:
        file.seek(first_byte + n * row_bytes)
        tail = file.read()
        if size % RECORD_BYTES or len(tail) != rest or rest >= RECORD_BYTES or tail.strip(b" "):
            raise _cut_off(path, "inside a row")
        while n and body - (n - 1) * row_bytes < RECORD_BYTES:
            file.seek(first_byte + (n - 1) * row_bytes)
            if file.read(row_bytes).strip(b" "):
                break
            n -= 1
    return n


def _text(raw: bytes) -> str:
    return raw.rstrip(b" \x00").decode("latin-1")
