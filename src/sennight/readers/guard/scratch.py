"""A real path for a member: the file itself, or a bounded copy in a private folder that goes when it is done with."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from sennight.errors import ReadError
from sennight.readers.guard.archive import Member

# Ten years of one database of a phone are below 3 GB; more would fill the temporary folder of a small machine.
MAX_SCRATCH_BYTES = 8 * 1024**3
_PIECE_BYTES = 1 << 20
_MAX_SUFFIX = 12  # characters of ".sqlite-wal" and the like


@contextmanager
def on_disk(member: Member, *, max_bytes: int = MAX_SCRATCH_BYTES) -> Iterator[Path]:
    """The member's own path if it has one, else a copy of it in a folder that only this user can read.

    The copy has a name of ours (only the suffix is the member's) and is removed at the end, whatever happens.
    Raises: ReadError if the member is damaged, larger than `max_bytes` or than it says, or the disk is full.
    """
    if member.path is not None:
        yield member.path
        return
    if member.size > max_bytes:
        raise ReadError(
            f"a file of {member.size:,} bytes in an archive; {max_bytes:,} is the limit",
            where=member.name,
            todo="Unpack the archive and read the folder.",
        )
    with tempfile.TemporaryDirectory(prefix="sennight-") as folder:
        path = Path(folder) / f"member{_suffix(member.name)}"
        _copy(member, path)
        yield path


def _suffix(name: str) -> str:
    suffix = PurePosixPath(name).suffix
    return suffix if len(suffix) <= _MAX_SUFFIX and suffix[1:].isalnum() and suffix.isascii() else ""


def _copy(member: Member, path: Path) -> None:
    try:
        with member.open() as source, path.open("xb") as target:
            while piece := source.read(_PIECE_BYTES):
                target.write(piece)
    except OSError as error:
        raise ReadError(
            "no room for a copy of a file that sits in an archive",
            where=member.name,
            todo="Free space in the temporary folder, or unpack the archive and read the folder.",
        ) from error
