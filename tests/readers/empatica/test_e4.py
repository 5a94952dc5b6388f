"""Empatica E4: each file on its own clock, gaps of values kept in place, and a real session."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers.empatica import READER, e4
from sennight.readers.guard import members
from sennight.readers.reader import ReadReport
from sennight.readers.samples import OUT_OF_RANGE
from sennight.record import Clock, Recording

_spec = importlib.util.spec_from_file_location("made_empatica", Path(__file__).parents[1] / "samples" / "empatica.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
START = made.START_S
REAL = Path(__file__).resolve().parents[4] / "shared" / "formats" / "flirt" / "empatica"


def session(folder: Path, **files: str | None) -> Path:
    """A session of four minutes; files by name without suffix to change, None to leave out."""
    path = folder / "session"
    path.mkdir(exist_ok=True)
    texts: dict[str, str | None] = {**made.e4_files(4), **{f"{name}.csv": text for name, text in files.items()}}
    for name, text in texts.items():
        if text is not None:
            (path / name).write_text(text)
    return path


def channels(path: Path) -> tuple[dict[str, Recording], ReadReport]:
    reading = READER.read(path)
    (person,) = reading.people
    assert reading.report.records_seen == reading.report.records_kept + reading.report.records_dropped
    return {r.channel.name: r for r in person.recordings}, reading.report


def test_each_file_runs_on_its_own_clock(tmp_path: Path) -> None:
    found, report = channels(session(tmp_path, HR=f"{START + 100}.0\n1.0\n" + "75.00\n" * 60 + "90.00\n" * 100))
    assert found["skin_temperature"].times_utc.tolist() == [START + 60 * i for i in range(4)]
    # 20 s of the second minute are too few; the third has 40 s at 75 and 20 s at 90.
    assert found["heart_rate"].times_utc.tolist() == [START + 120, START + 180]
    assert found["heart_rate"].values == pytest.approx([75 + 15 / 3, 90])
    assert found["heart_rate"].clock is Clock.INSTANT
    assert any("no time zone" in note for note in report.notes)


def test_acceleration_is_in_sixty_fourths_of_g(tmp_path: Path) -> None:
    """A watch on a table, z up, off by 4/64 g."""
    rows = "0,0,68\n" * (4 * 60 * 32)
    three = ", ".join([f"{START}.000000"] * 3)
    found, _ = channels(session(tmp_path, ACC=f"{three}\n32.000000, 32.000000, 32.000000\n{rows}"))
    assert found["enmo"].values == pytest.approx(4 / 64)
    assert found["angle_z"].values == pytest.approx(90)
    assert "wrist_counts" in found


def test_a_row_that_is_no_number_keeps_its_place(tmp_path: Path) -> None:
    rows = ["75.00"] * 60 + ["lorem", "", "--", "1,2"] * 5 + ["75.00"] * 40 + ["99.00"] * 120
    found, report = channels(session(tmp_path, HR=f"{START}.0\n1.0\n" + "\n".join(rows) + "\n"))
    assert found["heart_rate"].values == pytest.approx([75, 75, 99, 99])
    assert report.dropped[OUT_OF_RANGE] == 20


def test_open_electrodes_are_no_conductance(tmp_path: Path) -> None:
    """Failure 27."""
    rows = "0.000000\n" * 240 + "0.500000\n" * 720
    found, report = channels(session(tmp_path, EDA=f"{START}.0\n4.0\n{rows}"))
    eda = found["eda_level"]
    assert eda.values == pytest.approx(0.5)
    assert eda.times_utc.tolist() == [START + 60 * i for i in (1, 2, 3)]
    assert eda.rejected_utc.tolist() == [START]
    assert report.dropped[e4.NO_CONTACT] == 240


def test_acceleration_beyond_the_sensor_is_counted_and_left_out(tmp_path: Path) -> None:
    lines = made.e4_files(4)["ACC.csv"].splitlines()
    lines[500] = "1999,0,0"
    found, report = channels(session(tmp_path, ACC="\n".join(lines) + "\n"))
    assert report.dropped[e4.TOO_STRONG] == 1
    assert found["enmo"].values.max() < 0.5


def test_intervals_with_gaps_give_hrv_from_those_that_touch(tmp_path: Path) -> None:
    beats = [b for b in np.arange(1, 280) * 0.8 if not 60 < b < 70]
    rows = "".join(f"{b:.6f},{0.8 if i % 2 else 0.83:.6f}\n" for i, b in enumerate(beats))
    found, _ = channels(session(tmp_path, IBI=f"{START}.0, IBI\n{rows}", HR=None))
    assert found["rmssd"].values == pytest.approx(30, abs=0.01)
    assert "heart_rate" not in found  # the average of a wrist with gaps is HR.csv's to give


@pytest.mark.parametrize("empty", ["", f"{START}.000000, IBI\n"])
def test_a_session_without_beats_has_everything_else(tmp_path: Path, empty: str) -> None:
    found, report = channels(session(tmp_path, IBI=empty))
    assert {"enmo", "eda_level", "skin_temperature", "heart_rate"} <= set(found)
    assert "rmssd" not in found
    assert not report.failed


@pytest.mark.parametrize(
    "head", ["", "\n", "lorem\n4.0\n", "0\n4.0\n", f"{START}\nabc\n", f"{START}\n0\n", "1e300\n4\n"]
)
def test_a_file_without_start_or_rate_is_named_and_the_others_are_read(tmp_path: Path, head: str) -> None:
    """Failures 12 and 35."""
    found, report = channels(session(tmp_path, TEMP=head + "32.0\n" * 960))
    assert "skin_temperature" not in found
    assert "eda_level" in found
    assert list(report.failed) == ["TEMP.csv"]
    assert report.partial


def test_a_cut_last_line_is_left_out_and_told(tmp_path: Path) -> None:
    """Failure 11: a number that is cut still looks like one."""
    text = f"{START}.0\n4.0\n" + "32.13\n" * 959 + "3"
    found, report = channels(session(tmp_path, TEMP=text))
    assert found["skin_temperature"].values == pytest.approx(32.13)
    assert report.cut_short == {"TEMP.csv": e4.CUT}
    assert report.dropped[e4.CUT] == 1


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, report = channels(session(tmp_path, TEMP=f"{START}.0\n4.0\n" + "3" * 5_000))
    assert "no end" in report.failed["TEMP.csv"]


def test_portions_do_not_change_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = session(tmp_path)
    whole, _ = channels(path)
    monkeypatch.setattr(e4, "BLOCK_BYTES", 1_001)
    parts, _ = channels(path)
    for name, recording in whole.items():
        np.testing.assert_allclose(parts[name].values, recording.values, rtol=1e-5, atol=1e-6, err_msg=name)
        np.testing.assert_array_equal(parts[name].times_utc, recording.times_utc)


def test_sessions_in_folders_are_people_of_their_own(tmp_path: Path) -> None:
    for name in ("S2", "S3"):
        (tmp_path / name).mkdir()
        for file, text in made.e4_files(2).items():
            (tmp_path / name / file).write_text(text)
    assert [p.id for p in READER.read(tmp_path).people] == ["empatica-S2", "empatica-S3"]


def test_a_session_has_one_name_whether_it_is_read_from_its_folder_or_from_above(tmp_path: Path) -> None:
    above = tmp_path / "study" / "day"
    above.mkdir(parents=True)
    path = session(above)
    ids = {next(iter(READER.read(p).people)).id for p in (path, above, tmp_path / "study")}
    assert ids == {"empatica-session"}


def test_a_file_on_its_own_is_one_person_without_a_name(tmp_path: Path) -> None:
    path = tmp_path / "acc.CSV"
    path.write_text(made.e4_files(2)["ACC.csv"])
    assert READER.claims(path)
    assert [p.id for p in READER.read(path).people] == ["empatica-1"]


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "", "1709287200\n", "1,2,3\n4,5,6\n", "\n\n", f"{START}\n9999\n1\n"])
def test_other_files_of_those_names_are_not_claimed(tmp_path: Path, text: str) -> None:
    for name in ("ACC.csv", "HR.csv", "IBI.csv"):
        (tmp_path / name).write_text(text)
    assert not e4.claims(members(tmp_path))
    assert e4.sessions(members(tmp_path)) == ()


def test_a_session_of_which_nothing_can_be_used_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "TEMP.csv"
    path.write_text(f"{START}\n4.0\n32.0\n")
    with pytest.raises(ReadError, match="nothing can be read"):
        list(READER.read(path).people)


def test_a_clock_that_was_never_set_makes_no_session(tmp_path: Path) -> None:
    """Failure 12: the year 2000."""
    path = tmp_path / "TEMP.csv"
    path.write_text("946684800.0\n4.0\n" + "32.0\n" * 960)
    assert not READER.claims(path)
    with pytest.raises(ReadError, match="no file of an Empatica"):
        READER.read(path)


# --- a real session -----------------------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="the real session is not on this machine")
def test_a_real_session_agrees_with_plain_means_of_its_files() -> None:
    found, report = channels(REAL)
    assert not report.partial
    start = 1_560_279_825
    for file, name, rate in (("TEMP", "skin_temperature", 4), ("HR", "heart_rate", 1), ("EDA", "eda_level", 4)):
        rows = np.loadtxt(REAL / f"{file}.csv")
        begin, values = int(rows[0]), rows[2:]
        assert begin == start + (10 if file == "HR" else 0)
        minute = ((begin + np.arange(len(values)) / rate) // 60).astype(int)
        for at, value in list(zip(found[name].times_utc, found[name].values, strict=True))[1:-1]:
            assert value == pytest.approx(values[minute == at // 60].mean(), rel=1e-5)
    acc = np.loadtxt(REAL / "ACC.csv", delimiter=",", skiprows=2) / 64
    minute = ((start + np.arange(len(acc)) / 32) // 60).astype(int)
    enmo = np.maximum(np.linalg.norm(acc, axis=1) - 1, 0)
    for at, value in list(zip(found["enmo"].times_utc, found["enmo"].values, strict=True))[1:-1]:
        assert value == pytest.approx(enmo[minute == at // 60].mean(), abs=1e-4)


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="the real session is not on this machine")
def test_hrv_of_the_real_session_agrees_with_its_intervals() -> None:
    """The last five minutes with beats, by the formula on the raw rows that touch and pass the rule."""
    found, _ = channels(REAL)
    rows = np.loadtxt(REAL / "IBI.csv", delimiter=",", skiprows=1)
    at, rr = 1_560_279_825 + rows[:, 0], rows[:, 1] * 1_000
    touches = np.append(False, np.abs(np.diff(at) - rows[1:, 1]) <= 0.05)
    before = np.where(touches, np.append(rr[0], rr[:-1]), rr)
    good = (rr >= 300) & (rr <= 2_000) & (np.abs(rr - before) <= 0.2 * before)
    minute = found["rmssd"].times_utc[100]
    inside = (at >= minute - 240) & (at < minute + 60)
    pair = inside & good & touches & np.append(False, good[:-1]) & np.append(False, inside[:-1])
    assert found["rmssd"].values[100] == pytest.approx(np.sqrt(np.mean((rr - before)[pair] ** 2)), rel=1e-5)
    assert found["rr_median"].values[np.flatnonzero(found["rr_median"].times_utc == minute)[0]] == pytest.approx(
        np.median(rr[inside & good]), rel=1e-6
    )
