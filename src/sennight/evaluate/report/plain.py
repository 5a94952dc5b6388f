"""How numbers are written on the page: rounded once, with a true minus sign and thousands apart."""

import math
import unicodedata
from typing import Protocol, runtime_checkable

MINUS = "−"
NONE = "–"
SECONDS_PER_MINUTE, SECONDS_PER_HOUR = 60, 3_600
MB_PER_GB = 1_024


@runtime_checkable
class Bounded(Protocol):
    """Anything with a 95 % interval: a score, an average, a lead, a comparison."""

    @property
    def low(self) -> float: ...

    @property
    def high(self) -> float: ...


def number(value: float | int, digits: int = 2) -> str:
    """A number with fixed digits; never "−0.00".

    >>> number(0.7149), number(-0.001), number(-0.25)
    ('0.71', '0.00', '−0.25')
    """
    if not math.isfinite(value):
        return NONE
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)


def interval(of: Bounded, digits: int = 2) -> str:
    """The ends of an interval, in square brackets."""
    return f"[{number(of.low, digits)}, {number(of.high, digits)}]"


def signed(value: float | int, digits: int = 3) -> str:
    """A difference, with its sign.

    >>> signed(0.0123), signed(-0.0004), signed(-0.02)
    ('+0.012', '0.000', '−0.020')
    """
    text = number(value, digits)
    return f"+{text}" if value > 0 and float(f"{value:.{digits}f}") != 0 else text


def significant(value: float | int, digits: int = 3) -> str:
    """A number of unknown size, to three significant digits.

    >>> significant(12.3456), significant(0.01234), significant(1234.0)
    ('12.3', '0.0123', '1,234')
    """
    if not math.isfinite(value):
        return NONE
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def count(value: float | int) -> str:
    """A whole number with thousands apart."""
    return f"{round(value):,}".replace("-", MINUS)


def percent(part: float | int, whole: float | int = 1.0) -> str:
    """A share in per cent; a small one keeps a digit, so that something never reads as nothing.

    >>> percent(1, 3), percent(0.004), percent(0, 5), percent(1, 0)
    ('33 %', '0.4 %', '0 %', '–')
    """
    if not whole:
        return NONE
    share = 100 * part / whole
    if 0 < share < 0.05:
        return "<0.1 %"
    return f"{share:.1f} %" if 0 < share < 9.95 or 99 < share < 100 else f"{share:.0f} %"


def duration(seconds: float | int) -> str:
    """Wall time in the units a person would say.

    >>> duration(0.42), duration(75), duration(7384)
    ('0.4 s', '1 min 15 s', '2 h 03 min')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < SECONDS_PER_MINUTE:
        return f"{whole} s"
    if whole < SECONDS_PER_HOUR:
        return f"{whole // SECONDS_PER_MINUTE} min {whole % SECONDS_PER_MINUTE:02d} s"
    minutes = round(seconds / SECONDS_PER_MINUTE)
    return f"{minutes // 60} h {minutes % 60:02d} min"


def memory(mb: float | int | None) -> str:
    """Memory in MB, or GB from 1 GB on.

    >>> memory(512), memory(2048), memory(None)
    ('512 MB', '2.0 GB', '–')
    """
    if mb is None:
        return NONE
    return f"{mb:.0f} MB" if mb < MB_PER_GB else f"{mb / MB_PER_GB:.1f} GB"


JOINERS = "\u200c\u200d"  # change how letters of some scripts join, and hide nothing


def words(text: str) -> str:
    """Text of others, fit to be shown: control and direction-changing characters become a visible mark.

    They can hide or turn around what stands beside them, and SVG refuses them. Line breaks and tabs become spaces.

    >>> words("a\\nb"), words("a\\x00b")
    ('a b', 'a\ufffdb')
    """
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in "\n\r\t":
        return " "
    unfit = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") and character not in JOINERS
    return "\ufffd" if unfit else character
