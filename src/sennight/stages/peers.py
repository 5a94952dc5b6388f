"""The table of peers: how steps and activity of people of one sex and age are spread, from a store of NHANES.

    python -m sennight.stages.peers out/nhanes/store src/sennight/agent/peers.csv

People count with four valid days and a device the survey trusts; each weighs what the survey's examination weight says
(WTMEC2YR), so that percentiles are those of the civilian population of the United States in 2005-2006.
"""

import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from sennight.generate.metrics import METRICS, combine, contributions
from sennight.stages.who import people_who_count, valid_rows
from sennight.store import Store
from sennight.store.atomic import write_file

AGE_EDGES = (6, 12, 20, 30, 40, 50, 60, 70, 80, 200)
LEVELS = (5, 10, 25, 50, 75, 90, 95)
NAMES = ("steps", "active_minutes", "sedentary_minutes")
BATCH = 2_048
MIN_PEOPLE = 50


def person_means(store: Store) -> pl.DataFrame:
    """One row a person who counts: the mean of each metric over their valid days."""
    rows = valid_rows(store)
    who = np.array(store.index["person"].to_list())
    parts = []
    for start in range(0, len(rows), BATCH):
        batch = store.read(rows[start : start + BATCH])
        numbers: dict[str, object] = {"person": who[rows[start : start + BATCH]]}
        for metric in METRICS:
            if metric.name in NAMES:
                channel, threshold = next((c, t) for c, t in metric.per if c in batch.channels)
                k = batch.channels.index(channel)
                numbers[metric.name] = combine(
                    metric.way, contributions(metric.way, threshold, batch.values[:, :, k]), batch.seen[:, :, k]
                )
        parts.append(pl.DataFrame(numbers))
    days = pl.concat(parts).filter(pl.col("person").is_in(people_who_count(store)))
    return days.group_by("person").agg(pl.col(name).fill_nan(None).mean() for name in NAMES).sort("person")


def percentiles(people: pl.DataFrame, *, age: np.ndarray, female: np.ndarray, weight: np.ndarray) -> pl.DataFrame:
    """Weighted percentiles by metric, sex and age band; bands with fewer than `MIN_PEOPLE` people are left out."""
    made = []
    for name in NAMES:
        x = people[name].to_numpy().astype(np.float64)
        for sex, is_female in (("female", 1.0), ("male", 0.0)):
            for low, high in pairwise(AGE_EDGES):
                mine = (female == is_female) & (age >= low) & (age < high) & np.isfinite(x) & (weight > 0)
                if int(mine.sum()) >= MIN_PEOPLE:
                    cuts = weighted_quantiles(x[mine], weight[mine], LEVELS)
                    row = {"metric": name, "sex": sex, "age_low": low, "age_high": high - 1, "people": int(mine.sum())}
                    made.append(row | {f"p{level}": round(cut, 1) for level, cut in zip(LEVELS, cuts, strict=True)})
    return pl.DataFrame(made)


def weighted_quantiles(x: np.ndarray, weight: np.ndarray, levels: Sequence[int]) -> list[float]:
    """Values below which so many percent of the weight lie, by straight lines between the middles of the weights."""
    order = np.argsort(x, kind="stable")
    share = (np.cumsum(weight[order]) - weight[order] / 2) / weight.sum()
    return [float(np.interp(level / 100, share, x[order])) for level in levels]


def write_peers(store: Store, out: Path) -> pl.DataFrame:
    """Compute the table and write it. Raises: StoreError."""
    people = person_means(store)
    who = people["person"].to_list()
    table = percentiles(
        people, age=store.facts.vector("age_years", who), female=store.facts.vector("sex_female", who),
        weight=store.facts.vector("wtmec2yr", who),
    )  # fmt: skip
    write_file(out, table.write_csv().encode())
    out.chmod(0o644)
    return table


if __name__ == "__main__":
    write_peers(Store.open(Path(sys.argv[1])), Path(sys.argv[2]))
