"""Rows of a database that may be damaged or hostile."""

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from sennight.readers.health_connect.rows import rows_of, table_names


def test_columns_come_as_numbers_and_words_whatever_their_types() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE t (a INTEGER, b TEXT)")
        database.executemany(
            "INSERT INTO t VALUES (?, ?)", [(1, "x"), (None, None), ("7", b"y"), (b"z", "é"), (2.5, 3)]
        )
        rows = rows_of(database, "t", ("a", "absent"), there=frozenset({"a", "b"}), words=("b",))
    np.testing.assert_array_equal(rows["a"], [1, np.nan, 7, np.nan, 2.5])
    assert np.isnan(rows["absent"]).all()
    assert list(rows.words["b"]) == ["x", "", "", "é", "3"]
    assert (len(rows), rows.damage) == (5, False)


def test_a_table_that_is_not_there_has_no_rows() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        rows = rows_of(database, "nowhere", ("a",), there=frozenset())
    assert (len(rows), rows.damage) == (0, False)


def test_views_virtual_tables_and_computed_columns_are_left_out() -> None:
    """Failure 9: nothing of the file runs."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(
            "CREATE TABLE plain (a INTEGER, b INTEGER AS (a + 1));"
            "CREATE VIEW steps_record_table AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
            "SELECT i FROM n;"
        )
        assert table_names(database) == {"plain": frozenset({"a"})}


@pytest.mark.parametrize("at", [0.5, 0.8])
def test_a_damaged_table_gives_the_rows_before_the_damage(tmp_path: Path, at: float) -> None:
    """Failure 11 for databases."""
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (a INTEGER)")
        database.executemany("INSERT INTO t VALUES (?)", [(i,) for i in range(100_000)])
        database.commit()
    whole = path.read_bytes()
    page = int(len(whole) * at) // 4096 * 4096
    path.write_bytes(whole[:page] + b"\xff" * 4096 + whole[page + 4096 :])
    with closing(sqlite3.connect(path)) as database:
        rows = rows_of(database, "t", ("a",), there=frozenset({"a"}))
    assert rows.damage
    np.testing.assert_array_equal(rows["a"], np.arange(len(rows)))
