"""What is packed inside an export: one level more, within the limits of one archive."""

import gzip
import io
import os
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sennight.errors import ReadError
from sennight.readers.guard import members, nested, unzipped
from sennight.readers.guard.nested import MAX_DEPTH

Zipped = Callable[[Path, dict[str, bytes]], Path]


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_files_of_an_archive_in_an_archive_have_the_name_of_both(tmp_path: Path, zipped: Zipped) -> None:
    found = members(zipped(tmp_path / "a.zip", {"in/b.zip": packed({"c/d.txt": b"hello"}), "e.txt": b"e"}))
    failed: dict[str, str] = {}
    (inside,) = nested(found, failed=failed)
    assert (inside.name, inside.size, inside.depth, inside.path) == ("in/b.zip/c/d.txt", 5, MAX_DEPTH, None)
    assert inside.read() == inside.read() == b"hello"
    assert not failed


def test_ten_deep_is_refused_at_the_third(tmp_path: Path, zipped: Zipped) -> None:
    """X-02."""
    inner = packed({"x.txt": b"x"})
    for _ in range(9):
        inner = packed({"inner.zip": inner})
    (tmp_path / "a.zip").write_bytes(inner)
    failed: dict[str, str] = {}
    second = nested(members(tmp_path / "a.zip"), failed=failed)
    assert [m.name for m in second] == ["inner.zip/inner.zip"]
    assert not failed
    assert nested(second, failed=failed) == ()
    assert failed == {"inner.zip/inner.zip": "an archive in an archive in an archive"}


def test_an_archive_that_could_do_harm_is_named_and_the_others_are_opened(tmp_path: Path, zipped: Zipped) -> None:
    files = {
        "bomb.zip": packed({"a": bytes(200 << 20)}),
        "cut.zip": packed({"a": os.urandom(999)})[:-30],
        "fake.zip": b"<html>",
        "good.zip": packed({"a": b"good"}),
        "leaves.zip": packed({"../a": b"x"}),
    }
    failed: dict[str, str] = {}
    inside = nested(members(zipped(tmp_path / "a.zip", files)), failed=failed)
    assert [m.name for m in inside] == ["good.zip/a"]
    assert sorted(failed) == ["bomb.zip", "cut.zip", "fake.zip", "leaves.zip"]
    assert "inflates more than" in failed["bomb.zip"]


def test_all_of_them_together_have_the_limits_of_one(
    tmp_path: Path, zipped: Zipped, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = packed({"a": os.urandom(40_000)})
    found = members(zipped(tmp_path / "a.zip", {f"{i}.zip": one for i in range(4)}))
    monkeypatch.setattr(
        sys.modules["sennight.readers.guard.nested"], "MAX_INFLATED_BYTES", sum(m.size for m in found) + 100_000
    )
    failed: dict[str, str] = {}
    assert [m.name for m in nested(found, failed=failed)] == ["0.zip/a", "1.zip/a"]
    assert sorted(failed) == ["2.zip", "3.zip"]
    assert all("beyond the limit" in why for why in failed.values())


def test_nothing_is_left_in_the_temporary_folder(
    tmp_path: Path, zipped: Zipped, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    (inside,) = nested(members(zipped(tmp_path / "a.zip", {"b.zip": packed({"c": b"c"})})), failed={})
    assert list((tmp_path / "scratch").iterdir()) == []
    assert inside.read() == b"c"


def test_gzip_around_a_file_is_taken_off(tmp_path: Path) -> None:
    (tmp_path / "a.fit.gz").write_bytes(gzip.compress(b"content"))
    (tmp_path / "b.gz").write_bytes(b"no gzip")
    (tmp_path / "c.fit").write_bytes(gzip.compress(b"content"))
    a, b, c = (unzipped(m) for m in members(tmp_path))
    assert (a.name, a.read(), a.head(3)) == ("a.fit.gz", b"content", b"con")
    assert (b.name, c.name) == ("b.gz", "c.fit")


@pytest.mark.parametrize("spoil", [lambda raw: raw[:-20], lambda raw: raw[:30] + b"????" + raw[34:]])
def test_damage_in_gzip_is_one_error(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    (tmp_path / "a.fit.gz").write_bytes(spoil(gzip.compress(os.urandom(5_000))))
    (member,) = members(tmp_path)
    with pytest.raises(ReadError, match="damaged"):
        unzipped(member).read()


def test_gzip_that_grows_beyond_reason_is_stopped_where_it_does(tmp_path: Path) -> None:
    """X-02: nothing declares the size; 64 MB of zeros are 64 kB."""
    (tmp_path / "a.fit.gz").write_bytes(gzip.compress(bytes(64 << 20)))
    (member,) = members(tmp_path)
    with pytest.raises(ReadError, match="larger"):
        unzipped(member, max_bytes=1 << 20).read()
