"""A small Actical list export, made here."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

START = datetime(2021, 5, 13, 0, 0)  # noqa: DTZ001 - the device's own wall clock
HEADER = """Actical List Export File  (Version 03.00),,,,,,,,,
Filename:,,,,,,,,,
--------------- Subject and Device Settings ----------------,,,,,,,,,
Identity:,S1,,,,,,,,
Device Location:,WRIST,,,,,,,,
,,,,,,,,,
------------------- Epoch-by-Epoch Data --------------------,,,,,,,,,
Epoch#,Day#,Elapsed,Date,Time,Activity,Steps,Energy,Activity,Event Marker
,,Seconds,,,Counts,,Expenditure,Intensity,Button Presses
,,,,,,,kcals/min/kg,(1=sedentary),(1=pressed)
,,,,,,,,(4=vigorous),
"""


def text(counts: Sequence[int], *, step_s: int = 60, order: str = "%d-%b-%y") -> str:
    """An export of these counts, a step and a level in each row."""
    rows = []
    for i, count in enumerate(counts):
        when = START + timedelta(seconds=step_s * i)
        level = "NaN" if i < 2 else str(1 + count % 4)
        cells = [i, 1, step_s * (i + 1), when.strftime(order), when.strftime("%H:%M"), count, count % 3, 0, level, 0]
        rows.append(",".join(map(str, cells)))
    return HEADER + "\n".join(rows) + "\n"


def actical(folder: Path) -> Path:
    """An hour of minutes."""
    path = folder / "S1.csv"
    path.write_text(text([11 * i % 500 for i in range(60)]))
    return path


SAMPLES = (actical,)

REAL = "GGIRread: one list export"
SECOND = "figures of GGIRread's own tests"
