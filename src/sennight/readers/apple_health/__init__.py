"""Apple Health: the export of an iPhone (export.zip, its folder, or export.xml alone), in any language.

Recognised by its root element, never by its name (export.xml, eksport.xml, exportar.xml, ...); the clinical document
beside it (export_cda.xml) holds the same again and is left alone. Read in one pass and in memory that grows with the
minutes recorded: ten gigabytes of XML fit into half a gigabyte. Phone, watch and apps stay devices of their own; what
several of them counted is one walk after `prepare.merge`.
"""

import datetime as dt
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from sennight.errors import ReadError
from sennight.readers.apple_health.devices import names_of
from sennight.readers.apple_health.elements import Elements
from sennight.readers.apple_health.intake import Intake
from sennight.readers.apple_health.nights import night_minutes
from sennight.readers.apple_health.places import Places
from sennight.readers.apple_health.scan import Scan
from sennight.readers.guard import Member, members
from sennight.readers.joining import unified
from sennight.readers.minute_store import room
from sennight.readers.personal import DAY_AMOUNTS
from sennight.readers.reader import Reading, ReadReport, sha256_of
from sennight.record import Clock, Fact, Facts, Fold, Person, Recording, channel

__all__ = ["READER", "AppleHealthReader"]

HEAD_BYTES = 16_384  # Apple's document type is 8 KB; its name stands in the first hundred bytes
MAX_LOOKED_AT = 50  # XML files of one folder whose first bytes are read
_ROOTS = (b"<!DOCTYPE HealthData", b"<HealthData")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
SEX_FEMALE = {"HKBiologicalSexFemale": 1.0, "HKBiologicalSexMale": 0.0}
DAYS_PER_YEAR = 365.25
ZONE_NOTE = "every sample keeps its instant; "
WORKOUTS_NOTE = "what was measured in them is in the minutes, they themselves are not kept"


class AppleHealthReader:
    """The reader of Apple Health exports."""

    name = "apple_health"
    title = "Apple Health: export.zip, its folder or export.xml"

    def claims(self, path: Path) -> bool:
        """Holds an XML file whose root is HealthData."""
        try:
            return next(_exports(path), None) is not None
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path, *, zone: str | None = None, quick: bool = True) -> Reading:
        """Read it whole. `zone` (an IANA name) says where the person lives, if the export does not; `quick` may be
        turned off to send every byte through the XML parser, which gives the same.

        Raises: ReadError if there is no export, it is empty, or nothing of it can be read.
        """
        found = tuple(_exports(path))
        if not found:
            raise ReadError("no Apple Health export is there", where=str(path), todo="Expected an export.xml.")
        person = f"{self.name}-{'1' if _is_single(path, found) else path.stem}"
        report = ReadReport(reader=self.name, source=str(path))
        recordings: list[Recording] = []
        facts: list[Fact] = []
        for member in found:
            report.files += 1
            report.bytes_read += member.size
            try:
                one = _OneExport(member, person=person, report=report, zone=zone, quick=quick)
                # An archive is named by its own bytes; a file's were hashed as they went by.
                recordings += one.recordings(sha256=one.sha256 if member.path else sha256_of(path))
                facts += one.facts()
            except ReadError as harm:
                report.failed[member.name] = " ".join(part for part in (harm.what, harm.todo) if part)
        if not recordings and not facts:
            why = next(iter(report.failed.values()), "Is it the export of another person's phone?")
            raise ReadError("an Apple Health export without a usable record", where=str(path), todo=why)
        made = tuple(recordings) if len(found) == 1 else unified(recordings, report=report)
        for recording in made:
            report.devices[recording.device] += len(recording.times_utc)
        people = [Person(id=person, recordings=made)] if made else []
        return Reading(
            people=iter(people),
            facts=Facts.from_rows(facts),
            report=report,
            n_people=len(people),
            channels=tuple(dict.fromkeys(r.channel.name for r in made)),
            personal=True,
        )


READER = AppleHealthReader()


def _exports(path: Path) -> Iterator[Member]:
    """Members whose content is an export's, the largest first."""
    listed = sorted(members(path), key=lambda m: (-m.size, m.name))
    alone = len(listed) == 1 and listed[0].path == path
    looked_at = [m for m in listed if alone or m.basename.lower().endswith(".xml")][:MAX_LOOKED_AT]
    for member in looked_at:
        try:
            if _is_export(member.head(HEAD_BYTES)):
                yield member
        except ReadError:
            continue


def _is_export(head: bytes) -> bool:
    if b"\0" in head[:8] or head.startswith(_MARKS[1:]):  # UTF-16: every other byte is zero
        head = head.replace(b"\0", b"")
    head = head.removeprefix(_MARKS[0]).lstrip(b"\xff\xfe \t\r\n")
    return head.startswith(b"<") and any(root in head for root in _ROOTS)


def _is_single(path: Path, found: tuple[Member, ...]) -> bool:
    return len(found) == 1 and found[0].path == path


