"""Measurements of the health-data standards: each with its own unit, time and device, until all of them are known.

FHIR and Open mHealth write one object a measurement: who, what, how much in which unit, when. They are collected here
and become streams and facts at the end, when it is known which offsets the records name and whether a column without a
unit can only be one thing. An amount over most of a day is the day's total, not a stream.
"""

import datetime as dt
from array import array
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from sennight.errors import ReadError
from sennight.readers.guard import Member
from sennight.readers.personal import DAY_AMOUNTS, PersonalExport
from sennight.readers.place import Place
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.samples import NO_NUMBER, NO_TIME, REPEATED
from sennight.readers.spans import SleepSpan
from sennight.readers.units import amounts, spelled
from sennight.readers.zones import LATEST_S
from sennight.record import SECONDS_PER_DAY, Clock, Fact, Facts, Person, channel

# From here on an amount is a day's total: nobody walked evenly from midnight to midnight.
DAY_TOTAL_FROM_S = 12 * 3_600
# An average over more than this says little of its minutes.
LONGEST_AVERAGE_S = 900
LONG_AVERAGE = "average over more than a quarter of an hour"
NO_UNIT = "amount in a unit that is not known"
NO_PLACE = "no record names an offset, so it is 0 everywhere"
IMPOSSIBLE = "fact that is impossible or has no date"

# Channels that are amounts over a span: the unit of the whole, and the fact that a day's total is.
TOTALS: Mapping[str, tuple[str, str]] = {
    "steps": ("count", "day_steps"),
    "distance": ("m", "day_distance"),
    "energy": ("kcal", "day_energy"),
    "active_energy": ("kcal", "day_active_energy"),
}
# Fact -> unit and what is possible: those of personal exports, and what a clinic measures. Names are those of NHANES.
FACTS: Mapping[str, tuple[str, float, float]] = {
    **DAY_AMOUNTS,
    "sbp": ("mmHg", 40, 300),
    "dbp": ("mmHg", 20, 200),
    "body_temperature": ("degC", 30, 45),
    "waist_cm": ("cm", 30, 250),
    "hba1c": ("%", 2, 20),
    "fasting_glucose": ("mg/dL", 20, 1_000),
    "total_chol": ("mg/dL", 30, 800),
    "hdl": ("mg/dL", 5, 200),
    "ldl": ("mg/dL", 5, 600),
    "triglycerides": ("mg/dL", 5, 5_000),
}


class When(NamedTuple):
    """A moment or a span: seconds since 1970 (of the wall clock where the zone is not known) and what is known of it.

    `offset_s` is None where a time is an instant that names no place (`Z`), or is local.
    """

    start_s: float
    stop_s: float
    offset_s: int | None
    clock: Clock


def moment(text: object) -> tuple[float, int | None, Clock] | None:
    """Seconds, offset and clock of an ISO time; None if it is none, or a date alone.

    >>> moment("2024-03-01T23:00:00+01:00")
    (1709330400.0, 3600, <Clock.INSTANT: 'instant'>)
    """
    written = str(text).strip() if isinstance(text, str) else ""
    if "T" not in written and " " not in written:
        return None
    try:
        time = dt.datetime.fromisoformat(written)
    except ValueError:
        return None
    shift = time.utcoffset()
    try:
        if shift is None:
            return time.replace(tzinfo=dt.UTC).timestamp(), None, Clock.LOCAL
        named = not written.endswith(("Z", "z", "-00:00"))
        return time.timestamp(), int(shift.total_seconds()) if named else None, Clock.INSTANT
    except (ValueError, OverflowError):
        return None


def span(first: object, last: object) -> When | None:
    """A span from two ISO times; None if they are none or on different clocks."""
    start, stop = moment(first), moment(last)
    if start is None or stop is None or start[2] is not stop[2]:
        return None
    return When(start[0], stop[0], start[1], start[2])


class _Key(NamedTuple):
    person: str
    channel: str
    unit: str
    device: str
    clock: Clock


@dataclass(kw_only=True)
class _Column:
    start: "array[float]" = field(default_factory=lambda: array("d"))
    stop: "array[float]" = field(default_factory=lambda: array("d"))
    value: "array[float]" = field(default_factory=lambda: array("d"))
    offset: "array[float]" = field(default_factory=lambda: array("d"))
    member: Member


class _Single(NamedTuple):
    name: str
    value: float
    unit: str
    date: dt.date | None
    at_s: float
    source: str


