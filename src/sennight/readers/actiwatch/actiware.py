"""Actiware: the export of the newer Actiwatches as CSV, in the language of the computer that wrote it.

A preamble of a hundred lines and more (subject, device, statistics), then one row an epoch. Names of columns are
translated and are known here in the languages that public readers list; numbers have the decimal sign of the
language, dates its order, which the whole file shows. What a row means is the same in all of them: off-wrist status 1
is not worn, sleep/wake 0 is asleep, NaN is not measured.

Dutch has met a real file; English, French, German and Italian are as public readers list them; the Spanish, Portuguese
and Nordic words are only translations. A header in other words is refused with a sentence that says so.

Source: the legend that the file itself carries; column names as pyActigraphy and GGIRread list them.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.actiwatch.rows import FIRST_S, INTERVALS, LIGHTS, add_rows
from sennight.readers.delimited import numbers, read_delimited
from sennight.readers.epochs import epoch_length, epoch_times
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_TIME
from sennight.record import Recording

DEVICE = "Actiwatch"
MAX_BYTES = 128 * 1024**2  # two years of 15-second epochs are 120 MB
# Two years of daily statistics are some 3,000 lines before the epochs.
MOST_PREAMBLE_LINES = 20_000
MAX_LINE_BYTES = 65_536

# What a column is -> its names, in small letters and without spaces and punctuation.
COLUMNS: dict[str, tuple[str, ...]] = {
    "line": ("line", "lijn", "ligne", "zeile", "linea", "línea", "linha", "rad", "linje", "rivi"),
    "date": ("date", "datum", "data", "fecha", "dato", "päivämäärä"),
    "time": ("time", "tijd", "heure", "zeit", "ora", "hora", "tid", "tidspunkt", "aika"),
    "off_wrist": (
        "offwriststatus", "statusnietompols", "statusnichtamhandgelenk", "statofuoripolso", "offwrist",
        "statuthorspoignet", "estadofueradelamuñeca",
    ),
    "activity": ("activity", "activiteit", "activité", "aktivität", "attività", "actividad", "atividade", "aktivitet"),
    "marker": ("marker", "markering", "marqueur", "markierung", "indicatore", "marcador", "markør"),
    "white_light": ("whitelight", "witlicht", "lumièreblanche", "weisseslicht", "lucebianca", "luzblanca", "luzbranca"),
    "red_light": ("redlight", "roodlicht", "lumièrerouge", "roteslicht", "lucerossa", "luzroja", "luzvermelha"),
    "green_light": ("greenlight", "groenlicht", "lumièreverte", "grüneslicht", "luceverde", "luzverde"),
    "blue_light": ("bluelight", "blauwlicht", "lumièrebleu", "lumièrebleue", "blaueslicht", "luceblu", "luzazul"),
    "wake": ("sleepwake", "slapenwaken", "sommeiléveil", "schlafwach", "sonnoveglia", "sueñovigilia", "sonovigília"),
    "interval": (
        "intervalstatus", "intervallstatus", "statutdelintervalle", "statointervallo", "estadodelintervalo",
    ),
}  # fmt: skip
# Words of the interval status, in small letters; those of other languages are counted as unknown.
INTERVAL_WORDS = {
    "active": "active", "rest": "rest", "rest-s": "rest-s", "sleep": "sleep", "excluded": "excluded",
    "actief": "active", "rust": "rest", "rust-s": "rest-s", "slaap": "sleep", "uitgezonderd": "excluded",
}  # fmt: skip
_NAMES = {name: column for column, names in COLUMNS.items() for name in names}
_NEEDED = {"line", "date", "time", "activity"}
# "Actiware" and "Actiwatch" are names and stand untranslated in the first lines of the preamble.
_SIGNS = (b"actiware", b"actiwatch")
_SECTION = b"-----------"  # headings of the preamble's sections stand between dashes


def looks_right(head: bytes) -> bool:
    """Does a preamble in sections name the software or the watch? Raises nothing."""
    flat = head.replace(b"\x00", b"").lower()
    return _SECTION in flat and any(sign in flat for sign in _SIGNS)


@dataclass(frozen=True, kw_only=True)
class _Table:
    """Where the table of epochs begins, as a member of its own, and what its columns are called there."""

    member: Member
    names: dict[str, str]


def read_actiware(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    """Counts, light, sleep and wear of one wearing, on the wall clock the watch was set to.

    Raises: ReadError if no table of epochs is there, or its dates or numbers can be read in two ways.
    """
    table = _table_of(member)
    frame = read_delimited(table.member, needed=tuple(table.names.values()), report=report)
    known = set(table.names.values())
    report.unknown.update(f"column {c}" for c in frame.columns if c not in known and not c.startswith("column "))
    # Under the header stands an empty line; a row of the table has a number.
    frame = frame.filter(pl.col(table.names["line"]).is_not_null())
    if not len(frame):
        raise ReadError("a table without epochs", where=member.name, todo="Export it again with epoch-by-epoch data.")
    written = frame[table.names["date"]] + pl.Series([" "]) + frame[table.names["time"]]
    times = epoch_times(written.alias(table.names["date"]), where=member.name)
    lost = int((~times.usable).sum())
    report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    frame = frame.filter(pl.Series(times.usable))
    starts = times.starts[times.usable]
    gathering = Gathering(person=person, report=report, first_s=FIRST_S)
    add_rows(
        gathering, _columns(frame, table.names, report=report), starts=starts,
        epoch_s=epoch_length(starts, where=member.name), device=DEVICE, source=member.basename, sha256=member.sha256(),
    )  # fmt: skip
    return gathering.recordings()


def _columns(frame: pl.DataFrame, names: dict[str, str], *, report: ReadReport) -> dict[str, np.ndarray]:
    """What `add_rows` takes; NaN where a cell is empty or says NaN."""
    found = {what: numbers(frame[names[what]]) for what in ("off_wrist", "activity", *LIGHTS, "wake") if what in names}
    if "interval" in names:
        found["interval"] = _intervals(frame[names["interval"]], report=report)
    if "marker" in names:
        pressed = int((numbers(frame[names["marker"]]) == 1).sum())
        report.unknown.update({"event marker": pressed} if pressed else {})
    return found


def _intervals(column: pl.Series, *, report: ReadReport) -> np.ndarray:
    """The registry's code of each interval; NaN, counted as unknown, where the word is not known."""
    words = column.str.to_lowercase().str.strip_chars()
    codes = {word: INTERVALS[english] for word, english in INTERVAL_WORDS.items()}
    unknown = int((words.is_not_null() & ~words.is_in(list(codes))).sum())
    report.unknown.update({"interval status in a word that is not known": unknown} if unknown else {})
    return words.replace_strict(codes, default=None, return_dtype=pl.Float64).fill_null(np.nan).to_numpy()


