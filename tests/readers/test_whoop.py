"""Whoop's nights and days: the offset of each row, sums as facts, nothing invented by the minute."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.personal import NO_ROW, NO_SPAN
from sennight.readers.reader import Reading
from sennight.readers.whoop import NO_ZONE, READER
from sennight.record import Clock, Recording

HEADER = "Cycle start time,Cycle timezone,Sleep onset,Wake onset,Asleep duration (min),Respiratory rate (rpm),Nap\n"
CYCLES = "Cycle start time,Cycle timezone,Day Strain,Resting heart rate (bpm),Heart rate variability (ms)\n"


def _read(folder: Path, text: str, name: str = "sleeps.csv") -> Reading:
    path = folder / name
    path.write_text(text)
    assert READER.claims(path)
    return READER.read(path)


def _asleep(reading: Reading) -> list[Recording]:
    return [r for person in reading.people for r in person.recordings]


def _row(
    zone: str, start: str = "2024-03-01 23:00:00", stop: str = "2024-03-02 07:00:00", rest: str = "430,15,false"
) -> str:
    return f"{start},{zone},{start},{stop},{rest}\n"


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("UTC-04:00", -14_400), ("UTC+05:30", 19_800), ("UTC", 0), ("Z", 0), ("UTCZ", 0), ("+0200", 7_200)],
)
def test_local_times_and_the_zone_of_their_row_make_instants(zone: str, offset: int, tmp_path: Path) -> None:
    """Failure 1."""
    (asleep,) = _asleep(_read(tmp_path, HEADER + _row(zone)))
    local = int(np.datetime64("2024-03-01T23:00:00", "s").astype(np.int64))
    assert asleep.times_utc[0] == local - offset
    assert set(asleep.utc_offset_s.tolist()) == {offset}
    assert asleep.clock is Clock.INSTANT
    assert len(asleep.times_utc) == 8 * 120


@pytest.mark.parametrize("zone", ["", "Eastern", "UTC+99:00"])
def test_without_a_zone_times_stay_local_and_the_report_says_so(zone: str, tmp_path: Path) -> None:
    reading = _read(tmp_path, HEADER + _row(zone))
    (asleep,) = _asleep(reading)
    assert asleep.clock is Clock.LOCAL
    assert set(asleep.utc_offset_s.tolist()) == {0}
    assert any(NO_ZONE in note for note in reading.report.notes)


def test_a_person_who_travels_has_each_night_at_its_own_offset(tmp_path: Path) -> None:
    """T-02."""
    text = HEADER + _row("UTC+01:00") + _row("UTC+09:00", "2024-03-10 23:00:00", "2024-03-11 07:00:00")
    (asleep,) = _asleep(_read(tmp_path, text))
    assert asleep.utc_offset_s[[0, -1]].tolist() == [3_600, 32_400]


def test_naps_are_sleep_but_not_the_nights_sums(tmp_path: Path) -> None:
    text = HEADER + _row("UTC") + _row("UTC", "2024-03-02 14:00:00", "2024-03-02 14:30:00", "500,20,true")
    reading = _read(tmp_path, text)
    assert len(_asleep(reading)[0].times_utc) == 8 * 120 + 60
    assert reading.facts.columns["minutes_asleep"].values.tolist() == [430]
    assert str(reading.facts.columns["minutes_asleep"].dates[0]) == "2024-03-02"


def test_impossible_and_missing_nights_are_counted(tmp_path: Path) -> None:
    """T-13: an empty cell, and 0 for what was not measured, are nothing."""
    text = (
        HEADER
        + _row("UTC", rest=",0,false")
        + _row("UTC", stop="2024-03-01 22:00:00")
        + "2024-03-05,UTC,,,,,\n,,,,,,\n"
    )
    reading = _read(tmp_path, text)
    assert reading.report.dropped == {NO_SPAN: 2, NO_ROW: 1}
    assert (
        "night_respiration_rate" not in reading.facts.columns
        or 0 not in reading.facts.columns["night_respiration_rate"].values
    )


def test_days_alone_are_facts_of_days_and_hrv_is_rmssd(tmp_path: Path) -> None:
    """T-11."""
    text = CYCLES + "2024-03-01 23:00:00,UTC,10.1,52,48\n2024-03-02 23:00:00,UTC,3.0,,\n"
    reading = _read(tmp_path, text, "physiological_cycles.csv")
    assert list(reading.people) == []
    assert reading.facts.columns["night_rmssd"].values.tolist() == [48]
    assert reading.facts.columns["resting_heart_rate"].values.tolist() == [52]
    assert "night_sdnn" not in reading.facts.columns


def test_the_table_of_days_repeats_nights_and_they_count_once(
    tmp_path: Path, zipped: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    cycles = "Cycle start time,Cycle timezone,Day Strain,Sleep onset,Wake onset\n"
    cycles += "2024-03-01 23:00:00,UTC,10,2024-03-01 23:00:00,2024-03-02 07:00:00\n2024-03-02 23:00:00,UTC,3,,\n"
    files = {"physiological_cycles.csv": cycles.encode(), "sleeps.csv": (HEADER + _row("UTC")).encode()}
    reading = READER.read(zipped(tmp_path / "w.zip", files | {"journal_entries.csv": b"a,b\n"}))
    assert len(_asleep(reading)[0].times_utc) == 8 * 120
    assert reading.report.dropped == {}
    assert reading.report.unknown["file journal_entries.csv"] == 1


@pytest.mark.parametrize("seed", range(3))
def test_random_nights_come_back(seed: int, tmp_path: Path) -> None:
    """I-13."""
    rng = np.random.default_rng(seed)
    expected, text = [], HEADER
    for night in range(30):
        start = 1_700_000_000 + night * 86_400 + int(rng.integers(0, 7_200)) * 30
        stop = start + int(rng.integers(60, 1_000)) * 30
        hours = int(rng.integers(-11, 13))
        local = [str(np.datetime64(t + hours * 3_600, "s")).replace("T", " ") for t in (start, stop)]
        text += f"{local[0]},UTC{hours:+03d}:00,{local[0]},{local[1]},400,15,false\n"
        expected += list(range(-(-(start - 15) // 30) * 30, stop - 15, 30))
    (asleep,) = _asleep(_read(tmp_path, text))
    assert asleep.times_utc.tolist() == sorted(set(expected))


def test_other_tables_are_not_claimed_and_refused(tmp_path: Path) -> None:
    path = tmp_path / "workouts.csv"
    path.write_text("Cycle start time,Workout start time\n2024-03-01,2024-03-01\n")
    assert not READER.claims(path)
    assert not READER.claims(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="without a night or a day"):
        READER.read(path)
