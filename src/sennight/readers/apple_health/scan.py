"""Scanning: an export from its first byte to its last, the quick way where a line has Apple's form, else by the parser.

Both ways give the same result. A damaged element is left out (or mended, where a blank stands in an attribute's name)
and counted, and the elements behind it are read; a file that ends too early keeps what came before.
"""

import io
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from sennight.errors import ReadError
from sennight.readers.apple_health.elements import ROOT, Elements
from sennight.readers.apple_health.intake import Meaning, Sort
from sennight.readers.apple_health.lines import Batch, LineReader
from sennight.readers.guard import NOT_UTF8, REPLACED, XmlFeed, XmlStart, clean_blocks
from sennight.readers.reader import ReadReport

BLOCK_BYTES = 2 << 20  # larger ones fall out of the cache
# An element that its own attributes break is one line; ten thousand of them are a damaged file.
MAX_DAMAGED = 10_000
DAMAGED = "element that is not well-formed XML"
MENDED = "record whose attribute names hold blanks, mended"
_NEXT = re.compile(rb"<(?:Record|Workout|ActivitySummary|Correlation|ClinicalRecord|Audiogram|VisionPrescription)[ >]")
_ATTRIBUTE = re.compile(rb"([A-Za-z_][\w.-]*)=(\"[^\"<]*\")")
_FORM_NAMES = frozenset({"creationDate", "startDate", "endDate", "value"})
_OPEN_ROOT = f"<{ROOT}>".encode()


