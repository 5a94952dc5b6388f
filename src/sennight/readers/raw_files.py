"""Raw files: each file of a research device is one person; a bad file never loses the others.

What the readers of such devices share: which of the files found are theirs, ids from file names, a hash taken while the
file streams by, and what the report says of a file that could not be read.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from sennight.errors import InputError, ReadError
from sennight.readers.guard import Member
from sennight.readers.reader import Reading, ReadReport
from sennight.record import Facts, Person, Recording

MOST_HEADS = 24  # files of a folder that are looked into before a reader says that none is its own
_EXPORT_AGAIN = "Download it from the device again."


class Hashed:
    """A member's stream, hashed while it is read, so that a large file is read once."""

    def __init__(self, member: Member) -> None:
        self._stream = member.open()
        self._digest = hashlib.sha256()

    def read(self, n: int) -> bytes:
        """Exactly n bytes, fewer only at the end. Raises: ReadError if the member is damaged."""
        pieces, left = [], n
        while left and (piece := self._stream.read(left)):
            pieces.append(piece)
            left -= len(piece)
        whole = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self._digest.update(whole)
        return whole

    def sha256(self) -> str:
        """Hash of all bytes, those not read so far included; closes the stream."""
        while self.read(1 << 20):
            pass
        self._stream.close()
        return self._digest.hexdigest()


def likely(found: Sequence[Member], suffixes: Sequence[str]) -> Iterator[Member]:
    """Members worth a look, those with a known suffix (in any case) first; a bounded number of them."""
    fitting = [m for m in found if PurePosixPath(m.name).suffix.lower() in suffixes]
    others = [m for m in found if PurePosixPath(m.name).suffix.lower() not in suffixes]
    yield from [*fitting[:MOST_HEADS], *others[:MOST_HEADS]]


def kinds_of(found: Sequence[Member], kind_of: Callable[[Member], str]) -> dict[str, str]:
    """Name -> kind of each member that has one; one that cannot be opened has none and does not lose the others."""
    kinds = {}
    for member in found:
        try:
            kinds[member.name] = kind_of(member)
        except ReadError:
            continue
    return {name: kind for name, kind in kinds.items() if kind}


def one_person_a_file(
    mine: Sequence[Member],
    *,
    reader: str,
    source: Path,
    others: Sequence[Member],
    read_file: Callable[[Member, str, ReadReport], tuple[Recording, ...]],
) -> Reading:
    """People of these files in their order. `read_file` gets a file, the person's id and the report.

    A single file that cannot be read is an error; of several it is listed in the report's `failed`.
    """
    report = ReadReport(reader=reader, source=str(source), files=len(mine), bytes_read=sum(m.size for m in mine))
    report.unknown.update(f"file {PurePosixPath(m.name).suffix.lower() or 'without a suffix'}" for m in others)
    return Reading(
        people=_people(mine, reader=reader, source=source, report=report, read_file=read_file),
        facts=Facts.none(),
        report=report,
        n_people=1 if len(mine) == 1 else None,
    )


def _people(
    mine: Sequence[Member],
    *,
    reader: str,
    source: Path,
    report: ReadReport,
    read_file: Callable[[Member, str, ReadReport], tuple[Recording, ...]],
) -> Iterator[Person]:
    taken: set[str] = set()
    for member in mine:
        person = _person_of(member, reader=reader, taken=taken)
        try:
            recordings = read_file(member, person, report)
            if not recordings:
                raise _nothing_usable(member, report)
        except InputError as error:
            if len(mine) == 1:
                raise
            report.failed[member.name] = str(error).split("\n", 1)[0]
            continue
        yield Person(id=person, recordings=recordings)
    if mine and len(report.failed) == len(mine):
        raise ReadError("none of the device files could be read", where=str(source), todo=_EXPORT_AGAIN)


def _nothing_usable(member: Member, report: ReadReport) -> ReadError:
    mostly = "".join(f"; most of it was dropped: {reason}" for reason, _ in report.dropped.most_common(1))
    return ReadError(
        f"a device file without one minute that could be used{mostly}",
        where=member.name,
        todo="A minute needs samples in half of its seconds. If the recording is longer, download it again.",
    )


def _person_of(member: Member, *, reader: str, taken: set[str]) -> str:
    """The reader's name and the file's own; a second file of one name in another folder gets a number."""
    stem = PurePosixPath(member.name).stem
    n, person = 1, f"{reader}-{stem}"
    while person in taken:
        n += 1
        person = f"{reader}-{stem}-{n}"
    taken.add(person)
    return person


def place_of(words: str) -> str:
    """Where a device was worn, by what its settings say: "wrist", "hip", or "" if neither.

    >>> place_of("right wrist"), place_of("Waist"), place_of("back")
    ('wrist', 'hip', '')
    """
    folded = words.casefold()
    if "wrist" in folded:
        return "wrist"
    return "hip" if "hip" in folded or "waist" in folded else ""


def remark(report: ReadReport, sentence: str) -> None:
    """Add a note once."""
    if sentence and sentence not in report.notes:
        report.notes.append(sentence)
