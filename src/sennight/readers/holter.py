"""Holter: an ISHNE electrocardiogram whose beats stand beside it as text, one time and one label a line.

The electrocardiogram itself is not analysed: the list of beats, made by the recorder's own software and looked over by
a person, is the better source. From the .ecg comes when it began, in the wall clock of a zone that the format does not
name. Beats labelled N give intervals; others (S, V, X for unreadable, ...) end an interval and begin none.
Source: Badilini (1998), The ISHNE Holter standard output file format, Ann Noninvasive Electrocardiol 3:263-266. One
real recording of a Lifecard CF was read (shared/formats/flirt/holter).
"""

import binascii
import datetime as dt
import re
import struct
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from sennight.errors import ReadError
from sennight.readers.beats import beat_recordings
from sennight.readers.guard import Member, members
from sennight.readers.raw_files import likely, one_person_a_file, remark
from sennight.readers.reader import Reading, ReadReport
from sennight.record import Clock, Recording
from sennight.signals.hrv import LONGEST_MS, from_intervals

MAGIC = b"ISHNE1.0"
HEADER_BYTES = 522  # the magic number, a checksum and the fixed block
# Where the header holds the day of the recording (day, month, year) and the time of its start (hour, minute, second),
# as three 16-bit numbers each; the checksum of what follows it, and the length of the variable block.
_DATE_AT, _START_AT, _CHECKSUM_AT, _CHECKED_FROM, _VARIABLE_AT = 138, 150, 8, 10, 10
MAX_VARIABLE_BYTES = 1 << 20
DEVICE = "Holter"
MAX_LIST_BYTES = 64 << 20  # ten days of beats have 20 MB
MAX_RECORDING_S = 31 * 86_400.0
NORMAL = "N"
NOT_NORMAL = "interval beside a beat that is not labelled normal"
NO_BEAT = "line without a time and a label"
BAD_CHECKSUM = "its header does not match its checksum: the time of its start may be wrong"
GAP = "interval longer than 2 s: beats are missing"
RULE = "ISHNE names no time zone; beats are on the wall clock of the recorder"
_LINE = re.compile(rb"^\s*(\d{1,8}(?:\.\d{1,9})?)\s+([A-Za-z?]{1,4})\s*$")
_EXPORT_BEATS = "Export the beats (RR intervals) as text from the Holter software and put them beside it, same name."


