"""A small log of an ActLumus, made here."""

import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

START = datetime(2023, 8, 28, 23, 50, 4)  # noqa: DTZ001 - the device's own wall clock
HEADER = """#ActLogModel=2.0.0
+-------------+ Condor Instruments Report +-------------+
SOFTWARE_VERSION : 2.1.0
SUBJECT_NAME : S1
DEVICE_ID : 1
DEVICE_MODEL : AL0101
FILE_DATE_TIME : 04/09/2023 10:17:06
+-------------------------------------------------------+
DATE/TIME;MS;EVENT;TEMPERATURE;PIM;PIMn;TAT;ZCM;LIGHT;STATE;MELANOPIC EDI
"""


def text(pim: Sequence[float], *, start: datetime = START, step_s: int = 10, decimal: str = ".") -> str:
    """A log with these numbers; light is a tenth of them."""
    rows = []
    for i, value in enumerate(pim):
        when = (start + timedelta(seconds=step_s * i)).strftime("%d/%m/%Y %H:%M:%S")
        cells = [when, "0", "0", "26.50", f"{value:g}", "0.1", "2", "3", f"{value / 10:.2f}", "0", f"{value / 20:.2f}"]
        rows.append(";".join(cells).replace(".", decimal))
    return HEADER + "\n".join(rows) + "\n"


def actlumus(folder: Path) -> Path:
    """Twenty minutes across midnight."""
    path = folder / "205_actlumus_Log.txt"
    path.write_text(text([i % 90 for i in range(120)]))
    return path


def actlumus_zip(folder: Path) -> Path:
    """The same, as the maker's cloud packs it, beside what a Mac leaves behind."""
    path = folder / "205_actlumus_Log.txt.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("205_actlumus_Log.txt", text([i % 90 for i in range(120)]))
        archive.writestr("__MACOSX/._205_actlumus_Log.txt", b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        ")
    return path


SAMPLES = (actlumus, actlumus_zip)

REAL = "LightLogR: two logs"
SECOND = "sums of the text, added up by awk"
