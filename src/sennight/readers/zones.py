"""Between instants and the wall clock of a zone; the span of years in which a time is believed."""

import datetime as dt

import numpy as np
import polars as pl
from jaxtyping import Bool, Int32, Int64

# Outside of this a clock was never set, or a number is no time; de-identified dates lie up to 2200.
EARLIEST_S = 0
LATEST_S = int(dt.datetime(2200, 1, 1, tzinfo=dt.UTC).timestamp())


def offsets_of_utc(utc: Int64[np.ndarray, " n"], zone: str) -> Int32[np.ndarray, " n"]:
    """Local time minus UTC in seconds, at these instants in this IANA zone."""
    return (naive_seconds(datetimes(utc, zone="UTC").dt.convert_time_zone(zone)) - utc).astype(np.int32)


def offsets_of_local(
    wall: Int64[np.ndarray, " n"], zone: str
) -> tuple[Int32[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
    """Local time minus UTC in seconds, at these wall-clock times, and whether the zone has such a time.

    Of the hour that comes twice in autumn, the first is meant.
    """
    zoned = datetimes(wall, zone=None).dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    real = zoned.is_not_null().to_numpy()
    offset = np.where(real, wall - naive_seconds(zoned.dt.convert_time_zone("UTC")), 0)
    return offset.astype(np.int32), real


def datetimes(seconds: np.ndarray, *, zone: str | None) -> pl.Series:
    """Datetimes of seconds since 1970, in a zone or naive."""
    naive = pl.Series(seconds.astype(np.int64) * 1_000).cast(pl.Datetime("ms"))
    return naive.dt.replace_time_zone(zone) if zone else naive


def naive_seconds(column: pl.Series) -> np.ndarray:
    """Wall-clock seconds of datetimes, floored; 0 where null."""
    naive = column.dt.replace_time_zone(None) if getattr(column.dtype, "time_zone", None) else column
    return np.floor_divide(naive.cast(pl.Datetime("ms")).to_physical().fill_null(0).to_numpy(), 1_000)
