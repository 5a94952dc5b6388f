"""Tables in text (CSV and its cousins) as devices, apps and spreadsheets write them: the dialect from the file itself.

`read_delimited` finds encoding, separator, line ends and the header row behind a preamble, and gives columns of text;
`numbers` and `wall_times` turn a column into numbers and times by what the whole column says. A row whose cells do not
fit the header (a comma inside a name, a cut line) becomes a row of nulls: it stays countable, and no value of it can
land in the wrong column.
"""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import polars as pl

from sennight.errors import ReadError
from sennight.readers.guard import Member
from sennight.readers.kind import kind_of_bytes
from sennight.readers.reader import ReadReport
from sennight.readers.written_numbers import measured, numbers, unit_of
from sennight.readers.written_times import wall_times

__all__ = [
    "MAX_DELIMITED_BYTES",
    "columns_of",
    "delimited_blocks",
    "measured",
    "numbers",
    "read_delimited",
    "unit_of",
    "wall_times",
]

# What is read at once: ten years of minutes are 100 MB. Tables that are taken block by block may have any size.
MAX_DELIMITED_BYTES = 384 * 1024**2
BLOCK_BYTES = 8 * 1024**2  # of text in memory at a time while it is parsed
HEAD_BYTES = 65_536
# Preambles of research devices are 10 to 30 lines; a log before a table may be longer.
MOST_PREAMBLE_LINES = 200
MOST_COLUMNS = 10_000
# A longer line is no row of a table.
MAX_LINE_CHARACTERS = 64 * 1024**2
# So many rows that do not fit may be damage; when they are also the most, the header is not theirs.
MOST_MISFITS = 20
CUT_IN_A_CELL = "the last record ends in the middle of a cell"
CUT_IN_A_ROW = "the last record has fewer cells than the header"
UNCLOSED = "a quotation mark that is never closed; what follows it was not read"

UTF8 = "utf-8-sig"  # with or without a mark at the beginning
_SEPARATORS = (",", ";", "\t", "|")
_TEXT_KINDS = ("a text file", "UTF-16 text")
_QUOTED = re.compile('"[^"]*"')
_ROWS_A_BATCH = 50_000
_EXPORT_AGAIN = "Export or download it again."


@dataclass(frozen=True, kw_only=True)
class _Layout:
    """How one file is written: its encoding, its separator, in which line the header is, and the columns' names."""

    encoding: str
    separator: str
    header_line: int
    names: tuple[str, ...]


def columns_of(member: Member, *, needed: Sequence[str] = ()) -> tuple[str, ...]:
    """The names of the columns, from the head of the file alone.

    Raises: ReadError as `read_delimited`.
    """
    return _layout_of(member, needed=needed).names


def read_delimited(
    member: Member,
    *,
    needed: Sequence[str] = (),
    columns: Sequence[str] | None = None,
    report: ReadReport | None = None,
) -> pl.DataFrame:
    """All rows as columns of text, stripped, null where a cell is empty or its row does not fit the header.

    `needed` names columns that must be there (they also say which line is the header); `columns`, if given, are the
    only ones kept, where present. `report` learns of a file that is cut short; without it that is a ReadError.
    Raises: ReadError if the file is no table in text, lacks a needed column (it names which), most rows do not fit the
    header, or the file is too large.
    """
    if member.size > MAX_DELIMITED_BYTES:
        raise ReadError(f"a table in text above {MAX_DELIMITED_BYTES:,} bytes", where=member.name)
    layout = _layout_of(member, needed=needed)
    kept = [n for n in layout.names if columns is None or n in columns]
    frames = list(_blocks(member, layout, kept, report=report))
    if not frames:
        return pl.DataFrame(schema=dict.fromkeys(kept, pl.String))
    return pl.concat(frames)


def delimited_blocks(
    member: Member,
    *,
    needed: Sequence[str] = (),
    columns: Sequence[str] | None = None,
    report: ReadReport | None = None,
) -> Iterator[pl.DataFrame]:
    """The same as `read_delimited`, some megabytes at a time, for files that are larger than memory should be.

    Raises: ReadError as `read_delimited`, also while blocks are taken.
    """
    layout = _layout_of(member, needed=needed)
    kept = [n for n in layout.names if columns is None or n in columns]
    return _blocks(member, layout, kept, report=report)


# --- the layout ---------------------------------------------------------------------------------------------------


