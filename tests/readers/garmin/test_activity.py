"""Records of activities."""

import csv
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import fitdecode
import numpy as np
import pytest

from sennight.readers.garmin import READER
from sennight.readers.garmin.activity import (
    NOT_TIED,
    ZERO_PULSE,
    add_activity,
    add_kept_pulse,
    cadences,
    distances,
    speeds,
    sports,
)
from sennight.readers.garmin.fit import parse
from sennight.readers.garmin.segment import Segment
from sennight.readers.samples import NO_TIME

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "formats" / "fit"
real = pytest.mark.skipif(not REAL.exists(), reason="no ../shared/formats/fit")


def _streams(segment: Segment) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    return {s.channel: (s.utc, s.values) for s in segment.streams}


def test_a_run_gives_pulse_distance_and_steps(w: ModuleType, segment: Callable) -> None:
    made = segment(w.run(3).bytes())
    add_activity(made)
    found = _streams(made)
    at = w.START + w.FIT_EPOCH
    np.testing.assert_array_equal(found["heart_rate"][0], at + np.arange(180))
    np.testing.assert_array_equal(found["heart_rate"][1], np.repeat([120, 121, 122], 60))
    assert found["distance"][1].sum() == pytest.approx(179 * 3)
    # 80 strides a minute are 160 steps, over 179 s.
    assert found["steps"][1].sum() == pytest.approx(179 / 60 * 160)
    assert made.report.unknown["record: power"] == 180
    assert made.report.unknown["record: temperature"] == 180


@pytest.mark.parametrize("seed", range(25))
def test_random_activities_come_back_minute_by_minute(seed: int, w: ModuleType, segment: Callable) -> None:
    """I-13: writer to reader, with pauses, lost straps and both byte orders."""
    rng = np.random.default_rng(seed)
    stamps = w.START + np.cumsum(rng.choice([1, 1, 1, 2, 7, 300], size=200))
    pulse = rng.integers(40, 200, size=200)
    pulse[rng.random(200) < 0.1] = 255
    metres = np.cumsum(rng.integers(0, 900, size=200))
    fit = w.file_id(w.Fit(big=bool(seed % 2)), 4)
    for t, bpm, m in zip(stamps.tolist(), pulse.tolist(), metres.tolist(), strict=True):
        fit.add(20, {253: (w.UINT32, t), 3: (w.UINT8, bpm), 5: (w.UINT32, m)})
    made = segment(fit.bytes())
    add_activity(made)
    found = _streams(made)
    utc, known = stamps + w.FIT_EPOCH, pulse != 255
    np.testing.assert_array_equal(found["heart_rate"][0], utc[known])
    np.testing.assert_array_equal(found["heart_rate"][1], pulse[known])
    assert found["distance"][1].sum() == pytest.approx((metres[-1] - metres[0]) / 100)
    # A way that follows a pause stands where it was written.
    after = np.flatnonzero(np.diff(utc) > 60) + 1
    at, way = found["distance"]
    for i in after.tolist():
        assert way[at == utc[i]].sum() >= (metres[i] - metres[i - 1]) / 100 - 1e-9
        assert way[(at > utc[i - 1]) & (at < utc[i])].sum() == 0


def test_a_pulse_of_zero_is_no_reading(w: ModuleType, segment: Callable) -> None:
    """Failure 3."""
    fit = w.file_id(w.Fit(), 4)
    for s, bpm in enumerate([0, 70, 255]):
        fit.add(20, {253: (w.UINT32, w.START + s), 3: (w.UINT8, bpm)})
    made = segment(fit.bytes())
    add_activity(made)
    assert _streams(made)["heart_rate"][1].tolist() == [70.0]
    assert made.report.dropped == {ZERO_PULSE: 1}


def test_a_record_without_time_is_dropped_and_counted(w: ModuleType, segment: Callable) -> None:
    made = segment(w.file_id(w.Fit(), 4).add(20, {3: (w.UINT8, 70)}).bytes())
    add_activity(made)
    assert made.streams == []
    assert made.report.dropped == {NO_TIME: 1}


def test_a_distance_that_starts_again_is_no_way_back(w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 4)
    for s, m in enumerate([0, 500, 1_000, 0, 400]):
        fit.add(20, {253: (w.UINT32, w.START + s), 5: (w.UINT32, m)})
    made = segment(fit.bytes())
    add_activity(made)
    assert _streams(made)["distance"][1].tolist() == [5.0, 5.0, 4.0]


