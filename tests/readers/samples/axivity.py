"""Small Axivity files, made here, and the writer that makes them, and large ones, of samples and true rates."""

import struct
from pathlib import Path

import numpy as np

START_S = 1_709_287_200.25  # 2024-03-01 10:00:00.250 on the device's clock
HEADER_BYTES, SECTOR = 1024, 512
PER_BLOCK = {0x30: 120, 0x32: 80, 0x62: 40, 0x92: 26}


def header(*, ax6: bool = False, notes: bytes = b"_p=left+wrist&_sc=7", rate: int = 0x4A) -> bytes:
    """1,024 bytes of an AX3's or AX6's header."""
    head = bytearray(b"\xff" * HEADER_BYTES)
    head[0:4] = b"MD" + struct.pack("<H", 1020)
    head[4] = 0x64 if ax6 else 0
    head[5:7] = struct.pack("<H", 12_345)
    head[36], head[41] = rate, 44
    head[64:512] = notes.ljust(448, b"\x20")
    return bytes(head)


def stamp_of(seconds: np.ndarray) -> np.ndarray:
    """Packed date and time of whole seconds since 1970."""
    days = seconds // 86_400
    date = days.astype("datetime64[D]")
    month = date.astype("datetime64[M]").astype(np.int64)
    day = (date - date.astype("datetime64[M]")).astype(np.int64) + 1
    clock = seconds % 86_400
    year, of_year = month // 12 + 1970 - 2000, month % 12 + 1
    hour_on = clock // 3600 << 12 | clock // 60 % 60 << 6 | clock % 60
    return (year << 26 | of_year << 22 | day << 17 | hour_on).astype("<u4")


def packed(steps: np.ndarray) -> np.ndarray:
    """Samples [..., 3] in 1/256 g as words of three 10-bit numbers with one exponent; finer steps than that are cut."""
    most = np.maximum(np.abs(steps + (steps < 0)).max(axis=-1), 0)
    exponent = np.select([most < 512, most < 1024, most < 2048], [0, 1, 2], 3).astype(np.int64)
    x, y, z = (steps[..., i].astype(np.int64) >> exponent & 0x3FF for i in range(3))
    return (exponent << 30 | z << 20 | y << 10 | x).astype("<u4")


def mended(sectors: np.ndarray) -> np.ndarray:
    """Blocks [n 512] with their checksums made right."""
    words = sectors.view("<u2")
    words[:, 255] = 0
    words[:, 255] = (-words.astype(np.int64).sum(axis=1)) & 0xFFFF
    return sectors


def blocks(
    steps: np.ndarray,
    *,
    kind: int = 0x30,
    rate: int = 0x4A,
    start_s: float = START_S,
    true_hz: float = 100.0,
    first: int = 0,
    light: int = 300,
    temperature: int = 280,
    fraction: bool = True,
) -> np.ndarray:
    """Blocks [n 512] of samples [n per_block axes]; `true_hz` is their rate, `rate` the code of what was set."""
    n, per = steps.shape[:2]
    out = np.zeros((n, SECTOR), dtype=np.uint8)
    nominal = 3200 / (1 << (15 - (rate & 15)))
    begin = start_s + (first + np.arange(n)) * per / true_hz
    sixteenths = ((begin % 1) * 65_536).astype(np.int64) & ~1 if fraction else np.zeros(n, dtype=np.int64)
    # Without a fraction, the stamp is the next whole second, some samples after the first.
    offset = -(sixteenths * int(nominal) >> 16) if fraction else np.round((np.ceil(begin) - begin) * nominal)
    second = np.floor(begin) if fraction else np.ceil(begin)
    out[:, 0:4] = np.frombuffer(b"AX\xfc\x01", dtype=np.uint8)
    field = {
        4: (0x8000 | sixteenths >> 1) if fraction else np.zeros(n),
        18: np.full(n, light),
        20: np.full(n, temperature),
        26: offset,
        28: np.full(n, per),
    }
    for at, values in field.items():
        out[:, at : at + 2] = values.astype(np.int64).astype("<u2").view(np.uint8).reshape(n, 2)
    out[:, 10:14] = (first + np.arange(n)).astype("<u4").view(np.uint8).reshape(n, 4)
    out[:, 14:18] = stamp_of(second.astype(np.int64)).view(np.uint8).reshape(n, 4)
    out[:, 24], out[:, 25] = rate, kind
    body = packed(steps) if kind == 0x30 else steps.astype("<i2")
    body = np.ascontiguousarray(body).view(np.uint8).reshape(n, -1)
    out[:, 30 : 30 + body.shape[1]] = body
    return mended(out)


