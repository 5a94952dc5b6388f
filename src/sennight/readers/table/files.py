"""Open CSV and Parquet tables: the names of their columns, and frames of the columns one asks for.

Promises: the encoding, separator and decimal sign of a CSV are found from evidence in the file, its cells come
as text (numbers are made where the unit is known), and damage of any kind is one ReadError.
"""

import codecs
import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float64

from sennight.errors import ReadError
from sennight.readers.guard import Member, check_parquet, on_disk

MINUTES = 1_440
_HEAD_BYTES = 65_536
_LINES_OF_EVIDENCE = 20
_SEPARATORS = (",", ";", "\t", "|")
_CSV_ENDINGS = (".csv", ".tsv", ".txt")
_PARQUET_MAGIC = b"PAR1"
_DAMAGE = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError, OverflowError, MemoryError)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a CSV is written."""

    encoding: str
    separator: str


@dataclass(frozen=True, kw_only=True)
class Header:
    """The names of a table's columns, and which of them hold a list of numbers a row."""

    names: tuple[str, ...]
    lists: frozenset[str] = frozenset()


def is_parquet(member: Member) -> bool:
    """By its first four bytes, whatever its name. Raises: ReadError if it cannot be opened."""
    return member.head(len(_PARQUET_MAGIC)) == _PARQUET_MAGIC


def may_be_table(member: Member) -> bool:
    """By name only: does it end like a table?"""
    return member.name.lower().endswith((".parquet", ".pq", *_CSV_ENDINGS))


def header_of(member: Member) -> Header:
    """The columns, without reading any row.

    Raises: ReadError if the file is empty, cut short, or no table.
    """
    if member.size == 0:
        raise ReadError("an empty file", where=member.name, todo="Export or download it again.")
    if is_parquet(member):
        return _parquet_header(member)
    head = _decoded_head(member)
    first = _first_lines(head[0])
    if not first:
        raise ReadError("a table without a header", where=member.name)
    names = next(csv.reader([first[0]], delimiter=_separator(first)), [])
    if len(names) < 2:
        raise ReadError(
            "a text file without columns", where=member.name, todo="A CSV has a header with a comma, semicolon or tab."
        )
    return Header(names=tuple(name.strip() for name in names))


def frame_of(member: Member, columns: Sequence[str]) -> pl.DataFrame:
    """These columns, all rows; a CSV's as text.

    Raises: ReadError if a column is missing or the file is damaged.
    """
    present = header_of(member).names
    absent = [c for c in columns if c not in present]
    if absent:
        raise ReadError(
            f"a table without the column{'s' if len(absent) > 1 else ''} {', '.join(absent)}",
            where=member.name,
            todo=f"Its columns are: {_listed(present)}.",
        )
    try:
        if is_parquet(member):
            with on_disk(member) as path:
                check_parquet(path, columns, where=member.name)
                return pl.read_parquet(path, columns=list(columns), memory_map=False)
        return _csv_frame(member, columns)
    except _DAMAGE as error:
        raise ReadError(
            "a table that is damaged or cut short", where=member.name, todo="Export or download it again."
        ) from error


def _listed(names: Sequence[str], most: int = 20) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _parquet_header(member: Member) -> Header:
    try:
        with on_disk(member) as path:
            check_parquet(path, where=member.name)
            schema = pl.read_parquet_schema(path)
    except _DAMAGE as error:
        raise ReadError(
            "a Parquet table that is damaged or cut short", where=member.name, todo="Download it again."
        ) from error
    lists = frozenset(name for name, kind in schema.items() if isinstance(kind, pl.List | pl.Array))
    return Header(names=tuple(schema), lists=lists)


def _decoded_head(member: Member) -> tuple[str, str]:
    """The beginning as text, and its encoding."""
    raw = member.head(_HEAD_BYTES)
    encoding = _encoding(raw)
    try:
        return codecs.getincrementaldecoder(encoding)().decode(raw), encoding
    except UnicodeDecodeError as error:
        raise ReadError("a file that is neither text nor Parquet", where=member.name) from error


