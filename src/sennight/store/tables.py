"""The two Parquet tables of a store as bytes: the index (one row a person-day) and the facts (one row a fact).

Written and read through memory, so that the bytes that are hashed are the bytes that are parsed.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from sennight.errors import SennightError, StoreError
from sennight.record import FactColumn, Facts
from sennight.store.manifest import DAMAGED

INDEX_SCHEMA = {
    "row": pl.Int64,
    "person": pl.String,
    "ordinal": pl.Int32,
    "first_date": pl.Date,
    "weekday": pl.Int8,
    "worn_minutes": pl.Int16,
    "shard": pl.Int32,
}
FACTS_SCHEMA = {
    "person": pl.String,
    "name": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "date": pl.Date,
    "source": pl.String,
}


def parquet_bytes(table: pl.DataFrame) -> bytes:
    """The table as one Parquet file; equal tables give equal bytes."""
    buffer = io.BytesIO()
    table.write_parquet(buffer, compression="zstd", compression_level=3, statistics=False)
    return buffer.getvalue()


def _read(content: bytes, schema: Mapping[str, Any], where: str) -> pl.DataFrame:
    try:
        table = pl.read_parquet(io.BytesIO(content))
    except (Exception, pl.exceptions.PanicException) as error:  # a hostile file can make the parser panic
        raise StoreError("a table of the store cannot be read", where=where, todo=DAMAGED) from error
    if dict(table.schema) != schema:
        raise StoreError("a table of the store has other columns than it should", where=where, todo=DAMAGED)
    return table


def read_index(content: bytes, *, where: str) -> pl.DataFrame:
    """Index rows from Parquet bytes. Raises: StoreError if they are not that."""
    return _read(content, INDEX_SCHEMA, where)


def content_sha256(samples: np.ndarray, index: pl.DataFrame) -> str:
    """Hash of person-days before any packing: it depends on no compressor and no file format."""
    digest = hashlib.sha256(np.ascontiguousarray(samples).data)
    columns = {name: index[name].to_list() for name in ("person", "ordinal", "first_date", "weekday")}
    digest.update(json.dumps(columns, default=str).encode())
    return digest.hexdigest()


def facts_table(facts: Facts) -> pl.DataFrame:
    """Facts as a long table, in the order they have; people without a fact leave no row."""
    names = np.array(facts.people, dtype=object)
    parts = [
        pl.DataFrame(
            {
                "person": pl.Series(names[c.person_code].tolist(), dtype=pl.String),
                "name": pl.repeat(c.name, len(c.values), dtype=pl.String, eager=True),
                "value": c.values,
                "unit": pl.repeat(c.unit, len(c.values), dtype=pl.String, eager=True),
                "date": pl.Series(c.dates.astype("datetime64[D]")).cast(pl.Date),
                "source": pl.repeat(c.source, len(c.values), dtype=pl.String, eager=True),
            },
            schema=FACTS_SCHEMA,
        )
        for c in facts.columns.values()
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema=FACTS_SCHEMA)


def read_facts(content: bytes, *, where: str) -> Facts:
    """Facts from Parquet bytes. Raises: StoreError if they are not that."""
    table = _read(content, FACTS_SCHEMA, where)
    people = tuple(table["person"].unique(maintain_order=True))
    codes = {person: code for code, person in enumerate(people)}
    table = table.with_columns(code=pl.col("person").replace_strict(codes, return_dtype=pl.Int32))
    try:
        columns = {c.name: c for c in map(_column, table.partition_by("name", maintain_order=True))}
        return Facts(people=people, columns=columns)
    except SennightError as error:
        raise StoreError("the facts of the store contradict each other", where=where, todo=DAMAGED) from error


def _column(part: pl.DataFrame) -> FactColumn:
    return FactColumn(
        name=part["name"][0],
        unit=part["unit"][0],
        source=part["source"][0],
        person_code=part["code"].to_numpy(),
        values=part["value"].to_numpy(),
        dates=part["date"].to_numpy().astype("datetime64[D]"),
    )
