"""Small ActiGraph files, written here: gt3x of both generations and packings, agd, CSV of epochs and raw samples."""

import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import numpy as np

TICKS_AT_1970 = 621_355_968_000_000_000
START_S = 1_709_280_000  # 2024-03-01 08:00 on the wall clock
ACTIVITY, LUX, METADATA, CAPSENSE, PARAMETERS, ACTIVITY2 = 0, 5, 6, 13, 21, 26


def ticks(wall_s: float) -> int:
    """.NET ticks of a wall-clock time."""
    return round(wall_s * 10_000_000) + TICKS_AT_1970


def record(kind: int, stamp: int, payload: bytes) -> bytes:
    """A log record with its checksum: one's complement of the XOR of all before it."""
    whole = bytes([0x1E, kind]) + stamp.to_bytes(4, "little") + len(payload).to_bytes(2, "little") + payload
    return whole + bytes([0xFF ^ int(np.bitwise_xor.reduce(np.frombuffer(whole, dtype=np.uint8)))])


def packed(steps: np.ndarray) -> bytes:
    """Samples [n, 3] in X Y Z, in steps of the device, as 12-bit numbers in Y X Z."""
    numbers = (steps[:, [1, 0, 2]].ravel() & 0xFFF).tolist()
    nibbles = "".join(f"{number:03x}" for number in numbers)
    return bytes.fromhex(nibbles + "0" * (len(nibbles) % 2))


def wide(steps: np.ndarray) -> bytes:
    """Samples [n, 3] as 16-bit numbers in X Y Z."""
    return steps.astype("<i2").tobytes()


def moves(seconds: int, *, rate: int = 30, seed: int = 1, scale: int = 256) -> np.ndarray:
    """Made-up acceleration in steps of the device, [second, rate, 3]: standing with an arm that swings now and then."""
    rng = np.random.default_rng(seed)
    t = np.arange(seconds * rate) / rate
    swing = np.repeat(rng.random(seconds) < 0.5, rate) * np.sin(2 * np.pi * 1.8 * t)
    g = rng.normal(0, 0.02, (len(t), 3)) + np.stack([0.2 * swing, -0.95 + 0.6 * swing, 0.3 * swing], axis=1)
    return np.rint(g * scale).astype(np.int64).reshape(seconds, rate, 3)


def info_txt(**changed: str) -> bytes:
    """An info.txt; keys are changed, or left out where their value is empty."""
    said = {
        "Serial Number": "MOS2E00000000", "Device Type": "wGT3XBT", "Firmware": "1.9.2", "Battery Voltage": "4,03",
        "Sample Rate": "30", "Start Date": str(ticks(START_S)), "Stop Date": "0",
        "Last Sample Time": str(ticks(START_S + 900)), "TimeZone": "02:00:00",
        "Download Date": str(ticks(START_S + 900)), "Acceleration Scale": "256.0", "Limb": "Waist", "Side": "Left",
        "Subject Name": "made up",
    }  # fmt: skip
    said |= {key.replace("_", " "): value for key, value in changed.items()}
    return "".join(f"{key}: {value}\r\n" for key, value in said.items() if value).encode()


def log_of(seconds: Iterable[tuple[int, np.ndarray]], *, kind: int = ACTIVITY) -> bytes:
    """Acceleration records of (second since START_S, samples)."""
    pack = packed if kind == ACTIVITY else wide
    return b"".join(record(kind, START_S + second, pack(steps)) for second, steps in seconds)


def metadata(**said: object) -> bytes:
    """A METADATA record."""
    return record(METADATA, START_S, json.dumps(said).encode())


def parameters(pairs: dict[tuple[int, int], int]) -> bytes:
    """A PARAMETERS record of (space, key) -> value."""
    cells = b"".join(
        space.to_bytes(2, "little") + key.to_bytes(2, "little") + value.to_bytes(4, "little")
        for (space, key), value in pairs.items()
    )
    return record(PARAMETERS, START_S, cells)


def container(path: Path, members: dict[str, bytes], *, method: int = zipfile.ZIP_STORED) -> Path:
    """A gt3x of these members, always the same bytes."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return path


def agd(path: Path, *, settings: dict[str, str], rows: np.ndarray, columns: tuple[str, ...]) -> Path:
    """A database of epochs; the first column of `rows` is wall-clock seconds since 1970."""
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    named = ", ".join(f"{c} INTEGER" for c in columns)
    connection.execute(f"CREATE TABLE data (dataTimestamp INTEGER, {named})")
    connection.execute("CREATE TABLE settings (settingID INTEGER, settingName TEXT, settingValue TEXT)")
    connection.execute("CREATE TABLE sleep (sleepID INTEGER)")
    connection.executemany("INSERT INTO settings VALUES (?, ?, ?)", [(i, *kv) for i, kv in enumerate(settings.items())])
    marks = ", ".join("?" * (len(columns) + 1))
    connection.executemany(
        f"INSERT INTO data VALUES ({marks})", [(ticks(int(r[0])), *(int(c) for c in r[1:])) for r in rows]
    )
    connection.commit()
    connection.close()
    return path


def csv_header(*, first: str, epoch: str, mode: int, date: str = "3/1/2024", extra: str = "") -> str:
    """ActiLife's ten lines."""
    return "\n".join(
        [
            f"------------ Data File Created By ActiGraph wGT3XBT ActiLife v6.13.3 Firmware v1.8.0 {first} -----------",
            "Serial Number: MOS2D00000000",
            "Start Time 08:00:00",
            f"Start Date {date}",
            f"Epoch Period (hh:mm:ss) {epoch}",
            "Download Time 18:59:15",
            "Download Date 3/24/2024",
            "Current Memory Address: 0",
            f"Current Battery Voltage: 4.03     Mode = {mode}",
            "--------------------------------------------------",
        ]
    ) + (extra or "\n")


