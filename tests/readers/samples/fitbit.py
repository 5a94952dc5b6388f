"""Small Fitbit exports, made here."""

import datetime as dt
import json
import zipfile
from pathlib import Path

SECONDS_PER_DAY = 86_400

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


def google_health(folder: Path) -> Path:
    """One night and a morning of the newer layout as a zip: CSV files with offsets and devices."""
    base = "Takeout/Google Health"
    pulse = [f"2024-03-01T22:{m:02d}:05Z,{55 + m % 9},Pixel Watch" for m in range(60)]
    steps = [f"2024-03-02T07:{m:02d}:00Z,{m},{who}" for m in range(30) for who in ("Pixel Watch", "MobileTrack")]
    spo2 = [f"2024-03-01T23:{m:02d}:00Z,{50.0 if m % 7 == 0 else 96.5}" for m in range(40)]
    hrv = [f"2024-03-02T00:{m:02d}:00,{41.5 + m},0.95,512.5,301.25" for m in range(0, 60, 5)]
    sleeps = "sleep_id,sleep_type,minutes_asleep,start_utc_offset,sleep_start,end_utc_offset,sleep_end\n"
    stages = (
        "sleep_id,sleep_stage_id,sleep_stage_type,start_utc_offset,sleep_stage_start,end_utc_offset,sleep_stage_end\n"
    )
    path = folder / "takeout-20240305T101500Z-001.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        activity, health = f"{base}/Physical Activity_GoogleData", f"{base}/Health Fitness Data_GoogleData"
        archive.writestr(
            f"{activity}/heart_rate_2024-03-01.csv",
            "timestamp,beats per minute,data source\n" + "\n".join(pulse) + "\n",
        )
        archive.writestr(f"{activity}/steps_2024-03-01.csv", "timestamp,steps,data source\n" + "\n".join(steps) + "\n")
        archive.writestr(
            f"{base}/Oxygen Saturation (SpO2)/Minute SpO2 - 2024-03-01.csv",
            "timestamp,value\n" + "\n".join(spo2) + "\n",
        )
        archive.writestr(
            f"{base}/Heart Rate Variability/Heart Rate Variability Details - 2024-03-02.csv",
            "timestamp,rmssd,coverage,low_frequency,high_frequency\n" + "\n".join(hrv) + "\n",
        )
        archive.writestr(
            f"{health}/UserSleeps_2024-03-02.csv",
            sleeps + "7,STAGES,120,+01:00,2024-03-01T22:00:00Z,+01:00,2024-03-02T00:10:00Z\n",
        )
        archive.writestr(
            f"{health}/UserSleepStages_2024-03-02.csv",
            stages
            + "7,1,LIGHT,+01:00,2024-03-01T22:00:00Z,+01:00,2024-03-01T23:00:00Z\n"
            + "7,2,REM,+01:00,2024-03-01T23:00:00Z,+01:00,2024-03-02T00:10:00Z\n",
        )
    return path


def _clock(s: int) -> str:
    return f"{s // 3_600:02d}:{s // 60 % 60:02d}:{s % 60:02d}"


def write_lifetime(path: Path, *, days: int, every_s: int) -> int:
    """An account export of so many days with a pulse every few seconds and steps and calories of every minute.

    A day is written once and its date is exchanged, which is quick. Returns the bytes of JSON.
    """
    size = 0
    first = dt.date(2016, 1, 1)
    pulse = [
        {"dateTime": f"DD {_clock(s)}", "value": {"bpm": 60 + s // 60 % 7 + s % 3, "confidence": 2}}
        for s in range(0, SECONDS_PER_DAY, every_s)
    ]
    minutes = [{"dateTime": f"DD {_clock(60 * m)}", "value": str(m % 9)} for m in range(1_440)]
    streams = {"heart_rate": json.dumps(pulse), "steps": json.dumps(minutes), "calories": json.dumps(minutes)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for i in range(days):
            day = first + dt.timedelta(days=i)
            for name, text in streams.items():
                content = text.replace("DD", f"{day:%m/%d/%y}").encode()
                size += len(content)
                archive.writestr(f"MyFitbitData/Physical Activity/{name}-{day}.json", content)
    return size


SAMPLES = (fitbit_takeout, fitbit_night, fitbit_csv, google_health)

REAL = "GGIRread: heart rate, steps, calories, sleep (JSON); public Fitabase sets"
SECOND = "the files' own sums; Fitbit's summary of the night within a minute"
