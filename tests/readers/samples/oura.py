"""Small Oura exports, made here."""

import json
import zipfile
from pathlib import Path

NIGHT = {
    "id": "a",
    "day": "2024-03-02",
    "type": "long_sleep",
    "bedtime_start": "2024-03-01T23:00:00+01:00",
    "bedtime_end": "2024-03-02T00:30:00+01:00",
    "sleep_phase_5_min": "442221113332222224",
    "heart_rate": {
        "interval": 300,
        "items": [60, None, 58, *range(50, 65)],
        "timestamp": "2024-03-01T23:00:00+01:00",
    },
    "hrv": {"interval": 300, "items": [None, 40, 42, *range(30, 45)], "timestamp": "2024-03-01T23:00:00+01:00"},
    "average_hrv": 41,
    "lowest_heart_rate": 50,
    "average_breath": 14.5,
    "total_sleep_duration": 4_500,
    "efficiency": 83,
}
DAY = {
    "day": "2024-03-02",
    "timestamp": "2024-03-02T04:00:00+01:00",
    "class_5_min": "00123455",
    "met": {"interval": 60, "items": [0.1] * 10 + [1.2] * 30, "timestamp": "2024-03-02T04:00:00+01:00"},
    "steps": 8_000,
    "equivalent_walking_distance": 6_000,
    "total_calories": 2_300,
}
OLD_NIGHT = {
    "summary_date": "2020-03-02",
    "is_longest": 1,
    "bedtime_start": "2020-03-01T23:00:00+01:00",
    "bedtime_end": "2020-03-02T00:00:00+01:00",
    "hypnogram_5min": "442211133322",
    "hr_5min": [0, 60, 61, 58, 57, 56, 55, 55, 56, 57, 58, 0],
    "rmssd_5min": [0, 40, 41, 42, 43, 44, 45, 44, 43, 42, 41, 0],
}


def oura_json(folder: Path) -> Path:
    """One night, one day and some pulses, as the interface's second version gives them."""
    path = folder / "oura.json"
    pulses = [{"timestamp": f"2024-03-02T09:{i:02d}:00+00:00", "bpm": 60 + i, "source": "awake"} for i in range(20)]
    path.write_text(json.dumps({"sleep": [NIGHT], "daily_activity": {"data": [DAY]}, "heartrate": {"data": pulses}}))
    return path


def oura_old_json(folder: Path) -> Path:
    """One night of the first version."""
    path = folder / "oura_2020.json"
    path.write_text(json.dumps({"sleep": [OLD_NIGHT]}))
    return path


def table(records: list[dict[str, object]]) -> str:
    """A CSV as Oura's account export writes it: semicolons, lists and objects as JSON in quotation marks."""
    lines = [";".join(records[0])]
    for record in records:
        cells = [json.dumps(v) if isinstance(v, dict) else "" if v is None else str(v) for v in record.values()]
        lines.append(";".join('"' + c.replace('"', '""') + '"' if '"' in c else c for c in cells))
    return "\n".join(lines) + "\n"


def oura_app_data(folder: Path) -> Path:
    """The account export as a zip of CSVs."""
    path = folder / "oura_data.zip"
    pulse = "timestamp;bpm;source\n" + "".join(f"2024-03-02T09:{i:02d}:00.000Z;{60 + i};awake\n" for i in range(20))
    warm = "timestamp;skin_temp\n" + "".join(f"2024-03-02T01:{i:02d}:00.000Z;3{i % 5}.{i % 10}\n" for i in range(20))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("App Data/sleepmodel.csv", table([NIGHT]))
        archive.writestr("App Data/dailyactivity.csv", table([DAY]))
        archive.writestr("App Data/heartrate.csv", pulse)
        archive.writestr("App Data/temperature.csv", warm)
        archive.writestr("App Data/dailyspo2.csv", 'id;day;spo2_percentage\na;2024-03-02;{"average": 96.5}\n')
        archive.writestr("App Data/enhancedtag.csv", "id;day;text\na;2024-03-02;b\n")
    return path


SAMPLES = (oura_json, oura_old_json, oura_app_data)
