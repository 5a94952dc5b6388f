"""Which file is what, and the parts of one Takeout as one export. All data synthetic."""

import json
import zipfile
from pathlib import Path

import pytest

from sennight.errors import ReadError
from sennight.readers import read
from sennight.readers.fitbit import READER
from sennight.readers.fitbit.layout import ending_of, files_at, sort_of
from sennight.readers.guard import Member
from sennight.readers.reader import ReadReport


@pytest.mark.parametrize(
    ("name", "sort"),
    [
        ("Takeout/Fitbit/Global Export Data/steps-2024-03-01.json", "steps"),
        ("heart_rate-1995-06-24.json", "heart rate"),
        ("Physical Activity_GoogleData/Steps/steps_2024-05-01.csv", "steps"),
        ("Minute SpO2 - 2024-03-01.csv", "minute spo2"),
        ("Daily Heart Rate Variability Summary - 2020-11-(15).csv", "daily heart rate variability summary"),
        ("Daily SpO2 - 2020-09-01-2020-12-09.csv", "daily spo2"),
        ("Stress Score.csv", "stress score"),
        ("UserSleepStages_2024-03-02.csv", "usersleepstages"),
        ("exercise-100.json", "exercise"),
        ("sleep_score.csv", "sleep score"),
    ],
)
def test_the_sort_of_a_file_is_its_name_without_date(name: str, sort: str) -> None:
    member = Member(name=name, size=1, open=lambda: None)  # type: ignore[arg-type, return-value]
    assert sort_of(member) == sort
    assert ending_of(member) in ("json", "csv")


def _part(path: Path, name: str, value: str) -> None:
    steps = [{"dateTime": f"03/0{value}/24 10:00:00", "value": value}]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"Takeout/Fitbit/{name}", json.dumps(steps))


def test_the_parts_of_one_takeout_are_one_person(tmp_path: Path) -> None:
    """Failure 14: multi-part Takeout."""
    for i in ("1", "2"):
        _part(tmp_path / f"takeout-20240305T101500Z-00{i}.zip", f"steps-2024-03-0{i}.json", i)
    assert READER.claims(tmp_path)
    (person,) = read(tmp_path).people
    assert person.recordings[0].values.tolist() == [1, 2]


def test_a_damaged_part_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    """Failure 14: one part of the Takeout is cut short."""
    for i in ("1", "2"):
        _part(tmp_path / f"takeout-20240305T101500Z-00{i}.zip", f"steps-2024-03-0{i}.json", i)
    whole = (tmp_path / "takeout-20240305T101500Z-002.zip").read_bytes()
    (tmp_path / "takeout-20240305T101500Z-002.zip").write_bytes(whole[: len(whole) // 2])
    reading = READER.read(tmp_path)
    assert [r.values.tolist() for p in reading.people for r in p.recordings] == [[1.0]]
    assert list(reading.report.failed) == ["takeout-20240305T101500Z-002.zip"]
    assert reading.report.partial
    with pytest.raises(ReadError, match="damaged"):
        files_at(tmp_path)


@pytest.mark.parametrize("other", ["whoop.zip", "takeout-20250101T101500Z-001.zip", "notes.txt"])
def test_a_folder_with_anything_else_in_it_is_not_one_takeout(tmp_path: Path, other: str) -> None:
    _part(tmp_path / "takeout-20240305T101500Z-001.zip", "steps-2024-03-01.json", "1")
    _part(tmp_path / other, "steps-2024-03-01.json", "1")
    assert [m.name for m in files_at(tmp_path, ReadReport(reader="fitbit", source=""))] == sorted(
        ["takeout-20240305T101500Z-001.zip", other]
    )
    assert not READER.claims(tmp_path)


def test_a_rezipped_takeout_without_its_folders_is_the_same_person_s_minutes(tmp_path: Path) -> None:
    """Failure 14: the user packed a folder of the export again."""
    with zipfile.ZipFile(tmp_path / "my fitbit.zip", "w") as archive:
        for day in (1, 2):
            record = [{"dateTime": f"03/0{day}/24 10:00:00", "value": str(day)}]
            archive.writestr(f"steps-2024-03-0{day}.json", json.dumps(record))
    (person,) = read(tmp_path / "my fitbit.zip").people
    assert person.recordings[0].values.tolist() == [1, 2]
