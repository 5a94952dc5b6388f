"""Small Withings exports, made here."""

import zipfile
from pathlib import Path

STEPS = (
    'start,duration,value\n2024-03-01T10:00:00+01:00,"[60,60,30]","[20,35,8]"\n2024-03-01T11:00:00+01:00,[120],[30]\n'
)
PULSE = 'start,duration,value\n2024-03-01T10:00:00+01:00,"[60,60]","[70,72]"\n2024-03-01T12:00:00+01:00,[1],[65]\n'
STATES = 'start,duration,value\n2024-03-01T23:00:00+01:00,"[60,60,60,60,60]","[0,1,1,2,3]"\n'
NIGHTS = (
    'von,bis,"leicht (s)","tief (s)","rem (s)","wach (s)",Aufwachen,"Duration to sleep (s)"\n'
    "2024-03-01T23:00:00+01:00,2024-03-02T07:00:00+01:00,14400,5400,5400,3600,2,600\n"
)
WEIGHTS = 'Date,"Weight (lb)","Fat mass (lb)",Comments\n"2024-03-01 08:15:00",154.32,,\n'


def withings_zip(folder: Path) -> Path:
    """Steps, pulse, states, a night and a weight; the account is in German."""
    path = folder / "data_ABC_1709300000.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("raw_tracker_steps.csv", STEPS)
        archive.writestr("raw_hr_hr.csv", PULSE)
        archive.writestr("raw_tracker_sleep-state.csv", STATES)
        archive.writestr("raw_location_latitude.csv", "start,duration,value\n")
        archive.writestr("sleep.csv", NIGHTS)
        archive.writestr("weight.csv", WEIGHTS)
    return path


def withings_nights(folder: Path) -> Path:
    """The table of nights on its own."""
    path = folder / "sleep.csv"
    path.write_text(NIGHTS)
    return path


SAMPLES = (withings_zip, withings_nights)

REAL = "BioPsyKit: four CSVs of a sleep monitor"
SECOND = "Withings' own summary, stages of eight nights exactly"
