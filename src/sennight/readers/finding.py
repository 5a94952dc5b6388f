"""Finding: which exports lie in a folder or an archive, and who reads each.

A folder is offered to every reader as a whole, since most exports are folders; then each archive and each device file
in it is offered alone. A data set that a shipped mapping knows by its layout comes first, whatever else lies in it; any
other table is looked for only where no export was found, so that the spreadsheets of an export are not read a second
time.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sennight.readers.guard import is_zip
from sennight.readers.kind import kind_of
from sennight.readers.reader import Reader
from sennight.readers.table import knows_layout

MAX_DEPTH = 6  # folders; as deep as the guard looks for the files of one export
MAX_FILES_ASKED = 20_000  # of one folder, each offered to every reader; more would take minutes
DEVICE_ZIPS = (".gt3x", ".xlsx")  # archives by their bytes, device files by their readers: part of the folder
TEXT_KINDS = ("a text file", "a JSON file", "an XML file", "UTF-16 text", "a Parquet table", "an empty file")


@dataclass(frozen=True, kw_only=True)
class Found:
    """One export: the path to hand to its reader."""

    reader: Reader
    path: Path


def find(path: Path, readers: Sequence[Reader], *, tables: Reader) -> tuple[Found, ...]:
    """Every export at a path, in the order of their paths; empty if nobody knows anything there.

    `tables` is the reader that takes what is left. A copy of a file that was already found is left out.
    """
    others = [r for r in readers if r is not tables]
    if path.is_dir() and knows_layout(path):
        return (Found(reader=tables, path=path),)
    whole = [Found(reader=r, path=path) for r in others if r.claims(path)]
    if not path.is_dir():
        return tuple(whole) or _table(path, tables)
    inside = _inside(path, [r for r in others if all(f.reader is not r for f in whole)], every_kind=not whole)
    files = _files(path)
    archives = [p for p in files if is_zip(p) and p.suffix.lower() not in DEVICE_ZIPS]
    # Who claims a folder of nothing but archives opens them itself: the parts of one Takeout.
    archives = [] if len(archives) == len(files) else archives
    zips = [Found(reader=f.reader, path=p) for p in archives for f in whole if f.reader.claims(p)]
    found = (*whole, *sorted([*inside, *zips], key=lambda f: (str(f.path), f.reader.name)))
    return _without_copies(found) or _table(path, tables)


def overlooked(path: Path, found: Sequence[Found]) -> str:
    """What is wrong with a folder of more files than were asked about; nothing where one reader took it whole."""
    if not path.is_dir() or any(each.path == path for each in found) or len(_files(path)) < MAX_FILES_ASKED:
        return ""
    return f"only the first {MAX_FILES_ASKED:,} files were looked at; read its folders one by one"


def _table(path: Path, tables: Reader) -> tuple[Found, ...]:
    return (Found(reader=tables, path=path),) if tables.claims(path) else ()


def _files(folder: Path) -> list[Path]:
    """Files below a folder, by name; no hidden ones, no links, as deep as an export is."""
    found: list[Path] = []
    for here, subfolders, files in os.walk(folder, followlinks=False):
        deep = len(Path(here).relative_to(folder).parts) >= MAX_DEPTH
        subfolders[:] = [] if deep else sorted(s for s in subfolders if not s.startswith("."))
        found += [Path(here) / f for f in sorted(files) if not f.startswith(".")]
        if len(found) >= MAX_FILES_ASKED:
            break
    return [p for p in found[:MAX_FILES_ASKED] if p.is_file() and not p.is_symlink()]


def _inside(folder: Path, readers: Sequence[Reader], *, every_kind: bool) -> list[Found]:
    """Files that a reader takes alone. Text beside a claimed export belongs to it: only device files are offered."""
    found = []
    for path in _files(folder):
        if every_kind or kind_of(path) not in TEXT_KINDS:
            found += [Found(reader=r, path=path) for r in readers if r.claims(path)]
    return found


def _without_copies(found: Sequence[Found]) -> tuple[Found, ...]:
    sizes: dict[int, int] = {}
    for each in found:
        if each.path.is_file():
            sizes[each.path.stat().st_size] = sizes.get(each.path.stat().st_size, 0) + 1
    kept, known = [], set[tuple[str, str]]()
    for each in found:
        if each.path.is_file() and sizes[each.path.stat().st_size] > 1:
            with each.path.open("rb") as file:
                key = (each.reader.name, hashlib.file_digest(file, "sha256").hexdigest())
            if key in known:
                continue
            known.add(key)
        kept.append(each)
    return tuple(kept)
