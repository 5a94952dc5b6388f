"""The header of an EDF file: when it starts, how long a data record is, which signals are in it and where.

Numbers and dates are text in fixed places. Writers disagree about much of it (a decimal comma, a wrong number of
records, a two-digit year with the whole one elsewhere), so what the file's size says counts more than what the header
says.

Source: Kemp et al. 1992 (EDF) and Kemp and Olivan 2003 (EDF+), edfplus.info/specs.
"""

import math
import re
from dataclasses import dataclass

import polars as pl

from sennight.errors import ReadError
from sennight.readers.written_times import wall_times

FIXED_BYTES = 256  # the part before the signals, and what each signal adds
SIGN = b"0       "
MAX_SIGNALS = 1_024
MAX_RECORD_S = 86_400.0  # a day; the specification wants a minute at most
MAX_RECORD_BYTES = 256 * 1024**2
ANNOTATIONS = "edf annotations"
# Years of two digits: 85 to 99 are of the last century. EDF+ specification, 2.1.3.4.
CENTURY_TURNS_AT = 85
PLACEHOLDER_DATE = "01.01.85"  # what EDF+ tells writers to put for a date that is not known

_WIDTHS = (
    16,
    80,
    8,
    8,
    8,
    8,
    8,
    80,
    8,
    32,
)  # label, transducer, dimension, physical and digital range, filter, samples, -
_AGAIN = "Export it again."


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One signal: its name and unit, samples in a record, where they begin in it (in samples), and its scale.

    A sample is `gain` * digital + `offset` in `dimension`. A gain of 0 means that the ranges in the header are no
    ranges.
    """

    label: str
    dimension: str
    per_record: int
    begins: int
    gain: float
    offset: float
    physical_max: float

    @property
    def is_annotations(self) -> bool:
        """Does it hold text instead of samples?"""
        return self.label.casefold() == ANNOTATIONS


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the header says. `start_s` is on the wall clock of the recording, seconds since 1970 as if UTC."""

    start_s: int
    date_known: bool
    continuous: bool
    n_records: int
    record_s: float
    header_bytes: int
    signals: tuple[Signal, ...]

    @property
    def samples_a_record(self) -> int:
        """Of all signals together, two bytes each."""
        return sum(signal.per_record for signal in self.signals)


def header_length(fixed: bytes) -> int:
    """How many bytes the whole header has, by the number of signals; 0 if the first 256 bytes are no EDF."""
    digits = fixed[252:256].strip()
    if len(fixed) < FIXED_BYTES or fixed[:8] != SIGN or not digits.isdigit():
        return 0
    n = int(digits)
    return (n + 1) * FIXED_BYTES if 1 <= n <= MAX_SIGNALS else 0


def looks_right(head: bytes) -> bool:
    """Does it begin as EDF does: version 0, a date and a time in their places, a number of signals? Raises nothing."""
    return bool(header_length(head) and re.fullmatch(rb"[\d:. ]{8}[\d:. ]{8}\d+ *", head[168:192]))


def parse(raw: bytes, *, where: str) -> Header:
    """The header of these first bytes of a file.

    Raises: ReadError if it is cut short, has no start, or its numbers are none.
    """
    length = header_length(raw[:FIXED_BYTES])
    if not length or len(raw) < length:
        raise ReadError("an EDF file whose header is damaged or cut short", where=where, todo=_AGAIN)
    n = length // FIXED_BYTES - 1
    fixed = raw[:FIXED_BYTES].decode("latin-1")
    record_s = _number(fixed[244:252])
    if not 0 <= record_s <= MAX_RECORD_S:
        raise ReadError("an EDF file whose records have no possible length", where=where, todo=_AGAIN)
    start_s, date_known = _start(fixed, where=where)
    declared = _number(fixed[236:244])
    return Header(
        start_s=start_s,
        date_known=date_known,
        continuous=not fixed[192:236].strip().upper().startswith("EDF+D"),
        n_records=int(declared) if math.isfinite(declared) else -1,
        record_s=record_s,
        header_bytes=length,
        signals=_signals(raw[FIXED_BYTES:length].decode("latin-1"), n, where=where),
    )


def _number(text: str) -> float:
    """A number of the header, NaN if it is none; some writers use a decimal comma."""
    try:
        return float(text.replace("\x00", " ").strip().replace(",", "."))
    except ValueError:
        return math.nan


def _start(fixed: str, *, where: str) -> tuple[int, bool]:
    """Wall-clock seconds of the start, and whether the date is a real one."""
    date, time = fixed[168:176].strip(), fixed[176:184].strip()
    whole = re.search(r"Startdate (\d{2})-([A-Z]{3})-(\d{4})", fixed[88:168], flags=re.IGNORECASE)
    parts = re.split(r"[.\-/: ]", date)
    if whole:
        day = f"{whole[1]} {whole[2].capitalize()} {whole[3]}"
    elif len(parts) == 3 and all(p.isdigit() for p in parts):
        year = int(parts[2]) + (0 if len(parts[2]) > 2 else 1900 if int(parts[2]) >= CENTURY_TURNS_AT else 2000)
        day = f"{year}-{int(parts[1]):02d}-{int(parts[0]):02d}"
    else:
        day = ""
    clock = ":".join(p.zfill(2) for p in re.split(r"[.:\-]", time))
    seconds, usable, _, _ = wall_times(pl.Series("start", [f"{day} {clock}"]))
    if not usable[0] or seconds[0] < 0:
        raise ReadError("an EDF file without a start date and time", where=where, todo=_AGAIN)
    return int(seconds[0]), bool(whole) or date != PLACEHOLDER_DATE


def _signals(text: str, n: int, *, where: str) -> tuple[Signal, ...]:
    columns: list[list[str]] = []
    at = 0
    for width in _WIDTHS:
        columns.append([text[at + i * width : at + (i + 1) * width] for i in range(n)])
        at += n * width
    signals: list[Signal] = []
    begins = 0
    for i in range(n):
        per_record = _number(columns[8][i])
        if not 0 <= per_record <= MAX_RECORD_BYTES:
            raise ReadError("an EDF file with a signal of no possible size", where=where, todo=_AGAIN)
        low, high, digital_low, digital_high = (_number(columns[k][i]) for k in (3, 4, 5, 6))
        span = digital_high - digital_low
        gain = (high - low) / span if math.isfinite(high - low) and math.isfinite(span) and span != 0 else 0.0
        signals.append(
            Signal(
                label=columns[0][i].replace("\x00", " ").strip(),
                dimension=columns[2][i].replace("\x00", " ").strip(),
                per_record=int(per_record),
                begins=begins,
                gain=gain,
                offset=low - gain * digital_low if gain else 0.0,
                physical_max=high,
            )
        )
        begins += int(per_record)
    if not 0 < 2 * begins <= MAX_RECORD_BYTES:
        raise ReadError("an EDF file whose records have no possible size", where=where, todo=_AGAIN)
    return tuple(signals)
