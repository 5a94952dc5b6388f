"""The mapping file of the table reader: which column is which person, time, channel and fact, in which unit.

A mapping is data (YAML). It is checked whole when it is loaded: an unknown key, channel or unit is refused
with the nearest known one, so that a typing error cannot silently drop a column. Mappings of public data sets
stand in `readers/mappings/`.
"""

from collections.abc import Mapping as MappingType
from difflib import get_close_matches
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sennight.errors import InputError, ReadError
from sennight.readers.units import Conversion, conversion
from sennight.record import CHANNELS, Channel, Clock, channel

MAX_MAPPING_BYTES = 1024**2  # the longest mapping shipped is 8 kB; a larger file is some other YAML


class _Strict(BaseModel):
    """A part of a mapping: unknown keys are refused with the nearest known one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        if isinstance(data, MappingType):
            for key in data:
                if key not in cls.model_fields:
                    near = get_close_matches(str(key), list(cls.model_fields), n=1, cutoff=0.5)
                    hint = f"Did you mean '{near[0]}'? " if near else ""
                    raise ReadError(
                        f"a mapping with an unknown key '{key}'",
                        todo=f"{hint}Known here: {', '.join(cls.model_fields)}.",
                    )
        return data


class Time(_Strict):
    """Where the time of a row stands. Exactly one of the first five is given.

    timestamp      text or datetime column; `format` as in strptime, ISO 8601 if absent
    date           local date; rows of minutes add `minute` (0 to 1,439) or `time_of_day` (text HH:MM[:SS])
    unix_seconds   seconds since 1970 UTC
    unix_minutes   minutes since 1970 UTC
    weekday        only the day of the week is known; `day` counts consecutive days of a person

    `weekday_is` says which number Monday or Sunday has, e.g. "monday=0", "sunday=1".
    """

    timestamp: str | None = None
    date: str | None = None
    unix_seconds: str | None = None
    unix_minutes: str | None = None
    weekday: str | None = None
    format: str | None = None
    minute: str | None = None
    time_of_day: str | None = None
    day: str | None = None
    weekday_is: Literal["monday=0", "monday=1", "sunday=0", "sunday=1"] = "monday=0"
    utc_offset_min: int | None = Field(default=None, ge=-18 * 60, le=18 * 60)
    utc_offset_min_column: str | None = None
    zone: str | None = None

    @model_validator(mode="after")
    def _one_convention(self) -> "Time":
        given = [
            k for k in ("timestamp", "date", "unix_seconds", "unix_minutes", "weekday") if getattr(self, k) is not None
        ]
        if len(given) != 1:
            raise ReadError(
                f"a mapping whose time has {len(given)} conventions ({', '.join(given) or 'none'})",
                todo="Give exactly one of timestamp, date, unix_seconds, unix_minutes, weekday.",
            )
        if self.weekday and not self.day:
            raise ReadError(
                "a mapping with a weekday but no 'day'", todo="Name the column that counts a person's days."
            )
        offsets = [k for k in ("utc_offset_min", "utc_offset_min_column", "zone") if getattr(self, k) is not None]
        if len(offsets) > 1:
            raise ReadError(f"a mapping with {' and '.join(offsets)}", todo="Give one of them.")
        if self.zone:
            try:
                ZoneInfo(self.zone)
            except (KeyError, ValueError, OSError) as error:
                raise ReadError(
                    f"time zone '{self.zone}' is not known", todo="Use an IANA name such as Europe/Vienna."
                ) from error
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The source columns this needs."""
        names = (
            self.timestamp, self.date, self.unix_seconds, self.unix_minutes, self.weekday,
            self.minute, self.time_of_day, self.day, self.utc_offset_min_column,
        )  # fmt: skip
        return tuple(n for n in names if n is not None)


class ChannelColumn(_Strict):
    """One source column as one registry channel.

    `unit` is the unit of the numbers in the file. `missing` codes were never measured and leave no trace;
    `invalid` codes were measured but unusable (a saturation mark) and are counted as out of range. A code
    that means "this or more" belongs in neither list: it is kept. `codes` replaces words or numbers of minute
    rows by amounts in `unit`, and every other cell is dropped as no number. `column` may end in `{n}` for 1,440
    numbered columns of a day. `packed: bits` is a binary column of one bit a minute.
    """

    column: str
    channel: str
    unit: str
    missing: tuple[float, ...] = ()
    invalid: tuple[float, ...] = ()
    codes: dict[str, float] = {}
    packed: Literal["no", "bits"] = "no"

    @model_validator(mode="after")
    def _known_channel_and_unit(self) -> "ChannelColumn":
        conversion(self.unit, channel(self.channel).unit)
        return self

    @property
    def target(self) -> Channel:
        """The channel in the registry."""
        return CHANNELS[self.channel]

    @property
    def conversion(self) -> Conversion:
        """From the file's unit to the channel's."""
        return conversion(self.unit, self.target.unit)


