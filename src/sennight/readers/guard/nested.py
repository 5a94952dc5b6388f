"""What lies packed inside an export: a zip in a zip (Garmin's account), files packed one by one (Strava's `.fit.gz`).

Promises: one level of archives and no more, each checked as the outer one is, all of them together within the limits of
one; what is unpacked stands in a nameless file of the temporary folder or in memory, and goes when it is done with.
"""

import gzip
import io
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO, cast

from sennight.errors import ReadError
from sennight.readers.guard.archive import (
    MAX_INFLATED_BYTES,
    MAX_MEMBERS,
    MAX_RATIO,
    RATIO_APPLIES_FROM_BYTES,
    Member,
    bounded,
    zip_members,
)
from sennight.readers.guard.scratch import MAX_SCRATCH_BYTES

MAX_DEPTH = 2  # archives around a file
# A FIT file of a day that records every second is 5 MB; a gzip file does not say reliably how large its content is.
MAX_GZIP_BYTES = 256 * 1024**2
_ZIP, _GZIP = (b"PK\x03\x04", b"PK\x05\x06"), b"\x1f\x8b"
_PIECE_BYTES = 1 << 20
_HARM = "The archive was not opened; unpack it yourself if you trust it."


def nested(found: Sequence[Member], *, failed: dict[str, str]) -> tuple[Member, ...]:
    """The files in those of these members that are zip archives themselves; an archive in them stays closed.

    One that is damaged, could do harm, or lies too deep is named in `failed` with the reason. Raises nothing else.
    """
    inside: list[Member] = []
    left = MAX_INFLATED_BYTES - sum(m.size for m in found)
    for member in found:
        if not member.basename.lower().endswith(".zip"):
            continue
        try:
            new = _opened(member)
            left -= sum(m.size for m in new)
            if left < 0 or len(inside) + len(new) > MAX_MEMBERS:
                raise ReadError("archives in an archive that inflate beyond the limit", where=member.name, todo=_HARM)
        except ReadError as harm:
            failed[member.name] = harm.what
        else:
            inside += new
    return tuple(inside)


def _opened(member: Member) -> tuple[Member, ...]:
    if member.depth >= MAX_DEPTH:
        raise ReadError("an archive in an archive in an archive", where=member.name, todo=_HARM)
    if not member.head(4).startswith(_ZIP):
        raise ReadError("no zip archive, whatever its name", where=member.name)
    if member.size > MAX_SCRATCH_BYTES:
        raise ReadError(f"an archive of more than {MAX_SCRATCH_BYTES:,} bytes in an archive", where=member.name)
    # Nameless: it goes with the last member that can be read from it, whatever ends this process.
    copy = cast(BinaryIO, tempfile.TemporaryFile(prefix="sennight-"))  # noqa: SIM115
    try:
        with member.open() as source:
            while piece := source.read(_PIECE_BYTES):
                copy.write(piece)
        return zip_members(copy, where=member.name, prefix=f"{member.name}/", depth=member.depth + 1)
    except ReadError:
        copy.close()
        raise
    except OSError as error:
        copy.close()
        raise ReadError(
            "no room for a copy of an archive that sits in an archive",
            where=member.name,
            todo="Free space in the temporary folder, or unpack the archive and read the folder.",
        ) from error


def unzipped(member: Member, *, max_bytes: int = MAX_GZIP_BYTES) -> Member:
    """A member without the gzip around it, under its own name, if there is one; else the member itself.

    Reading it raises ReadError if it is damaged, or inflates beyond `max_bytes` or a thousand times.
    Raises: ReadError if the member cannot be opened.
    """
    if not member.basename.lower().endswith(".gz") or member.head(2) != _GZIP:
        return member
    most = min(max_bytes, max(RATIO_APPLIES_FROM_BYTES, MAX_RATIO * member.size))

    def open_it() -> io.BufferedIOBase:
        inner = cast(io.BufferedIOBase, gzip.GzipFile(fileobj=member.open()))
        return bounded(inner, size=most, where=member.name)

    return replace(member, open=open_it, path=None, depth=member.depth + 1)
