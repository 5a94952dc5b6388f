"""CSVs of epochs and of raw samples, with and without names and times, in all the ways they are written."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.actigraph import READER, text
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location("made_actigraph", Path(__file__).parents[1] / "samples" / "actigraph.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[4] / "shared" / "formats" / "GGIR"
FIRST = "date format M/d/yyyy Filter Normal Limb: Waist"


def read(path: Path) -> tuple[dict[str, Recording], ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    assert reading.report.records_seen == reading.report.records_kept + reading.report.records_dropped
    return {r.channel.name: r for r in person.recordings}, reading.report


def written(folder: Path, body: str | bytes, *, first: str = FIRST, epoch: str = "00:00:10", mode: int = 13) -> Path:
    path = folder / "who.csv"
    head = made.csv_header(first=first, epoch=epoch, mode=mode)
    path.write_bytes(head.encode() + body if isinstance(body, bytes) else (head + body).encode())
    return path


@pytest.mark.parametrize("seed", range(4))
def test_random_epochs_come_back(seed: int, tmp_path: Path) -> None:
    """I-13."""
    numbers = np.random.default_rng(seed).integers(0, 400, (400, 4))
    found, report = read(written(tmp_path, "".join(",".join(map(str, row)) + "\n" for row in numbers.tolist())))
    np.testing.assert_array_equal(found["hip_counts"].values, numbers[:, 0])
    np.testing.assert_array_equal(found["steps"].values, numbers[:, 3])
    np.testing.assert_array_equal(found["hip_counts"].times_utc, made.START_S + 10 * np.arange(400))
    assert found["steps"].clock is Clock.LOCAL
    assert text.LOCAL in report.notes


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw,
        lambda raw: b"\xef\xbb\xbf" + raw,
        lambda raw: raw.decode().encode("utf-16"),
        lambda raw: raw.replace(b"\n", b"\r\n"),
        lambda raw: raw.replace(b"\n", b"\r"),
        lambda raw: raw.replace(b"\n", b",\n"),
        lambda raw: b"\n".join(b'"' + line.replace(b",", b'","') + b'"' for line in raw.split(b"\n")),
        lambda raw: raw + b"\n\n\n",
        lambda raw: raw.replace(b"wGT3XBT", "wGT3XBT \u00fc".encode("latin-1")),
    ],
    ids=["plain", "BOM", "UTF-16", "CRLF", "CR", "trailing comma", "quoted", "blank lines", "Latin-1"],
)
def test_one_file_written_in_many_ways_reads_alike(change, tmp_path: Path) -> None:
    """Failures 5 and 15, T-15."""
    path = made.csv_epochs(tmp_path)
    wanted, _ = read(path)
    path.write_bytes(change(path.read_bytes()))
    found, _ = read(path)
    assert {n: r.values.tolist() for n, r in found.items()} == {n: r.values.tolist() for n, r in wanted.items()}


def test_names_and_times_of_rows_are_used(tmp_path: Path) -> None:
    rows = "Date, Time, Axis1,Axis2,Axis3,Steps,Lux,HR,Inclinometer Off,Vector Magnitude\n" + "".join(
        f"3/13/2024,10:0{i}:00,{i},0,0,{i + 1},5,{60 if i else 0},0,{i}.00\n" for i in range(6)
    )
    found, report = read(written(tmp_path, rows, epoch="00:01:00"))
    assert found["hip_counts"].values.tolist() == [0, 1, 2, 3, 4, 5]
    assert np.datetime64(int(found["steps"].times_utc[0]), "s") == np.datetime64("2024-03-13T10:00:00")
    assert found["heart_rate"].values.tolist() == [60] * 5
    assert found["white_light"].values.tolist() == [5] * 6
    assert report.unknown == {"column Inclinometer Off": 1, "column Vector Magnitude": 1}


def test_rows_without_a_time_or_a_number_are_dropped(tmp_path: Path) -> None:
    """Failures 23 and 27, T-13."""
    day = "2024-03-01T08"
    rows = f"timestamp,axis1,steps\n{day}:00:00Z,1,1\nlater,2,2\n{day}:02:00Z,,--\n{day}:03:00,4,4\n"
    found, report = read(written(tmp_path, rows, epoch="00:01:00"))
    assert found["hip_counts"].values.tolist() == [1, 4]
    assert found["steps"].values.tolist() == [1, 4]
    assert ((found["steps"].times_utc - made.START_S) / 60).tolist() == [0, 3]
    assert sum(report.dropped.values()) == 3


def test_a_width_that_is_not_the_modes_leaves_axis_one_alone(tmp_path: Path) -> None:
    """T-15: shifted columns."""
    found, report = read(written(tmp_path, "5,6\n7,8\n" * 20, mode=13))
    assert set(found) == {"hip_counts"}
    assert report.unknown == {"column all after the first": 1}


RAW = "date format M/d/yyyy at 30 Hz  Filter Normal Limb: Waist"


def test_raw_samples_are_those_of_the_gt3x(tmp_path: Path) -> None:
    steps = made.moves(180)
    body = "".join(f"{x:.6f},{y:.6f},{z:.6f}\n" for x, y, z in (steps.reshape(-1, 3) / 256).tolist())
    names = "Accelerometer X,Accelerometer Y,Accelerometer Z\n"
    found, _ = read(written(tmp_path, names + body, first=RAW, epoch="00:00:00", mode=12))
    unnamed, _ = read(written(tmp_path, body, first=RAW, epoch="00:00:00", mode=12))
    log = made.log_of(enumerate(steps))
    gt3x = made.container(tmp_path / "who.gt3x", {"info.txt": made.info_txt(TimeZone=""), "log.bin": log})
    for name, recording in read(gt3x)[0].items():
        for other in (found, unnamed):
            np.testing.assert_array_equal(other[name].times_utc, recording.times_utc)
            np.testing.assert_allclose(other[name].values, recording.values, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("chars", [50, 1_000, 10_000])
def test_blocks_of_any_length_give_the_same_minutes(
    chars: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made.csv_raw(tmp_path)
    wanted, _ = read(path)
    monkeypatch.setattr(text, "BLOCK_CHARS", chars)
    found, _ = read(path)
    for name, recording in wanted.items():
        np.testing.assert_array_equal(found[name].values, recording.values)


def test_decimal_commas_are_numbers(tmp_path: Path) -> None:
    """Failure 5, T-15."""
    rows = made.moves(120).reshape(-1, 3) / 256
    point = "".join(f"{x:.3f},{y:.3f},{z:.3f}\n" for x, y, z in rows.tolist())
    comma = point.replace(",", ";").replace(".", ",")
    wanted, _ = read(written(tmp_path, point, first=RAW, epoch="00:00:00", mode=12))
    found, _ = read(written(tmp_path, comma, first=RAW, epoch="00:00:00", mode=12))
    np.testing.assert_array_equal(found["mad"].values, wanted["mad"].values)


def test_raw_rows_that_are_no_number_keep_the_time_of_the_others(tmp_path: Path) -> None:
    rows = [f"{x:.3f},{y:.3f},{z:.3f}" for x, y, z in (made.moves(120).reshape(-1, 3) / 256).tolist()]
    rows[100] = "??"
    found, report = read(written(tmp_path, "\n".join(rows) + "\n", first=RAW, epoch="00:00:00", mode=12))
    assert report.dropped == {"not a number": 1}
    assert len(found["mims"].values) == 2


@pytest.mark.parametrize(
    ("body", "first", "epoch", "says"),
    [
        ("", FIRST, "00:00:10", "without rows"),
        ("axis1,steps\n", FIRST, "00:00:10", "without rows"),
        ("only,words\n1,2\n", FIRST, "00:00:10", "axis1"),
        ("1,2\n", RAW, "00:00:00", "without activity columns"),
        ("1,2,3\n", "date format M/d/yyyy", "00:00:00", "rate"),
        ("Axis1\n1\n", FIRST, "00:00:00", "zero seconds"),
        ("timestamp,steps\n2024-03-01T08:00:00,1\n", FIRST, "00:01:00", "activity columns"),
    ],
)
def test_what_cannot_be_read_says_why(body: str, first: str, epoch: str, says: str, tmp_path: Path) -> None:
    path = written(tmp_path, body, first=first, epoch=epoch)
    if says == "axis1":
        assert set(read(path)[0]) <= {"hip_counts"}
        return
    with pytest.raises(ReadError, match=says):
        list(READER.read(path).people)


@pytest.mark.real
def test_the_real_files_read_as_their_headers_say() -> None:
    """Failure 15: no names of columns (mode 13 and 61), and dates that contradict the first line."""
    if not REAL.exists():
        pytest.skip("../shared/formats is not here")
    plain, _ = read(REAL / "ActiGraph13.csv")
    assert len(plain["steps"].values) == 990
    assert np.datetime64(int(plain["steps"].times_utc[0]), "s") == np.datetime64("2013-08-26T09:00:00")
    assert plain["steps"].values.sum() == 1_118
    many, _ = read(REAL / "ActiGraph61.csv")
    assert many["hip_counts"].values[:5].tolist() == [325, 181, 4, 246, 131]
    assert np.diff(many["hip_counts"].times_utc).tolist() == [5] * 989
    timed, report = read(REAL / "ActiGraph13_timestamps_headers.csv")
    assert np.datetime64(int(timed["steps"].times_utc[0]), "s") == np.datetime64("2017-09-12T15:00:00")
    assert text.TURNED in report.notes
    # The column vm holds the vector of each second; ours is that of each minute, which is never longer than their sum.
    assert timed["vm_counts"].values[0] == 1_198
