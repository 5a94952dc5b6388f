"""The Axivity reader as a whole: which files are its own, in folders and archives, and what it says if none is."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from sennight.errors import ReadError
from sennight.readers.axivity import READER

_spec = importlib.util.spec_from_file_location("made_axivity", Path(__file__).parents[1] / "samples" / "axivity.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)


def test_a_folder_of_all_kinds_is_a_person_each(tmp_path: Path) -> None:
    made.axivity_ax6(tmp_path)
    made.axivity_ukbiobank(tmp_path)
    made.axivity_csv(tmp_path)
    (tmp_path / "notes.txt").write_text("none of ours")
    reading = READER.read(tmp_path)
    assert [p.id for p in reading.people] == ["axivity-1000001_90004_0_0", "axivity-17_left", "axivity-6011834"]
    assert reading.report.unknown["file .txt"] == 1
    assert reading.report.files == 3


def test_a_zip_is_read_like_a_folder(tmp_path: Path, zipped: Callable[[Path, dict[str, bytes]], Path]) -> None:
    whole = made.axivity_cwa(tmp_path).read_bytes()
    path = zipped(tmp_path / "a.zip", {"study/17_left.CWA": whole})
    assert READER.claims(path)
    assert [p.id for p in READER.read(path).people] == ["axivity-17_left"]


def test_nothing_of_axivity_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.cwa").write_text("no")
    assert not READER.claims(tmp_path)
    assert not READER.claims(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="no Axivity file"):
        READER.read(tmp_path)
