"""The wear-matched control as a table says the figure, its interval and the lead."""

import json

import polars as pl

from sennight.evaluate.result import BenchPlan, BenchResult
from sennight.evaluate.wear_matched import MatchedMean
from sennight.printing.wear_matched import wear_matched_json, wear_matched_markdown


def test_rows_say_both_figures_and_the_lead() -> None:
    plan = BenchPlan(
        tasks=(), features=("m", "engineered"), pairs=(), reference="engineered", head={"head": "linear"}, k=5, seed=0,
        replicates=300, n_people=1200,
    )  # fmt: skip
    means = (
        MatchedMean(features="m", metric="auc", plain=0.7, value=0.69, low=0.68, high=0.7, n_tasks=3,
                    lead=(0.02, 0.01, 0.03), over_wear=(0.17, 0.16, 0.18)),
        MatchedMean(features="engineered", metric="auc", plain=0.67, value=0.66, low=0.65, high=0.67, n_tasks=3,
                    lead=None),
    )  # fmt: skip
    result = BenchResult(
        plan=plan, scores=(), secondary=(), comparisons=(), averages=(), leads=(), predictions=pl.DataFrame()
    )
    page = wear_matched_markdown(result, means, title="T", made_by="sennight show")
    assert "| m | 0.700 | 0.690 [0.680, 0.700] | +0.020 [+0.010, +0.030] | +0.170 [+0.160, +0.180] |" in page
    assert "| engineered | 0.670 | 0.660 [0.650, 0.670] | - | - |" in page
    assert json.loads(wear_matched_json(result, means))["means"][0]["over_wear"] == [0.17, 0.16, 0.18]
    assert "mean r" not in page
