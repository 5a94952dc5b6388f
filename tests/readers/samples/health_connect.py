"""Small exports of Health Connect and Google Fit, made here."""

import json
import sqlite3
import zipfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

START_MS = 1_709_330_400_000  # 2024-03-01 22:00 UTC
HOUR_S = 3_600

# The columns that matter of the platform's tables; a real database has more columns and tables.
SCHEMA = """
CREATE TABLE application_info_table (row_id INTEGER PRIMARY KEY, package_name TEXT, app_name TEXT, app_icon BLOB);
CREATE TABLE device_info_table (row_id INTEGER PRIMARY KEY, manufacturer TEXT, model TEXT, device_type INTEGER);
CREATE TABLE heart_rate_record_table (row_id INTEGER PRIMARY KEY AUTOINCREMENT, uuid BLOB, app_info_id INTEGER,
    device_info_id INTEGER, start_time INTEGER, end_time INTEGER, start_zone_offset INTEGER, end_zone_offset INTEGER);
CREATE TABLE heart_rate_record_series_table (parent_key INTEGER, epoch_millis INTEGER, beats_per_minute INTEGER);
CREATE TABLE steps_record_table (row_id INTEGER PRIMARY KEY AUTOINCREMENT, uuid BLOB, app_info_id INTEGER,
    device_info_id INTEGER, start_time INTEGER, end_time INTEGER, start_zone_offset INTEGER, end_zone_offset INTEGER,
    count INTEGER);
CREATE TABLE sleep_session_record_table (row_id INTEGER PRIMARY KEY AUTOINCREMENT, uuid BLOB, app_info_id INTEGER,
    device_info_id INTEGER, start_time INTEGER, end_time INTEGER, start_zone_offset INTEGER, end_zone_offset INTEGER);
CREATE TABLE sleep_stages_table (parent_key INTEGER, stage_start_time INTEGER, stage_end_time INTEGER,
    stage_type INTEGER);
CREATE TABLE oxygen_saturation_record_table (row_id INTEGER PRIMARY KEY AUTOINCREMENT, app_info_id INTEGER,
    device_info_id INTEGER, time INTEGER, zone_offset INTEGER, percentage REAL);
CREATE TABLE weight_record_table (row_id INTEGER PRIMARY KEY AUTOINCREMENT, app_info_id INTEGER, time INTEGER,
    zone_offset INTEGER, weight REAL);
CREATE TABLE exercise_session_record_table (row_id INTEGER PRIMARY KEY AUTOINCREMENT, start_time INTEGER,
    start_zone_offset INTEGER);
"""


