"""Rows of a SQLite table as columns, however damaged: what can be read before the damage is given, and that it is."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from jaxtyping import Float64

from sennight.readers.json_file import number

# What a damaged database raises: a message about a name that is no text is a UnicodeDecodeError, which is a ValueError.
DAMAGE = (sqlite3.Error, ValueError, OverflowError, MemoryError)
_ROWS_AT_ONCE = 50_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Columns of a table by name: numbers, NaN where there is none, and words. `damage`: the end is missing."""

    numbers: Mapping[str, Float64[np.ndarray, " row"]]
    words: Mapping[str, Sequence[str]]
    damage: bool = False

    def __len__(self) -> int:
        """How many rows."""
        return len(next(iter(self.numbers.values())))

    def __getitem__(self, name: str) -> Float64[np.ndarray, " row"]:
        """The numbers of a column; NaN everywhere in one that the table lacks."""
        return self.numbers[name]


def table_names(database: sqlite3.Connection) -> dict[str, frozenset[str]]:
    """Plain tables and their columns; views, virtual tables and computed columns can run code and are left out.

    Raises: one of `DAMAGE` if the database has no readable list of tables.
    """
    listed = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' LIMIT 1000").fetchall()
    found = {}
    for name, sql in listed:
        if not isinstance(name, str) or not isinstance(sql, str) or '"' in name or "\x00" in name:
            continue
        if sql.lstrip().upper().startswith("CREATE TABLE"):
            columns = database.execute(f'PRAGMA table_xinfo("{name}")').fetchall()
            # The last number says whether a column is hidden or computed.
            found[name] = frozenset(str(c[1]) for c in columns if not c[6])
    return found


def rows_of(
    database: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    *,
    there: frozenset[str],
    words: Sequence[str] = (),
) -> Rows:
    """These columns of numbers, and of words, of all rows in the order they are stored.

    `there`: the columns that the table has.
    """
    names = (*columns, *words)
    wanted = ", ".join(f'"{name}"' if name in there else "NULL" for name in names)
    pieces: list[list[np.ndarray]] = [[np.empty(0)] for _ in columns]
    texts: list[list[str]] = [[] for _ in words]
    damage = False
    rows = _rows(database, f'SELECT {wanted} FROM "{table}"') if there else iter(())
    while batch := list(islice(rows, _ROWS_AT_ONCE)):
        if batch[-1] is None:
            damage = True
            batch = batch[:-1]
        across = list(zip(*batch, strict=True)) or [() for _ in names]
        for piece, values in zip(pieces, across[: len(columns)], strict=True):
            piece.append(_numbers(values))
        for text, values in zip(texts, across[len(columns) :], strict=True):
            text.extend(value if isinstance(value, str) else "" for value in values)
    return Rows(
        numbers={name: np.concatenate(piece) for name, piece in zip(columns, pieces, strict=True)},
        words=dict(zip(words, texts, strict=True)),
        damage=damage,
    )


def _rows(database: sqlite3.Connection, query: str) -> Iterator[tuple[object, ...] | None]:
    """The rows up to the end, or up to where the file is damaged, which a None says."""
    try:
        yield from database.execute(query)
    except DAMAGE:
        yield None


def _numbers(values: Sequence[object]) -> np.ndarray:
    try:
        return np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):  # a word, bytes, or an integer beyond all measure
        return np.array([number(value) for value in values], dtype=np.float64)
