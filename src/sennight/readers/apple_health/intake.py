"""Intake: records of an export, one by one or thousands at once, become minutes, nights and facts, each one counted.

Amounts are spread over the minutes of their span and samples averaged in theirs while the file is read, so memory grows
with the minutes that were recorded and not with the file.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from jaxtyping import Float64, Int32, Int64

from sennight.readers.apple_health.beats import variability
from sennight.readers.apple_health.devices import Device, device_of
from sennight.readers.apple_health.nights import MAX_SPAN_S, STAGES, Night
from sennight.readers.apple_health.places import Places
from sennight.readers.apple_health.quantities import QUANTITIES, SLEEP, Becomes, Change, Quantity, change_of
from sennight.readers.minute_store import MinuteStore
from sennight.readers.personal import DAY_AMOUNTS, NO_FACT, NO_LENGTH, NO_SPAN
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER, NO_TIME, OUT_OF_RANGE
from sennight.readers.spans import spread
from sennight.readers.zones import LATEST_S
from sennight.record import SECONDS_PER_DAY, channel

# A clock that was reset shows 1970, 2000 or 1 January 2001, where Apple's own count of seconds begins.
EARLIEST_STAMP_S = int(dt.datetime(2001, 1, 3, tzinfo=dt.UTC).timestamp())
AFTER_EXPORT_S = SECONDS_PER_DAY
# Phones and watches write an hour at most; what an app writes for a whole day says nothing about its minutes.
MAX_AMOUNT_S = 2 * 3600
WINDOW_RECORDS = 65_536  # of one stream, among which repeats are found
MAX_WAITING = 250_000  # records of all streams that wait to be folded: 7 MB
MAX_PARTS = 250_000  # minutes of amounts that are spread at a time
# 12 bytes each while reading and up to 16 as a recording: 320 MB. Ten years of a phone and a watch that is always worn.
MAX_MINUTES = 20_000_000
MAX_DEVICES = 400
MAX_ASKED = 20_000
MAX_TYPES = 400
MAX_FACTS = 200_000
MAX_NIGHTS = 1_000_000
# A minute of sleep is five channels, as much memory as two minutes of others. Sixty years of nights.
SLEEP_WEIGHS = 2
MAX_SLEEP_S = MAX_MINUTES * 60 // SLEEP_WEIGHS

NO_UNIT = "value without a unit, or in one that the type does not have"
STRAY = "dated after the export or before there were wearables"
TOO_LONG = "amount of more than two hours, which says nothing about minutes"
REPEATED_RECORD = "record written twice"
IN_BED = "in bed, which says nothing about sleep"
UNKNOWN_STAGE = "sleep of an unknown stage"
TOO_MUCH = "more than a reader can hold"
_TYPE = re.compile(r"[A-Za-z0-9_.]{1,100}")
_OTHERS = Device(identity=("other devices", ""), label="other devices")


class Sort(StrEnum):
    """What is done with records of one type, unit and device."""

    STREAM = "stream"
    FACT = "fact"
    SLEEP = "sleep"
    UNUSED = "unused"
    NO_UNIT = "no unit"


@dataclass(kw_only=True, eq=False)
class Meaning:
    """What records of one type, unit and device become."""

    sort: Sort
    type: str
    device: Device
    quantity: Quantity | None = None
    change: Change = field(default_factory=Change)
    store: MinuteStore = field(default_factory=MinuteStore)
    rejected: MinuteStore = field(default_factory=MinuteStore)
    waiting: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)
    n_waiting: int = 0
    singles: list[tuple[int, int, int, float]] = field(default_factory=list)


@dataclass(kw_only=True)
class Intake:
    """Everything that one export holds, while it is read."""

    report: ReadReport
    places: Places
    nights: dict[Device, set[Night]] = field(default_factory=dict)
    facts: dict[tuple[str, dt.date], tuple[int, float]] = field(default_factory=dict)
    _asked: dict[tuple[str, str, str, str, str], Meaning] = field(default_factory=dict)
    _meanings: dict[tuple[Sort, str, Change, Device], Meaning] = field(default_factory=dict)
    _streams: dict[tuple[Device, str], tuple[MinuteStore, MinuteStore]] = field(default_factory=dict)
    _devices: set[Device] = field(default_factory=set)
    _waiting: int = 0
    _nights: int = 0
    _slept_s: int = 0

    def meaning(self, *, type: str, unit: str, source: str, version: str, device: str) -> Meaning:
        """What records with these attributes become."""
        key = (type, unit, source, version, device)
        known = self._asked.get(key)
        if known is None:
            if len(self._asked) > MAX_ASKED:  # Apple's description of one device changes with every restart
                self._asked.clear()
            made = self._decide(type, unit, device_of(device, source=source, version=version))
            known = self._asked[key] = self._meanings.setdefault((made.sort, made.type, made.change, made.device), made)
        return known

    def _decide(self, type: str, unit: str, device: Device) -> Meaning:
        if type == SLEEP:
            return Meaning(sort=Sort.SLEEP, type=type, device=self._admitted(device))
        quantity = QUANTITIES.get(type)
        if quantity is None:
            return Meaning(sort=Sort.UNUSED, type=self._shown(type), device=_OTHERS)
        change = change_of(quantity, unit)
        if change is None:
            return Meaning(sort=Sort.NO_UNIT, type=type, device=_OTHERS)
        if quantity.becomes is Becomes.FACT:
            return Meaning(sort=Sort.FACT, type=type, device=_OTHERS, quantity=quantity, change=change)
        device = self._admitted(device)
        store, rejected = self._stores(device, quantity.name)
        return Meaning(
            sort=Sort.STREAM, type=type, device=device, quantity=quantity, change=change, store=store, rejected=rejected
        )

    def _stores(self, device: Device, name: str) -> tuple[MinuteStore, MinuteStore]:
        return self._streams.setdefault((device, name), (MinuteStore(), MinuteStore()))

    def _admitted(self, device: Device) -> Device:
        """The device, or one that stands for all further ones: a file may name as many as it has records."""
        if len(self._devices) < MAX_DEVICES:
            self._devices.add(device)
        return device if device in self._devices else _OTHERS

    def _shown(self, type: str) -> str:
        known = len(self.report.unknown) < MAX_TYPES or type in self.report.unknown
        return type if _TYPE.fullmatch(type) and known else "another type"

    # --- records ---------------------------------------------------------------------------------------------------

    def count(self, meaning: Meaning, n: int) -> None:
        """Records that only count: of types that are not used, or whose unit says nothing."""
        if meaning.sort is Sort.UNUSED:
            self.report.unknown[meaning.type] += n
        else:
            self.report.keep(seen=n, dropped=n, reason=NO_UNIT)

    def one(self, meaning: Meaning, *, start: tuple[int, int] | None, stop: tuple[int, int] | None, value: str) -> None:
        """One record of any sort: start and end as seconds since 1970 and offset, and its value as written."""
        if meaning.sort in (Sort.UNUSED, Sort.NO_UNIT):
            self.count(meaning, 1)
        elif start is None or stop is None:
            self.report.keep(seen=1, dropped=1, reason=NO_TIME)
        elif meaning.sort is Sort.SLEEP:
            self._night(meaning, start, stop, value)
        elif meaning.sort is Sort.FACT:
            self._fact(meaning, start, stop, as_number(value))
        else:
            meaning.singles.append((start[0], stop[0], start[1], as_number(value)))
            if len(meaning.singles) >= WINDOW_RECORDS:
                self._singles(meaning)

    def many(
        self,
        meaning: Meaning,
        *,
        start: Int64[np.ndarray, " n"],
        stop: Int64[np.ndarray, " n"],
        offset_s: Int32[np.ndarray, " n"],
        values: Float64[np.ndarray, " n"],
    ) -> None:
        """Records of a stream: seconds since 1970, the offset of the start, numbers as written."""
        meaning.waiting.append((start, stop, offset_s, values))
        meaning.n_waiting += len(start)
        self._waiting += len(start)
        if meaning.n_waiting >= WINDOW_RECORDS:
            self._fold(meaning)
        if self._waiting >= MAX_WAITING:
            self.flush()

    def heart_beats(self, meaning: Meaning, *, stop: tuple[int, int], beats_s: Sequence[float]) -> None:
        """The beats of one measurement of heart rate variability: seconds on any clock, in order."""
        self.report.keep(seen=len(beats_s))
        for name, value in variability(beats_s).items():
            store, _ = self._stores(meaning.device, name)
            at, offset = np.array([stop[0]]), np.array([stop[1]], dtype=np.int32)
            store.add(at, np.array([value]), offset)

    def flush(self) -> None:
        """Fold all that waits."""
        for meaning in self._meanings.values():
            self._singles(meaning)
            self._fold(meaning)

    @property
    def full(self) -> bool:
        """Are there more minutes than memory?"""
        held = sum(store.held + rejected.held for store, rejected in self._streams.values())
        return held + SLEEP_WEIGHS * self._slept_s // 60 > MAX_MINUTES

    def streams(self) -> Sequence[tuple[Device, str, MinuteStore, MinuteStore]]:
        """Device, channel, its minutes and the minutes whose values were out of range; by name."""
        listed = sorted(self._streams.items(), key=lambda item: item[0])
        return [(d, name, store, bad) for (d, name), (store, bad) in listed if store.held or bad.held]

    def _singles(self, meaning: Meaning) -> None:
        if meaning.singles:
            start, stop, offset, value = zip(*meaning.singles, strict=True)
            meaning.singles.clear()
            self.many(
                meaning,
                start=np.array(start, dtype=np.int64),
                stop=np.array(stop, dtype=np.int64),
                offset_s=np.array(offset, dtype=np.int32),
                values=np.array(value, dtype=np.float64),
            )

    def _fold(self, meaning: Meaning) -> None:
        if not meaning.waiting or meaning.quantity is None:
            return
        start, stop, offset, values = (np.concatenate(parts) for parts in zip(*meaning.waiting, strict=True))
        meaning.waiting.clear()
        self._waiting -= meaning.n_waiting
        meaning.n_waiting = 0
        start, stop, offset, values = self._settled(start, stop, offset, values)
        if meaning.change.label:
            self.report.converted[meaning.change.label] += len(values)
        values = meaning.change.apply(values)
        if meaning.quantity.becomes is Becomes.AMOUNT:
            self._amounts(meaning, start, stop, offset, values)
        else:
            self._samples(meaning, start, offset, values)

    def _settled(self, start: np.ndarray, stop: np.ndarray, offset: np.ndarray, values: np.ndarray) -> list[np.ndarray]:
        """The records with possible times and numbers, in order, each once."""
        latest = LATEST_S if self.places.exported_utc is None else self.places.exported_utc + AFTER_EXPORT_S
        arrays = [start, stop, offset, values]
        arrays = self._without(arrays, (start < EARLIEST_STAMP_S) | (start > latest) | (stop > latest), STRAY)
        arrays = self._without(arrays, arrays[1] < arrays[0], NO_LENGTH)
        arrays = self._without(arrays, ~np.isfinite(arrays[3]), NO_NUMBER)
        order = np.lexsort((arrays[3], arrays[1], arrays[0]))
        arrays = [a[order] for a in arrays]
        start, stop, _, values = arrays
        same = (start[1:] == start[:-1]) & (stop[1:] == stop[:-1]) & (values[1:] == values[:-1])
        return self._without(
            arrays, np.concatenate((np.zeros(min(len(start), 1), dtype=np.bool_), same)), REPEATED_RECORD
        )

    def _without(self, arrays: list[np.ndarray], bad: np.ndarray, reason: str) -> list[np.ndarray]:
        lost = int(np.count_nonzero(bad))
        if not lost:
            return arrays
        self.report.keep(seen=lost, dropped=lost, reason=reason)
        return [a[~bad] for a in arrays]

    def _samples(self, meaning: Meaning, start: np.ndarray, offset: np.ndarray, values: np.ndarray) -> None:
        assert meaning.quantity
        target = channel(meaning.quantity.name)
        bad = (values < target.low) | (values > target.high)
        self._reject(meaning, start[bad], offset[bad])
        meaning.store.add(start[~bad], values[~bad], offset[~bad])
        self.report.keep(seen=len(start) - int(bad.sum()))

    def _amounts(
        self, meaning: Meaning, start: np.ndarray, stop: np.ndarray, offset: np.ndarray, values: np.ndarray
    ) -> None:
        assert meaning.quantity
        arrays = self._without([start, stop, offset, values], stop - start > MAX_AMOUNT_S, TOO_LONG)
        start, stop, offset, values = arrays
        # The most that could have been in a minute of the span, if it were spread evenly.
        a_minute = values / np.maximum((stop - start) / 60.0, 1.0)
        bad = (values < 0) | (a_minute > channel(meaning.quantity.name).high)
        self._reject(meaning, start[bad], offset[bad])
        start, stop, offset, values = start[~bad], stop[~bad], offset[~bad], values[~bad]
        ends = np.cumsum((stop - start) // 60 + 2)
        first = 0
        while first < len(start):
            before = int(ends[first - 1]) if first else 0
            past = max(first + 1, int(np.searchsorted(ends, before + MAX_PARTS)))
            here = slice(first, past)
            n = np.maximum((stop[here] - 1) // 60, start[here] // 60) - start[here] // 60 + 1
            times, parts = spread(start[here], stop[here], values[here])
            meaning.store.add(times, parts, np.repeat(offset[here], n))
            first = past
        self.report.keep(seen=len(start))

    def _reject(self, meaning: Meaning, start: np.ndarray, offset: np.ndarray) -> None:
        if len(start):
            meaning.rejected.add(start, np.zeros(len(start)), offset)
            self.report.keep(seen=len(start), dropped=len(start), reason=OUT_OF_RANGE)

    # --- nights and facts ------------------------------------------------------------------------------------------

    def _stray(self, start: tuple[int, int], stop: tuple[int, int]) -> bool:
        latest = LATEST_S if self.places.exported_utc is None else self.places.exported_utc + AFTER_EXPORT_S
        return start[0] < EARLIEST_STAMP_S or max(start[0], stop[0]) > latest

    def _night(self, meaning: Meaning, start: tuple[int, int], stop: tuple[int, int], value: str) -> None:
        sleep = STAGES.get(value.strip())
        length = stop[0] - start[0]
        night = Night(start[0], stop[0], sleep, start[1]) if sleep else None
        known = self.nights.setdefault(meaning.device, set())
        reason = ""
        if night is None:
            reason = UNKNOWN_STAGE
            self.report.unknown[self._shown(value)] += 1
        elif self._stray(start, stop):
            reason = STRAY
        elif not 0 < length <= MAX_SPAN_S:
            reason = NO_SPAN
        elif "InBed" in value or value == "0":
            reason = IN_BED
        elif night in known:
            reason = REPEATED_RECORD
        elif self._nights >= MAX_NIGHTS or self._slept_s > MAX_SLEEP_S:
            reason = TOO_MUCH
        else:
            known.add(night)
            self._nights += 1
            self._slept_s += length
        self.report.keep(seen=1, dropped=int(bool(reason)), reason=reason)

    def _fact(self, meaning: Meaning, start: tuple[int, int], stop: tuple[int, int], value: float) -> None:
        assert meaning.quantity
        made = float(meaning.change.apply(np.array([value]))[0])
        _, low, high = DAY_AMOUNTS[meaning.quantity.name]
        if self._stray(start, stop):
            self.report.keep(seen=1, dropped=1, reason=STRAY)
        elif not low <= made <= high:
            self.report.keep(seen=1, dropped=1, reason=NO_FACT if np.isfinite(made) else NO_NUMBER)
        elif len(self.facts) >= MAX_FACTS:
            self.report.keep(seen=1, dropped=1, reason=TOO_MUCH)
        else:
            self.report.keep(seen=1)
            if meaning.change.label:
                self.report.converted[meaning.change.label] += 1
            # A night's value belongs to the morning, as other vendors date it. Of a day's values the last one stays.
            utc, offset = stop if meaning.quantity.name.startswith("night_") else start
            key = (meaning.quantity.name, local_date(utc, offset))
            self.facts[key] = max(self.facts.get(key, (utc, made)), (utc, made))

    def day_amount(self, name: str, *, day: str, value: float, unit: str) -> None:
        """The vendor's own total of a day, written "2024-03-01"; 0 is a day that nothing was worn."""
        unit_name, low, high = DAY_AMOUNTS[name]
        change = change_of(Quantity(becomes=Becomes.FACT, name=name, unit=unit_name), unit)
        if change is None:
            self.report.keep(seen=1, dropped=1, reason=NO_UNIT)
            return
        made = float(change.apply(np.array([value]))[0])
        try:
            date = dt.date.fromisoformat(day[:10])
        except ValueError:
            self.report.keep(seen=1, dropped=1, reason=NO_TIME)
            return
        fits = low <= made <= high and made > 0 and len(self.facts) < MAX_FACTS
        self.report.keep(seen=1, dropped=int(not fits), reason=NO_FACT)
        if fits:
            self.facts[name, date] = (0, made)


def local_date(utc: int, offset_s: int) -> dt.date:
    """The date on the wall at an instant."""
    return dt.datetime.fromtimestamp(utc + offset_s, tz=dt.UTC).date()


def as_number(text: str | bytes) -> float:
    """A value as written; NaN if it is no number.

    >>> as_number("72"), as_number("HKCategoryValueNotApplicable")
    (72.0, nan)
    """
    try:
        return float(text)
    except ValueError:
        return np.nan
