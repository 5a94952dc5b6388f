"""GENEActiv, and its forerunner GENEA: both leave `.bin` files, which have nothing else in common.

One file is one person.
"""

from pathlib import Path

from sennight.errors import ReadError
from sennight.readers.geneactiv import genea, pages
from sennight.readers.guard import Member, members
from sennight.readers.raw_files import kinds_of, likely, one_person_a_file
from sennight.readers.reader import Reading, ReadReport
from sennight.record import Recording

__all__ = ["READER", "GeneActivReader"]

SUFFIXES = (".bin",)
HEAD_BYTES = 4_096


class GeneActivReader:
    """The reader of GENEActiv's and GENEA's files."""

    name = "geneactiv"
    title = "GENEActiv and GENEA bin"

    def claims(self, path: Path) -> bool:
        """Holds a file that begins as one of these."""
        try:
            return any(_kind(m) for m in likely(members(path), SUFFIXES))
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it, one person a file.

        Raises: ReadError if nothing of GENEActiv is there, or a file is damaged as a whole.
        """
        found = members(path)
        kinds = kinds_of(found, _kind)
        mine = [m for m in found if m.name in kinds]
        if not mine:
            raise ReadError("no GENEActiv file is there", where=str(path), todo="Expected .bin files of the device.")

        def read_file(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
            return _READ[kinds[member.name]](member, person, report)

        return one_person_a_file(
            mine, reader=self.name, source=path, others=[m for m in found if m.name not in kinds], read_file=read_file
        )


_READ = {"pages": pages.read_pages, "genea": genea.read_genea}


def _kind(member: Member) -> str:
    head = member.head(HEAD_BYTES)
    if genea.claims_head(head):
        return "genea"
    return "pages" if pages.claims_head(head) else ""


READER = GeneActivReader()
