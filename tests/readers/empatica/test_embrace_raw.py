"""EmbracePlus raw data: units, times, zones, what is counted; the files are written by a second Avro library."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from sennight.errors import ReadError
from sennight.readers.empatica import READER, avro, embrace_raw
from sennight.readers.gathering import CLOCK_NOT_SET
from sennight.readers.guard import members
from sennight.readers.reader import ReadReport
from sennight.readers.samples import OUT_OF_RANGE
from sennight.record import Recording

_spec = importlib.util.spec_from_file_location("made_empatica", Path(__file__).parents[1] / "samples" / "empatica.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
START = made.START_S


def channels(folder: Path, *records: dict[str, Any]) -> tuple[dict[str, Recording], ReadReport]:
    """Each record in a file of its own, an hour apart by name."""
    for i, record in enumerate(records):
        (folder / f"1-1-001_{START + 3_600 * i}.avro").write_bytes(made.embrace_avro(record))
    reading = READER.read(folder)
    (person,) = reading.people
    assert person.id == "empatica-1-1-001"
    assert reading.report.records_seen == reading.report.records_kept + reading.report.records_dropped
    return {r.channel.name: r for r in person.recordings}, reading.report


def changed(signal: str, **to: Any) -> dict[str, Any]:
    record = made.embrace_record(4)
    record["rawData"][signal].update(to)
    return record


def test_a_file_gives_its_channels_with_the_offset_it_names(tmp_path: Path) -> None:
    """Failure 1: instant and offset are both kept."""
    found, report = channels(tmp_path, made.embrace_record(8))
    minutes = [START + 60 * i for i in range(8)]
    for name in ("enmo", "wrist_counts", "eda_level", "skin_temperature", "steps", "heart_rate", "rmssd", "lf_power"):
        assert (found[name].utc_offset_s == 3_600).all(), name
    assert found["enmo"].times_utc.tolist() == minutes
    assert found["heart_rate"].values == pytest.approx(80)
    assert found["steps"].values.tolist() == [12.0] * 8
    assert found["skin_temperature"].values == pytest.approx(33.5)
    assert found["eda_level"].values == pytest.approx(0.3, abs=0.01)
    assert found["steps"].values.sum() == 8 * 12  # what the device counted, nothing lost at the edges
    assert report.unknown == {"signal gyroscope": 1, "signal tags": 1, "signal bvp": 1}


def test_acceleration_is_digital_units_times_the_ranges(tmp_path: Path) -> None:
    """Failure 4: 2,000 units of 32 g / 65,536 on z alone are 0.9766 g; a smaller range makes them smaller."""
    n = 4 * 60 * 64
    limits = {"physicalMin": -8, "physicalMax": 8, "digitalMin": -32_768, "digitalMax": 32_767}
    wide, _ = channels(tmp_path, changed("accelerometer", x=[0] * n, z=[2_300] * n))
    assert wide["enmo"].values == pytest.approx(2_300 * 32 / 65_536 - 1, abs=1e-5)
    half, _ = channels(tmp_path, changed("accelerometer", x=[0] * n, z=[4_600] * n, imuParams=limits))
    assert half["enmo"].values == pytest.approx(4_600 * 16 / 65_535 - 1, abs=1e-5)


def test_hours_in_two_zones_keep_their_offsets(tmp_path: Path) -> None:
    """Failure 1, after a flight."""
    found, _ = channels(
        tmp_path, made.embrace_record(4), made.embrace_record(4, start_s=START + 3_600 + 30, zone_s=-18_000)
    )
    temperature = found["skin_temperature"]
    assert temperature.times_utc[4] == START + 3_600
    assert temperature.utc_offset_s.tolist() == [3_600] * 4 + [-18_000] * 5  # it starts and ends at half a minute


def test_a_zone_that_cannot_be_is_no_offset(tmp_path: Path) -> None:
    found, _ = channels(tmp_path, made.embrace_record(4, zone_s=10**6))
    assert (found["steps"].utc_offset_s == 0).all()


@pytest.mark.parametrize(
    "to",
    [
        {"timestampStart": 0},
        {"timestampStart": 2**62},
        {"samplingFrequency": 0.0},
        {"samplingFrequency": float("nan")},
        {"samplingFrequency": 1e9},
    ],
)
@pytest.mark.parametrize("signal", ["accelerometer", "temperature", "steps"])
def test_a_signal_without_start_or_rate_is_counted_and_the_others_are_read(
    tmp_path: Path, signal: str, to: dict[str, Any]
) -> None:
    """Failures 12 and 35."""
    found, report = channels(tmp_path, changed(signal, **to))
    assert "eda_level" in found
    assert {"accelerometer": "enmo", "temperature": "skin_temperature", "steps": "steps"}[signal] not in found or (
        signal == "steps"  # without the device's own count, steps come from acceleration
    )
    assert report.dropped[embrace_raw.NO_START] > 0


def test_a_range_that_cannot_be_leaves_no_acceleration(tmp_path: Path) -> None:
    for i, limits in enumerate(({"physicalMax": -16}, {"digitalMax": -32_768}, {"physicalMax": 30_000})):
        folder = tmp_path / str(i)
        folder.mkdir()
        whole = {"physicalMin": -16, "physicalMax": 16, "digitalMin": -32_768, "digitalMax": 32_767, **limits}
        found, report = channels(folder, changed("accelerometer", imuParams=whole))
        assert "enmo" not in found
        assert report.dropped[embrace_raw.NO_START] == 4 * 60 * 64


def test_sentinels_are_masked(tmp_path: Path) -> None:
    """Failure 3."""
    cold = [-273.0] * 60 + [33.0] * 180
    found, report = channels(tmp_path, changed("temperature", values=cold))
    assert found["skin_temperature"].times_utc[0] == START + 60
    assert found["skin_temperature"].rejected_utc.tolist() == [START]
    assert report.dropped[OUT_OF_RANGE] == 60
    found, report = channels(tmp_path, changed("steps", values=[-1] * 12 + [2] * 36))
    assert found["steps"].times_utc[0] == START + 60
    assert report.dropped[embrace_raw.STEPS_NO_NUMBER] == 12


def test_peaks_of_a_clock_that_was_not_set_are_counted(tmp_path: Path) -> None:
    """Failure 12."""
    _, report = channels(tmp_path, changed("systolicPeaks", peaksTimeNanos=[i * 10**9 for i in range(50)]))
    assert report.dropped[CLOCK_NOT_SET] == 49


def test_a_damaged_file_does_not_lose_the_others(tmp_path: Path) -> None:
    """Failures 11 and 35."""
    (tmp_path / f"1-1-001_{START - 3_600}.avro").write_bytes(made.embrace_avro(made.embrace_record(2))[:9_000])
    found, report = channels(tmp_path, made.embrace_record(4))
    assert len(found["enmo"].times_utc) == 4
    assert list(report.failed) == [f"1-1-001_{START - 3_600}.avro"]


def test_files_are_read_in_the_order_of_their_times(tmp_path: Path) -> None:
    later, earlier = made.embrace_record(4, start_s=START + 3_600), made.embrace_record(4)
    (tmp_path / f"1-1-001_a_{START + 3_600}.avro").write_bytes(made.embrace_avro(later))
    (tmp_path / f"1-1-001_b_{START}.avro").write_bytes(made.embrace_avro(earlier))
    (person,) = READER.read(tmp_path).people
    assert len(next(r for r in person.recordings if r.channel.name == "enmo").times_utc) == 8


def test_avro_of_something_else_is_not_claimed(tmp_path: Path) -> None:
    path = tmp_path / "x.avro"
    path.write_bytes(b"Obj\x01" + b"schema of a shop" * 10)
    assert not READER.claims(path)
    with pytest.raises(ReadError, match="no file of an Empatica"):
        READER.read(path)


def test_records_that_hold_no_signals_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "1-1-001_1.avro"
    path.write_bytes(made.embrace_avro(made.embrace_record(1)))
    odd: list[dict[str, Any]] = [{"rawData": 17}, {"rawData": {"eda": 3, "new sensor": {}, "steps": {"values": 4}}}]
    for record in odd:
        monkeypatch.setattr(avro, "records", lambda member, *, cut_short, r=record: iter([r]))
        reading = READER.read(path)
        with pytest.raises(ReadError, match="nothing can be read"):
            list(reading.people)
    assert reading.report.unknown["signal new sensor"] == 1


def test_the_schema_stands_at_the_front(tmp_path: Path) -> None:
    path = made.embrace_raw(tmp_path)
    assert embrace_raw.is_raw(members(path)[0])
    assert embrace_raw.participant_of(members(path)[0]) == "1-1-001"
