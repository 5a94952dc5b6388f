"""A small workbook of a SenseWear armband, and the little of old Excel's format that it needs, made here."""

import struct
from collections.abc import Sequence
from pathlib import Path

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
HEADER = [
    "Time (GMT-04:00)", "Skin temp - average", "Step Counter", "GSR - average", "Sleep", "Energy expenditure", "METs",
    "Heat flux - average",
]  # fmt: skip
START_DAY = 44_947.379166666666  # 2023-01-21 09:06


def record(kind: int, body: bytes) -> bytes:
    """One record of BIFF8."""
    return struct.pack("<HH", kind, len(body)) + body


def text(value: str, *, wide: bool = False) -> bytes:
    """A string as the list of strings holds it."""
    return struct.pack("<HB", len(value), int(wide)) + value.encode("utf-16-le" if wide else "latin-1")


def rk(value: float) -> bytes:
    """A number in 30 bits, as an integer or a hundredth of one."""
    if value == int(value):
        return struct.pack("<i", int(value) << 2 | 2)
    return struct.pack("<i", round(value * 100) << 2 | 3)


def biff(rows: Sequence[Sequence[str | float | None]], *, packed: bool = False, wide: bool = False) -> bytes:
    """The stream of a workbook with one sheet; with `packed` its numbers take 30 bits where they can."""
    strings: dict[str, int] = {}
    cells = b""
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            place = struct.pack("<HHH", r, c, 0)
            if isinstance(value, str):
                cells += record(0xFD, place + struct.pack("<I", strings.setdefault(value, len(strings))))
            elif value is not None and packed and c:
                cells += record(0x27E, place + rk(value))
            elif value is not None:
                cells += record(0x203, place + struct.pack("<d", value))
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + record(0x0A, b"")
    listed = b"".join(text(s, wide=wide) for s in strings)
    sst = record(0xFC, struct.pack("<II", len(strings), len(strings)) + listed)
    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    at = len(begin) + len(record(0x85, bytes(8) + b"Data")) + len(sst) + 4
    return begin + record(0x85, struct.pack("<IHBB", at, 0, 4, 0) + b"Data") + sst + record(0x0A, b"") + sheet


def compound(stream: bytes) -> bytes:
    """The stream as "Workbook" in a file system of one table, one directory and its own sectors."""
    n = -(-max(len(stream), 4_096) // SECTOR)
    table = [FAT, END, *range(3, n + 2), END]
    table += [FREE] * (SECTOR // 4 - len(table))
    assert len(table) == SECTOR // 4, "one sector of table is enough for a sample"
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4_096, END, 0, END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)

    def entry(name: str, kind: int, start: int, length: int) -> bytes:
        encoded = name.encode("utf-16-le") + b"\x00\x00" if name else b""
        fixed = encoded.ljust(64, b"\x00") + struct.pack("<HBB", len(encoded), kind, 1)
        return (fixed + struct.pack("<III", FREE, FREE, FREE) + bytes(36) + struct.pack("<III", start, length, 0))[:128]

    directory = entry("Root Entry", 5, END, 0) + entry("Workbook", 2, 2, max(len(stream), 4_096)) + bytes(256)
    return header + struct.pack("<128I", *table) + directory + stream.ljust(n * SECTOR, b"\x00")


def minutes(n: int) -> list[list[str | float | None]]:
    """Rows of a sheet: the header, then a row a minute."""
    rows = [[START_DAY + i / 1_440, 30.5, float(i % 9), 0.25, float(i % 2), 1.25, 1.5, 80.0] for i in range(n)]
    return [list(HEADER), *rows]


def sensewear(folder: Path) -> Path:
    """Forty minutes."""
    path = folder / "TW1.xls"
    path.write_bytes(compound(biff(minutes(40))))
    return path


SAMPLES = (sensewear,)

REAL = "GGIR: one workbook"
SECOND = "xlrd, all six columns"
