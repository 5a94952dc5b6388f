"""Small exports of Zepp and Mi Fitness, made here."""

import csv
import io
import json
from pathlib import Path
from typing import Any

NINE = 1_709_370_000  # 2024-03-02 09:00:00 UTC
NIGHT_START = 1_709_330_400  # 2024-03-01 22:00:00 UTC
PULSE = "\ufeffdate,time,heartRate\n" + "".join(f"2024-03-02,10:{i:02d},{60 + i}\n" for i in range(20))
PULSE += "2024-03-02,10:20,255\n2024-03-02,10:21,0\n"
STEPS = "\ufeffdate,time,steps\n" + "".join(f"2024-03-02,10:{i:02d},{i}\n" for i in range(20))
NIGHTS = (
    "\ufeffdate,deepSleepTime,shallowSleepTime,wakeTime,start,stop,REMTime,naps\n"
    "2024-03-02,76,206,5,2024-03-01 22:00:00+0000,2024-03-02 04:00:00+0000,67,\n"
    "2024-03-03,0,0,0,2024-03-03 00:00:00+0000,2024-03-03 00:00:00+0000,0,\n"
)
DAYS = "\ufeffdate,steps,distance,runDistance,calories\n2024-03-02,8342,6200,0,320\n2024-03-03,0,0,0,0\n"
BODY = (
    "\ufefftime,weight,height,bmi,fatRate,bodyWaterRate,boneMass,metabolism,muscleRate,visceralFat\n"
    "2024-03-02 07:00:00+0000,61.4,165.0,22.6,35.5,46.0,2.4,1173.0,37.29,6.0\n"
    "2024-03-03 07:00:00+0000,61.2,165.0,22.5,null,null,null,null,null,null\n"
)


def zepp_folder(folder: Path) -> Path:
    """The unpacked export of Zepp Life."""
    root = folder / "zepp"
    tables = {
        "HEARTRATE_AUTO": PULSE,
        "ACTIVITY_MINUTE": STEPS,
        "SLEEP": NIGHTS,
        "ACTIVITY": DAYS,
        "BODY": BODY,
        "USER": "\ufeffuserId,gender\n1,1\n",
    }
    for name, text in tables.items():
        (root / name).mkdir(parents=True, exist_ok=True)
        (root / name / f"{name}_1709400000000.csv").write_text(text, encoding="utf-8")
    return root


def mi_fitness(folder: Path) -> Path:
    """The long table of Mi Fitness."""
    night = {
        "bedtime": NIGHT_START,
        "wake_up_time": NIGHT_START + 3_600,
        "timezone": 4,
        "sleep_deep_duration": 20,
        "sleep_light_duration": 40,
        "items": [
            {"start_time": NIGHT_START, "end_time": NIGHT_START + 2_400, "state": 3},
            {"start_time": NIGHT_START + 2_400, "end_time": NIGHT_START + 3_600, "state": 2},
        ],
    }
    rows: list[tuple[str, int, dict[str, Any]]] = [("sleep", NIGHT_START + 3_600, night)]
    rows += [("heart_rate", NINE + 60 * i, {"time": NINE + 60 * i, "bpm": 60 + i}) for i in range(20)]
    rows += [("heart_rate", NINE + 2_000, {"time": NINE + 2_000, "bpm": 255})]
    rows += [("steps", NINE + 60 * i, {"time": NINE + 60 * i, "steps": i, "distance": i}) for i in range(20)]
    rows += [("spo2", NINE, {"time": NINE, "spo2": 97}), ("stress", NINE, {"time": NINE, "stress": 30})]
    rows += [("resting_heart_rate", NINE, {"date_time": 1_709_337_600, "bpm": 55})]
    path = folder / "20240303_1_MiFitness_hlth_center_fitness_data.csv"
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["Uid", "Sid", "Key", "Time", "Value", "UpdateTime"])
    writer.writerows(["1", "790547985", key, at, json.dumps(value), at] for key, at, value in rows)
    path.write_text(text.getvalue())
    return path


SAMPLES = (zepp_folder, mi_fitness)