def motion(n: int, *, seed: int = 1, g: int = 256) -> np.ndarray:
    """Samples [n 3] in 1/g of one g: mostly still, now and then a movement."""
    rng = np.random.default_rng(seed)
    gravity = np.array([0.1, -0.2, 0.97]) * g
    moving = np.repeat(rng.random(n // 50 + 1) < 0.3, 50)[:n, None]
    return np.rint(gravity + rng.normal(size=(n, 3)) * np.where(moving, g / 4, 1)).clip(-511, 511).astype(np.int64)


def large_cwa(path: Path, *, megabytes: float) -> Path:
    """A file of an AX3 at 100 Hz, as large as one wants, written piece by piece."""
    steps = motion(2_048 * 120).reshape(2_048, 120, 3)
    left = int(megabytes * 1e6) // SECTOR
    with path.open("wb") as file:
        file.write(header())
        first = 0
        while first < left:
            n = min(2_048, left - first)
            file.write(blocks(steps[:n], first=first, true_hz=99.5).tobytes())
            first += n
    return path


def axivity_cwa(folder: Path) -> Path:
    """80 seconds of an AX3 at 50 Hz, packed."""
    path = folder / "17_left.CWA"
    path.write_bytes(header() + blocks(motion(34 * 120).reshape(34, 120, 3), rate=0x49, true_hz=50.0).tobytes())
    return path


def axivity_ax6(folder: Path) -> Path:
    """80 seconds of an AX6 at 12.5 Hz with its gyroscope."""
    steps = np.concatenate([motion(1_000, seed=2), motion(1_000, g=4_096).clip(-32_768, 32_767) * 8], axis=1)
    body = blocks(steps.reshape(25, 40, 6), kind=0x62, rate=0x47, true_hz=12.5, light=0x6400 | 60)
    path = folder / "6011834.cwa"
    path.write_bytes(header(ax6=True, rate=0x47) + body.tobytes())
    return path


def axivity_csv(folder: Path) -> Path:
    """80 seconds at 6.25 Hz as OmGui writes them, times written out."""
    steps = motion(500) / 256
    at = np.datetime64("2024-03-01T10:00:00.250", "ms") + np.arange(500) * np.timedelta64(160, "ms")
    lines = [f"{str(t).replace('T', ' ')},{x:.6f},{y:.6f},{z:.6f}" for t, (x, y, z) in zip(at, steps, strict=True)]
    path = folder / "17_left.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def axivity_wav(folder: Path) -> Path:
    """80 seconds at 25 Hz as sound, with a temperature and a light in each second."""
    path = folder / "17_left.wav"
    path.write_bytes(wav(motion(25 * 80), rate_hz=25))
    return path


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk of a RIFF file."""
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def wav(
    steps: np.ndarray, *, rate_hz: int, marks: np.ndarray | None = None, time: str = "2024-03-01 10:00:00.250"
) -> bytes:
    """A WAV file of samples [n 3] in 1/256 g; `marks` are the auxiliary channel's."""
    if marks is None:
        second = np.arange(len(steps)) % rate_hz
        marks = np.select([second == 0, second == 1], [0x0C00 | 280, 0x0800 | 300], 0x0400 | 700)
    scaled = steps * (32_768 // 256) // 8
    frames = np.concatenate([scaled, marks[:, None]], axis=1).astype("<u2").tobytes()
    layout = struct.pack("<HHIIHHHHI16s", 0xFFFE, 4, rate_hz, rate_hz * 8, 8, 16, 22, 16, 0, b"\x01\0\0\0")
    axes = "".join(f"Channel-{i + 1}: Accel-{a}\nScale-{i + 1}: 8\n" for i, a in enumerate("XYZ"))
    texts = b"INFO" + chunk(b"INAM", b"Session: 1\nMetadata: _p=left+wrist&_sc=1\n")
    texts += chunk(b"IART", b"Id: 1\nDevice: CWA\n") + chunk(b"ICMT", f"Time: {time}\n{axes}Channel-4: Aux\n".encode())
    body = b"WAVE" + chunk(b"fmt ", layout) + chunk(b"LIST", texts) + chunk(b"JUNK", bytes(10)) + chunk(b"data", frames)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def axivity_ukbiobank(folder: Path) -> Path:
    """Ten minutes of a UK Biobank participant's file, made up."""
    values = np.abs(np.random.default_rng(3).normal(size=120) * 30).round(1)
    rows = "".join(f"{v:g},{int(i % 40 == 39)}\n" for i, v in enumerate(values))
    path = folder / "1000001_90004_0_0.csv"
    path.write_text(
        f"acceleration (mg) - 2014-12-08 10:00:00 - 2014-12-08 10:09:55 - sampleRate = 5 seconds,imputed\n{rows}"
    )
    return path


def mend_blocks(whole: bytes) -> bytes:
    """Make the checksum of every block right."""
    n = max(len(whole) - HEADER_BYTES, 0) // SECTOR
    body = np.frombuffer(whole[HEADER_BYTES : HEADER_BYTES + n * SECTOR], dtype=np.uint8).reshape(n, SECTOR).copy()
    return whole[:HEADER_BYTES] + mended(body).tobytes() + whole[HEADER_BYTES + n * SECTOR :]


SAMPLES = (axivity_cwa, axivity_ax6, axivity_csv, axivity_wav, axivity_ukbiobank)
MEND = {"axivity_cwa": mend_blocks, "axivity_ax6": mend_blocks}

REAL = "GGIRread, scikit-digital-health: four cwa, wav, three CSVs"
SECOND = "actfast and scikit-digital-health, every sample"
