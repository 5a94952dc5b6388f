"""Small FHIR bundles and bulk exports, made here."""

import json
from pathlib import Path
from typing import Any


def observation(code: str, system: str = "http://loinc.org", **more: Any) -> dict[str, Any]:
    """An Observation of a code."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": "Patient/p1"},
        **more,
    }


def quantity(value: float, unit: str) -> dict[str, Any]:
    """An amount in a unit of UCUM."""
    return {"valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}}


def resources() -> list[dict[str, Any]]:
    """A patient with an hour of pulse, steps, a series of SpO2, a weight and a blood pressure."""
    made: list[dict[str, Any]] = [{"resourceType": "Patient", "id": "p1", "gender": "female"}]
    made += [
        observation("8867-4", effectiveDateTime=f"2024-03-01T22:{i:02d}:00+01:00", **quantity(60.0 + i % 9, "/min"))
        for i in range(60)
    ]
    made += [
        observation("55423-8", **quantity(float(i), "{steps}"), effectivePeriod={
            "start": f"2024-03-01T21:{i:02d}:00+01:00", "end": f"2024-03-01T21:{i + 1:02d}:00+01:00"
        })
        for i in range(30)
    ]  # fmt: skip
    series = {"origin": {"value": 0, "code": "%"}, "period": 60_000, "dimensions": 1, "data": "96 97 E 95 U 96.5"}
    made.append(observation("59408-5", effectiveDateTime="2024-03-01T23:00:00+01:00", valueSampledData=series))
    made.append(observation("29463-7", effectiveDateTime="2024-03-01", **quantity(80.5, "kg")))
    parts = [
        {"code": {"coding": [{"system": "http://loinc.org", "code": c}]}, **quantity(v, "mm[Hg]")}
        for c, v in (("8480-6", 120.0), ("8462-4", 80.0))
    ]
    made.append(observation("85354-9", effectiveDateTime="2024-03-01T08:00:00+01:00", component=parts))
    return made


def fhir_bundle(folder: Path) -> Path:
    """As one bundle."""
    entries = [{"fullUrl": f"urn:uuid:{i}", "resource": r} for i, r in enumerate(resources())]
    path = folder / "bundle.json"
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=1))
    return path


def fhir_bulk(folder: Path) -> Path:
    """As a bulk export: a folder with a file a kind, a resource a line."""
    inside = folder / "bulk"
    inside.mkdir(exist_ok=True)
    for kind in ("Patient", "Observation"):
        lines = [json.dumps(r) for r in resources() if r["resourceType"] == kind]
        (inside / f"{kind}.ndjson").write_text("\n".join(lines) + "\n")
    return inside


SAMPLES = (fhir_bundle, fhir_bulk)

REAL = ""
SECOND = "fhir.resources, every bundle we write"
