"""A segment: one FIT file (of perhaps several joined in one) with its device, its clock, and what was found in it.

Times are instants where the file has dates. A file whose clock was never set (seconds since the device was switched on)
is read on a local clock where it says once what the local time was, and not at all where it does not.
"""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float64, Int64

from sennight.readers.garmin.clocks import FIRST_DATE, FIT_EPOCH_S, UNKNOWN
from sennight.readers.garmin.fit import FitFile, Messages, believable, utc_of
from sennight.readers.garmin.names import device_name, message_name
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_TIME
from sennight.readers.spans import SleepSpan

FILE_ID, DEVICE_INFO, ACTIVITY, MONITORING_INFO = 0, 23, 34, 103
LOCAL_FIELD = {ACTIVITY: 5, MONITORING_INFO: 0}  # message -> its field `local_timestamp`
MAX_OFFSET_S = 14 * 3_600  # UTC-12 to UTC+14
QUARTER_S = 900  # offsets of zones are whole quarters of an hour
OFFSET_SLACK_S = 120  # of a local time that is written some seconds after the other one
MOST_ANCHORS = 10_000  # times that a file says its local time; watches do so once or twice

NO_FILE = FitFile(raw=np.empty(0, dtype=np.uint8), shapes=(), short_stamps=False)
STRAY = "time more than 60 days from the rest of its file"
NO_DATE = "time since the device was switched on, not a date"


