"""JSON item by item in constant memory: the elements of a list, a list inside of an object, or one value a line.

Exports write a year of records as one list of a gigabyte. Here it is a stream: each item is parsed alone, so that a
file that is cut short gives everything before the cut, and memory holds one item.
"""

import codecs
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sennight.errors import ReadError
from sennight.readers.guard import Member

# One item of an export: a workout with its track is 2 MB, a night of one-second samples 1 MB.
MAX_ITEM_CHARACTERS = 16 * 1024**2
MAX_KEYS = 10_000  # members of the outermost object that are kept beside its list
_PIECE_BYTES = 1 << 20
_SPACE = " \t\n\r"
_AFTER_NUMBER = frozenset(f"{_SPACE},]}}")
_CUT = "a JSON file that is damaged or cut short"


class Item(NamedTuple):
    """One value, and the members of the object around its list that came before it (empty for a bare list)."""

    value: Any
    around: Mapping[str, Any]


def json_items(member: Member, *, lists: Sequence[str] = (), through: Sequence[str] = ()) -> Iterator[Item]:
    """The items of a file: those of a bare list, those of an object's list with a name in `lists`, or whole values.

    Of an object under a name in `through` every list gives its items too. Values may follow one another (one a line).
    Raises: ReadError where the text is damaged or cut short, after the items before that place.
    """
    with member.open() as stream:
        text = _Text(stream, where=member.name)
        while (first := text.peek()) is not None:
            if first == "[":
                text.take()
                yield from _listed(text, {})
            elif first == "{":
                yield from _object(text, lists, through)
            else:
                yield Item(text.value(), {})


def _object(text: "_Text", lists: Sequence[str], through: Sequence[str]) -> Iterator[Item]:
    """The items of the object's lists, or the object itself if it has none."""
    members: dict[str, Any] = {}
    streamed = False
    for key in _keys(text, members):
        if key in lists and text.peek() == "[":
            text.take()
            streamed = True
            yield from _listed(text, members)
        elif key in through and text.peek() == "{":
            inner: dict[str, Any] = {}
            for name in _keys(text, inner):
                if text.peek() == "[":
                    text.take()
                    yield from _listed(text, members)
                else:
                    inner[name] = text.value()
            members[key] = inner
        else:
            members[key] = text.value()
    if not streamed:
        yield Item(members, {})


def _keys(text: "_Text", members: Mapping[str, Any]) -> Iterator[str]:
    """The keys of the object that starts here, each given when its value is next."""
    text.take()
    while (first := text.peek()) != "}":
        if first == ",":
            text.take()
            continue
        key = text.value()
        if not isinstance(key, str) or text.peek() != ":" or len(members) >= MAX_KEYS:
            raise text.damaged()
        text.take()
        yield key
    text.take()


def _listed(text: "_Text", around: Mapping[str, Any]) -> Iterator[Item]:
    while (first := text.peek()) != "]":
        if first == ",":
            text.take()
        else:
            yield Item(text.value(), around)
    text.take()


class _Text:
    """The characters of a stream, with room for one value."""

    def __init__(self, stream: Any, *, where: str) -> None:
        self._stream, self._where = stream, where
        first = stream.read(max(_PIECE_BYTES, len(codecs.BOM_UTF8)))
        wide = first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        self._decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")()
        self._json = json.JSONDecoder(parse_int=_integer)
        self._buffer, self._at, self._ended = "", 0, False
        self._add(first)

    def damaged(self) -> ReadError:
        """What is said of text that goes on as no JSON does."""
        return ReadError(_CUT, where=self._where, todo="Export it again.")

    def peek(self) -> str | None:
        """The next character that is no space; None at the end of the file."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return None

    def take(self) -> None:
        """Step over the character that `peek` gave. Raises: ReadError at the end of the file."""
        if self._at >= len(self._buffer):
            raise self.damaged()
        self._at += 1

    def value(self) -> Any:
        """The value that starts here. Raises: ReadError if there is none, or it is larger than an item may be."""
        if self.peek() is None:
            raise self.damaged()
        while True:
            try:
                value, end = self._json.raw_decode(self._buffer, self._at)
                if self._ended or self._complete(value, end):
                    self._at = end
                    return value
            except (ValueError, RecursionError, MemoryError) as error:
                if self._ended or len(self._buffer) - self._at > MAX_ITEM_CHARACTERS or self._deep(error):
                    raise self.damaged() from error
            # Twice as much each time, so that trying again costs no more than twice the whole.
            target = 2 * (len(self._buffer) - self._at)
            while len(self._buffer) - self._at < target and self._more():
                pass

    def _complete(self, value: Any, end: int) -> bool:
        """Does the value end here? A number at the end of what was read may go on ("1" of "1.5")."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return not number or self._buffer[end : end + 1] in _AFTER_NUMBER

    @staticmethod
    def _deep(error: Exception) -> bool:
        return isinstance(error, RecursionError | MemoryError)

    def _more(self) -> bool:
        """Read on; what was taken is let go. False at the end."""
        if self._ended:
            return False
        self._buffer, self._at = self._buffer[self._at :], 0
        self._add(self._stream.read(_PIECE_BYTES))
        return True

    def _add(self, piece: bytes) -> None:
        try:
            self._buffer += self._decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            raise self.damaged() from error
        self._ended = not piece


def _integer(digits: str) -> int | float:
    # Python refuses integers of more than 4,300 digits; no sensor wrote one.
    return int(digits) if len(digits) < 20 else float(digits)