class MinuteTableFile(_Strict):
    """A table of minutes. Of `files`, relative patterns, the first that matches anything is used.

    `person` is the column that says who; a file about one person has `one_person`, their id, instead.
    """

    files: tuple[str, ...] = Field(min_length=1)
    shape: Literal["day", "long"]
    person: str | None = None
    one_person: str | None = None
    device: str
    clock: Clock
    time: Time
    channels: tuple[ChannelColumn, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _time_fits_shape_and_clock(self) -> "MinuteTableFile":
        t = self.time
        if bool(self.person) == bool(self.one_person):
            raise ReadError("a mapping that needs either 'person' or 'one_person'")
        if (self.clock == Clock.WEEKDAY) != (t.weekday is not None):
            raise ReadError("a mapping whose clock and time disagree", todo="clock: weekday goes with time: weekday.")
        if self.shape == "day" and (t.date or t.weekday) is None:
            raise ReadError("a mapping of day rows without a date or weekday column")
        if self.shape == "day" and any(c.codes for c in self.channels):
            raise ReadError("a mapping of day rows with codes", todo="Codes are for shape: long.")
        if self.shape == "day" and t.zone:
            raise ReadError(
                "a mapping of day rows with a zone",
                todo="A day of 1,440 minutes has no hour for summer time: use local.",
            )
        if self.shape == "long" and (t.date or t.weekday) and (t.minute is None) == (t.time_of_day is None):
            raise ReadError("a mapping of minute rows with a date needs 'minute' or 'time_of_day'")
        if self.clock == Clock.LOCAL and (t.unix_seconds or t.unix_minutes):
            raise ReadError("a mapping with unix times on a local clock", todo="Unix times are UTC: clock: instant.")
        known = t.utc_offset_min is not None or t.utc_offset_min_column or t.zone
        if self.clock == Clock.INSTANT and not known and not t.timestamp:
            raise ReadError("a mapping of instants without an offset", todo="Give utc_offset_min or zone.")
        if self.clock != Clock.INSTANT and known:
            raise ReadError(
                f"a mapping with an offset on a {self.clock} clock", todo="Offsets belong to clock: instant."
            )
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The source columns that must be there."""
        who = (self.person,) if self.person else ()
        return tuple(dict.fromkeys((*who, *self.time.columns, *(c.column for c in self.channels))))


class FactColumnSpec(_Strict):
    """One source column as one fact. `to` converts amounts; `codes` turns text into numbers."""

    column: str
    unit: str = Field(min_length=1)
    to: str | None = None
    codes: dict[str, float] = {}
    missing: tuple[str | float, ...] = ()

    @model_validator(mode="after")
    def _known_conversion(self) -> "FactColumnSpec":
        if self.to:
            conversion(self.unit, self.to)
        return self


class NamedFacts(_Strict):
    """Facts in rows: one column holds the name, another the value."""

    name: str
    value: str
    unit: str = Field(min_length=1)
    prefix: str = ""


class FactTable(_Strict):
    """A table of facts: one row a person, or a person and date. `columns` goes fact name -> unit or column."""

    files: tuple[str, ...] = Field(min_length=1)
    person: str
    date: str | None = None
    date_format: str | None = None
    columns: dict[str, FactColumnSpec] = {}
    rows: NamedFacts | None = None

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        """`age_years: years` is short for a column of the fact's own name in that unit."""
        if isinstance(data, MappingType) and isinstance(data.get("columns"), MappingType):
            full = {k: {"column": k, "unit": v} if isinstance(v, str) else v for k, v in data["columns"].items()}
            return {**data, "columns": full}
        return data

    @property
    def source_columns(self) -> tuple[str, ...]:
        """The source columns that must be there."""
        rows = (self.rows.name, self.rows.value) if self.rows else ()
        date = (self.date,) if self.date else ()
        return tuple(dict.fromkeys((self.person, *date, *rows, *(s.column for s in self.columns.values()))))


class Mapping(_Strict):
    """A whole mapping. People become `prefix-id`, in recordings and facts alike.

    `needs` names files that must lie beside the tables: it tells data sets with equal columns apart.
    """

    name: str = Field(min_length=1)
    title: str = ""
    prefix: str = Field(min_length=1)
    source: str = ""
    licence: str = ""
    needs: tuple[str, ...] = ()
    tables: tuple[MinuteTableFile, ...] = ()
    facts: tuple[FactTable, ...] = ()

    @model_validator(mode="after")
    def _not_empty(self) -> "Mapping":
        if not self.tables and not self.facts:
            raise ReadError("a mapping with neither tables nor facts")
        return self


def mapping_from(data: Any, *, where: str) -> Mapping:
    """Check a parsed YAML document. Raises: ReadError saying where and what is wrong."""
    if not isinstance(data, MappingType):
        raise ReadError("a mapping file that is not a list of keys and values", where=where)
    try:
        return Mapping.model_validate(data)
    except InputError as error:
        raise ReadError(error.what, where=error.where or where, todo=error.todo) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ReadError(f"a mapping whose '{place}' is wrong: {first['msg'].lower()}", where=where) from error


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises: ReadError if it is missing, not YAML, or wrong in any part."""
    try:
        if path.stat().st_size > MAX_MAPPING_BYTES:
            raise ReadError("a mapping file larger than 1 MiB", where=str(path), todo="Is this the mapping file?")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError("a mapping file that cannot be read", where=str(path)) from error
    return mapping_from(_parse(text, where=str(path)), where=str(path))


def _parse(text: str, *, where: str) -> Any:
    try:
        # The C loader is ten times faster; it is absent from some builds of PyYAML.
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ReadError("a mapping file that is not valid YAML", where=where) from error


@cache
def builtin_mappings() -> tuple[Mapping, ...]:
    """The mappings that ship, by name."""
    folder = resources.files("sennight.readers") / "mappings"
    found = [
        mapping_from(_parse(file.read_text(encoding="utf-8"), where=file.name), where=file.name)
        for file in folder.iterdir()
        if file.name.endswith(".yaml")
    ]
    return tuple(sorted(found, key=lambda m: m.name))
