"""Fitabase's CSV export: one file a stream, many people in each, told apart by their headers.

Times are local wall-clock times in the American order. The export holds minutes without wear (0 steps, resting
METs), which look like rest: wear has to be inferred later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sennight.errors import ReadError
from sennight.readers.guard import Member
from sennight.readers.reader import Reading
from sennight.readers.table import read_plan
from sennight.readers.table.files import header_of
from sennight.readers.table.mapping import (
    ChannelColumn,
    FactColumnSpec,
    FactTable,
    Mapping,
    MinuteTableFile,
    Time,
)
from sennight.readers.table.plan import Plan
from sennight.record import Clock

TIME_FORMAT = "%m/%d/%Y %I:%M:%S %p"
DATE_FORMAT = "%m/%d/%Y"
PERSON = "Id"
PREFIX = "fitabase"
# Looking into a file costs a read of 64 KiB; an export has about 20 files in each of its folders.
MOST_FILES_LOOKED_INTO = 200


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A minute file: the header that gives it away, and the channel in it."""

    time: str
    also: tuple[str, ...] = ()
    channel: ChannelColumn


# Fitbit's per-minute sleep values: 1 asleep, 2 restless, 3 awake; Fitbit counts only the first as time asleep.
# METs come as tenths. Source: Fitabase data dictionary.
STREAMS: tuple[Stream, ...] = (
    Stream(time="ActivityMinute", channel=ChannelColumn(column="Steps", channel="steps", unit="1/min")),
    Stream(time="ActivityMinute", channel=ChannelColumn(column="Calories", channel="energy", unit="kcal/min")),
    Stream(time="ActivityMinute", channel=ChannelColumn(column="Intensity", channel="intensity", unit="level")),
    Stream(time="ActivityMinute", channel=ChannelColumn(column="METs", channel="mets", unit="MET x10")),
    Stream(time="Time", channel=ChannelColumn(column="Value", channel="heart_rate", unit="beats/min")),
    Stream(
        time="date",
        also=("logId",),
        channel=ChannelColumn(
            column="value", channel="asleep", unit="binary", codes={"1": 1.0, "2": 0.0, "3": 0.0}
        ),
    ),
)  # fmt: skip


def _amount(column: str, unit: str, to: str | None = None) -> FactColumnSpec:
    return FactColumnSpec(column=column, unit=unit, to=to)


# Day summaries; the file patterns are filled in when a file of that header is found.
DAY_TABLES: tuple[FactTable, ...] = (
    FactTable(
        files=("sleepDay*.csv",), person=PERSON, date="SleepDay", date_format=TIME_FORMAT,
        columns={
            "minutes_asleep": _amount("TotalMinutesAsleep", "min"),
            "minutes_in_bed": _amount("TotalTimeInBed", "min"),
            "sleep_records": _amount("TotalSleepRecords", "count"),
        },
    ),
    FactTable(
        files=("weightLogInfo*.csv",), person=PERSON, date="Date", date_format=TIME_FORMAT,
        columns={
            "weight_kg": _amount("WeightKg", "kg"),
            "bmi": _amount("BMI", "kg/m^2"),
            "body_fat_pct": _amount("Fat", "%"),
        },
    ),
    FactTable(
        files=("dailyActivity*.csv",), person=PERSON, date="ActivityDate", date_format=DATE_FORMAT,
        columns={
            "day_steps": _amount("TotalSteps", "count"),
            "day_distance": _amount("TotalDistance", "km", to="m"),
            "day_energy": _amount("Calories", "kcal"),
            "day_very_active": _amount("VeryActiveMinutes", "min"),
            "day_fairly_active": _amount("FairlyActiveMinutes", "min"),
            "day_lightly_active": _amount("LightlyActiveMinutes", "min"),
            "day_sedentary": _amount("SedentaryMinutes", "min"),
        },
    ),
)  # fmt: skip


def claims(found: Sequence[Member]) -> bool:
    """Is any of these a minute file of Fitabase? Raises: ReadError if one cannot be opened."""
    return any(_stream_of(m) is not None for m in _candidates(found))


def read(found: Sequence[Member], *, source: Path) -> Reading:
    """Read all streams and day summaries. Raises: ReadError if a file is damaged."""
    tables: list[tuple[MinuteTableFile, Member]] = []
    facts: list[tuple[FactTable, Member]] = []
    unknown: list[str] = []
    for member in _candidates(found):
        stream, day_table = _stream_of(member), _day_table_of(member)
        if stream:
            tables.append((_table(stream, member), member))
        elif day_table:
            facts.append((day_table, member))
        else:
            unknown.append(member.basename)
    # Minutes by stream first, so that channels come in one order whatever the files are called.
    order = {s.channel.channel: i for i, s in enumerate(STREAMS)}
    tables.sort(key=lambda pair: (order[pair[0].channels[0].channel], pair[1].name))
    mapping = Mapping(
        name="fitabase", prefix=PREFIX, tables=tuple(t for t, _ in tables), facts=tuple(f for f, _ in facts)
    )
    plan = Plan(mapping=mapping, tables=tuple(tables), facts=tuple(facts))
    reading = read_plan(plan, reader="fitbit", source=str(source))
    reading.report.unknown.update(f"file {name}" for name in unknown)
    reading.report.notes.append("times are local, their zone is not known")
    return reading


def _candidates(found: Sequence[Member]) -> list[Member]:
    return [m for m in found if m.name.lower().endswith(".csv") and m.size][:MOST_FILES_LOOKED_INTO]


def _header(member: Member) -> frozenset[str]:
    try:
        return frozenset(header_of(member).names)
    except ReadError:
        return frozenset()


def _stream_of(member: Member) -> Stream | None:
    header = _header(member)
    return next((s for s in STREAMS if header >= {PERSON, s.time, s.channel.column, *s.also}), None)


def _day_table_of(member: Member) -> FactTable | None:
    header = _header(member)
    return next((t for t in DAY_TABLES if header >= set(t.source_columns)), None)


def _table(stream: Stream, member: Member) -> MinuteTableFile:
    return MinuteTableFile(
        files=(member.name,),
        shape="long",
        person=PERSON,
        device="Fitbit",
        clock=Clock.LOCAL,
        time=Time(timestamp=stream.time, format=TIME_FORMAT),
        channels=(stream.channel,),
    )