class HolterReader:
    """The reader of ISHNE recordings with a list of beats."""

    name = "holter"
    title = "Holter: ISHNE (.ecg) with its beats as text (.txt)"

    def claims(self, path: Path) -> bool:
        """Is one of the files an ISHNE electrocardiogram, by its first bytes? Raises nothing."""
        try:
            return any(m.head(len(MAGIC)) == MAGIC for m in likely(members(path), (".ecg",)))
        except (ReadError, OSError, ValueError):
            return False

    def read(self, path: Path) -> Reading:
        """Read every recording. Raises: ReadError if there is none; while people are taken, if the only one fails."""
        found = members(path)
        mine = [m for m in found if m.name.lower().endswith((".ecg", ".hol")) or len(found) == 1]
        mine = [m for m in mine if m.head(len(MAGIC)) == MAGIC]
        if not mine:
            raise ReadError(
                "no ISHNE recording is there", where=str(path), todo="Expected a file that begins ISHNE1.0."
            )
        lists = _lists(path, found, mine)
        used = {m.name for m in (*mine, *lists.values())}

        def read_file(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
            return _read_one(member, lists.get(member.name), person=person, report=report)

        return one_person_a_file(
            mine,
            reader=self.name,
            source=path,
            others=[m for m in found if m.name not in used],
            read_file=read_file,
        )


READER = HolterReader()


def _lists(path: Path, found: Sequence[Member], mine: Sequence[Member]) -> dict[str, Member]:
    """Recording -> the text beside it of the same name; for a file on its own, from the folder it lies in."""
    if path.is_file() and len(found) == 1:
        beside = path.with_suffix(".txt")
        found = members(beside) if beside.is_file() else ()
        return {mine[0].name: found[0]} if found else {}
    texts = {str(PurePosixPath(m.name).with_suffix("")): m for m in found if m.name.lower().endswith(".txt")}
    stems = {m.name: str(PurePosixPath(m.name).with_suffix("")) for m in mine}
    return {name: texts[stem] for name, stem in stems.items() if stem in texts}


def _read_one(ecg: Member, beats: Member | None, *, person: str, report: ReadReport) -> tuple[Recording, ...]:
    start_s = _start(ecg, report=report)
    if beats is None:
        raise ReadError("an electrocardiogram without its list of beats", where=ecg.name, todo=_EXPORT_BEATS)
    report.bytes_read += beats.size
    times, labels = _beats(beats, report=report)
    remark(report, RULE)
    report.unknown.update({f"beat label {label}": n for label, n in Counter(labels).items() if label != NORMAL})
    rr = np.diff(times) * 1_000
    normal = np.array([label == NORMAL for label in labels], dtype=np.bool_)
    whole = normal[1:] & normal[:-1] if len(times) else np.empty(0, dtype=np.bool_)
    joined = rr <= LONGEST_MS
    report.keep(seen=int((~whole).sum()), dropped=int((~whole).sum()), reason=NOT_NORMAL)
    report.keep(seen=int((whole & ~joined).sum()), dropped=int((whole & ~joined).sum()), reason=GAP)
    taken = whole & joined
    return beat_recordings(
        from_intervals(start_s + times[1:][taken], rr[taken]),
        person=person,
        device=DEVICE,
        source=beats.basename,
        report=report,
        clock=Clock.LOCAL,
        sha256=beats.sha256(),
    )


def _start(ecg: Member, *, report: ReadReport) -> float:
    """Wall-clock seconds at which a recording began. Raises: ReadError if the header is cut or holds no such time."""
    head = ecg.head(HEADER_BYTES)
    if len(head) < HEADER_BYTES:
        raise ReadError("an ISHNE file that is cut in its header", where=ecg.name, todo="Copy it from the card again.")
    variable = int(struct.unpack_from("<i", head, _VARIABLE_AT)[0])
    checked = ecg.head(HEADER_BYTES + min(max(variable, 0), MAX_VARIABLE_BYTES))[_CHECKED_FROM:]
    if binascii.crc_hqx(checked, 0xFFFF) != struct.unpack_from("<H", head, _CHECKSUM_AT)[0]:
        report.cut_short[ecg.name] = BAD_CHECKSUM
    day, month, year = struct.unpack_from("<3h", head, _DATE_AT)
    hour, minute, second = struct.unpack_from("<3h", head, _START_AT)
    try:
        start = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
    except ValueError:
        raise ReadError("an ISHNE file without the time of its start", where=ecg.name) from None
    if not 1970 < year < 2200:
        raise ReadError("an ISHNE file whose clock was not set", where=ecg.name, todo="Its minutes have no date.")
    return start.timestamp()


def _beats(member: Member, *, report: ReadReport) -> tuple[np.ndarray, list[str]]:
    """Seconds since the start and label of each beat, in order; lines that are neither are counted, but for the first,
    which is a title."""
    if member.size > MAX_LIST_BYTES:
        raise ReadError(f"a list of beats above {MAX_LIST_BYTES:,} bytes", where=member.name)
    times, labels, lost = list[float](), list[str](), 0
    for i, line in enumerate(member.read().splitlines()):
        match = _LINE.match(line)
        if match and (time := float(match[1])) <= MAX_RECORDING_S and (not times or time >= times[-1]):
            times.append(time)
            labels.append(match[2].decode("ascii"))
        else:
            lost += bool(line.strip()) and i > 0
    report.keep(seen=lost, dropped=lost, reason=NO_BEAT)
    return np.array(times, dtype=np.float64), labels
