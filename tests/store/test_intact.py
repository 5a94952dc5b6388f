"""Checks of one file against its entry: each difference is found and the file named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sennight.errors import StoreError
from sennight.store.intact import check_hash, check_size, checked_bytes
from sennight.store.manifest import FileEntry

ENTRY = FileEntry.of("file", b"minutes")


def test_the_written_bytes_pass(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"minutes")
    check_size(tmp_path, ENTRY)
    check_hash(tmp_path, ENTRY)
    assert checked_bytes(tmp_path, ENTRY) == b"minutes"


@pytest.mark.parametrize("check", [check_hash, checked_bytes])
@pytest.mark.parametrize(("content", "what"), [(b"minutez", "not what"), (b"minute", "6 bytes"), (None, "missing")])
def test_other_bytes_do_not(
    tmp_path: Path, check: Callable[[Path, FileEntry], object], content: bytes | None, what: str
) -> None:
    if content is not None:
        (tmp_path / "file").write_bytes(content)
    with pytest.raises(StoreError, match=what) as caught:
        check(tmp_path, ENTRY)
    assert caught.value.where == str(tmp_path / "file")


def test_a_folder_in_place_of_a_file_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    entry = FileEntry(path="file", size=(tmp_path / "file").stat().st_size, sha256="")
    for check in (check_hash, checked_bytes):
        with pytest.raises(StoreError, match="cannot be read"):
            check(tmp_path, entry)


def test_a_table_that_would_end_the_process_is_refused(tmp_path: Path, parquet_bomb: Callable[[Path], Path]) -> None:
    """Whoever makes a store makes its hashes, so a right hash is no reason to decode a file here."""
    bomb = parquet_bomb(tmp_path / "facts.parquet")
    with pytest.raises(StoreError, match="table of the store cannot be read"):
        checked_bytes(tmp_path, FileEntry.of("facts.parquet", bomb.read_bytes()))
