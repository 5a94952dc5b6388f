"""What a gt3x file says of itself: info.txt, and the records of its log that repeat or complete it.

Tolerant where firmware and software differ: keys in any case, decimal commas, missing keys. .NET ticks count tenths of
microseconds from the year 1 and name a wall-clock time, that of the computer that started the device.
Source: the maker's description of the format (GT3X-File-Format, NHANES-GT3X-File-Format) and one real file.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sennight.errors import ReadError
from sennight.readers.guard import Member
from sennight.readers.raw_files import place_of
from sennight.readers.zones import EARLIEST_S, LATEST_S
from sennight.record.recording import MAX_OFFSET_S

MAX_INFO_BYTES = 65_536  # a real one has 500
TICKS_PER_S = 10_000_000
TICKS_AT_1970 = 621_355_968_000_000_000  # .NET DateTime(1970, 1, 1).Ticks
RATES_HZ = range(1, 257)  # devices sample at 30 to 256 Hz

SCALE_OLD, SCALE_NEW = 341.0, 256.0  # steps per g: devices of +-6 g, of +-8 g
_OLD_SERIALS = ("NEO", "CLE", "MRA")
# LUX records of the log hold lux; the separate lux.bin of old devices holds raw numbers, by the colour of the case.
_LUX_OF_SERIAL = {"MRA": (3.25, 6_000.0), "NEO": (1.25, 2_500.0)}

_PARAMETER_SCALE, _PARAMETER_RATE = (0, 55), (1, 10)
_OFFSET = re.compile(r"^\s*([+-]?)(\d{1,2}):(\d{2})(?::(\d{2}))?\s*$")


@dataclass(frozen=True, kw_only=True)
class Info:
    """The settings that reading needs; 0 or None where the file does not say. Times are wall-clock seconds since 1970.

    `offset_s` is local time minus UTC of the computer that started the device; `stamps_are_utc` says that the log runs
    on UTC rather than on that computer's clock.
    """

    model: str = ""
    serial: str = ""
    rate_hz: int = 0
    scale: float = 0.0
    start_s: float = 0.0
    last_s: float = 0.0
    download_s: float = 0.0
    offset_s: int | None = None
    stamps_are_utc: bool = False
    place: str = ""

    @property
    def device(self) -> str:
        """The model, without serial number."""
        return f"ActiGraph {self.model}".strip()

    @property
    def steps_per_g(self) -> float:
        """The scale the file says, else the one of the serial number's family."""
        if self.scale > 0:
            return self.scale
        return SCALE_OLD if self.serial.upper().startswith(_OLD_SERIALS) else SCALE_NEW

    @property
    def lux_scale(self) -> tuple[float, float]:
        """Lux per raw unit of lux.bin, and the most it can say."""
        return _LUX_OF_SERIAL.get(self.serial.upper()[:3], _LUX_OF_SERIAL["NEO"])


def seconds_of_ticks(ticks: object) -> float:
    """Wall-clock seconds since 1970 of a .NET time; 0 where there is none or nobody believes it.

    >>> seconds_of_ticks("637340333400000000")
    1598436540.0
    """
    try:
        seconds = (int(str(ticks).strip()) - TICKS_AT_1970) / TICKS_PER_S
    except (ValueError, OverflowError):
        return 0.0
    return seconds if EARLIEST_S < seconds < LATEST_S else 0.0


def offset_of(text: object) -> int | None:
    """Seconds of "02:00:00" or "-06:00:00", None if it is not that."""
    match = _OFFSET.match(str(text))
    if not match:
        return None
    sign, hours, minutes, seconds = match.groups()
    offset = int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)
    return (-offset if sign == "-" else offset) if offset <= MAX_OFFSET_S else None


