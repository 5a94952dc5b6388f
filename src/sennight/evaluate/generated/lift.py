"""Mean errors, lifts over baselines and coverage from sums a person, with paired bootstrap over people.

A person counts once: their error is the mean over the channels of their mean error a cell, and the error of a method
is the mean over people. A lift is 1 - error / error of the baseline, both on the same people and the same draws.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from jaxtyping import Float64

from sennight.evaluate.uncertainty import interval

REPLICATES = 1_000
RATIO_LIMITS = (0.01, 100.0)  # of an error ratio in a skill score (OpenMHC)
REFERENCE = "last_value"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number with its 95 % interval over people, and how many there were."""

    value: float
    low: float
    high: float
    people: int


def drawn(people: int, *, seed: int = 0, replicates: int = REPLICATES) -> Float64[np.ndarray, "replicate person"]:
    """How often each person is drawn in each replicate."""
    rng = np.random.default_rng([seed, people])
    return rng.multinomial(people, np.full(people, 1 / people), size=replicates).astype(np.float64)


def person_errors(errors: pl.DataFrame, scenario: str, *, column: str = "se") -> pl.DataFrame:
    """A row a person, a column a method: mean over channels of the mean error a cell."""
    rows = errors.filter((pl.col("scenario") == scenario) & (pl.col("cells") > 0))
    by_channel = rows.with_columns(error=pl.col(column) / pl.col("cells"))
    by_person = by_channel.group_by("person", "method", maintain_order=True).agg(pl.col("error").mean())
    return by_person.pivot(on="method", index="person", values="error")


def mean_error(by_person: pl.DataFrame, method: str) -> Figure:
    """The mean over people."""
    x = by_person[method].to_numpy()
    weights = drawn(len(x))
    low, high = interval(weights @ x / len(x), float(x.mean()))
    return Figure(value=float(x.mean()), low=low, high=high, people=len(x))


def lift(by_person: pl.DataFrame, method: str, baseline: str) -> Figure:
    """How much of the baseline's error the method takes away; below 0 it adds to it."""
    x, base = by_person[method].to_numpy(), by_person[baseline].to_numpy()
    weights = drawn(len(x))
    value = 1 - float(x.mean()) / max(float(base.mean()), 1e-12)
    low, high = interval(1 - (weights @ x) / np.maximum(weights @ base, 1e-12), value)
    return Figure(value=value, low=low, high=high, people=len(x))


def skill(errors: pl.DataFrame, scenario: str, method: str, *, column: str = "ae") -> Figure:
    """OpenMHC's skill: 1 - geometric mean over channels and people of the error ratio to last value carried forward.

    Binary channels count by their Brier error here; ratios are held in [0.01, 100].
    """
    rows = errors.filter((pl.col("scenario") == scenario) & pl.col("method").is_in([method, REFERENCE]))
    wide = rows.pivot(on="method", index=["person", "channel"], values=column).drop_nulls()
    if not len(wide):
        return Figure(value=float("nan"), low=float("nan"), high=float("nan"), people=0)
    a, b = wide[method].to_numpy(), wide[REFERENCE].to_numpy()
    ratio = np.log(np.clip((a + 1e-9) / (b + 1e-9), *RATIO_LIMITS))
    by_channel = wide.select("person", "channel").with_columns(ratio=pl.Series(ratio))
    people = by_channel.group_by("person", maintain_order=True).agg(pl.col("ratio").mean())["ratio"].to_numpy()
    value = 1 - float(np.exp(people.mean()))
    low, high = interval(1 - np.exp(drawn(len(people)) @ people / len(people)), value)
    return Figure(value=value, low=low, high=high, people=len(people))


def balanced_accuracy(errors: pl.DataFrame, scenario: str, method: str) -> float:
    """Mean of the shares of yes and of no that were told, over all cells of binary channels; NaN without any."""
    rows = errors.filter(
        (pl.col("scenario") == scenario) & (pl.col("method") == method) & (pl.col("yes_right") + pl.col("no_right") > 0)
    )
    yes, no = float(rows["yes"].sum()), float((rows["cells"] - rows["yes"]).sum())
    if not yes or not no:
        return float("nan")
    return (float(rows["yes_right"].sum()) / yes + float(rows["no_right"].sum()) / no) / 2


def coverage(table: pl.DataFrame, *, by: str = "gap_from") -> list[tuple[object, Figure, float]]:
    """Share of cells inside the band for each value of a column, with interval over people, and the mean width."""
    found = []
    for (key,), part in table.group_by(by, maintain_order=True):
        sums = part.group_by("person", maintain_order=True).agg(pl.col("cells", "inside", "width").sum())
        n, hit = sums["cells"].to_numpy().astype(np.float64), sums["inside"].to_numpy()
        weights = drawn(len(n))
        value = float(hit.sum() / n.sum())
        low, high = interval((weights @ hit) / np.maximum(weights @ n, 1), value)
        wide = float(sums["width"].sum() / n.sum())
        found.append((key, Figure(value=value, low=low, high=high, people=len(n)), wide))
    return sorted(found, key=lambda item: str(item[0]).rjust(8))
