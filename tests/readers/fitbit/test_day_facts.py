"""Days and nights of both layouts as dated facts. All data synthetic."""

import datetime as dt
import json
from pathlib import Path

import pytest

from sennight.readers import read
from sennight.record import Facts

STEP = [{"dateTime": "03/02/24 10:00:00", "value": "5"}]


def _facts(folder: Path, **files: str) -> Facts:
    (folder / "steps-2024-03-01.json").write_text(json.dumps(STEP))
    for name, text in files.items():
        (folder / name).write_text(text)
    return read(folder).facts


TABLES = [
    ("Daily SpO2 - 2024-03-01-2024-06-08.csv",
     "timestamp,average_value,lower_bound,upper_bound\n2024-03-01T00:00:00Z,95.5,93.0,99.0\n",
     {"night_spo2": 95.5, "night_spo2_low": 93.0, "night_spo2_high": 99.0}),
    ("Daily Heart Rate Variability Summary - 2024-03-(01).csv",
     "timestamp,rmssd,nremhr,entropy\n2024-03-01T00:00:00,47.5,54.2,0\n",
     {"night_rmssd": 47.5, "night_heart_rate_nrem": 54.2}),
    ("daily_heart_rate_variability.csv",
     "timestamp,average heart rate variability milliseconds,non rem heart rate beats per minute,entropy\n"
     "2024-03-01T00:00:00Z,41.5,58,2.9\n", {"night_rmssd": 41.5, "night_heart_rate_nrem": 58, "night_rr_entropy": 2.9}),
    ("Daily Respiratory Rate Summary - 2024-03-01.csv", "timestamp,daily_respiratory_rate\n2024-03-01T00:00:00,15.4\n",
     {"night_respiration_rate": 15.4}),
    ("daily_resting_heart_rate.csv", "timestamp,beats per minute,data source\n2024-03-01T00:00:00Z,61,Watch\n",
     {"resting_heart_rate": 61}),
    ("Computed Temperature - 2024-03-01.csv",
     "type,sleep_start,sleep_end,temperature_samples,nightly_temperature\nSKIN,2024-02-29T23:15,2024-03-01T07:05,530,31.4\n",
     {"night_skin_temperature": 31.4}),
    ("Stress Score.csv", "DATE,UPDATED_AT,STRESS_SCORE\n2024-03-01T00:00:00,x,71\n2024-03-02T00:00:00,x,0\n",
     {"day_stress_score": 71}),
    ("weight.csv", "timestamp,weight grams,data source\n2024-03-01T08:00:00.123456Z,80500,App\n", {"weight_kg": 80.5}),
    ("daily_readiness.csv", "timestamp,readiness score,data source\n2024-03-01T00:00:00,74,App\n",
     {"day_readiness_score": 74}),
    ("daily_readiness.csv", "timestamp,type,score,data source\n2024-03-01T00:00:00,X,74,App\n",
     {"day_readiness_score": 74}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "expected"), TABLES, ids=[case[0] for case in TABLES])
def test_each_table_of_days_becomes_facts_of_its_date(
    tmp_path: Path, name: str, text: str, expected: dict[str, float]
) -> None:
    """Failure 7; 0 is "none was computed" (failure 27)."""
    facts = _facts(tmp_path, **{name: text})
    assert {n: c.values.tolist() for n, c in facts.columns.items()} == {
        n: pytest.approx([v]) for n, v in expected.items()
    }
    assert {d for c in facts.columns.values() for d in c.dates.tolist()} == {dt.date(2024, 3, 1)}


def test_a_moment_of_the_night_is_brought_to_the_local_date(tmp_path: Path) -> None:
    """T-02: 22:30 UTC is the next day in Vienna."""
    (tmp_path / "Profile.csv").write_text("id,timezone\nX,Europe/Vienna\n")
    header = "sleep_log_entry_id,timestamp,overall_score"
    facts = _facts(tmp_path, **{"sleep_score.csv": f"{header}\n1,2024-07-01T22:30:00Z,80\n2,2024-07-03T00:00:00Z,81\n"})
    column = facts.columns["night_sleep_score"]
    assert column.dates.tolist() == [dt.date(2024, 7, 2), dt.date(2024, 7, 3)]


