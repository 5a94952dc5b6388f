"""What all files of one person say together."""

import datetime as dt
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from sennight.readers.garmin.activity import add_activity
from sennight.readers.garmin.joined import (
    BOTH_TELL,
    LOCAL,
    NEAREST,
    NO_BEAT,
    NO_OFFSET,
    TOO_MANY_BEATS,
    Offsets,
    facts_of,
    join_segments,
    together,
)
from sennight.readers.garmin.monitoring import add_monitoring
from sennight.readers.garmin.segment import Beats, DatedFact, Segment
from sennight.readers.gathering import Gathering
from sennight.readers.reader import ReadReport
from sennight.readers.spans import Sleep, SleepSpan
from sennight.record import Clock, Recording

DAY_S = 86_400


def _joined(segments: list[Segment], **more: object) -> tuple[dict[tuple[str, str], Recording], ReadReport]:
    report = ReadReport(reader="garmin", source="a")
    gathering = Gathering(person="p", report=report)
    offsets = more.pop("offsets", None) or Offsets()
    join_segments(segments, gathering=gathering, offsets=offsets, **more)  # type: ignore[arg-type]
    return {(r.device, r.channel.name): r for r in gathering.recordings()}, report


def _pulse(w: ModuleType, at: int, *, ahead: int | None = None) -> bytes:
    fit = w.file_id(w.Fit(), 4).add(20, {253: (w.UINT32, at), 3: (w.UINT8, 70)})
    if ahead is not None:
        fit.add(34, {253: (w.UINT32, at + 60), 5: (w.UINT32, at + 60 + ahead)})
    return fit.bytes()


def _active(raw: bytes, segment: Callable) -> Segment:
    made = segment(raw)
    add_activity(made)
    return made


def test_a_file_that_says_its_offset_keeps_it_and_others_take_the_nearest(w: ModuleType, segment: Callable) -> None:
    """Failure 1: a declared rule, written into the report."""
    files = [
        _active(_pulse(w, w.START, ahead=7_200), segment),
        _active(_pulse(w, w.START + 3_600), segment),
        _active(_pulse(w, w.START + 20 * DAY_S, ahead=-3_600), segment),
        _active(_pulse(w, w.START + 20 * DAY_S - 3_000), segment),
        _active(_pulse(w, w.START + 10 * DAY_S), segment),
    ]
    found, report = _joined(files)
    recording = found["Garmin fenix5", "heart_rate"]
    assert recording.utc_offset_s.tolist() == [7_200, 7_200, 0, -3_600, -3_600]
    assert recording.clock is Clock.INSTANT
    assert report.notes == [NEAREST, NO_OFFSET]


def test_where_no_file_says_an_offset_it_is_0_and_noted(w: ModuleType, segment: Callable) -> None:
    found, report = _joined([_active(_pulse(w, w.START), segment)])
    assert found["Garmin fenix5", "heart_rate"].utc_offset_s.tolist() == [0]
    assert report.notes == [NO_OFFSET]


def test_the_offset_that_was_said_last_holds() -> None:
    """T-02: a flight in the middle of a file."""
    own = [(1_000, 0), (5_000, 3_600)]
    assert Offsets().of(np.array([0, 1_000, 4_999, 5_000, 9_000]), own).tolist() == [0, 0, 0, 3_600, 3_600]
    assert len(Offsets(anchors=own).of(np.empty(0, dtype=np.int64), ())) == 0


def test_a_clock_that_was_never_set_gives_local_times(w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 4).add(20, {253: (w.UINT32, 5_000), 3: (w.UINT8, 70)})
    fit.add(34, {253: (w.UINT32, 5_060), 5: (w.UINT32, w.START)})
    found, report = _joined([_active(fit.bytes(), segment)] * 2)
    assert found["Garmin fenix5", "heart_rate"].clock is Clock.LOCAL
    assert report.notes == [LOCAL]


def test_steps_of_the_log_and_the_way_of_the_activity_speak(w: ModuleType, segment: Callable) -> None:
    """Failure 2 within one watch: a run inside the day's log counts once."""
    log = segment(w.day(hours=1, midnight=True).bytes())
    add_monitoring(log)
    run = _active(w.run(10).bytes(), segment)
    fit = w.file_id(w.Fit(), 32).add(103, {253: (w.UINT32, w.START), 0: (w.UINT32, w.START + 3_600)})
    for m in range(60):
        fit.add(55, {253: (w.UINT32, w.START + 60 * m), 5: (w.ENUM, 6), 2: (w.UINT32, 10_000 * m)})
    ways = segment(fit.bytes())
    add_monitoring(ways)
    found, report = _joined([log, run, ways])
    steps, way = found["Garmin fenix5", "steps"], found["Garmin fenix5", "distance"]
    # The log tells six walks of 60 steps and sitting in between; the run's own steps are silent.
    assert steps.values.sum() == pytest.approx(60 * 6, abs=1e-3)
    in_run = way.times_utc < w.START + w.FIT_EPOCH + 600
    assert way.values[in_run].sum() == pytest.approx(599 * 3, rel=1e-4)
    assert way.values[~in_run].sum() == pytest.approx(100 * 49, rel=1e-4)
    assert report.dropped[BOTH_TELL] > 0


