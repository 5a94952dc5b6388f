"""Records become minutes, nights and facts, and each of them is counted."""

import datetime as dt

import numpy as np
import pytest

from sennight.readers.apple_health import intake as module
from sennight.readers.apple_health.intake import Intake, Meaning, as_number, local_date
from sennight.readers.apple_health.places import Places
from sennight.readers.apple_health.quantities import PREFIX, SLEEP
from sennight.readers.reader import ReadReport

NOON = 1_718_445_600
STAGE = "HKCategoryValueSleepAnalysis"


@pytest.fixture
def intake() -> Intake:
    return Intake(report=ReadReport(reader="x", source="x"), places=Places(exported_utc=NOON + 30 * 86_400))


def _meaning(intake: Intake, type: str, unit: str = "count", source: str = "Watch") -> Meaning:
    return intake.meaning(type=type, unit=unit, source=source, version="1", device="")


def _steps(intake: Intake, spans: list[tuple[float, float, float]]) -> None:
    start, stop, values = (np.array(column) for column in zip(*spans, strict=True))
    intake.many(
        _meaning(intake, PREFIX + "StepCount"),
        start=start.astype(np.int64),
        stop=stop.astype(np.int64),
        offset_s=np.zeros(len(start), dtype=np.int32),
        values=values.astype(np.float64),
    )
    intake.flush()


def _stored(intake: Intake) -> dict[str, np.ndarray]:
    return {name: store.take().total for _, name, store, _ in intake.streams()}


def test_amounts_are_spread_and_their_sum_is_kept(intake: Intake) -> None:
    _steps(intake, [(NOON + 30, NOON + 90, 10), (NOON + 60, NOON + 60, 3), (NOON + 600, NOON + 4_200, 120)])
    assert _stored(intake)["steps"].tolist() == [5, 8, *[2] * 60]
    assert intake.report.records_kept == 3


def test_what_is_impossible_is_dropped_for_a_reason(intake: Intake) -> None:
    """T-12, T-13, T-07: each reason counted, nothing becomes zero."""
    day = 86_400
    _steps(
        intake,
        [
            (NOON, NOON + 60, 50), (NOON, NOON + 60, 50), (NOON, NOON - 60, 5), (NOON, NOON + 3 * 3_600, 5),
            (NOON, NOON + 60, np.nan), (NOON, NOON + 60, -1), (NOON, NOON + 5, 426), (0, 60, 5),
            (978_307_200, 978_307_260, 5), (NOON + 40 * day, NOON + 40 * day + 60, 5),
        ],
    )  # fmt: skip
    assert _stored(intake)["steps"].tolist() == [50]
    assert intake.report.dropped == {
        module.REPEATED_RECORD: 1, "amount without a start and a later end": 1, module.TOO_LONG: 1, "not a number": 1,
        "out of the channel's range": 2, module.STRAY: 3,
    }  # fmt: skip
    assert intake.report.records_seen == 10