def test_minutes_of_activity_become_facts_without_placeholders(tmp_path: Path) -> None:
    """Failure 27: days without wear, and days that have not come yet, are filled in by Fitbit."""

    def days(*values: tuple[str, str]) -> str:
        return json.dumps([{"dateTime": f"{d}/24 00:00:00", "value": v} for d, v in values])

    facts = _facts(
        tmp_path,
        **{
            "sedentary_minutes-2024-03-01.json": days(("03/01", "700"), ("03/02", "1440"), ("11/02", "1440")),
            "very_active_minutes-2024-03-01.json": days(
                ("03/01", "30"), ("03/02", "0"), ("11/01", "0"), ("03/01", "30")
            ),
            "lightly_active_minutes-2024-03-01.json": days(("03/01", "-5"), ("03/99", "5")),
        },
    )
    assert facts.columns["day_sedentary"].values.tolist() == [700]
    assert facts.columns["day_very_active"].values.tolist() == [30]
    assert "day_lightly_active" not in facts.columns
    report = read(tmp_path).report
    assert report.dropped["day that Fitbit filled in without wear"] == 4
    assert report.dropped["repeated row"] == 1
    assert report.records_seen == report.records_kept + report.records_dropped


def test_weight_without_a_unit_is_in_pounds_and_flagged(tmp_path: Path) -> None:
    """Failure 4: a missing unit follows a declared rule, which the report says."""
    logs = [{"logId": 1, "weight": 191.8, "date": "03/01/24", "time": "23:59:59"}, {"weight": 0, "date": "03/02/24"}, 5]
    facts = _facts(tmp_path, **{"weight-2024-03-01.json": json.dumps(logs)})
    assert facts.columns["weight_kg"].values.tolist() == pytest.approx([86.99901])
    report = read(tmp_path).report
    assert any("pounds" in note for note in report.notes)
    assert report.converted == {"lb -> kg": 1}


def test_the_newer_layout_speaks_where_both_have_a_day(tmp_path: Path) -> None:
    old = [{"value": {"date": d, "value": v}} for d, v in (("03/01/24", 60.2), ("03/02/24", 61.0), (None, 0.0))]
    facts = _facts(
        tmp_path,
        **{
            "resting_heart_rate-2024-03-01.json": json.dumps(old),
            "daily_resting_heart_rate.csv": "timestamp,beats per minute,data source\n2024-03-01T00:00:00Z,59,Watch\n",
        },
    )
    column = facts.columns["resting_heart_rate"]
    assert dict(zip(column.dates.tolist(), column.values.tolist(), strict=True)) == {
        dt.date(2024, 3, 1): 59, dt.date(2024, 3, 2): 61
    }  # fmt: skip
    assert read(tmp_path).report.dropped["repeated row"] == 1


def test_vo2max_takes_the_filtered_estimate(tmp_path: Path) -> None:
    records = [
        {"dateTime": "03/01/24 00:00:00", "value": {"demographicVO2Max": 40.1, "filteredDemographicVO2Max": 41.2}},
        {"dateTime": "03/02/24 00:00:00", "value": {"filteredDemographicVO2Max": "?"}},
        {"dateTime": "03/03/24 00:00:00", "value": "41"},
    ]
    facts = _facts(tmp_path, **{"demographic_vo2_max-2024-03-01.json": json.dumps(records)})
    assert facts.columns["vo2max"].values.tolist() == [41.2]


def test_a_table_of_days_that_is_none_is_named(tmp_path: Path) -> None:
    """I-11."""
    _facts(tmp_path, **{"Stress Score.csv": "DATE,SCORE\n2024-03-01,5\n", "weight-2024-03-01.json": "{}",
                        "daily_readiness.csv": "day\n1\n"})  # fmt: skip
    report = read(tmp_path).report
    assert set(report.failed) == {"Stress Score.csv", "weight-2024-03-01.json", "daily_readiness.csv"}
