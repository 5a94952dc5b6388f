"""Axivity's tables: exported samples with unix and written times, and UK Biobank epochs."""

import importlib.util
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.errors import ReadError
from sennight.readers.axivity import READER
from sennight.readers.axivity.table import BAD_ROW, BYTES_AT_ONCE, EPOCH_RULE, IMPUTED, kind_of_head, times
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER, NO_TIME
from sennight.record import Clock, Person

_spec = importlib.util.spec_from_file_location("made_axivity", Path(__file__).parents[1] / "samples" / "axivity.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[4] / "shared" / "formats"
THERE = pytest.mark.skipif(not REAL.is_dir(), reason="real device files are not beside this checkout")
START = np.datetime64("2024-03-01T10:00:00.000", "ms")


def person_of(path: Path) -> tuple[Person, ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    return person, reading.report


def rows(n: int = 500, *, unix: bool = False, more: str = "") -> list[str]:
    at = START + np.arange(n) * np.timedelta64(160, "ms")
    stamps = [f"{t.astype(np.int64) / 1000:.4f}" if unix else str(t).replace("T", " ") for t in at]
    return [f"{t},{x:.6f},{y:.6f},{z:.6f}{more}" for t, (x, y, z) in zip(stamps, made.motion(n) / 256, strict=True)]


def written(folder: Path, lines: list[str], *, end: str = "\n", last: str = "\n") -> Path:
    path = folder / "a.csv"
    path.write_bytes((end.join(lines) + last).encode())
    return path


def values(person: Person, name: str) -> list[float]:
    return next(r.values.tolist() for r in person.recordings if r.channel.name == name)


def test_unix_and_written_times_give_the_same_minutes(tmp_path: Path) -> None:
    """T-05: the unix times of an export are the device's local clock."""
    first, _ = person_of(written(tmp_path, rows()))
    second, _ = person_of(written(tmp_path, rows(unix=True)))
    for name in ("enmo", "mad", "angle_z"):
        np.testing.assert_allclose(values(first, name), values(second, name), rtol=1e-5)
    assert {r.clock for r in (*first.recordings, *second.recordings)} == {Clock.LOCAL}


@pytest.mark.parametrize(("end", "last"), [("\r\n", "\r\n"), ("\n", ""), ("\r\n", "\n")])
def test_line_ends_and_a_last_line_without_one_change_nothing(tmp_path: Path, end: str, last: str) -> None:
    """T-15."""
    person, report = person_of(written(tmp_path, rows(), end=end, last=last))
    assert not report.cut_short
    assert report.records_seen == 500
    assert len(values(person, "enmo")) == 1


def test_a_titled_export_gives_its_thermometer_too(tmp_path: Path) -> None:
    lines = ["Time, Ax(g), Ay(g), Az(g), LightADC, TemperatureADC, BatteryADC", *rows(more=",300,256,210")]
    person, report = person_of(written(tmp_path, lines))
    assert set(values(person, "device_temperature")) == {25.0}
    assert report.unknown == {"column lightadc": 500, "column batteryadc": 500}
    plain, _ = person_of(written(tmp_path, rows()))
    assert values(person, "enmo") == values(plain, "enmo")


def test_columns_in_another_order_are_found_by_their_titles(tmp_path: Path) -> None:
    turned = [",".join(np.array(line.split(","))[[0, 1, 3, 2]]) for line in rows()]
    lines = ["Time,Accel-X (g),Accel-Z (g),Accel-Y (g)", *turned]
    person, _ = person_of(written(tmp_path, lines))
    plain, _ = person_of(written(tmp_path, rows()))
    assert values(person, "angle_z") == values(plain, "angle_z")


def test_a_title_without_an_axis_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="lacks an axis"):
        person_of(written(tmp_path, ["Time,Ax(g),Ay(g)", *rows()]))


def test_rows_that_are_damaged_are_counted_and_cost_no_other(tmp_path: Path) -> None:
    """Failures 5 and 25."""
    lines = rows()
    lines[100] = "2024-13-01 10:00:16.000,0.1,0.2,0.9"
    lines[101] = lines[101].split(",")[0] + ",--,0.2,0.9"
    lines[102] = "1970-01-01 00:00:00.000,0.1,0.2,0.9"
    lines[103] = ""
    _, report = person_of(written(tmp_path, lines))
    assert report.dropped[NO_TIME] == 3
    assert report.dropped[NO_NUMBER] == 1
    assert report.records_seen == report.records_kept + report.records_dropped


def test_a_cut_last_line_is_told(tmp_path: Path) -> None:
    """I-03."""
    _, report = person_of(written(tmp_path, [*rows(), "2024-03-01 10:01:2"], last=""))
    assert report.cut_short == {"a.csv": "the last line is cut"}
    assert report.dropped[BAD_ROW] == 1


def test_a_file_longer_than_a_piece_is_read_whole(tmp_path: Path) -> None:
    n = BYTES_AT_ONCE // 45
    person, report = person_of(written(tmp_path, rows(n)))
    assert report.records_seen == n
    assert len(values(person, "enmo")) == pytest.approx(n * 0.16 / 60, abs=1)


def test_a_line_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\n".join(rows(3)).encode() + b"\n" + b"1" * (2 * BYTES_AT_ONCE))
    with pytest.raises(ReadError, match="never ends"):
        person_of(path)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"1,2,3,4\n1,2,3,4\n",
        b"time,x,y,z\n",
        b"1551178506.0000,0.1,0.2,0.9\n1551179506.0000,0.1,0.2,0.9\n",  # samples a quarter of an hour apart
        b"1551178506.0000,64.0,64.0,64.0\n32.0,32.0,32.0\n",
        b"9999999999.00,0.1,0.2,0.9\n9999999999.10,0.1,0.2,0.9\n",
        b"2024-99-01 10:00:00.000,0.1,0.2,0.9\n2024-99-01 10:00:00.100,0.1,0.2,0.9\n",
    ],
)
def test_other_tables_are_not_claimed(head: bytes) -> None:
    assert kind_of_head(head) == ""


