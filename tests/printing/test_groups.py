"""The page of groups names gaps, shows n, and says what was not assessed."""

import polars as pl

from sennight.evaluate.groups import Gap, GroupReport, GroupScore, PopulationFigure
from sennight.evaluate.result import BenchPlan, BenchResult, TaskNote
from sennight.evaluate.score import Score
from sennight.evaluate.survey import Estimate
from sennight.printing.groups import groups_markdown

ABOUT = {"task": "ill", "features": "m", "head": "linear", "n_people": 90, "n_events": 30, "shots": None}
AUC = Score(**ABOUT, metric="auc", value=0.7, low=0.6, high=0.8)
SLOPE = Score(**ABOUT, metric="calibration_slope", value=0.6, low=0.4, high=0.7)
ECE = Score(**ABOUT, metric="ece", value=0.04, low=0.03, high=0.05)
NOTE = TaskNote(name="ill", question="Ill?", domain="d", kind="yes/no", metric="auc", who="all", source="s", note="")


def page(gap: float) -> str:
    plan = BenchPlan(
        tasks=(NOTE,), features=("m", "engineered"), pairs=(), reference="engineered", head={"head": "linear"}, k=5,
        seed=0, replicates=300, n_people=120,
    )  # fmt: skip
    result = BenchResult(
        plan=plan, scores=(AUC,), secondary=(SLOPE, ECE), comparisons=(), averages=(), leads=(),
        predictions=pl.DataFrame(),
    )  # fmt: skip
    of = {"task": "ill", "features": "m", "by": "sex"}
    estimate = Estimate(
        value=0.3, standard_error=0.02, low=0.26, high=0.34, n_people=100, degrees_of_freedom=15, design_effect=2.4
    )
    report = GroupReport(
        scores=(
            GroupScore(**of, group="women", n_people=90, n_events=30, score=AUC, others=(SLOPE, ECE)),
            GroupScore(**of, group="men", n_people=30, n_events=9, not_assessed="fewer than 50 people"),
        ),
        gaps=(Gap(**of, best="women", worst="men", difference=gap, low=gap - 0.02, high=gap + 0.02),),
        population=(PopulationFigure(task="ill", what="answer", features="", estimate=estimate, unweighted=0.33),),
        groupings=("sex",),
        notes=("Weights were not adjusted.",),
    )
    return groups_markdown(result, report, title="Groups", made_by="this test")


def test_large_gaps_are_named_and_small_ones_only_counted() -> None:
    """N-08."""
    assert "| ill | sex | women | men | +0.120 [+0.100, +0.140] |" in page(0.12)
    small = page(0.03)
    assert "None." in small
    assert "| m | 1 | 0 | 0 | 0 |" in small


def test_groups_show_people_and_few_are_not_assessed() -> None:
    """N-06, N-08."""
    text = page(0.03)
    assert "0.700 [0.600, 0.800], n 90" in text
    assert "not assessed (n 30)" in text
    assert "| sex | women | 1 | 0.60 | 0 | 1 | 0.040 |" in text
    assert "| everybody |  | 1 | 0.60 | 0 | 1 | 0.040 |" in text


def test_the_population_stands_beside_these_people() -> None:
    assert "| ill | share or mean | 0.300 [0.260, 0.340] | 0.330 | 100 | 2.4 |" in page(0.03)
    assert "Weights were not adjusted." in page(0.03)
