"""Tables that need no mapping, because their columns are named as in the registry; and a mapping to start from."""

from collections.abc import Mapping as MappingType
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import PurePosixPath

from sennight.readers.table.files import Header
from sennight.readers.table.mapping import ChannelColumn, Mapping, MinuteTableFile, Time
from sennight.record import CHANNELS, Clock

PERSON_NAMES = ("person", "person_id", "participant", "participant_id", "subject", "subject_id", "user_id", "id")
TIME_NAMES = ("time", "timestamp", "datetime", "date_time")
UTC_NAMES = ("time_utc", "unix_seconds")
OFFSET_NAME = "utc_offset_min"
DATE_NAME = "date"


def mapping_of_columns(files: MappingType[str, Header]) -> Mapping | None:
    """A mapping of every file whose columns say all there is to know, None if there is none.

    A file is self-described by a person column, channels of the registry in the registry's units, and either a
    local time, or UTC seconds and `utc_offset_min`, or a date and 1,440 numbers a row.
    """
    tables = [t for name, columns in files.items() if (t := _table_of(name, columns))]
    return Mapping(name="self-described", prefix="person", tables=tuple(tables)) if tables else None


def _first(names: tuple[str, ...], columns: Sequence[str]) -> str | None:
    lower = {c.casefold(): c for c in reversed(list(columns))}
    return next((lower[n] for n in names if n in lower), None)


def _table_of(file: str, header: Header) -> MinuteTableFile | None:
    columns = header.names
    person = _first(PERSON_NAMES, columns)
    channels = tuple(
        ChannelColumn(column=name, channel=name, unit=CHANNELS[name].unit) for name in columns if name in CHANNELS
    )
    if not person or not channels:
        return None
    grid = header.lists >= {c.column for c in channels}
    local, utc = _first(TIME_NAMES, columns), _first(UTC_NAMES, columns)
    clock = Clock.LOCAL
    if grid and DATE_NAME in columns:
        time = Time(date=DATE_NAME)
    elif grid or not (local or utc):
        return None
    elif utc and OFFSET_NAME in columns:
        time, clock = Time(unix_seconds=utc, utc_offset_min_column=OFFSET_NAME), Clock.INSTANT
    elif local:
        time = Time(timestamp=local)
    else:
        return None
    return MinuteTableFile(
        files=(file,),
        shape="day" if grid else "long",
        person=person,
        device="unknown device",
        clock=clock,
        time=time,
        channels=channels,
    )


_HEADER = """\
# A mapping for the table reader. Change what is guessed, delete what you do not need,
# then: sennight.read(path, mapping="this-file.yaml")
name: {name}
prefix: {name}          # people become {name}-<id>
tables:
  - files: ["{file}"]
    shape: {shape}          # long: one row a minute or sample; day: one row a day with 1,440 numbers
    person: {person}      # or, for a file of one person without such a column: one_person: me
    device: unknown device
    clock: local         # local | instant (then add zone or utc_offset_min under time) | weekday
    time: {{{time}}}
    channels:
"""


def starter_text(file: str, header: Header) -> str:
    """The text of a mapping to start from: guesses where a name is near a known one, comments elsewhere."""
    columns = header.names
    person = _first(PERSON_NAMES, columns) or next(
        (c for c in columns if "id" in c.casefold() or "subj" in c.casefold()), "CHANGE_ME"
    )
    grid = bool(header.lists)
    when = _first((*TIME_NAMES, *UTC_NAMES, DATE_NAME, "day"), columns) or next(
        (c for c in columns if "time" in c.casefold() or "date" in c.casefold()), "CHANGE_ME"
    )
    name = PurePosixPath(file).stem.replace(" ", "_").casefold()
    text = _HEADER.format(
        name=name,
        file=file,
        shape="day" if grid else "long",
        person=f'"{person}"',
        time=f'{"date" if grid else "timestamp"}: "{when}"',
    )
    guessed = []
    for column in columns:
        if column in (person, when):
            continue
        near = get_close_matches(column.casefold(), list(CHANNELS), n=1, cutoff=0.85)
        if near:
            unit = CHANNELS[near[0]].unit
            guessed.append(f'      - {{column: "{column}", channel: {near[0]}, unit: "{unit}", missing: []}}')
        else:
            guessed.append(f'      # - {{column: "{column}", channel: CHANGE_ME, unit: CHANGE_ME}}')
    if all(line.lstrip().startswith("#") for line in guessed):
        guessed.append('      - {column: "CHANGE_ME", channel: heart_rate, unit: "beats/min", missing: []}')
    return text + "\n".join(guessed) + "\n"
