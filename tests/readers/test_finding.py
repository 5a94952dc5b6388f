"""Finding: every export in a folder, each with its reader, none twice."""

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from sennight.errors import ReadError
from sennight.readers import READERS, Reader, finding, table
from sennight.readers.finding import find
from sennight.readers.guard import members
from sennight.readers.reader import Reading


class Marked:
    """A reader of files that begin with its mark, alone or in a folder."""

    def __init__(self, name: str, mark: bytes) -> None:
        self.name, self.title, self.mark = name, name, mark

    def claims(self, path: Path) -> bool:
        try:
            return any(m.head(len(self.mark)) == self.mark for m in members(path))
        except ReadError:
            return False

    def read(self, path: Path) -> Reading:
        raise NotImplementedError


class Alone(Marked):
    """The same, of single files only."""

    def claims(self, path: Path) -> bool:
        return path.is_file() and super().claims(path)


FOLDERS: Reader = Marked("folders", b"\x01folder")
DEVICES: Reader = Alone("devices", b"\x02device")


def names(path: Path) -> list[tuple[str, str]]:
    found = find(path, (FOLDERS, DEVICES, table.READER), tables=table.READER)
    return [(f.reader.name, f.path.relative_to(path.parent).as_posix()) for f in found]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    path.mkdir()
    return path


def test_a_folder_of_device_files_is_a_file_each_by_name(home: Path) -> None:
    for name in ("b.dev", "a.dev"):
        (home / name).write_bytes(b"\x02device" + name.encode())
    assert names(home) == [("devices", "home/a.dev"), ("devices", "home/b.dev")]


def test_an_export_folder_is_one_and_device_files_in_it_are_others(home: Path) -> None:
    (home / "export").mkdir()
    for i in range(3):
        (home / "export" / f"{i}.part").write_bytes(b"\x01folder" + bytes([i]))
    (home / "a.dev").write_bytes(b"\x02device")
    assert names(home) == [("folders", "home"), ("devices", "home/a.dev")]


def test_a_copy_of_a_file_is_found_once(home: Path) -> None:
    (home / "a.dev").write_bytes(b"\x02device")
    shutil.copy(home / "a.dev", home / "a (1).dev")
    assert names(home) == [("devices", "home/a (1).dev")]


def test_tables_are_looked_for_only_where_no_export_is(home: Path) -> None:
    (home / "a.csv").write_text("person,time,steps\np,2024-03-01 08:00:00,3\n")
    assert names(home) == [("table", "home")]
    (home / "a.dev").write_bytes(b"\x02device")
    assert names(home) == [("devices", "home/a.dev")]


def test_a_data_set_that_a_shipped_mapping_knows_is_read_by_it_whatever_lies_beside_it(home: Path) -> None:
    (home / "minute").mkdir()
    (home / "xpt").mkdir()
    (home / "xpt" / "DEMO_D.XPT").write_bytes(b"\x02device")
    days = pl.DataFrame(
        {"seqn": [1], "day": [0], "weekday": [1], "counts": [[5] * 1440], "steps": [[0] * 1440]},
        schema_overrides={"counts": pl.Array(pl.Int16, 1440), "steps": pl.Array(pl.UInt8, 1440)},
    )
    days.write_parquet(home / "minute" / "bucket-00.parquet")
    assert names(home) == [("table", "home")]


def test_links_and_hidden_files_are_not_followed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.dev").write_bytes(b"\x02device")
    (home / "link.dev").symlink_to(tmp_path / "outside.dev")
    (home / ".a.dev").write_bytes(b"\x02device")
    assert names(home) == []


def test_nothing_that_anybody_knows_is_nothing(home: Path) -> None:
    (home / "a.pdf").write_bytes(b"%PDF-1.7")
    assert find(home, READERS, tables=table.READER) == ()


def test_an_archive_beside_an_unpacked_export_of_the_same_vendor_is_found_too(
    home: Path, zipped: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    (home / "1.part").write_bytes(b"\x01folder")
    zipped(home / "older.zip", {"2.part": b"\x01folder older"})
    assert names(home) == [("folders", "home"), ("folders", "home/older.zip")]


def test_files_beyond_those_that_are_asked_about_are_never_left_out_silently(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MAX_FILES_ASKED", 3)
    for i in range(4):
        (home / f"{i}.dev").write_bytes(b"\x02device" + bytes([i]))
    found = find(home, (FOLDERS, DEVICES, table.READER), tables=table.READER)
    assert len(found) == 3
    assert "only the first 3 files" in finding.overlooked(home, found)
    (home / "0.dev").write_bytes(b"\x01folder")
    whole = find(home, (FOLDERS, DEVICES, table.READER), tables=table.READER)
    assert whole[0].path == home
    assert not finding.overlooked(home, whole)
