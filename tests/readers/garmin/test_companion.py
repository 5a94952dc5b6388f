"""Text of companion apps."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.garmin import READER, companion
from sennight.readers.garmin.companion import kind_of_companion, read_acceleration, read_data
from sennight.readers.garmin.segment import NO_FILE, Segment
from sennight.readers.garmin.wellness import NO_STRESS
from sennight.readers.guard import members
from sennight.readers.reader import ReadReport
from sennight.readers.samples import NO_NUMBER, NO_TIME
from sennight.record import Clock

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "formats" / "flirt" / "garmin"
AT = "2024-03-01T10:00:0{}.250+02:00"
UTC = 1_709_280_000


def _segment(folder: Path, text: str) -> Segment:
    path = folder / "data.csv"
    path.write_text(text)
    report = ReadReport(reader="garmin", source="a")
    segment = Segment(fit=NO_FILE, report=report, source="data.csv", sha256="", device="Garmin")
    read_data(members(path)[0], segment)
    return segment


def test_each_kind_becomes_what_it_means(tmp_path: Path) -> None:
    lines = [
        ("HEART_RATE", 1, 70), ("HEART_RATE", 2, 0), ("STRESS", 3, -2), ("STRESS", 4, 25), ("STEPS", 5, 300),
        ("HEART_RATE_VARIABILITY", 7, 900), ("HEART_RATE_VARIABILITY", 6, 800), ("CALORIES", 8, 900),
    ]  # fmt: skip
    text = "".join(f"{AT.format(s)};{name};{value}.0\n" for name, s, value in lines)
    made = _segment(tmp_path, text + f"{AT.format(9)};STEPS;x\n" + "yesterday;STEPS;5\n\n")
    assert {s.channel: (s.utc - UTC).tolist() for s in made.streams} == {"heart_rate": [1], "garmin_stress": [4]}
    assert made.counters[0].value.tolist() == [300.0]
    assert made.covered == [(UTC + 5, UTC + 5)]
    np.testing.assert_allclose(made.beats[0].at_s - UTC, [6.25, 7.15], atol=1e-6)
    assert made.anchors == [(UTC + 1, 7_200)]
    assert made.report.dropped == {
        "heart rate of 0: no reading": 1, NO_STRESS: 1, NO_NUMBER: 1, NO_TIME: 1,
    }  # fmt: skip
    assert made.report.unknown == {"companion data: CALORIES": 1}


def test_the_offset_follows_the_traveller(tmp_path: Path) -> None:
    """T-02."""
    text = "2024-03-01T10:00:00.000+02:00;HEART_RATE;70.0\n2024-03-01T08:00:01.000-00:30;HEART_RATE;71.0\n"
    (tmp_path / "data.csv").write_text(text)
    (person,) = READER.read(tmp_path / "data.csv").people
    (pulse,) = person.recordings
    assert pulse.utc_offset_s.tolist() == [7_200, -1_800]
    assert pulse.clock is Clock.INSTANT


def test_text_is_read_the_same_however_it_is_cut(
    w: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _segment(tmp_path, w.companion_lines())
    monkeypatch.setattr(companion, "BLOCK_BYTES", 777)
    pieces = _segment(tmp_path, w.companion_lines())
    np.testing.assert_array_equal(whole.beats[0].at_s, pieces.beats[0].at_s)
    np.testing.assert_array_equal(whole.counters[0].value, pieces.counters[0].value)


def test_a_line_that_does_not_end_is_refused_alone_and_listed_among_others(
    w: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(companion, "BLOCK_BYTES", 1_000)
    path = tmp_path / "data.csv"
    path.write_text(w.companion_lines(3) + "x" * 5_000)
    with pytest.raises(ReadError, match="does not end"):
        READER.read(path)
    (tmp_path / "acc.csv").write_text(f"{AT.format(1)};0;0;1000\n" + "x" * 5_000)
    w.garmin_activity(tmp_path)
    assert set(READER.read(tmp_path).report.failed) == {"data.csv", "acc.csv"}


def test_acceleration_is_in_thousandths_of_g(tmp_path: Path) -> None:
    lines = [
        f"2024-03-01T10:{s // 60:02d}:{s % 60:02d}.{ms:03d}+02:00;0;0;1000"
        for s in range(180)
        for ms in range(0, 1_000, 40)
    ]
    path = tmp_path / "acc.csv"
    path.write_text("\n".join(["bad;1;2;3", *lines[1:]]) + "\n")
    report = ReadReport(reader="garmin", source="a")
    found = {r.channel.name: r for r in read_acceleration(members(path)[0], person="p", report=report)}
    assert found["enmo"].values.max() == pytest.approx(0, abs=1e-3)
    assert found["angle_z"].values.min() == pytest.approx(90, abs=0.1)
    assert "steps" not in found
    assert set(found["enmo"].utc_offset_s.tolist()) == {7_200}
    path.write_text("bad;1;2;3\n")
    assert read_acceleration(members(path)[0], person="p", report=report) == ()


@pytest.mark.parametrize(
    ("name", "line", "kind"),
    [
        ("data.csv", f"{AT.format(1)};HEART_RATE;70.0\n", "data"),
        ("acc.csv", f"{AT.format(1)};-1;2;3\r\n", "acc"),
        ("data.csv", "time;HEART_RATE;70.0\n", ""),
        ("ACC.csv", "1709280000.0, 1709280000.0\n", ""),
        ("data.json", f"{AT.format(1)};HEART_RATE;70.0\n", ""),
    ],
)
def test_files_are_known_by_their_first_line(name: str, line: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(line)
    assert kind_of_companion(members(tmp_path / name)[0]) == kind
    assert READER.claims(tmp_path / name) is bool(kind)


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="no ../shared/formats/flirt")
def test_a_real_companion_export_is_read_whole() -> None:
    reading = READER.read(REAL)
    (person,) = reading.people
    found = {r.channel.name: r for r in person.recordings}
    assert len(found) == len(person.recordings)
    # By the lines of the file: 299 to 2,616 on the first day, 0 to 60 on the last.
    assert found["steps"].values.sum() == pytest.approx(2_377, abs=0.1)
    assert np.median(found["heart_rate"].values) == pytest.approx(
        60_000 / np.median(found["rr_median"].values), rel=0.1
    )
    assert {"enmo", "mad", "garmin_stress", "rmssd"} <= set(found)
    assert not reading.report.partial
