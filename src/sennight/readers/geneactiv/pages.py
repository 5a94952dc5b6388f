"""GENEActiv pages: a text header, then pages of ten lines, the last of them 300 samples in hexadecimal digits.

A page has its own time, rate and temperature and no checksum, so what can be noticed is a page that is no longer one: a
line missing, a digit that is none, a length that is wrong. Such a page is named and left out; the last one of a file
that was cut keeps its whole samples. Source: Activinsights, "GENEActiv Operating Instructions", "Decoding .bin files".
"""

import binascii
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Float64, UInt8

from sennight.errors import ReadError
from sennight.readers.block_times import (
    Drift,
    believable,
    named,
    of_one_recording,
    sample_times,
    second_means,
    with_next,
)
from sennight.readers.guard import Member
from sennight.readers.raw_files import Hashed, place_of, remark
from sennight.readers.raw_minutes import RawMinutes
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording

MAGIC = b"Device Identity"
PAGE_MARK = b"Recorded Data"
SAMPLES_A_PAGE = 300
SAMPLE_BYTES = 6
PAGES_AT_ONCE = 512
READ_BYTES = 1 << 20
MAX_HEADER_BYTES = 1 << 16  # 59 lines; notes of a hundred characters
MAX_PAGE_BYTES = 1 << 16  # 3,800 as written
RATES_HZ = (1.0, 1000.0)  # the device offers 10 to 100
# First sold in 2010; an unset clock starts before that.
EARLIEST_S = float(np.datetime64("2009-01-01", "s").astype(np.int64))

BAD_PAGE = "page that is damaged"
STRAY = "page with a time far from all others, or before the device was made"
OUT_OF_ORDER = "page that is out of order in time"
RULE_INSTANT = "GENEActiv writes local time and the offset of its set-up from UTC, which is taken to hold throughout"
RULE_LOCAL = "GENEActiv writes local time; this file names no offset from UTC, so times stay on a local clock"

_CLOCK_DRIFT = re.compile(r"clock drift\s*(-?\d+(?:\.\d+)?)\s*s", re.IGNORECASE)
_OFFSET = re.compile(r"^(?:GMT|UTC)\s*([+-])(\d\d):(\d\d)$")
_MAX_OFFSET_S = 14 * 3600


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the header says: gains and offsets of x, y and z, lux of one step of light, offset from UTC if there."""

    gain: tuple[float, float, float]
    offset: tuple[float, float, float]
    lux: float
    rate_hz: float
    utc_offset_s: int | None
    pages: int | None
    worn_at: str
    clock_drift: str


class Page(NamedTuple):
    """One page: its number in the file, the wall-clock second of its first sample, and the bytes of its samples."""

    number: int
    wall_s: float
    rate_hz: float
    temperature: float
    payload: bytes


@dataclass(kw_only=True)
class Pages:
    """The stream of a file cut into pages; counts the ones that are damaged."""

    stream: Hashed
    report: ReadReport
    seen: int = 0
    bad: list[int] = field(default_factory=list)
    cut: bool = False

    def __iter__(self) -> Iterator[Page]:
        for text, last in self._texts():
            page = self._page(text, last=last)
            self.seen += 1
            if page:
                yield page
            else:
                self.drop(self.seen - 1, BAD_PAGE)

    def drop(self, number: int, why: str) -> None:
        """Count one page by its number."""
        self.report.keep(seen=1, dropped=1, reason=why)
        self.bad.append(number)

    def _texts(self) -> Iterator[tuple[bytes, bool]]:
        """What stands between marks, and whether the file ends there."""
        held = b""
        while piece := self.stream.read(READ_BYTES):
            *whole, held = (held + piece).split(PAGE_MARK)
            for text in whole:
                yield text, False
            if len(held) > MAX_PAGE_BYTES:  # no page: what was lost is counted as one
                held = held[:MAX_PAGE_BYTES]
        if held.strip():
            yield held, True

    def _page(self, text: bytes, *, last: bool) -> Page | None:
        lines = text.replace(b"\r", b"").strip(b"\n").split(b"\n")
        entries = dict(line.split(b":", 1) for line in lines[:-1] if b":" in line)
        digits = lines[-1].strip()
        if last and len(digits) < 2 * SAMPLE_BYTES * SAMPLES_A_PAGE:
            self.cut = True
            digits = digits[: len(digits) - len(digits) % (2 * SAMPLE_BYTES)]
        elif len(digits) != 2 * SAMPLE_BYTES * SAMPLES_A_PAGE:
            return None
        try:
            wall_s = wall_seconds(entries[b"Page Time"].decode())
            rate = float(entries[b"Measurement Frequency"].split()[0])
            warmth = float(entries.get(b"Temperature", b"nan"))
            payload = binascii.unhexlify(digits)
        except (KeyError, ValueError, IndexError):
            return None
        if not RATES_HZ[0] <= rate <= RATES_HZ[1] or not payload:
            return None
        return Page(number=self.seen, wall_s=wall_s, rate_hz=rate, temperature=warmth, payload=payload)


def wall_seconds(text: str) -> float:
    """Seconds since 1970 of a page's time as if it were UTC. Raises: ValueError if it is none.

    >>> wall_seconds("1970-01-01 00:00:01:500")
    1.5
    """
    whole, _, thousandths = text.strip().rpartition(":")
    moment = dt.datetime.strptime(whole, "%Y-%m-%d %H:%M:%S").replace(tzinfo=dt.UTC)
    return moment.timestamp() + int(thousandths) / 1000


def claims_head(head: bytes) -> bool:
    """Does a file begin as a GENEActiv's?"""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(MAGIC) and b"Device Type:GENEActiv" in start


