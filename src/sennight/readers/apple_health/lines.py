"""Lines: the records of an export that stand on a line of their own, thousands at once, without an XML parser.

Apple writes one element a line, and nine of ten are `<Record .../>` whose last four attributes have one form; only the
part before them (type, source, device, unit) needs reading, and it repeats. A line is taken here only if every byte of
it is known: the first part by the XML parser (once for each that differs), the rest by comparison with the form. All
other lines are left to the parser, in the order of the file.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float64, Int32, Int64

from sennight.readers.apple_health.devices import Device
from sennight.readers.apple_health.intake import Meaning, Sort, as_number
from sennight.readers.apple_health.stamps import STAMP_BYTES, stamps

_FORM = b' creationDate="%s" startDate="%s" endDate="%s" value="' % ((b"\0" * STAMP_BYTES,) * 3)
_FIXED = tuple((m.start(), m[0]) for m in re.finditer(rb"[^\0]+", _FORM))
_START_AT = _FORM.index(b'startDate="') + 11
_STOP_AT = _FORM.index(b'endDate="') + 9
_CREATED = slice(_FORM.index(b'creationDate="') + 14, _FORM.index(b'creationDate="') + 14 + STAMP_BYTES)
_NO_ROWS = np.empty((0, len(_FORM)), dtype=np.uint8)
_FAST = (Sort.STREAM, Sort.UNUSED, Sort.NO_UNIT)
_META = re.compile(rb'  <MetadataEntry key="[^"<>&\0-\x1f]*" value="[^"<>&\0-\x1f]*"/>')
_ADDRESS = re.compile(rb"HKDevice: 0x[0-9a-f]{1,16}")
_NO_MEANING = Meaning(sort=Sort.UNUSED, type="", device=Device(identity=("", ""), label=""))
_TYPED = b"HKWasUserEntered"
_ZONE = b"HKTimeZone"
MAX_PREFIXES = 4_000
MAX_METAS = 20_000
MAX_VALUE_BYTES = 40


def _word(text: bytes) -> int:
    return int.from_bytes(text, "little")


_RECORD, _META_HEAD, _META_REST = _word(b" <Record"), _word(b"  <Metad"), _word(b"ataEntry")
_CLOSE_HEAD, _CLOSE_REST, _CLOSE_LENGTH = _word(b" </Recor"), _word(b"/Record>"), 10
_SHORTEST = len(_FORM) + 20  # bytes of a line that can hold the form; nothing shorter is looked at


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """Records of one meaning: the lines they begin on, their times (seconds since 1970), offsets and values."""

    meaning: Meaning
    line: Int64[np.ndarray, " n"]
    start: Int64[np.ndarray, " n"]
    stop: Int64[np.ndarray, " n"]
    offset_s: Int32[np.ndarray, " n"]
    values: Float64[np.ndarray, " n"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Taken:
    """What was recognised of a block: where its lines begin and end, which need no parser, and their records."""

    starts: Int64[np.ndarray, " line"]
    ends: Int64[np.ndarray, " line"]
    known: Bool[np.ndarray, " line"]
    batches: tuple[Batch, ...]


@dataclass(kw_only=True)
class LineReader:
    """Recognises lines of blocks; `resolve` reads the first part of a record by the XML parser, None if it cannot."""

    resolve: Callable[[bytes], Meaning | None]
    _prefixes: dict[bytes, int] = field(default_factory=dict)
    _meanings: list[Meaning] = field(default_factory=list)
    _places: dict[int, int] = field(default_factory=dict)
    _quick: list[bool] = field(default_factory=list)
    _counts: list[bool] = field(default_factory=list)
    _metas: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        # Place 0 is for what the parser has to read.
        self._meanings.append(_NO_MEANING)
        self._quick.append(False)
        self._counts.append(False)

    def take(self, block: bytes) -> Taken:
        """All lines of a block, which ends with a line feed."""
        a = np.frombuffer(block, dtype=np.uint8)
        ends = np.flatnonzero(a == 10)
        starts = np.concatenate((np.zeros(1, dtype=np.int64), ends[:-1] + 1))
        flat, opened, closed_at = self._kinds(block, a, starts, ends)
        lines = np.flatnonzero(flat | opened)
        # The last quote of a line closes the value; the one before it opened it and ends the form.
        quote = ends[lines] - np.where(flat[lines], 3, 2)
        quotes = np.flatnonzero(a == 34)
        value_at = quotes[np.maximum(np.searchsorted(quotes, quote) - 1, 0)] + 1 if len(lines) else quotes[:0]
        form_at = value_at - len(_FORM)
        usable = (form_at > starts[lines] + 10) & (quote - value_at <= MAX_VALUE_BYTES)
        lines, quote, value_at, form_at = lines[usable], quote[usable], value_at[usable], form_at[usable]
        rows = np.lib.stride_tricks.sliding_window_view(a, len(_FORM))[form_at] if len(lines) else _NO_ROWS
        start, offset, right = stamps(rows[:, _START_AT : _START_AT + STAMP_BYTES])
        stop, _, also = stamps(rows[:, _STOP_AT : _STOP_AT + STAMP_BYTES])
        created = rows[:, _CREATED]
        plain = (created != 34) & (created != 38) & (created != 60) & (created != 62) & (created != 9)
        good = _has_form(rows) & right & also & plain.all(axis=1)
        codes = self._codes(block, starts[lines], form_at)
        values, is_number = _numbers(block, value_at, quote)
        good &= np.array(self._quick)[codes] & (is_number | np.array(self._counts)[codes])
        marks = np.zeros(len(starts) + 1, dtype=np.int64)
        np.add.at(marks, lines[good], 1)
        np.add.at(marks, np.where(flat[lines[good]], lines[good], closed_at[lines[good]]) + 1, -1)
        batches = []
        for code in np.unique(codes[good]).tolist():
            mine = np.flatnonzero(good & (codes == code))
            batches.append(
                Batch(
                    meaning=self._meanings[code],
                    line=lines[mine],
                    start=start[mine],
                    stop=stop[mine],
                    offset_s=offset[mine],
                    values=values[mine],
                )
            )
        return Taken(starts=starts, ends=ends, known=np.cumsum(marks[:-1]) > 0, batches=tuple(batches))

    def _kinds(
        self, block: bytes, a: np.ndarray, starts: np.ndarray, ends: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Which lines are a whole record, which open one that only details and its end follow, and where that is."""
        windows = np.lib.stride_tricks.sliding_window_view(np.concatenate((a, np.zeros(16, dtype=np.uint8))), 16)
        words = windows[starts].view("<u8")
        last, second, third = a[ends - 1], a[np.maximum(ends - 2, 0)], a[np.maximum(ends - 3, 0)]
        record = (words[:, 0] == _RECORD) & (ends - starts > _SHORTEST) & (last == 0x3E)
        flat = record & (second == 0x2F) & (third == 0x22)
        opened = record & (second == 0x22)
        meta = (words[:, 0] == _META_HEAD) & (words[:, 1] == _META_REST)
        if meta.any():
            at = np.flatnonzero(meta)
            meta[at] = [
                self._is_detail(block[s:e]) for s, e in zip(starts[at].tolist(), ends[at].tolist(), strict=True)
            ]
        close = (words[:, 0] == _CLOSE_HEAD) & (ends - starts == _CLOSE_LENGTH) & (last == 0x3E) & (second == 0x64)
        # Behind an opened record the first line that is no detail must be its end.
        following = np.flatnonzero(~meta)
        at = np.flatnonzero(opened)
        closed_at = np.zeros(len(starts), dtype=np.int64)
        next_at = np.searchsorted(following, at + 1)
        there = next_at < len(following)
        closed_at[at[there]] = following[next_at[there]]
        opened[at] = there & close[closed_at[at]]
        return flat, opened, closed_at

    def _is_detail(self, line: bytes) -> bool:
        """Is it a detail that changes nothing? Zones and what was typed in by hand are the parser's."""
        if line in self._metas:
            return True
        if not _META.fullmatch(line) or _TYPED in line or _ZONE in line:
            return False
        if len(self._metas) < MAX_METAS:
            self._metas.add(line)
        return True

    def _codes(self, block: bytes, starts: np.ndarray, past: np.ndarray) -> np.ndarray:
        """What the first part of each record means, as places in `_meanings`; neighbours mostly have the same."""
        found: list[int] = []
        before, length, code = b"", -1, 0
        for s, e in zip(starts.tolist(), past.tolist(), strict=True):
            if e - s != length or not block.startswith(before, s):
                before, length = block[s:e], e - s
                known = self._prefixes.get(before)
                code = self._new_prefix(before) if known is None else known
            found.append(code)
        return np.array(found, dtype=np.int64)

    def _new_prefix(self, prefix: bytes) -> int:
        """The place of its meaning. The memory address of a device changes all the time and never means anything."""
        if len(self._prefixes) >= MAX_PREFIXES:
            self._prefixes.clear()
        same = _ADDRESS.sub(b"HKDevice: 0x0", prefix)
        code = self._prefixes.get(same)
        if code is None:
            meaning = self.resolve(same)
            code = 0 if meaning is None else self._places.get(id(meaning), -1)
            if meaning is not None and code < 0:
                code = self._places[id(meaning)] = len(self._meanings)
                self._meanings.append(meaning)
                self._quick.append(meaning.sort in _FAST)
                self._counts.append(meaning.sort is not Sort.STREAM)
        self._prefixes[same] = self._prefixes[prefix] = code
        return code


def _has_form(rows: np.ndarray) -> np.ndarray:
    """Which rows have Apple's four attributes, whatever their values."""
    good = np.ones(len(rows), dtype=np.bool_)
    for at, text in _FIXED:
        good &= np.ascontiguousarray(rows[:, at : at + len(text)]).view(f"S{len(text)}")[:, 0] == text
    return good


def _numbers(block: bytes, starts: np.ndarray, past: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values as numbers, and which are."""
    pairs = zip(starts.tolist(), past.tolist(), strict=True)
    try:
        values = np.array([float(block[s:e]) for s, e in pairs], dtype=np.float64)
    except ValueError:
        pairs = zip(starts.tolist(), past.tolist(), strict=True)
        values = np.array([as_number(block[s:e]) for s, e in pairs], dtype=np.float64)
    return values, ~np.isnan(values)
