"""Health Connect's database: one table a kind of record, times in milliseconds of UTC, offsets in seconds beside them.

Units, from the platform's own sources and a published study of its export: energy in (small) calories, mass in grams,
lengths in metres, blood glucose in mmol/L, percentages from 0 to 100. Skin temperature is kept as deltas from a
baseline. A record without an offset takes that of the record nearest in time that has one.
"""

import datetime as dt
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np
from jaxtyping import Float64, Int64

from sennight.errors import ReadError
from sennight.readers.guard import Member, on_disk
from sennight.readers.health_connect.rows import DAMAGE, Rows, rows_of, table_names
from sennight.readers.personal import DAY_AMOUNTS, PersonalExport
from sennight.readers.place import Place
from sennight.readers.samples import NO_NUMBER, NO_TIME
from sennight.readers.spans import Sleep, SleepSpan
from sennight.readers.units import amounts
from sennight.record import SECONDS_PER_DAY, channel
from sennight.record.recording import MAX_OFFSET_S

FILE_NAME = "health_connect_export.db"
_MAGIC = b"SQLite format 3\x00"
# The table definitions stand in the first pages.
_HEAD_BYTES = 256 * 1024
RULE = "Health Connect writes instants with the offset of the place where they were recorded"
NO_OFFSET = "some records name no offset; they took that of the record nearest in time that names one"
UNKNOWN_DEVICE = "Health Connect"
_UNKNOWN = -1


@dataclass(frozen=True, kw_only=True)
class Source:
    """A table, its column, and the channel or fact that it becomes; `unit` is how the database stores it."""

    table: str
    column: str
    to: str
    unit: str
    samples: str = ""
    """The table of samples, where the table only holds what they have in common."""


# Amounts over an interval.
INTERVALS: tuple[Source, ...] = (
    Source(table="steps_record_table", column="count", to="steps", unit="1/min"),
    Source(table="distance_record_table", column="distance", to="distance", unit="m/min"),
    Source(table="active_calories_burned_record_table", column="energy", to="active_energy", unit="cal/min"),
    Source(table="total_calories_burned_record_table", column="energy", to="energy", unit="cal/min"),
)
SERIES: tuple[Source, ...] = (
    Source(
        table="heart_rate_record_table", samples="heart_rate_record_series_table", column="beats_per_minute",
        to="heart_rate", unit="beats/min",
    ),
    Source(
        table="skin_temperature_record_table", samples="skin_temperature_delta_table", column="delta",
        to="skin_temperature_deviation", unit="degC",
    ),
)  # fmt: skip
INSTANTS: tuple[Source, ...] = (
    Source(table="oxygen_saturation_record_table", column="percentage", to="spo2", unit="%"),
    Source(
        table="heart_rate_variability_rmssd_record_table", column="heart_rate_variability_millis", to="rmssd", unit="ms"
    ),
    Source(table="respiratory_rate_record_table", column="rate", to="respiration_rate", unit="breaths/min"),
    Source(table="blood_glucose_record_table", column="level", to="glucose", unit="mmol/L glucose"),
)
FACTS: tuple[Source, ...] = (
    Source(
        table="resting_heart_rate_record_table", column="beats_per_minute", to="resting_heart_rate", unit="beats/min"
    ),
    Source(table="weight_record_table", column="weight", to="weight_kg", unit="g mass"),
    Source(table="height_record_table", column="height", to="height_cm", unit="m"),
    Source(table="body_fat_record_table", column="percentage", to="body_fat_pct", unit="%"),
    Source(table="vo2_max_record_table", column="vo2_milliliters_per_minute_kilogram", to="vo2max", unit="mL/kg/min"),
)  # fmt: skip
SLEEP, STAGES = "sleep_session_record_table", "sleep_stages_table"

# Source: android.health.connect.datatypes.SleepSessionRecord.StageType. 0 is "unknown".
_STAGES = {
    1: Sleep.AWAKE, 2: Sleep.UNSTAGED, 3: Sleep.AWAKE, 4: Sleep.LIGHT, 5: Sleep.DEEP, 6: Sleep.REM, 7: Sleep.AWAKE,
}  # fmt: skip
_STAGED = {Sleep.LIGHT, Sleep.DEEP, Sleep.REM}


