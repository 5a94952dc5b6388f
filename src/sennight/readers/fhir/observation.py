"""One FHIR Observation to measurements: its codes, its time, its value, its sampled series, its components.

R4, R4B and R5 are read alike; they differ only in how a sampled series says how far apart its values are. An
observation that was entered in error, a bound ("< 5") and a value that is absent are counted and left.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sennight.errors import ReadError
from sennight.readers.fhir.codes import CHANNEL_SYSTEM, FACT_SYSTEM, LOINC, LOINC_CODES, PANELS, Meaning, ucum
from sennight.readers.guard import Member
from sennight.readers.json_file import number
from sennight.readers.measurements import FACTS, TOTALS, Measurements, When, moment, span
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER, NO_TIME
from sennight.readers.units import convert
from sennight.record import CHANNELS, SECONDS_PER_DAY, Clock, Fact, channel

NOT_MEANT = "observation that was cancelled or entered in error"
BOUND = "a bound (less than, more than), not an amount"
NO_SPAN = "amount without the time it was counted over"
ABSENT = "value that is absent, with the reason"
DEVICE = "FHIR"
MAX_SAMPLES = 10_000_000  # of one series: four months at one a second
_GONE = {"entered-in-error", "cancelled"}
_MARKS = {"E", "U", "L"}


@dataclass(kw_only=True)
class Observations:
    """Where observations go, and what patients and devices are called."""

    made: Measurements
    report: ReadReport
    own_facts: list[tuple[str, Fact]]
    """Facts under our own codes that only we know, with their person."""

    def take(self, resource: Mapping[str, Any], member: Member) -> None:
        """Take everything an Observation says."""
        if resource.get("status") in _GONE:
            self.report.keep(seen=1, dropped=1, reason=NOT_MEANT)
            return
        subject = resource.get("subject")
        person = _text(subject.get("reference")) if isinstance(subject, dict) else ""
        device = resource.get("device")
        name = DEVICE
        if isinstance(device, dict):
            name = _text(device.get("display")) or _text(device.get("reference")) or DEVICE
        for part in _parts(resource):
            _Part(to=self, member=member, person=person, device=name, time=resource, value=part).take()


def _parts(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The observation, if it has a value of its own, and its components."""
    components = resource.get("component")
    inside = [c for c in components if isinstance(c, dict)] if isinstance(components, list) else []
    if not inside or any(key.startswith("value") for key in resource):
        yield resource
    yield from inside


