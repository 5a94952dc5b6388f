"""XML as a bounded stream: the DOCTYPE is cut away before a parser sees it; nothing in a file can fetch or grow.

A document type declares entities (bombs, local files, addresses) and is sometimes malformed itself (Apple Health since
iOS 16), so a scanner of our own removes it; what is left goes to the standard library's expat with limits on depth,
tokens, attributes and text. Stylesheets, XInclude and namespaces are never followed: they are elements like others.
"""

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import NamedTuple
from xml.parsers import expat

import numpy as np

from sennight.errors import ReadError
from sennight.readers.guard.archive import Member

# expat before 2.6 scans an unfinished token again with every piece it is fed, so pieces are large.
PIECE_BYTES = 1 << 20
CONTROL_CHARACTER = "control character that XML does not allow"
NOT_UTF8 = "bytes that are no text"
REPLACED = "\ufffd".encode()  # what stands for such bytes, here and in files that others have cleaned

_CONTROL = bytes(set(range(32)) - {9, 10, 13})
_BLANK_CONTROL = bytes(32 if i in _CONTROL else i for i in range(256))
_SPACE = b" \t\r\n"
_DECLARED = re.compile(rb"^<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
# Text encodings of exporters, by Python's name; anything else is refused instead of guessed.
_ENCODINGS = {
    "utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1250", "cp1251", "cp1252", "gb18030", "gbk", "gb2312", "big5",
    "shift_jis", "euc_jp", "euc_kr", "koi8-r",
}  # fmt: skip
_REFERENCE = re.compile(rb"&#(?:[xX]0*([0-9a-fA-F]{1,7})|0*([0-9]{1,8}));")
_LONGEST_REFERENCE = 32
_SUBSET_END = re.compile(rb"\]\s*>")
_HARM = "The file was not read; no wearable writes such a file."
_AGAIN = "Export it again."


@dataclass(frozen=True, kw_only=True)
class XmlLimits:
    """What no honest export of a wearable reaches.

    Depth: Garmin's and Apple's files are 8 deep at most, FHIR and CDA about 30. A token is what stands between two
    "<". Text is that of one element. The prolog is everything before the root, with the DOCTYPE.
    """

    depth: int = 128
    token_bytes: int = 1 << 20
    attributes: int = 256
    text_chars: int = 1 << 20
    prolog_bytes: int = 1 << 20


class XmlStart(NamedTuple):
    """An element begins; `depth` of the root is 0. Names keep their prefix ("ns3:TPX")."""

    name: str
    attributes: dict[str, str]
    depth: int


class XmlEnd(NamedTuple):
    """An element ends; `text` is what stood directly in it."""

    name: str
    text: str
    depth: int


def xml_events(
    source: Member | io.BufferedIOBase,
    *,
    where: str = "",
    limits: XmlLimits | None = None,
    several_roots: bool = False,
    cleaned: Counter[str] | None = None,
) -> Iterator[XmlStart | XmlEnd]:
    """Starts and ends of elements as they come, in constant memory; what came before an error was right.

    Characters that XML does not allow become spaces and are counted in `cleaned`. With `several_roots` one root may
    follow another (their depth is 0 each); without, the second is an error.
    Raises: ReadError if the XML is not well-formed, cut short, or beyond a limit.
    """
    name = where or (source.name if isinstance(source, Member) else "XML")
    limits = limits or XmlLimits()
    feed = XmlFeed(where=name, limits=limits, several_roots=several_roots, cleaned=cleaned)
    with source.open() if isinstance(source, Member) else nullcontext(source) as stream:
        for block in clean_blocks(stream, where=name, limits=limits, cleaned=cleaned):
            yield from feed.feed(block)
    yield from feed.finish()


class XmlFeed:
    """A parser that is fed pieces of clean XML (`clean_blocks`) and gives events back; it holds one piece at most.

    `depth` is the number of open elements, `fed` of bytes. After an error `broken` says whether the XML was not
    well-formed (one may go on with a new feed behind byte `error_at`) or a limit was crossed (one should not).
    """

    def __init__(
        self,
        *,
        where: str,
        limits: XmlLimits | None = None,
        several_roots: bool = False,
        cleaned: Counter[str] | None = None,
    ) -> None:
        self.depth = 0
        self.broken = False
        self.error_at = 0
        self._where = where
        self._limits = limits or XmlLimits()
        self._cleaned = cleaned if cleaned is not None else Counter[str]()
        self._several = several_roots
        self._events: list[XmlStart | XmlEnd] = []
        self._text: list[list[str]] = []
        self._text_chars: list[int] = []
        self.fed = 0
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        # Never reached behind `clean_blocks`; they hold should a second declaration follow the first.
        self._parser.StartDoctypeDeclHandler = self._no_doctype
        self._parser.EntityDeclHandler = self._no_doctype
        if several_roots:
            self._parse(b"<roots>", final=False)
            self._events.clear()
            self.depth = 0

    def feed(self, block: bytes) -> Iterator[XmlStart | XmlEnd]:
        """Events that a piece completes. Raises: ReadError as `xml_events`."""
        for at in range(0, len(block), PIECE_BYTES):
            harm = None
            try:
                self._parse(self._decoded(block[at : at + PIECE_BYTES]), final=False)
            except ReadError as error:
                harm = error
            yield from self._taken()
            if harm:
                raise harm
            unfinished = self.fed - max(self._parser.CurrentByteIndex, 0)
            if unfinished > 2 * (self._limits.token_bytes + PIECE_BYTES):
                raise self._beyond(f"a token longer than {self._limits.token_bytes:,} bytes")

    def finish(self) -> Iterator[XmlStart | XmlEnd]:
        """The last events. Raises: ReadError if an element is still open or nothing was there."""
        if self.depth:
            self.broken = True
            raise ReadError("an XML file that is cut short", where=self._where, todo=_AGAIN)
        self._parse(b"</roots>" if self._several else b"", final=True)
        yield from self._taken()

    def _taken(self) -> list[XmlStart | XmlEnd]:
        events, self._events = self._events, []
        return events

    def _decoded(self, piece: bytes) -> bytes:
        """The same in valid UTF-8; a character that is split between two pieces waits for the second."""
        if piece.isascii() and not self._utf8.getstate()[0]:
            return piece
        text = self._utf8.decode(piece)
        if (wrong := text.count("\ufffd") - piece.count(REPLACED)) > 0:
            self._cleaned[NOT_UTF8] += wrong
        if "\ufffe" in text or "\uffff" in text:
            self._cleaned[CONTROL_CHARACTER] += text.count("\ufffe") + text.count("\uffff")
            text = text.replace("\ufffe", " ").replace("\uffff", " ")
        return text.encode()

    def _parse(self, piece: bytes, *, final: bool) -> None:
        self.fed += len(piece)
        try:
            self._parser.Parse(piece, final)
        except expat.ExpatError as error:
            self.broken = True
            self.error_at = self._parser.ErrorByteIndex
            raise ReadError(
                f"an XML file that is not well-formed ({expat.ErrorString(error.code)}, line {error.lineno})",
                where=self._where,
                todo=_AGAIN,
            ) from error

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self.depth >= self._limits.depth:
            raise self._beyond(f"elements nested more than {self._limits.depth} deep")
        if len(attributes) > self._limits.attributes:
            raise self._beyond(f"more than {self._limits.attributes} attributes on one element")
        self._events.append(XmlStart(name, attributes, self.depth))
        self._text.append([])
        self._text_chars.append(0)
        self.depth += 1

    def _end(self, name: str) -> None:
        self.depth -= 1
        text = "".join(self._text.pop())
        self._text_chars.pop()
        if self.depth >= 0:  # the root around several roots is ours
            self._events.append(XmlEnd(name, text, self.depth))

    def _characters(self, text: str) -> None:
        if self.depth == 0:  # between several roots
            return
        self._text_chars[-1] += len(text)
        if self._text_chars[-1] > self._limits.text_chars:
            raise self._beyond(f"text longer than {self._limits.text_chars:,} characters in one element")
        self._text[-1].append(text)

    def _no_doctype(self, *_: object) -> None:
        raise self._beyond("an XML file with a second document type or with entities of its own")

    def _beyond(self, what: str) -> ReadError:
        return ReadError(
            f"an XML file with {what}" if not what.startswith("an XML") else what, where=self._where, todo=_HARM
        )


def clean_blocks(
    stream: io.BufferedIOBase,
    *,
    where: str,
    limits: XmlLimits | None = None,
    cleaned: Counter[str] | None = None,
    block_bytes: int = PIECE_BYTES,
) -> Iterator[bytes]:
    """The document from its root on, in UTF-8 pieces of about `block_bytes`: no declaration, no DOCTYPE, no controls.

    Pieces end anywhere. Raises: ReadError if the prolog or a token never ends, or the encoding is unknown.
    """
    limits = limits or XmlLimits()
    tally = cleaned if cleaned is not None else Counter[str]()
    since_tag = 0
    held = b""
    for piece in _without_prolog(_utf8_pieces(stream, where=where, block_bytes=block_bytes), where, limits):
        block = held + piece
        cut = _whole_references(block)
        block, held = block[:cut], block[cut:]
        since_tag, whole = _tokens_end(block, since_tag, limits.token_bytes)
        yield _allowed(block[:whole], tally)
        if whole < len(block):
            raise ReadError(
                f"an XML file with a token longer than {limits.token_bytes:,} bytes", where=where, todo=_HARM
            )
    if held:
        yield _allowed(held, tally)


def _utf8_pieces(stream: io.BufferedIOBase, *, where: str, block_bytes: int) -> Iterator[bytes]:
    first = stream.read(block_bytes)
    encoding, skip = _encoding_of(first, where)
    decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("replace")
    piece = first[skip:]
    while piece:
        yield piece if decoder is None else decoder.decode(piece).encode("utf-8", "replace")
        piece = stream.read(block_bytes)


def _encoding_of(head: bytes, where: str) -> tuple[str, int]:
    """Python's name of the encoding and the length of its mark."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if head.startswith(mark):
            return encoding, len(mark)
    if head[:4] in (b"<\0?\0", b"<\0!\0"):
        return "utf-16-le", 0
    if head[:4] in (b"\0<\0?", b"\0<\0!"):
        return "utf-16-be", 0
    declared = _DECLARED.match(head.lstrip(_SPACE)[:300])
    if not declared:
        return "utf-8", 0
    name = declared[1].decode("ascii").lower()
    if name.startswith(("utf-16", "ucs-2")):  # declared by a program that then wrote bytes
        return "utf-8", 0
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = name
    if known not in _ENCODINGS:
        raise ReadError(f"an XML file in the encoding '{name}', which is not known", where=where, todo=_AGAIN)
    return known, 0


def _without_prolog(pieces: Iterator[bytes], where: str, limits: XmlLimits) -> Iterator[bytes]:
    """Drop everything before the root element: declaration, comments, instructions and one DOCTYPE."""
    seen = b""
    for piece in pieces:
        seen += piece
        at = _root_at(seen)
        if at >= 0:
            yield seen[at:]
            break
        if len(seen) > limits.prolog_bytes + PIECE_BYTES:
            raise ReadError("an XML file whose prolog has no end", where=where, todo=_HARM)
    else:
        if seen.lstrip(_SPACE).startswith((b"<!", b"<?")):
            raise ReadError("an XML file that is cut short", where=where, todo=_AGAIN)
        yield seen  # no root at all, which the parser says
        return
    yield from pieces


def _root_at(seen: bytes) -> int:
    """Where the root starts, or -1 if more bytes are needed to know."""
    at, size = 0, len(seen)
    while True:
        while at < size and seen[at] in _SPACE:
            at += 1
        rest = seen[at : at + 9]
        if rest.startswith(b"<?"):
            end = seen.find(b"?>", at)
            step = 2
        elif rest.startswith(b"<!--"):
            end = seen.find(b"-->", at + 4)
            step = 3
        elif rest.upper() == b"<!DOCTYPE":
            end = _doctype_end(seen, at)
            step = 0
        elif len(rest) == 9 or (rest and not b"<!DOCTYPE".startswith(rest.upper()) and not b"<!--".startswith(rest)):
            return at
        else:
            return -1
        if end < 0:
            return -1
        at = end + step


def _doctype_end(seen: bytes, at: int) -> int:
    """The place behind the DOCTYPE that starts at `at`, -1 if it is not there yet.

    Quotes count only before the internal subset: inside it Apple's own comments hold apostrophes, and its lists are
    malformed since iOS 16. An "]>" inside an entity's value ends the cut early; what is left is then no XML.
    """
    quote = 0
    for i in range(at + 9, len(seen)):
        byte = seen[i]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'":
            quote = byte
        elif byte == 0x3E:  # >
            return i + 1
        elif byte == 0x5B:  # [
            return _subset_end(seen, i + 1)
    return -1


def _subset_end(seen: bytes, at: int) -> int:
    while True:
        comment = seen.find(b"<!--", at)
        end = _SUBSET_END.search(seen, at, comment if comment >= 0 else len(seen))
        if end:
            return end.end()
        if comment < 0:
            return -1
        closed = seen.find(b"-->", comment + 4)
        if closed < 0:
            return -1
        at = closed + 3


def _whole_references(block: bytes) -> int:
    """Where to cut so that no character reference is split."""
    last = block.rfind(b"&", max(0, len(block) - _LONGEST_REFERENCE))
    return len(block) if last < 0 or b";" in block[last:] else last


def _tokens_end(block: bytes, carried: int, limit: int) -> tuple[int, int]:
    """The number of bytes since the last "<", and how much of the block lies before a token of more than `limit`."""
    at = -carried - 1
    while at + limit < len(block):
        following = block.rfind(b"<", max(at + 1, 0), at + 1 + limit)
        if following < 0:
            return 0, max(at, 0)
        at = following
    last = block.rfind(b"<", max(at + 1, 0))
    return len(block) - 1 - (last if last >= 0 else at), len(block)


def _allowed(block: bytes, tally: Counter[str]) -> bytes:
    """Control characters and references to them become spaces, counted."""
    a = np.frombuffer(block, dtype=np.uint8)
    low = int(np.count_nonzero(a < 32))
    # Counted by numpy and in this order because it is done for every byte of every export.
    if low != int(np.count_nonzero(a == 10)) and low != sum(block.count(c) for c in (b"\n", b"\r", b"\t")):
        tally[CONTROL_CHARACTER] += len(block) - len(block.translate(None, _CONTROL))
        block = block.translate(_BLANK_CONTROL)
    if b"#" in block and b"&#" in block:
        block = _REFERENCE.sub(lambda match: _reference(match, tally), block)
    return block


def _reference(match: re.Match[bytes], tally: Counter[str]) -> bytes:
    code = int(match[1], 16) if match[1] else int(match[2])
    surrogate, beyond = 0xD800 <= code <= 0xDFFF, code in (0xFFFE, 0xFFFF) or code > 0x10FFFF
    if surrogate or beyond or (code < 32 and code in _CONTROL):
        tally[CONTROL_CHARACTER] += 1
        return b" "
    return match[0]
