"""Lifts, skills and coverage by hand; intervals that narrow with people."""

import numpy as np
import polars as pl
import pytest

from sennight.evaluate.generated.lift import balanced_accuracy, coverage, drawn, lift, mean_error, person_errors, skill


def errors(people: int = 40, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for p in range(people):
        hard = rng.uniform(0.5, 2)
        for method, factor in (("ours", 0.6), ("linear", 1.0), ("last_value", 1.2)):
            for channel, cells in (("steps", 10), ("heart_rate", 1000)):
                error = hard * factor * cells * rng.uniform(0.95, 1.05)
                rows.append(
                    {"person": f"p{p}", "scenario": "block", "method": method, "channel": channel, "cells": cells,
                     "se": error, "ae": error, "yes": 0.0, "yes_right": 0.0, "no_right": 0.0}
                )  # fmt: skip
    return pl.DataFrame(rows)


def test_channels_and_people_count_once_each() -> None:
    by_person = person_errors(errors(2), "block")
    rows = errors(2).filter((pl.col("method") == "ours") & (pl.col("person") == "p0"))
    assert by_person.filter(pl.col("person") == "p0")["ours"][0] == pytest.approx(
        float((rows["se"] / rows["cells"]).mean())  # type: ignore[arg-type]
    )


def test_a_lift_is_the_error_taken_away_and_its_interval_holds_it() -> None:
    by_person = person_errors(errors(), "block")
    found = lift(by_person, "ours", "linear")
    assert found.value == pytest.approx(0.4, abs=0.02)
    assert found.low < found.value < found.high
    assert found.low > 0.35  # paired: hard people are hard for both
    assert lift(by_person, "linear", "ours").value < 0
    alone = mean_error(by_person, "ours")
    assert alone.high - alone.low > 5 * (found.high - found.low) * alone.value
    few = mean_error(person_errors(errors(10), "block"), "ours")
    assert few.high - few.low > alone.high - alone.low


def test_skill_is_a_geometric_mean_of_held_ratios() -> None:
    assert skill(errors(), "block", "ours").value == pytest.approx(0.5, abs=0.02)
    assert skill(errors(), "block", "last_value").value == pytest.approx(0)
    perfect = errors().with_columns(ae=pl.when(pl.col("method") == "ours").then(0.0).otherwise(pl.col("ae")))
    assert skill(perfect, "block", "ours").value == pytest.approx(0.99)
    assert np.isnan(skill(errors(), "future", "ours").value)


def test_balanced_accuracy_gives_rare_and_common_the_same_weight() -> None:
    rows = errors(1).with_columns(yes=pl.lit(10.0), cells=pl.lit(1000), yes_right=pl.lit(5.0), no_right=pl.lit(990.0))
    assert balanced_accuracy(rows, "block", "ours") == pytest.approx(0.75)
    assert np.isnan(balanced_accuracy(errors(1), "block", "ours"))


def test_coverage_by_length_of_hole() -> None:
    table = pl.DataFrame(
        {"person": ["a", "b", "a", "b"], "gap_from": [10, 10, 120, 120], "channel": ["steps"] * 4,
         "cells": [100, 300, 50, 50], "inside": [90.0, 270.0, 40.0, 50.0], "width": [10.0, 30.0, 50.0, 50.0]}
    )  # fmt: skip
    (first, ten, wide), (second, long, _) = coverage(table)
    assert (first, second) == (10, 120)
    assert ten.value == pytest.approx(0.9)
    assert wide == pytest.approx(0.1)
    assert (long.low, long.value, long.high) == pytest.approx((0.8, 0.9, 1.0))


def test_draws_draw_everybody_as_often() -> None:
    weights = drawn(7)
    assert (weights.sum(axis=1) == 7).all()
    assert weights.mean(axis=0) == pytest.approx(1, abs=0.1)
