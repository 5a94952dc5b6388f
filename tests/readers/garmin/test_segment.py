"""Devices, clocks and offsets of FIT files."""

from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from sennight.readers.garmin.segment import NO_DATE, STRAY, device_of, file_type_of
from sennight.readers.samples import NO_TIME


def test_the_device_has_a_model_and_never_a_serial_number(w: ModuleType, segment: Callable) -> None:
    made = segment(w.run(1).bytes())
    assert made.device == "Garmin fenix5"
    assert file_type_of(made.fit) == 4


@pytest.mark.parametrize(
    ("fields", "device"),
    [
        ({1: 32, 2: 28}, "Wahoo"),
        ({1: 260, 2: 0}, "Zwift"),
        ({1: 265}, "Strava"),
        ({}, "Garmin edge 820"),
    ],
)
def test_devices_of_other_makers_and_of_device_info(
    fields: dict[int, int], device: str, w: ModuleType, segment: Callable
) -> None:
    fit = w.Fit().add(0, {0: (w.ENUM, 4), **{n: (w.UINT16, v) for n, v in fields.items()}})
    if not fields:
        fit.add(23, {2: (w.UINT16, 1), 4: (w.UINT16, 2_530)})
    assert segment(fit.bytes()).device == device


def test_the_model_may_stand_in_device_info_alone(w: ModuleType, segment: Callable) -> None:
    fit = w.Fit().add(0, {1: (w.UINT16, 32)}).add(23, {27: (w.STRING, "ELEMNT BOLT")})
    assert segment(fit.bytes()).device == "Wahoo ELEMNT BOLT"


def test_a_file_that_names_nobody_has_no_device(w: ModuleType, segment: Callable) -> None:
    made = segment(w.Fit().add(20, {3: (w.UINT8, 60)}).bytes())
    assert device_of(made.fit) == ""
    assert file_type_of(made.fit) == -1


@pytest.mark.parametrize("hours", [-12, -9.5, 0, 5.75, 14])
def test_the_local_time_of_an_activity_gives_the_offset(hours: float, w: ModuleType, segment: Callable) -> None:
    """Failure 1."""
    fit = w.file_id(w.Fit(), 4)
    fit.add(34, {253: (w.UINT32, w.START), 5: (w.UINT32, w.START + int(hours * 3_600) + 3)})
    assert segment(fit.bytes()).anchors == [(w.START + w.FIT_EPOCH, int(hours * 3_600))]


@pytest.mark.parametrize("ahead", [20 * 3_600, 1_050, -13 * 3_600])
def test_a_local_time_that_no_zone_has_is_no_offset(ahead: int, w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 4)
    fit.add(34, {253: (w.UINT32, w.START), 5: (w.UINT32, w.START + ahead)})
    assert segment(fit.bytes()).anchors == []


def test_a_local_time_of_zero_is_no_offset(w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 4).add(34, {253: (w.UINT32, w.START), 5: (w.UINT32, 0)})
    assert segment(fit.bytes()).anchors == []


def test_stray_and_missing_times_are_dropped_and_counted(w: ModuleType, segment: Callable) -> None:
    """Failures 12 and 24: 1989, the future, no time at all."""
    made = segment(w.run(1).bytes())
    stamps = np.array([w.START, -1, 12, w.START + 70 * 86_400, w.START - 3 * 365 * 86_400])
    utc, usable = made.dated(stamps)
    assert usable.tolist() == [True, False, False, False, False]
    assert utc[0] == w.START + w.FIT_EPOCH
    assert made.report.dropped == {NO_TIME: 1, NO_DATE: 1, STRAY: 2}


def test_a_clock_that_was_never_set_becomes_local_time_where_it_is_said_once(w: ModuleType, segment: Callable) -> None:
    """Failure 12: seconds since the device was switched on."""
    fit = (
        w.Fit().add(20, {253: (w.UINT32, 5_000), 3: (w.UINT8, 70)}).add(20, {253: (w.UINT32, w.START), 3: (w.UINT8, 1)})
    )
    fit = w.Fit().add(20, {253: (w.UINT32, 5_000), 3: (w.UINT8, 70)})
    fit.add(34, {253: (w.UINT32, 5_060), 5: (w.UINT32, w.START)})
    made = segment(fit.bytes())
    assert made.local
    utc, usable = made.dated(np.array([5_000, -1, w.START]))
    assert usable.tolist() == [True, False, False]
    assert utc[0] == w.START + w.FIT_EPOCH - 60
    assert made.report.dropped == {NO_TIME: 1, STRAY: 1}


def test_without_that_such_times_are_no_dates(w: ModuleType, segment: Callable) -> None:
    made = segment(w.Fit().add(20, {253: (w.UINT32, 5_000), 3: (w.UINT8, 70)}).bytes())
    assert not made.local
    assert not made.dated(np.array([5_000]))[1].any()
    assert made.report.dropped == {NO_DATE: 1}
