"""Small pages of open-wearables, made here."""

import json
from pathlib import Path
from typing import Any

WATCH = {"provider": "garmin", "device": "Forerunner 255"}


def sample(minute: int, kind: str, value: float, unit: str) -> dict[str, Any]:
    """One sample of a page."""
    at = f"2024-03-02T09:{minute:02d}:00Z"
    return {"timestamp": at, "zone_offset": "+01:00", "type": kind, "value": value, "unit": unit, "source": WATCH}


def page(records: list[dict[str, Any]], *, has_more: bool = False) -> str:
    """A page as the gateway gives it."""
    return json.dumps({"data": records, "pagination": {"next_cursor": None, "has_more": has_more}, "metadata": {}})


def series(folder: Path) -> Path:
    """Pulses, steps and HRV of one watch."""
    records = [sample(i, "heart_rate", 60 + i, "bpm") for i in range(20)]
    records += [sample(i, "steps", 10 * i, "count") for i in range(20)]
    records += [sample(0, "heart_rate_variability_sdnn", 60, "ms"), sample(5, "resting_heart_rate", 52, "bpm")]
    path = folder / "timeseries.json"
    path.write_text(page(records))
    return path


def folder_of_pages(folder: Path) -> Path:
    """Samples and a night in files of their own."""
    root = folder / "gateway"
    root.mkdir(exist_ok=True)
    series(root)
    night = {
        "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "start_time": "2024-03-01T22:00:00Z",
        "end_time": "2024-03-02T05:00:00Z",
        "zone_offset": "+01:00",
        "source": WATCH,
        "duration_seconds": 25_200,
        "efficiency_percent": 90.5,
        "stages": {"awake_minutes": 20, "light_minutes": 220, "deep_minutes": 80, "rem_minutes": 100},
        "is_nap": False,
    }
    (root / "sleep.json").write_text(page([night]))
    return root


SAMPLES = (series, folder_of_pages)
