"""Whoop: a member's own data export, four tables of nights and days; there is nothing by the minute in it.

Times are on the wall clock, and a column of its own ("Cycle timezone", such as UTC-04:00) says how that stood to UTC:
with it they are instants, without it they stay local. A sleep is known by when it began and ended only; its stages come
as sums, which become facts. Whoop's "heart rate variability" is RMSSD, its "cal" are kilocalories.
Headers were checked against public parsers of such exports; it has never met a real file.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.delimited import columns_of, numbers, read_delimited, wall_times
from sennight.readers.guard import Member, members
from sennight.readers.personal import NO_ROW, NO_SPAN, PersonalExport, date_of, left_unread
from sennight.readers.reader import Reading
from sennight.readers.spans import Sleep, SleepSpan
from sennight.record import Clock
from sennight.record.recording import MAX_OFFSET_S

DEVICE = "Whoop strap"
ZONE = "Cycle timezone"
NIGHTS = ("Sleep onset", "Wake onset")
DAYS = ("Cycle start time", "Day Strain")
NO_ZONE = "rows without a UTC offset: their times stay local"

# Column -> fact and what one of the column's unit is in the fact's. Source: headers of exports of 2022 to 2026.
NIGHT_FACTS = {
    "Asleep duration (min)": "minutes_asleep",
    "In bed duration (min)": "minutes_in_bed",
    "Awake duration (min)": "minutes_awake_in_bed",
    "Light sleep duration (min)": "minutes_light",
    "Deep (SWS) duration (min)": "minutes_deep",
    "REM duration (min)": "minutes_rem",
    "Sleep efficiency %": "sleep_efficiency",
    "Respiratory rate (rpm)": "night_respiration_rate",
}
DAY_FACTS = {
    "Resting heart rate (bpm)": "resting_heart_rate",
    "Heart rate variability (ms)": "night_rmssd",
    "Skin temp (celsius)": "night_skin_temperature",
    "Blood oxygen %": "night_spo2",
    "Energy burned (cal)": "day_energy",
}
_MOST_LOOKED_INTO = 200
_HEAD_BYTES = 4_096


class WhoopReader:
    """The reader of Whoop's data export."""

    name = "whoop"
    title = "Whoop: data export"

    def claims(self, path: Path) -> bool:
        """Holds the table of sleeps or of physiological cycles."""
        try:
            return any(_columns(m) for m in _tables(members(path)))
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it. Raises: ReadError if neither nights nor days are there."""
        found = members(path)
        export = PersonalExport(reader=self.name, source=path, single=len(found) == 1)
        used = [m for m in _tables(found) if _columns(m)]
        taken = {m.name for m in used}
        left_unread(export.report, (m.basename for m in found if m.name not in taken))
        export.report.notes.append(
            "a sleep counts as asleep from its beginning to its end: Whoop does not export when the wakes in it were"
        )
        export.each(used, lambda member: _read_one(export, member))
        return export.reading(nothing="a Whoop export without a night or a day")


READER = WhoopReader()


def _tables(found: Sequence[Member]) -> list[Member]:
    return [m for m in found if m.size and m.name.lower().endswith(".csv")][:_MOST_LOOKED_INTO]


def _columns(member: Member) -> frozenset[str]:
    """The columns of a table of nights or days; none of others."""
    try:
        # A look at the first bytes is cheaper than finding the header, for files that are somebody else's.
        ours = b"Cycle start time" in member.head(_HEAD_BYTES)
        columns = frozenset(columns_of(member)) if ours else frozenset()
    except ReadError:
        return frozenset()
    ours = "Cycle start time" in columns and (columns >= set(NIGHTS) or columns >= set(DAYS))
    return columns if ours else frozenset()


def _read_one(export: PersonalExport, member: Member) -> None:
    frame = read_delimited(member, needed=("Cycle start time",), report=export.report)
    columns = frame.columns
    is_days = set(DAYS) <= set(columns)
    offset, known = _offsets(frame)
    if not bool(known.all()):
        export.report.notes.append(f"{member.basename}: {NO_ZONE}")
    empty = frame.select(pl.all_horizontal(pl.all().is_null())).to_series().to_numpy()
    export.report.keep(seen=int(empty.sum()), dropped=int(empty.sum()), reason=NO_ROW)
    # Days repeat the night's times; the table of sleeps knows naps too.
    if set(NIGHTS) <= set(columns):
        _sleeps(export, frame, member, offset=offset, known=known, counted=not is_days, empty=empty)
    if is_days:
        _facts(export, frame, member, DAY_FACTS | NIGHT_FACTS)
    else:
        _facts(export, frame, member, NIGHT_FACTS)
    used = {ZONE, "Cycle start time", *NIGHTS, *DAY_FACTS, *NIGHT_FACTS, "Nap"}
    export.report.unknown.update(f"column {c}" for c in columns if c not in used)


def _offsets(frame: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Seconds local time is ahead of UTC in each row, and where that is known: "UTC-04:00", "UTC", "Z"."""
    text = frame[ZONE] if ZONE in frame.columns else pl.repeat(None, len(frame), dtype=pl.String, eager=True)
    parts = text.str.extract_groups(r"^(?:UTC|GMT)?\s*(?:(Z)|([+-])(\d{1,2}):?(\d{2}))?$").struct.unnest()
    hours, minutes = (parts.to_series(i).cast(pl.Int64, strict=False).fill_null(0).to_numpy() for i in (2, 3))
    minus = (parts.to_series(1) == "-").fill_null(value=False).to_numpy()
    size = hours * 3_600 + minutes * 60
    known = text.str.contains(r"^(?:UTC|GMT)?\s*(?:Z|[+-]\d{1,2}:?\d{2})?$").fill_null(value=False).to_numpy()
    known = known & (size <= MAX_OFFSET_S)
    return np.where(known, np.where(minus, -size, size), 0), known


