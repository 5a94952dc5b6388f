"""Archives are opened in one place, whole and bounded: bombs and hostile names made here, all synthetic."""

import io
import struct
import subprocess
import sys
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from sennight.errors import ReadError
from sennight.readers.guard import archive as guard_archive
from sennight.readers.guard import is_zip, members


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
    monkeypatch.setattr(guard_archive, "MAX_INFLATED_BYTES", 1_000)
    with pytest.raises(ReadError, match="inflates"):
        members(_zip(tmp_path / "a.zip", {f"{i}": bytes(400) for i in range(3)}))


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard_archive, "MAX_MEMBERS", 2)
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
    stream = io.BufferedReader(guard_archive._Bounded(io.BytesIO(b"x" * 100), size=10, where="a.zip, one"))
    with pytest.raises(ReadError, match="larger than the archive says"):
        stream.read()


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        members(tmp_path / "nowhere.zip")


# --- attacks: X-01 to X-04 ------------------------------------------------------------------------------------------


class _Entry(NamedTuple):
    """One line of a zip's directory, as true or as false as the test wants it."""

    name: bytes
    at: int
    packed: int
    inflated: int
    crc: int
    flags: int = 0
    method: int = zipfile.ZIP_DEFLATED


def _local(name: bytes, *, crc: int, packed: int, inflated: int, flags: int = 0) -> bytes:
    return struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, flags, 8, 0, 0, crc, packed, inflated, len(name), 0) + name


def _directory(entries: list[_Entry], at: int) -> bytes:
    lines = b"".join(
        struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, e.flags, e.method, 0, 0, e.crc, e.packed, e.inflated, len(e.name),
            0, 0, 0, 0, 0, e.at,
        )
        + e.name
        for e in entries
    )  # fmt: skip
    return lines + struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, len(entries) & 0xFFFF, len(entries) & 0xFFFF, len(lines), at, 0
    )


def _deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


def _full_overlap(path: Path, n: int) -> Path:
    """Every name points at the same 20 MB of zeros: 5.5 GB from a few kilobytes."""
    body = bytes(20 * 1024**2)
    kernel = _deflated(body)
    crc = zlib.crc32(body)
    blob = _local(b"000", crc=crc, packed=len(kernel), inflated=len(body)) + kernel
    entries = [_Entry(f"{i:03d}".encode(), 0, len(kernel), len(body), crc) for i in range(n)]
    path.write_bytes(blob + _directory(entries, len(blob)))
    return path


def _quoted_overlap(path: Path, n: int) -> Path:
    """Each file begins with a stored block that quotes the header of the next one, so all of them end in one kernel."""
    body = bytes(20 * 1024**2)
    kernel = _deflated(body)
    crc, packed, inflated = zlib.crc32(body), len(kernel), len(body)
    files: list[tuple[bytes, bytes, int, int, int]] = []
    tail = kernel
    for i in range(n):
        name = f"{i:03d}".encode()
        header = _local(name, crc=crc, packed=packed, inflated=inflated)
        files.append((name, header, packed, inflated, crc))
        quote = struct.pack("<BHH", 0, len(header), len(header) ^ 0xFFFF)
        tail = quote + header + tail if i < n - 1 else header + tail
        packed, inflated = packed + len(quote) + len(header), inflated + len(header)
    entries, at = [], 0
    for name, header, size, full, check in reversed(files):
        entries.append(_Entry(name, at, size, full, check))
        at += len(header) + 5
    path.write_bytes(tail + _directory(entries, len(tail)))
    return path


