"""Joining: several exports as one Reading; each is read alone, and one that fails does not stop the others.

Exports of one person's own become one person, whose devices stay apart; what two of them both hold counts once, so that
reading the same export twice, or two that overlap in either order, gives the same person.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sennight.errors import ReadError
from sennight.readers.finding import Found
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.samples import Samples, settle_repeats
from sennight.record import Clock, Facts, Person, Recording

SAME_PERSON = "these exports were taken as one person's: "
_FILE = "file "  # how readers begin the name of a file that they leave alone


def join(found: Sequence[Found], *, source: Path) -> Reading:
    """Read all of them. People come person by person, those of personal exports first, as one.

    Raises: ReadError, while people are taken, if not one of them could be read.
    """
    report = ReadReport(reader=", ".join(dict.fromkeys(f.reader.name for f in found)), source=str(source))
    opened: list[tuple[Found, Reading]] = []
    for each in found:
        try:
            opened.append((each, each.reader.read(each.path)))
        except ReadError as harm:
            report.failed[_where(each, source)] = harm.what
    if not opened:
        raise _nothing(report, source)
    personal = [(f, r) for f, r in opened if r.personal]
    others = [(f, r) for f, r in opened if not r.personal]
    name = f"person-{source.stem}"
    facts = Facts.none()
    for _, reading in opened:
        facts = _beside(facts, _renamed(reading.facts, name) if reading.personal else reading.facts, report)
    if len(personal) > 1:
        listed = ", ".join(sorted(f"{_where(f, source)} ({f.reader.name})" for f, _ in personal))
        report.notes.append(f"{SAME_PERSON}{listed}; keep other people's exports in folders of their own")
    known = [r.n_people for _, r in others]
    channels = [r.channels for _, r in opened]
    return Reading(
        people=_people(personal, others, name=name, report=report, source=source, known=_files(found)),
        facts=facts,
        report=report,
        n_people=None if None in known else sum(n or 0 for n in known) + bool(personal),
        channels=None if None in channels else tuple(dict.fromkeys(c for cs in channels for c in cs or ())),
        personal=not others,
    )


def _files(found: Sequence[Found]) -> frozenset[str]:
    """How a reader of a folder counts the files that other readers take."""
    return frozenset(f"file {f.path.name}" for f in found)


def _where(found: Found, source: Path) -> str:
    return found.path.relative_to(source).as_posix() if found.path != source else source.name


def _nothing(report: ReadReport, source: Path) -> ReadError:
    first = next(iter(report.failed.items()), ("", ""))
    return ReadError(
        f"none of the {len(report.failed)} exports here could be read; the first: {first[1]}",
        where=f"{source}, {first[0]}",
        todo="Export them again.",
    )


def _people(
    personal: Sequence[tuple[Found, Reading]],
    others: Sequence[tuple[Found, Reading]],
    *,
    name: str,
    report: ReadReport,
    source: Path,
    known: frozenset[str],
) -> Iterator[Person]:
    mine: list[Recording] = []
    left: list[Counter[str]] = []  # files left alone, by each that looked at the whole folder
    for each, reading in personal:
        taken = list(_taken(each, reading, report, source, known, left))
        mine += [replace(r, person=name) for person in taken for r in person.recordings]
    if mine:
        yield Person(id=name, recordings=unified(mine, report=report))
    ids: set[str] = set()
    for each, reading in others:
        for person in _taken(each, reading, report, source, known, left):
            yield _with_own_id(person, ids, each)
    # What one of several leaves alone another may have read: only what all of them left was read by nobody.
    for name in sorted(set.intersection(*map(set, left))) if left else ():
        report.unknown[name] += min(counts[name] for counts in left)
    if not mine and not ids and report.failed:
        raise _nothing(report, source)


def _taken(
    found: Found,
    reading: Reading,
    report: ReadReport,
    source: Path,
    known: frozenset[str],
    left: list[Counter[str]],
) -> Iterator[Person]:
    """The people of one export; where it breaks, those before stay. Files it left alone go to `left`."""
    try:
        yield from reading.people
    except ReadError as harm:
        report.failed[_where(found, source)] = harm.what
    for name in known & reading.report.unknown.keys():
        del reading.report.unknown[name]
    if found.path == source:
        unknown = reading.report.unknown
        left.append(Counter({name: unknown.pop(name) for name in list(unknown) if name.startswith(_FILE)}))
    _add(report, reading.report, _where(found, source))


def _with_own_id(person: Person, ids: set[str], found: Found) -> Person:
    """Two devices' files of one name are two people, told apart by their folders."""
    new, n = person.id, 1
    while new in ids:
        n += 1
        new = f"{person.id}-{found.path.parent.name}" if n == 2 else f"{person.id}-{n}"
    ids.add(new)
    if new == person.id:
        return person
    return Person(id=new, recordings=tuple(replace(r, person=new) for r in person.recordings))


def _add(to: ReadReport, of: ReadReport, where: str) -> None:
    to.files += of.files
    to.bytes_read += of.bytes_read
    to.records_seen += of.records_seen
    to.records_kept += of.records_kept
    for mine, theirs in ((to.dropped, of.dropped), (to.unknown, of.unknown), (to.devices, of.devices)):
        mine.update(theirs)
    to.converted.update(of.converted)
    to.notes += [f"{of.reader}: {note}" for note in of.notes]
    to.failed |= {f"{where}, {file}": why for file, why in of.failed.items()}
    to.cut_short |= {f"{where}, {file}": what for file, what in of.cut_short.items()}


def _renamed(facts: Facts, name: str) -> Facts:
    """The same facts of one person under another name; facts of several stay theirs."""
    return Facts(people=(name,), columns=facts.columns) if len(facts.people) == 1 else facts


def _beside(facts: Facts, more: Facts, report: ReadReport) -> Facts:
    """Both; a fact that comes in two units is kept from the first export, and said."""
    clash = [n for n, c in more.columns.items() if n in facts.columns and facts.columns[n].unit != c.unit]
    for fact in clash:
        report.notes.append(f"fact '{fact}' comes in two units; the first export's was kept")
    kept = {n: c for n, c in more.columns.items() if n not in clash}
    return facts.merged(Facts(people=more.people, columns=kept))


def unified(recordings: Sequence[Recording], *, report: ReadReport) -> tuple[Recording, ...]:
    """One recording a device, channel and clock, by name; a sample that stands in two exports counts once."""
    parts: dict[tuple[str, str, Clock], list[Recording]] = defaultdict(list)
    for recording in recordings:
        parts[recording.device, recording.channel.name, recording.clock].append(recording)
    return tuple(_one(same, report=report) for _, same in sorted(parts.items()))


def _one(same: Sequence[Recording], *, report: ReadReport) -> Recording:
    if len(same) == 1:
        return same[0]
    first = min(same, key=lambda r: (r.source, r.source_sha256))
    again = ReadReport(reader=report.reader, source=report.source)
    settled = settle_repeats(
        Samples(
            utc=np.concatenate([r.times_utc for r in same]),
            offset_s=np.concatenate([r.utc_offset_s for r in same]),
            values=np.concatenate([r.values for r in same]),
        ),
        fold=first.channel.fold,
        report=again,
    )
    # They were kept by their own exports; together one of each is.
    report.records_kept -= again.records_dropped
    report.dropped.update(again.dropped)
    report.devices[first.device] -= again.records_dropped
    return replace(
        first,
        times_utc=settled.utc,
        utc_offset_s=settled.offset_s,
        values=settled.values,
        rejected_utc=np.unique(np.concatenate([r.rejected_utc for r in same])),
    )
