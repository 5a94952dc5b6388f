"""WAV: an AX3 or AX6 recording as sound, which OmGui exports: evenly resampled axes and an auxiliary channel.

The RIFF chunk of texts says which channel is which axis, its scale, and when the first sample was taken; the last
channel carries a mark where there was nothing to resample, and now and then a reading of light or temperature.
Source: Open Movement, omconvert, for the texts and the bits of the auxiliary channel.
"""

import re
import struct
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int16, Int64

from sennight.errors import ReadError
from sennight.readers.axivity.cwa import EARLIEST_S, RULE, celsius, lux
from sennight.readers.axivity.table import wall_s
from sennight.readers.guard import Member
from sennight.readers.raw_files import Hashed, place_of, remark
from sennight.readers.raw_minutes import RawMinutes
from sennight.readers.reader import ReadReport
from sennight.readers.zones import LATEST_S
from sennight.record import Clock, Recording

FRAMES_AT_ONCE = 1 << 17
MAX_HEADER_BYTES = 1 << 16  # texts before the samples; omconvert pads them to 1,024
MOST_CHANNELS = 16
MOST_HZ = 3_200
UNAVAILABLE = "sample that the device did not take (marked in the export)"

_LAYOUT = struct.Struct("<HHIIHH")  # kind, channels, rate, bytes a second, bytes a frame, bits
_PCM, _EXTENSIBLE = 1, 0xFFFE
_NOT_THERE = 0x8000  # bit of the auxiliary channel
_SENSOR, _LIGHT, _TEMPERATURE = 0x3C00, 0x0800, 0x0C00
_FULL_SCALE = 32_768


@dataclass(frozen=True, kw_only=True)
class Sound:
    """What the header says: `axes` and `auxiliary` are columns; `data_bytes` as declared."""

    rate_hz: int
    channels: int
    axes: tuple[int, int, int]
    scale_g: tuple[float, float, float]
    auxiliary: int | None
    start_s: float
    data_bytes: int
    worn_at: str
    ax6: bool
    gyroscope: bool


def claims_head(head: bytes) -> bool:
    """Is it a sound file whose texts name an accelerometer's axes?"""
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE" and b"Accel-X" in head


def header_of(stream: Hashed, *, where: str) -> Sound:
    """Read up to the first sample.

    Raises: ReadError if a part that is needed is missing or cannot be.
    """
    stream.read(12)
    layout, texts, left = b"", "", MAX_HEADER_BYTES
    while True:
        head = stream.read(8)
        size = int.from_bytes(head[4:8], "little")
        if len(head) < 8:
            raise ReadError("a WAV file without samples", where=where, todo="Export it again.")
        if head[:4] == b"data":
            return _sound(layout, _entries(texts), data_bytes=size, where=where)
        size += size % 2  # chunks begin at even places
        if size > left:
            raise ReadError("a WAV file with a header that never ends", where=where, todo="Export it again.")
        left -= size + 8
        body = stream.read(size)
        if head[:4] == b"fmt ":
            layout = body
        elif head[:4] == b"LIST":
            texts += body.replace(b"\x00", b"\n").decode("latin-1")


def _entries(texts: str) -> dict[str, str]:
    """`Name: value` lines; the first of a name counts."""
    found: dict[str, str] = {}
    for name, value in re.findall(r"([A-Z][A-Za-z]*(?:-[A-Z0-9])?): *([^\n]*)", texts):
        found.setdefault(name, value.strip())
    return found


