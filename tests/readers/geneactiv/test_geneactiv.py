"""The GENEActiv reader as a whole: both kinds in one folder, and what it says if none is there."""

import importlib.util
from pathlib import Path

import pytest

from sennight.errors import ReadError
from sennight.readers.geneactiv import READER

_spec = importlib.util.spec_from_file_location("made_geneactiv", Path(__file__).parents[1] / "samples" / "geneactiv.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)


def test_both_kinds_lie_in_one_folder(tmp_path: Path) -> None:
    made.geneactiv_bin(tmp_path)
    made.genea_bin(tmp_path)
    (tmp_path / "other.bin").write_bytes(bytes(100))
    reading = READER.read(tmp_path)
    people = list(reading.people)
    assert [(p.id, p.recordings[0].device) for p in people] == [
        ("geneactiv-03_LAB", "GENEA"),
        ("geneactiv-17_left wrist", "GENEActiv"),
    ]
    assert reading.report.unknown["file .bin"] == 1


def test_nothing_of_geneactiv_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"no")
    assert not READER.claims(tmp_path)
    assert not READER.claims(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="no GENEActiv file"):
        READER.read(tmp_path)