@dataclass(frozen=True, kw_only=True, eq=False)
class Stream:
    """Samples of one channel, on the segment's clock. `daily`: of the whole day's log, not of an activity."""

    channel: str
    utc: Int64[np.ndarray, " n"]
    values: Float64[np.ndarray, " n"]
    daily: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Runs:
    """Stretches of one kind of activity: FIT's activity_type from `begin` to `stop`."""

    begin: Int64[np.ndarray, " n"]
    stop: Int64[np.ndarray, " n"]
    kind: Int64[np.ndarray, " n"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Counter:
    """What a counter of one channel stood at, kind of activity by kind; it starts anew at local midnight."""

    channel: str
    utc: Int64[np.ndarray, " n"]
    kind: Int64[np.ndarray, " n"]
    value: Float64[np.ndarray, " n"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Beats:
    """Intervals between beats, in ms, and when each ended, in seconds since 1970."""

    at_s: Float64[np.ndarray, " n"]
    rr_ms: Float64[np.ndarray, " n"]


@dataclass(frozen=True, kw_only=True)
class DatedFact:
    """A fact of a moment."""

    name: str
    value: float
    unit: str
    utc: int


@dataclass(kw_only=True, eq=False)
class Segment:
    """One FIT file on its way to samples."""

    fit: FitFile
    report: ReadReport
    source: str
    sha256: str
    device: str
    local_shift: int | None = None
    """For clocks that were never set: local wall-clock seconds since 1970 minus the file's stamps."""
    anchors: list[tuple[int, int]] = field(default_factory=list)
    """(instant, local time minus UTC), where the file says both."""
    streams: list[Stream] = field(default_factory=list)
    runs: list[Runs] = field(default_factory=list)
    counters: list[Counter] = field(default_factory=list)
    covered: list[tuple[int, int]] = field(default_factory=list)
    """From when to when the log of the day goes."""
    sleep: list[SleepSpan] = field(default_factory=list)
    beats: list[Beats] = field(default_factory=list)
    facts: list[DatedFact] = field(default_factory=list)

    @property
    def local(self) -> bool:
        """Are times those of a wall clock whose zone is not known?"""
        return self.local_shift is not None

    def forget(self) -> None:
        """Let go of the file's bytes: thousands of files do not fit into memory at once."""
        self.fit = NO_FILE

    def times(self, messages: Messages) -> tuple[Int64[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
        """When messages were, and which of those times can be used; the others are counted as dropped."""
        return self.dated(self.fit.stamps(messages))

    def dated(self, stamps: Int64[np.ndarray, " n"]) -> tuple[Int64[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
        """The same for stamps that stand in a field of their own."""
        none = stamps < 0
        if self.local_shift is not None:
            usable = ~none & (stamps < FIRST_DATE)
            self._drop(none, NO_TIME)
            self._drop(~none & ~usable, STRAY)
            return np.where(usable, stamps + self.local_shift, UNKNOWN), usable
        utc, undated = utc_of(stamps), ~none & (stamps < FIRST_DATE)
        near = believable(self.fit, utc)
        self._drop(none, NO_TIME)
        self._drop(undated, NO_DATE)
        self._drop(~none & ~undated & ~near, STRAY)
        return utc, (utc >= 0) & near

    def add(
        self,
        channel: str,
        utc: Int64[np.ndarray, " n"],
        values: Float64[np.ndarray, " n"],
        *,
        usable: Bool[np.ndarray, " n"],
        daily: bool = False,
    ) -> None:
        """Take the samples that have a time and a value."""
        there = usable & np.isfinite(values)
        if there.any():
            self.streams.append(Stream(channel=channel, utc=utc[there], values=values[there], daily=daily))

    def drop(self, n: int, reason: str) -> None:
        """Count records that were seen and not taken."""
        self.report.keep(seen=n, dropped=n, reason=reason)

    def _drop(self, which: np.ndarray, reason: str) -> None:
        self.drop(int(which.sum()), reason)

    def pass_over(self, messages: Messages, *, number: int, fields: dict[int, str]) -> None:
        """Count fields of used messages that are not: those of `fields` under their name there."""
        for at, n in messages.field_counts.items():
            if at in fields:
                self.report.unknown[f"{message_name(number)}: {fields[at]}"] += n
        if messages.with_developer_fields:
            name = f"{message_name(number)}: fields of an app"
            self.report.unknown[name] += messages.with_developer_fields


def device_of(fit: FitFile) -> str:
    """Maker and model of the device that wrote a file; "" if it does not say."""
    ids, infos = fit.messages(FILE_ID), fit.messages(DEVICE_INFO)
    if len(ids):
        maker, product, text = _first(ids.numbers(1)), _first(ids.numbers(2)), ids.text(8)
        if maker >= 0 or text:
            if product < 0 and not text and len(infos):
                product, text = _first(infos.numbers(4)), infos.text(27)
            return device_name(maker=maker, product=product, product_name=text)
    if len(infos):
        return device_name(
            maker=_first(infos.numbers(2)), product=_first(infos.numbers(4)), product_name=infos.text(27)
        )
    return ""


def _first(values: np.ndarray) -> int:
    known = values[np.isfinite(values)]
    return int(known[0]) if len(known) else -1


def file_type_of(fit: FitFile) -> int:
    """file_id.type; -1 if it is not given."""
    return _first(fit.messages(FILE_ID).numbers(0)) if FILE_ID in fit.counts else -1


def find_clock(segment: Segment) -> None:
    """Look up what the file says of local time: offsets at instants, or where a clock that was never set stood."""
    fit = segment.fit
    shifts = list[int]()
    for number, local_field in LOCAL_FIELD.items():
        messages = fit.messages(number)
        if not len(messages):
            continue
        stamps = fit.stamps(messages)
        written = messages.numbers(local_field)
        there = np.flatnonzero(np.isfinite(written) & (stamps >= 0))[:MOST_ANCHORS]
        for stamp, wall in zip(stamps[there].tolist(), written[there].tolist(), strict=True):
            ahead = int(wall) - stamp
            if stamp >= FIRST_DATE and wall >= FIRST_DATE - MAX_OFFSET_S and _is_offset(ahead):
                utc = stamp + FIT_EPOCH_S
                if believable(fit, np.array([utc]))[0]:
                    segment.anchors.append((utc, round(ahead / QUARTER_S) * QUARTER_S))
            elif stamp < FIRST_DATE <= wall:
                shifts.append(ahead + FIT_EPOCH_S)
    segment.anchors.sort()
    if shifts and fit.middle < 0:
        segment.local_shift = shifts[0]


def _is_offset(ahead: int) -> bool:
    quarters = round(ahead / QUARTER_S) * QUARTER_S
    return abs(ahead - quarters) <= OFFSET_SLACK_S and -12 * 3_600 <= quarters <= MAX_OFFSET_S
