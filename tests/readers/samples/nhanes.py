"""A small SAS transport table, made here."""

import struct
from pathlib import Path

import numpy as np


def _ibm(values: np.ndarray) -> bytes:
    """Whole numbers as 8-byte IBM floats: 0.fraction * 16 ** (exponent - 64)."""
    words = b""
    for value in values.astype(np.int64).tolist():
        digits = (value.bit_length() + 3) // 4
        words += (((64 + digits) << 56) | (value << (56 - 4 * digits)) if value else 0).to_bytes(8, "big")
    return words


def nhanes_xpt(folder: Path) -> Path:
    """Hip minutes of two participants, as a SAS transport table."""
    minutes, people = 120, (31_128, 31_129)
    minute = np.tile(np.arange(minutes), len(people))
    columns = {
        "SEQN": np.repeat(people, minutes),
        "PAXSTAT": np.ones_like(minute),
        "PAXCAL": np.ones_like(minute),
        "PAXDAY": np.full_like(minute, 3),
        "PAXN": minute + 1,
        "PAXHOUR": minute // 60,
        "PAXMINUT": minute % 60,
        "PAXINTEN": (minute * 37) % 500,
        "PAXSTEP": minute % 5,
    }
    cells = np.stack([np.frombuffer(_ibm(c), dtype=np.uint8).reshape(-1, 8) for c in columns.values()], axis=1)
    block = b"".join(
        (
            struct.pack(">hhhh", 1, 0, 8, i + 1) + name.encode().ljust(8) + b" " * 40 + b" " * 8 + b"\0" * 8
            + b" " * 8 + b"\0" * 4 + struct.pack(">i", 8 * i)
        ).ljust(140, b"\0")
        for i, name in enumerate(columns)
    )  # fmt: skip
    rule = "HEADER RECORD*******{}HEADER RECORD!!!!!!!"
    heads = [
        rule.format("LIBRARY ") + "0" * 30,
        "SAS     SAS     SASLIB  9.1     TEST" + " " * 24 + "01JAN26:00:00:00",
        "01JAN26:00:00:00",
        rule.format("MEMBER  ") + f"{'0' * 17}1600000000140",
        rule.format("DSCRPTR ") + "0" * 30,
        "SAS     PAXRAW_DSASDATA 9.1     TEST" + " " * 24 + "01JAN26:00:00:00",
        "01JAN26:00:00:00" + " " * 16 + f"{'Synthetic table':40}",
        rule.format("NAMESTR ") + f"{'0' * 6}{len(columns):04d}{'0' * 20}",
    ]
    body = cells.tobytes()
    path = folder / "PAXRAW_D.XPT"
    path.write_bytes(
        b"".join(h.encode().ljust(80) for h in heads)
        + block.ljust(-(-len(block) // 80) * 80)
        + (rule.format("OBS     ") + "0" * 30).encode().ljust(80)
        + body.ljust(-(-len(body) // 80) * 80)
    )
    return path


SAMPLES = (nhanes_xpt,)
REAL = "questionnaire and laboratory tables of 2005-2006"
SECOND = "labels of the NHANES pack, value by value"