# --- the table behind the preamble ----------------------------------------------------------------------------------


def _table_of(member: Member) -> _Table:
    """The table of epochs: the first line that names line, date, time and activity."""
    if member.size > MAX_BYTES:
        raise ReadError(f"an Actiware export above {MAX_BYTES:,} bytes", where=member.name)
    whole = _as_bytes(member)
    at = 0
    for n_lines, line in enumerate(_raw_lines(whole)):
        names = _names_in(_decoded(line))
        if names and set(names) >= _NEEDED:
            return _Table(member=_from(whole, at), names=names)
        if n_lines > MOST_PREAMBLE_LINES:
            break
        at += len(line)
    raise ReadError(
        "an Actiware export without a table of epochs in a language that is known",
        where=member.name,
        todo="Export it with epoch-by-epoch data and English set as the language.",
    )


def _as_bytes(member: Member) -> Member:
    """The member itself, or one in UTF-8 where it is UTF-16, whose lines cannot be told apart byte by byte."""
    if not member.head(2).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return member
    text = member.read().decode("utf-16", errors="replace").encode()
    return replace(member, size=len(text), open=lambda: io.BytesIO(text), path=None)


def _raw_lines(member: Member) -> Iterator[bytes]:
    with member.open() as stream:
        while line := stream.readline(MAX_LINE_BYTES):
            yield line


def _from(member: Member, at: int) -> Member:
    """The member without its first bytes."""

    def open_it() -> io.BufferedIOBase:
        stream, left = member.open(), at
        while left and (piece := stream.read(min(left, 1 << 20))):
            left -= len(piece)
        return stream

    return replace(member, size=member.size - at, open=open_it, path=None)


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _names_in(line: str) -> dict[str, str]:
    """What each known column is called in a line, if it is a header: the separator that tells most columns."""
    best: dict[str, str] = {}
    for separator in (",", ";", "\t"):
        found: dict[str, str] = {}
        try:
            cells = next(csv.reader([line.strip()], delimiter=separator), []) if separator in line else []
        except csv.Error:  # a stray line end in a cell; no header has one
            cells = []
        for cell in cells:
            what = _NAMES.get("".join(c for c in cell.casefold() if c.isalpha()))
            if what and what not in found:
                found[what] = cell.strip()
        best = max(best, found, key=len)
    return best
