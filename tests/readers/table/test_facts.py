"""Facts tables: units, codes, dates, and the same ids as the recordings."""

import datetime as dt
from typing import Any

import pytest

FACTS = """\
name: study
prefix: study
facts:
  - files: ["people.csv"]
    person: id
    columns:
      age_years: years
      weight_kg: {column: Weight, unit: lb, to: kg, missing: [0]}
      anxiety: {column: level, unit: code, codes: {LOW: 0, HIGH: 2}, missing: ["unknown"]}
  - files: ["days.csv"]
    person: id
    date: day
    date_format: "%m/%d/%Y"
    columns:
      resting_heart_rate: {column: rhr, unit: beats/min}
  - files: ["scales.csv"]
    person: id
    rows: {name: scale, value: points, unit: points}
"""


def test_facts_get_units_codes_dates_and_the_same_ids(study: Any) -> None:
    folder = study.folder
    (folder / "people.csv").write_text(
        "id,age_years,Weight,level\n1,30,220.462,HIGH\n2,,0,what\n2,,0,what\n3,,,unknown\n"
    )
    (folder / "days.csv").write_text("id,day,rhr\n1,3/2/2024,61\n1,3/1/2024,60\n1,3/1/2024,60\n2,never,50\n")
    (folder / "scales.csv").write_text("id,scale,points\n1,PHQ,4\n2,PHQ,9\n")
    reading = study.read(study.mapping(FACTS))
    facts, dropped = reading.facts, reading.report.dropped
    assert list(reading.people) == []
    assert facts.latest("age_years") == {"study-1": 30}
    assert facts.latest("weight_kg") == {"study-1": pytest.approx(100, rel=1e-5)}
    assert facts.columns["weight_kg"].unit == "kg"
    assert facts.latest("anxiety") == {"study-1": 2}
    assert facts.latest("resting_heart_rate") == {"study-1": 61}
    assert facts.latest("phq") == {"study-1": 4, "study-2": 9}
    assert facts.columns["resting_heart_rate"].dates.tolist() == [dt.date(2024, 3, 1), dt.date(2024, 3, 2)]
    assert (dropped["fact: text without a code"], dropped["fact: repeated row"]) == (2, 1)
    assert dropped["fact: date that cannot be understood"] == 1


def test_facts_of_people_without_minutes_are_left_out_and_counted(study: Any) -> None:
    study.minutes("7,2024-03-01 12:00,61")
    (study.folder / "people.csv").write_text("who,age\n7,40\n8,50\n")
    facts = 'facts:\n  - {files: ["people.csv"], person: who, columns: {age_years: {column: age, unit: years}}}\n'
    reading = study.read(study.long(change=lambda text: text + facts))
    assert reading.facts.latest("age_years") == {"study-7": 40}
    assert reading.report.dropped["fact: person without minutes"] == 1


def test_a_constant_on_every_row_is_one_fact(study: Any) -> None:
    study.minutes("7,2024-03-01 12:00,61", "7,2024-03-01 12:01,61")
    facts = 'facts:\n  - {files: ["minutes.csv"], person: who, columns: {pulse: {column: hr, unit: beats/min}}}\n'
    reading = study.read(study.long(change=lambda text: text + facts))
    assert reading.facts.columns["pulse"].values.tolist() == [61]
