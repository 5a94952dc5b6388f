"""The files of a Fitbit export: which belong to it, what sort each is, and parts of one Takeout brought together.

Takeout translates the names of folders, not those of files; a file's sort is its name without its date
(`steps-2024-03-01.json`, `Minute SpO2 - 2024-03-01.csv`, `Daily ... Summary - 2020-11-(15).csv`).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from sennight.errors import ReadError
from sennight.readers.guard import Member, is_zip, members
from sennight.readers.reader import ReadReport

# takeout-20240301T101530Z-001.zip, takeout-20240301T101530Z-1-002.zip
_PART = re.compile(r"^(?P<export>takeout-\d{8}T\d{6}Z)(-\d+)*\.zip$", re.IGNORECASE)
_DATE = re.compile(r"[-_ ]+\(?\d{4}\)?-.*$|[-_ ]+\d+$")
# A Takeout of 50 GB in parts of 1 GB.
MOST_PARTS = 100


def sort_of(member: Member) -> str:
    """The sort of a file: its name in lower case without date, number and ending, words apart.

    >>> from sennight.readers.guard import Member
    >>> sort_of(Member(name="Fitbit/SpO2/Minute SpO2 - 2024-03-01.csv", size=1, open=open))
    'minute spo2'
    """
    stem = PurePosixPath(member.basename).stem.lower()
    return _DATE.sub("", stem).replace("_", " ").strip()


def ending_of(member: Member) -> str:
    """`json`, `csv`, ... in lower case."""
    return PurePosixPath(member.basename).suffix.lower().removeprefix(".")


def files_at(path: Path, report: ReadReport | None = None) -> tuple[Member, ...]:
    """The files at a path; of a folder that holds the parts of one Takeout, those inside of the parts.

    A part that is damaged is named in `report` and the others are read; without a report it is an error.
    Raises: ReadError if the path cannot be opened.
    """
    found = members(path)
    parts = _parts(found) if path.is_dir() else ()
    if not parts:
        return found
    inside: dict[str, Member] = {}
    for part in parts:
        try:
            # The same file can stand in two parts when a download was repeated; names are otherwise unique.
            inside |= {m.name: replace(m, name=m.name) for m in members(part)}
        except ReadError as error:
            if report is None:
                raise
            report.failed[part.name] = error.what
    return tuple(inside[name] for name in sorted(inside))


def _parts(found: Sequence[Member]) -> tuple[Path, ...]:
    """The archives of one Takeout, if the folder holds them and nothing else."""
    named = [(_PART.match(m.basename), m.path) for m in found[: MOST_PARTS + 1]]
    exports = {match["export"].lower() if match else "" for match, _ in named}
    if len(exports) != 1 or "" in exports or len(named) > MOST_PARTS:
        return ()
    return tuple(path for _, path in named if path and is_zip(path))
