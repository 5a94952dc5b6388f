"""Small files of Open mHealth and IEEE 1752.1 points, made here."""

import json
from pathlib import Path
from typing import Any


def point(name: str, body: dict[str, Any], *, namespace: str = "omh", source: str = "Example Band") -> dict[str, Any]:
    """A data point with its header."""
    return {
        "header": {
            "id": f"{name}-{len(json.dumps(body))}",
            "creation_date_time": "2024-03-02T08:00:00+01:00",
            "schema_id": {"namespace": namespace, "name": name, "version": "1.0"},
            "acquisition_provenance": {"source_name": source, "modality": "sensed"},
        },
        "body": body,
    }


def at(text: str) -> dict[str, Any]:
    """A moment."""
    return {"effective_time_frame": {"date_time": text}}


def between(start: str, stop: str) -> dict[str, Any]:
    """A span."""
    return {"effective_time_frame": {"time_interval": {"start_date_time": start, "end_date_time": stop}}}


def points() -> list[dict[str, Any]]:
    """An hour of pulse and steps, a night, a weight."""
    made = [
        point("heart-rate", {
            "heart_rate": {"value": 60 + i % 9, "unit": "beats/min"}, **at(f"2024-03-01T22:{i:02d}:00+01:00"),
        })
        for i in range(60)
    ]  # fmt: skip
    made += [
        point("step-count", {
            "step_count": {"value": i, "unit": "steps"},
            **between(f"2024-03-01T21:{i:02d}:00+01:00", f"2024-03-01T21:{i + 1:02d}:00+01:00"),
        })
        for i in range(30)
    ]  # fmt: skip
    stages = (("light", 23, 0, 30), ("deep", 23, 30, 59))
    made += [
        point("sleep-stage", {
            "sleep_stage": stage, **between(f"2024-03-01T{h}:{a:02d}:00+01:00", f"2024-03-01T{h}:{b:02d}:00+01:00"),
        }, namespace="ieee")
        for stage, h, a, b in stages
    ]  # fmt: skip
    made.append(
        point("body-weight", {"body_weight": {"value": 176.37, "unit": "lb"}, **at("2024-03-01T07:00:00+01:00")})
    )
    return made


def open_mhealth_list(folder: Path) -> Path:
    """All points as one list."""
    path = folder / "points.json"
    path.write_text(json.dumps(points()))
    return path


def open_mhealth_lines(folder: Path) -> Path:
    """One point a line."""
    path = folder / "points.ndjson"
    path.write_text("\n".join(map(json.dumps, points())) + "\n")
    return path


def study_form(folder: Path) -> Path:
    """A study's form: one header, a body whose lists hold the measurements."""
    header = {**point("heart-rate", {})["header"], "user_id": "A-7"}
    pulse = [
        {"heart_rate": {"value": 60 + i % 5, "unit": "beats/min"}, **at(f"2024-03-01T22:{i:02d}:00Z")}
        for i in range(50)
    ]
    path = folder / "7_heartrate.json"
    path.write_text(json.dumps({"header": header, "body": {"heart_rate": pulse}}, indent=1))
    return path


SAMPLES = (open_mhealth_list, open_mhealth_lines, study_form)
