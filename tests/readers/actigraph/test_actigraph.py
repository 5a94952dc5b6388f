"""The ActiGraph reader as a whole: which files are its own, in folders and archives, one bad file among good."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from sennight.errors import ReadError
from sennight.readers import READERS, read
from sennight.readers.actigraph import READER

_spec = importlib.util.spec_from_file_location("made_actigraph", Path(__file__).parents[1] / "samples" / "actigraph.py")
assert _spec
assert _spec.loader
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)

Zipped = Callable[[Path, dict[str, bytes]], Path]


def test_a_folder_of_all_kinds_is_a_person_each(tmp_path: Path) -> None:
    for make in made.SAMPLES:
        make(tmp_path)
    (tmp_path / "notes.txt").write_text("none of ours")
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    reading = READER.read(tmp_path)
    names = ["anna", "ben", "cara", "dora", "emil", "fritz"]
    assert [p.id for p in reading.people] == [f"actigraph-{name}" for name in names]
    assert reading.report.unknown["file .txt"] == reading.report.unknown["file .csv"] == 1
    assert not reading.report.partial


def test_containers_inside_an_archive_are_read(tmp_path: Path, zipped: Zipped) -> None:
    whole = made.gt3x_log(tmp_path).read_bytes()
    path = zipped(tmp_path / "study.zip", {"A/one.gt3x": whole, "B/one.GT3X": whole, "readme.txt": b"hello"})
    reading = READER.read(path)
    first, second = reading.people
    assert (first.id, second.id) == ("actigraph-one", "actigraph-one-2")
    for a, b in zip(first.recordings, second.recordings, strict=True):
        assert (a.values == b.values).all()


def test_names_do_not_matter(tmp_path: Path) -> None:
    """Failure 10, T-16."""
    for make in made.SAMPLES:
        path = make(tmp_path)
        renamed = path.rename(tmp_path / "grabación")
        assert [r.name for r in READERS if r.claims(renamed)] == ["actigraph"]
        assert list(READER.read(renamed).people)
        renamed.unlink()


def test_suffixes_in_capitals_are_found_in_folders(tmp_path: Path) -> None:
    """Failure 15."""
    made.gt3x_log(tmp_path).rename(tmp_path / "ANNA.GT3X")
    (tmp_path / "other.txt").write_text("x")
    assert READER.claims(tmp_path)
    assert len(list(READER.read(tmp_path).people)) == 1


def test_one_bad_file_does_not_lose_the_others(tmp_path: Path) -> None:
    """Failure 35, I-11."""
    good = made.gt3x_log(tmp_path)
    bad = made.container(tmp_path / "bad.gt3x", {"info.txt": made.info_txt(), "log.bin": b"\x1e" * 1_000})
    reading = READER.read(tmp_path)
    assert [p.id for p in reading.people] == [f"actigraph-{good.stem}"]
    assert list(reading.report.failed) == [bad.name]
    assert reading.report.partial


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04 but no zip", b"<html>", b"", b"\xef\xbb\xbf", b"SQLite format 3\x00" + bytes(100), b"\x00" * 500],
)
def test_other_content_under_our_names_is_refused(content: bytes, tmp_path: Path) -> None:
    """I-12, failure 14."""
    for suffix in (".gt3x", ".agd", ".csv"):
        path = tmp_path / f"who{suffix}"
        path.write_bytes(content)
        assert not READER.claims(path)
        with pytest.raises(ReadError):
            list(read(path).people)


def test_zips_of_others_are_not_ours(tmp_path: Path, zipped: Zipped) -> None:
    assert not READER.claims(zipped(tmp_path / "a.zip", {"info.txt": b"hello", "log.bin": b""}))
    assert not READER.claims(zipped(tmp_path / "b.zip", {"info.txt": made.info_txt()}))
    (tmp_path / "c").mkdir()
    assert not READER.claims(tmp_path / "c")
    assert not READER.claims(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="no ActiGraph file"):
        READER.read(tmp_path / "c")


def test_no_serial_number_reaches_the_report(tmp_path: Path) -> None:
    for make in made.SAMPLES:
        make(tmp_path)
    reading = READER.read(tmp_path)
    devices = {r.device for p in reading.people for r in p.recordings}
    assert devices == {"ActiGraph", "ActiGraph wGT3XBT"}
    assert "00000000" not in str(reading.report.to_json())
