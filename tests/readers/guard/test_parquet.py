"""A Parquet file that would end this process ends another one."""

import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.errors import ReadError
from sennight.readers import read
from sennight.readers.guard import check_parquet, parquet


def _table(path: Path, n: int = 1_000) -> Path:
    pl.DataFrame({"n": np.arange(n), "x": np.arange(n) / 7}).write_parquet(path)
    return path


def _bomb(path: Path) -> Path:
    """One bit in the header of a page makes its 200 values minus 201; the footer is as it was.

    polars 1.x asks for 2^61 bytes then and aborts its process, which no `except` sees.
    """
    column = pl.Series([None if i % 2 else i for i in range(200)], dtype=pl.Int64)
    pl.DataFrame({"person": ["a"] * 200, "n": column}).write_parquet(path, compression="uncompressed", statistics=False)
    whole = bytearray(path.read_bytes())
    at = whole.rindex(b"\x2c\x15\x90\x03")  # a page of data, its first field, 200 as a zigzag number
    whole[at + 2] = 0x91
    path.write_bytes(whole)
    return path


def test_a_sound_file_passes_whole_and_by_columns(tmp_path: Path) -> None:
    path = _table(tmp_path / "a.parquet")
    check_parquet(path)
    check_parquet(path, ["n"])
    check_parquet(path, ["n", "x"])


def test_a_damaged_file_is_one_read_error(tmp_path: Path) -> None:
    path = _table(tmp_path / "a.parquet")
    whole = path.read_bytes()
    for broken in (b"", whole[:-20], whole[:-8] + b"\xff" * 4 + b"PAR1", bytes(len(whole) - 8) + whole[-8:]):
        path.write_bytes(broken)
        with pytest.raises(ReadError, match="damaged"):
            check_parquet(path)


def test_a_file_that_kills_its_decoder_is_a_read_error_and_the_next_file_is_read(tmp_path: Path) -> None:
    bomb = _bomb(tmp_path / "bomb.parquet")
    check_parquet(bomb)  # its schema is sound
    for _ in range(2):
        with pytest.raises(ReadError, match="absurd memory"):
            check_parquet(bomb, ["n"])
        check_parquet(_table(tmp_path / "a.parquet"), ["n", "x"])


def test_a_table_like_that_is_refused_by_the_front_door(tmp_path: Path) -> None:
    _bomb(tmp_path / "bomb.parquet").rename(tmp_path / "minutes.parquet")
    frame = pl.DataFrame({"person": ["a"], "time": ["2024-03-01 10:00"], "heart_rate": [61]})
    frame.write_parquet(tmp_path / "sound.parquet")
    assert len(list(read(str(tmp_path / "sound.parquet")).people)) == 1
    with pytest.raises(ReadError):
        list(read(str(tmp_path / "minutes.parquet")).people)


def test_more_memory_than_a_file_of_its_size_may_take_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"n": np.zeros(20_000_000, dtype=np.int64)}).write_parquet(path)
    assert path.stat().st_size < 200_000
    check_parquet(path, ["n"])  # 160 MB: below what any file may take
    monkeypatch.setattr(parquet, "FREE_BYTES", 32 * 1024**2)
    with pytest.raises(ReadError, match="damaged"):
        check_parquet(path, ["n"])


def test_a_decoder_that_never_answers_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _table(tmp_path / "a.parquet")
    child = tmp_path / "child.py"
    child.write_text("import time\nprint('{}', flush=True)\ntime.sleep(60)\n")
    monkeypatch.setattr(parquet, "CHILD", child)
    monkeypatch.setattr(parquet, "_PROCESS", parquet._Process())
    start = time.monotonic()
    check_patience = 0.5
    monkeypatch.setattr(parquet, "LEAST_BYTES_A_SECOND", 1e12)
    monkeypatch.setattr(parquet, "ANSWER_S", check_patience)
    with pytest.raises(ReadError, match="absurd memory or time"):
        check_parquet(path)
    assert time.monotonic() - start < 30


def test_a_decoder_that_does_not_start_is_not_the_files_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _table(tmp_path / "a.parquet")
    monkeypatch.setattr(parquet, "CHILD", tmp_path / "nowhere.py")
    monkeypatch.setattr(parquet, "_PROCESS", parquet._Process())
    with pytest.raises(ReadError, match="does not start"):
        check_parquet(path)


def test_the_process_ends_when_it_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process = parquet._Process()
    monkeypatch.setattr(parquet, "_PROCESS", process)
    check_parquet(_table(tmp_path / "a.parquet"))
    child = process._child
    assert child
    assert child.poll() is None
    process.close()
    assert child.poll() is not None