def _layout_of(member: Member, *, needed: Sequence[str]) -> _Layout:
    if member.size == 0:
        raise ReadError("an empty file", where=member.name, todo=_EXPORT_AGAIN)
    raw = member.head(HEAD_BYTES)
    encoding = _encoding(raw, where=member.name)
    lines = _head_text(raw, encoding).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > 2 and member.size > len(raw):
        lines = lines[:-1]  # the last line of a head may be cut
    lines = lines[: MOST_PREAMBLE_LINES + 50]
    if not any(line.strip() for line in lines):
        raise ReadError("a file without any text", where=member.name, todo=_EXPORT_AGAIN)
    told = re.fullmatch(r'"?sep=(.)"?', lines[0].strip())  # what Excel writes for itself
    separators = (told[1],) if told else _SEPARATORS
    found = _header_with(lines, needed, separators) if needed else _header_by_shape(lines, separators)
    if found is None:
        raise _no_header(lines, needed, separators, where=member.name)
    at, separator, cells = found
    return _Layout(encoding=encoding, separator=separator, header_line=at, names=_unique(cells))


def _head_text(raw: bytes, encoding: str) -> str:
    try:
        errors = "strict" if encoding == UTF8 else "replace"
        return codecs.getincrementaldecoder(encoding)(errors=errors).decode(raw)
    except UnicodeDecodeError as error:
        return raw.decode(_not_utf8(raw, error), errors="replace")


def _not_utf8(raw: bytes, error: UnicodeDecodeError) -> str:
    """What text is that is not UTF-8: damaged UTF-8 if it was so before, else what spreadsheets on Windows write."""
    return "cp1252" if raw[: error.start].isascii() else "utf-8"


def _encoding(raw: bytes, *, where: str) -> str:
    if raw.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in raw[:200]:
        # UTF-16 without a mark: in text of Latin letters every second byte is zero.
        even, odd = raw[0:200:2].count(0), raw[1:200:2].count(0)
        if max(even, odd) > 0.6 * len(raw[:200]) / 2 and min(even, odd) == 0:
            return "utf-16-le" if odd else "utf-16-be"
    kind = kind_of_bytes(raw)
    if kind not in _TEXT_KINDS and not kind.startswith(("a JSON", "a binary file")):
        raise ReadError(f"{kind}, not a table in text", where=where, todo=_EXPORT_AGAIN)
    # One stray control character is damage; many are another kind of file.
    if kind.startswith("a binary file") and sum(b < 9 or 13 < b < 27 for b in raw[:2_000]) > len(raw[:2_000]) / 50:
        raise ReadError(f"{kind}, not a table in text", where=where, todo=_EXPORT_AGAIN)
    return UTF8


def _cells(line: str, separator: str) -> list[str]:
    try:
        return [c.strip().strip("\ufeff") for c in next(csv.reader([line], delimiter=separator), [])]
    except csv.Error:
        return []


def _header_with(
    lines: Sequence[str], needed: Sequence[str], separators: Sequence[str]
) -> tuple[int, str, list[str]] | None:
    """The first line that has all the needed names."""
    for at, line in enumerate(lines[:MOST_PREAMBLE_LINES]):
        for separator in separators:
            cells = _cells(line, separator) if needed[0] in line else []
            if cells and set(needed) <= set(cells):
                return at, separator, cells
    return None


def _header_by_shape(lines: Sequence[str], separators: Sequence[str]) -> tuple[int, str, list[str]] | None:
    """The first line that is as wide as most lines (or one less, where rows end in a comma) and holds names only."""
    best: tuple[int, int, str, list[str]] | None = None
    for separator in separators:
        rows = [(at, _cells(line, separator)) for at, line in enumerate(lines) if line.strip()]
        widths = [len(cells) for _, cells in rows]
        wide = [w for w in widths if w > 1]
        if not wide:
            continue
        usual = max(set(wide), key=lambda w: (wide.count(w), w))
        for at, cells in rows[:MOST_PREAMBLE_LINES]:
            names = _without_empty_end(cells)
            if len(cells) in (usual, usual - 1) and len(names) > 1 and all(names) and not any(map(_is_number, names)):
                score = wide.count(usual) * (usual - 1)
                if best is None or score > best[0]:
                    best = (score, at, separator, cells)
                break
    return best[1:] if best else None


def _without_empty_end(cells: Sequence[str]) -> list[str]:
    n = len(cells)
    while n and not cells[n - 1]:
        n -= 1
    return list(cells[:n])


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"[+-]?[\d.,:/ -]*\d[\d.,:/ -]*%?", cell) is not None


