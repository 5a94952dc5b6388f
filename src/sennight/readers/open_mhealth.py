"""Open mHealth and IEEE 1752.1: JSON data points of a header (which schema, whose) and a body (what, how much, when).

A body is known by its keys (`heart_rate`, `step_count`, ...), which are the same in both namespaces and all versions. A
file holds one point, a list, one a line, or a study's form: one header over a body whose lists hold the points. Written
from the published schemas and public readers; this reader has never met a file of a vendor.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sennight.errors import ReadError
from sennight.readers.guard import Member, members
from sennight.readers.json_file import number
from sennight.readers.json_items import Item, json_items
from sennight.readers.measurements import Measurements, When, moment, span
from sennight.readers.personal import date_of
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.samples import NO_TIME
from sennight.readers.spans import Sleep, SleepSpan
from sennight.readers.units import convert, spelled

__all__ = ["READER", "OpenMHealthReader"]

NOTHING = "Open mHealth points of which none is of a kind that is known"
NO_BODY = "data point without a body"
NOT_A_SAMPLE = "statistic of a span (maximum, minimum, ...), which is no sample"
_HEAD = 65_536
_LOOKED_INTO = 40

# Key of a body -> channel; amounts over a span among them. Source: schemas of Open mHealth 1 to 4 and IEEE 1752.1.
STREAMS: Mapping[str, str] = {
    "heart_rate": "heart_rate",
    "step_count": "steps",
    "base_movement_quantity": "steps",
    "distance": "distance",
    "kcal_burned": "energy",
    "calories_value": "active_energy",
    "oxygen_saturation": "spo2",
    "respiratory_rate": "respiration_rate",
    "breathing_rate": "respiration_rate",
    "blood_glucose": "glucose",
}
FACTS: Mapping[str, str] = {
    "body_weight": "weight_kg",
    "body_height": "height_cm",
    "body_mass_index": "bmi",
    "body_fat_percentage": "body_fat_pct",
    "body_temperature": "body_temperature",
    "systolic_blood_pressure": "sbp",
    "diastolic_blood_pressure": "dbp",
    "sleep_duration": "minutes_asleep",
    "total_sleep_time": "minutes_asleep",
    "time_in_bed": "minutes_in_bed",
    "sleep_efficiency_percentage": "sleep_efficiency",
    "sleep_maintenance_efficiency_percentage": "sleep_efficiency",
}
_STAGES = {
    "awake": Sleep.AWAKE, "wake": Sleep.AWAKE, "light": Sleep.LIGHT, "light_sleep": Sleep.LIGHT, "deep": Sleep.DEEP,
    "deep_sleep": Sleep.DEEP, "rem": Sleep.REM, "rem_sleep": Sleep.REM, "asleep": Sleep.UNSTAGED,
    "sleep": Sleep.UNSTAGED, "unspecified": Sleep.UNSTAGED, "n1": Sleep.LIGHT, "n2": Sleep.LIGHT, "n3": Sleep.DEEP,
}  # fmt: skip
_STAGE_KEYS = ("sleep_stage_state", "sleep_stage")
_FRAMES = ("effective_time_frame", "sleep_stage_time_frame", "sleep_time_frame")
# What a body says beside its measure.
_BESIDE = frozenset(
    {
        *_FRAMES, "descriptive_statistic", "descriptive_statistic_denominator", "user_notes", "activity_name",
        "temporal_relationship_to_physical_activity", "temporal_relationship_to_sleep",
        "temporal_relationship_to_meal", "measurement_location", "measurement_method", "body_posture", "is_main_sleep",
        "specimen_source", "latency_to_sleep_onset", "latency_to_arising", "number_of_awakenings",
        "wake_after_sleep_onset",
    }
)  # fmt: skip
_AVERAGE = {"", "average", "mean", "median"}


class OpenMHealthReader:
    """The reader of Open mHealth and IEEE 1752.1 points."""

    name = "open_mhealth"
    title = "Open mHealth, IEEE 1752.1 JSON"

    def claims(self, path: Path) -> bool:
        """Is there a header that names a schema of `omh` or `ieee`?"""
        try:
            return bool(_files(members(path)))
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it. Raises: ReadError if no point of it is there or readable."""
        found = members(path)
        files = _files(found, most=len(found))
        if not files:
            raise ReadError("no Open mHealth point is there", where=str(path), todo="Expected a header with schema_id.")
        report = ReadReport(reader=self.name, source=str(path), files=len(files), bytes_read=sum(m.size for m in files))
        report.unknown.update(f"file {m.basename[:80]}" for m in found if m not in files)
        made = Measurements(reader=self.name, source=path, single=len(found) == 1 and path.is_file(), report=report)
        for member in files:
            _read_file(made, member)
        return made.reading(nothing=NOTHING)


