"""Every number comes from the predictions alone, and predictions that break the split are refused."""

import numpy as np
import polars as pl
import pytest

from sennight.errors import InputError
from sennight.evaluate import metrics
from sennight.evaluate.rescore import rescore
from sennight.evaluate.result import BenchPlan, TaskNote

PEOPLE = 200


def note(name: str, metric: str, **changes) -> TaskNote:
    kind = "yes/no" if metric == "auc" else "amount"
    return TaskNote(name=name, question="?", domain="sleep", kind=kind, metric=metric, who="all", source="x", **changes)


def plan(**changes) -> BenchPlan:
    parts = {
        "tasks": (note("snores", "auc"), note("hours", "pearson_r")),
        "features": ("good", "bad"),
        "pairs": (("good", "bad"),),
        "reference": "bad",
        "head": {"head": "linear"},
        "k": 5,
        "seed": 0,
        "replicates": 300,
        "n_people": PEOPLE,
    }
    return BenchPlan(**{**parts, **changes})


def predictions(seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=PEOPLE)
    frames = []
    for task in ("snores", "hours"):
        for features, noise in (("good", 0.5), ("bad", 3.0)):
            said = truth + noise * rng.normal(size=PEOPLE)
            yes_no = task == "snores"
            frames.append(
                pl.DataFrame(
                    {
                        "task": [task] * PEOPLE,
                        "features": [features] * PEOPLE,
                        "person": [f"p{i}" for i in range(PEOPLE)],
                        "fold": np.arange(PEOPLE, dtype=np.int8) % 5,
                        "y": (truth > 0).astype(float) if yes_no else truth,
                        "p": 1 / (1 + np.exp(-said)) if yes_no else said,
                    }
                )
            )
    return pl.concat(frames)


def test_scores_are_the_metrics_of_the_stored_predictions():
    table = predictions()
    result = rescore(table, plan())
    for task, metric in (("snores", metrics.auc_over_folds), ("hours", metrics.pearson_over_folds)):
        for features in ("good", "bad"):
            part = table.filter((pl.col("task") == task) & (pl.col("features") == features))
            y, p, fold = part["y"].to_numpy(), part["p"].to_numpy(), part["fold"].to_numpy().astype(np.int16)
            score = result.score(task, features)
            assert score.value == pytest.approx(metric(y, p, fold), abs=1e-12)
            assert score.low < score.value < score.high
            assert score.n_people == PEOPLE
            assert score.n_events == (int(y.sum()) if task == "snores" else None)


def test_the_order_of_rows_does_not_matter():
    table = predictions()
    mixed = table.sample(fraction=1, shuffle=True, seed=1)
    assert rescore(mixed, plan()).to_json() == rescore(table, plan()).to_json()


def test_differences_are_paired_so_equal_predictions_differ_by_nothing():
    table = predictions().filter(pl.col("features") == "good")
    twins = pl.concat([table, table.with_columns(features=pl.lit("bad"))])
    result = rescore(twins, plan())
    for row in result.comparisons:
        assert (row.difference, row.low, row.high, row.p, row.p_holm) == (0.0, 0.0, 0.0, 1.0, 1.0)
    assert all(lead.wins == lead.clear_wins == 0 for lead in result.leads)


def test_a_paired_difference_is_narrower_than_two_intervals():
    table = predictions().filter(pl.col("features") == "bad")
    rng = np.random.default_rng(9)
    near = table.with_columns(features=pl.lit("good"), p=pl.col("p") + 0.001 * rng.normal(size=len(table)))
    result = rescore(pl.concat([table, near]), plan())
    gap, score = result.comparison("hours", "good", "bad"), result.score("hours", "good")
    assert gap.high - gap.low < 0.1 * (score.high - score.low)


def test_averages_and_leads_are_means_over_tasks_of_one_metric():
    result = rescore(predictions(), plan())
    averages = {(a.features, a.metric): a for a in result.averages}
    assert averages[("good", "auc")].value == result.score("snores", "good").value
    lead = next(row for row in result.leads if row.metric == "all")
    assert (lead.wins, lead.n_tasks, lead.clear_wins, lead.clear_losses) == (2, 2, 2, 0)
    assert lead.difference == pytest.approx(np.mean([c.difference for c in result.comparisons]))
    assert lead.low > 0


def test_ps_are_adjusted_over_tasks():
    result = rescore(predictions(), plan())
    ps = sorted(c.p for c in result.comparisons)
    adjusted = sorted(c.p_holm for c in result.comparisons)
    assert adjusted[0] == pytest.approx(min(1, 2 * ps[0]))
    assert adjusted[1] == pytest.approx(max(2 * ps[0], ps[1]))


def test_thresholds_with_too_few_people_on_a_side_are_left_out():
    asked = plan(tasks=(note("hours", "pearson_r", thresholds=(0.0, 5.0)),))
    others = rescore(predictions(), asked).other_scores("hours", "good")
    assert others["auc_at_0"].value > 0.8
    assert "auc_at_5" not in others


def test_a_person_in_two_folds_is_refused():
    """N-01: the split by person is audited on the stored predictions, over all tasks together."""
    table = predictions()
    moved = table.with_columns(
        fold=pl.when((pl.col("person") == "p3") & (pl.col("task") == "hours"))
        .then(4)
        .otherwise(pl.col("fold"))
        .cast(pl.Int8)
    )
    with pytest.raises(InputError, match="two folds"):
        rescore(moved, plan())


def test_a_person_twice_a_missing_column_and_a_gap_are_refused():
    table = predictions()
    with pytest.raises(InputError, match="twice"):
        rescore(pl.concat([table, table[:1]]), plan())
    with pytest.raises(InputError, match="lack the columns p"):
        rescore(table.drop("p"), plan())
    with pytest.raises(InputError, match="not finite"):
        rescore(table.with_columns(p=pl.when(pl.col("person") == "p3").then(float("nan")).otherwise("p")), plan())
