"""ActiGraph: gt3x (raw acceleration), agd (counted epochs) and ActiLife's CSV of either; a file, a folder or a zip.

Files are told by what is in them. Each is one person's recording.
"""

from collections.abc import Sequence
from pathlib import Path

from sennight.errors import ReadError
from sennight.readers.actigraph.agd import MAGIC, is_agd, read_agd
from sennight.readers.actigraph.gt3x import is_container, read_gt3x
from sennight.readers.actigraph.info import read_info
from sennight.readers.actigraph.text import is_text, read_text
from sennight.readers.guard import Member, is_zip, members, on_disk
from sennight.readers.raw_files import MOST_HEADS, likely, one_person_a_file
from sennight.readers.reader import Reading, ReadReport
from sennight.record import Recording

__all__ = ["READER", "ActiGraphReader"]

SUFFIXES = (".gt3x", ".agd", ".csv")
HEAD_BYTES = 16_384
_ZIP = b"PK\x03\x04"


class ActiGraphReader:
    """The reader of ActiGraph's files."""

    name = "actigraph"
    title = "ActiGraph gt3x, agd and CSV"

    def claims(self, path: Path) -> bool:
        """Holds a gt3x, an agd database, or a CSV with ActiLife's header, among the first files."""
        try:
            return bool(_mine(_files(path), most=MOST_HEADS))
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Everybody, one person a file.

        Raises: ReadError if nothing of ActiGraph is there, or the only file is damaged.
        """
        found = _files(path)
        mine = _mine(found, most=None)
        if not mine:
            raise ReadError(
                "no ActiGraph file is there", where=str(path), todo="Expected .gt3x, .agd, or a CSV of ActiLife."
            )
        names = {m.name for m in mine}
        others = [m for m in found if m.name not in names]
        return one_person_a_file(mine, reader=self.name, source=path, others=others, read_file=_read_file)


READER = ActiGraphReader()


def _files(path: Path) -> Sequence[Member]:
    """What is at the path; a gt3x, which is an archive itself, is one file."""
    found = members(path)
    if path.is_file() and is_zip(path) and is_container(found):
        # Its parts are opened again when it is its turn.
        return (Member(name=path.name, size=path.stat().st_size, open=lambda: path.open("rb"), path=path),)
    return found


def _mine(found: Sequence[Member], *, most: int | None) -> list[Member]:
    if most is None:
        looked_into = [m for m in found if m.size and (len(found) == 1 or m.name.lower().endswith(SUFFIXES))]
    else:
        looked_into = [m for m in likely(found, SUFFIXES) if m.size]
    return [m for m in looked_into if _is_mine(m)]


def _is_mine(member: Member) -> bool:
    head = member.head(HEAD_BYTES)
    if head.startswith(_ZIP):
        # Of archives in archives only the name tells before they are copied out.
        return member.name.lower().endswith(".gt3x") if member.path is None else _is_gt3x(member.path)
    return is_agd(head) if head.startswith(MAGIC) else is_text(head)


def _is_gt3x(path: Path) -> bool:
    try:
        found = members(path)
        settings = next((m for m in found if m.basename.lower() == "info.txt"), None)
        return settings is not None and is_container(found) and bool(read_info(settings))
    except ReadError:
        return False


def _read_file(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    head, sha256 = member.head(HEAD_BYTES), member.sha256()
    if head.startswith(_ZIP):
        with on_disk(member) as path:
            return read_gt3x(members(path), name=member.name, person=person, report=report, sha256=sha256)
    if head.startswith(MAGIC):
        return read_agd(member, person=person, report=report, sha256=sha256)
    return read_text(member, person=person, report=report, sha256=sha256)
