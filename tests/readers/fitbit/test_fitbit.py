"""Fitbit as a whole: recognised by content in any layout, and the public test files of a real export."""

import importlib.util
import json
import subprocess
import sys
import zipfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from sennight.errors import ReadError
from sennight.readers import read
from sennight.readers.fitbit import READER
from sennight.record import Clock, Person

SHARED = Path(__file__).resolve().parents[3].parent / "shared"
STEPS = json.dumps([{"dateTime": "03/01/24 10:00:00", "value": "12"}])


@pytest.mark.parametrize(
    "folder",
    [
        "Physical Activity",
        "Takeout/Fitbit/Global Export Data",
        "Takeout/Fitbit/Globale Exportdaten",
        "MyFitbitData/anna",
    ],
)
def test_every_layout_is_recognised_as_folder_and_as_zip(tmp_path: Path, folder: str) -> None:
    (tmp_path / "export" / folder).mkdir(parents=True)
    (tmp_path / "export" / folder / "steps-2024-03-01.json").write_text(STEPS)
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr(f"{folder}/steps-2024-03-01.json", STEPS)
        archive.writestr(f"{folder}/altitude-2024-03-01.json", "[]")
    for path in (tmp_path / "export", tmp_path / "export.zip"):
        (person,) = read(path).people
        assert person.recordings[0].values.tolist() == [12]


def test_other_json_of_that_name_is_not_claimed(tmp_path: Path) -> None:
    (tmp_path / "steps-2024-03-01.json").write_text('{"steps": 12}')
    assert not READER.claims(tmp_path)
    with pytest.raises(ReadError, match="no Fitbit file"):
        READER.read(tmp_path)


_MEASURE = """
import json, sys
from pathlib import Path
from sennight.readers.fitbit import READER
(person,) = READER.read(Path(sys.argv[1])).people
sums = {r.channel.name: (len(r.values), float(r.values.sum(dtype="float64"))) for r in person.recordings}
peak = next(int(line.split()[1]) >> 10 for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({"sums": sums, "peak": peak}))
"""


@pytest.mark.parametrize(
    ("days", "every_s", "most_mb"),
    [
        pytest.param(2, 1, 512, id="days-of-seconds"),
        pytest.param(730, 1, 512, id="years-of-seconds", marks=pytest.mark.nightly),
        pytest.param(3_000, 5, 512, id="lifetime", marks=pytest.mark.nightly),
    ],
)
def test_a_pulse_of_seconds_takes_the_memory_of_its_minutes(
    days: int, every_s: int, most_mb: int, tmp_path: Path
) -> None:
    """I-08 and failure 6: eight years as Fitbit writes them, in a process of its own, whose memory is its own."""
    spec = importlib.util.spec_from_file_location("fitbit_samples", Path(__file__).parents[1] / "samples" / "fitbit.py")
    assert spec
    assert spec.loader
    samples = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(samples)
    samples.write_lifetime(tmp_path / "MyFitbitData.zip", days=days, every_s=every_s)
    command = [sys.executable, "-c", _MEASURE, str(tmp_path / "MyFitbitData.zip")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    measured = json.loads(done.stdout)
    n, total = measured["sums"]["heart_rate"]
    seconds = np.arange(0, 86_400, every_s)
    by_minute = (60 + seconds // 60 % 7 + seconds % 3).reshape(1_440, -1).mean(axis=1)
    assert n == days * 1_440
    assert total == pytest.approx(days * by_minute.sum(), rel=1e-6)
    assert measured["sums"]["steps"] == [days * 1_440, days * sum(m % 9 for m in range(1_440))]
    assert measured["peak"] < most_mb


def _real(name: str) -> Person:
    path = SHARED / "formats" / "GGIRread" / name
    if not path.exists():
        pytest.skip(f"{path} is absent")
    (person,) = read(path).people
    return person


@pytest.mark.real
def test_real_steps_and_calories_equal_their_files() -> None:
    for name, channel in (("steps-1995-06-23_Fitbit.json", "steps"), ("calories-1995-06-23_Fitbit.json", "energy")):
        (recording,) = _real(name).recordings
        raw = json.loads((SHARED / "formats" / "GGIRread" / name).read_text())
        assert recording.channel.name == channel
        np.testing.assert_allclose(recording.values, [float(r["value"]) for r in raw], rtol=1e-6)
        assert recording.times_utc[0] == np.datetime64("1995-06-24T16:00:00", "s").astype(np.int64)


@pytest.mark.real
def test_real_heart_rate_keeps_what_the_watch_was_sure_of() -> None:
    (recording,) = _real("heart_rate-1995-06-24.json").recordings
    raw = json.loads((SHARED / "formats" / "GGIRread" / "heart_rate-1995-06-24.json").read_text())
    sure = [r for r in raw if r["value"]["confidence"] > 0]
    assert 0 < len(sure) < len(raw)
    minutes = defaultdict(list)
    for record in sure:
        minutes[record["dateTime"][:-3]].append(record["value"]["bpm"])
    np.testing.assert_allclose(recording.values, [np.mean(bpm) for bpm in minutes.values()], rtol=1e-6)
    assert recording.clock == Clock.INSTANT


@pytest.mark.real
def test_real_sleep_has_the_minutes_that_fitbit_counts() -> None:
    recordings = {r.channel.name: r for r in _real("sleep-1995-06-23_Fitbit.json").recordings}
    raw = json.loads((SHARED / "formats" / "GGIRread" / "sleep-1995-06-23_Fitbit.json").read_text())
    half_minutes = {name: int(r.values.sum()) for name, r in recordings.items()}
    stages = next(r["levels"]["summary"] for r in raw if r["type"] == "stages")
    # Fitbit rounds each stage to whole minutes.
    for stage, channel in (("deep", "deep"), ("light", "light"), ("rem", "rem"), ("wake", "awake")):
        assert half_minutes[f"sleep_{channel}"] / 2 == pytest.approx(stages[stage]["minutes"], abs=1)
    asleep = sum(r["minutesAsleep"] for r in raw)
    assert half_minutes["asleep"] / 2 == pytest.approx(asleep, abs=2)
    assert {r.clock for r in recordings.values()} == {Clock.LOCAL}


@pytest.mark.real
def test_the_real_folder_is_one_person_with_all_streams() -> None:
    folder = SHARED / "formats" / "GGIRread"
    if not folder.exists():
        pytest.skip(f"{folder} is absent")
    # The folder holds other devices' files too; here only Fitbit's are asked for.
    reading = READER.read(folder)
    (person,) = reading.people
    assert {"steps", "energy", "heart_rate", "asleep"} <= {r.channel.name for r in person.recordings}
    assert reading.facts.latest("minutes_asleep") == {person.id: 236}
    assert any("UTC" in note and "local time" in note for note in reading.report.notes)
