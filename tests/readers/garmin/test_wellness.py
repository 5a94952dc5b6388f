"""Stress, breathing, oxygen, sleep levels, beats and dated facts of FIT files."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from sennight.readers.garmin.segment import Segment
from sennight.readers.garmin.wellness import (
    NO_BEGINNING,
    NO_BREATH,
    NO_STRESS,
    SEVERAL_USERS,
    UNMEASURED,
    add_wellness,
    beat_times,
)
from sennight.readers.spans import Sleep


def _taken(segment: Segment) -> dict[str, list[float]]:
    add_wellness(segment)
    return {s.channel: s.values.tolist() for s in segment.streams}


def test_stress_has_a_time_of_its_own_and_negative_is_none(w: ModuleType, segment: Callable) -> None:
    """Failure 3: -1 and -2 are not low stress."""
    fit = w.file_id(w.Fit(), 32).add(103, {253: (w.UINT32, w.START)})
    for i, value in enumerate([25, -1, 0, -2]):
        fit.add(227, {1: (w.UINT32, w.START + 180 * i), 0: (w.SINT16, value), 3: (w.SINT8, 60)})
    fit.add(227, {253: (w.UINT32, w.START + 900), 0: (w.SINT16, 40)})
    made = segment(fit.bytes())
    assert _taken(made) == {"garmin_stress": [25.0, 0.0, 40.0]}
    assert made.report.dropped == {NO_STRESS: 2}
    assert made.report.unknown == {"stress_level: body battery": 4}


def test_oxygen_breathing_and_five_minute_hrv_are_scaled(w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 32)
    fit.add(269, {253: (w.UINT32, w.START), 0: (w.UINT8, 96)}).add(
        269, {253: (w.UINT32, w.START + 1), 0: (w.UINT8, 255)}
    )
    fit.add(297, {253: (w.UINT32, w.START), 0: (w.SINT16, 1_450)})
    fit.add(297, {253: (w.UINT32, w.START), 0: (w.SINT16, -300)})
    fit.add(371, {253: (w.UINT32, w.START), 0: (w.UINT16, 128 * 45)})
    made = segment(fit.bytes())
    assert _taken(made) == {"spo2": [96.0], "respiration_rate": [14.5], "rmssd": [45.0]}
    assert made.report.dropped == {NO_BREATH: 1}


# --- sleep --------------------------------------------------------------------------------------------------------


def _night(w: ModuleType, levels: list[tuple[int, int]], events: list[tuple[int, int]]) -> bytes:
    """Levels and sleep events (0 start, 1 stop) at minutes."""
    fit = w.file_id(w.Fit(), 49)
    for minute, sort in events:
        fit.add(21, {253: (w.UINT32, w.START + 60 * minute), 0: (w.ENUM, 74), 1: (w.ENUM, sort)})
    for minute, level in levels:
        fit.add(275, {253: (w.UINT32, w.START + 60 * minute), 0: (w.ENUM, level)})
    return fit.bytes()


def test_a_level_closes_the_stretch_since_the_one_before_it(w: ModuleType, segment: Callable) -> None:
    made = segment(_night(w, [(10, 2), (40, 3), (60, 4), (61, 1)], [(0, 0), (61, 1)]))
    add_wellness(made)
    begin = w.START + w.FIT_EPOCH
    assert [((s.start_s - begin) // 60, (s.stop_s - begin) // 60, s.sleep) for s in made.sleep] == [
        (0, 10, Sleep.LIGHT),
        (10, 40, Sleep.DEEP),
        (40, 60, Sleep.REM),
        (60, 61, Sleep.AWAKE),
    ]


def test_a_first_level_without_a_start_and_one_after_a_gap_have_no_beginning(w: ModuleType, segment: Callable) -> None:
    made = segment(_night(w, [(10, 2), (40, 3), (40 + 5 * 60, 2)], []))
    add_wellness(made)
    assert len(made.sleep) == 1
    assert made.report.dropped == {NO_BEGINNING: 2}


def test_the_day_between_two_nights_is_not_sleep(w: ModuleType, segment: Callable) -> None:
    made = segment(_night(w, [(10, 2), (120, 3), (130, 2)], [(0, 0), (20, 1), (125, 0)]))
    add_wellness(made)
    begin = w.START + w.FIT_EPOCH
    assert [((s.start_s - begin) // 60, (s.stop_s - begin) // 60) for s in made.sleep] == [(0, 10), (125, 130)]
    assert made.report.dropped == {NO_BEGINNING: 1}


def test_levels_that_the_device_could_not_tell_or_that_are_new_are_counted(w: ModuleType, segment: Callable) -> None:
    """Failure 29."""
    made = segment(_night(w, [(10, 0), (20, 9), (30, 255), (40, 2)], [(0, 0)]))
    add_wellness(made)
    assert [s.sleep for s in made.sleep] == [Sleep.LIGHT]
    assert made.report.dropped == {UNMEASURED: 3}
    assert made.report.unknown == {"sleep_level 9": 1}


# --- beats --------------------------------------------------------------------------------------------------------


def test_beats_follow_each_other_from_the_record_before_them(w: ModuleType, segment: Callable) -> None:
    rr = np.random.default_rng(1).integers(700, 900, size=300)
    fit, clock = w.file_id(w.Fit(), 4), 0.0
    for ms in rr.tolist():
        clock += ms / 1_000
        fit.add(20, {253: (w.UINT32, w.START + int(clock)), 3: (w.UINT8, 75)})
        fit.add(78, {0: (w.UINT16, [ms, 65_535, 65_535])})
    made = segment(fit.bytes())
    add_wellness(made)
    (beats,) = made.beats
    np.testing.assert_array_equal(beats.rr_ms, rr)
    np.testing.assert_allclose(np.diff(beats.at_s), rr[1:] / 1_000, atol=1e-6)
    assert abs(beats.at_s[0] - (w.START + w.FIT_EPOCH)) < 1


def test_beats_before_any_record_have_no_time(w: ModuleType, segment: Callable) -> None:
    made = segment(w.file_id(w.Fit(), 4).add(78, {0: (w.UINT16, [800])}).bytes())
    add_wellness(made)
    assert made.beats == []
    fit = w.file_id(w.Fit(), 4).add(78, {0: (w.UINT16, [800])}).add(20, {253: (w.UINT32, w.START), 3: (w.UINT8, 70)})
    made = segment(fit.bytes())
    add_wellness(made)
    assert made.beats == []


def test_a_silence_between_messages_parts_the_beats() -> None:
    at = beat_times(np.array([100.0, 100.0, 101.0, 200.0, 201.0]), np.full(5, 0.8))
    np.testing.assert_allclose(np.diff(at), [0.8, 0.8, 200 - 101.6, 0.8])


def test_intervals_with_a_time_of_their_own_follow_it(w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 4)
    fit.add(290, {253: (w.UINT32, w.START), 0: (w.UINT16, 500), 1: (w.UINT16, [800, 900, 65_535])})
    made = segment(fit.bytes())
    add_wellness(made)
    np.testing.assert_allclose(made.beats[0].at_s - (w.START + w.FIT_EPOCH), [1.3, 2.2])
    made = segment(w.file_id(w.Fit(), 4).add(290, {1: (w.UINT16, [800])}).bytes())
    add_wellness(made)
    assert made.beats == []


# --- facts --------------------------------------------------------------------------------------------------------


def _facts(segment: Segment) -> dict[str, list[float]]:
    add_wellness(segment)
    found: dict[str, list[float]] = {}
    for fact in segment.facts:
        found.setdefault(f"{fact.name} {fact.unit}", []).append(fact.value)
    return found


def test_weight_resting_pulse_and_hrv_of_a_night_are_facts(w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 9)
    for i, weight in enumerate([7_050, 65_534, 65_535]):
        fit.add(30, {253: (w.UINT32, w.START + i), 0: (w.UINT16, weight), 1: (w.UINT16, 2_210), 12: (w.UINT16, 0)})
    fit.add(211, {253: (w.UINT32, w.START), 0: (w.UINT8, 52), 1: (w.UINT8, 54)})
    fit.add(211, {253: (w.UINT32, w.START), 0: (w.UINT8, 51), 1: (w.UINT8, 255)})
    fit.add(370, {253: (w.UINT32, w.START), 1: (w.UINT16, 128 * 40)})
    assert _facts(segment(fit.bytes())) == {
        "weight_kg kg": [70.5],
        "body_fat_pct %": [22.1, 22.1, 22.1],
        "resting_heart_rate beats/min": [54.0, 51.0],
        "night_rmssd ms": [40.0],
    }


@pytest.mark.parametrize("users", [(0, 1), (3, 4, 3)])
def test_weights_of_several_users_belong_to_nobody(users: tuple[int, ...], w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 9)
    for user in users:
        fit.add(30, {253: (w.UINT32, w.START), 0: (w.UINT16, 7_050), 12: (w.UINT16, user)})
    made = segment(fit.bytes())
    assert _facts(made) == {}
    assert made.report.dropped == {SEVERAL_USERS: len(users)}
