"""MTN: the XML file of CamNtech's MotionWatch, a log of changes with the settings and one list of numbers a channel.

    <log2> <change> <property> <name>=StartTime</name> <content>2015-01-05 11:00:00</content> </property>
                    <channel> <name>motion</name> <units>...</units> <epoch>60</epoch> <data>0,12,...</data> </channel>

Never met a real file: read as the public reader pyActigraphy describes it.
"""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from sennight.errors import ReadError
from sennight.readers.epochs import MAX_EPOCH_S, add_epochs
from sennight.readers.gathering import Gathering
from sennight.readers.guard import Member, XmlEnd, XmlLimits, xml_events
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER
from sennight.readers.written_times import wall_times
from sennight.record import Recording

DEVICE = "MotionWatch"
# Ninety days of one-minute numbers in one element are half a megabyte, of one-second numbers thirty.
LIMITS = XmlLimits(token_bytes=32 << 20, text_chars=32 << 20)
START = "=StartTime"
CHANNELS = {"motion": "motionwatch_counts", "light": "white_light"}


def looks_right(head: bytes) -> bool:
    """Is it XML whose root is a log of changes? Raises nothing."""
    flat = head.replace(b"\x00", b"").lower()
    return flat.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<") and b"<log2" in flat


@dataclass(kw_only=True)
class _Log:
    """What was read of the file so far."""

    properties: dict[str, str] = field(default_factory=dict)
    channels: list[dict[str, str]] = field(default_factory=list)
    cut_short: str = ""


def read_mtn(member: Member, person: str, report: ReadReport) -> tuple[Recording, ...]:
    """Counts and light of one wearing, on the wall clock the watch was set to.

    Raises: ReadError if the XML is damaged before the first channel, or start or epoch cannot be understood.
    """
    log = _log_of(member)
    if log.cut_short:
        report.cut_short[member.name] = log.cut_short
    seconds, usable, _, _ = wall_times(pl.Series(START, [log.properties.get(START, "")]))
    if not usable[0]:
        raise ReadError("a MotionWatch file without a start time", where=member.name, todo="Download it again.")
    gathering, sha256 = Gathering(person=person, report=report), member.sha256()
    for channel in log.channels:
        name = CHANNELS.get(channel.get("name", "").strip().lower())
        if name is None:
            report.unknown[f"channel '{channel.get('name', '')[:40]}'"] += 1
            continue
        epoch_s = _epoch_s(channel.get("epoch", ""), where=member.name)
        values = _numbers(channel.get("data", ""))
        known = np.isfinite(values)
        report.keep(seen=int((~known).sum()), dropped=int((~known).sum()), reason=NO_NUMBER)
        starts = seconds[0] + epoch_s * np.arange(len(values), dtype=np.int64)
        add_epochs(
            gathering, name, starts=starts[known], values=values[known], epoch_s=epoch_s, device=DEVICE,
            source=member.basename, sha256=sha256,
        )  # fmt: skip
    return gathering.recordings()


def _log_of(member: Member) -> _Log:
    log, texts = _Log(), dict[str, str]()
    try:
        for event in xml_events(member, limits=LIMITS):
            if not isinstance(event, XmlEnd):
                continue
            if event.name == "property":
                log.properties[texts.get("name", "").strip()] = texts.get("content", "").strip()
            elif event.name == "channel":
                log.channels.append(texts)
            if event.name in ("property", "channel"):
                texts = {}
            else:
                texts[event.name] = event.text
    except ReadError as error:
        if not log.channels:
            raise
        log.cut_short = error.what
    return log


def _epoch_s(text: str, *, where: str) -> int:
    epoch_s = int(text) if text.strip().isascii() and text.strip().isdigit() and len(text.strip()) < 6 else 0
    if not 1 <= epoch_s <= MAX_EPOCH_S:
        raise ReadError("a MotionWatch channel without the length of its epochs", where=where)
    return epoch_s


def _numbers(text: str) -> np.ndarray:
    cells = pl.Series("data", text.replace("\r", "").replace("\n", "").split(",")).str.strip_chars()
    if len(cells) and cells[-1] == "":  # the list may end in a comma
        cells = cells[:-1]
    return cells.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy().astype(np.float64)
