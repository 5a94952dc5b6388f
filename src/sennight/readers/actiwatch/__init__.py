"""Actiwatch and MotionWatch: AWD text, Actiware's CSV in any of its languages, and MTN XML.

All three keep the wall clock of the computer that started the watch, through summer time and travel alike. Actiware
also writes an offset from UTC, without saying whether summer time is in it, so times stay local.
"""

from pathlib import Path

from sennight.readers.actiwatch import actiware, awd, mtn
from sennight.readers.device_files import DeviceFiles
from sennight.readers.guard import Member
from sennight.readers.raw_files import remark
from sennight.readers.reader import Reading, ReadReport
from sennight.record import Recording

__all__ = ["READER", "ActiwatchReader"]

RULE = "times are the watch's own, on the wall clock of the computer that started it; their zone is not known"


def _looks_right(head: bytes) -> bool:
    return awd.looks_right(head) or mtn.looks_right(head) or actiware.looks_right(head)


FILES = DeviceFiles(suffixes=(".awd", ".csv", ".txt", ".mtn"), head=_looks_right)


class ActiwatchReader:
    """The reader of Actiwatch and MotionWatch files."""

    name = "actiwatch"
    title = "Actiwatch AWD and Actiware CSV, MotionWatch MTN"

    def claims(self, path: Path) -> bool:
        """Holds a file that begins like one of the three."""
        return FILES.claims(path)

    def read(self, path: Path) -> Reading:
        """Everybody, one person a file. Raises: ReadError if there is none, or the only file is damaged."""
        reading = FILES.read(path, reader=self.name, read_file=_read_file)
        remark(reading.report, RULE)
        return reading


def _read_file(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    head = member.head(4_096)
    if mtn.looks_right(head):
        return mtn.read_mtn(member, person, report)
    if awd.looks_right(head):
        return awd.read_awd(member, person, report)
    return actiware.read_actiware(member, person, report)


READER = ActiwatchReader()
