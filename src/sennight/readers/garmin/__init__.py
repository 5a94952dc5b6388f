"""Garmin: FIT files of any maker, alone or by the thousand, JSON files of an account export, text of companion apps.

Everything at one path is one person's: also what lies in the archives inside an account export, and activities that
are packed one by one, as Strava exports them. Each file is read alone: one that cannot be read is listed in the report
and does not stop the others, and one that breaks off keeps what came before.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from sennight.errors import ReadError
from sennight.readers.garmin.account import Account, add_account_file, is_account_file, trusted_anchors
from sennight.readers.garmin.activity import HR, RECORD, SESSION, SPORT, add_activity, add_kept_pulse
from sennight.readers.garmin.companion import DEVICE, kind_of_companion, read_acceleration, read_data
from sennight.readers.garmin.fit import FitFile, is_fit, parse
from sennight.readers.garmin.joined import Offsets, facts_of, join_segments
from sennight.readers.garmin.monitoring import MONITORING, add_monitoring
from sennight.readers.garmin.names import FILE_TYPES, message_name
from sennight.readers.garmin.segment import (
    ACTIVITY,
    DEVICE_INFO,
    FILE_ID,
    MONITORING_INFO,
    NO_FILE,
    Segment,
    device_of,
    file_type_of,
    find_clock,
)
from sennight.readers.garmin.wellness import EVENT, USED, add_wellness
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member, members, nested, unzipped
from sennight.readers.reader import Reading, ReadReport
from sennight.record import Facts, Person, Recording

__all__ = ["READER", "GarminReader"]

MOST_HEADS = 8  # files that are looked into before a folder is said not to be Garmin's
COMPANION_NAMES = ("data.csv", "acc.csv")
NO_NAME = "FIT device"
PACKED = "archives inside the archives of this export were not opened; unpack them and read the folder"
SAME_FILE = "the same file again"
_READ = {RECORD, SESSION, SPORT, HR, MONITORING, MONITORING_INFO, FILE_ID, DEVICE_INFO, ACTIVITY, EVENT, *USED}
_ARCHIVES = (".zip", ".gz", ".7z", ".tar", ".tgz", ".rar")


class GarminReader:
    """The reader of FIT files and of Garmin's account export."""

    name = "garmin"
    title = "Garmin: FIT files and account export"

    def claims(self, path: Path) -> bool:
        """Holds a FIT file, or JSON with Garmin's keys."""
        try:
            found = members(path)
            named = [unzipped(m) for m in found if _is_named_fit(m)][:MOST_HEADS]
            alone = list(found) if len(found) == 1 else []
            texts = [m for m in found if m.basename.lower() in COMPANION_NAMES][:MOST_HEADS]
            return (
                any(is_fit(m.head(12)) for m in [*named, *alone])
                or any(is_account_file(m) for m in _likely_json(found)[:MOST_HEADS])
                or any(kind_of_companion(m) for m in [*texts, *alone])
            )
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read it.

        Raises: ReadError if nothing of Garmin's or no measurement is there, or the only file is damaged.
        """
        report = ReadReport(reader=self.name, source=str(path))
        found = _with_packed(members(path), report=report)
        fits = [m for m in found if _is_named_fit(m) or (len(found) == 1 and is_fit(m.head(12)))]
        jsons = [m for m in _likely_json(found) if is_account_file(m)]
        texts = {m: kind for m in found if (kind := kind_of_companion(m))}
        used = [*fits, *jsons, *texts]
        if not used:
            raise ReadError(
                "no FIT file and nothing of a Garmin account is there",
                where=str(path),
                todo="Expected files ending in .fit, or DI_CONNECT/ of an account export.",
            )
        report.files, report.bytes_read = len(used), sum(m.size for m in used)
        person = f"{self.name}-{path.stem if path.is_dir() or len(found) > 1 else '1'}"
        segments = [*_segments(fits, report=report), *_of_texts(texts, report=report)]
        account = _account(jsons, person=person, report=report)
        _note_others([m for m in found if m not in used], report=report)
        offsets = Offsets(anchors=list(trusted_anchors(account)))
        gathering = Gathering(person=person, report=report)
        join_segments(segments, gathering=gathering, offsets=offsets, spans=account.spans, spans_from=account.source)
        recordings = (*gathering.recordings(), *_moved(texts, person=person, report=report))
        facts = Facts.from_rows([*account.facts.values(), *facts_of(segments, person=person, offsets=offsets)])
        if not recordings and not facts.people:
            raise _nothing(report, path)
        people = [Person(id=person, recordings=recordings)] if recordings else []
        return Reading(
            people=iter(people),
            facts=facts,
            report=report,
            n_people=len(people),
            channels=tuple(dict.fromkeys(r.channel.name for r in recordings)),
            personal=True,
        )


def _with_packed(found: Sequence[Member], *, report: ReadReport) -> tuple[Member, ...]:
    """The files, each without the gzip around it, and with them those of archives that lie in an archive.

    Archives that lie in a folder are offered to all readers one by one.
    """
    packed = [m for m in found if m.depth and m.basename.lower().endswith(".zip")]
    inside = nested(packed, failed=report.failed)
    opened = [m for m in found if m not in packed or m.name in report.failed]
    return tuple(unzipped(m) if _is_named_fit(m) else m for m in (*opened, *inside))


def _is_named_fit(member: Member) -> bool:
    return member.basename.lower().endswith((".fit", ".fit.gz"))


def _likely_json(found: Sequence[Member]) -> list[Member]:
    """JSON files, those with a name of Garmin's export first."""
    named = [m for m in found if m.basename.lower().endswith(".json")]
    return sorted(named, key=lambda m: (re.search(r"sleep|UDSFile|BioMetric", m.basename) is None, m.name))