def _sound(layout: bytes, entries: dict[str, str], *, data_bytes: int, where: str) -> Sound:
    kind, channels, rate_hz, _, _, bits = _LAYOUT.unpack(layout[: _LAYOUT.size].ljust(_LAYOUT.size, b"\0"))
    known = kind in (_PCM, _EXTENSIBLE) and bits == 16
    if not known or not 3 <= channels <= MOST_CHANNELS or not 1 <= rate_hz <= MOST_HZ:
        raise ReadError("a WAV file of another kind than 16-bit samples", where=where, todo="Export it as OmGui does.")
    names = [entries.get(f"Channel-{i + 1}", "") for i in range(channels)]
    try:
        x, y, z = (names.index(f"Accel-{axis}") for axis in "XYZ")
        scale = [float(entries[f"Scale-{i + 1}"]) for i in (x, y, z)]
        start_s = wall_s(entries["Time"])
    except (KeyError, ValueError) as error:
        raise ReadError("a WAV file that lacks an axis, a scale or its time", where=where) from error
    if not all(0 < s <= 32 for s in scale) or not EARLIEST_S <= start_s < LATEST_S:
        raise ReadError("a WAV file with an impossible scale or time", where=where)
    auxiliary = channels - 1 if names[-1] in ("", "Aux") else None
    return Sound(
        rate_hz=rate_hz, channels=channels, axes=(x, y, z), scale_g=(scale[0], scale[1], scale[2]),
        auxiliary=auxiliary, start_s=start_s, data_bytes=data_bytes, worn_at=_worn_at(entries.get("Metadata", "")),
        ax6=entries.get("Device") == "AX6", gyroscope="Gyro-X" in names,
    )  # fmt: skip


def _worn_at(metadata: str) -> str:
    match = re.search(r"(?:^|&)_p=([^&]*)", metadata)
    return match[1].replace("+", " ") if match else ""


def read_wav(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    """All minutes of one file. Raises: ReadError if its header is damaged."""
    stream = Hashed(member)
    sound = header_of(stream, where=member.name)
    raw = RawMinutes(
        person=person, device=f"Axivity {'AX6' if sound.ax6 else 'AX3'}", source=member.name, report=report,
        clock=Clock.LOCAL, place=place_of(sound.worn_at), rate_hz=float(sound.rate_hz),
    )  # fmt: skip
    frame = 2 * sound.channels
    taken, slow = 0, list[tuple[np.ndarray, np.ndarray]]()
    while taken * frame < sound.data_bytes:
        bytes_left = sound.data_bytes - taken * frame
        piece = stream.read(min(FRAMES_AT_ONCE * frame, bytes_left - bytes_left % frame or frame))
        n = len(piece) // frame
        if not n:
            break
        frames = np.frombuffer(piece, dtype="<i2", count=n * sound.channels).reshape(n, sound.channels)
        _take(frames, taken + np.arange(n), sound, raw, slow)
        taken += n
    raw.sha256 = stream.sha256()
    _give_slow(slow, sound, raw)
    if sound.gyroscope:
        report.unknown["gyroscope samples"] += taken
    missing = sound.data_bytes // frame - taken
    if missing > 0:
        report.cut_short[member.name] = f"{missing:,} of {sound.data_bytes // frame:,} samples are missing at its end"
    remark(report, RULE)
    return raw.recordings()


def _take(
    frames: Int16[np.ndarray, "n channel"],
    number: Int64[np.ndarray, " n"],
    sound: Sound,
    raw: RawMinutes,
    slow: list[tuple[np.ndarray, np.ndarray]],
) -> None:
    utc = sound.start_s + number / sound.rate_hz
    xyz = frames[:, sound.axes] * (np.array(sound.scale_g, dtype=np.float32) / np.float32(_FULL_SCALE))
    if sound.auxiliary is None:
        raw.add(utc, xyz)
        return
    marks = frames[:, sound.auxiliary].view(np.uint16)
    there = marks & _NOT_THERE == 0
    lost = len(there) - int(there.sum())
    raw.report.keep(seen=lost, dropped=lost, reason=UNAVAILABLE)
    raw.add(utc[there], xyz[there])
    readings = there & np.isin(marks & _SENSOR, (_LIGHT, _TEMPERATURE))
    slow.append((np.floor(utc[readings]).astype(np.int64), marks[readings]))


def _give_slow(slow: list[tuple[np.ndarray, np.ndarray]], sound: Sound, raw: RawMinutes) -> None:
    if not slow:
        return
    at_s, marks = (np.concatenate(column) for column in zip(*slow, strict=True))
    reading = (marks & 0x3FF).astype(np.int64)
    for name, sensor, values in (
        ("device_temperature", _TEMPERATURE, celsius(reading)),
        ("white_light", _LIGHT, lux(reading, ax6=sound.ax6)),
    ):
        mine = (marks & _SENSOR == sensor) & ~np.isnan(values)
        if mine.any():
            raw.add_slow(name, at_s[mine], values[mine])
