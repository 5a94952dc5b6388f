"""Small GENEActiv and GENEA files, made here."""

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np

GAIN, OFFSET = (25_500, 25_400, 25_600), (300, -500, 100)
GENEA_POLYNOMIAL = 0x85


def motion(n: int, *, seed: int = 1) -> np.ndarray:
    """Raw samples [n 3] of 12 bits around one g."""
    rng = np.random.default_rng(seed)
    return np.rint(np.array([25, -50, 245]) + rng.normal(size=(n, 3)) * 10).astype(np.int64)


def page(number: int, steps: np.ndarray, *, time: str, rate: float, light: int = 4, warmth: float = 30.5) -> str:
    """One page: nine lines and the samples."""
    digits = "".join(f"{x & 0xFFF:03X}{y & 0xFFF:03X}{z & 0xFFF:03X}{light << 2:03X}" for x, y, z in steps.tolist())
    return (
        f"Recorded Data\r\nDevice Unique Serial Code:000000\r\nSequence Number:{number}\r\nPage Time:{time}\r\n"
        f"Unassigned:\r\nTemperature:{warmth}\r\nBattery voltage:4.1\r\nDevice Status:Recording\r\n"
        f"Measurement Frequency:{rate}\r\n{digits}\r\n"
    )


def geneactiv_text(
    pages: Sequence[np.ndarray],
    *,
    rate: float = 10.0,
    zone: str = "GMT +01:00",
    start: str = "2024-03-01T10:00:00.000",
    declared: int | None = None,
    step_s: float | None = None,
    notes: str = "",
) -> str:
    """A whole file; pages follow each other every `step_s` seconds."""
    head = (
        "Device Identity\r\nDevice Unique Serial Code:000000\r\nDevice Type:GENEActiv\r\nDevice Model:1.2\r\n\r\n"
        f"Configuration Info\r\nMeasurement Frequency:{rate} Hz\r\nTime Zone:{zone}\r\n\r\n"
        f"Trial Info\r\nExtract Notes:{notes}\r\n\r\nSubject Info\r\nDevice Location Code:left wrist\r\n\r\n"
        "Calibration Data\r\n"
    )
    for axis, gain, offset in zip("xyz", GAIN, OFFSET, strict=True):
        head += f"{axis} gain:{gain}\r\n{axis} offset:{offset}\r\n"
    n = len(pages) if declared is None else declared
    head += f"Volts:300\r\nLux:900\r\n\r\nMemory Status\r\nNumber of Pages:{n}\r\n\r\n"
    between = round((step_s or 300 / rate) * 1000)
    body = ""
    for i, steps in enumerate(pages):
        at = str(np.datetime64(start, "ms") + np.timedelta64(i * between, "ms")).replace("T", " ").replace(".", ":")
        body += page(i, steps, time=at, rate=rate)
    return head + body


def geneactiv_bin(folder: Path) -> Path:
    """90 seconds at 10 Hz: three pages."""
    path = folder / "17_left wrist.bin"
    path.write_text(geneactiv_text([motion(300, seed=i) for i in range(3)]), newline="")
    return path


def crc8(body: bytes) -> int:
    """Checksum of a GENEA's chunk, bit by bit."""
    rest = 0
    for byte in body:
        rest ^= byte
        for _ in range(8):
            rest = ((rest << 1) ^ GENEA_POLYNOMIAL if rest & 0x80 else rest << 1) & 0xFF
    return rest


def genea_chunk(kind: int, body: bytes) -> bytes:
    """A chunk of one kind with its checksum; `body` are the lower 4 bits of the second byte and the 4 after it."""
    filled = bytes([kind << 4 | body[0] & 0x0F]) + body[1:]
    return bytes([crc8(filled)]) + filled


def genea_sample(x: int, y: int, z: int) -> bytes:
    """A chunk of three numbers of 12 bits."""
    bits = (x & 0xFFF) << 24 | (y & 0xFFF) << 12 | z & 0xFFF
    return genea_chunk(0, bits.to_bytes(5, "big"))


def genea_bytes(
    seconds: Sequence[int], *, rate: int = 20, gains: str = "8192 8192 8192", offsets: str = "0 0 0"
) -> bytes:
    """A whole file: before the samples of each second its time, one battery reading, pages of 341 chunks."""
    head = (
        f"GENEA/1.00\r\nSerial-Number:00000\r\nBody-Location:LW\r\nTrial-Start:2010-03-30 12:08:36\r\n"
        f"Accel-Offsets:{offsets}\r\nAccel-Gains:{gains}\r\nSample-Rate:{rate}Hz\r\n\r\n"
    ).encode()
    chunks = [genea_sample(10, -20, -340)] * 3 + [genea_chunk(4, bytes(5))]
    for n, second in enumerate(seconds):
        chunks.append(genea_chunk(2, b"\0" + struct.pack(">I", second)))
        chunks += [genea_sample(10 + (n + i) % 7, -20, -340 + i % 3) for i in range(rate)]
    whole = [chunks[i : i + 341] for i in range(0, len(chunks), 341)]
    return head + b"".join(b"".join(part).ljust(2_048, b"\0") if len(part) == 341 else b"".join(part) for part in whole)


def genea_bin(folder: Path) -> Path:
    """81 seconds at 20 Hz."""
    path = folder / "03_LAB.bin"
    path.write_bytes(genea_bytes(range(1_269_950_940, 1_269_951_021)))
    return path


def mend_chunks(whole: bytes) -> bytes:
    """Make the checksum of every chunk right."""
    at = whole.find(b"\r\n\r\n") + 4
    if at < 4:
        return whole
    out = bytearray(whole)
    for start in range(at, len(out), 2_048):
        for place in range(start, min(start + 341 * 6, len(out) - 5), 6):
            out[place] = crc8(bytes(out[place + 1 : place + 6]))
    return bytes(out)


SAMPLES = (geneactiv_bin, genea_bin)
# Pages of a GENEActiv have no checksum.
MEND = {"genea_bin": mend_chunks}

REAL = "GGIRread, scikit-digital-health: two GENEActiv, one GENEA"
SECOND = "actfast and scikit-digital-health, every sample"