def write_database(path: Path, *statements: tuple[str, Sequence[Sequence[object]]], schema: str = SCHEMA) -> Path:
    """A database with these rows: "table(columns)" and the values."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(schema)
        for into, rows in statements:
            marks = ",".join("?" * (into.count(",") + 1))
            database.executemany(f"INSERT INTO {into} VALUES ({marks})", rows)
        database.commit()
    return path


def rows_of_a_night() -> tuple[tuple[str, list[tuple[object, ...]]], ...]:
    """An hour of pulse, steps of watch and phone, a staged sleep, a weight."""
    pulse = [(1, START_MS + i * 60_000, 55 + i % 9) for i in range(60)]
    steps = [
        (app, 1 if app == 1 else 2, START_MS + i * 60_000, START_MS + (i + 1) * 60_000, HOUR_S, HOUR_S, i)
        for i in range(30)
        for app in (1, 2)
    ]
    stages = [(1, START_MS + i * 600_000, START_MS + (i + 1) * 600_000, stage) for i, stage in enumerate((4, 5, 6, 1))]
    return (
        ("application_info_table(row_id,package_name,app_name)",
         [(1, "com.example.watch", "Watch App"), (2, "com.google.android.apps.fitness", "")]),
        ("device_info_table(row_id,manufacturer,model)", [(1, "Example", "Watch 2"), (2, None, None)]),
        ("heart_rate_record_table(row_id,app_info_id,device_info_id,start_time,end_time,start_zone_offset)",
         [(1, 1, 1, START_MS, START_MS + 3_600_000, HOUR_S)]),
        ("heart_rate_record_series_table(parent_key,epoch_millis,beats_per_minute)", pulse),
        ("steps_record_table(app_info_id,device_info_id,start_time,end_time,start_zone_offset,end_zone_offset,count)",
         steps),
        ("sleep_session_record_table(row_id,app_info_id,device_info_id,start_time,end_time,start_zone_offset)",
         [(1, 1, 1, START_MS, START_MS + 2_400_000, HOUR_S)]),
        ("sleep_stages_table(parent_key,stage_start_time,stage_end_time,stage_type)", stages),
        ("oxygen_saturation_record_table(app_info_id,device_info_id,time,zone_offset,percentage)",
         [(1, 1, START_MS, HOUR_S, 96.5)]),
        ("weight_record_table(app_info_id,time,zone_offset,weight)", [(2, START_MS, HOUR_S, 80_500.0)]),
        ("exercise_session_record_table(start_time,start_zone_offset)", [(START_MS, HOUR_S)]),
    )  # fmt: skip


def health_connect_zip(folder: Path) -> Path:
    """What the phone writes: a zip with one database."""
    inner = write_database(folder / "plain.db", *rows_of_a_night())
    path = folder / "Health Connect.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inner, "health_connect_export.db")
    inner.unlink()
    return path


def health_connect_database(folder: Path) -> Path:
    """The database on its own, under another name."""
    (folder / "backup.db").unlink(missing_ok=True)
    return write_database(folder / "backup.db", *rows_of_a_night())


def google_fit(folder: Path) -> Path:
    """The Fit part of a Takeout as a zip: points, a session, a day in quarters of an hour, days."""
    nanos = START_MS * 1_000_000

    def points(source: str, kind: str, values: list[float], key: str) -> str:
        made = [
            {
                "fitValue": [{"value": {key: value}}],
                "endTimeNanos": nanos + (i + 1) * 60_000_000_000,
                "dataTypeName": kind,
                "startTimeNanos": nanos + i * 60_000_000_000,
            }
            for i, value in enumerate(values)
        ]
        return json.dumps({"Data Source": source, "Data Points": made}, indent=2)

    steps, pulse = "com.google.step_count.delta", "com.google.heart_rate.bpm"
    night = {"fitnessActivity": "sleep", "startTime": "2024-03-01T23:00:00Z", "endTime": "2024-03-02T00:00:00Z"}
    session = {**night, "segment": [night]}
    path = folder / "takeout-fit.zip"
    data, days = "Takeout/Fit/Alle Daten", "Takeout/Fit/Tägliche Aktivitätsmesswerte"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            f"{data}/raw_{steps}_com.example.json",
            points(f"raw:{steps}:com.example:Example:Watch 2:4711abc:", steps, [float(i) for i in range(30)], "intVal"),
        )
        archive.writestr(
            f"{data}/derived_{pulse}_com.google.an.json",
            points(f"derived:{pulse}:com.google.android.gms:merge_heart_rate_bpm", pulse, [60.5] * 30, "fpVal"),
        )
        archive.writestr("Takeout/Fit/Alle Sitzungen/2024-03-02T00_00_00+01_00_SLEEP.json", json.dumps(session))
        archive.writestr(
            f"{days}/2024-03-03.csv",
            "Start time,End time,Move Minutes count,Calories (kcal),Step count\n"
            "08:00:00.000+01:00,08:15:00.000+01:00,3,20.5,300\n08:15:00.000+01:00,08:30:00.000+01:00,,15.0,\n",
        )
        archive.writestr(
            f"{days}/Tägliche Aktivitätsmesswerte.csv",
            "Date,Move Minutes count,Calories (kcal),Distance (m),Step count\n2024-03-03,3,2100.5,4000.2,6000\n",
        )
    return path


SAMPLES = (health_connect_zip, health_connect_database, google_fit)
