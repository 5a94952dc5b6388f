"""A path for every member: the file itself, or a private copy that is gone afterwards."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from sennight.errors import ReadError
from sennight.readers.guard import Member, members, on_disk


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def _packed(folder: Path, name: str = "in/health.db") -> Member:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr(name, b"SQLite format 3\0rest")
    return members(folder / "a.zip")[0]


def test_a_file_of_a_folder_is_its_own_path(tmp_path: Path, scratch: Path) -> None:
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "one.db").write_bytes(b"x")
    (member,) = members(tmp_path / "e")
    with on_disk(member) as path:
        assert path == tmp_path / "e" / "one.db"
        assert not list(scratch.iterdir())
    assert path.exists()


def test_a_member_of_an_archive_is_a_private_copy_that_goes_away(tmp_path: Path, scratch: Path) -> None:
    with on_disk(_packed(tmp_path)) as path:
        assert path.read_bytes() == b"SQLite format 3\0rest"
        assert path.suffix == ".db"
        assert path.is_relative_to(scratch)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not list(scratch.iterdir())


def test_the_copy_goes_even_if_its_reader_fails(tmp_path: Path, scratch: Path) -> None:
    with pytest.raises(RuntimeError), on_disk(_packed(tmp_path)):
        raise RuntimeError
    assert not list(scratch.iterdir())


def test_nothing_of_a_hostile_suffix_reaches_the_disk(tmp_path: Path) -> None:
    with on_disk(_packed(tmp_path, "a.d$(b)")) as path:
        assert path.name == "member"


def test_a_member_above_the_limit_is_not_copied(tmp_path: Path, scratch: Path) -> None:
    with pytest.raises(ReadError, match="is the limit"), on_disk(_packed(tmp_path), max_bytes=5):
        pass
    assert not list(scratch.iterdir())


def test_a_full_disk_is_a_read_error(tmp_path: Path, scratch: Path) -> None:
    class Full(io.BytesIO):
        def read(self, n: int | None = -1) -> bytes:
            raise OSError(28, "No space left on device")

    with pytest.raises(ReadError, match="no room"), on_disk(Member(name="a.db", size=3, open=Full)):
        pass
    assert not list(scratch.iterdir())
