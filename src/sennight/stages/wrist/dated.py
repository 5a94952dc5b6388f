"""Dated: daily facts as a table of rows (a person and a date), the way the questions over days look at them."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from sennight.record import Facts


def daily(facts: Facts, names: Sequence[str]) -> pl.DataFrame:
    """Columns person, date, then one a fact (null where it is not known); the mean of a day's values."""
    parts = [
        pl.DataFrame(
            {"person": [facts.people[c] for c in column.person_code], "date": column.dates, "value": column.values}
        )
        .drop_nulls("date")
        .group_by("person", "date")
        .agg(pl.col("value").mean().alias(name))
        for name in names
        if (column := facts.columns.get(name)) is not None
    ]
    if not parts:
        return pl.DataFrame(schema={"person": pl.String, "date": pl.Date})
    table = parts[0]
    for part in parts[1:]:
        table = table.join(part, on=["person", "date"], how="full", coalesce=True)
    return table.sort("person", "date")


def matrix(table: pl.DataFrame, names: Sequence[str]) -> np.ndarray:
    """These columns as numbers, NaN where null; absent columns are left out."""
    kept = [n for n in names if n in table.columns]
    if not kept:
        return np.zeros((len(table), 0))
    return table.select(pl.col(kept).cast(pl.Float64).fill_null(np.nan)).to_numpy().astype(np.float64)


def own_level_removed(table: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Each column less the person's own median over all their days; no answer is looked at."""
    kept = [n for n in names if n in table.columns]
    return table.with_columns([pl.col(n) - pl.col(n).median().over("person") for n in kept])
