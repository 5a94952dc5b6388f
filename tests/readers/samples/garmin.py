"""Small FIT files and account exports, made here by a FIT writer of our own."""

import datetime as dt
import gzip
import io
import json
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

FIT_EPOCH = 631_065_600
START = 1_709_280_000 - FIT_EPOCH  # 2024-03-01 08:00 UTC, in FIT seconds
LETTERS = {
    0x00: "B", 0x01: "b", 0x02: "B", 0x83: "h", 0x84: "H", 0x85: "i", 0x86: "I", 0x88: "f", 0x89: "d", 0x0A: "B",
    0x8B: "H", 0x8C: "I", 0x0D: "B", 0x8E: "q", 0x8F: "Q", 0x90: "Q",
}  # fmt: skip
ENUM, SINT8, UINT8, STRING, BYTE = 0x00, 0x01, 0x02, 0x07, 0x0D
SINT16, UINT16, UINT32, UINT32Z, FLOAT32 = 0x83, 0x84, 0x86, 0x8C, 0x88
Value = int | float | str | bytes | Sequence[int]


def checksum(raw: bytes) -> int:
    """CRC-16/ARC, bit by bit: the plain form that the reader's fast one is held against."""
    state = 0
    for byte in raw:
        state ^= byte
        for _ in range(8):
            state = (state >> 1) ^ 0xA001 if state & 1 else state >> 1
    return state


@dataclass(kw_only=True)
class Fit:
    """A FIT file being written: `add` messages, then take its `bytes`."""

    big: bool = False
    body: bytes = b""
    shapes: dict[tuple, int] = field(default_factory=dict)

    def add(
        self,
        number: int,
        fields: dict[int, tuple[int, Value]],
        *,
        short_stamp: int | None = None,
        developer: Sequence[tuple[int, bytes]] = (),
    ) -> "Fit":
        """One data message, its definition before it where it is new; `short_stamp` puts 5 bits into its header."""
        packed = {n: _packed(base, value, big=self.big) for n, (base, value) in fields.items()}
        shape = (
            number,
            tuple((n, len(packed[n]), fields[n][0]) for n in fields),
            tuple((n, len(b)) for n, b in developer),
        )
        slots = 4 if short_stamp is not None else 16
        if shape not in self.shapes or self.shapes[shape] >= slots:
            local = len(self.shapes) % slots
            self.shapes = {s: at for s, at in self.shapes.items() if at != local} | {shape: local}
            self.body += self.definition(local, *shape)
        local = self.shapes[shape]
        head = local if short_stamp is None else 0x80 | local << 5 | short_stamp & 0x1F
        self.body += bytes([head]) + b"".join(packed.values()) + b"".join(b for _, b in developer)
        return self

    def definition(self, local: int, number: int, fields: Sequence, developer: Sequence = ()) -> bytes:
        """A definition message as bytes."""
        order = ">" if self.big else "<"
        raw = bytes([0x40 | (0x20 if developer else 0) | local, 0, int(self.big)])
        raw += struct.pack(order + "HB", number, len(fields)) + b"".join(bytes(f) for f in fields)
        if developer:
            raw += bytes([len(developer)]) + b"".join(bytes([n, size, 0]) for n, size in developer)
        return raw

    def bytes(self, *, header: int = 14) -> bytes:
        """The whole file, with right lengths and checksums."""
        return framed(self.body, header=header)


def framed(body: bytes, *, header: int = 14) -> bytes:
    """Header and checksums around messages."""
    head = struct.pack("<BBHI4s", header, 0x20, 2_140, len(body), b".FIT")
    if header >= 14:
        head += struct.pack("<H", checksum(head)) + bytes(header - 14)
    return head + body + struct.pack("<H", checksum(head + body))


def mend(raw: bytes) -> bytes:
    """Changed bytes in a frame that is right again: whatever is inside is looked at."""
    return framed(raw[14:-2]) if len(raw) > 16 else raw


def _packed(base: int, value: Value, *, big: bool) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode() + b"\0"
    values = value if isinstance(value, Sequence) else [value]
    return struct.pack((">" if big else "<") + LETTERS[base] * len(values), *values)


