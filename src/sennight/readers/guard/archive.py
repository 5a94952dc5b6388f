"""Archives and folders offered alike, file by file; every member bounded, named harmlessly, never written to disk.

Promises: a zip is checked as a whole before its first byte is handed out (size of its directory, number of members,
inflated size, ratio, names, overlaps, encryption), and each member's stream stops at its declared size. Archives inside
archives stay closed here (see `nested`). Folders and single files are offered the same way, so that a reader of exports
need not know what it was given.
"""

import hashlib
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from sennight.errors import ReadError

# Ten years of an export with one-second heart rate inflate to about 8 GB in some 10,000 members.
MAX_INFLATED_BYTES = 32 * 1024**3
MAX_MEMBERS = 200_000
# 200,000 members with long names; the directory is the one part that is read as a whole.
MAX_DIRECTORY_BYTES = 64 * 1024**2
MAX_NAME_CHARS = 1_024
# Takeout/Fitbit/Global Export Data/... is three deep; a home folder is not an export.
MAX_FOLDER_DEPTH = 6
# Minute files of zeros reach 200:1, deflate itself ends at 1,032:1.
MAX_RATIO = 1_000
# Below this a high ratio is harmless: a file of 1 MiB fits anywhere.
RATIO_APPLIES_FROM_BYTES = 1024**2
BUFFER_BYTES = 65_536
_LOCAL_HEADER_BYTES = 30
_END, _END64 = b"PK\x05\x06", b"PK\x06\x06"
_TAIL_BYTES = 22 + 65_535 + 20 + 56  # end of the directory with the longest comment, and what zip64 puts before it
# They turn the order of letters around, so that a name looks like another one.
_TURNS_TEXT = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F}
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_HARM = "The archive was not opened; export it again, or unpack it yourself if you trust it."
_TRANSLATED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Member:
    """One file inside a folder, an archive, or on its own. `name` is relative, with forward slashes."""

    name: str
    size: int
    open: Callable[[], io.BufferedIOBase]
    path: Path | None = None
    depth: int = 0
    """How many archives it lies in."""

    @property
    def basename(self) -> str:
        """The last part of the name."""
        return PurePosixPath(self.name).name

    def read(self) -> bytes:
        """All bytes. Raises: ReadError if the member is damaged or larger than it says."""
        with self.open() as stream:
            return stream.read()

    def sha256(self) -> str:
        """Hash of all bytes. Raises: ReadError as `read`."""
        digest = hashlib.sha256()
        with self.open() as stream:
            while piece := stream.read(1 << 20):
                digest.update(piece)
        return digest.hexdigest()

    def head(self, n: int) -> bytes:
        """The first n bytes, or fewer. Raises: ReadError if they cannot be read."""
        with self.open() as stream:
            return stream.read(n)


class _Bounded(io.RawIOBase):
    """A member's stream that raises ReadError at damage or beyond the declared size."""

    def __init__(self, inner: io.BufferedIOBase, *, size: int, where: str) -> None:
        super().__init__()
        self._inner, self._left, self._where = inner, size, where

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            piece = self._inner.read(len(buffer))
        except _TRANSLATED as error:
            raise ReadError("a damaged file", where=self._where, todo="Download or export it again.") from error
        self._left -= len(piece)
        if self._left < 0:
            raise ReadError("a member is larger than the archive says", where=self._where, todo=_HARM)
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._inner.close()
        super().close()


def members(path: Path) -> tuple[Member, ...]:
    """The files at a path, sorted by name: those of a folder (no hidden ones, no links out), a zip, or the file itself.

    Raises: ReadError if the path is missing, or the archive is damaged or could do harm.
    """
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise ReadError("there is no such file or folder", where=str(path))
    if is_zip(path):
        return _zip(path)
    return (_on_disk(path, path.name),)


def is_zip(path: Path) -> bool:
    """Does the file start like a zip archive? Raises nothing."""
    try:
        with path.open("rb") as file:
            return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False


def _on_disk(path: Path, name: str) -> Member:
    def open_it() -> io.BufferedIOBase:
        try:
            return path.open("rb")
        except OSError as error:
            raise ReadError("a file that cannot be opened", where=str(path)) from error

    return Member(name=name, size=path.stat().st_size, open=open_it, path=path)


def _folder(root: Path) -> tuple[Member, ...]:
    found = []
    for folder, subfolders, files in os.walk(root, followlinks=False):
        here = Path(folder)
        deep = len(here.relative_to(root).parts) >= MAX_FOLDER_DEPTH
        subfolders[:] = [] if deep else sorted(s for s in subfolders if not s.startswith("."))
        for name in files:
            file = here / name
            if not name.startswith(".") and file.is_file() and _stays_inside(file, root):
                found.append(_on_disk(file, file.relative_to(root).as_posix()))
        if len(found) > MAX_MEMBERS:
            raise ReadError(f"more than {MAX_MEMBERS:,} files", where=str(root), todo="Name a folder further down.")
    return tuple(sorted(found, key=lambda m: m.name))


