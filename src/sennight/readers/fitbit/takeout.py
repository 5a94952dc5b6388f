"""A person's own Fitbit export, or the Fitbit part of a Google Takeout: JSON files of days and months.

Which clock a stream runs on is not written in the files. The rule, declared here and noted in every report:
steps, calories and heart rate are in UTC; sleep logs and resting heart rate are in local time. Where the zone is
known (from the profile in the export, or from the caller) everything becomes instants. Where it is not, the UTC
streams are instants with offset 0 and sleep stays on a local clock, so that nothing is shifted by a guess.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from jaxtyping import Float32, Int64

from sennight.errors import ReadError
from sennight.readers.fitbit.sleep import SleepLogs, add_sleep_file
from sennight.readers.guard import Member
from sennight.readers.json_file import load_json, number
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.samples import NO_NUMBER, OUT_OF_RANGE, Samples, settle_repeats
from sennight.readers.zones import EARLIEST_S, LATEST_S, offsets_of_local, offsets_of_utc
from sennight.record import CHANNELS, Clock, Fact, Facts, Person, Recording

DEVICE = "Fitbit"
TIME_FORMAT = "%m/%d/%y %H:%M:%S"
# Fitbit marks heart rate it is not sure of with confidence 0; those values are often a fixed 70.
MIN_CONFIDENCE = 1
NO_RECORD = "record without time and value"
NOT_CONFIDENT = "heart rate with confidence 0"

_NAME = re.compile(r"^(?P<stream>[a-z_]+)-\d{4}-\d{2}-\d{2}.*\.json$")
_HEAD = 400
_CHANNEL = {"steps": "steps", "calories": "energy", "heart_rate": "heart_rate"}
_STREAMS = {*_CHANNEL, "sleep", "resting_heart_rate"}

RULE = "Fitbit writes steps, calories and heart rate in UTC, sleep in local time"


@dataclass(kw_only=True)
class _Stream:
    """The samples of one UTC stream, file by file."""

    utc: list[np.ndarray] = field(default_factory=list)
    values: list[np.ndarray] = field(default_factory=list)
    source: str = ""
    sha256: str = ""


def stream_of(member: Member) -> str | None:
    """Which stream a file holds, by its name, which Takeout does not translate; None for others."""
    match = _NAME.match(member.basename)
    return match["stream"] if match and match["stream"] in _STREAMS else None


def claims(found: Sequence[Member]) -> bool:
    """Is one of these a stream of Fitbit, by name and by how it begins? Raises: ReadError if it cannot be opened."""
    return any(_begins_right(m) for m in [m for m in found if stream_of(m)][:3])


def _begins_right(member: Member) -> bool:
    head = member.head(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"[") and (b'"dateTime"' in head or b'"logId"' in head)


def read(found: Sequence[Member], *, source: Path, zone: str | None) -> Reading:
    """Read all streams of one person. Raises: ReadError if a file is no JSON or the zone is not known."""
    used = [m for m in found if stream_of(m)]
    report = ReadReport(reader="fitbit", source=str(source), files=len(used), bytes_read=sum(m.size for m in used))
    report.unknown.update(f"file {_kind(m)}" for m in found if not stream_of(m))
    zone = zone or _zone_of_profile(found)
    if zone:
        _check_zone(zone)
    # A file on its own has no name of a person; a folder or archive stands for one.
    person = f"fitbit-{source.stem if len(found) > 1 else '1'}"
    streams: dict[str, _Stream] = {name: _Stream() for name in _CHANNEL}
    sleep, resting = SleepLogs(), list[Fact]()
    for member in used:
        kind = str(stream_of(member))
        records = _records(member)
        if kind == "sleep":
            add_sleep_file(sleep, records, source=member.basename, sha256=member.sha256(), report=report)
        elif kind == "resting_heart_rate":
            resting += _resting(records, person=person, source=member.basename, report=report)
        else:
            _add_samples(streams[kind], kind, records, member=member, report=report)
    _note_clock(report, zone)
    recordings = [
        _recording(stream, name=name, person=person, zone=zone, report=report)
        for name, stream in streams.items()
        if stream.utc
    ]
    recordings += _sleep_recordings(sleep, person=person, zone=zone)
    facts = Facts.from_rows([*resting, *sleep.facts(person)])
    made = tuple(r for r in recordings if len(r.times_utc) or r.n_rejected)
    people = [Person(id=person, recordings=made)] if made else []
    if not made and not facts.people:
        raise ReadError("a Fitbit export without any record", where=str(source), todo="Is the export complete?")
    return Reading(people=iter(people), facts=facts, report=report, n_people=len(people), personal=True)


def _kind(member: Member) -> str:
    """A name without its date or number, so that a thousand files of one sort count as one sort."""
    return re.sub(r"[-_ ]*\d[\d\-_ ]*", "", member.basename)


def _note_clock(report: ReadReport, zone: str | None) -> None:
    if zone:
        report.notes.append(f"{RULE}; both were brought together with the zone {zone}")
    else:
        report.notes.append(
            f"{RULE}; no zone is known, so the former are instants with offset 0 and sleep is on a local clock"
        )


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise ReadError(f"time zone '{zone}' is not known", todo="Use an IANA name such as Europe/Vienna.") from error


def _zone_of_profile(found: Sequence[Member]) -> str | None:
    """The zone in the profile, if it is there and is a zone; nothing else of the profile is looked at."""
    for member in found:
        if member.basename.lower() != "profile.csv":
            continue
        rows = list(csv.DictReader(member.read().decode("utf-8-sig", errors="replace").splitlines()))
        zone = next((row[k] for row in rows[:1] for k in ("timezone", "time_zone") if row.get(k)), None)
        try:
            return zone if zone and ZoneInfo(zone) else None
        except (KeyError, ValueError, OSError):
            return None
    return None


def _records(member: Member) -> list[Any]:
    """The list in a file. Raises: ReadError if it is no JSON list."""
    parsed = load_json(member)
    if not isinstance(parsed, list):
        raise ReadError("a JSON file that is not a list of records", where=member.name)
    return parsed


def _add_samples(stream: _Stream, kind: str, records: list[Any], *, member: Member, report: ReadReport) -> None:
    """Take the usable records of one file of a UTC stream."""
    times, values, unsure = [], [], 0
    for record in records:
        if not isinstance(record, dict) or not isinstance(record.get("dateTime"), str) or "value" not in record:
            continue
        value = record["value"]
        if kind == "heart_rate":
            value = value if isinstance(value, dict) else {}
            if number(value.get("confidence", MIN_CONFIDENCE)) < MIN_CONFIDENCE:
                unsure += 1
                continue
            value = value.get("bpm")
        times.append(record["dateTime"])
        values.append(number(value))
    utc, there = seconds_of(times)
    lost = len(records) - unsure - int(there.sum())
    report.keep(seen=lost, dropped=lost, reason=NO_RECORD)
    report.keep(seen=unsure, dropped=unsure, reason=NOT_CONFIDENT)
    stream.utc.append(utc[there])
    stream.values.append(np.array(values, dtype=np.float64)[there])
    if not stream.source:
        stream.source, stream.sha256 = member.basename, member.sha256()


def seconds_of(texts: list[str]) -> tuple[Int64[np.ndarray, " n"], np.ndarray]:
    """Seconds since 1970 of Fitbit's times, as if they were UTC, and where they could be understood."""
    parsed = pl.Series(texts, dtype=pl.String).str.to_datetime(TIME_FORMAT, time_unit="ms", strict=False)
    there = parsed.is_not_null().to_numpy()
    seconds = np.floor_divide(parsed.to_physical().fill_null(0).to_numpy(), 1_000)
    return seconds, there & (seconds >= EARLIEST_S) & (seconds < LATEST_S)


