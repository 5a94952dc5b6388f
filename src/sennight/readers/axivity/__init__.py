"""Axivity AX3 and AX6: CWA files, what OmGui exports from them (CSV, WAV), and the UK Biobank's epoch files.

One file is one person. All clocks are local, and no file names a zone.
"""

from pathlib import Path

from sennight.errors import ReadError
from sennight.readers.axivity import table, wav
from sennight.readers.axivity.cwa import claims_head, read_cwa
from sennight.readers.guard import Member, members
from sennight.readers.raw_files import kinds_of, likely, one_person_a_file
from sennight.readers.reader import Reading, ReadReport
from sennight.record import Recording

__all__ = ["READER", "AxivityReader"]

SUFFIXES = (".cwa", ".csv", ".wav")
HEAD_BYTES = 2_048


class AxivityReader:
    """The reader of Axivity's files."""

    name = "axivity"
    title = "Axivity AX3 and AX6: CWA, CSV, WAV; UK Biobank epochs"

    def claims(self, path: Path) -> bool:
        """Holds a file that begins as one of these."""
        try:
            return any(_kind(m) for m in likely(members(path), SUFFIXES))
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it, one person a file.

        Raises: ReadError if nothing of Axivity is there, or a file is damaged as a whole.
        """
        found = members(path)
        kinds = kinds_of(found, _kind)
        mine = [m for m in found if m.name in kinds]
        if not mine:
            raise ReadError("no Axivity file is there", where=str(path), todo="Expected .cwa, or CSV or WAV of OmGui.")

        def read_file(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
            return _READ[kinds[member.name]](member, person, report)

        return one_person_a_file(
            mine, reader=self.name, source=path, others=[m for m in found if m.name not in kinds], read_file=read_file
        )


_READ = {"cwa": read_cwa, "samples": table.read_samples, "epochs": table.read_epochs, "wav": wav.read_wav}


def _kind(member: Member) -> str:
    """Which of the four a file is by how it begins; "" if none. Raises: ReadError if it cannot be opened."""
    head = member.head(HEAD_BYTES)
    if claims_head(head):
        return "cwa"
    if wav.claims_head(head):
        return "wav"
    return table.kind_of_head(head)


READER = AxivityReader()
