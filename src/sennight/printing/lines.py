"""Lines of text for a terminal: ASCII numbers, aligned columns, the same on a screen, in a pipe and in a log."""

import math
from collections.abc import Mapping, Sequence

NONE = "-"
MOST_REASONS = 12  # lines of one list of reasons; the rest is summed up in a last line
BYTES_PER_UNIT = 1_000
MB_PER_GB = 1_024  # memory, as the kernel counts it
SECONDS_PER_MINUTE = 60


def clean(text: object) -> str:
    """Words of somebody else's file, fit to be printed: what could steer a terminal becomes "?".

    >>> clean("heart\\x1b[2Jrate\\n")
    'heart?[2Jrate '
    """
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in str(text))


def count(n: int) -> str:
    """A whole number with thousands apart.

    >>> count(12345)
    '12,345'
    """
    return f"{n:,}"


def plural(n: int, noun: str, many: str = "") -> str:
    """A count with its noun.

    >>> plural(1, "person", "people"), plural(2000, "day")
    ('1 person', '2,000 days')
    """
    return f"{count(n)} {noun if n == 1 else many or noun + 's'}"


def number(value: float | int, digits: int = 2) -> str:
    """A number with fixed digits; never "-0.00".

    >>> number(0.7149), number(-0.001), number(float("nan"))
    ('0.71', '0.00', '-')
    """
    if not math.isfinite(value):
        return NONE
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def signed(value: float | int, digits: int = 3) -> str:
    """A difference, with its sign.

    >>> signed(0.0123), signed(-0.02), signed(0.0001)
    ('+0.012', '-0.020', '0.000')
    """
    text = number(value, digits)
    return f"+{text}" if value > 0 and text != NONE and float(text) != 0 else text


def short(text: str) -> str:
    """A number without the nought before its point, where a column is narrow.

    >>> short("0.71"), short("-0.05"), short("1.00")
    ('.71', '-.05', '1.00')
    """
    return text.replace("0.", ".", 1) if text.lstrip("+-").startswith("0.") else text


def share(part: float | int, whole: float | int) -> str:
    """Per cent; a small share keeps a digit, so that something never reads as nothing.

    >>> share(1, 3), share(4, 1000), share(1, 10_000), share(0, 5), share(1, 0)
    ('33 %', '0.4 %', '<0.1 %', '0 %', '-')
    """
    if not whole:
        return NONE
    percent = 100 * part / whole
    if 0 < percent < 0.05:
        return "<0.1 %"
    return f"{percent:.1f} %" if 0 < percent < 9.95 or 99 < percent < 100 else f"{percent:.0f} %"


def duration(seconds: float | int) -> str:
    """Wall time.

    >>> duration(0.42), duration(75)
    ('0.4 s', '1 min 15 s')
    """
    if seconds < SECONDS_PER_MINUTE - 0.5:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), SECONDS_PER_MINUTE)
    return f"{minutes:,} min {rest:02d} s"


def memory(mb: float | int | None) -> str:
    """Memory, "-" where it was not measured.

    >>> memory(512), memory(2048), memory(None)
    ('512 MB', '2.0 GB', '-')
    """
    if mb is None:
        return NONE
    return f"{mb:.0f} MB" if mb < MB_PER_GB else f"{mb / MB_PER_GB:.1f} GB"


def size(n_bytes: int) -> str:
    """Bytes on disk.

    >>> size(999), size(12_345_678)
    ('999 B', '12.3 MB')
    """
    value, unit = float(n_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < BYTES_PER_UNIT:
            break
        value, unit = value / BYTES_PER_UNIT, larger
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, align: str = "", most: int | None = None
) -> list[str]:
    """Columns two spaces apart, one where that is wider than `most` letters; each set "l"eft or "r"ight.

    By default the first is set left. No line ends in spaces.

    >>> table(("name", "n", "what"), [("a", "1", "x"), ("bcdef", "23", "y")], align="lrl")
    ['name    n  what', 'a       1  x', 'bcdef  23  y']
    """
    align = align or "l" + "r" * (len(header) - 1)
    whole = [tuple(clean(cell) for cell in row) for row in (header, *rows)]
    widths = [max(len(row[i]) for row in whole) for i in range(len(header))]
    wide = most is not None and sum(widths) + 2 * (len(widths) - 1) > most
    return [
        (" " if wide else "  ")
        .join(
            cell.ljust(width) if side == "l" else cell.rjust(width)
            for cell, width, side in zip(row, widths, align, strict=True)
        )
        .rstrip()
        for row in whole
    ]


def reasons(counts: Mapping[str, int], *, indent: str = "  ", most: int = MOST_REASONS) -> list[str]:
    """Reasons by how often they were met, most often first; a long tail becomes one line."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown, rest = ordered[:most], ordered[most:]
    width = max((len(count(n)) for _, n in shown), default=0)
    lines = [f"{indent}{count(n):>{width}}  {clean(reason)}" for reason, n in shown]
    if rest:
        lines.append(f"{indent}and {plural(len(rest), 'kind')} more, {count(sum(n for _, n in rest))} in all")
    return lines
