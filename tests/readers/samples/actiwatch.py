"""Small Actiwatch and MotionWatch files, made here."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

START = datetime(2019, 11, 23, 22, 0)  # noqa: DTZ001 - the watch's own wall clock

# Language -> names of the columns of epochs, the order of a date, the decimal sign.
LANGUAGES = {
    "english": (
        ["Line", "Date", "Time", "Off-Wrist Status", "Activity", "Marker", "White Light", "Sleep/Wake",
         "Interval Status"], "%m/%d/%Y", ".", ("ACTIVE", "REST", "REST-S", "EXCLUDED"),
    ),
    "dutch": (
        ["Lijn", "Datum", "Tijd", "Status niet-om-pols", "Activiteit", "Markering", "Wit licht", "Slapen/waken",
         "Intervalstatus"], "%d/%m/%Y", ",", ("ACTIEF", "RUST", "RUST-S", "UITGEZONDERD"),
    ),
    "german": (
        ["Zeile", "Datum", "Zeit", "Status „Nicht am Handgelenk“", "Aktivität", "Markierung", "Weißes Licht",
         "Schlaf/Wach", "Intervallstatus"], "%d.%m.%Y", ",", ("AKTIV", "RUHE", "RUHE-S", "AUSGESCHLOSSEN"),
    ),
}  # fmt: skip


def awd_text(counts: Sequence[int], *, code: str = "4", lux: str = "0,00", pressed: Sequence[int] = ()) -> str:
    """An AWD file that starts on 1 October 2009 at 17:00."""
    header = ["0123456701102009", "01-Oct-2009", "17:00", f" {code} ", "0", "D012345", "M"]
    rows = [f"{count} , {lux}" + (" M" if i in pressed else "") for i, count in enumerate(counts)]
    return "\r\n".join([*header, *rows])


def awd(folder: Path) -> Path:
    """An hour of minutes with light and one press of the button."""
    path = folder / "subject7.AWD"
    path.write_bytes(awd_text([(7 * i) % 400 for i in range(60)], lux="12,50", pressed=[3]).encode())
    return path


def actiware_text(
    rows: Sequence[tuple[float | None, ...]],
    *,
    language: str = "english",
    start: datetime = START,
    step_s: int = 30,
    preamble_rows: int = 4,
) -> str:
    """An Actiware export; a row is off wrist, activity, light, wake (None is NaN) and interval (0 to 3)."""
    names, order, decimal, words = LANGUAGES[language]
    commas = "," * 8
    lines = [
        f"Actiware Export File (Version 6.00){commas}",
        f"--------------------- Subject Properties --------------------{commas}",
        f"Actiwatch Type:,Spectrum Plus{commas}",
        f"-------------------- Statistics --------------------{commas}",
        *(f"REST,{i},,,,,,,,\"12{decimal}5\"" for i in range(preamble_rows)),
        f"------------------- Marker/Score List -------------------{commas}",
        f"{names[0]},{names[1]},{names[2]},{names[5]},{names[8]}",
        f"1,{start.strftime(order)},08:09:00,Marker!,{words[0]}",
        f"-------------------- Epoch-by-Epoch Data --------------------{commas}",
        f"{names[4]}:,counts{commas}",
        ",".join(names),
        commas,
    ]  # fmt: skip
    for i, (off, activity, lux, wake, interval) in enumerate(rows):
        when = start + timedelta(seconds=step_s * i)
        shown = ["NaN" if v is None else f"{v:g}".replace(".", decimal) for v in (off, activity, lux, wake)]
        lux_cell = f'"{shown[2]}"' if "," in shown[2] else shown[2]
        cells = [str(i + 1), when.strftime(order), when.strftime("%H:%M:%S"), shown[0], shown[1], "0", lux_cell]
        lines.append(",".join([*cells, shown[3], words[int(interval or 0)]]))
    return "\r\n".join(lines) + "\r\n"


def night(n: int = 480) -> list[tuple[float | None, ...]]:
    """Half minutes: a tenth off the wrist, then rest with sleep."""
    off = n // 10
    return [(1, None, None, None, 3) if i < off else (0, i % 50, 1.5, i % 4 == 0, 2) for i in range(n)]


def actiware(folder: Path) -> Path:
    """Four hours across midnight."""
    path = folder / "P12_New_Analysis.csv"
    path.write_text(actiware_text(night()), encoding="utf-8-sig")
    return path


def mtn_text(counts: Sequence[int], *, epoch_s: int = 60, light: Sequence[float] = ()) -> str:
    """A MotionWatch file that starts on 5 January 2015 at 11:00."""
    properties = {"+UserID": "P1", "=Device": "MotionWatch 8", "=SerialNo": "1", "=StartTime": "2015-01-05 11:00:00"}
    told = "".join(f"<property><name>{k}</name><content>{v}</content></property>" for k, v in properties.items())
    numbers = {"motion": counts, "Light": light}
    channels = "".join(
        f"<channel><name>{name}</name><units>counts</units><epoch>{epoch_s}</epoch>"
        f"<data>{','.join(map(str, values))}</data></channel>"
        for name, values in numbers.items()
        if len(values)
    )
    return f'<?xml version="1.0" encoding="utf-8"?><log2><change>{told}{channels}</change></log2>'


def mtn(folder: Path) -> Path:
    """An hour of minutes with light."""
    path = folder / "P1.mtn"
    path.write_text(mtn_text([i % 90 for i in range(60)], light=[0.5 * i for i in range(60)]))
    return path


SAMPLES = (awd, actiware, mtn)

REAL = "GGIR, GGIRread: two AWD, two Actiware CSVs (Dutch); never a real MTN"
SECOND = "figures of GGIRread's own tests"
