"""Device files told by their content: which of the files at a path are one device's, by suffix first, then first bytes.

For recorders that write one file a wearing (Actiwatch, Actical, ActLumus, EDF). The name of a file only says which to
look into; what is in it decides.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sennight.errors import ReadError
from sennight.readers.guard import Member, members
from sennight.readers.raw_files import one_person_a_file
from sennight.readers.reader import Reading, ReadReport
from sennight.record import Recording

# A claim reads heads only; a study of thousands shows what it is in its first files.
MOST_LOOKED_INTO = 20
HEAD_BYTES = 4_096


@dataclass(frozen=True, kw_only=True)
class DeviceFiles:
    """One sort of file: suffixes in small letters, and whether the first `head_bytes` are its own.

    `head` takes bytes and never raises. A file on its own may have any suffix.
    """

    suffixes: tuple[str, ...]
    head: Callable[[bytes], bool]
    head_bytes: int = HEAD_BYTES

    def claims(self, path: Path) -> bool:
        """Is one of the first files of this sort? Raises nothing."""
        try:
            return bool(self.among(members(path), most=MOST_LOOKED_INTO))
        except (ReadError, OSError, ValueError):
            return False

    def among(self, found: Sequence[Member], *, most: int | None = None) -> list[Member]:
        """The members of this sort, of the first `most` with a fitting name.

        Raises: ReadError if one cannot be opened.
        """
        alone = len(found) == 1
        named = [m for m in found if m.size and (alone or m.name.lower().endswith(self.suffixes))]
        return [m for m in named[:most] if self.head(m.head(self.head_bytes))]

    def read(
        self, path: Path, *, reader: str, read_file: Callable[[Member, str, ReadReport], tuple[Recording, ...]]
    ) -> Reading:
        """Everybody, one person a file. Raises: ReadError if no file is of this sort, or the only one is damaged."""
        found = members(path)
        mine = self.among(found)
        if not mine:
            raise ReadError("no file of this device is there", where=str(path), todo="Is this the right folder?")
        names = {m.name for m in mine}
        others = [m for m in found if m.name not in names]
        return one_person_a_file(mine, reader=reader, source=path, others=others, read_file=read_file)
