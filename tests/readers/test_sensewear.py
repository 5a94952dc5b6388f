"""SenseWear workbooks: instants by the offset in the header, minutes off the body missing, and a real one."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.reader import ReadReport
from sennight.readers.sensewear import INSTANT_RULE, LOCAL_RULE, READER
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location("made_sensewear", Path(__file__).parent / "samples" / "sensewear.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[3] / "shared" / "formats" / "GGIR" / "sensewear.xls"
START = int(np.datetime64("2023-01-21T09:06", "s").astype(np.int64))


def channels(folder: Path, rows: list[list[str | float | None]]) -> tuple[dict[str, Recording], ReadReport]:
    path = folder / "a.xls"
    path.write_bytes(made.compound(made.biff(rows)))
    reading = READER.read(path)
    (person,) = reading.people
    return {r.channel.name: r for r in person.recordings}, reading.report


def test_random_minutes_come_back_as_instants(tmp_path: Path) -> None:
    """I-13, failure 1: the offset of the header is kept beside the instant."""
    rows, steps = made.minutes(200), np.random.default_rng(9).integers(0, 150, 200)
    for row, n in zip(rows[1:], steps.tolist(), strict=True):
        row[2] = float(n)
    found, report = channels(tmp_path, rows)
    np.testing.assert_array_equal(found["steps"].values, steps)
    np.testing.assert_array_equal(found["steps"].times_utc, START + 4 * 3_600 + 60 * np.arange(200))
    assert set(found["steps"].utc_offset_s.tolist()) == {-4 * 3_600}
    assert found["steps"].clock is Clock.INSTANT
    assert INSTANT_RULE in report.notes
    assert report.unknown == {"column Heat flux - average": 1}
    assert report.records_dropped == 0


@pytest.mark.parametrize(
    ("written", "offset_s", "clock"),
    [
        ("Time", 0, Clock.LOCAL),
        ("Time (GMT)", 0, Clock.INSTANT),
        ("Time (GMT+05:30)", 19_800, Clock.INSTANT),
    ],
)
def test_other_headers_of_the_time(written: str, offset_s: int, clock: Clock, tmp_path: Path) -> None:
    """Failures 1 and 15."""
    rows = made.minutes(3)
    rows[0][0] = written
    found, report = channels(tmp_path, rows)
    assert found["steps"].clock is clock
    assert found["steps"].times_utc[0] == START - offset_s
    assert set(found["steps"].utc_offset_s.tolist()) == {offset_s}
    assert (LOCAL_RULE in report.notes) == (clock is Clock.LOCAL)


def test_empty_cells_and_texts_are_missing_not_zero(tmp_path: Path) -> None:
    """T-13."""
    rows = made.minutes(6)
    rows[2][2], rows[3][2], rows[4][0] = None, "n/a", "later"
    found, report = channels(tmp_path, rows)
    assert found["steps"].values.tolist() == [0, 4, 5]
    assert report.dropped == {"minute without a value": 2, "row without a time that can be understood": 1}


def test_a_workbook_without_times_is_refused(tmp_path: Path) -> None:
    rows = made.minutes(3)
    rows[0][0] = "Zeit"
    with pytest.raises(ReadError, match="without a column of times"):
        channels(tmp_path, rows)


def test_other_old_workbooks_are_not_claimed(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(made.compound(made.biff([["a", "b"]])))
    assert not READER.claims(path)


@pytest.mark.real
def test_a_real_workbook_adds_up_to_what_another_reader_finds() -> None:
    """Sums of 60 minutes as xlrd 2.0 reads them."""
    if not REAL.is_file():
        pytest.skip(f"{REAL} is not here")
    (person,) = READER.read(REAL).people
    sums = {r.channel.name: r.values.sum(dtype=np.float64) for r in person.recordings}
    expected = {
        "skin_temperature": 1_790.7673, "eda_level": 5.3856, "steps": 825, "energy": 93.7329, "mets": 68.5012,
        "asleep": 0,
    }  # fmt: skip
    assert sums == pytest.approx(expected, rel=1e-5)
    assert {len(r.values) for r in person.recordings} == {60}