def databases(found: Sequence[Member]) -> tuple[Member, ...]:
    """The members that are such a database, by their first bytes. Raises: ReadError if one cannot be opened."""
    small = [m for m in found if m.basename.lower().endswith(".db")][:20]
    return tuple(m for m in small if _is_one(m))


def _is_one(member: Member) -> bool:
    if not member.head(len(_MAGIC)).startswith(_MAGIC):
        return False
    return member.basename.lower() == FILE_NAME or b"_record_table" in member.head(_HEAD_BYTES)


def read_into(export: PersonalExport, member: Member) -> None:
    """Read all tables. A damaged table keeps the rows before the damage and is named in the report.

    Raises: ReadError if the file is no database at all.
    """
    with on_disk(member) as path, closing(_open(path, size=member.size)) as database:
        try:
            tables = table_names(database)
        except DAMAGE as error:
            raise ReadError("a SQLite database that is damaged", where=member.name, todo="Export it again.") from error
        if (
            not any(source.table in tables for source in (*INTERVALS, *SERIES, *INSTANTS, *FACTS))
            and SLEEP not in tables
        ):
            raise ReadError("a SQLite database without Health Connect's tables", where=member.name)
        _Database(export=export, member=member, database=database, tables=tables).read()
    if RULE not in export.report.notes:
        export.report.notes.append(RULE)


def _open(path: Path, *, size: int) -> sqlite3.Connection:
    """Read-only, without side files, and with an end: a database that loops is stopped."""
    # immutable: no lock and no -wal or -shm file is made beside an export.
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    connection.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1 << 20)
    # A row is 10 bytes at least and costs some 20 steps of the machine; a count of a table far fewer.
    budget = 1_000_000 + 20 * size
    steps = 0

    def stop() -> int:
        nonlocal steps
        steps += 10_000
        return int(steps > budget)

    connection.set_progress_handler(stop, 10_000)
    return connection