def _sleeps(
    export: PersonalExport,
    frame: pl.DataFrame,
    member: Member,
    *,
    offset: np.ndarray,
    known: np.ndarray,
    counted: bool,
    empty: np.ndarray,
) -> None:
    n = len(frame)
    wall, usable, _, _ = wall_times(pl.concat([frame[name].alias("time") for name in NIGHTS]))
    there = usable[:n] & usable[n:]
    if counted:
        lost = int((~there & ~empty).sum())
        export.report.keep(seen=lost, dropped=lost, reason=NO_SPAN)
    for i in np.flatnonzero(there):
        ahead = int(offset[i])
        span = SleepSpan(start_s=int(wall[i]) - ahead, stop_s=int(wall[n + i]) - ahead, sleep=Sleep.UNSTAGED)
        clock = Clock.INSTANT if known[i] else Clock.LOCAL
        export.sleep(span, device=DEVICE, member=member, offset_s=ahead, clock=clock)


def _facts(export: PersonalExport, frame: pl.DataFrame, member: Member, wanted: dict[str, str]) -> None:
    """Amounts by the day on which the sleep ended, or the cycle began where there was no sleep."""
    nap = (
        frame["Nap"].str.to_lowercase() == "true"
        if "Nap" in frame.columns
        else pl.repeat(False, len(frame), eager=True)
    )
    end = frame[NIGHTS[1]] if NIGHTS[1] in frame.columns else frame["Cycle start time"]
    dates = [date_of(text) for text in end.fill_null(frame["Cycle start time"])]
    for column, fact in wanted.items():
        if column in frame.columns:
            values = numbers(frame[column], decimal=".")
            for date, value, is_nap in zip(dates, values, nap.fill_null(value=False), strict=True):
                if not is_nap:
                    # Whoop writes 0 where it has no value of the night.
                    export.fact(fact, float(value) or np.nan, date=date, member=member)
