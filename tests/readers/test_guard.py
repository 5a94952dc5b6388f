"""Archives are opened in one place, whole and bounded: bombs and hostile names made here, all synthetic."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from sennight.errors import ReadError
from sennight.readers import guard
from sennight.readers.guard import members


def _zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return path


def test_members_of_a_zip_come_sorted_with_their_bytes(tmp_path: Path) -> None:
    found = members(_zip(tmp_path / "a.zip", {"b/two.json": b"[2]", "a/one.json": b"[1]"}))
    assert [m.name for m in found] == ["a/one.json", "b/two.json"]
    assert [m.read() for m in found] == [b"[1]", b"[2]"]
    assert found[0].basename == "one.json"
    assert found[0].head(2) == b"[1"


def test_a_folder_and_its_zip_offer_the_same_members(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "one.csv").write_bytes(b"a,b\n1,2\n")
    (folder / ".hidden").write_bytes(b"x")
    packed = members(_zip(tmp_path / "e.zip", {"inner/one.csv": b"a,b\n1,2\n"}))
    assert [(m.name, m.size, m.read(), m.sha256()) for m in members(folder)] == [
        (m.name, m.size, m.read(), m.sha256()) for m in packed
    ]


def test_nothing_is_written_beside_the_archive(tmp_path: Path) -> None:
    for member in members(_zip(tmp_path / "a.zip", {"one.json": b"[1]"})):
        member.read()
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize(
    "name", ["../up.json", "a/../../up.json", "/etc/passwd", "C:/up.json", "a\\..\\..\\up.json", "\\\\host\\up.json"]
)
def test_a_name_that_leaves_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReadError, match="leaves its folder"):
        members(_zip(tmp_path / "a.zip", {name: b"[1]"}))


def test_a_link_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("link.json")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(ReadError, match="link"):
        members(tmp_path / "a.zip")


def test_an_encrypted_archive_says_so(tmp_path: Path) -> None:
    raw = bytearray(_zip(tmp_path / "a.zip", {"one.json": b"[1]"}).read_bytes())
    directory = raw.index(b"PK\x01\x02")
    raw[directory + 8] |= 1  # the flag of encryption in the central directory
    raw[6] |= 1
    (tmp_path / "a.zip").write_bytes(raw)
    with pytest.raises(ReadError, match="encrypted"):
        members(tmp_path / "a.zip")


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    path = _zip(tmp_path / "bomb.zip", {"zeros": bytes(30 * 1024**2)})
    # Deflate reaches about 1,030:1 on zeros.
    assert path.stat().st_size < 30 * 1024**2 / 1_000
    with pytest.raises(ReadError, match="inflates"):
        members(path)


def test_a_bomb_of_many_members_is_refused_by_its_sum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MAX_INFLATED_BYTES", 1_000)
    with pytest.raises(ReadError, match="inflates"):
        members(_zip(tmp_path / "a.zip", {f"{i}": bytes(400) for i in range(3)}))


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MAX_MEMBERS", 2)
    with pytest.raises(ReadError, match="3 files"):
        members(_zip(tmp_path / "a.zip", {f"{i}": b"x" for i in range(3)}))


def _overlapping(path: Path) -> Path:
    """Two directory entries that point at the same bytes."""
    body = b"[1, 2, 3]"
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 0, zlib.crc32(body), len(body), len(body), 5, 0)
    blob = local + b"a.txt" + body
    directory = b""
    for name in (b"a.txt", b"b.txt"):
        directory += (
            struct.pack(
                "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, zlib.crc32(body), len(body), len(body), 5,
                0, 0, 0, 0, 0, 0,
            )
            + name
        )  # fmt: skip
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), len(blob), 0)
    path.write_bytes(blob + directory + end)
    return path


def test_members_that_share_bytes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="overlap"):
        members(_overlapping(tmp_path / "a.zip"))


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("one", "1")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("one", "2")
    with pytest.raises(ReadError, match="one name"):
        members(tmp_path / "a.zip")


def test_a_member_whose_bytes_were_changed_is_an_error_when_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("one.json", b"[11111]")
    path.write_bytes(path.read_bytes().replace(b"[11111]", b"[11112]"))
    (member,) = members(path)
    with pytest.raises(ReadError, match="damaged"):
        member.read()


def test_a_truncated_archive_is_one_error(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", {"one.json": b"[1]" * 1_000})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ReadError, match="cut short"):
        members(path)


def test_a_stream_longer_than_declared_is_stopped() -> None:
    stream = io.BufferedReader(guard._Bounded(io.BytesIO(b"x" * 100), size=10, where="a.zip, one"))
    with pytest.raises(ReadError, match="larger than the archive says"):
        stream.read()


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        members(tmp_path / "nowhere.zip")
