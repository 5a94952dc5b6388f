"""A person's own Fitbit export, or the Fitbit part of a Google Takeout, of any year and in both layouts.

Which clock a stream runs on is not written in most files. The rule, declared here and noted in every report: in the
JSON files steps, distance and heart rate are in UTC, so are calories unless they begin at midnight; sleep, weights and
days are local; in the CSV files a time with Z is UTC and a time without is local. What is known of the person's offset
brings them together (`Place`); where nothing is known, nothing is shifted by a guess.
"""

import csv
import datetime as dt
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from sennight.errors import ReadError
from sennight.readers.fitbit import json_streams, nights, tables
from sennight.readers.fitbit.day_facts import DAY_TABLES, JSON_SORTS, json_facts, settled, table_facts
from sennight.readers.fitbit.json_streams import DEVICE
from sennight.readers.fitbit.layout import ending_of, sort_of
from sennight.readers.fitbit.sleep import SleepLogs, add_sleep_file
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.place import Place
from sennight.readers.reader import Reading, ReadReport
from sennight.record import SECONDS_PER_DAY, Fact, Facts, Person, Recording

RULE = (
    "Fitbit's JSON writes steps, distance, calories and heart rate in UTC (calories that begin at midnight are local), "
    "sleep and days in local time; its CSV writes UTC where a time ends in Z and local time elsewhere"
)
_CSV_SORTS = frozenset({*tables.TABLES, *DAY_TABLES, nights.SLEEPS, nights.STAGES})
_JSON_SORTS = frozenset({*json_streams.STREAMS, *JSON_SORTS, "sleep"})
_DATED_JSON = re.compile(r"^[a-z0-9_]+-\d{4}-\d{2}-\d{2}.*\.json$")
_HEAD = 400
# Fitbit's servers date the records, so no watch that was never set speaks here; exports whose dates were moved for
# privacy go back to 1995.
FIRST_S = int(dt.datetime(1990, 1, 1, tzinfo=dt.UTC).timestamp())
EVERY_FEW_SECONDS = frozenset({"heart_rate"})
# An export has thousands of files of one sort; one of each says whose it is.
MOST_LOOKED_INTO = 40
# Headers that nobody else writes; `timestamp,steps` alone could be anybody's.
_TELLING = (
    b"data source", b"rmssd,coverage,low_frequency", b"timestamp,rmssd,nremhr", b"recorded_time,temperature",
    b"type,sleep_start,sleep_end,temperature_samples", b"sleep_id,", b"sleep_log_entry_id,", b"date_time,heart_zone_id",
    b"STRESS_SCORE", b"timestamp,average_value,lower_bound", b"daily_respiratory_rate",
    b"session_id,timestamp,valid_data", b"timestamp,full_sleep_breathing_rate", b"date,readiness_score_value",
)  # fmt: skip


def stream_of(member: Member) -> str | None:
    """Which sort of ours a file holds, by its name, which Takeout does not translate; None for others."""
    sort, ending = sort_of(member), ending_of(member)
    if ending == "json" and sort in _JSON_SORTS and _DATED_JSON.match(member.basename.lower()):
        return sort
    return sort if ending == "csv" and sort in _CSV_SORTS else None


def claims(found: Sequence[Member]) -> bool:
    """Is one of these of Fitbit, by name and by how it begins? Raises: ReadError if it cannot be opened."""
    looked: dict[tuple[str, str], int] = defaultdict(int)
    for member in found:
        sort = stream_of(member)
        key = (sort or "", ending_of(member))
        if sort is None or not member.size or looked[key] >= 2 or sum(looked.values()) >= MOST_LOOKED_INTO:
            continue
        looked[key] += 1
        if _begins_right(member, sort):
            return True
    return False


