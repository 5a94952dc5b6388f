"""open-wearables: the JSON that this open gateway gives for time series, sleep and workouts, as one page or many files.

A page is `{"data": [...], "pagination": {...}}`. A sample has an instant, the offset of the place (it may be absent), a
type, a value and the unit; only a unit that stands here is read, so a change of units cannot pass unseen. Types keep
SDNN and RMSSD apart. A sleep is known by its ends; stages are read where they are listed. Totals of a day are facts.
The layout was checked against the gateway's own public schemas; it has never met a page of a running one.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sennight.errors import ReadError
from sennight.readers.guard import Member, members
from sennight.readers.json_file import load_json, number
from sennight.readers.personal import NO_SPAN, PersonalExport, day_at, instant_of, left_unread
from sennight.readers.reader import Reading
from sennight.readers.spans import Sleep, SleepSpan
from sennight.record.recording import MAX_OFFSET_S

NO_TIME = "record without an instant"
WRONG_UNIT = "unit that is not this type's"
MORE_PAGES = "the page says that there are more, which are not here"

# Type -> channel, unit; from the gateway's table of series.
CHANNELS = {
    "heart_rate": ("heart_rate", "bpm"),
    "heart_rate_variability_rmssd": ("rmssd", "ms"),
    "heart_rate_variability_sdnn": ("sdnn_untrimmed", "ms"),
    "oxygen_saturation": ("spo2", "percent"),
    "respiratory_rate": ("respiration_rate", "brpm"),
    "blood_glucose": ("glucose", "mg_dl"),
    "skin_temperature": ("skin_temperature", "celsius"),
    "steps": ("steps", "count"),
    "distance_walking_running": ("distance", "meters"),
    "average_met": ("mets", "met"),
}
# Type -> fact of a day, unit.
FACTS = {
    "resting_heart_rate": ("resting_heart_rate", "bpm"),
    "weight": ("weight_kg", "kg"),
    "height": ("height_cm", "cm"),
    "body_fat_percentage": ("body_fat_pct", "percent"),
    "body_mass_index": ("bmi", "kg_m2"),
    "vo2_max": ("vo2max", "ml_kg_min"),
    "skin_temperature_deviation": ("night_temperature_deviation", "celsius"),
}
DAY_TOTALS = {
    "steps": ("day_steps", "count"),
    "distance_walking_running": ("day_distance", "meters"),
    "active_energy": ("day_active_energy", "kcal"),
}
STAGES = {"awake": Sleep.AWAKE, "light": Sleep.LIGHT, "deep": Sleep.DEEP, "rem": Sleep.REM, "sleeping": Sleep.UNSTAGED}

_HEAD_BYTES = 4_096
_MOST_LOOKED_INTO = 20


class OpenWearablesReader:
    """The reader of open-wearables' JSON."""

    name = "open_wearables"
    title = "open-wearables: JSON of time series, sleep and workouts"

    def claims(self, path: Path) -> bool:
        """Holds a page of samples or of sleeps and workouts by their keys."""
        try:
            return any(_is_page(m) for m in _jsons(members(path))[:_MOST_LOOKED_INTO])
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it. Raises: ReadError if there is no page with a record."""
        found = members(path)
        export = PersonalExport(reader=self.name, source=path, single=len(found) == 1)
        used = [m for m in _jsons(found) if _is_page(m)]
        taken = {m.name for m in used}
        left_unread(export.report, (m.basename for m in found if m.name not in taken))
        export.each(used, lambda member: _read_one(export, member))
        return export.reading(nothing="a page of open-wearables without any record")


READER = OpenWearablesReader()


def _jsons(found: Sequence[Member]) -> list[Member]:
    return [m for m in found if m.size and m.name.lower().endswith(".json")]


def _is_page(member: Member) -> bool:
    head = member.head(_HEAD_BYTES)
    if b'"provider"' not in head or b'"source"' not in head:
        return False
    sample = b'"timestamp"' in head and b'"type"' in head and b'"value"' in head and b'"unit"' in head
    event = b'"start_time"' in head and b'"end_time"' in head and b'"id"' in head
    return sample or event


def _read_one(export: PersonalExport, member: Member) -> None:
    parsed = load_json(member)
    samples: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    for page in parsed if isinstance(parsed, list) else [parsed]:
        for record in _records(page):
            if "timestamp" in record and "type" in record:
                _sample(export, record, samples, member)
            elif {"start_time", "end_time"} <= record.keys():
                _event(export, record, samples, member)
            else:
                export.report.unknown["record of another kind"] += 1
        paging = page.get("pagination") if isinstance(page, dict) else None
        if isinstance(paging, dict) and paging.get("has_more") is True:
            export.report.cut_short[member.name] = MORE_PAGES
    for (channel, device), rows in sorted(samples.items()):
        at, offset, values = np.array(rows, dtype=np.float64).T
        for known in (True, False):
            mine = np.isfinite(offset) == known
            export.samples(
                channel,
                utc=np.floor(at[mine]),
                values=values[mine],
                device=device,
                member=member,
                offset_s=offset[mine] if known else None,
            )


def _records(page: Any) -> Iterator[dict[str, Any]]:
    """The records of a page, or a bare record."""
    data = page.get("data", page) if isinstance(page, dict) else page
    for record in data if isinstance(data, list) else [data]:
        if isinstance(record, dict):
            yield record


def _device(record: dict[str, Any]) -> str:
    source = record.get("source")
    part = source if isinstance(source, dict) else {}
    device, provider = part.get("device"), part.get("provider")
    return str(device or provider or "open-wearables")[:60]


def _place(record: dict[str, Any], text: object) -> tuple[int, float] | None:
    """The instant, and seconds local time is ahead of UTC there; NaN where that is not said."""
    at = instant_of(text)
    if at is None:
        return None
    zone = str(record.get("zone_offset") or "")
    said = instant_of(f"2000-01-01T00:00:00{zone}") if zone else None
    if said and abs(said[1]) <= MAX_OFFSET_S:
        return at[0], float(said[1])
    return at[0], float(at[1]) if at[1] else np.nan


def _sample(
    export: PersonalExport,
    record: dict[str, Any],
    samples: dict[tuple[str, str], list[tuple[float, float, float]]],
    member: Member,
) -> None:
    kind, place, value = str(record.get("type")), _place(record, record.get("timestamp")), number(record.get("value"))
    total = record.get("is_daily_total") is True
    known = DAY_TOTALS if total else CHANNELS if kind in CHANNELS else FACTS
    if kind not in known:
        export.report.unknown[f"{'daily ' if total else ''}type {kind}"[:100]] += 1
        return
    name, unit = known[kind]
    if record.get("unit") != unit:
        export.report.keep(seen=1, dropped=1, reason=WRONG_UNIT)
    elif place is None:
        export.report.keep(seen=1, dropped=1, reason=NO_TIME)
    elif known is CHANNELS:
        # What is written and no number is kept as infinite, which is counted as such.
        written = np.inf if np.isnan(value) and record.get("value") is not None else value
        if not np.isnan(written):
            samples[name, _device(record)].append((float(place[0]), place[1], written))
    else:
        ahead = 0 if np.isnan(place[1]) else int(place[1])
        export.fact(name, value, date=day_at(float(place[0] + ahead)), member=member)


def _event(
    export: PersonalExport,
    record: dict[str, Any],
    samples: dict[tuple[str, str], list[tuple[float, float, float]]],
    member: Member,
) -> None:
    """A sleep, or a workout, of which only its pulses are samples."""
    pulses = record.get("heart_rate_samples")
    if isinstance(pulses, list) or ("type" in record and "is_nap" not in record):
        for pulse in pulses if isinstance(pulses, list) else ():
            if isinstance(pulse, dict):
                _sample(export, {"source": record.get("source"), **pulse}, samples, member)
        export.report.unknown["workout (its sums)"] += 1
        return
    start, stop = _place(record, record["start_time"]), _place(record, record["end_time"])
    if start is None or stop is None:
        export.report.keep(seen=1, dropped=1, reason=NO_SPAN)
        return
    offset = 0 if np.isnan(start[1]) else int(start[1])
    device, listed = _device(record), record.get("sleep_stages") or record.get("stages")
    for stage in listed if isinstance(listed, list) else ():
        part = stage if isinstance(stage, dict) else {}
        begin, end = instant_of(part.get("start_time")), instant_of(part.get("end_time"))
        sleep = STAGES.get(str(part.get("stage")))
        if sleep is None:
            export.report.unknown[f"sleep stage {str(part.get('stage'))[:40]}"] += 1
        elif begin and end:
            span = SleepSpan(start_s=begin[0], stop_s=end[0], sleep=sleep)
            export.sleep(span, device=device, member=member, offset_s=offset)
    if not isinstance(listed, list):
        span = SleepSpan(start_s=start[0], stop_s=stop[0], sleep=Sleep.UNSTAGED)
        export.sleep(span, device=device, member=member, offset_s=offset)
        _sums(export, record, listed, date=day_at(float(stop[0] + offset)), member=member)


def _sums(export: PersonalExport, record: dict[str, Any], stages: Any, *, date: dt.date | None, member: Member) -> None:
    if record.get("is_nap") is True:
        return
    part = stages if isinstance(stages, dict) else {}
    for fact, key in (
        ("minutes_light", "light_minutes"),
        ("minutes_deep", "deep_minutes"),
        ("minutes_rem", "rem_minutes"),
        ("minutes_awake_in_bed", "awake_minutes"),
    ):
        export.fact(fact, number(part.get(key)), date=date, member=member)
    export.fact("sleep_efficiency", number(record.get("efficiency_percent")), date=date, member=member)