def _stays_inside(file: Path, root: Path) -> bool:
    return not file.is_symlink() or file.resolve().is_relative_to(root.resolve())


def _zip(path: Path) -> tuple[Member, ...]:
    # The handle stays open for as long as a member can still be read, and goes with the last one.
    return zip_members(path.open("rb"), where=str(path))


def zip_members(file: BinaryIO, *, where: str, prefix: str = "", depth: int = 1) -> tuple[Member, ...]:
    """The files in a zip archive that was opened for reading, checked as a whole; `prefix` goes before their names.

    Raises: ReadError if the archive is damaged or could do harm.
    """
    _check_directory(file, where=where)
    try:
        archive = zipfile.ZipFile(file)
    except _TRANSLATED as error:
        raise ReadError("a zip archive that is damaged or cut short", where=where, todo="Download it again.") from error
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    _check_whole(infos, where=where)
    for info in infos:
        _check_one(info, where=where)
    _check_overlap(file, infos, directory_at=archive.start_dir, where=where)
    made = (_member(archive, info, where=where, prefix=prefix, depth=depth) for info in infos)
    return tuple(sorted(made, key=lambda m: m.name))


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, *, where: str, prefix: str, depth: int) -> Member:
    here = f"{where}, {info.filename}"

    def open_it() -> io.BufferedIOBase:
        try:
            inner = cast(io.BufferedIOBase, archive.open(info))
        except (*_TRANSLATED, KeyError) as error:
            raise ReadError("a damaged file in a zip archive", where=here, todo="Download it again.") from error
        return bounded(inner, size=info.file_size, where=here)

    return Member(name=prefix + info.filename, size=info.file_size, open=open_it, depth=depth)


def bounded(inner: io.BufferedIOBase, *, size: int, where: str) -> io.BufferedIOBase:
    """A stream that raises ReadError at damage or beyond `size` bytes."""
    return io.BufferedReader(cast(io.RawIOBase, _Bounded(inner, size=size, where=where)), BUFFER_BYTES)


def _check_directory(file: BinaryIO, *, where: str) -> None:
    """The directory's own size, before anything reads it whole."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
    tail = file.read(_TAIL_BYTES)
    end, end64 = tail.rfind(_END), tail.rfind(_END64)
    size = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    if size == 0xFFFF_FFFF and end64 >= 0:
        size = int.from_bytes(tail[end64 + 40 : end64 + 48], "little")
    if size > MAX_DIRECTORY_BYTES:
        raise ReadError("a zip archive with an oversized list of files", where=where, todo=_HARM)


def _check_whole(infos: list[zipfile.ZipInfo], *, where: str) -> None:
    if len(infos) > MAX_MEMBERS:
        raise ReadError(f"a zip archive of {len(infos):,} files; {MAX_MEMBERS:,} is the limit", where=where, todo=_HARM)
    inflated = sum(info.file_size for info in infos)
    if inflated > MAX_INFLATED_BYTES:
        raise ReadError(
            f"a zip archive that inflates to {inflated / 1024**3:,.0f} GiB; the limit is {MAX_INFLATED_BYTES >> 30}",
            where=where,
            todo=_HARM,
        )
    if len({info.filename for info in infos}) < len(infos):
        raise ReadError("a zip archive with two files of one name", where=where, todo=_HARM)


def _check_one(info: zipfile.ZipInfo, *, where: str) -> None:
    name = info.filename
    parts = name.replace("\\", "/").split("/")
    # ZipInfo cuts names at a NUL; the original shows what was really in the archive.
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\x00" in info.orig_filename or not name:
        raise ReadError("a zip archive with a file name that leaves its folder", where=where, todo=_HARM)
    if len(name) > MAX_NAME_CHARS or any(ord(c) < 32 or ord(c) in _TURNS_TEXT for c in name):
        raise ReadError("a zip archive with a file name that no export has", where=where, todo=_HARM)
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ReadError("a zip archive with a link in it", where=where, todo=_HARM)
    if info.flag_bits & 0x1:
        raise ReadError("an encrypted zip archive", where=where, todo="Unpack it with its password first.")
    if info.compress_type not in _METHODS:
        raise ReadError("a zip archive with an unusual compression", where=where, todo="Pack it again as plain zip.")
    if info.file_size >= RATIO_APPLIES_FROM_BYTES and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise ReadError(f"a file that inflates more than {MAX_RATIO:,} times", where=where, todo=_HARM)


def _check_overlap(file: BinaryIO, infos: list[zipfile.ZipInfo], *, directory_at: int, where: str) -> None:
    """Members that share bytes are how small bombs become large ones."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    for info, following in zip_longest(ordered, ordered[1:]):
        file.seek(max(info.header_offset, 0))
        header = file.read(_LOCAL_HEADER_BYTES)
        lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        end = info.header_offset + _LOCAL_HEADER_BYTES + lengths + info.compress_size
        limit = following.header_offset if following else directory_at
        if header[:4] != b"PK\x03\x04" or end > limit:
            raise ReadError("a zip archive whose files overlap or are cut short", where=where, todo=_HARM)
