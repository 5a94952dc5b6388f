"""EDF recordings: rates, oxygen, sleep and motion, gaps, cuts, and files that another library wrote."""

import importlib.util
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers import edf
from sennight.readers.edf import NO_START, PLACEHOLDER, READER
from sennight.readers.edf.annotations import UNREADABLE
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location("made_edf", Path(__file__).parents[1] / "samples" / "edf.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

START = int(np.datetime64("2024-03-01T22:00", "s").astype(np.int64))


def channels(path: Path) -> tuple[dict[str, Recording], ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    return {r.channel.name: r for r in person.recordings}, reading.report


def written(folder: Path, raw: bytes) -> Path:
    path = folder / "night.edf"
    path.write_bytes(raw)
    return path


def pulse(values: np.ndarray, *, per_record: int) -> dict[str, object]:
    return {"HR": made.Trace(unit="bpm", per_record=per_record, low=0, high=300, values=values.tolist())}


def test_random_hours_come_back_second_by_second(tmp_path: Path) -> None:
    """I-13."""
    values = np.random.default_rng(7).integers(30, 220, 7_200).astype(float)
    found, report = channels(
        written(tmp_path, made.edf_bytes(pulse(values, per_record=60), record_s=60, n_records=120))
    )
    rate = found["heart_rate"]
    np.testing.assert_allclose(rate.values, values, atol=0.003)  # a step of 16 bits over 300
    np.testing.assert_array_equal(rate.times_utc, START + np.arange(7_200))
    assert rate.clock is Clock.LOCAL
    assert report.records_seen == report.records_kept + report.records_dropped == 7_200


def test_blocks_of_records_join_without_a_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Failure 6: the file is read some megabytes at a time."""
    path = made.edf_night(tmp_path)
    whole, _ = channels(path)
    monkeypatch.setattr(edf, "BLOCK_BYTES", 300)
    parts, _ = channels(path)
    for name, recording in whole.items():
        np.testing.assert_array_equal(parts[name].times_utc, recording.times_utc)
        np.testing.assert_array_equal(parts[name].values, recording.values)


def test_fast_samples_become_seconds_without_those_that_cannot_be(tmp_path: Path) -> None:
    """T-12, failure 3: a lost probe is written as 0."""
    values = np.tile([80.0, 82.0, 0.0, 84.0], 10)
    values[-4:] = 0.0
    found, _ = channels(written(tmp_path, made.edf_bytes(pulse(values, per_record=4), record_s=1, n_records=10)))
    np.testing.assert_allclose(found["heart_rate"].values, [82.0] * 9, atol=0.01)
    assert found["heart_rate"].n_rejected == 1


def test_samples_slower_than_a_second_keep_their_times(tmp_path: Path) -> None:
    values = np.array([60.0, 70.0, 80.0])
    found, _ = channels(written(tmp_path, made.edf_bytes(pulse(values, per_record=1), record_s=90, n_records=3)))
    assert (found["heart_rate"].times_utc - START).tolist() == [0, 90, 180]


def test_sleep_stages_become_channels(tmp_path: Path) -> None:
    """Failure 20."""
    found, report = channels(made.edf_night(tmp_path))
    assert found["asleep"].values.tolist() == [0, 1, 1, 1, 1] * 2
    assert found["sleep_deep"].values.tolist() == [0, 0, 0, 1, 0] * 2
    assert found["sleep_rem"].values.tolist() == [0, 0, 0, 0, 1] * 2
    assert (found["asleep"].times_utc - START).tolist() == [30 * i for i in range(10)]
    assert report.unknown == {"signal ECG": 1}


def test_a_file_of_annotations_alone_is_a_night(tmp_path: Path) -> None:
    """A hypnogram in a file of its own has records without length."""
    stages = made.tal(0, "") + b"".join(
        made.tal(30 * i, f"Sleep stage {s}", length_s=30) for i, s in enumerate(["W", "N2", "N3"])
    )
    raw = made.edf_bytes({}, record_s=0, n_records=1, kind="EDF+C", texts=[stages])
    found, _ = channels(written(tmp_path, raw))
    assert found["asleep"].values.tolist() == [0, 1, 1]


def gapped(texts: list[bytes], **options: object) -> bytes:
    values = np.arange(60, 60 + 2 * len(texts), dtype=float)
    return made.edf_bytes(
        pulse(values, per_record=2), record_s=2, n_records=len(texts), kind="EDF+D", texts=texts, **options
    )


def test_a_discontinuous_file_keeps_its_gaps(tmp_path: Path) -> None:
    """Failure 19: a gap is missing, never filled."""
    found, _ = channels(written(tmp_path, gapped([made.tal(0, ""), made.tal(2, ""), made.tal(3_600.5, "")])))
    assert (found["heart_rate"].times_utc - START).tolist() == [0, 1, 2, 3, 3_600, 3_601]


def test_a_record_that_does_not_say_when_it_starts_is_dropped(tmp_path: Path) -> None:
    """Failure 25."""
    found, report = channels(written(tmp_path, gapped([made.tal(0, ""), b"+x\x14\x14\x00", made.tal(9, "")])))
    assert (found["heart_rate"].times_utc - START).tolist() == [0, 1, 9, 10]
    assert (report.dropped[NO_START], report.dropped[UNREADABLE]) == (1, 1)


def test_motion_becomes_minutes(tmp_path: Path) -> None:
    found, report = channels(made.edf_motion(tmp_path))
    assert {"enmo", "angle_z"} <= set(found)
    assert len(found["enmo"].values) == 3
    assert found["angle_z"].values == pytest.approx([89.0] * 3, abs=1.5)
    assert report.records_kept == 1_800


@pytest.mark.parametrize(("lost", "kept"), [(1, 9), (700, 7)])
def test_whole_records_before_a_cut_are_kept_and_it_is_said(lost: int, kept: int, tmp_path: Path) -> None:
    """Failure 11."""
    path = made.edf_night(tmp_path)
    width = (path.stat().st_size - 256 * 5) // 10
    path.write_bytes(path.read_bytes()[: -(lost if lost < width else 2 * width + lost % width)])
    found, report = channels(path)
    assert len(found["heart_rate"].values) == 30 * kept
    assert "of 10 records" in report.cut_short["night.edf"]


def test_a_number_of_records_that_was_never_filled_in_is_told_by_the_size(tmp_path: Path) -> None:
    """Failure 11: a recorder that lost its power leaves -1."""
    raw = made.edf_bytes(pulse(np.full(10, 60.0), per_record=1), record_s=1, n_records=10, declared=-1)
    found, report = channels(written(tmp_path, raw))
    assert len(found["heart_rate"].values) == 10
    assert not report.partial
    _, report = channels(written(tmp_path, raw + b"\x00"))
    assert report.partial


def test_bytes_behind_the_declared_end_are_counted(tmp_path: Path) -> None:
    """Failure 17."""
    raw = made.edf_bytes(pulse(np.full(10, 60.0), per_record=1), record_s=1, n_records=10, declared=8)
    found, report = channels(written(tmp_path, raw))
    assert len(found["heart_rate"].values) == 8
    assert report.unknown["record behind the number that the header gives"] == 2


def test_an_unknown_date_is_noted(tmp_path: Path) -> None:
    raw = made.edf_bytes(
        pulse(np.full(10, 60.0), per_record=1), record_s=1, n_records=10, date="01.01.85", recording="Startdate X X X X"
    )
    _, report = channels(written(tmp_path, raw))
    assert PLACEHOLDER in report.notes


def test_caps_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """I-01."""
    path = made.edf_night(tmp_path)
    monkeypatch.setattr(edf, "MAX_ANNOTATIONS", 5)
    with pytest.raises(ReadError, match="more than 5 annotations"):
        channels(path)
    monkeypatch.setattr(edf, "MAX_RECORDS", 5)
    with pytest.raises(ReadError, match="more than 5 records"):
        channels(path)


def test_a_file_without_a_record_or_without_a_known_signal_is_refused(tmp_path: Path) -> None:
    raw = made.edf_bytes(pulse(np.full(10, 60.0), per_record=1), record_s=1, n_records=10)
    with pytest.raises(ReadError, match="one whole record"):
        channels(written(tmp_path, raw[:512]))
    ecg = {"ECG": made.Trace(unit="mV", per_record=4, low=-5, high=5, values=[0.0] * 4)}
    with pytest.raises(ReadError, match="could be used"):
        channels(written(tmp_path, made.edf_bytes(ecg, record_s=1, n_records=1)))


@pytest.mark.parametrize("minutes", [3, 90])
def test_what_pyedflib_writes_is_read_to_the_same_numbers(minutes: int, tmp_path: Path) -> None:
    """I-14: another library writes the file and reads it back."""
    pyedflib = pytest.importorskip("pyedflib", reason="the second reader is not installed")
    path, n = str(tmp_path / "theirs.edf"), 60 * minutes
    rng = np.random.default_rng(minutes)
    rates = [("HR", "bpm", 1, rng.integers(40, 180, n)), ("SaO2", "%", 1, rng.integers(85, 100, n))]
    axes = [(f"Accel {a}", "g", 25, rng.normal(1.0 * (a == "Z"), 0.05, 25 * n)) for a in "XYZ"]
    signals = [*rates, *axes]
    with pyedflib.EdfWriter(path, len(signals), file_type=pyedflib.FILETYPE_EDFPLUS) as writer:
        writer.setStartdatetime(datetime(2024, 3, 1, 22, 0, 0))  # noqa: DTZ001
        for i, (label, unit, rate, _) in enumerate(signals):
            low, high = (-8, 8) if unit == "g" else (0, 250)
            writer.setSignalHeader(i, {
                "label": label, "dimension": unit, "sample_frequency": rate, "physical_min": low, "physical_max": high,
                "digital_min": -32_768, "digital_max": 32_767, "transducer": "", "prefilter": "",
            })  # fmt: skip
        writer.writeSamples([np.asarray(values, dtype=np.float64) for *_, values in signals])
        for i in range(n // 30):
            writer.writeAnnotation(30 * i, 30, f"Sleep stage {('W', 'N1', 'N2', 'N3', 'R')[i % 5]}")
    found, report = channels(Path(path))
    with pyedflib.EdfReader(path) as reader:
        for i, name in enumerate(("heart_rate", "spo2")):
            np.testing.assert_allclose(found[name].values, reader.readSignal(i), atol=1e-3)
            np.testing.assert_array_equal(found[name].times_utc, START + np.arange(n))
        onsets, _, texts = reader.readAnnotations()
    told = {int(o): t for o, t in zip(onsets, texts, strict=True)}
    expected = [float(told[int(t) - START] != "Sleep stage W") for t in found["asleep"].times_utc]
    assert found["asleep"].values.tolist() == expected
    assert len(found["enmo"].values) == minutes
    assert report.unknown == {}
    assert not report.partial
