"""Embeddings come back to the bit with what made them, and anything else is refused with a sentence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sennight.errors import StoreError
from sennight.record import Embedding
from sennight.store.embeddings import load_embedding, save_embedding


def embedding() -> Embedding:
    rng = np.random.default_rng(0)
    return Embedding(
        people=("a", "b", "c"),
        values=rng.normal(size=(3, 5)).astype(np.float32),
        backbone="engineered-123",
        days_used=np.array([3, 4, 5], dtype=np.int32),
    )


def test_an_embedding_comes_back_to_the_bit(tmp_path: Path) -> None:
    before = embedding()
    save_embedding(before, tmp_path / "new" / "e.parquet", store="s")
    after = load_embedding(tmp_path / "new" / "e.parquet")
    assert (after.people, after.backbone) == (before.people, before.backbone)
    assert np.array_equal(after.values, before.values)
    assert np.array_equal(after.days_used, before.days_used)
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["e.parquet"]


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    save_embedding(embedding(), tmp_path / "e.parquet", store="s")
    assert (tmp_path / "e.parquet").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_cut_file_is_refused(tmp_path: Path, share: float) -> None:
    path = tmp_path / "e.parquet"
    save_embedding(embedding(), path, store="s")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(StoreError):
        load_embedding(path)


def test_another_table_is_no_embedding(tmp_path: Path) -> None:
    pl.DataFrame({"person": ["a"]}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(StoreError, match="not an embedding"):
        load_embedding(tmp_path / "t.parquet")


def test_an_absent_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        load_embedding(tmp_path / "none.parquet")
    assert "sennight embed" in error.value.todo


def test_a_file_that_would_end_the_process_is_refused(tmp_path: Path, parquet_bomb: Callable[[Path], Path]) -> None:
    with pytest.raises(StoreError, match="the embedding is damaged"):
        load_embedding(parquet_bomb(tmp_path / "e.parquet"))
