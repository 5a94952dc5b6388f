"""Parquet of strangers: what cannot be decoded, or would end this process, is a ReadError."""

from collections.abc import Sequence
from pathlib import Path

from sennight.errors import ReadError
from sennight.parquet import why_not


def check_parquet(path: Path, columns: Sequence[str] = (), *, where: str = "") -> None:
    """Make sure that these columns of a Parquet file can be decoded; without any, that its schema can.

    Raises: ReadError if the file is damaged, or asks for more memory or time than a file of its size may.
    """
    if why := why_not(path, columns):
        raise ReadError(why, where=where or str(path), todo="Download or export it again.")