def _recording(stream: _Stream, *, name: str, person: str, zone: str | None, report: ReadReport) -> Recording:
    channel = CHANNELS[_CHANNEL[name]]
    utc, values = np.concatenate(stream.utc), np.concatenate(stream.values)
    n_text = int(np.isnan(values).sum())
    report.keep(seen=n_text, dropped=n_text, reason=NO_NUMBER)
    known = ~np.isnan(values)
    utc, values = utc[known], _float32(values[known])
    offset = offsets_of_utc(utc, zone) if zone else np.zeros(len(utc), dtype=np.int32)
    settled = settle_repeats(Samples(utc=utc, offset_s=offset, values=values), fold=channel.fold, report=report)
    recording = Recording.from_samples(
        person=person,
        device=DEVICE,
        channel=channel,
        times_utc=settled.utc,
        utc_offset_s=settled.offset_s,
        values=settled.values,
        clock=Clock.INSTANT,
        source=stream.source,
        source_sha256=stream.sha256,
    )
    report.keep(seen=len(settled.values), dropped=recording.n_rejected, reason=OUT_OF_RANGE)
    return recording


def _float32(values: np.ndarray) -> Float32[np.ndarray, " n"]:
    with np.errstate(over="ignore"):  # beyond float32 is inf, which is out of every channel's range
        return values.astype(np.float32)


def _sleep_recordings(sleep: SleepLogs, *, person: str, zone: str | None) -> list[Recording]:
    made = []
    for name, (wall, values) in sleep.samples().items():
        offset = np.zeros(len(wall), dtype=np.int32)
        if zone:
            offset, real = offsets_of_local(wall, zone)
            # The hour that summer time jumps over cannot be in a log; a log that says so keeps its other minutes.
            wall, values, offset = wall[real], values[real], offset[real]
        made.append(
            Recording.from_samples(
                person=person,
                device=DEVICE,
                channel=CHANNELS[name],
                times_utc=wall - offset,
                utc_offset_s=offset,
                values=values,
                clock=Clock.INSTANT if zone else Clock.LOCAL,
                source=sleep.source,
                source_sha256=sleep.sha256,
            )
        )
    return made


def _resting(records: list[Any], *, person: str, source: str, report: ReadReport) -> list[Fact]:
    """Resting heart rate of each day; Fitbit writes 0 where it has none."""
    facts: dict[date, float] = {}
    for record in records:
        value = record.get("value") if isinstance(record, dict) else None
        day = _american_date(value.get("date")) if isinstance(value, dict) else None
        amount = number(value.get("value")) if isinstance(value, dict) else np.nan
        report.keep(seen=1, dropped=int(not (day and amount > 0)), reason="day without a resting heart rate")
        if day and 0 < amount < np.inf:
            facts[day] = amount
    return [Fact(person, "resting_heart_rate", v, "beats/min", source, d) for d, v in facts.items()]


def _american_date(text: object) -> date | None:
    match = re.match(r"^(\d{2})/(\d{2})/(\d{2})$", text) if isinstance(text, str) else None
    if not match:
        return None
    month, day, year = (int(g) for g in match.groups())
    try:
        return date(2000 + year if year < 70 else 1900 + year, month, day)
    except ValueError:
        return None