def test_cadence_is_of_feet_only_where_the_sport_says_so(w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 4).add(12, {0: (w.ENUM, 2)})
    for s in range(120):
        fit.add(20, {253: (w.UINT32, w.START + s), 4: (w.UINT8, 90), 53: (w.UINT8, 64)})
    # The first minute was a walk, the second is what was chosen at the start: a ride.
    fit.add(18, {253: (w.UINT32, w.START + 59), 2: (w.UINT32, w.START), 5: (w.ENUM, 11)})
    made = segment(fit.bytes())
    assert cadences(made.fit.messages(20))[0] == 90.5
    utc = w.START + w.FIT_EPOCH + np.arange(120)
    np.testing.assert_array_equal(sports(made, utc), np.repeat([11, 2], 60))
    add_activity(made)
    assert _streams(made)["steps"][1].sum() == pytest.approx(59 * 181 / 60)
    assert made.report.unknown["record: cadence that is not of feet, or of an unknown sport"] == 60


def test_of_an_unknown_sport_no_steps_are_told(w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 4)
    for s in range(9):
        fit.add(20, {253: (w.UINT32, w.START + s), 4: (w.UINT8, 90)})
    made = segment(fit.bytes())
    add_activity(made)
    assert made.streams == []


def test_breathing_in_records_is_taken(w: ModuleType, segment: Callable) -> None:
    fit = w.file_id(w.Fit(), 4)
    fit.add(20, {253: (w.UINT32, w.START), 108: (w.UINT16, 1_650), 99: (w.UINT8, 1)})
    fit.add(20, {253: (w.UINT32, w.START + 1), 99: (w.UINT8, 17)})
    made = segment(fit.bytes())
    add_activity(made)
    assert _streams(made)["respiration_rate"][1].tolist() == [16.5, 17.0]


def test_speed_and_distance_in_three_bytes_roll_over(w: ModuleType, segment: Callable) -> None:
    """12 bits of speed (1/100 m/s), 12 bits of distance (1/16 m), which starts anew every 256 m."""
    fit = w.file_id(w.Fit(), 4)
    metres = np.arange(40) * 30.0
    for s, m in enumerate(metres.tolist()):
        squeezed = 250 | (int(m * 16) & 0xFFF) << 12
        fit.add(20, {253: (w.UINT32, w.START + s), 8: (w.BYTE, squeezed.to_bytes(3, "little"))})
    fit.add(20, {253: (w.UINT32, w.START + 40), 8: (w.BYTE, b"\xff\xff\xff")})
    records = segment(fit.bytes()).fit.messages(20)
    np.testing.assert_array_equal(distances(records)[:-1], metres)
    assert speeds(records)[0] == 2.5
    assert np.isnan(distances(records)[-1])
    assert np.isnan(speeds(records)[-1])


# --- heart rate a strap kept for itself ---------------------------------------------------------------------------


def _kept(w: ModuleType, ticks: list[int], *, tied: bool = True) -> bytes:
    fit = w.file_id(w.Fit(), 4)
    first: dict[int, tuple[int, object]] = {9: (w.UINT32, ticks[0]), 6: (w.UINT8, 60), 0: (w.UINT16, 16_384)}
    if tied:
        first[253] = (w.UINT32, w.START)
    fit.add(132, first)
    for i in range(1, len(ticks), 2):
        a, b = (t & 0xFFF for t in ticks[i : i + 2])
        packed = bytes([a & 0xFF, a >> 8 | (b & 0xF) << 4, b >> 4])
        fit.add(132, {10: (w.BYTE, packed), 6: (w.UINT8, [60 + i, 61 + i])})
    return fit.bytes()


def test_several_stamps_in_one_message_roll_over_exactly(w: ModuleType, segment: Callable) -> None:
    """Failure 28: 12 bits of 1/1024 s, two in three bytes, a roll-over every 4 s."""
    ticks = (5_000 + np.cumsum(np.random.default_rng(1).integers(1, 4_000, size=41))).tolist()
    made = segment(_kept(w, ticks))
    add_kept_pulse(made)
    ((utc, pulse),) = [_streams(made)["heart_rate"]]
    expected = w.START + w.FIT_EPOCH + 0.5 + (np.array(ticks) - ticks[0]) / 1_024
    np.testing.assert_array_equal(utc, np.floor(expected))
    np.testing.assert_array_equal(pulse, np.arange(60, 101))


def test_a_strap_whose_clock_is_not_tied_to_a_date_is_left_out(w: ModuleType, segment: Callable) -> None:
    made = segment(_kept(w, [100, 200, 300], tied=False))
    add_kept_pulse(made)
    assert made.streams == []
    assert made.report.dropped == {NOT_TIED: 3}


# --- real files ---------------------------------------------------------------------------------------------------


def _cells(name: str) -> list[dict[str, str]]:
    with (REAL / name).open(newline="") as file:
        return [{k.strip().casefold(): v for k, v in row.items()} for row in csv.DictReader(file)]


