"""Holter recordings: beats beside an ISHNE header, what is refused, and a real one."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.holter import BAD_CHECKSUM, GAP, NO_BEAT, NOT_NORMAL, READER
from sennight.readers.reader import ReadReport
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location("made_holter", Path(__file__).parent / "samples" / "holter.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

REAL = Path(__file__).resolve().parents[3] / "shared" / "formats" / "flirt" / "holter"


def recording(folder: Path, *, ecg: bytes | None = None, beats: str | None = None, name: str = "a17") -> Path:
    path = folder / "recording"
    path.mkdir(exist_ok=True)
    (path / f"{name}.ecg").write_bytes(made.ecg() if ecg is None else ecg)
    if beats is not None:
        (path / f"{name}.txt").write_text(beats)
    return path


def channels(path: Path) -> tuple[dict[str, Recording], ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    return {r.channel.name: r for r in person.recordings}, reading.report


def test_beats_become_heart_rate_and_hrv_on_the_recorders_wall_clock(tmp_path: Path) -> None:
    found, report = channels(recording(tmp_path, beats=made.beats()))
    rate = found["heart_rate"]
    assert rate.clock is Clock.LOCAL
    assert rate.times_utc[0] == np.datetime64("2024-03-09T10:05:00", "s").astype(int)
    assert rate.values == pytest.approx(75, abs=0.01)
    assert found["rmssd"].values == pytest.approx(0, abs=1)  # times have three decimals
    assert report.records_seen == report.records_kept + report.records_dropped
    assert any("names no time zone" in note for note in report.notes)


def test_no_interval_begins_or_ends_at_a_beat_that_is_not_normal(tmp_path: Path) -> None:
    _, report = channels(recording(tmp_path, beats=made.beats()))
    assert report.dropped[NOT_NORMAL] == 1 + 1 + 2  # between the two X, after the last, around the S
    assert report.unknown == {"beat label X": 2, "beat label S": 1}


def test_missing_beats_make_no_long_interval(tmp_path: Path) -> None:
    lines = [f"{i * 0.8:.3f} N" for i in range(100)] + [f"{200 + i * 0.8:.3f} N" for i in range(100)]
    found, report = channels(recording(tmp_path, beats="title\n" + "\n".join(lines)))
    assert report.dropped[GAP] == 1
    assert found["heart_rate"].values.min() > 70


def test_lines_that_are_no_beats_are_counted(tmp_path: Path) -> None:
    text = made.beats() + "lorem ipsum\n1.5 N\n99999999.0 N\n-3 N\n500.0\n\n"
    _, report = channels(recording(tmp_path, beats=text))
    assert report.dropped[NO_BEAT] == 5  # words, back in time, beyond a month, negative, without a label


def test_without_its_beats_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="without its list of beats") as caught:
        list(READER.read(recording(tmp_path)).people)
    assert "as text" in caught.value.todo


def test_one_without_beats_does_not_lose_the_others(tmp_path: Path) -> None:
    """Failure 35."""
    recording(tmp_path, name="b")
    path = recording(tmp_path, beats=made.beats())
    reading = READER.read(path)
    assert [p.id for p in reading.people] == ["holter-a17"]
    assert list(reading.report.failed) == ["b.ecg"]
    assert reading.report.partial


@pytest.mark.parametrize(
    ("ecg", "says"),
    [
        (made.ecg()[:300], "cut in its header"),
        (made.ecg(date=(31, 2, 2024)), "without the time of its start"),
        (made.ecg(start=(25, 0, 0)), "without the time of its start"),
        (made.ecg(date=(1, 1, 1970)), "clock was not set"),
    ],
)
def test_a_header_without_a_time_is_refused(tmp_path: Path, ecg: bytes, says: str) -> None:
    """Failure 12."""
    with pytest.raises(ReadError, match=says):
        list(READER.read(recording(tmp_path, ecg=ecg, beats=made.beats())).people)


def test_a_header_that_does_not_match_its_checksum_is_named(tmp_path: Path) -> None:
    broken = bytearray(made.ecg())
    broken[40] ^= 1
    _, report = channels(recording(tmp_path, ecg=bytes(broken), beats=made.beats()))
    assert report.cut_short == {"a17.ecg": BAD_CHECKSUM}


def test_a_recording_without_one_interval_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="without one minute"):
        list(READER.read(recording(tmp_path, beats="title\n1.0 X\n2.0 X\n")).people)
    with pytest.raises(ReadError, match="without one minute"):
        list(READER.read(recording(tmp_path, beats="title\n")).people)


def test_a_list_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sennight.readers.holter.MAX_LIST_BYTES", 100)
    with pytest.raises(ReadError, match="above 100 bytes"):
        list(READER.read(recording(tmp_path, beats=made.beats())).people)


def test_a_folder_without_one_is_not_claimed_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.ecg").write_bytes(b"not one")
    assert not READER.claims(tmp_path)
    with pytest.raises(ReadError, match="no ISHNE"):
        READER.read(tmp_path)
    assert not READER.claims(tmp_path / "nowhere")


def test_a_single_file_without_beats_beside_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.ecg"
    path.write_bytes(made.ecg())
    with pytest.raises(ReadError, match="list of beats"):
        list(READER.read(path).people)


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="the real recording is not on this machine")
def test_a_real_recording_agrees_with_the_differences_of_its_beats() -> None:
    found, report = channels(REAL)
    assert not report.partial  # its checksum is right
    beats = [line.split() for line in (REAL / "holter.txt").read_text().splitlines()[1:]]
    times = np.array([float(t) for t, _ in beats])
    normal = np.array([label == "N" for _, label in beats])
    rr = np.diff(times)[normal[1:] & normal[:-1]]
    mean_interval_s = (60 / found["heart_rate"].values).mean()
    assert mean_interval_s == pytest.approx(rr.mean(), rel=0.02)
    assert found["heart_rate"].times_utc[0] == np.datetime64("2019-08-09T10:06:00", "s").astype(int)
    assert report.records_kept > 0.98 * len(times)
