"""A Parquet file that would end this process ends another one."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.errors import InputError
from sennight.parquet import trial, tried, why_not


def _table(path: Path, n: int = 1_000) -> Path:
    pl.DataFrame({"n": np.arange(n), "x": np.arange(n) / 7}).write_parquet(path)
    return path


def test_a_sound_file_passes_whole_and_by_columns(tmp_path: Path) -> None:
    path = _table(tmp_path / "a.parquet")
    assert why_not(path) == why_not(path, []) == why_not(path, ["n"]) == why_not(path, ["n", "x"]) == ""
    assert tried(path) == path


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    path = _table(tmp_path / "a.parquet")
    whole = path.read_bytes()
    for broken in (b"", whole[:-20], whole[:-8] + b"\xff" * 4 + b"PAR1", bytes(len(whole) - 8) + whole[-8:]):
        path.write_bytes(broken)
        assert why_not(path, []) == trial.DAMAGED
        with pytest.raises(pl.exceptions.PolarsError, match="damaged"):
            tried(path)


def test_a_file_that_is_not_there_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        tried(tmp_path / "nowhere.parquet")


def test_a_file_that_kills_its_decoder_is_an_error_and_the_next_file_is_read(
    tmp_path: Path, parquet_bomb: Callable[[Path], Path]
) -> None:
    bomb = parquet_bomb(tmp_path / "bomb.parquet")
    assert not why_not(bomb, [])  # its schema is sound
    for columns in (["n"], None):
        assert why_not(bomb, columns) == trial.ABSURD
        assert not why_not(_table(tmp_path / "a.parquet"), ["n", "x"])


def test_more_memory_than_a_file_of_its_size_may_take_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"n": np.zeros(20_000_000, dtype=np.int64)}).write_parquet(path)
    assert path.stat().st_size < 200_000
    assert not why_not(path, ["n"])  # 160 MB: below what any file may take
    monkeypatch.setattr(trial, "FREE_BYTES", 32 * 1024**2)
    assert why_not(path, ["n"])


def test_a_decoder_that_never_answers_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _table(tmp_path / "a.parquet")
    child = tmp_path / "child.py"
    child.write_text("import time\nprint('{}', flush=True)\ntime.sleep(60)\n")
    monkeypatch.setattr(trial, "CHILD", child)
    monkeypatch.setattr(trial, "_PROCESS", trial._Process())
    start = time.monotonic()
    check_patience = 0.5
    monkeypatch.setattr(trial, "LEAST_BYTES_A_SECOND", 1e12)
    monkeypatch.setattr(trial, "ANSWER_S", check_patience)
    assert why_not(path) == trial.ABSURD
    assert time.monotonic() - start < 30


def test_a_decoder_that_does_not_start_is_not_the_files_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _table(tmp_path / "a.parquet")
    monkeypatch.setattr(trial, "CHILD", tmp_path / "nowhere.py")
    monkeypatch.setattr(trial, "_PROCESS", trial._Process())
    with pytest.raises(InputError, match="does not start"):
        why_not(path)


def test_the_process_ends_when_it_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = trial._Process()
    monkeypatch.setattr(trial, "_PROCESS", process)
    assert not why_not(_table(tmp_path / "a.parquet"))
    child = process._child
    assert child
    assert child.poll() is None
    process.close()
    assert child.poll() is not None
