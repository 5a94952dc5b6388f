"""The reader of Actiwatch and MotionWatch: three formats in one folder, a person each."""

import importlib.util
from pathlib import Path

from sennight.readers import reader_for
from sennight.readers.actiwatch import READER, RULE

_spec = importlib.util.spec_from_file_location("made_actiwatch", Path(__file__).parents[1] / "samples" / "actiwatch.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)


def test_a_study_with_all_three_formats_is_read_person_by_person(tmp_path: Path) -> None:
    """I-11: a junk file beside them loses nobody."""
    for make in made.SAMPLES:
        make(tmp_path)
    (tmp_path / "broken.awd").write_text(made.awd_text([1]).replace("1 , 0,00", "junk"))
    assert READER.claims(tmp_path)
    reading = READER.read(tmp_path)
    people = {p.id: {r.channel.name for r in p.recordings} for p in reading.people}
    assert people == {
        "actiwatch-P1": {"motionwatch_counts", "white_light"},
        "actiwatch-P12_New_Analysis": {"actiwatch_counts", "white_light", "asleep", "on_body", "rest_interval"},
        "actiwatch-subject7": {"actiwatch_counts", "white_light"},
    }
    assert list(reading.report.failed) == ["broken.awd"]
    assert RULE in reading.report.notes


def test_it_is_asked_for_each_of_its_formats(tmp_path: Path) -> None:
    for make in made.SAMPLES:
        assert reader_for(make(tmp_path)) is READER