def file_id(fit: Fit, kind: int, *, at: int = START, maker: int = 1, product: int = 2_697) -> Fit:
    """Who wrote the file: by default a Garmin fenix5, with a serial number that must never be shown."""
    return fit.add(
        0,
        {0: (ENUM, kind), 1: (UINT16, maker), 2: (UINT16, product), 3: (UINT32Z, 3_945_849_289), 4: (UINT32, at)},
    )


def run(minutes: int = 10, *, at: int = START, big: bool = False) -> Fit:
    """A run: a record a second with heart rate, cadence, distance and power, one hour ahead of UTC."""
    fit = file_id(Fit(big=big), 4, at=at)
    fit.add(12, {0: (ENUM, 1), 1: (ENUM, 0)})
    for s in range(minutes * 60):
        fields = {
            253: (UINT32, at + s), 3: (UINT8, 120 + s // 60 % 30), 4: (UINT8, 80), 5: (UINT32, s * 300),
            6: (UINT16, 3_000), 7: (UINT16, 250), 13: (SINT8, 21),
        }  # fmt: skip
        fit.add(20, fields)
    end = at + minutes * 60 - 1
    fit.add(18, {253: (UINT32, end), 2: (UINT32, at), 5: (ENUM, 1)})
    return fit.add(34, {253: (UINT32, end), 5: (UINT32, end + 3_600)})


def day(*, at: int = START, hours: int = 4, midnight: bool = False) -> Fit:
    """A stretch of a watch's log: kinds of activity, steps, heart rate, stress, breathing, oxygen, resting pulse.

    With `midnight`, its first minute is local midnight, else the zone is an hour ahead of UTC.
    """
    fit = file_id(Fit(), 32, at=at)
    fit.add(23, {253: (UINT32, at + 200_000), 0: (UINT8, 0), 2: (UINT16, 1), 4: (UINT16, 2_697)})
    ahead = -((at + FIT_EPOCH) % 86_400) if midnight else 3_600
    fit.add(103, {253: (UINT32, at), 0: (UINT32, at + ahead), 1: (ENUM, [6, 1]), 5: (UINT16, 1_700)})
    steps = 0
    for m in range(1, hours * 60 + 1):
        t = at + m * 60
        if m % 10 == 5:
            steps += 60
            fit.add(55, {26: (UINT16, t & 0xFFFF), 24: (BYTE, 2 << 5 | 6), 3: (UINT32, steps)})
        elif m % 10 in (4, 9):
            fit.add(55, {26: (UINT16, t & 0xFFFF), 24: (BYTE, 8)})
        fit.add(55, {26: (UINT16, t & 0xFFFF), 27: (UINT8, 60 + m % 20)})
        if m % 3 == 0:
            fit.add(227, {1: (UINT32, t), 0: (SINT16, 30 if m % 2 else -1), 3: (SINT8, 50)})
            fit.add(297, {253: (UINT32, t), 0: (SINT16, 1_450)})
        if m % 60 == 0:
            fit.add(269, {253: (UINT32, t), 0: (UINT8, 96)})
    fit.add(211, {253: (UINT32, at + 60), 0: (UINT8, 52), 1: (UINT8, 54)})
    return fit


def garmin_activity(folder: Path) -> Path:
    """A run as one file."""
    path = folder / "run.fit"
    path.write_bytes(run().bytes())
    return path


def garmin_monitoring(folder: Path) -> Path:
    """Some hours of a watch's log."""
    path = folder / "day.FIT"
    path.write_bytes(day().bytes())
    return path


NIGHT = {
    "calendarDate": "2024-03-02",
    "sleepStartTimestampGMT": "2024-03-01T22:00:00.0",
    "sleepEndTimestampGMT": "2024-03-02T05:00:00.0",
    "deepSleepSeconds": 3_600,
    "lightSleepSeconds": 18_000,
    "remSleepSeconds": None,
    "awakeSleepSeconds": 600,
    "averageRespiration": 14.0,
}
CONNECT_NIGHT = {
    "dailySleepDTO": {
        "calendarDate": "2024-03-01",
        "sleepStartTimestampGMT": 1_709_244_000_000,
        "sleepStartTimestampLocal": 1_709_247_600_000,
        "deepSleepSeconds": 1_800,
        "lightSleepSeconds": 1_800,
        "awakeSleepSeconds": 60,
    },
    "sleepLevels": [
        {"startGMT": "2024-02-29T22:00:00.0", "endGMT": "2024-02-29T22:30:00.0", "activityLevel": 1.0},
        {"startGMT": "2024-02-29T22:30:00.0", "endGMT": "2024-02-29T23:00:00.0", "activityLevel": 0.0},
        {"startGMT": "2024-02-29T23:00:00.0", "endGMT": "2024-02-29T23:01:00.0", "activityLevel": 3.0},
    ],
}
DAY = {
    "calendarDate": "2024-03-01",
    "totalSteps": 8_000,
    "restingHeartRate": 53,
    "totalDistanceMeters": 6_100,
    "wellnessStartTimeGmt": "2024-02-29T23:00:00.0",
    "wellnessStartTimeLocal": "2024-03-01T00:00:00.0",
}
WEIGHT = {"metaData": {"calendarDate": "2024-03-01T07:00:00.0"}, "weight": {"weight": 70_500.0}}


def packed(files: dict[str, bytes]) -> bytes:
    """A zip archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def strava_export(folder: Path) -> Path:
    """Activities as Strava exports them: each packed alone, as it was uploaded."""
    path = folder / "export_1.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("activities.csv", "Activity ID,Activity Date\n1,x\n")
        archive.writestr("activities/1.fit.gz", gzip.compress(run(3).bytes(), mtime=0))
        archive.writestr("activities/2.fit.gz", gzip.compress(run(2, at=START + 7_200).bytes(), mtime=0))
        archive.writestr("activities/3.gpx", "<gpx/>")
    return path


def garmin_account(folder: Path) -> Path:
    """An account export as it comes: JSON in folders, FIT files in an archive inside, one FIT file put beside."""
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        nights = [{"retro": False}, NIGHT]
        archive.writestr("DI_CONNECT/DI-Connect-Wellness/2024_1_sleepData.json", json.dumps(nights))
        archive.writestr("DI_CONNECT/DI-Connect-Wellness/1_userBioMetrics.json", json.dumps([WEIGHT]))
        archive.writestr("DI_CONNECT/DI-Connect-Aggregator/UDSFile_2024.json", json.dumps([DAY]))
        archive.writestr("DI_CONNECT/DI-Connect-User/HydrationLogFile_2024.json", "[]")
        uploaded = packed({"a_1.fit": run(2, at=START + 7_200).bytes(), "a_2.txt": b"weights"})
        archive.writestr("DI_CONNECT/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip", uploaded)
        archive.writestr("DI_CONNECT/sleep-2024-03-01.json", json.dumps(CONNECT_NIGHT))
        archive.writestr("DI_CONNECT/run.fit", run(2).bytes())
    return path


def garmin_night(folder: Path) -> Path:
    """One night as Garmin Connect gives it, a file on its own."""
    path = folder / "sleep-2024-03-01.json"
    path.write_text(json.dumps(CONNECT_NIGHT))
    return path


def companion_lines(beats: int = 200) -> str:
    """Text of a companion app: beats, heart rate, steps and stress."""
    lines, clock = [], 1_709_280_000.0
    for i in range(beats):
        rr = 780 + (i * 37) % 60
        clock += rr / 1_000
        stamp = dt.datetime.fromtimestamp(clock, tz=dt.timezone(dt.timedelta(hours=2)))
        at = stamp.isoformat(timespec="milliseconds")
        lines.append(f"{at};HEART_RATE_VARIABILITY;{rr}.0")
        if i % 5 == 0:
            lines += [f"{at};HEART_RATE;{70 + i % 9}.0", f"{at};STEPS;{300 + i}.0", f"{at};STRESS;{i % 30 - 1}.0"]
    return "\n".join(lines) + "\n"


def garmin_companion(folder: Path) -> Path:
    """What a companion app of the health SDK wrote."""
    path = folder / "data.csv"
    path.write_text(companion_lines())
    return path


SAMPLES = (strava_export, garmin_activity, garmin_monitoring, garmin_account, garmin_night, garmin_companion)
MEND = {"garmin_activity": mend, "garmin_monitoring": mend}

REAL = "fitdecode: 37 FIT files; flirt: Garmin CSVs; never a real account export"
SECOND = "fitdecode, all fields of nine files; six published CSVs of records"