READER = OpenMHealthReader()


def _files(found: Sequence[Member], *, most: int = _LOOKED_INTO) -> list[Member]:
    texts = [m for m in found if m.size and m.basename.lower().endswith((".json", ".ndjson", ".jsonl", ".txt"))]
    return [m for m in texts[:most] if _begins_right(m.head(_HEAD))]


def _begins_right(head: bytes) -> bool:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start.startswith((b"{", b"[")) or b'"schema_id"' not in head:
        return False
    compact = head.replace(b" ", b"").replace(b"\n", b"").replace(b"\r", b"").replace(b"\t", b"")
    return b'"namespace":"omh"' in compact or b'"namespace":"ieee"' in compact


def _read_file(made: Measurements, member: Member) -> None:
    """All points of a file; what comes before damage is kept and the damage named."""
    taken = False
    try:
        for item in json_items(member, lists=("body", "data", "dataPoints"), through=("body",)):
            taken = True
            for point in _points(item):
                _take(made, point, member)
    except ReadError as error:
        (made.report.cut_short if taken else made.report.failed)[member.name] = error.what


@dataclass(frozen=True, kw_only=True)
class _Point:
    """One body and what its header says."""

    body: Mapping[str, Any]
    schema: str
    person: str
    device: str


def _points(item: Item) -> Iterator[_Point]:
    """The points in an item: itself, or, of a study's form, a body under the header around it."""
    value = item.value
    if not isinstance(value, dict):
        yield _Point(body={}, schema="", person="", device="")
        return
    header = value.get("header", item.around.get("header"))
    header = header if isinstance(header, dict) else {}
    # A body whose lists were given one by one is empty now.
    body = value.get("body", {} if "header" in value else value)
    for one in body if isinstance(body, list) else [body]:
        if isinstance(one, dict) and isinstance(one.get("body"), dict):
            yield _point(one["header"] if isinstance(one.get("header"), dict) else header, one["body"])
        else:
            yield _point(header, one)


def _point(header: Mapping[str, Any], body: object) -> _Point:
    schema = header.get("schema_id")
    name = str(schema.get("name", "")) if isinstance(schema, dict) else ""
    return _Point(
        body=body if isinstance(body, dict) else {}, schema=name[:60], person=_text(header.get("user_id")),
        device=_device(header),
    )  # fmt: skip


def _device(header: Mapping[str, Any]) -> str:
    provenance = header.get("acquisition_provenance")
    if isinstance(provenance, dict) and _text(provenance.get("source_name")):
        return _text(provenance.get("source_name"))
    sheets = header.get("external_datasheets")
    for sheet in sheets if isinstance(sheets, list) else []:
        if isinstance(sheet, dict) and sheet.get("datasheet_type") in ("manufacturer", "device", "sensor", None):
            return _text(sheet.get("datasheet_reference")) or "Open mHealth"
    return "Open mHealth"