def read_info(member: Member) -> Info:
    """The settings in info.txt. Raises: ReadError if it cannot be opened, or holds no setting at all."""
    with member.open() as stream:
        raw = stream.read(MAX_INFO_BYTES)
    text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", errors="replace")
    pairs = [line.split(":", 1) for line in text.splitlines() if ":" in line]
    said = {key.strip().casefold(): value.strip() for key, value in pairs}
    if "serial number" not in said and "sample rate" not in said:
        raise ReadError("an info.txt without any setting", where=member.name, todo="Download the device again.")
    rate = _number(said.get("sample rate", ""))
    return Info(
        model=_clean(said.get("device type", "")),
        serial=said.get("serial number", ""),
        rate_hz=int(rate) if rate == int(rate) and int(rate) in RATES_HZ else 0,
        scale=_scale(_number(said.get("acceleration scale", ""))),
        start_s=seconds_of_ticks(said.get("start date", "")),
        last_s=seconds_of_ticks(said.get("last sample time", "")),
        download_s=seconds_of_ticks(said.get("download date", "")),
        offset_s=offset_of(said.get("timezone", "")),
        place=place_of(said.get("limb", "")),
    )


def with_metadata(info: Info, payload: bytes) -> Info:
    """What a METADATA record of the log adds: the limb, and whether the log runs on UTC. Broken JSON adds nothing."""
    try:
        said: Any = json.loads(payload.decode("utf-8", errors="replace"))
        inner = json.loads(said["JSON"]) if isinstance(said, dict) and isinstance(said.get("JSON"), str) else {}
    except (ValueError, RecursionError):
        return info
    if not isinstance(said, dict) or not isinstance(inner, dict):
        return info
    said = {**inner, **{k: v for k, v in said.items() if v is not None}}
    kind = said.get("MetadataType")
    if kind == "Bio" and not info.place:
        return replace(info, place=place_of(str(said.get("Limb", ""))))
    if kind in ("LocalTimeLog", "SubjectTimeLog"):
        offset = offset_of(said.get("UtcOffset", ""))
        # The subject's own zone is the one to live by; that of the computer stands in info.txt already.
        known = offset if offset is not None and (kind == "SubjectTimeLog" or info.offset_s is None) else info.offset_s
        return replace(info, offset_s=known, stamps_are_utc=info.stamps_are_utc or said.get("UsedUtc") is True)
    return info


def with_parameters(info: Info, payload: bytes) -> Info:
    """What a PARAMETERS record of the log adds: scale and rate. Unknown keys are none of our business."""
    table = np.frombuffer(payload[: len(payload) // 8 * 8], dtype=[("space", "<u2"), ("key", "<u2"), ("value", "<u4")])
    values = {(int(r["space"]), int(r["key"])): int(r["value"]) for r in table}
    scale = _scale(_ssp_float(values.get(_PARAMETER_SCALE, 0)))
    rate = values.get(_PARAMETER_RATE, 0)
    return replace(
        info,
        scale=scale or info.scale,
        rate_hz=info.rate_hz or (rate if rate in RATES_HZ else 0),
    )


def info_member(found: Sequence[Member]) -> Member | None:
    """The info.txt of a container, whatever its case."""
    return next((m for m in found if m.basename.lower() == "info.txt"), None)


def _ssp_float(value: int) -> float:
    """A number of the device: a signed fraction of 24 bits and a signed power of two of 8 bits."""
    fraction, exponent = value & 0xFFFFFF, value >> 24
    fraction -= (fraction & 0x800000) << 1
    exponent -= (exponent & 0x80) << 1
    return fraction / 0x800000 * 2.0**exponent


def _scale(value: float) -> float:
    # 256 and 341 are met; other generations may differ, a power of ten off is damage.
    return value if 16 <= value <= 16_384 else 0.0


def _number(text: str) -> float:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return 0.0
    return number if np.isfinite(number) else 0.0


def _clean(text: str) -> str:
    """A model's name of letters, digits and a few signs, at most 24 of them."""
    return re.sub(r"[^\w+\- ]", "", text)[:24]
