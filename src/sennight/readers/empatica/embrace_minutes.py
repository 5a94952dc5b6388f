"""EmbracePlus digital biomarkers: the vendor's own minutes, one CSV a day and measure ("aggregated_per_minute").

A minute without a value says why (`missing_value_reason`), and that decides: not recording leaves no trace, a value
that motion or a weak signal made unusable stays as such. Activity counts are the vendor's own and are no ActiGraph
counts: they are not read. Column names follow public code that reads these files; this reader has never met a real one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.delimited import read_delimited
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER
from sennight.readers.written_numbers import measured

DEVICE = "Empatica EmbracePlus (vendor's minutes)"
NEEDED = ("timestamp_unix", "missing_value_reason")
HEAD_BYTES = 4_096
MILLISECONDS_FROM = 1e11  # as seconds this is the year 5138
# Percent of a minute in which the device was worn; from half of it on the minute counts as worn (ours).
WORN_PERCENT = 50.0
# Reasons the vendor gives; the first two say that nothing was measured, the others that it could not be used.
NOT_MEASURED = ("device_not_recording", "device_not_worn_correctly")
UNUSABLE = ("worn_during_motion", "worn_with_low_signal_quality", "low_signal_quality")
NO_REASON = "minute without a value, without a known reason"
UNKNOWN_CODE = "code that is not known"
RULE = "EmbracePlus minutes are in UTC without a zone; they are instants with offset 0, stamped at the minute's start"

# Codes of sleep_detection_stage by their hundreds: 0 to 99 awake, 100 to 299 asleep, 300 to 399 an interruption.
_SLEEP_OF_HUNDREDS = {0: 0.0, 1: 1.0, 2: 1.0, 3: 0.0}
_INTENSITY = {"sedentary": 0.0, "lpa": 1.0, "mpa": 2.0, "vpa": 3.0}
_KEYS = ("timestamp_unix", "timestamp_iso", "participant_full_id", "missing_value_reason")


@dataclass(frozen=True, kw_only=True)
class _Measure:
    """A column: its channel, how its text becomes numbers, and whether it also tells what no value means."""

    channel: str
    numbers_of: Callable[[pl.Series], np.ndarray] = measured
    always: bool = False
    """A value counts even beside a reason: that the device was not worn is what wearing detection measures."""


def _worn(column: pl.Series) -> np.ndarray:
    percent = measured(column)
    worn = np.where(percent >= WORN_PERCENT, 1.0, 0.0)
    return np.where((percent >= 0) & (percent <= 100), worn, np.where(np.isnan(percent), np.nan, np.inf))


def _asleep(column: pl.Series) -> np.ndarray:
    stage = measured(column)
    known = np.full(len(stage), np.inf)
    for hundreds, asleep in _SLEEP_OF_HUNDREDS.items():
        known[(stage >= hundreds * 100) & (stage < hundreds * 100 + 100)] = asleep
    return np.where(np.isnan(stage), np.nan, known)


def _intensity(column: pl.Series) -> np.ndarray:
    folded = column.str.to_lowercase()
    return np.array([np.nan if text is None else _INTENSITY.get(text, np.inf) for text in folded.to_list()])


MEASURES = {
    "pulse_rate_bpm": _Measure(channel="heart_rate"),
    "prv_rmssd_ms": _Measure(channel="rmssd"),
    "eda_scl_usiemens": _Measure(channel="eda_level"),
    "temperature_celsius": _Measure(channel="skin_temperature"),
    "respiratory_rate_brpm": _Measure(channel="respiration_rate"),
    "step_counts": _Measure(channel="steps"),
    "met": _Measure(channel="mets"),
    "wearing_detection_percentage": _Measure(channel="on_body", numbers_of=_worn, always=True),
    "sleep_detection_stage": _Measure(channel="asleep", numbers_of=_asleep),
    "activity_intensity": _Measure(channel="intensity", numbers_of=_intensity),
}


def is_minutes(member: Member) -> bool:
    """A CSV of digital biomarkers? Raises: ReadError if it cannot be opened."""
    if not member.basename.lower().endswith(".csv"):
        return False
    line = member.head(HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").split(b"\n")[0].decode("latin-1")
    columns = {cell.strip().strip('"') for cell in line.replace(";", ",").split(",")}
    return set(_KEYS) <= columns


def read_into(files: Sequence[Member], gathering: Gathering, *, report: ReadReport) -> None:
    """Take all minutes of one participant's files; a file that cannot be read is named in the report."""
    if files and RULE not in report.notes:
        report.notes.append(RULE)
    for member in files:
        try:
            _read_one(member, gathering, report=report)
        except ReadError as error:
            report.failed[member.name] = error.what


def _read_one(member: Member, gathering: Gathering, *, report: ReadReport) -> None:
    table = read_delimited(member, needed=NEEDED, report=report)
    written = measured(table["timestamp_unix"])
    with np.errstate(invalid="ignore"):
        seconds = np.where(written >= MILLISECONDS_FROM, written / 1_000, written)
    # What is no time becomes one that nobody believes, so that it is counted with its value.
    utc = np.floor(np.where(np.isfinite(seconds), np.clip(seconds, -1e15, 1e15), -1)).astype(np.int64)
    reason = table["missing_value_reason"].fill_null("").to_list()
    sha256 = member.sha256()
    for name in table.columns:
        measure = MEASURES.get(name)
        if measure is None:
            report.unknown.update([] if name in _KEYS else [f"column {name[:40]}"])
            continue
        values, there = _settled(measure, table[name], reason, report)
        gathering.add(
            measure.channel,
            utc=utc[there],
            values=values[there],
            device=DEVICE,
            source=member.basename,
            sha256=sha256,
        )


def _settled(
    measure: _Measure, column: pl.Series, reason: Sequence[str], report: ReadReport
) -> tuple[np.ndarray, np.ndarray]:
    """Values, NaN where what was measured cannot be used, and where anything was measured; what was not is counted."""
    values = measure.numbers_of(column).astype(np.float64)
    why = np.array(reason, dtype=object).astype(str)
    refused = np.zeros(len(why), dtype=np.bool_) if measure.always else why != ""
    odd = np.isinf(values) & ~refused
    strange = NO_NUMBER if measure.numbers_of is measured else UNKNOWN_CODE
    report.keep(seen=int(odd.sum()), dropped=int(odd.sum()), reason=strange)
    unusable = (np.isnan(values) | refused) & np.isin(why, UNUSABLE)
    lost = (np.isnan(values) | refused) & ~unusable
    for word in np.unique(why[lost]):
        n = int((lost & (why == word)).sum())
        report.keep(seen=n, dropped=n, reason=f"minute with the reason {word}" if word in NOT_MEASURED else NO_REASON)
    return np.where(unusable, np.nan, values), ~(lost | odd)
