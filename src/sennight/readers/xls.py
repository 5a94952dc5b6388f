"""Old Excel workbooks (.xls) as rows of text and numbers: only what exporters of wearables write into one.

Such a file is a small file system (OLE2) with one stream of records (BIFF8) in it. Strings, numbers and their packed
forms are read from the first sheet; formulas keep the number they had; formats and further sheets are not looked at.
Every chain of sectors is bounded by the size of the file.

Source: [MS-CFB] (compound file) and [MS-XLS] (records 2.4), Microsoft Open Specifications.
"""

import struct
from collections.abc import Iterator

from sennight.errors import ReadError

SIGN = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_BYTES = 64 * 1024**2  # a sheet of 65,536 rows, the format's own limit, is 30 MB at most
MAX_ROWS = 65_536
MAX_COLUMNS = 256
Cell = str | float | None

_FREE = 0xFFFFFFFA  # sector numbers from here on mean something else than a sector
_DIRECTORY_ENTRY = 128
_EOF, _SHEET, _SST, _CONTINUE, _BOF = 0x0A, 0x85, 0xFC, 0x3C, 0x809
_LABEL_SST, _NUMBER, _RK, _MUL_RK, _FORMULA = 0xFD, 0x203, 0x27E, 0xBD, 0x06
_WIDE, _RICH, _FAR_EAST = 1, 8, 4  # flags of a string
_AGAIN = "Open it in a spreadsheet program and save it again, as .xlsx or CSV."


def first_sheet(raw: bytes, *, where: str) -> list[list[Cell]]:
    """The rows of the first sheet, each as long as its last cell; None where a cell is empty.

    Raises: ReadError if it is no such workbook, is of an older kind, or is damaged.
    """
    if not raw.startswith(SIGN) or len(raw) > MAX_BYTES:
        raise ReadError("a file that is no old Excel workbook", where=where)
    try:
        records = list(_records(_stream(raw, "Workbook")))
        strings = _strings(records)
        at = next(struct.unpack_from("<I", body)[0] for _, kind, body in records if kind == _SHEET)
        return _rows([(kind, body) for place, kind, body in records if place >= at], strings)
    except (struct.error, IndexError, StopIteration, ValueError, OverflowError) as error:
        raise ReadError("an old Excel workbook that is damaged or protected", where=where, todo=_AGAIN) from error


# --- the file system ------------------------------------------------------------------------------------------------


