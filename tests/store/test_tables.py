"""The tables: the same bytes for the same rows, and refused if they are something else."""

import numpy as np
import polars as pl
import pytest

from sennight.errors import StoreError
from sennight.record import Facts
from sennight.store.tables import (
    FACTS_SCHEMA,
    INDEX_SCHEMA,
    content_sha256,
    facts_table,
    parquet_bytes,
    read_facts,
    read_index,
)


def index(person: str = "anna", weekday: int = 3) -> pl.DataFrame:
    row = {"row": 0, "person": person, "ordinal": 1, "first_date": None, "weekday": weekday, "worn_minutes": 9}
    return pl.DataFrame([{**row, "shard": 0}], schema=INDEX_SCHEMA)


def test_an_index_comes_back() -> None:
    content = parquet_bytes(index())
    assert content == parquet_bytes(index())
    assert read_index(content, where="here").equals(index())


def test_facts_come_back_whole(facts: Facts) -> None:
    back = read_facts(parquet_bytes(facts_table(facts)), where="here")
    assert back.latest("weight") == facts.latest("weight") == {"anna": 60.5}
    assert back.latest("age") == facts.latest("age")
    nothing = read_facts(parquet_bytes(facts_table(Facts.none())), where="here")
    assert (nothing.people, dict(nothing.columns)) == ((), {})


@pytest.mark.parametrize("content", [b"", b"PAR1PAR1", b"PAR1" + bytes(100) + b"PAR1", parquet_bytes(index())[:-9]])
def test_bytes_that_are_no_table_are_refused(content: bytes) -> None:
    for read in (read_index, read_facts):
        with pytest.raises(StoreError) as caught:
            read(content, where="here")
        assert caught.value.where == "here"


def test_a_table_with_other_columns_is_refused() -> None:
    with pytest.raises(StoreError, match="columns"):
        read_facts(parquet_bytes(index()), where="here")


def test_facts_without_a_unit_are_refused() -> None:
    row = {"person": "anna", "name": "age", "value": 3.0, "unit": "", "date": None, "source": "survey"}
    with pytest.raises(StoreError, match="contradict"):
        read_facts(parquet_bytes(pl.DataFrame([row], schema=FACTS_SCHEMA)), where="here")


def test_the_content_hash_follows_minutes_and_whose_they_are() -> None:
    samples = np.zeros((1, 2, 1440), dtype=np.float32)
    other = samples.copy()
    other[0, 1, 7] = -0.0
    hashes = {
        content_sha256(samples, index()),
        content_sha256(other, index()),
        content_sha256(samples, index("bo")),
        content_sha256(samples, index(weekday=4)),
    }
    assert len(hashes) == 4
    assert content_sha256(samples, index()) in hashes