def _text(value: object) -> str:
    """A name: one line, no control characters, not endless."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value[:200]).split())[:60]


def _take(made: Measurements, point: _Point, member: Member) -> None:
    """Take every measure of a body; keys that are not known are counted."""
    measures = [k for k in point.body if k in STREAMS or k in FACTS]
    stage = next((k for k in _STAGE_KEYS if k in point.body), None)
    if not point.body:
        return
    when = _when(point.body)
    if stage:
        _take_stage(made, point, point.body[stage], when, member)
    elif point.schema == "sleep-episode" and when:
        _take_episode(made, point, when, member)
    for key in measures:
        _take_measure(made, point, key, when, member)
    if not measures and not stage and point.schema != "sleep-episode":
        names = [k for k in point.body if k not in _BESIDE]
        made.report.unknown[f"body {point.schema or ', '.join(sorted(names))[:60]}"] += 1


def _take_measure(made: Measurements, point: _Point, key: str, when: When | None, member: Member) -> None:
    value, unit = _amount(point.body[key])
    date = _date(point.body)
    if key in FACTS:
        made.fact(FACTS[key], value, unit=unit, when=when, date=date, member=member, person=point.person)
        return
    statistic = str(point.body.get("descriptive_statistic", "")).lower()
    name = STREAMS[key]
    totals = name in ("steps", "distance", "energy", "active_energy")
    if statistic not in _AVERAGE and not (totals and statistic in ("count", "sum")):
        made.report.keep(seen=1, dropped=1, reason=NOT_A_SAMPLE)
    elif when is None and date and totals:
        day = {"steps": "day_steps", "distance": "day_distance", "energy": "day_energy"}.get(name, "day_active_energy")
        made.fact(day, value, unit=unit or "count", date=date, member=member, person=point.person)
    elif when is None:
        made.report.keep(seen=1, dropped=1, reason=NO_TIME)
    else:
        unit = "mmol/L glucose" if name == "glucose" and spelled(unit) == "mmol/L" else unit
        made.stream(name, value, unit=unit, when=when, device=point.device, member=member, person=point.person)


def _take_stage(made: Measurements, point: _Point, word: object, when: When | None, member: Member) -> None:
    sleep = _STAGES.get(str(word).lower())
    if sleep is None:
        made.report.unknown[f"sleep stage {str(word)[:40]}"] += 1
    if sleep is None or when is None:
        made.report.keep(seen=1, dropped=1, reason=NO_TIME if sleep else "sleep stage that is not known")
        return
    night = SleepSpan(start_s=int(when.start_s), stop_s=int(when.stop_s), sleep=sleep)
    made.sleep(night, when=when, device=point.device, member=member, person=point.person)


def _take_episode(made: Measurements, point: _Point, when: When, member: Member) -> None:
    """A whole sleep: asleep, stage not known; where stages are told too, they speak."""
    night = SleepSpan(start_s=int(when.start_s), stop_s=int(when.stop_s), sleep=Sleep.UNSTAGED, staged=False)
    made.sleep(night, when=when, device=point.device, member=member, person=point.person)


def _amount(measure: object) -> tuple[float, str]:
    """Number and unit of `{"value": 72, "unit": "beats/min"}` or of a bare number."""
    if isinstance(measure, dict):
        return number(measure.get("value")), str(measure.get("unit", ""))[:40]
    return number(measure), ""


def _when(body: Mapping[str, Any]) -> When | None:
    """The time frame of a body, in any of the forms that the schemas allow."""
    frame = next((body[k] for k in _FRAMES if isinstance(body.get(k), dict)), None)
    if frame is None:
        return None
    at = moment(frame.get("date_time"))
    if at is not None:
        return When(at[0], at[0], at[1], at[2])
    interval = frame.get("time_interval")
    if not isinstance(interval, dict):
        return None
    if "start_date_time" in interval and "end_date_time" in interval:
        return span(interval["start_date_time"], interval["end_date_time"])
    length = _seconds(interval.get("duration"))
    start, stop = moment(interval.get("start_date_time")), moment(interval.get("end_date_time"))
    if start is not None and length is not None:
        return When(start[0], start[0] + length, start[1], start[2])
    return When(stop[0] - length, stop[0], stop[1], stop[2]) if stop is not None and length is not None else None


def _seconds(duration: object) -> float | None:
    value, unit = _amount(duration)
    try:
        minutes = float(convert(np.array([value], dtype=np.float64), unit, "min")[0])
    except ReadError:
        return None
    return minutes * 60 if 0 <= minutes < 1e6 else None


def _date(body: Mapping[str, Any]) -> Any:
    """The date of a frame that names only a date and a part of the day."""
    frame: Mapping[str, Any] = next((body[k] for k in _FRAMES if isinstance(body.get(k), dict)), {})
    interval = frame.get("time_interval")
    return date_of(interval.get("date")) if isinstance(interval, dict) and "date" in interval else None
