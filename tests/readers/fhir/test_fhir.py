"""Bundles, bulk exports, patients and devices. All data synthetic."""

import json
from pathlib import Path
from typing import Any

import pytest

from sennight.errors import ReadError
from sennight.readers.fhir import READER

AT = {"effectiveDateTime": "2024-03-01T22:00:00+01:00"}


def _pulse(value: float, subject: str = "Patient/p1", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "status": "final", **AT, "subject": {"reference": subject},
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
        "valueQuantity": {"value": value, "code": "/min"}, **more,
    }  # fmt: skip


def _bundle(path: Path, *entries: Any) -> Path:
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "searchset", "total": 9, "entry": list(entries)}))
    return path


def test_one_patient_is_a_personal_export_and_several_are_a_cohort(tmp_path: Path) -> None:
    one = READER.read(_bundle(tmp_path / "a.json", {"resource": _pulse(61)}))
    assert ([p.id for p in one.people], one.personal) == (["fhir-1"], True)
    both = READER.read(_bundle(tmp_path / "b.json", {"resource": _pulse(61)}, {"resource": _pulse(62, "Patient/p2")}))
    assert ([p.id for p in both.people], both.personal) == (["fhir-p1", "fhir-p2"], False)


def test_references_are_resolved_whatever_the_order(tmp_path: Path) -> None:
    """Failure 33: a device by its model; names and serial numbers are not looked at."""
    ours = {"system": "urn:sennight:person", "value": "anna_7"}
    patient = {"resourceType": "Patient", "id": "77", "name": [{"family": "Synthetic"}], "identifier": [{}, 5, ours]}
    device = {
        "resourceType": "Device",
        "id": "d1",
        "serialNumber": "4711",
        "deviceName": [{"name": "Watch  2", "type": "model-name"}],
    }
    other = {"resourceType": "Device", "id": "d2", "displayName": "Band"}
    reading = READER.read(
        _bundle(
            tmp_path / "a.json",
            {"resource": _pulse(61, "urn:uuid:1", device={"reference": "Device/d1"})},
            {"resource": _pulse(62, "Patient/88", device={"reference": "Device/d2"})},
            {"resource": _pulse(63, "Patient/88", device={"display": "Ring"})},
            {"fullUrl": "urn:uuid:1", "resource": patient}, {"resource": device}, {"resource": other},
        )
    )  # fmt: skip
    people = {p.id: sorted(r.device for r in p.recordings) for p in reading.people}
    assert people == {"fhir-anna_7": ["Watch 2"], "fhir-88": ["Band", "Ring"]}
    assert "Synthetic" not in json.dumps(reading.report.to_json())


def test_a_bulk_export_is_read_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "Observation.000.ndjson").write_text("\n".join(json.dumps(_pulse(60 + i)) for i in range(3)) + "\n")
    (tmp_path / "Patient.ndjson").write_text('{"resourceType": "Patient", "id": "p1"}\n')
    (tmp_path / "Encounter.ndjson").write_text('{"resourceType": "Encounter"}\n')
    reading = READER.read(tmp_path)
    (person,) = reading.people
    assert person.recordings[0].values.tolist() == [60, 61, 62]
    assert reading.report.unknown["file Encounter.ndjson"] == 1


def test_other_resources_are_counted_and_a_bad_file_named(tmp_path: Path) -> None:
    """Failures 23 and 35."""
    _bundle(tmp_path / "a.json", {"resource": _pulse(61)}, {"resource": {"resourceType": "Condition"}}, 5, {})
    (tmp_path / "b.json").write_text('{"resourceType": "Bundle", nonsense')
    reading = READER.read(tmp_path)
    assert len(list(reading.people)) == 1
    assert reading.report.unknown == {"resource Condition": 1, "value that is no resource": 1, "resource None": 1}
    assert list(reading.report.failed) == ["b.json"]


def test_a_cut_bundle_keeps_what_came_before(tmp_path: Path) -> None:
    """Failure 11."""
    entries = [
        {"resource": {**_pulse(60 + i), "effectiveDateTime": f"2024-03-01T22:{i:02d}:00+01:00"}} for i in range(20)
    ]
    path = _bundle(tmp_path / "a.json", *entries)
    path.write_text(path.read_text()[: int(path.stat().st_size * 0.6)])
    reading = READER.read(path)
    (person,) = reading.people
    n = len(person.recordings[0].values)
    assert 0 < n < 20
    assert person.recordings[0].values.tolist() == [60 + i for i in range(n)]
    assert list(reading.report.cut_short) == ["a.json"]


def test_facts_alone_are_enough_and_nothing_is_not(tmp_path: Path) -> None:
    age = {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/p1"},
           "code": {"coding": [{"system": "urn:sennight:fact", "code": "age_years"}]},
           "valueQuantity": {"value": 41, "unit": "years"}}  # fmt: skip
    months = {**age, "valueQuantity": {"value": 492, "unit": "months"}}
    reading = READER.read(_bundle(tmp_path / "a.json", {"resource": age}, {"resource": months}))
    assert reading.facts.latest("age_years") == {"fhir-1": 41}
    assert list(reading.people) == []
    with pytest.raises(ReadError, match="without an Observation"):
        READER.read(_bundle(tmp_path / "b.json", {"resource": {"resourceType": "Patient", "id": "1"}}))


def test_json_of_others_is_not_claimed(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"resourceType": "Questionnaire"}')
    assert not READER.claims(tmp_path)
    with pytest.raises(ReadError, match="no FHIR resource"):
        READER.read(tmp_path)