def test_times_that_are_none_are_nan() -> None:
    assert np.isnan(times(pl.Series(["x", None, ""], dtype=pl.String))).all()


# --- UK Biobank ---------------------------------------------------------------------------------------------------


def epochs(folder: Path, body: str, title: str = "2014-12-08 10:00:00 - 2014-12-08 10:00:25") -> Path:
    path = folder / "a.csv"
    path.write_text(f"acceleration (mg) - {title} - sampleRate = 5 seconds,imputed\n{body}")
    return path


def test_epochs_are_each_five_seconds_and_imputed_ones_leave_a_gap(tmp_path: Path) -> None:
    """Failure 27: what was filled in was not measured."""
    person, report = person_of(epochs(tmp_path, "12.5,0\n3,1\n,0\nx,0\n0,0\n7,0\n"))
    (enmo,) = person.recordings
    start = int(np.datetime64("2014-12-08T10:00:00", "s").astype(np.int64))
    assert (enmo.times_utc - start).tolist() == [0, 20, 25]
    np.testing.assert_allclose(enmo.values, [0.0125, 0, 0.007])
    assert enmo.channel.name == "enmo"
    assert report.dropped == {IMPUTED: 1, NO_NUMBER: 2}
    assert report.converted == {"mg -> g": 3}
    assert EPOCH_RULE in report.notes
    assert not report.cut_short


def test_epochs_that_end_early_are_told(tmp_path: Path) -> None:
    """I-03."""
    _, report = person_of(epochs(tmp_path, "12.5,0\n3,0\n"))
    assert report.cut_short == {"a.csv": "it ends before the time that its first line names"}


@pytest.mark.parametrize(
    "title", ["1970-01-01 10:00:00 - 2014-12-08 10:00:25", "2014-02-30 10:00:00 - 2014-12-08 10:00:25"]
)
def test_epochs_without_a_possible_time_are_refused(tmp_path: Path, title: str) -> None:
    with pytest.raises(ReadError, match="first line"):
        person_of(epochs(tmp_path, "12.5,0\n", title))


# --- real files ---------------------------------------------------------------------------------------------------


@pytest.mark.real
@THERE
def test_the_real_uk_biobank_file_is_read() -> None:
    path = REAL / "GGIR" / "ukbiobank.csv"
    person, report = person_of(path)
    wanted = [float(line.split(",")[0]) / 1000 for line in path.read_text().splitlines()[1:]]
    np.testing.assert_allclose(person.recordings[0].values, wanted, rtol=1e-6)
    assert report.records_kept == 502


@pytest.mark.real
@THERE
@pytest.mark.parametrize("name", ["ax3_testfile_unix_timestamps.csv", "ax6_testfile_formatted_timestamps.csv"])
def test_real_exports_of_two_seconds_are_claimed_and_refused_for_their_length(name: str) -> None:
    path = REAL / "GGIR" / name
    assert READER.claims(path)
    with pytest.raises(ReadError, match="less than half of its seconds"):
        person_of(path)


@pytest.mark.real
@THERE
def test_a_real_export_has_the_samples_and_stamps_of_its_cwa() -> None:
    """That unix times in an export are the device's local clock."""
    lines = (REAL / "GGIR" / "ax3_testfile_unix_timestamps.csv").read_text().splitlines()
    found = np.array([[float(cell) for cell in line.split(",")] for line in lines])
    raw = np.frombuffer((REAL / "GGIRread" / "ax3_testfile.cwa").read_bytes(), dtype=np.uint8)[1024:1536].reshape(
        1, 512
    )
    from sennight.readers.axivity import cwa

    block = cwa._usable(raw, np.arange(1), cwa.Losses(report=ReadReport(reader="axivity", source="x")))
    # The export is resampled to the nominal rate, so that after a while it repeats or skips a sample.
    np.testing.assert_array_equal(found[:20, 1:].astype(np.float32), cwa.accelerations(block)[:20])
    assert found[0, 0] == pytest.approx(block.start_s[0], abs=0.001)
