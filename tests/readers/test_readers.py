"""The front door: who reads what, and the one error when nobody can."""

import datetime as dt
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sennight.cli.terminal import PARTIAL
from sennight.errors import ReadError
from sennight.readers import READERS, read, reader_for

DOOR = Path("a,b\n")


def test_names_of_readers_are_distinct() -> None:
    assert len({r.name for r in READERS}) == len(READERS)
    assert all(r.title for r in READERS)


def test_synthetic_people_need_no_file() -> None:
    reading = read("synthetic:people=1,days=1,channels=steps")
    assert [p.recordings[0].channel.name for p in reading.people] == ["steps"]
    assert reader_for("synthetic").name == "synthetic"


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        read(tmp_path / "nowhere.zip")


@pytest.mark.parametrize("path", ["", "\x00", "a" * 5_000])
def test_a_path_that_no_file_system_takes_is_an_error(path: str) -> None:
    with pytest.raises(ReadError):
        read(path + "/x")


def test_an_empty_folder_and_an_empty_file_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="empty folder"):
        read(tmp_path)
    (tmp_path / "a.csv").write_bytes(b"")
    with pytest.raises(ReadError, match="empty file"):
        read(tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("a.pdf", b"%PDF-1.7 ...", "PDF"),
        ("export.zip", b"<!DOCTYPE html><html></html>", "HTML"),
        ("a.gz", b"\x1f\x8b\x08\x00", "gzip"),
        ("a.bin", bytes(range(256)), "binary"),
        ("a.sas7bdat", b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + b"0" * 30, "SAS transport"),
        ("a.json", b'{"x": 1}', "JSON"),
    ],
)
def test_a_file_that_nobody_claims_is_described(tmp_path: Path, name: str, body: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(body)
    with pytest.raises(ReadError) as error:
        read(tmp_path / name)
    assert words in error.value.what
    assert name in error.value.where
    assert error.value.todo


def test_a_zip_that_could_do_harm_says_why(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../up", "x")
    with pytest.raises(ReadError, match="leaves its folder"):
        read(tmp_path / "a.zip")


def test_a_table_without_a_mapping_says_which_columns_it_has_and_needs(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("who,when,pulse\n1,2024-01-01 00:00,60\n")
    with pytest.raises(ReadError) as error:
        read(tmp_path / "a.csv")
    assert "who, when, pulse" in error.value.what
    assert "person column" in error.value.todo
    assert "--starter-mapping" in error.value.todo


def test_importing_readers_loads_neither_torch_nor_zarr() -> None:
    code = "import sys, sennight.readers; print([m for m in ('torch', 'zarr', 'sklearn', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_of_a_thousand_files_ten_of_junk_cost_themselves_alone(tmp_path: Path) -> None:
    """I-11, failure 35: 990 are read, ten are named, and the command says that it was a part."""
    first = dt.date(2021, 1, 1)
    for i in range(1_000):
        day = first + dt.timedelta(days=i)
        rows = f'[{{"dateTime": "{day:%m/%d/%y} 10:00:00", "value": "{i % 90 + 1}"}}]'
        junk = i % 100 == 57
        (tmp_path / f"steps-{day:%Y-%m-%d}.json").write_text("<html>Sorry</html>" if junk else rows)
    command = [sys.executable, "-m", "sennight", "read", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == PARTIAL, done.stderr
    (row,) = (line for line in done.stdout.splitlines() if line.startswith("steps "))
    assert row.split()[-2:] == ["990", "0"]
    assert "10 files could NOT be read:" in done.stdout
    assert done.stdout.count("steps-20") == 10
