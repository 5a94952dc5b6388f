"""Garmin's account export: JSON files with nights, days and weights; and nights as Garmin Connect shows them.

The export (DI_CONNECT/...) has totals of nights and days, which become dated facts; the minutes are in FIT files,
packed in archives inside the archive. Nights that tools save from Garmin Connect have their levels, too. Times in GMT
count; a local time is only used for the offset, where the two lie a possible offset apart: some are shifted twice.
Keys as public tools read them; this reader never met a real export.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sennight.errors import ReadError
from sennight.readers.garmin.segment import MAX_OFFSET_S, OFFSET_SLACK_S, QUARTER_S
from sennight.readers.guard import Member
from sennight.readers.json_file import load_json, number
from sennight.readers.reader import ReadReport
from sennight.readers.spans import Sleep, SleepSpan
from sennight.readers.zones import EARLIEST_S, LATEST_S
from sennight.record import Fact

# Names that Garmin gives in every language, and keys that no other vendor writes.
NAMES = re.compile(r"(sleepData|UDSFile_|userBioMetrics).*\.json$")
KEYS = (b'"sleepStartTimestampGMT"', b'"dailySleepDTO"', b'"wellnessStartTimeGmt"', b'"retro"')
HEAD_BYTES = 4_096
MAX_NIGHT_S = 24 * 3_600
MINUTES_OF_A_DAY = 1_440.0
MOST_LEVELS = 5_000  # of a night; one a minute would be 1,440

NO_DATE = "record without a date"
NO_LEVEL = "sleep level without times or kind"
DISAGREE = "local times that do not fit the GMT times beside them; the GMT times were used"

_LEVELS = {0: Sleep.DEEP, 1: Sleep.LIGHT, 2: Sleep.REM, 3: Sleep.AWAKE}
_GRAMS = 1_000.0
# Key of a day -> fact, unit, and the largest amount of a day that is one.
_DAY: dict[str, tuple[str, str, float]] = {
    "totalSteps": ("day_steps", "1", 300_000.0),
    "totalDistanceMeters": ("day_distance_m", "m", 1_000_000.0),
    "totalKilocalories": ("day_energy_kcal", "kcal", 20_000.0),
    "activeKilocalories": ("day_active_energy_kcal", "kcal", 20_000.0),
    "restingHeartRate": ("resting_heart_rate", "beats/min", 250.0),
}
_ASLEEP = ("deepSleepSeconds", "lightSleepSeconds", "remSleepSeconds")


@dataclass(kw_only=True, eq=False)
class Account:
    """What the JSON files of an account hold."""

    person: str
    report: ReadReport
    spans: list[SleepSpan] = field(default_factory=list)
    anchors: list[tuple[int, int]] = field(default_factory=list)
    """(instant, local time minus UTC)."""
    facts: dict[tuple[str, dt.date], Fact] = field(default_factory=dict)
    source: str = ""
    disagreeing: int = 0

    def add_fact(self, name: str, value: float, unit: str, *, most: float, date: dt.date, source: str) -> None:
        """Keep an amount above 0 that can be one; a later file's stands."""
        if 0 < value <= most:
            self.facts[name, date] = Fact(self.person, name, value, unit, source, date)


def is_account_file(member: Member) -> bool:
    """Does a JSON file begin like one of Garmin's? Raises: ReadError if it cannot be opened."""
    if not member.basename.lower().endswith(".json"):
        return False
    head = member.head(HEAD_BYTES)
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"[", b"{")):
        return False
    return any(key in head for key in KEYS) or (bool(NAMES.search(member.basename)) and b'"calendarDate"' in head)


def add_account_file(account: Account, member: Member) -> None:
    """Take the records of one file. Raises: ReadError if it is no JSON."""
    parsed = load_json(member)
    taken = 0
    for record in _records(parsed):
        date = _date_of(record)
        if date is None:
            account.report.keep(seen=1, dropped=1, reason=NO_DATE)
            continue
        account.report.keep(seen=1)
        taken += 1
        _add_night(account, record, date=date, source=member.basename)
        _add_day(account, record, date=date, source=member.basename)
    if taken and not account.source:
        account.source = member.basename
    if not taken and not account.report.dropped[NO_DATE]:
        raise ReadError("a JSON file without a record of Garmin's", where=member.name)


def _records(parsed: Any) -> Iterator[dict[str, Any]]:
    """The dictionaries in a list, or the one there is; a night of Garmin Connect wraps its own."""
    for record in parsed if isinstance(parsed, list) else [parsed]:
        if not isinstance(record, dict):
            record = {}
        inner = record.get("dailySleepDTO")
        if isinstance(inner, dict):
            record = {**inner, "sleepLevels": record.get("sleepLevels")}
        yield record


