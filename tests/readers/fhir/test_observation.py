"""One Observation: codes, times, units, series, components, and what is left. All data synthetic."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sennight.readers.fhir import READER
from sennight.readers.reader import Reading
from sennight.record import Clock, Recording

T0 = int(dt.datetime(2024, 3, 1, 21, tzinfo=dt.UTC).timestamp())
AT = {"effectiveDateTime": "2024-03-01T22:00:00+01:00"}
PERIOD = {"effectivePeriod": {"start": "2024-03-01T22:00:00+01:00", "end": "2024-03-01T22:01:00+01:00"}}
LOINC = "http://loinc.org"


def _quantity(value: Any, code: str, **more: Any) -> dict[str, Any]:
    return {"valueQuantity": {"value": value, "code": code, "system": "http://unitsofmeasure.org", **more}}


def _observation(code: str, system: str = LOINC, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": system, "code": code}]},
        **more,
    }


def _read(folder: Path, *resources: Any) -> Reading:
    (folder / "bundle.json").write_text(
        json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]})
    )
    return READER.read(folder / "bundle.json")


def _recordings(reading: Reading) -> dict[str, Recording]:
    (person,) = reading.people
    return {r.channel.name: r for r in person.recordings}


@pytest.mark.parametrize(
    ("code", "value", "unit", "channel", "expected"),
    [
        ("8867-4", 61, "/min", "heart_rate", 61), ("8867-4", 61, "{beats}/min", "heart_rate", 61),
        ("59408-5", 96.5, "%", "spo2", 96.5), ("2708-6", 96.5, "%", "spo2", 96.5),
        ("9279-1", 14, "{breaths}/min", "respiration_rate", 14), ("80404-7", 0.045, "s", "sdnn_untrimmed", 45),
        ("2339-0", 95, "mg/dL", "glucose", 95), ("15074-8", 5, "mmol/L", "glucose", 90.08),
    ],
)  # fmt: skip
def test_vital_signs_become_samples_in_our_units(
    tmp_path: Path, code: str, value: float, unit: str, channel: str, expected: float
) -> None:
    """Failure 4 and T-10: UCUM units are converted, mmol/L by what it is of."""
    (recording,) = _recordings(_read(tmp_path, _observation(code, **AT, **_quantity(value, unit)))).values()
    assert (recording.channel.name, recording.values.tolist()) == (channel, pytest.approx([expected]))
    assert (recording.times_utc.tolist(), recording.utc_offset_s.tolist()) == ([T0], [3_600])


@pytest.mark.parametrize(
    ("code", "value", "unit", "fact", "expected"),
    [
        ("29463-7", 80_500, "g", "weight_kg", 80.5), ("29463-7", 100, "[lb_av]", "weight_kg", 45.359237),
        ("8302-2", 70, "[in_i]", "height_cm", 177.8), ("39156-5", 24.5, "kg/m2", "bmi", 24.5),
        ("4548-4", 5.5, "%", "hba1c", 5.5), ("59261-8", 48, "mmol/mol", "hba1c", 6.54304),
        ("2093-3", 5, "mmol/L", "total_chol", 193.35), ("2571-8", 2, "mmol/L", "triglycerides", 177.14),
        ("8310-5", 98.6, "[degF]", "body_temperature", 37), ("40443-4", 55, "/min", "resting_heart_rate", 55),
        ("93832-4", 7.5, "h", "minutes_asleep", 450), ("41950-7", 9_000, "{steps}/d", "day_steps", 9_000),
        ("94122-9", 41.5, "mL/min/kg", "vo2max", 41.5),
    ],
)  # fmt: skip
def test_measurements_become_dated_facts(
    tmp_path: Path, code: str, value: float, unit: str, fact: str, expected: float
) -> None:
    facts = _read(tmp_path, _observation(code, effectiveDateTime="2024-03-01", **_quantity(value, unit))).facts
    assert facts.columns[fact].values.tolist() == pytest.approx([expected])
    assert facts.columns[fact].dates.tolist() == [dt.date(2024, 3, 1)]


def test_steps_need_the_time_they_were_counted_over(tmp_path: Path) -> None:
    reading = _read(
        tmp_path, _observation("55423-8", **PERIOD, **_quantity(50, "{steps}")),
        _observation("55423-8", **AT, **_quantity(60, "1")), _observation("55423-8", valueInteger=70, **PERIOD),
        _observation("55423-8", effectiveDateTime="2024-03-02", **_quantity(9_000, "{steps}")),
    )  # fmt: skip
    assert _recordings(reading)["steps"].values.tolist() == [70]
    assert reading.report.dropped["amount without the time it was counted over"] == 1
    assert reading.facts.columns["day_steps"].values.tolist() == [9_000]


def test_a_panel_gives_its_components(tmp_path: Path) -> None:
    parts = [{"code": {"coding": [{"system": LOINC, "code": c}]}, **_quantity(v, "mm[Hg]")}
             for c, v in (("8480-6", 120), ("8462-4", 80))]  # fmt: skip
    reading = _read(tmp_path, _observation("85354-9", **AT, component=parts))
    assert {n: c.values.tolist() for n, c in reading.facts.columns.items()} == {"sbp": [120], "dbp": [80]}
    assert reading.report.unknown == {}


@pytest.mark.parametrize(
    "apart", [{"period": 60_000}, {"interval": 1, "intervalUnit": "min"}, {"interval": 60, "intervalUnit": "s"}]
)
def test_a_series_is_read_in_r4_and_r5(tmp_path: Path, apart: dict[str, Any]) -> None:
    """E, U and L are no values; origin and factor count."""
    series = {
        "origin": {"value": 40, "code": "/min"},
        "factor": 0.5,
        "dimensions": 1,
        "data": "40 E 42 U L 44",
        **apart,
    }
    found = _recordings(_read(tmp_path, _observation("8867-4", valueSampledData=series, **AT)))["heart_rate"]
    assert found.values.tolist() == [60, 61, 62]
    assert found.times_utc.tolist() == [T0, T0 + 120, T0 + 300]


def test_a_series_of_a_date_is_a_local_day(tmp_path: Path) -> None:
    """Failure 1: FHIR writes no time without a zone, so a day whose zone is not known has a date alone."""
    series = {"origin": {"value": 0, "code": "{steps}"}, "period": 60_000, "dimensions": 1, "data": "E 5 7"}
    found = _recordings(
        _read(tmp_path, _observation("55423-8", effectiveDateTime="2024-03-01", valueSampledData=series))
    )
    midnight = int(dt.datetime(2024, 3, 1, tzinfo=dt.UTC).timestamp())
    assert (found["steps"].clock, found["steps"].values.tolist()) == (Clock.LOCAL, [5, 7])
    assert found["steps"].times_utc.tolist() == [midnight + 60, midnight + 120]


@pytest.mark.parametrize(
    "series",
    [
        {"period": 0, "data": "60"}, {"interval": 1, "intervalUnit": "furlong", "data": "60"}, {"data": "60"},
        {"period": 1e30, "data": "60"}, {"period": 60_000, "dimensions": 3, "data": "60"},
        {"period": 60_000, "data": "1e999 sixty"},
    ],
)  # fmt: skip
def test_a_series_that_cannot_be_placed_is_counted(tmp_path: Path, series: dict[str, Any]) -> None:
    """Failure 9: sizes of nothing and of everything."""
    good = _observation("8867-4", **AT, **_quantity(61, "/min"))
    bad = _observation("8867-4", valueSampledData={"origin": {"value": 0, "code": "/min"}, **series}, **AT)
    reading = _read(tmp_path, good, bad)
    assert _recordings(reading)["heart_rate"].values.tolist() == [61]
    assert reading.report.records_seen == reading.report.records_kept + reading.report.records_dropped
    assert reading.report.records_dropped == len(series["data"].split())


def test_local_and_unknown_codes_are_counted_and_left(tmp_path: Path) -> None:
    """I-15: not mapped silently."""
    both = {"coding": [{"system": "urn:clinic", "code": "HR"}, {"system": LOINC, "code": "8867-4"}]}
    reading = _read(
        tmp_path, _observation("HR", "urn:clinic", **AT, **_quantity(61, "/min")), {**_observation("x"), "code": 5},
        {**_observation("x", **AT, **_quantity(62, "/min")), "code": both},
        _observation("72166-2", valueString="never"),
    )  # fmt: skip
    assert _recordings(reading)["heart_rate"].values.tolist() == [62]
    assert dict(reading.report.unknown) == {
        "code urn:clinic HR": 1, "code (none)": 1, "code http://loinc.org 72166-2": 1
    }  # fmt: skip


def test_what_is_no_amount_is_counted_by_its_reason(tmp_path: Path) -> None:
    """T-13: absent is never 0."""
    odd = [
        {**_observation("8867-4", **AT, **_quantity(61, "/min")), "status": "entered-in-error"},
        _observation("8867-4", **AT, dataAbsentReason={"text": "error"}), _observation("8867-4", **AT),
        _observation("8867-4", **AT, **_quantity(200, "/min", comparator=">")),
        _observation("8867-4", **_quantity(61, "/min")), _observation("8867-4", **AT, **_quantity("many", "/min")),
        _observation("8867-4", **AT, **_quantity(61, "furlong")),
        _observation("8867-4", effectiveDateTime="2024-03", **_quantity(61, "/min")),
        _observation("8867-4", effectivePeriod={"start": "2024-03-01"}, **_quantity(61, "/min")),
        _observation("8867-4", effectivePeriod=5, **_quantity(61, "/min")),
    ]  # fmt: skip
    reading = _read(tmp_path, _observation("8867-4", **PERIOD, **_quantity(61, "/min")), *odd)
    assert _recordings(reading)["heart_rate"].values.tolist() == [61]
    assert dict(reading.report.dropped) == {
        "observation that was cancelled or entered in error": 1, "value that is absent, with the reason": 1,
        "not a number": 2, "a bound (less than, more than), not an amount": 1,
        "row without a time that can be understood": 4, "amount in a unit that is not known": 1,
    }  # fmt: skip


def test_an_instant_and_a_beginning_are_moments_too(tmp_path: Path) -> None:
    reading = _read(
        tmp_path, _observation("8867-4", effectiveInstant="2024-03-01T21:00:00.000+00:00", **_quantity(61, "/min")),
        _observation("8867-4", effectivePeriod={"start": "2024-03-01T22:05:00+01:00"}, **_quantity(62, "/min")),
    )  # fmt: skip
    assert _recordings(reading)["heart_rate"].times_utc.tolist() == [T0, T0 + 300]


def test_our_own_codes_are_read_exactly(tmp_path: Path) -> None:
    series = {
        "origin": {"value": 0, "unit": "share", "code": "1"},
        "period": 60_000,
        "dimensions": 1,
        "data": "0.1 0.25",
    }
    reading = _read(
        tmp_path,
        _observation("pnn20", "urn:sennight:channel", effectiveDateTime="2024-03-01", valueSampledData=series),
        _observation("age_years", "urn:sennight:fact", **_quantity(41, "a", unit="years")),
        _observation("phq9", "urn:sennight:fact", **AT, **_quantity(4, "{points}", unit="points")),
    )  # fmt: skip
    np.testing.assert_array_equal(_recordings(reading)["pnn20"].values, np.array([0.1, 0.25], dtype=np.float32))
    assert reading.facts.columns["age_years"].unit == "years"
    assert np.isnat(reading.facts.columns["age_years"].dates[0])
    assert reading.facts.columns["phq9"].dates.tolist() == [dt.date(2024, 3, 1)]
