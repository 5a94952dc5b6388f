"""agd: epochs of ours come back, and a database made to harm is refused."""

import importlib.util
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.actigraph import READER, agd
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location("made_actigraph", Path(__file__).parents[1] / "samples" / "actigraph.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

COLUMNS = ("axis1", "axis2", "axis3", "steps", "lux")
SETTINGS = {"devicename": "wGT3X-BT (MOS2)", "epochlength": "60", "limb": "Waist"}


def read(path: Path) -> tuple[dict[str, Recording], ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    return {r.channel.name: r for r in person.recordings}, reading.report


def database(folder: Path, *statements: str, settings: dict[str, str] | None = None, n: int = 30) -> Path:
    rng = np.random.default_rng(1)
    rows = np.column_stack([made.START_S + 60 * np.arange(n), rng.integers(0, 900, (n, 5))])
    path = made.agd(folder / "who.agd", settings=settings or SETTINGS, rows=rows, columns=COLUMNS)
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


@pytest.mark.parametrize("seed", range(5))
def test_random_days_come_back(seed: int, tmp_path: Path) -> None:
    """I-13."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(100, 3_000))
    rows = np.column_stack([made.START_S + 60 * np.arange(n), rng.integers(0, 20_000, n), rng.integers(0, 200, (n, 4))])
    path = made.agd(tmp_path / "who.agd", settings=SETTINGS, rows=rows, columns=COLUMNS)
    found, report = read(path)
    np.testing.assert_array_equal(found["hip_counts"].times_utc, rows[:, 0])
    np.testing.assert_array_equal(found["hip_counts"].values, rows[:, 1])
    np.testing.assert_array_equal(found["steps"].values, rows[:, 4])
    np.testing.assert_array_equal(found["white_light"].values, rows[:, 5])
    assert found["steps"].clock is Clock.LOCAL
    assert found["steps"].device == "ActiGraph wGT3X-BT MOS2"
    assert report.unknown == {"table sleep": 1}


def test_ticks_are_the_wall_clock_of_the_year_they_name(tmp_path: Path) -> None:
    """Failure 12, T-05."""
    found, _ = read(database(tmp_path))
    assert np.datetime64(int(found["hip_counts"].times_utc[0]), "s") == np.datetime64("2024-03-01T08:00:00")


def test_cells_that_are_no_number_and_times_that_are_none_are_dropped(tmp_path: Path) -> None:
    """Failures 3 and 23, T-13."""
    path = database(
        tmp_path,
        "UPDATE data SET axis1 = 'x' WHERE rowid = 1",
        "UPDATE data SET axis1 = NULL WHERE rowid = 2",
        "UPDATE data SET axis1 = -1 WHERE rowid = 3",
        "UPDATE data SET dataTimestamp = 'soon' WHERE rowid = 4",
        "UPDATE data SET dataTimestamp = 5 WHERE rowid = 5",
        "UPDATE data SET axis1 = 1e300 WHERE rowid = 6",
    )
    found, report = read(path)
    assert len(found["hip_counts"].values) == 30 - 6
    assert report.records_seen == report.records_kept + report.records_dropped
    assert report.records_dropped >= 6


def test_rows_out_of_order_and_twice_count_once(tmp_path: Path) -> None:
    """T-07."""
    path = database(tmp_path, "INSERT INTO data SELECT * FROM data WHERE rowid < 4")
    found, report = read(path)
    assert (np.diff(found["hip_counts"].times_utc) == 60).all()
    assert report.dropped["repeated row"] == 9


@pytest.mark.parametrize(
    ("settings", "statement", "says"),
    [
        ({"epochlength": "0"}, "", "epoch length"),
        ({"epochlength": "ten"}, "", "epoch length"),
        ({"other": "1"}, "", "epoch length"),
        (SETTINGS, "DROP TABLE settings", "tables"),
        (SETTINGS, "ALTER TABLE data RENAME COLUMN axis1 TO other", "axis1"),
    ],
)
def test_what_is_missing_is_named(settings: dict[str, str], statement: str, says: str, tmp_path: Path) -> None:
    """Failures 15 and 30."""
    path = database(tmp_path, *([statement] if statement else []), settings=settings)
    # Without its table of settings it is no longer claimed: that table's name is how an agd is told.
    with pytest.raises(ReadError, match=says):
        agd.read_agd(_member(path), person="p", report=ReadReport(reader="a", source="b"), sha256="")


def _member(path: Path):
    from sennight.readers.guard import members

    return members(path)[0]


def test_new_columns_and_tables_are_counted_not_fatal(tmp_path: Path) -> None:
    """Failures 29 and 30."""
    path = database(tmp_path, "ALTER TABLE data ADD COLUMN novelty INTEGER", "CREATE TABLE capsense (x)")
    _, report = read(path)
    assert report.unknown == {"table sleep": 1, "column novelty": 1, "table capsense": 1}


def test_a_view_that_computes_for_ever_is_not_run(tmp_path: Path) -> None:
    """Failure 9: hostile content."""
    endless = (
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS dataTimestamp, x AS axis1 FROM c"
    )
    path = database(tmp_path, "DROP TABLE data", f"CREATE VIEW data AS {endless}")
    with pytest.raises(ReadError, match="tables"):
        list(READER.read(path).people)


def test_a_generated_column_is_not_run(tmp_path: Path) -> None:
    path = database(
        tmp_path,
        "CREATE TABLE other AS SELECT dataTimestamp, axis2 FROM data",
        "DROP TABLE data",
        "CREATE TABLE data (dataTimestamp INTEGER, axis1 INTEGER GENERATED ALWAYS AS (length(zeroblob(1000000000))))",
        "INSERT INTO data (dataTimestamp) SELECT dataTimestamp FROM other",
    )
    with pytest.raises(ReadError, match="axis1"):
        list(READER.read(path).people)


def test_the_engine_is_stopped_when_it_works_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agd, "STEPS_A_QUESTION", 10)
    monkeypatch.setattr(agd, "MOST_QUESTIONS", 3)
    with pytest.raises(ReadError, match="damaged"):
        list(READER.read(database(tmp_path)).people)


def test_a_damaged_database_says_what_to_do(tmp_path: Path) -> None:
    path = database(tmp_path, n=3_000)
    raw = bytearray(path.read_bytes())
    raw[8_192:40_000] = b"\xff" * (40_000 - 8_192)
    path.write_bytes(raw)
    with pytest.raises(ReadError, match="damaged") as caught:
        list(READER.read(path).people)
    assert "ActiLife" in caught.value.todo


def test_other_databases_are_not_claimed(tmp_path: Path) -> None:
    path = tmp_path / "other.agd"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE settings (a)")
    connection.commit()
    connection.close()
    assert not READER.claims(path)
