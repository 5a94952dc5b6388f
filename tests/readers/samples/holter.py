"""Small Holter recordings, made here: an ISHNE header without an electrocardiogram, and its beats as text."""

import binascii
import struct
from pathlib import Path


def ecg(*, date: tuple[int, int, int] = (9, 3, 2024), start: tuple[int, int, int] = (10, 5, 0)) -> bytes:
    """An ISHNE file of two samples: (day, month, year), (hour, minute, second)."""
    fixed = bytearray(512)
    struct.pack_into("<iiii", fixed, 0, 0, 2, 522, 522)  # variable block, samples, offsets
    struct.pack_into("<h", fixed, 16, 1)
    struct.pack_into("<3h", fixed, 128, *date)
    struct.pack_into("<3h", fixed, 134, *date)
    struct.pack_into("<3h", fixed, 140, *start)
    struct.pack_into("<h", fixed, 146, 1)  # leads
    return b"ISHNE1.0" + struct.pack("<H", binascii.crc_hqx(bytes(fixed), 0xFFFF)) + bytes(fixed) + b"\0" * 4


def beats(n: int = 600, *, gap_s: float = 0.8) -> str:
    """Beats as text: some that cannot be read, then a regular heart with one premature beat."""
    lines = ["00000000", "   4.000    X", "  12.000    X"]
    lines += [f"{13 + i * gap_s:8.3f}    {'S' if i == 300 else 'N'}" for i in range(n)]
    return "\n".join(lines) + "\n"


def holter_folder(folder: Path) -> Path:
    """A recording and its beats in a folder."""
    path = folder / "recording"
    path.mkdir(exist_ok=True)
    (path / "a17.ecg").write_bytes(ecg())
    (path / "a17.txt").write_text(beats())
    return path


def holter_file(folder: Path) -> Path:
    """The recording alone is named; its beats lie beside it."""
    (folder / "b3.txt").write_text(beats(200))
    path = folder / "b3.ecg"
    path.write_bytes(ecg())
    return path


def with_checksum(raw: bytes) -> bytes:
    """The same header, its checksum made right."""
    return raw[:8] + struct.pack("<H", binascii.crc_hqx(raw[10:522], 0xFFFF)) + raw[10:] if len(raw) >= 10 else raw


SAMPLES = (holter_folder, holter_file)
MEND = {"holter_file": with_checksum}

REAL = "flirt: one recording"
SECOND = "mean interval of the recorder's own text within 2 %"
