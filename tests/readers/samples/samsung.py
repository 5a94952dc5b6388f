"""Small Samsung Health exports, made here."""

import json
import zipfile
from pathlib import Path

MS = 1_000
NINE = 1_709_370_000  # 2024-03-02 09:00:00 UTC
HEART_RATE = (
    "com.samsung.shealth.tracker.heart_rate,6313004,7\n"
    "com.samsung.health.heart_rate.start_time,com.samsung.health.heart_rate.end_time,"
    "com.samsung.health.heart_rate.time_offset,com.samsung.health.heart_rate.heart_rate,"
    "com.samsung.health.heart_rate.binning_data,com.samsung.health.heart_rate.deviceuuid\n"
    "2024-03-02 09:00:00.000,2024-03-02 09:05:59.000,UTC+0200,72.0,hr1.binning_data.json,watch,\n"
    "2024-03-02 10:00:00.000,2024-03-02 10:00:00.000,UTC+0200,80.0,,watch,\n"
    "2024-03-02 11:00:00.000,2024-03-02 12:00:00.000,UTC+0200,75.0,,watch,\n"
)
HEART_BINS = [
    {"start_time": (NINE + 60 * i) * MS, "end_time": (NINE + 60 * i + 59) * MS, "heart_rate": 70.0 + i}
    for i in range(6)
]
HRV = (
    "com.samsung.health.hrv,6313004,2\n"
    "start_time,end_time,time_offset,binning_data,deviceuuid,datauuid\n"
    "2024-03-02 09:00:00.000,2024-03-02 09:10:00.000,UTC+0200,hrv1.binning_data.json,watch,x,\n"
)
HRV_BINS = [{"start_time": (NINE + 30 * i) * MS, "rmssd": 40.0 + i, "sdnn": 60.0 + i} for i in range(4)]
SLEEP = (
    "com.samsung.shealth.sleep,6313004,2\n"
    "efficiency,com.samsung.health.sleep.start_time,com.samsung.health.sleep.end_time,"
    "com.samsung.health.sleep.time_offset,com.samsung.health.sleep.datauuid\n"
    "91.0,2024-03-01 22:00:00.000,2024-03-01 23:30:00.000,UTC+0200,night-1,\n"
)
STAGES = (
    "com.samsung.health.sleep_stage,6313004,2\n"
    "start_time,sleep_id,stage,end_time,datauuid\n"
    "2024-03-01 22:00:00.000,night-1,40001,2024-03-01 22:10:00.000,a,\n"
    "2024-03-01 22:10:00.000,night-1,40002,2024-03-01 22:50:00.000,b,\n"
    "2024-03-01 22:50:00.000,night-1,40003,2024-03-01 23:10:00.000,c,\n"
    "2024-03-01 23:10:00.000,night-1,40004,2024-03-01 23:30:00.000,d,\n"
)
STEPS = (
    "com.samsung.shealth.tracker.pedometer_step_count,6313004,5\n"
    "duration,com.samsung.health.step_count.start_time,com.samsung.health.step_count.end_time,"
    "com.samsung.health.step_count.count,com.samsung.health.step_count.distance,"
    "com.samsung.health.step_count.time_offset,com.samsung.health.step_count.deviceuuid\n"
    "60000,2024-03-02 09:00:00.000,2024-03-02 09:01:00.000,60,45.5,UTC+0200,watch,\n"
    "60000,2024-03-02 09:01:00.000,2024-03-02 09:02:00.000,80,60.0,UTC+0200,watch,\n"
    "60000,2024-03-02 09:00:00.000,2024-03-02 09:02:00.000,150,99.0,UTC+0200,phone,\n"
)
TREND = (
    "com.samsung.shealth.step_daily_trend,6313004,3\n"
    "binning_data,source_type,count,distance,calorie,day_time,deviceuuid\n"
    "t1.binning_data.json,-2,8000,6000.5,300,1709337600000,all,\n"
    ",0,7000,5000.5,250,1709337600000,watch,\n"
)
DEVICES = (
    "com.samsung.health.device_profile,6313004,3\n"
    "name,device_group,deviceuuid\n"
    "Galaxy Watch6 (1A2B),360003,watch,\n"
    "Galaxy S23,360001,phone,\n"
)
WEIGHT = (
    "com.samsung.health.weight,6313004,3\n"
    "start_time,time_offset,weight,height,body_fat\n"
    "2024-03-02 22:30:00.000,UTC+0200,70.5,175.0,20.1,\n"
)
FOLDER = "samsunghealth_someone_20240303120000"


def samsung_zip(folder: Path) -> Path:
    """Pulse, HRV, a night with stages, steps of a watch and a phone, a day and a weight."""
    path = folder / "samsung.zip"
    tables = {
        "com.samsung.shealth.tracker.heart_rate": HEART_RATE,
        "com.samsung.health.hrv": HRV,
        "com.samsung.shealth.sleep": SLEEP,
        "com.samsung.health.sleep_stage": STAGES,
        "com.samsung.shealth.tracker.pedometer_step_count": STEPS,
        "com.samsung.shealth.step_daily_trend": TREND,
        "com.samsung.health.device_profile": DEVICES,
        "com.samsung.health.weight": WEIGHT,
        "com.samsung.shealth.food_info": "com.samsung.shealth.food_info,6313004,3\nname,calorie\napple,95,\n",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(f"{FOLDER}/{name}.20240303120000.csv", text)
        base = f"{FOLDER}/jsons/com.samsung.shealth.tracker.heart_rate/h"
        archive.writestr(f"{base}/hr1.binning_data.json", json.dumps(HEART_BINS))
        archive.writestr(f"{FOLDER}/jsons/com.samsung.health.hrv/h/hrv1.binning_data.json", json.dumps(HRV_BINS))
    return path


def samsung_table(folder: Path) -> Path:
    """Steps on their own."""
    path = folder / "com.samsung.shealth.tracker.pedometer_step_count.20240303120000.csv"
    path.write_text(STEPS)
    return path


SAMPLES = (samsung_zip, samsung_table)
