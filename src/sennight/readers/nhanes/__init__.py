"""NHANES as the survey publishes it: SAS transport tables in a folder, minutes into people, answers into facts.

Claims a folder that directly holds minute files (PAX*.XPT) or the demographic table (DEMO_*.XPT), or one such file.
Participants become "nhanes-<SEQN>". Tables without a label are counted as unknown, never an error.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sennight.errors import ReadError
from sennight.readers.nhanes import hip, wrist
from sennight.readers.nhanes.labels import LABELS, TEXTS, compute_labels, variables_needed
from sennight.readers.nhanes.minutes import MAX_SEQN, PersonIndex, each_person, index_people
from sennight.readers.nhanes.xport import Columns, Rows, read_layout, read_table
from sennight.readers.reader import Reading, ReadReport, sha256_of
from sennight.record import FactColumn, Facts, Person

CYCLES = {"C": "2003-2004", "D": "2005-2006", "G": "2011-2012", "H": "2013-2014"}
_TABLE_FILE = re.compile(r"(?P<table>[A-Z0-9_]+)_(?P<cycle>[A-Z])\.XPT", re.IGNORECASE)
_CLAIMED = re.compile(r"(PAX[A-Z]+|DEMO)_[A-Z]\.XPT", re.IGNORECASE)
_HEADER_COLUMNS = {"PAXHD": ("SEQN", "PAXFTIME"), "PAXDAY": ("SEQN", "PAXDAYD", "PAXMSTD")}
"""Tables that tell when a wrist recording started, and the variables that say it."""


MINUTE_CHANNELS = {"PAXRAW": ("hip_counts", "steps"), "PAXMIN": ("mims", "white_light", "on_body", "asleep")}
"""What the minutes of each file may become; 2003-2004 gives no steps."""


@dataclass(frozen=True, kw_only=True)
class TableFile:
    """One table of one cycle: BPX of cycle D is BPX_D.XPT."""

    path: Path
    table: str
    cycle: str

    @property
    def survey(self) -> str:
        """The cycle in words."""
        years = CYCLES.get(self.cycle)
        return f"NHANES {years}" if years else f"NHANES cycle {self.cycle}"


@dataclass(frozen=True, kw_only=True, eq=False)
class _MinuteFile:
    """A minute file with its people found."""

    file: TableFile
    index: PersonIndex
    starts: dict[int, int]


class NhanesReader:
    """Reads the survey's own files."""

    name = "nhanes"
    title = "NHANES, official SAS transport files (2003-2006 hip, 2011-2014 wrist)"

    def claims(self, path: Path) -> bool:
        """By file names only."""
        try:
            if path.is_dir():
                return any(_CLAIMED.fullmatch(p.name) for p in path.iterdir())
            return path.is_file() and _CLAIMED.fullmatch(path.name) is not None
        except OSError:
            return False

    def read(self, path: Path) -> Reading:
        """Facts from the label tables now, people from the minute files when they are asked for.

        Raises: ReadError if there is no table, a table is damaged or lacks what it must have.
        """
        files = tables_in(path)
        report = ReadReport(reader=self.name, source=str(path), files=len(files))
        report.bytes_read = sum(f.path.stat().st_size for f in files)
        facts = read_facts(files, report)
        minute_files = [_find_people(f, files) for f in files if f.table in ("PAXRAW", "PAXMIN")]
        for found in minute_files:
            if found.file.table == "PAXRAW":
                facts = facts.merged(_reliability(found))
        if minute_files:
            report.notes.append("The survey publishes weekdays without dates: the dates are placeholders.")
        return Reading(
            people=_people(minute_files, report),
            facts=facts,
            report=report,
            n_people=sum(len(found.index) for found in minute_files),
            channels=tuple(dict.fromkeys(c for found in minute_files for c in MINUTE_CHANNELS[found.file.table])),
        )


READER = NhanesReader()


def tables_in(path: Path) -> tuple[TableFile, ...]:
    """The tables of a folder (not of its subfolders), or the one file, in the order of cycle and name.

    Raises: ReadError if there is none, or one table is there twice.
    """
    candidates = sorted(path.iterdir()) if path.is_dir() else [path]
    found: dict[tuple[str, str], TableFile] = {}
    for candidate in candidates:
        match = _TABLE_FILE.fullmatch(candidate.name)
        if not match or not candidate.is_file():
            continue
        key = (match["cycle"].upper(), match["table"].upper())
        if key in found:
            raise ReadError(
                f"table {key[1]}_{key[0]} is there twice",
                where=f"{found[key].path} and {candidate}",
                todo="Keep one of the two.",
            )
        found[key] = TableFile(path=candidate, table=key[1], cycle=key[0])
    if not found:
        raise ReadError(
            "no table of the survey here", where=str(path), todo="Give the folder that holds the .XPT files."
        )
    return tuple(found[key] for key in sorted(found))