def _stream(raw: bytes, name: str) -> bytes:
    """The bytes of a named stream."""
    shift, mini_shift = struct.unpack_from("<HH", raw, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("no such sectors")
    size = 1 << shift
    n_sectors = len(raw) // size
    n_fat, directory_at, cutoff, mini_fat_at = (struct.unpack_from("<I", raw, k)[0] for k in (44, 48, 56, 60))
    master, chained_at = list(struct.unpack_from("<109I", raw, 76)), struct.unpack_from("<I", raw, 68)[0]
    while chained_at < _FREE and len(master) < n_sectors + 109:
        block = struct.unpack_from(f"<{size // 4}I", raw, (chained_at + 1) * size)
        master += block[:-1]
        chained_at = block[-1]
    fat: list[int] = []
    for sector in [s for s in master if s < _FREE][: min(n_fat, n_sectors)]:
        fat += struct.unpack_from(f"<{size // 4}I", raw, (sector + 1) * size)

    def chain(at: int, table: list[int], limit: int) -> Iterator[int]:
        for _ in range(limit):
            if at >= _FREE:
                return
            yield at
            at = table[at]

    def sectors(at: int) -> bytes:
        return b"".join(raw[(s + 1) * size : (s + 2) * size] for s in chain(at, fat, n_sectors))

    directory = sectors(directory_at)
    entries = [directory[k : k + _DIRECTORY_ENTRY] for k in range(0, len(directory), _DIRECTORY_ENTRY)]
    found = next(e for e in entries if e[: max(e[64] - 2, 0)].decode("utf-16-le", "replace") == name)
    start, length = struct.unpack_from("<II", found, 116)
    if length >= cutoff:
        return _whole(sectors(start), length)
    small, mini = sectors(struct.unpack_from("<I", entries[0], 116)[0]), sectors(mini_fat_at)
    mini_fat = list(struct.unpack(f"<{len(mini) // 4}I", mini))
    return _whole(b"".join(small[64 * s : 64 * s + 64] for s in chain(start, mini_fat, len(mini_fat))), length)


def _whole(stream: bytes, length: int) -> bytes:
    if len(stream) < length:
        raise ValueError("cut short")
    return stream[:length]


# --- the records ----------------------------------------------------------------------------------------------------


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Place, kind and body of each record."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > len(stream):
            raise ValueError("cut short")
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length  # always forward


def _strings(records: list[tuple[int, int, bytes]]) -> list[str]:
    """The list of strings that cells point to. A string may go on in the next record, there with flags of its own."""
    blocks: list[bytes] = []
    for _, kind, body in records:
        if kind == _SST:
            blocks = [body]
        elif kind == _CONTINUE and blocks:
            blocks.append(body)
        elif blocks:
            break
    if not blocks:
        return []
    n = struct.unpack_from("<I", blocks[0], 4)[0]
    reading = _Blocks(blocks, at=8)
    found: list[str] = []
    for _ in range(min(n, sum(map(len, blocks)) // 3)):
        length, flags = struct.unpack("<HB", reading.take(3))
        runs = struct.unpack("<H", reading.take(2))[0] if flags & _RICH else 0
        extra = struct.unpack("<I", reading.take(4))[0] if flags & _FAR_EAST else 0
        found.append(reading.text(length, wide=bool(flags & _WIDE)))
        reading.take(4 * runs + extra)
    return found


class _Blocks:
    """Bytes of a record and its continuations, taken from the front."""

    def __init__(self, blocks: list[bytes], *, at: int) -> None:
        self._blocks, self._block, self._at = blocks, 0, at

    def take(self, n: int) -> bytes:
        pieces = b""
        while len(pieces) < n:
            piece = self._blocks[self._block][self._at : self._at + n - len(pieces)]
            pieces, self._at = pieces + piece, self._at + len(piece)
            if len(pieces) < n:
                self._block, self._at = self._block + 1, 0
        return pieces

    def text(self, n: int, *, wide: bool) -> str:
        """n characters; in a continuation the first byte says anew whether they are wide."""
        text = ""
        while len(text) < n:
            size = 2 if wide else 1
            here = min(n - len(text), (len(self._blocks[self._block]) - self._at) // size)
            text += self.take(here * size).decode("utf-16-le" if wide else "latin-1", "replace") if here else ""
            if len(text) < n:
                self._block, self._at = self._block + 1, 1
                wide = bool(self._blocks[self._block][0] & _WIDE)
        return text


def _rows(records: list[tuple[int, bytes]], strings: list[str]) -> list[list[Cell]]:
    """The cells of the sheet that begins with the first record."""
    if not records or records[0][0] != _BOF or struct.unpack_from("<H", records[0][1])[0] != 0x600:
        raise ValueError("no sheet of this version")
    rows: list[list[Cell]] = []
    for kind, body in records[1:]:
        if kind == _EOF:
            return rows
        if kind not in (_LABEL_SST, _NUMBER, _RK, _MUL_RK, _FORMULA):
            continue
        row, column = struct.unpack_from("<HH", body)
        rows += [[] for _ in range(row + 1 - len(rows))]
        for k, value in enumerate(_values(kind, body, strings)):
            if column + k < MAX_COLUMNS:
                rows[row] += [None] * (column + k + 1 - len(rows[row]))
                rows[row][column + k] = value
    raise ValueError("no end of the sheet")


def _values(kind: int, body: bytes, strings: list[str]) -> list[Cell]:
    if kind == _LABEL_SST:
        return [strings[struct.unpack_from("<I", body, 6)[0]]]
    if kind == _NUMBER:
        return [struct.unpack_from("<d", body, 6)[0]]
    if kind == _FORMULA:  # its last number; texts and errors have other bytes here
        return [None if body[12:14] == b"\xff\xff" else struct.unpack_from("<d", body, 6)[0]]
    if kind == _RK:
        return [_packed(body[6:10])]
    return [_packed(body[k + 2 : k + 6]) for k in range(4, len(body) - 7, 6)]


def _packed(raw: bytes) -> float:
    """A number in 30 bits: an integer or the upper part of a double, perhaps a hundred times too large."""
    bits = struct.unpack("<i", raw)[0]
    upper = struct.pack("<I", bits & 0xFFFFFFFC)
    whole = bits >> 2 if bits & 2 else struct.unpack("<d", bytes(4) + upper)[0]
    return whole / 100 if bits & 1 else float(whole)