def _begins_right(member: Member, sort: str) -> bool:
    head = member.head(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    if ending_of(member) == "json":
        return head.startswith(b"[") and any(key in head for key in (b'"dateTime"', b'"logId"'))
    header = head.splitlines()[0] if head else b""
    if sort == "minute spo2":
        return header.startswith(b"timestamp,value")
    return b"," in header and any(key in header for key in _TELLING)


def read(found: Sequence[Member], *, source: Path, zone: str | None, report: ReadReport) -> Reading:
    """Read everything of one person. Raises: ReadError if nothing of it is readable, or the zone is not known."""
    used: dict[str, list[Member]] = defaultdict(list)
    for member in found:
        sort = stream_of(member)
        if sort is None:
            report.unknown[f"file {_kind(member)}"] += 1
        elif member.size:
            used[f"{ending_of(member)} {sort}"].append(member)
    report.files = sum(map(len, used.values()))
    report.bytes_read = sum(m.size for files in used.values() for m in files)
    if zone:
        _check_zone(zone)
    # A file on its own has no name of a person; a folder or archive stands for one.
    person = f"fitbit-{source.stem if len(found) > 1 else '1'}"
    gathering = Gathering(person=person, report=report, first_s=FIRST_S, by_minute=EVERY_FEW_SECONDS)
    asleep = nights.nights_of(used[f"csv {nights.SLEEPS}"], used[f"csv {nights.STAGES}"], report=report)
    place = asleep.place(zone=zone or _zone_of_profile(found), told=bool(zone))
    report.notes.append(f"{RULE}; {place.rule}")
    asleep.add_to(gathering, place=place)
    logs = _sleep_logs(used["json sleep"], walls=asleep.walls, gathering=gathering, place=place)
    held = {
        sort: json_streams.add_stream(sort, files, gathering=gathering, place=place)
        for sort in json_streams.STREAMS
        if (files := used[f"json {sort}"])
    }
    _add_tables(used, gathering=gathering, place=place, held=held)
    recordings = gathering.recordings()
    facts = [*logs.facts(person), *asleep.facts(person, but=set(logs.nights))]
    facts += _day_facts(used, person=person, place=place, report=report)
    facts = settled(facts, last_day=_last_day(recordings), report=report)
    people = [Person(id=person, recordings=recordings)] if recordings else []
    if not people and not facts:
        raise _nothing(report, source)
    return Reading(
        people=iter(people), facts=Facts.from_rows(facts), report=report, n_people=len(people), personal=True
    )


def _nothing(report: ReadReport, source: Path) -> ReadError:
    if report.failed:
        name, why = next(iter(report.failed.items()))
        return ReadError(why, where=name, todo="Export it again.")
    return ReadError("a Fitbit export without any record", where=str(source), todo="Is the export complete?")


def _sleep_logs(
    files: Sequence[Member], *, walls: list[tuple[int, int]], gathering: Gathering, place: Place
) -> SleepLogs:
    """The logs of the JSON layout, without those that the newer layout holds, as samples."""
    logs = SleepLogs()
    for member in files:
        try:
            records = json_streams.records_of(member)
        except ReadError as error:
            gathering.report.failed[member.name] = error.what
            continue
        sha256 = "" if logs.source else member.sha256()
        add_sleep_file(
            logs, records, source=member.basename, sha256=sha256, report=gathering.report, elsewhere=walls
        )  # fmt: skip
    for name, (wall, values) in logs.samples().items():
        offset, real = place.of_wall(wall)
        # The hour that summer time jumps over cannot be in a log; a log that says so keeps its other minutes.
        gathering.add(
            name, utc=(wall - offset)[real], values=values[real], device=DEVICE, source=logs.source,
            sha256=logs.sha256, offset_s=offset[real], clock=place.clock,
        )  # fmt: skip
    return logs


def _add_tables(
    used: dict[str, list[Member]], *, gathering: Gathering, place: Place, held: dict[str, set[int]]
) -> None:
    for sort in tables.TABLES:
        files = used[f"csv {sort}"]
        first = min(files, key=lambda m: m.basename, default=None)
        for member in files:
            sha256 = member.sha256() if member is first else ""
            try:
                tables.add_table(sort, member, gathering=gathering, place=place, held=held, sha256=sha256)
            except ReadError as error:
                gathering.report.failed[member.name] = error.what


def _day_facts(used: dict[str, list[Member]], *, person: str, place: Place, report: ReadReport) -> list[Fact]:
    """JSON before CSV: where both have a day, the newer layout speaks."""
    found: list[Fact] = []
    for sort in sorted(JSON_SORTS):
        for member in used[f"json {sort}"]:
            try:
                found += json_facts(sort, member, person=person, report=report)
            except ReadError as error:
                report.failed[member.name] = error.what
    for sort in DAY_TABLES:
        for member in used[f"csv {sort}"]:
            try:
                found += table_facts(sort, member, person=person, place=place, report=report)
            except ReadError as error:
                report.failed[member.name] = error.what
    return found


def _last_day(recordings: Sequence[Recording]) -> dt.date | None:
    """The local date of the last sample of all; None without any."""
    last = max((int(r.times_utc[-1] + r.utc_offset_s[-1]) for r in recordings if len(r.times_utc)), default=None)
    return None if last is None else dt.date(1970, 1, 1) + dt.timedelta(days=last // SECONDS_PER_DAY)


def _kind(member: Member) -> str:
    """A name without its date or number, so that a thousand files of one sort count as one sort."""
    return re.sub(r"[-_ ]*\d[\d\-_ ]*", "", member.basename)


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise ReadError(f"time zone '{zone}' is not known", todo="Use an IANA name such as Europe/Vienna.") from error


def _zone_of_profile(found: Sequence[Member]) -> str | None:
    """The zone in the profile, if it is there and is a zone; nothing else of the profile is looked at."""
    for member in found:
        if member.basename.lower() != "profile.csv" or member.size > json_streams.MAX_FILE_BYTES:
            continue
        try:
            rows = list(csv.DictReader(member.read().decode("utf-8-sig", errors="replace").splitlines()))
            zone = next((row[k] for row in rows[:1] for k in ("timezone", "time_zone") if row.get(k)), None)
            return zone if zone and ZoneInfo(zone) else None
        except (KeyError, ValueError, OSError, csv.Error, ReadError):
            return None
    return None