def read_facts(files: tuple[TableFile, ...], report: ReadReport) -> Facts:
    """Every label that the tables allow, cycle by cycle.

    Raises: ReadError if a label table is damaged.
    """
    facts = Facts.none()
    for cycle in sorted({f.cycle for f in files}):
        needed = variables_needed(cycle)
        tables: dict[str, dict[str, np.ndarray]] = {}
        for file in (f for f in files if f.cycle == cycle):
            if file.table in needed:
                tables[file.table] = _label_table(file, needed[file.table])
            elif file.table not in ("PAXRAW", "PAXMIN", *_HEADER_COLUMNS):
                report.unknown[f"table {file.table}_{cycle}"] += 1
        if tables:
            survey = next(f.survey for f in files if f.cycle == cycle)
            facts = facts.merged(_cycle_facts(tables, cycle=cycle, survey=survey))
    return facts


def person_id(seqn: int) -> str:
    """The id of a participant.

    >>> person_id(31128)
    'nhanes-31128'
    """
    return f"nhanes-{seqn}"


def _label_table(file: TableFile, needed: set[str]) -> dict[str, np.ndarray]:
    layout = read_layout(file.path)
    columns = [name for name in layout.names if name in needed]
    if "SEQN" not in columns:
        raise ReadError(
            f"table {file.table}_{file.cycle} has no participant number (SEQN)",
            where=str(file.path),
            todo="Use the file as the survey publishes it.",
        )
    layout.require([name for name in columns if name not in TEXTS])
    layout.require([name for name in columns if name in TEXTS], kind="text")
    return read_table(file.path, columns=columns).values


def _cycle_facts(tables: dict[str, dict[str, np.ndarray]], *, cycle: str, survey: str) -> Facts:
    everyone = [tables["DEMO"]["SEQN"]] if "DEMO" in tables else [t["SEQN"] for t in tables.values()]
    numbers = np.concatenate(everyone)
    people = np.unique(numbers[(numbers > 0) & (numbers < MAX_SEQN)]).astype(np.int64)
    values = compute_labels(tables, people, cycle=cycle)
    columns = {}
    for label in LABELS:
        if label.name not in values:
            continue
        known = np.flatnonzero(np.isfinite(values[label.name]))
        columns[label.name] = FactColumn(
            name=label.name,
            unit=label.unit,
            source=f"{survey}: {label.text}",
            person_code=known.astype(np.int32),
            values=values[label.name][known],
            dates=np.full(len(known), np.datetime64("NaT", "D")),
        )
    return Facts(people=tuple(person_id(seqn) for seqn in people.tolist()), columns=columns)


def _find_people(file: TableFile, files: tuple[TableFile, ...]) -> _MinuteFile:
    layout = read_layout(file.path)
    layout.require((*hip.NEEDED, *hip.FLAGS) if file.table == "PAXRAW" else wrist.NUMBERS)
    with Rows(layout) as rows:
        index = index_people(rows)
    starts: dict[int, int] = {}
    if file.table == "PAXMIN":
        headers: dict[str, Columns] = {
            f.table: read_table(f.path, columns=_HEADER_COLUMNS[f.table])
            for f in files
            if f.cycle == file.cycle and f.table in _HEADER_COLUMNS
        }
        starts = wrist.start_times(header=headers.get("PAXHD"), days=headers.get("PAXDAY"))
    return _MinuteFile(file=file, index=index, starts=starts)


def _reliability(found: _MinuteFile) -> Facts:
    with Rows(read_layout(found.file.path)) as rows:
        status = hip.reliable(rows, found.index)
    return Facts.from_wide(
        people=tuple(person_id(seqn) for seqn in found.index.seqn.tolist()),
        values={"accel_reliable": status},
        units={"accel_reliable": "yes/no"},
        source=f"{found.file.survey}: PAXSTAT is 1 and PAXCAL is 1.",
    )


def _people(minute_files: list[_MinuteFile], report: ReadReport) -> Iterator[Person]:
    for found in minute_files:
        source = hip.Source(file=found.file.path.name, sha256=sha256_of(found.file.path))
        is_hip = found.file.table == "PAXRAW"
        with Rows(read_layout(found.file.path)) as rows:
            columns = hip.columns_of(rows.layout) if is_hip else wrist.NEEDED
            for seqn, table in each_person(rows, found.index, columns=columns):
                yield _person(seqn, table, found=found, source=source, report=report)


def _person(seqn: int, table: Columns, *, found: _MinuteFile, source: hip.Source, report: ReadReport) -> Person:
    dropped = report.dropped
    before = report.records_dropped
    if found.file.table == "PAXRAW":
        recordings = hip.hip_recordings(table, person=person_id(seqn), source=source, dropped=dropped)
    else:
        recordings = wrist.wrist_recordings(
            table, person=person_id(seqn), source=source, start_s=found.starts.get(seqn), dropped=dropped
        )
    report.records_seen += len(table)
    report.records_kept += len(table) - (report.records_dropped - before)
    return Person(id=person_id(seqn), recordings=recordings)
