"""The readers shelf: `read` any supported export, or add a reader to the tuple.

Each reader is asked "is this yours?"; several that say yes read side by side. How to add one: docs/add/reader.md.
"""

from pathlib import Path

from sennight.errors import ReadError
from sennight.readers import (
    actical,
    actigraph,
    actiwatch,
    actlumus,
    apple_health,
    axivity,
    edf,
    empatica,
    fhir,
    fitbit,
    garmin,
    geneactiv,
    health_connect,
    holter,
    matrix,
    mesa,
    nhanes,
    open_mhealth,
    open_wearables,
    openmhc,
    oura,
    philips_health_band,
    polar,
    samsung,
    sensewear,
    synthetic,
    table,
    whoop,
    withings,
    xiaomi,
)
from sennight.readers.finding import find, overlooked
from sennight.readers.guard import is_zip, members
from sennight.readers.joining import join
from sennight.readers.kind import kind_of
from sennight.readers.reader import Reader, Reading, ReadReport

__all__ = ["READERS", "ReadReport", "Reader", "Reading", "read", "reader_for"]

# Synthetic people need no file, so they are asked before anybody looks for one; tables take what is left.
READERS: tuple[Reader, ...] = (
    synthetic.READER,
    nhanes.READER,
    fitbit.READER,
    apple_health.READER,
    empatica.READER,
    holter.READER,
    axivity.READER,
    geneactiv.READER,
    matrix.READER,
    garmin.READER,
    actigraph.READER,
    open_wearables.READER,
    oura.READER,
    polar.READER,
    samsung.READER,
    whoop.READER,
    withings.READER,
    xiaomi.READER,
    actical.READER,
    actiwatch.READER,
    actlumus.READER,
    edf.READER,
    mesa.READER,
    openmhc.READER,
    philips_health_band.READER,
    sensewear.READER,
    health_connect.READER,
    open_mhealth.READER,
    fhir.READER,
    table.READER,
)

_WHOLE_EXPORT = (
    "If it is part of an export, read the whole export (its folder or archive); "
    "`sennight list readers` shows what can be read."
)


def reader_for(path: str | Path) -> Reader:
    """The reader that claims a path.

    Raises: ReadError if it is missing, empty, or nobody's; it says what the file looks like.
    """
    path = Path(path)
    if synthetic.READER.claims(path):
        return synthetic.READER
    _must_hold_something(path)
    for reader in READERS:
        if reader.claims(path):
            return reader
    raise _nobody_claims(path)


def read(path: str | Path, *, mapping: Path | None = None) -> Reading:
    """Read any supported export: a file, a folder with one or many, or "synthetic".

    Several exports are read one by one; what fails is listed in the report, and those of one person's own (Apple,
    Garmin, ...) become one person. `mapping` is a mapping file (or the name of a shipped one) for tables; with it, the
    path is read as a table.
    Raises: ReadError if nobody can read it; also later, while people are taken, if a file is damaged.
    """
    if mapping is not None:
        _must_hold_something(Path(path))
        return table.READER.read(Path(path), mapping=Path(mapping))
    path = Path(path)
    if synthetic.READER.claims(path):
        return synthetic.READER.read(path)
    _must_hold_something(path)
    found = find(path, READERS, tables=table.READER)
    if not found:
        raise _nobody_claims(path)
    reading = found[0].reader.read(found[0].path) if len(found) == 1 else join(found, source=path)
    if unasked := overlooked(path, found):
        reading.report.failed[path.name] = unasked
    return reading


def _must_hold_something(path: Path) -> None:
    try:
        missing = not path.exists()
    except (OSError, ValueError):  # a name that no file system takes
        missing = True
    if missing:
        raise ReadError("there is no such file or folder", where=str(path), todo="Check the path.")
    if path.is_dir() and not any(path.iterdir()):
        raise ReadError("an empty folder", where=str(path), todo="Is the export unpacked somewhere else?")
    if path.is_file() and not path.stat().st_size:
        raise ReadError("an empty file", where=str(path), todo="Export or download it again.")


def _nobody_claims(path: Path) -> ReadError:
    kind = kind_of(path)
    if is_zip(path):
        try:
            members(path)
        except ReadError as harm:
            return harm
    if kind in ("a Parquet table", "UTF-16 text", "a text file") or path.is_dir():
        try:
            why = table.why_not(path)
        except ReadError as error:
            why = error
        if not any(words in why.what for words in ("no table", "without columns")):
            return why
    return ReadError(f"{kind} that no reader knows", where=str(path), todo=_WHOLE_EXPORT)
