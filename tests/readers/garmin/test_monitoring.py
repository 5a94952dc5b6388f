"""The log of a whole day."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sennight.readers.garmin import READER
from sennight.readers.garmin.activity import ZERO_PULSE
from sennight.readers.garmin.monitoring import MONITORING, add_monitoring, kinds, monitoring_stamps
from sennight.readers.samples import NO_TIME

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "formats" / "fit" / "MonitoringFile.fit"


@pytest.mark.parametrize("seed", range(10))
def test_sixteen_bits_are_exact_over_days(seed: int, w: ModuleType, segment: Callable) -> None:
    """Failure 28, T-09: roll-overs of 18.2 h, with and without full stamps between."""
    rng = np.random.default_rng(seed)
    stamps = w.START + np.cumsum(rng.choice([60, 60, 900, 30_000, 65_535], size=150))
    fit = w.file_id(w.Fit(), 32).add(103, {253: (w.UINT32, w.START)})
    for i, t in enumerate(stamps.tolist()):
        stamp = {253: (w.UINT32, t)} if rng.random() < 0.02 else {26: (w.UINT16, t & 0xFFFF)}
        fit.add(55, {**stamp, 27: (w.UINT8, 50 + i % 100)})
    made = segment(fit.bytes())
    np.testing.assert_array_equal(monitoring_stamps(made, made.fit.messages(MONITORING)), stamps)
    add_monitoring(made)
    near = np.abs(stamps - made.fit.middle) <= 60 * 86_400
    np.testing.assert_array_equal(made.streams[0].utc, stamps[near] + w.FIT_EPOCH)
    np.testing.assert_array_equal(made.streams[0].values, (50 + np.arange(150) % 100)[near])


def test_the_time_of_transfer_does_not_set_the_clock(w: ModuleType, segment: Callable) -> None:
    """`device_info` stands first and is days later, as in files of real watches."""
    fit = w.file_id(w.Fit(), 32).add(103, {253: (w.UINT32, w.START)})
    fit.add(23, {253: (w.UINT32, w.START + 200_000)})
    fit.add(55, {26: (w.UINT16, (w.START + 60) & 0xFFFF), 27: (w.UINT8, 61)})
    made = segment(fit.bytes())
    assert monitoring_stamps(made, made.fit.messages(MONITORING)).tolist() == [w.START + 60]


def test_without_a_full_stamp_nothing_is_guessed(w: ModuleType, segment: Callable) -> None:
    made = segment(w.file_id(w.Fit(), 32).add(55, {26: (w.UINT16, 7), 27: (w.UINT8, 61)}).bytes())
    add_monitoring(made)
    assert made.streams == []
    assert made.covered == []
    assert made.report.dropped == {NO_TIME: 1}


def test_a_message_closes_the_stretch_before_it(w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 32).add(103, {253: (w.UINT32, w.START)})
    for minute, kind in ((10, 8), (14, 6), (30, 8), (30 + 13 * 60, 8)):
        fit.add(55, {253: (w.UINT32, w.START + 60 * minute), 24: (w.BYTE, 3 << 5 | kind)})
    made = segment(fit.bytes())
    add_monitoring(made)
    (runs,) = made.runs
    begin = w.START + w.FIT_EPOCH
    # The last one would be longer than any night: the watch was off.
    assert ((runs.begin - begin) // 60).tolist() == [0, 10, 14]
    assert ((runs.stop - begin) // 60).tolist() == [10, 14, 30]
    assert runs.kind.tolist() == [8, 6, 8]
    assert made.covered == [(begin, begin + 60 * (30 + 13 * 60))]


def test_counters_are_taken_for_their_kind_of_activity(w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 32)
    at = iter(range(w.START, w.START + 10_000, 60))
    fit.add(55, {253: (w.UINT32, next(at)), 5: (w.ENUM, 6), 3: (w.UINT32, 100), 2: (w.UINT32, 7_000)})
    fit.add(55, {253: (w.UINT32, next(at)), 3: (w.UINT32, 150), 19: (w.UINT16, 12)})  # the kind of the one before
    fit.add(55, {253: (w.UINT32, next(at)), 24: (w.BYTE, 1), 9: (w.UINT16, 40)})
    fit.add(55, {253: (w.UINT32, next(at)), 5: (w.ENUM, 2), 3: (w.UINT32, 900)})  # strokes
    fit.add(55, {253: (w.UINT32, next(at)), 5: (w.ENUM, 254), 3: (w.UINT32, 190)})  # all kinds together
    fit.add(55, {253: (w.UINT32, next(at)), 5: (w.ENUM, 77), 3: (w.UINT32, 190)})
    made = segment(fit.bytes())
    assert kinds(made.fit.messages(MONITORING)).tolist() == [6, 6, 1, 2, 254, 77]
    add_monitoring(made)
    by_channel = {c.channel: c for c in made.counters}
    assert by_channel["steps"].value.tolist() == [100.0, 150.0, 40.0]
    assert by_channel["steps"].kind.tolist() == [6, 6, 1]
    assert by_channel["distance"].value.tolist() == [70.0]
    assert by_channel["active_energy"].value.tolist() == [12.0]
    assert made.report.unknown["monitoring: cycles that are not steps"] == 1
    assert made.report.unknown["monitoring: activity_type 77"] == 1
    assert made.report.unknown["monitoring: activity_type 254"] == 1


def test_no_pulse_is_no_zero(w: ModuleType, segment: Callable) -> None:
    """Failures 3 and 27."""
    fit = w.file_id(w.Fit(), 32)
    for s, bpm in enumerate([0, 255, 64]):
        fit.add(55, {253: (w.UINT32, w.START + 60 * s), 27: (w.UINT8, bpm)})
    made = segment(fit.bytes())
    add_monitoring(made)
    assert made.streams[0].values.tolist() == [64.0]
    assert made.report.dropped == {ZERO_PULSE: 1}


def test_a_day_that_begins_later_than_its_first_message_begins_with_that(w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 32).add(103, {253: (w.UINT32, w.START + 600)})
    fit.add(55, {253: (w.UINT32, w.START), 24: (w.BYTE, 8)}).add(55, {253: (w.UINT32, w.START + 60), 24: (w.BYTE, 8)})
    made = segment(fit.bytes())
    add_monitoring(made)
    assert made.runs[0].begin.tolist() == [w.START + w.FIT_EPOCH]


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="no ../shared/formats/fit")
def test_a_real_day_has_the_steps_that_the_watch_says_and_all_its_minutes() -> None:
    """A vivofit: 3,142 steps walking and 31 running by its last message at local midnight."""
    (person,) = READER.read(REAL).people
    steps = {r.channel.name: r for r in person.recordings}["steps"]
    assert steps.device == "Garmin vivo fit"
    assert float(steps.values.sum()) == pytest.approx(3_173, abs=0.01)
    minutes = np.unique(steps.times_utc // 60)
    assert len(minutes) == 1_440
    assert np.datetime64(int(minutes[0]) * 60, "s") == np.datetime64("2014-12-27T06:00:00")
    assert set(steps.utc_offset_s.tolist()) == {-21_600}
    per_minute = np.bincount(steps.times_utc // 60 - minutes[0], weights=steps.values)
    # The first walk of the day: 100 steps in the four minutes before 08:15 local time.
    assert per_minute[8 * 60 + 11 : 8 * 60 + 15].sum() == pytest.approx(100)
    assert per_minute[: 8 * 60 + 11].sum() == 0
