"""A small writer of SAS transport files, so that tests make their own."""

import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

RECORD = 80


def _record(text: str) -> bytes:
    return text.encode("latin-1").ljust(RECORD)


def encode_ibm(values: np.ndarray) -> np.ndarray:
    """Doubles as 8-byte IBM floats (native uint64), exactly; NaN becomes '.'."""
    mantissa, exponent = np.frexp(np.abs(np.nan_to_num(values)))
    sixteens = -(-exponent // 4)
    fraction = np.ldexp(mantissa, 53).astype(np.uint64) << (3 - (4 * sixteens - exponent)).astype(np.uint64)
    words = ((sixteens + 64).astype(np.uint64) << np.uint64(56)) | fraction
    words = np.where(fraction == 0, np.uint64(0), words)
    words = np.where(np.signbit(values), words | np.uint64(1 << 63), words)
    return np.where(np.isnan(values), np.uint64(ord(".") << 56), words)


def number_cells(words: np.ndarray, length: int) -> np.ndarray:
    """[n, length] bytes, cut off at the right."""
    return words.astype(">u8").view(np.uint8).reshape(-1, 8)[:, :length]


def write_xport(
    path: Path,
    columns: Mapping[str, np.ndarray | Sequence[str]],
    *,
    lengths: Mapping[str, int] | None = None,
    marks: Mapping[str, Mapping[int, str]] | None = None,
    namestr_bytes: int = 140,
) -> Path:
    """Write one table. `lengths` are bytes a column, `marks` missing marks: column -> row -> letter."""
    lengths, marks = lengths or {}, marks or {}
    described, cells, offset = [], [], 0
    for i, (name, column) in enumerate(columns.items()):
        array = np.asarray(column)
        if array.dtype.kind in "US":
            length = lengths.get(name, max(1, array.dtype.itemsize // 4))
            raw = b"".join(str(v).encode("latin-1").ljust(length) for v in array)
            cells.append(np.frombuffer(raw, dtype=np.uint8).reshape(len(array), length))
        else:
            length = lengths.get(name, 8)
            words = encode_ibm(array.astype(np.float64))
            for row, mark in marks.get(name, {}).items():
                words[row] = ord(mark) << 56
            cells.append(number_cells(words, length))
        head = struct.pack(">hhhh", 2 if array.dtype.kind in "US" else 1, 0, length, i + 1)
        names = name.encode().ljust(8) + f"label of {name}".encode().ljust(40)
        formats = b" " * 8 + b"\0" * 8 + b" " * 8 + b"\0" * 4
        described.append((head + names + formats + struct.pack(">i", offset)).ljust(namestr_bytes, b"\0"))
        offset += length
    body = np.concatenate(cells, axis=1).tobytes() if cells else b""
    block = b"".join(described)
    rule = "HEADER RECORD*******{}HEADER RECORD!!!!!!!"
    head = [
        rule.format("LIBRARY ") + "0" * 30,
        "SAS     SAS     SASLIB  9.1     TEST" + " " * 24 + "01JAN26:00:00:00",
        "01JAN26:00:00:00",
        rule.format("MEMBER  ") + f"{'0' * 17}160000000{namestr_bytes:04d}",
        rule.format("DSCRPTR ") + "0" * 30,
        f"SAS     {path.stem.upper()[:8]:8}SASDATA 9.1     TEST" + " " * 24 + "01JAN26:00:00:00",
        "01JAN26:00:00:00" + " " * 16 + f"{'Synthetic table':40}",
        rule.format("NAMESTR ") + f"{'0' * 6}{len(columns):04d}{'0' * 20}",
    ]
    with path.open("wb") as file:
        file.write(b"".join(map(_record, head)))
        file.write(block.ljust(-(-len(block) // RECORD) * RECORD))
        file.write(_record(rule.format("OBS     ") + "0" * 30))
        file.write(body.ljust(-(-len(body) // RECORD) * RECORD))
    return path


@pytest.fixture(scope="session")
def xport_writer() -> Callable[..., Path]:
    """`write_xport(path, columns, lengths=..., marks=...)`."""
    return write_xport


def paxraw_columns(
    seqns: Sequence[int],
    *,
    minutes: int = 10_080,
    first_weekday: int = 3,
    steps: bool = True,
    status: Sequence[tuple[int, int]] | None = None,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Synthetic hip minutes: `minutes` a person from midnight on, weekday 1 (Sunday) to 7."""
    rng = np.random.default_rng(seed)
    n, minute = len(seqns), np.arange(minutes)
    day = minute // 1440
    flags = status or [(1, 1)] * n
    columns = {
        "SEQN": np.repeat(np.array(seqns, dtype=np.float64), minutes),
        "PAXSTAT": np.repeat([float(s) for s, _ in flags], minutes),
        "PAXCAL": np.repeat([float(c) for _, c in flags], minutes),
        "PAXDAY": np.tile((first_weekday - 1 + day) % 7 + 1.0, n),
        "PAXN": np.tile(minute + 1.0, n),
        "PAXHOUR": np.tile(minute // 60 % 24 + 0.0, n),
        "PAXMINUT": np.tile(minute % 60 + 0.0, n),
        "PAXINTEN": rng.poisson(200, n * minutes).astype(np.float64),
    }
    if steps:
        columns["PAXSTEP"] = rng.poisson(3, n * minutes).astype(np.float64)
    return columns


@pytest.fixture(scope="session")
def hip_minutes() -> Callable[..., dict[str, np.ndarray]]:
    """`paxraw_columns(seqns, minutes=..., first_weekday=...)`."""
    return paxraw_columns


def paxmin_columns(
    seqn: int = 73_557,
    *,
    minutes: int = 4_000,
    start_min: int = 16 * 60 + 30,
    first_weekday: int = 6,
    as_text: bool = True,
) -> dict[str, np.ndarray]:
    """Synthetic wrist minutes, from 16:30 on a Friday (6) on."""
    minute = np.arange(minutes)
    day = (minute + start_min) // 1440

    def code(values: np.ndarray) -> np.ndarray:
        return values.astype(int).astype("U1") if as_text else values.astype(np.float64)

    return {
        "SEQN": np.full(minutes, float(seqn)),
        "PAXDAYM": code(day + 1),
        "PAXDAYWM": code((first_weekday - 1 + day) % 7 + 1),
        "PAXSSNMP": minute * 4800.0,
        "PAXMTSM": np.full(minutes, 12.5),
        "PAXPREDM": code(np.ones(minutes)),
        "PAXLXMM": np.full(minutes, 40.0),
        "PAXQFM": np.zeros(minutes),
    }


@pytest.fixture(scope="session")
def wrist_minutes() -> Callable[..., dict[str, np.ndarray]]:
    """`paxmin_columns(seqn, minutes=..., start_min=...)`."""
    return paxmin_columns