def settings_of(text: str, *, where: str) -> Settings:
    """Read the header.

    Raises: ReadError if a calibration value is missing or is no number; it names which.
    """
    entries: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            entries.setdefault(name.strip().lower(), value.strip())

    def number(name: str) -> float:
        try:
            value = float(entries[name])
        except (KeyError, ValueError) as error:
            raise ReadError(
                f"a GENEActiv file whose header lacks '{name}'", where=where, todo="Download it from the device again."
            ) from error
        if not np.isfinite(value) or (value == 0 and "gain" in name):
            raise ReadError(f"a GENEActiv file whose '{name}' cannot be", where=where)
        return value

    gain, offset = ([number(f"{axis} {what}") for axis in "xyz"] for what in ("gain", "offset"))
    volts, lux = number("volts"), number("lux")
    pages = entries.get("number of pages", "")
    drift = _CLOCK_DRIFT.search(entries.get("extract notes", ""))
    rate = re.match(r"\d{1,4}(?:\.\d+)?", entries.get("measurement frequency", ""))
    return Settings(
        rate_hz=float(rate[0]) if rate else 0.0,
        gain=(gain[0], gain[1], gain[2]), offset=(offset[0], offset[1], offset[2]),
        lux=lux / volts if volts > 0 else np.nan, utc_offset_s=_offset_s(entries.get("time zone", "")),
        pages=int(pages) if re.fullmatch(r"\d{1,9}", pages) else None,
        worn_at=entries.get("device location code", ""), clock_drift=drift[1] if drift else "",
    )  # fmt: skip


def _offset_s(text: str) -> int | None:
    match = _OFFSET.match(text)
    if not match:
        return None
    seconds = int(match[2]) * 3600 + int(match[3]) * 60
    return (-seconds if match[1] == "-" else seconds) if seconds <= _MAX_OFFSET_S and int(match[3]) < 60 else None


def accelerations(raw: UInt8[np.ndarray, "sample 6"], settings: Settings) -> Float32[np.ndarray, "sample 3"]:
    """Samples in g: three numbers of 12 bits with sign, calibrated as (100 * value - offset) / gain."""
    b = raw.astype(np.int16)
    # Each into the upper 12 bits of 16, then down with the sign.
    values = ((b[:, 0] << 8) | (b[:, 1] & 0xF0), (b[:, 1] << 12) | (b[:, 2] << 4), (b[:, 3] << 8) | (b[:, 4] & 0xF0))
    xyz = np.empty((len(raw), 3), dtype=np.float32)
    for axis, value in enumerate(values):
        xyz[:, axis] = ((value >> 4) * 100.0 - settings.offset[axis]) / settings.gain[axis]
    return xyz


def light_lux(raw: UInt8[np.ndarray, "sample 6"], settings: Settings) -> Float64[np.ndarray, " sample"]:
    """Light of each sample: 10 bits above the button's."""
    return (((raw[:, 4].astype(np.int64) & 0x0F) << 8 | raw[:, 5]) >> 2) * settings.lux


# --- one file -----------------------------------------------------------------------------------------------------


