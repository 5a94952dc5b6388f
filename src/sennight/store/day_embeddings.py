"""Embeddings by day on disk: one Parquet file, a row a day and person, in the order of days."""

import io
from pathlib import Path

import numpy as np
import polars as pl

from sennight.errors import StoreError
from sennight.parquet import tried
from sennight.record import DayEmbedding
from sennight.store.atomic import make_folder, write_file

FORMAT = "sennight day embedding 1"


def save_day_embedding(days: DayEmbedding, path: Path, *, store: str) -> None:
    """Write an embedding by day, atomically. `store` is the fingerprint of the store it was made from."""
    who, when = np.nonzero(days.seen)
    table = pl.DataFrame(
        {
            "person": [days.people[i] for i in who],
            "place": when.astype(np.int16),
            "weekday": days.weekday[who, when],
            "values": pl.Series(days.values[who, when], dtype=pl.Array(pl.Float32, days.values.shape[2])),
        }
    )
    buffer = io.BytesIO()
    known = {"format": FORMAT, "backbone": days.backbone, "store": store, "days": str(days.seen.shape[1])}
    table.write_parquet(buffer, metadata={**known, "columns": "\n".join(days.columns)})
    if not path.parent.exists():
        make_folder(path.parent)
    write_file(path, buffer.getvalue())


def is_by_day(path: Path) -> bool:
    """Whether an embedding by day lies here."""
    try:
        return path.is_file() and pl.read_parquet_metadata(tried(path, ())).get("format") == FORMAT
    except (pl.exceptions.PolarsError, OSError):
        return False


def load_day_embedding(path: Path) -> DayEmbedding:
    """Read an embedding by day. Raises: StoreError if it is absent or something else."""
    if not is_by_day(path):
        raise StoreError(
            "there is no embedding by day here", where=str(path), todo="Make one: `sennight embed --days`."
        )
    try:
        known, table = pl.read_parquet_metadata(path), pl.read_parquet(tried(path))
        people = tuple(dict.fromkeys(table["person"].to_list()))
        place = {name: i for i, name in enumerate(people)}
        who = np.array([place[p] for p in table["person"].to_list()], dtype=np.int64)
        when, vectors = table["place"].to_numpy(), table["values"].to_numpy()
        values = np.zeros((len(people), int(known["days"]), vectors.shape[1]), dtype=np.float32)
        seen = np.zeros(values.shape[:2], dtype=np.bool_)
        weekday = np.full(values.shape[:2], -1, dtype=np.int8)
        values[who, when], seen[who, when], weekday[who, when] = vectors, True, table["weekday"].to_numpy()
        columns = tuple(known["columns"].split("\n")) if known["columns"] else ()
        return DayEmbedding(
            people=people, values=values, seen=seen, weekday=weekday, backbone=known["backbone"], columns=columns
        )
    except (pl.exceptions.PolarsError, OSError, KeyError, ValueError, IndexError, AttributeError) as error:
        raise StoreError("the embedding by day is damaged", where=str(path), todo="Make it again.") from error
