"""Small Fitbit exports, made here."""

import json
import zipfile
from pathlib import Path

NIGHT = {
    "logId": 1,
    "dateOfSleep": "2024-03-02",
    "type": "stages",
    "mainSleep": True,
    "minutesAsleep": 40,
    "levels": {
        "data": [
            {"dateTime": "2024-03-01T23:00:30.000", "level": "light", "seconds": 1_800},
            {"dateTime": "2024-03-01T23:30:30.000", "level": "deep", "seconds": 600},
        ],
        "shortData": [{"dateTime": "2024-03-01T23:10:00.000", "level": "wake", "seconds": 60}],
    },
}


def fitbit_night(folder: Path) -> Path:
    """One night, a file on its own."""
    path = folder / "sleep-2024-03-01.json"
    path.write_text(json.dumps([NIGHT]))
    return path


def fitbit_takeout(folder: Path) -> Path:
    """One day of a personal export as a zip, folder names in Spanish."""
    steps = [{"dateTime": f"03/01/24 10:{i:02d}:00", "value": str(i)} for i in range(40)]
    pulse = [
        {"dateTime": f"03/01/24 10:{i:02d}:{s:02d}", "value": {"bpm": 60 + i, "confidence": 2}}
        for i in range(10)
        for s in (5, 25)
    ]
    path = folder / "takeout.zip"
    base = "Takeout/Fitbit/Datos de exportación globales"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{base}/steps-2024-03-01.json", json.dumps(steps))
        archive.writestr(f"{base}/heart_rate-2024-03-01.json", json.dumps(pulse))
        archive.writestr(f"{base}/sleep-2024-03-01.json", json.dumps([NIGHT]))
    return path


def fitbit_csv(folder: Path) -> Path:
    """Fitabase minutes of two people."""
    rows = [f"{who},4/12/2016 12:{i:02d}:00 AM,{i}" for who in (1503960366, 1624580081) for i in range(30)]
    path = folder / "minuteStepsNarrow_merged.csv"
    path.write_text("Id,ActivityMinute,Steps\n" + "\n".join(rows) + "\n")
    return path


SAMPLES = (fitbit_takeout, fitbit_night, fitbit_csv)