def _no_header(lines: Sequence[str], needed: Sequence[str], separators: Sequence[str], *, where: str) -> ReadError:
    if not needed:
        return ReadError(
            "a text file without columns", where=where, todo="A table has a header with a comma, semicolon or tab."
        )
    every = [_cells(line, s) for line in lines[:MOST_PREAMBLE_LINES] for s in separators if line.strip()]
    nearest = max(every, key=lambda cells: (len(set(needed) & set(cells)), len(cells)))
    absent = [n for n in needed if n not in nearest]
    listed = ", ".join(nearest[:20]) + (f" and {len(nearest) - 20} more" if len(nearest) > 20 else "")
    return ReadError(
        f"a table without the column{'s' if len(absent) > 1 else ''} {', '.join(absent)}",
        where=where,
        todo=f"Its columns are: {listed[:1_000]}." if set(needed) & set(nearest) else "Is this the right file?",
    )


def _unique(cells: Sequence[str]) -> tuple[str, ...]:
    """Names of columns: empty ones get a number, repeated ones a count; empty ones at the end are none."""
    names: dict[str, None] = {}
    for i, cell in enumerate(_without_empty_end(cells)[:MOST_COLUMNS]):
        name, n = cell or f"column {i + 1}", 2
        while name in names:
            name, n = f"{cell} #{n}", n + 1
        names[name] = None
    return tuple(names)


# --- the rows -----------------------------------------------------------------------------------------------------


def _texts(member: Member, encoding: str) -> Iterator[str]:
    """The file's text in pieces, line ends as \\n. Text that is not UTF-8 is read as Windows and Latin-1 write it."""
    strict = codecs.getincrementaldecoder(encoding)(errors="strict" if encoding == UTF8 else "replace")
    fallback: codecs.IncrementalDecoder | None = None
    seen_multibyte, held_return, held = False, "", b""
    with member.open() as stream:
        while True:
            raw = stream.read(BLOCK_BYTES)
            if fallback:
                text = fallback.decode(raw, final=not raw)
            else:
                try:
                    text = strict.decode(raw, final=not raw)
                    held = strict.getstate()[0]
                    seen_multibyte = seen_multibyte or not text.isascii()
                except UnicodeDecodeError as error:
                    name = "utf-8" if seen_multibyte else _not_utf8(held + raw, error)
                    fallback = codecs.getincrementaldecoder(name)(errors="replace")
                    text = fallback.decode(held + raw, final=not raw)
            text = held_return + text.replace("\x00", "")
            # A carriage return at the end may be half of a line end.
            held_return = "\r" if raw and text.endswith("\r") else ""
            text = text[: len(text) - len(held_return)]
            yield text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
            if not raw:
                return


def _after_line(texts: Iterator[str], n: int) -> str:
    """What follows the n-th line in the first piece that reaches so far."""
    rest = ""
    for text in texts:
        rest += text
        while n and "\n" in rest:
            rest, n = rest[rest.index("\n") + 1 :], n - 1
        if not n:
            return rest
    return ""


def _blocks(
    member: Member, layout: _Layout, kept: Sequence[str], *, report: ReadReport | None
) -> Iterator[pl.DataFrame]:
    texts = _texts(member, layout.encoding)
    rest: str = _after_line(texts, layout.header_line + 1)
    n_rows = n_misfits = 0
    while True:
        cut = _cut(rest)
        frame = _even_frame(rest[:cut], layout)
        if frame is None or (not cut and len(rest) > BLOCK_BYTES):
            break
        rest = rest[cut:]
        n_rows += len(frame)
        if len(frame):
            yield _tidied(frame, kept)
        text = next(texts, None)
        if text is None:
            break
        rest += text
    # Uneven rows, stray quotation marks and the last line are read record by record: slower, and nothing is guessed.
    for frame, misfits in _careful_frames(rest, texts, layout, member=member, report=report):
        n_rows, n_misfits = n_rows + len(frame), n_misfits + misfits
        if n_misfits > MOST_MISFITS and n_misfits > n_rows / 2:
            raise _rows_do_not_fit(member)
        yield _tidied(frame, kept)
    if n_misfits and n_misfits == n_rows:
        raise _rows_do_not_fit(member)


def _rows_do_not_fit(member: Member) -> ReadError:
    return ReadError(
        "a table whose rows do not have as many cells as its header",
        where=member.name,
        todo="Is a decimal comma or a name with a comma in it not in quotation marks?",
    )


def _cut(text: str) -> int:
    """Where the last whole record ends: after a line feed with an even number of quotation marks before it."""
    cut = text.rfind("\n") + 1
    odd = text.count('"', 0, cut) % 2
    while odd and cut:
        before = text.rfind("\n", 0, cut - 1) + 1
        odd = (odd + text.count('"', before, cut)) % 2
        cut = before
    return cut