def test_minutes_of_sitting_have_no_steps_and_the_others_are_not_known(w: ModuleType, segment: Callable) -> None:
    """T-13: told zeros are zeros; what is not told is missing."""
    log = segment(w.day(hours=1, midnight=True).bytes())
    add_monitoring(log)
    steps = _joined([log])[0]["Garmin fenix5", "steps"]
    minute = (steps.times_utc - w.START - w.FIT_EPOCH) // 60
    # Stretches close at minutes 4, 5 (a walk of 60 steps), 9, 14, 15 (a walk), 19, ...
    assert steps.values[minute == 4].sum() == pytest.approx(60)
    assert steps.values[(minute >= 5) & (minute < 9)].sum() == 0
    assert set(range(59)) == set(minute.tolist())


def test_several_amounts_of_one_second_are_summed() -> None:
    utc, values = together(np.array([60, 0, 60, 0]), np.array([1.0, 2.0, 3.0, 0.0]))
    assert utc.tolist() == [0, 60]
    assert values.tolist() == [2.0, 4.0]
    assert together(np.empty(0, dtype=np.int64), np.empty(0))[1].dtype == np.float64


def test_the_same_activity_in_two_files_counts_once(w: ModuleType, segment: Callable) -> None:
    """I-10."""
    run = _active(w.run(5).bytes(), segment)
    once, twice = (_joined([run] * n)[0]["Garmin fenix5", "distance"].values.sum() for n in (1, 2))
    assert once == twice


def test_nights_of_several_files_are_one_night(w: ModuleType, segment: Callable) -> None:
    """Failure 21."""
    at = w.START + w.FIT_EPOCH
    made = segment(_pulse(w, w.START))
    made.sleep = [SleepSpan(start_s=at, stop_s=at + 600, sleep=Sleep.DEEP)]
    elsewhere = [SleepSpan(start_s=at, stop_s=at + 600, sleep=Sleep.DEEP)]
    found, _ = _joined([made], spans=elsewhere, spans_from="night.json")
    assert found["Garmin fenix5", "sleep_deep"].values.tolist() == [1.0] * 20
    found, _ = _joined([], spans=elsewhere, spans_from="night.json", offsets=Offsets(anchors=[(at, 3_600)]))
    assert found["Garmin", "asleep"].source == "night.json"
    assert found["Garmin", "asleep"].utc_offset_s.tolist() == [3_600] * 20


def test_beats_become_hrv_and_no_more_than_two_days_of_them(w: ModuleType, segment: Callable) -> None:
    made = segment(_pulse(w, w.START))
    rr = np.random.default_rng(2).normal(800, 30, size=600)
    at = w.START + w.FIT_EPOCH + np.cumsum(rr) / 1_000
    rr[300] = 2_500
    made.beats = [Beats(at_s=at, rr_ms=rr), Beats(at_s=at[:5] + 3 * DAY_S, rr_ms=rr[:5])]
    found, _ = _joined([made])
    median = found["Garmin fenix5", "rr_median"].values
    assert np.abs(median - 800).max() < 30
    assert ("Garmin fenix5", "rmssd") in found
    assert made.report.dropped[TOO_MANY_BEATS] == 5
    assert made.report.dropped[NO_BEAT] >= 1


def test_facts_have_the_local_day_and_the_last_one_stands(w: ModuleType, segment: Callable) -> None:
    made = segment(_pulse(w, w.START, ahead=12 * 3_600))
    late = w.START + w.FIT_EPOCH + 10 * 3_600  # 18:00 in UTC, the next day there
    made.facts = [
        DatedFact(name="weight_kg", value=70.0, unit="kg", utc=late + 60),
        DatedFact(name="weight_kg", value=71.0, unit="kg", utc=late),
        DatedFact(name="resting_heart_rate", value=50.0, unit="beats/min", utc=late),
    ]
    facts = facts_of([made], person="p", offsets=Offsets())
    assert [(f.name, f.value, f.date) for f in facts] == [
        ("resting_heart_rate", 50.0, dt.date(2024, 3, 2)),
        ("weight_kg", 70.0, dt.date(2024, 3, 2)),
    ]
    made.local_shift = 0
    assert facts_of([made], person="p", offsets=Offsets())[0].date == dt.date(2024, 3, 1)
