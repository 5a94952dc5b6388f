"""ActLumus and ActTrust: the text log of Condor Instruments, with activity in three modes, light and temperature.

A preamble of "NAME : value" between two rules of plus and minus signs, then a table with semicolons, one row every
few seconds. Times are the device's wall clock, day first; their zone is not given. Each row's counts are those of its
own interval (PIMn and its like are the same per second and not read). The state, which Condor does not document in
the file, and the temperature inside the case are counted as unknown.
"""

from pathlib import Path

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.delimited import columns_of, delimited_blocks, numbers
from sennight.readers.device_files import DeviceFiles
from sennight.readers.epochs import epoch_times
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member
from sennight.readers.raw_files import remark
from sennight.readers.reader import Reading, ReadReport
from sennight.readers.samples import NO_TIME
from sennight.record import Clock, Recording

MODELS = {"AL": "ActLumus", "AT": "ActTrust"}  # by the first letters of DEVICE_MODEL
TIME = "DATE/TIME"
CHANNELS = {
    "PIM": "pim",
    "TAT": "tat",
    "ZCM": "zcm",
    "LIGHT": "white_light",
    "MELANOPIC EDI": "melanopic_edi",
}
EVENT = "EVENT"
NO_VALUE = "row without a value"
RULE = "times are the device's own, on the wall clock of the computer that started it; their zone is not known"


def _looks_right(head: bytes) -> bool:
    return b"condor instruments report" in head.replace(b"\x00", b"").lower()[:1_000]


FILES = DeviceFiles(suffixes=(".txt", ".csv"), head=_looks_right)


class ActLumusReader:
    """The reader of Condor's logs."""

    name = "actlumus"
    title = "Condor ActLumus and ActTrust logs (text)"

    def claims(self, path: Path) -> bool:
        """Holds a file whose first lines call it a Condor Instruments Report."""
        return FILES.claims(path)

    def read(self, path: Path) -> Reading:
        """Everybody, one person a file. Raises: ReadError if there is none, or the only file is damaged."""
        reading = FILES.read(path, reader=self.name, read_file=_read_file)
        remark(reading.report, RULE)
        return reading


def _read_file(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    wanted = (TIME, EVENT, *CHANNELS)
    unused = [c for c in columns_of(member, needed=(TIME,)) if c not in wanted]
    report.unknown.update(f"column {c}" for c in unused)
    blocks = list(delimited_blocks(member, needed=(TIME,), columns=wanted, report=report))
    if not blocks:
        raise ReadError("a log without rows", where=member.name, todo="Download it from the device again.")
    frame = pl.concat(blocks)
    times = epoch_times(frame[TIME], where=member.name)
    lost = int((~times.usable).sum())
    report.keep(seen=lost, dropped=lost, reason=NO_TIME)
    frame, starts = frame.filter(pl.Series(times.usable)), times.starts[times.usable]
    if EVENT in frame.columns:
        pressed = int((numbers(frame[EVENT]) > 0).sum())
        report.unknown.update({"event marker": pressed} if pressed else {})
    gathering, sha256, device = Gathering(person=person, report=report), member.sha256(), _device(member)
    for column, name in CHANNELS.items():
        if column not in frame.columns:
            continue
        values = numbers(frame[column])
        known = np.isfinite(values)
        report.keep(seen=int((~known).sum()), dropped=int((~known).sum()), reason=NO_VALUE)
        gathering.add(
            name, utc=starts[known], values=values[known], device=device, source=member.basename, sha256=sha256,
            clock=Clock.LOCAL,
        )  # fmt: skip
    return gathering.recordings()


def _device(member: Member) -> str:
    """The model by the preamble, without its number."""
    for line in member.head(8_192).decode("latin-1").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "DEVICE_MODEL":
            return MODELS.get(value.strip()[:2].upper(), "Condor actigraph")
    return "Condor actigraph"


READER = ActLumusReader()
