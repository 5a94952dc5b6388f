"""Old Excel workbooks: strings, packed numbers, continuations, and what is damaged."""

import importlib.util
import struct
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.xls import first_sheet

_spec = importlib.util.spec_from_file_location("made_sensewear", Path(__file__).parent / "samples" / "sensewear.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[3] / "shared" / "formats" / "GGIR" / "sensewear.xls"
ROWS = [["t", "naïve", None, "w"], [1.5, -7.0, 0.25], [None, 1e9]]


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_cells_come_back(packed: bool, wide: bool) -> None:
    raw = made.compound(made.biff(ROWS[:2] if packed else ROWS, packed=packed, wide=wide))
    expected = ROWS[:2] if packed else ROWS
    assert first_sheet(raw, where="w") == expected


def with_cells(cells: bytes, sst: bytes = b"") -> bytes:
    begin = made.record(0x809, struct.pack("<HH", 0x600, 5) + bytes(12))
    sheet = made.record(0x809, struct.pack("<HH", 0x600, 0x10) + bytes(12)) + cells + made.record(0x0A, b"")
    bound = made.record(0x85, struct.pack("<I", len(begin) + 12 + len(sst)) + bytes(4))
    return made.compound(begin + bound + sst + sheet)


def test_packed_rows_formulas_and_unknown_records() -> None:
    several = made.record(0xBD, struct.pack("<HH", 0, 0) + b"".join(bytes(2) + made.rk(v) for v in (1, 2.5)) + bytes(2))
    double = made.record(0x27E, struct.pack("<HHH", 0, 4, 0) + struct.pack("<d", 0.5)[4:])
    formula = made.record(0x06, struct.pack("<HHHd", 1, 0, 0, 4.5) + bytes(8))
    texts = made.record(0x06, struct.pack("<HHH", 1, 1, 0) + b"\x00" * 6 + b"\xff\xff" + bytes(8))
    far = made.record(0x203, struct.pack("<HHHd", 1, 300, 0, 1.0))
    found = first_sheet(with_cells(several + double + formula + texts + far + made.record(0x55, b"x")), where="w")
    assert found == [[1.0, 2.5, None, None, 0.5], [4.5, None]]


def test_a_string_goes_on_in_the_next_record_with_flags_of_its_own() -> None:
    first = struct.pack("<II", 2, 2) + struct.pack("<HB", 6, 0) + b"abc"
    rich = struct.pack("<HBHI", 2, 13, 1, 3) + "é!".encode("utf-16-le") + bytes(4 + 3)
    sst = made.record(0xFC, first) + made.record(0x3C, b"\x01" + "déf".encode("utf-16-le") + rich)
    cells = b"".join(made.record(0xFD, struct.pack("<HHHI", 0, i, 0, i)) for i in range(2))
    assert first_sheet(with_cells(cells, sst), where="w") == [["abcdéf", "é!"]]


def test_a_small_stream_lies_in_small_sectors() -> None:
    """A workbook under 4 KiB is kept in the mini stream."""
    stream = made.biff([["t"], [2.0]])
    n = -(-len(stream) // 64)
    mini = struct.pack("<128I", *range(1, n), made.END, *[made.FREE] * (128 - n))
    raw = bytearray(made.compound(stream))
    raw[60:64] = struct.pack("<I", 10)  # where the table of small sectors is: behind the eight of the stream
    table_at = 512
    raw[table_at + 40 : table_at + 44] = struct.pack("<I", made.END)
    directory = 1_024
    raw[directory + 116 : directory + 124] = struct.pack("<II", 2, 4_096)  # the root holds the small sectors
    raw[directory + 128 + 116 : directory + 128 + 124] = struct.pack("<II", 0, len(stream))
    assert first_sheet(bytes(raw) + mini, where="w") == [["t"], [2.0]]


@pytest.mark.parametrize(
    "raw",
    [
        b"no workbook",
        made.compound(made.biff(ROWS))[:3_000],
        made.compound(b"\x00" * 100),
        made.compound(made.biff(ROWS).replace(struct.pack("<HH", 0x600, 0x10), struct.pack("<HH", 0x500, 0x10))),
        made.compound(made.biff(ROWS)[:-4]),
        made.compound(made.biff(ROWS)).replace("Workbook".encode("utf-16-le"), "Somebook".encode("utf-16-le")),
    ],
)
def test_what_is_damaged_or_older_is_refused(raw: bytes) -> None:
    with pytest.raises(ReadError, match="old Excel workbook"):
        first_sheet(raw, where="w")


def test_a_chain_of_sectors_that_runs_in_a_circle_ends() -> None:
    """Failure 9: the table sends the stream back to its first sector."""
    raw = bytearray(made.compound(made.biff(ROWS)))
    raw[512 + 4 * 9 : 512 + 4 * 10] = struct.pack("<I", 2)
    assert first_sheet(bytes(raw), where="w") == ROWS


def test_changed_bytes_give_read_errors_or_rows() -> None:
    """I-02."""
    raw, rng, refused = made.compound(made.biff(made.minutes(10))), np.random.default_rng(8), 0
    for _ in range(400):
        changed = bytearray(raw)
        for place in rng.integers(0, len(raw), 4):
            changed[place] = rng.integers(0, 256)
        try:
            first_sheet(bytes(changed), where="w")
        except ReadError:
            refused += 1
    assert refused > 0


@pytest.mark.real
def test_a_real_workbook_has_its_sixty_rows() -> None:
    if not REAL.is_file():
        pytest.skip(f"{REAL} is not here")
    rows = first_sheet(REAL.read_bytes(), where="w")
    assert len(rows) == 61
    assert {len(row) for row in rows} == {29}
