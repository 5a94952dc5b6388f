"""Embeddings on disk: one Parquet file, a row a person, with the fingerprints of what made it in its metadata."""

import io
from pathlib import Path

import numpy as np
import polars as pl

from sennight.errors import StoreError
from sennight.parquet import tried
from sennight.record import Embedding
from sennight.store.atomic import make_folder, write_file

FORMAT = "sennight embedding 1"


def save_embedding(embedding: Embedding, path: Path, *, store: str) -> None:
    """Write an embedding, atomically. `store` is the fingerprint of the store it was made from."""
    table = pl.DataFrame(
        {
            "person": list(embedding.people),
            "days_used": embedding.days_used,
            "values": pl.Series(embedding.values, dtype=pl.Array(pl.Float32, embedding.values.shape[1])),
        }
    )
    buffer = io.BytesIO()
    table.write_parquet(buffer, metadata={"format": FORMAT, "backbone": embedding.backbone, "store": store})
    if not path.parent.exists():
        make_folder(path.parent)
    write_file(path, buffer.getvalue())


def load_embedding(path: Path) -> Embedding:
    """Read an embedding. Raises: StoreError if it is absent or something else."""
    if not path.is_file():
        raise StoreError("there is no embedding here", where=str(path), todo="Make one with `sennight embed`.")
    try:
        metadata = pl.read_parquet_metadata(tried(path))
        table = pl.read_parquet(path)
        if metadata.get("format") != FORMAT:
            raise StoreError("this Parquet file is not an embedding", where=str(path), todo="See `sennight embed`.")
        return Embedding(
            people=tuple(table["person"].to_list()),
            values=np.ascontiguousarray(table["values"].to_numpy(), dtype=np.float32),
            backbone=metadata["backbone"],
            days_used=table["days_used"].to_numpy().astype(np.int32),
        )
    except (pl.exceptions.PolarsError, OSError, KeyError) as error:
        raise StoreError("the embedding is damaged", where=str(path), todo="Make it again.") from error
