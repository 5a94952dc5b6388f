"""Empatica: sessions of the E4 (CSV), raw data of the EmbracePlus (Avro), and its minutes made by the vendor (CSV).

All three are recognised by what is in the files; a folder or a zip may hold several sessions and participants. One
session of an E4 is one person, as its files say nothing of who wore it; of an EmbracePlus it is the participant whose
number the file names begin with.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sennight.errors import ReadError
from sennight.readers.empatica import e4, embrace_minutes, embrace_raw
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member, members
from sennight.readers.reader import Reading, ReadReport
from sennight.record import Facts, Person, Recording

__all__ = ["READER", "EmpaticaReader"]

MOST_LOOKED_INTO = 24  # files of a suffix that a claim opens


@dataclass(kw_only=True)
class _Participant:
    """The EmbracePlus files of one participant."""

    raw: list[Member] = field(default_factory=list)
    minutes: list[Member] = field(default_factory=list)


class EmpaticaReader:
    """The reader of Empatica's two wrist bands."""

    name = "empatica"
    title = "Empatica: E4 session (CSV), EmbracePlus raw data (Avro) and minutes (CSV)"

    def claims(self, path: Path) -> bool:
        """Holds a session of an E4, or Avro or CSV of an EmbracePlus. Raises nothing."""
        try:
            found = members(path)
            return e4.claims(found) or any(
                is_one(m)
                for suffix, is_one in ((".avro", embrace_raw.is_raw), (".csv", embrace_minutes.is_minutes))
                for m in islice((m for m in found if m.name.lower().endswith(suffix)), MOST_LOOKED_INTO)
            )
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it: one person at a time. Raises: ReadError if nothing of Empatica is there or nothing can be read."""
        found = members(path)
        sessions = e4.sessions(found)
        participants, used = _participants(found)
        used |= {m.name for session in sessions for m in session.files.values()}
        if not used:
            raise ReadError(
                "no file of an Empatica device is there",
                where=str(path),
                todo="Expected ACC.csv, EDA.csv, ... of an E4, or .avro or minutes (CSV) of an EmbracePlus.",
            )
        report = ReadReport(
            reader=self.name,
            source=str(path),
            files=len(used),
            bytes_read=sum(m.size for m in found if m.name in used),
        )
        report.unknown.update(f"file {_kind(m)}" for m in found if m.name not in used)
        return Reading(
            people=_people(path, sessions, participants, single=len(found) == 1 and path.is_file(), report=report),
            facts=Facts.none(),
            report=report,
        )


READER = EmpaticaReader()


def _kind(member: Member) -> str:
    """A name without what differs between days and people, so that a thousand files of one sort count as one."""
    return "".join(c for c in member.basename if not c.isdigit() and c not in "-_")[:40]


def _participants(found: Sequence[Member]) -> tuple[dict[str, _Participant], set[str]]:
    """EmbracePlus files by participant, and the names of all of them. Raises: ReadError if one cannot be opened."""
    who: dict[str, _Participant] = {}
    used = set()
    for member in found:
        suffix = member.name.lower().rpartition(".")[2]
        raw = suffix == "avro" and embrace_raw.is_raw(member)
        if raw or (suffix == "csv" and embrace_minutes.is_minutes(member)):
            one = who.setdefault(embrace_raw.participant_of(member), _Participant())
            (one.raw if raw else one.minutes).append(member)
            used.add(member.name)
    return who, used


def _people(
    path: Path,
    sessions: Sequence[e4.Session],
    participants: dict[str, _Participant],
    *,
    single: bool,
    report: ReadReport,
) -> Iterator[Person]:
    taken: set[str] = set()
    anybody = False
    for session in sessions:
        # Its own folder names it, read from there or from above; a file on its own, ACC.csv, has no name that says who.
        words = session.name.rpartition("/")[2] or ("1" if single else path.stem)
        person = _free(f"empatica-{words}", taken)
        if recordings := e4.read(session, person=person, report=report):
            anybody = True
            yield Person(id=person, recordings=recordings)
    for name, files in sorted(participants.items()):
        person = _free(f"empatica-{name}", taken)
        if recordings := _embrace_plus(files, person=person, report=report):
            anybody = True
            yield Person(id=person, recordings=recordings)
    if not anybody:
        why = next((f"{name}: {why}." for name, why in report.failed.items()), "Is the recording longer than a minute?")
        raise ReadError("an Empatica recording of which nothing can be read", where=str(path), todo=why)


def _free(person: str, taken: set[str]) -> str:
    n, name = 1, person
    while name in taken:
        n += 1
        name = f"{person}-{n}"
    taken.add(name)
    return name


def _embrace_plus(files: _Participant, *, person: str, report: ReadReport) -> tuple[Recording, ...]:
    made = embrace_raw.read(files.raw, person=person, report=report) if files.raw else ()
    gathering = Gathering(person=person, report=report)
    embrace_minutes.read_into(files.minutes, gathering, report=report)
    return (*made, *gathering.recordings())
