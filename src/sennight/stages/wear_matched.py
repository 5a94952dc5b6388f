"""Wear-matched: a result and its store become the same figures among people who wore the device alike."""

from pathlib import Path

import numpy as np
import polars as pl

from sennight.evaluate import BenchResult
from sennight.evaluate.wear_matched import MatchedMean, wear_matched, wear_strata
from sennight.record import VALID_DAY_MINUTES
from sennight.store import Store


def wear_matched_store(result: Path, store: Path) -> tuple[BenchResult, tuple[MatchedMean, ...]]:
    """Strata from the store's index, figures from the result's predictions. Raises: StoreError, InputError."""
    opened, found = Store.open(store), BenchResult.load(result)
    valid = opened.index.filter(pl.col("worn_minutes") >= VALID_DAY_MINUTES)
    worn = valid.group_by("person").agg(pl.len().alias("days"), pl.col("worn_minutes").mean().alias("minutes"))
    judged = worn.filter(pl.col("person").is_in(found.predictions["person"].unique().implode())).sort("person")
    stratum = wear_strata(judged["days"].to_numpy().astype(np.int64), judged["minutes"].to_numpy().astype(np.float64))
    return found, wear_matched(found, dict(zip(judged["person"].to_list(), stratum.tolist(), strict=True)))
