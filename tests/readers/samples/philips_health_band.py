"""Small workbooks of a Philips Health Band, and the little of Excel's format that they need, made here."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

START = datetime(2022, 11, 4, 23, 50)  # noqa: DTZ001 - the band's own wall clock
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PREAMBLE = [
    ["Study Name:    Test"],
    ["subjectID:    AH1"],
    ["deviceSN:     0001"],
    ["Analysis range:      2022-11-04 - 2022-11-18"],
]
COLUMNS = [
    "timeStamp", "activityCounts", "heartRate", "respirationRate", "totalEnergyExpenditure", "activeEnergyExpenditure",
    "steps", "offWrist", "restingHeartRate", "vo2Max", "batteryDischarge",
]  # fmt: skip


def column_name(i: int) -> str:
    """A for 0, AB for 27."""
    return (column_name(i // 26 - 1) if i > 25 else "") + chr(ord("A") + i % 26)


def workbook(rows: Sequence[Sequence[str | float | None]], *, shared: bool = True, prefix: str = "") -> bytes:
    """A workbook of one sheet; text goes into the list of strings, or with `shared` off into its cells."""
    strings: dict[str, int] = {}
    lines = []
    for r, row in enumerate(rows, start=1):
        cells = []
        for c, value in enumerate(row):
            at = f"{column_name(c)}{r}"
            if value is None:
                continue
            if not isinstance(value, str):
                cells.append(f'<{prefix}c r="{at}"><{prefix}v>{value}</{prefix}v></{prefix}c>')
            elif shared:
                n = strings.setdefault(value, len(strings))
                cells.append(f'<{prefix}c r="{at}" t="s"><{prefix}v>{n}</{prefix}v></{prefix}c>')
            else:
                text = f"<{prefix}is><{prefix}t>{escape(value)}</{prefix}t></{prefix}is>"
                cells.append(f'<{prefix}c r="{at}" t="inlineStr">{text}</{prefix}c>')
        lines.append(f'<{prefix}row r="{r}">{"".join(cells)}</{prefix}row>')
    space = f'xmlns:{prefix[:-1]}="{MAIN}"' if prefix else f'xmlns="{MAIN}"'
    sheet = f"<{prefix}worksheet {space}><{prefix}sheetData>{''.join(lines)}</{prefix}sheetData></{prefix}worksheet>"
    listed = "".join(f"<si><t>{escape(s)}</t></si>" for s in strings)
    return packed({
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}"><sheets><sheet name="Sheet 1" sheetId="1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": sheet,
        **({"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{listed}</sst>'} if strings else {}),
    })  # fmt: skip


def packed(parts: dict[str, str]) -> bytes:
    """A zip of these, not compressed, so that a changed byte stays a changed character."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return made.getvalue()


def mended(raw: bytes) -> bytes:
    """The same archive with the checksums of its members made right; unchanged where it is no archive any more."""
    fixed = bytearray(raw)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            infos, directory = archive.infolist(), archive.start_dir
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return raw
    for info in infos:
        at = info.header_offset
        begins = (
            at
            + 30
            + int.from_bytes(raw[at + 26 : at + 28], "little")
            + int.from_bytes(raw[at + 28 : at + 30], "little")
        )
        crc = zlib.crc32(raw[begins : begins + info.compress_size]).to_bytes(4, "little")
        fixed[at + 14 : at + 18] = crc
        fixed[directory + 16 : directory + 20] = crc
        lengths = [int.from_bytes(raw[directory + k : directory + k + 2], "little") for k in (28, 30, 32)]
        directory += 46 + sum(lengths)
    return bytes(fixed[: len(raw)])


def minutes(n: int, *, start: datetime = START) -> list[list[str | float | None]]:
    """Rows of a DataList: the third minute off the wrist, total energy 1.5 kcal a minute and new at midnight."""
    rows: list[list[str | float | None]] = []
    total = 2_000.0
    for i in range(n):
        when = start + timedelta(minutes=i)
        total = 1.5 if (when.hour, when.minute) == (0, 1) else total + 1.5
        off = i == 2
        rows.append([
            when.strftime("%m-%d-%Y %H:%M:%S"), "NaN" if off else str(i % 90), "NaN" if off else str(60 + i % 9),
            "15", f"{total:.4f}", "0.2500", "0" if off else str(i % 4), str(int(off)), "53" if i == n - 1 else "NaN",
            "NaN", "0",
        ])  # fmt: skip
    return rows


def data_list(rows: Sequence[Sequence[str | float | None]], *, shared: bool = True, prefix: str = "") -> bytes:
    """A DataList workbook of these rows."""
    return workbook([*PREAMBLE, [], COLUMNS, *rows], shared=shared, prefix=prefix)


def sleep_wake(n: int, *, start: datetime = START) -> bytes:
    """A Sleep_Wake workbook: half minutes, asleep but for every fifth."""
    rows: list[list[str | float | None]] = [
        [(start + timedelta(seconds=30 * i)).strftime("%m-%d-%Y %H:%M:%S"), float(i % 5 != 0), 0.0] for i in range(n)
    ]
    return workbook([*PREAMBLE, [], ["timeStamp", "sleepWake", "sleepEventMarker"], *rows])


def datalist(folder: Path) -> Path:
    """Forty minutes across midnight."""
    path = folder / "DataList_AH1.xlsx"
    path.write_bytes(data_list(minutes(40)))
    return path


def both(folder: Path) -> Path:
    """A folder with both workbooks of one subject."""
    inside = folder / "band"
    inside.mkdir(exist_ok=True)
    (inside / "DataList_AH1.xlsx").write_bytes(data_list(minutes(40)))
    (inside / "Sleep_Wake_AH1.xlsx").write_bytes(sleep_wake(60))
    return inside


SAMPLES = (datalist, both)
MEND = {"datalist": mended}

REAL = "GGIRread: two workbooks"
SECOND = "figures of GGIRread's own tests"
