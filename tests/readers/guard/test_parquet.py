"""A stranger's Parquet file that cannot be decoded is one ReadError, at the front door too."""

from pathlib import Path

import polars as pl
import pytest

from sennight.errors import ReadError
from sennight.parquet import trial
from sennight.readers import read
from sennight.readers.guard import check_parquet


def _table(path: Path) -> Path:
    table = {"person": ["a"] * 3, "time": [f"2024-03-01 10:0{i}" for i in range(3)], "heart_rate": [61, 62, 63]}
    pl.DataFrame(table).write_parquet(path)
    return path


def test_a_sound_file_passes_and_a_damaged_one_is_one_error(tmp_path: Path) -> None:
    path = _table(tmp_path / "a.parquet")
    check_parquet(path)
    check_parquet(path, ["heart_rate"])
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ReadError, match="damaged or cut short") as refused:
        check_parquet(path, where="b.zip, a.parquet")
    assert refused.value.where == "b.zip, a.parquet"


def test_a_table_that_ends_its_decoder_is_refused_by_the_front_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _table(tmp_path / "minutes.parquet")
    assert len(list(read(str(path)).people)) == 1
    child = tmp_path / "child.py"
    child.write_text("print('{}', flush=True)\ninput()\n")  # it starts, is asked once, and ends without a word
    monkeypatch.setattr(trial, "CHILD", child)
    monkeypatch.setattr(trial, "_PROCESS", trial._Process())
    with pytest.raises(ReadError, match="absurd memory or time"):
        list(read(str(path)).people)