def _encoding(raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in raw[:200]:
        # UTF-16 without a mark: in text of Latin letters every second byte is zero.
        return "utf-16-le" if raw[1:2] == b"\x00" else "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8-sig")().decode(raw)
    except UnicodeDecodeError:
        return "cp1252"  # what spreadsheets on Windows write
    return "utf-8-sig"


def _first_lines(text: str) -> list[str]:
    return [line for line in text.splitlines()[: _LINES_OF_EVIDENCE + 1] if line.strip()]


def _separator(lines: Sequence[str]) -> str:
    """The sign that splits every line into the same number of columns; the header's most frequent one else."""
    # The last line of a head may be cut, so it is no evidence where there are others.
    evidence = [re.sub(r'"[^"]*"', "", line) for line in (lines[:-1] if len(lines) > 2 else lines)]
    counts = {s: [line.count(s) for line in evidence] for s in _SEPARATORS}
    even = [s for s in _SEPARATORS if counts[s][0] > 0 and len(set(counts[s])) == 1]
    return max(even or _SEPARATORS, key=lambda s: counts[s][0])


def dialect_of(member: Member) -> Dialect:
    """Encoding and separator of a CSV. Raises: ReadError if it is no text."""
    text, encoding = _decoded_head(member)
    return Dialect(encoding=encoding, separator=_separator(_first_lines(text)))


def _csv_frame(member: Member, columns: Sequence[str]) -> pl.DataFrame:
    dialect = dialect_of(member)
    raw = member.read()
    try:
        # A stray byte behind the head makes a file cp1252 that began as UTF-8.
        text = raw.decode(dialect.encoding)
    except UnicodeDecodeError as error:
        if dialect.encoding != "utf-8-sig":
            raise ReadError("a text file with bytes that are no text", where=member.name) from error
        text = raw.decode("cp1252", errors="replace")
    names = header_of(member).names
    frame = pl.read_csv(
        text.encode(),
        separator=dialect.separator,
        infer_schema=False,
        columns=sorted({names.index(c) for c in columns}),
    )
    frame = frame.rename({name: name.strip() for name in frame.columns}).select(columns)
    text_columns = [c.str.strip_chars() for c in frame]
    return pl.DataFrame(text_columns if dialect.separator == "," else [_decimal_point(c) for c in text_columns])


def _decimal_point(column: pl.Series) -> pl.Series:
    """Cells like 61,5 with a point, if every fraction of the column is written so; the separator is no comma here."""
    has_comma = bool(column.str.contains(r"^\s*-?\d+,\d+\s*$").any())
    has_point = bool(column.str.contains(r"\d\.\d").any())
    return column.str.replace(",", ".", literal=True) if has_comma and not has_point else column


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """A column as numbers: NaN where empty or unreadable; `unreadable` cells held something else."""

    values: Float64[np.ndarray, " n"]
    unreadable: np.ndarray  # [n] bool


def numbers_of(column: pl.Series, *, where: str) -> Numbers:
    """Text, integers, booleans, decimals and floats as float64.

    Raises: ReadError if the column holds lists or times.
    """
    kind = column.dtype
    if not (kind.is_numeric() or kind in (pl.String, pl.Boolean, pl.Null, pl.Categorical)):
        raise ReadError(f"column '{column.name}' holds {kind}, not numbers", where=where)
    if kind == pl.Categorical:
        column = column.cast(pl.String)
    as_float = column.cast(pl.Float64, strict=False)
    unreadable = (as_float.is_null() & column.is_not_null()).to_numpy()
    if column.dtype == pl.String:
        unreadable = unreadable & (column.fill_null("") != "").to_numpy()
    values = as_float.fill_null(np.nan).to_numpy().astype(np.float64, copy=False)
    return Numbers(values=values, unreadable=unreadable)


def text_of(column: pl.Series) -> pl.Series:
    """A column of ids or codes as text; 31128.0 is written 31128."""
    if column.dtype.is_float():
        whole = column.is_not_null() & (column == column.floor())
        if bool(whole.fill_null(value=False).sum() == column.is_not_null().sum()):
            column = column.cast(pl.Int64, strict=False)
    if column.dtype in (pl.Binary, pl.Object) or column.dtype.is_nested():
        raise ReadError(f"column '{column.name}' holds {column.dtype}, not ids or text")
    return column.cast(pl.String, strict=False).str.strip_chars()