@pytest.mark.parametrize("bomb", [_full_overlap, _quoted_overlap])
def test_an_overlap_bomb_is_refused_before_a_byte_is_inflated(
    bomb: Callable[[Path, int], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X-01: so it takes neither time nor memory."""
    path = bomb(tmp_path / "bomb.zip", 275)
    assert path.stat().st_size < 60_000
    with zipfile.ZipFile(path) as archive:
        assert sum(info.file_size for info in archive.infolist()) > 5.5e9
    monkeypatch.setattr(zlib, "decompressobj", lambda *_: pytest.fail("inflated something"))
    with pytest.raises(ReadError, match="overlap"):
        members(path)


def test_a_header_that_lies_stops_at_what_it_says(tmp_path: Path) -> None:
    """X-02: declared 1 kB, holds 30 MB."""
    body = bytes(30 * 1024**2)
    kernel = _deflated(body)
    blob = _local(b"a", crc=zlib.crc32(body), packed=len(kernel), inflated=1_000) + kernel
    (tmp_path / "a.zip").write_bytes(
        blob + _directory([_Entry(b"a", 0, len(kernel), 1_000, zlib.crc32(body))], len(blob))
    )
    (member,) = members(tmp_path / "a.zip")
    with pytest.raises(ReadError, match="damaged"):
        member.read()


def test_a_member_cut_short_inside_is_an_error(tmp_path: Path) -> None:
    kernel = _deflated(b"[1]" * 1_000)[:-5]
    blob = _local(b"a", crc=0, packed=len(kernel), inflated=3_000) + kernel
    (tmp_path / "a.zip").write_bytes(blob + _directory([_Entry(b"a", 0, len(kernel), 3_000, 0)], len(blob)))
    with pytest.raises(ReadError, match="damaged"):
        members(tmp_path / "a.zip")[0].read()


def test_a_missing_data_descriptor_is_forgiven(tmp_path: Path) -> None:
    """X-02: the directory says all that the descriptor would."""
    body = b"[1, 2, 3]"
    kernel, crc = _deflated(body), zlib.crc32(body)
    blob = _local(b"a", crc=0, packed=0, inflated=0, flags=8) + kernel
    (tmp_path / "a.zip").write_bytes(blob + _directory([_Entry(b"a", 0, len(kernel), len(body), crc, 8)], len(blob)))
    assert members(tmp_path / "a.zip")[0].read() == body


def test_zip64_and_streamed_archives_are_read(tmp_path: Path) -> None:
    """X-02: sizes of 64 bits, and an archive written to a pipe."""
    with (
        zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("one.xml", "w", force_zip64=True) as file,
    ):
        file.write(b"<a/>")
    assert members(tmp_path / "a.zip")[0].read() == b"<a/>"

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.xml", b"<a/>" * 100)
        archive.writestr("two.xml", b"<b/>" * 100)
    (tmp_path / "b.zip").write_bytes(pipe.getvalue())
    assert [m.read() for m in members(tmp_path / "b.zip")] == [b"<a/>" * 100, b"<b/>" * 100]


def test_seventy_thousand_members_are_a_large_export_and_no_attack(tmp_path: Path) -> None:
    """X-02: more than 65,535 needs zip64's directory. In a process of its own, without the checks of types."""
    names = [f"{i:05d}".encode() for i in range(70_000)]
    blob = b"".join(_local(name, crc=0, packed=2, inflated=0) + b"\x03\x00" for name in names)
    listed = _directory([_Entry(name, i * 37, 2, 0, 0) for i, name in enumerate(names)], 0)[:-22]
    end64 = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 70_000, 70_000, len(listed), len(blob))
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(blob) + len(listed), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    (tmp_path / "a.zip").write_bytes(blob + listed + end64 + locator + end)
    code = """
import sys
from pathlib import Path
from sennight.readers.guard import members
found = members(Path(sys.argv[1]))
print(len(found), sum(len(m.read()) for m in found[:9]))
"""
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "a.zip"], capture_output=True, text=True, check=False)
    assert done.stdout == "70000 0\n", done.stderr


def test_an_oversized_directory_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard_archive, "MAX_DIRECTORY_BYTES", 100)
    with pytest.raises(ReadError, match="oversized"):
        members(_zip(tmp_path / "a.zip", {f"{i}": b"" for i in range(10)}))
    raw = bytearray(_zip(tmp_path / "b.zip", {"a": b""}).read_bytes())
    end = raw.rindex(b"PK\x05\x06")
    raw[end + 12 : end + 16] = b"\xff" * 4
    raw[end:end] = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 2**40, 0)
    (tmp_path / "b.zip").write_bytes(raw)
    with pytest.raises(ReadError, match="oversized"):
        members(tmp_path / "b.zip")


def test_archives_inside_archives_stay_closed(tmp_path: Path) -> None:
    """X-02: ten deep; what is offered is the bytes of the outermost member."""
    inner = b"x"
    for _ in range(10):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("inner.zip", inner)
        inner = buffer.getvalue()
    (tmp_path / "a.zip").write_bytes(inner)
    (member,) = members(tmp_path / "a.zip")
    assert member.name == "inner.zip"
    assert member.head(2) == b"PK"