def _seconds(offset_min: np.ndarray) -> np.ndarray:
    """Minutes as int32 seconds; one number, however often, where all are equal."""
    if len(offset_min) and bool((offset_min == offset_min[0]).all()):
        return np.broadcast_to(np.int32(int(offset_min[0]) * 60), offset_min.shape)
    return offset_min.astype(np.int32) * 60


class _Hashed(io.BufferedIOBase):
    """A stream whose bytes are hashed as they are read."""

    def __init__(self, inner: io.BufferedIOBase) -> None:
        super().__init__()
        self._inner = inner
        self.digest = hashlib.sha256()

    def read(self, n: int | None = -1, /) -> bytes:
        piece = self._inner.read(n)
        self.digest.update(piece)
        return piece


class _OneExport:
    """One export.xml, read."""

    def __init__(self, member: Member, *, person: str, report: ReadReport, zone: str | None, quick: bool) -> None:
        self._member, self._person, self._report = member, person, report
        self._last = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int32))
        self._intake = Intake(report=report, places=Places(home=zone))
        self._elements = Elements(intake=self._intake, where=member.name)
        scan = Scan(elements=self._elements, report=report, where=member.name, quick=quick)
        with member.open() as stream:
            hashed = _Hashed(stream) if member.path else stream
            missing = scan.read(hashed)
            while isinstance(hashed, _Hashed) and hashed.read(1 << 20):
                pass  # what a scan that was cut short left
        self.sha256 = hashed.digest.hexdigest() if isinstance(hashed, _Hashed) else ""
        self._intake.flush()
        if missing:
            report.cut_short[member.name] = missing
        self._notes(scan)

    def _notes(self, scan: Scan) -> None:
        report = self._report
        report.notes.append(ZONE_NOTE + self._intake.places.settle())
        report.notes += [f"{n:,} times: {what}" for what, n in sorted(scan.cleaned.items())]
        if self._elements.workouts:
            report.notes.append(f"workouts in the export: {self._elements.workouts:,}; {WORKOUTS_NOTE}")

    def recordings(self, *, sha256: str) -> Iterable[Recording]:
        """Everything that became samples, by device and channel."""
        intake = self._intake
        streams = intake.streams()
        names = names_of([*(device for device, *_ in streams), *intake.nights])
        for device, name, store, rejected in streams:
            target = channel(name)
            minutes, bad = store.take(), rejected.take()
            values = minutes.total
            if target.fold is not Fold.SUM:
                np.divide(values, minutes.n_values, out=values, casting="same_kind")
            times, offset_min = room(len(values), np.int64), minutes.offset_min
            np.multiply(minutes.minute, 60, out=times, dtype=np.int64)
            del minutes  # years of them: nothing is held twice that need not be
            if len(bad.minute):
                times = np.concatenate((times, bad.minute.astype(np.int64) * 60))
                values = np.concatenate((values, np.full(len(bad.minute), np.nan, dtype=np.float32)))
                offset_min = np.concatenate((offset_min, bad.offset_min))
            offsets = _seconds(offset_min)
            yield from self._recording(names[device.identity], name, times, offsets, values, len(bad.minute), sha256)
        for device, nights in sorted(intake.nights.items()):
            for part in night_minutes(sorted(nights)):
                yield from self._recording(
                    names[device.identity], part.name, part.utc, part.offset_s, part.values, 0, sha256
                )

    def _recording(
        self,
        device: str,
        name: str,
        times: np.ndarray,
        written: np.ndarray,
        values: np.ndarray,
        known_bad: int,
        sha256: str,
    ) -> Iterator[Recording]:
        if not len(times):
            return
        if times is not self._last[0]:  # the stages of a night share their times
            self._last = (times, self._intake.places.offsets(times, written))
        offsets = self._last[1]
        made = Recording.from_samples(
            person=self._person,
            device=device,
            channel=channel(name),
            times_utc=times,
            utc_offset_s=offsets,
            values=values,
            clock=Clock.INSTANT,
            source=self._member.basename,
            source_sha256=sha256,
        )
        if not made.n_rejected:
            made = replace(made, utc_offset_s=offsets)  # one number where they are one, which years of minutes can use
        if made.n_rejected > known_bad:
            self._report.notes.append(
                f"{made.n_rejected - known_bad:,} minutes of {name} added up to more than is possible and are masked"
            )
        yield made

    def facts(self) -> list[Fact]:
        """What is known of the person and their days."""
        source = self._member.basename
        made = [
            Fact(self._person, name, value, DAY_AMOUNTS[name][0], source, date)
            for (name, date), (_, value) in sorted(self._intake.facts.items())
        ]
        exported = self._intake.places.exported_utc
        try:
            birth = dt.date.fromisoformat(self._elements.birth[:10])
        except ValueError:
            birth = None
        if birth and exported is not None:
            day = dt.datetime.fromtimestamp(exported + self._intake.places.exported_offset_s, tz=dt.UTC).date()
            years = (day - birth).days / DAYS_PER_YEAR
            if 0 <= years <= 120:
                made.append(Fact(self._person, "age_years", float(int(years)), "years", source, day))
        if self._elements.sex in SEX_FEMALE:
            made.append(Fact(self._person, "sex_female", SEX_FEMALE[self._elements.sex], "1", source))
        return made
