"""The first sheet of an Excel workbook (.xlsx) as a table of text: only what exporters of wearables write into one.

A workbook is a zip of XML; both are opened by the guard alone. Strings stand in a list of their own and cells point to
them. Formulas, formats and further sheets are not looked at. Damage in the middle keeps the rows before it.

Source: ECMA-376 (Office Open XML), part 1, 18.3 and 18.4.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
from jaxtyping import Float64, Int64

from sennight.errors import ReadError
from sennight.readers.guard import Member, XmlStart, is_zip, members, xml_events
from sennight.record import SECONDS_PER_DAY

MAX_ROWS = 1_048_576  # of a sheet, Excel's own limit
MAX_COLUMNS = 512  # Excel allows 16,384; no wearable's export has more than some dozens
MAX_STRINGS = 4_000_000
MAX_CHARACTERS = 64 * 1024**2  # of all strings together
MAX_CELL_CHARACTERS = 32_767  # Excel's own limit
MOST_PREAMBLE_ROWS = 200
EXCEL_EPOCH_DAY = -25_569  # 1899-12-30, day 0 of the 1900 date system counted from 1970-01-01
_ROWS_A_FRAME = 20_000
_SHEET = re.compile(r"xl/worksheets/sheet(\d{1,4})\.xml")
_STRINGS = "xl/sharedStrings.xml"
_REFERENCE = re.compile(r"([A-Z]{1,3})\d{1,7}")
_AGAIN = "Export it again."


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """A sheet: the rows above the table, the table as text (null where empty), and what is missing of it."""

    preamble: tuple[tuple[str, ...], ...]
    table: pl.DataFrame
    cut_short: str


def workbook_head(path: Path, n: int) -> bytes:
    """The first bytes of a workbook's strings and of its first sheet, to look for names in; empty if it is none.

    Raises: ReadError if the archive is damaged.
    """
    if not is_zip(path):
        return b""
    parts = {m.name: m for m in members(path)}
    names = [_STRINGS, *sorted(n for n in parts if _SHEET.fullmatch(n))[:1]]
    return b"".join(parts[name].head(n) for name in names if name in parts)


def read_sheet(path: Path, *, needed: Sequence[str]) -> Sheet:
    """The table of the first sheet whose header has the needed names; `cut_short` is empty if the file is whole.

    Raises: ReadError if it is no workbook, no row has the needed names, or it is beyond a limit.
    """
    if not is_zip(path):
        raise ReadError("a file that is no Excel workbook", where=path.name, todo=_AGAIN)
    parts = {m.name: m for m in members(path)}
    sheets = sorted((int(m[1]), name) for name in parts if (m := _SHEET.fullmatch(name)))
    if not sheets:
        raise ReadError("an Excel workbook without a sheet", where=path.name, todo=_AGAIN)
    strings = _strings(parts[_STRINGS]) if _STRINGS in parts else []
    gathered = _Gathered(needed=tuple(needed))
    try:
        for row in _rows(parts[sheets[0][1]], strings):
            gathered.take(row)
    except ReadError as error:
        if not gathered.names:
            raise
        gathered.cut_short = error.what
    if not gathered.names:
        raise ReadError(
            f"a sheet without the columns {', '.join(needed)}", where=path.name, todo="Is this the right file?"
        )
    return Sheet(preamble=tuple(gathered.preamble), table=gathered.table(), cut_short=gathered.cut_short)


def serial_seconds(days: Float64[np.ndarray, " n"]) -> Int64[np.ndarray, " n"]:
    """Excel's own times (days since 1899-12-30) as wall-clock seconds since 1970, rounded to the second.

    >>> int(serial_seconds(np.array([44869.5]))[0])
    1667563200
    """
    return np.round((days + EXCEL_EPOCH_DAY) * SECONDS_PER_DAY).astype(np.int64)


# --- inside ---------------------------------------------------------------------------------------------------------


@dataclass(kw_only=True)
class _Gathered:
    """Rows on their way to a frame: above the header they are the preamble."""

    needed: tuple[str, ...]
    preamble: list[tuple[str, ...]] = field(default_factory=list)
    names: tuple[str, ...] = ()
    rows: list[list[str]] = field(default_factory=list)
    frames: list[pl.DataFrame] = field(default_factory=list)
    n_rows: int = 0
    cut_short: str = ""

    def take(self, row: list[str]) -> None:
        self.n_rows += 1
        if self.n_rows > MAX_ROWS:
            raise ReadError(f"a sheet of more than {MAX_ROWS:,} rows", todo=_AGAIN)
        if self.names:
            self.rows.append((row + [""] * len(self.names))[: len(self.names)])
            if len(self.rows) >= _ROWS_A_FRAME:
                self._flush()
        elif set(self.needed) <= {cell.strip() for cell in row}:
            self.names = _unique([cell.strip() for cell in row])
        elif len(self.preamble) < MOST_PREAMBLE_ROWS:
            self.preamble.append(tuple(row))

    def table(self) -> pl.DataFrame:
        self._flush()
        return pl.concat(self.frames)

    def _flush(self) -> None:
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.names)
        frame = pl.DataFrame(
            [pl.Series(name, cells, dtype=pl.String) for name, cells in zip(self.names, columns, strict=True)]
        ).select(pl.all().str.strip_chars())
        self.frames.append(frame.with_columns(pl.when(pl.all() != "").then(pl.all())))
        self.rows.clear()


def _unique(cells: list[str]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for i, cell in enumerate(cells):
        name, n = cell or f"column {i + 1}", 2
        while name in names:
            name, n = f"{cell} #{n}", n + 1
        names[name] = None
    return tuple(names)


def _strings(member: Member) -> list[str]:
    """The list of strings that cells point to. Text of phonetic runs (rPh) is no part of a string."""
    strings: list[str] = []
    pieces: list[str] = []
    characters = 0
    for event in xml_events(member):
        name = event.name.rpartition(":")[2]
        if isinstance(event, XmlStart):
            continue
        if name == "rPh":
            del pieces[-1:]
        elif name == "t":
            pieces.append(event.text)
        elif name == "si":
            strings.append("".join(pieces)[:MAX_CELL_CHARACTERS])
            characters += len(strings[-1])
            pieces = []
            if len(strings) > MAX_STRINGS or characters > MAX_CHARACTERS:
                raise ReadError("a workbook with too many strings", where=member.name, todo=_AGAIN)
    return strings


def _rows(member: Member, strings: list[str]) -> Iterator[list[str]]:
    """Each row's cells as text, empty ones as ""; rows that hold nothing are left out."""
    row: list[str] = []
    kind, at, value = "", 0, ""
    for event in xml_events(member):
        name = event.name.rpartition(":")[2]
        if isinstance(event, XmlStart):
            if name == "c":
                kind, value = event.attributes.get("t", "n"), ""
                at = _column(event.attributes.get("r", ""), default=len(row))
            continue
        if name in ("v", "t"):
            value += event.text
        elif name == "c" and at < MAX_COLUMNS:
            row += [""] * (at + 1 - len(row))
            row[at] = _text(kind, value[:MAX_CELL_CHARACTERS], strings)
        elif name == "row":
            if any(row):
                yield row
            row = []


def _column(reference: str, *, default: int) -> int:
    """0 for A1, 27 for AB3."""
    match = _REFERENCE.fullmatch(reference)
    if not match:
        return default
    n = 0
    for letter in match[1]:
        n = n * 26 + ord(letter) - ord("A") + 1
    return n - 1


def _text(kind: str, value: str, strings: list[str]) -> str:
    """What a cell shows; "" for an error value or a pointer that leads nowhere."""
    if kind == "e":
        return ""
    if kind != "s":
        return value
    digits = value.strip()
    at = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else len(strings)
    return strings[at] if at < len(strings) else ""