@dataclass(kw_only=True)
class Measurements:
    """What was found of all people of an export."""

    reader: str
    source: Path
    single: bool
    report: ReadReport
    _columns: dict[_Key, _Column] = field(default_factory=dict)
    _singles: dict[str, list[_Single]] = field(default_factory=lambda: defaultdict(list))
    _nights: dict[str, list[tuple[SleepSpan, str, Member, int | None, Clock]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def stream(
        self, name: str, value: float, *, unit: str, when: When, device: str, member: Member, person: str = ""
    ) -> None:
        """Take a measurement of a channel, in whatever unit it is written."""
        if not np.isfinite(value):
            self.report.keep(seen=1, dropped=1, reason=NO_NUMBER)
            return
        if name in TOTALS and when.stop_s - when.start_s >= DAY_TOTAL_FROM_S:
            total = TOTALS[name][1]
            self.fact(total, value, unit=unit or TOTALS[name][0], when=when, member=member, person=person)
            return
        column = self._columns.setdefault(_Key(person, name, spelled(unit), device, when.clock), _Column(member=member))
        column.start.append(when.start_s)
        column.stop.append(when.stop_s)
        column.value.append(value)
        column.offset.append(np.nan if when.offset_s is None else when.offset_s)

    def block(
        self,
        name: str,
        *,
        start: Float64[np.ndarray, " n"],
        length_s: float,
        values: Float64[np.ndarray, " n"],
        unit: str,
        when: When,
        device: str,
        member: Member,
        person: str = "",
    ) -> None:
        """Take many measurements of a channel, each `length_s` long; their clock and offset are those of `when`."""
        key = _Key(person, name, spelled(unit), device, when.clock)
        column = self._columns.setdefault(key, _Column(member=member))
        offset = np.full(len(start), np.nan if when.offset_s is None else when.offset_s, dtype=np.float64)
        for to, piece in (
            (column.start, start), (column.stop, start + length_s), (column.value, values), (column.offset, offset),
        ):  # fmt: skip
            to.frombytes(np.ascontiguousarray(piece, dtype=np.float64).tobytes())

    def fact(
        self,
        name: str,
        value: float,
        *,
        unit: str,
        member: Member,
        when: When | None = None,
        date: dt.date | None = None,
        person: str = "",
    ) -> None:
        """Take a fact of `FACTS`, of a date or of the local date of a moment."""
        at = when.start_s if when else 0.0
        if when and date is None:
            days = (when.start_s + (when.offset_s or 0)) // SECONDS_PER_DAY
            date = dt.date(1970, 1, 1) + dt.timedelta(days=int(days)) if -700_000 < days < 700_000 else None
        self._singles[person].append(_Single(name, value, spelled(unit), date, at, member.basename))

    def sleep(self, night: SleepSpan, *, when: When, device: str, member: Member, person: str = "") -> None:
        """Take a span of sleep."""
        self._nights[person].append((night, device, member, when.offset_s, when.clock))

    def reading(self, *, nothing: str, names: Mapping[str, str] | None = None) -> Reading:
        """Everyone's streams and facts. `names`: what references to people and devices are called.

        Raises: ReadError (`nothing` says what) if there are none.
        """
        people, facts = [], list[Fact]()
        # Two references can be to one person ("Patient/7" and the whole address).
        by_id: dict[str, set[str]] = defaultdict(set)
        for who in self._everyone():
            by_id[self.id_of(who, names or {})].add(who)
        for name, same in sorted(by_id.items()):
            person = self._person(same, name, names or {})
            facts += self._facts(same, name)
            if person:
                people.append(person)
        if not people and not facts:
            why = next(iter(self.report.failed.values()), "")
            raise ReadError(nothing, where=str(self.source), todo=why or "Is the export complete?")
        return Reading(
            people=iter(people),
            facts=Facts.from_rows(facts),
            report=self.report,
            n_people=len(people),
            personal=len(by_id) == 1,
        )

    def _everyone(self) -> set[str]:
        return {k.person for k in self._columns} | set(self._singles) | set(self._nights)

    def id_of(self, who: str, names: Mapping[str, str]) -> str:
        """The id of a person that the export calls `who`: that of the export if it is one person's."""
        called = {names.get(each, each).rsplit("/", 1)[-1] for each in self._everyone() | {who}}
        if len(called) == 1 or not who:
            return f"{self.reader}-{'1' if self.single else self.source.stem}"
        return f"{self.reader}-{names.get(who, who).rsplit('/', 1)[-1]}"

    def _place(self, who: Set[str]) -> Place:
        """The offsets that this person's records name."""
        mine = [c for k, c in self._columns.items() if k.person in who and k.clock is Clock.INSTANT]
        nights = [
            (float(night.start_s), float(offset))
            for each in who
            for night, _, _, offset, clock in self._nights.get(each, [])
            if clock is Clock.INSTANT and offset is not None
        ]
        slept = np.array(nights, dtype=np.float64).reshape(-1, 2)
        utc = np.concatenate([slept[:, 0], *[np.array(c.start) for c in mine]])
        shift = np.concatenate([slept[:, 1], *[np.array(c.offset) for c in mine]])
        named = np.isfinite(shift) & (np.abs(utc) < LATEST_S)
        order = np.argsort(utc[named], kind="stable")
        return Place(known_utc=utc[named][order].astype(np.int64), known_offset=shift[named][order].astype(np.int32))

    def _person(self, who: Set[str], name: str, names: Mapping[str, str]) -> Person | None:
        export = PersonalExport(reader=self.reader, source=self.source, single=self.single)
        export.person = export.gathering.person = name
        export.report = export.gathering.report = self.report
        place = self._place(who)
        told = False
        for key, column in sorted(self._columns.items(), key=lambda item: item[0]):
            if key.person in who:
                told |= self._add(export, key, column, place, device=names.get(key.device, key.device))
        for night, device, member, offset, clock in (n for each in sorted(who) for n in self._nights.get(each, [])):
            shift = offset
            if shift is None and clock is Clock.INSTANT:
                told = True
                shift = int(place.of_utc(np.array([night.start_s], dtype=np.int64))[0])
            export.sleep(night, device=names.get(device, device), member=member, offset_s=shift or 0, clock=clock)
        if told:
            note = f"instants in UTC (Z) name no place; {place.rule}" if place.known else f"instants in UTC; {NO_PLACE}"
            if note not in self.report.notes:
                self.report.notes.append(note)
        try:
            return next(export.reading(nothing="nothing").people, None)
        except ReadError:
            return None

    def _add(self, export: PersonalExport, key: _Key, column: _Column, place: Place, *, device: str) -> bool:
        """Add one column; was an offset taken from elsewhere?"""
        start, stop = np.array(column.start), np.array(column.stop)
        values, shift = np.array(column.value), np.array(column.offset)
        total = TOTALS.get(key.channel)
        target = total[0] if total else channel(key.channel).unit
        # A count has one unit, which is often left out or called 1.
        unit = target if target == "count" and key.unit in ("", "1") else key.unit
        try:
            made = amounts(values, unit, target, report=self.report)
        except ReadError:
            self.report.unknown[f"unit {unit[:40] or '(none)'} of {key.channel}"] += len(values)
            self.report.keep(seen=len(values), dropped=len(values), reason=NO_UNIT)
            return False
        good = (np.abs(start) < LATEST_S) & (np.abs(stop) < LATEST_S)
        self.report.keep(seen=int((~good).sum()), dropped=int((~good).sum()), reason=NO_TIME)
        long = good & (stop - start > LONGEST_AVERAGE_S) if not total else np.zeros(len(good), dtype=np.bool_)
        self.report.keep(seen=int(long.sum()), dropped=int(long.sum()), reason=LONG_AVERAGE)
        good &= ~long
        begin, end = (np.floor(t[good]).astype(np.int64) for t in (start, stop))
        named = np.isfinite(shift[good])
        offset = np.where(named, np.where(named, shift[good], 0), place.of_utc(begin)).astype(np.int32)
        if key.clock is Clock.LOCAL:
            offset = np.zeros(len(begin), dtype=np.int32)
        if total:
            export.amounts(
                key.channel, start_s=begin, stop_s=end, values=made[good], device=device, member=column.member,
                offset_s=offset, clock=key.clock,
            )  # fmt: skip
        else:
            export.samples(
                key.channel, utc=(begin + end) // 2, values=made[good], device=device, member=column.member,
                offset_s=offset, clock=key.clock,
            )  # fmt: skip
        return key.clock is Clock.INSTANT and not bool(named.all())

    def _facts(self, who: Set[str], name: str) -> list[Fact]:
        """One fact a name and date: the last of that day."""
        by_unit: dict[tuple[str, str], list[_Single]] = defaultdict(list)
        for single in (s for each in sorted(who) for s in self._singles.get(each, [])):
            by_unit[single.name, single.unit].append(single)
        latest: dict[tuple[str, dt.date], tuple[float, _Single]] = {}
        for (fact, unit), singles in sorted(by_unit.items()):
            target, low, high = FACTS[fact]
            values = np.array([s.value for s in singles], dtype=np.float64)
            try:
                made = amounts(values, "count" if target == "count" else unit, target, report=self.report)
            except ReadError:
                self.report.unknown[f"unit {unit[:40] or '(none)'} of {fact}"] += len(singles)
                self.report.keep(seen=len(singles), dropped=len(singles), reason=NO_UNIT)
                continue
            for single, value in zip(singles, made.tolist(), strict=True):
                day = single.date
                if day is None or not 1900 <= day.year < 2200 or not low <= value <= high:
                    self.report.keep(seen=1, dropped=1, reason=IMPOSSIBLE)
                    continue
                before = latest.get((fact, day))
                self.report.keep(seen=1, dropped=int(before is not None), reason=REPEATED)
                if before is None or single.at_s >= before[1].at_s:
                    latest[fact, day] = (value, single)
        found = sorted(latest.items(), key=lambda item: item[0])
        return [Fact(name, fact, value, FACTS[fact][0], s.source, day) for (fact, day), (value, s) in found]