def _even_frame(text: str, layout: _Layout) -> pl.DataFrame | None:
    """Whole records that are all as wide as the header; None where they are not."""
    bare = _QUOTED.sub("", text) if '"' in text else text
    if "\n\n" in bare or bare.startswith("\n"):
        if bare is not text:
            return None  # blank lines cannot be told from those inside cells
        text = bare = re.sub(r"\n{2,}", "\n", text).lstrip("\n")
    width, n_lines = len(layout.names), bare.count("\n")
    if not n_lines:
        return pl.DataFrame(schema=dict.fromkeys(layout.names, pl.String))
    # Many vendors end each row with a separator.
    extra = bare.count(layout.separator) - n_lines * (width - 1)
    if extra not in (0, n_lines):
        return None
    names = [*layout.names, *([""] if extra else [])]
    try:
        frame = pl.read_csv(
            text.encode(),
            has_header=False,
            separator=layout.separator,
            quote_char='"' if bare is not text else None,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError:
        return None
    # As many separators as there should be and no row that is longer: then none is shorter either.
    if frame.width != len(names) or len(frame) != n_lines:
        return None
    frame.columns = names
    if extra and frame[""].null_count() < n_lines:
        return None
    return frame.select(layout.names)


def _tidied(frame: pl.DataFrame, kept: Sequence[str]) -> pl.DataFrame:
    """Cells stripped, null where nothing is left."""
    stripped = [pl.col(name).str.strip_chars() for name in kept]
    return frame.select(stripped).with_columns(pl.when(pl.all() != "").then(pl.all()))


@dataclass(kw_only=True)
class _Lines:
    """Lines one by one; knows afterwards how the file ended."""

    rest: str
    texts: Iterator[str]
    where: str
    ended: bool = True
    """Did the last line end with a line feed?"""
    done: bool = False
    """Has somebody asked for a line after the last one?"""

    def __iter__(self) -> Iterator[str]:
        for text in chain([""], self.texts):
            if len(self.rest) > MAX_LINE_CHARACTERS:
                raise ReadError("a line that does not end", where=self.where, todo=_EXPORT_AGAIN)
            *lines, self.rest = (self.rest + text).split("\n")
            for line in lines:
                yield line + "\n"
        if self.rest:
            self.ended = False
            yield self.rest
        self.done = True


def _careful_frames(
    rest: str, texts: Iterator[str], layout: _Layout, *, member: Member, report: ReadReport | None
) -> Iterator[tuple[pl.DataFrame, int]]:
    """Records with quoted cells, in batches, and how many of each batch do not fit the header."""
    lines, width = _Lines(rest=rest, texts=texts, where=member.name), len(layout.names)
    records = _records(lines, layout.separator, member=member, report=report)
    may_be_short: bool | None = None
    while rows := list(islice(records, _ROWS_A_BATCH)):
        if may_be_short is None:
            # Some writers leave out empty cells at the end of a row; then most rows show it.
            may_be_short = len(rows) > 1 and sum(len(row) < width for row in rows) > len(rows) / 2
        if not lines.ended and 0 < len(rows[-1]) < width and not may_be_short:
            _cut_short(CUT_IN_A_ROW, member=member, report=report)
        fitted = [_fitted(row, width, may_be_short=may_be_short) for row in rows]
        nothing = [None] * width
        columns = zip(*[row or nothing for row in fitted], strict=True)
        series = [pl.Series(name, cells, dtype=pl.String) for name, cells in zip(layout.names, columns, strict=True)]
        yield pl.DataFrame(series), sum(row is None for row in fitted)


def _records(lines: _Lines, separator: str, *, member: Member, report: ReadReport | None) -> Iterator[list[str]]:
    try:
        for row in csv.reader(iter(lines), delimiter=separator):
            if lines.done:  # the csv module asked for another line, because a cell was still open
                _cut_short(UNCLOSED if "\n" in row[-1].strip() else CUT_IN_A_CELL, member=member, report=report)
                yield []
            elif len(row) > 1 or (row and row[0].strip()):
                yield row
    except csv.Error:
        _cut_short(UNCLOSED, member=member, report=report)


def _fitted(row: list[str], width: int, *, may_be_short: bool) -> Sequence[str | None] | None:
    """Exactly as many cells as the header has; None if the row is not of that shape."""
    if len(row) == width:
        return row
    if len(row) > width:
        return None if any(cell.strip() for cell in row[width:]) else row[:width]
    return [*row, *[None] * (width - len(row))] if may_be_short and row else None


def _cut_short(why: str, *, member: Member, report: ReadReport | None) -> None:
    if report is None:
        raise ReadError(f"a table that is cut short: {why}", where=member.name, todo=_EXPORT_AGAIN)
    report.cut_short[member.name] = why