def _date_of(record: dict[str, Any]) -> dt.date | None:
    meta = record.get("metaData")
    text = record.get("calendarDate") or (meta.get("calendarDate") if isinstance(meta, dict) else None)
    text = text.get("date") if isinstance(text, dict) else text
    try:
        return dt.date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def seconds_of(value: object) -> int | None:
    """Seconds since 1970 of a time in GMT: milliseconds, or ISO text without a zone; None if it is none.

    >>> seconds_of("2024-03-01T23:10:00.0"), seconds_of(1_709_334_600_000), seconds_of(None)
    (1709334600, 1709334600, None)
    """
    if isinstance(value, str):
        try:
            read = dt.datetime.fromisoformat(re.sub(r"\.\d*", "", value))
            found = (read if read.tzinfo else read.replace(tzinfo=dt.UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    else:
        found = number(value) / 1_000
    return int(found) if EARLIEST_S < found < LATEST_S else None


def _add_night(account: Account, record: dict[str, Any], *, date: dt.date, source: str) -> None:
    for key in ("Start", "End"):
        _add_offset(account, record.get(f"sleep{key}TimestampGMT"), record.get(f"sleep{key}TimestampLocal"))
    levels = record.get("sleepLevels")
    for level in levels[:MOST_LEVELS] if isinstance(levels, list) else []:
        span = _span(level)
        account.report.keep(seen=1, dropped=int(span is None), reason=NO_LEVEL)
        if span:
            account.spans.append(span)
    asleep = [s for s in (number(record.get(k)) for k in _ASLEEP) if np.isfinite(s) and s >= 0]
    if asleep:
        account.add_fact("minutes_asleep", sum(asleep) / 60, "min", most=MINUTES_OF_A_DAY, date=date, source=source)
    awake = number(record.get("awakeSleepSeconds")) / 60
    account.add_fact("minutes_awake_in_bed", awake, "min", most=MINUTES_OF_A_DAY, date=date, source=source)
    breaths = number(record.get("averageRespiration"))
    account.add_fact("night_breathing_rate", breaths, "breaths/min", most=80.0, date=date, source=source)
    oxygen = record.get("spo2SleepSummary")
    average = number(oxygen.get("averageSPO2")) if isinstance(oxygen, dict) else np.nan
    account.add_fact("night_spo2", average, "%", most=100.0, date=date, source=source)


def _span(level: object) -> SleepSpan | None:
    if not isinstance(level, dict):
        return None
    start, stop = seconds_of(level.get("startGMT")), seconds_of(level.get("endGMT"))
    code = number(level.get("activityLevel"))
    sleep = _LEVELS.get(int(code)) if np.isfinite(code) else None
    if start is None or stop is None or sleep is None or not 0 < stop - start <= MAX_NIGHT_S:
        return None
    return SleepSpan(start_s=start, stop_s=stop, sleep=sleep)


def _add_day(account: Account, record: dict[str, Any], *, date: dt.date, source: str) -> None:
    _add_offset(account, record.get("wellnessStartTimeGmt"), record.get("wellnessStartTimeLocal"))
    for key, (name, unit, most) in _DAY.items():
        account.add_fact(name, number(record.get(key)), unit, most=most, date=date, source=source)
    weight = record.get("weight")
    grams = number(weight.get("weight")) if isinstance(weight, dict) else np.nan
    account.add_fact("weight_kg", grams / _GRAMS, "kg", most=635.0, date=date, source=source)


def _add_offset(account: Account, gmt: object, local: object) -> None:
    utc, wall = seconds_of(gmt), seconds_of(local)
    if utc is None or wall is None:
        return
    quarters = round((wall - utc) / QUARTER_S) * QUARTER_S
    if abs(wall - utc - quarters) <= OFFSET_SLACK_S and -12 * 3_600 <= quarters <= MAX_OFFSET_S:
        account.anchors.append((utc, quarters))
    else:
        account.disagreeing += 1


def trusted_anchors(account: Account) -> Sequence[tuple[int, int]]:
    """Offsets on which all records around them agree; of a day with several, the one told most often.

    A local time that was shifted twice lies a possible offset away when the offset is small, and then only the other
    records of the day show it.
    """
    by_day: dict[int, list[tuple[int, int]]] = {}
    for utc, offset in sorted(set(account.anchors)):
        by_day.setdefault(utc // 86_400, []).append((utc, offset))
    kept = []
    for told in by_day.values():
        offsets = [o for _, o in told]
        # Of two that are told as often, the smaller shift: one was shifted twice.
        best = min(set(offsets), key=lambda o: (-offsets.count(o), abs(o)))
        account.disagreeing += len(told) - offsets.count(best)
        kept += [(utc, offset) for utc, offset in told if offset == best]
    if account.disagreeing:
        account.report.notes.append(f"{account.disagreeing:,} {DISAGREE}")
    return kept
