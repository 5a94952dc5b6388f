"""Small Whoop exports, made here."""

import zipfile
from pathlib import Path

CYCLES = (
    "Cycle start time,Cycle end time,Cycle timezone,Recovery score %,Resting heart rate (bpm),"
    "Heart rate variability (ms),Skin temp (celsius),Blood oxygen %,Day Strain,Energy burned (cal),"
    "Max HR (bpm),Average HR (bpm),Sleep onset,Wake onset,Asleep duration (min)\n"
    "2024-03-01 23:10:00,2024-03-02 23:00:00,UTC-04:00,66,52,48,33.4,96.5,10.1,2300,150,70,"
    "2024-03-01 23:10:00,2024-03-02 07:00:00,430\n"
    "2024-03-02 23:00:00,,UTC-04:00,,,,,,3.1,,,,,,\n"
)
SLEEPS = (
    "Cycle start time,Cycle end time,Cycle timezone,Sleep onset,Wake onset,Sleep performance %,"
    "Respiratory rate (rpm),Asleep duration (min),In bed duration (min),Light sleep duration (min),"
    "Deep (SWS) duration (min),REM duration (min),Awake duration (min),Sleep efficiency %,Nap\n"
    "2024-03-01 23:10:00,2024-03-02 23:00:00,UTC-04:00,2024-03-01 23:10:00,2024-03-02 07:00:00,90,"
    "14.8,430,470,230,90,110,40,91,false\n"
    "2024-03-02 23:00:00,,UTC+05:30,2024-03-02 14:00:00,2024-03-02 14:40:00,,15.1,35,40,35,0,0,5,88,true\n"
)
WORKOUTS = "Cycle start time,Cycle timezone,Workout start time,Workout end time,Activity name\n"
JOURNAL = "Cycle start time,Cycle timezone,Question text,Answered yes,Notes\n"


def whoop_zip(folder: Path) -> Path:
    """A night, a nap and two cycles, in two zones."""
    path = folder / "my_whoop_data_2024_03_03.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("physiological_cycles.csv", CYCLES)
        archive.writestr("sleeps.csv", SLEEPS)
        archive.writestr("workouts.csv", WORKOUTS)
        archive.writestr("journal_entries.csv", JOURNAL)
    return path


def whoop_sleeps(folder: Path) -> Path:
    """The table of sleeps on its own."""
    path = folder / "sleeps.csv"
    path.write_text(SLEEPS)
    return path


SAMPLES = (whoop_zip, whoop_sleeps)