def test_a_real_ratio_is_no_bomb(tmp_path: Path) -> None:
    """X-03: a repetitive export shrinks 104 times and more."""
    line = b' <Record type="HKQuantityTypeIdentifierStepCount" unit="count" startDate="2019-06-11 15:00:00 +0200"/>\n'
    path = _zip(tmp_path / "a.zip", {"export.xml": line * 40_000})
    (member,) = members(path)
    assert member.size > 104 * path.stat().st_size
    assert member.head(8) == line[:8]


@pytest.mark.parametrize("name", ["x" * 5_000, "gro\u202ejson.exe", "a\x0bb", "a\x1b[2Jb"])
def test_a_name_that_no_export_has_is_refused(tmp_path: Path, name: str) -> None:
    """X-04: very long, turned around, control characters."""
    with pytest.raises(ReadError, match="no export has"):
        members(_zip(tmp_path / "a.zip", {name: b"[1]"}))


def test_a_name_cut_by_a_zero_is_refused(tmp_path: Path) -> None:
    """X-04."""
    path = _zip(tmp_path / "a.zip", {"a.jsonZ.exe": b"[1]"})
    path.write_bytes(path.read_bytes().replace(b"a.jsonZ.exe", b"a.json\0.exe"))
    with pytest.raises(ReadError, match="leaves its folder"):
        members(path)


def test_names_are_never_paths_of_ours(tmp_path: Path) -> None:
    """X-04: device names and names that differ in case are members like others, as nothing is unpacked."""
    files = {"CON": b"1", "nul.json": b"2", "Sleep.json": b"3", "sleep.json": b"4", "über/ノート.csv": b"5"}
    found = members(_zip(tmp_path / "a.zip", files))
    assert {m.name: m.read() for m in found} == files
    assert [p.name for p in tmp_path.iterdir()] == ["a.zip"]


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    """X-04."""
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "one.json").write_text("[1]")
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "inner").symlink_to(tmp_path / "secret", target_is_directory=True)
    (tmp_path / "export" / "one.json").symlink_to(tmp_path / "secret" / "one.json")
    (tmp_path / "export" / "two.json").write_text("[2]")
    (tmp_path / "export" / "three.json").symlink_to("two.json")
    assert [m.name for m in members(tmp_path / "export")] == ["three.json", "two.json"]


def test_compression_nobody_uses_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a", "1")
    with pytest.raises(ReadError, match="unusual compression"):
        members(tmp_path / "a.zip")


def test_a_broken_zip_never_raises_anything_else(tmp_path: Path) -> None:
    """I-01 for the guard itself: every byte of a small zip set to 0 or 255, and every cut."""
    whole = _zip(tmp_path / "a.zip", {"a/one.json": b"[1, 2]", "two.json": b"[2]"}).read_bytes()
    path = tmp_path / "b.zip"
    broken = [whole[:n] for n in range(len(whole))]
    broken += [whole[:i] + bytes([v]) + whole[i + 1 :] for i in range(len(whole)) for v in (255 * (i % 2),)]
    refused = 0
    for raw in broken:
        path.write_bytes(raw)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for member in members(path):
                    member.read()
        except ReadError:
            refused += 1
    assert refused > len(whole)


def test_a_member_without_a_name_is_refused(tmp_path: Path) -> None:
    kernel = _deflated(b"x")
    blob = _local(b"", crc=zlib.crc32(b"x"), packed=len(kernel), inflated=1) + kernel
    entry = _Entry(b"", 0, len(kernel), 1, zlib.crc32(b"x"))
    (tmp_path / "a.zip").write_bytes(blob + _directory([entry], len(blob)))
    with pytest.raises(ReadError, match="leaves its folder"):
        members(tmp_path / "a.zip")


def test_an_empty_archive_holds_nothing(tmp_path: Path) -> None:
    """Failure 14."""
    assert members(_zip(tmp_path / "a.zip", {})) == ()


def test_is_zip_never_raises(tmp_path: Path) -> None:
    assert not is_zip(tmp_path / "nowhere")
    assert not is_zip(tmp_path)