def _note_others(others: Sequence[Member], *, report: ReadReport) -> None:
    report.unknown.update(f"file {re.sub(r'[-_ ]*[0-9][-0-9_ ]*', '', m.basename)}" for m in others)
    if any(m.depth and m.basename.lower().endswith(_ARCHIVES) for m in others):
        report.notes.append(PACKED)


def _account(jsons: Sequence[Member], *, person: str, report: ReadReport) -> Account:
    account = Account(person=person, report=report)
    for member in jsons:
        try:
            add_account_file(account, member)
        except ReadError as harm:
            report.failed[member.name] = harm.what
    return account


def _segments(fits: Sequence[Member], *, report: ReadReport) -> list[Segment]:
    found, known = list[Segment](), set[str]()
    for member in fits:
        try:
            raw = member.read()
            sha256 = hashlib.sha256(raw).hexdigest()
            if sha256 in known:
                report.unknown[SAME_FILE] += 1
                continue
            parsed = parse(raw, where=member.name)
        except ReadError as harm:
            report.failed[member.name] = harm.what
            continue
        known.add(sha256)
        if parsed.flaw:
            report.cut_short[member.name] = parsed.flaw
        device, before = "", list[Segment]()
        for fit in parsed.files:
            device = device_of(fit) or device
            segment = Segment(
                fit=fit, report=report, source=member.name, sha256=sha256, device=device or NO_NAME,
                anchors=[a for s in before for a in s.anchors],
            )  # fmt: skip
            _fill(segment)
            segment.forget()
            before.append(segment)
        found += before
    return found


def _of_texts(texts: dict[Member, str], *, report: ReadReport) -> list[Segment]:
    """What the companion app of a watch wrote, beat by beat and step by step."""
    found = []
    for member in (m for m, kind in texts.items() if kind == "data"):
        segment = Segment(fit=NO_FILE, report=report, source=member.name, sha256=member.sha256(), device=DEVICE)
        try:
            read_data(member, segment)
        except ReadError as harm:
            report.failed[member.name] = harm.what
        else:
            found.append(segment)
    return found


def _moved(texts: dict[Member, str], *, person: str, report: ReadReport) -> list[Recording]:
    """Minutes of acceleration."""
    found = list[Recording]()
    for member in (m for m, kind in texts.items() if kind == "acc"):
        try:
            found += read_acceleration(member, person=person, report=report)
        except ReadError as harm:
            report.failed[member.name] = harm.what
    return found


def _fill(segment: Segment) -> None:
    """Take all that the reader knows from one FIT file; the rest is counted by name."""
    find_clock(segment)
    add_activity(segment)
    add_kept_pulse(segment)
    add_monitoring(segment)
    add_wellness(segment)
    fit: FitFile = segment.fit
    for number, n in fit.counts.items():
        if number not in _READ:
            segment.report.unknown[f"message {message_name(number)}"] += n
    if not (segment.streams or segment.counters or segment.runs or segment.sleep or segment.beats or segment.facts):
        kind = FILE_TYPES.get(file_type_of(fit), "an unknown sort")
        segment.report.unknown[f"FIT file of {kind} without a measurement"] += 1


def _nothing(report: ReadReport, path: Path) -> ReadError:
    if len(report.failed) == 1 and report.files == 1:
        return ReadError(next(iter(report.failed.values())), where=str(path), todo="Copy or download it again.")
    if report.files == 1:
        kinds = [k for k in report.unknown if k.startswith("FIT file of")]
        what = kinds[0].replace("FIT file", "a FIT file") if kinds else "a file without a measurement"
        why = "; ".join(report.dropped) or report.cut_short.get(next(iter(report.cut_short), ""), "")
        return ReadError(
            what + (f" ({why})" if why else ""),
            where=str(path),
            todo="Activities and monitoring files hold measurements.",
        )
    return ReadError(
        f"{report.files:,} files without a measurement, {len(report.failed):,} of them unreadable",
        where=str(path),
        todo="Is this the folder with activities and monitoring files?",
    )


READER = GarminReader()