@dataclass(kw_only=True)
class _Database:
    """One open database, and the export its records go to."""

    export: PersonalExport
    member: Member
    database: sqlite3.Connection
    tables: dict[str, frozenset[str]]

    def read(self) -> None:
        """Everything that is known; other tables with records are counted."""
        self._apps, self._models = self._devices()
        # Offsets first: a record without one takes that of its neighbour.
        self._where = self._place()
        for sources, take in (
            (INTERVALS, self._interval), (SERIES, self._series), (INSTANTS, self._instant), (FACTS, self._fact),
        ):  # fmt: skip
            for source in sources:
                self._each(take, source)
        self._sleep()
        known = {s.table for s in (*INTERVALS, *SERIES, *INSTANTS, *FACTS)} | {SLEEP}
        for name in sorted(n for n in self.tables if n.lower().endswith("_record_table") and n not in known):
            n_rows = len(self._rows(name, ("row_id",)))
            if n_rows:
                self.export.report.unknown[f"table {name[:80]}"] += n_rows

    def _each(self, take: Callable[[Source], None], source: Source) -> None:
        """One kind of record that cannot be read does not stop the others."""
        try:
            take(source)
        except ReadError as error:
            self.export.report.failed[f"{self.member.name}, {source.table}"] = error.what

    def _rows(self, table: str, columns: Sequence[str], words: Sequence[str] = ()) -> Rows:
        rows = rows_of(self.database, table, columns, there=self.tables.get(table, frozenset()), words=words)
        if rows.damage:
            name = self.member.name
            told = self.export.report.cut_short.get(name, "")
            if f"of {table}" not in told:
                self.export.report.cut_short[name] = f"{told}, the end of {table}".removeprefix(", ")
        return rows

    def _devices(self) -> tuple[dict[int, str], dict[int, str]]:
        """Names of apps, and makers and models of devices, by their number."""
        apps = self._rows("application_info_table", ("row_id",), ("package_name", "app_name"))
        hardware = self._rows("device_info_table", ("row_id",), ("manufacturer", "model"))
        named = {_UNKNOWN: UNKNOWN_DEVICE}
        for key, package, title in zip(_keys(apps["row_id"]), *apps.words.values(), strict=True):
            named[key] = _clean(title) or _clean(package)
        models = {_UNKNOWN: ""}
        for key, maker, model in zip(_keys(hardware["row_id"]), *hardware.words.values(), strict=True):
            models[key] = " ".join(dict.fromkeys(p for p in (_clean(maker), _clean(model)) if p))
        return named, models

    def _device_of(self, rows: Rows) -> np.ndarray:
        """The device of each row, by its app and its hardware."""
        pairs = np.stack([_keys(rows["app_info_id"]), _keys(rows["device_info_id"])], axis=1)
        kinds, which = np.unique(pairs, axis=0, return_inverse=True)
        names = []
        for app, model in kinds.tolist():
            parts = (self._apps.get(app, UNKNOWN_DEVICE), self._models.get(model, ""))
            names.append(", ".join(p for p in parts if p) or UNKNOWN_DEVICE)
        return np.array(names, dtype=object)[which.reshape(-1)] if names else np.empty(0, dtype=object)

    def _place(self) -> Place:
        """All offsets that records name, in time order, one an hour at most."""
        times, offsets = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for table, columns in self.tables.items():
            time, offset = ("time", "zone_offset") if "zone_offset" in columns else ("start_time", "start_zone_offset")
            if not {time, offset} <= columns:
                continue
            rows = self._rows(table, (time, offset))
            at, there = _seconds(rows[time])
            shift = rows[offset]
            good = there & (np.abs(shift) <= MAX_OFFSET_S)
            times.append(at[good])
            offsets.append(shift[good].astype(np.int64))
        utc, offset_s = np.concatenate(times), np.concatenate(offsets)
        order = np.lexsort((offset_s, utc))
        utc, offset_s = utc[order], offset_s[order]
        first = np.append(True, np.diff(utc // 3_600) != 0)[: len(utc)]
        return Place(known_utc=utc[first], known_offset=offset_s[first].astype(np.int32))

    def _offsets(self, utc: Int64[np.ndarray, " n"], shift: Float64[np.ndarray, " n"]) -> np.ndarray:
        named = np.isfinite(shift) & (np.abs(shift) <= MAX_OFFSET_S)
        if not bool(named.all()) and NO_OFFSET not in self.export.report.notes:
            self.export.report.notes.append(NO_OFFSET)
        return np.where(named, np.where(named, shift, 0), self._where.of_utc(utc)).astype(np.int32)

    def _interval(self, source: Source) -> None:
        columns = ("start_time", "end_time", "start_zone_offset", "app_info_id", "device_info_id", source.column)
        rows = self._rows(source.table, columns)
        start, there = _seconds(rows["start_time"])
        stop, ended = _seconds(rows["end_time"])
        values = rows[source.column]
        good = self._counted(there & ended, np.isfinite(values))
        made = amounts(values, source.unit, channel(source.to).unit, report=self.export.report)
        offset = self._offsets(start, rows["start_zone_offset"])
        device = self._device_of(rows)
        for name in _names(device[good]):
            mine = good & (device == name)
            self.export.amounts(
                source.to, start_s=start[mine], stop_s=stop[mine], values=made[mine], device=name, member=self.member,
                offset_s=offset[mine],
            )  # fmt: skip

    def _series(self, source: Source) -> None:
        heads = self._rows(source.table, ("row_id", "start_zone_offset", "app_info_id", "device_info_id"))
        rows = self._rows(source.samples, ("parent_key", "epoch_millis", source.column))
        utc, there = _seconds(rows["epoch_millis"])
        key, parent = heads["row_id"], rows["parent_key"]
        order = np.argsort(key, kind="stable")
        at = np.clip(np.searchsorted(key[order], parent), 0, max(len(key) - 1, 0))
        found = order[at] if len(key) else np.zeros(len(parent), dtype=np.int64)
        known = key[found] == parent if len(key) else np.zeros(len(parent), dtype=np.bool_)
        shift = np.full(len(parent), np.nan)
        device = np.full(len(parent), UNKNOWN_DEVICE, dtype=object)
        shift[known] = heads["start_zone_offset"][found[known]]
        device[known] = self._device_of(heads)[found[known]]
        self._samples(source, utc=utc, there=there, values=rows[source.column], shift=shift, device=device)

    def _instant(self, source: Source) -> None:
        rows = self._rows(source.table, ("time", "zone_offset", "app_info_id", "device_info_id", source.column))
        utc, there = _seconds(rows["time"])
        self._samples(
            source, utc=utc, there=there, values=rows[source.column], shift=rows["zone_offset"],
            device=self._device_of(rows),
        )  # fmt: skip

    def _samples(
        self, source: Source, *, utc: np.ndarray, there: np.ndarray, values: np.ndarray, shift: np.ndarray,
        device: np.ndarray,
    ) -> None:  # fmt: skip
        good = self._counted(there, np.isfinite(values))
        made = amounts(values, source.unit, channel(source.to).unit, report=self.export.report)
        offset = self._offsets(utc, shift)
        for name in _names(device[good]):
            mine = good & (device == name)
            self.export.samples(
                source.to, utc=utc[mine], values=made[mine], device=name, member=self.member, offset_s=offset[mine]
            )

    def _fact(self, source: Source) -> None:
        rows = self._rows(source.table, ("time", "zone_offset", source.column))
        utc, there = _seconds(rows["time"])
        made = amounts(rows[source.column], source.unit, DAY_AMOUNTS[source.to][0], report=self.export.report)
        days = (utc + self._offsets(utc, rows["zone_offset"])) // SECONDS_PER_DAY
        for day, value, dated in zip(days, made, there, strict=True):
            date = dt.date(1970, 1, 1) + dt.timedelta(days=int(day)) if dated else None
            self.export.fact(source.to, float(value), date=date, member=self.member)

    def _sleep(self) -> None:
        heads = self._rows(
            SLEEP, ("row_id", "start_time", "end_time", "start_zone_offset", "app_info_id", "device_info_id")
        )
        stages = self._stages()
        start, there = _seconds(heads["start_time"])
        stop, ended = _seconds(heads["end_time"])
        offset = self._offsets(start, heads["start_zone_offset"])
        device = self._device_of(heads)
        for i, key in enumerate(heads["row_id"]):
            whole = SleepSpan(start_s=int(start[i]), stop_s=int(stop[i]), sleep=Sleep.UNSTAGED, staged=False)
            if not (there[i] and ended[i]):
                self.export.report.keep(seen=1, dropped=1, reason=NO_TIME)
                continue
            mine = stages.get(key, [])
            staged = any(span.sleep in _STAGED for span in mine)
            for span in mine or [whole]:
                told = SleepSpan(start_s=span.start_s, stop_s=span.stop_s, sleep=span.sleep, staged=staged)
                self.export.sleep(told, device=device[i], member=self.member, offset_s=int(offset[i]))

    def _stages(self) -> dict[float, list[SleepSpan]]:
        rows = self._rows(STAGES, ("parent_key", "stage_start_time", "stage_end_time", "stage_type"))
        start, there = _seconds(rows["stage_start_time"])
        stop, ended = _seconds(rows["stage_end_time"])
        found: dict[float, list[SleepSpan]] = {}
        codes = rows["stage_type"]
        for key, a, b, code, good in zip(rows["parent_key"], start, stop, codes, there & ended, strict=True):
            sleep = _STAGES.get(int(code)) if np.isfinite(code) else None
            if sleep is None or not good:
                self.export.report.keep(seen=1, dropped=1, reason=NO_TIME if sleep else "sleep stage that is not known")
                if sleep is None:
                    self.export.report.unknown[f"sleep stage {code:g}"] += 1
                continue
            found.setdefault(float(key), []).append(SleepSpan(start_s=int(a), stop_s=int(b), sleep=sleep))
        return found

    def _counted(self, timed: np.ndarray, valued: np.ndarray) -> np.ndarray:
        for lost, reason in ((~timed, NO_TIME), (timed & ~valued, NO_NUMBER)):
            self.export.report.keep(seen=int(lost.sum()), dropped=int(lost.sum()), reason=reason)
        return timed & valued


def _seconds(milliseconds: Float64[np.ndarray, " n"]) -> tuple[Int64[np.ndarray, " n"], np.ndarray]:
    """Whole seconds, and where there is a time at all."""
    there = np.isfinite(milliseconds) & (np.abs(milliseconds) < 1e16)
    return np.floor(np.where(there, milliseconds, 0) / 1_000).astype(np.int64), there


def _names(device: np.ndarray) -> list[str]:
    return sorted(set(device.tolist()))


def _keys(values: Float64[np.ndarray, " n"]) -> Int64[np.ndarray, " n"]:
    """Numbers of rows; -1 where there is none."""
    good = np.isfinite(values) & (np.abs(values) < 2**53)
    return np.where(good, values, _UNKNOWN).astype(np.int64)


def _clean(text: str) -> str:
    """A name of an app or a device: one line, no control characters, not endless."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[:200]).split())[:60]
