"""Is a file of the store what the manifest says: there, as long, and the same bytes?"""

import hashlib
from pathlib import Path

from sennight.errors import StoreError
from sennight.parquet import why_not
from sennight.store.manifest import DAMAGED, FileEntry


def check_size(store: Path, entry: FileEntry) -> None:
    """The file is there and as long as it was. Raises: StoreError naming it."""
    file = store / entry.path
    try:
        size = file.stat().st_size
    except OSError as error:
        raise StoreError("a file of the store is missing", where=str(file), todo=DAMAGED) from error
    if size != entry.size:
        raise StoreError(f"a file of the store has {size} bytes instead of {entry.size}", where=str(file), todo=DAMAGED)


def check_hash(store: Path, entry: FileEntry) -> None:
    """The file has the bytes that were written; a long file is not read at once. Raises: StoreError naming it."""
    check_size(store, entry)
    file = store / entry.path
    try:
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise StoreError("a file of the store cannot be read", where=str(file), todo=DAMAGED) from error
    _compare(digest, entry, file)


def checked_bytes(store: Path, entry: FileEntry) -> bytes:
    """The bytes of a small file, which are the ones that were written. Raises: StoreError naming it.

    A Parquet file was also decoded in a process of its own: whoever makes a store makes its hashes.
    """
    check_size(store, entry)
    file = store / entry.path
    try:
        content = file.read_bytes()
    except OSError as error:
        raise StoreError("a file of the store cannot be read", where=str(file), todo=DAMAGED) from error
    _compare(hashlib.sha256(content).hexdigest(), entry, file)
    if file.suffix == ".parquet" and why_not(file):
        raise StoreError("a table of the store cannot be read", where=str(file), todo=DAMAGED)
    return content


def _compare(digest: str, entry: FileEntry, file: Path) -> None:
    if digest != entry.sha256:
        raise StoreError("a file of the store is not what was written", where=str(file), todo=DAMAGED)