def _column(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([float(r[name]) if r[name] not in ("", "null") else np.nan for r in rows])


@pytest.mark.real
@real
@pytest.mark.parametrize(
    "name",
    [
        "garmin-edge-500-activity",
        "garmin-edge-820-bike",
        "garmin-fenix-5-bike",
        "garmin-fenix-5-run",
        "garmin-fenix-5-walk",
    ],
)
def test_records_of_real_files_are_those_of_the_reference(name: str) -> None:
    """Heart rate, cadence, speed, distance and time of every record, exactly."""
    rows = _cells(f"{name}-records.csv")
    records = parse((REAL / f"{name}.fit").read_bytes(), where=name).files[0].messages(20)
    assert len(records) == len(rows)
    fast = records.numbers(73, scale=1_000)
    np.testing.assert_array_equal(records.numbers(3), _column(rows, "heart_rate"))
    cadence, theirs = records.numbers(4), _column(rows, "cadence")
    # Where the field says "none" (255), one of the references wrote 0 (failure 27).
    none = np.isnan(cadence)
    np.testing.assert_array_equal(cadence[~none], theirs[~none])
    assert not np.any(theirs[none] > 0)
    np.testing.assert_array_equal(np.where(np.isfinite(fast), fast, speeds(records)), _column(rows, "speed"))
    np.testing.assert_array_equal(distances(records), _column(rows, "distance"))
    np.testing.assert_array_equal(records.numbers(13), _column(rows, "temperature"))
    clock = [r["timestamp"].split()[3] for r in rows]
    fit = parse((REAL / f"{name}.fit").read_bytes(), where=name).files[0]
    pacific = (fit.stamps(records) + 631_065_600 - 7 * 3_600) % 86_400
    assert [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in pacific.tolist()] == clock


@pytest.mark.real
@real
def test_compressed_records_of_a_real_file_are_those_of_the_reference() -> None:
    """Compressed time stamps and compressed speed and distance, exactly."""
    rows = _cells("compressed-speed-distance-records.csv")
    fit = parse((REAL / "compressed-speed-distance.fit").read_bytes(), where="a").files[0]
    records = fit.messages(20)
    # The first record holds nothing, and the reference leaves it out.
    columns = records.numbers(3), cadences(records), speeds(records), distances(records)
    assert all(np.isnan(column[0]) for column in columns)
    np.testing.assert_array_equal(fit.stamps(records)[1:], _column(rows, "timestamp"))
    names = "heart rate [bpm]", "cadence [rpm]", "speed [m/s]", "distance [m]"
    for column, name in zip(columns, names, strict=True):
        np.testing.assert_array_equal(column[1:], _column(rows, name))


def _sessions(name: str) -> tuple[float, float]:
    """Metres and steps that the device says itself."""
    sessions = [f.messages(18) for f in parse((REAL / name).read_bytes(), where=name).files]
    metres = sum(np.nansum(m.numbers(9, scale=100)) for m in sessions if len(m))
    on_foot = [np.where(np.isin(m.numbers(5), (1, 11)), m.numbers(10), 0) for m in sessions if len(m)]
    return float(metres), float(2 * sum(np.nansum(n) for n in on_foot))


@pytest.mark.real
@real
@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("compressed-speed-distance.fit", 0.001),
        ("activity-large-fenxi2-multisport.fit", 0.001),
        ("activity-small-fenix2-run.fit", 0.001),
        ("2019-02-17-062644-ELEMNT-297E-195-0.fit", 0.001),
        ("garmin-edge-500-activity.fit", 0.001),
        ("sample-activity.fit", 0.001),
        ("event_timestamp.fit", 0.01),  # lengths of a pool: the first one stands before the first record
    ],
)
def test_the_way_of_real_activities_is_what_the_device_says(name: str, tolerance: float) -> None:
    """T-14: within 0.1 % of the device's own total."""
    metres, steps = _sessions(name)
    (person,) = READER.read(REAL / name).people
    sums = {r.channel.name: float(r.values.astype(np.float64).sum()) for r in person.recordings}
    assert sums["distance"] == pytest.approx(metres, rel=tolerance)
    if steps:
        assert sums["steps"] == pytest.approx(steps, rel=0.02)


@pytest.mark.real
@real
def test_heart_rate_that_a_real_strap_kept_is_that_of_a_second_reader() -> None:
    """Failure 28: 8,192 readings with 12-bit stamps, against fitdecode; it gives instants with microseconds."""
    theirs = list[int]()
    with fitdecode.FitReader(REAL / "event_timestamp.fit") as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "hr" and not frame.has_field("timestamp"):
                theirs += [int(f.value.timestamp()) for f in frame.fields if f.name == "event_timestamp" and f.value]
    files = parse((REAL / "event_timestamp.fit").read_bytes(), where="a").files
    report = READER.read(REAL / "event_timestamp.fit").report
    ours = list[int]()
    for fit in files:
        made = Segment(fit=fit, report=report, source="a", sha256="", device="a")
        add_kept_pulse(made)
        ours += [t for s in made.streams for t in s.utc.tolist()]
    assert len(ours) > 8_000
    assert len(set(ours) - set(theirs)) < 20  # the readings in messages that tie the clock
