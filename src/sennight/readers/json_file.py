"""JSON of an export, bounded: one typed error for whatever is wrong with it, and numbers that are numbers."""

import json
from typing import Any

import numpy as np

from sennight.errors import ReadError
from sennight.readers.guard import Member

# Beyond any file of an export that a person could have; above it parsing would take the memory of the machine.
MAX_JSON_BYTES = 1024**3


def load_json(member: Member) -> Any:
    """The parsed content of a file, in UTF-8 (with or without BOM) or UTF-16.

    Raises: ReadError if it is too large, damaged, cut short, nested without end or no JSON.
    """
    if member.size > MAX_JSON_BYTES:
        raise ReadError(f"a JSON file above {MAX_JSON_BYTES:,} bytes", where=member.name)
    try:
        return json.loads(member.read(), parse_int=_integer)
    except (ValueError, RecursionError, MemoryError) as error:
        raise ReadError(
            "a JSON file that is damaged or cut short", where=member.name, todo="Export it again."
        ) from error


def _integer(digits: str) -> int | float:
    # Python refuses integers of more than 4,300 digits; no sensor wrote one.
    return int(digits) if len(digits) < 20 else float(digits)


def number(value: object) -> float:
    """A number written as number or text; NaN for anything else, true and false included.

    >>> number("72"), number(None)
    (72.0, nan)
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return np.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return np.nan