def read_pages(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    """All minutes of one file. Raises: ReadError if the header is damaged."""
    settings, before_s = _settings_from(member)
    stream, drift = Hashed(member), Drift()
    stream.read(before_s)
    offset_s = settings.utc_offset_s
    raw = RawMinutes(
        person=person, device="GENEActiv", source=member.name, report=report, offset_s=offset_s or 0,
        clock=Clock.LOCAL if offset_s is None else Clock.INSTANT, place=place_of(settings.worn_at),
        rate_hz=settings.rate_hz,
    )  # fmt: skip
    pages = Pages(stream=stream, report=report)
    slow: list[tuple[np.ndarray, ...]] = []
    last_s, around_s = -np.inf, None
    for window, ahead in with_next(_windows(pages)):
        if around_s is None:
            around_s = float(np.median([p.wall_s for p in window]))
        good, next_s = _settle(window, ahead or [], last_s=last_s, around_s=around_s, pages=pages)
        if good:
            last_s = good[-1].wall_s
            slow.append(_take(good, next_s, settings, raw, drift))
    raw.sha256 = stream.sha256()
    _give_slow(slow, raw)
    _tell(member, pages, settings)
    remark(report, RULE_LOCAL if offset_s is None else RULE_INSTANT)
    remark(report, drift.note())
    if settings.clock_drift:
        remark(report, f"the clock was {settings.clock_drift} s off when it was read out; times keep it as it was")
    return raw.recordings()


def _settings_from(member: Member) -> tuple[Settings, int]:
    """The header's settings, and at which byte the first page begins."""
    head = member.head(MAX_HEADER_BYTES)
    end = head.find(PAGE_MARK)
    if end < 0:
        raise ReadError("a GENEActiv file without a page of data", where=member.name, todo="Download it again.")
    return settings_of(head[:end].decode("latin-1"), where=member.name), end + len(PAGE_MARK)


def _windows(pages: Pages) -> Iterator[list[Page]]:
    held: list[Page] = []
    for page in pages:
        held.append(page)
        if len(held) == PAGES_AT_ONCE:
            yield held
            held = []
    if held:
        yield held


def _settle(
    window: list[Page], ahead: list[Page], *, last_s: float, around_s: float, pages: Pages
) -> tuple[list[Page], float | None]:
    """Pages whose times can be believed, and when the page after them starts."""
    start = np.array([p.wall_s for p in window])
    coming = np.array([p.wall_s for p in ahead], dtype=np.float64)
    near = of_one_recording(start, around_s=around_s, earliest_s=EARLIEST_S)
    coming = coming[of_one_recording(coming, around_s=around_s, earliest_s=EARLIEST_S)]
    kept = [p for p, good in zip(window, near.tolist(), strict=True) if good]
    rising = believable(start[near], after_s=last_s, ahead_s=coming)
    for page, good in zip(window, near.tolist(), strict=True):
        if not good:
            pages.drop(page.number, STRAY)
    for page, good in zip(kept, rising.tolist(), strict=True):
        if not good:
            pages.drop(page.number, OUT_OF_ORDER)
    settled = [p for p, good in zip(kept, rising.tolist(), strict=True) if good]
    later = coming[coming > settled[-1].wall_s] if settled else coming[:0]
    return settled, float(later[0]) if len(later) else None


def _take(
    pages: list[Page], next_s: float | None, settings: Settings, raw: RawMinutes, drift: Drift
) -> tuple[np.ndarray, ...]:
    """Hand the samples of some pages on; seconds, light, seconds and temperature of them."""
    shift = settings.utc_offset_s or 0
    payload = np.frombuffer(b"".join(p.payload for p in pages), dtype=np.uint8).reshape(-1, SAMPLE_BYTES)
    start = np.array([p.wall_s for p in pages]) - shift
    times = sample_times(
        start,
        np.array([len(p.payload) // SAMPLE_BYTES for p in pages], dtype=np.int64),
        np.array([p.rate_hz for p in pages]),
        next_s=None if next_s is None else next_s - shift,
        drift=drift,
    )
    raw.add(times, accelerations(payload, settings))
    warmth = np.array([p.temperature for p in pages])
    return *second_means(times, light_lux(payload, settings)), *second_means(start, warmth)


def _give_slow(slow: list[tuple[np.ndarray, ...]], raw: RawMinutes) -> None:
    if not slow:
        return
    lit_s, light, warm_s, warmth = (np.concatenate(column) for column in zip(*slow, strict=True))
    if len(lit_s):
        raw.add_slow("white_light", lit_s, light)
    if len(warm_s):
        raw.add_slow("device_temperature", warm_s, warmth)


def _tell(member: Member, pages: Pages, settings: Settings) -> None:
    words = []
    if pages.bad:
        words.append(f"{len(pages.bad):,} of {pages.seen:,} pages could not be used: {named(sorted(pages.bad))}")
    if pages.cut:
        words.append("the last page is cut")
    if settings.pages is not None and pages.seen < settings.pages:
        words.append(f"{settings.pages - pages.seen:,} of {settings.pages:,} pages are missing at its end")
    if words:
        pages.report.cut_short[member.name] = "; ".join(words)