def test_samples_out_of_range_leave_their_minutes_as_rejected(intake: Intake) -> None:
    """Failure 3."""
    meaning = _meaning(intake, PREFIX + "HeartRate", "count/min")
    for i, value in enumerate(("60", "255", "0", "70", "-1", "abc")):
        intake.one(meaning, start=(NOON + 60 * (i // 4), 0), stop=(NOON + 60, 0), value=value)
    intake.flush()
    ((_, _, store, rejected),) = intake.streams()
    assert store.take().total.tolist() == [130]
    assert len(rejected.take().minute) == 2
    assert intake.report.dropped == {"out of the channel's range": 3, "not a number": 1}


def test_many_long_amounts_are_spread_in_parts(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PARTS", 100)
    _steps(intake, [(NOON + 3_600 * i, NOON + 3_600 * i + 3_600, 60 + i) for i in range(20)])
    totals = _stored(intake)["steps"]
    assert len(totals) == 1_200
    assert totals.sum() == pytest.approx(sum(60 + i for i in range(20)))


def test_windows_fold_as_they_fill(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WINDOW_RECORDS", 10)
    meaning = _meaning(intake, PREFIX + "HeartRate", "count/min")
    for i in range(25):
        intake.one(meaning, start=(NOON + i, 0), stop=(NOON + i, 0), value="60")
    assert intake.report.records_kept == 20
    monkeypatch.setattr(module, "MAX_WAITING", 0)
    intake.many(
        meaning,
        start=np.array([NOON]),
        stop=np.array([NOON]),
        offset_s=np.zeros(1, dtype=np.int32),
        values=np.array([61.0]),
    )
    assert intake.report.records_kept == 26


def test_unknown_types_and_missing_units_are_counted(intake: Intake) -> None:
    """I-15, failure 29."""
    for type, unit in ((PREFIX + "Novelty", "count"), (PREFIX + "StepCount", ""), ("<script>", "x")):
        intake.one(_meaning(intake, type, unit), start=(NOON, 0), stop=(NOON, 0), value="1")
    assert intake.report.unknown == {PREFIX + "Novelty": 1, "another type": 1}
    assert intake.report.dropped == {module.NO_UNIT: 1}


def test_names_and_devices_without_end_are_bounded(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DEVICES", 3)
    monkeypatch.setattr(module, "MAX_TYPES", 3)
    monkeypatch.setattr(module, "MAX_ASKED", 5)
    for i in range(20):
        intake.one(_meaning(intake, f"Type{i}"), start=None, stop=None, value="")
        beat = _meaning(intake, PREFIX + "HeartRate", "count/min", source=f"app {i}")
        intake.one(beat, start=(NOON + 60 * i, 0), stop=(NOON + 60 * i, 0), value="60")
    assert len(intake.report.unknown) == 4
    assert intake.report.unknown["another type"] == 17
    intake.flush()
    assert len(intake.streams()) == 4


def test_too_many_minutes_are_noticed(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_MINUTES", 50)
    _steps(intake, [(NOON, NOON + 3_000, 50)])
    assert not intake.full
    _steps(intake, [(NOON + 6_000, NOON + 6_120, 50)])
    assert intake.full


def test_nights_are_taken_by_word_or_number(intake: Intake) -> None:
    """Failures 20 and 34: stages are HealthKit's words, in every language of the phone."""
    meaning = _meaning(intake, SLEEP, "")
    values = [
        STAGE + "AsleepDeep",
        "5",
        STAGE + "InBed",
        "0",
        STAGE + "AsleepHalf",
        STAGE + "AsleepDeep",
        STAGE + "Awake",
    ]
    for value in values:
        intake.one(meaning, start=(NOON, 0), stop=(NOON + 3_600, 0), value=value)
    intake.one(meaning, start=(NOON, 0), stop=(NOON, 0), value="5")
    intake.one(meaning, start=(NOON, 0), stop=(NOON + 3 * 86_400, 0), value="5")
    intake.one(meaning, start=(0, 0), stop=(60, 0), value="5")
    intake.one(meaning, start=None, stop=(60, 0), value="5")
    (nights,) = intake.nights.values()
    assert {n.sleep.value for n in nights} == {"deep", "rem", "awake"}
    assert intake.report.dropped == {
        module.IN_BED: 2, module.UNKNOWN_STAGE: 1, module.REPEATED_RECORD: 1,
        "sleep without a start and a later end": 2, module.STRAY: 1, "row without a time that can be understood": 1,
    }  # fmt: skip
    assert intake.report.unknown == {STAGE + "AsleepHalf": 1}


def test_nights_without_end_are_bounded(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_NIGHTS", 2)
    for i in range(4):
        intake.one(_meaning(intake, SLEEP, ""), start=(NOON + i, 0), stop=(NOON + 3_600, 0), value="5")
    assert intake.report.dropped == {module.TOO_MUCH: 2}


def test_facts_belong_to_local_days_and_the_last_of_a_day_stays(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    weight = _meaning(intake, PREFIX + "BodyMass", "kg")
    late = (NOON + 13 * 3_600, 7_200)
    intake.one(weight, start=(NOON + 60, 7_200), stop=(NOON, 0), value="70.5")
    intake.one(weight, start=(NOON, 7_200), stop=(NOON, 0), value="71")
    intake.one(weight, start=late, stop=late, value="72")
    night = _meaning(intake, PREFIX + "AppleSleepingWristTemperature", "degC")
    intake.one(night, start=(NOON, 0), stop=late, value="35.1")
    for value, at in (("9000", NOON), ("nan", NOON), ("70", 0)):
        intake.one(weight, start=(at, 0), stop=(at, 0), value=value)
    first, second = dt.date(2024, 6, 15), dt.date(2024, 6, 16)
    assert {key: value for key, (_, value) in intake.facts.items()} == {
        ("weight_kg", first): 70.5, ("weight_kg", second): 72, ("night_skin_temperature", second): 35.1,
    }  # fmt: skip
    assert sum(intake.report.dropped.values()) == 3
    monkeypatch.setattr(module, "MAX_FACTS", 3)
    intake.one(weight, start=(NOON - 86_400, 0), stop=(NOON, 0), value="70")
    assert intake.report.dropped[module.TOO_MUCH] == 1


def test_day_totals_of_the_vendor_are_facts(intake: Intake) -> None:
    rows = [("2024-06-14", 2_092.0, "kJ"), ("2024-06-15", 0.0, "kcal"), ("soon", 5.0, "kcal"), ("2024-06-16", 5.0, "")]
    for day, value, unit in rows:
        intake.day_amount("day_active_energy", day=day, value=value, unit=unit)
    assert [(d, v) for (_, d), (_, v) in intake.facts.items()] == [(dt.date(2024, 6, 14), pytest.approx(500.0))]
    assert intake.report.records_seen == 4


def test_beats_are_counted_and_become_variability(intake: Intake) -> None:
    sdnn = _meaning(intake, PREFIX + "HeartRateVariabilitySDNN", "ms")
    intake.heart_beats(sdnn, stop=(NOON, 0), beats_s=np.cumsum(np.tile([0.8, 0.9], 20)).tolist())
    assert set(_stored(intake)) == {"rmssd", "pnn20", "rr_median"}
    assert intake.report.records_kept == 40


def test_numbers_and_dates() -> None:
    assert as_number("1e3") == as_number(b"1e3") == 1_000
    assert np.isnan(as_number("--"))
    assert local_date(NOON + 13 * 3_600, 7_200) == dt.date(2024, 6, 16)
