"""Small Parmay Matrix files, made here."""

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

MARK = b"MDTCPACK"
START_S = 1_740_819_600  # 2025-03-01 09:00:00 UTC


def motion(n: int, *, seed: int = 1) -> np.ndarray:
    """Raw samples [n 3] of 16 bits, one g of eight."""
    rng = np.random.default_rng(seed)
    return np.rint(np.array([400, -800, 3_950]) + rng.normal(size=(n, 3)) * 100).astype("<i2")


def packet(
    begin_s: int,
    end_s: int,
    acceleration: np.ndarray,
    *,
    turns: int = 0,
    temperature: Sequence[tuple[int, int]] = (),
    heart: Sequence[tuple[int, int]] = (),
) -> bytes:
    """One packet with its checksum."""
    body = struct.pack("<6I", begin_s, end_s, len(acceleration), turns, len(temperature), len(heart))
    body += acceleration.astype("<i2").tobytes() + bytes(6 * turns)
    body += b"".join(struct.pack("<2h", *pair) for pair in (*temperature, *heart))
    return MARK + struct.pack("<I", zlib.crc32(body)) + body


def matrix_bytes(packets: Sequence[bytes], *, range_g: int = 8, declared: int | None = None) -> bytes:
    """A whole file."""
    n = len(packets) if declared is None else declared
    return bytes(512) + struct.pack("<4sIHH", b"MDTC", n, range_g, 2_000) + b"".join(packets)


def three_packets() -> list[bytes]:
    """Two and a half minutes at 25 Hz with heart rate and temperature, and with turns in one packet."""
    return [
        packet(
            START_S + 50 * i, START_S + 50 * (i + 1), motion(1_250, seed=i), turns=5 * (i == 1),
            temperature=[(321, 250), (323, 251)], heart=[(0, 0), (100, 70 + i), (100, 72 + i), (0, 0), (0, 0)],
        )
        for i in range(3)
    ]  # fmt: skip


def matrix_bin(folder: Path) -> Path:
    """Those packets."""
    path = folder / "MTX_17.BIN"
    path.write_bytes(matrix_bytes(three_packets()))
    return path


def mend_packets(whole: bytes) -> bytes:
    """Make the checksum of every packet right, as far as its own counts say that it goes."""
    out, at = bytearray(whole), whole.find(MARK)
    while at >= 0 and at + 36 <= len(out):
        counts = struct.unpack_from("<4I", out, at + 20)
        size = 36 + 6 * counts[0] + 6 * counts[1] + 4 * counts[2] + 4 * counts[3]
        out[at + 8 : at + 12] = struct.pack("<I", zlib.crc32(bytes(out[at + 12 : at + size])))
        at = bytes(out).find(MARK, at + 8)
    return bytes(out)


SAMPLES = (matrix_bin,)
MEND = {"matrix_bin": mend_packets}

REAL = "GGIRread: six recordings, two of them damaged"
SECOND = "packet counts of GGIRread's own tests"