@dataclass(frozen=True, kw_only=True)
class _Part:
    """An observation or component with what it shares with its panel."""

    to: Observations
    member: Member
    person: str
    device: str
    time: Mapping[str, Any]
    value: Mapping[str, Any]

    def take(self) -> None:
        report = self.to.report
        meaning = self._meaning()
        if meaning is None:
            return
        sampled = self.value.get("valueSampledData")
        if isinstance(sampled, dict):
            self._series(meaning, sampled)
            return
        quantity = self.value.get("valueQuantity")
        quantity = quantity if isinstance(quantity, dict) else {"value": self.value.get("valueInteger")}
        amount = number(quantity.get("value"))
        if "dataAbsentReason" in self.value or not np.isfinite(amount):
            report.keep(seen=1, dropped=1, reason=ABSENT if "dataAbsentReason" in self.value else NO_NUMBER)
        elif quantity.get("comparator"):
            report.keep(seen=1, dropped=1, reason=BOUND)
        else:
            self._amount(meaning, amount, self._unit(quantity, meaning))

    def _meaning(self) -> Meaning | None:
        """What the first code that is known says; codes that are not known are counted."""
        code = self.value.get("code")
        codings = code.get("coding") if isinstance(code, dict) else None
        told = []
        for coding in codings if isinstance(codings, list) else []:
            if not isinstance(coding, dict):
                continue
            system, name = _text(coding.get("system")), _text(coding.get("code"))
            if system == CHANNEL_SYSTEM and name in CHANNELS:
                return Meaning(to=name)
            if system == FACT_SYSTEM and name:
                return Meaning(to=name, fact=True, own=True)
            told.append((system, name))
        known = next((LOINC_CODES[name] for system, name in told if system == LOINC and name in LOINC_CODES), None)
        if known is None and not any(name in PANELS for _, name in told):
            system, name = told[0] if told else ("", "")
            self.to.report.unknown[f"code {f'{system} {name}'.strip() or '(none)'}"[:100]] += 1
        return known

    def _unit(self, quantity: Mapping[str, Any], meaning: Meaning) -> str:
        if meaning.own:  # our own words stand beside the code of UCUM, which has fewer
            return _text(quantity.get("unit")) or "1"
        written = _text(quantity.get("code")) or _text(quantity.get("unit"))
        unit = meaning.units.get(written, written)
        ours = _unit_of(meaning)
        return ours if written == ucum(ours) else unit

    def _amount(self, meaning: Meaning, amount: float, unit: str) -> None:
        when, date = self._when()
        if meaning.own:
            fact = Fact("", meaning.to, amount, unit, self.member.basename, date or _date_of(when))
            self.to.own_facts.append((self.person, fact))
            self.to.report.keep(seen=1)
        elif meaning.fact:
            self.to.made.fact(
                meaning.to, amount, unit=unit, when=when, date=date, member=self.member, person=self.person
            )
        elif meaning.to in TOTALS and (date or when is None or when.stop_s <= when.start_s):
            # A count at a moment was counted over nobody knows how long; of a date it is that day's.
            if date:
                self.to.made.fact(
                    TOTALS[meaning.to][1], amount, unit=unit, date=date, member=self.member, person=self.person
                )
            else:
                self.to.report.keep(seen=1, dropped=1, reason=NO_SPAN)
        elif when is None:
            self.to.report.keep(seen=1, dropped=1, reason=NO_TIME)
        else:
            self.to.made.stream(
                meaning.to, amount, unit=unit, when=when, device=self.device, member=self.member, person=self.person
            )

    def _when(self) -> tuple[When | None, dt.date | None]:
        """The moment or span, or the date alone."""
        for key in ("effectiveDateTime", "effectiveInstant"):
            text = self.time.get(key)
            at = moment(text)
            if at is not None:
                return When(at[0], at[0], at[1], at[2]), None
            if isinstance(text, str):
                return None, _date(text)
        period = self.time.get("effectivePeriod")
        if not isinstance(period, dict):
            return None, None
        whole = span(period.get("start"), period.get("end"))
        at = moment(period.get("start"))
        if whole is not None or at is not None:
            return whole or When(at[0], at[0], at[1], at[2]), None  # type: ignore[index]
        return None, _date(period.get("start"))

    def _series(self, meaning: Meaning, sampled: Mapping[str, Any]) -> None:
        """A sampled series: values as far apart as it says, each origin + factor * number; marks are no values."""
        report = self.to.report
        data = sampled.get("data")
        words = data.split(maxsplit=MAX_SAMPLES)[:MAX_SAMPLES] if isinstance(data, str) else []
        seconds = _apart(sampled)
        when, date = self._when()
        if when is None and date is not None:
            # A whole local day whose zone is not told.
            midnight = float((date - dt.date(1970, 1, 1)).days * SECONDS_PER_DAY)
            when = When(midnight, midnight, None, Clock.LOCAL)
        n = sum(word not in _MARKS for word in words)
        if when is None or seconds is None or number(sampled.get("dimensions", 1)) != 1 or meaning.fact:
            report.keep(seen=n, dropped=n, reason=NO_TIME)
            return
        origin = sampled.get("origin")
        origin = origin if isinstance(origin, dict) else {}
        raw = np.array([np.nan if word in _MARKS else number(word) for word in words], dtype=np.float64)
        scale, zero = number(sampled.get("factor", 1)), number(origin.get("value", 0))
        values = raw * scale + zero
        start = when.start_s + seconds * np.arange(len(values))
        there = np.isfinite(values)
        self.to.made.block(
            meaning.to, start=start[there], length_s=seconds if meaning.to in TOTALS else 0.0, values=values[there],
            unit=self._unit(origin, meaning), when=when, device=self.device, member=self.member, person=self.person,
        )  # fmt: skip
        lost = n - int(there.sum())
        report.keep(seen=lost, dropped=lost, reason=NO_NUMBER)


def _apart(sampled: Mapping[str, Any]) -> float | None:
    """Seconds between two values: `period` in milliseconds (R4), `interval` in a unit (R5)."""
    if "period" in sampled:
        apart = number(sampled["period"]) / 1_000
    else:
        unit = _text(sampled.get("intervalUnit"))
        try:
            apart = 60 * float(convert(np.array([number(sampled.get("interval"))]), unit, "min")[0])
        except ReadError:
            return None
    return apart if 0 < apart <= SECONDS_PER_DAY else None


def _unit_of(meaning: Meaning) -> str:
    if meaning.to in TOTALS:
        return TOTALS[meaning.to][0]
    return FACTS[meaning.to][0] if meaning.fact else channel(meaning.to).unit


def _date(text: object) -> dt.date | None:
    """A whole date; a month or a year alone is none."""
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError:
        return None


def _date_of(when: When | None) -> dt.date | None:
    if when is None or abs(when.start_s) > 1e11:
        return None
    return dt.date(1970, 1, 1) + dt.timedelta(days=int((when.start_s + (when.offset_s or 0)) // SECONDS_PER_DAY))


def _text(value: object) -> str:
    """A name: one line, no control characters, not endless."""
    return (
        " ".join("".join(c if c.isprintable() else " " for c in value[:300]).split())[:120]
        if isinstance(value, str)
        else ""
    )
