"""agd: ActiLife's SQLite database of counted epochs.

Read without trust: only real tables (a view could compute for ever), a bounded number of steps of the engine and of
rows, read-only, nothing of the database's own functions. Times are .NET ticks of the wall clock; no zone is stored.
Sleep and awakenings that somebody scored in ActiLife are counted and not used.
Never met a real file: tables and settings as the open readers actigraph.sleepr and PhysicalActivity expect them.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sennight.errors import ReadError
from sennight.readers.actigraph.epoch_rows import AXES, EpochRows, add_rows
from sennight.readers.actigraph.info import TICKS_AT_1970, TICKS_PER_S
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member, on_disk
from sennight.readers.raw_files import place_of, remark
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_TIME
from sennight.record import Recording

MAGIC = b"SQLite format 3\x00"
COLUMNS = (*AXES, "steps", "lux", "hr")
MOST_ROWS = 6_000_000  # sixty days of one-second epochs, 400 MB as numbers
MOST_BYTES = 2 * 1024**3
ROWS_AT_ONCE = 50_000
# The engine asks after so many of its steps whether to go on; a row of a plain table costs about 20.
STEPS_A_QUESTION, MOST_QUESTIONS = 1_000_000, 400
LOCAL = "ActiGraph agd: times are local, their zone is not in the file"
_EXPORT_AGAIN = "Export it from ActiLife again."


def is_agd(head: bytes) -> bool:
    """Are these the first bytes of a database with ActiLife's table of epochs?"""
    return head.startswith(MAGIC) and b"datatimestamp" in head.lower() and b"settings" in head.lower()


def read_agd(member: Member, *, person: str, report: ReadReport, sha256: str) -> tuple[Recording, ...]:
    """Everything in the table of epochs. Raises: ReadError if the database is damaged or lacks its tables."""
    with on_disk(member, max_bytes=MOST_BYTES) as path:
        try:
            settings, rows = _database(path, report, where=member.name)
        except (sqlite3.Error, OverflowError, MemoryError, UnicodeError) as error:
            raise ReadError("an agd database that is damaged", where=member.name, todo=_EXPORT_AGAIN) from error
    gathering = Gathering(person=person, report=report)
    remark(report, LOCAL)
    place = place_of(settings.get("limb", ""))
    model = "".join(c for c in settings.get("devicename", "") if c.isalnum() or c in "+- ")[:24]
    add_rows(rows, to=gathering, place=place, device=f"ActiGraph {model}".strip(), source=member.name, sha256=sha256)
    return gathering.recordings()


def _database(path: Path, report: ReadReport, *, where: str) -> tuple[dict[str, str], EpochRows]:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        _fence(connection)
        tables = _tables(connection)
        if not {"data", "settings"} <= set(tables):
            raise ReadError("a database without ActiLife's tables", where=where, todo="Is this an agd file?")
        report.unknown.update(f"table {name}" for name in tables if name in ("sleep", "awakenings", "capsense"))
        settings = _settings(connection)
        return settings, _rows(connection, settings, report, where=where)
    finally:
        connection.close()


def _fence(connection: sqlite3.Connection) -> None:
    questions = iter(range(MOST_QUESTIONS))
    connection.set_progress_handler(lambda: int(next(questions, None) is None), STEPS_A_QUESTION)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1 << 20)
    connection.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")


def _tables(connection: sqlite3.Connection) -> list[str]:
    """Names of real tables, in small letters."""
    # A view or a virtual table of one of these names would run code of the file's choosing.
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'create virtual%' LIMIT 200"
    return [str(name).lower() for (name,) in connection.execute(query)]


def _settings(connection: sqlite3.Connection) -> dict[str, str]:
    query = "SELECT settingName, settingValue FROM settings LIMIT 1000"
    return {str(name).strip().lower(): str(value) for name, value in connection.execute(query)}


def _rows(connection: sqlite3.Connection, settings: dict[str, str], report: ReadReport, *, where: str) -> EpochRows:
    # hidden is 0 for ordinary columns; generated ones would run code of the file's choosing.
    listed = [(str(r[1]), int(r[6])) for r in connection.execute("PRAGMA table_xinfo(data)")]
    there = {name.lower(): name for name, hidden in listed if hidden == 0}
    if "datatimestamp" not in there or "axis1" not in there:
        raise ReadError("an agd table without times or axis1", where=where, todo=_EXPORT_AGAIN)
    used = [c for c in COLUMNS if c in there]
    report.unknown.update(f"column {c}" for c in there if c not in (*COLUMNS, "datatimestamp"))
    cells = np.concatenate([np.empty((0, len(used) + 1)), *_batches(connection, ["datatimestamp", *used])])
    believed = np.isfinite(cells[:, 0])
    lost = len(cells) - int(believed.sum())
    report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    cells = cells[believed]
    order = np.argsort(cells[:, 0], kind="stable")
    cells = cells[order]
    epoch = settings.get("epochlength", "").strip()
    epoch_s = int(epoch) if epoch.isdigit() and 1 <= int(epoch[:6]) <= 3_600 else 0
    if not epoch_s:
        raise ReadError("an agd database without a usable epoch length", where=where, todo=_EXPORT_AGAIN)
    columns = {name: cells[:, i + 1].copy() for i, name in enumerate(used)}
    return EpochRows(starts=cells[:, 0].astype(np.int64), epoch_s=epoch_s, columns=columns)


def _batches(connection: sqlite3.Connection, names: list[str]) -> Iterator[np.ndarray]:
    """Rows as numbers, times in seconds since 1970; NaN for what is no number."""
    cursor = connection.execute(f"SELECT {', '.join(names)} FROM data LIMIT {MOST_ROWS}")
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        yield np.array([[_seconds(row[0]), *(_number(cell) for cell in row[1:])] for row in rows])


def _seconds(ticks: object) -> float:
    if isinstance(ticks, bool) or not isinstance(ticks, int):
        return np.nan
    seconds = (ticks - TICKS_AT_1970) // TICKS_PER_S
    return float(seconds) if abs(seconds) < 2**53 else np.nan


def _number(cell: object) -> float:
    return float(cell) if isinstance(cell, int | float) else np.nan
