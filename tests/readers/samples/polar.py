"""Small Polar exports, made here."""

import json
import zipfile
from pathlib import Path

DAY = {
    "exportVersion": "1.0",
    "date": "2024-03-02",
    "summary": {"stepCount": 5_000, "calories": 2_200, "stepsDistance": 3_900.5},
    "samples": {
        "mets": [{"localTime": f"10:{i:02d}:00", "value": 1.0 + i / 10} for i in range(20)],
        "steps": [{"localTime": f"10:{i:02d}:00.000", "value": 5 * i} for i in range(20)],
        "metSources": ["DEVICE"],
    },
}
PULSE = {
    "deviceDays": [
        {
            "userId": 1,
            "deviceId": "A1B2C3D4",
            "date": "2024-03-02",
            "samples": [{"heartRate": 60 + i, "secondsFromDayStart": 36_000 + 300 * i} for i in range(20)],
        }
    ]
}
NIGHTS = [
    {
        "night": "2024-03-02",
        "sleepResult": {
            "hypnogram": {
                "sleepStart": "2024-03-01T23:00:00.000+01:00",
                "sleepEnd": "2024-03-02T00:30:00.000+01:00",
                "sleepStateChanges": [
                    {"offsetFromStart": "PT0S", "state": "WAKE"},
                    {"offsetFromStart": "PT10M", "state": "NONREM2"},
                    {"offsetFromStart": "PT40M30S", "state": "NONREM3"},
                    {"offsetFromStart": "PT1H", "state": "REM"},
                    {"offsetFromStart": "PT1H30M30S", "state": "WAKE"},
                ],
            }
        },
        "evaluation": {
            "asleepDuration": "PT1H20M",
            "phaseDurations": {"light": "PT30M30S", "deep": "PT19M30S", "rem": "PT30M", "wake": "PT10M"},
            "analysis": {"efficiencyPercent": 88.9},
        },
    }
]
RECOVERY = [
    {
        "night": "2024-03-02",
        "meanNightlyRecoveryRri": 1_000,
        "meanNightlyRecoveryRmssd": 45,
        "meanNightlyRecoveryRespirationInterval": 4_000,
    }
]
TRAINING = {
    "exportVersion": "1.6",
    "startTime": "2024-03-02T17:00:00",
    "timezoneOffsetMinutes": 60,
    "exercises": [
        {
            "startTime": "2024-03-02T17:00:00",
            "timezoneOffsetMinutes": 60,
            "samples": {
                "samples": [{"type": "HEART_RATE", "intervalMillis": 1_000, "values": ["NaN", 120, 121, 0, 123]}]
            },
        }
    ],
}
OLD_TRAINING = {
    "exportVersion": "1.3",
    "exercises": [
        {
            "startTime": "2019-07-07T17:00:00.000",
            "timezoneOffset": 120,
            "samples": {
                "heartRate": [{"dateTime": f"2019-07-07T17:00:0{i}.000", "value": 100 + i} for i in range(5)],
            },
        }
    ],
}


def polar_zip(folder: Path) -> Path:
    """A day, a night, a pulse and two trainings of two layouts."""
    path = folder / "polar-user-data-export_1.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("activity-2024-03-02-abc.json", json.dumps(DAY))
        archive.writestr("247ohr_1_03-abc.json", json.dumps(PULSE))
        archive.writestr("sleep_result_1-abc.json", json.dumps(NIGHTS))
        archive.writestr("nightly_recovery_1-abc.json", json.dumps(RECOVERY))
        archive.writestr("nightly_recovery_blob_1-abc.json", "[]")
        archive.writestr("training-session_2024-03-02T17-00-00_1-abc.json", json.dumps(TRAINING))
        archive.writestr("training-session-2019-07-07-1-abc.json", json.dumps(OLD_TRAINING))
        archive.writestr("account-data-1-abc.json", "{}")
    return path


def polar_day(folder: Path) -> Path:
    """One day on its own."""
    path = folder / "activity-2024-03-02-abc.json"
    path.write_text(json.dumps(DAY))
    return path


SAMPLES = (polar_zip, polar_day)
