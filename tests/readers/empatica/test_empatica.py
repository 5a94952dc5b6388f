"""Empatica as a whole: raw data and minutes of one participant, several participants, what is refused."""

import importlib.util
from pathlib import Path

import pytest

from sennight.errors import ReadError
from sennight.readers.empatica import READER

_spec = importlib.util.spec_from_file_location("made_empatica", Path(__file__).parents[1] / "samples" / "empatica.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
START = made.START_S


def test_raw_data_and_minutes_of_a_participant_are_one_person_with_two_sources(tmp_path: Path) -> None:
    made.embrace_minutes(tmp_path)
    made.embrace_raw(tmp_path)
    (person,) = READER.read(tmp_path).people
    of_heart_rate = {r.device for r in person.recordings if r.channel.name == "heart_rate"}
    assert person.id == "empatica-1-1-001"
    assert of_heart_rate == {"Empatica EmbracePlus", "Empatica EmbracePlus (vendor's minutes)"}


def test_participants_are_told_apart_by_the_names_of_their_files(tmp_path: Path) -> None:
    for who in ("1-1-002", "1-1-001"):
        (tmp_path / f"{who}_2024-03-01_pulse-rate.csv").write_text(made.minutes_csv("pulse_rate_bpm", ["70"]))
    assert [p.id for p in READER.read(tmp_path).people] == ["empatica-1-1-001", "empatica-1-1-002"]


def test_a_session_and_a_participant_of_one_name_stay_two_people(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    for name, text in made.e4_files(2).items():
        (folder / name).write_text(text)
    (folder / "x_2024-03-01_pulse-rate.csv").write_text(made.minutes_csv("pulse_rate_bpm", ["70"]))
    assert [p.id for p in READER.read(folder).people] == ["empatica-x", "empatica-x-2"]


def test_files_of_no_use_are_counted_by_their_sort(tmp_path: Path) -> None:
    path = made.e4_zip(tmp_path)
    assert READER.read(path).report.unknown == {"file BVP.csv": 1, "file tags.csv": 1}


def test_a_folder_without_a_recording_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ACC.csv").write_text("lorem\n")
    assert not READER.claims(tmp_path)
    with pytest.raises(ReadError, match="no file of an Empatica"):
        READER.read(tmp_path)
    assert not READER.claims(tmp_path / "nowhere")


def test_where_nothing_can_be_read_the_first_reason_is_told(tmp_path: Path) -> None:
    path = tmp_path / "1-1-001_1.avro"
    path.write_bytes(made.embrace_avro(made.embrace_record(1))[:-500])
    with pytest.raises(ReadError, match="nothing can be read") as caught:
        list(READER.read(path).people)
    assert "damaged Avro" in caught.value.todo