# --- samples ------------------------------------------------------------------------------------------------------


def gt3x_log(folder: Path) -> Path:
    """Four minutes of packed samples with a pause of a minute, light, skin contact and settings."""
    steps = moves(240)
    seconds = [(s if s < 130 else s + 60, steps[s]) for s in range(240)]
    log = (
        metadata(MetadataType="Bio", Limb="Waist", Parsed=False, JSON=None)
        + parameters({(0, 55): 0x09400000, (1, 10): 30})
        + log_of(seconds[:60])
        + record(LUX, START_S + 60, (120).to_bytes(2, "little"))
        + record(CAPSENSE, START_S + 60, bytes([1, 0, 2, 0, 1, 0]))
        + log_of(seconds[60:])
    )
    return container(folder / "anna.gt3x", {"info.txt": info_txt(), "log.bin": log})


def gt3x_wide(folder: Path) -> Path:
    """Two minutes of wide samples at 40 Hz on a wrist, compressed."""
    steps = moves(120, rate=40)
    log = log_of(enumerate(steps), kind=ACTIVITY2)
    info = info_txt(Sample_Rate="40", Limb="Wrist", TimeZone="")
    return container(folder / "ben.gt3x", {"info.txt": info, "log.bin": log}, method=zipfile.ZIP_DEFLATED)


def gt3x_old(folder: Path) -> Path:
    """Two minutes of the older generation: samples and light without times."""
    steps = moves(120, scale=341).reshape(-1, 3)
    info = info_txt(Serial_Number="NEO1C00000000", Device_Type="", TimeZone="", Acceleration_Scale="", Limb="")
    light = np.array([0, 19, 65_535, 2_200, 1_100] * 24, dtype="<u2").tobytes()
    return container(folder / "cara.gt3x", {"activity.bin": packed(steps), "lux.bin": light, "info.txt": info})


def agd_hip(folder: Path) -> Path:
    """An hour of ten-second epochs."""
    rng = np.random.default_rng(3)
    rows = np.column_stack([START_S + 10 * np.arange(360), rng.integers(0, 900, (360, 3)), rng.integers(0, 20, 360)])
    settings = {"devicename": "wGT3XBT", "epochlength": "10", "limb": "Waist", "deviceserial": "MOS2D00000000"}
    return agd(folder / "dora.agd", settings=settings, rows=rows, columns=("axis1", "axis2", "axis3", "steps"))


def csv_epochs(folder: Path) -> Path:
    """Twenty minutes of 15-second epochs without names."""
    rows = "".join(f"{i * 7 % 300},{i * 11 % 200},{i * 13 % 100},{i % 9}\n" for i in range(80))
    path = folder / "emil.csv"
    path.write_text(csv_header(first="date format M/d/yyyy Filter Normal", epoch="00:00:15", mode=13) + rows)
    return path


def csv_raw(folder: Path) -> Path:
    """Two minutes of raw samples."""
    samples = moves(120).reshape(-1, 3) / 256
    rows = "".join(f"{x:.3f},{y:.3f},{z:.3f}\n" for x, y, z in samples.tolist())
    head = csv_header(first="date format M/d/yyyy at 30 Hz  Filter Normal Limb: Waist", epoch="00:00:00", mode=12)
    path = folder / "fritz.csv"
    path.write_text(head + "Accelerometer X,Accelerometer Y,Accelerometer Z\n" + rows)
    return path


SAMPLES = (gt3x_log, gt3x_wide, gt3x_old, agd_hip, csv_epochs, csv_raw)


# --- mending ------------------------------------------------------------------------------------------------------


def mended_log(log: bytes) -> bytes:
    """Checksums of all records that the sizes in them lead to, made right."""
    out, at = bytearray(log), 0
    while at + 9 <= len(out):
        after = at + 9 + int.from_bytes(out[at + 6 : at + 8], "little")
        if out[at] != 0x1E or after > len(out):
            at += 1
            continue
        out[after - 1] = 0xFF ^ int(np.bitwise_xor.reduce(np.frombuffer(bytes(out[at : after - 1]), dtype=np.uint8)))
        at = after
    return bytes(out)


def _mend(make: Callable[[Path], Path]) -> Callable[[bytes], bytes]:
    """Checksums of records and of the archive made right, for a stored container."""

    @cache
    def places() -> dict[str, slice]:
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(make(Path(folder))) as archive:
            begin = {m.filename: m.header_offset + 30 + len(m.filename) for m in archive.infolist()}
            return {m.filename: slice(begin[m.filename], begin[m.filename] + m.file_size) for m in archive.infolist()}

    def mend(broken: bytes) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name, place in places().items():
                content = mended_log(broken[place]) if name == "log.bin" else broken[place]
                archive.writestr(zipfile.ZipInfo(name), content)
        return target.getvalue()

    return mend


MEND = {"gt3x_log": _mend(gt3x_log), "gt3x_old": _mend(gt3x_old)}

REAL = "GGIR: gt3x, epoch CSVs; never a real agd, raw CSV, Activity2 or activity.bin"
SECOND = "pygt3x, every sample of the gt3x; agcounts, every count"