@dataclass(kw_only=True)
class Scan:
    """One pass over an export; `quick` turns on the reading of whole lines at once."""

    elements: Elements
    report: ReadReport
    where: str
    quick: bool = True
    cleaned: Counter[str] = field(default_factory=Counter)
    _closed: bool = True
    _crlf: bool | None = None
    _feed: XmlFeed = field(init=False)
    _lines: LineReader = field(init=False)
    _damaged: int = 0
    _seen_before: int = 0

    def __post_init__(self) -> None:
        self._seen_before = self.report.records_seen
        self._feed = self._new_feed()
        self._lines = LineReader(resolve=self._resolve)

    def read(self, stream: io.BufferedIOBase) -> str:
        """Read everything; what is missing of it, in words, or nothing.

        Raises: ReadError if it is no Apple export, or none of it could be read.
        """
        carry = b""
        try:
            for piece in clean_blocks(stream, where=self.where, cleaned=self.cleaned, block_bytes=BLOCK_BYTES):
                block = carry + piece
                cut = block.rfind(b"\n") + 1 or (block.rfind(b">") + 1 if len(block) > 2 * BLOCK_BYTES else 0)
                self._block(block[:cut])
                carry = block[cut:]
                if self.elements.intake.full:
                    return "more minutes than a reader can hold; those that came later are missing"
            self._by_parser(carry)
            if self._feed.depth == 0:
                for event in self._feed.finish():
                    self.elements.take(event)
                return ""
        except ReadError as harm:
            self.elements.intake.flush()
            if self.report.records_seen == self._seen_before:
                raise
            return f"the rest of it: {harm.what}"
        if self.elements.drop_open():
            self.report.keep(seen=1, dropped=1, reason=DAMAGED)
        return "its end: the file stops in the middle"

    # --- lines -----------------------------------------------------------------------------------------------------

    def _block(self, block: bytes) -> None:
        """Whole lines: those in Apple's form at once, the others by the parser, in their order."""
        if self._crlf is None:
            self._crlf = b"\r\n" in block
        if self._crlf:
            block = block.replace(b"\r\n", b"\n")
        if not self.quick or not block.endswith(b"\n"):
            self._by_parser(block)
            return
        taken = self._lines.take(block)
        refused = np.zeros(len(taken.starts), dtype=np.bool_)
        changes = np.flatnonzero(taken.known[1:] != taken.known[:-1]) + 1
        for first, past in pairwise([0, *changes.tolist(), len(taken.starts)]):
            if taken.known[first] and self._between_elements():
                continue
            refused[first:past] = taken.known[first:past]
            self._by_parser(block[taken.starts[first] : taken.ends[past - 1] + 1])
        for batch in taken.batches:
            self._take_batch(batch, refused)

    def _between_elements(self) -> bool:
        """Is the parser where a record of the export may begin: in the root, in no other element or comment?"""
        return self.quick and self._feed.depth == 1 and self._closed

    def _take_batch(self, batch: Batch, refused: np.ndarray) -> None:
        mine = ~refused[batch.line]
        if batch.meaning.sort is not Sort.STREAM:
            self.elements.intake.count(batch.meaning, int(mine.sum()))
        elif mine.all():
            self.elements.intake.many(
                batch.meaning, start=batch.start, stop=batch.stop, offset_s=batch.offset_s, values=batch.values
            )
        elif mine.any():
            self.elements.intake.many(
                batch.meaning,
                start=batch.start[mine],
                stop=batch.stop[mine],
                offset_s=batch.offset_s[mine],
                values=batch.values[mine],
            )

    def _resolve(self, prefix: bytes) -> Meaning | None:
        """What the first part of a record means, by the parser; None if it is not simply that."""
        feed = XmlFeed(where=self.where)
        try:
            events = [*feed.feed(_OPEN_ROOT), *feed.feed(prefix + b"/>")]
        except ReadError:
            return None
        record = next((e for e in events if isinstance(e, XmlStart) and e.depth == 1), None)
        if len(events) != 3 or record is None or record.name != "Record" or _FORM_NAMES & record.attributes.keys():
            return None
        return self.elements.meaning(record.attributes)

    # --- the parser ------------------------------------------------------------------------------------------------

    def _by_parser(self, data: bytes) -> None:
        """Feed the parser; behind what it cannot read begin again."""
        data = self._text(data)
        if b"<!" in data or b"<?" in data:  # a comment might hold lines that look like records
            self.quick = False
        if stripped := data.rstrip():
            self._closed = stripped.endswith(b">")
        while data:
            fed = self._feed.fed
            try:
                for event in self._feed.feed(data):
                    self.elements.take(event)
                return
            except ReadError:
                self._damaged += 1
                if not self._feed.broken or not self._rooted or self._damaged > MAX_DAMAGED:
                    raise
                data = self._behind(data, max(self._feed.error_at - fed, 0))

    @property
    def _rooted(self) -> bool:
        return self._feed.fed > 0 and (self._feed.depth > 0 or self.elements.rooted)

    def _behind(self, data: bytes, at: int) -> bytes:
        """Begin again behind damage at a byte: the rest from the next element on. The damaged one is mended or lost."""
        self.elements.drop_open()
        self._feed = self._rooted_feed()
        begins = max(data.rfind(b"<Record", 0, at + 1), 0)
        past = data.find(b">", at) + 1 or len(data)
        if self._mended(data[begins:past]):
            self.cleaned[MENDED] += 1
        else:
            self.report.keep(seen=1, dropped=1, reason=DAMAGED)
        following = _NEXT.search(data, max(at + 1, begins + 1))
        return data[following.start() :] if following else b""

    def _mended(self, element: bytes) -> bool:
        """Read a record from those of its attributes that have a right name."""
        attributes = dict(_ATTRIBUTE.findall(element))
        # One tag alone: a record that was read already must not come twice.
        alone = element.startswith(b"<Record ") and element.count(b"<") == 1 and b">" not in element[:-1]
        if not alone or not {b"type", b"startDate", b"endDate"} <= attributes.keys():
            return False
        again = b"<Record " + b" ".join(name + b"=" + value for name, value in attributes.items()) + b"/>"
        try:
            for event in self._feed.feed(again):
                self.elements.take(event)
        except ReadError:
            self._feed = self._rooted_feed()
            return False
        return True

    def _rooted_feed(self) -> XmlFeed:
        feed = self._new_feed()
        for event in feed.feed(_OPEN_ROOT):
            self.elements.take(event)
        return feed

    def _new_feed(self) -> XmlFeed:
        return XmlFeed(where=self.where, cleaned=self.cleaned)

    def _text(self, data: bytes) -> bytes:
        if data.isascii():
            return data
        text = data.decode("utf-8", "replace")
        if wrong := text.count("\ufffd") - data.count(REPLACED):
            self.cleaned[NOT_UTF8] += wrong
        return text.encode()
