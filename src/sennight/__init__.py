"""sennight: the open foundation model for wearable health data.

    import sennight as sn
    from sennight.backbones import load
    from sennight.embed import embed

Importing it is light: no torch, no network.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sennight.record import Facts, PersonDays, Recording, WindowBatch

if TYPE_CHECKING:
    from sennight.readers.reader import Reading

__version__ = "0.1.0"
__all__ = ["Facts", "PersonDays", "Recording", "WindowBatch", "__version__", "read", "to_days"]


def read(path: str | Path, *, mapping: Path | None = None) -> "Reading":
    """Read any supported export or cohort; each reader is asked whether the file is its own.

    Raises: ReadError with what, where, what to do.
    """
    from sennight.readers import read as read_any  # readers import tables and archives; a plain import stays light

    return read_any(path, mapping=mapping)


def to_days(reading: "Reading") -> list[PersonDays]:
    """Prepare everybody in a reading: minutes with reasons, wear, whole local days. Uses the reading up.

    Raises: ReadError, PrepareError.
    """
    from sennight.prepare import prepare

    return [day for person in prepare(reading.people) for day in person.days]
